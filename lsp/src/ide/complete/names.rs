//! Names that may stand at a place: what is declared, what is bound there, members of the enum that is wanted.

use rolloutc_compiler::keywords::EXPRESSIONS;
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{
    ArmHead, CompareOp, Decl, DeclKind, Expr, ExprKind, GateClause, Param, Pattern,
    ProcedureClause, TriggerClause,
};
use rolloutc_runtime::builtins::BUILTINS;
use rolloutc_runtime::ty::{EnumId, Ty};

use super::{Item, MARK, What, fields, words};
use crate::ide::hover::words as docs;
use crate::ide::names::Kind;
use crate::ide::walk::{Part, walk_decl};
use crate::ide::{HERE, View, head};

/// The scalar types, and what makes larger ones.
const TYPES: [(&str, &str); 17] = [
    ("bool", "true or false"),
    ("text", "letters"),
    ("int", "a whole number"),
    ("number", "an exact number"),
    ("ratio", "a share, written `2%`"),
    ("duration", "a time span, written `5m`"),
    ("bytes", "a size, written `512MiB`"),
    ("version", "dotted numbers"),
    ("instant", "a moment"),
    ("date", "a day"),
    ("secret", "never shown"),
    ("list", "many of one type"),
    ("table", "rows with a key: `table T by id`"),
    ("map", "an object whose member names are keys"),
    ("series", "observations in time order"),
    ("enum", "a closed list of words"),
    ("signed", "negative values too"),
];

/// The declared names of some kinds.
pub fn of(view: &View<'_>, kinds: &[Kind]) -> Vec<Item> {
    let mut items = Vec::new();
    for decl in &view.tree().decls {
        items.extend(
            declared(view, decl)
                .into_iter()
                .filter(|item| match item.what {
                    What::Name(kind) => kinds.contains(&kind),
                    _ => false,
                }),
        );
    }
    items.iter_mut().for_each(|item| item.rank = 1);
    items
}

fn declared(view: &View<'_>, decl: &Decl) -> Vec<Item> {
    let Some(kind) = Kind::declared(&decl.kind) else {
        return Vec::new();
    };
    let doc = decl.docs.as_ref().map(|docs| docs.text.to_string());
    if let DeclKind::Owners(owners) = &decl.kind {
        return (owners.iter())
            .map(|owner| Item::word(owner.name.as_str(), What::Name(kind), "role"))
            .collect();
    }
    let Some(name) = decl.kind.name().filter(|name| &*name.text != MARK) else {
        return Vec::new();
    };
    let item = Item {
        doc,
        ..Item::word(&name.text, What::Name(kind), head(view.text(), decl))
    };
    let params = match &decl.kind {
        DeclKind::Fn(found) => &found.params,
        DeclKind::Gate(found) => &found.params,
        _ => return vec![item],
    };
    vec![match params.is_empty() {
        true => item,
        false => {
            let text = format!("{}({})", name.text, stops(params));
            item.with_stops(text)
        }
    }]
}

fn stops(params: &[Param]) -> String {
    let one = |(at, param): (usize, &Param)| format!("${{{}:{}}}", at + 1, param.name.text);
    let all: Vec<String> = params.iter().enumerate().map(one).collect();
    all.join(", ")
}

/// Fixtures by their names, and folders.
pub fn fixtures(view: &View<'_>) -> Vec<Item> {
    let mut items = of(view, &[Kind::Fixture]);
    items.push(
        Item::word("evidence", What::Keyword, "a folder of evidence")
            .with_stops("evidence \"${1:evidence/green}\"".to_owned()),
    );
    items
}

