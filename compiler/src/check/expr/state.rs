//! `is …` and `observed since`: what can be asked of a value, of evidence, of a gate, of an approval.

use rolloutc_runtime::ir::{Cmp, GateTest, ItemTest, Node, ValueTest};
use rolloutc_runtime::ty::Ty;

use crate::check::units::quote;
use crate::check::{Checker, Place, Scope, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{self, StateWord};

impl<'a> Checker<'a> {
    /// `x is STATE`, without its `not`.
    pub(super) fn is(
        &mut self,
        operand: &ast::Expr,
        state: &ast::Spanned<StateWord>,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let typed = self.expr(operand, None, scope);
        let state_at = self.at(scope, state.span);
        if let StateWord::Given { since } = &state.node {
            let since = since.as_ref().map(|e| self.instant(e, scope));
            return match self.node(typed.node) {
                Node::Given(id, None) => {
                    let id = *id;
                    self.push(Node::Given(id, since), Ty::Bool, at)
                }
                _ if typed.ty == Ty::Nothing => self.poison(at),
                _ => self.no_state(operand, &typed, "given", "approvals", state_at, at, scope),
            };
        }
        match *self.node(typed.node) {
            Node::Item(id) => match item_test(&state.node) {
                Some(test) => self.push(Node::ItemIs(id, test), Ty::Bool, at),
                None => self.no_state(
                    operand,
                    &typed,
                    word(&state.node),
                    whose(&state.node),
                    state_at,
                    at,
                    scope,
                ),
            },
            Node::Gate(id) => match gate_test(&state.node) {
                Some(test) => self.push(Node::GateIs(id, test), Ty::Bool, at),
                None => self.no_state(
                    operand,
                    &typed,
                    word(&state.node),
                    whose(&state.node),
                    state_at,
                    at,
                    scope,
                ),
            },
            _ => match value_test(&state.node) {
                Some(ValueTest::Empty) if !can_be_empty(&typed.ty) => self.no_state(
                    operand,
                    &typed,
                    "empty",
                    "lists, rows and texts",
                    state_at,
                    at,
                    scope,
                ),
                Some(ValueTest::Blank) if !can_be_blank(&typed.ty) => self.no_state(
                    operand,
                    &typed,
                    "blank",
                    "texts and what may be missing",
                    state_at,
                    at,
                    scope,
                ),
                Some(test) => self.push(Node::ValueIs(typed.node, test), Ty::Bool, at),
                None if typed.ty == Ty::Nothing => self.poison(at),
                None => self.no_state(
                    operand,
                    &typed,
                    word(&state.node),
                    whose(&state.node),
                    state_at,
                    at,
                    scope,
                ),
            },
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "a message names everything it speaks of"
    )]
    fn no_state(
        &mut self,
        operand: &ast::Expr,
        typed: &Typed,
        state: &str,
        whose: &str,
        state_at: Place,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let whole = self.at(scope, operand.span);
        if let ast::ExprKind::Among { .. } = operand.kind {
            self.diagnostics.retain(|found| {
                found.code != "not-a-condition"
                    || found.primary.file != whole.0
                    || !whole.1.holds(found.primary.span)
            });
            let message = format!(
                "`is {state}` is asked of {} as a whole",
                quote(self.source(whole))
            );
            self.report(
                Diagnostic::error("wrong-state", state_at, message).help(format!(
                    "ask it of each, in parentheses: `none of (a is {state}), (b is {state})`"
                )),
            );
            return self.poison(at);
        }
        let said = quote(self.source(whole));
        let (kind, states) = match self.node(typed.node) {
            Node::Item(_) => (
                "evidence".to_string(),
                "present, stale, missing, malformed, mismatched, future, awaited, empty, unknown",
            ),
            Node::Gate(_) => ("a gate".to_string(), "pass, fail, unknown, pending, waived"),
            Node::Given(..) => ("an approval".to_string(), "given"),
            _ => (
                say(self, typed.ty.required()),
                "present, blank, empty, unknown",
            ),
        };
        let message = format!("`is {state}` is asked of {whose}; {said} is {kind}");
        self.report(
            Diagnostic::error("wrong-state", state_at, message).help(format!("{kind} is {states}")),
        );
        self.poison(at)
    }

    /// `x observed since T`
    pub(super) fn observed_since(
        &mut self,
        operand: &ast::Expr,
        since: &ast::Expr,
        at: Place,
        scope: &Scope,
    ) -> Typed {
        let typed = self.expr(operand, None, scope);
        let since = self.instant(since, scope);
        if let Node::Item(id) = *self.node(typed.node) {
            return self.push(Node::ObservedSince(id, since), Ty::Bool, at);
        }
        if let Ty::Record(record) = *typed.ty.required()
            && self.slot(record, "observed_at").is_some()
        {
            let place = self.at(scope, operand.span);
            let time = self.read_field(typed, "observed_at", place, place);
            return self.push(Node::Compare(Cmp::Ge, time.node, since), Ty::Bool, at);
        }
        if typed.ty != Ty::Nothing {
            let place = self.at(scope, operand.span);
            let message = format!(
                "{} is {}, only evidence is observed",
                quote(self.source(place)),
                say(self, &typed.ty)
            );
            self.report(
                Diagnostic::error("wrong-state", place, message)
                    .help("name the evidence item itself"),
            );
        }
        self.poison(at)
    }
}

fn can_be_empty(ty: &Ty) -> bool {
    matches!(
        ty.required(),
        Ty::Text | Ty::List(_) | Ty::Rows { .. } | Ty::Nothing
    )
}

fn can_be_blank(ty: &Ty) -> bool {
    matches!(ty, Ty::Optional(_)) || matches!(ty, Ty::Text | Ty::Nothing)
}

fn item_test(state: &StateWord) -> Option<ItemTest> {
    Some(match state {
        StateWord::Present => ItemTest::Present,
        StateWord::Stale => ItemTest::Stale,
        StateWord::Missing => ItemTest::Missing,
        StateWord::Malformed => ItemTest::Malformed,
        StateWord::Mismatched => ItemTest::Mismatched,
        StateWord::Future => ItemTest::Future,
        StateWord::Awaited => ItemTest::Awaited,
        StateWord::Empty => ItemTest::Empty,
        StateWord::Unknown => ItemTest::Unknown,
        StateWord::Blank
        | StateWord::Pass
        | StateWord::Fail
        | StateWord::Pending
        | StateWord::Waived
        | StateWord::Given { .. } => return None,
    })
}

fn gate_test(state: &StateWord) -> Option<GateTest> {
    Some(match state {
        StateWord::Pass => GateTest::Pass,
        StateWord::Fail => GateTest::Fail,
        StateWord::Unknown => GateTest::Unknown,
        StateWord::Pending => GateTest::Pending,
        StateWord::Waived => GateTest::Waived,
        StateWord::Present
        | StateWord::Blank
        | StateWord::Empty
        | StateWord::Stale
        | StateWord::Missing
        | StateWord::Malformed
        | StateWord::Mismatched
        | StateWord::Future
        | StateWord::Awaited
        | StateWord::Given { .. } => return None,
    })
}

fn value_test(state: &StateWord) -> Option<ValueTest> {
    Some(match state {
        StateWord::Present => ValueTest::Present,
        StateWord::Blank => ValueTest::Blank,
        StateWord::Empty => ValueTest::Empty,
        StateWord::Unknown => ValueTest::Unknown,
        StateWord::Stale
        | StateWord::Missing
        | StateWord::Malformed
        | StateWord::Mismatched
        | StateWord::Future
        | StateWord::Awaited
        | StateWord::Pass
        | StateWord::Fail
        | StateWord::Pending
        | StateWord::Waived
        | StateWord::Given { .. } => return None,
    })
}

/// How a state is written.
fn word(state: &StateWord) -> &'static str {
    match state {
        StateWord::Present => "present",
        StateWord::Blank => "blank",
        StateWord::Empty => "empty",
        StateWord::Stale => "stale",
        StateWord::Missing => "missing",
        StateWord::Malformed => "malformed",
        StateWord::Mismatched => "mismatched",
        StateWord::Future => "future",
        StateWord::Awaited => "awaited",
        StateWord::Unknown => "unknown",
        StateWord::Pass => "pass",
        StateWord::Fail => "fail",
        StateWord::Pending => "pending",
        StateWord::Waived => "waived",
        StateWord::Given { .. } => "given",
    }
}

/// Of what a state is asked.
fn whose(state: &StateWord) -> &'static str {
    match state {
        StateWord::Present | StateWord::Empty => "values and evidence",
        StateWord::Blank => "values",
        StateWord::Stale
        | StateWord::Missing
        | StateWord::Malformed
        | StateWord::Mismatched
        | StateWord::Future
        | StateWord::Awaited => "evidence",
        StateWord::Unknown => "values, evidence and gates",
        StateWord::Pass | StateWord::Fail | StateWord::Pending | StateWord::Waived => "gates",
        StateWord::Given { .. } => "approvals",
    }
}
