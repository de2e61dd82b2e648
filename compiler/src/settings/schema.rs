//! The JSON Schema of `rollout.toml`, written from the table of its keys.

use serde_json::{Map, Value, json};

use super::{Holds, KEYS, NAMED};
use crate::codes::CODES;
use crate::lints;

/// The schema, draft 2020-12, with a final newline. It stands in `docs/rollout.schema.json`.
pub fn schema() -> String {
    let mut root = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rollout.toml",
        "description": "What a project asks of rolloutc: levels of lints, rules of an organisation, wishes.",
        "type": "object",
        "additionalProperties": false,
        "properties": {},
        "$defs": {
            "level": { "enum": ["off", "info", "warning", "error"] },
            "lint": { "enum": slugs(lints::is_lint) },
            "code": { "enum": slugs(|_| true).into_iter().chain(["warnings"]).collect::<Vec<_>>() },
            "levels": {
                "type": "object",
                "propertyNames": { "$ref": "#/$defs/lint" },
                "additionalProperties": { "$ref": "#/$defs/level" },
            },
        },
    });
    for key in &KEYS {
        let mut parts = key.table.split('.');
        let mut at = &mut root;
        while let Some(part) = parts.next() {
            let table = &mut at["properties"][part];
            if table.is_null() {
                *table = match (part, key.name) {
                    ("lints", _) => json!({ "$ref": "#/$defs/levels" }),
                    ("paths", _) => json!({ "type": "array", "items": object(&["match"]) }),
                    (_, "DECLARATION") if parts.clone().next().is_none() => json!({
                        "type": "object",
                        "propertyNames": { "enum": NAMED },
                        "additionalProperties": { "type": "string", "format": "regex" },
                    }),
                    _ => object(&[]),
                };
            }
            at = match part {
                "paths" => &mut table["items"],
                _ => table,
            };
        }
        match key.name {
            "LINT" | "DECLARATION" => at["description"] = json!(key.doc),
            name => {
                let mut value = holds(key.holds);
                value["description"] = json!(key.doc);
                at["properties"][name] = value;
            }
        }
    }
    let text = serde_json::to_string_pretty(&root);
    text.unwrap_or_else(|error| unreachable!("all keys are text: {error}")) + "\n"
}

fn slugs(wanted: fn(&str) -> bool) -> Vec<&'static str> {
    let slugs = CODES.iter().map(|code| code.slug);
    slugs.filter(|slug| wanted(slug)).collect()
}

fn object(required: &[&str]) -> Value {
    let mut out = Map::new();
    out.insert("type".into(), json!("object"));
    out.insert("additionalProperties".into(), json!(false));
    if !required.is_empty() {
        out.insert("required".into(), json!(required));
    }
    out.insert("properties".into(), json!({}));
    Value::Object(out)
}

fn holds(what: Holds) -> Value {
    let texts = json!({ "type": "array", "items": { "type": "string" } });
    match what {
        Holds::Codes => json!({ "type": "array", "items": { "$ref": "#/$defs/code" } }),
        Holds::Zone | Holds::Pattern => json!({ "type": "string" }),
        Holds::Level => json!({ "$ref": "#/$defs/level" }),
        Holds::Levels => json!({ "$ref": "#/$defs/levels" }),
        Holds::Globs => json!({
            "anyOf": [
                { "type": "string" },
                { "type": "array", "items": { "type": "string" }, "minItems": 1 },
            ],
        }),
        Holds::Roles => texts,
        Holds::Duration => json!({
            "type": "string",
            "pattern": "^([0-9]+(\\.[0-9]+)?(ns|us|ms|s|m|h|d|w))+$",
        }),
        Holds::Percent => json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
        Holds::Factor => json!({ "type": "number", "exclusiveMinimum": 1 }),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_published_schema_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rollout.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, super::schema()).expect("the schema is written");
        }
        let published = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            published == super::schema(),
            "run this with UPDATE_SCHEMA=1"
        );
    }
}