/// What evidence may come from, and what a step may run: calls, and folders.
pub fn sources(view: &View<'_>) -> Vec<Item> {
    let calls = [
        (
            "command",
            "command(\"${1:program}\")",
            "what a program prints",
        ),
        (
            "http",
            "http(\"${1:https://…}\")",
            "what an address answers",
        ),
        (
            "policy",
            "policy(\"${1:./other.rollout}\")",
            "the decision of another policy",
        ),
    ];
    let mut items = of(view, &[Kind::Folder, Kind::Module]);
    items.extend(calls.map(|(name, text, doc)| {
        Item::word(name, What::Name(Kind::Function), doc)
            .with_stops(text.to_owned())
            .rank(2)
    }));
    items
}

/// The types that a field may have.
pub fn types(view: &View<'_>) -> Vec<Item> {
    let mut items = of(view, &[Kind::Record, Kind::Enum, Kind::Module]);
    items.extend(TYPES.map(|(word, doc)| Item::word(word, What::Type, doc).rank(2)));
    items
}

/// What may stand where a value is wanted.
pub fn values(view: &View<'_>, span: Span, clause: &str) -> Vec<Item> {
    let mut items = Vec::new();
    if let Some(id) = wanted(view, span) {
        items.extend(fields::members(view, id));
    }
    items.extend(locals(view, span));
    const KINDS: &[Kind] = &[
        Kind::Evidence,
        Kind::Param,
        Kind::Value,
        Kind::Function,
        Kind::Threshold,
        Kind::Gate,
        Kind::Group,
        Kind::Approval,
        Kind::Enum,
        Kind::Module,
        Kind::Message,
    ];
    let mut declared = of(view, KINDS);
    declared.iter_mut().for_each(|item| item.rank = 3);
    items.extend(declared);
    for builtin in BUILTINS {
        let params: Vec<String> = (builtin.params.iter().enumerate())
            .map(|(at, param)| format!("${{{}:{}}}", at + 1, param.name))
            .collect();
        let text = format!("{}({})", builtin.name, params.join(", "));
        items.push(Item {
            doc: Some(format!(
                "```rollout\n{}\n```\n\n{}",
                builtin.signature, builtin.doc
            )),
            ..Item::word(builtin.name, What::Name(Kind::Function), builtin.doc)
                .with_stops(text)
                .rank(6)
        });
    }
    let report = matches!(
        view.decl_at(span.start).map(|decl| &decl.kind),
        Some(DeclKind::Report(_))
    );
    for (name, doc) in docs::KNOWN {
        if report || !doc.ends_with("in reports only") {
            items.push(Item::word(name, What::Name(Kind::Tool), doc).rank(7));
        }
    }
    for keyword in EXPRESSIONS {
        items.push(Item::word(keyword.word, What::Keyword, keyword.doc).rank(8));
    }
    if clause == "in" {
        items.extend(words::units());
    }
    items
}

/// What may stand in the hole of a text.
pub fn holes(view: &View<'_>, span: Span) -> Vec<Item> {
    let mut items = locals(view, span);
    items.extend(of(
        view,
        &[Kind::Evidence, Kind::Param, Kind::Value, Kind::Module],
    ));
    items
}

