//! Declarations that move a rollout: gates, people, calendars, phases, triggers, ways back.

use super::{
    Arg, Bind, Call, Clock, Day, Dotted, Expr, Field, Let, MonthDay, Name, Number, Param, Path,
    Source, Spanned, Str, Text, ThresholdOp,
};
use crate::source::Span;

/// `threshold NAME = S <= S [warn S] [with at least N samples]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threshold {
    /// Its name.
    pub name: Name,
    /// What is measured.
    pub measure: Expr,
    /// How it is compared.
    pub op: ThresholdOp,
    /// With what.
    pub bound: Expr,
    /// Where the warning begins.
    pub warn: Option<Expr>,
    /// The least number of samples.
    pub samples: Option<Number>,
}

/// `gate NAME[(…)] [hard|advisory] [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// Its name.
    pub name: Name,
    /// Its parameters; empty where it takes none.
    pub params: Vec<Param>,
    /// `hard` or `advisory`
    pub level: Option<Spanned<Level>>,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<GateClause>>,
}

/// How much a gate weighs, where written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `hard`: never waived
    Hard,
    /// `advisory`: only warns
    Advisory,
}

/// A clause of a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GateClause {
    /// `each x in xs [by S]`
    Each {
        /// The rows.
        bind: Bind,
        /// What names a row.
        by: Option<Expr>,
    },
    /// `applies when E`
    AppliesWhen(Expr),
    /// `pending while E`
    PendingWhile(Expr),
    /// `advisory unless E`
    AdvisoryUnless(Expr),
    /// `advisory until S`
    AdvisoryUntil(Expr),
    /// `let NAME = E`
    Let(Let),
    /// `require E [else TEXT]`
    Require(Rule),
    /// `forbid E [else TEXT]`
    Forbid(Rule),
    /// `need a, b`
    Need(Vec<Path>),
}

/// A condition with what to say where it fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The condition.
    pub condition: Expr,
    /// `else TEXT`
    pub message: Option<Text>,
}

/// `group NAME = E`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// The gates in it.
    pub value: Expr,
}

/// `by [QUORUM of] ROLE,+`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct By {
    /// How many of them; unwritten, any one.
    pub quorum: Option<Spanned<Quorum>>,
    /// The roles, at least one.
    pub roles: Vec<Name>,
}

/// How many roles it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quorum {
    /// `all of`
    All,
    /// `any of`
    Any,
    /// `at least 2 of`
    AtLeast(Number),
}

/// What happens when a time has passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Else {
    /// `else blocked`
    Blocked,
    /// `else halted`
    Halted,
    /// `else hold` (approvals only)
    Hold,
    /// `else rollback R`
    Rollback(Dotted),
    /// `else escalate ROLE,+`
    Escalate(Vec<Name>),
}

/// `within S [else …]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// How long.
    pub limit: Expr,
    /// What then.
    pub otherwise: Option<Spanned<Else>>,
}

/// `approval NAME [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Approval {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<ApprovalClause>>,
}

/// A clause of an approval.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalClause {
    /// `by all of a, b`
    By(By),
    /// `from SOURCE`
    From(Source),
    /// `fresh S`
    Fresh(Expr),
    /// `people distinct, not author`
    People(Vec<Spanned<PeopleRule>>),
    /// `within S [else …]`
    Within(Deadline),
    /// `stands`
    Stands,
}

/// What is asked of the people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeopleRule {
    /// `distinct`
    Distinct,
    /// `not author`
    Not(Name),
}

/// `waivers NAME in S [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waivers {
    /// The name that stands for a row.
    pub name: Name,
    /// The rows.
    pub rows: Expr,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<WaiverClause>>,
}

/// A clause of waivers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WaiverClause {
    /// `by …`
    By(By),
    /// `at most S`
    AtMost(Expr),
    /// `until S`
    Until(Expr),
    /// `until subject changes`
    UntilSubjectChanges,
    /// `warn S before`
    WarnBefore(Expr),
    /// `valid E [else TEXT]`
    Valid(Rule),
    /// `cover …`
    Cover(Cover),
}

