//! Triggers: what stops or turns a rollout back. Knows clauses; fires nothing.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{self, OnUnknown, PhaseId, ProcedureKind, Sustain, Then};

use super::{Checker, Scope};
use crate::source::offset;
use crate::syntax::ast::{self, TriggerClause};

impl<'a> Checker<'a> {
    /// All triggers, by id.
    pub(super) fn triggers(&mut self, phases: &[ir::Phase]) -> Vec<ir::Trigger> {
        let ids = self.ids.triggers.clone();
        let mut out = Vec::new();
        for (decl, found, scope) in self.each_of(&ids) {
            if let ast::DeclKind::Trigger(trigger) = &found.kind {
                out.push(self.within(decl, |c| c.trigger(trigger, phases.len(), found, &scope)));
            }
        }
        out
    }

    fn trigger(
        &mut self,
        trigger: &'a ast::Trigger,
        phases: usize,
        decl: &ast::Decl,
        scope: &Scope,
    ) -> ir::Trigger {
        let at = self.at(scope, decl.span);
        let mut inner = scope.clone();
        let (mut when, mut then) = (None, None);
        let mut out = ir::Trigger {
            name: trigger.name.text.to_string(),
            class: None,
            phases: Vec::new(),
            scope: Vec::new(),
            each: None,
            when: rolloutc_runtime::ir::NodeId(0),
            sustain: Sustain::Once,
            then: Then::Halt,
            on_unknown: OnUnknown::Blind,
            at: self.origin(at),
        };
        let mut seen = BTreeSet::new();
        for clause in &trigger.clauses {
            let span = clause.span;
            match &clause.node {
                TriggerClause::Class(name) => {
                    self.once(&mut seen, "class", span, scope);
                    out.class = Some(name.text.to_string());
                }
                TriggerClause::In(names) => {
                    self.once(&mut seen, "in", span, scope);
                    for name in names {
                        out.phases.extend(
                            self.phase_named(name, scope)
                                .filter(|id| !out.phases.contains(id)),
                        );
                    }
                }
                TriggerClause::Scope(what) => out.scope.push(self.scope_of(what, &inner)),
                TriggerClause::Each(bind) => {
                    self.once(&mut seen, "each", span, scope);
                    let (bind, bound) = self.bind(bind, &inner);
                    inner = bound;
                    out.each = Some(bind);
                }
                TriggerClause::When(e) => {
                    self.once(&mut seen, "when", span, scope);
                    when = Some(self.condition(e, &inner));
                }
                TriggerClause::For(e) => {
                    self.once(&mut seen, "for", span, scope);
                    out.sustain = Sustain::For(self.duration(e, &inner));
                }
                TriggerClause::Times { count, in_a_row } => {
                    self.once(&mut seen, "times", span, scope);
                    out.sustain = Sustain::Times {
                        count: self.int(count, &inner),
                        in_a_row: in_a_row.is_some(),
                    };
                }
                TriggerClause::Then(what) => {
                    self.once(&mut seen, "then", span, scope);
                    then = Some(self.then(what, scope));
                }
                TriggerClause::OnUnknown(what) => {
                    self.once(&mut seen, "on unknown", span, scope);
                    out.on_unknown = match what {
                        ast::OnUnknown::Fire => OnUnknown::Fire,
                        ast::OnUnknown::Ignore => OnUnknown::Ignore,
                    };
                }
            }
        }
        if seen.contains("for") && seen.contains("times") {
            let help = "keep one of them";
            self.misplaced(
                "times",
                "a trigger that has `for`",
                help,
                trigger.name.span,
                scope,
            );
        }
        if !seen.contains("in") {
            out.phases = (0..phases).map(|i| PhaseId(offset(i))).collect();
        }
        if when.is_none() {
            self.lacks(&trigger.name, "when", "when slo.errors > 5%", scope);
        }
        if then.is_none() {
            self.lacks(&trigger.name, "then", "then halt", scope);
        }
        out.when = when.unwrap_or_else(|| self.poison(at).node);
        out.then = then.flatten().unwrap_or(Then::Halt);
        out
    }

    fn then(&mut self, what: &ast::Then, scope: &Scope) -> Option<Then> {
        match what {
            ast::Then::Halt => Some(Then::Halt),
            ast::Then::Rollback(name) => self
                .procedure_named(name, Some(ProcedureKind::Rollback), scope)
                .map(Then::Start),
            ast::Then::Throw(name) => self
                .procedure_named(name, Some(ProcedureKind::Switch), scope)
                .map(Then::Start),
        }
    }
}
