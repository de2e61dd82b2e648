//! A field that may be absent, compared without a guard.

use rolloutc_runtime::ir::{Clause, Node, NodeId, ValueTest};
use rolloutc_runtime::ty::Ty;

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "optional-read-without-default",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for gate in &program.gates {
        let rules = gate.clauses.iter().filter_map(|clause| match clause {
            Clause::Rule(rule) => Some(rule.cond),
            _ => None,
        });
        for node in unguarded(look, rules.collect()) {
            let message = format!(
                "where `{}` is absent, `{}` is unknown",
                look.said(node),
                gate.name
            );
            out.push(
                Diagnostic::info(LINT.slug, look.node(node), message)
                    .help("say so: `… is present and …`, or give it a default: `?? 0`"),
            );
        }
    }
}

/// Fields that may be absent and are compared below these nodes, with nothing there that asks whether they are.
pub(super) fn unguarded(look: &Look<'_>, from: Vec<NodeId>) -> Vec<NodeId> {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return Vec::new();
    };
    let reach = Reach::nodes(program, from);
    let mut guarded = Vec::new();
    for node in &reach.nodes {
        if let Node::ValueIs(of, ValueTest::Present | ValueTest::Blank) =
            &program.code[node.ix()].node
        {
            guarded.push(prover.measure(*of));
        }
    }
    let mut out = Vec::new();
    for node in &reach.nodes {
        let Node::Compare(_, left, right) = &program.code[node.ix()].node else {
            continue;
        };
        for side in [*left, *right] {
            let of = prover.behind(side);
            let code = &program.code[of.ix()];
            // Of rows one may well be unknown: others decide.
            let lone = match &code.node {
                Node::Field(of, _) => rooted(look, *of),
                _ => false,
            };
            let optional = lone && matches!(code.ty, Ty::Optional(_));
            if optional && !guarded.contains(&prover.measure(of)) && !look.foreign(look.node(side))
            {
                out.push(side);
            }
        }
    }
    out
}

/// Whether a record is an item or a part of one, and no row.
fn rooted(look: &Look<'_>, node: NodeId) -> bool {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return false;
    };
    match &program.code[prover.behind(node).ix()].node {
        Node::Item(_) => true,
        Node::Field(of, _) => rooted(look, *of),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"gate light { require slo.waste <= 5% }
"#,
            &["where `slo.waste` is absent, `light` is unknown"],
        );
        check(
            super::LINT.slug,
            r#"gate light { require slo.waste ?? 0% <= 5% }
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"gate light { require slo.waste is present and slo.waste <= 5% }
"#,
            &[],
        );
    }
}
