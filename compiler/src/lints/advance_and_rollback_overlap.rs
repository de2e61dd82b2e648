//! One evidence that keeps a phase green and fires a trigger in it: it says go on and turn back at once.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{Ask, PhaseId};

use super::prove::{Measure, Prover, Wish};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "advance-and-rollback-overlap",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for trigger in &program.triggers {
        for (at, phase) in program.phases.iter().enumerate() {
            if !trigger.phases.contains(&PhaseId(at as u32)) || trigger.each.is_some() {
                continue;
            }
            let mut keep = Vec::new();
            for criterion in &phase.keep {
                asks(prover, program, &criterion.ask, &mut keep);
            }
            let (Some(green), Some(fires)) = (
                prover.together(&keep),
                prover.together(&[(trigger.when, true)]),
            ) else {
                continue;
            };
            let judged: BTreeSet<Measure> = green
                .ways
                .iter()
                .flat_map(|way| way.keys().copied())
                .collect();
            // Only what the gates judge too: a trigger may well watch something else.
            let same = !fires.ways.is_empty()
                && fires
                    .ways
                    .iter()
                    .all(|way| way.keys().all(|measure| judged.contains(measure)));
            if !same {
                continue;
            }
            let mut both = keep.clone();
            both.push((trigger.when, true));
            let Some(way) = prover
                .together(&both)
                .and_then(|all| all.ways.into_iter().next())
            else {
                continue;
            };
            let message = format!(
                "`{}` fires while `{}` may go on: {}",
                trigger.name,
                phase.name,
                look.example(&way)
            );
            let found = Diagnostic::error(LINT.slug, look.node(trigger.when), message);
            let found = match phase.keep.first() {
                Some(criterion) => {
                    found.also(look.origin(criterion.at), "green with the same evidence")
                }
                None => found,
            };
            out.push(found.help("let the trigger begin where the gate ends"));
            break;
        }
    }
}

/// The rules of the gates that a criterion surely asks.
fn asks(
    prover: &Prover<'_>,
    program: &rolloutc_runtime::ir::Program,
    ask: &Ask,
    out: &mut Vec<Wish>,
) {
    match ask {
        Ask::Gate(gate) => out.extend(prover.rules(*gate).into_iter().flatten()),
        Ask::Cond(node) => out.push((*node, true)),
        Ask::Group(group) => {
            if let Some(group) = program.groups.get(group.ix()) {
                asks(prover, program, &group.ask, out);
            }
        }
        Ask::All(all) => all.iter().for_each(|one| asks(prover, program, one, out)),
        Ask::Approval(_) | Ask::Any(_) | Ask::Count(..) | Ask::Not(_) => {}
    }
}
