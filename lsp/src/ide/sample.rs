//! The schema of an evidence item, guessed from one document that was seen. Knows JSON; reads no disk.

use serde_json::{Map, Value};

/// How deep records nest before a field is left to the author.
const DEEP: usize = 6;

/// An evidence declaration that reads a document.
pub fn evidence(name: &str, file: &str, document: &Value) -> String {
    let mut out = String::new();
    let from = format!("from \"{file}\" ");
    match document {
        Value::Object(members) => {
            out.push_str(&format!("evidence {name} {from}{{\n"));
            head(members, &mut out);
            fields(members, 1, &mut out);
            out.push_str("}\n");
        }
        Value::Array(rows) => {
            let row = rows.iter().find_map(Value::as_object);
            let (ty, closing) = match row {
                Some(row) => (rows_type(rows, row, 0), ""),
                None => (format!("list {}", scalar("", rows.first())), ""),
            };
            out.push_str(&format!(
                "evidence {name}: {ty} {from}{{ fresh 24h }}{closing}\n"
            ));
        }
        _ => out.push_str(&format!(
            "evidence {name}: text {from}as text {{ fresh 24h }}\n"
        )),
    }
    out
}

/// `observed at` where a member looks like the time of it, and how long it stands.
fn head(members: &Map<String, Value>, out: &mut String) {
    const TIMES: [&str; 6] = [
        "observed_at",
        "generated_at",
        "finished_at",
        "timestamp",
        "created_at",
        "time",
    ];
    let time = TIMES.iter().find(|name| {
        members
            .get(**name)
            .is_some_and(|value| scalar(name, Some(value)) == "instant")
    });
    if let Some(time) = time {
        out.push_str(&format!("  observed at {time}\n"));
    }
    out.push_str("  fresh 24h\n");
}

fn fields(members: &Map<String, Value>, deep: usize, out: &mut String) {
    let indent = "  ".repeat(deep);
    let mut taken: Vec<String> = Vec::new();
    for (key, value) in members {
        let name = name(key, &taken);
        let at = match name == *key {
            true => String::new(),
            false => format!(" at \"{}\"", key.replace('\\', "\\\\").replace('"', "\\\"")),
        };
        out.push_str(&format!("{indent}{name}: {}{at}\n", ty(key, value, deep)));
        taken.push(name);
    }
}

fn ty(key: &str, value: &Value, deep: usize) -> String {
    match value {
        Value::Object(members) if members.is_empty() => "map text".to_owned(),
        Value::Object(_) if deep > DEEP => "map text".to_owned(),
        Value::Object(members) => record(members, deep),
        Value::Array(rows) => match rows.iter().find_map(Value::as_object) {
            Some(row) if deep <= DEEP => rows_type(rows, row, deep),
            _ => format!("list {}", scalar("", rows.first())),
        },
        other => scalar(key, Some(other)),
    }
}

fn record(members: &Map<String, Value>, deep: usize) -> String {
    let mut inner = String::new();
    fields(members, deep + 1, &mut inner);
    format!("{{\n{inner}{}}}", "  ".repeat(deep))
}

/// A table where a member tells all rows apart, else a list. What not every row has is optional.
fn rows_type(rows: &[Value], first: &Map<String, Value>, deep: usize) -> String {
    const KEYS: [&str; 5] = ["id", "name", "key", "code", "case"];
    let own = |key: &str| {
        let mut seen: Vec<&Value> = rows.iter().filter_map(|row| row.get(key)).collect();
        let all = seen.len() == rows.len() && seen.iter().all(|value| value.is_string());
        seen.sort_by_key(|value| value.to_string());
        seen.dedup();
        all && seen.len() == rows.len()
    };
    let mut inner = String::new();
    fields(first, deep + 1, &mut inner);
    let whole = |line: &str| {
        let key = line.trim().split(':').next().unwrap_or_default();
        rows.iter().all(|row| row.get(key).is_some())
    };
    let indent = "  ".repeat(deep + 1);
    let lines: Vec<String> = (inner.lines())
        .map(|line| {
            let field = line.starts_with(&indent) && !line.starts_with(&format!("{indent} "));
            let plain =
                field && !line.ends_with('{') && line.contains(": ") && !line.contains(" at ");
            match plain && !whole(line) && !line.ends_with('?') {
                true => optional(line),
                false => line.to_owned(),
            }
        })
        .collect();
    let record = format!("{{\n{}\n{}}}", lines.join("\n"), "  ".repeat(deep));
    match KEYS.iter().find(|key| own(key)) {
        Some(key) => format!("table {record} by {key}"),
        None => format!("list {record}"),
    }
}

