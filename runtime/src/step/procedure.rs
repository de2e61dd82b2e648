//! The life of a procedure: started, its steps logged, verified, closed. Knows its log and its criteria;
//! knows no trigger.

use indexmap::IndexMap;

use super::Run;
use super::asks::{Weight, cause};
use crate::decision::{NextKind, Outcome, Reason, ReasonCode, Role, Verdict, WarningCode};
use crate::document::Span;
use crate::eval::{Differences, Reads};
use crate::ir::{self, Check, OnNewSubject, OriginId, ProcedureId, Target, TextId};
use crate::state::{LastRollback, Place, Procedure, ProcedureKind, Subject, Superseded};
use crate::time::Instant;
use crate::value::{Truth, Val};
use crate::view::look::{Mode, Sight};

/// Who may start a procedure, first come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// A trigger.
    Trigger,
    /// A deadline's `else`.
    Deadline,
    /// `in flight rollback R`.
    Freeze,
    /// `on new subject rollback R`.
    Subject,
}

/// A wish to start a procedure.
#[derive(Clone, Debug)]
pub(super) struct Wish {
    rank: Rank,
    procedure: ProcedureId,
    cause: String,
    fired_at: Instant,
    reason: Reason,
    origin: Option<OriginId>,
}

impl<'a> Run<'a> {
    /// The open procedure as the policy has it.
    pub(super) fn open_procedure(&self) -> Option<(usize, &'a ir::Procedure)> {
        let name = &self.instance.procedure.as_ref()?.name;
        let mut all = self.program.procedures.iter().enumerate();
        all.find(|(_, procedure)| procedure.name == *name)
    }

    /// Where the open procedure leads.
    pub(super) fn target(&self) -> Option<Place> {
        let (_, procedure) = self.open_procedure()?;
        Some(self.place_of(procedure.target))
    }

    /// A wish whose rank is told by its reason.
    pub(super) fn wish(
        &mut self,
        procedure: ProcedureId,
        cause: &str,
        fired_at: Instant,
        reason: Reason,
        origin: Option<OriginId>,
    ) {
        let rank = match reason.code {
            ReasonCode::NewSubject => Rank::Subject,
            ReasonCode::Freeze => Rank::Freeze,
            _ => Rank::Deadline,
        };
        self.wish_as(rank, procedure, cause, fired_at, reason, origin);
    }

    /// Wishes to start a procedure.
    pub(super) fn wish_as(
        &mut self,
        rank: Rank,
        procedure: ProcedureId,
        cause: &str,
        fired_at: Instant,
        reason: Reason,
        origin: Option<OriginId>,
    ) {
        self.wishes.push(Wish {
            rank,
            procedure,
            cause: cause.into(),
            fired_at,
            reason,
            origin,
        });
    }

    /// Starts the first procedure that may start; the others are listed.
    pub(super) fn start_procedure(&mut self) {
        let mut wishes = std::mem::take(&mut self.wishes);
        wishes.sort_by_key(|wish| wish.rank);
        for wish in wishes {
            let Some(procedure) = self.program.procedures.get(wish.procedure.ix()) else {
                continue;
            };
            let mut reason = wish.reason;
            if !self.started && self.may_start(procedure) {
                self.begin(procedure, wish.cause, wish.fired_at);
                self.started = true;
                reason.outcome = Outcome::Rollback;
                self.add(reason, wish.origin);
                continue;
            }
            let beside = self
                .instance
                .procedure
                .as_ref()
                .map(|open| open.name.clone());
            let message = format!(
                "`{}` does not start beside `{}`",
                procedure.name,
                beside.unwrap_or_default()
            );
            self.warn(WarningCode::Shadowed, wish.cause, message);
            if self.started {
                reason.outcome = Outcome::Rollback;
                self.add(reason, wish.origin);
            } else if wish.rank == Rank::Deadline {
                self.add(reason, wish.origin);
            }
        }
    }

