//! Policy text in the one style: text in, text out. Knows tree, tokens and layout; reads no file, and gives no text whose
//! tree, comments or broken declarations differ from what it was given.

mod build;
mod doc;
mod print;
mod rows;
mod token;

use crate::source::{FileId, Span, offset};
use crate::syntax::ast::{Decl, shape};
use crate::syntax::{Parsed, parse};
use build::Laid;
use doc::WIDTH;
use print::Out;
use rows::{Place, Row};
use std::fmt;
use token::{Kind, Note, Stretch, Token, Tokens};

/// A text in the one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formatted {
    /// The text.
    pub text: String,
    /// Its pieces in order: one for each declaration with what stands above it, one for what stands below the last.
    pub pieces: Vec<Piece>,
    /// Where declarations stand that could not be read, in the text that was given; they are as they stood.
    pub broken: Vec<Span>,
}

/// A part of a text and what it becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it stands, from behind the piece before it.
    pub from: Span,
    /// What it becomes, in the formatted text.
    pub to: Span,
}

/// A fault of the formatter: what it made says something else than what it was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What differs first.
    pub what: String,
    /// Where, in the text that was given.
    pub place: Span,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "formatting would change {}", self.what)
    }
}

/// Formats a text. Formatting what comes out changes nothing.
pub fn format(text: &str) -> Result<Formatted, Refused> {
    let parsed = parse(FileId(0), text);
    let done = lay_out(text, &parsed);
    prove(text, &parsed, &done)?;
    Ok(done)
}

/// The edits that format the declarations that a stretch touches, and nothing else.
pub fn format_range(text: &str, range: Span) -> Result<Vec<(Span, String)>, Refused> {
    let done = format(text)?;
    let touched = |piece: &&Piece| {
        piece.from.start < range.end.max(range.start + 1) && range.start < piece.from.end
    };
    let edit = |piece: &Piece| {
        let new = piece.to.text(&done.text);
        (new != piece.from.text(text)).then(|| (piece.from, new.to_owned()))
    };
    Ok(done
        .pieces
        .iter()
        .filter(touched)
        .filter_map(edit)
        .collect())
}

/// The first declaration of a text that is not in the one style; for the lint `not-formatted`.
pub fn first_difference(text: &str) -> Option<Span> {
    let done = format(text).ok()?;
    let piece = done
        .pieces
        .iter()
        .find(|piece| piece.to.text(&done.text) != piece.from.text(text))?;
    let said = piece.from.text(text);
    let blanks = said.len() - said.trim_start().len();
    let start = piece.from.start + offset(blanks);
    let line = text[start as usize..].lines().next().unwrap_or_default();
    Some(Span::new(start, start + offset(line.trim_end().len())))
}

fn lay_out(text: &str, parsed: &Parsed) -> Formatted {
    let stretches = stretches(text, parsed);
    let docs: Vec<Span> = parsed
        .file
        .decls
        .iter()
        .filter_map(|decl| decl.docs.as_ref().map(|docs| docs.span))
        .collect();
    let Tokens {
        list: mut tokens,
        rest,
    } = token::cut(text, &stretches, &docs);
    let broken: Vec<Span> = tokens
        .iter()
        .filter(|token| token.kind == Kind::Raw)
        .map(|token| token.span)
        .collect();
    let mut tops = tops(text, &mut tokens, parsed);
    apart(text, &mut tokens, &mut tops);
    let mut out = Out::new(text, &tokens);
    let mut ends: Vec<(usize, u32)> = Vec::new();
    let mut from = 0;
    while from < tops.len() {
        let to = from + run(&tops[from..], &tokens);
        let rows: Vec<Row<'_>> = tops[from..to]
            .iter()
            .map(|top| top.row(text, &tokens))
            .collect();
        let counts = out.counted(&rows);
        ends.extend(
            counts
                .into_iter()
                .zip(&tops[from..to])
                .map(|(count, top)| (count, top.end(&tokens))),
        );
        from = to;
    }
    out.notes(&rest);
    let mark = if text.starts_with('\u{feff}') {
        "\u{feff}"
    } else {
        ""
    };
    let eol = match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    };
    join(text, &out.finish(), &ends, (mark, eol), broken)
}

