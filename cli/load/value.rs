//! Values as people type them into flags and variables, in the notation of policies. Knows types; knows no
//! flag by name.

use super::known;
use rolloutc_runtime::ir::{Const, Program};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::{Date, Instant};
use rolloutc_runtime::ty::Ty;
use rolloutc_runtime::unit::{self, Dimension, Unit};

/// Reads a value of a type. The error says what is wanted, in the form "… is not …; write …".
pub fn parse(text: &str, ty: &Ty, program: &Program) -> Result<Const, String> {
    let wants = |what: &str| format!("`{text}` is not {what}");
    let quantity = |dimension, what: &str| {
        unit::parse(dimension, text)
            .map(Const::Number)
            .map_err(|_| wants(what))
    };
    match ty {
        Ty::Optional(inner) => parse(text, inner, program),
        Ty::Bool => match text {
            "true" => Ok(Const::Bool(true)),
            "false" => Ok(Const::Bool(false)),
            _ => Err(wants("`true` or `false`")),
        },
        Ty::Text | Ty::Secret => Ok(Const::Text(text.to_string())),
        Ty::Version => {
            let number = |part: &str| {
                !part.is_empty() && part.len() <= 18 && part.bytes().all(|b| b.is_ascii_digit())
            };
            match text.split('.').all(number) {
                true => Ok(Const::Text(text.to_string())),
                false => Err(wants("a version such as `1.4.2`")),
            }
        }
        Ty::Int => match Number::parse(text) {
            Ok(number) if number.to_i128().is_some() => Ok(Const::Number(number)),
            _ => Err(wants("a whole number such as `12`")),
        },
        Ty::Number => Number::parse(text)
            .map(Const::Number)
            .map_err(|_| wants("a number such as `12` or `0.0193`")),
        Ty::Ratio => quantity(Dimension::Ratio, "a ratio such as `2.1%`"),
        Ty::Duration => quantity(Dimension::Duration, "a duration such as `30m` or `2d12h`"),
        Ty::Bytes => quantity(Dimension::Bytes, "a size such as `512MiB`"),
        Ty::Instant => Instant::parse(text, false)
            .map(Const::Instant)
            .map_err(|error| format!("`{text}` is {error}")),
        Ty::Date => Date::parse(text)
            .map(Const::Date)
            .map_err(|_| wants("a date such as `2026-03-01`")),
        Ty::Enum(id) => member(text, *id, program),
        Ty::List(inner) => {
            let bare = text.trim();
            let bare = bare
                .strip_prefix('[')
                .and_then(|bare| bare.strip_suffix(']'))
                .unwrap_or(bare);
            let items = bare
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            items
                .map(|item| parse(item, inner, program))
                .collect::<Result<_, _>>()
                .map(Const::List)
        }
        Ty::Record(_) | Ty::Rows { .. } | Ty::Nothing => {
            Err("a value of this type cannot be given by hand".into())
        }
    }
}

/// Reads a value that stands in a variable declared `in UNIT`: a plain number of that unit, or policy notation.
pub fn parse_in(
    text: &str,
    ty: &Ty,
    unit: Option<Unit>,
    program: &Program,
) -> Result<Const, String> {
    let count = unit.and_then(|unit| unit.to_base(Number::parse(text).ok()?));
    match (count, unit) {
        (Some(base), _) => Ok(Const::Number(base)),
        (None, None) => parse(text, ty, program),
        (None, Some(unit)) => parse(text, ty, program)
            .map_err(|error| format!("{error}, nor a number in {}", unit.word())),
    }
}

