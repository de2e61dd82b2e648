//! Secrets stay out of programs, decisions and states: a secret is a param, and is for the `bearer` of a source.
//! Knows where each may stand; knows no value.

use rolloutc_runtime::ir::{Node, NodeId};
use rolloutc_runtime::ty::{RecordId, Ty};

use super::{Checker, Place};
use crate::diagnostic::Diagnostic;
use crate::source::offset;
use crate::syntax::ast;

const HELP: &str = "a secret is for the `bearer` of a source only";

impl<'a> Checker<'a> {
    /// Reports every secret that stands where it would be read, shown or kept.
    pub(super) fn secrets(&mut self) {
        self.kept_secrets();
        let bearers: Vec<NodeId> = self.cache.bearers.clone();
        let mut found: Vec<Place> = Vec::new();
        for at in 0..self.code.len() {
            let node = NodeId(offset(at));
            let secret = is_secret(self.node_ty(node)) && matches!(self.node(node), Node::Param(_));
            if secret && !bearers.contains(&node) {
                found.push(self.model.nodes[at]);
            }
        }
        for at in found {
            // What was said there already is enough.
            if self.diagnostics.iter().any(|one| covers(one, at)) {
                continue;
            }
            let message = format!("`{}` is a secret, which no rule reads", self.source(at));
            self.report(Diagnostic::error("secret-in-text", at, message).help(HELP));
        }
    }

    /// Fields and members of the subject that would bring a secret in with evidence, or keep it.
    fn kept_secrets(&mut self) {
        for record in 0..self.records.len() {
            let fields = self.records[record].fields.len();
            for field in 0..fields {
                let layout = &self.records[record];
                if !is_secret(&layout.fields[field].ty) {
                    continue;
                }
                let message = format!("`{}` would keep a secret", layout.fields[field].name);
                let data = self.data(RecordId(offset(record)));
                if let Some(at) = data.places.get(field).copied() {
                    self.kept(message, at);
                }
            }
        }
        let rollouts: Vec<_> = self.decls().collect();
        for (decl, found) in rollouts {
            let ast::DeclKind::Rollout(rollout) = &found.kind else {
                continue;
            };
            let Some(ast::Subject::Fields(items)) = &rollout.subject else {
                continue;
            };
            for field in items.iter().filter_map(|item| item.node.as_field()) {
                let name = &field.name;
                if self.subject.get(name.as_str()).is_some_and(is_secret) {
                    let at = (self.modules[decl.module.ix()].file, name.span);
                    self.kept(format!("`{}` would keep a secret", name.text), at);
                }
            }
        }
    }

    fn kept(&mut self, message: String, at: Place) {
        let found = Diagnostic::error("secret-in-text", at, message);
        self.report(found.help("only a `param` is a secret; make it a text, or remove it"));
    }
}

fn is_secret(ty: &Ty) -> bool {
    match ty {
        Ty::Secret => true,
        Ty::Optional(inner) | Ty::List(inner) => is_secret(inner),
        _ => false,
    }
}

fn covers(found: &Diagnostic, (file, span): Place) -> bool {
    let primary = &found.primary;
    primary.file == file && primary.span.start <= span.start && span.end <= primary.span.end
}
