//! Declarations to the program's tables, each kind in its own file below. Knows the order in which things are known:
//! items that nobody wrote first, then values, gates, what asks them, and what moves the rollout.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{self, ItemId, OriginId, PhaseId, ProcedureId};
use rolloutc_runtime::ty::{RecordId, Ty};

use super::names::suggest;
use super::outline::ModuleId;
use super::procedures::Tables;
use super::{Checker, DeclRef, Def, Scope, say};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, offset};
use crate::syntax::ast;

/// The tables of a program that declarations fill; ids are their indices.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// The rollout line's name; `None` in a module.
    pub rollout: Option<String>,
    /// `on new subject …`
    pub on_new_subject: Option<ir::OnNewSubject>,
    /// `live from …`
    pub live_from: Option<ir::NodeId>,
    /// Params.
    pub params: Vec<ir::Param>,
    /// Evidence, then implied items.
    pub items: Vec<ir::Item>,
    /// Thresholds.
    pub thresholds: Vec<ir::Threshold>,
    /// Groups.
    pub groups: Vec<ir::Group>,
    /// Approvals.
    pub approvals: Vec<ir::Approval>,
    /// `waivers`.
    pub waivers: Vec<ir::Waivers>,
    /// Freezes and windows.
    pub calendar: Vec<ir::Calendar>,
    /// Phases.
    pub phases: Vec<ir::Phase>,
    /// Triggers.
    pub triggers: Vec<ir::Trigger>,
    /// Rollbacks and switches.
    pub procedures: Vec<ir::Procedure>,
    /// Messages.
    pub messages: Vec<ir::Message>,
    /// Reports of the policy itself.
    pub reports: Vec<ir::Report>,
    /// The layout of the decision document, where a report reads it.
    pub decision: Option<RecordId>,
    /// Invariants, fixtures and tests.
    pub tried: super::trials::Tried,
}

impl<'a> Checker<'a> {
    /// Checks every declaration and writes the program's tables.
    pub fn declarations(&mut self) -> Declared {
        let mut out = Declared::default();
        self.heads(&mut out);
        self.known_values();
        let implied = self.implied_items();
        out.params = self.params();
        out.items = self.evidence_items();
        out.thresholds = self.thresholds();
        self.gate_bodies();
        out.groups = self.group_decls();
        out.approvals = self.approvals(&implied);
        out.phases = self.phases();
        let tables = Tables {
            items: &out.items,
            phases: &out.phases,
        };
        out.procedures = self.procedures(tables, &implied);
        out.triggers = self.triggers(&out.phases);
        out.calendar = self.calendars();
        out.items
            .extend(self.implied_tables(implied, &out.approvals));
        self.rollout_clauses(&mut out);
        self.papers(&mut out);
        out.tried = self.trials(&out);
        self.gate_bodies();
        self.unused_gates();
        out.waivers = self.waiver_decls();
        self.gate_bodies();
        for record in 0..self.records.len() {
            self.check_derived(RecordId(offset(record)));
        }
        self.secrets();
        self.structure(&out);
        out
    }

    /// What only the policy itself may declare, and that it does so once.
    fn heads(&mut self, out: &mut Declared) {
        let mut first: Option<Span> = None;
        for (decl, found) in self.decls() {
            let file = self.modules[decl.module.ix()].file;
            if let ast::DeclKind::Rollout(rollout) = &found.kind
                && decl.module == ModuleId::ROOT
            {
                if let Some(first) = first {
                    self.report(
                        Diagnostic::error(
                            "duplicate-name",
                            (file, found.span),
                            "a policy has one `rollout` line",
                        )
                        .also((file, first), "first here"),
                    );
                } else {
                    first = Some(found.span);
                    out.rollout = Some(rollout.name.text.to_string());
                }
            }
        }
        let whole = first.is_some() || self.is_damaged("rollout");
        let mut said = BTreeSet::new();
        for (decl, found) in self.decls() {
            if decl.module == ModuleId::ROOT && whole {
                continue;
            }
            let at = (self.modules[decl.module.ix()].file, found.span);
            let word = match &found.kind {
                ast::DeclKind::Rollout(_) if decl.module != ModuleId::ROOT => "rollout",
                ast::DeclKind::Waivers(_) => "waivers",
                ast::DeclKind::Freeze(_) => "freeze",
                ast::DeclKind::Window(_) => "window",
                ast::DeclKind::Phase(_) => "phase",
                ast::DeclKind::Trigger(_) => "trigger",
                ast::DeclKind::Invariant(_) => "invariant",
                _ => continue,
            };
            let message = match word {
                "rollout" => "a file that another one uses has no `rollout` line".to_string(),
                word => format!("a `{word}` belongs in a policy, not in a module"),
            };
            if !said.insert(decl.module) {
                continue;
            }
            self.report(
                Diagnostic::error("misplaced-declaration", at, message)
                    .help("modules hold types, functions, evidence, gates, rollbacks and switches; a file with a `rollout` line is a policy"),
            );
        }
    }

