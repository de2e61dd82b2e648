//! Whether a decision is what a test expects, and the first thing in which it differs. Knows decisions and expected
//! reasons; steps nothing.

use std::collections::BTreeSet;

use super::Failure;
use crate::decision::{Cause, Decision, Outcome, Reason, ReasonCode, Verdict, WarningCode};
use crate::eval::Reads;
use crate::ir::trial::{self, About, Because, Expect, Expected, Spot, Way};
use crate::ir::{Ask, GateId, Program};
use crate::number::Number;
use crate::unit;

/// How many reasons a failure lists.
const SHOWN: usize = 3;

/// What differs; `None` where the decision is as expected.
pub(super) fn judge(
    program: &Program,
    expect: &Expect,
    decision: &Decision,
    red: &BTreeSet<String>,
) -> Option<Failure> {
    let judge = Judge {
        program,
        decision,
        red,
    };
    let differs = judge.differs(expect)?;
    Some(Failure {
        expected: expect.text.clone(),
        came: judge.came(),
        differs,
        help: judge.meant(expect),
        at: expect.at,
        as_of: decision.as_of,
    })
}

/// The word of an outcome as documents have it.
pub(super) fn outcome(of: trial::Outcome) -> Outcome {
    match of {
        trial::Outcome::Complete => Outcome::Complete,
        trial::Outcome::Advance => Outcome::Advance,
        trial::Outcome::Hold => Outcome::Hold,
        trial::Outcome::Frozen => Outcome::Frozen,
        trial::Outcome::Blocked => Outcome::Blocked,
        trial::Outcome::Halted => Outcome::Halted,
        trial::Outcome::Rollback => Outcome::Rollback,
    }
}

/// Whether a place is the one that is named.
pub(super) fn is_at(program: &Program, spot: &Spot, decision: &Decision) -> bool {
    let Some(to) = &decision.to else { return false };
    let share_is = |share: &Option<Number>| match share {
        Some(share) => to.cohort.is_some_and(|cohort| cohort.0 == *share),
        None => true,
    };
    match spot {
        Spot::Share(share) => share_is(&Some(*share)),
        Spot::Phase { phase, share } => {
            let phase = program.phases.get(phase.ix());
            phase.is_some_and(|phase| phase.name == to.phase) && share_is(share)
        }
    }
}

struct Judge<'a> {
    program: &'a Program,
    decision: &'a Decision,
    /// Gates that do not hold, by name.
    red: &'a BTreeSet<String>,
}

