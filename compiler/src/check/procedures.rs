//! Rollbacks and switches: the ways back. Knows targets, steps and logs; carries out nothing.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{
    self, Check, Const, ItemId, Node, Part, ProcedureKind, Step, Target, TextId,
};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::ty::Ty;

use super::implied::Implied;
use super::{Checker, Scope, say};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, ProcedureClause};

/// What a procedure may point at.
#[derive(Clone, Copy)]
pub(super) struct Tables<'t> {
    /// Declared items.
    pub items: &'t [ir::Item],
    /// Phases.
    pub phases: &'t [ir::Phase],
}

/// What is gathered of a procedure while its clauses are read.
struct Draft {
    kind: ProcedureKind,
    out: ir::Procedure,
    seen: BTreeSet<&'static str>,
    ids: BTreeSet<String>,
    scope: Scope,
}

impl<'a> Checker<'a> {
    /// All rollbacks and switches, by id.
    pub(super) fn procedures(
        &mut self,
        tables: Tables<'_>,
        implied: &Implied,
    ) -> Vec<ir::Procedure> {
        let ids = self.ids.procedures.clone();
        let mut out = Vec::new();
        for (i, (decl, found, scope)) in self.each_of(&ids).into_iter().enumerate() {
            let (kind, procedure) = match &found.kind {
                ast::DeclKind::Rollback(procedure) => (ProcedureKind::Rollback, procedure),
                ast::DeclKind::Switch(procedure) => (ProcedureKind::Switch, procedure),
                _ => continue,
            };
            let log = implied.logs.get(i).copied().flatten();
            out.push(self.within(decl, |c| {
                c.procedure(kind, procedure, (found, log, tables), scope)
            }));
        }
        out
    }

