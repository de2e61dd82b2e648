//! Findings as a JUnit report: a suite for each file, a case for each finding; what ends the run is a failure, the rest is
//! told in the case. Knows XML as far as it writes it.

use super::{Findings, said, word};
use rolloutc_compiler::diagnostic::{Diagnostic, Severity};
use std::fmt::Write;

/// The report. `denied` says which findings that are no errors count as failures.
pub fn report(findings: &Findings, denied: &dyn Fn(&Diagnostic) -> bool) -> String {
    let fails = |one: &&Diagnostic| one.severity == Severity::Error || denied(one);
    let mut suites = String::new();
    let mut all = 0;
    for (at, file) in findings.files.iter().enumerate() {
        let found: Vec<&Diagnostic> = findings
            .list
            .iter()
            .filter(|one| one.primary.file.0 as usize == at)
            .collect();
        let failures = found.iter().copied().filter(|one| fails(one)).count();
        let name = escape(&file.name);
        let cases = found.len().max(1);
        all += cases;
        // Writing to a text cannot fail.
        let _ = writeln!(
            suites,
            "  <testsuite name=\"{name}\" tests=\"{cases}\" failures=\"{failures}\" errors=\"0\" skipped=\"0\">"
        );
        if found.is_empty() {
            let _ = writeln!(
                suites,
                "    <testcase classname=\"{name}\" name=\"nothing found\"/>"
            );
        }
        for one in found {
            let place = file.place(one.primary.span.start);
            let (line, column) = (place.line, place.column);
            let code = escape(one.code);
            let text = format!("{}:{line}:{column}: {}", file.name, said(one));
            let (text, message) = (escape(&text), escape(&one.message));
            let inner = match fails(&one) {
                true => format!("<failure type=\"{code}\" message=\"{message}\">{text}</failure>"),
                false => format!("<system-out>{}: {text}</system-out>", word(one.severity)),
            };
            let _ = writeln!(
                suites,
                "    <testcase classname=\"{name}\" name=\"{code} {line}:{column}\">{inner}</testcase>"
            );
        }
        suites.push_str("  </testsuite>\n");
    }
    let failures = findings.list.iter().filter(fails).count();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rolloutc check\" tests=\"{all}\" failures=\"{failures}\" errors=\"0\">\n{suites}</testsuites>\n"
    )
}

/// Text for XML: what it has no character for is left as a question mark.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolloutc_compiler::source::{FileId, SourceFile, Span};

    #[test]
    fn what_ends_the_run_fails_and_the_rest_is_told() {
        let place = (FileId(0), Span::new(0, 1));
        let mut findings = Findings::default();
        findings.absorb(
            vec![
                SourceFile::new("a<b>.rollout", "x\n"),
                SourceFile::new("b.rollout", ""),
            ],
            vec![
                Diagnostic::error("unknown-name", place, "there is no `a & \u{1}b`"),
                Diagnostic::warning("cohort-jump", place, "from 1% to 100%"),
            ],
        );
        let out = report(&findings, &|_| false);
        for part in [
            "tests=\"3\" failures=\"1\"",
            "<testsuite name=\"a&lt;b&gt;.rollout\" tests=\"2\" failures=\"1\"",
            "message=\"there is no `a &amp; ?b`\"",
            "<system-out>warning: a&lt;b&gt;.rollout:1:1: from 1% to 100%</system-out>",
            "name=\"nothing found\"/>",
        ] {
            assert!(out.contains(part), "{part} in\n{out}");
        }
        assert!(report(&findings, &|_| true).contains("failures=\"2\""));
    }
}
