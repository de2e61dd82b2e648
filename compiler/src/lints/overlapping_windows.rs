//! Two windows that are open at once.

use rolloutc_runtime::ir::{Calendar, CalendarKind, Time};

use super::spans::everywhere;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "overlapping-windows",
    find,
};

const DAY: u32 = 24 * 60;
const WEEK: u32 = 7 * DAY;

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let windows: Vec<&Calendar> = program
        .calendar
        .iter()
        .filter(|one| one.kind == CalendarKind::Window && everywhere(one))
        .collect();
    for (at, second) in windows.iter().enumerate() {
        let clash = windows[..at].iter().find(|first| {
            first.zone == second.zone
                && stretches(first)
                    .iter()
                    .any(|a| stretches(second).iter().any(|b| a.0 < b.1 && b.0 < a.1))
        });
        let place = look.origin(second.at);
        if let Some(first) = clash.filter(|_| !look.foreign(place)) {
            let message = format!(
                "`{}` and `{}` are open at the same time",
                first.name, second.name
            );
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message)
                    .also(look.head(look.origin(first.at)), "the other one"),
            );
        }
    }
}

/// Minutes of the week in which it is open, cut at the end of the week.
fn stretches(calendar: &Calendar) -> Vec<(u32, u32)> {
    let mut out = Vec::new();
    for time in &calendar.times {
        let Time::Weekly {
            days,
            from,
            add_days,
            until,
        } = time
        else {
            continue;
        };
        for day in days {
            let start = u32::from(*day) * DAY + u32::from(*from);
            let end = (u32::from(*day) + u32::from(*add_days)) * DAY + u32::from(*until);
            out.push((start, end.min(WEEK)));
            if end > WEEK {
                out.push((0, end - WEEK));
            }
        }
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
window days { every mon, tue 08:00 to 16:00 in "UTC" }
window early { every tue 06:00 to 10:00 in "UTC" }
"#,
            &["`days` and `early` are open at the same time"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
window late { every sun 20:00 to mon 08:00 in "UTC" }
window early { every mon 06:00 to 10:00 in "UTC" }
"#,
            &["`late` and `early` are open at the same time"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
window days { every mon, tue 08:00 to 16:00 in "UTC" }
window early { every tue 06:00 to 08:00 in "UTC" }
"#,
            &[],
        );
    }
}
