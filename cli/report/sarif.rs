//! Findings as a SARIF 2.1.0 log (OASIS). Knows the members of a log that code scanning reads.

use super::Findings;
use rolloutc_compiler::codes::{CODES, Code};
use rolloutc_compiler::diagnostic::{Diagnostic, Fix, Label, Severity};
use rolloutc_compiler::source::{SourceFile, Span};
use rolloutc_runtime::canon::Digest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The log, a member to a line, with a final newline.
pub fn log(findings: &Findings) -> String {
    let mut said: Vec<&str> = findings.list.iter().map(|one| one.code).collect();
    said.sort_unstable();
    said.dedup();
    let rules: Vec<Value> = CODES
        .iter()
        .filter(|code| said.binary_search(&code.slug).is_ok())
        .map(rule)
        .collect();
    let mut twins = BTreeMap::new();
    let results: Vec<Value> = findings
        .list
        .iter()
        .map(|one| {
            let print = print(findings, one);
            // Equal lines with equal findings are told apart by their number.
            let twin = twins.entry(print.clone()).or_insert(0usize);
            *twin += 1;
            result(findings, one, &said, &format!("{print}:{twin}"))
        })
        .collect();
    let artifacts: Vec<Value> = findings
        .files
        .iter()
        .map(|file| json!({ "location": { "uri": uri(&file.name) }, "length": file.text.len() }))
        .collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "rolloutc",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "artifacts": artifacts,
            "results": results,
        }],
    });
    let text = serde_json::to_string_pretty(&log);
    text.unwrap_or_else(|error| unreachable!("all keys are text: {error}")) + "\n"
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(code: &Code) -> Value {
    let section = code.page.split("\n## What\n").nth(1).unwrap_or_default();
    let what = section.split("\n## ").next().unwrap_or_default();
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    json!({
        "id": code.slug,
        "shortDescription": { "text": what },
        "help": { "text": code.page, "markdown": code.page },
        "defaultConfiguration": { "level": level(code.severity) },
    })
}

fn result(findings: &Findings, one: &Diagnostic, said: &[&str], print: &str) -> Value {
    let text = super::said(one);
    let mut out = json!({
        "ruleId": one.code,
        "ruleIndex": said.binary_search(&one.code).unwrap_or(0),
        "level": level(one.severity),
        "message": { "text": text },
        "locations": [location(findings, &one.primary)],
        "partialFingerprints": { "rolloutc/v1": print },
    });
    if !one.secondary.is_empty() {
        let related = one.secondary.iter().enumerate().map(|(at, label)| {
            let mut place = location(findings, label);
            place["id"] = json!(at + 1);
            place["message"] = json!({ "text": label.text });
            place
        });
        out["relatedLocations"] = related.collect();
    }
    let file = findings.files.get(one.primary.file.0 as usize);
    if let Some((fix, file)) = one.fix.as_ref().zip(file) {
        out["fixes"] = json!([self::fix(file, one.primary.file.0, fix)]);
    }
    out
}

fn location(findings: &Findings, label: &Label) -> Value {
    let Some(file) = findings.files.get(label.file.0 as usize) else {
        return json!({});
    };
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(&file.name), "index": label.file.0 },
        "region": region(file, label.span),
    } })
}

fn region(file: &SourceFile, span: Span) -> Value {
    let (start, end) = (file.place(span.start), file.place(span.end.max(span.start)));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

fn fix(file: &SourceFile, at: u32, fix: &Fix) -> Value {
    let edit = |(span, put): &(Span, String)| {
        let mut edit = json!({ "deletedRegion": region(file, *span) });
        if !put.is_empty() {
            edit["insertedContent"] = json!({ "text": put });
        }
        edit
    };
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(&file.name), "index": at },
            "replacements": fix.edits.iter().map(edit).collect::<Vec<_>>(),
        }],
    })
}

/// What stays the same of a finding while lines above it come and go: its code, its file and its own line.
fn print(findings: &Findings, one: &Diagnostic) -> String {
    let (name, line) = match findings.files.get(one.primary.file.0 as usize) {
        Some(file) => {
            let line = file.line_span(file.line(one.primary.span.start));
            (&*file.name, file.slice(line).trim())
        }
        None => ("", ""),
    };
    let all = format!("{}\0{name}\0{line}", one.code);
    Digest::of(all.as_bytes()).hex()[..16].to_string()
}

/// A path as a relative reference (RFC 3986), a whole one as a `file:` address.
fn uri(path: &str) -> String {
    let mut out = String::from(if path.starts_with('/') { "file://" } else { "" });
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => {
                out.push(char::from(byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("a b/ü:%.rollout"), "a%20b/%C3%BC%3A%25.rollout");
        assert_eq!(uri("/a/b c"), "file:///a/b%20c");
        assert_eq!(uri("../shared/x.rollout"), "../shared/x.rollout");
    }
}