    /// Asks for every declared type and value once, so that what is wrong in an unused one is found too.
    fn known_values(&mut self) {
        for (decl, found) in self.decls() {
            let scope = Scope::module(decl.module);
            let Some(name) = found.kind.name() else {
                continue;
            };
            match &found.kind {
                ast::DeclKind::Record(record) => {
                    self.record(decl, (decl.module, name.span));
                    self.within(decl, |c| {
                        c.evidence_only(&record.items, "a record", &scope);
                    });
                }
                ast::DeclKind::Table(_) => {
                    let at = self.at(&scope, name.span);
                    self.within(decl, |c| c.table(decl, at));
                }
                ast::DeclKind::Let(_) => {
                    self.within(decl, |c| c.check_let(decl));
                }
                ast::DeclKind::Fn(_) => self.within(decl, |c| c.check_fn(decl)),
                _ => {}
            }
        }
    }

    /// `live from …` and `on new subject …` of the rollout.
    fn rollout_clauses(&mut self, out: &mut Declared) {
        let scope = self.top();
        let mut seen = BTreeSet::new();
        for (decl, found) in self.decls() {
            let ast::DeclKind::Rollout(rollout) = &found.kind else {
                continue;
            };
            if decl.module != ModuleId::ROOT {
                continue;
            }
            if let Some(ast::Subject::Fields(items)) = &rollout.subject {
                self.evidence_only(items, "a subject", &scope);
            }
            for clause in &rollout.clauses {
                match &clause.node {
                    ast::RolloutClause::Live(path) => {
                        self.once(&mut seen, "live from", clause.span, &scope);
                        let typed = self.within(decl, |c| c.expr(path, None, &scope));
                        self.names_subject(&typed.ty, path.span, &scope);
                        out.live_from = Some(typed.node);
                    }
                    ast::RolloutClause::OnNewSubject(rule) => {
                        self.once(&mut seen, "on new subject", clause.span, &scope);
                        out.on_new_subject = match rule {
                            ast::NewSubject::Restart => Some(ir::OnNewSubject::Restart),
                            ast::NewSubject::Finish => Some(ir::OnNewSubject::Finish),
                            ast::NewSubject::Rollback(name) => {
                                let kind = Some(ir::ProcedureKind::Rollback);
                                self.procedure_named(name, kind, &scope)
                                    .map(ir::OnNewSubject::Rollback)
                            }
                        };
                    }
                }
            }
        }
    }

    /// `live from` reads what the subject is: its members, or the only one.
    fn names_subject(&mut self, ty: &Ty, span: Span, scope: &Scope) {
        let fits = match ty.required() {
            Ty::Nothing => true,
            Ty::Record(record) => self
                .subject
                .keys()
                .all(|name| self.slot(*record, name).is_some()),
            Ty::Rows { .. } | Ty::List(_) => false,
            scalar => match self.subject.values().collect::<Vec<_>>().as_slice() {
                [only] => self.fits(scalar, only),
                _ => false,
            },
        };
        if !fits {
            let at = self.at(scope, span);
            let members: Vec<String> = self
                .subject
                .keys()
                .map(|name| format!("`{name}`"))
                .collect();
            let message = format!(
                "what is live is compared with the subject, and this is {}",
                say(self, ty)
            );
            self.report(
                Diagnostic::error("type-mismatch", at, message)
                    .help(format!("read a record with {}", members.join(", "))),
            );
        }
    }

