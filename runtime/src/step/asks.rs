//! What `enter keep leave after verify` ask: each criterion's answer, the reasons of those that do not
//! hold, and a line for each gate. Knows no place and no outcome but the one a failure argues for.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Run;
use crate::decision::{
    Cause, EvidenceRef, GateLine, Level, Obligation, ObligationKind, Outcome, Reason, ReasonCode,
    Role, Verdict, Warning, WarningCode,
};
use crate::document::Span;
use crate::eval::{Context, Reads};
use crate::explain::{Fact, Rests};
use crate::ir::{self, ApprovalId, Ask, Criterion, GateId, NodeId, OriginId, Otherwise, Program};
use crate::value::Why;
use crate::verdict::{self, RowVerdict, subject};
use crate::view::View;

/// Whether answers argue for an outcome, and for which when they fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// They do: this one on fail and unknown, hold on pending and awaited.
    Decides(Outcome),
    /// They are only shown.
    Shown,
}

/// What a criterion comes to.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    /// Its verdict.
    pub verdict: verdict::Verdict,
}

/// One thing that a criterion asks in the end.
enum Leaf {
    Gate(GateId),
    Approval(ApprovalId),
    Cond(NodeId),
}

/// A row that is not a plain pass, told for people.
struct Told {
    row: Option<String>,
    subject: String,
    found: RowVerdict,
    fact: Fact,
}

