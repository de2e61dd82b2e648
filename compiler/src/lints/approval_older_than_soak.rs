//! An approval that may be given before there was anything to approve of.

use rolloutc_runtime::ir::{Ask, Node};
use rolloutc_runtime::unit;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "approval-older-than-soak",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    // One that is asked for by its time somewhere is looked after.
    let timed = |at: usize| {
        program
            .code
            .iter()
            .any(|code| matches!(&code.node, Node::Given(id, Some(_)) if id.ix() == at))
    };
    for (at, approval) in program.approvals.iter().enumerate() {
        let Some(fresh) = prover.number(approval.fresh) else {
            continue;
        };
        for phase in &program.phases {
            let asked = phase
                .leave
                .iter()
                .any(|one| matches!(one.ask, Ask::Approval(id) if id.ix() == at));
            let soak = phase.soak.and_then(|soak| prover.number(soak));
            let place = look.node(approval.fresh);
            if let Some(soak) =
                soak.filter(|soak| asked && fresh > *soak && !timed(at) && !look.foreign(place))
            {
                let message = format!(
                    "`{}` may be given before `{}` is watched at all",
                    approval.name, phase.name
                );
                out.push(
                    Diagnostic::warning(LINT.slug, place, message)
                        .label(format!("counts for {}", unit::duration_text(fresh)))
                        .also(
                            look.head(look.origin(phase.at)),
                            format!("is watched for {}", unit::duration_text(soak)),
                        ),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary { cohorts 1%, 10%  soak 1h  keep calm  leave go }
phase everyone final { enter calm }
approval go { by all of ops, dev  fresh 7d }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["`go` may be given before `canary` is watched at all"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { cohorts 1%, 10%  soak 1h  keep calm }
phase everyone final { enter calm, go }
approval go { by all of ops, dev  fresh 30m }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &[],
        );
    }
}
