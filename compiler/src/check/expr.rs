//! Expressions to nodes with exact types. Knows every form of the reference; evaluates nothing.

use rolloutc_runtime::ir::{self, CountKind, GateId, LocalId, NodeId};
use rolloutc_runtime::ty::Ty;

use super::{Checker, DeclRef, Place, Scope, Typed};
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// An expression; `want` is the type its place asks for, which resolves bare enum members.
    pub fn expr(&mut self, e: &ast::Expr, want: Option<&Ty>, scope: &Scope) -> Typed {
        let _ = want;
        let at = self.at(scope, e.span);
        self.poison(at)
    }

    /// A value for a slot of a type; what does not fit is reported.
    pub fn value(&mut self, e: &ast::Expr, want: &Ty, scope: &Scope) -> NodeId {
        let at = self.at(scope, e.span);
        let typed = self.expr(e, Some(want), scope);
        self.coerce(typed, want, at).node
    }

    /// A condition; a gate, group, threshold or approval stands for its raw truth.
    pub fn condition(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Bool, scope)
    }

    /// A duration.
    pub fn duration(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Duration, scope)
    }

    /// An instant.
    pub fn instant(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Instant, scope)
    }

    /// A ratio.
    pub fn ratio(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Ratio, scope)
    }

    /// A whole number.
    pub fn int(&mut self, e: &ast::Expr, scope: &Scope) -> NodeId {
        self.value(e, &Ty::Int, scope)
    }

    /// The type of a param.
    pub fn param_ty(&mut self, id: ir::ParamId) -> Ty {
        let _ = id;
        Ty::Nothing
    }

    /// Binders with their filter, and the scope of what they range over.
    pub fn bind(&mut self, bind: &ast::Bind, scope: &Scope) -> (ir::Bind, Scope) {
        let out = ir::Bind {
            vars: Vec::new(),
            filter: None,
            may_be_empty: bind.may_be_empty.is_some(),
            source_may_be_empty: Vec::new(),
        };
        (out, scope.clone())
    }

    /// A local for one row of a source.
    pub fn row(
        &mut self,
        rows: &Typed,
        source: &ast::Expr,
        scope: &Scope,
        at: Place,
    ) -> (LocalId, Typed) {
        let _ = (rows, source, scope);
        (self.local(), self.poison(at))
    }

    /// Whether rows may be absent without being unknown: their item is declared `may be empty`, or they stand in the policy.
    pub fn may_be_empty(&self, node: NodeId) -> bool {
        let _ = node;
        false
    }

    /// How many, of `at least n of`; `among` is how many there are, where that is known.
    pub fn count_of(
        &mut self,
        quantifier: &ast::Quantifier,
        among: Option<usize>,
        scope: &Scope,
    ) -> (CountKind, u32) {
        let _ = (quantifier, among, scope);
        (CountKind::AtLeast, 0)
    }

    /// The instance of a gate for arguments.
    pub fn gate_use(
        &mut self,
        gate: DeclRef,
        args: &[ast::Arg],
        scope: &Scope,
        at: Place,
    ) -> Option<GateId> {
        let _ = (gate, args, scope, at);
        None
    }

    /// A place in a zone, checked to be one.
    pub fn zone(&mut self, zone: &ast::Str, scope: &Scope) -> Option<String> {
        let _ = scope;
        Some(zone.value.to_string())
    }

    pub(super) fn unknown_member(
        &mut self,
        record: rolloutc_runtime::ty::RecordId,
        name: &str,
        at: Place,
    ) {
        let _ = (record, name, at);
    }

    pub(super) fn unknown_word(&mut self, id: rolloutc_runtime::ty::EnumId, word: &str, at: Place) {
        let _ = (id, word, at);
    }
}
