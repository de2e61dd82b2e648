//! What a trigger saw: its condition row by row, and the tracks that its samples feed. Fires nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use super::soak::word;
use crate::eval::Context;
use crate::ir::{ItemId, NodeId, Sustain, Trigger};
use crate::number::Number;
use crate::state::{Track, TruthWord};
use crate::time::Instant;
use crate::track::{Mode as Feed, Need, Sample, stale_between};
use crate::value::{Cause as Why, Truth, Val};
use crate::verdict::{number_doubles, subject};
use crate::view::View;
use crate::view::look::{Look, Mode};

/// How many rows a trigger watches.
const ROWS: usize = 10_000;

/// A trigger's condition at one instant.
#[derive(Clone, Debug, Default)]
pub(super) struct Values {
    /// By row, as `trigger["row"]`.
    pub rows: BTreeMap<String, Truth>,
    /// Rows in the order of the data, with their bare names.
    pub order: Vec<(String, Option<String>)>,
    /// How long or how often each row asks for: it may say so itself.
    pub needs: BTreeMap<String, Need>,
    /// Why the rows cannot be told.
    pub untold: Option<crate::value::Why>,
}

impl Values {
    /// What a row asks for; what the trigger does where the row is gone.
    pub(super) fn need(&self, key: &str, otherwise: Need) -> Need {
        self.needs.get(key).copied().unwrap_or(otherwise)
    }

    pub(super) fn of(&self, key: &str) -> Truth {
        match (self.rows.get(key), self.untold) {
            (Some(truth), _) => *truth,
            (None, Some(why)) => Truth::Unknown(why),
            (None, None) => {
                Truth::Unknown(crate::value::Why::at(Why::Missing, crate::ir::NodeId(0)))
            }
        }
    }
}

impl<'a> Run<'a> {
    /// The condition of every row in a view.
    pub(super) fn values(&self, at: usize, view: &View, instant: Instant) -> Values {
        self.asking(view, instant, |ctx| {
            let mut values = Values::default();
            let Some(trigger) = ctx.program().triggers.get(at) else {
                return values;
            };
            let Some(bind) = &trigger.each else {
                let truth = ctx.truth(trigger.when);
                values.rows.insert(trigger.name.clone(), truth);
                values.order.push((trigger.name.clone(), None));
                return values;
            };
            let mut seen = BTreeMap::new();
            let mut many = false;
            ctx.each(bind, trigger.when, &mut |ctx, row| {
                match row {
                    Err(why) => values.untold = values.untold.or(Some(why)),
                    Ok(filter) => {
                        let truth = filter.and(ctx.truth(trigger.when));
                        let mut key = Vec::new();
                        ctx.bound_key(bind, &[], &mut key);
                        number_doubles(&mut key, &mut seen);
                        let name = subject(&trigger.name, &key);
                        values.order.push((name.clone(), Some(key.join(", "))));
                        values.needs.insert(name.clone(), need(ctx, trigger));
                        values.rows.insert(name, truth);
                    }
                }
                many = values.rows.len() > ROWS;
                !many
            });
            if many {
                let why = crate::value::Why::at(Why::Malformed, trigger.when);
                values = Values {
                    untold: Some(why),
                    ..Values::default()
                };
            }
            values
        })
    }

