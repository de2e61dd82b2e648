//! Clauses: a word that lines up with those of its block, and what follows it.

use super::expr::hugs;
use super::field::Tail;
use super::{BODY, Build, ELSE, HEAD};
use crate::fmt::doc::{Block, Cell, Doc, Item};
use crate::source::Span;
use crate::syntax::ast::{
    self, ApprovalClause, Bind, CalendarClause, Call, Change, Cohort, Cover, Deadline, Expr,
    GateClause, Given, Let, MessageClause, Never, PhaseClause, ProcedureClause, RolloutClause,
    Rule, Scope, Source, Spanned, Step, StopKind, TestClause, TestRow, TimeRule, TriggerClause,
    WaiverClause,
};

/// The columns behind the body of a clause.
const NAME: usize = 2;
const TEXT: usize = 3;
const BY: usize = 5;
const RUN: usize = 6;
const IMPACT: usize = 7;
const CHECK: usize = 8;
const SIGN: usize = 10;

impl Build<'_> {
    /// A word and the rest, in which expressions stand.
    fn clause(&mut self, end: u32, exprs: &[&Expr]) -> Item {
        let head = Cell::new(HEAD, self.one());
        let hang = !matches!(exprs, [only] if hugs(only));
        let body = self.weave(end, exprs);
        self.headed(head, Cell::new(BODY, body).hang(hang))
    }

    fn headed(&mut self, head: Cell, body: Cell) -> Item {
        Item::headed(match body.doc.first() {
            Some(_) => vec![head, body],
            None => vec![head],
        })
    }

    fn items(&mut self, end: u32, items: &[ast::Item]) -> Item {
        let exprs: Vec<&Expr> = items.iter().map(|item| &item.value).collect();
        self.clause(end, &exprs)
    }

    fn rule(&mut self, end: u32, rule: &Rule) -> Item {
        let mut one = self.clause(rule.condition.span.end, &[&rule.condition]);
        if rule.message.is_some() {
            one.cells
                .push(Cell::new(ELSE, self.upto(end)).gap(3).soft());
        }
        one
    }

    fn let_in(&mut self, inner: &Let) -> Item {
        let head = Cell::new(HEAD, self.one());
        let name = Cell::new(BODY, self.upto(inner.name.span.end));
        let sign = self.upto(inner.value.span.start);
        let value = self.value(&inner.value);
        Item::headed(vec![
            head,
            name,
            Cell::new(SIGN, Doc::Cat(vec![sign, value])).hang(false),
        ])
    }

    /// A name called with arguments.
    fn call(&mut self, call: &Call) -> Doc {
        let mut parts = Vec::new();
        while self.said() != "(" && self.start() < call.span.end {
            parts.push(self.one());
        }
        parts.push(self.args(&call.args));
        Doc::Cat(parts)
    }

    pub(super) fn source(&mut self, source: &Source, end: u32) -> Doc {
        match source {
            Source::Call(call) => {
                let word = self.upto(call.span.start);
                Doc::Cat(vec![word, self.call(call)])
            }
            Source::File(text) | Source::InFolder { file: text, .. } => {
                self.upto(text.span.end.min(end))
            }
        }
    }

    fn deadline(&mut self, end: u32, deadline: &Deadline) -> Item {
        self.clause(end, &[&deadline.limit])
    }

    pub(super) fn rollout_clauses(&mut self, list: &[Spanned<RolloutClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| match &one.node {
                RolloutClause::Live(path) => build.clause(one.span.end, &[path]),
                RolloutClause::OnNewSubject(_) => build.clause(one.span.end, &[]),
            },
        )
    }

    pub(super) fn gate_clauses(&mut self, list: &[Spanned<GateClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    GateClause::Each { bind, by } => build.each(bind, by.as_ref(), end),
                    GateClause::AppliesWhen(e)
                    | GateClause::PendingWhile(e)
                    | GateClause::AdvisoryUnless(e)
                    | GateClause::AdvisoryUntil(e) => build.clause(end, &[e]),
                    GateClause::Let(inner) => build.let_in(inner),
                    GateClause::Require(rule) | GateClause::Forbid(rule) => build.rule(end, rule),
                    GateClause::Need(paths) => build.clause(end, &paths.iter().collect::<Vec<_>>()),
                }
            },
        )
    }

    fn each(&mut self, bind: &Bind, by: Option<&Expr>, end: u32) -> Item {
        let head = Cell::new(HEAD, self.one());
        let rows = self.bind(bind);
        let by: Vec<&Expr> = by.into_iter().collect();
        let body = Doc::Cat(vec![rows, self.weave(end, &by)]);
        Item::headed(vec![head, Cell::new(BODY, body)])
    }

    pub(super) fn approval_clauses(&mut self, list: &[Spanned<ApprovalClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    ApprovalClause::From(source) => {
                        let head = Cell::new(HEAD, build.one());
                        let body = Cell::new(BODY, build.source(source, end)).hang(false);
                        Item::headed(vec![head, body])
                    }
                    ApprovalClause::Fresh(e) => build.clause(end, &[e]),
                    ApprovalClause::Within(deadline) => build.deadline(end, deadline),
                    ApprovalClause::By(_) | ApprovalClause::People(_) | ApprovalClause::Stands => {
                        build.clause(end, &[])
                    }
                }
            },
        )
    }

    pub(super) fn waiver_clauses(&mut self, list: &[Spanned<WaiverClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    WaiverClause::AtMost(e)
                    | WaiverClause::Until(e)
                    | WaiverClause::WarnBefore(e) => build.clause(end, &[e]),
                    WaiverClause::Valid(rule) => build.rule(end, rule),
                    WaiverClause::Cover(cover) => build.cover(end, cover),
                    WaiverClause::By(_) | WaiverClause::UntilSubjectChanges => {
                        build.clause(end, &[])
                    }
                }
            },
        )
    }

    fn cover(&mut self, end: u32, cover: &Cover) -> Item {
        let head = Cell::new(HEAD, self.one());
        let mut gate = vec![self.upto(cover.gate.span.end)];
        if let Some(args) = &cover.args {
            gate.push(self.args(args));
        }
        let Some(when) = &cover.when else {
            gate.push(self.upto(end));
            return Item::headed(vec![head, Cell::new(BODY, Doc::Cat(gate))]);
        };
        while self.start() < end && self.nth(1) != "when" && self.said() != "when" {
            gate.push(self.one());
        }
        if self.said() != "when" {
            gate.push(self.one());
        }
        let rest = self.weave(end, &[when]);
        Item::headed(vec![
            head,
            Cell::new(BODY, Doc::Cat(gate)),
            Cell::new(NAME, rest).gap(3),
        ])
    }

    pub(super) fn calendar_clauses(&mut self, list: &[Spanned<CalendarClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    CalendarClause::Time(rule) => match &**rule {
                        TimeRule::From { from, through } => build.clause(end, &[from, through]),
                        TimeRule::On(days) => build.clause(end, &days.iter().collect::<Vec<_>>()),
                        TimeRule::While(e) => build.clause(end, &[e]),
                        TimeRule::During { bind, from, to } => build.during(bind, from, to, end),
                        TimeRule::Every { .. }
                        | TimeRule::Monthly { .. }
                        | TimeRule::Yearly { .. } => build.clause(end, &[]),
                    },
                    CalendarClause::Scope(scope) => build.scope(end, scope),
                    CalendarClause::ExceptWhen(e) => build.clause(end, &[e]),
                    CalendarClause::Zone(_)
                    | CalendarClause::InFlight(_)
                    | CalendarClause::ExceptBy(_) => build.clause(end, &[]),
                }
            },
        )
    }

    fn during(&mut self, bind: &Bind, from: &Expr, to: &Expr, end: u32) -> Item {
        let head = Cell::new(HEAD, self.one());
        let rows = self.bind(bind);
        if let Some(colon) = self.tokens.get_mut(self.at) {
            colon.apart = true;
        }
        let body = Doc::Cat(vec![rows, self.weave(end, &[from, to])]);
        Item::headed(vec![head, Cell::new(BODY, body)])
    }

    fn scope(&mut self, end: u32, scope: &Scope) -> Item {
        match scope {
            Scope::Entering(_) => self.clause(end, &[]),
            Scope::CohortsTo(e) | Scope::CohortsFrom(e) | Scope::When(e) => self.clause(end, &[e]),
        }
    }

    pub(super) fn phase_clauses(&mut self, list: &[Spanned<PhaseClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    PhaseClause::NotBefore(e)
                    | PhaseClause::EnteredWhen(e)
                    | PhaseClause::Soak(e)
                    | PhaseClause::Checks(e) => build.clause(end, &[e]),
                    PhaseClause::Enter(items)
                    | PhaseClause::Keep(items)
                    | PhaseClause::Leave(items)
                    | PhaseClause::Watch(items) => build.items(end, items),
                    PhaseClause::Cohort(cohort) => build.cohort(end, cohort),
                    PhaseClause::Within(deadline) => build.deadline(end, deadline),
                    PhaseClause::Cohorts(_)
                    | PhaseClause::CohortRange { .. }
                    | PhaseClause::OnRed(_)
                    | PhaseClause::ClockOpen => build.clause(end, &[]),
                }
            },
        )
    }

    fn cohort(&mut self, end: u32, cohort: &Cohort) -> Item {
        let head = Cell::new(HEAD, self.one());
        let stop = Cell::new(BODY, self.upto(cohort.stop.span.end));
        let stop = match cohort.stop.kind {
            StopKind::Share(_) => stop.right(),
            StopKind::Named { .. } | StopKind::Param(_) => stop,
        };
        let mut tails: Vec<Tail<'_>> = Vec::new();
        tails.extend(cohort.soak.iter().map(|e| Tail::of(NAME, e).gap(3)));
        tails.extend(cohort.checks.iter().map(|e| Tail::of(TEXT, e).gap(3)));
        tails.extend(Tail::all(BY, &cohort.after).map(|tail| tail.gap(3)));
        let mut cells = vec![head, stop];
        cells.extend(self.arrange(end, tails));
        Item::headed(cells)
    }

    pub(super) fn trigger_clauses(&mut self, list: &[Spanned<TriggerClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    TriggerClause::Scope(scope) => build.scope(end, scope),
                    TriggerClause::Each(bind) => build.each(bind, None, end),
                    TriggerClause::When(e) | TriggerClause::For(e) => build.clause(end, &[e]),
                    TriggerClause::Times { count, .. } => build.clause(end, &[count]),
                    TriggerClause::Class(_)
                    | TriggerClause::In(_)
                    | TriggerClause::Then(_)
                    | TriggerClause::OnUnknown(_) => build.clause(end, &[]),
                }
            },
        )
    }

    pub(super) fn procedure_clauses(&mut self, list: &[Spanned<ProcedureClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    ProcedureClause::Field(field) => build.field(field, end, false),
                    ProcedureClause::Decide(deadline)
                    | ProcedureClause::Finish(deadline)
                    | ProcedureClause::Recover(deadline) => build.deadline(end, deadline),
                    ProcedureClause::Run(call) => {
                        let head = Cell::new(HEAD, build.one());
                        let body = Cell::new(BODY, build.call(call)).hang(false);
                        Item::headed(vec![head, body])
                    }
                    ProcedureClause::Impact { text, .. } => build.named(IMPACT, text.span, end),
                    ProcedureClause::Check { name, text } => {
                        let column = if name.is_some() { CHECK } else { BODY };
                        build.named(column, text.span, end)
                    }
                    ProcedureClause::Step(step) => build.step(end, step),
                    ProcedureClause::CheckList(e) | ProcedureClause::ReenterWhen(e) => {
                        build.clause(end, &[e])
                    }
                    ProcedureClause::Verify(items) => build.items(end, items),
                    ProcedureClause::To { .. }
                    | ProcedureClause::ToStay
                    | ProcedureClause::By(_)
                    | ProcedureClause::Log { .. } => build.clause(end, &[]),
                }
            },
        )
    }

    /// A word, perhaps a name, and a text.
    fn named(&mut self, column: usize, text: Span, end: u32) -> Item {
        let mut cells = vec![Cell::new(HEAD, self.one())];
        if column > BODY {
            cells.push(Cell::new(BODY, self.upto(text.start)));
        }
        cells.push(Cell::new(column, self.upto(end)));
        Item::headed(cells)
    }

    fn step(&mut self, end: u32, step: &Step) -> Item {
        let mut one = self.named(TEXT, step.text.span, step.text.span.end);
        if let Some(last) = step.by.last() {
            one.cells
                .push(Cell::new(BY, self.upto(last.span.end)).gap(3));
        }
        if let Some(run) = &step.run {
            let word = self.upto(run.span.start);
            let call = self.call(run);
            let rest = self.upto(end);
            let doc = Doc::Cat(vec![word, call, rest]);
            one.cells.push(Cell::new(RUN, doc).gap(3).hang(false));
        }
        one
    }

    pub(super) fn message_clauses(&mut self, list: &[Spanned<MessageClause>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| {
                let end = one.span.end;
                match &one.node {
                    MessageClause::Field(field) => build.field(field, end, false),
                    MessageClause::Text(_) => Item::new(vec![Cell::new(HEAD, build.upto(end))]),
                }
            },
        )
    }

    pub(super) fn never_clauses(&mut self, list: &[Spanned<Never>]) -> Block {
        self.block(
            list,
            |one| one.span,
            |build, one| build.clause(one.span.end, &[&one.when]),
        )
    }

    pub(super) fn test_clauses(&mut self, list: &[Spanned<TestClause>]) -> Block {
        self.block(list, |one| one.span, Build::test_clause)
    }

    fn test_clause(&mut self, one: &Spanned<TestClause>) -> Item {
        let end = one.span.end;
        match &one.node {
            TestClause::For(e) => self.clause(end, &[e]),
            TestClause::Given(given) => self.given(end, given),
            TestClause::Expect(expect) => {
                let reasons = expect.because.iter().chain(&expect.warnings);
                let paths: Vec<&Expr> = reasons.map(|reason| &reason.path).collect();
                self.clause(end, &paths)
            }
            TestClause::At(_)
            | TestClause::In { .. }
            | TestClause::AfterRollback { .. }
            | TestClause::After { .. } => self.clause(end, &[]),
        }
    }

    fn given(&mut self, end: u32, given: &Given) -> Item {
        let head = Cell::new(HEAD, self.one());
        let mut parts = Vec::new();
        if given.with.is_empty() {
            let paths: Vec<&Expr> = given.without.iter().collect();
            return self.headed_weave(head, end, &paths);
        }
        while self.said() != "{" && self.start() < end {
            parts.push(self.one());
        }
        let block = self.block(&given.with, |one| one.span, Build::change);
        let paths: Vec<&Expr> = given.without.iter().collect();
        parts.extend([Doc::Block(Box::new(block)), self.weave(end, &paths)]);
        Item::headed(vec![head, Cell::new(BODY, Doc::Cat(parts)).hang(false)])
    }

    fn headed_weave(&mut self, head: Cell, end: u32, exprs: &[&Expr]) -> Item {
        let body = Cell::new(BODY, self.weave(end, exprs));
        self.headed(head, body)
    }

    fn change(&mut self, one: &Spanned<Change>) -> Item {
        let end = one.span.end;
        let (path, value) = match &one.node {
            Change::Set { path, value } => (path, Some(value)),
            Change::About { item, value } => (item, Some(value)),
            Change::Aged { item, .. } | Change::From { item, .. } => (item, None),
        };
        let head = self.weave(path.span.end, &[path]);
        let rest = match value {
            Some(value) => {
                let sign = self.upto(value.span.start);
                Doc::Cat(vec![sign, self.expr(value)])
            }
            None => self.upto(end),
        };
        Item::new(vec![
            Cell::new(HEAD, head),
            Cell::new(BODY, rest).hang(false),
        ])
        .comma(true)
    }

    pub(super) fn test_rows(&mut self, list: &[TestRow]) -> Block {
        self.block(
            list,
            |row| row.span,
            |build, row| {
                let mut cells = vec![Cell::new(HEAD, build.upto(row.title.span.end))];
                for (i, clause) in row.clauses.iter().enumerate() {
                    let one = build.test_clause(clause);
                    let rest = build.upto(clause.span.end);
                    let mut parts = Vec::new();
                    for cell in one.cells {
                        parts.push(cell.doc);
                    }
                    parts.push(rest);
                    cells.push(Cell::new(BODY + i, Doc::Cat(parts)).gap(3).hang(false));
                }
                Item::new(cells).whole()
            },
        )
    }
}
