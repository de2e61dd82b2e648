//! From a name to what it means: its declaration, its type, every place that speaks of it.

use rolloutc_compiler::check::{Def, Place};
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{DeclKind, UseTarget};
use rolloutc_runtime::ty::Ty;

use super::names::{self, Kind, Occurrence, Target};
use super::{HERE, View};

/// A way from a place to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// What was pointed at.
    pub from: Span,
    /// The whole of what is there.
    pub whole: Place,
    /// Its name, or where it begins.
    pub name: Place,
}

/// Where what stands at an offset was declared. A module's name, and its path, lead into its file.
pub fn definition(view: &View<'_>, offset: u32) -> Option<Way> {
    if let Some(way) = module(view, offset) {
        return Some(way);
    }
    declaration(view, offset)
}

/// Where a name stands first: of a module the `use` that names it.
pub fn declaration(view: &View<'_>, offset: u32) -> Option<Way> {
    let found = names::at(view, offset)?;
    match found.target {
        Target::Place(place) => Some(way(view, found.span, place)),
        Target::Tool(_) => None,
    }
}

fn way(view: &View<'_>, from: Span, name: Place) -> Way {
    let whole = view.decl_of(name).map_or(name.1, |decl| decl.span);
    Way {
        from,
        whole: (name.0, whole),
        name,
    }
}

/// The file of a module, from its path in `use` or from its name.
fn module(view: &View<'_>, offset: u32) -> Option<Way> {
    let start = |from: Span, id: rolloutc_compiler::check::outline::ModuleId| {
        let file = view.analysis.modules.get(id.ix())?.file;
        let top = Span::at(0);
        Some(Way {
            from,
            whole: (file, top),
            name: (file, top),
        })
    };
    let decl = view.decl_at(offset)?;
    if let DeclKind::Use(used) = &decl.kind {
        let names = &view.analysis.modules.first()?.names;
        let id = decl.kind.name().and_then(|name| names.get(&name.text));
        let from = match &used.target {
            UseTarget::Module(dotted) => dotted.span,
            UseTarget::File { path, alias } if alias.span.touches(offset) => {
                path.span.to(alias.span)
            }
            UseTarget::File { path, .. } => path.span,
        };
        return from
            .touches(offset)
            .then(|| start(from, id?.module?))
            .flatten();
    }
    let found = names::at(view, offset)?;
    match view.def(found.span) {
        Some((Def::Module(id), _)) => start(found.span, *id),
        _ => None,
    }
}

/// Where the type of what stands at an offset was written: the record, the enum, the record of rows.
pub fn type_definition(view: &View<'_>, offset: u32) -> Option<Way> {
    let (at, ty) = view.model().type_at(HERE, offset)?;
    let mut ty = ty;
    loop {
        match ty {
            Ty::Optional(inner) | Ty::List(inner) => ty = inner,
            Ty::Enum(id) => {
                let member = view.facts().members.get(id.0 as usize)?.first()?;
                return Some(named(view, at.1, *member));
            }
            Ty::Record(record) | Ty::Rows { record, .. } => {
                let (_, _, field) = view.facts().record(*record)?.fields.first()?;
                return Some(named(view, at.1, *field));
            }
            Ty::Bool
            | Ty::Text
            | Ty::Int
            | Ty::Number
            | Ty::Ratio
            | Ty::Duration
            | Ty::Bytes
            | Ty::Version
            | Ty::Instant
            | Ty::Date
            | Ty::Secret
            | Ty::Nothing => return None,
        }
    }
}

/// A way to the declaration around a place, by its name.
fn named(view: &View<'_>, from: Span, inside: Place) -> Way {
    let decl = view.decl_of(inside);
    let name = decl.and_then(|decl| decl.kind.name());
    way(
        view,
        from,
        name.map_or(inside, |name| (inside.0, name.span)),
    )
}

/// The names of the file that mean the same as a target.
pub fn references(view: &View<'_>, target: &Target) -> Vec<Occurrence> {
    let mut all = names::all(view);
    all.retain(|one| one.target == *target);
    all
}

/// How a name at a place is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It declares.
    Writes,
    /// It means.
    Reads,
}

/// The places of the file to light up with the name at an offset.
pub fn highlights(view: &View<'_>, offset: u32) -> Vec<(Span, Use)> {
    let Some(found) = names::at(view, offset).filter(|found| found.kind != Kind::Label) else {
        return Vec::new();
    };
    references(view, &found.target)
        .into_iter()
        .map(|one| {
            let way = if one.declares {
                Use::Writes
            } else {
                Use::Reads
            };
            (one.span, way)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, at as ask};

    fn shown(view: &View<'_>, place: Place) -> String {
        let file = view.file(place.0).expect("a file");
        let at = file.place(place.1.start);
        format!("{}:{}:{}", file.name, at.line, at.column)
    }

    #[test]
    fn definitions_types_and_highlights() {
        let text = SHOP.replacen("when not correct", "when not corr$0ect", 1);
        ask(&text, |view, offset| {
            let way = definition(view, offset).expect("a way");
            assert_eq!(shown(view, way.name), "policy.rollout:20:6");
            assert_eq!(shown(view, way.whole), "policy.rollout:20:1");
            assert_eq!(highlights(view, offset).len(), 3);
        });
        let text = SHOP.replacen("require smoke.passed", "require smo$0ke.passed", 1);
        ask(&text, |view, offset| {
            let way = type_definition(view, offset).expect("a type");
            assert_eq!(shown(view, way.name), "policy.rollout:14:10");
        });
    }

    #[test]
    fn modules_lead_into_their_files() {
        let text = "edition 2026\n\nuse std.dri$0ll\n\ngate g(d: drill.Drill) { require drill.passed(d) }\n";
        ask(text, |view, offset| {
            let way = definition(view, offset).expect("a way");
            assert_eq!(shown(view, way.name), "std/drill.rollout:1:1");
            let way = declaration(view, offset).expect("a way");
            assert_eq!(shown(view, way.name), "policy.rollout:3:9");
        });
    }
}