    /// Whether the file looked at is a module: it has no `rollout` line.
    pub(super) fn is_module(&self) -> bool {
        let rollout = |decl: &ast::Decl| matches!(decl.kind, ast::DeclKind::Rollout(_));
        !self.modules[ModuleId::ROOT.ix()]
            .ast
            .decls
            .iter()
            .any(rollout)
    }

    /// The phase of a name.
    pub(super) fn phase_named(&mut self, name: &ast::Name, scope: &Scope) -> Option<PhaseId> {
        match self.named(name, "a phase", scope)? {
            Def::Phase(id) => Some(id),
            other => self.wrong_kind(&name.text, name.span, &other, "a phase", scope),
        }
    }

    /// The rollback or switch of a name.
    pub(super) fn procedure_named(
        &mut self,
        dotted: &ast::Dotted,
        kind: Option<ir::ProcedureKind>,
        scope: &Scope,
    ) -> Option<ProcedureId> {
        let found = self.resolve(dotted, "a rollback or switch", scope)?;
        let Def::Procedure(id) = found else {
            return self.wrong_kind(
                &dotted.to_string(),
                dotted.span,
                &found,
                "a rollback or switch",
                scope,
            );
        };
        let is = match self.decl(self.ids.procedures[id.ix()]).kind {
            ast::DeclKind::Switch(_) => ir::ProcedureKind::Switch,
            _ => ir::ProcedureKind::Rollback,
        };
        if kind.is_none_or(|kind| kind == is) {
            return Some(id);
        }
        let at = self.at(scope, dotted.span);
        let found = match is {
            ir::ProcedureKind::Switch => Diagnostic::error(
                "type-mismatch",
                at,
                format!("`{dotted}` is a switch, not a rollback"),
            )
            .help(format!("write `throw {dotted}`, or name a `rollback`")),
            ir::ProcedureKind::Rollback => Diagnostic::error(
                "type-mismatch",
                at,
                format!("`{dotted}` is a rollback, not a switch"),
            )
            .help(format!("write `rollback {dotted}`, or name a `switch`")),
        };
        self.report(found);
        None
    }

    /// The approval of a name.
    pub(super) fn approval_named(
        &mut self,
        dotted: &ast::Dotted,
        scope: &Scope,
    ) -> Option<ir::ApprovalId> {
        match self.resolve(dotted, "an approval", scope)? {
            Def::Approval(id) => Some(id),
            other => self.wrong_kind(
                &dotted.to_string(),
                dotted.span,
                &other,
                "an approval",
                scope,
            ),
        }
    }

    /// The evidence item of a name.
    pub(super) fn item_named(&mut self, name: &ast::Name, scope: &Scope) -> Option<ItemId> {
        match self.named(name, "evidence", scope)? {
            Def::Item(id) => Some(id),
            other => self.wrong_kind(&name.text, name.span, &other, "evidence", scope),
        }
    }

    /// What a single name means.
    pub(super) fn named(&mut self, name: &ast::Name, what: &str, scope: &Scope) -> Option<Def> {
        let dotted = ast::Dotted {
            names: vec![name.clone()],
            span: name.span,
        };
        self.resolve(&dotted, what, scope)
    }

    /// Says that a name stands for something else than what is wanted.
    pub(super) fn wrong_kind<T>(
        &mut self,
        name: &str,
        span: Span,
        is: &Def,
        want: &str,
        scope: &Scope,
    ) -> Option<T> {
        if *is != Def::Broken {
            let at = self.at(scope, span);
            let message = format!("`{name}` is {}, not {want}", is.say());
            self.report(Diagnostic::error("type-mismatch", at, message));
        }
        None
    }

