//! Freezes and windows in time: what is closed when, and what opens next. Knows civil recurrences and
//! clock changes; knows no evidence: whoever asks brings the truth of `while` and the rows of `during`.

use crate::ir::{Calendar, CalendarKind, Time};
use crate::time::{DAY_SECS, Date, Instant, days_in_month};
use crate::zone::{Local, Resolved, ZoneRules};

/// An unbroken stretch of time, `from` included, `until` not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Its first instant; [`Instant::MIN`]: since when is not known.
    pub from: Instant,
    /// The first instant behind it; [`Instant::MAX`]: no known end.
    pub until: Instant,
}

impl Span {
    /// All of time.
    pub const ALWAYS: Span = Span {
        from: Instant::MIN,
        until: Instant::MAX,
    };

    /// Whether the instant lies in it.
    pub fn contains(self, at: Instant) -> bool {
        self.from <= at && (at < self.until || self.until == Instant::MAX)
    }

    /// Its first instant, if that is known.
    pub fn known_from(self) -> Option<Instant> {
        (self.from != Instant::MIN).then_some(self.from)
    }

    /// Its end, if that is known.
    pub fn known_until(self) -> Option<Instant> {
        (self.until != Instant::MAX).then_some(self.until)
    }
}

/// The answer to a time that asks evidence: `while C`, `during r in rows : …`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The condition holds, or it must count as holding: a freeze of which it is not known.
    Always,
    /// The condition does not hold, or must not count: a window of which it is not known.
    Never,
    /// The rows, in any order; those that do not end after they start count for nothing.
    Rows(Vec<Span>),
}

/// A freeze or window with the answers filled in, ready to be asked about instants.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    kind: CalendarKind,
    zone: &'a ZoneRules,
    parts: Vec<Part<'a>>,
}

#[derive(Clone, Debug)]
enum Part<'a> {
    Civil(&'a Time),
    // INVARIANT: each ends after it starts.
    Rows(Vec<Span>),
}

/// How many stretches are laid together, or jumped over, before an end counts as not known: more than
/// ten years of days.
const MOST: usize = 4_000;

impl<'a> Entry<'a> {
    /// The entry in its zone ([`ZoneRules::utc`] where it names none); `answer` is asked for each
    /// `while` and `during`.
    pub fn new(
        calendar: &'a Calendar,
        zone: &'a ZoneRules,
        mut answer: impl FnMut(&'a Time) -> Answer,
    ) -> Entry<'a> {
        let part = |time: &'a Time| match time {
            Time::While(_) | Time::During { .. } => Part::Rows(match answer(time) {
                Answer::Always => vec![Span::ALWAYS],
                Answer::Never => Vec::new(),
                Answer::Rows(mut rows) => {
                    rows.retain(|row| row.from < row.until);
                    rows
                }
            }),
            Time::Span { from, until } => {
                let span = Span {
                    from: *from,
                    until: *until,
                };
                Part::Rows(if from < until { vec![span] } else { Vec::new() })
            }
            Time::Days { .. }
            | Time::On(_)
            | Time::Weekly { .. }
            | Time::Monthly { .. }
            | Time::Yearly { .. } => Part::Civil(time),
        };
        Entry {
            kind: calendar.kind,
            zone,
            parts: calendar.times.iter().map(part).collect(),
        }
    }

    /// Whether it is a freeze or a window.
    pub fn kind(&self) -> CalendarKind {
        self.kind
    }

    /// Whether the instant lies in it: a freeze is closed then, a window open.
    pub fn covers(&self, at: Instant) -> bool {
        self.parts
            .iter()
            .any(|part| part.covers(self.kind, self.zone, at))
    }

    /// The occurrence that contains the instant, else the next one. What touches or overlaps is one.
    pub fn occurrence(&self, at: Instant) -> Option<Span> {
        let mut span = self.next(at)?;
        for _ in 0..MOST {
            let later = self.next(span.until).filter(|next| next.from <= span.until);
            match later {
                Some(next) if span.until != Instant::MAX => span.until = next.until,
                _ => return Some(self.reach_back(span)),
            }
        }
        span.until = Instant::MAX;
        Some(self.reach_back(span))
    }

    /// The span with what comes unbroken before it.
    fn reach_back(&self, mut span: Span) -> Span {
        for _ in 0..MOST {
            let Some(before) = span.from.minus(crate::number::Number::ONE) else {
                return span;
            };
            match self.next(before) {
                Some(earlier) if earlier.from < span.from => span.from = earlier.from,
                _ => return span,
            }
        }
        span.from = Instant::MIN;
        span
    }

    /// Of the single occurrences that end after the instant the one that starts first.
    fn next(&self, at: Instant) -> Option<Span> {
        let spans = self
            .parts
            .iter()
            .filter_map(|part| part.next(self.kind, self.zone, at));
        spans.min_by_key(|span| (span.from, std::cmp::Reverse(span.until)))
    }
}

