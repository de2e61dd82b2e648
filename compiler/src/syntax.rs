//! Text to syntax tree, always: what cannot be read becomes a problem and a tainted declaration, never a failure.

pub mod ast;
mod lower;
mod recover;
mod scan;
mod words;

use std::sync::Arc;

use pest::Parser;
use rolloutc_grammar::{RolloutParser, Rule};

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span, offset};
use ast::{Comment, Decl, Docs, File};
use lower::{Lower, Words};
use scan::{Blocks, Scan, Slice};

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
    let span = Span::new(0, offset(text.len()));
    let tree = File {
        edition: None,
        decls: Vec::new(),
        comments: Vec::new(),
        span,
    };
    let mut reader = Reader {
        id: file,
        text,
        tree,
        problems: Vec::new(),
        words: Words::new(),
    };
    reader.read();
    reader.problems.sort();
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
        let mut scan = scan::scan(self.text, Blocks::Closed);
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
        }
        let docs = self.comments(&scan);
        for (slice, docs) in scan.slices.iter().zip(docs) {
            self.slice(slice, docs);
        }
    }

    /// Sorts comments into docs, one entry a slice, and the rest.
    fn comments(&mut self, scan: &Scan) -> Vec<Option<Docs>> {
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
    fn docs(&mut self, block: &mut Vec<Span>, start: u32) -> Option<Docs> {
        let (first, last) = (*block.first()?, *block.last()?);
        let between = &self.text[last.end as usize..start as usize];
        if between.matches('\n').count() != 1 {
            self.plain(block);
            return None;
        }
        let line = |span: &Span| {
            let text = span.text(self.text).trim_start_matches('/');
            text.strip_prefix(' ').unwrap_or(text)
        };
        let text = block.iter().map(line).collect::<Vec<_>>().join("\n");
        block.clear();
        Some(Docs {
            text: text.into(),
            span: first.to(last),
        })
    }

    fn slice(&mut self, slice: &Slice, docs: Option<Docs>) {
        let text = slice.span.text(self.text);
        let known = words::declaration(words::leading_word(text));
        let (kind, tainted) = match known {
            Some((_, rule)) if slice.depth <= scan::NESTING => {
                match RolloutParser::parse(rule, text) {
                    Ok(mut pairs) => {
                        let Some(node) = pairs.next() else {
                            unreachable!("a declaration rule makes one pair")
                        };
                        let mut lower = Lower::new(
                            self.id,
                            slice.span.start,
                            &mut self.problems,
                            &mut self.words,
                        );
                        if rule == Rule::edition {
                            let edition = lower.edition(node);
                            self.edition(edition);
                            return;
                        }
                        let kind = lower.decl(node);
                        (kind, lower.tainted)
                    }
                    Err(_) => (
                        recover::broken(self.id, slice, text, &mut self.problems, &mut self.words),
                        true,
                    ),
                }
            }
            Some(_) | None => (
                recover::broken(self.id, slice, text, &mut self.problems, &mut self.words),
                true,
            ),
        };
        self.tree.decls.push(Decl {
            kind,
            span: slice.span,
            docs,
            tainted,
        });
    }

    fn edition(&mut self, edition: ast::Edition) {
        self.tree.edition.get_or_insert(edition);
    }
}

#[cfg(test)]
mod tests;
