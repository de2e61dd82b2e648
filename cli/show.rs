//! A decision for people: what goes on the screen, in which order. Knows decisions; lays nothing out and
//! decides nothing.

mod ahead;
pub mod board;
pub mod json;
pub mod markdown;
mod merge;
mod policy;
pub mod text;
mod times;
pub mod trial;

pub use times::Times;

use crate::terminal::Ink;
use rolloutc_runtime::decision::{
    Decision, EvidenceLine, GateLine, ItemWord, Level, NextKind, Obligation, Outcome, ParamFrom,
    Reason, ReasonCode, Role, Verdict, Warning, WarningCode,
};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::state::Place;
use rolloutc_runtime::time::Instant;

/// What a person sees of one decision, top to bottom.
#[derive(Clone, Debug)]
pub struct Screen {
    /// The outcome, in capitals.
    pub outcome: String,
    /// How the outcome is painted.
    pub ink: Ink,
    /// The rollout, with its key.
    pub name: String,
    /// Where it stands and where it goes: `cohorts at 10%  (next: 25%)`.
    pub place: String,
    /// The instant decided for.
    pub as_of: String,
    /// Reasons, waivers, passes: what is so.
    pub rows: Vec<Row>,
    /// What people must do.
    pub tasks: Vec<Task>,
    /// What leads `would`: `would advance if`, `halt ends when`, `then`.
    pub goal: &'static str,
    /// What would change it, one condition each.
    pub would: Vec<String>,
    /// What time alone changes: when and what.
    pub next: Vec<(String, String)>,
}

/// One line of what is so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// The first word: `fail`, `unknown`, `soak`.
    pub word: &'static str,
    /// Whether it decides; the others are beside the point.
    pub decides: bool,
    /// Of what it speaks.
    pub subject: String,
    /// One line.
    pub message: String,
    /// The evidence it rests on.
    pub evidence: String,
    /// Where it stands in the policy: `production.rollout:41`.
    pub place: String,
}

/// One thing that people must do.
#[derive(Clone, Debug, PartialEq)]
pub struct Task {
    /// What kind: `do`, `check`, `approve`.
    pub word: &'static str,
    /// Its name.
    pub id: String,
    /// What it is.
    pub text: String,
    /// Who.
    pub by: String,
    /// The command to run.
    pub run: String,
    /// By when.
    pub due: String,
    /// The lines of messages that it names, for a person to complete.
    pub fill: Vec<String>,
}

/// Puts one decision on a screen.
pub fn screen(program: &Program, decision: &Decision, times: &Times) -> Screen {
    let name = match decision.key.as_str() {
        "" => decision.rollout.clone(),
        key => format!("{}[{key:?}]", decision.rollout),
    };
    Screen {
        outcome: decision.outcome.word().to_uppercase(),
        ink: ink(decision.outcome),
        name,
        place: place(decision),
        as_of: times.whole(decision.as_of),
        rows: rows(program, decision, times),
        tasks: decision
            .obligations
            .iter()
            .map(|one| task(program, one, times))
            .collect(),
        goal: ahead::goal(decision),
        would: ahead::would(program, decision, times),
        next: ahead::next(decision, times),
    }
}

fn ink(outcome: Outcome) -> Ink {
    match outcome {
        Outcome::Complete | Outcome::Advance => Ink::Good,
        Outcome::Hold | Outcome::Frozen => Ink::Wait,
        Outcome::Blocked | Outcome::Halted | Outcome::Rollback => Ink::Bad,
    }
}

/// `cohorts at 10%`
fn at(place: &Place) -> String {
    match &place.cohort {
        Some(share) => format!("{} at {share}", place.phase),
        None => place.phase.clone(),
    }
}

fn place(decision: &Decision) -> String {
    let Some(from) = &decision.from else {
        return String::new();
    };
    let here = at(from);
    if let Some(to) = &decision.to {
        return format!("{here} -> {}", at(to));
    }
    match &decision.toward {
        None => here,
        Some(next) if next.phase == from.phase => match &next.cohort {
            Some(share) => format!("{here}  (next: {share})"),
            None => here,
        },
        Some(next) => format!("{here}  (next: {})", at(next)),
    }
}

