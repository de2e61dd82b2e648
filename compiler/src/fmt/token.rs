//! The words, numbers, texts, marks and comments of a file, in order and none left out. Knows where blanks stood and which
//! comment belongs to which token; knows no rule, and leaves whole what the parser could not read.

use crate::source::{Span, offset};

/// A piece of the text, with the comments around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Where it stands.
    pub(super) span: Span,
    /// What it is.
    pub(super) kind: Kind,
    /// The comments on lines of their own above it.
    pub(super) above: Vec<Note>,
    /// The comment behind it on its line.
    pub(super) behind: Option<Span>,
    /// Whether an empty line stands directly above it, or above it and below its comments.
    pub(super) blank: bool,
    /// Whether it is the first on its line.
    pub(super) leads: bool,
    /// Whether a blank stands before it.
    pub(super) apart: bool,
    /// Whether nothing may stand between it and the next: a sign.
    pub(super) glued: bool,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A name or a word of the language.
    Word,
    /// A number, a date, a time of day.
    Number,
    /// A text with its quotes.
    Text,
    /// An operator, a bracket, a comma.
    Mark,
    /// A declaration that could not be read, as it stands.
    Raw,
}

/// A comment on a line of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Note {
    /// Where it stands.
    pub(super) span: Span,
    /// Whether an empty line stands above it.
    pub(super) blank: bool,
    /// Whether it must not stand in column one, where it would document what it does not.
    pub(super) indented: bool,
}

/// The tokens of a file, and the comments below the last of them.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    /// The tokens in order.
    pub(super) list: Vec<Token>,
    /// The comments behind all tokens.
    pub(super) rest: Vec<Note>,
}

/// A stretch that holds one declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    /// From its first to behind its last character.
    pub(super) span: Span,
    /// Whether it was read; what was not is one token.
    pub(super) read: bool,
}

/// Marks of more than one letter, longest first.
const LONG: [&str; 8] = ["...", "==", "<=", ">=", "!=", "??", "=>", "//"];

/// Cuts a text whose declarations are known. What stands outside of them and is no comment is raw as well.
pub(super) fn cut(text: &str, stretches: &[Stretch], docs: &[Span]) -> Tokens {
    let mut cutter = Cutter {
        text,
        at: if text.starts_with('\u{feff}') { 3 } else { 0 },
        lines: 1,
        apart: false,
        fresh: true,
        above: Vec::new(),
        out: Vec::new(),
        docs,
    };
    for stretch in stretches {
        cutter.between(stretch.span.start as usize);
        if stretch.read {
            cutter.inside(stretch.span.end as usize);
        } else {
            cutter.raw(stretch.span.end as usize);
        }
    }
    cutter.between(text.len());
    Tokens {
        list: cutter.out,
        rest: cutter.above,
    }
}

struct Cutter<'a> {
    text: &'a str,
    at: usize,
    /// The line ends since the last token or comment.
    lines: usize,
    apart: bool,
    /// Whether no token stands on this line yet.
    fresh: bool,
    above: Vec<Note>,
    out: Vec<Token>,
    docs: &'a [Span],
}