impl Judge<'_> {
    fn differs(&self, expect: &Expect) -> Option<String> {
        if let Some(differs) = self.result(&expect.result) {
            // Why it is something else is told by the first reason that was expected and did not come.
            let wanted = match &expect.result {
                Expected::Advance(_) => Outcome::Advance,
                Expected::Rollback(_) => Outcome::Rollback,
                Expected::Outcome(wanted) => outcome(*wanted),
                Expected::Exit(_) => self.decision.outcome,
            };
            let mut told = expect.because.iter();
            let told = told.find_map(|one| self.missing(one, wanted));
            return Some(match told {
                Some(told) => told,
                None => differs,
            });
        }
        let came = self.decision.outcome;
        let mut because = expect.because.iter();
        if let Some(differs) = because.find_map(|one| self.missing(one, came)) {
            return Some(differs);
        }
        if expect.only
            && let Some(more) = self.deciding().find(|reason| {
                let asked = |one: &Because| self.speaks(one, reason) && self.is(one, reason);
                !expect.because.iter().any(asked)
            })
        {
            return Some(format!("`{}` decides too: {}", more.subject, more.message));
        }
        expect.warnings.iter().find_map(|one| self.unwarned(one))
    }

    /// What is wrong with the outcome.
    fn result(&self, expected: &Expected) -> Option<String> {
        let d = self.decision;
        let came = d.outcome;
        match expected {
            Expected::Exit(code) => {
                (d.exit != *code).then(|| format!("it is {came}, exit {}, not {code}", d.exit))
            }
            Expected::Outcome(wanted) => {
                let wanted = outcome(*wanted);
                (came != wanted).then(|| format!("it is {came}, not {wanted}"))
            }
            Expected::Advance(spot) => {
                if came != Outcome::Advance {
                    return Some(format!("it is {came}, not advance"));
                }
                let spot = spot.as_ref()?;
                let to = d.to.as_ref().map_or(String::new(), ToString::to_string);
                (!is_at(self.program, spot, d)).then(|| format!("it leads to {to}"))
            }
            Expected::Rollback(wanted) => {
                if came != Outcome::Rollback {
                    return Some(format!("it is {came}, not rollback"));
                }
                let wanted = self.program.procedures.get(wanted.as_ref()?.ix())?;
                let open = d.procedure.as_ref().map_or("", |open| open.name.as_str());
                (open != wanted.name).then(|| format!("it is by `{open}`"))
            }
        }
    }

    /// The reasons that bring the outcome.
    fn deciding(&self) -> impl Iterator<Item = &Reason> {
        self.decision.reasons.iter().filter(|one| one.decides)
    }

    /// The reasons that argue for the outcome.
    fn arguing(&self) -> impl Iterator<Item = &Reason> {
        let outcome = self.decision.outcome;
        let reasons = self.decision.reasons.iter();
        reasons.filter(move |one| one.outcome == outcome)
    }

    /// Why an expected reason for an outcome is none.
    fn missing(&self, because: &Because, wanted: Outcome) -> Option<String> {
        if because.way == Some(Way::Waived) && self.waived(because) {
            return None;
        }
        let mut near: Option<&Reason> = None;
        for reason in self.arguing() {
            if self.speaks(because, reason) {
                if self.is(because, reason) {
                    return None;
                }
                near = near.or(Some(reason));
            }
        }
        if let Some(near) = near {
            return Some(self.otherwise(because, near));
        }
        let elsewhere = |reason: &&Reason| self.speaks(because, reason);
        if let Some(weaker) = self.decision.reasons.iter().find(elsewhere) {
            if weaker.outcome == wanted {
                // Something stronger came, and that is told beside it.
                return None;
            }
            return Some(format!(
                "`{}` argues for {}, not for {wanted}: {}",
                weaker.subject, weaker.outcome, weaker.message
            ));
        }
        Some(self.state_of(because))
    }

    /// A reason that speaks of the right thing in another way.
    fn otherwise(&self, because: &Because, came: &Reason) -> String {
        if let Some(Way::Left(wanted)) = &because.way {
            let left = left(came).unwrap_or_else(|| "nothing".into());
            let wanted = unit::duration_text(*wanted);
            return format!("{left} is left, not {wanted}: {}", came.message);
        }
        // What is written behind the name is what was expected instead.
        let wanted = match because.way {
            Some(_) => because.text.rsplit(' ').next(),
            None => None,
        };
        let wanted = wanted.map_or(String::new(), |wanted| format!(", not {wanted}"));
        let is = match (came.cause, came.verdict) {
            (Some(cause), _) => format!("{}{wanted}", cause.word().replace('_', " ")),
            (None, Some(verdict)) => format!("{verdict}{wanted}"),
            (None, None) => wanted.trim_start_matches(", ").to_owned(),
        };
        format!("`{}` is {is}: {}", came.subject, came.message)
    }

    /// How something stands that is no reason.
    fn state_of(&self, because: &Because) -> String {
        match &because.what {
            About::Item(name) => {
                let line = self
                    .decision
                    .evidence
                    .iter()
                    .find(|line| line.item == *name);
                let Some(line) = line else {
                    return format!("`{name}` is no reason, and it was not given");
                };
                let age = self.age(name);
                let age = age.map_or(String::new(), |(age, _)| format!(", {age}"));
                format!("`{name}` is {}{age}, and no reason", line.state)
            }
            About::Word(word) => format!("`{word}` is no reason"),
            About::Named { name, row } => {
                let shown = match row.is_empty() {
                    true => name.clone(),
                    false => crate::verdict::subject(name, row),
                };
                let gates = self.gates_of(name);
                let mut lines = self.decision.gates.iter().filter(|line| {
                    gates.iter().any(|gate| same_gate(gate, &line.gate))
                        && (row.is_empty() || line.row.as_deref() == Some(&row.join(", ")))
                });
                if let Some(line) = lines.next() {
                    let role = match line.role {
                        crate::decision::Role::Ahead => ", and not asked yet",
                        _ => "",
                    };
                    let ages: Vec<String> = match because.way {
                        Some(Way::Stale) => self
                            .items(because)
                            .iter()
                            .filter_map(|item| Some(format!("`{item}` is {}", self.age(item)?.0)))
                            .take(SHOWN)
                            .collect(),
                        _ => Vec::new(),
                    };
                    let ages = match ages.is_empty() {
                        true => String::new(),
                        false => format!(": {}", ages.join(", ")),
                    };
                    return format!(
                        "`{shown}` is {}{role}{ages}",
                        line.verdict.word().replace('_', " ")
                    );
                }
                if !row.is_empty() {
                    let rows: Vec<String> = self
                        .decision
                        .gates
                        .iter()
                        .filter(|line| gates.iter().any(|gate| same_gate(gate, &line.gate)))
                        .filter_map(|line| line.row.clone())
                        .collect();
                    let asked = self
                        .decision
                        .gates
                        .iter()
                        .any(|line| gates.iter().any(|gate| same_gate(gate, &line.gate)));
                    return match (rows.is_empty(), asked) {
                        (false, _) => format!(
                            "`{shown}` passes or is no row; not passing: {}",
                            rows.join("; ")
                        ),
                        (true, true) => format!("`{shown}` passes or is no row"),
                        (true, false) => format!("`{name}` is not asked here"),
                    };
                }
                let is_gate = self
                    .program
                    .gates
                    .iter()
                    .any(|gate| same_gate(name, &gate.name));
                match is_gate {
                    true => format!("`{shown}` is not asked here"),
                    false => format!("`{shown}` is no reason"),
                }
            }
        }
    }

    /// The items that an expected reason speaks of.
    fn items(&self, because: &Because) -> Vec<&str> {
        let mut reads = Reads::default();
        match &because.what {
            About::Item(name) => {
                let items = self.program.evidence.iter();
                let item = items
                    .map(|item| item.name.as_str())
                    .find(|item| item == name);
                return item.into_iter().collect();
            }
            About::Word(_) => {}
            About::Named { name, .. } => {
                let names = self.gates_of(name);
                for (gate, id) in self.program.gates.iter().zip(0..) {
                    if names.iter().any(|name| same_gate(name, &gate.name)) {
                        reads.gate(self.program, GateId(id));
                    }
                }
            }
        }
        let items = reads.items.iter();
        let items = items.filter_map(|id| self.program.evidence.get(id.ix()));
        items.map(|item| item.name.as_str()).collect()
    }

    /// How old an item is and how old it may be, in words; and for how long it stands.
    fn age(&self, name: &str) -> Option<(String, Option<Number>)> {
        let lines = &self.decision.evidence;
        let age = lines.iter().find(|line| line.item == name)?.age?;
        let item = self.program.evidence.iter().find(|item| item.name == name);
        let fresh = item.and_then(|item| self.constant(item.fresh?));
        let text = fresh.map_or(String::new(), |fresh| {
            format!(", fresh {}", unit::duration_text(fresh))
        });
        let left = fresh.and_then(|fresh| fresh.add(age.0.neg()));
        Some((format!("{age} old{text}"), left))
    }

    /// What a test may mean whose evidence is just not old enough.
    fn meant(&self, expect: &Expect) -> Option<String> {
        let stale = expect.because.iter();
        let stale = stale.filter(|one| one.way == Some(Way::Stale));
        let items = stale.flat_map(|because| self.items(because));
        let standing = items.filter_map(|name| {
            let left = self.age(name)?.1?;
            (!left.is_negative()).then_some((left, name))
        });
        let (_, name) = standing.min()?;
        let item = self
            .program
            .evidence
            .iter()
            .find(|item| item.name == name)?;
        let fresh = unit::duration_text(self.constant(item.fresh?)?);
        let aged = fresh.replace(' ', "");
        Some(format!(
            "it stands up to and with {fresh}: did you mean `{name} aged {aged}1s`?"
        ))
    }

    /// A constant duration of the program.
    fn constant(&self, node: crate::ir::NodeId) -> Option<Number> {
        match &self.program.code.get(node.ix())?.node {
            crate::ir::Node::Const(crate::ir::Const::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether a reason speaks of what is expected.
    fn speaks(&self, because: &Because, reason: &Reason) -> bool {
        match &because.what {
            About::Item(name) => {
                reason.subject == *name || reason.evidence.iter().any(|of| of.item == *name)
            }
            About::Word(word) => match word.as_str() {
                "soak" => reason.code == ReasonCode::Soak,
                "checks" => reason.code == ReasonCode::Checks,
                "subject" => reason.code == ReasonCode::NewSubject,
                "approvals" => matches!(
                    reason.code,
                    ReasonCode::ApprovalMissing | ReasonCode::ApprovalLate
                ),
                word => reason.subject == word,
            },
            About::Named { name, row } => {
                let names = self.gates_of(name);
                names
                    .iter()
                    .any(|name| names_it(name, row, &reason.subject))
                    || row.is_empty()
                        && (self.keeps_open(&names, reason) || self.waits_for(name, reason))
            }
        }
    }

    /// Whether a reason says what a procedure, done and not verified, still waits for: a check, or a gate of its `verify`.
    fn waits_for(&self, procedure: &str, reason: &Reason) -> bool {
        let open = self.decision.procedure.as_ref();
        reason.code == ReasonCode::ProcedureUnverified
            && open.is_some_and(|open| open.name == procedure)
    }

    /// Whether a procedure is not closed because one of some gates, which its `reenter` reads, does not hold.
    fn keeps_open(&self, names: &[String], reason: &Reason) -> bool {
        if reason.code != ReasonCode::ProcedureReenter {
            return false;
        }
        let mut procedures = self.program.procedures.iter();
        let open = procedures.find(|procedure| procedure.name == reason.subject);
        let Some(node) = open.and_then(|procedure| procedure.reenter) else {
            return false;
        };
        let mut reads = Reads::default();
        reads.node(self.program, node);
        let mut gates = reads
            .gates
            .iter()
            .filter_map(|id| self.program.gates.get(id.ix()));
        gates.any(|gate| {
            self.red.contains(&gate.name) && names.iter().any(|name| same_gate(name, &gate.name))
        })
    }

    /// A gate by its name; the gates of a group; whatever else has that name.
    fn gates_of(&self, name: &str) -> Vec<String> {
        let mut names = vec![name.to_owned()];
        let group = self.program.groups.iter().find(|group| group.name == name);
        if let Some(group) = group {
            self.members(&group.ask, &mut names, 0);
        }
        names
    }

    fn members(&self, ask: &Ask, names: &mut Vec<String>, depth: usize) {
        if depth > self.program.groups.len() + 64 {
            return;
        }
        match ask {
            Ask::Gate(id) => names.extend(self.program.gates.get(id.ix()).map(|g| g.name.clone())),
            Ask::Group(id) => {
                if let Some(group) = self.program.groups.get(id.ix()) {
                    names.push(group.name.clone());
                    self.members(&group.ask, names, depth + 1);
                }
            }
            Ask::Approval(id) => {
                let approval = self.program.approvals.get(id.ix());
                names.extend(approval.map(|approval| approval.name.clone()));
            }
            Ask::Cond(_) => {}
            Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                asks.iter()
                    .for_each(|ask| self.members(ask, names, depth + 1));
            }
            Ask::Not(ask) => self.members(ask, names, depth + 1),
        }
    }

    /// Whether a reason is one in the way that is expected.
    fn is(&self, because: &Because, reason: &Reason) -> bool {
        let cause = |cause| reason.cause == Some(cause);
        match &because.way {
            None => true,
            Some(Way::Missing) => {
                cause(Cause::Missing)
                    || cause(Cause::MissingField)
                    || reason.code == ReasonCode::ApprovalMissing
            }
            Some(Way::Stale) => cause(Cause::Stale),
            Some(Way::Malformed) => cause(Cause::Malformed),
            Some(Way::Future) => cause(Cause::Future),
            Some(Way::Mismatched) => cause(Cause::Mismatched),
            Some(Way::Awaited) => cause(Cause::Awaited) || reason.code == ReasonCode::Awaited,
            Some(Way::Inconclusive) => cause(Cause::Inconclusive),
            Some(Way::Unknown) => {
                reason.verdict == Some(Verdict::Unknown) || reason.code == ReasonCode::TriggerBlind
            }
            Some(Way::Pending) => reason.verdict == Some(Verdict::Pending),
            Some(Way::Waived) => reason.verdict == Some(Verdict::Waived),
            Some(Way::Empty) => cause(Cause::Empty),
            Some(Way::Expired) => matches!(
                reason.code,
                ReasonCode::Deadline | ReasonCode::ApprovalLate | ReasonCode::Late
            ),
            Some(Way::Left(span)) => {
                left(reason).is_some_and(|left| left == unit::duration_text(*span))
            }
        }
    }

    /// Whether a gate's row is waived: it is no reason, and listed.
    fn waived(&self, because: &Because) -> bool {
        let About::Named { name, row } = &because.what else {
            return false;
        };
        let names = self.gates_of(name);
        self.decision.gates.iter().any(|line| {
            line.verdict == Verdict::Waived
                && names.iter().any(|name| same_gate(name, &line.gate))
                && (row.is_empty() || line.row.as_deref() == Some(&row.join(", ")))
        })
    }

    /// Why an expected warning is none.
    fn unwarned(&self, because: &Because) -> Option<String> {
        if because.way == Some(Way::Waived) && self.waived(because) {
            return None;
        }
        let all = &self.decision.warnings;
        let speaks = |subject: &str| match &because.what {
            About::Item(name) | About::Word(name) => {
                subject == name || subject.starts_with(&format!("{name}["))
            }
            About::Named { name, row } => {
                let mut names = self.gates_of(name).into_iter();
                names.any(|name| names_it(&name, row, subject))
            }
        };
        let found = all.iter().any(|warning| {
            let is_word = matches!((&because.what, warning.code),
                (About::Word(word), WarningCode::Waiver) if word == "waivers");
            let way = match because.way {
                Some(Way::Stale) => matches!(
                    warning.code,
                    WarningCode::SoftStale | WarningCode::Superseded
                ),
                Some(Way::Expired) => warning.code == WarningCode::Waiver,
                _ => true,
            };
            (is_word || speaks(&warning.subject)) && way
        });
        if found {
            return None;
        }
        let listed: Vec<String> = all
            .iter()
            .take(SHOWN)
            .map(|warning| format!("`{}` {}", warning.subject, warning.message))
            .collect();
        Some(match listed.is_empty() {
            true => format!("nothing warns of `{}`", because.text),
            false => format!(
                "nothing warns of `{}`; it warns of {}",
                because.text,
                listed.join("; ")
            ),
        })
    }

    /// What came, in one line.
    fn came(&self) -> String {
        let d = self.decision;
        let mut text = d.outcome.to_string();
        match (d.outcome, &d.to, &d.procedure) {
            (Outcome::Advance, Some(to), _) => text.push_str(&format!(" to {to}")),
            (Outcome::Rollback, _, Some(open)) => text.push_str(&format!(" by {}", open.name)),
            _ => {}
        }
        let shown: Vec<String> = self
            .arguing()
            .take(SHOWN)
            .map(|reason| match reason.code {
                ReasonCode::Soak | ReasonCode::Checks => {
                    format!("{} {}", reason.code, reason.message)
                }
                _ => format!("{}: {}", reason.subject, reason.message),
            })
            .collect();
        let more = self.arguing().count().saturating_sub(SHOWN);
        if !shown.is_empty() {
            text.push_str(&format!(" because {}", shown.join("; ")));
        }
        if more > 0 {
            text.push_str(&format!("; and {more} more"));
        }
        text
    }
}

/// Whether a reason's subject is a name, or a row of it.
fn names_it(name: &str, row: &[String], subject: &str) -> bool {
    if !row.is_empty() {
        let exact = crate::verdict::subject(name, row);
        return subject == exact
            || subject.split_once('(').is_some_and(|(gate, rest)| {
                let rows = rest.split_once(')').map(|(_, rows)| rows);
                gate == name && rows.is_some_and(|rows| format!("{name}{rows}") == exact)
            });
    }
    subject == name
        || subject
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(['[', '(']))
}

/// Whether a gate has a name, or is an instance of the gate with parameters that has it.
fn same_gate(name: &str, gate: &str) -> bool {
    gate == name
        || gate
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('('))
}

/// How much is left of a reason's bound.
fn left(reason: &Reason) -> Option<String> {
    let headroom = reason.headroom.as_ref()?;
    Some(headroom.value.trim_start_matches('-').to_owned())
}
