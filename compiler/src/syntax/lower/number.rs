//! Number tokens, clocks and calendar days, decoded by hand. Knows digits and suffixes; knows no types.

use super::{Lower, Node};

use crate::syntax::ast::{Clock, Date, Decimal, Instant, Number, NumberValue, Spanned};

const DURATIONS: [(&str, i128); 7] = [
    ("w", 604_800_000_000),
    ("d", 86_400_000_000),
    ("h", 3_600_000_000),
    ("m", 60_000_000),
    ("s", 1_000_000),
    ("ms", 1_000),
    ("us", 1),
];

const SIZES: [(&str, i128); 8] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("TiB", 1 << 40),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("bytes", 1),
];

/// Digits that still fit every sum we make of them.
const MOST_DIGITS: usize = 27;

impl Lower<'_> {
    pub(super) fn number(&mut self, node: &Node) -> Number {
        let text = node.as_str();
        let span = self.span(node);
        let value = read(text).unwrap_or_else(|(why, help)| {
            let meant = meant(text).filter(|meant| read(meant).is_ok());
            match &meant {
                Some(meant) => {
                    let help = format!("write `{meant}`; {help}");
                    self.problem("bad-number", span, format!("`{text}` {why}"), &help);
                    if let Some(problem) = self.problems.last_mut() {
                        let edit = vec![(span, meant.clone())];
                        *problem = problem.clone().fix(format!("write `{meant}`"), true, edit);
                    }
                }
                None => self.problem("bad-number", span, format!("`{text}` {why}"), help),
            }
            NumberValue::Int(0)
        });
        Number {
            value,
            text: self.words.word(text),
            span,
        }
    }

    pub(super) fn clock(&mut self, node: &Node) -> Spanned<Clock> {
        let (hour, minute) = node.as_str().split_once(':').unwrap_or(("", ""));
        let clock = Clock {
            hour: hour.parse().unwrap_or(99),
            minute: minute.parse().unwrap_or(99),
        };
        if clock.minute > 59 || clock.hour > 24 || (clock.hour == 24 && clock.minute > 0) {
            let message = format!("`{}` is not a time of day", node.as_str());
            self.problem(
                "bad-number",
                self.span(node),
                message,
                "a time of day is between 00:00 and 24:00",
            );
        } else if hour.len() < 2 {
            // One form, so that times stand below each other and `8:00` is no evening.
            let message = format!("`{}` has an hour of one digit", node.as_str());
            let whole = format!("0{}", node.as_str());
            let span = self.span(node);
            self.problem("bad-number", span, &message, &format!("write `{whole}`"));
            if let Some(problem) = self.problems.last_mut() {
                let title = format!("write `{whole}`");
                *problem = problem.clone().fix(title, true, vec![(span, whole)]);
            }
        }
        self.at(node, clock)
    }
}

/// A number whose unit is spelled as other tools do.
fn meant(text: &str) -> Option<String> {
    let end = text.find(|c: char| c.is_ascii_alphabetic())?;
    let (digits, word) = text.split_at(end);
    let unit = match word.to_ascii_lowercase().as_str() {
        "msec" | "msecs" | "millis" | "milliseconds" => "ms",
        "sec" | "secs" | "second" | "seconds" => "s",
        "min" | "mins" | "minute" | "minutes" => "m",
        "hr" | "hrs" | "hour" | "hours" => "h",
        "day" | "days" => "d",
        "week" | "weeks" => "w",
        "kb" | "k" => "kB",
        "mb" => "MB",
        "gb" | "g" => "GB",
        "ki" | "kib" => "KiB",
        "mi" | "mib" => "MiB",
        "gi" | "gib" => "GiB",
        "pct" | "percent" => "%",
        _ => return None,
    };
    Some(format!("{digits}{unit}"))
}

/// What is wrong, and what helps.
type Wrong = (&'static str, &'static str);