impl<'a> Run<'a> {
    /// Asks criteria in a view.
    pub(super) fn judge(
        &mut self,
        criteria: &'a [Criterion],
        role: Role,
        weight: Weight,
        view: &View,
    ) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(criteria.len());
        for criterion in criteria {
            let mut reads = Reads::default();
            reads.ask(self.program, &criterion.ask);
            if weight != Weight::Shown {
                self.read.extend(&reads.items);
            }
            if weight == Weight::Decides(Outcome::Blocked) {
                self.used.extend(&reads.approvals);
            }
            let mut verdict = self.asking(view, self.now, |ctx| ctx.ask(&criterion.ask));
            if criterion.once && matches!(role, Role::Leave | Role::Ahead) {
                if verdict.is_satisfied() {
                    let digest = self.items_digest(&reads.items);
                    self.standing.push((criterion.name.clone(), digest));
                } else if self.instance.standing.contains_key(&criterion.name) {
                    verdict = verdict::Verdict::Pass;
                }
            }
            let before = self.found.len();
            self.tell(criterion, verdict, role, weight, view);
            if self.found.len() > before {
                self.ask_people(&reads.approvals);
            }
            answers.push(Answer { verdict });
        }
        answers
    }

    /// Asks the gates of a rollout without phases.
    pub(super) fn answer_gates(&mut self, gates: &[GateId], view: &View) {
        for gate in gates {
            let mut reads = Reads::default();
            reads.gate(self.program, *gate);
            self.read.extend(&reads.items);
            let found = self.tell_gate(*gate, Role::Answer, view);
            self.warn_of(&found, Role::Answer);
            let weight = Weight::Decides(Outcome::Blocked);
            self.reasons_of(found, Role::Answer, weight, Outcome::Blocked);
        }
    }

    /// Adds the reasons and lines of a criterion.
    fn tell(
        &mut self,
        criterion: &'a Criterion,
        verdict: verdict::Verdict,
        role: Role,
        weight: Weight,
        view: &View,
    ) {
        let mut leaves = Vec::new();
        leaves_of(self.program, &criterion.ask, &mut leaves, 0);
        let most = match weight {
            Weight::Decides(fail) => outcome_of(verdict, fail),
            Weight::Shown => None,
        };
        let before = self.found.len();
        for leaf in leaves {
            match leaf {
                Leaf::Gate(gate) => {
                    let told = self.tell_gate(gate, role, view);
                    if role != Role::Ahead {
                        self.warn_of(&told, role);
                    }
                    if let Some(most) = most {
                        self.reasons_of(told, role, weight, most);
                    }
                }
                Leaf::Cond(node) => {
                    let (truth, fact) = self.asking(view, self.now, |ctx| {
                        let truth = ctx.truth(node);
                        (truth, ctx.explain(node, true))
                    });
                    let verdict = verdict::Verdict::from(truth);
                    if role == Role::Watch && !verdict.is_satisfied() && !fact.message.is_empty() {
                        self.warn(
                            WarningCode::Advisory,
                            criterion.name.clone(),
                            fact.message.clone(),
                        );
                    }
                    if let (Some(most), false) = (most, verdict.is_satisfied()) {
                        let text = self.text_of(node).unwrap_or(&criterion.name).to_string();
                        let message = self.not_so(verdict, &text);
                        let subject = criterion.name.clone();
                        let mut reason = self.reason(subject, verdict, role, weight, most, message);
                        let origin = fact.at.or(Some(criterion.at));
                        self.explained(&mut reason, fact);
                        self.push(reason, Level::Blocking, origin);
                    }
                }
                Leaf::Approval(approval) => {
                    if most.is_some() {
                        self.approval(approval, role);
                    }
                }
            }
        }
        if matches!(verdict, verdict::Verdict::Unknown(_)) {
            for found in &mut self.found[before..] {
                found.aside = found.reason.verdict == Some(Verdict::Fail);
            }
        }
        if let (Some(most), true) = (most, self.found.len() == before) {
            let message = self.not_so(verdict, &criterion.name);
            let reason = self.reason(criterion.name.clone(), verdict, role, weight, most, message);
            self.push(reason, Level::Blocking, Some(criterion.at));
        }
    }

    fn push(&mut self, reason: Reason, level: Level, origin: Option<OriginId>) {
        let mut reason = reason;
        reason.level = Some(level);
        if self
            .found
            .iter()
            .any(|one| one.reason == reason && one.origin == origin)
        {
            return;
        }
        self.add(reason, origin);
    }

    /// Adds the reasons of rows; none argues for more than its criterion does.
    fn reasons_of(&mut self, told: Vec<Told>, role: Role, weight: Weight, most: Outcome) {
        for row in told {
            if row.found.waived.is_some() {
                continue;
            }
            let verdict = row.found.verdict;
            if verdict.is_satisfied() {
                continue;
            }
            if row.found.level == ir::Level::Advisory {
                continue;
            }
            let message = self.not_so(verdict, &row.subject);
            let mut reason = self.reason(row.subject, verdict, role, weight, most, message);
            let origin = row.fact.at;
            self.explained(&mut reason, row.fact);
            self.push(reason, level(row.found.level), origin);
        }
    }

    /// Warns of rows that do not hold and are advisory or only watched, also where the rest of their family does.
    fn warn_of(&mut self, told: &[Told], role: Role) {
        for row in told {
            let light = row.found.level == ir::Level::Advisory || role == Role::Watch;
            let advisory = light && row.found.waived.is_none();
            if !advisory || row.found.verdict.is_satisfied() {
                continue;
            }
            let message = match row.fact.message.is_empty() {
                true => self.not_so(row.found.verdict, &row.subject),
                false => row.fact.message.clone(),
            };
            let known = |one: &Warning| one.subject == row.subject && one.message == message;
            if !self.warnings.iter().any(known) {
                self.warn(WarningCode::Advisory, row.subject.clone(), message);
            }
        }
    }

    fn reason(
        &self,
        subject: String,
        verdict: verdict::Verdict,
        role: Role,
        weight: Weight,
        most: Outcome,
        message: String,
    ) -> Reason {
        let fail = match weight {
            Weight::Decides(fail) => fail,
            Weight::Shown => Outcome::Blocked,
        };
        let outcome = outcome_of(verdict, fail).map_or(most, |outcome| outcome.min(most));
        let why = verdict.why();
        let code = match (role, verdict) {
            (Role::Verify, _) => ReasonCode::ProcedureUnverified,
            (Role::Reenter, _) => ReasonCode::ProcedureReenter,
            (_, verdict::Verdict::Fail) => ReasonCode::GateFailed,
            (_, verdict::Verdict::Unknown(why)) if why.cause == crate::value::Cause::Awaited => {
                ReasonCode::Awaited
            }
            (_, verdict::Verdict::Pending) => ReasonCode::GatePending,
            (_, verdict::Verdict::Unknown(_)) => ReasonCode::GateUnknown,
            (
                _,
                verdict::Verdict::Pass | verdict::Verdict::Waived | verdict::Verdict::NotApplicable,
            ) => ReasonCode::GateFailed,
        };
        let mut reason = Reason::new(code, outcome, subject, message);
        reason.role = Some(role);
        reason.verdict = Some(word(verdict));
        reason.cause = why.map(|why| cause(why.cause));
        reason.evidence = why
            .and_then(|why| self.evidence_of(why))
            .into_iter()
            .collect();
        reason
    }

    /// The item that an unknown rests on.
    pub(super) fn evidence_of(&self, why: Why) -> Option<EvidenceRef> {
        let item = self.program.evidence.get(why.item?.ix())?;
        let newest = self.readings.of(why.item?).last();
        let observed_at = newest.and_then(|reading| reading.observed_at);
        Some(EvidenceRef {
            item: item.name.clone(),
            path: why
                .fault
                .and_then(|fault| self.store.faults.get(fault as usize))
                .map_or(String::new(), |fault| fault.path.clone()),
            observed_at,
            age: observed_at.map(|at| Span(self.now.since(at))),
            digest: newest.map(|reading| reading.digest(self.evidence)),
        })
    }

    /// Adds the lines of a gate, and gives its rows that are not a plain pass.
    fn tell_gate(&mut self, gate: GateId, role: Role, view: &View) -> Vec<Told> {
        let (whole, told) = self.asking(view, self.now, |ctx| {
            let whole = ctx.gate(gate);
            let plain = ctx.notable(&whole).is_empty();
            let told = match plain {
                true => Vec::new(),
                false => self.rows_of(ctx, gate),
            };
            (whole, told)
        });
        let Some(name) = self.program.gates.get(gate.ix()).map(|gate| &gate.name) else {
            return told;
        };
        if self
            .gates
            .iter()
            .any(|line| line.gate == *name && line.role == role)
        {
            return told;
        }
        for row in &told {
            let waived_by = row
                .found
                .waived
                .and_then(|index| self.waived_by(view, index, &row.subject));
            self.gates.push(GateLine {
                gate: name.clone(),
                row: row.row.clone(),
                role,
                level: level(row.found.level),
                verdict: match row.found.waived {
                    Some(_) => Verdict::Waived,
                    None => word(row.found.verdict),
                },
                cause: row.found.verdict.why().map(|why| cause(why.cause)),
                message: waived_by.is_some().then(|| row.fact.message.clone()),
                waived_by,
                headroom: row.fact.headroom.clone(),
                rows: 1,
            });
        }
        if whole.passed > 0 {
            self.gates.push(GateLine {
                gate: name.clone(),
                row: None,
                role,
                level: level(whole.level),
                verdict: Verdict::Pass,
                cause: None,
                waived_by: None,
                message: None,
                headroom: None,
                rows: whole.passed,
            });
        }
        told
    }

    fn rows_of(&self, ctx: &mut Context<'_>, gate: GateId) -> Vec<Told> {
        let name = self.program.gates.get(gate.ix());
        let name = name.map_or("", |gate| gate.name.as_str());
        ctx.explain_gate(gate)
            .into_iter()
            .map(|row| Told {
                subject: subject(name, &row.row.key),
                row: (!row.row.key.is_empty()).then_some(row.row.name),
                found: row.row.found,
                fact: row.fact,
            })
            .collect()
    }

    /// Evidence as a reason lists it.
    fn rests(&self, rests: &[Rests]) -> Vec<EvidenceRef> {
        let one = |rest: &Rests| {
            let item = self.program.evidence.get(rest.item.ix())?;
            let reading = rest
                .reading
                .and_then(|at| self.readings.list.get(at as usize));
            Some(EvidenceRef {
                item: item.name.clone(),
                path: rest.path.clone(),
                observed_at: rest.observed_at,
                age: rest.observed_at.map(|at| Span(self.now.since(at))),
                digest: reading.map(|reading| reading.digest(self.evidence)),
            })
        };
        rests.iter().filter_map(one).collect()
    }

    /// Takes the facts of an explanation into a reason.
    pub(super) fn explained(&self, reason: &mut Reason, fact: Fact) {
        if !fact.message.is_empty() {
            reason.message = fact.message;
        }
        reason.observed = fact.observed;
        reason.bound = fact.bound;
        reason.headroom = fact.headroom;
        reason.would = fact.would;
        let rests = self.rests(&fact.evidence);
        if !rests.is_empty() {
            reason.evidence = rests;
        }
    }

    /// How a condition that does not hold is told.
    pub(super) fn not_so(&self, verdict: verdict::Verdict, what: &str) -> String {
        match verdict {
            verdict::Verdict::Fail => format!("`{what}` does not hold"),
            verdict::Verdict::Unknown(why) => self.unknown(why),
            verdict::Verdict::Pending => "pending".into(),
            verdict::Verdict::Pass => "holds".into(),
            verdict::Verdict::Waived => "waived".into(),
            verdict::Verdict::NotApplicable => "does not apply".into(),
        }
    }

    /// How an unknown is told.
    pub(super) fn unknown(&self, why: Why) -> String {
        let word = why.cause.word();
        let item = why
            .item
            .and_then(|item| self.program.evidence.get(item.ix()));
        let fault = why
            .fault
            .and_then(|fault| self.store.faults.get(fault as usize));
        match (item, fault) {
            (Some(item), Some(fault)) => {
                format!(
                    "`{}.{}` is {word}: {}",
                    item.name, fault.path, fault.message
                )
            }
            (Some(item), None) => format!("`{}` is {word}", item.name),
            (None, Some(fault)) => format!("`{}` is {word}: {}", fault.path, fault.message),
            (None, None) => match self.text_of(why.node) {
                Some(text) => format!("`{text}` is {}", word.replace('_', " ")),
                None => word.replace('_', " "),
            },
        }
    }

    /// The text of a condition as the policy has it.
    pub(super) fn text_of(&self, node: NodeId) -> Option<&'a str> {
        let texts = &self.program.origins.texts;
        let found = texts.iter().find(|(of, _)| *of == node);
        found.map(|(_, text)| text.as_str())
    }

    /// An approval that is asked for: not given, or given too late.
    fn approval(&mut self, id: ApprovalId, role: Role) {
        let Some(approval) = self.program.approvals.get(id.ix()) else {
            return;
        };
        let late = self.too_late(approval);
        if self.is_given(id) && !late {
            return;
        }
        let now = self.now;
        let asked_at = *self
            .instance
            .asked
            .entry(approval.name.clone())
            .or_insert(now);
        let need = self.not_given(id, approval);
        let mut reason = Reason::new(
            ReasonCode::ApprovalMissing,
            Outcome::Hold,
            approval.name.clone(),
            need.clone(),
        );
        reason.role = Some(role);
        let mut asks = !late;
        if let Some(deadline) = &approval.within {
            let due = self
                .number(deadline.within)
                .and_then(|within| asked_at.plus(within));
            let key = super::deadlines::of_approval(&approval.name);
            let due = due.unwrap_or(asked_at);
            if now > due {
                self.instance.expired.entry(key.clone()).or_insert(now);
            }
            if self.instance.expired.contains_key(&key) {
                asks = !self.too_late(approval);
                reason.code = ReasonCode::ApprovalLate;
                reason.message = match late && self.is_given(id) {
                    true => format!("given too late: was due by {due}"),
                    false => format!("was due by {due}; {need}"),
                };
                reason.outcome = Outcome::Blocked;
                if asks {
                    self.asked.insert(approval.name.clone());
                }
                self.otherwise(&deadline.otherwise, reason, approval.at, &approval.name);
                return;
            }
        }
        if asks {
            self.asked.insert(approval.name.clone());
        }
        self.push(reason, Level::Blocking, Some(approval.at));
    }

    /// Approvals that something which does not hold reads: people may give them.
    pub(super) fn ask_people(&mut self, approvals: &BTreeSet<ApprovalId>) {
        for id in approvals {
            let approval = self.program.approvals.get(id.ix());
            let Some(approval) = approval.filter(|one| !self.too_late(one)) else {
                continue;
            };
            if !self.is_given(*id) {
                self.asked.insert(approval.name.clone());
            }
        }
    }

    /// Adds a reason whose outcome is what stands behind `else`.
    pub(super) fn otherwise(
        &mut self,
        otherwise: &Otherwise,
        mut reason: Reason,
        origin: OriginId,
        cause: &str,
    ) {
        match otherwise {
            Otherwise::Blocked => reason.outcome = Outcome::Blocked,
            Otherwise::Halted => reason.outcome = Outcome::Halted,
            Otherwise::Hold => reason.outcome = Outcome::Hold,
            Otherwise::Escalate(roles) => {
                reason.outcome = Outcome::Blocked;
                self.told.push(Obligation {
                    kind: ObligationKind::Escalate,
                    id: reason.subject.clone(),
                    text: reason.message.clone(),
                    by: roles.clone(),
                    messages: IndexMap::new(),
                    run: None,
                    due: None,
                    row: None,
                });
                reason.message = format!("{}; tell {}", reason.message, roles.join(", "));
            }
            Otherwise::Rollback(procedure) => {
                reason.outcome = Outcome::Blocked;
                self.wish(*procedure, cause, self.now, reason, Some(origin));
                return;
            }
        }
        self.add(reason, Some(origin));
    }
}

