//! A window or freeze whose last date is past.

use rolloutc_runtime::ir::{CalendarKind, Time};
use rolloutc_runtime::time::Date;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "calendar-ends",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, today)) = look.program.zip(look.today) else {
        return;
    };
    let last = |time: &Time| -> Option<Date> {
        match time {
            Time::Days { through, .. } => Some(*through),
            Time::Span { until, .. } => Some(until.date()),
            Time::On(days) => days.iter().max().copied(),
            Time::Weekly { .. }
            | Time::Monthly { .. }
            | Time::Yearly { .. }
            | Time::While(_)
            | Time::During { .. } => None,
        }
    };
    for calendar in &program.calendar {
        let place = look.origin(calendar.at);
        let dates: Option<Vec<Date>> = calendar.times.iter().map(last).collect();
        let end = dates.and_then(|dates| dates.into_iter().max());
        let Some(end) = end.filter(|end| *end < today && !look.foreign(place)) else {
            continue;
        };
        let message = match calendar.kind {
            CalendarKind::Window => format!(
                "`{}` was open until {end} and never opens again",
                calendar.name
            ),
            CalendarKind::Freeze => {
                format!("`{}` ended on {end} and never closes again", calendar.name)
            }
        };
        out.push(
            Diagnostic::warning(LINT.slug, look.head(place), message)
                .help("add the dates to come, or say when it recurs: `every …`, `yearly …`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::Options;
    use crate::lints::trial::check_with;

    #[test]
    fn found_and_nearly_found() {
        let told = || Options {
            today: rolloutc_runtime::time::Date::new(2026, 11, 1),
            ..Options::all()
        };
        check_with(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }

window days { from 2026-02-02 through 2026-02-06 in "UTC" }
"#,
            told(),
            &["`days` was open until 2026-02-06 and never opens again"],
        );
        check_with(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }

window days { from 2036-02-04 through 2036-02-08 in "UTC" }
"#,
            told(),
            &[],
        );
    }
}
