//! A rule that another rule of the same gate brings along: only one of the two says anything.

use super::unsatisfiable_gate::rules;
use super::{Lint, Look};
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
                let message = format!("another rule of `{}` says this already", gate.name);
                out.push(
                    Diagnostic::warning(LINT.slug, place, message)
                        .label("holds wherever the other holds")
                        .also(look.node(strong.0), "this one"),
                );
            }
        }
    }
}
