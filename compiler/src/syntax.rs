//! Text to syntax tree, always: what cannot be read becomes a problem and a tainted declaration, never a failure.

pub mod ast;
mod lower;
mod recover;
mod reuse;
mod scan;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use pest::Parser;
use rolloutc_grammar::{RolloutParser, Rule};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span, offset};
use ast::{Comment, Decl, Decls, Docs, File};
use lower::{Lower, Words};
use reuse::Kept;
use scan::{Blocks, Scan, Slice};

pub use reuse::Earlier;

/// A file as far as it could be read, and what is wrong with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parsed {
    /// The tree; never missing.
    pub file: File,
    /// Syntax problems in the order of their places.
    pub problems: Vec<Diagnostic>,
}

/// The greatest file that is read, in bytes.
pub const MOST_BYTES: usize = 4 << 20;

/// The most declarations of one file.
pub const MOST_DECLARATIONS: usize = 100_000;

/// Reads one file.
pub fn parse(file: FileId, text: &str) -> Parsed {
    parse_again(file, text, None)
}

/// Reads one file, with what is known of it from an earlier text: only declarations that were touched are read anew.
pub fn parse_again(file: FileId, text: &str, earlier: Option<Earlier>) -> Parsed {
    let earlier = match earlier {
        Some(earlier) if earlier.file.sound && *earlier.text == *text => {
            return Parsed {
                file: earlier.file,
                problems: Vec::new(),
            };
        }
        other => other,
    };
    let span = Span::new(0, offset(text.len()));
    let tree = File {
        edition: None,
        decls: Decls::default(),
        comments: Vec::new(),
        span,
        sound: false,
        scan: Scan::default(),
    };
    let mut reader = Reader {
        id: file,
        text,
        tree,
        problems: Vec::new(),
        words: Words::new(),
        trouble: None,
        edition_said: false,
        kept: earlier.map(|earlier| Kept::new(earlier, text)),
    };
    reader.read();
    reader.problems.sort();
    reader.tree.sound = reader.problems.is_empty();
    Parsed {
        file: reader.tree,
        problems: reader.problems,
    }
}

struct Reader<'a> {
    id: FileId,
    text: &'a str,
    tree: File,
    problems: Vec<Diagnostic>,
    words: Words,
    /// Where the last slice ended, if something was wrong with it.
    trouble: Option<u32>,
    /// Whether a broken edition was reported.
    edition_said: bool,
    /// What an earlier reading offers.
    kept: Option<Kept>,
}

