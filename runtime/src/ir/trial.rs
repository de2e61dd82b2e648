//! Trials of a program: invariants, which are part of what it means, and tests, which are not. Knows what was
//! written; runs nothing.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{
    AboutWhat, Approval, Code, Enum, Gate, Group, Item, ItemId, Message, NodeId, OriginId, Param,
    ParamId, PhaseId, Procedure, ProcedureId, Program, Record, Text, Threshold,
};
use crate::number::Number;
use crate::time::Instant;
use crate::zone::ZoneRules;

/// `invariant "…" { never … }`; its title stands in the docs, as `invariant N` from 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invariant {
    /// What must never happen.
    pub never: Vec<Never>,
    /// Where it stands.
    pub at: OriginId,
}

/// `never EVENT when C`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Never {
    /// What must not happen.
    pub event: Event,
    /// While what holds.
    pub when: NodeId,
    /// Where it stands.
    pub at: OriginId,
}

/// What a step may bring about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// `enter PHASE`: a move into it from another one.
    Enter(PhaseId),
    /// `advance [to PLACE]`
    Advance(Option<Spot>),
    /// `rollback by R`: it starts.
    RollbackBy(ProcedureId),
    /// `blocked` and the other outcomes.
    Outcome(Outcome),
}

/// A place as a test names it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Spot {
    /// `share`, `share at 10%`
    Phase {
        /// The phase.
        phase: PhaseId,
        /// The share in it; any where unstated.
        share: Option<Number>,
    },
    /// `10%`, in whichever phase.
    Share(Number),
}

/// An outcome, as decisions say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// `complete`
    Complete,
    /// `advance`
    Advance,
    /// `hold`
    Hold,
    /// `frozen`
    Frozen,
    /// `blocked`
    Blocked,
    /// `halted`
    Halted,
    /// `rollback`
    Rollback,
}

/// A policy's tests, and what only they need.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trials {
    /// Fixtures, in source order.
    pub fixtures: Vec<Fixture>,
    /// Tests, in source order.
    pub tests: Vec<Test>,
    /// What the tests reach and the program does not.
    pub more: More,
}

/// Parts of a program that only its tests reach. Their ids go on where the program's end.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct More {
    /// Enums.
    pub enums: Vec<Enum>,
    /// Record layouts.
    pub records: Vec<Record>,
    /// Params.
    pub params: Vec<Param>,
    /// Evidence items.
    pub evidence: Vec<Item>,
    /// Thresholds.
    pub thresholds: Vec<Threshold>,
    /// Gates.
    pub gates: Vec<Gate>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Approvals.
    pub approvals: Vec<Approval>,
    /// Rollbacks and switches.
    pub procedures: Vec<Procedure>,
    /// Messages.
    pub messages: Vec<Message>,
    /// Texts with holes.
    pub texts: Vec<Text>,
    /// Expressions.
    pub code: Vec<Code>,
    /// How many locals program and tests use together.
    pub locals: u32,
    /// How many memo places program and tests use together.
    pub memos: u32,
    /// Zones.
    pub zones: IndexMap<String, ZoneRules>,
}

/// `fixture NAME from "FOLDER"`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fixture {
    /// Its name.
    pub name: String,
    /// The folder or bundle, from the policy's own folder.
    pub folder: String,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// What it shows.
    pub title: String,
    /// `for KEY`: of a `per` rollout.
    pub key: Option<String>,
    /// `at INSTANT`
    pub instant: Instant,
    /// `in PHASE …`; unstated without phases.
    pub stands: Option<Stand>,
    /// `after rollback R at T`
    pub after: Option<Undone>,
    /// What happens, in order.
    pub acts: Vec<Act>,
    /// Where it stands.
    pub at: OriginId,
}

/// Where a test begins.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stand {
    /// The phase; `None` is `start`.
    pub phase: Option<PhaseId>,
    /// The share; the first cohort where unstated and there are cohorts.
    pub share: Option<Number>,
    /// For how long already.
    pub since: Option<Number>,
}

/// A rollback that a test begins behind: every step logged, verified.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Undone {
    /// Which.
    pub procedure: ProcedureId,
    /// When.
    pub instant: Instant,
}

