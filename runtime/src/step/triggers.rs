//! Triggers: which watch here, what each saw since the last step, which fire and which are blind. Knows
//! tracks; what a fired trigger starts is `procedure`'s.

use std::collections::{BTreeMap, BTreeSet};

use super::Run;
use super::asks::cause;
use super::procedure::Rank;
use super::soak::word;
use super::watch::{Feeding, need};
use crate::decision::{
    Cause, Measure, NextKind, Outcome, Reason, ReasonCode, Role, TriggerLine, Verdict,
};
use crate::document::Span;
use crate::eval::Reads;
use crate::explain::Fact;
use crate::ir::{ItemId, OnUnknown, Scope, Then, Trigger};
use crate::state::{Halt, Place, START, Track, TruthWord};
use crate::time::Instant;
use crate::track::Need;
use crate::value::{Cause as Why, Truth};
use crate::verdict::{number_doubles, subject};
use crate::view::View;
use crate::view::look::Mode;

impl<'a> Run<'a> {
    /// Rooms 5 and 7: feeds and judges every trigger.
    pub(super) fn triggers(&mut self) {
        let view = self.view(Mode::Watch);
        let resumed = |halt: &Halt| self.resumed(halt);
        let (resumed, open) = self.instance.halts.iter().cloned().partition(resumed);
        (self.resumed, self.instance.halts) = (resumed, open);
        for at in 0..self.program.triggers.len() {
            self.trigger(at, &view);
        }
        self.halts();
    }

    fn trigger(&mut self, at: usize, view: &View) {
        let trigger = &self.program.triggers[at];
        if !self.is_armed(trigger, view) {
            self.instance.armed.remove(&trigger.name);
            self.triggers.push(TriggerLine {
                trigger: trigger.name.clone(),
                row: None,
                armed: false,
                value: None,
                held: Span::ZERO,
                of: None,
                count: 0,
                fired: false,
                blind: false,
            });
            return;
        }
        let now = self.now;
        let armed = *self
            .instance
            .armed
            .entry(trigger.name.clone())
            .or_insert(now);
        let mut reads = Reads::default();
        reads.node(self.program, trigger.when);
        if let Some(bind) = &trigger.each {
            reads.bind(self.program, bind);
        }
        self.read.extend(&reads.items);
        let values = self.values(at, view, now);
        let asked = self.asking(view, now, |ctx| need(ctx, trigger));
        let feed = Feeding {
            at,
            armed,
            need: asked,
            items: &reads.items,
            clock: reads.time,
        };
        let (tracks, due) = self.feed_trigger(&feed, &values);
        let mut keys: Vec<(String, Option<String>)> = values.order.clone();
        for key in tracks.keys() {
            if !keys.iter().any(|(other, _)| other == key) {
                let row = key.strip_prefix(trigger.name.as_str());
                let row = row.and_then(|row| row.strip_prefix("[\"")?.strip_suffix("\"]"));
                keys.push((key.clone(), row.map(str::to_string)));
            }
        }
        if keys.is_empty() || values.untold.is_some() && values.rows.is_empty() {
            let key = (trigger.name.clone(), None);
            if !keys.contains(&key) {
                keys.insert(0, key);
            }
        }
        for (key, row) in keys {
            let value = values.of(&key);
            let need = values.need(&key, asked);
            let mut track = tracks.get(&key).cloned().unwrap_or_default();
            let fires = due.contains(&key) || self.due_now(&track, need, value);
            let held = track.held_at(now, word(value));
            let unknown = match value {
                Truth::Unknown(why) => Some(why),
                Truth::True | Truth::False => None,
            };
            let fires = fires || unknown.is_some() && trigger.on_unknown == OnUnknown::Fire;
            let mut line = TriggerLine {
                trigger: trigger.name.clone(),
                row: row.clone(),
                armed: true,
                value: Some(word(value)),
                held,
                of: of(need),
                count: track.count,
                fired: fires,
                blind: false,
            };
            if fires {
                let fact = self.why_fired(at, view, &key);
                self.fire(trigger, &key, row.clone(), need, (held, track.count), fact);
                track.fired(now);
            } else if let Some(why) = unknown {
                line.blind = self.blind(trigger, &key, why, armed, &track, &reads.items);
            } else if let (Need::For(long), Truth::True) = (need, value)
                && let Some(at) = long.sub(held.0).and_then(|left| now.plus(left))
            {
                self.soon_at(at, NextKind::For, key.clone(), "it fires");
            }
            self.triggers.push(line);
            if tracks.contains_key(&key) {
                self.instance.tracks.insert(key, track);
            }
        }
    }

