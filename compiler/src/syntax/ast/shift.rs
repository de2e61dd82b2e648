//! A tree moved as it stands: what was read of a declaration holds where the text above it grew or shrank. Knows the
//! shape of every node and nothing of what it means; a new part that is not listed here does not compile.

use super::{
    About, Approval, ApprovalClause, Arg, Arm, ArmHead, BinaryOp, Bind, Binder, Broken, By,
    Calendar, CalendarClause, CalendarUnit, Call, CastWord, Cause, Cell, Change, Clock, Cohort,
    Column, Comp, CompareOp, Cover, Day, Deadline, Decl, DeclKind, Docs, Dotted, Else, Entry,
    EntryKind, Enum, Event, Evidence, Expect, Expected, Expr, ExprKind, Field, FieldItem,
    FieldPlace, Fixture, Fn, Folder, FolderValue, Format, Gate, GateClause, Given, GivenWhat,
    Group, Hours, InFlight, Invariant, Item, JsonPath, Key, Let, Level, Measure, Member, Members,
    Message, MessageClause, MonthDay, Name, Never, NewSubject, Number, Observed, ObservedPlace,
    Outcome, Over, Owner, Param, ParamDecl, Part, Pattern, PeopleRule, Per, Phase, PhaseClause,
    Place, Procedure, ProcedureClause, Quantifier, Quorum, Reason, Record, Report, ReportBody,
    Rollout, RolloutClause, Row, Rule, Scope, Source, Spanned, StateWord, Step, Stop, StopKind,
    Str, Subject, Table, Test, TestClause, TestRow, Tests, Text, TextFor, Then, Threshold,
    TimeRule, Trigger, TriggerClause, Type, TypeKind, UnaryOp, Unit, Use, UseTarget, WaiverClause,
    Waivers,
};
use crate::source::Span;

/// Anything with places.
pub trait Shift {
    /// Moves every place by so many bytes.
    fn shift(&mut self, by: i64);
}

impl Shift for Span {
    fn shift(&mut self, by: i64) {
        // Files are far smaller than the numbers that count them.
        let moved = |at: u32| (i64::from(at) + by).clamp(0, i64::from(u32::MAX)) as u32;
        *self = Span::new(moved(self.start), moved(self.end));
    }
}

impl<T: Shift> Shift for Vec<T> {
    fn shift(&mut self, by: i64) {
        self.iter_mut().for_each(|one| one.shift(by));
    }
}

impl<T: Shift> Shift for Option<T> {
    fn shift(&mut self, by: i64) {
        self.iter_mut().for_each(|one| one.shift(by));
    }
}

impl<T: Shift> Shift for Box<T> {
    fn shift(&mut self, by: i64) {
        (**self).shift(by);
    }
}

impl<T: Shift> Shift for Spanned<T> {
    fn shift(&mut self, by: i64) {
        self.node.shift(by);
        self.span.shift(by);
    }
}

/// What has no places in it.
macro_rules! still {
    ($($name:ident)*) => { $(
        impl Shift for $name {
            fn shift(&mut self, _: i64) {}
        }
    )* };
}

/// Structures: the parts that have places, then those that have none.
macro_rules! structures {
    ($($name:ident { $($part:ident)* } still { $($other:ident)* })*) => { $(
        impl Shift for $name {
            fn shift(&mut self, by: i64) {
                let $name { $($part,)* $($other: _,)* } = self;
                $($part.shift(by);)*
            }
        }
    )* };
}

/// Choices: each with the parts that have places.
macro_rules! choices {
    ($($name:ident { $($case:ident $parts:tt => $($part:ident)*;)* })*) => { $(
        impl Shift for $name {
            fn shift(&mut self, by: i64) {
                match self {
                    $($name::$case $parts => {
                        $($part.shift(by);)*
                    })*
                }
            }
        }
    )* };
}

still! {
    BinaryOp CalendarUnit CastWord Clock CompareOp Day Format Level Measure MonthDay Outcome UnaryOp Unit
}

