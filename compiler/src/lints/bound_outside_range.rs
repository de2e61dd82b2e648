//! A part of a condition that compares with what the field can never be.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{Clause, Node, NodeId};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "bound-outside-range",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    // What decides a gate or a trigger alone has findings of its own.
    let mut whole: BTreeSet<NodeId> = BTreeSet::new();
    for gate in &program.gates {
        for clause in &gate.clauses {
            if let Clause::Rule(rule) = clause {
                whole.insert(prover.behind(rule.cond));
            }
        }
    }
    whole.extend(
        program
            .triggers
            .iter()
            .map(|trigger| prover.behind(trigger.when)),
    );
    for (at, code) in program.code.iter().enumerate() {
        let id = NodeId(at as u32);
        let place = look.node(id);
        let Node::Compare(_, left, right) = &code.node else {
            continue;
        };
        let (a, b) = (prover.constant(*left), prover.constant(*right));
        if whole.contains(&id) || look.foreign(place) || a.is_some() == b.is_some() {
            continue;
        }
        let value = if a.is_some() { right } else { left };
        let what = match (
            prover.impossible(&[(id, true)]).is_some(),
            prover.impossible(&[(id, false)]).is_some(),
        ) {
            (true, false) => "never holds",
            (false, true) => "always holds",
            (true, true) | (false, false) => continue,
        };
        let message = format!(
            "this {what}: the limit lies outside of what `{}` may be",
            look.said(*value)
        );
        out.push(Diagnostic::warning(LINT.slug, place, message));
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"evidence review { fresh 1d  score: int min 0 max 10 }
gate liked { require review.score >= 70 or slo.errors == 0% }
"#,
            &["this never holds: the limit lies outside of what `review.score` may be"],
        );
        check(
            super::LINT.slug,
            r#"evidence review { fresh 1d  score: int min 0 max 10 }
gate liked { require review.score >= 10 or slo.errors == 0% }
"#,
            &[],
        );
    }
}