/// The outcome that a verdict argues for; `None` when it is satisfied.
pub(super) fn outcome_of(verdict: verdict::Verdict, fail: Outcome) -> Option<Outcome> {
    match verdict {
        verdict::Verdict::Pass | verdict::Verdict::Waived | verdict::Verdict::NotApplicable => None,
        // What stands behind a procedure stays as strong as the procedure, awaited or not.
        _ if fail != Outcome::Blocked => Some(fail),
        verdict::Verdict::Fail => Some(fail),
        verdict::Verdict::Pending => Some(Outcome::Hold),
        verdict::Verdict::Unknown(why) => match cause(why.cause) {
            Cause::Awaited => Some(Outcome::Hold),
            Cause::Missing
            | Cause::Stale
            | Cause::Malformed
            | Cause::Future
            | Cause::Mismatched
            | Cause::Superseded
            | Cause::Empty
            | Cause::Inconclusive
            | Cause::MissingField => Some(fail),
        },
    }
}

fn leaves_of(program: &Program, ask: &Ask, leaves: &mut Vec<Leaf>, depth: u32) {
    if depth > crate::eval::DEPTH {
        return;
    }
    match ask {
        Ask::Gate(gate) => leaves.push(Leaf::Gate(*gate)),
        Ask::Approval(approval) => leaves.push(Leaf::Approval(*approval)),
        Ask::Cond(node) => leaves.push(Leaf::Cond(*node)),
        Ask::Group(group) => {
            if let Some(group) = program.groups.get(group.ix()) {
                leaves_of(program, &group.ask, leaves, depth + 1);
            }
        }
        Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => asks
            .iter()
            .for_each(|ask| leaves_of(program, ask, leaves, depth + 1)),
        Ask::Not(ask) => leaves_of(program, ask, leaves, depth + 1),
    }
}