/// Where declarations stand, the edition among them.
fn stretches(text: &str, parsed: &Parsed) -> Vec<Stretch> {
    let stretch = |decl: &Decl| {
        let long = decl.span.text(text).trim_end().len();
        Stretch {
            span: Span::new(decl.span.start, decl.span.start + offset(long)),
            read: !decl.tainted,
        }
    };
    let mut all: Vec<Stretch> = parsed.file.decls.iter().map(stretch).collect();
    all.extend(parsed.file.edition.iter().map(|edition| Stretch {
        span: edition.span,
        read: true,
    }));
    all.sort_by_key(|stretch| stretch.span.start);
    all
}

/// One declaration, laid out.
struct Top {
    laid: Laid,
    kind: &'static str,
    first: usize,
    last: usize,
    /// Whether it stands on one line.
    single: bool,
}

impl Top {
    fn end(&self, tokens: &[Token]) -> u32 {
        let last = &tokens[self.last];
        last.behind.map_or(last.span.end, |behind| behind.end)
    }

    fn row<'d>(&'d self, text: &'d str, tokens: &[Token]) -> Row<'d> {
        let mut places: Vec<Place<'d>> = self
            .laid
            .cells
            .iter()
            .map(|cell| Place::of(cell, text, tokens))
            .collect();
        if let Some(block) = &self.laid.block {
            if self.single {
                rows::open_up(block, text, tokens, &mut places);
            } else {
                places.push(Place::whole(block));
            }
        }
        Row {
            places,
            head: false,
            plain: !self.single,
            first: self.first,
            kind: self.kind,
            whole: false,
        }
    }
}

fn tops(text: &str, tokens: &mut [Token], parsed: &Parsed) -> Vec<Top> {
    let mut tops = Vec::new();
    let mut decls = parsed.file.decls.iter().peekable();
    let mut at = 0;
    while at < tokens.len() {
        let start = tokens[at].span.start;
        while decls.next_if(|decl| decl.span.start < start).is_some() {}
        let decl = decls.next_if(|decl| decl.span.start == start);
        let end = match (decl, &parsed.file.edition) {
            (Some(decl), _) => decl.span.end,
            (None, Some(edition)) if edition.span.start == start => edition.span.end,
            (None, _) => tokens[at].span.end,
        };
        let to = at + tokens[at..].partition_point(|token| token.span.start < end);
        let to = to.max(at + 1);
        let (laid, kind) = match decl.filter(|_| tokens[at].kind != Kind::Raw) {
            Some(decl) => (
                build::declaration(text, tokens, at, decl),
                decl.kind.word().unwrap_or_default(),
            ),
            None if tokens[at].kind == Kind::Raw => (build::plain(at, to), ""),
            None => (build::plain(at, to), "edition"),
        };
        let mut top = Top {
            laid,
            kind,
            first: at,
            last: to - 1,
            single: false,
        };
        top.single = is_single(&top, text, tokens);
        tops.push(top);
        at = to;
    }
    tops
}

fn is_single(top: &Top, text: &str, tokens: &[Token]) -> bool {
    let mut wide = 0;
    for (i, cell) in top.laid.cells.iter().enumerate() {
        match doc::flat(&cell.doc, text, tokens, WIDTH) {
            Some(flat) => wide += flat + if i > 0 { cell.gap } else { 0 },
            None => return false,
        }
    }
    if let Some(block) = &top.laid.block {
        match rows::flat_body(block, text, tokens) {
            Some(flat) => wide += flat + 1,
            None => return false,
        }
    }
    wide <= WIDTH
}