/// `cover GATE[(…)][rows] [also missing] [when E]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cover {
    /// The gate.
    pub gate: Dotted,
    /// Its parameters; `None` without parentheses.
    pub args: Option<Vec<Arg>>,
    /// The names its rows are bound to; empty without brackets.
    pub rows: Vec<Name>,
    /// Where it says `also missing`.
    pub also_missing: Option<Span>,
    /// For which waivers.
    pub when: Option<Expr>,
}

/// `freeze NAME [TEXT] { … }` or `window NAME [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<CalendarClause>>,
}

/// A clause of a freeze or a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarClause {
    /// When.
    Time(Box<TimeRule>),
    /// `in "Europe/Berlin"`
    Zone(Str),
    /// `in flight …` (freeze only)
    InFlight(InFlight),
    /// `scope …`
    Scope(Scope),
    /// `except when E` (freeze only)
    ExceptWhen(Expr),
    /// `except by APPROVAL` (freeze only)
    ExceptBy(Dotted),
}

/// When a freeze or a window holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TimeRule {
    /// `from D through D`
    From {
        /// The first day or instant.
        from: Expr,
        /// The last.
        through: Expr,
    },
    /// `on D, D`
    On(Vec<Expr>),
    /// `while E`
    While(Expr),
    /// `during r in rows : r.from to r.until`
    During {
        /// The rows.
        bind: Bind,
        /// The start.
        from: Expr,
        /// The end.
        to: Expr,
    },
    /// `every fri 16:00 to mon 08:00`, `every mon, tue`
    Every {
        /// The days, at least one.
        days: Vec<Spanned<Day>>,
        /// The times of day; the whole day without.
        hours: Option<Hours>,
    },
    /// `monthly last 3 days`
    Monthly {
        /// Which end of the month.
        end: MonthEnd,
        /// How many days.
        days: Number,
    },
    /// `yearly dec 20 through jan 2`
    Yearly {
        /// The first day.
        from: Spanned<MonthDay>,
        /// The last.
        through: Spanned<MonthDay>,
    },
}

/// `16:00 to mon 08:00`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    /// When it starts.
    pub from: Spanned<Clock>,
    /// On which day it ends, where another.
    pub to_day: Option<Spanned<Day>>,
    /// When it ends.
    pub to: Spanned<Clock>,
}

/// Which end of the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MonthEnd {
    /// `first`
    First,
    /// `last`
    Last,
}

/// What a freeze does to a move in flight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InFlight {
    /// `in flight finish`
    Finish,
    /// `in flight stay`
    Stay,
    /// `in flight rollback R`
    Rollback(Dotted),
}

/// `scope …`: what a calendar or a trigger speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// `entering a, b`
    Entering(Vec<Name>),
    /// `cohorts to S`
    CohortsTo(Expr),
    /// `cohorts from S`
    CohortsFrom(Expr),
    /// `when E`
    When(Expr),
}

/// `phase NAME [final] [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Phase {
    /// Its name.
    pub name: Name,
    /// Where it says `final`.
    pub last: Option<Span>,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<PhaseClause>>,
}

/// A clause of a phase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PhaseClause {
    /// `not before S`
    NotBefore(Expr),
    /// `enter ITEM,+`
    Enter(Vec<Item>),
    /// `entered when E`
    EnteredWhen(Expr),
    /// `cohorts 1%, 5%`
    Cohorts(Vec<Stop>),
    /// `cohorts 10% to 100% by 10%`
    CohortRange {
        /// The first share.
        from: Number,
        /// The last share.
        to: Number,
        /// The step.
        by: Number,
    },
    /// `cohort 50% soak 60m after go`
    Cohort(Box<Cohort>),
    /// `soak S`
    Soak(Expr),
    /// `checks S`
    Checks(Expr),
    /// `on red …`
    OnRed(OnRed),
    /// `clock open`
    ClockOpen,
    /// `keep ITEM,+`
    Keep(Vec<Item>),
    /// `leave ITEM,+`
    Leave(Vec<Item>),
    /// `watch ITEM,+`
    Watch(Vec<Item>),
    /// `within S [else …]`
    Within(Deadline),
}

