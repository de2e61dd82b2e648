//! What the criteria of a phase say of one measure each: the form in which phases and triggers can be compared.

use rolloutc_runtime::ir::{Ask, Criterion, Level, Program};

use super::Look;
use super::prove::{Measure, Prover, Says, Wish};

/// A rule that speaks of a single measure.
#[derive(Clone, Debug)]
pub struct Bound {
    /// The rule.
    pub wish: Wish,
    /// The measure.
    pub measure: Measure,
    /// Its values under the rule.
    pub says: Says,
}

/// The rules of what surely is asked, each on its own.
pub fn rules(prover: &Prover<'_>, program: &Program, criteria: &[&[Criterion]]) -> Vec<Wish> {
    let mut out = Vec::new();
    for criterion in criteria.iter().flat_map(|some| some.iter()) {
        asked(prover, program, &criterion.ask, &mut out);
    }
    out
}

/// The rules among them that speak of one measure.
pub fn bounds(look: &Look<'_>, criteria: &[&[Criterion]]) -> Vec<Bound> {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return Vec::new();
    };
    let rules = rules(prover, program, criteria);
    rules
        .into_iter()
        .filter_map(|wish| bound(prover, wish))
        .collect()
}

/// A condition as a bound, where it speaks of one measure.
pub fn bound(prover: &Prover<'_>, wish: Wish) -> Option<Bound> {
    let mut ways = prover.together(&[wish])?.ways;
    let way = ways.pop().filter(|way| ways.is_empty() && way.len() == 1)?;
    let (measure, says) = way.into_iter().next()?;
    says.node?;
    Some(Bound {
        wish,
        measure,
        says,
    })
}

fn asked(prover: &Prover<'_>, program: &Program, ask: &Ask, out: &mut Vec<Wish>) {
    match ask {
        Ask::Gate(id) => {
            let weighs = program
                .gates
                .get(id.ix())
                .is_some_and(|gate| gate.level != Level::Advisory);
            if weighs {
                out.extend(prover.rules(*id).into_iter().flatten());
            }
        }
        Ask::Cond(node) => out.push((*node, true)),
        Ask::Group(group) => {
            if let Some(group) = program.groups.get(group.ix()) {
                asked(prover, program, &group.ask, out);
            }
        }
        Ask::All(all) => all.iter().for_each(|one| asked(prover, program, one, out)),
        Ask::Approval(_) | Ask::Any(_) | Ask::Count(..) | Ask::Not(_) => {}
    }
}
