//! One pass over the bytes before the grammar: where declarations begin, where comments stand, how deep brackets nest.
//! Knows texts, comments, brackets and column one; knows no rule and builds no tree.

use super::ast::Shift;
use super::reuse::Edit;
use crate::source::{Span, offset};

/// The most levels that brackets and quantifiers may nest.
pub(super) const NESTING: u32 = 64;

/// A declaration's slice of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slice {
    /// From its first character to behind its last one that is no blank and no comment.
    pub(super) span: Span,
    /// How deep it nests.
    pub(super) depth: u32,
    /// Where it gets too deep.
    pub(super) deep_at: Option<u32>,
    /// Where a text in it begins that never ends.
    pub(super) open_text: Option<u32>,
    /// What stands in column one and should not: something inside, or not: its first word.
    pub(super) column: Option<u32>,
}

/// What the pass found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Scan {
    /// The slices in order; the blanks and comments between them belong to nobody.
    pub(super) slices: Vec<Slice>,
    /// The comments in order.
    pub(super) comments: Vec<Span>,
    /// Whether a `"""` was open at the end of the file.
    pub(super) open_block: bool,
}

/// Cuts a file.
pub(super) fn scan(text: &str, blocks: Blocks) -> Scan {
    let mut scanner = Scanner::new(text, blocks);
    if text.starts_with('\u{feff}') {
        scanner.at = 3;
    }
    scanner.file();
    let mut found = scanner.found;
    found.open_block |= blocks == Blocks::Guarded;
    found
}

/// Cuts a file whose earlier text was cut: from the declaration above the edit to the first one below it that begins where
/// one began before. Nothing where that cannot be told.
pub(super) fn scan_again(text: &str, earlier: Scan, edit: Edit) -> Option<Scan> {
    let above = |slice: &Slice| slice.span.end < edit.alike;
    let first = (earlier.slices.partition_point(above)).checked_sub(1)?;
    let start = earlier.slices[first].span.start;
    let column_one = text.as_bytes()[..start as usize].ends_with(b"\n");
    if earlier.open_block || !column_one {
        return None;
    }
    let mut below = earlier.slices;
    let mut comments = earlier.comments;
    let mut scanner = Scanner::new(text, Blocks::Closed);
    scanner.at = start as usize;
    scanner.below = below.split_off(first);
    let behind = comments.split_off(comments.partition_point(|comment| comment.start < start));
    scanner.edit = Some(edit);
    scanner.found.slices = below;
    scanner.found.comments = comments;
    scanner.file();
    let mut found = scanner.found;
    if let Some(known) = scanner.known {
        let from = scanner.below[known].span.start;
        let slices = scanner.below.drain(known..);
        found
            .slices
            .extend(slices.map(|slice| slice.moved(edit.longer)));
        let comments = behind.into_iter().filter(|comment| comment.start > from);
        found.comments.extend(comments.map(|mut comment| {
            comment.shift(edit.longer);
            comment
        }));
    }
    Some(found)
}

impl Slice {
    /// The same where the text above it grew by so much.
    fn moved(mut self, by: i64) -> Slice {
        let place = |at: u32| {
            let mut span = Span::at(at);
            span.shift(by);
            span.start
        };
        self.span.shift(by);
        self.deep_at = self.deep_at.map(place);
        self.open_text = self.open_text.map(place);
        self.column = self.column.map(place);
        self
    }
}

/// How far a `"""` reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocks {
    /// Up to the next `"""`.
    Closed,
    /// At most up to the next line that reads like a declaration: one of them is never closed.
    Guarded,
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    blocks: Blocks,
    found: Scan,
    /// The slice that is being read.
    now: Option<Slice>,
    /// For every open bracket, the nesting words before it.
    stack: Vec<u32>,
    /// The nesting words since the line or bracket began.
    run: u32,
    /// What was edited, where an earlier text was cut.
    edit: Option<Edit>,
    /// The slices of the earlier text from there on.
    below: Vec<Slice>,
    /// The one among them that begins where this text has come to: from here on nothing differs.
    known: Option<usize>,
}

/// What a line begins with when it goes on with the one above.
const ABOVE: [char; 13] = [
    '=', '!', '<', '>', '+', '-', '*', '/', '?', ':', '}', ']', ')',
];

