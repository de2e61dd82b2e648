//! Paths in a policy that a click may follow: modules, sources, fixtures.

use std::sync::Arc;

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{
    Decl, DeclKind, FolderValue, GivenWhat, Part, Source, TestClause, Text, UseTarget,
};

use super::View;

/// A path that is written in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where.
    pub span: Span,
    /// Where it leads.
    pub to: To,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// A path, relative to the file.
    Path(String),
    /// A module of the tool, by its path `std/NAME.rollout`.
    Std(String),
}

/// Every path of the file.
pub fn links(view: &View<'_>) -> Vec<Link> {
    let mut out = Vec::new();
    for decl in &view.tree().decls {
        of(view, decl, &mut out);
    }
    out
}

fn of(view: &View<'_>, decl: &Decl, out: &mut Vec<Link>) {
    let path = |span: Span, path: &str| Link {
        span: Span::new(
            span.start + 1,
            span.end.saturating_sub(1).max(span.start + 1),
        ),
        to: To::Path(path.to_owned()),
    };
    match &decl.kind {
        DeclKind::Use(used) => match &used.target {
            UseTarget::File { path: file, .. } => out.push(path(file.span, file.as_str())),
            UseTarget::Module(dotted) => {
                if let [std, name] = dotted.names.as_slice()
                    && std.as_str() == "std"
                    && let Some(module) = rolloutc_compiler::stdlib::module(name.as_str())
                {
                    out.push(Link {
                        span: dotted.span,
                        to: To::Std(module.path.to_owned()),
                    });
                }
            }
        },
        DeclKind::Evidence(evidence) => match &evidence.source {
            Some(Source::File(file)) => {
                out.extend(whole(file).map(|name| path(file.span, name)));
            }
            Some(Source::InFolder { folder, file }) => {
                let folder = folder.single().and_then(|name| folder_of(view, &name.text));
                if let (Some(folder), Some(name)) = (folder, whole(file)) {
                    out.push(path(file.span, &format!("{folder}/{name}")));
                }
            }
            Some(Source::Call(_)) | None => {}
        },
        DeclKind::Fixture(fixture) => out.push(path(fixture.from.span, fixture.from.as_str())),
        DeclKind::Test(test) => test
            .clauses
            .iter()
            .for_each(|clause| given(&clause.node, &path, out)),
        DeclKind::Tests(tests) => (tests.rows.iter())
            .flat_map(|row| &row.clauses)
            .for_each(|clause| given(&clause.node, &path, out)),
        _ => {}
    }
}

fn given(clause: &TestClause, path: &dyn Fn(Span, &str) -> Link, out: &mut Vec<Link>) {
    if let TestClause::Given(given) = clause
        && let GivenWhat::Evidence(folder) = &given.what
    {
        out.push(path(folder.span, folder.as_str()));
    }
}

/// A text without holes.
fn whole(text: &Text) -> Option<&str> {
    match text.parts.as_slice() {
        [Part::Literal(literal)] => Some(literal),
        _ => None,
    }
}

/// The path of a declared folder.
fn folder_of(view: &View<'_>, name: &Arc<str>) -> Option<String> {
    view.tree().decls.iter().find_map(|decl| match &decl.kind {
        DeclKind::Folder(folder) if folder.name.text == *name => match &folder.value {
            FolderValue::Path(path) => Some(path.as_str().to_owned()),
            FolderValue::Param(_) => None,
        },
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{now, read};

    #[test]
    fn paths_lead_into_files_and_modules() {
        let text = "edition 2026\n\nuse std.slo\nuse \"./a.rollout\" as a\n\nfolder proof = \"docs/x\"\n\nevidence e from proof \"e.json\" { fresh 1h  a: int }\n\nevidence f from \"f.json\" { fresh 1h  a: int }\n\nfixture green from \"evidence/green\"\n";
        let analysis = read(text);
        let view = View::new(&analysis, now());
        let shown: Vec<String> = (links(&view).iter())
            .map(|link| match &link.to {
                To::Path(path) => format!("{} -> {path}", link.span.text(text)),
                To::Std(path) => format!("{} => {path}", link.span.text(text)),
            })
            .collect();
        assert_eq!(
            shown,
            [
                "std.slo => std/slo.rollout",
                "./a.rollout -> ./a.rollout",
                "e.json -> docs/x/e.json",
                "f.json -> f.json",
                "evidence/green -> evidence/green",
            ]
        );
    }
}