impl Cutter<'_> {
    /// Blanks and comments between declarations.
    fn between(&mut self, end: usize) {
        while self.blanks(end, true) {
            // Nothing else should stand here; what does stays.
            let line = self.text[self.at..end]
                .find('\n')
                .map_or(end, |i| self.at + i);
            let long = self.text[self.at..line].trim_end().len();
            self.raw(self.at + long.max(1));
        }
    }

    fn inside(&mut self, end: usize) {
        while self.blanks(end, false) {
            let (long, kind) = token(&self.text[self.at..end]);
            self.push(long, kind);
        }
    }

    fn raw(&mut self, end: usize) {
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        let mut long = end.saturating_sub(self.at);
        while !self.text.is_char_boundary(self.at + long) {
            long += 1;
        }
        if long > 0 {
            self.push(long, Kind::Raw);
        }
    }

    fn push(&mut self, long: usize, kind: Kind) {
        let span = Span::new(offset(self.at), offset(self.at + long));
        self.out.push(Token {
            span,
            kind,
            above: std::mem::take(&mut self.above),
            behind: None,
            blank: self.lines > 1,
            leads: self.fresh,
            apart: self.apart,
            glued: false,
        });
        self.at += long;
        (self.lines, self.apart, self.fresh) = (0, false, false);
    }

    /// Skips blanks and takes comments; whether something else follows before `end`.
    fn blanks(&mut self, end: usize, outside: bool) -> bool {
        while self.at < end {
            let rest = &self.text[self.at..end];
            match rest.as_bytes()[0] {
                b'\n' => {
                    (self.lines, self.apart, self.fresh) = (self.lines + 1, true, true);
                    self.at += 1;
                }
                b' ' | b'\t' | b'\r' => {
                    self.apart = true;
                    self.at += 1;
                }
                b'/' if rest.starts_with("//") => self.comment(outside),
                _ => return true,
            }
        }
        false
    }

    fn comment(&mut self, outside: bool) {
        let rest = &self.text[self.at..];
        let line = rest.find('\n').unwrap_or(rest.len());
        let long = rest[..line].trim_end().len();
        let span = Span::new(offset(self.at), offset(self.at + long));
        self.at += line;
        let last = self.out.last_mut();
        match last.filter(|last| !self.fresh && last.behind.is_none()) {
            Some(last) => last.behind = Some(span),
            None => {
                let said = span.text(self.text);
                let plain = said.starts_with("///") && !said.starts_with("////");
                let column = self.text[..span.start as usize].bytes().next_back();
                self.above.push(Note {
                    span,
                    blank: self.lines > 1,
                    indented: outside
                        && plain
                        && column.is_some_and(|b| b != b'\n')
                        && self
                            .docs
                            .binary_search_by(|docs| place(*docs, span))
                            .is_err(),
                });
            }
        }
        (self.lines, self.apart) = (0, true);
    }
}

/// Where a stretch of docs lies, seen from a comment.
fn place(docs: Span, comment: Span) -> std::cmp::Ordering {
    if docs.holds(comment) {
        std::cmp::Ordering::Equal
    } else {
        docs.start.cmp(&comment.start)
    }
}

/// The length and kind of the token a text begins with.
fn token(text: &str) -> (usize, Kind) {
    let bytes = text.as_bytes();
    match bytes[0] {
        b'"' => (quoted(text), Kind::Text),
        b'0'..=b'9' => (number(bytes), Kind::Number),
        b'a'..=b'z' | b'A'..=b'Z' | b'_' => (run(bytes, word), Kind::Word),
        _ => {
            let long = LONG.iter().find(|mark| text.starts_with(**mark));
            let letter = text.chars().next().map_or(1, char::len_utf8);
            (long.map_or(letter, |mark| mark.len()), Kind::Mark)
        }
    }
}

fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn run(bytes: &[u8], of: impl Fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| of(**byte)).count()
}

fn quoted(text: &str) -> usize {
    let (open, close) = match text.starts_with("\"\"\"") {
        true => (3, "\"\"\""),
        false => (1, "\""),
    };
    let mut at = open;
    while at < text.len() {
        if text[at..].starts_with(close) {
            return at + close.len();
        }
        let letter = |at: usize| text[at..].chars().next().map_or(0, char::len_utf8);
        at += letter(at);
        if text.as_bytes()[at - 1] == b'\\' && at < text.len() {
            at += letter(at);
        }
    }
    text.len()
}

/// The length of a number, as the grammar has it.
fn number(bytes: &[u8]) -> usize {
    let digits = |from: usize| run(bytes.get(from..).unwrap_or(&[]), |b| b.is_ascii_digit());
    let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
    let dash = |at: usize| is(at, b'-') && digits(at + 1) >= 2;
    let first = digits(0);
    if first == 4 && dash(4) && digits(5) == 2 && dash(7) {
        let mut at = 10;
        if is(at, b'T') {
            at += 1;
            at += run(&bytes[at..], |b| {
                b.is_ascii_digit() || b == b':' || b == b'.'
            });
            if is(at, b'Z') {
                at += 1;
            } else if is(at, b'+') || is(at, b'-') {
                at += 1;
                at += run(&bytes[at..], |b| b.is_ascii_digit() || b == b':');
            }
        }
        return at;
    }
    if first <= 2 && is(first, b':') && digits(first + 1) >= 2 {
        return first + 3;
    }
    let mut at = 1;
    loop {
        if bytes.get(at).copied().is_some_and(word) {
            at += 1;
        } else if is(at, b'.') && digits(at + 1) > 0 {
            at += 2;
        } else {
            break;
        }
    }
    at + usize::from(is(at, b'%'))
}