/// Something that a test does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// `given …`
    Given(Given),
    /// `after D [silent]`
    After {
        /// How much later.
        time: Number,
        /// Whether nothing is observed again.
        silent: bool,
    },
    /// `expect …`
    Expect(Expect),
}

/// `given X [with { … }] [without …]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// The folder or bundle, from the policy's own folder.
    pub folder: String,
    /// What is changed in it, in order.
    pub changes: Vec<Change>,
    /// Where it stands.
    pub at: OriginId,
}

/// One change of what is given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// What is changed.
    pub what: Target,
    /// To what.
    pub to: To,
    /// How it is written.
    pub text: String,
    /// Where it stands.
    pub at: OriginId,
}

/// What a change is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// An item, or a place inside it.
    Item(ItemId, Vec<Hop>),
    /// A param.
    Param(ParamId),
    /// A member of the subject.
    Subject(u16),
}

/// One hop from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hop {
    /// A stored field, by slot.
    Field(u16),
    /// A row by its key, or an element by its place.
    Row(NodeId),
    /// The newest row of a series.
    Last,
}

/// What something becomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum To {
    /// `= E`
    Value(NodeId),
    /// `aged D`
    Aged(Number),
    /// `about E`
    About(AboutWhat, NodeId),
    /// `from "FILE"`: from the policy's own folder.
    From(String),
    /// `without`
    Gone,
}

/// `expect RESULT …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// What is expected.
    pub result: Expected,
    /// `only because`: nothing else decides.
    pub only: bool,
    /// Why.
    pub because: Vec<Because>,
    /// What it warns of.
    pub warnings: Vec<Because>,
    /// How it is written, without `expect`.
    pub text: String,
    /// Where it stands.
    pub at: OriginId,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// `advance [to PLACE]`
    Advance(Option<Spot>),
    /// `rollback [by R]`: named, because a switch is one too.
    Rollback(Option<ProcedureId>),
    /// `exit N`
    Exit(u8),
    /// Any other outcome.
    Outcome(Outcome),
}

/// A reason that a test expects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Because {
    /// Of what it speaks.
    pub what: About,
    /// In which way.
    pub way: Option<Way>,
    /// How it is written.
    pub text: String,
}

/// Of what an expected reason speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// A gate, a group, an approval, a freeze and so on, by name, and a row of it.
    Named {
        /// Its name as reasons show it.
        name: String,
        /// The row's name, part by part; any row where empty.
        row: Vec<String>,
    },
    /// An evidence item, by name.
    Item(String),
    /// `soak`, `checks` and other words of the machine itself.
    Word(String),
}

/// In which way something is a reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Not there.
    Missing,
    /// Too old.
    Stale,
    /// It does not fit its schema.
    Malformed,
    /// Observed later than now.
    Future,
    /// About something else.
    Mismatched,
    /// Not due yet.
    Awaited,
    /// It cannot be told from what is there.
    Inconclusive,
    /// It cannot be told, for whatever cause.
    Unknown,
    /// Waiting by its own word.
    Pending,
    /// Covered by a waiver.
    Waived,
    /// Without rows.
    Empty,
    /// Over its end.
    Expired,
    /// So much is left.
    Left(Number),
}

impl Trials {
    /// The program with what its tests need besides.
    pub fn extend(&self, program: &Program) -> Program {
        let mut program = program.clone();
        let more = &self.more;
        program.enums.extend_from_slice(&more.enums);
        program.records.extend_from_slice(&more.records);
        program.params.extend_from_slice(&more.params);
        program.evidence.extend_from_slice(&more.evidence);
        program.thresholds.extend_from_slice(&more.thresholds);
        program.gates.extend_from_slice(&more.gates);
        program.groups.extend_from_slice(&more.groups);
        program.approvals.extend_from_slice(&more.approvals);
        program.procedures.extend_from_slice(&more.procedures);
        program.messages.extend_from_slice(&more.messages);
        program.texts.extend_from_slice(&more.texts);
        program.code.extend_from_slice(&more.code);
        program.locals = program.locals.max(more.locals);
        program.memos = program.memos.max(more.memos);
        let zones = more.zones.iter();
        program
            .zones
            .extend(zones.map(|(name, rules)| (name.clone(), rules.clone())));
        program
    }
}
