//! Units and the policy notation of durations, ratios and bytes, both ways and exact. Knows no
//! calendar (a day is 24 hours here) and no types of the language.

use std::fmt;

use crate::number::{Number, NumberError, parse_decimal};

/// What a quantity measures, and so what its [`Number`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// A length of time, in nanoseconds.
    Duration,
    /// A share, plain: `2%` is 0.02.
    Ratio,
    /// A size, in bytes.
    Bytes,
}

/// A unit as a policy names it after `in`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Unit {
    /// `us`
    Microseconds,
    /// `ms`
    Milliseconds,
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

/// One row of the table of units: the unit, its word, the suffix of its literals, and how many base
/// units it has (`n / d`).
type Row = (Unit, &'static str, &'static str, i64, i64);

const UNITS: [Row; 15] = [
    (Unit::Microseconds, "us", "us", 1_000, 1),
    (Unit::Milliseconds, "ms", "ms", 1_000_000, 1),
    (Unit::Seconds, "seconds", "s", SECOND, 1),
    (Unit::Minutes, "minutes", "m", 60 * SECOND, 1),
    (Unit::Hours, "hours", "h", 3_600 * SECOND, 1),
    (Unit::Days, "days", "d", 86_400 * SECOND, 1),
    (Unit::Percent, "percent", "%", 1, 100),
    (Unit::Bytes, "bytes", "B", 1, 1),
    (Unit::KiB, "KiB", "KiB", 1 << 10, 1),
    (Unit::MiB, "MiB", "MiB", 1 << 20, 1),
    (Unit::GiB, "GiB", "GiB", 1 << 30, 1),
    (Unit::TiB, "TiB", "TiB", 1 << 40, 1),
    (Unit::KB, "kB", "kB", 1_000, 1),
    (Unit::MB, "MB", "MB", 1_000_000, 1),
    (Unit::GB, "GB", "GB", 1_000_000_000, 1),
];

/// Nanoseconds in a second.
pub const SECOND: i64 = 1_000_000_000;

/// Nanoseconds in a week, which has a literal suffix (`w`) and no unit word.
const WEEK: i64 = 7 * 86_400 * SECOND;

impl Unit {
    /// Every unit, in the order of the reference.
    pub fn all() -> impl Iterator<Item = Unit> {
        UNITS.iter().map(|row| row.0)
    }

    /// The unit that a policy calls by `word`.
    pub fn named(word: &str) -> Option<Unit> {
        UNITS.iter().find(|row| row.1 == word).map(|row| row.0)
    }

    fn row(self) -> &'static Row {
        &UNITS[self as usize]
    }

    /// The word that stands after `in`: `ms`, `minutes`, `percent`.
    pub fn word(self) -> &'static str {
        self.row().1
    }

    /// What stands directly behind the digits of a literal: `ms`, `m`, `%`.
    pub fn suffix(self) -> &'static str {
        self.row().2
    }

    /// What it measures.
    pub fn dimension(self) -> Dimension {
        match self {
            Unit::Microseconds
            | Unit::Milliseconds
            | Unit::Seconds
            | Unit::Minutes
            | Unit::Hours
            | Unit::Days => Dimension::Duration,
            Unit::Percent => Dimension::Ratio,
            Unit::Bytes
            | Unit::KiB
            | Unit::MiB
            | Unit::GiB
            | Unit::TiB
            | Unit::KB
            | Unit::MB
            | Unit::GB => Dimension::Bytes,
        }
    }

    /// How many base units it has: `minutes` is 60 000 000 000 nanoseconds, `percent` 1/100.
    pub fn factor(self) -> Number {
        let &(_, _, _, n, d) = self.row();
        Number::fraction(n as i128, d as i128).unwrap_or(Number::ONE)
    }

    /// `count` of this unit, in base units.
    pub fn to_base(self, count: Number) -> Option<Number> {
        count.mul(self.factor())
    }

    /// `base` units counted in this one: 90 000 ms `in minutes` is 1.5.
    pub fn from_base(self, base: Number) -> Option<Number> {
        base.div(self.factor())
    }
}