/// A field with the mark behind the first word of its type; `list` and the like take it at their end.
fn optional(line: &str) -> String {
    let Some((name, ty)) = line.split_once(": ") else {
        return line.to_owned();
    };
    match ty.split_once(' ') {
        Some((first, rest)) if first == "duration" || first == "ratio" || first == "bytes" => {
            format!("{name}: {first}? {rest}")
        }
        Some(_) => format!("{name}: ({ty})?"),
        None => format!("{line}?"),
    }
}

fn scalar(key: &str, value: Option<&Value>) -> String {
    let unit = |unit: &str| format!("duration in {unit}");
    match value {
        None | Some(Value::Null) => "text?".to_owned(),
        Some(Value::Bool(_)) => "bool".to_owned(),
        Some(Value::Number(number)) => match key.rsplit('_').next().unwrap_or_default() {
            "ms" | "millis" | "milliseconds" => unit("ms"),
            "s" | "sec" | "seconds" | "secs" => unit("seconds"),
            "minutes" | "min" => unit("minutes"),
            "hours" => unit("hours"),
            "percent" | "pct" => "ratio in percent".to_owned(),
            "ratio" | "rate" => "ratio".to_owned(),
            "bytes" => "bytes in bytes".to_owned(),
            _ if number.is_i64() || number.is_u64() => "int".to_owned(),
            _ => "number".to_owned(),
        },
        Some(Value::String(text)) => {
            use rolloutc_runtime::time::{Date, Instant};
            if text.len() > 10 && Instant::parse(text, false).is_ok() {
                "instant".to_owned()
            } else if Date::parse(text).is_ok() {
                "date".to_owned()
            } else {
                "text".to_owned()
            }
        }
        Some(Value::Array(_) | Value::Object(_)) => "text".to_owned(),
    }
}

/// A member's name as a field's: snake case, no word of the language, no name twice.
fn name(key: &str, taken: &[String]) -> String {
    let mut out = String::new();
    for letter in key.chars() {
        match letter {
            letter if letter.is_ascii_uppercase() => {
                if !out.is_empty() && !out.ends_with('_') {
                    out.push('_');
                }
                out.push(letter.to_ascii_lowercase());
            }
            letter if letter.is_ascii_alphanumeric() => out.push(letter),
            _ if !out.ends_with('_') => out.push('_'),
            _ => {}
        }
    }
    let out = out.trim_end_matches('_').to_owned();
    let mut out = match out.chars().next() {
        Some(first) if first.is_ascii_digit() => format!("_{out}"),
        Some(_) => out,
        None => "field".to_owned(),
    };
    while taken.contains(&out) {
        out.push('_');
    }
    out
}

/// The name of an item for a file.
pub fn item(file: &str) -> String {
    let stem = file.rsplit('/').next().unwrap_or(file);
    name(stem.split('.').next().unwrap_or(stem), &[])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::read;

    /// The declaration compiles, and holds these.
    fn check(document: Value, want: &[&str]) {
        let text = evidence("seen", "seen.json", &document);
        for part in want {
            assert!(text.contains(part), "{part}\n--- not in\n{text}");
        }
        let policy = format!("edition 2026\n\n{text}");
        assert_eq!(read(&policy).diagnostics, [], "{policy}");
    }

    #[test]
    fn a_document_becomes_a_schema_that_reads_it() {
        check(
            serde_json::json!({
                "generated_at": "2026-03-01T09:00:00Z",
                "p95_ms": 240, "errorRatio": 0.002, "count": 3, "ok": true, "day": "2026-03-01",
                "note": null, "odd key": "x", "in": 1,
                "inner": { "a": 1.5, "b": ["x"] },
                "rows": [{ "id": "a", "took_s": 1 }, { "id": "b" }],
                "events": [{ "at": "x" }, { "at": "x" }],
            }),
            &[
                "observed at generated_at",
                "p95_ms: duration in ms",
                "error_ratio: number at \"errorRatio\"",
                "note: text?",
                "odd_key: text at \"odd key\"",
                "by id",
                "took_s: duration? in seconds",
                "events: list {",
            ],
        );
        check(
            serde_json::json!([{ "id": "a" }, { "id": "b" }]),
            &["evidence seen: table {"],
        );
        check(serde_json::json!([1, 2]), &["list int"]);
        check(serde_json::json!("x"), &["as text"]);
        assert_eq!(item("docs/Wave-A.smoke.json"), "wave_a");
    }
}