/// A verdict in the words of the decision.
pub(super) fn word(verdict: verdict::Verdict) -> Verdict {
    match verdict {
        verdict::Verdict::Pass => Verdict::Pass,
        verdict::Verdict::Fail => Verdict::Fail,
        verdict::Verdict::Unknown(_) => Verdict::Unknown,
        verdict::Verdict::Pending => Verdict::Pending,
        verdict::Verdict::Waived => Verdict::Waived,
        verdict::Verdict::NotApplicable => Verdict::NotApplicable,
    }
}

/// A cause in the words of the decision.
pub(super) fn cause(cause: crate::value::Cause) -> Cause {
    match cause {
        crate::value::Cause::Missing => Cause::Missing,
        crate::value::Cause::Awaited => Cause::Awaited,
        crate::value::Cause::Stale => Cause::Stale,
        crate::value::Cause::Malformed => Cause::Malformed,
        crate::value::Cause::Future => Cause::Future,
        crate::value::Cause::Mismatched => Cause::Mismatched,
        crate::value::Cause::Superseded => Cause::Superseded,
        crate::value::Cause::Empty => Cause::Empty,
        crate::value::Cause::Inconclusive => Cause::Inconclusive,
        crate::value::Cause::MissingField => Cause::MissingField,
    }
}

/// A level in the words of the decision.
pub(super) fn level(level: ir::Level) -> Level {
    match level {
        ir::Level::Hard => Level::Hard,
        ir::Level::Blocking => Level::Blocking,
        ir::Level::Advisory => Level::Advisory,
    }
}