/// `E [once]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// A gate, approval, group, threshold or condition.
    pub value: Expr,
    /// Where it says `once`.
    pub once: Option<Span>,
    /// The whole item.
    pub span: Span,
}

/// One stop on the way up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stop {
    /// Which.
    pub kind: StopKind,
    /// The whole stop.
    pub span: Span,
}

/// The kinds of stops.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StopKind {
    /// `10%`
    Share(Number),
    /// `ring0 1%`
    Named {
        /// What it is called.
        name: Name,
        /// Its share.
        share: Number,
    },
    /// A param that holds a share or a list of them.
    Param(Dotted),
}

/// `cohort STOP [soak S] [checks S] [after E,+]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cohort {
    /// The stop.
    pub stop: Stop,
    /// `soak S` on its line
    pub soak: Option<Expr>,
    /// `checks S` on its line
    pub checks: Option<Expr>,
    /// `after E,+` on its line; empty without
    pub after: Vec<Expr>,
}

/// What a red sample does to the soak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnRed {
    /// `on red pause`
    Pause,
    /// `on red restart`
    Restart,
}

/// `trigger NAME [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<TriggerClause>>,
}

/// A clause of a trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TriggerClause {
    /// `class NAME`
    Class(Name),
    /// `in PHASE,+`
    In(Vec<Name>),
    /// `scope …`
    Scope(Scope),
    /// `each x in xs`
    Each(Bind),
    /// `when E`
    When(Expr),
    /// `for S`
    For(Expr),
    /// `times 3`, `times 3 in a row`
    Times {
        /// How many.
        count: Expr,
        /// Where it says `in a row`.
        in_a_row: Option<Span>,
    },
    /// `then …`
    Then(Then),
    /// `on unknown …`
    OnUnknown(OnUnknown),
}

/// What a trigger does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// `then halt`
    Halt,
    /// `then rollback R`
    Rollback(Dotted),
    /// `then throw S`
    Throw(Dotted),
}

/// What a blind trigger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnUnknown {
    /// `on unknown fire`
    Fire,
    /// `on unknown ignore`
    Ignore,
}

/// `rollback NAME [TEXT] { … }` or `switch NAME [TEXT] { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Procedure {
    /// Its name.
    pub name: Name,
    /// Its title.
    pub title: Option<Str>,
    /// Its clauses.
    pub clauses: Vec<Spanned<ProcedureClause>>,
}

/// A clause of a rollback or a switch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProcedureClause {
    /// `name: TYPE`, asked of the operator (rollback only)
    Field(Box<Field>),
    /// `to PHASE [at 0%]` (rollback only)
    To {
        /// The phase.
        phase: Name,
        /// The share in it.
        at: Option<Number>,
    },
    /// `to stay` (rollback only)
    ToStay,
    /// `decide within S [else …]` (rollback only)
    Decide(Deadline),
    /// `finish within S [else …]` (rollback only)
    Finish(Deadline),
    /// `recover within S [else …]` (switch only)
    Recover(Deadline),
    /// `by ROLE,+` (switch only)
    By(Vec<Name>),
    /// `run CALL` (switch only)
    Run(Call),
    /// `impact NAME TEXT` (rollback only)
    Impact {
        /// Of what.
        name: Name,
        /// What it is.
        text: Text,
    },
    /// `step NAME TEXT [by ROLE,+] [run CALL]` (rollback only)
    Step(Box<Step>),
    /// `check [NAME] TEXT`
    Check {
        /// Its name, where it has one.
        name: Option<Name>,
        /// What is checked.
        text: Text,
    },
    /// `check LIST`
    CheckList(Expr),
    /// `log NAME [any order]`
    Log {
        /// The evidence.
        name: Name,
        /// Where it says `any order`.
        any_order: Option<Span>,
    },
    /// `verify ITEM,+`
    Verify(Vec<Item>),
    /// `reenter when E`
    ReenterWhen(Expr),
}

/// `step NAME TEXT [by ROLE,+] [run CALL]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its name.
    pub name: Name,
    /// What is done.
    pub text: Text,
    /// Who does it; empty for anyone.
    pub by: Vec<Name>,
    /// What does it.
    pub run: Option<Call>,
}