    /// A role, which must be declared.
    pub(super) fn role(&mut self, name: &ast::Name, scope: &Scope) -> String {
        if !self.owners.contains_key(name.as_str()) && !self.is_damaged("owners") {
            let at = self.at(scope, name.span);
            let known: Vec<String> = self.owners.keys().cloned().collect();
            let found = Diagnostic::error(
                "unknown-name",
                at,
                format!("there is no owner `{}`", name.text),
            );
            let found = if known.is_empty() {
                found.help(format!("declare the roles: `owners {}`", name.text))
            } else {
                suggest(found, &name.text, name.span, &known)
            };
            self.report(found);
        }
        name.text.to_string()
    }

    /// Several roles; one that stands twice is reported.
    pub(super) fn roles(&mut self, names: &[ast::Name], scope: &Scope) -> Vec<String> {
        let mut out: Vec<String> = Vec::new();
        for name in names {
            let role = self.role(name, scope);
            if out.contains(&role) {
                let at = self.at(scope, name.span);
                self.report(Diagnostic::error(
                    "duplicate-name",
                    at,
                    format!("`{role}` is written twice"),
                ));
            } else {
                out.push(role);
            }
        }
        out
    }

    /// The origin of a place in a scope's file.
    pub(super) fn place(&mut self, scope: &Scope, span: Span) -> OriginId {
        let at = self.at(scope, span);
        self.origin(at)
    }

    /// Reports a clause that may stand once and stands again.
    pub(super) fn once(
        &mut self,
        seen: &mut BTreeSet<&'static str>,
        word: &'static str,
        span: Span,
        scope: &Scope,
    ) {
        if !seen.insert(word) {
            let at = self.at(scope, span);
            self.report(
                Diagnostic::error("duplicate-clause", at, format!("`{word}` is written twice"))
                    .help("keep one of them"),
            );
        }
    }

    /// Reports a clause that must be there and is not.
    pub(super) fn lacks(&mut self, name: &ast::Name, clause: &str, example: &str, scope: &Scope) {
        let at = self.at(scope, name.span);
        self.report(
            Diagnostic::error(
                "missing-clause",
                at,
                format!("`{}` has no `{clause}`", name.text),
            )
            .help(format!("for example `{example}`")),
        );
    }

    /// Reports a clause that does not belong where it stands.
    pub(super) fn misplaced(
        &mut self,
        clause: &str,
        place: &str,
        help: &str,
        span: Span,
        scope: &Scope,
    ) {
        let at = self.at(scope, span);
        self.report(
            Diagnostic::error(
                "misplaced-clause",
                at,
                format!("`{clause}` is not allowed in {place}"),
            )
            .help(help),
        );
    }

    /// What a deadline says follows.
    pub(super) fn deadline(
        &mut self,
        deadline: &'a ast::Deadline,
        span: Span,
        approval: bool,
        scope: &Scope,
    ) -> ir::Deadline {
        let within = self.duration(&deadline.limit, scope);
        let otherwise = match &deadline.otherwise {
            None => ir::Otherwise::Blocked,
            Some(otherwise) => match &otherwise.node {
                ast::Else::Blocked => ir::Otherwise::Blocked,
                ast::Else::Halted => ir::Otherwise::Halted,
                ast::Else::Hold => {
                    if !approval {
                        let help = "write `blocked`, `halted`, `rollback NAME` or `escalate ROLE`";
                        self.misplaced("else hold", "this deadline", help, otherwise.span, scope);
                    }
                    ir::Otherwise::Hold
                }
                ast::Else::Rollback(name) => match self.procedure_named(name, None, scope) {
                    Some(id) => ir::Otherwise::Rollback(id),
                    None => ir::Otherwise::Blocked,
                },
                ast::Else::Escalate(names) => ir::Otherwise::Escalate(self.roles(names, scope)),
            },
        };
        ir::Deadline {
            within,
            otherwise,
            at: self.place(scope, span),
        }
    }

    /// The declarations of a list of ids, with their trees.
    pub(super) fn each_of(&self, ids: &[DeclRef]) -> Vec<(DeclRef, &'a ast::Decl, Scope)> {
        let with = |decl: &DeclRef| (*decl, self.decl(*decl), self.base(decl.module));
        ids.iter().map(with).collect()
    }
}
