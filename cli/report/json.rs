//! Findings as one document. Knows its members; they are told in `check --help`.

use super::{Findings, word};
use rolloutc_compiler::diagnostic::{Diagnostic, Label, Severity};
use rolloutc_compiler::source::{SourceFile, Span};
use serde::Serialize;

/// The version of the document.
const VERSION: u32 = 1;

/// The document, a member to a line, with a final newline.
pub fn document(findings: &Findings) -> String {
    let count = |severity| findings.count(severity);
    let document = Document {
        version: VERSION,
        files: findings.files.iter().map(|file| &*file.name).collect(),
        counts: Counts {
            error: count(Severity::Error),
            warning: count(Severity::Warning),
            info: count(Severity::Info),
        },
        findings: findings
            .list
            .iter()
            .map(|one| finding(&findings.files, one))
            .collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    text.unwrap_or_else(|error| unreachable!("all keys are text: {error}")) + "\n"
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "rolloutc.check")]
    version: u32,
    files: Vec<&'a str>,
    counts: Counts,
    findings: Vec<Finding<'a>>,
}

#[derive(Serialize)]
struct Counts {
    error: usize,
    warning: usize,
    info: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    severity: &'a str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    label: &'a str,
    also: Vec<Also<'a>>,
    help: &'a [String],
    fix: Option<Fix<'a>>,
}

#[derive(Serialize)]
struct Also<'a> {
    text: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    line: u32,
    column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Fix<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<Edit<'a>>,
}

#[derive(Serialize)]
struct Edit<'a> {
    start: u32,
    end: u32,
    text: &'a str,
}

fn finding<'a>(files: &'a [SourceFile], one: &'a Diagnostic) -> Finding<'a> {
    let edit = |(span, text): &'a (Span, String)| Edit {
        start: span.start,
        end: span.end,
        text,
    };
    let also = |label: &'a Label| Also {
        text: &label.text,
        place: place(files, label),
    };
    Finding {
        code: one.code,
        severity: word(one.severity),
        message: &one.message,
        place: place(files, &one.primary),
        label: &one.primary.text,
        also: one.secondary.iter().map(also).collect(),
        help: &one.notes,
        fix: one.fix.as_ref().map(|fix| Fix {
            title: &fix.title,
            safe: fix.safe,
            edits: fix.edits.iter().map(edit).collect(),
        }),
    }
}

fn place<'a>(files: &'a [SourceFile], label: &Label) -> Place<'a> {
    let Some(file) = files.get(label.file.0 as usize) else {
        return Place {
            file: "",
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        };
    };
    let (start, end) = (file.place(label.span.start), file.place(label.span.end));
    Place {
        file: &file.name,
        line: start.line,
        column: start.column,
        end_line: end.line,
        end_column: end.column,
    }
}
