//! When freezes and windows come next, and what the clock does then. Knows programs and zones.

use rolloutc_runtime::calendar::{Answer, Entry};
use rolloutc_runtime::ir::{Calendar, Program, Time};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::zone::ZoneRules;

/// One stretch of a freeze or a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first instant.
    pub from: Instant,
    /// The first instant behind it; [`Instant::MAX`] where no end is known.
    pub until: Instant,
}

/// The next stretches of an entry from an instant on, the present one included; those that ask evidence are left out.
pub fn next(program: &Program, entry: &Calendar, now: Instant, most: usize) -> Vec<Stretch> {
    let utc = ZoneRules::utc();
    let zone = zone(program, entry).unwrap_or(&utc);
    let ready = Entry::new(entry, zone, |_| Answer::Never);
    let mut out = Vec::new();
    let mut at = now;
    while out.len() < most {
        let Some(span) = ready.occurrence(at) else {
            break;
        };
        out.push(Stretch {
            from: span.from,
            until: span.until,
        });
        if span.until == Instant::MAX || span.until <= at {
            break;
        }
        at = span.until;
    }
    out
}

/// The zone that an entry names.
pub fn zone<'p>(program: &'p Program, entry: &Calendar) -> Option<&'p ZoneRules> {
    program.zones.get(entry.zone.as_deref()?)
}

/// Whether what holds at some time depends on evidence.
pub fn asks(entry: &Calendar) -> bool {
    entry
        .times
        .iter()
        .any(|time| matches!(time, Time::While(_) | Time::During { .. }))
}

/// `Fri 2026-11-06 16:00` on the clock of a zone.
pub fn local(zone: &ZoneRules, at: Instant) -> String {
    let local = zone.local(at);
    let date = local.date();
    let minutes = local.of_day().div_euclid(60);
    let day = day(date.weekday().word());
    format!("{day} {date} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// `Fri 2026-11-06 15:00Z`.
pub fn utc(at: Instant) -> String {
    local(&ZoneRules::utc(), at) + "Z"
}

fn day(word: &str) -> String {
    let mut letters = word.chars();
    match letters.next() {
        Some(first) => first.to_ascii_uppercase().to_string() + letters.as_str(),
        None => String::new(),
    }
}

/// The next three stretches of an entry in its zone and in UTC, and the next change of its clock, as Markdown lines.
pub fn lines(program: &Program, entry: &Calendar, now: Instant) -> Vec<String> {
    let own = zone(program, entry);
    let mut out = Vec::new();
    for stretch in next(program, entry, now, 3) {
        let ends = |at: Instant, show: &dyn Fn(Instant) -> String| match at {
            at if at == Instant::MAX => "no known end".to_owned(),
            at if at == Instant::MIN => "ever".to_owned(),
            at => show(at),
        };
        let civil = match own {
            Some(zone) => {
                let show = |at| local(zone, at);
                format!(
                    "{} to {} ({})  ",
                    ends(stretch.from, &show),
                    ends(stretch.until, &show),
                    entry.zone.as_deref().unwrap_or("UTC")
                )
            }
            None => String::new(),
        };
        out.push(format!(
            "- {civil}{} to {}",
            ends(stretch.from, &utc),
            ends(stretch.until, &utc)
        ));
    }
    if asks(entry) {
        out.push("- and while evidence says so".to_owned());
    } else if out.is_empty() {
        out.push("- never again".to_owned());
    }
    let year = now.plus_years(1).unwrap_or(Instant::MAX);
    if let Some(zone) = own
        && let Some(change) = zone.changes_between(now, year).first()
    {
        out.push(format!(
            "\nThe clock changes on {}: from then on {} from UTC",
            utc(change.at),
            change.offset
        ));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, now, read};

    #[test]
    fn the_next_three_weekends_are_shown_on_both_clocks() {
        let program = read(SHOP).program.expect("a program");
        let lines = lines(&program, &program.calendar[0], now());
        assert_eq!(
            lines,
            [
                "- Fri 2026-11-06 16:00 to Mon 2026-11-09 08:00 (Europe/Berlin)  Fri 2026-11-06 15:00Z to Mon 2026-11-09 07:00Z",
                "- Fri 2026-11-13 16:00 to Mon 2026-11-16 08:00 (Europe/Berlin)  Fri 2026-11-13 15:00Z to Mon 2026-11-16 07:00Z",
                "- Fri 2026-11-20 16:00 to Mon 2026-11-23 08:00 (Europe/Berlin)  Fri 2026-11-20 15:00Z to Mon 2026-11-23 07:00Z",
                "\nThe clock changes on Sun 2027-03-28 01:00Z: from then on +02:00 from UTC",
            ]
        );
    }
}
