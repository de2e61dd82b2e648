//! A recurring time in a zone that knows no summer.

use rolloutc_runtime::ir::Time;

use super::{Lint, Look};
use crate::check::Place;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "offset-on-recurring",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for calendar in &program.calendar {
        let place = look.origin(calendar.at);
        let recurs = calendar.times.iter().any(|time| {
            matches!(
                time,
                Time::Weekly { .. } | Time::Monthly { .. } | Time::Yearly { .. }
            )
        });
        let Some(zone) = calendar
            .zone
            .as_deref()
            .filter(|_| recurs && !look.foreign(place))
        else {
            continue;
        };
        let fixed = zone.strip_prefix("Etc/GMT").is_some_and(|rest| {
            rest.len() > 1
                && rest.starts_with(['+', '-'])
                && rest[1..].bytes().any(|digit| digit != b'0')
        });
        if fixed || matches!(zone, "EST" | "MST" | "HST") {
            let message = format!(
                "`{}` recurs in `{zone}`, which has no daylight saving time",
                calendar.name
            );
            let mut found = Diagnostic::warning(LINT.slug, look.head(place), message)
                .help("name the place whose clock counts, for example `in \"Europe/Berlin\"`");
            if let (Some(near), Some(span)) = (city(zone), written(look, place, zone)) {
                let title = format!("write `{near}`, where that is the time in winter");
                found = found.fix(title, false, vec![(span, format!("\"{near}\""))]);
            }
            out.push(found);
        }
    }
}

/// Where a zone is written in a declaration.
fn written(look: &Look<'_>, place: Place, zone: &str) -> Option<Span> {
    let quoted = format!("\"{zone}\"");
    let found = look.text(place).find(&quoted)?;
    let at = place.1.start + u32::try_from(found).ok()?;
    Some(Span::new(at, at + u32::try_from(quoted.len()).ok()?))
}

/// A place that many know, and that keeps such an offset for half of the year or all of it. A guess: nobody but the writer
/// knows the place that is meant.
fn city(zone: &str) -> Option<&'static str> {
    Some(match zone {
        "Etc/GMT+3" => "America/Sao_Paulo",
        "Etc/GMT+4" => "America/Halifax",
        "EST" | "Etc/GMT+5" => "America/New_York",
        "Etc/GMT+6" => "America/Chicago",
        "MST" | "Etc/GMT+7" => "America/Denver",
        "Etc/GMT+8" => "America/Los_Angeles",
        "Etc/GMT+9" => "America/Anchorage",
        "HST" | "Etc/GMT+10" => "Pacific/Honolulu",
        "Etc/GMT-1" => "Europe/Berlin",
        "Etc/GMT-2" => "Europe/Helsinki",
        "Etc/GMT-3" => "Europe/Istanbul",
        "Etc/GMT-4" => "Asia/Dubai",
        "Etc/GMT-5" => "Asia/Karachi",
        "Etc/GMT-7" => "Asia/Bangkok",
        "Etc/GMT-8" => "Asia/Shanghai",
        "Etc/GMT-9" => "Asia/Tokyo",
        "Etc/GMT-10" => "Australia/Sydney",
        "Etc/GMT-12" => "Pacific/Auckland",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze weekend { every fri 16:00 to mon 08:00 in "Etc/GMT-1" }
"#,
            &["`weekend` recurs in `Etc/GMT-1`, which has no daylight saving time"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze weekend { every fri 16:00 to mon 08:00 in "UTC" }
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze once { from 2026-12-20 through 2027-01-02 in "Etc/GMT-1" }
"#,
            &[],
        );
    }
}
