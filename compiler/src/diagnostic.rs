//! What is wrong with a policy, as data. Knows places and words; knows no rendering and no colours.

use crate::source::{FileId, Span};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy does not compile.
    Error,
    /// It compiles, and is probably not what was meant.
    Warning,
    /// Worth knowing.
    Info,
}

/// A place with a few words beside it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// The file.
    pub file: FileId,
    /// The place in it.
    pub span: Span,
    /// What to say there; empty where the place says enough.
    pub text: String,
}

/// An edit that mends a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fix {
    /// What the edit does, as a menu entry.
    pub title: String,
    /// Whether the meaning certainly becomes what was meant.
    pub safe: bool,
    /// Replacements in the file of the primary label; they do not overlap.
    pub edits: Vec<(Span, String)>,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The slug of the code, the name of its page.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, lower case, no full stop, user text in backticks.
    pub message: String,
    /// The smallest place that, if changed, mends it.
    pub primary: Label,
    /// Other places that belong to it.
    pub secondary: Vec<Label>,
    /// What to write instead, and what else helps.
    pub notes: Vec<String>,
    /// The edit that mends it, where there is one.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding with nothing but its place and sentence.
    pub fn new(
        severity: Severity,
        code: &'static str,
        (file, span): (FileId, Span),
        message: impl Into<String>,
    ) -> Diagnostic {
        let primary = Label {
            file,
            span,
            text: String::new(),
        };
        Diagnostic {
            code,
            severity,
            message: message.into(),
            primary,
            secondary: Vec::new(),
            notes: Vec::new(),
            fix: None,
        }
    }

    /// An error.
    pub fn error(
        code: &'static str,
        place: (FileId, Span),
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, place, message)
    }

    /// A warning.
    pub fn warning(
        code: &'static str,
        place: (FileId, Span),
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, place, message)
    }

    /// A remark.
    pub fn info(
        code: &'static str,
        place: (FileId, Span),
        message: impl Into<String>,
    ) -> Diagnostic {
        Diagnostic::new(Severity::Info, code, place, message)
    }

    /// Says something beside the primary place.
    pub fn label(mut self, text: impl Into<String>) -> Diagnostic {
        self.primary.text = text.into();
        self
    }

    /// Shows another place.
    pub fn also(mut self, (file, span): (FileId, Span), text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label {
            file,
            span,
            text: text.into(),
        });
        self
    }

    /// Adds what to write instead, or what else helps.
    pub fn help(mut self, note: impl Into<String>) -> Diagnostic {
        self.notes.push(note.into());
        self
    }

    /// Adds the edit that mends it.
    pub fn fix(
        mut self,
        title: impl Into<String>,
        safe: bool,
        edits: Vec<(Span, String)>,
    ) -> Diagnostic {
        self.fix = Some(Fix {
            title: title.into(),
            safe,
            edits,
        });
        self
    }

    /// What findings are ordered by: file, place, weight, code, words.
    fn key(&self) -> (FileId, Span, Severity, &'static str, &str) {
        (
            self.primary.file,
            self.primary.span,
            self.severity,
            self.code,
            &self.message,
        )
    }
}

/// By file, then place, then weight: the order people read in, and the same on every run.
impl Ord for Diagnostic {
    fn cmp(&self, other: &Diagnostic) -> std::cmp::Ordering {
        let rest = |d: &Diagnostic| {
            (
                d.primary.text.clone(),
                d.secondary.clone(),
                d.notes.clone(),
                d.fix.clone(),
            )
        };
        self.key()
            .cmp(&other.key())
            .then_with(|| rest(self).cmp(&rest(other)))
    }
}

impl PartialOrd for Diagnostic {
    fn partial_cmp(&self, other: &Diagnostic) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_ordered_by_place_then_weight() {
        let at = |start| (FileId(0), Span::new(start, start + 1));
        let mut all = [
            Diagnostic::warning("b", at(3), "later"),
            Diagnostic::info("c", at(1), "remark"),
            Diagnostic::error("a", at(1), "error"),
        ];
        all.sort();
        assert_eq!(
            all.each_ref().map(|d| d.message.as_str()),
            ["error", "remark", "later"]
        );
    }
}
