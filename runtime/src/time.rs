//! Instants, civil dates and the texts they come in. Knows UTC and fixed offsets only: zones are in
//! `zone.rs`, recurrences in `calendar.rs`. Never reads a clock.

mod pattern;

use std::fmt;

use crate::number::Number;
use crate::unit::SECOND;

pub use pattern::{Pattern, PatternError};

/// A moment in UTC, from the year 0001 to 9999, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    // INVARIANT: MIN_SECS <= secs <= MAX_SECS and nanos < 10^9.
    secs: i64,
    nanos: u32,
}

/// Seconds from the epoch of 0001-01-01T00:00:00Z.
const MIN_SECS: i64 = -62_135_596_800;
/// Seconds from the epoch of 9999-12-31T23:59:59Z.
const MAX_SECS: i64 = 253_402_300_799;
/// Seconds in a civil day without a clock change.
pub const DAY_SECS: i64 = 86_400;

/// Why a text is no instant or date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeError {
    /// Not of the form that is asked for.
    Malformed,
    /// Well formed, but without an offset: `2026-03-01T09:00`.
    NoOffset,
    /// A day, hour, minute or second that does not exist: `2026-02-30`, `25:00`, `10:15:60`.
    NoSuchTime,
    /// More than nine digits after the second.
    TooFine,
    /// Before the year 0001 or after 9999.
    OutOfRange,
}

impl fmt::Display for TimeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TimeError::Malformed => "not a time such as 2026-03-01T09:00:00Z",
            TimeError::NoOffset => "a time without offset or `Z`",
            TimeError::NoSuchTime => "a day or time of day that does not exist",
            TimeError::TooFine => "finer than a nanosecond",
            TimeError::OutOfRange => "outside the years 0001 to 9999",
        })
    }
}

impl std::error::Error for TimeError {}

impl Instant {
    /// The first instant there is.
    pub const MIN: Instant = Instant {
        secs: MIN_SECS,
        nanos: 0,
    };
    /// The last instant there is.
    pub const MAX: Instant = Instant {
        secs: MAX_SECS,
        nanos: 999_999_999,
    };

    /// The moment `secs` and `nanos` after 1970-01-01T00:00:00Z.
    pub fn new(secs: i64, nanos: u32) -> Option<Instant> {
        ((MIN_SECS..=MAX_SECS).contains(&secs) && nanos < SECOND as u32)
            .then_some(Instant { secs, nanos })
    }

