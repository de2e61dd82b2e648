//! The instants of evidence: when something was observed, from when on it is new, and how long it is
//! known to be fresh. Picks nothing.

use std::collections::BTreeSet;

use super::View;
use super::look::{Look, Sight, is_series};
use crate::evidence::Reading;
use crate::ir::ItemId;
use crate::time::Instant;

impl<'a> Look<'a> {
    /// The times of an item's observations up to now, ascending: of its rows for a series; of what speaks
    /// of us, if anything does.
    pub(super) fn times(&self, sight: Sight<'_>, id: ItemId) -> Vec<(Instant, &'a Reading)> {
        let Some(item) = self.program.evidence.get(id.ix()) else {
            return Vec::new();
        };
        let readings = self.readings.of(id);
        let ours = readings
            .iter()
            .any(|reading| self.speaks_of_us(sight, item, reading));
        let mut times = Vec::new();
        for reading in readings {
            if ours && !self.speaks_of_us(sight, item, reading) {
                continue;
            }
            match is_series(item) && !reading.rows.is_empty() {
                true => times.extend(
                    reading
                        .rows
                        .iter()
                        .filter_map(|row| Some((row.at?, reading))),
                ),
                false => times.extend(reading.observed_at.map(|at| (at, reading))),
            }
        }
        times.retain(|(at, _)| *at <= self.bindings.now);
        times.sort_by_key(|time| time.0);
        times
    }

    /// The instants at which something that is read was observed, ascending and distinct, and for each
    /// whether an observation newer than what was seen before is read there. They begin where everything
    /// that was observed at all has been observed: before that there is nothing to tell the truth by.
    pub fn instants(&self, sight: Sight<'_>, items: &BTreeSet<ItemId>) -> Vec<(Instant, bool)> {
        let mut all: BTreeSet<Instant> = BTreeSet::new();
        // From the first new observation of an item on, what is read of it is new.
        let mut new_from: Option<Instant> = None;
        let mut whole_from: Option<Instant> = None;
        for id in items {
            if self.fresh(*id).hard.is_none() {
                continue;
            }
            let Some(item) = self.program.evidence.get(id.ix()) else {
                continue;
            };
            let times = self.times(sight, *id);
            whole_from = whole_from.max(times.first().map(|(at, _)| *at));
            for (at, reading) in times {
                all.insert(at);
                let new = self
                    .seen(item, reading)
                    .is_none_or(|seen| at > seen.observed_at);
                if new {
                    new_from = Some(new_from.map_or(at, |from| from.min(at)));
                }
            }
        }
        all.into_iter()
            .filter(|at| whole_from.is_none_or(|from| *at >= from))
            .map(|at| (at, new_from.is_some_and(|from| at >= from)))
            .collect()
    }

    /// The item's observations that are known, from this input and from earlier steps, each with the
    /// instant up to which it is fresh; ascending.
    pub fn coverage(&self, sight: Sight<'_>, id: ItemId) -> Vec<(Instant, Option<Instant>)> {
        let Some(item) = self.program.evidence.get(id.ix()) else {
            return Vec::new();
        };
        let hard = self.fresh(id).hard;
        let end = |at: Instant| hard.map(|hard| at.plus(hard).unwrap_or(Instant::MAX));
        let mut known: Vec<(Instant, Option<Instant>)> = self
            .times(sight, id)
            .into_iter()
            .map(|(at, _)| (at, end(at)))
            .collect();
        let seen = self.bindings.seen.iter();
        known.extend(
            seen.filter(|seen| seen.item == item.name)
                .map(|seen| (seen.observed_at, seen.until.or(end(seen.observed_at)))),
        );
        known.sort();
        known
    }

    /// How long the view's truth holds: the first end of freshness of what is read.
    pub fn until(&self, view: &View, items: &BTreeSet<ItemId>) -> Option<Instant> {
        let ends = items.iter().filter_map(|id| {
            let observed = view.items.get(id.ix())?.observed_at?;
            observed.plus(self.fresh(*id).hard?)
        });
        ends.min()
    }
}
