//! A recurring time in a zone that knows no summer.

use rolloutc_runtime::ir::Time;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

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
                "`{}` recurs in `{zone}`, which knows no summer",
                calendar.name
            );
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message)
                    .help("name the place whose clock counts, for example `in \"Europe/Berlin\"`"),
            );
        }
    }
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
            &["`weekend` recurs in `Etc/GMT-1`, which knows no summer"],
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