impl<'a> Scanner<'a> {
    fn new(text: &'a str, blocks: Blocks) -> Scanner<'a> {
        Scanner {
            text,
            bytes: text.as_bytes(),
            at: 0,
            blocks,
            found: Scan::default(),
            now: None,
            stack: Vec::new(),
            run: 0,
            edit: None,
            below: Vec::new(),
            known: None,
        }
    }

    fn file(&mut self) {
        let (mut column_one, mut line_begins) = (true, true);
        while let Some(byte) = self.bytes.get(self.at).copied() {
            let start = self.at;
            match byte {
                b'\n' => {
                    (column_one, line_begins) = (true, true);
                    self.at += 1;
                    continue;
                }
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'/' if self.bytes.get(start + 1) == Some(&b'/') => {
                    self.comment();
                }
                _ => {
                    if line_begins {
                        self.new_line(start);
                        self.line_begins(start, column_one);
                        if self.known.is_some() {
                            return;
                        }
                    }
                    line_begins = false;
                    self.token(byte);
                    if let Some(now) = &mut self.now {
                        now.span.end = offset(self.at);
                    }
                }
            }
            column_one = false;
        }
        self.close();
    }

    /// The first token of a line: it may begin a declaration.
    fn line_begins(&mut self, start: usize, column_one: bool) {
        let rest = &self.text[start..];
        if column_one && self.now.is_some() {
            if rest.starts_with(['}', ']', ')']) && !(self.stack.is_empty() && self.is_closed()) {
                return;
            }
            let known = super::words::declaration(super::words::leading_word(rest)).is_some();
            if known || self.stack.is_empty() {
                self.open(start);
            } else if let Some(now) = &mut self.now {
                now.column.get_or_insert(offset(start));
            }
            return;
        }
        let apart = self.stack.is_empty() && self.is_whole();
        let indented = apart && (super::words::opens_declaration(rest) || self.is_over(rest));
        if self.now.is_none() || !column_one && indented {
            self.open(start);
            if let (false, Some(now)) = (column_one, &mut self.now) {
                now.column = Some(offset(start));
            }
        }
    }

    /// Whether a line cannot belong to the declaration above, which has all that it needs.
    fn is_over(&self, line: &str) -> bool {
        let text = self.now.map_or("", |now| now.span.text(self.text));
        let word = super::words::leading_word(text);
        let next = super::words::leading_word(line);
        let goes_with_above = matches!(
            next,
            "and"
                | "or"
                | "matches"
                | "starts"
                | "ends"
                | "covers"
                | "exactly"
                | "subset"
                | "minus"
                | "else"
                | "where"
        );
        (text.ends_with('}')
            || super::words::has_no_braces(word)
            || word == "report" && text.contains('=') && text.ends_with('"'))
            && !goes_with_above
            && !line.starts_with(ABOVE)
    }

    /// Whether the declaration that is being read has no brace, or has closed its last one.
    fn is_closed(&self) -> bool {
        let text = self.now.map_or("", |now| now.span.text(self.text));
        text.ends_with('}') || !text.contains('{')
    }

    /// Whether the declaration that is being read may end where it stands.
    fn is_whole(&self) -> bool {
        let end = self.now.map_or(0, |now| now.span.end as usize);
        let text = &self.text[..end];
        let word = text.len()
            - text
                .bytes()
                .rev()
                .take_while(u8::is_ascii_lowercase)
                .count();
        !text.ends_with([
            ',', '=', '+', '-', '*', '/', '?', '<', '>', ':', '(', '[', '{',
        ]) && !matches!(&text[word..], "and" | "or" | "not" | "else" | "in" | "of")
    }

    fn open(&mut self, start: usize) {
        self.close();
        if let Some(edit) = self.edit
            && offset(start) > edit.again
        {
            let then = (start as i64 - edit.longer) as u32;
            let place = |slice: &Slice| slice.span.start;
            self.known = self.below.binary_search_by_key(&then, place).ok();
        }
        let span = Span::new(offset(start), offset(start));
        self.now = Some(Slice {
            span,
            depth: 0,
            deep_at: None,
            open_text: None,
            column: None,
        });
    }

    fn close(&mut self) {
        if let Some(slice) = self.now.take() {
            self.found.slices.push(slice);
        }
        self.stack.clear();
        self.run = 0;
    }

    fn comment(&mut self) {
        let start = self.at;
        let long = self.text[start..]
            .find('\n')
            .unwrap_or(self.text.len() - start);
        let text = self.text[start..start + long].trim_end();
        self.at = start + long;
        self.found
            .comments
            .push(Span::new(offset(start), offset(start + text.len())));
    }

    fn token(&mut self, byte: u8) {
        match byte {
            b'"' => self.text_token(),
            b'(' | b'[' | b'{' => {
                self.at += 1;
                self.stack.push(self.run);
                self.run += 1;
                self.measure();
            }
            b')' | b']' | b'}' => {
                self.at += 1;
                self.run = self.stack.pop().unwrap_or(0);
            }
            b',' => {
                self.at += 1;
                self.run = self.base();
            }
            b':' | b'>' => {
                self.at += 1;
                self.nest();
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'0'..=b'9' => self.word(),
            _ => {
                self.at += self.text[self.at..]
                    .chars()
                    .next()
                    .map_or(1, char::len_utf8)
            }
        }
    }

    /// The run that the innermost open bracket began with.
    fn base(&self) -> u32 {
        self.stack.last().map_or(0, |run| run + 1)
    }

    fn nest(&mut self) {
        self.run += 1;
        self.measure();
    }

    fn measure(&mut self) {
        let at = offset(self.at.saturating_sub(1));
        if let Some(now) = &mut self.now {
            if self.run > NESTING && now.depth <= NESTING {
                now.deep_at = Some(at);
            }
            now.depth = now.depth.max(self.run);
        }
    }

    fn word(&mut self) {
        let rest = &self.bytes[self.at..];
        let long = rest
            .iter()
            .take_while(|b| b.is_ascii_alphanumeric() || **b == b'_')
            .count();
        let word = &rest[..long];
        self.at += long;
        if matches!(
            word,
            b"of" | b"where" | b"in" | b"match" | b"list" | b"map" | b"table" | b"series"
        ) {
            self.nest();
        }
    }

    /// What nests starts anew on a line, unless the line goes on with the one above.
    fn new_line(&mut self, start: usize) {
        let goes_on = |word: &[u8]| {
            matches!(
                word,
                b"and"
                    | b"or"
                    | b"not"
                    | b"else"
                    | b"matches"
                    | b"covers"
                    | b"exactly"
                    | b"minus"
                    | b"with"
                    | b"of"
                    | b"where"
            )
        };
        let before = &self.bytes[..self.now.map_or(0, |now| now.span.end as usize)];
        let after = &self.bytes[start..];
        let open = before.last().is_some_and(|b| b":=>+-*/?<".contains(b))
            || after.first().is_some_and(|b| b":=>+-*/?<!".contains(b));
        let long = |bytes: &mut dyn Iterator<Item = &u8>| {
            bytes.take(9).take_while(|b| b.is_ascii_lowercase()).count()
        };
        let last = long(&mut before.iter().rev());
        let next = long(&mut after.iter());
        if !(open || goes_on(&before[before.len() - last..]) || goes_on(&after[..next])) {
            self.run = self.base();
        }
    }

    fn text_token(&mut self) {
        let start = self.at;
        if self.bytes[start..].starts_with(b"\"\"\"") {
            self.block(start);
            return;
        }
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\n' => break,
                b'\\'
                    if self
                        .bytes
                        .get(self.at + 1)
                        .is_some_and(|next| *next != b'\n') =>
                {
                    self.at += 1 + self.text[self.at + 1..]
                        .chars()
                        .next()
                        .map_or(1, char::len_utf8);
                }
                _ => self.at += 1,
            }
        }
        self.never_closed(start);
    }

    fn block(&mut self, start: usize) {
        self.at += 3;
        let mut line = false;
        while let Some(byte) = self.bytes.get(self.at) {
            if line
                && self.blocks == Blocks::Guarded
                && super::words::opens_declaration(&self.text[self.at..])
            {
                // Step back onto the line end, so that the line is seen to begin in column one.
                self.at -= 1;
                self.never_closed(start);
                return;
            }
            line = *byte == b'\n';
            match byte {
                b'"' if self.bytes[self.at..].starts_with(b"\"\"\"") => {
                    self.at += 3;
                    return;
                }
                b'\\' => {
                    self.at += 1 + self.text[self.at + 1..]
                        .chars()
                        .next()
                        .map_or(0, char::len_utf8)
                }
                _ => self.at += 1,
            }
        }
        self.found.open_block = true;
        self.never_closed(start);
    }

    fn never_closed(&mut self, start: usize) {
        if let Some(now) = &mut self.now {
            now.open_text.get_or_insert(offset(start));
        }
    }
}
