//! What a file declares, as a tree.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{Decl, DeclKind, FieldItem, Name, Spanned};

use super::View;
use super::names::Kind;

/// A declaration in the outline of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symbol {
    /// What it is called.
    pub name: String,
    /// Its word and its title.
    pub detail: String,
    /// What it is.
    pub kind: Kind,
    /// All of it, with its documentation.
    pub whole: Span,
    /// Its name.
    pub own: Span,
    /// Whether it is a test or an invariant.
    pub test: bool,
    /// What it holds.
    pub inner: Vec<Symbol>,
}

/// The outline of a file, in the order of the source.
pub fn outline(view: &View<'_>) -> Vec<Symbol> {
    view.tree()
        .decls
        .iter()
        .flat_map(|decl| of(decl, view.text()))
        .collect()
}

fn of(decl: &Decl, text: &str) -> Vec<Symbol> {
    let whole = decl
        .docs
        .as_ref()
        .map_or(decl.span, |docs| docs.span.to(decl.span));
    let word = decl.kind.word().unwrap_or("declaration");
    let title = decl.kind.title().unwrap_or_default();
    let detail = match title {
        "" => word.to_owned(),
        title => format!("{word} · {title}"),
    };
    let one = |name: &str, own: Span, kind: Kind, inner: Vec<Symbol>| Symbol {
        name: name.to_owned(),
        detail: detail.clone(),
        kind,
        whole,
        own,
        test: false,
        inner,
    };
    match &decl.kind {
        DeclKind::Owners(owners) => (owners.iter())
            .map(|owner| Symbol {
                whole: decl.span,
                ..one(
                    owner.name.as_str(),
                    owner.name.span,
                    Kind::Owner,
                    Vec::new(),
                )
            })
            .collect(),
        DeclKind::Invariant(found) => {
            vec![tried(&found.title.value, found.title.span, whole, word)]
        }
        DeclKind::Test(found) => vec![tried(&found.title.value, found.title.span, whole, word)],
        DeclKind::Tests(found) => {
            let rows = found.rows.iter();
            let rows = rows.map(|row| tried(&row.title.value, row.title.span, row.span, "test"));
            vec![Symbol {
                test: true,
                inner: rows.collect(),
                ..one(
                    "tests",
                    Span::new(decl.span.start, decl.span.start + 5),
                    Kind::Value,
                    Vec::new(),
                )
            }]
        }
        kind => {
            let Some(name) = kind.name().filter(|name| !name.text.is_empty()) else {
                return Vec::new();
            };
            let declared = Kind::declared(kind).unwrap_or(Kind::Value);
            vec![one(&name.text, name.span, declared, inner(kind, text))]
        }
    }
}

fn tried(title: &str, own: Span, whole: Span, word: &str) -> Symbol {
    Symbol {
        name: if title.is_empty() { word } else { title }.to_owned(),
        detail: word.to_owned(),
        kind: Kind::Value,
        whole,
        own,
        test: true,
        inner: Vec::new(),
    }
}

fn leaf(name: &Name, kind: Kind, whole: Span, detail: &str) -> Symbol {
    Symbol {
        name: name.text.to_string(),
        detail: detail.split_whitespace().collect::<Vec<_>>().join(" "),
        kind,
        whole,
        own: name.span,
        test: false,
        inner: Vec::new(),
    }
}

fn inner(kind: &DeclKind, text: &str) -> Vec<Symbol> {
    let fields = |items: &[Spanned<FieldItem>]| {
        let field = |item: &Spanned<FieldItem>| match &item.node {
            FieldItem::Field(field) => Some(leaf(
                &field.name,
                Kind::Field,
                item.span,
                field.ty.span.text(text),
            )),
            FieldItem::Let(found) => Some(leaf(&found.name, Kind::Field, item.span, "let")),
            FieldItem::Keys(_)
            | FieldItem::Spread(_)
            | FieldItem::Observed(_)
            | FieldItem::Fresh { .. }
            | FieldItem::Timeless
            | FieldItem::Since(_)
            | FieldItem::About(_)
            | FieldItem::MayBeEmpty
            | FieldItem::Closed => None,
        };
        items.iter().filter_map(field).collect()
    };
    match kind {
        DeclKind::Enum(found) => (found.members.list.iter())
            .map(|member| leaf(&member.name, Kind::Member, member.span, "member"))
            .collect(),
        DeclKind::Record(found) => fields(&found.items),
        DeclKind::Evidence(found) => fields(&found.items),
        DeclKind::Rollback(found) | DeclKind::Switch(found) => (found.clauses.iter())
            .filter_map(|clause| match &clause.node {
                rolloutc_compiler::syntax::ast::ProcedureClause::Step(step) => {
                    Some(leaf(&step.name, Kind::Label, clause.span, "step"))
                }
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Whether a name answers a query: its letters in order, case aside.
pub fn fits(name: &str, query: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    (query.chars().filter(|c| !c.is_whitespace()))
        .flat_map(char::to_lowercase)
        .all(|wanted| letters.any(|letter| letter == wanted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, now, read};

    #[test]
    fn an_outline_nests_and_keeps_its_order() {
        let analysis = read(SHOP);
        let outline = outline(&View::new(&analysis, now()));
        let names: Vec<&str> = outline.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names[..4], ["shop", "ops", "slo", "smoke"]);
        assert_eq!(outline[2].inner.len(), 2);
        assert_eq!(outline[2].inner[0].detail, "duration");
        assert_eq!(outline[4].detail, "gate · The shop answers in time");
        for one in outline.iter().flat_map(|one| {
            std::iter::once((one.whole, one.own))
                .chain(one.inner.iter().map(|inner| (one.whole, inner.own)))
        }) {
            assert!(one.0.holds(one.1), "{one:?}");
        }
    }

    #[test]
    fn queries_are_letters_in_order() {
        assert!(fits("orders_fail", "ofail") && fits("orders_fail", "") && fits("Slo", "slo"));
        assert!(!fits("slo", "slow"));
    }
}
