//! A rollout that belongs to nobody, or not to those whom the organisation asks for.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::DeclKind;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "missing-owner",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let mut own = look.decls().filter(|(module, ..)| module.ix() == 0);
    let rollout = own.find(|(_, _, decl)| matches!(decl.kind, DeclKind::Rollout(_)));
    let Some((_, file, decl)) = rollout else {
        return;
    };
    let place = look.head((file, decl.span));
    let exposes = program.phases.iter().any(|phase| {
        phase.cohorts.iter().any(|cohort| !cohort.share.is_zero()) || phase.cohorts_from.is_some()
    });
    for role in &look.rules.owners {
        if !program.owners.contains_key(role) {
            out.push(
                Diagnostic::warning(
                    LINT.slug,
                    place,
                    format!("`{role}` is not an owner of `{}`", program.rollout),
                )
                .help(format!(
                    "this organisation asks for it in every policy: `owners {role}`"
                )),
            );
        }
    }
    if program.owners.is_empty() && exposes && look.rules.owners.is_empty() {
        out.push(
            Diagnostic::warning(
                LINT.slug,
                place,
                format!("nobody owns `{}`", program.rollout),
            )
            .help("say who: `owners ops, dev`"),
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
            r#"phase canary final { cohorts 1%, 100%  keep calm }

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
            r#"edition 2026

rollout production of build

evidence slo { fresh 5m  errors: ratio }

phase canary final { cohorts 1%, 100%  keep slo.errors <= 1% }

rollback to_old {
  to     canary at 0%
  decide within 15m
  step   route "Send everybody to the old build"
  verify slo.errors <= 1%
}
"#,
            &["nobody owns `production`"],
        );
        check(
            super::LINT.slug,
            r#"edition 2026

rollout production of build

owners ops

evidence slo { fresh 5m  errors: ratio }

phase canary final { cohorts 1%, 100%  keep slo.errors <= 1% }

rollback to_old {
  to     canary at 0%
  decide within 15m
  step   route "Send everybody to the old build"
  verify slo.errors <= 1%
}
"#,
            &[],
        );
    }
}