structures! {
    Decl { kind span docs } still { tainted sound }
    Docs { span } still { text }
    Name { span } still { text }
    Dotted { names span } still {}
    Str { span } still { value }
    Text { parts span } still { block }
    TextFor { bind body span } still {}
    Broken { name } still { word }
    Use { target } still {}
    Rollout { name subject per title clauses } still {}
    Per { name source span } still {}
    Owner { name spelling } still {}
    Enum { name members } still {}
    Record { name items } still {}
    Observed { place pattern } still {}
    About { what at unit } still {}
    JsonPath { choices span } still {}
    Field { name ty any_case signed unit assume_utc min max default at } still {}
    Table { name key columns rows } still {}
    Column { name ty } still {}
    Row { cells span } still {}
    Let { name value } still {}
    Fn { name params result body } still {}
    ParamDecl { name ty default env env_unit min max only } still {}
    Folder { name value } still {}
    Evidence { name ty source format at items } still {}
    Message { name title clauses } still {}
    Report { name to on body } still {}
    Expr { kind span } still {}
    Bind { binders filter may_be_empty span } still {}
    Binder { name source } still {}
    Comp { bind body span } still {}
    Call { callee args span } still {}
    Entry { kind span } still {}
    Key { span } still { text quoted }
    Arm { head value span } still {}
    Type { kind span } still { optional }
    Members { any_case list } still {}
    Member { name spellings unknown span } still {}
    Param { name ty } still {}
    Threshold { name measure op bound warn samples } still {}
    Gate { name params level title clauses } still {}
    Rule { condition message } still {}
    Group { name value } still {}
    By { quorum roles } still {}
    Deadline { limit otherwise } still {}
    Approval { name title clauses } still {}
    Waivers { name rows title clauses } still {}
    Cover { gate args rows also_missing when } still {}
    Calendar { name title clauses } still {}
    Hours { from to_day to } still {}
    Phase { name last title clauses } still {}
    Item { value once span } still {}
    Stop { kind span } still {}
    Cohort { stop soak checks after } still {}
    Trigger { name title clauses } still {}
    Procedure { name title clauses } still {}
    Step { name text by run } still {}
    Number { span } still { value text }
    Invariant { title clauses } still {}
    Never { event when } still {}
    Fixture { name from } still {}
    Test { title clauses } still {}
    Tests { at rows } still {}
    TestRow { title clauses span } still {}
    Given { what with without } still {}
    Expect { result only because warnings } still {}
    Reason { path cause span } still {}
}

