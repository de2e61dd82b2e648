//! Approvals and waivers: who may let pass what. Knows roles and clauses; counts no votes.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{self, Clause, ItemId, Node, Quorum, QuorumNeed, RuleKind};
use rolloutc_runtime::ty::Ty;

use super::implied::Implied;
use super::names::suggest;
use super::{Checker, Def, Scope};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, ApprovalClause, WaiverClause};

impl<'a> Checker<'a> {
    /// All approvals, by id.
    pub(super) fn approvals(&mut self, implied: &Implied) -> Vec<ir::Approval> {
        let ids = self.ids.approvals.clone();
        let mut out = Vec::new();
        for (i, (decl, found, scope)) in self.each_of(&ids).into_iter().enumerate() {
            if let ast::DeclKind::Approval(approval) = &found.kind {
                let item = implied.approvals.get(i).copied().flatten();
                out.push(self.within(decl, |c| c.approval(approval, item, found, &scope)));
            }
        }
        out
    }

    fn approval(
        &mut self,
        approval: &'a ast::Approval,
        item: Option<ItemId>,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Approval {
        let (mut by, mut fresh, mut within) = (None, None, None);
        let (mut distinct, mut not, mut stands) = (false, Vec::new(), false);
        let mut seen = BTreeSet::new();
        for clause in &approval.clauses {
            match &clause.node {
                ApprovalClause::By(clause_by) => {
                    self.once(&mut seen, "by", clause.span, scope);
                    by = Some(self.quorum(clause_by, scope));
                }
                ApprovalClause::From(_) => self.once(&mut seen, "from", clause.span, scope),
                ApprovalClause::Fresh(e) => {
                    self.once(&mut seen, "fresh", clause.span, scope);
                    fresh = Some(self.duration(e, scope));
                }
                ApprovalClause::People(rules) => {
                    for rule in rules {
                        match &rule.node {
                            ast::PeopleRule::Distinct => distinct = true,
                            ast::PeopleRule::Not(name) => not.push(self.not_role(name, scope)),
                        }
                    }
                }
                ApprovalClause::Within(deadline) => {
                    self.once(&mut seen, "within", clause.span, scope);
                    within = Some(self.deadline(deadline, clause.span, true, scope));
                }
                ApprovalClause::Stands => {
                    self.once(&mut seen, "stands", clause.span, scope);
                    stands = true;
                }
            }
        }
        if by.is_none() {
            self.lacks(&approval.name, "by", "by all of runtime, control", scope);
        }
        if fresh.is_none() {
            self.lacks(&approval.name, "fresh", "fresh 24h", scope);
        }
        let place = self.at(scope, decl.span);
        ir::Approval {
            name: approval.name.text.to_string(),
            by: by.unwrap_or(Quorum {
                need: QuorumNeed::All,
                roles: Vec::new(),
            }),
            item,
            fresh: fresh.unwrap_or_else(|| self.poison(place).node),
            distinct,
            not,
            within,
            stands,
            at: self.place(scope, decl.span),
        }
    }

    fn not_role(&mut self, name: &ast::Name, scope: &Scope) -> String {
        let known = self.owners.contains_key(name.as_str())
            || self.subject.contains_key(name.as_str())
            || name.as_str() == "author"
            || self.is_damaged("owners");
        if !known {
            let at = self.at(scope, name.span);
            let mut list: Vec<String> = self.owners.keys().cloned().collect();
            list.push("author".to_string());
            let found = Diagnostic::error(
                "unknown-name",
                at,
                format!("there is no owner `{}`", name.text),
            );
            self.report(suggest(found, &name.text, name.span, &list));
        }
        name.text.to_string()
    }

    pub(super) fn quorum(&mut self, by: &'a ast::By, scope: &Scope) -> Quorum {
        let roles = self.roles(&by.roles, scope);
        let need = match by.quorum.as_ref().map(|q| (&q.node, q.span)) {
            None | Some((ast::Quorum::All, _)) => QuorumNeed::All,
            Some((ast::Quorum::Any, _)) => QuorumNeed::Any,
            Some((ast::Quorum::AtLeast(number), span)) => {
                let n = self.count(number, scope).unwrap_or(1);
                self.possible(n, roles.len(), span, scope);
                QuorumNeed::AtLeast(n)
            }
        };
        Quorum { need, roles }
    }

    fn possible(&mut self, n: u32, of: usize, span: Span, scope: &Scope) {
        if n == 0 || n as usize > of {
            let at = self.at(scope, span);
            let message = match n {
                0 => "a quorum of 0 asks nobody".to_string(),
                n => format!("{n} of {of} can never agree"),
            };
            self.report(
                Diagnostic::error("quorum-impossible", at, message)
                    .help("name more roles, or ask for fewer"),
            );
        }
    }

    /// All `waivers`, by id.
    pub(super) fn waiver_decls(&mut self) -> Vec<ir::Waivers> {
        let ids = self.ids.waivers.clone();
        let mut out = Vec::new();
        for (decl, found, scope) in self.each_of(&ids) {
            if let ast::DeclKind::Waivers(waivers) = &found.kind {
                out.push(self.within(decl, |c| c.waivers(waivers, found, &scope)));
            }
        }
        out
    }

    fn waivers(
        &mut self,
        waivers: &'a ast::Waivers,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Waivers {
        let rows = self.expr(&waivers.rows, None, scope);
        let at = self.at(scope, waivers.name.span);
        if !matches!(rows.ty.required(), Ty::Rows { .. } | Ty::Nothing) {
            let place = self.at(scope, waivers.rows.span);
            let message = format!("waivers are rows, this is {}", super::say(self, &rows.ty));
            self.report(Diagnostic::error("type-mismatch", place, message));
        }
        let (local, row) = self.row(&rows, &waivers.rows, scope, at);
        let inner = scope.with(&waivers.name.text, row, at);
        let mut out = ir::Waivers {
            name: waivers.name.text.to_string(),
            local,
            rows: rows.node,
            by: None,
            at_most: None,
            until: None,
            warn: None,
            valid: Vec::new(),
            cover: Vec::new(),
            at: self.place(scope, decl.span),
        };
        let mut seen = BTreeSet::new();
        for clause in &waivers.clauses {
            match &clause.node {
                WaiverClause::By(by) => {
                    self.once(&mut seen, "by", clause.span, scope);
                    out.by = Some(self.quorum(by, scope));
                }
                WaiverClause::AtMost(e) => {
                    self.once(&mut seen, "at most", clause.span, scope);
                    out.at_most = Some(self.duration(e, &inner));
                }
                WaiverClause::Until(e) => {
                    self.once(&mut seen, "until", clause.span, scope);
                    out.until = Some(self.instant(e, &inner));
                }
                WaiverClause::UntilSubjectChanges => {
                    self.once(&mut seen, "until", clause.span, scope)
                }
                WaiverClause::WarnBefore(e) => {
                    self.once(&mut seen, "warn", clause.span, scope);
                    out.warn = Some(self.duration(e, &inner));
                }
                WaiverClause::Valid(rule) => {
                    let at = self.place(scope, clause.span);
                    out.valid
                        .push(self.rule(RuleKind::Require, rule, at, &inner));
                }
                WaiverClause::Cover(cover) => out.cover.extend(self.cover(cover, &inner)),
            }
        }
        if !seen.contains("until") {
            self.report(
                Diagnostic::error(
                    "waiver-without-limit",
                    at,
                    format!("nothing says when `{}` run out", waivers.name.text),
                )
                .help(format!(
                    "write `until {}.expires`, or `until subject changes`",
                    waivers.name.text
                )),
            );
        }
        if !waivers
            .clauses
            .iter()
            .any(|c| matches!(c.node, WaiverClause::Cover(_)))
        {
            self.lacks(
                &waivers.name,
                "cover",
                "cover lane[l] when w.lane == l.lane_id",
                scope,
            );
        }
        out
    }

    fn cover(&mut self, cover: &'a ast::Cover, scope: &Scope) -> Option<ir::Cover> {
        let found = self.resolve(&cover.gate, "a gate", scope)?;
        let Def::Gate(decl) = found else {
            return self.wrong_kind(
                &cover.gate.to_string(),
                cover.gate.span,
                &found,
                "a gate",
                scope,
            );
        };
        let at = self.at(scope, cover.gate.span);
        let gate = self.gate_use(decl, cover.args.as_deref().unwrap_or_default(), scope, at)?;
        self.gate_bodies();
        if self.gates[gate.ix()].level == ir::Level::Hard {
            let message = format!(
                "`{}` is hard: no waiver covers it",
                self.gates[gate.ix()].name
            );
            self.report(
                Diagnostic::error("waiver-on-hard-gate", at, message)
                    .help("take `hard` from the gate, or this line out"),
            );
        }
        let sources: Vec<Ty> = (self.gates[gate.ix()].clauses.iter())
            .flat_map(|clause| match clause {
                Clause::Each { bind, .. } => bind
                    .vars
                    .iter()
                    .map(|(_, node)| Self::row_ty(self.node_ty(*node)))
                    .collect(),
                _ => Vec::new(),
            })
            .collect();
        if !cover.rows.is_empty() && cover.rows.len() != sources.len() {
            let name = self.gates[gate.ix()].name.clone();
            let span = cover
                .rows
                .iter()
                .fold(cover.gate.span, |span, name| span.to(name.span));
            let place = self.at(scope, span);
            let message = match sources.len() {
                0 => format!("`{name}` has no rows"),
                1 => format!("a row of `{name}` has one name, not {}", cover.rows.len()),
                n => format!("a row of `{name}` has {n} names, not {}", cover.rows.len()),
            };
            self.report(Diagnostic::error("wrong-arguments", place, message));
            return None;
        }
        let mut inner = scope.clone();
        let mut rows = Vec::new();
        for (name, ty) in cover.rows.iter().zip(sources) {
            let place = self.at(scope, name.span);
            let local = self.local();
            let row = self.push(Node::Local(local), ty, place);
            inner.add(&name.text, row, place);
            rows.push(local);
        }
        Some(ir::Cover {
            gate,
            rows,
            also_missing: cover.also_missing.is_some(),
            when: cover.when.as_ref().map(|e| self.condition(e, &inner)),
        })
    }
}
