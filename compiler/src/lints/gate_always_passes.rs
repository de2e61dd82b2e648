//! A rule that no evidence of its schema can break: it looks like a check and is none.

use rolloutc_runtime::ir::{Clause, RuleKind};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "gate-always-passes",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for gate in &program.gates {
        for clause in &gate.clauses {
            let Clause::Rule(rule) = clause else { continue };
            let place = look.node(rule.cond);
            if rule.kind == RuleKind::Need || look.foreign(place) {
                continue;
            }
            let broken = rule.kind == RuleKind::Forbid;
            if prover.impossible(&[(rule.cond, broken)]).is_some() {
                let message = format!("this rule of `{}` can never fail", gate.name);
                out.push(
                    Diagnostic::warning(LINT.slug, place, message)
                        .label("holds for every value the schema allows"),
                );
            }
        }
    }
}