fn read(text: &str) -> Result<NumberValue, Wrong> {
    if text.as_bytes().get(4) == Some(&b'-') {
        return civil(text);
    }
    if let Some(share) = text.strip_suffix('%') {
        return match split(share)? {
            (number, "") => Ok(NumberValue::Percent(number)),
            _ => Err((
                "is not a share",
                "a share is a plain number and `%`, for example `2.5%`",
            )),
        };
    }
    match split(text)? {
        (Decimal { mantissa, scale: 0 }, "") => Ok(NumberValue::Int(mantissa)),
        (number, "") => Ok(NumberValue::Decimal(number)),
        (number, suffix) if SIZES.iter().any(|(unit, _)| *unit == suffix) => {
            let unit = SIZES
                .iter()
                .find(|(unit, _)| *unit == suffix)
                .map_or(1, |(_, size)| *size);
            Ok(NumberValue::Bytes(whole(number, unit)?))
        }
        _ => duration(text),
    }
}

/// `2d12h`: each part once, the greatest unit first.
fn duration(text: &str) -> Result<NumberValue, Wrong> {
    const HELP: &str = "durations end in us, ms, s, m, h, d or w, sizes in KiB, MiB, GiB, TiB, kB, MB or GB, shares in %";
    let mut rest = text;
    let mut last = None;
    let mut sum: i128 = 0;
    while !rest.is_empty() {
        let (number, tail) = split(rest)?;
        let end = tail
            .find(|c: char| !c.is_ascii_alphabetic())
            .unwrap_or(tail.len());
        let (word, next) = tail.split_at(end);
        let Some(at) = DURATIONS.iter().position(|(unit, _)| *unit == word) else {
            return Err(("has an unknown unit", HELP));
        };
        if last.is_some_and(|before| before >= at) {
            return Err((
                "has its units out of order",
                "write the greatest unit first and each once, for example `2d12h`",
            ));
        }
        last = Some(at);
        sum += whole(number, DURATIONS[at].1)?;
        rest = next;
    }
    Ok(NumberValue::Duration(sum))
}

/// A decimal number of units, where it comes out even.
fn whole(number: Decimal, unit: i128) -> Result<i128, Wrong> {
    let by = 10_i128.pow(number.scale);
    let total = number
        .mantissa
        .checked_mul(unit)
        .ok_or(("is too great", "use a smaller number"))?;
    if total % by == 0 {
        Ok(total / by)
    } else {
        Err((
            "is too fine",
            "the finest duration is 1us, the finest size one byte",
        ))
    }
}

/// The digits at the start, and what follows them.
fn split(text: &str) -> Result<(Decimal, &str), Wrong> {
    let bytes = text.as_bytes();
    let mut mantissa: i128 = 0;
    let (mut scale, mut digits, mut point, mut i) = (0, 0, false, 0);
    while let Some(byte) = bytes.get(i) {
        match byte {
            b'0'..=b'9' => {
                digits += usize::from(digits > 0 || *byte != b'0');
                if digits > MOST_DIGITS || scale > 18 {
                    return Err((
                        "has too many digits",
                        "a number has at most 27 digits, 18 of them behind the point",
                    ));
                }
                mantissa = mantissa * 10 + i128::from(byte - b'0');
                scale += u32::from(point);
            }
            b'.' if !point => point = true,
            b'_' if !point && bytes.get(i + 1).is_some_and(u8::is_ascii_digit) => {}
            b'_' => {
                return Err((
                    "has a stray `_`",
                    "`_` stands between two digits before the point",
                ));
            }
            _ => break,
        }
        i += 1;
    }
    if i == 0 || scale > 18 {
        return Err(("is not a number", "write digits, and `.` before a fraction"));
    }
    Ok((Decimal { mantissa, scale }, &text[i..]))
}