    /// Whether a trigger watches here: in its phases, with somebody exposed, in scope.
    fn is_armed(&self, trigger: &Trigger, view: &View) -> bool {
        let here = self.instance.place();
        let there = self.instance.entering.as_ref().map(|entering| &entering.to);
        let fits = |place: &Place| {
            let Some(at) = self.phase_named(&place.phase) else {
                return false;
            };
            let named =
                trigger.phases.is_empty() || trigger.phases.iter().any(|phase| phase.ix() == at);
            named && place.cohort.is_none_or(|share| !share.0.is_zero())
        };
        let placed = here.phase != START && fits(&here) || there.is_some_and(fits);
        let share = self.instance.cohort.map(|share| share.0);
        let in_scope = trigger.scope.is_empty()
            || trigger.scope.iter().any(|scope| match scope {
                Scope::Entering(phases) => phases.iter().any(|phase| {
                    let phase = self.program.phases.get(phase.ix());
                    phase.is_some_and(|phase| phase.name == here.phase)
                }),
                Scope::CohortsTo(bound) => {
                    share.is_some_and(|share| self.number(*bound).is_none_or(|to| share <= to))
                }
                Scope::CohortsFrom(bound) => {
                    share.is_some_and(|share| self.number(*bound).is_none_or(|from| share >= from))
                }
                Scope::When(node) => {
                    self.asking(view, self.now, |ctx| ctx.truth(*node)) != Truth::False
                }
            });
        placed && in_scope
    }

    /// Arms what watches in a place that was just entered, so that nothing between this step and the next
    /// goes unseen.
    pub(super) fn arm(&mut self) {
        let view = self.view(Mode::Watch);
        for trigger in &self.program.triggers {
            if self.is_armed(trigger, &view) {
                let now = self.now;
                self.instance
                    .armed
                    .entry(trigger.name.clone())
                    .or_insert(now);
            }
        }
    }

    /// Whether a trigger is due at now by what its open stretch has gathered.
    fn due_now(&self, track: &Track, need: Need, value: Truth) -> bool {
        match need {
            Need::For(long) => {
                value == Truth::True
                    && track.value == Some(TruthWord::True)
                    && track.held_at(self.now, TruthWord::True).0 >= long
            }
            Need::Once | Need::Times(_) | Need::InARow(_) => false,
        }
    }

    /// What makes a row's condition true now; nothing where it is no longer.
    fn why_fired(&self, at: usize, view: &View, key: &str) -> Option<Fact> {
        self.asking(view, self.now, |ctx| {
            let trigger = ctx.program().triggers.get(at)?;
            let Some(bind) = &trigger.each else {
                return match ctx.truth(trigger.when) {
                    Truth::True => Some(ctx.explain(trigger.when, false)),
                    Truth::False | Truth::Unknown(_) => None,
                };
            };
            let (mut seen, mut found) = (BTreeMap::new(), None);
            ctx.each(bind, trigger.when, &mut |ctx, row| {
                if row.is_err() {
                    return true;
                }
                let mut name = Vec::new();
                ctx.bound_key(bind, &[], &mut name);
                number_doubles(&mut name, &mut seen);
                if subject(&trigger.name, &name) != key {
                    return true;
                }
                if ctx.truth(trigger.when) == Truth::True {
                    found = Some(ctx.explain(trigger.when, false));
                }
                false
            });
            found
        })
    }

