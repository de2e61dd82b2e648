//! Invariants, fixtures and tests: what tries a policy, written down as `ir::trial`. Knows their names and types; runs
//! nothing.

mod changes;
mod reasons;

use std::collections::BTreeSet;

use rolloutc_runtime::ir::trial::{
    self as tried, Act, Event as Happens, Expect, Invariant, Never, Spot, Stand, Test, Undone,
};
use rolloutc_runtime::ir::{Const, PhaseId, ProcedureKind};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::Instant;

use super::decl::Declared;
use super::outline::{self, ModuleId};
use super::{Checker, Def, Scope, consts};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::syntax::ast::{self, Event, Expected, NumberValue, Place, TestClause};

/// What the tests of a policy are, and what must never happen.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// Invariants.
    pub invariants: Vec<Invariant>,
    /// Fixtures.
    pub fixtures: Vec<tried::Fixture>,
    /// Tests.
    pub tests: Vec<Test>,
}

impl<'a> Checker<'a> {
    /// Checks all invariants, fixtures and tests; those of the policy's own file are part of the program.
    pub(super) fn trials(&mut self, out: &Declared) -> Tried {
        let mut tried = Tried::default();
        let mut titles: BTreeSet<(u32, &str)> = BTreeSet::new();
        for (decl, found) in self.decls() {
            let scope = self.base(decl.module);
            let own = decl.module == ModuleId::ROOT;
            match &found.kind {
                ast::DeclKind::Invariant(invariant) => {
                    let one = self.within(decl, |c| c.invariant(invariant, out, &scope));
                    tried.invariants.push(one);
                }
                ast::DeclKind::Fixture(fixture) => {
                    self.within(decl, |c| {
                        c.inside_path(fixture.from.as_str(), fixture.from.span, &scope)
                    });
                    if own {
                        tried.fixtures.push(tried::Fixture {
                            name: fixture.name.text.to_string(),
                            folder: self.beside(fixture.from.as_str(), &scope),
                        });
                    }
                }
                ast::DeclKind::Test(test) => {
                    self.title(&mut titles, decl.module.0, &test.title, &scope);
                    let test = self.within(decl, |c| {
                        c.test(&test.clauses, (&test.title, None), out, &scope)
                    });
                    tried.tests.extend(test.filter(|_| own));
                }
                ast::DeclKind::Tests(tests) => {
                    for row in &tests.rows {
                        self.title(&mut titles, decl.module.0, &row.title, &scope);
                        let shared = tests.at.as_ref();
                        let test = self.within(decl, |c| {
                            c.test(&row.clauses, (&row.title, shared), out, &scope)
                        });
                        tried.tests.extend(test.filter(|_| own));
                    }
                }
                _ => {}
            }
        }
        tried
    }

    /// A path that a file names, from the policy's own folder.
    fn beside(&self, path: &str, scope: &Scope) -> String {
        outline::join(&self.modules[scope.module.ix()].path, path)
    }

