//! What says nothing beside its neighbour: `x == true`, and a part of `and` or `or` that another part brings along.

use rolloutc_runtime::ir::{Cmp, Const, Node, NodeId};

use super::prove::Wish;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "redundant-comparison",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for (at, code) in program.code.iter().enumerate() {
        let id = NodeId(at as u32);
        if look.foreign(look.node(id)) {
            continue;
        }
        match &code.node {
            Node::Compare(op @ (Cmp::Eq | Cmp::Ne), left, right) => {
                plain(look, id, *op, (*left, *right), out);
            }
            Node::And(of) => parts(look, of, true, out),
            Node::Or(of) => parts(look, of, false, out),
            _ => {}
        }
    }
}

/// `x == true`
fn plain(look: &Look<'_>, id: NodeId, op: Cmp, sides: (NodeId, NodeId), out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let (value, is) = match (
        &program.code[sides.0.ix()].node,
        &program.code[sides.1.ix()].node,
    ) {
        (Node::Const(Const::Bool(_)), Node::Const(Const::Bool(_))) => return,
        (_, Node::Const(Const::Bool(is))) => (sides.0, *is),
        (Node::Const(Const::Bool(is)), _) => (sides.1, *is),
        _ => return,
    };
    // An optional condition may be absent, which neither `true` nor `false` is.
    if program.code[value.ix()].ty != rolloutc_runtime::ty::Ty::Bool {
        return;
    }
    let said = look.said(value);
    let path = said
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    let text = match is == (op == Cmp::Eq) {
        true => said.to_string(),
        false if path => format!("not {said}"),
        false => format!("not ({said})"),
    };
    let place = look.node(id);
    out.push(
        Diagnostic::warning(LINT.slug, place, "a condition needs no comparison")
            .label(format!("write `{text}`"))
            .fix(format!("write `{text}`"), true, vec![(place.1, text)]),
    );
}

/// A part that another part brings along.
fn parts(look: &Look<'_>, of: &[NodeId], all: bool, out: &mut Vec<Diagnostic>) {
    let Some(prover) = look.prover() else { return };
    let holds = |node: &NodeId| -> Wish { (*node, true) };
    for (at, part) in of.iter().enumerate() {
        let place = look.node(*part);
        let lone = |wish: Wish| prover.impossible(&[wish]).is_some();
        if look.foreign(place) || lone((*part, true)) || lone((*part, false)) {
            continue;
        }
        let brings = |other: &NodeId, of: &NodeId| match all {
            true => prover.implies(&[holds(other)], holds(of)),
            false => prover.implies(&[holds(of)], holds(other)),
        };
        let over = of.iter().enumerate().find(|(other, strong)| {
            *other != at
                && !lone((**strong, true))
                && brings(strong, part)
                // Of two that say the same, the second is the one too many.
                && (*other < at || !brings(part, strong))
        });
        let Some((_, strong)) = over else { continue };
        let word = if all { "and" } else { "or" };
        let message = match all {
            true => format!("`{}` holds wherever the other part does", look.said(*part)),
            false => format!("`{}` adds nothing to the other part", look.said(*part)),
        };
        let mut found = Diagnostic::warning(LINT.slug, place, message)
            .also(look.node(*strong), "the other part");
        let between = |a: &NodeId, b: &NodeId| {
            let (a, b) = (look.node(*a), look.node(*b));
            let span = Span::new(a.1.end, b.1.start.max(a.1.end));
            (a.0 == b.0 && look.text((a.0, span)).trim() == word).then_some(span)
        };
        let cut = match at {
            0 => of
                .get(1)
                .and_then(|next| between(part, next))
                .map(|gap| place.1.to(gap)),
            at => between(&of[at - 1], part).map(|gap| gap.to(place.1)),
        };
        if let Some(cut) = cut {
            found = found.fix("remove it", true, vec![(cut, String::new())]);
        }
        out.push(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"evidence probe { fresh 5m  ok: bool }
gate fine { require probe.ok == true  forbid probe.ok != true }
"#,
            &[
                "a condition needs no comparison",
                "a condition needs no comparison",
            ],
        );
        check(
            super::LINT.slug,
            r#"evidence probe { fresh 5m  ok: bool? }
gate fine { require probe.ok == true }
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"gate quick { require slo.p95 <= 1s and slo.p95 <= 2s }
"#,
            &["`slo.p95 <= 2s` holds wherever the other part does"],
        );
        check(
            super::LINT.slug,
            r#"gate quick { require slo.p95 <= 2s or slo.errors <= 1% or slo.p95 <= 1s }
"#,
            &["`slo.p95 <= 1s` adds nothing to the other part"],
        );
        check(
            super::LINT.slug,
            r#"gate quick { require slo.p95 <= 1s and slo.p95 >= 10ms }
"#,
            &[],
        );
    }
}
