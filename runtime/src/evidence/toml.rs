//! TOML, told as JSON so that one reader fills all slots. Knows TOML's values; knows no schema.
//!
//! Tables are objects, arrays are arrays. Numbers keep the digits that stand in the document and never
//! pass through a binary float; `0x1f` and `1_000` are the numbers they mean. A date or a time is its
//! text, so one without an offset needs `assume utc` as anywhere else. `inf` and `nan` are no numbers:
//! they are texts, which no field that wants a number takes.

use super::told::{Step, Told, broken, no_nul};
use crate::canon::DEPTH;
use toml::Spanned;
use toml::de::{DeFloat, DeInteger, DeTable, DeValue};

/// Tells a document; `text` begins with it at `from`.
pub(crate) fn tell(text: &str, from: usize) -> Step<Told> {
    no_nul(text, from)?;
    let table = match DeTable::parse(&text[from..]) {
        Ok(table) => table,
        Err(error) => {
            let span = error.span().unwrap_or(0..0);
            let start = (from + span.start).min(text.len());
            let end = (from + span.end).clamp(start, text.len());
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            return broken(format!("not TOML: {message}"), start, end);
        }
    };
    let mut told = Told {
        words: &[("no member ", "no key ")],
        ..Told::default()
    };
    tell_table(table.get_ref(), (from, text.len()), from, 1, &mut told)?;
    Ok(told)
}

fn tell_table(
    table: &DeTable<'_>,
    place: (usize, usize),
    from: usize,
    depth: usize,
    told: &mut Told,
) -> Step<()> {
    told.open('{', place.0, place.1);
    for (name, value) in table {
        told.name(name.get_ref());
        tell_value(value, from, depth, told)?;
    }
    told.close('}');
    Ok(())
}

fn tell_value(
    value: &Spanned<DeValue<'_>>,
    from: usize,
    depth: usize,
    told: &mut Told,
) -> Step<()> {
    let (start, end) = place(value, from);
    told.bounded(start, end)?;
    match value.get_ref() {
        DeValue::Table(_) | DeValue::Array(_) if depth >= DEPTH => {
            return broken(format!("nested more than {DEPTH} deep"), start, end);
        }
        DeValue::Table(table) => return tell_table(table, (start, end), from, depth + 1, told),
        DeValue::Array(array) => {
            told.open('[', start, end);
            for value in array.iter() {
                tell_value(value, from, depth + 1, told)?;
            }
            told.close(']');
            return Ok(());
        }
        _ => told.mark(start, end),
    }
    match value.get_ref() {
        DeValue::String(text) => told.text(text),
        DeValue::Integer(integer) => match whole(integer) {
            Some(digits) => told.plain(&digits),
            None => return broken("a whole number of more than 38 digits", start, end),
        },
        DeValue::Float(float) => told.number(&digits(float)),
        DeValue::Boolean(value) => told.plain(if *value { "true" } else { "false" }),
        DeValue::Datetime(time) => told.text(&time.to_string()),
        DeValue::Table(_) | DeValue::Array(_) => unreachable!("told above"),
    }
    Ok(())
}

/// The bytes of a value with all that lies in it: a `[table]` alone knows only its own line.
fn place(value: &Spanned<DeValue<'_>>, from: usize) -> (usize, usize) {
    let span = value.span();
    let below = match value.get_ref() {
        DeValue::Table(table) => table.values().map(|value| place(value, from).1).max(),
        DeValue::Array(array) => array.iter().map(|value| place(value, from).1).max(),
        _ => None,
    };
    let end = from + span.end;
    (from + span.start, below.map_or(end, |below| below.max(end)))
}

fn whole(integer: &DeInteger<'_>) -> Option<String> {
    let digits = integer.as_str();
    let digits = digits.strip_prefix('+').unwrap_or(digits);
    if integer.radix() == 10 {
        return Some(digits.to_owned());
    }
    i128::from_str_radix(digits, integer.radix())
        .ok()
        .map(|value| value.to_string())
}

/// As JSON writes it: without a plus in front.
fn digits(float: &DeFloat<'_>) -> String {
    let digits = float.as_str();
    digits.strip_prefix('+').unwrap_or(digits).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(toml: &str) -> String {
        match tell(toml, 0) {
            Ok(told) => told.json,
            Err(broken) => format!("!{} @{}", broken.message, &toml[broken.start..broken.end]),
        }
    }

    #[test]
    fn a_document_is_told_value_by_value() {
        let check = |toml: &str, expected: &str| assert_eq!(told(toml), expected, "{toml:?}");
        check("", "{}");
        check(
            "a = 0.10\nb = +1_000\nc = 0x1f\nd = -2.5e-3\ne = 123456789012345678.123456789\nf = +1.5\n",
            r#"{"a":0.10,"b":1000,"c":31,"d":-2.5e-3,"e":123456789012345678.123456789,"f":1.5}"#,
        );
        check(
            "a = inf\nb = nan\nc = -inf\n",
            r#"{"a":"inf","b":"nan","c":"-inf"}"#,
        );
        check(
            "t = 2026-03-01 09:00:00+01:00\nl = 2026-03-01T09:00:00\nd = 2026-03-01\n",
            r#"{"t":"2026-03-01T09:00:00+01:00","l":"2026-03-01T09:00:00","d":"2026-03-01"}"#,
        );
        check(
            "[z]\nx.y = true\n[[lane]]\nid = 'a\"'\n[[lane]]\nid = \"b\\n\"\n",
            r#"{"z":{"x":{"y":true}},"lane":[{"id":"a\""},{"id":"b\n"}]}"#,
        );
    }

    #[test]
    fn what_is_no_toml_is_refused_at_its_place() {
        let check = |toml: &str, expected: &str| assert_eq!(told(toml), expected, "{toml:?}");
        check("a = 1\na = 2\n", "!not TOML: duplicate key @a");
        check("a = no\n", "!not TOML: invalid float, expected `nan` @no");
        check("a = [1, 2\n", "!not TOML: unclosed array, expected `]` @");
        check("a = \"x\0\"\n", "!a NUL character @\0");
    }

    #[test]
    fn a_table_stands_where_its_values_stand() {
        let toml = "[[lane]]\nid = 'a'\n[[lane]]\nid = 'b'\n";
        let told = tell(toml, 0).unwrap();
        let at = told.json.find("{\"id\":\"b").unwrap();
        let (start, end) = told.origin(at as u32);
        assert_eq!(&toml[start as usize..end as usize], "[[lane]]\nid = 'b'");
    }
}
