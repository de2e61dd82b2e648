//! A trigger that cannot see where a field is absent.

use rolloutc_runtime::ir::OnUnknown;

use super::optional_read_without_default::unguarded;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "blind-trigger",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for trigger in program
        .triggers
        .iter()
        .filter(|trigger| trigger.on_unknown == OnUnknown::Blind)
    {
        for node in unguarded(look, vec![trigger.when]) {
            let message = format!(
                "where `{}` is absent, `{}` cannot see",
                look.said(node),
                trigger.name
            );
            out.push(
                Diagnostic::warning(LINT.slug, look.node(node), message)
                    .label("may be absent: then the rollout halts")
                    .help("ask first: `… is present and …`, or say what counts then: `on unknown fire`"),
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
            r#"phase canary final { cohorts 1%, 100%  keep calm }
trigger loss { when slo.lost > 0  then rollback to_old }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["where `slo.lost` is absent, `loss` cannot see"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  keep calm }
trigger loss { when slo.lost > 0  then rollback to_old  on unknown fire }

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
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  keep calm }
trigger loss { when slo.errors > 10%  then rollback to_old }

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
