//! Where it stands, where it goes next, whether that is due, and what is asked for it. Knows phases and
//! cohorts; knows no calendar.

use super::asks::Weight;
use super::soak::Soak;
use super::{Ahead, Run};
use crate::canon::Digest;
use crate::decision::{Measure, Outcome, Reason, ReasonCode, Role, WarningCode};
use crate::document::{Share, Span};
use crate::ir::{GateId, Level, Phase, Target};
use crate::number::Number;
use crate::state::{Entering, Place, Standing};
use crate::time::Instant;
use crate::track::Mode as Feed;
use crate::value::{Items, Truth, Val};
use crate::view::look::Mode;

impl<'a> Run<'a> {
    /// The shares of a phase, in order; empty where it has no cohorts.
    pub(super) fn shares(&self, phase: &'a Phase) -> Vec<Number> {
        let Some(node) = phase.cohorts_from else {
            return phase.cohorts.iter().map(|cohort| cohort.share).collect();
        };
        let shares = self.constant(node, |value| match value {
            Val::Rows(rows) => match rows.items {
                Items::Consts(items) => Some(
                    items
                        .iter()
                        .filter_map(|item| match item {
                            crate::ir::Const::Number(number) => Some(*number),
                            _ => None,
                        })
                        .collect(),
                ),
                Items::Vals(vals) => Some(
                    vals.iter()
                        .filter_map(|val| match val {
                            Val::Number(number) => Some(*number),
                            _ => None,
                        })
                        .collect(),
                ),
                Items::Slots { .. } | Items::Samples(_) | Items::Cells(..) => None,
            },
            _ => None,
        });
        shares.unwrap_or_default()
    }

    /// The index of the cohort it stands at.
    pub(super) fn cohort_at(&self) -> Option<usize> {
        let phase = &self.program.phases[self.phase()?];
        let share = self.instance.cohort?.0;
        self.shares(phase).iter().position(|other| *other == share)
    }

    /// Whether it stands at 0 % of a phase.
    pub(super) fn below_first(&self) -> bool {
        self.instance.cohort.is_some_and(|share| share.0.is_zero())
    }

    /// Where a phase begins.
    pub(super) fn first_of(&self, phase: usize) -> Option<Place> {
        let phase = self.program.phases.get(phase)?;
        Some(Place {
            phase: phase.name.clone(),
            cohort: self.shares(phase).first().map(|share| Share(*share)),
        })
    }

    /// The place that follows.
    pub(super) fn next_here(&self) -> Option<Place> {
        let Some(at) = self.phase() else {
            return self.first_of(0);
        };
        let phase = &self.program.phases[at];
        if let Some(share) = self.instance.cohort {
            let above = self.shares(phase).into_iter().find(|next| *next > share.0);
            if let Some(next) = above {
                return Some(Place {
                    phase: phase.name.clone(),
                    cohort: Some(Share(next)),
                });
            }
        }
        match phase.last {
            true => None,
            false => self.first_of(at + 1),
        }
    }

    /// A move that was decided becomes a fact when its condition holds.
    pub(super) fn enter_fact(&mut self) {
        let Some(entering) = self.instance.entering.clone() else {
            return;
        };
        let phase = self.phase_named(&entering.to.phase);
        let condition = phase.and_then(|at| self.program.phases[at].entered_when);
        let Some(condition) = condition else {
            self.instance.entering = None;
            return;
        };
        let view = self.view(Mode::Watch);
        let truth = self.asking(&view, self.now, |ctx| ctx.truth(condition));
        if truth == Truth::True {
            let from = self.instance.place();
            self.facts.push((from, entering.to.clone()));
            self.stand(&entering.to);
        }
    }

