//! Declarations that try a policy: invariants, fixtures, tests.

use super::{Dotted, Expr, Name, Number, Outcome, Path, Spanned, Str};
use crate::source::Span;

/// `invariant TEXT { never … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invariant {
    /// What it says.
    pub title: Str,
    /// Its clauses.
    pub clauses: Vec<Spanned<Never>>,
}

/// `never EVENT when E`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Never {
    /// What must not happen.
    pub event: Spanned<Event>,
    /// While what holds.
    pub when: Expr,
}

/// What must never happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// `enter PHASE`
    Enter(Name),
    /// `advance [to PLACE]`
    Advance(Option<Spanned<Place>>),
    /// `rollback by R`
    RollbackBy(Dotted),
    /// `blocked` and the other outcomes
    Outcome(Outcome),
}

/// A place of a rollout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// `share`, `share at 10%`
    Phase {
        /// The phase.
        phase: Name,
        /// The share in it.
        at: Option<Number>,
    },
    /// `10%`
    Share(Number),
}

/// `fixture NAME from TEXT`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fixture {
    /// Its name.
    pub name: Name,
    /// The folder, relative to this file.
    pub from: Str,
}

/// `test TEXT { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Test {
    /// What it shows.
    pub title: Str,
    /// Its clauses.
    pub clauses: Vec<Spanned<TestClause>>,
}

/// `tests [at INSTANT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tests {
    /// The instant of all rows.
    pub at: Option<Number>,
    /// The rows.
    pub rows: Vec<TestRow>,
}

/// `"title" given … expect …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestRow {
    /// What it shows.
    pub title: Str,
    /// Its clauses.
    pub clauses: Vec<Spanned<TestClause>>,
    /// The whole row.
    pub span: Span,
}

/// A clause of a test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestClause {
    /// `for E4`: a name, a text or a number
    For(Expr),
    /// `at INSTANT`
    At(Number),
    /// `in PHASE [at 10%] [since 31m]`
    In {
        /// The phase.
        phase: Name,
        /// The share in it.
        at: Option<Number>,
        /// For how long already.
        since: Option<Number>,
    },
    /// `after rollback R at INSTANT`
    AfterRollback {
        /// The rollback.
        rollback: Dotted,
        /// When it was.
        at: Number,
    },
    /// `given …`
    Given(Box<Given>),
    /// `after 30m [silent]`
    After {
        /// How much later.
        time: Number,
        /// Where it says `silent`.
        silent: Option<Span>,
    },
    /// `expect …`
    Expect(Box<Expect>),
}

/// `given (NAME | evidence TEXT) [with { … }] [without a, b]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What is given.
    pub what: GivenWhat,
    /// What is changed in it.
    pub with: Vec<Spanned<Change>>,
    /// What is taken from it.
    pub without: Vec<Path>,
}

/// What is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenWhat {
    /// A fixture.
    Fixture(Dotted),
    /// `evidence "folder"`
    Evidence(Str),
}

/// One change of what is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// `a.b = E`
    Set {
        /// What is set.
        path: Path,
        /// To what.
        value: Expr,
    },
    /// `item aged 31m`
    Aged {
        /// Which item.
        item: Path,
        /// How old it is.
        age: Number,
    },
    /// `item about E`
    About {
        /// Which item.
        item: Path,
        /// Of what it speaks.
        value: Expr,
    },
    /// `item from TEXT`
    From {
        /// Which item.
        item: Path,
        /// The file or folder it comes from.
        file: Str,
    },
}

/// `expect RESULT [[only] because REASON,+] [warning REASON,+]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expect {
    /// The outcome.
    pub result: Spanned<Expected>,
    /// Where it says `only`.
    pub only: Option<Span>,
    /// Why; empty where not asked.
    pub because: Vec<Reason>,
    /// What it warns of; empty where not asked.
    pub warnings: Vec<Reason>,
}

/// What is expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// `advance [to PLACE]`
    Advance(Option<Spanned<Place>>),
    /// `rollback [by R]`
    Rollback(Option<Dotted>),
    /// `exit 4`
    Exit(Number),
    /// `hold`
    Hold,
    /// `blocked`
    Blocked,
    /// `frozen`
    Frozen,
    /// `halted`
    Halted,
    /// `complete`
    Complete,
}

/// `lane["ci-long"] stale`, `soak left 24h`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// A gate, a row or an item.
    pub path: Path,
    /// In which way.
    pub cause: Option<Spanned<Cause>>,
    /// The whole reason.
    pub span: Span,
}

/// In which way something is a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// `missing`
    Missing,
    /// `stale`
    Stale,
    /// `malformed`
    Malformed,
    /// `future`
    Future,
    /// `mismatched`
    Mismatched,
    /// `awaited`
    Awaited,
    /// `inconclusive`
    Inconclusive,
    /// `unknown`
    Unknown,
    /// `pending`
    Pending,
    /// `waived`
    Waived,
    /// `empty`
    Empty,
    /// `expired`
    Expired,
    /// `left 24h`
    Left(Number),
}