/// Reasons first, those that decide before the others; then what is waived, what only warns, what passes.
fn rows(program: &Program, decision: &Decision, times: &Times) -> Vec<Row> {
    let ahead = |reason: &&Reason| reason.role == Some(Role::Ahead);
    let (later, now): (Vec<&Reason>, Vec<&Reason>) = decision.reasons.iter().partition(ahead);
    let (deciding, others): (Vec<&Reason>, Vec<&Reason>) =
        now.into_iter().partition(|one| one.decides);
    let mut rows: Vec<Row> = deciding
        .into_iter()
        .chain(others)
        .chain(later)
        .map(|one| reason(program, decision, one, times))
        .collect();
    merge::alike(&mut rows);
    rows.extend(
        decision
            .gates
            .iter()
            .filter_map(|gate| gate_row(decision, gate, times)),
    );
    rows.extend(passes(decision));
    rows.extend(evidence_rows(decision));
    let open = decision.procedure.iter();
    rows.extend(open.flat_map(|open| &open.impacts).map(|(name, text)| Row {
        word: "impact",
        subject: name.clone(),
        message: text.clone(),
        ..Row::default()
    }));
    let params = decision
        .params
        .iter()
        .filter(|param| !matches!(param.from, None | Some(ParamFrom::Default)));
    rows.extend(params.map(|param| {
        let from = param.from.map_or("", ParamFrom::word);
        Row {
            word: "param",
            subject: param.name.clone(),
            message: format!("{} ({from})", param.value.as_deref().unwrap_or("secret")),
            ..Row::default()
        }
    }));
    let told = |warning: &&Warning| {
        let same = |gate: &GateLine| gate.row.is_some() && subject(gate) == warning.subject;
        warning.code == WarningCode::Advisory && decision.gates.iter().any(same)
    };
    let warnings = decision.warnings.iter().filter(|one| !told(one));
    rows.extend(warnings.map(|warning| Row {
        word: "warning",
        subject: warning.subject.clone(),
        message: warning.message.clone(),
        ..Row::default()
    }));
    for row in &mut rows {
        row.message = times.within(&row.message, decision.as_of);
    }
    rows
}

fn reason(program: &Program, decision: &Decision, reason: &Reason, times: &Times) -> Row {
    let word = match (reason.role, reason.code) {
        (Some(Role::Ahead), _) => "ahead",
        (_, ReasonCode::GateFailed) => "fail",
        (_, ReasonCode::GateUnknown) => "unknown",
        (_, ReasonCode::GatePending) => "pending",
        (_, ReasonCode::ApprovalMissing | ReasonCode::ApprovalLate) => "approval",
        (_, ReasonCode::Freeze) => "freeze",
        (_, ReasonCode::Window) => "window",
        (_, ReasonCode::Soak) => "soak",
        (_, ReasonCode::Checks) => "checks",
        (_, ReasonCode::NotBefore) => "not before",
        (_, ReasonCode::Awaited) => "awaited",
        (_, ReasonCode::Entering) => "entering",
        (_, ReasonCode::TriggerFired) => "fired",
        (_, ReasonCode::TriggerBlind) => "blind",
        (_, ReasonCode::Halt) => "halt",
        (_, ReasonCode::Deadline) => "deadline",
        (_, ReasonCode::ProcedureSteps) => "steps",
        (_, ReasonCode::ProcedureUnverified) => "verify",
        (_, ReasonCode::ProcedureReenter) => "reenter",
        (_, ReasonCode::Late) => "late",
        (_, ReasonCode::NewSubject) => "subject",
        (_, ReasonCode::Vacuous) => "vacuous",
    };
    let hard = if reason.level == Some(Level::Hard) {
        " (hard)"
    } else {
        ""
    };
    let message = match (word, reason.verdict) {
        ("ahead", Some(verdict)) => format!("{}: {}", verdict.word(), reason.message),
        ("freeze" | "window", _) => closed(program, decision, reason, times),
        ("soak", _) => soak(decision, reason, times),
        _ => reason.message.clone(),
    };
    let place = reason
        .span
        .as_ref()
        .map(|span| format!("{}:{}", span.file, span.line));
    // What decides nothing gets one line, unless it failed.
    let whole = reason.decides || reason.code == ReasonCode::GateFailed;
    Row {
        word,
        decides: reason.decides,
        subject: format!("{}{hard}", reason.subject),
        message,
        evidence: if whole {
            rests_on(decision, reason)
        } else {
            String::new()
        },
        place: place.filter(|_| whole).unwrap_or_default(),
    }
}

