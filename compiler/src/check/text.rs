//! Texts with holes. Knows what a hole may hold.

use rolloutc_runtime::ir::{self, Const, Node, Part, SetHole, TextId};
use rolloutc_runtime::ty::Ty;

use super::{Checker, Scope, Typed};
use crate::diagnostic::Diagnostic;
use crate::source::offset;
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// A text with holes.
    pub fn text(&mut self, text: &ast::Text, scope: &Scope) -> TextId {
        let parts = self.parts(&text.parts, scope);
        let id = TextId(offset(self.texts.len()));
        self.texts.push(ir::Text { parts });
        id
    }

    /// A text as a value: a constant where it has no hole.
    pub(super) fn text_value(&mut self, text: &ast::Text, scope: &Scope) -> Typed {
        let at = self.at(scope, text.span);
        match text.plain() {
            Some(plain) => self.push(Node::Const(Const::Text(plain.to_string())), Ty::Text, at),
            None => {
                let id = self.text(text, scope);
                self.push(Node::Text(id), Ty::Text, at)
            }
        }
    }

    fn parts(&mut self, parts: &[ast::Part], scope: &Scope) -> Vec<Part> {
        let mut out = Vec::new();
        for part in parts {
            out.push(match part {
                ast::Part::Literal(text) => Part::Literal(text.to_string()),
                ast::Part::Hole(e) => self.hole(e, scope),
                ast::Part::For(over) => {
                    let (bind, inner) = self.bind(&over.bind, scope);
                    Part::For(bind, self.parts(&over.body, &inner))
                }
            });
        }
        out
    }

    fn hole(&mut self, e: &ast::Expr, scope: &Scope) -> Part {
        if scope.sets
            && let Some(name) = e.as_name()
            && scope.local(&name.text).is_none()
        {
            match name.as_str() {
                "missing" => return Part::SetHole(SetHole::Missing),
                "extra" => return Part::SetHole(SetHole::Extra),
                _ => {}
            }
        }
        let at = self.at(scope, e.span);
        let typed = self.expr(e, None, scope);
        if *typed.ty.required() == Ty::Secret {
            let message = format!("`{}` is a secret and would be shown", self.source(at));
            self.report(
                Diagnostic::error("secret-in-text", at, message)
                    .help("a secret is for the `bearer` of a source only"),
            );
        }
        Part::Hole(typed.node)
    }
}
