//! A rule that another rule of the same gate brings along: only one of the two says anything.

use rolloutc_runtime::ir::{Clause, Gate, NodeId, RuleKind};

use super::unsatisfiable_gate::rules;
use super::{Lint, Look};
use crate::check::Place;
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "clause-subsumed",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for gate in &program.gates {
        let rules = rules(gate);
        if rules.len() < 2 || prover.impossible(&rules).is_some() {
            continue;
        }
        for (at, weak) in rules.iter().enumerate() {
            let place = look.node(weak.0);
            // What never fails alone has its own finding.
            if look.foreign(place) || prover.impossible(&[(weak.0, !weak.1)]).is_some() {
                continue;
            }
            let strong = rules.iter().enumerate().find(|(other, strong)| {
                *other != at
                    && prover.implies(&[**strong], *weak)
                    // Of two that say the same, the second is the one too many.
                    && (*other < at || !prover.implies(&[*weak], **strong))
            });
            if let Some((_, strong)) = strong {
                let message = format!("another rule of `{}` already implies this", gate.name);
                let mut found = Diagnostic::warning(LINT.slug, place, message)
                    .label("holds wherever the other holds")
                    .also(look.node(strong.0), "this one");
                if let Some(clause) = clause(look, gate, weak.0) {
                    found = found.fix("remove it", true, vec![(clause.1, String::new())]);
                }
                out.push(found);
            }
        }
    }
}

/// The clause of a rule, where it stands in this very file and says nothing else.
fn clause(look: &Look<'_>, gate: &Gate, cond: NodeId) -> Option<Place> {
    let mut rules = gate.clauses.iter().filter_map(|clause| match clause {
        Clause::Rule(rule) if rule.kind != RuleKind::Need => Some(rule),
        _ => None,
    });
    let rule = rules.find(|rule| rule.cond == cond)?;
    let place = look.origin(rule.at);
    let inside = place.0 == look.node(cond).0 && place.1.holds(look.node(cond).1);
    let word = look.text(place);
    (inside && (word.starts_with("require") || word.starts_with("forbid"))).then_some(place)
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            "gate quick { require slo.p95 <= 1s  require slo.p95 <= 2s }\n",
            &["another rule of `quick` already implies this"],
        );
        check(
            super::LINT.slug,
            "gate quick { require slo.p95 <= 1s  require slo.errors <= 2% }\n",
            &[],
        );
    }
}
