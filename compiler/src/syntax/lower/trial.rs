//! Clauses of invariants and tests.

use rolloutc_grammar::Rule;

use super::{Kids, Lower, Node, stray};
use crate::syntax::ast::{
    Cause, Change, Event, Expect, Expected, Expr, ExprKind, Given, GivenWhat, Never, Outcome,
    Place, Reason, Spanned, TestClause, TestRow,
};

impl Lower<'_> {
    pub(in crate::syntax) fn never(&mut self, node: Node) -> Spanned<Never> {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let event = self.event(kids.need());
        Spanned {
            node: Never {
                event,
                when: self.expr(kids.need()),
            },
            span,
        }
    }

    fn event(&mut self, node: Node) -> Spanned<Event> {
        let span = self.span(&node);
        let inner = Kids::of(node).need();
        let event = match inner.as_rule() {
            Rule::name => Event::Enter(self.name(&inner)),
            Rule::place => Event::Advance(Some(self.place(inner))),
            Rule::dotted => Event::RollbackBy(self.dotted(&inner)),
            _ => match outcome(&inner) {
                Outcome::Advance => Event::Advance(None),
                outcome => Event::Outcome(outcome),
            },
        };
        Spanned { node: event, span }
    }

    fn place(&mut self, node: Node) -> Spanned<Place> {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let first = kids.need();
        let place = match first.as_rule() {
            Rule::number => Place::Share(self.number(&first)),
            _ => Place::Phase {
                phase: self.name(&first),
                at: kids.next().map(|at| self.number(&at)),
            },
        };
        Spanned { node: place, span }
    }

    pub(in crate::syntax) fn test_row(&mut self, node: Node) -> TestRow {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let title = self.str(&kids.need());
        TestRow {
            title,
            clauses: kids.map(|clause| self.test_clause(clause)).collect(),
            span,
        }
    }

    pub(in crate::syntax) fn test_clause(&mut self, node: Node) -> Spanned<TestClause> {
        let span = self.span(&node);
        let rule = node.as_rule();
        let mut kids = Kids::of(node);
        let clause = match rule {
            Rule::for_key => TestClause::For(self.key_expr(&kids.need())),
            Rule::at_instant => TestClause::At(self.number(&kids.need())),
            Rule::in_phase => {
                let phase = self.name(&kids.need());
                let at = kids.opt(Rule::number).map(|at| self.number(&at));
                let since = kids
                    .next()
                    .map(|since| self.number(&Kids::of(since).need()));
                TestClause::In { phase, at, since }
            }
            Rule::after_rollback => {
                let rollback = self.dotted(&kids.need());
                TestClause::AfterRollback {
                    rollback,
                    at: self.number(&kids.need()),
                }
            }
            Rule::after_time => {
                let time = self.number(&kids.need());
                TestClause::After {
                    time,
                    silent: kids.next().map(|silent| self.span(&silent)),
                }
            }
            Rule::given => TestClause::Given(Box::new(self.given(kids))),
            Rule::expect => TestClause::Expect(Box::new(self.expect(kids))),
            rule => unreachable!("the grammar puts no {rule:?} in a test"),
        };
        Spanned { node: clause, span }
    }

    /// A literal or a name that stands for a key.
    fn key_expr(&mut self, node: &Node) -> Expr {
        let kind = match node.as_rule() {
            Rule::number => ExprKind::Number(self.number(node)),
            Rule::text => {
                let plain = std::mem::replace(&mut self.plain, true);
                let text = self.text(node);
                self.plain = plain;
                ExprKind::Text(text)
            }
            Rule::name => ExprKind::Name(self.name(node).text),
            _ => stray(node),
        };
        Expr {
            kind,
            span: self.span(node),
        }
    }

    fn given(&mut self, mut kids: Kids) -> Given {
        let what = kids.need();
        let what = match what.as_rule() {
            Rule::given_evidence => GivenWhat::Evidence(self.str(&Kids::of(what).need())),
            _ => GivenWhat::Fixture(self.dotted(&what)),
        };
        let with = match kids.opt(Rule::with) {
            Some(with) => Kids::of(with).map(|change| self.change(change)).collect(),
            None => Vec::new(),
        };
        let without = kids
            .next()
            .map(|without| self.exprs(Kids::of(without)))
            .unwrap_or_default();
        Given {
            what,
            with,
            without,
        }
    }

    fn change(&mut self, node: Node) -> Spanned<Change> {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let path = self.expr(kids.need());
        let tail = kids.need();
        let rule = tail.as_rule();
        let value = Kids::of(tail).need();
        let change = match rule {
            Rule::default => Change::Set {
                path,
                value: self.expr(value),
            },
            Rule::aged => Change::Aged {
                item: path,
                age: self.number(&value),
            },
            Rule::change_about => Change::About {
                item: path,
                value: self.expr(value),
            },
            Rule::change_from => Change::From {
                item: path,
                file: self.str(&value),
            },
            rule => unreachable!("the grammar puts no {rule:?} in a change"),
        };
        Spanned { node: change, span }
    }

    fn expect(&mut self, mut kids: Kids) -> Expect {
        let result = self.result(kids.need());
        let mut only = None;
        let mut because = Vec::new();
        if let Some(node) = kids.opt(Rule::because) {
            let mut reasons = Kids::of(node);
            only = reasons.opt(Rule::only_word).map(|only| self.span(&only));
            because = reasons.map(|reason| self.reason(reason)).collect();
        }
        let warnings = kids
            .next()
            .map(|node| Kids::of(node).map(|reason| self.reason(reason)).collect());
        Expect {
            result,
            only,
            because,
            warnings: warnings.unwrap_or_default(),
        }
    }

    fn result(&mut self, node: Node) -> Spanned<Expected> {
        let span = self.span(&node);
        let word = node.as_str();
        let inner = Kids::of(node.clone()).next();
        let expected = match inner {
            None if word.starts_with("advance") => Expected::Advance(None),
            None => Expected::Rollback(None),
            Some(inner) => match inner.as_rule() {
                Rule::place => Expected::Advance(Some(self.place(inner))),
                Rule::dotted => Expected::Rollback(Some(self.dotted(&inner))),
                Rule::number => Expected::Exit(self.number(&inner)),
                _ => match outcome(&inner) {
                    Outcome::Rollback => Expected::Rollback(None),
                    Outcome::Halted => Expected::Halted,
                    Outcome::Blocked => Expected::Blocked,
                    Outcome::Frozen => Expected::Frozen,
                    Outcome::Hold => Expected::Hold,
                    Outcome::Advance => Expected::Advance(None),
                    Outcome::Complete => Expected::Complete,
                },
            },
        };
        Spanned {
            node: expected,
            span,
        }
    }

    fn reason(&mut self, node: Node) -> Reason {
        let span = self.span(&node);
        let mut kids = Kids::of(node);
        let path = self.expr(kids.need());
        Reason {
            path,
            cause: kids.next().map(|cause| self.cause(cause)),
            span,
        }
    }

    fn cause(&mut self, node: Node) -> Spanned<Cause> {
        let span = self.span(&node);
        let inner = Kids::of(node).need();
        let cause = match inner.as_str() {
            "missing" => Cause::Missing,
            "stale" => Cause::Stale,
            "malformed" => Cause::Malformed,
            "future" => Cause::Future,
            "mismatched" => Cause::Mismatched,
            "awaited" => Cause::Awaited,
            "inconclusive" => Cause::Inconclusive,
            "unknown" => Cause::Unknown,
            "pending" => Cause::Pending,
            "waived" => Cause::Waived,
            "empty" => Cause::Empty,
            "expired" => Cause::Expired,
            _ => Cause::Left(self.number(&inner)),
        };
        Spanned { node: cause, span }
    }
}

/// An outcome by its word.
pub(super) fn outcome(node: &Node) -> Outcome {
    match node.as_str() {
        "rollback" => Outcome::Rollback,
        "halted" => Outcome::Halted,
        "blocked" => Outcome::Blocked,
        "frozen" => Outcome::Frozen,
        "hold" => Outcome::Hold,
        "advance" => Outcome::Advance,
        "complete" => Outcome::Complete,
        _ => stray(node),
    }
}