/// Whether a move is allowed at an instant: in some window, or there are none, and in no freeze. Only
/// entries in scope and not excepted belong here.
pub fn allowed(windows: &[Entry<'_>], freezes: &[Entry<'_>], at: Instant) -> bool {
    (windows.is_empty() || windows.iter().any(|window| window.covers(at)))
        && !freezes.iter().any(|freeze| freeze.covers(at))
}

/// The first instant from `at` on at which a move is allowed; `None`: no known one.
pub fn opens(windows: &[Entry<'_>], freezes: &[Entry<'_>], at: Instant) -> Option<Instant> {
    let mut at = at;
    for _ in 0..MOST {
        let closed = freezes
            .iter()
            .flat_map(|freeze| {
                freeze
                    .parts
                    .iter()
                    .filter_map(|part| part.next(freeze.kind, freeze.zone, at))
            })
            .filter(|span| span.contains(at))
            .map(|span| span.until)
            .max();
        if let Some(until) = closed {
            if until == Instant::MAX {
                return None;
            }
            at = until;
            continue;
        }
        if windows.is_empty() {
            return Some(at);
        }
        let open = windows
            .iter()
            .filter_map(|window| window.next(at))
            .map(|span| span.from)
            .min()?;
        if open <= at {
            return Some(at);
        }
        at = open;
    }
    None
}

/// The first instant from `at` on at which no move is allowed; `None`: no known one.
pub fn closes(windows: &[Entry<'_>], freezes: &[Entry<'_>], at: Instant) -> Option<Instant> {
    let frozen = freezes
        .iter()
        .filter_map(|freeze| freeze.next(at))
        .map(|span| span.from.max(at))
        .min();
    if windows.is_empty() {
        return frozen;
    }
    let mut shut = at;
    for _ in 0..MOST {
        let open = windows
            .iter()
            .flat_map(|window| {
                window
                    .parts
                    .iter()
                    .filter_map(|part| part.next(window.kind, window.zone, shut))
            })
            .filter(|span| span.contains(shut))
            .map(|span| span.until)
            .max();
        match open {
            None => return Some(frozen.map_or(shut, |frozen| frozen.min(shut))),
            Some(Instant::MAX) => return frozen,
            Some(_) if frozen.is_some_and(|frozen| frozen <= shut) => return frozen,
            Some(until) => shut = until,
        }
    }
    frozen
}

/// An occurrence that a clock change leaves nothing of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Emptied {
    /// Which of the entry's times it belongs to.
    pub time: usize,
    /// When it would start on the civil clock.
    pub from: Local,
    /// When it would end on the civil clock.
    pub until: Local,
    /// The instant at which it would start.
    pub at: Instant,
}

/// The occurrences that start in the two years from `first` and that a clock change leaves empty:
/// written, but never closed or open. Times that ask evidence have none.
pub fn emptied(calendar: &Calendar, zone: &ZoneRules, first: Date) -> Vec<Emptied> {
    let last = first.plus_years(2).unwrap_or(Date::MAX);
    let mut found = Vec::new();
    for (index, time) in calendar.times.iter().enumerate() {
        let Some(numbers) = numbers(time, first, last) else {
            continue;
        };
        for number in numbers {
            let Some((from, until)) = occurrence(time, number) else {
                continue;
            };
            let Some(until) = until else { continue };
            if from < until
                && (first..last).contains(&from.date())
                && span(calendar.kind, zone, from, Some(until)).is_none()
            {
                let at = zone.resolve(from).last();
                found.push(Emptied {
                    time: index,
                    from,
                    until,
                    at,
                });
            }
        }
    }
    found
}