/// `Fri 16:00 to Mon 08:00 America/Chicago: opens Mon 2026-03-02 14:00Z, in 1d 20h`
fn closed(program: &Program, decision: &Decision, reason: &Reason, times: &Times) -> String {
    let opens = opening(decision).map(|at| {
        let far = policy::far(decision.as_of, at);
        format!("opens {}, in {far}", times.day(at))
    });
    // The row of a `during` that closes it.
    let row = reason
        .message
        .split(';')
        .next()
        .and_then(|told| told.split_once(" by "));
    let row = row.map(|(_, row)| row.trim_end_matches(", with no known end").to_owned());
    match (policy::rule(program, &reason.subject).or(row), opens) {
        (Some(rule), Some(opens)) => format!("{rule}: {opens}"),
        (Some(rule), None) => format!("{rule}: {}", reason.message),
        (None, Some(opens)) => opens,
        (None, None) => reason.message.clone(),
    }
}

/// When moves are allowed again.
fn opening(decision: &Decision) -> Option<Instant> {
    let mut next = decision.next.iter();
    next.find(|one| one.kind == NextKind::Opens)
        .map(|one| one.at)
}

/// `18m of 30m, green since 11:42Z: done 12:12Z`
fn soak(decision: &Decision, reason: &Reason, times: &Times) -> String {
    let mut next = decision.next.iter();
    let done = next.find(|one| one.kind == NextKind::Soak && one.subject == reason.subject);
    match done {
        Some(done) => {
            let at = times.near(done.at, decision.as_of);
            format!("{}: done {at}", reason.message)
        }
        None => reason.message.clone(),
    }
}

/// `slo.p95, 42s old, today/slo.json`, for the first three pieces.
fn rests_on(decision: &Decision, reason: &Reason) -> String {
    const SHOWN: usize = 3;
    let mut pieces: Vec<String> = Vec::new();
    for piece in reason.evidence.iter().take(SHOWN) {
        let path = match piece.path.as_str() {
            "" => String::new(),
            path if path.starts_with('[') => path.to_string(),
            path => format!(".{path}"),
        };
        let age = piece
            .age
            .as_ref()
            .map(|age| match age.to_string().strip_prefix('-') {
                Some(ahead) => format!(", {ahead} ahead"),
                None => format!(", {age} old"),
            })
            .unwrap_or_default();
        let line = decision
            .evidence
            .iter()
            .find(|line| line.item == piece.item);
        let file = line
            .and_then(|line| line.file.as_ref())
            .map(|file| format!(", {file}"));
        pieces.push(format!(
            "{}{path}{age}{}",
            piece.item,
            file.unwrap_or_default()
        ));
    }
    match reason.evidence.len().saturating_sub(SHOWN) {
        0 => {}
        more => pieces.push(format!("and {more} more")),
    }
    pieces.join("; ")
}

/// A gate that no reason speaks of: waived, or advisory.
fn gate_row(decision: &Decision, gate: &GateLine, times: &Times) -> Option<Row> {
    let subject = subject(gate);
    if decision
        .reasons
        .iter()
        .any(|reason| reason.subject == subject)
    {
        return None;
    }
    let row = |word, message| Row {
        word,
        subject: subject.clone(),
        message,
        ..Row::default()
    };
    let cause = gate
        .cause
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    let over = gate
        .headroom
        .as_ref()
        .map(|room| format!(", {} left", room.value))
        .unwrap_or_default();
    match gate.verdict {
        Verdict::Waived => Some(row("waived", waived(decision, gate, &subject, times))),
        Verdict::Fail | Verdict::Unknown | Verdict::Pending => {
            let word = if gate.level == Level::Advisory {
                "advisory"
            } else {
                gate.verdict.word()
            };
            let told = |one: &&Warning| one.code == WarningCode::Advisory && one.subject == subject;
            let message = match decision.warnings.iter().find(told) {
                Some(warning) => warning.message.clone(),
                None => format!("{}{cause}{over}", gate.verdict),
            };
            Some(row(word, message))
        }
        Verdict::Pass | Verdict::NotApplicable | Verdict::NotEvaluated => None,
    }
}

/// `until 2026-03-01 12:00Z by ops (W-112): 2.1%, at most 2.0%`
fn waived(decision: &Decision, gate: &GateLine, subject: &str, times: &Times) -> String {
    let name = gate.waived_by.as_deref().unwrap_or("a waiver");
    let mut lines = decision.waivers.iter();
    let line = lines.find(|line| line.row == name && line.covers.iter().any(|of| of == subject));
    let until = line.and_then(|line| line.until);
    let mut told = match until {
        Some(until) => format!("until {}", times.whole(until)),
        None => "until the subject changes".into(),
    };
    if let Some(line) = line.filter(|line| !line.by.is_empty()) {
        told.push_str(&format!(" by {}", line.by.join(", ")));
    }
    told.push_str(&format!(" ({name})"));
    match gate.message.as_deref() {
        Some("") | None => told,
        Some(what) => format!("{told}: {what}"),
    }
}