    fn fire(
        &mut self,
        trigger: &'a Trigger,
        key: &str,
        row: Option<String>,
        need: Need,
        (held, count): (Span, u64),
        fact: Option<Fact>,
    ) {
        // How far it is over stands in the reason's headroom; here it would part the two halves.
        let told = fact
            .as_ref()
            .and_then(|fact| fact.message.split(": over by ").next())
            .map(str::to_string);
        let what = self.text_of(trigger.when);
        let what = told
            .filter(|told| !told.is_empty())
            .or(what.map(|text| format!("`{text}`")))
            .unwrap_or_else(|| "its condition held".into());
        let message = match need {
            Need::Once => what,
            Need::For(long) => format!("{what}, for {}", held.max(Span(long))),
            Need::Times(times) => format!("{what}, {} times", count.max(times)),
            Need::InARow(times) => format!("{what}, {times} times in a row"),
        };
        let mut reason = Reason::new(ReasonCode::TriggerFired, Outcome::Halted, key, message);
        reason.role = Some(Role::Trigger);
        (reason.observed, reason.bound) = match need {
            Need::Once => (None, None),
            Need::For(long) => (
                Some(Measure::duration(held.max(Span(long)))),
                Some(Measure::duration(Span(long))),
            ),
            Need::Times(times) | Need::InARow(times) => (
                Some(Measure::int(count.max(times))),
                Some(Measure::int(times)),
            ),
        };
        if let Some(fact) = fact {
            let message = std::mem::take(&mut reason.message);
            let (observed, bound) = (reason.observed.take(), reason.bound.take());
            self.explained(&mut reason, fact);
            reason.message = message;
            reason.observed = reason.observed.or(observed);
            reason.bound = reason.bound.or(bound);
        }
        match trigger.then {
            Then::Halt => {
                let at = self.now;
                let mut open = self.instance.halts.iter_mut();
                let open = open.find(|halt| halt.trigger == trigger.name && halt.row == row);
                match open {
                    // A `resume` given before it fired again does not end it.
                    Some(halt) => halt.at = at,
                    None => self.instance.halts.push(Halt {
                        trigger: trigger.name.clone(),
                        row,
                        at,
                    }),
                }
                self.add(reason, Some(trigger.at));
            }
            Then::Start(procedure) => {
                let now = self.now;
                let origin = Some(trigger.at);
                self.wish_as(Rank::Trigger, procedure, key, now, reason, origin);
            }
        }
    }

    /// A trigger that cannot see: awaited until it was armed for `fresh`, then blind.
    fn blind(
        &mut self,
        trigger: &Trigger,
        key: &str,
        why: crate::value::Why,
        armed: Instant,
        track: &Track,
        items: &BTreeSet<ItemId>,
    ) -> bool {
        if trigger.on_unknown == OnUnknown::Ignore {
            return false;
        }
        // Only what was at hand when it was armed may still be waited for.
        let told = matches!(track.value, Some(TruthWord::True | TruthWord::False))
            || track.at.is_some_and(|at| at > armed);
        let patient = match why.cause {
            Why::Missing | Why::Awaited | Why::Stale => !told,
            Why::Malformed
            | Why::Future
            | Why::Mismatched
            | Why::Superseded
            | Why::Empty
            | Why::Inconclusive
            | Why::MissingField => false,
        };
        let hard = |item: ItemId| self.fresh.get(item.ix()).and_then(|fresh| fresh.hard);
        let longest = match why.item {
            Some(item) => hard(item),
            None => items.iter().copied().filter_map(hard).max(),
        };
        let due = longest.and_then(|hard| armed.plus(hard));
        let mut reason = Reason::new(
            ReasonCode::TriggerBlind,
            Outcome::Halted,
            key,
            format!("cannot see: {}", self.unknown(why)),
        );
        reason.role = Some(Role::Trigger);
        reason.verdict = Some(Verdict::Unknown);
        reason.cause = Some(cause(why.cause));
        reason.evidence = self.evidence_of(why).into_iter().collect();
        if let (true, Some(due)) = (patient, due)
            && self.now <= due
        {
            reason.code = ReasonCode::Awaited;
            reason.outcome = Outcome::Hold;
            reason.cause = Some(Cause::Awaited);
            reason.message = format!("due by {due}");
            self.soon_at(
                due,
                NextKind::Awaited,
                key.to_string(),
                "the trigger is blind",
            );
            self.add(reason, Some(trigger.at));
            return false;
        }
        self.add(reason, Some(trigger.at));
        true
    }

    /// Halts that nobody has ended; those of this step have their reason already.
    fn halts(&mut self) {
        for halt in self.instance.halts.clone() {
            if self.fired_now(&halt) {
                continue;
            }
            let key = match &halt.row {
                Some(row) => subject(&halt.trigger, std::slice::from_ref(row)),
                None => halt.trigger.clone(),
            };
            let reason = Reason::new(
                ReasonCode::Halt,
                Outcome::Halted,
                key,
                format!("halted since {}; an approval `resume` ends it", halt.at),
            );
            let trigger = self.program.triggers.iter();
            let origin = trigger
                .filter(|trigger| trigger.name == halt.trigger)
                .map(|trigger| trigger.at)
                .next();
            self.add(reason, origin);
        }
    }

    fn fired_now(&self, halt: &Halt) -> bool {
        self.triggers
            .iter()
            .any(|line| line.fired && line.trigger == halt.trigger && line.row == halt.row)
    }
}

fn of(need: Need) -> Option<String> {
    match need {
        Need::Once => None,
        Need::For(long) => Some(Span(long).to_string()),
        Need::Times(times) | Need::InARow(times) => Some(times.to_string()),
    }
}
