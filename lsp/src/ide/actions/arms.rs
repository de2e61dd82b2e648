//! Arms that a `match` over an enum lacks.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{ArmHead, ExprKind, Pattern};
use rolloutc_runtime::ty::Ty;

use super::{Action, Kind};
use crate::ide::walk::{Part, walk_decl};
use crate::ide::{HERE, View};

/// An arm for every member that none is for; each gives what the last arm gives, or what its type begins with.
pub fn missing(view: &View<'_>, range: Span) -> Option<Action> {
    let decl = view.decl_at(range.start)?;
    let mut found = None;
    walk_decl(decl, &mut |part, span| {
        if let Part::Expr(expr) = part
            && let ExprKind::Match { subject, arms } = &expr.kind
            && span.touches(range.start)
        {
            found = Some((span, subject, arms));
        }
    });
    let (span, subject, arms) = found?;
    let ty = view.model().types.get(&(HERE, subject.span))?;
    let Ty::Enum(id) = ty.required() else {
        return None;
    };
    let members = &view.facts().enumeration(*id)?.members;
    let mut taken: Vec<&str> = Vec::new();
    for arm in arms {
        match &arm.head {
            ArmHead::Else(_) => return None,
            ArmHead::Patterns(patterns) => {
                taken.extend(patterns.iter().filter_map(|pattern| match &pattern.node {
                    Pattern::Word(word) => word.last().map(|name| name.as_str()),
                    Pattern::Number { .. } | Pattern::Text(_) => None,
                }));
            }
        }
    }
    let left: Vec<&str> = (members.iter())
        .map(|member| member.name.as_str())
        .filter(|name| !taken.contains(name))
        .collect();
    if left.is_empty() {
        return None;
    }
    let text = view.text();
    let value = match arms.last() {
        Some(arm) => match view.model().types.get(&(HERE, arm.value.span)) {
            Some(Ty::Bool) => "false".to_owned(),
            _ => arm.value.span.text(text).to_owned(),
        },
        None => "unknown \"to be said\"".to_owned(),
    };
    let close = Span::at(span.end.checked_sub(1)?);
    let before = text[..close.start as usize].trim_end();
    let at = Span::new(before.len() as u32, close.start);
    let lines = span.text(text).contains('\n');
    let file = view.analysis.files.first()?;
    let line = file.line_span(file.line(span.end)).text(text);
    let indent = &line[..line.len() - line.trim_start().len()];
    let arms: String = (left.iter())
        .map(|name| match lines {
            true => format!("\n{indent}  {name} => {value}"),
            false => format!("  {name} => {value}"),
        })
        .collect();
    let end = match lines {
        true => format!("\n{indent}"),
        false => " ".to_owned(),
    };
    Some(Action {
        title: format!("Add the missing arms: {}", left.join(", ")),
        kind: Kind::Fix,
        edits: vec![(at, arms + &end)],
        mends: None,
        best: true,
    })
}
