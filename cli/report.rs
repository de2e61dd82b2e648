//! What is wrong with a policy, for people and for tools. Knows codespan-reporting and the findings; decides
//! nothing about how a run ends.

pub mod github;
pub mod json;
pub mod junit;
pub mod sarif;

use crate::terminal::{Look, tame};
use codespan_reporting::diagnostic as code;
use codespan_reporting::files::SimpleFiles;
use codespan_reporting::term::termcolor::Ansi;
use codespan_reporting::term::{self, Chars, Config, Styles, StylesWriter};
use rolloutc_compiler::diagnostic::{Diagnostic, Label, Severity};
use rolloutc_compiler::source::{FileId, SourceFile};
use std::collections::{BTreeMap, BTreeSet};

/// The longest line of a policy or of its marks that is shown, in characters.
const WIDEST: usize = 1_000;

/// Findings together with the files they speak of.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// The files, by [`FileId`].
    pub files: Vec<SourceFile>,
    /// The findings, in the order of their places.
    pub list: Vec<Diagnostic>,
    /// How many policy files were looked at.
    pub looked_at: usize,
}

impl Findings {
    /// Takes in another analysis. What it says of a shared file and was said already is dropped.
    pub fn absorb(&mut self, files: Vec<SourceFile>, diagnostics: Vec<Diagnostic>) {
        let moved: Vec<FileId> = files.into_iter().map(|file| self.file(file)).collect();
        let to = |label: &mut Label| {
            if let Some(id) = moved.get(label.file.0 as usize) {
                label.file = *id;
            }
        };
        for mut diagnostic in diagnostics {
            to(&mut diagnostic.primary);
            diagnostic.secondary.iter_mut().for_each(to);
            if !self.list.contains(&diagnostic) {
                self.list.push(diagnostic);
            }
        }
    }

    /// Puts the findings of each file in the order of their places; files stay in the order they came in.
    pub fn sort(&mut self) {
        self.list.sort();
    }

    fn file(&mut self, file: SourceFile) -> FileId {
        let known = self.files.iter().position(|other| *other == file);
        let at = known.unwrap_or_else(|| {
            self.files.push(file);
            self.files.len() - 1
        });
        FileId(u32::try_from(at).unwrap_or(u32::MAX))
    }

    /// How many findings weigh so much.
    pub fn count(&self, severity: Severity) -> usize {
        self.list
            .iter()
            .filter(|one| one.severity == severity)
            .count()
    }

    /// Whether the policies compile.
    pub fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// With the lines of the policy, one after the other.
    pub fn text(&self, look: Look) -> String {
        let mut files = SimpleFiles::new();
        for file in &self.files {
            files.add(tame(&file.name).into_owned(), tame(&file.text).into_owned());
        }
        let chars = match look {
            Look::Plain => Chars::ascii(),
            Look::Rich => Chars::box_drawing(),
        };
        let config = Config {
            chars,
            ..Config::default()
        };
        let mut out = String::new();
        for one in &self.list {
            let drawn = self.drawn(one);
            let mut bytes = Vec::new();
            let written = match look {
                Look::Plain => term::emit_to_io_write(&mut bytes, &config, &files, &drawn),
                Look::Rich => {
                    let styles = Styles::default();
                    let mut writer = StylesWriter::new(Ansi::new(&mut bytes), &styles);
                    term::emit_to_write_style(&mut writer, &config, &files, &drawn)
                }
            };
            match written {
                Ok(()) => {
                    let said = String::from_utf8_lossy(&bytes);
                    // One word for one weight, in every format.
                    let said = match one.severity {
                        Severity::Info => said.replacen("note[", "info[", 1),
                        Severity::Error | Severity::Warning => said.into_owned(),
                    };
                    for line in said.lines() {
                        // A line that no screen holds is cut: the place stands above it.
                        match line.char_indices().nth(WIDEST) {
                            Some((at, _)) => {
                                out.push_str(&line[..at]);
                                out.push_str(look.pick(" ..", "\u{1b}[0m .."));
                            }
                            None => out.push_str(line.trim_end()),
                        }
                        out.push('\n');
                    }
                }
                // A place that does not fit its file must not hide the finding.
                Err(_) => out.push_str(&format!("{}\n\n", self.short_line(one))),
            }
        }
        out
    }

    /// One line each: `file:line:column: error[code]: message`.
    pub fn short(&self) -> String {
        self.list
            .iter()
            .map(|one| self.short_line(one) + "\n")
            .collect()
    }

    fn short_line(&self, one: &Diagnostic) -> String {
        let message = tame(&one.message).replace('\n', " ");
        let (name, place) = match self.files.get(one.primary.file.0 as usize) {
            Some(file) => (
                tame(&file.name).into_owned(),
                file.place(one.primary.span.start),
            ),
            None => return format!("{}[{}]: {message}", word(one.severity), one.code),
        };
        let (line, column) = (place.line, place.column);
        format!(
            "{name}:{line}:{column}: {}[{}]: {message}",
            word(one.severity),
            one.code
        )
    }