    /// Feeds the tracks of a trigger's rows; the tracks, and the rows that were due at some sample.
    pub(super) fn feed_trigger(
        &self,
        feeding: &Feeding<'_>,
        now: &Values,
    ) -> (BTreeMap<String, Track>, BTreeSet<String>) {
        let name = &self.program.triggers[feeding.at].name;
        let bindings = self.bindings();
        let look = self.look(&bindings);
        let watch = |at| self.sight(Mode::Watch, at);
        let timed: BTreeSet<ItemId> = feeding
            .items
            .iter()
            .copied()
            .filter(|item| self.fresh[item.ix()].hard.is_some())
            .collect();
        let instants = look.instants(watch(self.now), &timed);
        let coverage: Vec<_> = timed
            .iter()
            .map(|item| look.coverage(watch(self.now), *item))
            .collect();
        let prefix = format!("{name}[");
        let mut tracks: BTreeMap<String, Track> = self
            .instance
            .tracks
            .iter()
            .filter(|(key, _)| *key == name || key.starts_with(&prefix))
            .map(|(key, track)| (key.clone(), track.clone()))
            .collect();
        let known: BTreeSet<String> = tracks.keys().cloned().collect();
        let mut cache = BTreeMap::new();
        // Rows may come and go between samples: every new sample may name one.
        for (at, _) in instants.iter().filter(|(_, new)| *new) {
            let (values, _) = self.sampled(feeding, &look, *at, &timed, &mut cache);
            for key in values.rows.keys() {
                tracks.entry(key.clone()).or_default();
            }
        }
        for key in now.rows.keys() {
            tracks.entry(key.clone()).or_default();
        }
        let mut due = BTreeSet::new();
        for (key, track) in &mut tracks {
            let mut samples: Vec<Instant> = Vec::new();
            if known.contains(key) && track.at.is_some() {
                let edge = track.at;
                let new = instants.iter().filter(|(_, new)| *new).map(|one| one.0);
                let (early, late): (Vec<_>, Vec<_>) = new.partition(|at| edge >= Some(*at));
                // Samples at or before the last one are one sample, at the last one.
                samples.extend(early.last());
                samples.extend(late);
            } else {
                // The newest that was at hand when it was armed, and what came after; nothing older.
                let mut known: Vec<Instant> = Vec::new();
                for at in instants.iter().rev().map(|one| one.0) {
                    let (values, _) = self.sampled(feeding, &look, at, &timed, &mut cache);
                    if values.rows.contains_key(key) {
                        known.push(at);
                        if at <= feeding.armed {
                            break;
                        }
                    }
                }
                samples.extend(known.into_iter().rev());
            }
            for observed in samples {
                let at = observed.max(track.at.unwrap_or(feeding.armed));
                let (values, until) = self.sampled(feeding, &look, at, &timed, &mut cache);
                let value = values.of(key);
                if !values.rows.contains_key(key) && values.untold.is_none() && track.at.is_none() {
                    continue;
                }
                let hole = hole(&coverage, track, at);
                let sample = Sample {
                    at,
                    value: word(value),
                    until: *until,
                    hole,
                    counts: true,
                };
                if track.feed(sample, Feed::Pause, now.need(key, feeding.need)) {
                    due.insert(key.clone());
                }
            }
            if (feeding.clock || timed.is_empty()) && track.at.is_none_or(|at| at < self.now) {
                let (values, until) = self.sampled(feeding, &look, self.now, &timed, &mut cache);
                let value = word(values.of(key));
                let known = track.value.is_some_and(|value| value != TruthWord::Unknown);
                if value == TruthWord::Unknown && !known {
                    continue;
                }
                let sample = Sample {
                    at: self.now,
                    value,
                    until: *until,
                    hole: hole(&coverage, track, self.now),
                    counts: false,
                };
                if track.feed(sample, Feed::Pause, now.need(key, feeding.need)) {
                    due.insert(key.clone());
                }
            }
        }
        (tracks, due)
    }

    fn sampled<'c>(
        &self,
        feeding: &Feeding<'_>,
        look: &Look<'_>,
        at: Instant,
        timed: &BTreeSet<ItemId>,
        cache: &'c mut BTreeMap<Instant, (Values, Option<Instant>)>,
    ) -> &'c (Values, Option<Instant>) {
        cache.entry(at).or_insert_with(|| {
            let view = look.some(self.sight(Mode::Watch, at), feeding.items);
            let until = look.until(&view, timed);
            (self.values(feeding.at, &view, at), until)
        })
    }
}

/// How long or how often a row must be true; what cannot be told is met at once, so that a trigger never sleeps.
pub(super) fn need(ctx: &mut Context<'_>, trigger: &Trigger) -> Need {
    match trigger.sustain {
        Sustain::Once => Need::Once,
        Sustain::For(long) => Need::For(number(ctx, long).unwrap_or(Number::ZERO)),
        Sustain::Times { count, in_a_row } => {
            let count = number(ctx, count).and_then(Number::to_i128).unwrap_or(1);
            let count = u64::try_from(count).unwrap_or(1).max(1);
            match in_a_row {
                true => Need::InARow(count),
                false => Need::Times(count),
            }
        }
    }
}

fn number(ctx: &mut Context<'_>, node: NodeId) -> Option<Number> {
    match ctx.eval(node) {
        Val::Number(number) => Some(number),
        _ => None,
    }
}

/// What is fed into a trigger's tracks.
pub(super) struct Feeding<'r> {
    pub at: usize,
    pub armed: Instant,
    pub need: Need,
    pub items: &'r BTreeSet<ItemId>,
    pub clock: bool,
}

fn hole(coverage: &[Vec<(Instant, Option<Instant>)>], track: &Track, at: Instant) -> bool {
    track.at.is_some_and(|last| {
        last < at && coverage.iter().any(|known| stale_between(known, last, at))
    })
}
