//! Tables that stand in the policy: their columns' types and their rows as constants.

use rolloutc_runtime::ir::{self, Const, Node};
use rolloutc_runtime::ty::{EnumId, Shape, Ty};

use super::{EnumData, RecordData};
use crate::check::{Checker, DeclRef, Place, Progress, Scope, Typed, say, units};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, offset};
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// An inline table as a constant.
    pub(in crate::check) fn table(&mut self, decl: DeclRef, user: Place) -> Typed {
        match self.cache.tables.get(&decl) {
            Some(Progress::Done(typed)) => return typed.clone(),
            Some(Progress::Open) => return self.poison(user),
            None => {}
        }
        self.cache.tables.insert(decl, Progress::Open);
        let found = self.decl(decl);
        let scope = Scope::module(decl.module);
        let typed = match &found.kind {
            ast::DeclKind::Table(table) => self.within(decl, |c| {
                c.table_rows(table, found.tainted, &scope, found.span)
            }),
            _ => self.poison(user),
        };
        self.cache
            .tables
            .insert(decl, Progress::Done(typed.clone()));
        typed
    }

    pub(super) fn table_rows(
        &mut self,
        table: &'a ast::Table,
        tainted: bool,
        scope: &Scope,
        span: Span,
    ) -> Typed {
        let at = self.at(scope, span);
        let mut fields: Vec<ir::Field> = Vec::new();
        let mut data = RecordData::new(Vec::new());
        data.tainted = tainted;
        let mut rows: Vec<Vec<Const>> = table.rows.iter().map(|_| Vec::new()).collect();
        for (i, column) in table.columns.iter().enumerate() {
            let place = self.at(scope, column.name.span);
            let of = ir::Record {
                name: String::new(),
                closed: false,
                fields: fields.clone(),
            };
            self.is_new(&of, &data, &column.name.text, place);
            let cells: Vec<&'a ast::Spanned<ast::Cell>> =
                table.rows.iter().filter_map(|r| r.cells.get(i)).collect();
            let ty = match &column.ty {
                Some(ty) => self.ty(ty, scope),
                None => self.column_ty(table, column, &cells, scope),
            };
            for (cell, row) in cells.iter().zip(&mut rows) {
                row.push(self.cell(cell, &ty, scope));
            }
            data.places.push(place);
            fields.push(ir::Field {
                name: column.name.text.to_string(),
                ty,
                read: None,
            });
        }
        let name = table.name.text.to_string();
        let record = self.new_record(
            ir::Record {
                name,
                closed: false,
                fields,
            },
            data,
        );
        let ty = self.table_ty(Ty::Record(record), &table.key, at, scope);
        if let Ty::Rows {
            shape: Shape::Table { key },
            ..
        } = ty
        {
            for (i, row) in rows.iter().enumerate() {
                let same = |other: &Vec<Const>| other.get(key as usize) == row.get(key as usize);
                if let Some(first) = rows[..i].iter().position(same) {
                    let here = self.at(scope, table.rows[i].span);
                    let there = self.at(scope, table.rows[first].span);
                    let message = format!(
                        "two rows of `{}` have one `{}`",
                        table.name.text, table.key.text
                    );
                    self.report(
                        Diagnostic::error("duplicate-name", here, message)
                            .also(there, "first here"),
                    );
                }
            }
        }
        let whole = rows.iter().all(|row| row.len() == table.columns.len());
        if !whole || ty == Ty::Nothing {
            return self.poison(at);
        }
        self.push(Node::Const(Const::Rows(record, rows)), ty, at)
    }

    /// The type of a column from its cells.
    pub(super) fn column_ty(
        &mut self,
        table: &ast::Table,
        column: &ast::Column,
        cells: &[&'a ast::Spanned<ast::Cell>],
        scope: &Scope,
    ) -> Ty {
        let mut words: Vec<&str> = Vec::new();
        for cell in cells {
            if let ast::Cell::Word(dotted) = &cell.node
                && let Some(name) = dotted.single()
                && !matches!(name.as_str(), "true" | "false")
                && !words.contains(&name.as_str())
            {
                words.push(name.as_str());
            }
        }
        let of_words = if words.is_empty() {
            None
        } else {
            Some(self.enum_of_words(&words, scope.module).unwrap_or_else(|| {
                let id = EnumId(offset(self.enums.len()));
                let place = self.at(scope, column.name.span);
                self.cache.members.push(EnumData {
                    places: vec![place; words.len()],
                    tainted: false,
                });
                self.enums.push(ir::Enum {
                    name: format!("{} of {}", column.name.text, table.name.text),
                    any_case: false,
                    members: (words.iter())
                        .map(|w| ir::Member {
                            name: w.to_string(),
                            spellings: vec![w.to_string()],
                            as_unknown: false,
                        })
                        .collect(),
                });
                self.cache.words.insert(id);
                id
            }))
        };
        let mut ty = Ty::Nothing;
        let mut absent = false;
        for cell in cells {
            let here = match &cell.node {
                ast::Cell::Absent => {
                    absent = true;
                    continue;
                }
                ast::Cell::Number { number, .. } => units::literal_ty(&number.value),
                ast::Cell::Text(_) => Ty::Text,
                ast::Cell::Word(dotted) => match (dotted.single(), of_words) {
                    (Some(name), _) if matches!(name.as_str(), "true" | "false") => Ty::Bool,
                    (Some(_), Some(id)) => Ty::Enum(id),
                    _ => self
                        .qualified(dotted, scope)
                        .map_or(Ty::Nothing, |(id, _)| Ty::Enum(id)),
                },
                ast::Cell::List(list) => {
                    let mut inner = Ty::Nothing;
                    for e in list {
                        let typed = self.expr(e, None, scope);
                        inner = self.join_ty(&inner, &typed.ty).unwrap_or(inner);
                    }
                    Ty::List(Box::new(inner))
                }
            };
            match self.join_ty(&ty, &here) {
                Some(joined) => ty = joined,
                None => {
                    let at = self.at(scope, cell.span);
                    let message = format!(
                        "this cell is {}, those above are {}",
                        say(self, &here),
                        say(self, &ty)
                    );
                    self.report(
                        Diagnostic::error("type-mismatch", at, message).help(format!(
                            "a column has one type; write it in the first line: `{}: TYPE`",
                            column.name.text
                        )),
                    );
                    return Ty::Nothing;
                }
            }
        }
        if absent {
            Ty::Optional(Box::new(ty))
        } else {
            ty
        }
    }

    pub(super) fn cell(&mut self, cell: &ast::Spanned<ast::Cell>, ty: &Ty, scope: &Scope) -> Const {
        let at = self.at(scope, cell.span);
        let want = ty.required().clone();
        match &cell.node {
            ast::Cell::Absent => Const::Null,
            ast::Cell::Number { negative, number } => {
                let typed = self.number_literal(number, *negative, at);
                let typed = self.coerce(typed, &want, at);
                self.as_const(&typed).unwrap_or(Const::Null)
            }
            ast::Cell::Text(text) => {
                let typed = self.constant_text(text.as_str(), at);
                let typed = self.coerce(typed, &want, at);
                self.as_const(&typed).unwrap_or(Const::Null)
            }
            ast::Cell::Word(dotted) => {
                let word = dotted.single().map(|n| n.as_str());
                match (word, &want) {
                    (Some("true"), Ty::Bool) => Const::Bool(true),
                    (Some("false"), Ty::Bool) => Const::Bool(false),
                    (Some(word), Ty::Text) => Const::Text(word.to_string()),
                    (Some(word), Ty::Enum(id)) => match self.member(*id, word) {
                        Some(member) => Const::Member(*id, member),
                        None => {
                            self.unknown_word(*id, word, at);
                            Const::Null
                        }
                    },
                    (None, _) => match self.qualified(dotted, scope) {
                        Some((id, member)) => Const::Member(id, member),
                        None => Const::Null,
                    },
                    (Some(word), _) => {
                        if want != Ty::Nothing {
                            let message =
                                format!("`{word}` is a word, {} is wanted", say(self, &want));
                            self.report(Diagnostic::error("type-mismatch", at, message));
                        }
                        Const::Null
                    }
                }
            }
            ast::Cell::List(list) => {
                let inner = match &want {
                    Ty::List(inner) => (**inner).clone(),
                    _ => Ty::Nothing,
                };
                let list = list.iter().filter_map(|e| self.constant(e, &inner, scope));
                Const::List(list.collect())
            }
        }
    }
}