impl serde::Serialize for Unit {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

impl<'de> serde::Deserialize<'de> for Unit {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Unit, D::Error> {
        let word = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Unit::named(&word).ok_or_else(|| serde::de::Error::custom("not a unit"))
    }
}

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuantityError {
    /// Not digits followed by a unit.
    Malformed,
    /// Digits with an unknown suffix, or one of another dimension.
    Suffix,
    /// The parts of a duration do not go from large to small: `30m1h`, `1h1h`.
    Order,
    /// A part other than the last has a decimal point: `1.5h30m`.
    Fraction,
    /// Years or months in an ISO 8601 duration: their length depends on the day.
    Calendar,
    /// Outside the limits of numbers.
    TooLarge,
}

impl fmt::Display for QuantityError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            QuantityError::Malformed => "not a quantity",
            QuantityError::Suffix => "not a unit that fits here",
            QuantityError::Order => "units must go from large to small, each at most once",
            QuantityError::Fraction => "only the last part may have a decimal point",
            QuantityError::Calendar => "years and months have no fixed length",
            QuantityError::TooLarge => "more than 38 digits",
        })
    }
}

impl std::error::Error for QuantityError {}

impl From<NumberError> for QuantityError {
    fn from(error: NumberError) -> QuantityError {
        match error {
            NumberError::Malformed(_) => QuantityError::Malformed,
            NumberError::TooLarge => QuantityError::TooLarge,
        }
    }
}

/// Reads any literal that carries a unit: `2%`, `600ms`, `2d12h`, `512MiB`. Separators (`1_000ms`)
/// are the caller's to take out.
pub fn parse_literal(text: &str) -> Result<(Dimension, Number), QuantityError> {
    if let Some(ratio) = text.strip_suffix('%') {
        return Ok((Dimension::Ratio, percent(ratio)?));
    }
    match parse_duration(text) {
        Err(QuantityError::Suffix) => Ok((Dimension::Bytes, parse_bytes(text)?)),
        result => Ok((Dimension::Duration, result?)),
    }
}

/// Reads a duration in policy notation, `601ms`, `-17m18s`, `2d12h`, `0.5us`, `1/3s`: nanoseconds.
pub fn parse_duration(text: &str) -> Result<Number, QuantityError> {
    let (negative, mut rest) = sign(text);
    let mut total = Number::ZERO;
    let mut above = i64::MAX;
    if rest.is_empty() {
        return Err(QuantityError::Malformed);
    }
    let mut ended = false;
    while !rest.is_empty() {
        let (digits, after) = split_at_letter(rest);
        let end = after
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(after.len());
        let (suffix, next) = after.split_at(end);
        let count = Number::parse(digits)?;
        if count.is_negative() || suffix.is_empty() {
            return Err(QuantityError::Malformed);
        }
        let factor = duration_suffix(suffix).ok_or(QuantityError::Suffix)?;
        if ended {
            return Err(QuantityError::Fraction);
        }
        if factor >= above {
            return Err(QuantityError::Order);
        }
        above = factor;
        ended = digits.contains(['.', '/']);
        total = count
            .mul(factor.into())
            .and_then(|part| total.add(part))
            .ok_or(QuantityError::TooLarge)?;
        rest = next;
    }
    Ok(if negative { total.neg() } else { total })
}

/// Reads a ratio in policy notation, `2.1%`, `0.021` or `1/3`: plain.
pub fn parse_ratio(text: &str) -> Result<Number, QuantityError> {
    match text.strip_suffix('%') {
        Some(text) => percent(text),
        None => Ok(Number::parse(text)?),
    }
}

/// Reads a size in policy notation, `512MiB`, `1000B`: bytes.
pub fn parse_bytes(text: &str) -> Result<Number, QuantityError> {
    let (negative, rest) = sign(text);
    let (digits, suffix) = split_at_letter(rest);
    let count = Number::parse(digits)?;
    if count.is_negative() {
        return Err(QuantityError::Malformed);
    }
    let row = UNITS
        .iter()
        .find(|row| row.2 == suffix && row.0.dimension() == Dimension::Bytes);
    let &(_, _, _, factor, _) = row.ok_or(QuantityError::Suffix)?;
    let bytes = count.mul(factor.into()).ok_or(QuantityError::TooLarge)?;
    Ok(if negative { bytes.neg() } else { bytes })
}

/// Reads what [`text`] writes for that dimension.
pub fn parse(dimension: Dimension, text: &str) -> Result<Number, QuantityError> {
    match dimension {
        Dimension::Duration => parse_duration(text),
        Dimension::Ratio => parse_ratio(text),
        Dimension::Bytes => parse_bytes(text),
    }
}