impl Reader<'_> {
    fn read(&mut self) {
        if self.text.len() > MOST_BYTES {
            let message = format!(
                "this file has {} bytes, and at most {MOST_BYTES} are read",
                self.text.len()
            );
            let found = Diagnostic::error("too-large", (self.id, Span::at(0)), message);
            self.problems
                .push(found.help("split it and join the parts with `use`"));
            return;
        }
        let kept = self.kept.as_mut();
        let mut scan = kept
            .and_then(|kept| kept.scan(self.text))
            .unwrap_or_else(|| scan::scan(self.text, Blocks::Closed));
        if scan.open_block {
            scan = scan::scan(self.text, Blocks::Guarded);
        }
        if scan.slices.len() > MOST_DECLARATIONS {
            let place = scan.slices[MOST_DECLARATIONS].span;
            let message = format!("this file has more than {MOST_DECLARATIONS} declarations");
            let found = Diagnostic::error("too-large", (self.id, Span::at(place.start)), message);
            self.problems
                .push(found.help("split it and join the parts with `use`"));
            scan.slices.truncate(MOST_DECLARATIONS);
            // What was not looked at cannot be gone on from.
            scan.open_block = true;
        }
        let docs = self.comments(&scan);
        for (slice, docs) in scan.slices.iter().zip(docs) {
            let before = self.problems.len();
            let quiet = self.trouble.is_some();
            self.slice(slice, docs);
            let word = || words::leading_word(slice.span.text(self.text));
            let unknown = || words::declaration(word()).is_none();
            let wrong = self.problems.len() > before || quiet && unknown();
            self.trouble = wrong.then_some(slice.span.end);
        }
        self.tree.scan = scan;
        self.no_edition();
        self.bidi();
    }

    /// Sorts comments into the places of docs, one entry a slice, and the rest.
    fn comments(&mut self, scan: &Scan) -> Vec<Option<Span>> {
        let mut docs = vec![None; scan.slices.len()];
        let mut block: Vec<Span> = Vec::new();
        let mut next = scan.slices.iter().enumerate().peekable();
        for span in &scan.comments {
            while let Some((i, slice)) = next.next_if(|(_, slice)| slice.span.start < span.start) {
                docs[i] = self.docs(&mut block, slice.span.start);
            }
            let text = span.text(self.text);
            let column_one =
                span.start == 0 || self.text.as_bytes()[span.start as usize - 1] == b'\n';
            let documents = column_one && text.starts_with("///") && !text.starts_with("////");
            let adjoins = block.last().is_none_or(|last| {
                self.text[last.end as usize..span.start as usize]
                    .matches('\n')
                    .count()
                    == 1
            });
            if !documents || !adjoins {
                self.plain(&mut block);
            }
            block.push(*span);
            if !documents {
                self.plain(&mut block);
            }
        }
        for (i, slice) in next {
            docs[i] = self.docs(&mut block, slice.span.start);
        }
        self.plain(&mut block);
        self.tree.comments.sort_by_key(|comment| comment.span);
        docs
    }

    fn plain(&mut self, block: &mut Vec<Span>) {
        for span in block.drain(..) {
            let before = self.text[..span.start as usize]
                .bytes()
                .rev()
                .take_while(|b| *b != b'\n');
            let own_line = before.clone().all(|b| b == b' ' || b == b'\t');
            self.tree.comments.push(Comment {
                text: Arc::from(span.text(self.text)),
                span,
                own_line,
            });
        }
    }

    /// The docs that a block of `///` lines is for a declaration that begins on the next line.
    fn docs(&mut self, block: &mut Vec<Span>, start: u32) -> Option<Span> {
        let (first, last) = (*block.first()?, *block.last()?);
        let between = &self.text[last.end as usize..start as usize];
        if between.matches('\n').count() != 1 {
            self.plain(block);
            return None;
        }
        block.clear();
        Some(first.to(last))
    }

    fn slice(&mut self, slice: &Slice, docs: Option<Span>) {
        let kept = self.kept.as_mut();
        if let Some(decl) = kept.and_then(|kept| kept.take(slice, docs)) {
            self.tree.decls.push(decl);
            return;
        }
        let line = |line: &str| {
            let text = line.trim_end().trim_start_matches('/');
            text.strip_prefix(' ').unwrap_or(text).to_owned()
        };
        let docs = docs.map(|span| Docs {
            text: (span.text(self.text).lines().map(line))
                .collect::<Vec<_>>()
                .join("\n")
                .into(),
            span,
        });
        let before = self.problems.len();
        let text = slice.span.text(self.text);
        let known = words::declaration(words::leading_word(text));
        let read = known.filter(|_| slice.depth <= scan::NESTING && slice.open_text.is_none());
        let pairs = read.and_then(|(_, rule)| RolloutParser::parse(rule, text).ok());
        let (kind, tainted) = if let Some(node) = pairs.and_then(|mut pairs| pairs.next()) {
            let mut lower = Lower::new(
                self.id,
                slice.span.start,
                &mut self.problems,
                &mut self.words,
            );
            if node.as_rule() == Rule::edition {
                let edition = lower.edition(node);
                self.edition(edition);
                return;
            }
            let kind = lower.decl(node);
            let tainted = lower.tainted;
            self.column(slice);
            (kind, tainted)
        } else {
            (self.recover(slice, text, known.is_none()), true)
        };
        self.tree.decls.push(Arc::new(Decl {
            kind,
            span: slice.span,
            docs,
            tainted,
            sound: !tainted && self.problems.len() == before,
        }));
    }

    fn recover(&mut self, slice: &Slice, text: &str, unknown: bool) -> ast::DeclKind {
        // What follows a mistake directly and is no declaration belongs to it, however many lines it has.
        let between = &self.text[self.trouble.unwrap_or(0) as usize..slice.span.start as usize];
        let quiet = unknown && self.trouble.is_some() && between.matches('\n').count() <= 1;
        let place = (self.id, slice, text);
        let kind = recover::recover(place, quiet, &mut self.problems, &mut self.words);
        self.edition_said |=
            matches!(&kind, ast::DeclKind::Broken(left) if left.word == Some("edition"));
        kind
    }

    /// Reports what stands in column one and should not, or the other way round.
    fn column(&mut self, slice: &Slice) {
        let Some(at) = slice.column else { return };
        let word = words::leading_word(&self.text[at as usize..]);
        let long = offset(word.len()).max(1);
        let span = Span::new(at, at + long);
        let found = if at == slice.span.start {
            let line = self.text[..at as usize].rfind('\n').map_or(0, |i| i + 1);
            let blanks = Span::new(offset(line), at);
            Diagnostic::error(
                "column-one",
                (self.id, span),
                "a declaration starts in column one",
            )
            .help("remove the blanks before it")
            .fix("remove the blanks", true, vec![(blanks, String::new())])
        } else {
            let message = "only declarations start in column one";
            Diagnostic::error("column-one", (self.id, span), message)
                .help("indent what belongs to the declaration above")
                .fix("indent it", true, vec![(Span::at(at), "  ".to_owned())])
        };
        self.problems.push(found);
    }

    fn edition(&mut self, edition: ast::Edition) {
        let place = (self.id, edition.span);
        if let Some(first) = &self.tree.edition {
            let found = Diagnostic::error("edition", place, "the edition is given twice");
            let first = (self.id, first.span);
            self.problems
                .push(found.also(first, "first here").help("keep the first line"));
            return;
        }
        if !self.tree.decls.is_empty() {
            let found = Diagnostic::error("edition", place, "the edition comes first");
            self.problems
                .push(found.help("put it on the first line of the file"));
        }
        self.tree.edition = Some(edition);
    }

    fn no_edition(&mut self) {
        if self.tree.edition.is_some() || self.edition_said {
            return;
        }
        let at = Span::at(if self.text.starts_with('\u{feff}') {
            3
        } else {
            0
        });
        let found = Diagnostic::error(
            "edition",
            (self.id, at),
            "this file does not say its edition",
        )
        .help("begin with `edition 2026`")
        .fix(
            "begin with `edition 2026`",
            true,
            vec![(at, "edition 2026\n\n".to_owned())],
        );
        self.problems.push(found);
    }

    /// Characters that make a text read otherwise than it is.
    fn bidi(&mut self) {
        if self.text.is_ascii() {
            return;
        }
        let said: BTreeSet<u32> = self
            .problems
            .iter()
            .map(|found| found.primary.span.start)
            .collect();
        let mut fresh_line = true;
        for (i, letter) in self.text.char_indices() {
            fresh_line |= letter == '\n';
            let turns = matches!(
                letter,
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}'
            );
            if !turns || !std::mem::replace(&mut fresh_line, false) || said.contains(&offset(i)) {
                continue;
            }
            let span = Span::new(offset(i), offset(i + letter.len_utf8()));
            let message = format!(
                "the character U+{:04X} turns the direction of the text around it",
                u32::from(letter)
            );
            let found = Diagnostic::error("bidi-text", (self.id, span), message);
            self.problems
                .push(found.help("remove it, or write it as `\\u{…}` in a text"));
        }
    }
}

#[cfg(test)]
mod tests;
