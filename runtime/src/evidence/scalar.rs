//! Scalars: from a number or a text to a slot of a known type. Knows types, units and bounds; knows no
//! documents.

use super::fields::{Attr, Schema};
use crate::data::{Slot, Store};
use crate::number::{Number, NumberError, parse_decimal};
use crate::time::{Date, Instant};
use crate::ty::Ty;
use crate::unit;

/// The longest text of evidence, in bytes.
pub(crate) const TEXT: usize = 64 * 1024;

/// A slot, or what is wrong in one line.
pub(crate) type Taken = Result<Slot, String>;

/// What a type wants, as people say it: "a number".
pub(crate) fn wanted(ty: &Ty, schema: &Schema) -> String {
    match ty.required() {
        Ty::Bool => "`true` or `false`".to_owned(),
        Ty::Text => "a text".to_owned(),
        Ty::Int => "a whole number".to_owned(),
        Ty::Number | Ty::Ratio | Ty::Bytes => "a number".to_owned(),
        Ty::Duration => "a number or an ISO 8601 duration".to_owned(),
        Ty::Version => "a version such as \"1.4.2\"".to_owned(),
        Ty::Instant => "a time such as \"2026-03-01T09:00:00Z\"".to_owned(),
        Ty::Date => "a date such as \"2026-03-01\"".to_owned(),
        Ty::Enum(id) => format!("one of {}", schema.spellings(*id)),
        Ty::Record(_) => "an object".to_owned(),
        Ty::Rows { shape, .. } => match shape {
            crate::ty::Shape::Map { .. } => "an object".to_owned(),
            _ => "an array".to_owned(),
        },
        Ty::List(_) => "an array".to_owned(),
        Ty::Optional(inner) => wanted(inner, schema),
        Ty::Secret | Ty::Nothing => "nothing".to_owned(),
    }
}

/// A number of at most 18 digits. The common case, without a [`Number`] in between.
#[inline]
pub(crate) fn short(ty: &Ty, attr: &Attr, mantissa: i64, scale: u8, store: &mut Store) -> Taken {
    if let Some(scaled) = mantissa.checked_mul(attr.mul)
        && attr.min.is_none()
        && attr.max.is_none()
        && (mantissa >= 0 || attr.signed || matches!(ty, Ty::Number))
        && (scale == 0 || !matches!(ty, Ty::Int))
        && (attr.unit || !matches!(ty, Ty::Duration))
    {
        return Ok(Slot::Decimal {
            scale: scale + attr.shift,
            mantissa: scaled,
        });
    }
    match Number::decimal(mantissa as i128, scale) {
        Some(number) => exact(ty, attr, number, store),
        None => unreachable!("18 digits always fit"),
    }
}

/// A number of any length, as JSON writes it.
pub(crate) fn long(ty: &Ty, attr: &Attr, digits: &[u8], store: &mut Store) -> Taken {
    match parse_decimal(digits) {
        Ok(number) => exact(ty, attr, number, store),
        Err(error @ NumberError::TooLarge) => Err(format!("a number of {error}")),
        Err(NumberError::Malformed(_)) => Err("not a number".to_owned()),
    }
}

fn exact(ty: &Ty, attr: &Attr, number: Number, store: &mut Store) -> Taken {
    if matches!(ty, Ty::Duration) && !attr.unit {
        return Err(
            "a number without a unit; an ISO 8601 duration is wanted, or `in UNIT` behind the field"
                .to_owned(),
        );
    }
    let factor = Number::fraction(attr.mul as i128, 10i128.pow(attr.shift as u32));
    let based = factor
        .and_then(|factor| number.mul(factor))
        .ok_or_else(|| "a number of more than 38 digits".to_owned())?;
    bounded(ty, attr, number, based)?;
    Ok(number_slot(based, store))
}

fn bounded(ty: &Ty, attr: &Attr, shown: Number, based: Number) -> Result<(), String> {
    if matches!(ty, Ty::Int) && !based.is_int() {
        return Err(format!(
            "`{shown}` has a fraction; a whole number is wanted"
        ));
    }
    if based.is_negative() && !attr.signed && !matches!(ty, Ty::Number) {
        return Err(format!(
            "`{shown}` is negative; a field that may be so is `signed`"
        ));
    }
    let text = |number: Number| match ty {
        Ty::Duration => unit::duration_text(number),
        Ty::Ratio => unit::ratio_text(number),
        Ty::Bytes => unit::bytes_text(number),
        _ => number.text(),
    };
    if let Some(min) = attr.min
        && based < min
    {
        return Err(format!("`{shown}` is below the least value, {}", text(min)));
    }
    if let Some(max) = attr.max
        && based > max
    {
        return Err(format!(
            "`{shown}` is above the greatest value, {}",
            text(max)
        ));
    }
    Ok(())
}

/// The slot of an exact number.
pub(crate) fn number_slot(number: Number, store: &mut Store) -> Slot {
    let (n, d) = number.parts();
    let mut power = 1i128;
    for scale in 0..=18u8 {
        if power % d == 0 {
            let mantissa = n.checked_mul(power / d).map(i64::try_from);
            if let Some(Ok(mantissa)) = mantissa {
                return Slot::Decimal { scale, mantissa };
            }
            break;
        }
        power *= 10;
    }
    store.numbers.push(number);
    Slot::Number(store.numbers.len() as u32 - 1)
}