    /// The moment that many nanoseconds after 1970-01-01T00:00:00Z; `None` also between two.
    pub fn from_epoch(ns: Number) -> Option<Instant> {
        let ns = ns.to_i128()?;
        let secs = i64::try_from(ns.div_euclid(SECOND as i128)).ok()?;
        Instant::new(secs, ns.rem_euclid(SECOND as i128) as u32)
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z.
    pub fn epoch(self) -> Number {
        Number::int(self.ns())
    }

    /// Whole seconds since 1970-01-01T00:00:00Z, rounded down.
    pub fn secs(self) -> i64 {
        self.secs
    }

    /// Nanoseconds within the second.
    pub fn nanos(self) -> u32 {
        self.nanos
    }

    fn ns(self) -> i128 {
        self.secs as i128 * SECOND as i128 + self.nanos as i128
    }

    /// The instant a duration (nanoseconds, of either sign) later; `None` outside the years or between
    /// two nanoseconds.
    pub fn plus(self, ns: Number) -> Option<Instant> {
        Instant::from_epoch(self.epoch().add(ns)?)
    }

    /// The instant a duration (nanoseconds) earlier.
    pub fn minus(self, ns: Number) -> Option<Instant> {
        self.plus(ns.neg())
    }

    /// How long after `other` it is, in nanoseconds; negative when before.
    pub fn since(self, other: Instant) -> Number {
        Number::int(self.ns() - other.ns())
    }

    /// The instant one nanosecond later.
    pub fn next(self) -> Option<Instant> {
        self.plus(Number::ONE)
    }

    /// Its civil date in UTC.
    pub fn date(self) -> Date {
        Date::from_days(self.secs.div_euclid(DAY_SECS)).unwrap_or(Date::MAX)
    }

    /// The start of that civil date in UTC.
    pub fn midnight(date: Date) -> Instant {
        Instant {
            secs: date.days() * DAY_SECS,
            nanos: 0,
        }
    }

    /// The same time of day in UTC so many months on, the day clamped to the length of the month.
    pub fn plus_months(self, months: i64) -> Option<Instant> {
        let date = self.date().plus_months(months)?;
        let secs = date.days() * DAY_SECS + self.secs.rem_euclid(DAY_SECS);
        Instant::new(secs, self.nanos)
    }

    /// The same time of day in UTC so many years on; 29 February becomes 28 February.
    pub fn plus_years(self, years: i64) -> Option<Instant> {
        self.plus_months(years.checked_mul(12)?)
    }

    /// The same time of day in UTC so many civil days on.
    pub fn plus_days(self, days: i64) -> Option<Instant> {
        Instant::new(
            self.secs.checked_add(days.checked_mul(DAY_SECS)?)?,
            self.nanos,
        )
    }

    /// Reads RFC 3339 with `Z` or an offset; seconds may be left out (`2026-03-01T09:00+08:00`). With
    /// `assume_utc` a text without offset is taken as UTC.
    ///
    /// A leap second, `:60` where it stands for 23:59:60 UTC at the end of a month, is the last
    /// nanosecond of its minute: it stays on its day, after all before it and before all after it.
    pub fn parse(text: &str, assume_utc: bool) -> Result<Instant, TimeError> {
        Instant::read(text.as_bytes(), assume_utc)
    }

    /// [`Instant::parse`] over evidence bytes.
    pub fn read(bytes: &[u8], assume_utc: bool) -> Result<Instant, TimeError> {
        let mut reader = Reader { bytes, at: 0 };
        let year = reader.digits(4)?;
        reader.expect(b"-")?;
        let month = reader.digits(2)?;
        reader.expect(b"-")?;
        let day = reader.digits(2)?;
        reader.expect(b"Tt ")?;
        let hour = reader.digits(2)?;
        reader.expect(b":")?;
        let minute = reader.digits(2)?;
        let (mut second, mut nanos) = (0, 0);
        if reader.take(b":") {
            second = reader.digits(2)?;
            if reader.take(b".") {
                nanos = reader.fraction()?;
            }
        }
        let offset = if reader.take(b"Zz") {
            0
        } else if reader.at == bytes.len() {
            if !assume_utc {
                return Err(TimeError::NoOffset);
            }
            0
        } else {
            let west = reader.peek() == Some(b'-');
            reader.expect(b"+-")?;
            let hours = reader.digits(2)?;
            reader.expect(b":")?;
            let minutes = reader.digits(2)?;
            if hours > 23 || minutes > 59 {
                return Err(TimeError::NoSuchTime);
            }
            let secs = (hours * 3_600 + minutes * 60) as i64;
            if west { -secs } else { secs }
        };
        if reader.at != bytes.len() {
            return Err(TimeError::Malformed);
        }
        Fields {
            year,
            month,
            day,
            hour,
            minute,
            second,
            nanos,
        }
        .instant(offset)
    }
}

/// What a text says of a moment, before it is checked against the calendar.
struct Fields {
    year: u32,
    month: u32,
    day: u32,
    hour: u32,
    minute: u32,
    second: u32,
    nanos: u32,
}

impl Fields {
    fn instant(&self, offset: i64) -> Result<Instant, TimeError> {
        if self.year == 0 {
            return Err(TimeError::OutOfRange);
        }
        let date = Date::new(self.year as i32, self.month as u8, self.day as u8)
            .ok_or(TimeError::NoSuchTime)?;
        if self.hour > 23 || self.minute > 59 || self.second > 60 {
            return Err(TimeError::NoSuchTime);
        }
        let leap = self.second == 60;
        let (second, nanos) = if leap {
            (59, SECOND as u32 - 1)
        } else {
            (self.second, self.nanos)
        };
        let of_day = (self.hour * 3_600 + self.minute * 60 + second) as i64;
        let secs = date.days() * DAY_SECS + of_day - offset;
        let instant = Instant::new(secs, nanos).ok_or(TimeError::OutOfRange)?;
        if leap {
            let utc = instant.date();
            let last_of_month = utc.day == days_in_month(utc.year, utc.month);
            if secs.rem_euclid(DAY_SECS) != DAY_SECS - 1 || !last_of_month {
                return Err(TimeError::NoSuchTime);
            }
        }
        Ok(instant)
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of_day = self.secs.rem_euclid(DAY_SECS);
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        write!(f, "{}T{hour:02}:{minute:02}:{second:02}", self.date())?;
        if self.nanos != 0 {
            let digits = format!("{:09}", self.nanos);
            write!(f, ".{}", digits.trim_end_matches('0'))?;
        }
        f.write_str("Z")
    }
}

impl serde::Serialize for Instant {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Instant {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Instant, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Instant::parse(&text, false).map_err(serde::de::Error::custom)
    }
}

/// A civil day, from the year 0001 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    // INVARIANT: a day that exists; the order of the fields is the order of days.
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// 0001-01-01.
    pub const MIN: Date = Date {
        year: 1,
        month: 1,
        day: 1,
    };
    /// 9999-12-31.
    pub const MAX: Date = Date {
        year: 9999,
        month: 12,
        day: 31,
    };