fn subject(gate: &GateLine) -> String {
    match &gate.row {
        Some(row) => format!("{}[{row:?}]", gate.gate),
        None => gate.gate.clone(),
    }
}

/// One row for all that passes: `baseline, drilled, lane (2 of 3)`.
fn passes(decision: &Decision) -> Option<Row> {
    // A gate may be asked twice, to verify and to enter: rows are counted where this line was asked.
    let instances = |one: &GateLine| {
        decision
            .gates
            .iter()
            .filter(|line| line.gate == one.gate && line.role == one.role)
            .map(|line| line.rows.max(1))
            .sum::<u32>()
    };
    // A gate that does not pass wherever it is asked is spoken of above.
    let mixed = |one: &GateLine| {
        decision.gates.iter().any(|line| {
            line.gate == one.gate
                && line.row.is_none()
                && !matches!(line.verdict, Verdict::Pass | Verdict::NotEvaluated)
        })
    };
    let mut names: Vec<String> = Vec::new();
    for line in decision
        .gates
        .iter()
        .filter(|line| line.verdict == Verdict::Pass && !mixed(line))
    {
        let name = match (line.rows, instances(line)) {
            (0 | 1, 1) => subject(line),
            (rows, all) => format!("{} ({rows} of {all})", line.gate),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let message = names.join(", ");
    (!names.is_empty()).then(|| Row {
        word: "pass",
        message,
        ..Row::default()
    })
}

/// Items that are there and no good, where no reason names them. What is not there and not asked for is no
/// news.
fn evidence_rows(decision: &Decision) -> Vec<Row> {
    let rests_on = |reason: &Reason, item: &str| {
        reason.subject == item || reason.evidence.iter().any(|piece| piece.item == item)
    };
    let named = |item: &str| decision.reasons.iter().any(|reason| rests_on(reason, item));
    let bad = |line: &&EvidenceLine| match line.state {
        ItemWord::Present | ItemWord::Missing | ItemWord::Awaited | ItemWord::Stale => false,
        ItemWord::Malformed | ItemWord::Future | ItemWord::Mismatched | ItemWord::Superseded => {
            !named(&line.item)
        }
    };
    let row = |line: &EvidenceLine| Row {
        word: line.state.word(),
        subject: line.item.clone(),
        message: line.cause.clone().unwrap_or_default(),
        ..Row::default()
    };
    decision.evidence.iter().filter(bad).map(row).collect()
}

fn task(program: &Program, one: &Obligation, times: &Times) -> Task {
    use policy::Origin;
    use rolloutc_runtime::decision::ObligationKind;
    let origin = match one.kind {
        ObligationKind::Collect => policy::source(program, &one.id),
        _ => None,
    };
    Task {
        word: match one.kind {
            ObligationKind::Step => "do",
            ObligationKind::Check => "check",
            ObligationKind::Approval => "approve",
            ObligationKind::Resume => "resume",
            ObligationKind::Collect => "collect",
            ObligationKind::Enter => "enter",
            ObligationKind::Escalate => "tell",
        },
        id: one.id.clone(),
        text: match (&origin, one.kind) {
            (Some(Origin::Words(words)), _) => words.clone(),
            (Some(Origin::Command(words)), _) => command(words),
            (None, ObligationKind::Collect) => {
                "no source is declared: hand it in with --evidence".into()
            }
            _ => one.text.clone(),
        },
        by: one.by.join(", "),
        run: one
            .run
            .as_ref()
            .map(|words| command(words))
            .unwrap_or_default(),
        due: one
            .due
            .map(|due| format!("by {}", times.whole(due)))
            .unwrap_or_default(),
        fill: one
            .messages
            .values()
            .flat_map(|text| text.trim_end().lines().map(String::from))
            .collect(),
    }
}

/// The words of a command as a shell takes them.
fn command(words: &[String]) -> String {
    let safe = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c))
    };
    let quote = |word: &String| {
        if safe(word) {
            word.clone()
        } else {
            format!("'{}'", word.replace('\'', r"'\''"))
        }
    };
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}