/// Reads an ISO 8601 duration, `PT5M`, `P1DT2H`, `P2W`: nanoseconds. A day is 24 hours; years and
/// months are refused; the last part may have a fraction, with a point or a comma.
pub fn parse_iso_duration(text: &str) -> Result<Number, QuantityError> {
    let (negative, rest) = sign(text);
    let mut rest = rest.strip_prefix('P').ok_or(QuantityError::Malformed)?;
    let (mut total, mut above, mut ended, mut timed) = (Number::ZERO, i64::MAX, false, false);
    if rest.is_empty() || rest.ends_with('T') {
        return Err(QuantityError::Malformed);
    }
    while !rest.is_empty() {
        if !timed && let Some(after) = rest.strip_prefix('T') {
            timed = true;
            rest = after;
            continue;
        }
        let (digits, after) = split_at_letter(rest);
        let mut letters = after.chars();
        let factor = match (letters.next(), timed) {
            (Some('Y' | 'M'), false) => return Err(QuantityError::Calendar),
            (Some('W'), false) => WEEK,
            (Some('D'), false) => 86_400 * SECOND,
            (Some('H'), true) => 3_600 * SECOND,
            (Some('M'), true) => 60 * SECOND,
            (Some('S'), true) => SECOND,
            _ => return Err(QuantityError::Malformed),
        };
        // Unlike a JSON number, a part may have leading zeros: `PT05M`.
        let digits = digits.replacen(',', ".", 1);
        let bare = digits.trim_start_matches('0');
        let lead = if bare.starts_with(|c: char| c.is_ascii_digit()) {
            ""
        } else {
            "0"
        };
        if !digits.starts_with(|c: char| c.is_ascii_digit()) || bare.contains(['e', 'E']) {
            return Err(QuantityError::Malformed);
        }
        let count = parse_decimal(format!("{lead}{bare}").as_bytes())?;
        if ended {
            return Err(QuantityError::Fraction);
        }
        if factor >= above {
            return Err(QuantityError::Order);
        }
        above = factor;
        ended = digits.contains('.');
        total = count
            .mul(factor.into())
            .and_then(|part| total.add(part))
            .ok_or(QuantityError::TooLarge)?;
        rest = letters.as_str();
    }
    Ok(if negative { total.neg() } else { total })
}

/// The canonical, exact text of a quantity.
pub fn text(dimension: Dimension, base: Number) -> String {
    match dimension {
        Dimension::Duration => duration_text(base),
        Dimension::Ratio => ratio_text(base),
        Dimension::Bytes => bytes_text(base),
    }
}

/// The canonical text of nanoseconds: whole parts from days down to microseconds, those that are
/// nought left out (`2d12h`, `1s500ms`, `0s`), below a microsecond a decimal (`0.5us`), and what does
/// not end as one a single fraction of seconds (`1/3s`).
pub fn duration_text(ns: Number) -> String {
    if ns.is_zero() {
        return "0s".to_owned();
    }
    let sign = if ns.is_negative() { "-" } else { "" };
    let ns = ns.abs();
    let fraction = || {
        let seconds = ns.div(SECOND.into()).unwrap_or(ns);
        let (n, d) = seconds.parts();
        format!("{sign}{n}/{d}s")
    };
    let mut whole = ns.floor() / 1_000;
    let Some(below) = Number::int(whole * 1_000)
        .neg()
        .add(ns)
        .and_then(|rest| rest.div(Number::int(1_000)))
    else {
        return fraction();
    };
    let below = below.text();
    if below.contains('/') {
        return fraction();
    }
    let mut out = sign.to_owned();
    for (suffix, factor) in [
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("m", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1_000),
    ] {
        let count = whole / factor;
        whole %= factor;
        if count != 0 {
            out.push_str(&format!("{count}{suffix}"));
        }
    }
    if whole != 0 || below != "0" {
        let decimals = below.strip_prefix('0').unwrap_or_default();
        out.push_str(&format!("{whole}{decimals}us"));
    }
    out
}

/// The canonical text of a ratio: in percent (`2.1%`), or the plain fraction where that does not end
/// (`1/3`).
pub fn ratio_text(ratio: Number) -> String {
    match ratio.mul(Number::int(100)).map(Number::text) {
        Some(text) if !text.contains('/') => text + "%",
        _ => ratio.text(),
    }
}

