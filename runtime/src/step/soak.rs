//! The soak: how long and how often a place was green since it was entered. Knows tracks and the place
//! it stands in; knows no move.

use std::collections::BTreeSet;

use super::Run;
use crate::document::Span;
use crate::eval::Reads;
use crate::ir::{Criterion, Phase};
use crate::number::Number;
use crate::state::TruthWord;
use crate::time::Instant;
use crate::track::{Mode as Feed, Need, Sample, stale_between};
use crate::value::Truth;
use crate::view::View;
use crate::view::look::Mode;

/// How far the soak is.
#[derive(Clone, Debug, Default)]
pub(super) struct Soak {
    /// How long it must be green; `None`: not at all.
    pub need: Option<Span>,
    /// How long it has been.
    pub held: Span,
    /// Whether it is green now.
    pub green: bool,
    /// Since when.
    pub since: Option<Instant>,
    /// How many green samples are asked for.
    pub checks: Option<u64>,
    /// How many there were.
    pub count: u64,
}

impl Soak {
    /// Whether time and samples are met.
    pub fn met(&self) -> bool {
        self.time_met() && self.checks_met()
    }

    /// Whether it was green long enough.
    pub fn time_met(&self) -> bool {
        self.need.is_none_or(|need| self.green && self.held >= need)
    }

    /// Whether it was green often enough.
    pub fn checks_met(&self) -> bool {
        self.checks.is_none_or(|checks| self.count >= checks)
    }
}

/// A soak that cannot be told is never met.
const NEVER: Span = Span(Number::int(i128::MAX));

impl<'a> Run<'a> {
    /// Room 5: feeds the soak and says how far it is.
    pub(super) fn soak(&mut self) -> Soak {
        let Some(phase) = self.phase().map(|at| &self.program.phases[at]) else {
            return Soak::default();
        };
        if self.below_first() {
            // Nobody is exposed: nothing to watch.
            return Soak::default();
        }
        let cohort = self.cohort_at().and_then(|at| phase.cohorts.get(at));
        let need = cohort
            .and_then(|cohort| cohort.soak)
            .or(phase.soak)
            .map(|node| self.number(node).map_or(NEVER, Span));
        let checks = cohort
            .and_then(|cohort| cohort.checks)
            .or(phase.checks)
            .map(|node| self.whole(node));
        let entered = self.instance.entered_at.unwrap_or(self.now);
        if phase.keep.is_empty() {
            return Soak {
                need,
                held: Span(self.measure(phase, entered, self.now)),
                green: true,
                since: Some(entered),
                checks,
                count: 0,
            };
        }
        let mode = match phase.on_red_pause {
            true => Feed::Keep,
            false => Feed::Restart,
        };
        let value = self.feed_soak(phase, mode, entered);
        let run = &*self;
        let measure = |from, to| run.measure(phase, from, to);
        let track = &run.instance.soak;
        let count = match phase.on_red_pause {
            true => track.count,
            false => track.run,
        };
        Soak {
            need,
            held: match (value, mode) {
                (TruthWord::True, _) | (_, Feed::Keep) => track.held_by(run.now, value, &measure),
                _ => Span::ZERO,
            },
            green: value == TruthWord::True,
            since: track.since,
            checks,
            count,
        }
    }

    /// A whole number that is asked for; one that cannot be told is never reached.
    fn whole(&self, node: crate::ir::NodeId) -> u64 {
        let number = self.number(node).and_then(Number::to_i128);
        number
            .and_then(|number| u64::try_from(number).ok())
            .unwrap_or(u64::MAX)
    }

