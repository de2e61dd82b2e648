//! Thresholds, gates and groups. Knows which clause sees which binder; judges nothing.

use rolloutc_runtime::ir::{
    self, Clause, Cmp, ItemId, ItemTest, Node, NodeId, RuleKind, ValueTest,
};
use rolloutc_runtime::ty::Ty;

use super::{Checker, DeclRef, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, GateClause};

impl<'a> Checker<'a> {
    /// All thresholds, by id.
    pub(super) fn thresholds(&mut self) -> Vec<ir::Threshold> {
        let ids = self.ids.thresholds.clone();
        let mut out = Vec::new();
        for (decl, found, scope) in self.each_of(&ids) {
            if let ast::DeclKind::Threshold(threshold) = &found.kind {
                out.push(self.within(decl, |c| c.threshold(threshold, found, &scope)));
            }
        }
        out
    }

    fn threshold(
        &mut self,
        threshold: &'a ast::Threshold,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Threshold {
        let measure = self.expr(&threshold.measure, None, scope);
        let op =
            match threshold.op.node {
                ast::CompareOp::Equal => Cmp::Eq,
                ast::CompareOp::Unequal => Cmp::Ne,
                ast::CompareOp::Less => Cmp::Lt,
                ast::CompareOp::AtMost => Cmp::Le,
                ast::CompareOp::Greater => Cmp::Gt,
                ast::CompareOp::AtLeast => Cmp::Ge,
                ast::CompareOp::In
                | ast::CompareOp::NotIn
                | ast::CompareOp::Matches
                | ast::CompareOp::StartsWith
                | ast::CompareOp::EndsWith
                | ast::CompareOp::Covers
                | ast::CompareOp::Exactly
                | ast::CompareOp::SubsetOf => {
                    let at = self.at(scope, threshold.op.span);
                    let message = format!(
                        "a threshold compares by size, not by `{}`",
                        threshold.op.node.word()
                    );
                    self.report(Diagnostic::error("type-mismatch", at, message).help(
                        "write `<=`, `<`, `>=`, `>`, `==` or `!=`; other conditions are gates",
                    ));
                    Cmp::Eq
                }
            };
        self.ordered(&measure, &threshold.measure, scope);
        let bound = self.against(
            &measure,
            &threshold.measure,
            &threshold.bound,
            threshold.op.node.word(),
            scope,
        );
        let warn = (threshold.warn.as_ref())
            .map(|warn| self.against(&measure, &threshold.measure, warn, "warn", scope));
        ir::Threshold {
            name: threshold.name.text.to_string(),
            measure: measure.node,
            op,
            bound,
            warn,
            samples: threshold
                .samples
                .as_ref()
                .and_then(|n| self.count(n, scope)),
            at: self.place(scope, decl.span),
        }
    }

    fn ordered(&mut self, typed: &Typed, e: &ast::Expr, scope: &Scope) {
        let ty = typed.ty.required();
        if !ty.is_numeric() && !matches!(ty, Ty::Instant | Ty::Date | Ty::Version | Ty::Nothing) {
            let at = self.at(scope, e.span);
            let message = format!(
                "a threshold measures something that has an order, this is {}",
                say(self, ty)
            );
            self.report(Diagnostic::error("type-mismatch", at, message));
        }
    }

    fn against(
        &mut self,
        measure: &Typed,
        left: &ast::Expr,
        bound: &'a ast::Expr,
        op: &str,
        scope: &Scope,
    ) -> NodeId {
        let typed = self.expr(bound, Some(measure.ty.required()), scope);
        let (l, r) = (self.at(scope, left.span), self.at(scope, bound.span));
        if self
            .join_ty(measure.ty.required(), typed.ty.required())
            .is_some()
        {
            return typed.node;
        }
        if let Some(converted) = self.convert(&typed, measure.ty.required(), r) {
            return converted.node;
        }
        self.two_sides(measure, &typed, (l, r), op);
        typed.node
    }

    /// A plain whole number that is written out.
    pub(super) fn count(&mut self, number: &ast::Number, scope: &Scope) -> Option<u32> {
        if let ast::NumberValue::Int(n) = number.value
            && let Ok(n) = u32::try_from(n)
        {
            return Some(n);
        }
        let at = self.at(scope, number.span);
        self.report(Diagnostic::error(
            "type-mismatch",
            at,
            format!("`{}` is not a count", number.text),
        ));
        None
    }