    /// A piece of source on one line.
    fn said(&self, span: Span, scope: &Scope) -> String {
        let words: Vec<&str> = (self.source(self.at(scope, span)).split_whitespace()).collect();
        words.join(" ")
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

    fn invariant(
        &mut self,
        invariant: &'a ast::Invariant,
        out: &Declared,
        scope: &Scope,
    ) -> Invariant {
        let mut list = Vec::new();
        for never in &invariant.clauses {
            let event = match &never.node.event.node {
                Event::Enter(name) => self.phase_named(name, scope).map(Happens::Enter),
                Event::Advance(None) => Some(Happens::Advance(None)),
                Event::Advance(Some(place)) => {
                    let spot = self.spot(place, out, scope);
                    spot.map(|spot| Happens::Advance(Some(spot)))
                }
                Event::RollbackBy(name) => self
                    .procedure_named(name, None, scope)
                    .map(Happens::RollbackBy),
                Event::Outcome(outcome) => Some(Happens::Outcome(outcome_of(*outcome))),
            };
            let when = self.condition(&never.node.when, scope);
            let at = self.origin(self.at(scope, never.span));
            list.extend(event.map(|event| Never { event, when, at }));
        }
        if invariant.clauses.is_empty() {
            let at = self.at(scope, invariant.title.span);
            self.report(
                Diagnostic::error("missing-clause", at, "this invariant forbids nothing")
                    .help("for example `never enter cutover when strict_red`"),
            );
        }
        let at = self.origin(self.at(scope, invariant.title.span));
        Invariant { never: list, at }
    }

    fn spot(&mut self, place: &ast::Spanned<Place>, out: &Declared, scope: &Scope) -> Option<Spot> {
        match &place.node {
            Place::Phase { phase, at } => {
                let phase = self.phase_named(phase, scope)?;
                let share = self.share_of(phase, at.as_ref(), out, scope)?;
                Some(Spot::Phase { phase, share })
            }
            Place::Share(number) => self.share(number, scope).map(Spot::Share),
        }
    }

    fn test(
        &mut self,
        clauses: &'a [ast::Spanned<TestClause>],
        (title, shared): (&'a ast::Str, Option<&ast::Number>),
        out: &Declared,
        scope: &Scope,
    ) -> Option<Test> {
        let mut instant = shared.and_then(|at| self.test_instant(at, scope));
        let (mut timed, mut placed, mut expected) = (shared.is_some(), false, false);
        let (mut stands, mut after, mut key) = (None, None, None);
        let mut acts = Vec::new();
        for clause in clauses {
            match &clause.node {
                TestClause::For(of) => key = self.row_key(of, scope),
                TestClause::At(at) => {
                    timed = true;
                    instant = self.test_instant(at, scope);
                }
                TestClause::In { phase, at, since } => {
                    placed = true;
                    stands = self.stand((phase, at.as_ref(), since.as_ref()), out, scope);
                }
                TestClause::AfterRollback { rollback, at } => {
                    let procedure = self.procedure_named(rollback, None, scope);
                    let instant = self.test_instant(at, scope);
                    after = procedure
                        .zip(instant)
                        .map(|(procedure, instant)| Undone { procedure, instant });
                }
                TestClause::Given(given) => {
                    let given = self.given(given, clause.span, out, scope);
                    acts.extend(given.map(Act::Given));
                }
                TestClause::After { time, silent } => {
                    let silent = silent.is_some();
                    let time = self.length(time, scope);
                    acts.extend(time.map(|time| Act::After { time, silent }));
                }
                TestClause::Expect(expect) => {
                    expected = true;
                    let expect = self.expect(expect, clause.span, out, scope);
                    acts.extend(expect.map(Act::Expect));
                }
            }
        }
        // What stands behind the last `expect` is looked at by nobody.
        let behind = clauses.iter().rev();
        let behind = behind.take_while(|clause| !matches!(clause.node, TestClause::Expect(_)));
        let idle = behind.filter(|clause| {
            matches!(clause.node, TestClause::Given(_) | TestClause::After { .. })
        });
        if let Some(idle) = idle.last().filter(|_| expected) {
            let at = self.at(scope, idle.span);
            self.report(
                Diagnostic::error("missing-clause", at, "nothing is expected after this")
                    .help("say what comes of it: `expect hold because soak`, or leave it out"),
            );
        }
        let needs_place = !out.phases.is_empty();
        let lack = match (timed, expected, placed || !needs_place) {
            (false, _, _) => Some((
                "does not say when it is",
                "for example `at 2026-02-25T12:00Z`",
            )),
            (_, false, _) => Some((
                "expects nothing",
                "for example `expect blocked because slo_posture`",
            )),
            (_, _, false) => Some((
                "does not say where the rollout stands",
                "for example `in start`, or `in cohorts at 10% since 31m`",
            )),
            _ => None,
        };
        let at = self.at(scope, title.span);
        if let Some((lack, help)) = lack {
            self.report(
                Diagnostic::error("missing-clause", at, format!("this test {lack}")).help(help),
            );
        }
        let at = self.origin(at);
        Some(Test {
            title: title.as_str().to_string(),
            key,
            instant: instant?,
            stands,
            after,
            acts,
            at,
        })
    }

    /// An instant that a test names.
    fn test_instant(&mut self, number: &ast::Number, scope: &Scope) -> Option<Instant> {
        if let Some(Const::Instant(instant)) = consts::literal(&number.value, false) {
            return Some(instant);
        }
        let at = self.at(scope, number.span);
        self.report(
            Diagnostic::error(
                "type-mismatch",
                at,
                format!("`{}` is not an instant", number.text),
            )
            .help("write one with its clock and offset, for example `2026-02-25T12:00Z`"),
        );
        None
    }

    /// A length of time that a test names.
    fn length(&mut self, number: &ast::Number, scope: &Scope) -> Option<Number> {
        if let (NumberValue::Duration(_), Some(Const::Number(length))) =
            (&number.value, consts::literal(&number.value, false))
        {
            return Some(length);
        }
        let at = self.at(scope, number.span);
        self.report(
            Diagnostic::error(
                "unit-mismatch",
                at,
                format!("`{}` is not a duration", number.text),
            )
            .help("write one with its unit, for example `31m`"),
        );
        None
    }

    /// The share that is named with a phase, one that it passes through.
    fn share_of(
        &mut self,
        phase: PhaseId,
        at: Option<&ast::Number>,
        out: &Declared,
        scope: &Scope,
    ) -> Option<Option<Number>> {
        let Some(at) = at else {
            return Some(None);
        };
        let share = self.share(at, scope)?;
        self.reachable(&out.phases, (phase, share), at.span, scope);
        Some(Some(share))
    }

    fn stand(
        &mut self,
        (name, at, since): (&ast::Name, Option<&ast::Number>, Option<&ast::Number>),
        out: &Declared,
        scope: &Scope,
    ) -> Option<Stand> {
        let since = match since {
            Some(since) => Some(self.length(since, scope)?),
            None => None,
        };
        if name.as_str() == "start" {
            let phase = None;
            let share = None;
            return Some(Stand {
                phase,
                share,
                since,
            });
        }
        let phase = self.phase_named(name, scope)?;
        let share = self.share_of(phase, at, out, scope)?;
        Some(Stand {
            phase: Some(phase),
            share,
            since,
        })
    }

    fn expect(
        &mut self,
        expect: &'a ast::Expect,
        span: Span,
        out: &Declared,
        scope: &Scope,
    ) -> Option<Expect> {
        let outcome = |outcome| Some(tried::Expected::Outcome(outcome));
        let result = match &expect.result.node {
            Expected::Advance(None) => Some(tried::Expected::Advance(None)),
            Expected::Advance(Some(place)) => {
                let spot = self.spot(place, out, scope);
                spot.map(|spot| tried::Expected::Advance(Some(spot)))
            }
            Expected::Rollback(Some(name)) => self
                .procedure_named(name, None::<ProcedureKind>, scope)
                .map(|id| tried::Expected::Rollback(Some(id))),
            Expected::Rollback(None) => Some(tried::Expected::Rollback(None)),
            Expected::Exit(code) => self.exit_code(code, scope).map(tried::Expected::Exit),
            Expected::Hold => outcome(tried::Outcome::Hold),
            Expected::Blocked => outcome(tried::Outcome::Blocked),
            Expected::Frozen => outcome(tried::Outcome::Frozen),
            Expected::Halted => outcome(tried::Outcome::Halted),
            Expected::Complete => outcome(tried::Outcome::Complete),
        };
        let mut reasons = |list: &'a [ast::Reason]| -> Vec<tried::Because> {
            let list = list.iter().filter_map(|reason| self.reason(reason, scope));
            list.collect()
        };
        let because = reasons(&expect.because);
        let warnings = reasons(&expect.warnings);
        let text = self.said(span, scope);
        let text = text.strip_prefix("expect ").unwrap_or(&text).to_string();
        let at = self.origin(self.at(scope, span));
        Some(Expect {
            result: result?,
            only: expect.only.is_some(),
            because,
            warnings,
            text,
            at,
        })
    }

    fn exit_code(&mut self, number: &ast::Number, scope: &Scope) -> Option<u8> {
        let code = match number.value {
            NumberValue::Int(code) => u8::try_from(code).ok(),
            _ => None,
        };
        if let Some(code @ (0 | 1 | 4 | 5)) = code {
            return Some(code);
        }
        let at = self.at(scope, number.span);
        let message = format!("no decision ends with exit code `{}`", number.text);
        self.report(Diagnostic::error("bad-number", at, message).help(
            "0 is advance or complete, 1 hold, frozen, blocked or halted, 4 blocked only because something is unknown, 5 rollback",
        ));
        None
    }

    /// Fixtures have names of their own: one may be called as the gate it is for.
    fn fixture_named(&mut self, dotted: &ast::Dotted, scope: &Scope) -> Option<String> {
        let (name, path) = dotted.names.split_last()?;
        let mut module = scope.module;
        for part in path {
            match self.find(module, &part.text) {
                Some((Def::Module(next), _)) => module = next,
                Some((Def::Broken, _)) => return None,
                _ => {
                    self.named(part, "a module", scope);
                    return None;
                }
            }
        }
        let at = self.at(scope, name.span);
        match self.find(module, &format!("fixture {}", name.text)) {
            Some((def, declared)) => {
                let folder = match &def {
                    Def::Fixture(decl) => match &self.decl(*decl).kind {
                        ast::DeclKind::Fixture(fixture) => {
                            let scope = Scope::module(decl.module);
                            Some(self.beside(fixture.from.as_str(), &scope))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                self.note(at, def, declared);
                folder
            }
            None if self.is_damaged("fixture") => None,
            None => {
                let modules = self.modules;
                let names = modules[module.ix()].names.keys();
                let known: Vec<String> = names
                    .filter_map(|name| name.strip_prefix("fixture ").map(String::from))
                    .collect();
                self.unknown_name(&name.text, at, &known, None, "a fixture");
                None
            }
        }
    }
}

fn outcome_of(outcome: ast::Outcome) -> tried::Outcome {
    match outcome {
        ast::Outcome::Rollback => tried::Outcome::Rollback,
        ast::Outcome::Halted => tried::Outcome::Halted,
        ast::Outcome::Blocked => tried::Outcome::Blocked,
        ast::Outcome::Frozen => tried::Outcome::Frozen,
        ast::Outcome::Hold => tried::Outcome::Hold,
        ast::Outcome::Advance => tried::Outcome::Advance,
        ast::Outcome::Complete => tried::Outcome::Complete,
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