/// A date or an instant.
fn civil(text: &str) -> Result<NumberValue, Wrong> {
    const HELP: &str = "an instant reads `2026-03-01T09:00Z` or `2026-03-01T09:00+08:00`";
    let field = |from: usize, to: usize| {
        text.get(from..to)
            .and_then(|digits| digits.parse::<u32>().ok())
            .unwrap_or(0)
    };
    let (year, month, day) = (field(0, 4), field(5, 7), field(8, 10));
    let (Ok(year), Ok(month), Ok(day)) =
        (i16::try_from(year), u8::try_from(month), u8::try_from(day))
    else {
        return Err(("is not a date", HELP));
    };
    if year < 1 || !(1..=12).contains(&month) || day < 1 || day > days(year, month) {
        return Err((
            "is not a day of the calendar",
            "a date reads year, month, day, for example `2026-03-01`",
        ));
    }
    let date = Date { year, month, day };
    let Some(time) = text.get(10..).and_then(|rest| rest.strip_prefix('T')) else {
        return Ok(NumberValue::Date(date));
    };
    let zone = time.find(['Z', '+', '-']).ok_or((
        "has no zone",
        "put `Z` or an offset such as `+08:00` behind it",
    ))?;
    let (time, zone) = time.split_at(zone);
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let two = |text: Option<&str>, most: u8| match text {
        Some(digits) if digits.len() == 2 => digits
            .parse::<u8>()
            .ok()
            .filter(|n| *n <= most)
            .ok_or(("is no time", HELP)),
        _ => Err(("is no time", HELP)),
    };
    let mut fields = time.split(':');
    let (hour, minute) = (two(fields.next(), 23)?, two(fields.next(), 59)?);
    let second = fields
        .next()
        .map_or(Ok(0), |digits| two(Some(digits), 59))?;
    if fields.next().is_some() || fraction.len() > 6 || (!fraction.is_empty() && time.len() < 8) {
        return Err(("is no time", HELP));
    }
    let micros = format!("{fraction:0<6}")
        .parse()
        .map_err(|_| ("is no time", HELP))?;
    let offset = match zone.split_at(1) {
        ("Z", _) => 0,
        (sign, rest) => {
            let (hours, minutes) = rest.split_once(':').ok_or(("has a broken offset", HELP))?;
            let minutes =
                i16::from(two(Some(hours), 18)?) * 60 + i16::from(two(Some(minutes), 59)?);
            if sign == "-" { -minutes } else { minutes }
        }
    };
    Ok(NumberValue::Instant(Instant {
        date,
        hour,
        minute,
        second,
        micros,
        offset,
    }))
}

/// The length of a month.
pub(super) fn days(year: i16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly() {
        let dec = |mantissa, scale| Decimal { mantissa, scale };
        let date = Date {
            year: 2026,
            month: 3,
            day: 1,
        };
        let noon = Instant {
            date,
            hour: 9,
            minute: 0,
            second: 0,
            micros: 0,
            offset: 0,
        };
        for (text, value) in [
            ("12", NumberValue::Int(12)),
            ("1_000", NumberValue::Int(1000)),
            ("0.0193", NumberValue::Decimal(dec(193, 4))),
            ("2.50%", NumberValue::Percent(dec(250, 2))),
            ("600ms", NumberValue::Duration(600_000)),
            ("2d12h", NumberValue::Duration(216_000_000_000)),
            ("1.5h", NumberValue::Duration(5_400_000_000)),
            ("1w", NumberValue::Duration(604_800_000_000)),
            ("30d1s", NumberValue::Duration(2_592_001_000_000)),
            ("512MiB", NumberValue::Bytes(512 << 20)),
            ("0.5kB", NumberValue::Bytes(500)),
            ("2026-03-01", NumberValue::Date(date)),
            ("2026-03-01T09:00Z", NumberValue::Instant(noon)),
            (
                "2026-03-01T09:00:30.25-01:30",
                NumberValue::Instant(Instant {
                    second: 30,
                    micros: 250_000,
                    offset: -90,
                    ..noon
                }),
            ),
        ] {
            assert_eq!(read(text), Ok(value), "{text}");
        }
    }

    #[test]
    fn wrong_numbers_say_why() {
        for (text, why) in [
            ("12x", "has an unknown unit"),
            ("1__0", "has a stray `_`"),
            ("12h2d", "has its units out of order"),
            ("0.5us", "is too fine"),
            ("2ms%", "is not a share"),
            ("2026-02-30", "is not a day of the calendar"),
            ("2026-03-01T09:00", "has no zone"),
            ("2026-03-01T25:00Z", "is no time"),
            ("2026-03-01T09Z", "is no time"),
            ("1234567890123456789012345678", "has too many digits"),
        ] {
            assert_eq!(read(text).map_err(|(why, _)| why), Err(why), "{text}");
        }
    }
}
