//! A gate whose rules contradict each other: whatever the evidence, it never passes.

use rolloutc_runtime::ir::{Clause, Gate, RuleKind};

use super::prove::{Clash, Wish};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "unsatisfiable-gate",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for gate in &program.gates {
        let place = look.origin(gate.at);
        if look.foreign(place) {
            continue;
        }
        let Some(clash) = prover.impossible(&rules(gate)) else {
            continue;
        };
        let at = clash
            .as_ref()
            .map_or(place, |clash| look.node(clash.second));
        let mut found = Diagnostic::error(LINT.slug, at, format!("`{}` can never pass", gate.name));
        if let Some(clash) = clash {
            found = shown(look, found, &clash);
        }
        out.push(found);
    }
}

/// The rules of a row: all must hold together, whatever else the gate says.
pub(super) fn rules(gate: &Gate) -> Vec<Wish> {
    let rule = |clause: &Clause| match clause {
        Clause::Rule(rule) => Some((rule.cond, rule.kind != RuleKind::Forbid)),
        Clause::Each { .. }
        | Clause::Applies(_)
        | Clause::Pending(_)
        | Clause::AdvisoryUnless(_)
        | Clause::AdvisoryUntil(_)
        | Clause::Let { .. } => None,
    };
    gate.clauses.iter().filter_map(rule).collect()
}

/// Shows the two clauses of a clash.
pub(super) fn shown(look: &Look<'_>, found: Diagnostic, clash: &Clash) -> Diagnostic {
    let measure = clash.measure.map(|node| look.said(node));
    match (clash.first == clash.second, measure) {
        (true, Some(measure)) => found.label(format!("`{measure}` never has such a value")),
        (true, None) => found.label("never so"),
        (false, Some(measure)) => found
            .label(format!("leaves `{measure}` no value"))
            .also(look.node(clash.first), "together with this"),
        (false, None) => found
            .label("contradicts the other")
            .also(look.node(clash.first), "this one"),
    }
}
