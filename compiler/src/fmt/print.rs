//! Documents to lines. Knows columns, line ends and where comments go; knows nothing of the language.

use super::doc::{Block, Doc, Ruler, WIDTH, blanks, wide};
use super::token::{Kind, Note, Token};
use crate::source::Span;

/// The lines that were written so far.
pub(super) struct Out<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    lines: Vec<Line>,
    line: Line,
    started: bool,
    /// The column behind the last letter.
    pub(super) column: usize,
    last: Option<usize>,
    pub(super) gap: Option<usize>,
    /// Where the next token begins on a new line.
    pub(super) pending: Option<usize>,
    /// Whether the next line begins a row, above which an empty line may stand.
    pub(super) row: bool,
    /// Whether a brace was just opened, behind which no empty line stands.
    opened: bool,
}

#[derive(Default)]
struct Line {
    text: String,
    indent: usize,
    note: Option<Span>,
}

#[derive(Clone, Copy)]
struct Frame<'d> {
    indent: usize,
    flat: bool,
    doc: &'d Doc,
}

/// How what follows a group goes on.
enum Rest {
    /// The line ends before it is full.
    Fits,
    /// It does not.
    Full,
    /// Nothing said yet.
    Open,
}

impl<'a> Out<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token]) -> Out<'a> {
        Out {
            text,
            tokens,
            lines: Vec::new(),
            line: Line::default(),
            started: false,
            column: 0,
            last: None,
            gap: None,
            pending: Some(0),
            row: true,
            opened: true,
        }
    }

    /// The number of lines that stand, without the one that is being written.
    pub(super) fn count(&self) -> usize {
        self.lines.len() + usize::from(self.started)
    }

    /// Comments below everything else.
    pub(super) fn notes(&mut self, notes: &[Note]) {
        for note in notes {
            self.note(note, 0, true);
        }
    }

    /// All lines, comments at their ends lined up.
    pub(super) fn finish(mut self) -> Vec<String> {
        if self.started {
            self.lines.push(std::mem::take(&mut self.line));
        }
        let mut done = Vec::with_capacity(self.lines.len());
        let mut from = 0;
        while from < self.lines.len() {
            let with = |line: &Line| line.note.is_some() && line.indent == self.lines[from].indent;
            let run = self.lines[from..]
                .iter()
                .take_while(|line| with(line))
                .count();
            let to = from + run.max(1);
            done.extend(self.noted(&self.lines[from..to]));
            from = to;
        }
        done
    }

    /// Lines that all have a comment at the end, or one line that has none.
    fn noted(&self, lines: &[Line]) -> Vec<String> {
        let ends = |line: &Line| wide(line.text.rsplit('\n').next().unwrap_or_default());
        let column = lines.iter().map(ends).max().unwrap_or(0);
        let over = |line: &Line, from: usize| {
            line.note
                .is_some_and(|note| from + 2 + wide(note.text(self.text)) > WIDTH)
        };
        let pushed = |line: &Line| over(line, column) && !over(line, ends(line));
        let column = if lines.iter().any(pushed) { 0 } else { column };
        let each = |line: &Line| match line.note {
            None => line.text.clone(),
            Some(note) => {
                let gap = column.saturating_sub(ends(line)) + 2;
                format!("{}{:gap$}{}", line.text, "", note.text(self.text))
            }
        };
        lines.iter().map(each).collect()
    }

    /// Writes a document whose broken lines begin at `indent`, with so many columns still to follow on its last line.
    pub(super) fn print(&mut self, doc: &Doc, indent: usize, flat: bool, tail: usize) {
        let mut stack = vec![Frame { indent, flat, doc }];
        while let Some(frame) = stack.pop() {
            let inner = |doc| Frame { doc, ..frame };
            match frame.doc {
                Doc::Tokens(from, to) => (*from..*to).for_each(|i| self.token(i, frame.indent)),
                Doc::Cat(parts) => stack.extend(parts.iter().rev().map(inner)),
                Doc::Line if frame.flat => {}
                Doc::Line => self.pending = Some(frame.indent),
                Doc::Soft => {
                    let next = stack.pop();
                    let fits =
                        frame.flat || next.is_none_or(|next| self.fits(next.doc, &stack, tail));
                    if !fits {
                        self.pending = Some(frame.indent);
                    }
                    stack.extend(next);
                }
                Doc::Group(doc) => stack.push(Frame {
                    flat: frame.flat || self.fits(doc, &stack, tail),
                    doc,
                    ..frame
                }),
                Doc::Nest(doc) => stack.push(Frame {
                    indent: frame.indent + 2,
                    doc,
                    ..frame
                }),
                Doc::Align(doc) => stack.push(Frame {
                    indent: self.begins(doc).unwrap_or(frame.indent),
                    doc,
                    ..frame
                }),
                Doc::Comma => self.comma(),
                Doc::Trailing if frame.flat => {}
                Doc::Trailing => self.comma(),
                Doc::Gap(gap) => self.gap = Some(*gap),
                Doc::Block(block) => {
                    let flat = frame.flat || self.fits(frame.doc, &stack, tail);
                    self.block(block, frame.indent, flat);
                }
            }
        }
    }

    /// The column a document would begin in.
    pub(super) fn begins(&self, doc: &Doc) -> Option<usize> {
        let first = doc.first()?;
        if let Some(indent) = self.pending {
            return Some(indent);
        }
        let token = &self.tokens[first];
        let before = self.last.map(|last| &self.tokens[last]);
        if !token.above.is_empty() || before.is_some_and(|before| before.behind.is_some()) {
            return None;
        }
        let usual = || before.map_or(0, |before| blanks(self.text, before, token));
        Some(self.column + self.gap.unwrap_or_else(usual))
    }

    fn ruler(&self) -> Ruler<'a> {
        let column = self.pending.unwrap_or(self.column);
        Ruler {
            text: self.text,
            tokens: self.tokens,
            last: self.last.filter(|_| self.pending.is_none()),
            gap: self.gap,
            wide: 0,
            most: WIDTH.saturating_sub(column),
            ended: false,
        }
    }

    /// Whether a document and what cannot leave its line fit there.
    fn fits(&self, doc: &Doc, rest: &[Frame<'_>], tail: usize) -> bool {
        let mut ruler = self.ruler();
        if !ruler.measure(doc) {
            return false;
        }
        for frame in rest.iter().rev() {
            match follow(&mut ruler, frame.doc, frame.flat) {
                Rest::Fits => return true,
                Rest::Full => return false,
                Rest::Open => {}
            }
        }
        ruler.ended || ruler.wide + tail <= ruler.most
    }

    fn block(&mut self, block: &Block, indent: usize, flat: bool) {
        self.token(block.open, indent);
        if flat {
            self.flat_items(block, indent);
        } else {
            self.opened = true;
            self.rows(
                super::rows::of(block, self.text, self.tokens, indent + 2),
                indent + 2,
            );
            self.pending = Some(indent);
            self.row = true;
        }
        self.token(block.close, indent);
    }

    fn flat_items(&mut self, block: &Block, indent: usize) {
        for (i, item) in block.items.iter().enumerate() {
            if i > 0 {
                self.gap = Some(super::doc::between(&block.items[i - 1], item));
            }
            for (i, cell) in item.cells.iter().enumerate() {
                if i > 0 {
                    self.gap = Some(cell.gap);
                }
                self.print(&cell.doc, indent, true, 0);
            }
            let next = block.items.get(i + 1);
            if next.is_some_and(|next| super::doc::comma(item, next)) {
                self.comma();
            }
        }
    }

    /// A comma that was not written; a comment that was behind it stays behind it.
    pub(super) fn comma(&mut self) {
        self.line.text.push(',');
        self.column += 1;
    }

    /// Writes one token with its comments.
    pub(super) fn token(&mut self, i: usize, indent: usize) {
        let token = &self.tokens[i];
        let said = token.span.text(self.text);
        if self.pending.is_none() && (!token.above.is_empty() || self.line.note.is_some()) {
            self.pending = Some(indent);
        }
        let row = std::mem::take(&mut self.row);
        if let Some(indent) = self.pending.take() {
            // A bracket that belongs to nothing stands where it stood.
            let closes = token.kind != Kind::Raw && matches!(said, "}" | ")" | "]");
            for note in &token.above {
                self.note(note, indent + if closes { 2 } else { 0 }, row);
            }
            self.open_line(indent, row && !closes && token.blank);
        } else if let Some(last) = self.last {
            let gap = self
                .gap
                .unwrap_or_else(|| blanks(self.text, &self.tokens[last], token));
            self.line.text.extend(std::iter::repeat_n(' ', gap));
            self.column += gap;
        }
        self.gap = None;
        self.line.text.push_str(said);
        self.column = match said.rfind('\n') {
            Some(line) => wide(&said[line + 1..]),
            None => self.column + wide(said),
        };
        self.line.note = token.behind;
        self.last = Some(i);
    }

    fn note(&mut self, note: &Note, indent: usize, row: bool) {
        let indent = indent + if note.indented { 2 } else { 0 };
        self.open_line(indent, row && note.blank);
        let said = note.span.text(self.text);
        let docs = said.strip_prefix("///").filter(|_| indent == 0);
        match docs.filter(|rest| !rest.is_empty() && !rest.starts_with([' ', '/', '\t'])) {
            Some(rest) => self.line.text.extend(["/// ", rest]),
            None => self.line.text.push_str(said),
        }
    }

    fn open_line(&mut self, indent: usize, blank: bool) {
        if std::mem::replace(&mut self.started, true) {
            self.lines.push(std::mem::take(&mut self.line));
        }
        if blank && !self.opened {
            self.lines.push(Line {
                indent: usize::MAX,
                ..Line::default()
            });
        }
        self.opened = false;
        self.line = Line {
            text: " ".repeat(indent),
            indent,
            note: None,
        };
        self.column = indent;
    }
}

