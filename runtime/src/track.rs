//! The truth of a condition over time: samples in, how long and how often it was true out. Knows
//! instants and three truths; knows no evidence and no policy.

use crate::document::Span;
use crate::number::Number;
use crate::state::{Track, TruthWord};
use crate::time::Instant;

/// What a hole or a false sample does to the time gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Whatever promotes: a hole, an unknown and a false sample cost the stretch.
    Restart,
    /// Triggers: a hole and an unknown neither count nor break, a false sample clears.
    Pause,
    /// `on red pause`: nothing clears, only true time counts.
    Keep,
}

/// One sample of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its instant.
    pub at: Instant,
    /// The truth then.
    pub value: TruthWord,
    /// How long it holds at most; `None` without end.
    pub until: Option<Instant>,
    /// Whether something read was stale at some instant since the track's last sample.
    pub hole: bool,
    /// Whether it counts for `times` and `checks`.
    pub counts: bool,
}

/// How long or how often a condition must hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// One sample.
    Once,
    /// So much true time.
    For(Number),
    /// So many true samples.
    Times(u64),
    /// So many true samples without a false one between.
    InARow(u64),
}

impl Track {
    /// Takes a sample; says whether `need` was met at any instant after the last sample and up to this
    /// one, so that asking in between would have changed nothing.
    pub fn feed(&mut self, sample: Sample, mode: Mode, need: Need) -> bool {
        self.feed_by(sample, mode, need, &elapsed)
    }

    /// The same, where time between two instants is measured otherwise: `clock open`.
    pub fn feed_by(
        &mut self,
        sample: Sample,
        mode: Mode,
        need: Need,
        measure: &dyn Fn(Instant, Instant) -> Number,
    ) -> bool {
        let mut due = false;
        let was_true = self.value == Some(TruthWord::True);
        if was_true && let Some(at) = self.at {
            let end = match (sample.hole, self.until) {
                (true, Some(until)) => sample.at.min(until),
                (true, None) | (false, _) => sample.at,
            };
            self.held = plus(self.held, at, end, measure);
            // Up to the instant before a sample that is not true; with a hole up to its edge.
            due |= match need {
                Need::For(long) if sample.hole => self.held.0 >= long,
                Need::For(long) => self.held.0 > long,
                Need::Once | Need::Times(_) | Need::InARow(_) => false,
            };
        }
        if sample.hole && mode == Mode::Restart {
            self.held = Span::ZERO;
        }
        match sample.value {
            TruthWord::True => {
                if self.held == Span::ZERO && (!was_true || sample.hole) || self.since.is_none() {
                    self.since = Some(sample.at);
                }
                if sample.counts {
                    self.count += 1;
                    self.run += 1;
                }
                due |= match need {
                    Need::Once => true,
                    Need::For(long) => self.held.0 >= long,
                    Need::Times(often) => self.count >= often && sample.counts,
                    Need::InARow(often) => self.run >= often && sample.counts,
                };
            }
            TruthWord::False => {
                if mode != Mode::Keep {
                    self.held = Span::ZERO;
                    self.since = None;
                }
                self.run = 0;
            }
            TruthWord::Unknown => {
                if mode == Mode::Restart {
                    self.held = Span::ZERO;
                    self.since = None;
                }
            }
        }
        self.value = Some(sample.value);
        self.at = Some(sample.at);
        self.until = sample.until;
        due
    }

    /// How long it has held at `now`, where the condition's truth is `value`: an open stretch counts up
    /// to now, or up to the instant to which its last sample holds.
    pub fn held_at(&self, now: Instant, value: TruthWord) -> Span {
        self.held_by(now, value, &elapsed)
    }

    /// The same, where time is measured otherwise.
    pub fn held_by(
        &self,
        now: Instant,
        value: TruthWord,
        measure: &dyn Fn(Instant, Instant) -> Number,
    ) -> Span {
        match (self.value, self.at) {
            (Some(TruthWord::True), Some(at)) if value == TruthWord::True => {
                plus(self.held, at, now, measure)
            }
            (Some(TruthWord::True), Some(at)) => {
                let end = self.until.map_or(now, |until| until.min(now));
                plus(self.held, at, end, measure)
            }
            _ => self.held,
        }
    }

    /// Forgets what was gathered, because it has been acted on at `now`.
    pub fn fired(&mut self, now: Instant) {
        self.held = Span::ZERO;
        self.count = 0;
        self.run = 0;
        self.since = None;
        if self.value == Some(TruthWord::True)
            && self.at.is_some_and(|at| at < now)
            && self.until.is_none_or(|until| now <= until)
        {
            self.at = Some(now);
        }
    }
}

/// The time between two instants on every clock.
pub fn elapsed(from: Instant, to: Instant) -> Number {
    to.since(from)
}

/// The time gathered and what lies between two instants, if the second is later.
fn plus(
    held: Span,
    from: Instant,
    to: Instant,
    measure: &dyn Fn(Instant, Instant) -> Number,
) -> Span {
    match to > from {
        true => Span(held.0.add(measure(from, to)).unwrap_or(held.0)),
        false => held,
    }
}

/// Whether an item was stale at some instant of (`after`, `upto`], given its observations as pairs of
/// instant and end (`None`: never stale), ascending.
pub fn stale_between(
    observations: &[(Instant, Option<Instant>)],
    after: Instant,
    upto: Instant,
) -> bool {
    // How far it is known to be fresh; `None` before the first observation.
    let mut fresh_to: Option<Instant> = None;
    for &(at, end) in observations.iter().filter(|(at, _)| *at <= upto) {
        if let Some(edge) = fresh_to {
            // Stale from the instant after the edge to the instant before this observation.
            let first = edge
                .next()
                .unwrap_or(Instant::MAX)
                .max(after.next().unwrap_or(Instant::MAX));
            if first < at {
                return true;
            }
        }
        match end {
            None => return false,
            Some(end) => fresh_to = Some(fresh_to.map_or(end, |edge| edge.max(end))),
        }
    }
    fresh_to.is_some_and(|edge| edge < upto)
}