    /// How often each code was found, most often first.
    pub fn statistics(&self) -> String {
        let mut counts = BTreeMap::new();
        for one in &self.list {
            *counts.entry((one.severity, one.code)).or_insert(0usize) += 1;
        }
        let mut rows: Vec<_> = counts.into_iter().collect();
        rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let row = |((severity, code), count): &((Severity, &str), usize)| {
            format!("{count:>6}  {}[{code}]\n", word(*severity))
        };
        rows.iter().map(row).collect()
    }

    /// How many, of what: the last line.
    pub fn summary(&self) -> String {
        let of = count(self.looked_at, "file");
        let severities = [Severity::Error, Severity::Warning, Severity::Info];
        let found: Vec<String> = severities
            .into_iter()
            .map(|severity| (self.count(severity), word(severity)))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| count(n, word))
            .collect();
        if found.is_empty() {
            return format!("{of} checked, nothing found\n");
        }
        let touched: BTreeSet<FileId> = self.list.iter().map(|one| one.primary.file).collect();
        let mended = |safe| {
            let fixes = self.list.iter().filter_map(|one| one.fix.as_ref());
            fixes.filter(|fix| fix.safe == safe).count()
        };
        let fixes = match (mended(true), mended(false)) {
            (0, 0) => String::new(),
            (safe, 0) => format!("; --fix fixes {safe}"),
            (0, more) => format!("; --fix --unsafe fixes {more}"),
            (safe, more) => format!("; --fix fixes {safe}, with --unsafe {more} more"),
        };
        let within = match (touched.len(), self.looked_at) {
            (_, 1) => of,
            (some, _) => format!("{some} of {of}"),
        };
        format!("{} in {within}{fixes}\n", found.join(", "))
    }

    fn drawn(&self, one: &Diagnostic) -> code::Diagnostic<usize> {
        let severity = match one.severity {
            Severity::Error => code::Severity::Error,
            Severity::Warning => code::Severity::Warning,
            Severity::Info => code::Severity::Note,
        };
        let label =
            |label: &Label, style: fn(usize, std::ops::Range<usize>) -> code::Label<usize>| {
                let span = label.span.start as usize..label.span.end.max(label.span.start) as usize;
                style(label.file.0 as usize, span).with_message(tame(&label.text))
            };
        let mut labels = vec![label(&one.primary, code::Label::primary)];
        labels.extend(
            one.secondary
                .iter()
                .map(|other| label(other, code::Label::secondary)),
        );
        let mut notes: Vec<String> = one
            .notes
            .iter()
            .map(|note| tame(note).into_owned())
            .collect();
        notes.push(format!("explain: rolloutc explain {}", one.code));
        code::Diagnostic::new(severity)
            .with_code(one.code)
            .with_message(tame(&one.message))
            .with_labels(labels)
            .with_notes(notes)
    }
}

/// The word of a weight, as in `error[code]`.
pub fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

/// `1 file`, `2 files`.
fn count(n: usize, word: &str) -> String {
    let plural = if n == 1 || word == "info" { "" } else { "s" };
    format!("{n} {word}{plural}")
}

/// What a finding says where no source is shown beside it: its message, its label and its notes, a line each.
fn said(one: &Diagnostic) -> String {
    let mut text = one.message.clone();
    let more = std::iter::once(&one.primary.text).chain(&one.notes);
    for more in more.filter(|more| !more.is_empty()) {
        text.push('\n');
        text.push_str(more);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolloutc_compiler::source::Span;

    fn findings(text: &str, span: Span) -> Findings {
        let mut findings = Findings {
            looked_at: 1,
            ..Findings::default()
        };
        let place = (FileId(0), span);
        let one = Diagnostic::error("unit-mismatch", place, "`600` is a plain number")
            .label("write `600ms`")
            .help("durations carry a unit");
        findings.absorb(vec![SourceFile::new("a.rollout", text)], vec![one]);
        findings
    }

    #[test]
    fn a_log_gets_plain_ascii_and_a_terminal_colour() {
        let found = findings("let x = 600\n", Span::new(8, 11));
        let plain = found.text(Look::Plain);
        assert!(plain.is_ascii(), "{plain}");
        for part in [
            "error[unit-mismatch]: `600` is a plain number",
            "a.rollout:1:9",
            "^^^ write `600ms`",
            "explain: rolloutc explain unit-mismatch",
        ] {
            assert!(plain.contains(part), "{part} in\n{plain}");
        }
        assert!(found.text(Look::Rich).contains("\u{1b}["));
        assert_eq!(
            found.short(),
            "a.rollout:1:9: error[unit-mismatch]: `600` is a plain number\n"
        );
        assert_eq!(found.summary(), "1 error in 1 file\n");
        assert_eq!(found.statistics(), "     1  error[unit-mismatch]\n");
    }

    #[test]
    fn a_finding_that_two_policies_share_is_told_once() {
        let mut found = findings("let x = 600\n", Span::new(8, 11));
        let again = found.clone();
        found.absorb(again.files, again.list);
        assert_eq!((found.files.len(), found.list.len()), (1, 1));
    }

    #[test]
    fn a_place_outside_its_file_hides_nothing() {
        for span in [Span::new(900, 901), Span::new(1, 2), Span::new(4, 4)] {
            assert!(
                findings("ä", span)
                    .text(Look::Plain)
                    .contains("unit-mismatch")
            );
        }
    }
}
