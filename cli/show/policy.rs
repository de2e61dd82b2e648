//! What a policy says, in its own words: when a calendar closes, where evidence comes from, what ends a
//! procedure. Knows programs; knows no decision.

use rolloutc_runtime::ir::{Const, Node, NodeId, Part, Program, Source, TextId, Time};
use rolloutc_runtime::time::Instant;

/// `Fri 16:00 to Mon 08:00 America/Chicago`, for each time of a freeze or window that can be said.
pub fn rule(program: &Program, name: &str) -> Option<String> {
    let calendar = program.calendar.iter().find(|one| one.name == name)?;
    let times: Option<Vec<String>> = calendar
        .times
        .iter()
        .map(|one| time(program, one))
        .collect();
    let zone = calendar.zone.as_deref().unwrap_or("UTC");
    Some(format!("{} {zone}", times?.join(", ")))
}

/// The approvals that allow a move while a calendar is closed.
pub fn exceptions(program: &Program, name: &str) -> Vec<String> {
    let calendar = program.calendar.iter().find(|one| one.name == name);
    let ids = calendar
        .map(|one| one.except_by.as_slice())
        .unwrap_or_default();
    ids.iter()
        .filter_map(|id| program.approvals.get(id.ix()))
        .map(|approval| approval.name.clone())
        .collect()
}

fn time(program: &Program, time: &Time) -> Option<String> {
    Some(match time {
        Time::Days { from, through } => format!("{from} through {through}"),
        Time::Span { from, until } => format!("{from} through {until}"),
        Time::On(dates) => {
            let dates: Vec<String> = dates.iter().map(ToString::to_string).collect();
            format!("on {}", dates.join(", "))
        }
        Time::Weekly {
            days,
            from,
            add_days,
            until,
        } => {
            let names: Vec<&str> = days.iter().map(|one| day(*one)).collect();
            let names = names.join(", ");
            match (from, add_days, until) {
                (0, 0, 1440) => names,
                (_, 0, _) => format!("{names} {} to {}", clock(*from), clock(*until)),
                _ => {
                    let end = days.first().map_or(0, |first| first + add_days) % 7;
                    let (from, until) = (clock(*from), clock(*until));
                    format!("{names} {from} to {} {until}", day(end))
                }
            }
        }
        Time::Monthly { last, days } => {
            format!(
                "{} {days} days of a month",
                if *last { "last" } else { "first" }
            )
        }
        Time::Yearly { from, through } => {
            format!("{} through {}", in_year(*from), in_year(*through))
        }
        Time::While(node) => format!("while {}", text(program, *node)?),
        Time::During { .. } => return None,
    })
}

fn day(day: u8) -> &'static str {
    ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][usize::from(day % 7)]
}

fn clock(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

fn in_year((month, day): (u8, u8)) -> String {
    let names = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let month = names.get(usize::from(month).wrapping_sub(1));
    format!("{} {day}", month.unwrap_or(&"?"))
}

/// A condition as it stands in the policy.
fn text(program: &Program, node: NodeId) -> Option<&str> {
    let mut texts = program.origins.texts.iter();
    texts
        .find(|(at, _)| *at == node)
        .map(|(_, text)| text.as_str())
}

/// The words of a command, or `http SOURCE`, or a file: where an item is declared to come from.
pub enum Origin {
    /// A command as a shell takes it, word by word.
    Command(Vec<String>),
    /// Anything else, in words.
    Words(String),
}

/// Where an item comes from. `None` where the policy does not say.
pub fn source(program: &Program, item: &str) -> Option<Origin> {
    let evidence = program.evidence.iter().find(|one| one.name == item)?;
    match &evidence.source {
        Source::Given => None,
        Source::File { folder, file } => {
            let folder = parts(program, *folder);
            let slash = if folder.is_empty() { "" } else { "/" };
            Some(Origin::Words(format!("from {folder}{slash}{file}")))
        }
        Source::Call { name, args } => {
            let plain = args.iter().filter(|(name, _)| name.is_none());
            let words: Vec<String> = plain.map(|(_, node)| word(program, *node)).collect();
            if name == "command" {
                return Some(Origin::Command(words));
            }
            let verb = args.iter().find_map(|(name, node)| match name.as_deref() {
                Some(verb @ ("get" | "post" | "put")) => {
                    Some(format!("{verb} {}", word(program, *node)))
                }
                _ => None,
            });
            let words = verb.unwrap_or_else(|| words.join(" "));
            Some(Origin::Words(
                format!("{name} {words}").trim_end().to_string(),
            ))
        }
    }
}

/// A constant as it is, anything else by name in braces.
fn word(program: &Program, node: NodeId) -> String {
    match program.code.get(node.ix()).map(|code| &code.node) {
        Some(Node::Const(Const::Text(text))) => text.clone(),
        Some(Node::Text(text)) => parts(program, *text),
        Some(Node::Param(id)) => {
            let param = program.params.get(id.ix());
            format!("{{{}}}", param.map_or("", |param| &param.name))
        }
        _ => "{..}".to_string(),
    }
}

fn parts(program: &Program, text: TextId) -> String {
    let parts = program
        .texts
        .get(text.ix())
        .map(|text| text.parts.as_slice());
    let piece = |part: &Part| match part {
        Part::Literal(text) => text.clone(),
        Part::Hole(node) => word(program, *node),
        Part::SetHole(_) | Part::For(..) => "{..}".to_string(),
    };
    parts.unwrap_or_default().iter().map(piece).collect()
}

/// What follows once every step of a procedure is logged: `verify baseline`, `retry when baseline and drilled hold`.
pub fn afterwards(program: &Program, procedure: &str) -> Vec<String> {
    let Some(procedure) = program.procedures.iter().find(|one| one.name == procedure) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    let names: Vec<&str> = procedure
        .verify
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    if !names.is_empty() {
        all.push(format!("verify {}", names.join(", ")));
    }
    if let Some(when) = procedure.reenter.and_then(|node| text(program, node)) {
        all.push(format!("re-enter when {when}"));
    }
    all
}

/// `2d 15h`, `4h 5m`, `12m`: how far away, in its two largest units and never too short.
pub fn far(now: Instant, then: Instant) -> String {
    let minutes = then
        .secs()
        .saturating_sub(now.secs())
        .max(0)
        .saturating_add(59)
        / 60;
    let hours = if minutes >= 1_440 {
        (minutes + 59) / 60
    } else {
        minutes / 60
    };
    match (hours / 24, hours % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes}m"),
        (0, hours, 0) => format!("{hours}h"),
        (0, hours, minutes) => format!("{hours}h {minutes}m"),
        (days, 0, _) => format!("{days}d"),
        (days, hours, _) => format!("{days}d {hours}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_names_two_units_and_is_never_too_short() {
        let now = Instant::parse("2026-03-06T22:04:00Z", false).expect("an instant");
        let check = |text: &str, want: &str| {
            let then = Instant::parse(text, false).expect("an instant");
            assert_eq!(far(now, then), want);
        };
        check("2026-03-09T13:00:00Z", "2d 15h");
        check("2026-03-07T02:04:00Z", "4h");
        check("2026-03-06T22:05:01Z", "2m");
        check("2026-03-06T22:04:00Z", "0m");
        check("2026-03-08T22:04:00Z", "2d");
    }

    #[test]
    fn days_of_a_week_and_a_year_have_short_names() {
        assert_eq!(day(4), "Fri");
        assert_eq!(clock(8 * 60), "08:00");
        assert_eq!(in_year((12, 20)), "Dec 20");
    }
}