/// A text of the store.
pub(crate) fn text_slot(text: &str, store: &mut Store) -> Slot {
    let start = store.text.len() as u32;
    store.text.push_str(text);
    Slot::Text {
        start,
        len: text.len() as u32,
    }
}

/// The slot of an instant.
pub(crate) fn instant_slot(instant: Instant) -> Slot {
    Slot::Instant {
        nanos: instant.nanos(),
        secs: instant.secs(),
    }
}

/// A value that data writes as a text in quotes, or as the name of a member.
pub(crate) fn from_text(
    ty: &Ty,
    attr: &Attr,
    text: &str,
    schema: &Schema,
    store: &mut Store,
) -> Taken {
    if text.len() > TEXT {
        return Err("a text of more than 64 KiB".to_owned());
    }
    match ty {
        Ty::Text => Ok(text_slot(text, store)),
        Ty::Enum(id) => match schema.member(*id, text, attr.any_case) {
            Some(member) => Ok(Slot::Member(member)),
            None => Err(format!(
                "`{}` is none of {}",
                brief(text),
                schema.spellings(*id)
            )),
        },
        Ty::Instant => match Instant::parse(text, attr.assume_utc) {
            Ok(instant) => Ok(instant_slot(instant)),
            Err(error) => Err(format!("`{}`: {error}", brief(text))),
        },
        Ty::Date => match Date::parse(text) {
            Ok(date) => Ok(Slot::Date(date)),
            Err(_) => Err(format!("`{}` is no date such as 2026-03-01", brief(text))),
        },
        Ty::Version => {
            let fits = text.split('.').all(|part| {
                !part.is_empty() && part.len() <= 18 && part.bytes().all(|b| b.is_ascii_digit())
            });
            if fits {
                Ok(text_slot(text, store))
            } else {
                Err(format!(
                    "`{}` is no version: dotted whole numbers are wanted",
                    brief(text)
                ))
            }
        }
        // What our own documents write says its unit itself: `10%`, `42s`, `1/3s`.
        Ty::Ratio if !attr.unit && text.ends_with('%') => match unit::parse_ratio(text) {
            Ok(number) => noted(ty, attr, number, text, store),
            Err(_) => Err(format!("`{}` is no ratio such as `2.1%`", brief(text))),
        },
        Ty::Duration if !attr.unit && own_duration(text) => match unit::parse_duration(text) {
            Ok(number) => noted(ty, attr, number, text, store),
            Err(_) => Err(format!("`{}` is no duration such as `42s`", brief(text))),
        },
        Ty::Duration => match unit::parse_iso_duration(text) {
            Ok(number) => {
                bounded(ty, attr, number, number)
                    .map_err(|message| message.replacen(&number.text(), text, 1))?;
                Ok(number_slot(number, store))
            }
            Err(error) if text.trim_start_matches('-').starts_with('P') => Err(format!(
                "`{}` is no ISO 8601 duration such as `PT5M`: {error}",
                brief(text)
            )),
            Err(_) => {
                let number = if attr.unit { "a number or " } else { "" };
                let found = match text {
                    "" => "an empty text".to_owned(),
                    text => format!("a text, `{}`", brief(text)),
                };
                Err(format!(
                    "{found}; {number}an ISO 8601 duration such as `PT5M` is wanted"
                ))
            }
        },
        Ty::Optional(inner) => from_text(inner, attr, text, schema, store),
        _ => Err(format!("a text; {} is wanted", wanted(ty, schema))),
    }
}

/// A number that came as a text with its unit.
fn noted(ty: &Ty, attr: &Attr, number: Number, text: &str, store: &mut Store) -> Taken {
    bounded(ty, attr, number, number)
        .map_err(|message| message.replacen(&number.text(), text, 1))?;
    Ok(number_slot(number, store))
}

/// Whether a text may be a duration in policy notation: `601ms`, `-2d12h`.
fn own_duration(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let unit = |c: char| matches!(c, 'w' | 'd' | 'h' | 'm' | 's');
    digits.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(unit)
}

/// A value that stands bare in a line of text or in the name of a member: numbers and bools too.
pub(crate) fn from_bare(
    ty: &Ty,
    attr: &Attr,
    text: &str,
    schema: &Schema,
    store: &mut Store,
) -> Taken {
    match ty {
        Ty::Bool => match text {
            "true" => Ok(Slot::Bool(true)),
            "false" => Ok(Slot::Bool(false)),
            _ => Err(format!("`{}` is neither `true` nor `false`", brief(text))),
        },
        Ty::Duration if text.trim_start_matches('-').starts_with('P') => {
            from_text(ty, attr, text, schema, store)
        }
        Ty::Int | Ty::Number | Ty::Ratio | Ty::Bytes | Ty::Duration => {
            long(ty, attr, text.as_bytes(), store).map_err(|message| {
                if message == "not a number" {
                    format!("`{}` is not a number", brief(text))
                } else {
                    message
                }
            })
        }
        Ty::Optional(inner) => from_bare(inner, attr, text, schema, store),
        _ => from_text(ty, attr, text, schema, store),
    }
}

/// The start of a text from evidence, for a message.
pub(crate) fn brief(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    if text.chars().count() > 60 {
        shown.push('…');
    }
    shown
}
