//! Values under the cursor: the type of an expression, what a constant comes to, what a zone's clock does.

use rolloutc_compiler::lints::say_number;
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{Decl, DeclKind, ExprKind};
use rolloutc_compiler::zones;
use rolloutc_runtime::ir::{Const, Node, Program};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::ty::Ty;

use super::{Hover, View};
use crate::ide::walk::{Part, walk_decl};
use crate::ide::{HERE, times};

/// The smallest expression at an offset with its type; texts and names aside.
pub fn expression(view: &View<'_>, offset: u32) -> Option<Hover> {
    let decl = view.decl_at(offset)?;
    let mut smallest = None;
    walk_decl(decl, &mut |part, span| {
        if let Part::Expr(expr) = part
            && span.touches(offset)
        {
            smallest = Some(expr);
        }
    });
    let expr = smallest?;
    if matches!(expr.kind, ExprKind::Text(_) | ExprKind::Name(_)) {
        return None;
    }
    let ty = view.model().types.get(&(HERE, expr.span))?;
    let mut markdown = format!("`{}`", view.facts().say(ty));
    if let Some(value) = constant(view, expr.span) {
        let said = expr.span.text(view.text());
        if value != said {
            markdown.push_str(&format!(" · {value}"));
        }
    }
    Some(Hover {
        span: expr.span,
        markdown,
    })
}

/// What a declaration comes to: of a param its default and bounds, of a `let` or a bound its constant value.
pub fn effective(view: &View<'_>, decl: &Decl, own: bool) -> Option<String> {
    if !own {
        return None;
    }
    let said = |span: Span| span.text(view.text()).to_owned();
    match &decl.kind {
        DeclKind::Param(param) => {
            let program = view.analysis.program.as_ref();
            let known = program.and_then(|program| {
                let name = &param.name.text;
                let found = program.params.iter().find(|one| *one.name == **name)?;
                constant_text(program, &found.ty, found.default.as_ref()?)
            });
            match (&param.default, known) {
                (Some(_), Some(value)) => Some(format!("Value: {value} unless given otherwise")),
                (Some(default), None) => Some(format!(
                    "Value: {} unless given otherwise",
                    said(default.span)
                )),
                (None, _) => Some("No value unless given: `--param`".to_owned()),
            }
        }
        DeclKind::Let(found) => {
            let value = constant(view, found.value.span)?;
            (value != said(found.value.span)).then(|| format!("Value: {value}"))
        }
        DeclKind::Threshold(found) => {
            let bound = constant(view, found.bound.span)?;
            (bound != said(found.bound.span)).then(|| format!("Bound: {bound}"))
        }
        _ => None,
    }
}

/// The value of the expression at a place, where it is a constant.
pub fn constant(view: &View<'_>, span: Span) -> Option<String> {
    let program = view.analysis.program.as_ref()?;
    let nodes = &view.model().nodes;
    let at = nodes.iter().rposition(|place| *place == (HERE, span))?;
    let code = program.code.get(at)?;
    match &code.node {
        Node::Const(value) => constant_text(program, &code.ty, value),
        _ => None,
    }
}

/// A constant in policy notation; nothing for rows.
pub fn constant_text(program: &Program, ty: &Ty, value: &Const) -> Option<String> {
    Some(match value {
        Const::Null => "null".to_owned(),
        Const::Bool(value) => value.to_string(),
        Const::Number(number) => say_number(ty.required(), *number)?,
        Const::Text(text) => format!("\"{text}\""),
        Const::Member(id, member) => {
            let members = &program.enums.get(id.0 as usize)?.members;
            members.get(*member as usize)?.name.clone()
        }
        Const::Instant(at) => at.to_string(),
        Const::Date(date) => date.to_string(),
        Const::List(list) => {
            let Ty::List(inner) = ty.required() else {
                return None;
            };
            let shown: Option<Vec<String>> = (list.iter())
                .map(|one| constant_text(program, inner, one))
                .collect();
            format!("[{}]", shown?.join(", "))
        }
        Const::Rows(..) => return None,
    })
}

/// The offset of the zone under the cursor, now and after its next change.
pub fn zone(view: &View<'_>, offset: u32) -> Option<Hover> {
    let decl = view.decl_at(offset)?;
    let mut found = None;
    walk_decl(decl, &mut |part, span| {
        if let Part::Str(text) = part
            && span.touches(offset)
        {
            found = Some(text);
        }
    });
    let text = found?;
    let zone = zones::zone(text.as_str()).ok()?;
    let mut markdown = format!("`{}` · {} from UTC", text.as_str(), zone.offset(view.now));
    let end = view.now.plus_years(1).unwrap_or(Instant::MAX);
    match zone.changes_between(view.now, end).first() {
        Some(change) => markdown.push_str(&format!(
            "\n\nThe clock changes on {}: from then on {}",
            times::utc(change.at),
            change.offset
        )),
        None => markdown.push_str("\n\nThe clock never changes"),
    }
    Some(Hover {
        span: text.span,
        markdown,
    })
}