    /// Rooms 8 and 9: where next, whether due, and what is asked.
    pub(super) fn place(&mut self, soak: &Soak) -> Ahead {
        let view = self.view(Mode::Move);
        let fail = Weight::Decides(Outcome::Blocked);
        if self.program.phases.is_empty() {
            let own: Vec<GateId> = (0..self.program.gates.len())
                .filter(|at| self.program.gates[*at].own)
                .map(|at| GateId(at as u32))
                .collect();
            self.answer_gates(&own, &view);
            let asks = |gate: &GateId| self.program.gates[gate.ix()].level != Level::Advisory;
            if !own.iter().any(asks) {
                let reason = Reason::new(
                    ReasonCode::Vacuous,
                    Outcome::Blocked,
                    self.program.rollout.clone(),
                    "no gate asks anything, so nothing can hold",
                );
                self.add(reason, None);
            }
            return Ahead::default();
        }
        let here = self.phase();
        let next = self.next_here();
        let crosses = next
            .as_ref()
            .is_some_and(|next| next.phase != self.instance.phase);
        let free = here.is_none() || self.below_first();
        let due = (free || soak.met())
            && self.too_early(next.as_ref()).is_none()
            && self.instance.entering.is_none();
        let ahead = Ahead {
            next,
            crosses,
            phased: true,
        };
        let weigh = |role: Role| match due {
            true => (role, fail),
            false => (Role::Ahead, Weight::Shown),
        };
        if let Some(at) = here {
            let phase = &self.program.phases[at];
            self.judge(&phase.keep, Role::Keep, fail, &view);
            let watched = self.judge(&phase.watch, Role::Watch, Weight::Shown, &view);
            for (answer, criterion) in watched.iter().zip(&phase.watch) {
                let row = format!("{}[", criterion.name);
                let told = (self.warnings.iter())
                    .any(|one| one.subject == criterion.name || one.subject.starts_with(&row));
                if !answer.verdict.is_satisfied() && !told {
                    let message = self.not_so(answer.verdict, &criterion.name);
                    self.warn(WarningCode::Advisory, criterion.name.clone(), message);
                }
            }
            let leaves = crosses || ahead.next.is_none();
            if leaves {
                let (role, weight) = weigh(Role::Leave);
                self.judge(&phase.leave, role, weight, &view);
            }
            if self.below_first() && !crosses {
                let (role, weight) = weigh(Role::Enter);
                self.judge(&phase.enter, role, weight, &view);
            }
        }
        if let Some(next) = &ahead.next
            && let Some(at) = self.phase_named(&next.phase)
        {
            let phase = &self.program.phases[at];
            if crosses {
                let (role, weight) = weigh(Role::Enter);
                self.judge(&phase.enter, role, weight, &view);
            }
            let shares = self.shares(phase);
            let at = shares
                .iter()
                .position(|share| Some(Share(*share)) == next.cohort);
            if let Some(cohort) = at.and_then(|at| phase.cohorts.get(at)) {
                let (role, weight) = weigh(Role::After);
                self.judge(&cohort.after, role, weight, &view);
            }
        }
        ahead
    }

    /// Until when `not before` of a place's phase keeps it out; `Err` where that cannot be told.
    pub(super) fn too_early(&self, next: Option<&Place>) -> Option<Result<Instant, ()>> {
        let phase = self.phase_named(&next?.phase)?;
        let node = self.program.phases[phase].not_before?;
        let at = self.constant(node, |value| match value {
            Val::Instant(at) => Some(at),
            Val::Date(date) => Some(Instant::midnight(date)),
            _ => None,
        });
        match at {
            Some(at) if self.now >= at => None,
            Some(at) => Some(Ok(at)),
            None => Some(Err(())),
        }
    }

