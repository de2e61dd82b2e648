//! Readings side by side: times lent by siblings, repeated observations, two contents for one instant.

use super::reader::{fault, older, younger};
use super::{Evidence, Reading, Readings, TimeFrom};
use crate::data::{Slot, Store};
use crate::ir::{ItemId, Observed, Program};
use crate::ty::{Shape, Ty};

/// The most observations of one item.
const OBSERVATIONS: usize = 10_000;

/// Gives items that are observed with another one the time of its newest reading.
pub(super) fn siblings(program: &Program, list: &mut [Reading]) {
    let waiting = |item: ItemId| match program.evidence[item.ix()].observed {
        Observed::With(other) => Some(other),
        Observed::Envelope | Observed::At { .. } | Observed::Line { .. } => None,
    };
    if !program
        .evidence
        .iter()
        .any(|item| matches!(item.observed, Observed::With(_)))
    {
        return;
    }
    // Chains end after as many steps as there are items, or go in a circle and never get a time.
    let mut settled: Vec<bool> = list
        .iter()
        .map(|reading| waiting(reading.item).is_none())
        .collect();
    for _ in 0..program.evidence.len() {
        let mut moved = false;
        for at in 0..list.len() {
            let Some(other) = waiting(list[at].item).filter(|_| !settled[at]) else {
                continue;
            };
            let theirs = list
                .iter()
                .zip(&settled)
                .filter(|(reading, _)| reading.item == other);
            if theirs.clone().any(|(_, settled)| !settled) {
                continue;
            }
            let newest = theirs
                .map(|(reading, _)| (reading.observed_at, reading.latest))
                .max_by_key(|times| times.0);
            if let Some((observed_at, latest)) = newest {
                let reading = &mut list[at];
                if let Some(time) = observed_at {
                    if reading.observed_at.is_none_or(|own| time <= own) {
                        reading.time_from = TimeFrom::Sibling;
                    }
                    reading.observed_at = older(reading.observed_at, Some(time));
                    reading.latest = younger(reading.latest, latest);
                    for row in &mut reading.rows {
                        row.at = older(row.at, Some(time));
                    }
                } else {
                    reading.time_from = TimeFrom::Sibling;
                    reading.observed_at = None;
                }
            } else {
                list[at].time_from = TimeFrom::Sibling;
                list[at].observed_at = None;
            }
            settled[at] = true;
            moved = true;
        }
        if !moved {
            break;
        }
    }
}

/// Sorts readings, drops those that repeat another, and finds two contents for one instant.
pub(super) fn order(
    program: &Program,
    evidence: &Evidence,
    readings: &mut Readings,
    store: &mut Store,
) {
    let list = &mut readings.list;
    list.sort_by(|a, b| {
        let time = |reading: &Reading| (reading.observed_at.is_none(), reading.observed_at);
        (a.item, time(a), a.observation).cmp(&(b.item, time(b), b.observation))
    });
    let mut counts = vec![0; program.evidence.len()];
    for reading in list.iter() {
        counts[reading.item.ix()] += 1;
    }
    let mut kept: Vec<Reading> = Vec::with_capacity(list.len());
    'next: for mut reading in list.drain(..) {
        if counts[reading.item.ix()] > OBSERVATIONS {
            let message = format!("more than {OBSERVATIONS} observations");
            if kept.last().is_none_or(|last| last.item != reading.item) {
                reading.root = Slot::Bad(fault(store, reading.observation, message, 0, 0));
                kept.push(reading);
            }
            continue;
        }
        let mut clash = None;
        for other in kept.iter_mut().rev() {
            if other.item != reading.item || other.observed_at != reading.observed_at {
                break;
            }
            if other.about != reading.about {
                continue;
            }
            if other.digest(evidence) == reading.digest(evidence) {
                readings
                    .doubles
                    .push((other.observation, reading.observation));
                continue 'next;
            }
            let item = &program.evidence[reading.item.ix()];
            // The observations of a series are its rows; whether two of those clash is asked row by row.
            // Rows that were told again together with younger ones are another instant.
            let apart = is_series(&item.ty)
                || other.told != reading.told
                || reading.observed_at.is_none() && item.fresh.is_some();
            if apart {
                continue;
            }
            let shown = |at: u32| match &evidence.observations[at as usize].file {
                Some(file) => format!("`{file}`"),
                None => format!("observation {}", at + 1),
            };
            let message = format!(
                "two contents for one instant: {} and {}",
                shown(other.observation),
                shown(reading.observation)
            );
            let bad = Slot::Bad(fault(store, reading.observation, message, 0, 0));
            other.root = bad;
            clash = Some(bad);
        }
        if let Some(bad) = clash {
            reading.root = bad;
        }
        kept.push(reading);
    }
    let mut starts = Vec::with_capacity(program.evidence.len() + 1);
    let mut at = 0;
    for item in 0..program.evidence.len() {
        starts.push(at as u32);
        while kept
            .get(at)
            .is_some_and(|reading| reading.item.ix() == item)
        {
            at += 1;
        }
    }
    starts.push(at as u32);
    *list = kept;
    readings.starts = starts;
}

fn is_series(ty: &Ty) -> bool {
    let series = Shape::Series;
    matches!(ty.required(), Ty::Rows { shape, .. } if *shape == series)
}