/// Takes what follows on the same line.
fn follow(ruler: &mut Ruler<'_>, doc: &Doc, flat: bool) -> Rest {
    if ruler.ended {
        return Rest::Fits;
    }
    let mut all = |parts: &mut dyn Iterator<Item = &Doc>| {
        for part in parts {
            match follow(ruler, part, flat) {
                Rest::Open => {}
                said => return said,
            }
        }
        Rest::Open
    };
    match doc {
        Doc::Cat(parts) => all(&mut parts.iter()),
        Doc::Group(inner) | Doc::Nest(inner) | Doc::Align(inner) => {
            all(&mut std::iter::once(&**inner))
        }
        Doc::Line | Doc::Soft if !flat => Rest::Fits,
        Doc::Trailing if !flat => match ruler.measure(&Doc::Comma) {
            true => Rest::Fits,
            false => Rest::Full,
        },
        Doc::Line | Doc::Soft | Doc::Trailing => Rest::Open,
        Doc::Tokens(from, to) => {
            for i in *from..*to {
                if ruler.ended || !ruler.tokens[i].above.is_empty() {
                    return Rest::Fits;
                }
                let said = ruler.tokens[i].span.text(ruler.text);
                if let Some(line) = said.find('\n') {
                    let fits = ruler.wide + 1 + wide(&said[..line]) <= ruler.most;
                    return if fits { Rest::Fits } else { Rest::Full };
                }
                if !ruler.token(i) {
                    return Rest::Full;
                }
            }
            Rest::Open
        }
        Doc::Block(block) if !flat => match ruler.token(block.open) {
            true => Rest::Fits,
            false => Rest::Full,
        },
        Doc::Comma | Doc::Gap(_) | Doc::Block(_) => match ruler.measure(doc) {
            true => Rest::Open,
            false => Rest::Full,
        },
    }
}
