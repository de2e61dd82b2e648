//! The tree to documents: walks tree and tokens side by side, so that no token is left out. Knows where lines may break and
//! which parts line up; knows no widths.

mod clause;
mod decl;
mod expr;
mod field;

pub(super) use decl::BRACE;

use super::doc::{Block, Cell, Doc, Item};
use super::token::{Kind, Token};
use crate::source::Span;
use crate::syntax::ast::{Decl, Expr};

/// The column of clause words and field names.
const HEAD: usize = 0;
/// The column behind it.
const BODY: usize = 1;
/// The column of `else`.
const ELSE: usize = 20;

/// A declaration laid out: its head, and the block it ends with.
#[derive(Debug)]
pub(super) struct Laid {
    /// The parts of the head.
    pub(super) cells: Vec<Cell>,
    /// The body, where it has one: a block.
    pub(super) block: Option<Cell>,
}

/// Lays out one declaration whose tokens begin at `at`.
pub(super) fn declaration(text: &str, tokens: &mut [Token], at: usize, decl: &Decl) -> Laid {
    let mut build = Build { text, tokens, at };
    build.decl(decl)
}

/// Lays out what is nothing but tokens.
pub(super) fn plain(from: usize, to: usize) -> Laid {
    Laid {
        cells: vec![Cell::new(HEAD, Doc::Tokens(from, to))],
        block: None,
    }
}

struct Build<'a> {
    text: &'a str,
    tokens: &'a mut [Token],
    /// The next token.
    at: usize,
}

impl Build<'_> {
    fn said(&self) -> &str {
        self.nth(0)
    }

    /// The token so many behind the next.
    fn nth(&self, n: usize) -> &str {
        self.tokens
            .get(self.at + n)
            .map_or("", |token| token.span.text(self.text))
    }

    /// Where the next token begins.
    fn start(&self) -> u32 {
        self.tokens
            .get(self.at)
            .map_or(u32::MAX, |token| token.span.start)
    }

    /// The next token.
    fn one(&mut self) -> Doc {
        self.some(1)
    }

    fn some(&mut self, count: usize) -> Doc {
        let to = (self.at + count).min(self.tokens.len());
        let doc = Doc::Tokens(self.at, to);
        self.at = to;
        doc
    }

    /// The tokens before a place; a line may break behind their commas.
    fn upto(&mut self, place: u32) -> Doc {
        let mut parts = Vec::new();
        let mut from = self.at;
        while self.start() < place {
            let comma = self.said() == "," && self.tokens[self.at].kind == Kind::Mark;
            self.at += 1;
            if comma {
                parts.extend([Doc::Tokens(from, self.at), Doc::Soft]);
                from = self.at;
            }
        }
        parts.push(Doc::Tokens(from, self.at));
        Doc::Cat(parts)
    }

    /// The tokens up to a place with expressions among them.
    fn weave(&mut self, end: u32, exprs: &[&Expr]) -> Doc {
        let mut parts = Vec::new();
        for expr in exprs {
            parts.push(self.upto(expr.span.start));
            parts.push(self.expr(expr));
        }
        parts.push(self.upto(end));
        Doc::Cat(parts)
    }

    /// Leaves out a comma; a comment behind it goes behind what stands before.
    fn skip_comma(&mut self) -> bool {
        if self.said() != "," {
            return false;
        }
        let behind = self.tokens[self.at].behind.take();
        if let Some(last) = self.at.checked_sub(1).filter(|_| behind.is_some()) {
            self.tokens[last].behind = behind;
        }
        self.at += 1;
        true
    }

    /// A block; `each` lays out the item it is given, up to its end.
    fn block<T>(
        &mut self,
        items: &[T],
        span: impl Fn(&T) -> Span,
        mut each: impl FnMut(&mut Self, &T) -> Item,
    ) -> Block {
        let open = self.at;
        self.at += 1;
        let keep = !items.is_empty() && self.tokens.get(self.at).is_some_and(|token| token.leads);
        let mut laid = Vec::with_capacity(items.len());
        for item in items {
            let mut one = each(self, item);
            // What the item did not take belongs to its last part.
            let rest = self.upto(span(item).end);
            if let Some(cell) = one.cells.last_mut().filter(|_| rest.first().is_some()) {
                cell.doc = Doc::Cat(vec![std::mem::replace(&mut cell.doc, Doc::none()), rest]);
            }
            self.skip_comma();
            one.held = one.comma && self.said() == "-";
            laid.push(one);
        }
        let close = self.at;
        self.at += 1;
        Block {
            open,
            items: laid,
            close,
            keep,
        }
    }

    /// Things with commas between brackets, the cursor on the opening one. Short plain things fill lines, others have
    /// one each.
    fn bracket<T>(
        &mut self,
        items: &[T],
        fill: bool,
        mut each: impl FnMut(&mut Self, &T) -> Doc,
    ) -> Doc {
        let open = self.one();
        let mut inner = Vec::new();
        for (i, item) in items.iter().enumerate() {
            inner.push(match fill && i > 0 {
                true => Doc::Soft,
                false => Doc::Line,
            });
            let doc = each(self, item);
            let more = i + 1 < items.len() && self.said() == ",";
            let comma = if more { self.one() } else { Doc::none() };
            inner.push(Doc::Cat(vec![doc, comma]));
        }
        self.skip_comma();
        if items.is_empty() {
            return Doc::Cat(vec![open, self.one()]);
        }
        inner.push(Doc::Trailing);
        Doc::group(vec![open, Doc::nest(inner), Doc::Line, self.one()])
    }
}