impl Part<'_> {
    /// Whether the instant lies in one of its occurrences.
    fn covers(&self, kind: CalendarKind, zone: &ZoneRules, at: Instant) -> bool {
        let time = match self {
            Part::Rows(rows) => return rows.iter().any(|row| row.contains(at)),
            Part::Civil(time) => time,
        };
        let now = zone.local(at);
        let Some(numbers) = numbers(time, now.date(), now.date()) else {
            return false;
        };
        // Two days from a bound no clock change matters.
        let (early, late) = (Local(now.0 - 2 * DAY_SECS), Local(now.0 + 2 * DAY_SECS));
        for (from, until) in numbers.filter_map(|number| occurrence(time, number)) {
            if until.is_some_and(|until| until < early) {
                continue;
            }
            if late < from {
                // Dates stand in any order.
                if matches!(time, Time::On(_)) {
                    continue;
                }
                return false;
            }
            let inside = from < early && until.is_none_or(|until| late < until);
            if inside || span(kind, zone, from, until).is_some_and(|span| span.contains(at)) {
                return true;
            }
        }
        false
    }

    /// Of the occurrences that end after the instant the one that starts first.
    fn next(&self, kind: CalendarKind, zone: &ZoneRules, at: Instant) -> Option<Span> {
        let time = match self {
            Part::Rows(rows) => {
                let later = rows
                    .iter()
                    .filter(|row| row.until > at || row.until == Instant::MAX);
                return later.copied().min_by_key(|row| row.from);
            }
            Part::Civil(time) => time,
        };
        let near = zone.local(at).date();
        let found = numbers(time, near, near)?.filter_map(|number| {
            let (from, until) = occurrence(time, number)?;
            // Far from the instant the exact bounds do not matter.
            if until.is_some_and(|until| until.date() < near.plus_days(-3).unwrap_or(Date::MIN)) {
                return None;
            }
            span(kind, zone, from, until)
                .filter(|span| span.until > at || span.until == Instant::MAX)
        });
        // Dates stand in any order.
        if matches!(time, Time::On(_)) {
            { found }.min_by_key(|span| span.from)
        } else {
            { found }.next()
        }
    }
}

/// The numbers of the occurrences to look at so that none is missed that reaches into the days from
/// `first` to `last`, nor the first one after them: days, months or years, or places in a list.
fn numbers(time: &Time, first: Date, last: Date) -> Option<std::ops::Range<i64>> {
    let month = |date: Date| date.year() as i64 * 12 + date.month() as i64 - 1;
    Some(match time {
        Time::Days { .. } => 0..1,
        Time::On(dates) => 0..dates.len() as i64,
        Time::Weekly { add_days, .. } => first.days() - *add_days as i64 - 3..last.days() + 40,
        Time::Monthly { .. } => month(first) - 2..month(last) + 4,
        // 29 February is up to eight years away.
        Time::Yearly { .. } => first.year() as i64 - 2..last.year() as i64 + 10,
        Time::Span { .. } | Time::While(_) | Time::During { .. } => return None,
    })
}

/// The civil start and end (`None`: none within the years there are) of the occurrence of that number.
fn occurrence(time: &Time, number: i64) -> Option<(Local, Option<Local>)> {
    let midnight = |date: Date| Local::new(date, 0);
    let days = |from: Date, through: Date| {
        (from <= through).then(|| (midnight(from), through.plus_days(1).map(midnight)))
    };
    match time {
        Time::Days { from, through } => days(*from, *through),
        Time::On(dates) => {
            let date = *usize::try_from(number)
                .ok()
                .and_then(|number| dates.get(number))?;
            days(date, date)
        }
        Time::Weekly {
            days,
            from,
            add_days,
            until,
        } => {
            // 1970-01-01 was a Thursday.
            if !days.contains(&((number + 3).rem_euclid(7) as u8)) {
                return None;
            }
            let date = Date::from_days(number)?;
            let end = date.plus_days(*add_days as i64);
            Some((
                Local::new(date, *from as i64),
                end.map(|end| Local::new(end, *until as i64)),
            ))
        }
        Time::Monthly { last, days: count } => {
            let year = i32::try_from(number.div_euclid(12)).ok()?;
            let month = number.rem_euclid(12) as u8 + 1;
            let length = days_in_month(year, month);
            let count = (*count).min(length);
            if count == 0 {
                return None;
            }
            let (from, through) = if *last {
                (length - count + 1, length)
            } else {
                (1, count)
            };
            days(
                Date::new(year, month, from)?,
                Date::new(year, month, through)?,
            )
        }
        Time::Yearly { from, through } => {
            let year = i32::try_from(number).ok()?;
            let start = day_or_next(year, *from)?;
            let wraps = through < from;
            // The day behind the last: where the last does not exist this year, 1 March.
            let end = match Date::new(year + wraps as i32, through.0, through.1) {
                Some(last) => last.plus_days(1),
                None => day_or_next(year + wraps as i32, *through),
            };
            if end.is_some_and(|end| end <= start) {
                return None;
            }
            Some((midnight(start), end.map(midnight)))
        }
        Time::Span { .. } | Time::While(_) | Time::During { .. } => None,
    }
}

/// That day of the year or, where it does not exist this year, the first of the next month.
fn day_or_next(year: i32, (month, day): (u8, u8)) -> Option<Date> {
    Date::new(year, month, day).or_else(|| Date::new(year, month + 1, 1))
}