    /// That day, if it exists; months and days count from one.
    pub fn new(year: i32, month: u8, day: u8) -> Option<Date> {
        ((1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day))
        .then_some(Date { year, month, day })
    }

    /// The year.
    pub fn year(self) -> i32 {
        self.year
    }

    /// The month, from one.
    pub fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, from one.
    pub fn day(self) -> u8 {
        self.day
    }

    /// Days since 1970-01-01. Howard Hinnant's `days_from_civil`.
    pub fn days(self) -> i64 {
        let year = self.year as i64 - (self.month <= 2) as i64;
        let era = year.div_euclid(400);
        let of_era = year.rem_euclid(400);
        let month = (self.month as i64 + 9) % 12;
        let of_year = (153 * month + 2) / 5 + self.day as i64 - 1;
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
    }

    /// The day that many days after 1970-01-01. Howard Hinnant's `civil_from_days`.
    pub fn from_days(days: i64) -> Option<Date> {
        if !(-719_162..=2_932_896).contains(&days) {
            return None;
        }
        let days = days + 719_468;
        let era = days.div_euclid(146_097);
        let of_era = days.rem_euclid(146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let month = (5 * of_year + 2) / 153;
        let day = (of_year - (153 * month + 2) / 5 + 1) as u8;
        let month = if month < 10 { month + 3 } else { month - 9 } as u8;
        Some(Date {
            year: (era * 400 + year) as i32 + (month <= 2) as i32,
            month,
            day,
        })
    }

    /// Its day of the week.
    pub fn weekday(self) -> Weekday {
        Weekday::ALL[(self.days() + 3).rem_euclid(7) as usize]
    }

    /// So many days on.
    pub fn plus_days(self, days: i64) -> Option<Date> {
        Date::from_days(self.days().checked_add(days)?)
    }

    /// So many months on, the day clamped to the length of the month.
    pub fn plus_months(self, months: i64) -> Option<Date> {
        let count = (self.year as i64 * 12 + self.month as i64 - 1).checked_add(months)?;
        let year = i32::try_from(count.div_euclid(12)).ok()?;
        let month = (count.rem_euclid(12) + 1) as u8;
        Date::new(year, month, self.day.min(days_in_month(year, month)))
    }

    /// So many years on; 29 February becomes 28 February.
    pub fn plus_years(self, years: i64) -> Option<Date> {
        self.plus_months(years.checked_mul(12)?)
    }

    /// Reads `2026-03-01`.
    pub fn parse(text: &str) -> Result<Date, TimeError> {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at: 0,
        };
        let year = reader.digits(4)?;
        reader.expect(b"-")?;
        let month = reader.digits(2)?;
        reader.expect(b"-")?;
        let day = reader.digits(2)?;
        if reader.at != text.len() {
            return Err(TimeError::Malformed);
        }
        if year == 0 {
            return Err(TimeError::OutOfRange);
        }
        Date::new(year as i32, month as u8, day as u8).ok_or(TimeError::NoSuchTime)
    }
}

/// How many days that month has.
pub fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl serde::Serialize for Date {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Date {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Date::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// A day of the week, as policies name it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Weekday {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Weekday {
    /// The week, from Monday.
    pub const ALL: [Weekday; 7] = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
        Weekday::Sat,
        Weekday::Sun,
    ];

    /// Its word in a policy: `mon`.
    pub fn word(self) -> &'static str {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][self as usize]
    }

    /// The day that a policy calls by `word`.
    pub fn named(word: &str) -> Option<Weekday> {
        Weekday::ALL.into_iter().find(|day| day.word() == word)
    }
}

/// The words of the months in a policy, from January.
pub const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Reads a time of day, `00:00` to `24:00` (the end of the day): minutes after midnight.
pub fn parse_clock(text: &str) -> Result<u16, TimeError> {
    let mut reader = Reader {
        bytes: text.as_bytes(),
        at: 0,
    };
    let hour = reader.digits(2)?;
    reader.expect(b":")?;
    let minute = reader.digits(2)?;
    if reader.at != text.len() {
        return Err(TimeError::Malformed);
    }
    if hour < 24 && minute < 60 || hour == 24 && minute == 0 {
        Ok((hour * 60 + minute) as u16)
    } else {
        Err(TimeError::NoSuchTime)
    }
}

