//! A reader of JSON Schemas, as far as the tests need one: documents are held against them.

use serde_json::Value;

/// Fails with every problem.
pub fn valid(schema: &Value, value: &Value) {
    let found = problems(schema, value);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// What is wrong with a document, one line each.
pub fn problems(schema: &Value, value: &Value) -> Vec<String> {
    let mut out = Vec::new();
    check(schema, schema, value, "$", &mut out);
    out
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, out: &mut Vec<String>) {
    let mut say = |what: String| out.push(format!("{at}: {what}"));
    let rules = schema.as_object().expect("a schema is an object");
    for (rule, held) in rules {
        match rule.as_str() {
            "$schema" | "$defs" | "title" | "description" | "format" => {}
            "$ref" => {
                let path = held
                    .as_str()
                    .and_then(|path| path.strip_prefix('#'))
                    .expect("a place here");
                let target = root.pointer(path).expect("a place that is there");
                check(root, target, value, at, out);
                return;
            }
            "type" => {
                let fits = match held.as_str().expect("one type") {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64(),
                    "number" => value.is_number(),
                    other => panic!("the type {other}"),
                };
                if !fits {
                    say(format!("{value} is no {held}"));
                }
            }
            "enum" => {
                if !held.as_array().expect("a list").contains(value) {
                    say(format!("{value} is none of {held}"));
                }
            }
            "required" => {
                for name in held
                    .as_array()
                    .expect("a list")
                    .iter()
                    .filter_map(Value::as_str)
                {
                    if value.is_object() && value.get(name).is_none() {
                        say(format!("{name} is not there"));
                    }
                }
            }
            "minimum" | "exclusiveMinimum" => {
                let (least, found) = (held.as_f64(), value.as_f64());
                if found < least || (rule != "minimum" && found == least) {
                    say(format!("{value} is too small"));
                }
            }
            "maximum" => {
                if value.as_f64() > held.as_f64() {
                    say(format!("{value} is too large"));
                }
            }
            "minItems" => {
                if value
                    .as_array()
                    .is_some_and(|all| (all.len() as u64) < held.as_u64().unwrap_or(0))
                {
                    say("too few".into());
                }
            }
            "uniqueItems" => {
                let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
                if all
                    .iter()
                    .enumerate()
                    .any(|(n, one)| all[..n].contains(one))
                {
                    say("the same twice".into());
                }
            }
            // The tests know what their patterns mean; a full matcher would be a dependency.
            "pattern" => {
                let text = value.as_str().unwrap_or_default();
                let fits = match held.as_str().expect("a pattern") {
                    "^[0-9]+\\.[0-9]+\\.[0-9]+" => text.split('.').count() == 3,
                    "^[A-Za-z0-9/._~%-]+$" => {
                        !text.is_empty()
                            && text
                                .chars()
                                .all(|c| c.is_ascii_alphanumeric() || "/._~%-".contains(c))
                    }
                    duration if duration.contains("ns|us|ms") => {
                        text.starts_with(|c: char| c.is_ascii_digit())
                            && text.ends_with(|c: char| c.is_ascii_alphabetic())
                    }
                    other => panic!("the pattern {other}"),
                };
                if !fits {
                    say(format!("{text} does not look like {held}"));
                }
            }
            "anyOf" => {
                let fits = |one: &Value| {
                    let mut found = Vec::new();
                    check(root, one, value, at, &mut found);
                    found.is_empty()
                };
                if !held.as_array().expect("a list").iter().any(fits) {
                    say(format!("{value} fits nothing"));
                }
            }
            "items" | "properties" | "additionalProperties" | "propertyNames" => {}
            other => panic!("the rule {other}"),
        }
    }
    if let Some(all) = value.as_array()
        && let Some(items) = schema.get("items")
    {
        for (n, one) in all.iter().enumerate() {
            check(root, items, one, &format!("{at}[{n}]"), out);
        }
    }
    let known = schema.get("properties").and_then(Value::as_object);
    for (name, one) in value.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        if let Some(names) = schema.get("propertyNames") {
            check(root, names, &Value::String(name.clone()), &at, out);
        }
        match (
            known.and_then(|known| known.get(name)),
            schema.get("additionalProperties"),
        ) {
            (Some(own), _) => check(root, own, one, &at, out),
            (None, Some(Value::Bool(false))) => out.push(format!("{at}: there is no such member")),
            (None, Some(Value::Object(_))) => {
                check(root, &schema["additionalProperties"], one, &at, out)
            }
            (None, _) => {}
        }
    }
}
