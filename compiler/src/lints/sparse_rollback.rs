//! A rollback that says what to do and nothing around it.

use rolloutc_runtime::ir::ProcedureKind;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "sparse-rollback",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for procedure in &program.procedures {
        let place = look.origin(procedure.at);
        if procedure.kind == ProcedureKind::Rollback
            && procedure.decide.is_none()
            && procedure.finish.is_none()
            && procedure.recover.is_none()
            && procedure.impacts.is_empty()
            && procedure.checks.is_empty()
            && !look.foreign(place)
        {
            let message = format!(
                "`{}` has no decision window, no impact and no checks",
                procedure.name
            );
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message)
                    .help("write `decide within 15m`, `impact data_loss \"none\"`, `check \"…\"`: at least one"),
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
            r#"phase canary final { cohorts 1%, 10%, 100%  keep calm }
rollback to_old {
  to     canary at 0%
  step   route "Send everybody to the old build"   by ops
  verify calm
}
"#,
            &["`to_old` has no decision window, no impact and no checks"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 10%, 100%  keep calm }

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
