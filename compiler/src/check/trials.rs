//! Invariants, fixtures and tests: what tries a policy. Resolves their names; the program does not hold them yet.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::ProcedureKind;

use super::decl::Declared;
use super::{Checker, Def, Scope};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Event, Expected, Place, TestClause};

impl<'a> Checker<'a> {
    /// Checks all invariants, fixtures and tests.
    pub(super) fn trials(&mut self, out: &Declared) {
        let mut titles: BTreeSet<(u32, &str)> = BTreeSet::new();
        for (decl, found) in self.decls() {
            let scope = self.base(decl.module);
            match &found.kind {
                ast::DeclKind::Invariant(invariant) => {
                    self.within(decl, |c| c.invariant(invariant, out, &scope))
                }
                ast::DeclKind::Fixture(fixture) => {
                    self.within(decl, |c| {
                        c.inside_path(fixture.from.as_str(), fixture.from.span, &scope)
                    });
                }
                ast::DeclKind::Test(test) => {
                    self.title(&mut titles, decl.module.0, &test.title, &scope);
                    self.within(decl, |c| {
                        c.test(&test.clauses, (test.title.span, None), out, &scope)
                    });
                }
                ast::DeclKind::Tests(tests) => {
                    for row in &tests.rows {
                        self.title(&mut titles, decl.module.0, &row.title, &scope);
                        self.within(decl, |c| {
                            c.test(
                                &row.clauses,
                                (row.title.span, tests.at.as_ref()),
                                out,
                                &scope,
                            )
                        });
                    }
                }
                _ => {}
            }
        }
    }

