//! A policy that does not begin with its `rollout` line.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{Decl, DeclKind};

/// See the page.
pub const LINT: Lint = Lint {
    slug: "declaration-order",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let of_policy = look.decls().filter(|(module, ..)| module.ix() == 0);
    let mut first: Option<&Decl> = None;
    for (_, file, decl) in of_policy {
        match &decl.kind {
            DeclKind::Use(_) => {}
            DeclKind::Rollout(_) => {
                let Some(first) = first else { return };
                let whole = whole(decl);
                let text = look.text((file, whole));
                let above = Span::at(self::whole(first).start);
                out.push(
                    Diagnostic::info(
                        LINT.slug,
                        look.head((file, decl.span)),
                        "the `rollout` line stands below other declarations",
                    )
                    .also(look.head((file, first.span)), "above it")
                    .fix(
                        "move it up",
                        true,
                        vec![(whole, String::new()), (above, format!("{text}\n\n"))],
                    ),
                );
                return;
            }
            _ => {
                first.get_or_insert(decl);
            }
        }
    }
}

fn whole(decl: &Decl) -> Span {
    let start = decl.docs.as_ref().map_or(decl.span, |docs| docs.span).start;
    Span::new(start, decl.span.end)
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"edition 2026

/// Who.
owners ops

/// What.
rollout production of build

evidence slo { fresh 5m  errors: ratio }

gate calm { require slo.errors <= 1% }
"#,
            &["the `rollout` line stands below other declarations"],
        );
        check(
            super::LINT.slug,
            r#"edition 2026

use std.command

rollout production of build

evidence run: command.Result { fresh 5m }

gate calm { require run.passed }
"#,
            &[],
        );
    }
}
