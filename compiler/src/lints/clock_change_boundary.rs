//! A boundary that a clock change moves.

use rolloutc_runtime::calendar::emptied;
use rolloutc_runtime::ir::Time;
use rolloutc_runtime::time::Date;
use rolloutc_runtime::zone::{Local, Resolved};

use super::spans::start;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "clock-change-boundary",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let from = start(look);
    let Some(until) = from.plus_years(1) else {
        return;
    };
    'calendars: for calendar in &program.calendar {
        let place = look.origin(calendar.at);
        let Some(zone) = calendar
            .zone
            .as_ref()
            .and_then(|zone| program.zones.get(zone))
        else {
            continue;
        };
        // One that loses an occurrence altogether has a finding of its own.
        if look.foreign(place) || !emptied(calendar, zone, from.date()).is_empty() {
            continue;
        }
        for change in zone.changes_between(from, until) {
            let date = zone.local(change.at).date();
            for time in &calendar.times {
                for (what, minute) in edges(time, date) {
                    let local = Local::new(date, i64::from(minute));
                    let (how, first, last) = match zone.resolve(local) {
                        Resolved::One(_) => continue,
                        Resolved::Gap(at) => ("is left out", at, at),
                        Resolved::Overlap(first, last) => ("comes twice", first, last),
                    };
                    let (hour, minute) = (minute / 60, minute % 60);
                    let message = format!(
                        "on {date} {hour:02}:{minute:02} {how}: `{}` {what} then",
                        calendar.name
                    );
                    let help = match first == last {
                        true => format!("that day it is {first}"),
                        false => format!("that day it is {first} and again {last}"),
                    };
                    out.push(
                        Diagnostic::warning(LINT.slug, look.head(place), message)
                            .help(help)
                            .help("put the boundary an hour away from the change"),
                    );
                    continue 'calendars;
                }
            }
        }
    }
}

/// The times of day at which it begins or ends on a date.
fn edges(time: &Time, date: Date) -> Vec<(&'static str, u16)> {
    let Time::Weekly {
        days,
        from,
        add_days,
        until,
    } = time
    else {
        return Vec::new();
    };
    let day = |date: Date| date.weekday() as u8;
    let mut out = Vec::new();
    if days.contains(&day(date)) && *from > 0 {
        out.push(("begins", *from));
    }
    let began = date.plus_days(-i64::from(*add_days));
    if began.is_some_and(|began| days.contains(&day(began))) && *until < 24 * 60 {
        out.push(("ends", *until));
    }
    out
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze night { every sun 01:00 to 02:30 in "Europe/Berlin" }
"#,
            &["on 2026-03-29 02:30 is left out: `night` ends then"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze night { every sat 01:00 to 02:30 in "Europe/Berlin" }
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze night { every sun 01:00 to 02:30 in "Asia/Tokyo" }
"#,
            &[],
        );
    }
}