    fn title(
        &mut self,
        titles: &mut BTreeSet<(u32, &'a str)>,
        module: u32,
        title: &'a ast::Str,
        scope: &Scope,
    ) {
        if !titles.insert((module, title.as_str())) {
            let at = self.at(scope, title.span);
            self.report(
                Diagnostic::error("duplicate-name", at, "two tests have this title")
                    .help("a failed test is told by its title"),
            );
        }
    }

    fn invariant(&mut self, invariant: &'a ast::Invariant, out: &Declared, scope: &Scope) {
        for never in &invariant.clauses {
            match &never.event.node {
                Event::Enter(name) => {
                    self.phase_named(name, scope);
                }
                Event::Advance(place) => self.place_of(place.as_ref(), out, scope),
                Event::RollbackBy(name) => {
                    self.procedure_named(name, None, scope);
                }
                Event::Outcome(_) => {}
            }
            self.condition(&never.when, scope);
        }
        if invariant.clauses.is_empty() {
            let at = self.at(scope, invariant.title.span);
            self.report(
                Diagnostic::error("missing-clause", at, "this invariant forbids nothing")
                    .help("for example `never enter cutover when strict_red`"),
            );
        }
    }

    fn place_of(&mut self, place: Option<&ast::Spanned<Place>>, out: &Declared, scope: &Scope) {
        let Some(place) = place else { return };
        match &place.node {
            Place::Phase { phase, at } => {
                if let Some(id) = self.phase_named(phase, scope)
                    && let Some(at) = at
                    && let Some(share) = self.share(at, scope)
                {
                    self.reachable(&out.phases, (id, share), at.span, scope);
                }
            }
            Place::Share(number) => {
                self.share(number, scope);
            }
        }
    }

    fn test(
        &mut self,
        clauses: &'a [ast::Spanned<TestClause>],
        (title, shared): (Span, Option<&ast::Number>),
        out: &Declared,
        scope: &Scope,
    ) {
        let (mut at, mut place, mut expected) = (shared.is_some(), false, false);
        for clause in clauses {
            match &clause.node {
                TestClause::For(_) => {}
                TestClause::At(_) => at = true,
                TestClause::In { phase, at, .. } => {
                    place = true;
                    self.test_place(phase, at.as_ref(), out, scope);
                }
                TestClause::AfterRollback { rollback, .. } => {
                    self.procedure_named(rollback, None, scope);
                }
                TestClause::Given(given) => self.given(given, scope),
                TestClause::After { .. } => {}
                TestClause::Expect(expect) => {
                    expected = true;
                    self.expect(expect, out, scope);
                }
            }
        }
        let needs_place = !out.phases.is_empty();
        let lack = match (at, expected, place || !needs_place) {
            (false, _, _) => (
                "does not say when it is",
                "for example `at 2026-02-25T12:00Z`",
            ),
            (_, false, _) => (
                "expects nothing",
                "for example `expect blocked because slo_posture`",
            ),
            (_, _, false) => (
                "does not say where the rollout stands",
                "for example `in start`, or `in cohorts at 10% since 31m`",
            ),
            _ => return,
        };
        let at = self.at(scope, title);
        self.report(
            Diagnostic::error("missing-clause", at, format!("this test {}", lack.0)).help(lack.1),
        );
    }

    fn test_place(
        &mut self,
        name: &ast::Name,
        at: Option<&ast::Number>,
        out: &Declared,
        scope: &Scope,
    ) {
        if name.as_str() == "start" {
            return;
        }
        if let Some(id) = self.phase_named(name, scope)
            && let Some(at) = at
            && let Some(share) = self.share(at, scope)
        {
            self.reachable(&out.phases, (id, share), at.span, scope);
        }
    }

    /// Fixtures have names of their own: one may be called as the gate it is for.
    fn fixture_named(&mut self, dotted: &ast::Dotted, scope: &Scope) {
        let Some((name, path)) = dotted.names.split_last() else {
            return;
        };
        let mut module = scope.module;
        for part in path {
            match self.find(module, &part.text) {
                Some((Def::Module(next), _)) => module = next,
                Some((Def::Broken, _)) => return,
                _ => {
                    self.named(part, "a module", scope);
                    return;
                }
            }
        }
        let at = self.at(scope, name.span);
        match self.find(module, &format!("fixture {}", name.text)) {
            Some((def, declared)) => self.note(at, def, declared),
            None if self.is_damaged("fixture") => {}
            None => {
                let modules = self.modules;
                let names = modules[module.ix()].names.keys();
                let known = names
                    .filter_map(|name| name.strip_prefix("fixture ").map(String::from))
                    .collect();
                self.unknown_name(&name.text, at, known, None, "a fixture");
            }
        }
    }

    fn given(&mut self, given: &'a ast::Given, scope: &Scope) {
        match &given.what {
            ast::GivenWhat::Fixture(name) => self.fixture_named(name, scope),
            ast::GivenWhat::Evidence(path) => self.inside_path(path.as_str(), path.span, scope),
        }
        for change in &given.with {
            let path = match &change.node {
                ast::Change::Set { path, .. } => path,
                ast::Change::Aged { item, .. }
                | ast::Change::About { item, .. }
                | ast::Change::From { item, .. } => item,
            };
            self.item_of(path, scope);
        }
        for path in &given.without {
            self.item_of(path, scope);
        }
    }

    /// The item that a path of a test starts at.
    fn item_of(&mut self, path: &ast::Path, scope: &Scope) {
        let Some(name) = head(path) else { return };
        match self.find(scope.module, &name.text) {
            Some((Def::Item(_) | Def::Broken | Def::Module(_), _)) => {}
            Some((other, _)) => {
                let _: Option<()> =
                    self.wrong_kind(&name.text, name.span, &other, "evidence", scope);
            }
            None if self.lookup_item(&name.text).is_some() => {}
            None => {
                self.named(&name, "evidence", scope);
            }
        }
    }

    fn expect(&mut self, expect: &'a ast::Expect, out: &Declared, scope: &Scope) {
        match &expect.result.node {
            Expected::Advance(place) => self.place_of(place.as_ref(), out, scope),
            Expected::Rollback(Some(name)) => {
                self.procedure_named(name, None::<ProcedureKind>, scope);
            }
            Expected::Rollback(None)
            | Expected::Exit(_)
            | Expected::Hold
            | Expected::Blocked
            | Expected::Frozen
            | Expected::Halted
            | Expected::Complete => {}
        }
        for reason in expect.because.iter().chain(&expect.warnings) {
            self.reason(reason, scope);
        }
    }

    fn reason(&mut self, reason: &ast::Reason, scope: &Scope) {
        const CLOCKS: [&str; 4] = ["soak", "checks", "waivers", "approvals"];
        let Some(name) = head(&reason.path) else {
            return;
        };
        if CLOCKS.contains(&name.as_str()) {
            return;
        }
        match self.find(scope.module, &name.text) {
            Some(_) => {}
            None if self.lookup_item(&name.text).is_some() => {}
            None => {
                self.named(&name, "a gate or evidence", scope);
            }
        }
    }
}

/// The name a path starts with.
fn head(path: &ast::Path) -> Option<ast::Name> {
    match &path.kind {
        ast::ExprKind::Field { of, .. }
        | ast::ExprKind::Key { of, .. }
        | ast::ExprKind::Index { of, .. }
        | ast::ExprKind::Call { of, .. } => head(of),
        _ => path.as_name(),
    }
}
