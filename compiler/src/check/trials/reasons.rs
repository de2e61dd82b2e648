//! The reasons that a test expects: gates and their rows, evidence, and words of the machine itself. Knows names and
//! how rows are called; compares nothing.

use rolloutc_runtime::eval::quantity;
use rolloutc_runtime::ir::trial::{About, Because, Way};
use rolloutc_runtime::ir::{Const, Node};

use super::head;
use crate::check::{Checker, Def, Scope, consts, units};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, Cause, ExprKind};

/// Words of the machine itself.
const WORDS: [&str; 5] = ["soak", "checks", "subject", "waivers", "approvals"];

impl<'a> Checker<'a> {
    pub(super) fn reason(&mut self, reason: &'a ast::Reason, scope: &Scope) -> Option<Because> {
        let what = self.reason_about(&reason.path, scope);
        let way = match &reason.cause {
            None => None,
            Some(cause) => Some(match &cause.node {
                Cause::Missing => Way::Missing,
                Cause::Stale => Way::Stale,
                Cause::Malformed => Way::Malformed,
                Cause::Future => Way::Future,
                Cause::Mismatched => Way::Mismatched,
                Cause::Awaited => Way::Awaited,
                Cause::Inconclusive => Way::Inconclusive,
                Cause::Unknown => Way::Unknown,
                Cause::Pending => Way::Pending,
                Cause::Waived => Way::Waived,
                Cause::Empty => Way::Empty,
                Cause::Expired => Way::Expired,
                Cause::Left(time) => Way::Left(self.length(time, scope)?),
            }),
        };
        let text = self.said(reason.span, scope);
        Some(Because {
            what: what?,
            way,
            text,
        })
    }

    fn reason_about(&mut self, path: &'a ast::Path, scope: &Scope) -> Option<About> {
        let (base, keys): (&ast::Expr, &[ast::Expr]) = match &path.kind {
            ExprKind::Index { of, keys } => (of, keys),
            _ => (path, &[]),
        };
        let name = head(base)?;
        let bare = base.as_name().is_some();
        let row: Option<Vec<String>> = keys.iter().map(|key| self.row_key(key, scope)).collect();
        let row = row?;
        if bare && WORDS.contains(&name.as_str()) && self.find(scope.module, &name.text).is_none() {
            return Some(About::Word(name.text.to_string()));
        }
        if let ExprKind::Call { of, args } = &base.kind {
            // A gate that the policy asks is named as its reasons show it, wherever the argument is known.
            if let Some(Def::Gate(_)) = self.def_at(of, scope) {
                let gate = match &of.kind {
                    ExprKind::Field { name, .. } => name.text.to_string(),
                    _ => name.text.to_string(),
                };
                let args: Vec<String> = args
                    .iter()
                    .map(|arg| match arg {
                        ast::Arg::Value(value) | ast::Arg::Named { value, .. } => value.span,
                        ast::Arg::Comp(comp) => comp.span,
                    })
                    .map(|span| self.said(span, scope))
                    .collect();
                let shown = format!("{gate}({})", args.join(", "));
                if self.gates.iter().any(|gate| gate.name == shown) {
                    return Some(About::Named { name: shown, row });
                }
            }
            let typed = self.expr(base, None, scope);
            let Node::Gate(gate) = *self.node(typed.node) else {
                if typed.ty != rolloutc_runtime::ty::Ty::Nothing {
                    self.no_reason(base, scope);
                }
                return None;
            };
            let name = self.gates.get(gate.ix())?.name.clone();
            return Some(About::Named { name, row });
        }
        match self.def_at(base, scope) {
            Some(Def::Item(id)) => {
                let name = self.item_name(id);
                self.whole_reason(&name, base, keys, scope)
            }
            Some(Def::Broken) => None,
            Some(Def::Module(_)) => {
                self.no_reason(base, scope);
                None
            }
            Some(_) => {
                let last = match &base.kind {
                    ExprKind::Field { name, .. } => name.text.to_string(),
                    _ => name.text.to_string(),
                };
                Some(About::Named { name: last, row })
            }
            None if self.lookup_item(&name.text).is_some() => {
                self.whole_reason(&name.text, base, keys, scope)
            }
            None => {
                if matches!(self.find(scope.module, &name.text), Some((Def::Item(_), _))) {
                    return self.whole_reason(&name.text, base, &[], scope);
                }
                match self.named(&name, "a gate or evidence", scope) {
                    None => {}
                    Some(_) => self.no_reason(base, scope),
                }
                None
            }
        }
    }

    /// What `name` or `module.name` declares.
    fn def_at(&mut self, base: &ast::Expr, scope: &Scope) -> Option<Def> {
        match &base.kind {
            ExprKind::Name(name) => {
                let (def, declared) = self.find(scope.module, name)?;
                let at = self.at(scope, base.span);
                self.note(at, def.clone(), declared);
                Some(def)
            }
            ExprKind::Field { of, name } => match self.def_at(of, scope)? {
                Def::Module(module) => {
                    let (def, declared) = self.find(module, &name.text)?;
                    let at = self.at(scope, name.span);
                    self.note(at, def.clone(), declared);
                    Some(def)
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Evidence is a reason as a whole: its rows and fields are told by the gates that read them.
    fn whole_reason(
        &mut self,
        item: &str,
        base: &ast::Expr,
        keys: &[ast::Expr],
        scope: &Scope,
    ) -> Option<About> {
        if keys.is_empty() && !matches!(base.kind, ExprKind::Field { .. }) {
            return Some(About::Item(item.to_string()));
        }
        if keys.is_empty() && matches!(self.def_at(base, scope), Some(Def::Item(_))) {
            return Some(About::Item(item.to_string()));
        }
        let at = self.at(scope, base.span);
        let message = format!("`{item}` is evidence, and a reason names evidence as a whole");
        self.report(Diagnostic::error("not-a-reason", at, message).help(format!(
            "write `{item}`, or the gate that reads it and its row"
        )));
        None
    }

    fn no_reason(&mut self, base: &ast::Expr, scope: &Scope) {
        let at = self.at(scope, base.span);
        let said = self.said(base.span, scope);
        self.report(
            Diagnostic::error("not-a-reason", at, format!("`{said}` is never a reason"))
                .help("name a gate, one of its rows, evidence, an approval, a freeze or `soak`"),
        );
    }

    /// The name of a row as reasons show it: a text, a number or a bare word.
    pub(super) fn row_key(&mut self, key: &ast::Expr, scope: &Scope) -> Option<String> {
        match &key.kind {
            ExprKind::Name(name) => Some(name.to_string()),
            ExprKind::Bool(value) => Some(value.to_string()),
            ExprKind::Number(number) => {
                let ty = units::literal_ty(&number.value);
                match consts::literal(&number.value, false)? {
                    Const::Number(value) => Some(quantity(value, &ty)),
                    Const::Instant(at) => Some(at.to_string()),
                    Const::Date(date) => Some(date.to_string()),
                    _ => None,
                }
            }
            _ => match self.constant(key, &rolloutc_runtime::ty::Ty::Text, scope)? {
                Const::Text(text) => Some(text),
                _ => None,
            },
        }
    }
}
