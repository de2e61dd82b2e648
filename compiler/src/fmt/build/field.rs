//! Types, fields, members: what stands in the braces of records and evidence.

use super::{BODY, Build, HEAD};
use crate::fmt::doc::{Block, Cell, Doc, Item};
use crate::fmt::token::Token;
use crate::source::Span;
use crate::syntax::ast::{
    Expr, Field, FieldItem, FieldPlace, Member, Members, Spanned, Type, TypeKind,
};

/// The columns behind a field's type.
const MARKS: usize = 2;
const DEFAULT: usize = 3;
const LIMITS: usize = 4;
const PLACE: usize = 5;
/// How much further the columns behind a type with braces are.
const LONG: usize = 30;

impl Build<'_> {
    pub(super) fn ty(&mut self, ty: &Type) -> Doc {
        let end = ty.span.end;
        match &ty.kind {
            TypeKind::Named(_) => self.upto(end),
            TypeKind::List(inner)
            | TypeKind::Series(inner)
            | TypeKind::Table { row: inner, .. }
            | TypeKind::Map { value: inner, .. }
            | TypeKind::Paren(inner) => {
                if matches!(ty.kind, TypeKind::Paren(_)) {
                    self.tokens[self.at].apart = true;
                }
                let head = self.upto(inner.span.start);
                let inner = self.ty(inner);
                Doc::Cat(vec![head, inner, self.upto(end)])
            }
            TypeKind::Enum(members) => {
                let mut parts = Vec::new();
                while self.said() != "{" && self.start() < end {
                    parts.push(self.one());
                }
                let block = self.members(members);
                parts.extend([Doc::Block(Box::new(block)), self.upto(end)]);
                Doc::Cat(parts)
            }
            TypeKind::Record(items) => {
                let block = self.fields(items, true);
                Doc::Cat(vec![Doc::Block(Box::new(block)), self.upto(end)])
            }
        }
    }

    pub(super) fn members(&mut self, members: &Members) -> Block {
        self.block(&members.list, |member| member.span, Build::member)
    }

    fn member(&mut self, member: &Member) -> Item {
        let mut cells = vec![Cell::new(HEAD, self.upto(member.name.span.end))];
        if let Some(last) = member.spellings.last() {
            cells.push(Cell::new(BODY, self.upto(last.span.end)));
        }
        if member.unknown.is_some() {
            cells.push(Cell::new(MARKS, self.upto(member.span.end)));
        }
        Item::new(cells).comma(true)
    }

    /// Fields and clauses in braces; `commas` part fields on one line.
    pub(super) fn fields(&mut self, items: &[Spanned<FieldItem>], commas: bool) -> Block {
        self.block(
            items,
            |item| item.span,
            |build, item| build.field_item(item, commas),
        )
    }

    fn field_item(&mut self, item: &Spanned<FieldItem>, commas: bool) -> Item {
        let end = item.span.end;
        let alone = |doc| Item::new(vec![Cell::new(HEAD, doc)]);
        match &item.node {
            FieldItem::Field(field) => self.field(field, end, commas),
            FieldItem::Fresh { limit, warn } => {
                let head = Cell::new(HEAD, self.one());
                let exprs: Vec<_> = std::iter::once(limit).chain(warn).collect();
                let body = Cell::new(BODY, self.weave(end, &exprs));
                Item::headed(vec![head, body])
            }
            FieldItem::Since(_) => Item::headed(vec![
                Cell::new(HEAD, self.one()),
                Cell::new(BODY, self.upto(end)),
            ]),
            FieldItem::Let(inner) => {
                let name = self.upto(inner.name.span.end);
                let sign = self.upto(inner.value.span.start);
                let value = self.value(&inner.value);
                let body = Doc::Cat(vec![sign, value]);
                Item::new(vec![
                    Cell::new(HEAD, name),
                    Cell::new(DEFAULT + 20, body).hang(false),
                ])
            }
            FieldItem::Keys(_)
            | FieldItem::Spread(_)
            | FieldItem::Observed(_)
            | FieldItem::Timeless
            | FieldItem::About(_)
            | FieldItem::MayBeEmpty
            | FieldItem::Closed => alone(self.upto(end)),
        }
    }

    /// A field; its tails come in one order, whatever they were written in.
    pub(super) fn field(&mut self, field: &Field, end: u32, commas: bool) -> Item {
        let name = Cell::new(HEAD, self.upto(field.ty.span.start));
        let ty = Cell::new(BODY, self.ty(&field.ty)).hang(false);
        let mut cells = vec![name, ty];
        let mut tails = self.tails(field, end);
        if has_block(&field.ty) {
            // A long type moves nothing of its neighbours.
            tails.iter_mut().for_each(|cell| cell.key += LONG);
        }
        cells.extend(tails);
        Item::headed(cells).comma(commas)
    }

    fn tails(&mut self, field: &Field, end: u32) -> Vec<Cell> {
        let mut tails: Vec<Tail<'_>> = Vec::new();
        let mut word = |span: Option<Span>, back| {
            tails.extend(span.map(|span| Tail::new(MARKS, span, back)));
        };
        word(field.any_case, 0);
        word(field.signed, 0);
        word(field.unit.as_ref().map(|unit| unit.span), 1);
        word(field.assume_utc, 0);
        tails.extend(field.default.iter().map(|value| Tail::of(DEFAULT, value)));
        tails.extend(field.min.iter().map(|min| Tail::of(LIMITS, min)));
        tails.extend(field.max.iter().map(|max| Tail::of(LIMITS, max)));
        tails.extend(field.at.iter().map(|at| match at {
            FieldPlace::Path(path) => Tail::new(PLACE, path.span, 1),
            FieldPlace::Line(line) => Tail::new(PLACE, line.span, 2),
        }));
        self.arrange(end, tails)
    }

    /// Parts that may be written in any order, in the order given; as they stand where a comment stands between them.
    pub(super) fn arrange(&mut self, end: u32, tails: Vec<Tail<'_>>) -> Vec<Cell> {
        let (from, last) = (self.at, self.index(end));
        let mut parts: Vec<(usize, usize, Tail<'_>)> = tails
            .into_iter()
            .map(|tail| {
                (
                    self.index(tail.span.start).saturating_sub(tail.back),
                    0,
                    tail,
                )
            })
            .collect();
        let mut order: Vec<usize> = (0..parts.len()).collect();
        order.sort_by_key(|i| parts[*i].0);
        for (n, i) in order.iter().enumerate() {
            parts[*i].1 = order.get(n + 1).map_or(last, |next| parts[*next].0);
        }
        let noted = |token: &Token| token.behind.is_some() || !token.above.is_empty();
        if self.tokens[from.min(last)..last.saturating_sub(1).max(from.min(last))]
            .iter()
            .any(noted)
        {
            parts.sort_by_key(|(at, ..)| *at);
        } else if let Some((_, to, _)) = parts.last().filter(|(_, to, _)| *to != last) {
            // The comment at the line end stays there.
            let behind = self.tokens[last - 1].behind.take();
            self.tokens[to - 1].behind = behind;
        }
        let mut cells: Vec<Cell> = Vec::new();
        for (at, to, tail) in parts {
            self.at = at;
            let exprs = self.weave(
                tail.exprs.last().map_or(tail.span.start, |e| e.span.end),
                &tail.exprs,
            );
            let rest = self.some(to.saturating_sub(self.at));
            let doc = Doc::Cat(vec![exprs, rest]);
            match cells.last_mut().filter(|last| last.key >= tail.key) {
                Some(last) => {
                    let before = std::mem::replace(&mut last.doc, Doc::none());
                    last.doc = Doc::Cat(vec![before, Doc::Gap(tail.gap), doc]);
                }
                None => cells.push(Cell::new(tail.key, doc).gap(tail.gap).hang(false)),
            }
        }
        self.at = last;
        cells
    }

    /// The token at or behind a place.
    pub(super) fn index(&self, place: u32) -> usize {
        self.tokens
            .partition_point(|token| token.span.start < place)
    }
}

