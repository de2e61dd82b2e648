//! What may stand behind a dot: fields, members, the names of a module, what every item has.

use rolloutc_compiler::check::Def;
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::ExprKind;
use rolloutc_runtime::ty::{EnumId, RecordId, Shape, Ty};

use super::{Item, What};
use crate::ide::names::{Kind, declared_kind};
use crate::ide::walk::{Part, walk};
use crate::ide::{HERE, View, head};

/// The members of what ends at the dot.
pub fn behind(view: &View<'_>, dot: u32) -> Vec<Item> {
    let Some((base, name)) = base(view, dot) else {
        return words(view, dot);
    };
    if let Some((def, _)) = view.def(base) {
        match def {
            Def::Module(module) => return module_names(view, module.ix()),
            Def::Enum(id) => return members(view, *id),
            Def::Message(_) => {
                return ["parts", "template"]
                    .map(|word| Item::word(word, What::Name(Kind::Field), "of a message"))
                    .to_vec();
            }
            _ => {}
        }
    }
    if let Some(name) = name {
        let known = known(view, &name);
        if !known.is_empty() && view.def(base).is_none_or(|(def, _)| *def == Def::Known) {
            return known;
        }
    }
    let mut items = match view.model().types.get(&(HERE, base)) {
        Some(ty) => of_type(view, ty),
        None => Vec::new(),
    };
    if matches!(view.def(base), Some((Def::Item(_), _))) {
        items.push(field("age", "duration").rank(6));
        items.push(field("observed_at", "instant").rank(6));
    }
    items
}

/// The expression that ends at the dot, and its name where it is nothing else.
fn base(view: &View<'_>, dot: u32) -> Option<(Span, Option<String>)> {
    let mut found = None;
    walk(view.tree(), &mut |part, span| {
        if let Part::Expr(expr) = part
            && span.end == dot
        {
            let name = match &expr.kind {
                ExprKind::Name(name) => Some(name.to_string()),
                _ => None,
            };
            let dotted = matches!(
                expr.kind,
                ExprKind::Name(_)
                    | ExprKind::Field { .. }
                    | ExprKind::Key { .. }
                    | ExprKind::Index { .. }
                    | ExprKind::Call { .. }
                    | ExprKind::Paren(_)
            );
            if found.is_none() && dotted {
                found = Some((span, name));
            }
        }
    });
    found
}

/// Where no expression stands before the dot, a module of a type or of a way back may.
fn words(view: &View<'_>, dot: u32) -> Vec<Item> {
    let text = view.text();
    let Some(span) = crate::ide::word(text, dot) else {
        return Vec::new();
    };
    let Some(module) = view.analysis.modules.first() else {
        return Vec::new();
    };
    let export = module.names.get(span.text(text));
    match export.and_then(|export| export.module) {
        Some(module) => module_names(view, module.ix()),
        None => Vec::new(),
    }
}

fn field(name: &str, detail: &str) -> Item {
    Item::word(name, What::Name(Kind::Field), detail).rank(1)
}

fn of_type(view: &View<'_>, ty: &Ty) -> Vec<Item> {
    match ty.required() {
        Ty::Record(record) => fields(view, *record),
        Ty::Rows {
            record,
            shape: Shape::Series,
        } => {
            let mut items = vec![field("last", "the newest row")];
            items.extend(fields(view, *record));
            items
        }
        Ty::Rows { .. }
        | Ty::Bool
        | Ty::Text
        | Ty::Int
        | Ty::Number
        | Ty::Ratio
        | Ty::Duration
        | Ty::Bytes
        | Ty::Version
        | Ty::Instant
        | Ty::Date
        | Ty::Enum(_)
        | Ty::List(_)
        | Ty::Optional(_)
        | Ty::Secret
        | Ty::Nothing => Vec::new(),
    }
}

/// The fields of a record.
pub fn fields(view: &View<'_>, record: RecordId) -> Vec<Item> {
    let Some(record) = view.facts().record(record) else {
        return Vec::new();
    };
    let stored = record
        .fields
        .iter()
        .map(|(name, ty, _)| field(name, &view.facts().say(ty)));
    let derived = record.derived.iter().map(|(name, _, value)| {
        let ty = view.model().types.get(value);
        field(
            name,
            &ty.map_or("let".to_owned(), |ty| view.facts().say(ty)),
        )
    });
    stored.chain(derived).collect()
}

/// The members of an enum.
pub fn members(view: &View<'_>, id: EnumId) -> Vec<Item> {
    let Some(found) = view.facts().enumeration(id) else {
        return Vec::new();
    };
    found
        .members
        .iter()
        .map(|member| Item::word(&member.name, What::Name(Kind::Member), &found.name).rank(0))
        .collect()
}

/// What a module exports.
fn module_names(view: &View<'_>, module: usize) -> Vec<Item> {
    let Some(module) = view.analysis.modules.get(module) else {
        return Vec::new();
    };
    let text = view.file(module.file).map_or("", |file| &file.text);
    let one = |(name, export): (
        &std::sync::Arc<str>,
        &rolloutc_compiler::check::outline::Export,
    )| {
        let kind = declared_kind(module, export.decl)?;
        let decl = module.ast.decls.get(export.decl as usize)?;
        let doc = decl.docs.as_ref().map(|docs| docs.text.to_string());
        (!name.contains(' ') && kind != Kind::Module).then(|| Item {
            doc,
            ..Item::word(name, What::Name(kind), head(text, decl)).rank(1)
        })
    };
    module.names.iter().filter_map(one).collect()
}

/// The members of the names that the tool knows.
fn known(view: &View<'_>, name: &str) -> Vec<Item> {
    match name {
        "subject" => (view.facts().subject.iter())
            .map(|(name, ty)| field(name, &view.facts().say(ty)))
            .collect(),
        "rollback" => vec![field("at", "instant")],
        "phase" | "cohort" => vec![field("entered_at", "instant")],
        "waivers" => vec![field("expired", "rows"), field("invalid", "rows")],
        _ => Vec::new(),
    }
}
