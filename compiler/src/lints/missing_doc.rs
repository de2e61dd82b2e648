//! Something people read in decisions, without a word on what it is for.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::DeclKind;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "missing-doc",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    for (module, file, decl) in look.decls() {
        let title = match &decl.kind {
            DeclKind::Gate(gate) => &gate.title,
            DeclKind::Rollback(procedure) | DeclKind::Switch(procedure) => &procedure.title,
            _ => continue,
        };
        if module.ix() != 0 || title.is_some() || decl.docs.is_some() {
            continue;
        }
        if let (Some(name), Some(word)) = (decl.kind.name(), decl.kind.word()) {
            let message = format!("nothing says what the {word} `{}` is for", name.text);
            out.push(
                Diagnostic::info(LINT.slug, (file, name.span), message)
                    .help(format!("give it a title: `{word} {} \"…\"`", name.text)),
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
rollout r

evidence slo { fresh 5m  errors: ratio }
gate calm { require slo.errors <= 1% }
"#,
            &["nothing says what the gate `calm` is for"],
        );
        check(
            super::LINT.slug,
            r#"edition 2026
rollout r

evidence slo { fresh 5m  errors: ratio }
/// It is calm.
gate calm { require slo.errors <= 1% }
"#,
            &[],
        );
    }
}
