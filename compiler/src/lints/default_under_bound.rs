//! A default that decides for a value that is not there: `x ?? 0` below an upper bound lets what is missing pass.

use rolloutc_runtime::ir::{Clause, Node, NodeId, RuleKind};

use super::prove::Prover;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "default-under-bound",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let mut asked = Vec::new();
    for gate in &program.gates {
        for clause in &gate.clauses {
            if let Clause::Rule(rule) = clause {
                asked.push((rule.cond, rule.kind != RuleKind::Forbid, "passes"));
            }
        }
    }
    for trigger in &program.triggers {
        asked.push((trigger.when, false, "does not fire"));
    }
    for (cond, quiet, what) in asked {
        let Some((of, default, compare)) = defaulted(prover, program, cond) else {
            continue;
        };
        if look.foreign(look.node(compare)) {
            continue;
        }
        // The condition with the default in place of the value.
        let (Node::Compare(op, left, right), Some(value)) =
            (&program.code[compare.ix()].node, prover.constant(default))
        else {
            continue;
        };
        let other = if of == *left { right } else { left };
        let Some(bound) = prover.constant(*other) else {
            continue;
        };
        let (a, b) = if of == *left {
            (&value, &bound)
        } else {
            (&bound, &value)
        };
        if super::prove::compare(*op, a, b) == Some(quiet) {
            let message = format!("where `{}` is missing, this {what}", look.said(of));
            out.push(
                Diagnostic::warning(LINT.slug, look.node(compare), message)
                    .label("the default decides")
                    .help("leave the default out: what is missing is then unknown"),
            );
        }
    }
}

/// A comparison whose side is `x ?? constant`: that side, the constant, and the comparison.
fn defaulted(
    prover: &Prover<'_>,
    program: &rolloutc_runtime::ir::Program,
    cond: NodeId,
) -> Option<(NodeId, NodeId, NodeId)> {
    let cond = prover.behind(cond);
    let (left, right) = match &program.code[cond.ix()].node {
        Node::Compare(_, left, right) => (*left, *right),
        _ => return None,
    };
    [left, right]
        .into_iter()
        .find_map(|side| match &program.code[prover.behind(side).ix()].node {
            Node::Default(_, default) if prover.constant(*default).is_some() => {
                Some((side, *default, cond))
            }
            _ => None,
        })
}
