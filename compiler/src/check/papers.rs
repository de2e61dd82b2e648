//! Messages and reports: what people are told. Checks them; the program does not hold them yet.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::Node;
use rolloutc_runtime::ty::Ty;

use super::{Checker, Scope, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, MessageClause};

impl<'a> Checker<'a> {
    /// Checks all messages and reports, and folders.
    pub(super) fn papers(&mut self) {
        for (decl, found) in self.decls() {
            let scope = self.base(decl.module);
            match &found.kind {
                ast::DeclKind::Message(message) => {
                    self.within(decl, |c| c.message(message, &scope))
                }
                ast::DeclKind::Report(report) => {
                    self.within(decl, |c| c.report_decl(report, &scope))
                }
                ast::DeclKind::Folder(folder) => {
                    self.within(decl, |c| c.folder_decl(folder, &scope))
                }
                _ => {}
            }
        }
    }

    fn message(&mut self, message: &'a ast::Message, scope: &Scope) {
        let mut inner = scope.clone();
        let mut seen = BTreeSet::new();
        let mut names = BTreeSet::new();
        for clause in &message.clauses {
            match &clause.node {
                MessageClause::Field(field) => {
                    let made = self.field(field, scope);
                    let at = self.at(scope, field.name.span);
                    if !names.insert(made.name.clone()) {
                        self.report(Diagnostic::error(
                            "duplicate-name",
                            at,
                            format!("the field `{}` is there twice", made.name),
                        ));
                    }
                    if let Some(default) = &field.default {
                        self.default_of(&made.ty, default, scope);
                    }
                    let local = self.local();
                    let value = self.push(Node::Local(local), made.ty, at);
                    inner.add(&field.name.text, value, at);
                }
                MessageClause::Text(_) => self.once(&mut seen, "text", clause.span, scope),
            }
        }
        for clause in &message.clauses {
            if let MessageClause::Text(text) = &clause.node {
                self.text(text, &inner);
            }
        }
        if !seen.contains("text") {
            self.lacks(
                &message.name,
                "text",
                "text \"{symptom}: next word at {next_update}\"",
                scope,
            );
        }
    }

    /// A default may be any value that fits, also one that evidence tells.
    fn default_of(&mut self, ty: &Ty, default: &'a ast::Expr, scope: &Scope) {
        let typed = self.expr(default, Some(ty.required()), scope);
        let at = self.at(scope, default.span);
        if !self.fits(typed.ty.required(), ty.required()) {
            let message = format!(
                "{} is wanted, this is {}",
                say(self, ty.required()),
                say(self, &typed.ty)
            );
            self.report(Diagnostic::error("type-mismatch", at, message));
        }
    }

    fn report_decl(&mut self, report: &'a ast::Report, scope: &Scope) {
        let mut inner = scope.clone();
        inner.report = true;
        self.text(&report.to, &inner);
        if let Some(path) = report.to.plain() {
            self.inside_path(path, report.to.span, scope);
        }
        match &report.body {
            ast::ReportBody::Text(text) => {
                self.text(text, &inner);
            }
            ast::ReportBody::Entries(entries) => {
                let mut names: BTreeSet<&str> = BTreeSet::new();
                for entry in entries {
                    match &entry.kind {
                        ast::EntryKind::Pair { key, value } => {
                            if !names.insert(&key.text) {
                                let at = self.at(scope, key.span);
                                self.report(Diagnostic::error(
                                    "duplicate-name",
                                    at,
                                    format!("`{}` is there twice", key.text),
                                ));
                            }
                            self.expr(value, None, &inner);
                        }
                        ast::EntryKind::Spread(path) => {
                            let typed = self.expr(path, None, &inner);
                            if !matches!(typed.ty.required(), Ty::Record(_) | Ty::Nothing) {
                                let at = self.at(scope, path.span);
                                let message = format!(
                                    "only a record can be spread, this is {}",
                                    say(self, &typed.ty)
                                );
                                self.report(Diagnostic::error("type-mismatch", at, message));
                            }
                        }
                    }
                }
            }
        }
    }
}