    /// Room 12: what time alone still has to bring.
    pub(super) fn time(&mut self, soak: &Soak, ahead: &Ahead) {
        if !ahead.phased {
            return;
        }
        let here = self.instance.place().to_string();
        let origin = self.phase().map(|at| self.program.phases[at].at);
        if let Some(entering) = &self.instance.entering {
            let reason = Reason::new(
                ReasonCode::Entering,
                Outcome::Hold,
                entering.to.to_string(),
                format!("decided {}, not yet a fact", entering.asked_at),
            );
            self.add(reason, origin);
        }
        if self.phase().is_some() && !self.below_first() {
            if let Some(need) = soak.need {
                let asked = |one: &super::Found| one.reason.role == Some(Role::Keep);
                for one in self.found.iter_mut().filter(|one| asked(one)) {
                    if let Some(would) = &mut one.reason.would {
                        would.push_str(&format!(", then a soak of {need}"));
                    }
                }
            }
            if let (Some(need), false) = (soak.need, soak.time_met()) {
                let left = Span(soak.held.0.sub(need.0).unwrap_or(Number::ZERO));
                let mut reason = Reason::new(
                    ReasonCode::Soak,
                    Outcome::Hold,
                    here.clone(),
                    match soak.since.filter(|_| soak.green) {
                        Some(since) => format!("{} of {need}, green since {since}", soak.held),
                        None => format!("{} of {need}, not green", soak.held),
                    },
                );
                reason.observed = Some(Measure::duration(soak.held));
                reason.bound = Some(Measure::duration(need));
                reason.headroom = Some(Measure::duration(left));
                self.add(reason, origin);
            }
            if let (Some(checks), false) = (soak.checks, soak.checks_met()) {
                let mut reason = Reason::new(
                    ReasonCode::Checks,
                    Outcome::Hold,
                    here,
                    format!("{} of {checks}", soak.count),
                );
                reason.observed = Some(Measure::int(soak.count));
                reason.bound = Some(Measure::int(checks));
                self.add(reason, origin);
            }
        }
        if let (Some(early), Some(next)) = (self.too_early(ahead.next.as_ref()), &ahead.next) {
            let origin = self
                .phase_named(&next.phase)
                .map(|at| self.program.phases[at].at);
            let message = match early {
                Ok(at) => format!("not before {at}"),
                Err(()) => "`not before` cannot be told".into(),
            };
            let mut reason = Reason::new(
                ReasonCode::NotBefore,
                Outcome::Hold,
                next.to_string(),
                message,
            );
            if let Ok(at) = early {
                reason.observed = Some(Measure::instant(self.now));
                reason.bound = Some(Measure::instant(at));
            }
            self.add(reason, origin);
        }
    }

    /// Makes the move.
    pub(super) fn advance(&mut self, ahead: &Ahead, digest: Digest) {
        let Some(to) = ahead.next.clone() else {
            return;
        };
        self.instance.asked.clear();
        let phase = self.phase_named(&to.phase);
        let waits =
            ahead.crosses && phase.is_some_and(|at| self.program.phases[at].entered_when.is_some());
        if waits {
            self.instance.entering = Some(Entering {
                to,
                asked_at: self.now,
            });
            self.spend();
            self.arm();
            return;
        }
        let from = self.instance.place();
        self.stand(&to);
        self.journal(from, to, digest);
        self.spend();
        self.arm();
        // The new soak begins with what is at hand.
        if let Some(phase) = phase.map(|at| &self.program.phases[at])
            && !phase.keep.is_empty()
            && !self.below_first()
        {
            let mode = match phase.on_red_pause {
                true => Feed::Keep,
                false => Feed::Restart,
            };
            self.feed_soak(phase, mode, self.now);
        }
    }

    /// Keeps the standing verdicts that this step gave.
    pub(super) fn standing_verdicts(&mut self) {
        let at = self.now;
        for (name, evidence) in std::mem::take(&mut self.standing) {
            self.instance
                .standing
                .entry(name)
                .or_insert(Standing { at, evidence });
        }
    }

    /// Where a procedure leads.
    pub(super) fn place_of(&self, target: Target) -> Place {
        match target {
            Target::Stay => self.instance.place(),
            Target::Place { phase, cohort } => {
                let first = self.first_of(phase.ix()).unwrap_or_else(Place::start);
                Place {
                    cohort: cohort.map(Share).or(first.cohort),
                    phase: first.phase,
                }
            }
        }
    }

    /// How far along a place is.
    pub(super) fn order(&self, place: &Place) -> (Option<usize>, Option<Share>) {
        (self.phase_named(&place.phase), place.cohort)
    }
}