    /// Whether a procedure may start now: none is open, or it leads further down.
    fn may_start(&self, new: &ir::Procedure) -> bool {
        let Some((_, open)) = self.open_procedure() else {
            return self.instance.procedure.is_none();
        };
        let order = |target: Target| self.order(&self.place_of(target));
        if open.name == new.name {
            return false;
        }
        match (open.kind, new.kind) {
            (ir::ProcedureKind::Rollback, ir::ProcedureKind::Switch) => true,
            (_, ir::ProcedureKind::Rollback) => order(new.target) < order(open.target),
            (ir::ProcedureKind::Switch, ir::ProcedureKind::Switch) => false,
        }
    }

    fn begin(&mut self, procedure: &ir::Procedure, cause: String, fired_at: Instant) {
        let from = self.instance.place();
        let to = self.place_of(procedure.target);
        let mut superseded = Vec::new();
        if let Some(open) = self.instance.procedure.take() {
            superseded = open.superseded;
            let message = format!("`{}` takes its place", procedure.name);
            self.warnings.push(crate::decision::Warning {
                code: WarningCode::Superseded,
                subject: open.name.clone(),
                message,
            });
            superseded.push(Superseded {
                name: open.name,
                fired_at: open.fired_at,
                steps: open.steps,
            });
        }
        self.instance.last_rollback = Some(LastRollback {
            name: procedure.name.clone(),
            at: fired_at,
            from: from.clone(),
            to,
            closed_at: None,
        });
        self.instance.entering = None;
        self.instance.asked.clear();
        self.instance
            .expired
            .retain(|key, _| !key.starts_with("procedure "));
        self.instance.procedure = Some(Procedure {
            name: procedure.name.clone(),
            kind: match procedure.kind {
                ir::ProcedureKind::Rollback => ProcedureKind::Rollback,
                ir::ProcedureKind::Switch => ProcedureKind::Switch,
            },
            cause,
            fired_at,
            from,
            steps: IndexMap::new(),
            checks: IndexMap::new(),
            finished_at: None,
            verified_at: None,
            superseded,
        });
    }

    /// Room 6: advances the open procedure, or finds one that was begun by hand.
    pub(super) fn procedure(&mut self) {
        if self.instance.procedure.is_none() {
            self.by_hand();
        }
        let Some((_, procedure)) = self.open_procedure() else {
            return;
        };
        self.count_log(procedure);
        self.finish(procedure);
        self.verify(procedure);
        self.late(procedure);
        self.reenter(procedure);
        self.steps_left(procedure);
    }

    /// A row in a log without an open procedure: somebody went back by hand.
    fn by_hand(&mut self) {
        let closed = self
            .instance
            .last_rollback
            .as_ref()
            .and_then(|last| last.closed_at);
        let since = self.instance.subject_since;
        for procedure in &self.program.procedures {
            let first = self
                .log(procedure.log)
                .into_iter()
                .filter(|row| procedure.steps.iter().any(|step| step.id == row.step))
                .filter(|row| row.done_at <= self.now)
                .filter(|row| closed.is_none_or(|closed| row.done_at > closed))
                .filter(|row| since.is_none_or(|since| row.done_at > since))
                .map(|row| row.done_at)
                .min();
            if let (Some(fired_at), false) = (first, self.first) {
                self.begin(procedure, "by hand".into(), fired_at);
                self.started = true;
                return;
            }
        }
    }

    /// The checks of a procedure: id and text.
    pub(super) fn checks(&self, procedure: &'a ir::Procedure) -> Vec<(String, String)> {
        let mut checks = Vec::new();
        for check in &procedure.checks {
            match check {
                Check::Text { id, text } => checks.push((id.clone(), self.text(*text))),
                Check::List(node) => {
                    let view = self.view(Mode::Watch);
                    let texts = self.asking(&view, self.now, |ctx| match ctx.eval(*node) {
                        Val::Rows(rows) => (0..rows.len())
                            .filter_map(|at| match ctx.element(&rows, at) {
                                Val::Text(text) => Some(text.to_string()),
                                _ => None,
                            })
                            .collect(),
                        _ => Vec::new(),
                    });
                    checks.extend(texts.into_iter().map(|text| (text.clone(), text)));
                }
            }
        }
        checks
    }