/// Whether a type has braces.
fn has_block(ty: &Type) -> bool {
    match &ty.kind {
        TypeKind::Named(_) => false,
        TypeKind::List(inner)
        | TypeKind::Series(inner)
        | TypeKind::Table { row: inner, .. }
        | TypeKind::Map { value: inner, .. }
        | TypeKind::Paren(inner) => has_block(inner),
        TypeKind::Enum(_) | TypeKind::Record(_) => true,
    }
}

/// A part behind a type, by the node in it.
pub(super) struct Tail<'t> {
    span: Span,
    /// The words before the node.
    back: usize,
    key: usize,
    gap: usize,
    exprs: Vec<&'t Expr>,
}

impl<'t> Tail<'t> {
    pub(super) fn new(key: usize, span: Span, back: usize) -> Tail<'t> {
        Tail {
            span,
            back,
            key,
            gap: 1,
            exprs: Vec::new(),
        }
    }

    /// A word and an expression.
    pub(super) fn of(key: usize, expr: &'t Expr) -> Tail<'t> {
        Tail {
            exprs: vec![expr],
            ..Tail::new(key, expr.span, 1)
        }
    }

    /// A word and several expressions.
    pub(super) fn all(key: usize, exprs: &'t [Expr]) -> Option<Tail<'t>> {
        let first = exprs.first()?;
        Some(Tail {
            exprs: exprs.iter().collect(),
            ..Tail::new(key, first.span, 1)
        })
    }

    pub(super) fn gap(mut self, gap: usize) -> Tail<'t> {
        self.gap = gap;
        self
    }
}