    fn procedure(
        &mut self,
        kind: ProcedureKind,
        procedure: &'a ast::Procedure,
        (decl, log, tables): (&ast::Decl, Option<ItemId>, Tables<'_>),
        scope: Scope,
    ) -> ir::Procedure {
        let at = self.place(&scope, decl.span);
        let mut draft = Draft {
            kind,
            out: ir::Procedure {
                name: procedure.name.text.to_string(),
                kind,
                fields: Vec::new(),
                target: Target::Stay,
                by: Vec::new(),
                decide: None,
                finish: None,
                recover: None,
                impacts: Vec::new(),
                steps: Vec::new(),
                checks: Vec::new(),
                log: log.unwrap_or(ItemId(0)),
                any_order: false,
                verify: Vec::new(),
                reenter: None,
                at,
            },
            seen: BTreeSet::new(),
            ids: BTreeSet::new(),
            scope,
        };
        for clause in &procedure.clauses {
            self.procedure_clause(clause, tables, &mut draft);
        }
        if kind == ProcedureKind::Switch {
            // Whoever may throw it runs all of it, wherever `by` stands.
            let by = draft.out.by.clone();
            draft
                .out
                .steps
                .iter_mut()
                .for_each(|step| step.by = by.clone());
        }
        self.complete_procedure(procedure, &draft, decl.tainted);
        draft.out
    }

    fn procedure_clause(
        &mut self,
        clause: &'a ast::Spanned<ProcedureClause>,
        tables: Tables<'_>,
        draft: &mut Draft,
    ) {
        let span = clause.span;
        let scope = draft.scope.clone();
        match &clause.node {
            ProcedureClause::Field(field) => {
                self.only_in(draft, ProcedureKind::Rollback, "a field", span);
                let made = self.field(field, &scope);
                self.fresh_id(draft, made.name.clone(), field.name.span);
                let at = self.at(&scope, field.name.span);
                // Asked of the operator: a step's text keeps the hole, for the operator to fill.
                let hole = Const::Text(format!("{{{}}}", made.name));
                let value = self.push(Node::Const(hole), Ty::Text, at);
                draft.scope.add(&field.name.text, value, at);
                draft.out.fields.push(made);
            }
            ProcedureClause::To { phase, at } => {
                self.only_in(draft, ProcedureKind::Rollback, "to", span);
                self.once(&mut draft.seen, "to", span, &scope);
                if let Some(target) = self.target(tables.phases, phase, at.as_ref(), &scope) {
                    draft.out.target = target;
                }
            }
            ProcedureClause::ToStay => {
                self.only_in(draft, ProcedureKind::Rollback, "to", span);
                self.once(&mut draft.seen, "to", span, &scope);
            }
            ProcedureClause::Decide(deadline) => {
                self.only_in(draft, ProcedureKind::Rollback, "decide within", span);
                self.once(&mut draft.seen, "decide within", span, &scope);
                draft.out.decide = Some(self.deadline(deadline, span, false, &scope));
            }
            ProcedureClause::Finish(deadline) => {
                self.only_in(draft, ProcedureKind::Rollback, "finish within", span);
                self.once(&mut draft.seen, "finish within", span, &scope);
                draft.out.finish = Some(self.deadline(deadline, span, false, &scope));
            }
            ProcedureClause::Recover(deadline) => {
                self.once(&mut draft.seen, "recover within", span, &scope);
                draft.out.recover = Some(self.deadline(deadline, span, false, &scope));
            }
            ProcedureClause::By(names) => {
                self.only_in(draft, ProcedureKind::Switch, "by", span);
                self.once(&mut draft.seen, "by", span, &scope);
                draft.out.by = self.roles(names, &scope);
            }
            ProcedureClause::Run(call) => {
                self.only_in(draft, ProcedureKind::Switch, "run", span);
                let words = self.command(call, &scope);
                let id = format!("run-{}", draft.out.steps.len() + 1);
                let text = self.line_of(&words);
                let at = self.place(&scope, span);
                draft.out.steps.push(Step {
                    id,
                    text,
                    by: Vec::new(),
                    run: Some(words),
                    messages: Vec::new(),
                    at,
                });
            }
            ProcedureClause::Impact { name, text } => {
                self.only_in(draft, ProcedureKind::Rollback, "impact", span);
                let text = self.text(text, &scope);
                draft.out.impacts.push((name.text.to_string(), text));
            }
            ProcedureClause::Step(step) => {
                self.only_in(draft, ProcedureKind::Rollback, "step", span);
                self.fresh_id(draft, step.name.text.to_string(), step.name.span);
                let made = Step {
                    id: step.name.text.to_string(),
                    text: self.text(&step.text, &scope),
                    by: self.roles(&step.by, &scope),
                    run: step.run.as_ref().map(|call| self.command(call, &scope)),
                    messages: self.named_messages(&step.text, &scope),
                    at: self.place(&scope, span),
                };
                draft.out.steps.push(made);
            }
            ProcedureClause::Check { name, text } => {
                let id = match name {
                    Some(name) => name.text.to_string(),
                    None => format!("check-{}", draft.out.checks.len() + 1),
                };
                self.fresh_id(
                    draft,
                    id.clone(),
                    name.as_ref().map_or(span, |name| name.span),
                );
                let text = self.text(text, &scope);
                draft.out.checks.push(Check::Text { id, text });
            }
            ProcedureClause::CheckList(e) => {
                let typed = self.expr(e, None, &scope);
                let texts = Ty::List(Box::new(Ty::Text));
                if !self.fits(&typed.ty, &texts) {
                    let at = self.at(&scope, e.span);
                    let message = format!("checks are texts, this is {}", say(self, &typed.ty));
                    self.report(Diagnostic::error("type-mismatch", at, message));
                }
                draft.out.checks.push(Check::List(typed.node));
            }
            ProcedureClause::Log { name, any_order } => {
                self.once(&mut draft.seen, "log", span, &scope);
                draft.out.any_order = any_order.is_some();
                let implied = format!("{}_log", draft.out.name);
                if name.text.as_ref() == implied && self.find(scope.module, &implied).is_none() {
                    // It is the log already that nobody wrote a line for.
                } else if let Some(item) = self.item_named(name, &scope) {
                    draft.out.log = item;
                    self.log_fits(name, tables.items.get(item.ix()), &scope);
                }
            }
            ProcedureClause::Verify(list) => {
                self.once(&mut draft.seen, "verify", span, &scope);
                draft.out.verify.extend(self.criteria(list, false, &scope));
            }
            ProcedureClause::ReenterWhen(e) => {
                self.once(&mut draft.seen, "reenter", span, &scope);
                draft.out.reenter = Some(self.condition(e, &scope));
            }
        }
    }

    fn only_in(&mut self, draft: &Draft, kind: ProcedureKind, clause: &str, span: Span) {
        if draft.kind != kind {
            let (place, help) = match draft.kind {
                ProcedureKind::Rollback => (
                    "a rollback",
                    "it belongs to a `switch`; a rollback has a `step` for each thing to do",
                ),
                ProcedureKind::Switch => (
                    "a switch",
                    "it belongs to a `rollback`; a switch has a `run` for each command",
                ),
            };
            let scope = draft.scope.clone();
            self.misplaced(clause, place, help, span, &scope);
        }
    }

    /// Fields, steps and checks are told apart by their names in the log.
    fn fresh_id(&mut self, draft: &mut Draft, id: String, span: Span) {
        let message = format!("`{}` has two lines named `{id}`", draft.out.name);
        if !draft.ids.insert(id) {
            let at = self.at(&draft.scope, span);
            self.report(
                Diagnostic::error("duplicate-name", at, message)
                    .help("a row of the log could not say which is meant"),
            );
        }
    }

    fn target(
        &mut self,
        phases: &[ir::Phase],
        name: &ast::Name,
        at: Option<&ast::Number>,
        scope: &Scope,
    ) -> Option<Target> {
        let phase = self.phase_named(name, scope)?;
        let cohort =
            at.and_then(|number| self.share(number, scope).map(|share| (share, number.span)));
        if let Some((share, span)) = cohort {
            self.reachable(phases, (phase, share), span, scope);
        }
        Some(Target::Place {
            phase,
            cohort: cohort.map(|(share, _)| share),
        })
    }

    /// Reports a share that is not a cohort of the phase.
    pub(super) fn reachable(
        &mut self,
        phases: &[ir::Phase],
        (phase, share): (ir::PhaseId, Number),
        span: Span,
        scope: &Scope,
    ) {
        let Some(target) = phases
            .get(phase.ix())
            .filter(|target| target.cohorts_from.is_none())
        else {
            return;
        };
        if self.decl(self.ids.phases[phase.ix()]).tainted {
            return;
        }
        let shares: Vec<Number> = target.cohorts.iter().map(|cohort| cohort.share).collect();
        let at = self.at(scope, span);
        if shares.is_empty() {
            self.report(
                Diagnostic::error(
                    "unknown-cohort",
                    at,
                    format!("the phase `{}` has no cohorts", target.name),
                )
                .help(format!("write `{}` alone", target.name)),
            );
        } else if !share.is_zero() && !shares.contains(&share) {
            let list: Vec<String> = shares
                .iter()
                .map(|s| rolloutc_runtime::unit::ratio_text(*s))
                .collect();
            let text = self.source(at);
            self.report(
                Diagnostic::error(
                    "unknown-cohort",
                    at,
                    format!("`{text}` is not a cohort of `{}`", target.name),
                )
                .help(format!(
                    "there are {}; `0%` is before the first",
                    list.join(", ")
                )),
            );
        }
    }

    /// The words of `run command("a", "b")`.
    fn command(&mut self, call: &'a ast::Call, scope: &Scope) -> Vec<TextId> {
        if call.callee.to_string() != "command" {
            let at = self.at(scope, call.callee.span);
            let message = format!("only a `command` can be run, not `{}`", call.callee);
            self.report(
                Diagnostic::error("unknown-name", at, message)
                    .help("for example `run command(\"scripts/flip.sh\", \"off\")`"),
            );
        }
        let mut words = Vec::new();
        for arg in &call.args {
            let ast::Arg::Value(e) = arg else {
                let at = self.at(scope, call.span);
                self.report(
                    Diagnostic::error("wrong-arguments", at, "a command is a list of texts")
                        .help("for example `run command(\"scripts/flip.sh\", \"off\")`"),
                );
                continue;
            };
            let at = self.at(scope, e.span);
            let text = match &e.bare().kind {
                ast::ExprKind::Text(text) => self.text(text, scope),
                _ => {
                    let before = self.diagnostics.len();
                    let node = self.value(e, &Ty::Text, scope);
                    if self.diagnostics.len() > before {
                        continue;
                    }
                    let part = match self.const_of(node) {
                        Some(Const::Text(text)) => Part::Literal(text),
                        _ => Part::Hole(node),
                    };
                    self.raw_text(vec![part])
                }
            };
            if !self.fixed_words(text) {
                self.report(
                    Diagnostic::error(
                        "not-a-constant",
                        at,
                        "a command holds only fixed texts and params",
                    )
                    .help("what evidence or the subject says is never run: show it in the text of the step, or let the command look it up"),
                );
            }
            words.push(text);
        }
        if words.is_empty() {
            let at = self.at(scope, call.span);
            self.report(
                Diagnostic::error("wrong-arguments", at, "this command runs nothing")
                    .help("name the program first: `command(\"scripts/flip.sh\", \"off\")`"),
            );
        }
        words
    }

    /// Whether a text depends on nothing but params.
    fn fixed_words(&self, text: TextId) -> bool {
        self.texts[text.ix()].parts.iter().all(|part| match part {
            Part::Literal(_) => true,
            Part::Hole(node) => {
                self.const_of(*node).is_some() || matches!(self.node(*node), Node::Param(_))
            }
            Part::SetHole(_) | Part::For(..) => false,
        })
    }

    /// A command as one line to show.
    fn line_of(&mut self, words: &[TextId]) -> TextId {
        let mut parts: Vec<Part> = Vec::new();
        for (i, word) in words.iter().enumerate() {
            if i > 0 {
                parts.push(Part::Literal(" ".to_string()));
            }
            parts.extend(self.texts[word.ix()].parts.clone());
        }
        self.raw_text(parts)
    }

    /// A log is rows that say which step was done, and when.
    fn log_fits(&mut self, name: &ast::Name, item: Option<&ir::Item>, scope: &Scope) {
        let Some(item) = item else { return };
        let at = self.at(scope, name.span);
        let Ty::Rows { record, .. } = item.ty.required() else {
            let open = Ty::List(Box::new(Ty::Nothing));
            if item.ty != Ty::Nothing && item.ty != open {
                let message = format!("a log is rows, `{}` is {}", name.text, say(self, &item.ty));
                self.report(Diagnostic::error("type-mismatch", at, message));
            }
            return;
        };
        for (member, want) in [("step", Ty::Text), ("done_at", Ty::Instant)] {
            let slot = self.slot(*record, member);
            let ty = slot.map(|slot| {
                self.records[record.0 as usize].fields[usize::from(slot)]
                    .ty
                    .clone()
            });
            if ty.as_ref().map(|ty| ty.required()) != Some(&want) {
                let message = format!(
                    "the rows of `{}` have no `{member}: {}`",
                    name.text,
                    if want == Ty::Text { "text" } else { "instant" }
                );
                self.report(Diagnostic::error("type-mismatch", at, message).help(
                    "a row of a log says which `step` was `done_at` which instant, and `by` whom",
                ));
            }
        }
    }

    /// What every way back must have.
    fn complete_procedure(&mut self, procedure: &'a ast::Procedure, draft: &Draft, tainted: bool) {
        if tainted {
            return;
        }
        let (word, target) = match draft.kind {
            ProcedureKind::Rollback => ("rollback", !draft.seen.contains("to")),
            ProcedureKind::Switch => ("switch", false),
        };
        let mut lacks = Vec::new();
        if target {
            lacks.push("where it leads (`to PHASE` or `to stay`)");
        }
        if draft.out.steps.is_empty() {
            lacks.push(match draft.kind {
                ProcedureKind::Rollback => "what to do (`step`)",
                ProcedureKind::Switch => "what to run (`run`)",
            });
        }
        if !draft.seen.contains("verify") {
            lacks.push("how to see that it worked (`verify`)");
        }
        if draft.kind == ProcedureKind::Switch && draft.out.by.is_empty() {
            lacks.push("who may throw it (`by`)");
        }
        if draft.kind == ProcedureKind::Switch && draft.out.recover.is_none() {
            lacks.push("how soon it must work (`recover within`)");
        }
        if !lacks.is_empty() {
            let at = self.at(&draft.scope, procedure.name.span);
            let message = format!(
                "the {word} `{}` does not say {}",
                procedure.name.text,
                lacks.join(", nor ")
            );
            let example = match draft.kind {
                ProcedureKind::Rollback => {
                    "to canary at 0%   step stop \"Stop promoting\" by ops   verify healthy"
                }
                ProcedureKind::Switch => {
                    "by ops   run command(\"scripts/off.sh\")   recover within 15m   verify healthy"
                }
            };
            let found = Diagnostic::error("incomplete-rollback", at, message);
            self.report(found.help(format!("for example `{example}`")));
        }
    }
}
