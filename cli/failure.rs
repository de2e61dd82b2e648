//! What went wrong with the run: a missing file, evidence that does not fit, a state of another program.
//! Knows miette and the exit codes; knows nothing of what is wrong with a policy.

use crate::exit::Exit;
use crate::terminal::{Look, fold, tame};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity};
use std::fmt;

/// Why a run stopped, in words for the person who started it.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How the run ends.
    pub exit: Exit,
    // Boxed: a failure travels in every result.
    told: Box<Told>,
}

/// The words of a failure.
#[derive(Clone, Debug)]
struct Told {
    kind: Kind,
    title: String,
    message: String,
    help: Option<String>,
    excerpt: Option<Excerpt>,
}

/// How many characters a line of a message takes.
const WIDE: usize = 92;

/// Whether the run stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Error,
    Note,
}

/// A piece of a document with one place marked.
#[derive(Clone, Debug)]
pub struct Excerpt {
    /// The document's name.
    pub name: String,
    /// Its whole text.
    pub text: String,
    /// The first byte of the place.
    pub start: usize,
    /// The byte behind it.
    pub end: usize,
    /// What to say there.
    pub label: String,
}

impl Failure {
    /// A failure with its exit code, what failed, and why.
    pub fn new(exit: Exit, title: impl Into<String>, message: impl Into<String>) -> Failure {
        let told = Told {
            kind: Kind::Error,
            title: title.into(),
            message: message.into(),
            help: None,
            excerpt: None,
        };
        Failure {
            exit,
            told: Box::new(told),
        }
    }

    /// A wrong flag, argument or path.
    pub fn usage(title: impl Into<String>, message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, title, message)
    }

    /// A remark beside a decision; the run goes on.
    pub fn note(title: impl Into<String>, message: impl Into<String>) -> Failure {
        let mut failure = Failure::new(Exit::Clean, title, message);
        failure.told.kind = Kind::Note;
        failure
    }

    /// What is wrong, in one line, without what to do about it.
    pub fn message(&self) -> String {
        format!("{}: {}", self.told.title, self.told.message)
    }

    /// What to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.told.help = Some(help.into());
        self
    }

    /// Shows the place in a document.
    pub fn at(mut self, excerpt: Excerpt) -> Failure {
        self.told.excerpt = Some(excerpt);
        self
    }

    /// The failure as people read it, with a final newline.
    pub fn render(&self, look: Look) -> String {
        let theme = match look {
            Look::Plain => GraphicalTheme::none(),
            Look::Rich => GraphicalTheme::unicode(),
        };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_wrap_lines(false)
            .with_context_lines(1)
            .with_links(false)
            .without_syntax_highlighting();
        let word = match self.told.kind {
            Kind::Error => "Error",
            Kind::Note => "Note",
        };
        let mut text = format!("{word}: {}\n", tame(&self.told.title));
        if handler
            .render_report(&mut text, &Shown::new(&self.told))
            .is_err()
        {
            text.push_str(&format!("  {}\n", tame(&self.told.message)));
        }
        text
    }
}

/// A failure in the form that miette asks for, its texts made safe to show.
#[derive(Debug)]
struct Shown {
    kind: Kind,
    message: String,
    help: Option<String>,
    source: Option<NamedSource<String>>,
    label: Option<LabeledSpan>,
}

impl Shown {
    fn new(failure: &Told) -> Shown {
        let excerpt = failure.excerpt.as_ref().map(window);
        let label = excerpt.as_ref().map(|excerpt| {
            let length = excerpt.end.saturating_sub(excerpt.start);
            LabeledSpan::new(Some(tame(&excerpt.label).into()), excerpt.start, length)
        });
        Shown {
            kind: failure.kind,
            message: fold(&tame(&failure.message), WIDE),
            help: failure.help.as_ref().map(|help| fold(&tame(help), WIDE)),
            source: excerpt.map(|excerpt| NamedSource::new(tame(&excerpt.name), excerpt.text)),
            label,
        }
    }
}

/// A document on one endless line would fill the screen: long lines are cut around the place.
fn window(excerpt: &Excerpt) -> Excerpt {
    const AROUND: usize = 60;
    let text = tame(&excerpt.text).into_owned();
    let on_char = |mut at: usize| {
        at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (
        on_char(excerpt.start),
        on_char(excerpt.end.max(excerpt.start)),
    );
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let shown = Excerpt {
        start,
        end: end.min(line_end.max(start)),
        ..excerpt.clone()
    };
    if line_end - line_start <= 2 * AROUND {
        return Excerpt { text, ..shown };
    }
    let from = on_char(start.saturating_sub(AROUND).max(line_start));
    let to = on_char((start + AROUND).min(line_end));
    Excerpt {
        text: text[from..to].to_string(),
        start: start - from,
        end: shown.end.min(to) - from,
        ..shown
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn severity(&self) -> Option<Severity> {
        Some(match self.kind {
            Kind::Error => Severity::Error,
            Kind::Note => Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let help = self.help.as_ref()?;
        Some(Box::new(help))
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        let source = self.source.as_ref()?;
        Some(source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.label.iter().cloned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_in_a_log_is_plain_ascii() {
        let text = r#"{ "p95": "fast" }"#;
        let failure = Failure::usage("evidence does not fit", "`slo.p95` wants a duration")
            .help("write a number")
            .at(Excerpt {
                name: "slo.json".into(),
                text: text.into(),
                start: 9,
                end: 15,
                label: "a text; a number is wanted".into(),
            });
        let shown = failure.render(Look::Plain);
        assert!(shown.is_ascii(), "{shown}");
        for part in [
            "Error: evidence does not fit",
            "slo.json:1:10",
            "a number is wanted",
            "help: write a number",
        ] {
            assert!(shown.contains(part), "{part} in {shown}");
        }
        assert!(failure.render(Look::Rich).contains('×'));
    }

    #[test]
    fn a_place_past_the_end_or_inside_a_character_is_shown_all_the_same() {
        for (start, end) in [(0, 0), (1, 99), (99, 120), (2, 3), (5, 2)] {
            let failure = Failure::note("title", "message").at(Excerpt {
                name: "a".into(),
                text: format!("ä€ {}", "x".repeat(300)),
                start,
                end,
                label: "here".into(),
            });
            assert!(failure.render(Look::Plain).contains("message"));
        }
    }
}