fn member(
    text: &str,
    id: rolloutc_runtime::ty::EnumId,
    program: &Program,
) -> Result<Const, String> {
    let Some(of) = program.enums.get(id.0 as usize) else {
        return Err(format!("`{text}` is of an unknown enum"));
    };
    let fits = |member: &rolloutc_runtime::ir::Member| {
        let same = |word: &String| {
            if of.any_case {
                word.eq_ignore_ascii_case(text)
            } else {
                word == text
            }
        };
        member.name == text || member.spellings.iter().any(same)
    };
    match of.members.iter().position(fits) {
        Some(at) => Ok(Const::Member(id, u32::try_from(at).unwrap_or(u32::MAX))),
        None => {
            let names: Vec<String> = of
                .members
                .iter()
                .map(|member| member.name.clone())
                .collect();
            Err(format!("`{text}` is no choice: {}", known(text, &names)))
        }
    }
}

/// A value in policy notation, for messages.
pub fn show(value: &Const, ty: &Ty, program: &Program) -> String {
    match (value, ty.required()) {
        (Const::Number(number), Ty::Duration) => unit::text(Dimension::Duration, *number),
        (Const::Number(number), Ty::Ratio) => unit::text(Dimension::Ratio, *number),
        (Const::Number(number), Ty::Bytes) => unit::text(Dimension::Bytes, *number),
        (Const::Number(number), _) => number.text(),
        (Const::Null, _) => "null".into(),
        (Const::Bool(value), _) => value.to_string(),
        (Const::Text(text), _) => text.clone(),
        (Const::Member(id, at), _) => {
            let of = program.enums.get(id.0 as usize);
            let member = of.and_then(|of| of.members.get(*at as usize));
            member.map_or_else(|| at.to_string(), |member| member.name.clone())
        }
        (Const::Instant(at), _) => at.to_string(),
        (Const::Date(date), _) => date.to_string(),
        (Const::List(items), of) => {
            let inner = if let Ty::List(inner) = of { inner } else { ty };
            let items: Vec<String> = items
                .iter()
                .map(|item| show(item, inner, program))
                .collect();
            format!("[{}]", items.join(", "))
        }
        (Const::Rows(_, rows), _) => format!("{} rows", rows.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_in_policy_notation() {
        let program = Program::empty("p");
        let check = |text: &str, ty: Ty, want: Result<&str, &str>| {
            let got = parse(text, &ty, &program).map(|value| show(&value, &ty, &program));
            assert_eq!(got.as_deref().map_err(String::as_str), want, "{text}");
        };
        check("30m", Ty::Duration, Ok("30m"));
        check(
            "30",
            Ty::Duration,
            Err("`30` is not a duration such as `30m` or `2d12h`"),
        );
        check("2.1%", Ty::Ratio, Ok("2.1%"));
        check("12", Ty::Int, Ok("12"));
        check(
            "1.5",
            Ty::Int,
            Err("`1.5` is not a whole number such as `12`"),
        );
        check("true", Ty::Bool, Ok("true"));
        check("yes", Ty::Bool, Err("`yes` is not `true` or `false`"));
        check("a, b", Ty::List(Box::new(Ty::Text)), Ok("[a, b]"));
        check("[a, b]", Ty::List(Box::new(Ty::Text)), Ok("[a, b]"));
        check("[]", Ty::List(Box::new(Ty::Text)), Ok("[]"));
        check("1.4.2", Ty::Version, Ok("1.4.2"));
        check(
            "1.4-rc1",
            Ty::Version,
            Err("`1.4-rc1` is not a version such as `1.4.2`"),
        );
        check(
            "2026-03-01T09:00",
            Ty::Instant,
            Err("`2026-03-01T09:00` is a time without offset or `Z`"),
        );
    }

    #[test]
    fn a_variable_may_have_a_unit() {
        let program = Program::empty("p");
        let check = |text: &str, want: Option<&str>| {
            let got = parse_in(text, &Ty::Duration, Some(Unit::Seconds), &program).ok();
            assert_eq!(
                got.map(|value| show(&value, &Ty::Duration, &program))
                    .as_deref(),
                want
            );
        };
        check("1800", Some("30m"));
        check("45m", Some("45m"));
        check("soon", None);
    }
}
