//! What comes after a decision: what would change it, and what time alone changes. Knows decisions; lays
//! nothing out.

use super::{Times, merge, opening, policy};
use rolloutc_runtime::decision::{CalendarWord, Decision, Next, NextKind, Outcome, ReasonCode};
use rolloutc_runtime::ir::Program;

/// What leads the list of conditions.
pub fn goal(decision: &Decision) -> &'static str {
    match decision.outcome {
        Outcome::Rollback => "then",
        Outcome::Halted => "halt ends when",
        _ if decision.from.is_none() => "would complete if",
        _ if decision.toward.is_none() => "complete again if",
        Outcome::Complete
        | Outcome::Advance
        | Outcome::Hold
        | Outcome::Frozen
        | Outcome::Blocked => "would advance if",
    }
}

/// What would change the outcome, each once; for a way back, what follows it.
pub fn would(program: &Program, decision: &Decision, times: &Times) -> Vec<String> {
    let open = decision.procedure.as_ref();
    let after = open.map(|open| policy::afterwards(program, &open.name));
    if decision.outcome == Outcome::Rollback {
        return after.unwrap_or_default();
    }
    let mut all: Vec<(String, usize)> = Vec::new();
    let (mut fresh, mut there): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    // Rows of one table that want the same are one condition.
    let mut note = |one: String| {
        let kind = merge::rowless(&one);
        match all
            .iter_mut()
            .find(|(other, _)| merge::rowless(other) == kind)
        {
            Some((other, _)) if *other == one => {}
            Some((_, more)) => *more += 1,
            None => all.push((one, 0)),
        }
    };
    for reason in decision.deciding() {
        match (&reason.would, reason.code) {
            (Some(one), _) => {
                let single = |item: &&str| !item.contains(' ');
                let (list, item) = match one.strip_prefix("a fresh ").filter(single) {
                    Some(item) => (&mut fresh, item),
                    None => match one.strip_suffix(" is there").filter(single) {
                        Some(item) => (&mut there, item),
                        None => {
                            note(one.clone());
                            continue;
                        }
                    },
                };
                if !list.contains(&item) {
                    list.push(item);
                }
            }
            (None, ReasonCode::Freeze | ReasonCode::Window) => {
                if let Some(at) = opening(decision) {
                    let verb = verb_of(decision, &reason.subject, NextKind::Opens);
                    note(format!("{} {verb}: {}", reason.subject, times.day(at)));
                }
                for approval in policy::exceptions(program, &reason.subject) {
                    note(format!("or by approval {approval}"));
                }
            }
            (None, ReasonCode::ProcedureUnverified) if reason.verdict.is_none() => {
                note(format!("{} is logged", reason.subject));
            }
            (None, ReasonCode::TriggerBlind) => {
                for piece in &reason.evidence {
                    note(format!("{} can be read again", piece.item));
                }
            }
            (None, _) => {}
        }
    }
    let count = |(one, more): (String, usize)| match more {
        0 => one,
        more => format!("{one}; {more} more rows alike"),
    };
    let mut all: Vec<String> = all.into_iter().map(count).collect();
    for (items, words) in [(there, "there"), (fresh, "fresh")] {
        match items.as_slice() {
            [] => {}
            [one] => all.insert(0, format!("{one} is {words}")),
            items => all.insert(0, format!("{} are {words}", items.join(", "))),
        }
    }
    // One screen: the rest is in the document.
    const SHOWN: usize = 6;
    if all.len() > SHOWN {
        let more = all.len() - (SHOWN - 1);
        all.truncate(SHOWN - 1);
        all.push(format!("{more} more: see --format json"));
    }
    all
}

/// The nearest changes; what goes stale at one instant is one line.
pub fn next(decision: &Decision, times: &Times) -> Vec<(String, String)> {
    const SHOWN: usize = 4;
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut rest = decision.next.as_slice();
    while let Some(first) = rest.first() {
        let same = |one: &&Next| one.at == first.at && one.kind == first.kind;
        let count = rest.iter().take_while(same).count().max(1);
        let (group, others) = rest.split_at(count);
        rest = others;
        let at = times.near(first.at, decision.as_of);
        let names: Vec<&str> = group.iter().map(|one| one.subject.as_str()).collect();
        let names = names.join(", ");
        let joined = match first.kind {
            NextKind::Stale => Some("go stale"),
            NextKind::SoftStale => Some("pass their soft end"),
            NextKind::Awaited => Some("are missing"),
            _ => None,
        };
        match joined.filter(|_| group.len() > 1) {
            Some(words) => rows.push((at, format!("{names} {words}"))),
            None => rows.extend(group.iter().map(|one| (at.clone(), change(decision, one)))),
        }
    }
    rows.truncate(SHOWN);
    rows
}

fn change(decision: &Decision, one: &Next) -> String {
    match (one.kind, one.then.replace('`', "")) {
        (NextKind::Opens, _) | (NextKind::Closes, _) => {
            let moves = if one.kind == NextKind::Opens {
                "moves are allowed"
            } else {
                "nothing moves"
            };
            let verb = verb_of(decision, &one.subject, one.kind);
            format!("{} {verb}: {moves}", one.subject)
        }
        (_, then) if then.contains(&one.subject) => then,
        (kind, then) if then.is_empty() => format!("{} {}", one.subject, verb(kind)),
        (kind, then) => format!("{} {}: {then}", one.subject, verb(kind)),
    }
}

/// What a freeze or a window does when moves begin or cease to be allowed.
fn verb_of(decision: &Decision, calendar: &str, kind: NextKind) -> &'static str {
    let line = decision.calendar.iter().find(|line| line.name == calendar);
    let freeze = line.is_some_and(|line| line.kind == CalendarWord::Freeze);
    match (kind, freeze) {
        (NextKind::Opens, true) => "ends",
        (NextKind::Closes, true) => "begins",
        _ => verb(kind),
    }
}

fn verb(kind: NextKind) -> &'static str {
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
