//! A decision for people: what goes on the screen, in which order. Knows decisions; lays nothing out and
//! decides nothing.

pub mod json;
pub mod markdown;
pub mod text;
mod times;

pub use times::Times;

use crate::terminal::Ink;
use rolloutc_runtime::decision::{
    Decision, EvidenceLine, GateLine, ItemWord, Level, Obligation, Outcome, ParamFrom, Reason,
    ReasonCode, Role, Verdict,
};
use rolloutc_runtime::state::Place;

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
    /// What leads the conditions: `would advance if`.
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
}

/// Puts one decision on a screen.
pub fn screen(decision: &Decision, times: &Times) -> Screen {
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
        rows: rows(decision, times),
        tasks: decision
            .obligations
            .iter()
            .map(|one| task(one, times))
            .collect(),
        goal: goal(decision),
        would: would(decision),
        next: next(decision, times),
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
fn rows(decision: &Decision, times: &Times) -> Vec<Row> {
    let ahead = |reason: &&Reason| reason.role == Some(Role::Ahead);
    let (later, now): (Vec<&Reason>, Vec<&Reason>) = decision.reasons.iter().partition(ahead);
    let (deciding, others): (Vec<&Reason>, Vec<&Reason>) =
        now.into_iter().partition(|one| one.decides);
    let mut rows: Vec<Row> = deciding
        .into_iter()
        .chain(others)
        .chain(later)
        .map(|one| reason(decision, one))
        .collect();
    rows.extend(
        decision
            .gates
            .iter()
            .filter_map(|gate| gate_row(decision, gate)),
    );
    rows.extend(passes(decision));
    rows.extend(evidence_rows(decision));
    rows.extend(
        decision
            .calendar
            .iter()
            .filter(|line| !line.closes)
            .filter_map(|line| {
                let (from, until) = (line.from?, line.until);
                let until = until.map(|until| format!(" to {}", times.near(until, decision.as_of)));
                Some(Row {
                    word: "ahead",
                    subject: line.name.clone(),
                    message: format!(
                        "{} {}{}",
                        line.kind,
                        times.near(from, decision.as_of),
                        until.unwrap_or_default()
                    ),
                    ..Row::default()
                })
            }),
    );
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
    rows.extend(decision.warnings.iter().map(|warning| Row {
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

fn reason(decision: &Decision, reason: &Reason) -> Row {
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
        _ => reason.message.clone(),
    };
    Row {
        word,
        decides: reason.decides,
        subject: format!("{}{hard}", reason.subject),
        message,
        evidence: rests_on(decision, reason),
        place: reason
            .span
            .as_ref()
            .map(|span| format!("{}:{}", span.file, span.line))
            .unwrap_or_default(),
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
            .map(|age| format!(", {age} old"))
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
fn gate_row(decision: &Decision, gate: &GateLine) -> Option<Row> {
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
        Verdict::Waived => Some(row(
            "waived",
            format!(
                "by {}{over}",
                gate.waived_by.as_deref().unwrap_or("a waiver")
            ),
        )),
        Verdict::Fail | Verdict::Unknown | Verdict::Pending => {
            let word = if gate.level == Level::Advisory {
                "advisory"
            } else {
                gate.verdict.word()
            };
            Some(row(word, format!("{}{cause}{over}", gate.verdict)))
        }
        Verdict::Pass | Verdict::NotApplicable | Verdict::NotEvaluated => None,
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
    let instances = |gate: &str| {
        decision
            .gates
            .iter()
            .filter(|line| line.gate == gate)
            .map(|line| line.rows.max(1))
            .sum::<u32>()
    };
    let mut names: Vec<String> = Vec::new();
    for line in decision
        .gates
        .iter()
        .filter(|line| line.verdict == Verdict::Pass)
    {
        let name = match (line.rows, instances(&line.gate)) {
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

/// Items that may not be read and that no reason names, by state: nothing asks for them now.
fn evidence_rows(decision: &Decision) -> Vec<Row> {
    let rests_on = |reason: &Reason, item: &str| {
        reason.subject == item || reason.evidence.iter().any(|piece| piece.item == item)
    };
    let named = |item: &str| decision.reasons.iter().any(|reason| rests_on(reason, item));
    let mut rows: Vec<(ItemWord, Vec<&EvidenceLine>)> = Vec::new();
    let unread = decision
        .evidence
        .iter()
        .filter(|line| line.state != ItemWord::Present);
    for line in unread.filter(|line| !named(&line.item)) {
        match rows.iter_mut().find(|(state, _)| *state == line.state) {
            Some((_, lines)) => lines.push(line),
            None => rows.push((line.state, vec![line])),
        }
    }
    let row = |(state, lines): (ItemWord, Vec<&EvidenceLine>)| {
        let names: Vec<&str> = lines.iter().map(|line| line.item.as_str()).collect();
        let cause = lines.first().and_then(|line| line.cause.as_deref());
        let cause = match (cause, lines.len()) {
            (Some(cause), 1) if !cause.is_empty() && state != ItemWord::Missing => {
                format!(": {cause}")
            }
            _ => String::new(),
        };
        Row {
            word: state.word(),
            message: format!("{}{cause}", names.join(", ")),
            ..Row::default()
        }
    };
    rows.into_iter().map(row).collect()
}

fn task(one: &Obligation, times: &Times) -> Task {
    use rolloutc_runtime::decision::ObligationKind;
    Task {
        word: match one.kind {
            ObligationKind::Step => "do",
            ObligationKind::Check => "check",
            ObligationKind::Approval => "approve",
            ObligationKind::Resume => "resume",
            ObligationKind::Collect => "collect",
            ObligationKind::Enter => "enter",
        },
        id: one.id.clone(),
        text: one.text.clone(),
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

fn goal(decision: &Decision) -> &'static str {
    match (decision.outcome, &decision.toward) {
        (Outcome::Halted | Outcome::Rollback, _) => "would go on if",
        (_, None) => "would complete if",
        (_, Some(_)) => "would advance if",
    }
}

/// What would change the outcome, each once. A way back is walked to its end, whatever changes meanwhile.
fn would(decision: &Decision) -> Vec<String> {
    if decision.outcome == Outcome::Rollback {
        return Vec::new();
    }
    let mut all: Vec<String> = Vec::new();
    for one in decision
        .deciding()
        .filter_map(|reason| reason.would.clone())
    {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// The nearest changes.
fn next(decision: &Decision, times: &Times) -> Vec<(String, String)> {
    const SHOWN: usize = 4;
    let row = |one: &rolloutc_runtime::decision::Next| {
        let what = match one.then.as_str() {
            then if then.contains(&one.subject) => then.to_string(),
            "" => format!("{} {}", one.subject, verb(one.kind)),
            then => format!("{} {}: {then}", one.subject, verb(one.kind)),
        };
        (times.near(one.at, decision.as_of), what)
    };
    decision.next.iter().take(SHOWN).map(row).collect()
}

fn verb(kind: rolloutc_runtime::decision::NextKind) -> &'static str {
    use rolloutc_runtime::decision::NextKind;
    match kind {
        NextKind::Stale => "goes stale",
        NextKind::SoftStale => "passes its soft end",
        NextKind::Soak => "has soaked",
        NextKind::For => "has held long enough",
        NextKind::NotBefore => "may begin",
        NextKind::Awaited => "is overdue",
        NextKind::Deadline => "runs out of time",
        NextKind::Approval => "grows too old",
        NextKind::Waiver => "expires",
        NextKind::Opens => "opens",
        NextKind::Closes => "closes",
    }
}
