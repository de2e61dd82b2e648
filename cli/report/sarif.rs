//! Findings as a SARIF 2.1.0 log (OASIS). Knows which members code scanning reads; what they are called and hold is the
//! business of the types, which are made from the schema.

use super::Findings;
use rolloutc_compiler::codes::{CODES, Code};
use rolloutc_compiler::diagnostic::{Diagnostic, Fix, Label, Severity};
use rolloutc_compiler::source::{SourceFile, Span};
use rolloutc_runtime::canon::Digest;
use serde_json::json;
use serde_sarif::sarif;
use std::collections::BTreeMap;

/// The log, a member to a line, with a final newline.
pub fn log(findings: &Findings) -> String {
    let mut said: Vec<&str> = findings.list.iter().map(|one| one.code).collect();
    said.sort_unstable();
    said.dedup();
    let rules = CODES
        .iter()
        .filter(|code| said.binary_search(&code.slug).is_ok())
        .map(rule)
        .collect::<Vec<_>>();
    let mut twins = BTreeMap::new();
    let results = findings
        .list
        .iter()
        .map(|one| {
            let print = print(findings, one);
            // Equal lines with equal findings are told apart by their number.
            let twin = twins.entry(print.clone()).or_insert(0usize);
            *twin += 1;
            result(findings, one, &said, format!("{print}:{twin}"))
        })
        .collect::<Vec<_>>();
    let driver = sarif::ToolComponent::builder()
        .name("rolloutc")
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .rules(rules)
        .build();
    let artifact = |file: &SourceFile| {
        let location = sarif::ArtifactLocation::builder().uri(uri(&file.name));
        sarif::Artifact::builder()
            .location(location.build())
            .length(count(file.text.len()))
            .build()
    };
    let run = sarif::Run::builder()
        .tool(driver)
        .column_kind(json!(sarif::ResultColumnKind::UnicodeCodePoints))
        .artifacts(findings.files.iter().map(artifact).collect::<Vec<_>>())
        .results(results)
        .build();
    let log = sarif::Sarif::builder()
        .schema("https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
        .version(json!(sarif::Version::V2_1_0))
        .runs(vec![run])
        .build();
    let text = serde_json::to_string_pretty(&log);
    text.unwrap_or_else(|error| unreachable!("all keys are text: {error}")) + "\n"
}

fn level(severity: Severity) -> sarif::ResultLevel {
    match severity {
        Severity::Error => sarif::ResultLevel::Error,
        Severity::Warning => sarif::ResultLevel::Warning,
        Severity::Info => sarif::ResultLevel::Note,
    }
}

/// A number of things; none is so many that it would not fit.
fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn rule(code: &Code) -> sarif::ReportingDescriptor {
    let section = code.page.split("\n## What\n").nth(1).unwrap_or_default();
    let what = section.split("\n## ").next().unwrap_or_default();
    let what = what.split_whitespace().collect::<Vec<_>>().join(" ");
    let help = sarif::MultiformatMessageString::builder()
        .text(code.page)
        .markdown(code.page);
    sarif::ReportingDescriptor::builder()
        .id(code.slug)
        .short_description(&what)
        .help(help.build())
        .default_configuration(
            sarif::ReportingConfiguration::builder()
                .level(json!(level(code.severity)))
                .build(),
        )
        .build()
}

fn result(findings: &Findings, one: &Diagnostic, said: &[&str], print: String) -> sarif::Result {
    let mut out = sarif::Result::builder()
        .rule_id(one.code)
        .rule_index(count(said.binary_search(&one.code).unwrap_or(0)))
        .level(level(one.severity))
        .message(&super::said(one))
        .locations(vec![location(findings, &one.primary)])
        .partial_fingerprints(BTreeMap::from([("rolloutc/v1".to_string(), print)]))
        .build();
    if !one.secondary.is_empty() {
        let related = one.secondary.iter().enumerate().map(|(at, label)| {
            let mut place = location(findings, label);
            place.id = Some(count(at + 1));
            place.message = Some(label.text.as_str().into());
            place
        });
        out.related_locations = Some(related.collect());
    }
    let file = findings.files.get(one.primary.file.0 as usize);
    if let Some((fix, file)) = one.fix.as_ref().zip(file) {
        out.fixes = Some(vec![self::fix(file, one.primary.file.0, fix)]);
    }
    out
}

fn location(findings: &Findings, label: &Label) -> sarif::Location {
    let Some(file) = findings.files.get(label.file.0 as usize) else {
        return sarif::Location::builder().build();
    };
    let place = sarif::PhysicalLocation::builder()
        .artifact_location(artifact(file, label.file.0))
        .region(region(file, label.span));
    sarif::Location::builder()
        .physical_location(place.build())
        .build()
}

fn artifact(file: &SourceFile, at: u32) -> sarif::ArtifactLocation {
    sarif::ArtifactLocation::builder()
        .uri(uri(&file.name))
        .index(at)
        .build()
}

fn region(file: &SourceFile, span: Span) -> sarif::Region {
    let (start, end) = (file.place(span.start), file.place(span.end.max(span.start)));
    sarif::Region::builder()
        .start_line(start.line)
        .start_column(start.column)
        .end_line(end.line)
        .end_column(end.column)
        .build()
}

fn fix(file: &SourceFile, at: u32, fix: &Fix) -> sarif::Fix {
    let edit = |(span, put): &(Span, String)| {
        let mut edit = sarif::Replacement::builder()
            .deleted_region(region(file, *span))
            .build();
        if !put.is_empty() {
            edit.inserted_content = Some(sarif::ArtifactContent::builder().text(put).build());
        }
        edit
    };
    let change = sarif::ArtifactChange::builder()
        .artifact_location(artifact(file, at))
        .replacements(fix.edits.iter().map(edit).collect::<Vec<_>>());
    sarif::Fix::builder()
        .description(fix.title.as_str())
        .artifact_changes(vec![change.build()])
        .build()
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
