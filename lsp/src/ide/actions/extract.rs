//! Conditions that become declarations: a comparison a threshold, any condition a gate.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{CompareOp, Decl, DeclKind, Expr, ExprKind};
use rolloutc_runtime::ty::Ty;

use super::{Action, Kind};
use crate::ide::names::{self, Kind as NameKind};
use crate::ide::walk::{Part, walk_decl};
use crate::ide::{HERE, View};

/// A comparison of a measure with a bound as a threshold above.
pub fn threshold(view: &View<'_>, range: Span) -> Option<Action> {
    let decl = view.decl_at(range.start)?;
    if matches!(decl.kind, DeclKind::Threshold(_)) {
        return None;
    }
    let expr = smallest(decl, range, &|expr| {
        matches!(
            &expr.kind,
            ExprKind::Compare { op, .. } if matches!(
                op.node,
                CompareOp::Less | CompareOp::AtMost | CompareOp::Greater | CompareOp::AtLeast
            )
        )
    })?;
    let ExprKind::Compare { left, .. } = &expr.kind else {
        return None;
    };
    if !is_free(view, decl, expr) {
        return None;
    }
    let last = left.as_dotted()?;
    let name = fresh(view, &format!("{}_limit", last.last()?.as_str()));
    let said = expr.span.text(view.text());
    Some(Action {
        title: format!("Extract a threshold `{name}`"),
        kind: Kind::Extract,
        edits: vec![
            (above(decl), format!("threshold {name} = {said}\n\n")),
            (expr.span, name),
        ],
        mends: None,
        best: false,
    })
}

/// A condition that is selected as a gate above.
pub fn gate(view: &View<'_>, range: Span) -> Option<Action> {
    let decl = view.decl_at(range.start)?;
    if range.is_empty() || matches!(decl.kind, DeclKind::Gate(_) | DeclKind::Fn(_)) {
        return None;
    }
    let expr = smallest(decl, range, &|expr| {
        view.model().types.get(&(HERE, expr.span)) == Some(&Ty::Bool)
            && !matches!(expr.kind, ExprKind::Name(_))
    })?;
    if !is_free(view, decl, expr) {
        return None;
    }
    let name = fresh(view, "extracted");
    let said = expr.span.text(view.text());
    Some(Action {
        title: format!("Extract a gate `{name}`"),
        kind: Kind::Extract,
        edits: vec![
            (
                above(decl),
                format!("gate {name} \"Say what holds\" {{\n  require {said}\n}}\n\n"),
            ),
            (expr.span, name),
        ],
        mends: None,
        best: false,
    })
}

/// The smallest expression of a kind that holds a stretch.
fn smallest<'a>(decl: &'a Decl, range: Span, fits: &dyn Fn(&Expr) -> bool) -> Option<&'a Expr> {
    let mut found: Option<&Expr> = None;
    walk_decl(decl, &mut |part, span| {
        if let Part::Expr(expr) = part
            && span.holds(range)
            && fits(expr)
            && found.is_none_or(|known| span.len() <= known.span.len())
        {
            found = Some(expr);
        }
    });
    found
}

/// Whether an expression means the same outside of its declaration: nothing in it is bound there.
fn is_free(view: &View<'_>, decl: &Decl, expr: &Expr) -> bool {
    names::all(view)
        .iter()
        .filter(|one| expr.span.holds(one.span) && one.kind == NameKind::Local)
        .all(|one| match one.target {
            names::Target::Place((HERE, span)) => expr.span.holds(span) || !decl.span.holds(span),
            names::Target::Place(_) | names::Target::Tool(_) => false,
        })
}

/// Where a declaration above another begins: before its documentation.
fn above(decl: &Decl) -> Span {
    Span::at(
        decl.docs
            .as_ref()
            .map_or(decl.span.start, |docs| docs.span.start),
    )
}

/// A name that the file does not have.
fn fresh(view: &View<'_>, wish: &str) -> String {
    let taken = |name: &str| {
        let module = view.analysis.modules.first();
        module.is_some_and(|module| module.names.contains_key(name))
    };
    let mut name = wish.to_owned();
    let mut count = 2;
    while taken(&name) {
        name = format!("{wish}_{count}");
        count += 1;
    }
    name
}
