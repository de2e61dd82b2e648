//! Declarations: the parts of their heads that line up in a run of them, and their bodies.

use super::field::Tail;
use super::{BODY, Build, HEAD, Laid};
use crate::fmt::doc::{Block, Cell, Doc, Item};
use crate::source::Span;
use crate::syntax::ast::{
    self, Decl, DeclKind, Evidence, FieldItem, ParamDecl, ReportBody, Rollout, Spanned, Str,
    Subject, Table,
};

/// The column of what stands directly before the brace, or of the brace.
pub(in crate::fmt) const BRACE: usize = 90;
/// The columns of the parts of a head.
const TITLE: usize = 2;
const SOURCE: usize = 3;
const FORMAT: usize = 4;
const PLACE: usize = 5;

impl Build<'_> {
    pub(super) fn decl(&mut self, decl: &Decl) -> Laid {
        let end = decl.span.end;
        let mut laid = match &decl.kind {
            DeclKind::Use(_) | DeclKind::Broken(_) => self.all(end),
            DeclKind::Rollout(rollout) => self.rollout(rollout),
            DeclKind::Owners(owners) => match owners.as_slice() {
                [one] => self.parted(one.name.span, end),
                _ => self.all(end),
            },
            DeclKind::Enum(inner) => {
                let mut cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                cells.extend(self.before_brace(end));
                self.with(cells, |build| build.members(&inner.members))
            }
            DeclKind::Record(inner) => {
                let mut cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                cells.extend(self.before_brace(end));
                let items = self.in_braces(&inner.items);
                self.with(cells, |build| build.fields(items, true))
            }
            DeclKind::Table(table) => self.table(table, end),
            DeclKind::Let(inner) => self.set(inner.name.span, &inner.value),
            DeclKind::Group(inner) => self.set(inner.name.span, &inner.value),
            DeclKind::Fn(inner) => {
                let name = self.upto(inner.name.span.end);
                let params = self.params(&inner.params);
                let mut parts = vec![name, params];
                if let Some(result) = &inner.result {
                    parts.extend([self.upto(result.span.start), self.ty(result)]);
                }
                parts.push(self.upto(inner.body.span.start));
                parts.push(self.value(&inner.body));
                Laid {
                    cells: vec![Cell::new(HEAD, Doc::Cat(parts))],
                    block: None,
                }
            }
            DeclKind::Param(param) => self.param(param, end),
            DeclKind::Folder(folder) => self.parted(folder.name.span, end),
            DeclKind::Fixture(fixture) => self.parted(fixture.name.span, end),
            DeclKind::Evidence(evidence) => self.evidence(evidence, end),
            DeclKind::Threshold(inner) => {
                let name = Cell::new(HEAD, self.upto(inner.name.span.end));
                let bound = inner.bound.span.end;
                let body = self.weave(bound, &[&inner.measure, &inner.bound]);
                let mut cells = vec![name, Cell::new(BODY, body)];
                if let Some(warn) = &inner.warn {
                    let doc = self.weave(warn.span.end, &[warn]);
                    cells.push(Cell::new(TITLE, doc).gap(3));
                }
                if self.start() < end {
                    cells.push(Cell::new(SOURCE, self.upto(end)).gap(3));
                }
                Laid { cells, block: None }
            }
            DeclKind::Gate(gate) => {
                let mut head = vec![self.upto(gate.name.span.end)];
                if self.said() == "(" {
                    head.push(self.params(&gate.params));
                }
                if let Some(level) = &gate.level {
                    head.push(self.upto(level.span.end));
                }
                let cells = vec![Cell::new(HEAD, Doc::Cat(head))];
                self.titled(cells, gate.title.as_ref(), |build| {
                    build.gate_clauses(&gate.clauses)
                })
            }
            DeclKind::Approval(inner) => {
                let cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.approval_clauses(&inner.clauses)
                })
            }
            DeclKind::Waivers(inner) => {
                let head = self.weave(inner.rows.span.end, &[&inner.rows]);
                let cells = vec![Cell::new(HEAD, head)];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.waiver_clauses(&inner.clauses)
                })
            }
            DeclKind::Freeze(inner) | DeclKind::Window(inner) => {
                let cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.calendar_clauses(&inner.clauses)
                })
            }
            DeclKind::Phase(inner) => {
                let name = inner.last.unwrap_or(inner.name.span);
                let cells = vec![Cell::new(HEAD, self.upto(name.end))];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.phase_clauses(&inner.clauses)
                })
            }
            DeclKind::Trigger(inner) => {
                let cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.trigger_clauses(&inner.clauses)
                })
            }
            DeclKind::Rollback(inner) | DeclKind::Switch(inner) => {
                let cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.procedure_clauses(&inner.clauses)
                })
            }
            DeclKind::Message(inner) => {
                let cells = vec![Cell::new(HEAD, self.upto(inner.name.span.end))];
                self.titled(cells, inner.title.as_ref(), |build| {
                    build.message_clauses(&inner.clauses)
                })
            }
            DeclKind::Report(report) => {
                let to = report.on.last().map_or(report.to.span, |last| last.span);
                let cells = vec![Cell::new(HEAD, self.upto(to.end))];
                match &report.body {
                    ReportBody::Entries(entries) => {
                        self.with(cells, |build| build.entry_block(entries))
                    }
                    ReportBody::Text(_) => Laid { cells, block: None },
                }
            }
            DeclKind::Invariant(inner) => {
                let cells = vec![Cell::new(HEAD, self.one())];
                self.titled(cells, Some(&inner.title), |build| {
                    build.never_clauses(&inner.clauses)
                })
            }
            DeclKind::Test(inner) => {
                let cells = vec![Cell::new(HEAD, self.one())];
                self.titled(cells, Some(&inner.title), |build| {
                    build.test_clauses(&inner.clauses)
                })
            }
            DeclKind::Tests(inner) => {
                let at = inner.at.as_ref().map(|at| at.span.end);
                let head = match at {
                    Some(end) => self.upto(end),
                    None => self.one(),
                };
                self.with(vec![Cell::new(HEAD, head)], |build| {
                    build.test_rows(&inner.rows)
                })
            }
        };
        // Nothing is left out, whatever the tree did not name.
        if self.start() < end {
            let rest = Cell::new(BRACE + 1, self.upto(end));
            laid.cells.push(rest.hang(false));
        }
        laid
    }

    /// Nothing but its words.
    fn all(&mut self, end: u32) -> Laid {
        let doc = self.upto(end);
        Laid {
            cells: vec![Cell::new(HEAD, Doc::nest(vec![doc]))],
            block: None,
        }
    }

    /// A head up to a name, and the rest.
    fn parted(&mut self, name: Span, end: u32) -> Laid {
        let mut cells = vec![Cell::new(HEAD, self.upto(name.end))];
        if self.start() < end {
            cells.push(Cell::new(BODY, self.upto(end)));
        }
        Laid { cells, block: None }
    }

    /// `word name = value`.
    fn set(&mut self, name: Span, value: &ast::Expr) -> Laid {
        let name = self.upto(name.end);
        let sign = self.upto(value.span.start);
        let value = self.value(value);
        let body = Cell::new(BODY, Doc::Cat(vec![sign, value])).hang(false);
        Laid {
            cells: vec![Cell::new(HEAD, name), body],
            block: None,
        }
    }

    /// The words before the brace, where some stand there.
    fn before_brace(&mut self, end: u32) -> Option<Cell> {
        let from = self.at;
        while self.said() != "{" && self.start() < end {
            self.at += 1;
        }
        (from < self.at).then(|| Cell::new(BRACE, Doc::Tokens(from, self.at)))
    }

    fn with(&mut self, cells: Vec<Cell>, block: impl FnOnce(&mut Self) -> Block) -> Laid {
        let block = (self.said() == "{").then(|| body(block(self)));
        Laid { cells, block }
    }

    fn titled(
        &mut self,
        mut cells: Vec<Cell>,
        title: Option<&Str>,
        block: impl FnOnce(&mut Self) -> Block,
    ) -> Laid {
        if let Some(title) = title {
            cells.push(Cell::new(TITLE, self.upto(title.span.end)));
        }
        self.with(cells, block)
    }

    fn params(&mut self, params: &[ast::Param]) -> Doc {
        self.bracket(params, false, |build, param| {
            let name = build.upto(param.ty.span.start);
            Doc::Cat(vec![name, build.ty(&param.ty)])
        })
    }

    /// The items behind the brace: `keys` in the head of a record is not among them.
    fn in_braces<'i>(&self, items: &'i [Spanned<FieldItem>]) -> &'i [Spanned<FieldItem>] {
        let brace = self.start();
        let head = items
            .iter()
            .take_while(|item| item.span.start < brace)
            .count();
        &items[head..]
    }

    /// Its parts come in one order, the title last.
    fn rollout(&mut self, rollout: &Rollout) -> Laid {
        let mut parts = vec![self.upto(rollout.name.span.end)];
        let (from, mut last) = (self.at, self.at);
        let brace = rollout
            .clauses
            .first()
            .map_or(u32::MAX, |clause| clause.span.start);
        if let Some(subject) = &rollout.subject {
            let word = subject_start(self, subject);
            self.at = word;
            parts.push(self.one());
            parts.push(match subject {
                Subject::Name(name) => self.upto(name.span.end),
                Subject::Fields(fields) => {
                    let block = self.fields(fields, true);
                    Doc::Block(Box::new(block))
                }
            });
            last = last.max(self.at);
        }
        if let Some(per) = &rollout.per {
            self.at = self.index(per.span.start);
            parts.push(self.weave(per.span.end, &[&per.source]));
            last = last.max(self.at);
        }
        if let Some(title) = &rollout.title {
            self.at = self.index(title.span.start);
            parts.push(self.one());
            last = last.max(self.at);
        }
        // A comment behind the last part stays behind the last part.
        let ended = parts.last().and_then(last_token);
        if let (Some(ended), true) = (ended, last > from)
            && ended + 1 != last
        {
            let behind = self.tokens[last - 1].behind.take();
            if behind.is_some() {
                self.tokens[ended].behind = behind;
            }
        }
        self.at = last;
        let cells = vec![Cell::new(HEAD, Doc::Cat(parts)).hang(false)];
        if self.start() >= brace {
            return Laid { cells, block: None };
        }
        self.with(cells, |build| build.rollout_clauses(&rollout.clauses))
    }

    fn param(&mut self, param: &ParamDecl, end: u32) -> Laid {
        let name = Cell::new(HEAD, self.upto(param.ty.span.start));
        let ty = Cell::new(BODY, self.ty(&param.ty)).hang(false);
        let mut tails = Vec::new();
        tails.extend(param.default.iter().map(|e| Tail::of(TITLE, e)));
        tails.extend(
            param
                .env
                .iter()
                .map(|env| Tail::new(SOURCE, env.span, 1).gap(3)),
        );
        tails.extend(param.min.iter().map(|e| Tail::of(FORMAT, e).gap(3)));
        tails.extend(param.max.iter().map(|e| Tail::of(FORMAT, e).gap(3)));
        tails.extend(Tail::all(PLACE, &param.only).map(|tail| tail.gap(3)));
        let mut cells = vec![name, ty];
        cells.extend(self.arrange(end, tails));
        Laid { cells, block: None }
    }

    fn evidence(&mut self, evidence: &Evidence, end: u32) -> Laid {
        let mut cells = Vec::new();
        match &evidence.ty {
            Some(ty) => {
                cells.push(Cell::new(HEAD, self.upto(ty.span.start)));
                cells.push(Cell::new(BODY, self.ty(ty)).hang(false));
            }
            None => cells.push(Cell::new(HEAD, self.upto(evidence.name.span.end))),
        }
        if let Some(source) = &evidence.source {
            cells.push(Cell::new(SOURCE, self.source(source, end)).hang(false));
        }
        if let Some(format) = &evidence.format {
            cells.push(Cell::new(FORMAT, self.upto(format.span.end)));
        }
        if let Some(at) = &evidence.at {
            cells.push(Cell::new(PLACE, self.upto(at.span.end)));
        }
        self.with(cells, |build| build.fields(&evidence.items, false))
    }

    fn table(&mut self, table: &Table, end: u32) -> Laid {
        let mut head = Vec::new();
        while self.said() != "{" && self.start() < end {
            head.push(self.one());
        }
        let open = self.at;
        self.at += 1;
        let mut items = Vec::new();
        let mut columns = Vec::new();
        for (i, column) in table.columns.iter().enumerate() {
            let mut doc = self.upto(column.name.span.end);
            if let Some(ty) = &column.ty {
                let colon = self.upto(ty.span.start);
                doc = Doc::Cat(vec![doc, colon, self.ty(ty)]);
            }
            columns.push(Cell::new(i, doc).gap(2));
        }
        items.push(Item::new(columns).whole());
        for row in &table.rows {
            let cells = row.cells.iter().enumerate().map(|(i, cell)| {
                let doc = match &cell.node {
                    ast::Cell::List(list) => {
                        let list: Vec<&ast::Expr> = list.iter().collect();
                        self.weave(cell.span.end, &list)
                    }
                    ast::Cell::Number { negative, .. } => {
                        if *negative {
                            self.glue();
                        }
                        self.upto(cell.span.end)
                    }
                    ast::Cell::Text(_) | ast::Cell::Word(_) | ast::Cell::Absent => {
                        self.upto(cell.span.end)
                    }
                };
                Cell::new(i, doc).gap(2)
            });
            let cells = cells.collect();
            items.push(Item::new(cells).whole());
        }
        let close = self.at;
        self.at += 1;
        Laid {
            cells: vec![Cell::new(HEAD, Doc::Cat(head))],
            block: Some(body(Block {
                open,
                items,
                close,
                keep: true,
            })),
        }
    }
}

fn body(block: Block) -> Cell {
    Cell::new(BRACE, Doc::Block(Box::new(block))).hang(false)
}

/// The token `of` before a subject.
fn subject_start(build: &Build<'_>, subject: &Subject) -> usize {
    match subject {
        Subject::Name(name) => build.index(name.span.start).saturating_sub(1),
        // Its first field stands behind the brace, or nothing does: the first `of {` of the head is the one.
        Subject::Fields(_) => {
            let from = build.at;
            let at = (from..build.tokens.len().saturating_sub(1)).find(|i| {
                build.tokens[*i].span.text(build.text) == "of"
                    && build.tokens[i + 1].span.text(build.text) == "{"
            });
            at.unwrap_or(from)
        }
    }
}

/// The last token of a document.
fn last_token(doc: &Doc) -> Option<usize> {
    match doc {
        Doc::Tokens(from, to) => (from < to).then(|| to - 1),
        Doc::Cat(parts) => parts.iter().rev().find_map(last_token),
        Doc::Group(inner) | Doc::Nest(inner) | Doc::Align(inner) => last_token(inner),
        Doc::Block(block) => Some(block.close),
        Doc::Line | Doc::Soft | Doc::Comma | Doc::Trailing | Doc::Gap(_) => None,
    }
}