    pub(super) fn text(&self, text: TextId) -> String {
        let view = self.view(Mode::Watch);
        self.asking(&view, self.now, |ctx| {
            ctx.message(text, &Differences::default())
        })
    }

    /// When the last step is logged the place becomes the target.
    fn finish(&mut self, procedure: &'a ir::Procedure) {
        let Some(open) = self.instance.procedure.as_mut() else {
            return;
        };
        let whole = procedure
            .steps
            .iter()
            .all(|step| open.steps.contains_key(&step.id));
        if open.finished_at.is_some() || !whole {
            return;
        }
        let last = open.steps.values().map(|done| done.done_at).max();
        open.finished_at = Some(last.unwrap_or(open.fired_at));
        let from = self.instance.place();
        let to = self.place_of(procedure.target);
        self.stand(&to);
        if to.phase != crate::state::START {
            self.instance.phase_entered_at = Some(self.now);
        }
        self.instance.standing.clear();
        self.instance.tracks.clear();
        if from != to {
            self.facts.push((from, to));
        }
    }

    /// Whether what the procedure brought about holds.
    fn verify(&mut self, procedure: &'a ir::Procedure) {
        let Some(open) = &self.instance.procedure else {
            return;
        };
        let (Some(finished), None) = (open.finished_at, open.verified_at) else {
            return;
        };
        let ticked = open.checks.clone();
        let about: Option<Subject> = self
            .instance
            .live
            .clone()
            .or_else(|| self.instance.subject.clone());
        let bindings = self.bindings();
        let view = self.look(&bindings).view(Sight {
            mode: Mode::Since(finished),
            at: self.now,
            subject: about.as_ref(),
        });
        let weight = Weight::Decides(Outcome::Halted);
        let answers = self.judge(&procedure.verify, Role::Verify, weight, &view);
        let mut holds = answers.iter().all(|answer| answer.verdict.is_satisfied());
        for (id, text) in self.checks(procedure) {
            if !ticked.contains_key(&id) {
                holds = false;
                let reason = Reason::new(
                    ReasonCode::ProcedureUnverified,
                    Outcome::Halted,
                    id,
                    format!("not logged: {text}"),
                );
                self.add(reason, Some(procedure.at));
            }
        }
        if let (true, Some(open)) = (holds, self.instance.procedure.as_mut()) {
            open.verified_at = Some(self.now);
        }
    }

    /// `decide`, `finish` and `recover within`.
    fn late(&mut self, procedure: &'a ir::Procedure) {
        let Some(open) = self.instance.procedure.clone() else {
            return;
        };
        let decided = open.steps.values().map(|done| done.done_at).min();
        let windows = [
            ("decide", &procedure.decide, decided),
            ("finish", &procedure.finish, open.finished_at),
            ("recover", &procedure.recover, open.verified_at),
        ];
        for (word, deadline, met) in windows {
            let Some(deadline) = deadline else { continue };
            let within = self
                .number(deadline.within)
                .unwrap_or(crate::number::Number::ZERO);
            let due = open.fired_at.plus(within).unwrap_or(Instant::MAX);
            let key = format!("procedure {} {word}", procedure.name);
            if met.unwrap_or(self.now) > due {
                self.instance.expired.entry(key.clone()).or_insert(self.now);
            }
            if !self.instance.expired.contains_key(&key) {
                if met.is_none() {
                    let then = format!("`{}` is late to {word}", procedure.name);
                    let subject = format!("{} {word}", procedure.name);
                    self.soon_at(due, NextKind::Deadline, subject, &then);
                }
                continue;
            }
            let reason = Reason::new(
                ReasonCode::Late,
                Outcome::Blocked,
                procedure.name.clone(),
                format!("{word} within {}: was due by {due}", Span(within)),
            );
            self.warn(
                WarningCode::Late,
                procedure.name.clone(),
                reason.message.clone(),
            );
            let cause = format!("{} {word}", procedure.name);
            self.otherwise(&deadline.otherwise, reason, deadline.at, &cause);
        }
    }