/// The names that are bound around a place: parameters, binders and values of clauses above.
fn locals(view: &View<'_>, span: Span) -> Vec<Item> {
    let Some(decl) = view.decl_at(span.start) else {
        return Vec::new();
    };
    let mut names: Vec<(String, Span)> = Vec::new();
    let mut add = |name: &rolloutc_compiler::syntax::ast::Name| {
        if name.span.end <= span.start && &*name.text != MARK {
            names.push((name.text.to_string(), name.span));
        }
    };
    match &decl.kind {
        DeclKind::Gate(gate) => {
            gate.params.iter().for_each(|param| add(&param.name));
            for clause in &gate.clauses {
                match &clause.node {
                    GateClause::Each { bind, .. } => {
                        let known = bind.binders.iter();
                        known
                            .filter(|binder| !binder.source.span.touches(span.start))
                            .for_each(|binder| add(&binder.name));
                    }
                    GateClause::Let(found) => add(&found.name),
                    _ => {}
                }
            }
        }
        DeclKind::Fn(found) => found.params.iter().for_each(|param| add(&param.name)),
        DeclKind::Trigger(trigger) => {
            for clause in &trigger.clauses {
                if let TriggerClause::Each(bind) = &clause.node {
                    bind.binders.iter().for_each(|binder| add(&binder.name));
                }
            }
        }
        DeclKind::Rollback(found) => {
            for clause in &found.clauses {
                if let ProcedureClause::Field(field) = &clause.node {
                    add(&field.name);
                }
            }
        }
        DeclKind::Waivers(waivers) if !waivers.rows.span.touches(span.start) => {
            add(&waivers.name);
        }
        _ => {}
    }
    walk_decl(decl, &mut |part, whole| {
        let comp = match part {
            Part::Expr(Expr {
                kind: ExprKind::ListOf(comp) | ExprKind::Quant { comp, .. },
                ..
            }) if whole.touches(span.start) => comp,
            _ => return,
        };
        for binder in &comp.bind.binders {
            if binder.name.span.end <= span.start && &*binder.name.text != MARK {
                names.push((binder.name.text.to_string(), binder.name.span));
            }
        }
    });
    names
        .into_iter()
        .map(|(name, at)| {
            let ty = view.model().types.get(&(HERE, at));
            let detail = ty.map_or("bound here".to_owned(), |ty| view.facts().say(ty));
            Item::word(&name, What::Name(Kind::Local), &detail).rank(2)
        })
        .collect()
}

/// The enum of which a member is wanted at the cursor: of the other side of a comparison, of what is matched.
fn wanted(view: &View<'_>, span: Span) -> Option<EnumId> {
    let decl = view.decl_at(span.start)?;
    let mut found = None;
    let of = |expr: &Expr| {
        let mut ty = view.model().types.get(&(HERE, expr.span))?;
        loop {
            match ty {
                Ty::Optional(inner) | Ty::List(inner) => ty = inner,
                Ty::Enum(id) => return Some(*id),
                _ => return None,
            }
        }
    };
    walk_decl(decl, &mut |part, whole| {
        let Part::Expr(expr) = part else { return };
        if !whole.touches(span.start) {
            return;
        }
        match &expr.kind {
            ExprKind::Compare { left, right, op } => {
                let equal = matches!(
                    op.node,
                    CompareOp::Equal
                        | CompareOp::Unequal
                        | CompareOp::In
                        | CompareOp::NotIn
                        | CompareOp::Covers
                        | CompareOp::Exactly
                        | CompareOp::SubsetOf
                );
                if equal && right.span.touches(span.start) {
                    found = of(left).or(found);
                } else if equal && left.span.touches(span.start) {
                    found = of(right).or(found);
                }
            }
            ExprKind::Match { subject, arms } => {
                let head = arms.iter().any(|arm| match &arm.head {
                    ArmHead::Patterns(patterns) => patterns.iter().any(|pattern| {
                        matches!(pattern.node, Pattern::Word(_)) && pattern.span.touches(span.start)
                    }),
                    ArmHead::Else(_) => false,
                });
                let empty = !arms.iter().any(|arm| arm.span.touches(span.start))
                    && subject.span.end < span.start;
                if head || empty {
                    found = of(subject).or(found);
                }
            }
            _ => {}
        }
    });
    // A `match` whose arms cannot be read yet.
    found.or_else(|| {
        let text = decl.span.text(view.text());
        let before = text.get(..(span.start - decl.span.start) as usize)?;
        let open = before.rfind('{')?;
        let subject = before[..open].trim_end().rsplit("match ").next()?;
        let end = decl.span.start + before[..open].trim_end().len() as u32;
        let start = end.checked_sub(subject.len() as u32)?;
        if !before[..open].contains("match ") {
            return None;
        }
        match view.model().types.get(&(HERE, Span::new(start, end)))? {
            Ty::Enum(id) => Some(*id),
            _ => None,
        }
    })
}
