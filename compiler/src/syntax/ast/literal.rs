//! Literals, decoded exactly: no float ever holds one.

use std::sync::Arc;

use super::Spanned;
use crate::source::Span;

/// One number token, with its decoded value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    /// What it says.
    pub value: NumberValue,
    /// As it was written.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// What a number token says. A minus sign is never part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberValue {
    /// `12`, `1_000`
    Int(i128),
    /// `0.0193`
    Decimal(Decimal),
    /// `2%`: the number before the sign, so `2.5%` is 25 at scale 1
    Percent(Decimal),
    /// `2d12h`, in microseconds; a day has 24 hours, a week seven days
    Duration(i128),
    /// `512MiB`, in bytes
    Bytes(i128),
    /// `2026-03-01`
    Date(Date),
    /// `2026-03-01T09:00Z`
    Instant(Instant),
}

/// `mantissa / 10^scale`, as written: `1.50` is 150 at scale 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decimal {
    /// All digits.
    pub mantissa: i128,
    /// How many of them stand behind the point.
    pub scale: u32,
}

/// A day of the civil calendar that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 1 to 9999.
    pub year: i16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to the length of the month.
    pub day: u8,
}

/// A moment as it was written, with its offset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant {
    /// The civil day.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Microseconds behind the second.
    pub micros: u32,
    /// Minutes east of UTC; 0 for `Z`.
    pub offset: i16,
}

/// `16:00`, where a clock is expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 24; 24 only as `24:00`.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

/// A unit word behind `in`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// `us`
    Us,
    /// `ms`
    Ms,
    /// `seconds`
    Seconds,
    /// `minutes`
    Minutes,
    /// `hours`
    Hours,
    /// `days`
    Days,
    /// `percent`
    Percent,
    /// `bytes`
    Bytes,
    /// `KiB`
    KiB,
    /// `MiB`
    MiB,
    /// `GiB`
    GiB,
    /// `TiB`
    TiB,
    /// `kB`
    KB,
    /// `MB`
    MB,
    /// `GB`
    GB,
}

impl Unit {
    /// Every unit with its word, in the order people list them.
    pub const ALL: [(Unit, &'static str); 15] = [
        (Unit::Us, "us"),
        (Unit::Ms, "ms"),
        (Unit::Seconds, "seconds"),
        (Unit::Minutes, "minutes"),
        (Unit::Hours, "hours"),
        (Unit::Days, "days"),
        (Unit::Percent, "percent"),
        (Unit::Bytes, "bytes"),
        (Unit::KiB, "KiB"),
        (Unit::MiB, "MiB"),
        (Unit::GiB, "GiB"),
        (Unit::TiB, "TiB"),
        (Unit::KB, "kB"),
        (Unit::MB, "MB"),
        (Unit::GB, "GB"),
    ];

    /// The unit a word names.
    pub fn of(word: &str) -> Option<Unit> {
        Unit::ALL
            .iter()
            .find(|(_, w)| *w == word)
            .map(|(unit, _)| *unit)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        Unit::ALL
            .iter()
            .find(|(unit, _)| *unit == self)
            .map_or("", |(_, word)| word)
    }
}

/// A weekday, or every day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Day {
    /// `mon`
    Mon,
    /// `tue`
    Tue,
    /// `wed`
    Wed,
    /// `thu`
    Thu,
    /// `fri`
    Fri,
    /// `sat`
    Sat,
    /// `sun`
    Sun,
    /// `day`: each of them
    Every,
}

/// A day of the year without its year: `dec 20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MonthDay {
    /// 1 to 12.
    pub month: u8,
    /// 1 to the greatest length of the month.
    pub day: u8,
}

/// A unit word with its place.
pub type UnitName = Spanned<Unit>;