    /// Whether the way forward is open again.
    fn reenter(&mut self, procedure: &'a ir::Procedure) {
        let verified = self
            .instance
            .procedure
            .as_ref()
            .is_some_and(|open| open.verified_at.is_some());
        if !verified {
            return;
        }
        let by_rule = matches!(self.program.on_new_subject, OnNewSubject::Rollback(_));
        if let Some(incoming) = self.instance.incoming.clone()
            && (by_rule || procedure.reenter.is_none())
            && (by_rule || !self.instance.exposed())
        {
            self.close_procedure();
            self.restart(incoming);
            return;
        }
        let Some(node) = procedure.reenter else {
            let reason = Reason::new(
                ReasonCode::ProcedureReenter,
                Outcome::Blocked,
                procedure.name.clone(),
                "verified; it closes with a new subject",
            );
            self.add(reason, Some(procedure.at));
            return;
        };
        let mut reads = Reads::default();
        reads.node(self.program, node);
        self.read.extend(&reads.items);
        let view = self.view(Mode::Move);
        let (truth, fact) = self.asking(&view, self.now, |ctx| {
            let truth = ctx.truth(node);
            (truth, ctx.explain(node, true))
        });
        if truth == Truth::True {
            self.close_procedure();
            return;
        }
        let message = self.not_so(truth.into(), self.text_of(node).unwrap_or("reenter"));
        let mut reason = Reason::new(
            ReasonCode::ProcedureReenter,
            Outcome::Blocked,
            procedure.name.clone(),
            message,
        );
        reason.role = Some(Role::Reenter);
        reason.verdict = Some(match truth {
            Truth::Unknown(_) => Verdict::Unknown,
            Truth::True | Truth::False => Verdict::Fail,
        });
        reason.cause = truth.why().map(|why| cause(why.cause));
        reason.evidence = truth
            .why()
            .and_then(|why| self.evidence_of(why))
            .into_iter()
            .collect();
        self.explained(&mut reason, fact);
        self.add(reason, Some(procedure.at));
        self.ask_people(&reads.approvals);
    }

    /// Ends the open procedure; the rollout is judged as usual from here on.
    pub(super) fn close_procedure(&mut self) {
        self.instance.procedure = None;
        if let Some(last) = &mut self.instance.last_rollback {
            last.closed_at = Some(self.now);
        }
        self.instance.expired.clear();
        self.instance.asked.clear();
        self.found.retain(|one| {
            !matches!(
                one.reason.code,
                ReasonCode::Late | ReasonCode::ProcedureReenter | ReasonCode::ProcedureUnverified
            )
        });
    }

    /// The outcome of a procedure whose steps are not all logged.
    fn steps_left(&mut self, procedure: &'a ir::Procedure) {
        let Some(open) = &self.instance.procedure else {
            return;
        };
        if open.finished_at.is_some() {
            return;
        }
        let done = open.steps.len();
        let next = procedure
            .steps
            .iter()
            .find(|step| !open.steps.contains_key(&step.id));
        let next = next.map_or(String::new(), |step| format!(", next `{}`", step.id));
        let mut reason = Reason::new(
            ReasonCode::ProcedureSteps,
            Outcome::Rollback,
            procedure.name.clone(),
            format!("{done} of {} steps logged{next}", procedure.steps.len()),
        );
        reason.observed = Some(crate::decision::Measure::int(done as u64));
        reason.bound = Some(crate::decision::Measure::int(procedure.steps.len() as u64));
        self.add(reason, Some(procedure.at));
    }
}