choices! {
    Part { Literal(_) =>; Hole(a) => a; For(a) => a; }
    DeclKind {
        Use(a) => a; Rollout(a) => a; Owners(a) => a; Enum(a) => a; Record(a) => a; Table(a) => a;
        Let(a) => a; Fn(a) => a; Param(a) => a; Folder(a) => a; Evidence(a) => a; Threshold(a) => a;
        Gate(a) => a; Group(a) => a; Approval(a) => a; Waivers(a) => a; Freeze(a) => a;
        Window(a) => a; Phase(a) => a; Trigger(a) => a; Rollback(a) => a; Switch(a) => a;
        Message(a) => a; Report(a) => a; Invariant(a) => a; Fixture(a) => a; Test(a) => a;
        Tests(a) => a; Broken(a) => a;
    }
    UseTarget { Module(a) => a; File { path, alias } => path alias; }
    Subject { Name(a) => a; Fields(a) => a; }
    RolloutClause { Live(a) => a; OnNewSubject(a) => a; }
    NewSubject { Restart {} =>; Finish {} =>; Rollback(a) => a; }
    FieldItem {
        Keys(_) =>; Spread(a) => a; Observed(a) => a; Fresh { limit, warn } => limit warn;
        Timeless {} =>; Since(_) =>; About(a) => a; MayBeEmpty {} =>; Field(a) => a; Let(a) => a;
        Closed {} =>;
    }
    ObservedPlace { At(a) => a; Line(a) => a; With(a) => a; }
    FieldPlace { Path(a) => a; Line(a) => a; }
    Cell {
        Number { negative: _, number } => number; Text(a) => a; Word(a) => a; List(a) => a;
        Absent {} =>;
    }
    FolderValue { Path(a) => a; Param(a) => a; }
    Source { File(a) => a; InFolder { folder, file } => folder file; Call(a) => a; }
    MessageClause { Field(a) => a; Text(a) => a; }
    ReportBody { Entries(a) => a; Text(a) => a; }
    ExprKind {
        Number(a) => a; Text(a) => a; Bool(_) =>; Null {} =>; Name(_) =>;
        Field { of, name } => of name; Key { of, key } => of key; Index { of, keys } => of keys;
        Call { of, args } => of args; Paren(a) => a; Unary { op, operand } => op operand;
        Logic { op: _, operands } => operands; Compare { op, left, right } => op left right;
        Is { operand, negated: _, state } => operand state;
        Binary { op, left, right } => op left right; Convert { operand, unit } => operand unit;
        As { operand, to } => operand to; ObservedSince { operand, since } => operand since;
        Plus { operand, amount, unit } => operand amount unit;
        AtClock { operand, clock, zone } => operand clock zone; List(a) => a; ListOf(a) => a;
        Value(a) => a; Quant { quantifier, comp } => quantifier comp;
        Among { quantifier, operands } => quantifier operands;
        Match { subject, arms } => subject arms; Last { count, of, by } => count of by;
        Series { measure, of, over, samples } => measure of over samples; Unknown(a) => a;
    }
    StateWord {
        Present {} =>; Blank {} =>; Empty {} =>; Stale {} =>; Missing {} =>; Malformed {} =>;
        Mismatched {} =>; Future {} =>; Awaited {} =>; Unknown {} =>; Pass {} =>; Fail {} =>;
        Pending {} =>; Waived {} =>; Given { since } => since;
    }
    Quantifier {
        All {} =>; Any {} =>; None {} =>; AtLeast(a) => a; AtMost(a) => a; Exactly(a) => a;
    }
    Arg { Value(a) => a; Named { name, value } => name value; Comp(a) => a; }
    EntryKind { Pair { key, value } => key value; Spread(a) => a; }
    ArmHead { Patterns(a) => a; Else(a) => a; }
    Pattern { Number { negative: _, number } => number; Text(a) => a; Word(a) => a; }
    Over { Time(a) => a; Cohort(a) => a; Phase(a) => a; Rollout(a) => a; }
    TypeKind {
        Named(a) => a; List(a) => a; Series(a) => a; Table { row, key } => row key;
        Map { value, key } => value key; Enum(a) => a; Record(a) => a; Paren(a) => a;
    }
    GateClause {
        Each { bind, by } => bind by; AppliesWhen(a) => a; PendingWhile(a) => a;
        AdvisoryUnless(a) => a; AdvisoryUntil(a) => a; Let(a) => a; Require(a) => a; Forbid(a) => a;
        Need(a) => a;
    }
    Quorum { All {} =>; Any {} =>; AtLeast(a) => a; }
    Else { Blocked {} =>; Halted {} =>; Hold {} =>; Rollback(a) => a; Escalate(a) => a; }
    ApprovalClause {
        By(a) => a; From(a) => a; Fresh(a) => a; People(a) => a; Within(a) => a; Stands {} =>;
    }
    PeopleRule { Distinct {} =>; Not(a) => a; }
    WaiverClause {
        By(a) => a; AtMost(a) => a; Until(a) => a; UntilSubjectChanges {} =>; WarnBefore(a) => a;
        Valid(a) => a; Cover(a) => a;
    }
    CalendarClause {
        Time(a) => a; Zone(a) => a; InFlight(a) => a; Scope(a) => a; ExceptWhen(a) => a;
        ExceptBy(a) => a;
    }
    TimeRule {
        From { from, through } => from through; On(a) => a; While(a) => a;
        During { bind, from, to } => bind from to; Every { days, hours } => days hours;
        Monthly { end: _, days } => days; Yearly { from, through } => from through;
    }
    InFlight { Finish {} =>; Stay {} =>; Rollback(a) => a; }
    Scope { Entering(a) => a; CohortsTo(a) => a; CohortsFrom(a) => a; When(a) => a; }
    PhaseClause {
        NotBefore(a) => a; Enter(a) => a; EnteredWhen(a) => a; Cohorts(a) => a;
        CohortRange { from, to, by } => from to by; Cohort(a) => a; Soak(a) => a; Checks(a) => a;
        OnRed(_) =>; ClockOpen {} =>; Keep(a) => a; Leave(a) => a; Watch(a) => a; Within(a) => a;
    }
    StopKind { Share(a) => a; Named { name, share } => name share; Param(a) => a; }
    TriggerClause {
        Class(a) => a; In(a) => a; Scope(a) => a; Each(a) => a; When(a) => a; For(a) => a;
        Times { count, in_a_row } => count in_a_row; Then(a) => a; OnUnknown(_) =>;
    }
    Then { Halt {} =>; Rollback(a) => a; Throw(a) => a; }
    ProcedureClause {
        Field(a) => a; To { phase, at } => phase at; ToStay {} =>; Decide(a) => a; Finish(a) => a;
        Recover(a) => a; By(a) => a; Run(a) => a; Impact { name, text } => name text; Step(a) => a;
        Check { name, text } => name text; CheckList(a) => a;
        Log { name, any_order } => name any_order; Verify(a) => a; ReenterWhen(a) => a;
    }
    Event { Enter(a) => a; Advance(a) => a; RollbackBy(a) => a; Outcome(_) =>; }
    Place { Phase { phase, at } => phase at; Share(a) => a; }
    TestClause {
        For(a) => a; At(a) => a; In { phase, at, since } => phase at since;
        AfterRollback { rollback, at } => rollback at; Given(a) => a;
        After { time, silent } => time silent; Expect(a) => a;
    }
    GivenWhat { Fixture(a) => a; Evidence(a) => a; }
    Change {
        Set { path, value } => path value; Aged { item, age } => item age;
        About { item, value } => item value; From { item, file } => item file;
    }
    Expected {
        Advance(a) => a; Rollback(a) => a; Exit(a) => a; Hold {} =>; Blocked {} =>; Frozen {} =>;
        Halted {} =>; Complete {} =>;
    }
    Cause {
        Missing {} =>; Stale {} =>; Malformed {} =>; Future {} =>; Mismatched {} =>; Awaited {} =>;
        Inconclusive {} =>; Unknown {} =>; Pending {} =>; Waived {} =>; Empty {} =>; Expired {} =>;
        Left(a) => a;
    }
}