    /// Feeds the track of the place's `keep`; its truth now.
    pub(super) fn feed_soak(
        &mut self,
        phase: &'a Phase,
        mode: Feed,
        entered: Instant,
    ) -> TruthWord {
        let mut reads = Reads::default();
        for criterion in &phase.keep {
            reads.ask(self.program, &criterion.ask);
        }
        let items = reads.items;
        // What waives is seen with them; it is no sample of them.
        let shown: BTreeSet<_> = items
            .union(&self.waiver_items(&reads.gates))
            .copied()
            .collect();
        let bindings = self.bindings();
        let look = self.look(&bindings);
        let now_view = look.some(self.sight(Mode::Move, self.now), &shown);
        let now = self.green(&phase.keep, &now_view, self.now);
        let ends = self.waiver_ends(&now_view);
        let timed: BTreeSet<_> = items
            .iter()
            .copied()
            .filter(|item| self.fresh[item.ix()].hard.is_some())
            .collect();
        let mut instants: Vec<(Instant, bool)> =
            look.instants(self.sight(Mode::Move, self.now), &timed);
        let by_clock = reads.time || timed.is_empty() || shown != items;
        let mut track = self.instance.soak.clone();
        if track.at.is_none() {
            // What is at hand at the entry counts from the entry: the newest of it.
            let newest = instants.iter().rposition(|(at, _)| *at <= entered);
            instants.drain(..newest.unwrap_or(0));
            instants.iter_mut().for_each(|instant| instant.1 = true);
        }
        instants.retain(|(_, new)| *new);
        let coverage: Vec<_> = timed
            .iter()
            .map(|item| look.coverage(self.sight(Mode::Move, self.now), *item))
            .collect();
        let measure = |from, to| self.measure(phase, from, to);
        let feed = |observed: Instant, counts: bool, track: &mut crate::state::Track| {
            let at = observed.max(entered).max(track.at.unwrap_or(entered));
            let view = look.some(self.sight(Mode::Move, at), &shown);
            let value = self.green(&phase.keep, &view, at);
            let hole = track.at.is_some_and(|last| {
                last < at && coverage.iter().any(|known| stale_between(known, last, at))
            });
            let sample = Sample {
                at,
                value,
                until: look.until(&view, &timed),
                hole,
                counts: counts && observed > entered,
            };
            track.feed_by(sample, mode, Need::Once, &measure);
        };
        // Samples at or before the last one are one sample, at the last one.
        let edge = track.at;
        let early = |at: Instant| edge.is_some_and(|edge| at <= edge);
        if let Some((at, _)) = instants.iter().rev().find(|(at, _)| early(*at)) {
            feed(*at, true, &mut track);
        }
        // A waiver that ran out in between was an end of its own.
        let mut later: Vec<(Instant, bool)> = (instants.into_iter())
            .filter(|(at, _)| !early(*at))
            .collect();
        let ended = |at: &Instant| edge.is_some_and(|edge| edge < *at) && *at < self.now;
        let ends = ends.into_iter().filter(ended).map(|at| (at, false));
        later.extend(ends);
        later.sort_by_key(|(at, counts)| (*at, !counts));
        later.dedup_by_key(|(at, _)| *at);
        for (at, counts) in later {
            feed(at, counts, &mut track);
        }
        if by_clock && track.at.is_none_or(|at| at < self.now) {
            feed(self.now, false, &mut track);
        }
        self.instance.soak = track;
        now
    }

    /// Whether all of `keep` is satisfied at an instant.
    fn green(&self, keep: &'a [Criterion], view: &View, at: Instant) -> TruthWord {
        let all = self.asking(view, at, |ctx| {
            keep.iter().fold(Truth::True, |all, criterion| {
                all.and(ctx.ask(&criterion.ask).truth())
            })
        });
        word(all)
    }

    /// The time between two instants: by the wall, or only where the calendar is open.
    pub(super) fn measure(&self, phase: &Phase, from: Instant, to: Instant) -> Number {
        match phase.clock_open {
            true => self.open_time(from, to),
            false => to.since(from),
        }
    }
}

/// A truth in the words of the state.
pub(super) fn word(truth: Truth) -> TruthWord {
    match truth {
        Truth::True => TruthWord::True,
        Truth::False => TruthWord::False,
        Truth::Unknown(_) => TruthWord::Unknown,
    }
}
