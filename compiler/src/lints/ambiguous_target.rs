//! A way back to a phase of several cohorts that names none.

use rolloutc_runtime::ir::Target;
use rolloutc_runtime::unit;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "ambiguous-target",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for procedure in &program.procedures {
        let Target::Place {
            phase,
            cohort: None,
        } = procedure.target
        else {
            continue;
        };
        let phase = &program.phases[phase.ix()];
        if phase.cohorts.len() < 2 {
            continue;
        }
        let first = unit::ratio_text(phase.cohorts[0].share);
        let message = format!(
            "`{}` does not say to which cohort of `{}`",
            procedure.name, phase.name
        );
        out.push(
            Diagnostic::error(LINT.slug, look.head(look.origin(procedure.at)), message).help(
                format!(
                    "write `to {} at 0%` for nobody, or `at {first}` for the first cohort",
                    phase.name
                ),
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 10%, 100%  keep calm }
rollback to_old {
  to     canary
  decide within 15m
  step   route "Send everybody to the old build"   by ops
  verify calm
}
"#,
            &["`to_old` does not say to which cohort of `canary`"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { keep calm  soak 5m }
phase everyone final { cohorts 1%, 100%  enter calm }
rollback to_old {
  to     canary
  decide within 15m
  step   route "Send everybody to the old build"   by ops
  verify calm
}
"#,
            &[],
        );
    }
}