#[cfg(test)]
mod tests {
    use super::*;
    use TruthWord::{False, True, Unknown};

    fn at(minute: i64) -> Instant {
        Instant::new(1_772_020_800 + minute * 60, 0).unwrap()
    }

    fn minutes(n: i128) -> Number {
        Number::int(n * 60_000_000_000)
    }

    /// Samples as (minute, value); fresh for five minutes.
    fn run(samples: &[(i64, TruthWord)], mode: Mode, need: Need) -> (Track, Vec<i64>) {
        let mut track = Track::default();
        let mut due = Vec::new();
        let mut seen: Vec<(Instant, Option<Instant>)> = Vec::new();
        for &(minute, value) in samples {
            seen.push((at(minute), Some(at(minute + 5))));
            let hole = track
                .at
                .is_some_and(|last| stale_between(&seen, last, at(minute)));
            let sample = Sample {
                at: at(minute),
                value,
                until: Some(at(minute + 5)),
                hole,
                counts: true,
            };
            if track.feed(sample, mode, need) {
                due.push(minute);
            }
        }
        (track, due)
    }

    #[test]
    fn true_time_adds_up_between_samples() {
        let (track, due) = run(
            &[(0, True), (4, True), (9, True), (10, True)],
            Mode::Restart,
            Need::For(minutes(9)),
        );
        assert_eq!(track.held, Span(minutes(10)));
        assert_eq!(track.since, Some(at(0)));
        assert_eq!(due, [9, 10]);
        assert_eq!(track.held_at(at(12), True), Span(minutes(12)));
        assert_eq!(track.held_at(at(30), Unknown), Span(minutes(15)));
    }

    #[test]
    fn a_hole_costs_a_soak_and_pauses_a_trigger() {
        let samples = [(0, True), (4, True), (12, True), (14, True)];
        let (soak, _) = run(&samples, Mode::Restart, Need::Once);
        assert_eq!(soak.held, Span(minutes(2)));
        assert_eq!(soak.since, Some(at(12)));
        let (trigger, _) = run(&samples, Mode::Pause, Need::Once);
        // 0 to 9 (four and its five fresh minutes), then 12 to 14.
        assert_eq!(trigger.held, Span(minutes(11)));
        assert_eq!((trigger.count, trigger.run), (4, 4));
    }

    #[test]
    fn an_unknown_costs_a_soak_and_pauses_a_trigger() {
        let samples = [(0, True), (3, Unknown), (5, True), (6, True)];
        let (soak, _) = run(&samples, Mode::Restart, Need::Once);
        assert_eq!(soak.held, Span(minutes(1)));
        let (trigger, _) = run(&samples, Mode::Pause, Need::Once);
        assert_eq!(trigger.held, Span(minutes(4)));
        assert_eq!((trigger.count, trigger.run), (3, 3));
    }

    #[test]
    fn a_false_sample_clears_unless_red_pauses() {
        let samples = [(0, True), (3, False), (5, True), (6, True)];
        for mode in [Mode::Restart, Mode::Pause] {
            let (track, _) = run(&samples, mode, Need::Once);
            assert_eq!(track.held, Span(minutes(1)), "{mode:?}");
            assert_eq!((track.count, track.run), (3, 2), "{mode:?}");
        }
        let (kept, _) = run(&samples, Mode::Keep, Need::Once);
        assert_eq!(kept.held, Span(minutes(4)));
    }

    #[test]
    fn what_was_due_between_two_samples_is_due() {
        let need = Need::For(minutes(3));
        let (_, due) = run(&[(0, True), (4, False)], Mode::Pause, need);
        assert_eq!(due, [4]);
        let (_, due) = run(&[(0, True), (3, False)], Mode::Pause, need);
        assert!(due.is_empty(), "the false sample is at the very instant");
        let (_, due) = run(&[(0, True), (3, True)], Mode::Pause, need);
        assert_eq!(due, [3]);
        let need = Need::For(minutes(5));
        let (_, due) = run(&[(0, True), (9, False)], Mode::Pause, need);
        assert_eq!(due, [9], "fresh up to and with its end");
    }

    #[test]
    fn times_counts_and_in_a_row_breaks() {
        let samples = [
            (0, True),
            (1, True),
            (2, False),
            (3, True),
            (4, Unknown),
            (5, True),
        ];
        assert_eq!(run(&samples, Mode::Pause, Need::Times(3)).1, [3, 5]);
        assert_eq!(run(&samples, Mode::Pause, Need::InARow(2)).1, [1, 5]);
    }

    #[test]
    fn staleness_is_told_to_the_instant() {
        let seen = |list: &[(i64, i64)]| -> Vec<(Instant, Option<Instant>)> {
            list.iter().map(|(a, b)| (at(*a), Some(at(*b)))).collect()
        };
        let check = |list: &[(i64, i64)], from: i64, to: i64, stale: bool| {
            assert_eq!(
                stale_between(&seen(list), at(from), at(to)),
                stale,
                "{list:?}"
            );
        };
        check(&[(0, 5), (5, 10)], 0, 10, false);
        check(&[(0, 5), (6, 11)], 0, 10, true);
        check(&[(0, 5), (6, 11)], 6, 10, false);
        check(&[(0, 5)], 0, 5, false);
        check(&[(0, 5)], 0, 6, true);
        check(&[(3, 8)], 0, 6, false);
        check(&[], 0, 6, false);
    }
}
