//! A limit that anybody may move as far as they like.

use rolloutc_runtime::ir::{Cmp, Node, ParamId};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::DeclKind;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "param-without-bound",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for (_, file, decl) in look.decls() {
        let DeclKind::Param(param) = &decl.kind else {
            continue;
        };
        let at = program.params.iter().position(|one| {
            one.name == param.name.as_str()
                && look.origin(one.at).0 == file
                && decl.span.holds(look.origin(one.at).1)
        });
        let Some(id) = at.map(|at| ParamId(at as u32)) else {
            continue;
        };
        let numeric = program.params[id.ix()].ty.is_numeric();
        let bounded = param.min.is_some() || param.max.is_some() || !param.only.is_empty();
        let Some(default) = param.default.as_ref().filter(|_| numeric && !bounded) else {
            continue;
        };
        let reads = |node| {
            prover.behind(node) == node
                && matches!(program.code[node.ix()].node, Node::Param(found) if found == id)
                || matches!(program.code[prover.behind(node).ix()].node, Node::Param(found) if found == id)
        };
        let limit = program.code.iter().enumerate().find_map(|(at, code)| {
            let node = rolloutc_runtime::ir::NodeId(at as u32);
            match &code.node {
                Node::Compare(op, left, right) if reads(*right) => Some((node, side(*op))),
                Node::Compare(op, left, _) if reads(*left) => Some((node, side(turned(*op)))),
                _ => None,
            }
        });
        let threshold = || {
            let found = program
                .thresholds
                .iter()
                .find(|threshold| reads(threshold.bound))?;
            Some((found.bound, side(found.op)))
        };
        let Some((node, word)) = limit.or_else(threshold) else {
            continue;
        };
        let Some(word) = word else { continue };
        let value = look.text((file, default.span));
        let message = format!(
            "`{}` is a limit that a run may set to anything",
            param.name.text
        );
        let end = Span::at(decl.span.end);
        out.push(
            Diagnostic::warning(LINT.slug, (file, param.name.span), message)
                .label(format!("give it a `{word}`"))
                .also(look.node(node), "decides here")
                .fix(
                    format!("add `{word} {value}`"),
                    false,
                    vec![(end, format!("   {word} {value}"))],
                ),
        );
    }
}

/// The bound that keeps a limit on the right from being loosened.
fn side(op: Cmp) -> Option<&'static str> {
    match op {
        Cmp::Lt | Cmp::Le => Some("max"),
        Cmp::Gt | Cmp::Ge => Some("min"),
        Cmp::Eq | Cmp::Ne => None,
    }
}

fn turned(op: Cmp) -> Cmp {
    match op {
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
        Cmp::Eq | Cmp::Ne => op,
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"param most: duration = 600ms
gate quick { require slo.p95 <= most }
"#,
            &["`most` is a limit that a run may set to anything"],
        );
        check(
            super::LINT.slug,
            r#"param least: int = 3
gate some { require least <= slo.lost ?? 0 }
"#,
            &["`least` is a limit that a run may set to anything"],
        );
        check(
            super::LINT.slug,
            r#"param most: duration = 600ms   max 900ms
gate quick { require slo.p95 <= most }
"#,
            &[],
        );
    }
}