/// The canonical text of a size: in the largest of `TiB GiB MiB KiB`, else `GB MB kB`, that leaves it
/// whole, else in `B` (`512MiB`, `3GB`, `1001B`, `0B`).
pub fn bytes_text(bytes: Number) -> String {
    if let Some(n) = bytes.to_i128()
        && n != 0
    {
        for unit in [
            Unit::TiB,
            Unit::GiB,
            Unit::MiB,
            Unit::KiB,
            Unit::GB,
            Unit::MB,
            Unit::KB,
        ] {
            let &(_, _, suffix, factor, _) = unit.row();
            if n % factor as i128 == 0 {
                return format!("{}{suffix}", n / factor as i128);
            }
        }
    }
    format!("{bytes}B")
}

/// The text for a message: exact where that is short, else moved `up` or down to what reads well
/// (whole microseconds, four places of a percent, whole bytes).
pub fn rounded(dimension: Dimension, base: Number, up: bool) -> String {
    let whole = |n: Number| Number::int(if up { n.ceil() } else { n.floor() });
    match dimension {
        Dimension::Duration => {
            let us = whole(base.div(Number::int(1_000)).unwrap_or(base));
            let exact = us.mul(Number::int(1_000)) == Some(base);
            duration_text(if exact {
                base
            } else {
                us.mul(Number::int(1_000)).unwrap_or(base)
            })
        }
        Dimension::Ratio => match base.mul(Number::int(100)) {
            Some(percent) => percent.rounded(4, up) + "%",
            None => base.rounded(6, up),
        },
        Dimension::Bytes => bytes_text(whole(base)),
    }
}

fn percent(text: &str) -> Result<Number, QuantityError> {
    Number::parse(text)?
        .div(Number::int(100))
        .ok_or(QuantityError::TooLarge)
}

fn duration_suffix(suffix: &str) -> Option<i64> {
    if suffix == "w" {
        return Some(WEEK);
    }
    let row = UNITS.iter().find(|row| row.2 == suffix)?;
    (row.0.dimension() == Dimension::Duration).then_some(row.3)
}

fn sign(text: &str) -> (bool, &str) {
    match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    }
}

