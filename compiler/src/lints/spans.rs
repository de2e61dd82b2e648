//! Freezes and windows as lints look at them: what asks evidence leaves freezes open and windows too.

use rolloutc_runtime::calendar::{Answer, Entry};
use rolloutc_runtime::ir::{Calendar, CalendarKind, Program};
use rolloutc_runtime::time::{Date, Instant};
use rolloutc_runtime::zone::ZoneRules;

use super::Look;

/// The first day of the first edition: where nobody says what day it is, time begins here.
const EDITION: (i32, u8, u8) = (2026, 1, 1);

/// From when on it is looked.
pub fn start(look: &Look<'_>) -> Instant {
    let (year, month, day) = EDITION;
    let date = look.today.or_else(|| Date::new(year, month, day));
    Instant::midnight(date.unwrap_or(Date::MIN))
}

/// Whether it speaks of every move, with no exception.
pub fn everywhere(calendar: &Calendar) -> bool {
    calendar.scope.is_empty() && calendar.except_when.is_empty() && calendar.except_by.is_empty()
}

/// It in time. What asks evidence is taken as never closed and always open: no finding rests on it.
pub fn entry<'a>(program: &'a Program, calendar: &'a Calendar) -> Entry<'a> {
    let zone = calendar
        .zone
        .as_ref()
        .and_then(|zone| program.zones.get(zone));
    let zone = zone.unwrap_or_else(|| utc());
    Entry::new(calendar, zone, |_| match calendar.kind {
        CalendarKind::Freeze => Answer::Never,
        CalendarKind::Window => Answer::Always,
    })
}

fn utc() -> &'static ZoneRules {
    static UTC: std::sync::OnceLock<ZoneRules> = std::sync::OnceLock::new();
    UTC.get_or_init(ZoneRules::utc)
}