/// Fixed-width digits and marks, read from the left.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn digits(&mut self, count: usize) -> Result<u32, TimeError> {
        let slice = self
            .bytes
            .get(self.at..self.at + count)
            .ok_or(TimeError::Malformed)?;
        let mut value = 0;
        for byte in slice {
            if !byte.is_ascii_digit() {
                return Err(TimeError::Malformed);
            }
            value = value * 10 + (byte - b'0') as u32;
        }
        self.at += count;
        Ok(value)
    }

    /// Any number of digits after the point, as nanoseconds; beyond the ninth only noughts.
    fn fraction(&mut self) -> Result<u32, TimeError> {
        let start = self.at;
        let (mut nanos, mut fine) = (0, false);
        while let Some(byte) = self.peek().filter(u8::is_ascii_digit) {
            if self.at - start < 9 {
                nanos = nanos * 10 + (byte - b'0') as u32;
            } else {
                fine |= byte != b'0';
            }
            self.at += 1;
        }
        match self.at - start {
            0 => Err(TimeError::Malformed),
            _ if fine => Err(TimeError::TooFine),
            read => Ok(nanos * 10u32.pow(9 - read.min(9) as u32)),
        }
    }

    fn take(&mut self, any: &[u8]) -> bool {
        let taken = self.peek().is_some_and(|byte| any.contains(&byte));
        self.at += taken as usize;
        taken
    }

    fn expect(&mut self, any: &[u8]) -> Result<(), TimeError> {
        if self.take(any) {
            Ok(())
        } else {
            Err(TimeError::Malformed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text, false).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn reads_rfc_3339_and_minutes() {
        let check = |text: &str, shown: &str| assert_eq!(at(text).to_string(), shown, "{text}");
        check("2026-03-01T09:00Z", "2026-03-01T09:00:00Z");
        check("2026-03-01T09:00+08:00", "2026-03-01T01:00:00Z");
        check("2026-03-01t09:00:00z", "2026-03-01T09:00:00Z");
        check("2026-03-01 09:00:00.250-05:30", "2026-03-01T14:30:00.25Z");
        check("2026-02-25T12:00:00-00:00", "2026-02-25T12:00:00Z");
        check(
            "2024-02-29T23:59:59.000000001Z",
            "2024-02-29T23:59:59.000000001Z",
        );
        check(
            "2024-02-29T23:59:59.100000000000Z",
            "2024-02-29T23:59:59.1Z",
        );
        check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z");
        check(
            "9999-12-31T23:59:59.999999999Z",
            "9999-12-31T23:59:59.999999999Z",
        );
        check("1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z");
    }

    #[test]
    fn a_leap_second_is_the_last_nanosecond_of_its_minute() {
        let last = at("2016-12-31T23:59:59.999999999Z");
        assert_eq!(at("2016-12-31T23:59:60Z"), last);
        assert_eq!(at("2016-12-31T23:59:60.7Z"), last);
        assert_eq!(at("2017-01-01T08:59:60+09:00"), last);
        for text in [
            "2016-12-30T23:59:60Z",
            "2016-12-31T22:59:60Z",
            "2016-12-31T23:59:60+09:00",
        ] {
            assert_eq!(
                Instant::parse(text, false),
                Err(TimeError::NoSuchTime),
                "{text}"
            );
        }
    }

    #[test]
    fn refuses_what_is_no_instant() {
        use TimeError::*;
        let check =
            |text: &str, error| assert_eq!(Instant::parse(text, false), Err(error), "{text}");
        check("", Malformed);
        check("2026-03-01", Malformed);
        check("2026-03-01T09:00", NoOffset);
        check("2026-03-01T09:00:00", NoOffset);
        check("2026-03-01T09Z", Malformed);
        check("2026-3-1T09:00Z", Malformed);
        check("2026-03-01T09:00:00,5Z", Malformed);
        check("2026-03-01T09:00:00.Z", Malformed);
        check("2026-03-01T09:00:00+0800", Malformed);
        check("2026-03-01T09:00:00+08", Malformed);
        check("2026-03-01T09:00:00Zulu", Malformed);
        check(" 2026-03-01T09:00:00Z", Malformed);
        check("2026-02-29T09:00:00Z", NoSuchTime);
        check("2026-13-01T09:00:00Z", NoSuchTime);
        check("2026-12-31T24:00:00Z", NoSuchTime);
        check("2026-12-31T23:60:00Z", NoSuchTime);
        check("2026-12-31T23:00:00+24:00", NoSuchTime);
        check("2026-12-31T23:00:61Z", NoSuchTime);
        check("0000-01-01T00:00:00Z", OutOfRange);
        check("0001-01-01T00:00:00+01:00", OutOfRange);
        check("9999-12-31T23:59:59-01:00", OutOfRange);
        check("2026-03-01T09:00:00.1234567891Z", TooFine);
        check("２026-03-01T09:00:00Z", Malformed);
        assert_eq!(
            Instant::parse("2026-03-01T09:00", true),
            Ok(at("2026-03-01T09:00Z"))
        );
    }

    #[test]
    fn adds_and_subtracts_durations() {
        let t = at("2026-02-25T12:00:00Z");
        let hour = Number::int(3_600 * SECOND as i128);
        assert_eq!(t.plus(hour), Some(at("2026-02-25T13:00:00Z")));
        assert_eq!(t.minus(hour), Some(at("2026-02-25T11:00:00Z")));
        assert_eq!(at("2026-02-25T13:00:00Z").since(t), hour);
        assert_eq!(t.since(at("2026-02-25T13:00:00Z")), hour.neg());
        assert_eq!(
            t.next().map(|t| t.to_string()).as_deref(),
            Some("2026-02-25T12:00:00.000000001Z")
        );
        assert_eq!(Instant::MAX.plus(Number::ONE), None);
        assert_eq!(Instant::MIN.minus(Number::ONE), None);
        assert_eq!(t.plus(Number::fraction(1, 3).unwrap()), None);
        assert_eq!(Instant::from_epoch(t.epoch()), Some(t));
        assert_eq!(
            Instant::from_epoch(Number::int(-1))
                .map(|t| t.to_string())
                .as_deref(),
            Some("1969-12-31T23:59:59.999999999Z")
        );
    }

    #[test]
    fn days_count_without_gaps() {
        let mut date = Date::MIN;
        for days in date.days()..=Date::MAX.days() {
            assert_eq!(Date::from_days(days), Some(date));
            assert_eq!(date.days(), days);
            let next = Date::new(date.year, date.month, date.day + 1)
                .or(Date::new(date.year, date.month + 1, 1))
                .or(Date::new(date.year + 1, 1, 1));
            date = next.unwrap_or(date);
        }
        assert_eq!(date, Date::MAX);
        assert_eq!(Date::MAX.plus_days(1), None);
        assert_eq!(Date::from_days(i64::MIN), None);
    }

    #[test]
    fn months_clamp_the_day() {
        let check = |from: &str, months, to: Option<&str>| {
            assert_eq!(
                day(from).plus_months(months),
                to.map(day),
                "{from} {months}"
            );
        };
        check("2026-01-31", 1, Some("2026-02-28"));
        check("2024-01-31", 1, Some("2024-02-29"));
        check("2024-02-29", 12, Some("2025-02-28"));
        check("2024-03-31", -1, Some("2024-02-29"));
        check("2024-01-15", -1, Some("2023-12-15"));
        check("9999-12-01", 1, None);
        check("0001-01-01", -1, None);
        check("2024-01-01", i64::MAX, None);
        assert_eq!(day("2024-02-29").plus_years(1), Some(day("2025-02-28")));
        assert_eq!(
            at("2024-02-29T10:00Z").plus_years(4),
            Some(at("2028-02-29T10:00Z"))
        );
        assert_eq!(
            at("2024-02-29T10:00Z").plus_days(1),
            Some(at("2024-03-01T10:00Z"))
        );
    }

    #[test]
    fn weekdays_are_those_of_the_calendar() {
        let check = |date: &str, word: &str| assert_eq!(day(date).weekday().word(), word, "{date}");
        check("1970-01-01", "thu");
        check("2026-02-25", "wed");
        check("2000-02-29", "tue");
        check("0001-01-01", "mon");
        check("1969-12-31", "wed");
        assert_eq!(Weekday::named("sun"), Some(Weekday::Sun));
        assert_eq!(Weekday::named("Sun"), None);
    }

    #[test]
    fn dates_and_clocks_are_strict() {
        assert_eq!(Date::parse("2026-02-30"), Err(TimeError::NoSuchTime));
        assert_eq!(Date::parse("2026-2-3"), Err(TimeError::Malformed));
        assert_eq!(Date::parse("2026-02-03Z"), Err(TimeError::Malformed));
        assert_eq!(Date::parse("0000-02-03"), Err(TimeError::OutOfRange));
        assert_eq!(parse_clock("16:00"), Ok(960));
        assert_eq!(parse_clock("24:00"), Ok(1_440));
        assert_eq!(parse_clock("24:01"), Err(TimeError::NoSuchTime));
        assert_eq!(parse_clock("7:00"), Err(TimeError::Malformed));
    }
}