/// Splits `12ms…` before its first letter.
fn split_at_letter(text: &str) -> (&str, &str) {
    text.split_at(
        text.find(|c: char| c.is_ascii_alphabetic())
            .unwrap_or(text.len()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ns(text: &str) -> Number {
        parse_duration(text).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn the_table_is_in_the_order_of_the_enum() {
        for unit in Unit::all() {
            assert_eq!(Unit::named(unit.word()), Some(unit));
            assert_eq!(unit.row().0, unit);
        }
        assert_eq!(Unit::named("weeks"), None);
    }

    #[test]
    fn converts_both_ways() {
        let check = |unit: &str, count: &str, base: &str| {
            let unit = Unit::named(unit).unwrap();
            let (count, base) = (Number::parse(count).unwrap(), Number::parse(base).unwrap());
            assert_eq!(unit.to_base(count), Some(base));
            assert_eq!(unit.from_base(base), Some(count));
        };
        check("minutes", "1.5", "90000000000");
        check("percent", "2", "0.02");
        check("MiB", "512", "536870912");
        check("us", "0.5", "500");
        check("days", "1/3", "28800000000000");
        check("GB", "3", "3000000000");
    }

    #[test]
    fn durations_have_one_canonical_text() {
        let check = |text: &str, canonical: &str| {
            assert_eq!(duration_text(ns(text)), canonical, "{text}");
            assert_eq!(duration_text(ns(canonical)), canonical);
            assert_eq!(ns(text), ns(canonical));
        };
        check("601ms", "601ms");
        check("17m18s", "17m18s");
        check("2d12h", "2d12h");
        check("60h", "2d12h");
        check("500us", "500us");
        check("0.5us", "0.5us");
        check("0ms", "0s");
        check("-0s", "0s");
        check("-1ms", "-1ms");
        check("90m", "1h30m");
        check("1.5s", "1s500ms");
        check("1w", "7d");
        check("1w1d", "8d");
        check("1/3s", "1/3s");
        check("-2/3s", "-2/3s");
        check("1h1/3s", "10801/3s");
        check("1s0.001us", "1s0.001us");
        check("1/2s", "500ms");
    }

    #[test]
    fn durations_that_are_refused() {
        use QuantityError::*;
        let check =
            |text: &str, error| assert_eq!(parse_duration(text).unwrap_err(), error, "{text}");
        check("", Malformed);
        check("-", Malformed);
        check("5", Malformed);
        check("m", Malformed);
        check("5 m", Malformed);
        check("--5m", Malformed);
        check("5M", Suffix);
        check("5min", Suffix);
        check("5%", Malformed);
        check("30m1h", Order);
        check("1h1h", Order);
        check("1.5h30m", Fraction);
        check("1h-30m", Malformed);
        check("99999999999999999999999999999999999999d", TooLarge);
    }

    #[test]
    fn ratios_and_bytes_have_one_canonical_text() {
        let check = |dimension, text_in: &str, canonical: &str| {
            let value = parse(dimension, text_in).unwrap();
            assert_eq!(text(dimension, value), canonical, "{text_in}");
            assert_eq!(parse(dimension, canonical), Ok(value));
        };
        check(Dimension::Ratio, "2.1%", "2.1%");
        check(Dimension::Ratio, "0.0193", "1.93%");
        check(Dimension::Ratio, "1/3", "1/3");
        check(Dimension::Ratio, "-0.5%", "-0.5%");
        check(Dimension::Ratio, "1", "100%");
        check(Dimension::Ratio, "0%", "0%");
        check(Dimension::Bytes, "512MiB", "512MiB");
        check(Dimension::Bytes, "1024MiB", "1GiB");
        check(Dimension::Bytes, "3000MB", "3GB");
        check(Dimension::Bytes, "1001B", "1001B");
        check(Dimension::Bytes, "0KiB", "0B");
        check(Dimension::Bytes, "-2kB", "-2kB");
        check(Dimension::Bytes, "1/3B", "1/3B");
        check(Dimension::Bytes, "0.5KiB", "512B");
    }

    #[test]
    fn literals_tell_their_dimension() {
        let check = |text: &str, dimension| {
            assert_eq!(parse_literal(text).map(|it| it.0), dimension, "{text}")
        };
        check("2%", Ok(Dimension::Ratio));
        check("2d12h", Ok(Dimension::Duration));
        check("512MiB", Ok(Dimension::Bytes));
        check("1000B", Ok(Dimension::Bytes));
        check("5q", Err(QuantityError::Suffix));
        check("5", Err(QuantityError::Malformed));
    }

    #[test]
    fn iso_durations_of_fixed_length() {
        let check = |text: &str, expected: Result<&str, QuantityError>| {
            assert_eq!(
                parse_iso_duration(text).map(duration_text),
                expected.map(str::to_owned),
                "{text}"
            );
        };
        use QuantityError::*;
        check("PT5M", Ok("5m"));
        check("P1DT2H", Ok("1d2h"));
        check("PT0.5S", Ok("500ms"));
        check("PT0,5S", Ok("500ms"));
        check("PT05M", Ok("5m"));
        check("PT0S", Ok("0s"));
        check("-PT1M", Ok("-1m"));
        check("P2W", Ok("14d"));
        check("P1M", Err(Calendar));
        check("P1Y2D", Err(Calendar));
        check("P", Err(Malformed));
        check("PT", Err(Malformed));
        check("P1DT", Err(Malformed));
        check("P1H", Err(Malformed));
        check("PTT1H", Err(Malformed));
        check("PT1S1M", Err(Order));
        check("PT1.5H3M", Err(Fraction));
        check("PT.5S", Err(Malformed));
        check("PT-5S", Err(Malformed));
        check("5m", Err(Malformed));
        check("PT1e3S", Err(Malformed));
    }

    #[test]
    fn messages_round_to_the_failing_side() {
        let check = |dimension, value: Number, up, shown: &str| {
            assert_eq!(rounded(dimension, value, up), shown)
        };
        check(Dimension::Duration, ns("1/3s"), true, "333ms334us");
        check(Dimension::Duration, ns("1/3s"), false, "333ms333us");
        check(Dimension::Duration, ns("601ms"), true, "601ms");
        check(
            Dimension::Ratio,
            Number::fraction(1, 3).unwrap(),
            true,
            "33.3334%",
        );
        check(
            Dimension::Ratio,
            Number::fraction(1, 50).unwrap(),
            true,
            "2%",
        );
        check(
            Dimension::Bytes,
            Number::fraction(1, 3).unwrap(),
            true,
            "1B",
        );
    }
}
