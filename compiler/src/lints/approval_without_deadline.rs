//! An approval that exposed users wait for, for as long as it takes.

use rolloutc_runtime::ir::{Ask, Criterion};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "approval-without-deadline",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for (at, approval) in program.approvals.iter().enumerate() {
        if approval.within.is_some() {
            continue;
        }
        let asks = |criteria: &[Criterion]| {
            criteria
                .iter()
                .any(|one| matches!(one.ask, Ask::Approval(id) if id.ix() == at))
        };
        let waits = program.phases.iter().find(|phase| {
            let exposed = phase.cohorts.iter().any(|cohort| !cohort.share.is_zero());
            let inside = phase.cohorts.iter().any(|cohort| asks(&cohort.after));
            exposed && phase.within.is_none() && (inside || asks(&phase.leave))
        });
        let place = look.origin(approval.at);
        if let Some(phase) = waits.filter(|_| !look.foreign(place)) {
            let message = format!("`{}` waits for `{}` without end", phase.name, approval.name);
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message).help(
                    "say by when: `within 8h else blocked`, `else escalate ops`, `else rollback …`",
                ),
            );
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
approval go { by all of ops, dev  fresh 1d }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["`canary` waits for `go` without end"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { cohorts 1%, 10%  soak 1h  keep calm }
phase everyone final { enter calm, go }
approval go { by all of ops, dev  fresh 1d }

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