/// How many declarations from here on stand in one run: of one kind, one line each.
fn run(tops: &[Top], tokens: &[Token]) -> usize {
    let joins = |top: &&Top| {
        let token = &tokens[top.first];
        let blank = token.blank || token.above.iter().any(|note| note.blank);
        tops[0].single && top.single && top.kind == tops[0].kind && !blank
    };
    1 + tops[1..].iter().take_while(joins).count()
}

/// Sets an empty line between declarations of which one has more than one line.
fn apart(text: &str, tokens: &mut [Token], tops: &mut [Top]) {
    let lines = |top: &Top, tokens: &[Token]| {
        let raw = &tokens[top.first];
        match raw.kind == Kind::Raw {
            true => raw.span.text(text).contains('\n'),
            false => !top.single,
        }
    };
    for i in 1..tops.len() {
        let (before, top) = (&tops[i - 1], &tops[i]);
        let wanted = lines(before, tokens) || lines(top, tokens) || before.kind == "edition";
        let token = &mut tokens[top.first];
        if wanted && !token.blank && !token.above.iter().any(|note| note.blank) {
            match token.above.first_mut() {
                Some(Note { blank, .. }) => *blank = true,
                None => token.blank = true,
            }
        }
    }
}

/// The whole text from its lines, with what became of each piece.
fn join(
    text: &str,
    lines: &[String],
    ends: &[(usize, u32)],
    frame: (&str, &str),
    broken: Vec<Span>,
) -> Formatted {
    let (mark, eol) = frame;
    let mut whole = mark.to_owned();
    let mut pieces = Vec::new();
    let mut from = Span::at(0);
    let mut to = Span::at(0);
    let mut ends = ends.iter().peekable();
    for (i, line) in lines.iter().enumerate() {
        if i > 0 {
            whole.push_str(eol);
        }
        whole.push_str(line);
        if let Some((_, end)) = ends.next_if(|(count, _)| *count == i + 1) {
            from.end = *end;
            to.end = offset(whole.len());
            pieces.push(Piece { from, to });
            (from, to) = (Span::at(from.end), Span::at(to.end));
        }
    }
    if !lines.is_empty() {
        whole.push_str(eol);
    }
    from.end = offset(text.len());
    to.end = offset(whole.len());
    pieces.push(Piece { from, to });
    Formatted {
        text: whole,
        pieces,
        broken,
    }
}

/// Reads what came out and compares it with what was given.
fn prove(text: &str, parsed: &Parsed, done: &Formatted) -> Result<(), Refused> {
    if done.text == text {
        return Ok(());
    }
    let again = parse(FileId(0), &done.text);
    let refuse = |what: &str, place: Span| {
        Err(Refused {
            what: what.to_owned(),
            place,
        })
    };
    let (old, new) = (&parsed.file, &again.file);
    if old.edition.as_ref().map(|edition| edition.year)
        != new.edition.as_ref().map(|edition| edition.year)
    {
        return refuse("the edition", Span::at(0));
    }
    for (i, decl) in old.decls.iter().enumerate() {
        let Some(other) = new.decls.get(i) else {
            return refuse("the number of declarations", decl.span);
        };
        let docs = |decl: &Decl| decl.docs.as_ref().map(|docs| docs.text.clone());
        if docs(decl) != docs(other) {
            return refuse("what documents a declaration", decl.span);
        }
        let same = match decl.tainted {
            true => {
                let (old, new) = (decl.span.text(text), other.span.text(&done.text));
                old.trim_end() == new.trim_end() && other.tainted
            }
            false => shape(&decl.kind) == shape(&other.kind) && !other.tainted,
        };
        if !same {
            let word = decl.kind.word().unwrap_or("broken");
            let name = decl.kind.name().map_or("", |name| name.as_str());
            return refuse(format!("`{word} {name}`").as_str(), decl.span);
        }
    }
    if new.decls.len() > old.decls.len() {
        return refuse("the number of declarations", Span::at(offset(text.len())));
    }
    let comments = old.comments.iter().map(|comment| &comment.text);
    let others = new.comments.iter().map(|comment| &comment.text);
    if !comments.eq(others) {
        return refuse("a comment", Span::at(0));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