    /// Writes the clauses of all gates asked for so far, and of those that these ask for.
    pub(super) fn gate_bodies(&mut self) {
        while !self.gate_uses.is_empty() {
            for used in std::mem::take(&mut self.gate_uses) {
                let ast::DeclKind::Gate(gate) = &self.decl(used.decl).kind else {
                    continue;
                };
                let before = self.diagnostics.len();
                let scope = used.scope;
                let clauses = self.within(used.decl, |c| c.clauses(gate, &scope));
                self.gates[used.id.ix()].clauses = clauses;
                self.known_already(before);
            }
        }
    }

    /// Checks gates with parameters that nothing asks for.
    pub(super) fn unused_gates(&mut self) {
        for (decl, found) in self.decls() {
            let ast::DeclKind::Gate(gate) = &found.kind else {
                continue;
            };
            if gate.params.is_empty() || self.is_used(decl) {
                continue;
            }
            let mut scope = self.base(decl.module);
            self.within(decl, |c| {
                for param in &gate.params {
                    let outer = scope.clone();
                    let ty = c.ty(&param.ty, &outer);
                    let at = c.at(&outer, param.name.span);
                    let value = c.stand_in(&param.name.text, ty, at);
                    scope.add(&param.name.text, value, at);
                }
                c.clauses(gate, &scope);
            });
        }
        self.gate_bodies();
    }

    /// What a parameter is while nobody gives it: evidence, where it may be asked for its age or state.
    fn stand_in(&mut self, name: &str, ty: Ty, at: Place) -> Typed {
        let local = self.local();
        if !matches!(ty, Ty::Record(_) | Ty::Rows { .. }) {
            return self.push(Node::Local(local), ty, at);
        }
        // No item has this id: nothing that is kept reads it.
        let id = ItemId(u32::MAX - local.0);
        self.imply_item(&format!("parameter {} {name}", local.0), id, ty.clone());
        self.push(Node::Item(id), ty, at)
    }

    fn is_used(&self, decl: DeclRef) -> bool {
        self.cache.gates.keys().any(|(known, _)| *known == decl)
    }

    /// A gate is checked once for each of its uses: what was said at a place stays said once.
    fn known_already(&mut self, before: usize) {
        let (said, new) = self.diagnostics.split_at(before);
        let same = |one: &Diagnostic, other: &Diagnostic| {
            (one.primary.file, one.primary.span, one.code)
                == (other.primary.file, other.primary.span, other.code)
        };
        let keep: Vec<Diagnostic> = (new.iter())
            .filter(|found| !said.iter().any(|other| same(found, other)))
            .cloned()
            .collect();
        self.diagnostics.truncate(before);
        self.diagnostics.extend(keep);
    }

    fn clauses(&mut self, gate: &'a ast::Gate, scope: &Scope) -> Vec<Clause> {
        let mut scope = scope.clone();
        let mut out = Vec::new();
        let mut rules = 0;
        let hard = gate
            .level
            .as_ref()
            .is_some_and(|level| level.node == ast::Level::Hard);
        for clause in &gate.clauses {
            let at = clause.span;
            match &clause.node {
                GateClause::Each { bind, by } => {
                    let (bind, inner) = self.bind(bind, &scope);
                    scope = inner;
                    let by = match by.as_ref().map(|e| (e, &e.kind)) {
                        None => Vec::new(),
                        Some((_, ast::ExprKind::List(items))) => items
                            .iter()
                            .map(|e| self.expr(e, None, &scope).node)
                            .collect(),
                        Some((e, _)) => vec![self.expr(e, None, &scope).node],
                    };
                    out.push(Clause::Each { bind, by });
                }
                GateClause::AppliesWhen(e) => out.push(Clause::Applies(self.condition(e, &scope))),
                GateClause::PendingWhile(e) => out.push(Clause::Pending(self.condition(e, &scope))),
                GateClause::AdvisoryUnless(e) => {
                    self.never_hard(hard, "advisory unless", at, &scope);
                    out.push(Clause::AdvisoryUnless(self.condition(e, &scope)));
                }
                GateClause::AdvisoryUntil(e) => {
                    self.never_hard(hard, "advisory until", at, &scope);
                    out.push(Clause::AdvisoryUntil(self.instant(e, &scope)));
                }
                GateClause::Let(binding) => {
                    let value = self.expr(&binding.value, None, &scope);
                    let place = self.at(&scope, binding.name.span);
                    let local = self.local();
                    let bound = self.push(Node::Local(local), value.ty, place);
                    scope.add(&binding.name.text, bound, place);
                    out.push(Clause::Let {
                        local,
                        value: value.node,
                    });
                }
                GateClause::Require(rule) => {
                    rules += 1;
                    let at = self.place(&scope, at);
                    out.push(Clause::Rule(self.rule(RuleKind::Require, rule, at, &scope)));
                }
                GateClause::Forbid(rule) => {
                    rules += 1;
                    let at = self.place(&scope, at);
                    out.push(Clause::Rule(self.rule(RuleKind::Forbid, rule, at, &scope)));
                }
                GateClause::Need(paths) => {
                    for path in paths {
                        rules += 1;
                        let at = self.place(&scope, path.span);
                        let cond = self.needed(path, &scope);
                        out.push(Clause::Rule(ir::Rule {
                            kind: RuleKind::Need,
                            cond,
                            message: None,
                            at,
                        }));
                    }
                }
            }
        }
        if rules == 0 {
            let at = self.at(&scope, gate.name.span);
            self.report(
                Diagnostic::error(
                    "empty-gate",
                    at,
                    format!("the gate `{}` has no rule", gate.name.text),
                )
                .help("a gate without `require`, `forbid` or `need` would let everything through"),
            );
        }
        out
    }

