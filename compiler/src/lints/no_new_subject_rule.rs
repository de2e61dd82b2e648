//! A rollout that sees another subject and does not say what then.

use rolloutc_runtime::ir::OnNewSubject;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::DeclKind;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "no-new-subject-rule",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    if program.live_from.is_none()
        || program.on_new_subject != OnNewSubject::Halt
        || program.phases.is_empty()
    {
        return;
    }
    for (module, file, decl) in look.decls() {
        if let (0, DeclKind::Rollout(_)) = (module.ix(), &decl.kind) {
            out.push(
                Diagnostic::info(
                    LINT.slug,
                    look.head((file, decl.span)),
                    "another subject halts this rollout: nothing says what then",
                )
                .help("write `on new subject restart`, `finish` or `rollback …`"),
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
            r#"edition 2026
rollout production of build { live from served.build }
owners ops
evidence served { fresh 5m  build: text }
phase canary final { keep served is present  soak 5m }
"#,
            &["another subject halts this rollout: nothing says what then"],
        );
        check(
            super::LINT.slug,
            r#"edition 2026
rollout production of build
owners ops
evidence served { fresh 5m  build: text }
phase canary final { keep served is present  soak 5m }
"#,
            &[],
        );
    }
}
