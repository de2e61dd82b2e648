//! Findings as diagnostics, pushed until the editor pulls them.

use tower_lsp::lsp_types::{
    CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag,
    DocumentDiagnosticReport, FullDocumentDiagnosticReport, NumberOrString,
    RelatedFullDocumentDiagnosticReport, RelatedUnchangedDocumentDiagnosticReport,
    UnchangedDocumentDiagnosticReport, Url, WorkspaceDocumentDiagnosticReport,
    WorkspaceFullDocumentDiagnosticReport, WorkspaceUnchangedDocumentDiagnosticReport,
};

use rolloutc_compiler::diagnostic::{self, Severity};

use super::desk::{Desk, Read};
use crate::ide::HERE;

/// What is wrong with a file, as the editor shows it.
pub fn diagnostics(desk: &Desk, read: &Read) -> Vec<Diagnostic> {
    let own = read
        .findings
        .iter()
        .filter(|found| found.primary.file == HERE);
    own.map(|found| one(desk, read, found)).collect()
}

fn one(desk: &Desk, read: &Read, found: &diagnostic::Diagnostic) -> Diagnostic {
    let related: Vec<DiagnosticRelatedInformation> = (found.secondary.iter())
        .filter_map(|label| {
            Some(DiagnosticRelatedInformation {
                location: desk.location(read, (label.file, label.span))?,
                message: match label.text.as_str() {
                    "" => "here".to_owned(),
                    text => text.to_owned(),
                },
            })
        })
        .collect();
    let mut message = found.message.clone();
    for line in std::iter::once(&found.primary.text)
        .chain(&found.notes)
        .filter(|line| !line.is_empty())
    {
        message.push('\n');
        message.push_str(line);
    }
    let tags = tags(found.code);
    Diagnostic {
        range: desk.range(read.file(), found.primary.span),
        severity: Some(match found.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(found.code.to_owned())),
        code_description: page(found.code).map(|href| CodeDescription { href }),
        source: Some("rolloutc".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        tags: (!tags.is_empty()).then_some(tags),
        data: None,
    }
}

/// The address of the page of a code; its text comes by `rolloutc/text`.
pub fn page(code: &str) -> Option<Url> {
    Url::parse(&format!("rolloutc:/codes/{code}.md")).ok()
}

/// What to draw faded, and what to strike through.
fn tags(code: &str) -> Vec<DiagnosticTag> {
    match code {
        "expired-suppression" | "newer-edition" | "calendar-ends" => {
            vec![DiagnosticTag::DEPRECATED]
        }
        "clause-subsumed" | "redundant-comparison" => vec![DiagnosticTag::UNNECESSARY],
        code if code.starts_with("unused-") => vec![DiagnosticTag::UNNECESSARY],
        _ => Vec::new(),
    }
}

/// A word that differs when the diagnostics do.
pub fn result_id(diagnostics: &[Diagnostic]) -> String {
    let text = serde_json::to_string(diagnostics).unwrap_or_default();
    // FNV-1a: equal texts give equal words on every machine.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// A document's diagnostics as the editor pulls them: all, or a word that nothing changed.
#[derive(Debug, Default)]
pub struct Report {
    id: Option<String>,
    items: Option<Vec<Diagnostic>>,
}

/// The report of a document against what the editor knows.
pub fn report(desk: &Desk, read: &Read, known: Option<&str>) -> Report {
    let items = diagnostics(desk, read);
    let id = result_id(&items);
    match known == Some(id.as_str()) {
        true => Report {
            id: Some(id),
            items: None,
        },
        false => Report {
            id: Some(id),
            items: Some(items),
        },
    }
}

impl From<Report> for DocumentDiagnosticReport {
    fn from(report: Report) -> DocumentDiagnosticReport {
        match (report.id, report.items) {
            (Some(result_id), None) => RelatedUnchangedDocumentDiagnosticReport {
                related_documents: None,
                unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                    result_id,
                },
            }
            .into(),
            (result_id, items) => RelatedFullDocumentDiagnosticReport {
                related_documents: None,
                full_document_diagnostic_report: FullDocumentDiagnosticReport {
                    result_id,
                    items: items.unwrap_or_default(),
                },
            }
            .into(),
        }
    }
}

impl Report {
    /// The report as one of a workspace.
    pub fn of(self, uri: Url, version: Option<i64>) -> WorkspaceDocumentDiagnosticReport {
        match (self.id, self.items) {
            (Some(result_id), None) => WorkspaceDocumentDiagnosticReport::Unchanged(
                WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: UnchangedDocumentDiagnosticReport {
                        result_id,
                    },
                },
            ),
            (result_id, items) => {
                WorkspaceDocumentDiagnosticReport::Full(WorkspaceFullDocumentDiagnosticReport {
                    uri,
                    version,
                    full_document_diagnostic_report: FullDocumentDiagnosticReport {
                        result_id,
                        items: items.unwrap_or_default(),
                    },
                })
            }
        }
    }
}
