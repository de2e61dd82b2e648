//! Findings as a JUnit report: a suite for each file, a case for each finding; what ends the run is a failure, the rest is
//! told in the case.

use super::{Findings, said, word};
use crate::junit::{Came, Case, Suite, document};
use rolloutc_compiler::diagnostic::{Diagnostic, Severity};
use rolloutc_compiler::source::SourceFile;

/// The report. `denied` says which findings that are no errors count as failures.
pub fn report(findings: &Findings, denied: &dyn Fn(&Diagnostic) -> bool) -> String {
    let fails = |one: &Diagnostic| one.severity == Severity::Error || denied(one);
    let suites: Vec<Suite> = findings
        .files
        .iter()
        .enumerate()
        .map(|(at, file)| {
            let found = findings.list.iter();
            let found = found.filter(|one| one.primary.file.0 as usize == at);
            let mut cases: Vec<Case> = found.map(|one| case(file, one, fails(one))).collect();
            if cases.is_empty() {
                cases.push(Case {
                    title: "nothing found".into(),
                    file: file.name.to_string(),
                    line: None,
                    came: Came::Passed,
                });
            }
            Suite {
                name: file.name.to_string(),
                cases,
            }
        })
        .collect();
    document("rolloutc check", &suites)
}

fn case(file: &SourceFile, one: &Diagnostic, fails: bool) -> Case {
    let place = file.place(one.primary.span.start);
    let (line, column) = (place.line, place.column);
    let text = format!("{}:{line}:{column}: {}", file.name, said(one));
    Case {
        title: format!("{} {line}:{column}", one.code),
        file: file.name.to_string(),
        line: Some(line),
        came: match fails {
            true => Came::Failed {
                code: Some(one.code.to_string()),
                message: one.message.clone(),
                text,
            },
            false => Came::Told(format!("{}: {text}", word(one.severity))),
        },
    }
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
            "tests=\"3\" skipped=\"0\" failures=\"1\"",
            "<testsuite name=\"a&lt;b&gt;.rollout\" tests=\"2\"",
            "message=\"there is no `a &amp; ?b`\" type=\"unknown-name\"",
            "<system-out>warning: a&lt;b&gt;.rollout:1:1: from 1% to 100%</system-out>",
            "<testcase name=\"nothing found\" classname=\"b.rollout\" file=\"b.rollout\"/>",
        ] {
            assert!(out.contains(part), "{part} in\n{out}");
        }
        assert!(report(&findings, &|_| true).contains("failures=\"2\" errors=\"0\""));
    }
}
