//! What stands above declarations: run this test, decide with this fixture, say how a gate fares in the tests.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::DeclKind;

use super::View;

/// Something that can be asked about a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// The line it stands above.
    pub span: Span,
    /// What it says.
    pub title: String,
    /// What happens.
    pub ask: Ask,
}

/// What a lens asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ask {
    /// Run the tests whose title this is.
    Test(String),
    /// Run all tests.
    Tests,
    /// Decide from the start with a fixture.
    Fixture(String),
    /// Say how a gate or trigger fares in the tests.
    Why(String),
}

/// The lenses of the file.
pub fn lenses(view: &View<'_>) -> Vec<Lens> {
    let mut out = Vec::new();
    let decls = &view.tree().decls;
    let tested =
        (decls.iter()).any(|decl| matches!(decl.kind, DeclKind::Test(_) | DeclKind::Tests(_)));
    for decl in decls {
        let mut add = |span: Span, title: &str, ask: Ask| {
            out.push(Lens {
                span,
                title: title.to_owned(),
                ask,
            });
        };
        match &decl.kind {
            DeclKind::Rollout(rollout) if tested => {
                add(rollout.name.span, "Run all tests", Ask::Tests);
            }
            DeclKind::Test(test) => {
                let title = test.title.value.to_string();
                add(test.title.span, "Run test", Ask::Test(title));
            }
            DeclKind::Tests(tests) => {
                for row in &tests.rows {
                    let title = row.title.value.to_string();
                    add(row.title.span, "Run test", Ask::Test(title));
                }
            }
            DeclKind::Fixture(fixture) => {
                let name = fixture.name.text.to_string();
                add(fixture.name.span, "Decide with it", Ask::Fixture(name));
            }
            DeclKind::Gate(gate) if tested => {
                add(gate.name.span, "Why", Ask::Why(gate.name.text.to_string()));
            }
            DeclKind::Trigger(found) if tested => {
                add(
                    found.name.span,
                    "Why",
                    Ask::Why(found.name.text.to_string()),
                );
            }
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, now, read};

    #[test]
    fn tests_fixtures_and_gates_can_be_asked() {
        let analysis = read(SHOP);
        assert_eq!(lenses(&View::new(&analysis, now())), []);
        let text = format!(
            "{SHOP}\nfixture green from \"green\"\n\ntest \"it goes\" {{\n  at     2026-03-03T12:00Z\n  in     canary\n  given  green\n  expect hold\n}}\n"
        );
        let analysis = read(&text);
        let lenses = lenses(&View::new(&analysis, now()));
        let titles: Vec<&str> = lenses.iter().map(|lens| lens.title.as_str()).collect();
        assert_eq!(
            titles,
            [
                "Run all tests",
                "Why",
                "Why",
                "Why",
                "Why",
                "Decide with it",
                "Run test"
            ]
        );
        assert_eq!(lenses[6].ask, Ask::Test("it goes".to_owned()));
    }
}