/// The instants of an occurrence: a clock that goes back makes a closure longer and an opening shorter;
/// a clock that jumps over a bound moves it to the first instant after. `None`: nothing is left.
fn span(kind: CalendarKind, zone: &ZoneRules, from: Local, until: Option<Local>) -> Option<Span> {
    let bounds = (zone.resolve(from), until.map(|until| zone.resolve(until)));
    let (from, until) = match kind {
        CalendarKind::Freeze => (bounds.0.first(), bounds.1.map(Resolved::last)),
        CalendarKind::Window => (bounds.0.last(), bounds.1.map(Resolved::first)),
    };
    let until = until.unwrap_or(Instant::MAX);
    (from < until).then_some(Span { from, until })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{InFlight, OriginId};
    use crate::zone::{Offset, Transition};

    const CHICAGO: &str = "CST6CDT,M3.2.0,M11.1.0";
    const BERLIN: &str = "CET-1CEST,M3.5.0,M10.5.0/3";
    const LORD_HOWE: &str = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
    /// Clocks change at midnight.
    const HAVANA: &str = "CST5CDT,M3.2.0/0,M11.1.0/1";
    const TAIPEI: &str = "CST-8";

    fn rules(tail: &str) -> ZoneRules {
        ZoneRules::new("test", Vec::new(), tail).unwrap()
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text, false).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn calendar(kind: CalendarKind, times: Vec<Time>) -> Calendar {
        Calendar {
            name: "c".to_owned(),
            kind,
            times,
            zone: None,
            scope: Vec::new(),
            except_when: Vec::new(),
            except_by: Vec::new(),
            in_flight: InFlight::Stay,
            at: OriginId(0),
        }
    }

    fn weekly(days: &[u8], from: u16, add_days: u8, until: u16) -> Time {
        Time::Weekly {
            days: days.to_vec(),
            from,
            add_days,
            until,
        }
    }

    fn plain<'a>(calendar: &'a Calendar, zone: &'a ZoneRules) -> Entry<'a> {
        Entry::new(calendar, zone, |_| unreachable!("no evidence here"))
    }

    /// Fri 16:00 to Mon 08:00.
    fn weekend() -> Time {
        weekly(&[4], 960, 3, 480)
    }

    fn check_occurrence(
        kind: CalendarKind,
        tail: &str,
        time: Time,
        asked: &str,
        expected: Option<(&str, &str)>,
    ) {
        let (calendar, zone) = (calendar(kind, vec![time]), rules(tail));
        let span = plain(&calendar, &zone).occurrence(at(asked));
        let shown = span.map(|span| {
            let show = |at: Option<Instant>| at.map_or("?".to_owned(), |at| at.to_string());
            (show(span.known_from()), show(span.known_until()))
        });
        let expected = expected.map(|(from, until)| (from.to_owned(), until.to_owned()));
        assert_eq!(shown, expected, "{tail} {:?} {asked}", calendar.times);
    }

    #[test]
    fn occurrences_start_and_end_as_written() {
        use CalendarKind::*;
        let check = |time, asked: &str, from: &str, until: &str| {
            check_occurrence(Freeze, CHICAGO, time, asked, Some((from, until)));
        };
        let (fri, mon) = ("2026-02-27T22:00:00Z", "2026-03-02T14:00:00Z");
        check(weekend(), "2026-02-25T12:00Z", fri, mon);
        check(weekend(), "2026-02-27T22:00Z", fri, mon);
        check(weekend(), "2026-03-02T13:59:59.999999999Z", fri, mon);
        check(
            weekend(),
            "2026-03-02T14:00Z",
            "2026-03-06T22:00:00Z",
            "2026-03-09T13:00:00Z",
        );
        let days = |from: &str, through: &str| Time::Days {
            from: day(from),
            through: day(through),
        };
        check(
            days("2026-03-01", "2026-03-01"),
            "2026-01-01T00:00Z",
            "2026-03-01T06:00:00Z",
            "2026-03-02T06:00:00Z",
        );
        check(
            days("2026-03-01", "2026-03-14"),
            "2026-03-14T20:00Z",
            "2026-03-01T06:00:00Z",
            "2026-03-15T05:00:00Z",
        );
        check(
            Time::On(vec![day("2026-07-04"), day("2026-01-01")]),
            "2025-12-01T00:00Z",
            "2026-01-01T06:00:00Z",
            "2026-01-02T06:00:00Z",
        );
        // Neighbouring days are one occurrence, whichever of them is asked about.
        check(
            Time::On(vec![day("2026-07-04"), day("2026-07-05")]),
            "2026-07-05T12:00Z",
            "2026-07-04T05:00:00Z",
            "2026-07-06T05:00:00Z",
        );
        check(
            weekly(&[5, 6], 0, 0, 1_440),
            "2026-03-01T12:00Z",
            "2026-02-28T06:00:00Z",
            "2026-03-02T06:00:00Z",
        );
        check(
            Time::Monthly {
                last: true,
                days: 5,
            },
            "2026-02-01T12:00Z",
            "2026-02-24T06:00:00Z",
            "2026-03-01T06:00:00Z",
        );
        check(
            Time::Monthly {
                last: false,
                days: 2,
            },
            "2026-02-03T12:00Z",
            "2026-03-01T06:00:00Z",
            "2026-03-03T06:00:00Z",
        );
        let christmas = Time::Yearly {
            from: (12, 20),
            through: (1, 2),
        };
        check(
            christmas.clone(),
            "2026-01-02T12:00Z",
            "2025-12-20T06:00:00Z",
            "2026-01-03T06:00:00Z",
        );
        check(
            christmas,
            "2026-01-03T06:00Z",
            "2026-12-20T06:00:00Z",
            "2027-01-03T06:00:00Z",
        );
        let leap = |through| Time::Yearly {
            from: (2, 29),
            through,
        };
        check(
            leap((2, 29)),
            "2096-03-02T00:00Z",
            "2104-02-29T06:00:00Z",
            "2104-03-01T06:00:00Z",
        );
        check(
            leap((3, 1)),
            "2026-01-01T00:00Z",
            "2026-03-01T06:00:00Z",
            "2026-03-02T06:00:00Z",
        );
        check(
            Time::Yearly {
                from: (2, 1),
                through: (2, 29),
            },
            "2026-01-01T00:00Z",
            "2026-02-01T06:00:00Z",
            "2026-03-01T06:00:00Z",
        );
        let span = Time::Span {
            from: at("2026-03-01T09:00Z"),
            until: at("2026-03-01T10:00Z"),
        };
        check(
            span.clone(),
            "2026-03-01T09:30Z",
            "2026-03-01T09:00:00Z",
            "2026-03-01T10:00:00Z",
        );
        check_occurrence(Freeze, CHICAGO, span, "2026-03-01T10:00Z", None);
        check_occurrence(
            Freeze,
            CHICAGO,
            days("2026-03-02", "2026-03-01"),
            "2026-01-01T00:00Z",
            None,
        );
        check_occurrence(
            Freeze,
            CHICAGO,
            weekly(&[0], 480, 0, 480),
            "2026-01-01T00:00Z",
            None,
        );
        check_occurrence(
            Freeze,
            CHICAGO,
            days("2026-03-01", "9999-12-31"),
            "2026-01-01T00:00Z",
            Some(("2026-03-01T06:00:00Z", "?")),
        );
    }

    #[test]
    fn a_night_is_as_long_as_the_clock_makes_it() {
        use CalendarKind::*;
        let night = weekly(&[0, 1, 2, 3, 4, 5, 6], 960, 1, 480);
        let check = |asked: &str, from: &str, until: &str| {
            check_occurrence(Freeze, CHICAGO, night.clone(), asked, Some((from, until)));
        };
        check(
            "2026-03-07T23:00Z",
            "2026-03-07T22:00:00Z",
            "2026-03-08T13:00:00Z",
        ); // 15 hours
        check(
            "2026-10-31T22:00Z",
            "2026-10-31T21:00:00Z",
            "2026-11-01T14:00:00Z",
        ); // 17 hours
    }

    #[test]
    fn clock_changes_lengthen_closures_and_shorten_openings() {
        use CalendarKind::*;
        let sunday = |from, until| weekly(&[6], from, 0, until);
        let check = |kind, from, until, asked: &str, start: &str, end: &str| {
            check_occurrence(
                kind,
                CHICAGO,
                sunday(from, until),
                asked,
                Some((start, end)),
            );
        };
        // The clock jumps from 02:00 to 03:00 at 08:00Z.
        check(
            Freeze,
            150,
            240,
            "2026-03-08T00:00Z",
            "2026-03-08T08:00:00Z",
            "2026-03-08T09:00:00Z",
        );
        check(
            Window,
            150,
            240,
            "2026-03-08T00:00Z",
            "2026-03-08T08:00:00Z",
            "2026-03-08T09:00:00Z",
        );
        check(
            Freeze,
            60,
            150,
            "2026-03-08T00:00Z",
            "2026-03-08T07:00:00Z",
            "2026-03-08T08:00:00Z",
        );
        // The clock goes back from 02:00 to 01:00 at 07:00Z.
        check(
            Freeze,
            90,
            240,
            "2026-11-01T00:00Z",
            "2026-11-01T06:30:00Z",
            "2026-11-01T10:00:00Z",
        );
        check(
            Window,
            90,
            240,
            "2026-11-01T00:00Z",
            "2026-11-01T07:30:00Z",
            "2026-11-01T10:00:00Z",
        );
        check(
            Freeze,
            0,
            90,
            "2026-11-01T00:00Z",
            "2026-11-01T05:00:00Z",
            "2026-11-01T07:30:00Z",
        );
        check(
            Window,
            0,
            90,
            "2026-11-01T00:00Z",
            "2026-11-01T05:00:00Z",
            "2026-11-01T06:30:00Z",
        );
        // Nothing is left: the next week's is next.
        check(
            Freeze,
            120,
            180,
            "2026-03-08T00:00Z",
            "2026-03-15T07:00:00Z",
            "2026-03-15T08:00:00Z",
        );
        check(
            Window,
            70,
            110,
            "2026-11-01T00:00Z",
            "2026-11-08T07:10:00Z",
            "2026-11-08T07:50:00Z",
        );
    }

    #[test]
    fn evidence_answers_for_while_and_during() {
        let zone = ZoneRules::utc();
        let condition = Time::While(crate::ir::NodeId(0));
        let freeze = calendar(CalendarKind::Freeze, vec![condition.clone()]);
        let now = at("2026-02-25T12:00Z");
        let always = Entry::new(&freeze, &zone, |_| Answer::Always);
        assert!(
            always.covers(now)
                && always.covers(Instant::MAX)
                && !allowed(&[], std::slice::from_ref(&always), now)
        );
        assert_eq!(always.occurrence(now), Some(Span::ALWAYS));
        assert_eq!(opens(&[], &[always], now), None);
        let never = Entry::new(&freeze, &zone, |_| Answer::Never);
        assert_eq!((never.covers(now), never.occurrence(now)), (false, None));
        let row = |from: &str, until: &str| Span {
            from: at(from),
            until: at(until),
        };
        let rows = vec![
            row("2026-02-26T00:00Z", "2026-02-27T00:00Z"),
            row("2026-02-25T10:00Z", "2026-02-26T06:00Z"),
            row("2026-02-25T09:00Z", "2026-02-25T08:00Z"),
            row("2026-02-27T00:00Z", "2026-02-27T01:00Z"),
        ];
        let during = Entry::new(&freeze, &zone, |_| Answer::Rows(rows.clone()));
        assert_eq!(
            during.occurrence(now),
            Some(row("2026-02-25T10:00Z", "2026-02-27T01:00Z"))
        );
        assert_eq!(opens(&[], &[during], now), Some(at("2026-02-27T01:00Z")));
    }

    #[test]
    fn opens_and_closes_look_across_windows_and_freezes() {
        let zone = rules(CHICAGO);
        let work = calendar(
            CalendarKind::Window,
            vec![weekly(&[0, 1, 2, 3, 4], 480, 0, 960)],
        );
        let day_off = calendar(
            CalendarKind::Freeze,
            vec![Time::On(vec![day("2026-03-02")])],
        );
        let late = calendar(CalendarKind::Freeze, vec![weekly(&[1], 840, 0, 900)]);
        let (windows, freezes) = (
            [plain(&work, &zone)],
            [plain(&day_off, &zone), plain(&late, &zone)],
        );
        let check = |asked: &str, open: &str, close: &str| {
            assert_eq!(
                opens(&windows, &freezes, at(asked)),
                Some(at(open)),
                "{asked}"
            );
            assert_eq!(
                closes(&windows, &freezes, at(open)),
                Some(at(close)),
                "{asked}"
            );
            assert_eq!(allowed(&windows, &freezes, at(asked)), asked == open);
        };
        check(
            "2026-02-27T22:00Z",
            "2026-03-03T14:00Z",
            "2026-03-03T20:00Z",
        );
        check(
            "2026-03-03T20:00Z",
            "2026-03-03T21:00Z",
            "2026-03-03T22:00Z",
        );
        check(
            "2026-03-04T15:00Z",
            "2026-03-04T15:00Z",
            "2026-03-04T22:00Z",
        );
        assert_eq!(
            closes(&windows, &freezes, at("2026-03-04T22:00Z")),
            Some(at("2026-03-04T22:00Z"))
        );
        assert_eq!(
            opens(&[], &[], at("2026-03-04T22:00Z")),
            Some(at("2026-03-04T22:00Z"))
        );
        assert_eq!(closes(&[], &[], at("2026-03-04T22:00Z")), None);
    }

    #[test]
    fn what_never_ends_has_no_known_end() {
        let zone = rules(BERLIN);
        let daily = calendar(
            CalendarKind::Freeze,
            vec![weekly(&[0, 1, 2, 3, 4, 5, 6], 0, 0, 1_440)],
        );
        let entry = plain(&daily, &zone);
        let now = at("2026-02-25T12:00Z");
        assert_eq!(entry.occurrence(now), Some(Span::ALWAYS));
        assert_eq!(opens(&[], &[entry], now), None);
        // A window that a freeze always covers never opens.
        let open = calendar(CalendarKind::Window, vec![weekly(&[0], 480, 0, 960)]);
        let shut = calendar(CalendarKind::Freeze, vec![weekly(&[0], 420, 0, 1_020)]);
        assert_eq!(
            opens(&[plain(&open, &zone)], &[plain(&shut, &zone)], now),
            None
        );
        let past = calendar(
            CalendarKind::Window,
            vec![Time::On(vec![day("2026-01-01")])],
        );
        assert_eq!(opens(&[plain(&past, &zone)], &[], now), None);
    }

    #[test]
    fn emptied_occurrences_are_listed() {
        let zone = rules(CHICAGO);
        let listed = |kind, times| {
            let calendar = calendar(kind, times);
            let found = emptied(&calendar, &zone, day("2026-01-01"));
            found
                .into_iter()
                .map(|it| (it.time, it.from.to_string(), it.at.to_string()))
                .collect::<Vec<_>>()
        };
        let row = |time, date: &str, at: &str| (time, date.to_owned(), at.to_owned());
        assert_eq!(
            listed(
                CalendarKind::Freeze,
                vec![weekend(), weekly(&[6], 120, 0, 180)]
            ),
            [
                row(1, "2026-03-08T02:00", "2026-03-08T08:00:00Z"),
                row(1, "2027-03-14T02:00", "2027-03-14T08:00:00Z")
            ]
        );
        assert_eq!(
            listed(CalendarKind::Window, vec![weekly(&[6], 70, 0, 110)]),
            [
                row(0, "2026-11-01T01:10", "2026-11-01T07:10:00Z"),
                row(0, "2027-11-07T01:10", "2027-11-07T07:10:00Z")
            ]
        );
        assert_eq!(
            listed(CalendarKind::Freeze, vec![weekly(&[6], 60, 0, 120)]),
            []
        );
        // Written without length is another fault.
        assert_eq!(
            listed(CalendarKind::Freeze, vec![weekly(&[6], 120, 0, 120)]),
            []
        );
    }

    /// Zones whose clocks change in ways of their own.
    fn zones() -> Vec<ZoneRules> {
        let change = |instant: &str, offset: &str| Transition {
            at: at(instant),
            offset: Offset::parse(offset).unwrap(),
        };
        let casablanca = vec![
            change("2010-01-01T00:00Z", "+01:00"),
            change("2026-02-15T02:00Z", "+00:00"),
            change("2026-03-22T02:00Z", "+01:00"),
            change("2027-02-07T02:00Z", "+00:00"),
            change("2027-03-14T02:00Z", "+01:00"),
        ];
        let mut zones: Vec<_> = [CHICAGO, BERLIN, LORD_HOWE, HAVANA, TAIPEI, "UTC0"]
            .into_iter()
            .map(rules)
            .collect();
        zones.push(ZoneRules::new("test", casablanca, "<+01>-1").unwrap());
        zones
    }

    /// Every minute of a year against the clock alone: a freeze reaches from the first minute that shows
    /// its start to the last that shows its end; a window from the last to the first.
    #[test]
    fn every_minute_agrees_with_the_clock() {
        let times = [
            weekend(),
            weekly(&[0, 1, 2, 3, 4, 5, 6], 90, 0, 150),
            weekly(&[6], 0, 0, 1_440),
            weekly(&[5, 6], 1_320, 1, 135),
            weekly(&[6], 105, 0, 120),
            Time::Monthly {
                last: true,
                days: 3,
            },
            Time::Monthly {
                last: false,
                days: 8,
            },
            Time::Yearly {
                from: (12, 20),
                through: (1, 2),
            },
            Time::Yearly {
                from: (3, 8),
                through: (3, 29),
            },
            Time::Days {
                from: day("2026-03-08"),
                through: day("2026-10-31"),
            },
            Time::On(vec![day("2026-11-01"), day("2026-03-08")]),
        ];
        let (start, minutes) = (at("2025-12-28T00:00Z").secs(), 372 * 1_440);
        for zone in zones() {
            let clock: Vec<i64> = (0..minutes)
                .map(|m| zone.local(Instant::new(start + m * 60, 0).unwrap()).0)
                .collect();
            for time in &times {
                for kind in [CalendarKind::Freeze, CalendarKind::Window] {
                    let calendar = calendar(kind, vec![time.clone()]);
                    let entry = plain(&calendar, &zone);
                    let expected = by_the_clock(kind, time, &clock);
                    let mut asked = start;
                    let mut seen = vec![false; minutes as usize];
                    // The occurrences, one after the other ...
                    while let Some(span) = entry.next(Instant::new(asked, 0).unwrap()) {
                        let clip =
                            |at: Instant| ((at.secs() - start) / 60).clamp(0, minutes) as usize;
                        seen[clip(span.from)..clip(span.until)].fill(true);
                        asked = span.until.secs();
                        if asked >= start + minutes * 60 {
                            break;
                        }
                    }
                    // ... minus a margin, since days before the start are not on the brute list.
                    for minute in 5 * 1_440..minutes as usize - 5 * 1_440 {
                        let instant = Instant::new(start + minute as i64 * 60, 0).unwrap();
                        assert_eq!(
                            seen[minute], expected[minute],
                            "{kind:?} {time:?} {instant} {zone:?}"
                        );
                        if minute % 13 == 0 {
                            assert_eq!(
                                entry.covers(instant),
                                expected[minute],
                                "{kind:?} {time:?} {instant}"
                            );
                        }
                    }
                }
            }
        }
    }

    /// Which minutes are covered, told from nothing but what the clock shows.
    fn by_the_clock(kind: CalendarKind, time: &Time, clock: &[i64]) -> Vec<bool> {
        let mut covered = vec![false; clock.len()];
        let mut date = day("2025-12-01");
        while date < day("2027-02-01") {
            if let Some((from, until)) = starting(time, date) {
                let near = |bound: i64| {
                    let middle = (bound - clock[0]).clamp(0, (clock.len() as i64 - 1) * 60) / 60;
                    (middle - 2_880).max(0) as usize
                        ..(middle + 2_880).min(clock.len() as i64) as usize
                };
                let (around_from, around_until) = (near(from), near(until));
                // What shows the time, or the first to show more where none does.
                let first = |mut around: std::ops::Range<usize>, bound| {
                    around.find(|&m| clock[m] >= bound).unwrap_or(around.end)
                };
                let last = |around: std::ops::Range<usize>, bound| {
                    let shown = around.clone().rev().find(|&m| clock[m] == bound);
                    shown.unwrap_or_else(|| first(around, bound))
                };
                let (begin, end) = match kind {
                    CalendarKind::Freeze => (first(around_from, from), last(around_until, until)),
                    CalendarKind::Window => (last(around_from, from), first(around_until, until)),
                };
                if begin < end {
                    covered[begin..end].fill(true);
                }
            }
            date = date.plus_days(1).unwrap();
        }
        covered
    }

    /// The occurrence that starts on that day, in seconds of the civil clock.
    fn starting(time: &Time, date: Date) -> Option<(i64, i64)> {
        let day_secs = |date: Date| date.days() * 86_400;
        let through = |mut last: Date, inside: &dyn Fn(Date) -> bool| {
            while inside(last.plus_days(1).unwrap()) {
                last = last.plus_days(1).unwrap();
            }
            (day_secs(date), day_secs(last) + 86_400)
        };
        let before = date.plus_days(-1).unwrap();
        let whole = |inside: &dyn Fn(Date) -> bool| {
            (inside(date) && !inside(before)).then(|| through(date, inside))
        };
        match time {
            Time::Weekly {
                days,
                from,
                add_days,
                until,
            } => days.contains(&(date.weekday() as u8)).then(|| {
                let midnight = day_secs(date);
                (
                    midnight + *from as i64 * 60,
                    midnight + *add_days as i64 * 86_400 + *until as i64 * 60,
                )
            }),
            Time::Monthly { last: true, days } => {
                whole(&|date| days_in_month(date.year(), date.month()) - date.day() < *days)
            }
            Time::Monthly { last: false, days } => whole(&|date| date.day() <= *days),
            Time::Yearly { from, through } => whole(&|date| {
                let day = (date.month(), date.day());
                if from <= through {
                    *from <= day && day <= *through
                } else {
                    *from <= day || day <= *through
                }
            }),
            Time::Days { from, through } => whole(&|date| (*from..=*through).contains(&date)),
            Time::On(dates) => whole(&|date| dates.contains(&date)),
            Time::Span { .. } | Time::While(_) | Time::During { .. } => None,
        }
    }
}
