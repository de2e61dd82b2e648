//! Params and folders: what comes from outside. Knows bounds and defaults; reads no environment.

use rolloutc_runtime::bounds::{self, Bound};
use rolloutc_runtime::ir::{self, Const, Part, TextId};
use rolloutc_runtime::ty::Ty;

use super::{Checker, Def, Scope, say, types};
use crate::diagnostic::Diagnostic;
use crate::source::offset;
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// All params, by id.
    pub(super) fn params(&mut self) -> Vec<ir::Param> {
        let ids = self.ids.params.clone();
        let mut out = Vec::new();
        for (i, (decl, found, scope)) in self.each_of(&ids).into_iter().enumerate() {
            if let ast::DeclKind::Param(param) = &found.kind {
                let id = ir::ParamId(offset(i));
                out.push(self.within(decl, |c| c.param(id, param, found, &scope)));
            }
        }
        out
    }

    fn param(
        &mut self,
        id: ir::ParamId,
        param: &'a ast::ParamDecl,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Param {
        let ty = self.param_ty(id);
        let inner = ty.required().clone();
        let at = self.place(scope, decl.span);
        let constant = |c: &mut Self, e: &Option<ast::Expr>| c.constant(e.as_ref()?, &inner, scope);
        let default = match &param.default {
            Some(e) if inner == Ty::Secret => {
                self.shown_secret(param, e, scope);
                None
            }
            default => constant(self, default),
        };
        let min = self.bound(&param.min, "min", &inner, scope);
        let max = self.bound(&param.max, "max", &inner, scope);
        let only: Vec<Const> = (param.only.iter())
            .filter_map(|e| self.constant(e, &inner, scope))
            .collect();
        if let (Some(low), Some(high)) = (&min, &max)
            && bounds::order(low, high, bounds::element(&inner)).is_some_and(|it| it.is_gt())
            && let Some(e) = &param.max
        {
            let at = self.at(scope, e.span);
            let message = format!(
                "no value of `{}` is both above its `min` and below its `max`",
                param.name.text
            );
            self.report(
                Diagnostic::error("impossible-bound", at, message)
                    .help("write the smaller one behind `min`"),
            );
        }
        let env_unit = param.env_unit.as_ref().and_then(|word| {
            let unit = self.unit(word);
            if inner == Ty::Nothing || types::dimension(&inner) == Some(unit.dimension()) {
                return Some(unit);
            }
            let at = self.at(scope, word.span);
            let message = format!(
                "`{}` is {}, which has no `{}`",
                param.name.text,
                say(self, &inner),
                unit.word()
            );
            self.report(Diagnostic::error("unit-mismatch", at, message));
            None
        });
        let declared = ir::Param {
            name: param.name.text.to_string(),
            ty,
            default,
            env: param.env.as_ref().map(|env| env.value.to_string()),
            env_unit,
            min,
            max,
            only,
            judged: false,
            at,
        };
        // A bound that was itself wrong judges nothing.
        if let (Some(value), Some(e)) = (&declared.default, &param.default)
            && declared.only.len() == param.only.len()
        {
            self.inside(param, declared.broken_by(value), e, scope);
        }
        declared
    }

    fn shown_secret(&mut self, param: &ast::ParamDecl, default: &ast::Expr, scope: &Scope) {
        let at = self.at(scope, default.span);
        let message = format!("the secret `{}` stands in the policy", param.name.text);
        self.report(
            Diagnostic::error("secret-in-text", at, message)
                .help("remove the default, and give the secret by `env`"),
        );
    }

    fn bound(
        &mut self,
        e: &'a Option<ast::Expr>,
        word: &str,
        ty: &Ty,
        scope: &Scope,
    ) -> Option<Const> {
        let e = e.as_ref()?;
        let ty = bounds::element(ty);
        let value = self.constant(e, ty, scope)?;
        if bounds::order(&value, &value, ty).is_some() {
            return Some(value);
        }
        let at = self.at(scope, e.span);
        let message = format!("`{word}` bounds what has an order, not {}", say(self, ty));
        self.report(
            Diagnostic::error("type-mismatch", at, message).help("write `only a, b` for a choice"),
        );
        None
    }

    fn inside(
        &mut self,
        param: &ast::ParamDecl,
        broken: Option<Bound<'_>>,
        e: &ast::Expr,
        scope: &Scope,
    ) {
        let (bound, word) = match broken {
            None => return,
            Some(Bound::Least(_)) => (param.min.as_ref().map(|e| e.span), "min"),
            Some(Bound::Most(_)) => (param.max.as_ref().map(|e| e.span), "max"),
            Some(Bound::Only(_)) => (param.only.first().map(|e| e.span), "only"),
        };
        let at = self.at(scope, e.span);
        let message = format!(
            "the default of `{}` is outside its own `{word}`",
            param.name.text
        );
        let mut found = Diagnostic::error("default-outside-bound", at, message);
        if let Some(span) = bound {
            found = found.also(self.at(scope, span), "its bound");
        }
        self.report(found);
    }

    /// The folder of a name as a text: literal, or the value of a param.
    pub(super) fn folder(&mut self, dotted: &ast::Dotted, scope: &Scope) -> TextId {
        let parts = self.folder_parts(dotted, scope).unwrap_or_default();
        self.raw_text(parts)
    }

    fn folder_parts(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Option<Vec<Part>> {
        let found = self.resolve(dotted, "a folder", scope)?;
        let Def::Folder(decl) = found else {
            return self.wrong_kind(&dotted.to_string(), dotted.span, &found, "a folder", scope);
        };
        let ast::DeclKind::Folder(folder) = &self.decl(decl).kind else {
            return None;
        };
        match &folder.value {
            ast::FolderValue::Path(path) => Some(vec![Part::Literal(path.value.to_string())]),
            ast::FolderValue::Param(name) => {
                let there = Scope::module(decl.module);
                let Def::Param(id) = self.resolve(name, "a param", &there)? else {
                    return None;
                };
                let at = self.at(&there, name.span);
                let node = self.push(ir::Node::Param(id), Ty::Text, at);
                Some(vec![Part::Hole(node.node)])
            }
        }
    }

    /// Checks a folder: its path stays inside, its param is a text.
    pub(super) fn folder_decl(&mut self, folder: &'a ast::Folder, scope: &Scope) {
        match &folder.value {
            ast::FolderValue::Path(path) => self.inside_path(path.as_str(), path.span, scope),
            ast::FolderValue::Param(name) => match self.resolve(name, "a param", scope) {
                Some(Def::Param(id)) => {
                    let ty = self.param_ty(id);
                    if !matches!(ty.required(), Ty::Text | Ty::Nothing) {
                        let at = self.at(scope, name.span);
                        let message = format!("`{name}` is {}, a folder is a text", say(self, &ty));
                        self.report(Diagnostic::error("type-mismatch", at, message));
                    }
                }
                Some(other) => {
                    let _: Option<()> =
                        self.wrong_kind(&name.to_string(), name.span, &other, "a param", scope);
                }
                None => {}
            },
        }
    }

    /// Reports a path that leaves the folder it is relative to.
    pub(super) fn inside_path(&mut self, path: &str, span: crate::source::Span, scope: &Scope) {
        let leaves = path.starts_with('/')
            || path.contains('\\')
            || path.contains(':')
            || path.split('/').any(|p| p == "..");
        if leaves || path.is_empty() {
            let at = self.at(scope, span);
            self.report(
                Diagnostic::error(
                    "bad-path",
                    at,
                    format!("`{path}` is not a path inside the evidence"),
                )
                .help("write it relative, its parts split by `/`, without `..`"),
            );
        }
    }

    /// A text from its parts.
    pub(super) fn raw_text(&mut self, parts: Vec<Part>) -> TextId {
        self.texts.push(ir::Text { parts });
        TextId(offset(self.texts.len() - 1))
    }
}