    fn never_hard(&mut self, hard: bool, clause: &str, span: crate::source::Span, scope: &Scope) {
        if hard {
            let help = "take `hard` away, or this clause";
            self.misplaced(clause, "a hard gate", help, span, scope);
        }
    }

    /// `need x`: true when the item, or the value, is there.
    fn needed(&mut self, path: &'a ast::Path, scope: &Scope) -> NodeId {
        let at = self.at(scope, path.span);
        let typed = self.expr(path, None, scope);
        match self.node(typed.node).clone() {
            Node::Item(id) => {
                self.push(Node::ItemIs(id, ItemTest::Present), Ty::Bool, at)
                    .node
            }
            Node::Gate(_) | Node::Group(_) | Node::Threshold(_) | Node::Given(..) => {
                let message = format!("`{}` is not evidence", self.source(at));
                self.report(
                    Diagnostic::error("type-mismatch", at, message).help(
                        "`need` asks that evidence is there; for a condition write `require`",
                    ),
                );
                typed.node
            }
            _ => {
                self.push(Node::ValueIs(typed.node, ValueTest::Present), Ty::Bool, at)
                    .node
            }
        }
    }

    /// All groups, by id.
    pub(super) fn group_decls(&mut self) -> Vec<ir::Group> {
        let ids = self.ids.groups.clone();
        let mut out = Vec::new();
        for (decl, found, scope) in self.each_of(&ids) {
            if let ast::DeclKind::Group(group) = &found.kind {
                let ask = self.within(decl, |c| c.ask(&group.value, &scope));
                out.push(ir::Group {
                    name: group.name.text.to_string(),
                    ask,
                    at: self.place(&scope, found.span),
                });
            }
        }
        out
    }

    /// What a list of a phase or procedure asks.
    pub(super) fn criteria(
        &mut self,
        items: &'a [ast::Item],
        standing: bool,
        scope: &Scope,
    ) -> Vec<ir::Criterion> {
        let mut out = Vec::new();
        for item in items {
            let ask = self.ask(&item.value, scope);
            if let Some(span) = item.once.filter(|_| !standing) {
                let help = "`once` keeps a verdict that was reached; only `leave` can use it";
                self.misplaced("once", "this list", help, span, scope);
            }
            out.push(self.criterion(ask, item.once.is_some(), item.value.span, scope));
        }
        out
    }

    /// A criterion with its name in reasons.
    pub(super) fn criterion(
        &mut self,
        ask: ir::Ask,
        once: bool,
        span: crate::source::Span,
        scope: &Scope,
    ) -> ir::Criterion {
        let name = match &ask {
            ir::Ask::Gate(id) => self.gates[id.ix()].name.clone(),
            _ => {
                let text = self.source(self.at(scope, span));
                text.split_whitespace().collect::<Vec<_>>().join(" ")
            }
        };
        ir::Criterion {
            ask,
            once,
            name,
            at: self.place(scope, span),
        }
    }

    /// The row type of a source.
    pub(super) fn row_ty(ty: &Ty) -> Ty {
        match ty.required() {
            Ty::Rows { record, .. } => Ty::Record(*record),
            Ty::List(inner) => (**inner).clone(),
            _ => Ty::Nothing,
        }
    }
}
