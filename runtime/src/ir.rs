//! The program: what a policy means, without its text. Versioned, serialisable, digested; ids are indices.
//! Knows types and constants; knows no evidence, no state and no clock.

pub mod paper;

pub use paper::{Body, Hole, Message, Report};

use crate::canon::Digest;
use crate::number::Number;
use crate::time::{Date, Instant, Pattern};
use crate::ty::{EnumId, RecordId, Ty};
use crate::unit::Unit;
use crate::zone::ZoneRules;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub mod trial;

/// The version of the program document that this crate reads and writes.
pub const VERSION: u32 = 1;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);
        impl $name {
            /// The index as the tables want it.
            pub fn ix(self) -> usize { self.0 as usize }
        }
    )*};
}
ids! {
    /// A node of [`Program::code`].
    NodeId,
    /// A place for a bound value; unique in the whole program, so shared code never clobbers.
    LocalId,
    /// An evidence item in [`Program::evidence`].
    ItemId,
    /// A gate (parameters already filled in) in [`Program::gates`].
    GateId,
    /// A group in [`Program::groups`].
    GroupId,
    /// A threshold in [`Program::thresholds`].
    ThresholdId,
    /// An approval in [`Program::approvals`].
    ApprovalId,
    /// A freeze or window in [`Program::calendar`].
    CalendarId,
    /// A phase in [`Program::phases`].
    PhaseId,
    /// A trigger in [`Program::triggers`].
    TriggerId,
    /// A rollback or switch in [`Program::procedures`].
    ProcedureId,
    /// A param in [`Program::params`].
    ParamId,
    /// A message in [`Program::messages`].
    MessageId,
    /// A text with holes in [`Program::texts`].
    TextId,
    /// A place in the policy's files, in [`Origins::spans`].
    OriginId,
}

/// A compiled policy. Everything but `origins` and `tests` is its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// The version of this document: [`VERSION`].
    #[serde(rename = "rolloutc.program")]
    pub version: u32,
    /// The language edition, 2026.
    pub edition: u32,
    /// The rollout's name.
    pub rollout: String,
    /// `of`: the subject's members and their types, in order; one member named as the subject for `of build`.
    pub subject: IndexMap<String, Ty>,
    /// `per NAME in X`: the key rows of the rollout's instances.
    pub per: Option<Per>,
    /// `live from`, `on new subject`.
    pub on_new_subject: OnNewSubject,
    /// `live from PATH`: a record or scalar that names the live subject.
    pub live_from: Option<NodeId>,
    /// Declared owners and how they are spelled in data.
    pub owners: IndexMap<String, String>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// Record layouts.
    pub records: Vec<Record>,
    /// Params.
    pub params: Vec<Param>,
    /// Evidence items, in source order.
    pub evidence: Vec<Item>,
    /// Thresholds.
    pub thresholds: Vec<Threshold>,
    /// Gates, in source order; one per distinct arguments.
    pub gates: Vec<Gate>,
    /// Groups.
    pub groups: Vec<Group>,
    /// Approvals.
    pub approvals: Vec<Approval>,
    /// `waivers`.
    pub waivers: Vec<Waivers>,
    /// Freezes and windows, in source order.
    pub calendar: Vec<Calendar>,
    /// Phases, in order.
    pub phases: Vec<Phase>,
    /// Triggers, in source order.
    pub triggers: Vec<Trigger>,
    /// Rollbacks and switches, in source order.
    pub procedures: Vec<Procedure>,
    /// Messages, in source order.
    pub messages: Vec<Message>,
    /// Reports, in source order.
    pub reports: Vec<Report>,
    /// The layout under which reports read the decision document; `None` where none does.
    pub decision: Option<RecordId>,
    /// Texts with holes.
    pub texts: Vec<Text>,
    /// Expressions: flat nodes with their types. A node's operands have smaller indices.
    pub code: Vec<Code>,
    /// How many locals the code uses.
    pub locals: u32,
    /// How many memo places the code uses ([`Node::Shared`]).
    pub memos: u32,
    /// The rules of every zone the policy names.
    pub zones: IndexMap<String, ZoneRules>,
    /// Digests of `timeless` items fixed at compile time, by item name.
    pub pins: IndexMap<String, Digest>,
    /// Invariants, in source order.
    pub invariants: Vec<trial::Invariant>,
    /// Tests and what they need. No part of the meaning.
    pub tests: trial::Trials,
    /// Where things stand in the policy's files. No part of the meaning.
    pub origins: Origins,
    /// The digest of the meaning. Computed by [`Program::seal`].
    pub meaning: Digest,
    /// The digest of the whole document. Computed by [`Program::seal`].
    pub digest: Digest,
}

/// `per NAME in X`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Per {
    /// The name under which the row is known.
    pub name: String,
    /// The rows.
    pub rows: NodeId,
    /// Where the present row is bound.
    pub local: LocalId,
}

/// `on new subject …`, when the last one is exposed.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnNewSubject {
    /// Unstated: halted until somebody decides.
    Halt,
    /// `restart`
    Restart,
    /// `finish`
    Finish,
    /// `rollback R`
    Rollback(ProcedureId),
}

/// An enum and the spellings of its members in data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enum {
    /// Its name, or a description of where it stands inline.
    pub name: String,
    /// `any case`: ASCII case does not matter.
    pub any_case: bool,
    /// Members in order.
    pub members: Vec<Member>,
}

/// One member of an enum.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name in policies.
    pub name: String,
    /// Its spellings in data; its name where none is written.
    pub spellings: Vec<String>,
    /// `as unknown`: reading it makes the value unknown (inconclusive).
    pub as_unknown: bool,
}

/// A record: stored fields first (a row has one slot each, in this order), then derived ones.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its name, or a description of where it stands inline.
    pub name: String,
    /// `closed`: a member that no field reads is malformed.
    pub closed: bool,
    /// Stored fields; slot `i` of a row is `fields[i]`.
    pub fields: Vec<Field>,
}

/// A stored field: its type and how it is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its type; `Optional` when absence is allowed. A default makes it required.
    pub ty: Ty,
    /// How it is found in a document; `None` where the value never comes from a document (inline tables, a map's key).
    pub read: Option<Read>,
}

/// How a field is found in a document and turned into a value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Read {
    /// Paths from the record's own object, first one that has a value wins; `at` applied, `keys` applied.
    pub paths: Vec<Path>,
    /// `at line "…"`, for `text` evidence.
    pub line: Option<LinePattern>,
    /// `in UNIT`: the unit a plain number has.
    pub unit: Option<Unit>,
    /// `any case` on an inline enum or text.
    pub any_case: bool,
    /// `signed`: negative values are allowed.
    pub signed: bool,
    /// `assume utc`
    pub assume_utc: bool,
    /// `min S`, of the field's type in base units.
    pub min: Option<Number>,
    /// `max S`
    pub max: Option<Number>,
    /// The value where the document has none.
    pub default: Option<Const>,
}

/// Member names from an object inwards.
pub type Path = Vec<String>;

/// `at line "- Decision: {}"`: literal pieces around one value; `*` is anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinePattern {
    /// The pieces, left to right.
    pub parts: Vec<LinePart>,
}

/// A piece of a line pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinePart {
    /// These characters.
    Literal(String),
    /// `*`: anything, also nothing.
    Any,
    /// `{}`: the value.
    Value,
}

/// A param.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// Its default.
    pub default: Option<Const>,
    /// `env "X"`
    pub env: Option<String>,
    /// `env … in UNIT`
    pub env_unit: Option<Unit>,
    /// `min`, of its type or, of a list, of the type of its elements.
    pub min: Option<Const>,
    /// `max`
    pub max: Option<Const>,
    /// `only a, b`: empty when unstated.
    pub only: Vec<Const>,
    /// Whether anything but a source or a command reads it: such a param must have a value.
    pub judged: bool,
    /// Where it stands.
    pub at: OriginId,
}

/// An evidence item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its name.
    pub name: String,
    /// What a payload becomes: `Record`, `Rows`, `List` or `Text`.
    pub ty: Ty,
    /// `from …`
    pub source: Source,
    /// `as FORMAT`, or told by the source's file ending; `None`: by the ending of the file that is found.
    pub format: Option<Format>,
    /// `at PATH` behind the source: where in the document the value stands. Alternatives; empty for the whole document.
    pub at: Vec<Path>,
    /// `observed …`
    pub observed: Observed,
    /// `fresh D`: the hard end of freshness, a duration; `None` is `timeless`.
    pub fresh: Option<NodeId>,
    /// `fresh SOFT warn until HARD`: the soft end; `fresh` above is then HARD.
    pub soft: Option<NodeId>,
    /// `since …`
    pub since: Option<Since>,
    /// `about …`
    pub about: Vec<About>,
    /// `may be empty`
    pub may_be_empty: bool,
    /// Whether this is a procedure's log that the policy did not declare itself.
    pub implied: bool,
    /// Where it stands.
    pub at_origin: OriginId,
}

/// Where evidence comes from. Read only by collecting commands and by the finder of plain files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// No `from`.
    Given,
    /// `from "a/b.json"`, `from folder "b.json"`: a relative path of `/`-parted pieces; the folder may hold params.
    File {
        /// The folder, empty if none.
        folder: TextId,
        /// The file.
        file: String,
    },
    /// `command(…)`, `http(…)`, `policy(…)`: name, then arguments in order, named or not.
    Call {
        /// `command`, `http`, `policy`.
        name: String,
        /// Arguments.
        args: Vec<(Option<String>, NodeId)>,
    },
}

/// A document format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// One JSON document.
    Json,
    /// JSON documents one after the other.
    Jsonl,
    /// A JUnit XML report.
    Junit,
    /// Lines of text.
    Text,
    /// Comma-separated values.
    Csv,
    /// TOML
    Toml,
    /// YAML
    Yaml,
    /// SARIF
    Sarif,
    /// A Prometheus query result.
    Prometheus,
}

/// `observed …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Observed {
    /// Unstated: by envelope.
    Envelope,
    /// `observed at PATH [as "…"]`, from the document's root object, or of each row where the root is an array.
    At {
        /// Alternatives.
        paths: Vec<Path>,
        /// `as`
        pattern: Option<Pattern>,
        /// `assume utc`
        assume_utc: bool,
    },
    /// `observed at line "…" [as "…"]`
    Line {
        /// The line.
        line: LinePattern,
        /// `as`
        pattern: Option<Pattern>,
    },
    /// `observed with OTHER`
    With(ItemId),
}

/// `since …`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Since {
    /// `since cohort`
    Cohort,
    /// `since phase`
    Phase,
    /// `since rollback`
    Rollback,
}

/// `about X [at PATH] [in UNIT]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Of what it speaks.
    pub what: AboutWhat,
    /// Where the payload says so, from the document's root object.
    pub paths: Vec<Path>,
    /// `in percent`
    pub unit: Option<Unit>,
}

/// Of what evidence speaks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AboutWhat {
    /// `about subject`, or `about subject.PART`.
    Subject(Option<String>),
    /// `about cohort`
    Cohort,
    /// `about phase`
    Phase,
    /// `about lever`: the `per` key.
    Key,
}

/// `threshold NAME = MEASURE <op> BOUND …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// Its name.
    pub name: String,
    /// The left side.
    pub measure: NodeId,
    /// The comparison.
    pub op: Cmp,
    /// The right side.
    pub bound: NodeId,
    /// `warn BOUND`
    pub warn: Option<NodeId>,
    /// `with at least N samples`: distinct observations of the items that the measure reads.
    pub samples: Option<u32>,
    /// Where it stands.
    pub at: OriginId,
}

/// `hard`, `advisory`, or neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// `hard`: cannot be waived.
    Hard,
    /// Unstated.
    Blocking,
    /// `advisory`: never decides.
    Advisory,
}

/// A gate with its parameters filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its name as reasons show it: `lane`, `smoke(smoke_a)`.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// Whether it stands in the policy file itself and was declared without parameters (a phase-less rollout asks those).
    pub own: bool,
    /// Clauses in source order; what stands above `each` speaks of the gate, what stands below of a row.
    pub clauses: Vec<Clause>,
    /// Where it stands.
    pub at: OriginId,
}

/// A clause of a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Clause {
    /// `each x in T, y in U where C [may be empty] [by S]`
    Each {
        /// The binders.
        bind: Bind,
        /// `by S`: the row's name, one expression per key part; empty: the keys of the sources.
        by: Vec<NodeId>,
    },
    /// `applies when C`
    Applies(NodeId),
    /// `pending while C`
    Pending(NodeId),
    /// `advisory unless C`
    AdvisoryUnless(NodeId),
    /// `advisory until T`
    AdvisoryUntil(NodeId),
    /// `let x = E`: evaluated when first read.
    Let {
        /// Where it is bound.
        local: LocalId,
        /// Its value.
        value: NodeId,
    },
    /// `require`, `forbid` or one item of `need`.
    Rule(Rule),
}

/// `require C else "…"`, `forbid C else "…"`, `need a`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which word.
    pub kind: RuleKind,
    /// The condition; for `need` a node that is true when the item is present.
    pub cond: NodeId,
    /// `else "…"`
    pub message: Option<TextId>,
    /// Where the clause stands.
    pub at: OriginId,
}

/// The word of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// `require`
    Require,
    /// `forbid`
    Forbid,
    /// `need`
    Need,
}

/// Binders over sources, with a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bind {
    /// `x in T`, several join; a later source may read an earlier local.
    pub vars: Vec<(LocalId, NodeId)>,
    /// `where C`
    pub filter: Option<NodeId>,
    /// `may be empty` behind the binders: an empty selection satisfies.
    pub may_be_empty: bool,
    /// For each source whether its item is declared `may be empty`, or its rows are inline.
    pub source_may_be_empty: Vec<bool>,
}

/// `group NAME = …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Its name.
    pub name: String,
    /// What it asks.
    pub ask: Ask,
    /// Where it stands.
    pub at: OriginId,
}

/// What `enter keep leave watch after verify` and groups ask: satisfied, which includes waived and not applicable.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ask {
    /// A gate.
    Gate(GateId),
    /// A group.
    Group(GroupId),
    /// An approval.
    Approval(ApprovalId),
    /// A condition that is no gate, for example a threshold.
    Cond(NodeId),
    /// `all of`, `and`
    All(Vec<Ask>),
    /// `any of`, `or`
    Any(Vec<Ask>),
    /// `not`
    Not(Box<Ask>),
    /// `at least n of`, `at most n of`, `exactly n of`
    Count(CountKind, u32, Vec<Ask>),
}

/// One item of a phase's list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Criterion {
    /// What it asks.
    pub ask: Ask,
    /// `once`: a standing verdict answers.
    pub once: bool,
    /// Its name in reasons: the gate's, or the expression's text.
    pub name: String,
    /// Where it stands.
    pub at: OriginId,
}

/// An approval.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Its name.
    pub name: String,
    /// `by …`
    pub by: Quorum,
    /// The item its rows come from: `from SOURCE`, or the item `approvals`.
    pub item: Option<ItemId>,
    /// `fresh S`
    pub fresh: NodeId,
    /// `people distinct`
    pub distinct: bool,
    /// `people not author`: roles or subject members a person must not be.
    pub not: Vec<String>,
    /// `within S else …`
    pub within: Option<Deadline>,
    /// `stands`: not spent by the move.
    pub stands: bool,
    /// Where it stands.
    pub at: OriginId,
}

/// Who must agree.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// How many of the roles; all by default.
    pub need: QuorumNeed,
    /// The roles.
    pub roles: Vec<String>,
}

/// `all of`, `any of`, `at least n of`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuorumNeed {
    /// `all of`
    All,
    /// `any of`
    Any,
    /// `at least n of`
    AtLeast(u32),
}

/// `waivers w in rows { … }`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// Its name.
    pub name: String,
    /// Where a row is bound.
    pub local: LocalId,
    /// The rows.
    pub rows: NodeId,
    /// `by`
    pub by: Option<Quorum>,
    /// `at most D`
    pub at_most: Option<NodeId>,
    /// `until E`; `None` is `until subject changes`.
    pub until: Option<NodeId>,
    /// `warn D before`
    pub warn: Option<NodeId>,
    /// `valid C else "…"`
    pub valid: Vec<Rule>,
    /// `cover …`
    pub cover: Vec<Cover>,
    /// Where it stands.
    pub at: OriginId,
}

/// `cover GATE[row] [also missing] [when C]`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The gate.
    pub gate: GateId,
    /// The locals that stand for the binders of the gate's `each`.
    pub rows: Vec<LocalId>,
    /// `also missing`
    pub also_missing: bool,
    /// `when C`
    pub when: Option<NodeId>,
}

/// A freeze or a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Its name.
    pub name: String,
    /// Whether it closes or opens.
    pub kind: CalendarKind,
    /// When.
    pub times: Vec<Time>,
    /// `in "ZONE"`: a key of [`Program::zones`]; `None` only where no time needs one, or `UTC`.
    pub zone: Option<String>,
    /// `scope …`: any of these; empty: everywhere.
    pub scope: Vec<Scope>,
    /// `except when C`
    pub except_when: Vec<NodeId>,
    /// `except by APPROVAL`
    pub except_by: Vec<ApprovalId>,
    /// `in flight …`
    pub in_flight: InFlight,
    /// Where it stands.
    pub at: OriginId,
}

/// Freeze or window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CalendarKind {
    /// `freeze` closes.
    Freeze,
    /// `window` opens.
    Window,
}

/// `in flight …`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InFlight {
    /// No move while closed.
    Stay,
    /// Moves between cohorts go on.
    Finish,
    /// The first step inside starts a rollback.
    Rollback(ProcedureId),
}

/// `scope …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// `entering P, Q`
    Entering(Vec<PhaseId>),
    /// `cohorts to S`: moves to a cohort at most this.
    CohortsTo(NodeId),
    /// `cohorts from S`: moves to a cohort at least this.
    CohortsFrom(NodeId),
    /// `when C`
    When(NodeId),
}

/// One time of a freeze or window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Time {
    /// `from D through D`: whole civil days, both included.
    Days {
        /// First day.
        from: Date,
        /// Last day.
        through: Date,
    },
    /// `from I through I` with instants: [from, until).
    Span {
        /// Start.
        from: Instant,
        /// End.
        until: Instant,
    },
    /// `on D, D`
    On(Vec<Date>),
    /// `every fri 16:00 to mon 08:00`, `every mon, tue 08:00 to 16:00`, `every sat, sun`
    Weekly {
        /// Start days, 0 is Monday.
        days: Vec<u8>,
        /// Minute of the day it starts; 0 for whole days.
        from: u16,
        /// Days from the start day to the end day (0 the same day; a `to mon` behind `fri` is 3).
        add_days: u8,
        /// Minute of the end day it ends; 1440 with `add_days` 0 for whole days.
        until: u16,
    },
    /// `monthly first N days`, `monthly last N days`
    Monthly {
        /// Whether the last ones.
        last: bool,
        /// How many.
        days: u8,
    },
    /// `yearly dec 20 through jan 2`
    Yearly {
        /// Month 1–12 and day it starts.
        from: (u8, u8),
        /// Month and last day, included.
        through: (u8, u8),
    },
    /// `while C`
    While(NodeId),
    /// `during r in rows : r.from to r.until`
    During {
        /// The rows.
        bind: Bind,
        /// Start, an instant.
        from: NodeId,
        /// End, an instant.
        until: NodeId,
    },
}

/// A phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phase {
    /// Its name.
    pub name: String,
    /// `final`
    pub last: bool,
    /// `not before I`
    pub not_before: Option<NodeId>,
    /// `enter`
    pub enter: Vec<Criterion>,
    /// `entered when C`
    pub entered_when: Option<NodeId>,
    /// Cohorts in order; empty: none.
    pub cohorts: Vec<Cohort>,
    /// `cohorts PARAM`: shares from a param instead, a list of ratios.
    pub cohorts_from: Option<NodeId>,
    /// `soak D`
    pub soak: Option<NodeId>,
    /// `checks N`
    pub checks: Option<NodeId>,
    /// `on red pause`
    pub on_red_pause: bool,
    /// `clock open`
    pub clock_open: bool,
    /// `keep`
    pub keep: Vec<Criterion>,
    /// `leave`
    pub leave: Vec<Criterion>,
    /// `watch`
    pub watch: Vec<Criterion>,
    /// `within D else …`
    pub within: Option<Deadline>,
    /// Where it stands.
    pub at: OriginId,
}

/// One cohort of a phase.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cohort {
    /// `ring0 1%`
    pub name: Option<String>,
    /// The share of exposure.
    pub share: Number,
    /// Its own `soak`, instead of the phase's.
    pub soak: Option<NodeId>,
    /// Its own `checks`.
    pub checks: Option<NodeId>,
    /// `after a, b`
    pub after: Vec<Criterion>,
}

/// `within D else …`, `decide within D else …`
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deadline {
    /// How long, a duration.
    pub within: NodeId,
    /// What follows when it has passed; `Blocked` where unstated.
    pub otherwise: Otherwise,
    /// Where it stands.
    pub at: OriginId,
}

/// `else …` of a deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Otherwise {
    /// `blocked`
    Blocked,
    /// `halted`
    Halted,
    /// `hold`
    Hold,
    /// `rollback R`
    Rollback(ProcedureId),
    /// `escalate ROLE, …`: blocked, and those are named.
    Escalate(Vec<String>),
}

/// A trigger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// `class NAME`
    pub class: Option<String>,
    /// `in P, Q`; all phases where unstated.
    pub phases: Vec<PhaseId>,
    /// `scope …`
    pub scope: Vec<Scope>,
    /// `each x in T`
    pub each: Option<Bind>,
    /// `when C`
    pub when: NodeId,
    /// `for D`, `times N`
    pub sustain: Sustain,
    /// `then …`
    pub then: Then,
    /// `on unknown …`
    pub on_unknown: OnUnknown,
    /// Where it stands.
    pub at: OriginId,
}

/// How long or how often a trigger's condition must hold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sustain {
    /// Neither `for` nor `times`: the first true sample.
    Once,
    /// `for D`
    For(NodeId),
    /// `times N [in a row]`
    Times {
        /// How many, an int.
        count: NodeId,
        /// `in a row`
        in_a_row: bool,
    },
}

/// What a trigger starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// `halt`
    Halt,
    /// `rollback R`, `throw S`
    Start(ProcedureId),
}

/// `on unknown …`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Unstated: blind, halted.
    Blind,
    /// `fire`
    Fire,
    /// `ignore`
    Ignore,
}

/// A rollback or a switch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its name.
    pub name: String,
    /// Which.
    pub kind: ProcedureKind,
    /// Fields asked of the operator.
    pub fields: Vec<Field>,
    /// Where it leads.
    pub target: Target,
    /// `by ROLE, …` of a switch.
    pub by: Vec<String>,
    /// `decide within`
    pub decide: Option<Deadline>,
    /// `finish within`
    pub finish: Option<Deadline>,
    /// `recover within`
    pub recover: Option<Deadline>,
    /// `impact NAME "…"`
    pub impacts: Vec<(String, TextId)>,
    /// `step …` of a rollback, `run …` of a switch.
    pub steps: Vec<Step>,
    /// `check …`
    pub checks: Vec<Check>,
    /// The log item, declared or implied (`NAME_log`).
    pub log: ItemId,
    /// `log NAME any order`
    pub any_order: bool,
    /// `verify …`
    pub verify: Vec<Criterion>,
    /// `reenter when C`
    pub reenter: Option<NodeId>,
    /// Where it stands.
    pub at: OriginId,
}

/// Rollback or switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureKind {
    /// `rollback`
    Rollback,
    /// `switch`
    Switch,
}

/// `to PHASE [at C]`, `to stay`
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// `to stay`, and every switch.
    Stay,
    /// `to PHASE [at C]`
    Place {
        /// The phase.
        phase: PhaseId,
        /// The share; the first cohort where unstated and there are cohorts.
        cohort: Option<Number>,
    },
}

/// A step of a procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its id in the log.
    pub id: String,
    /// What to do.
    pub text: TextId,
    /// Who.
    pub by: Vec<String>,
    /// `run command("a", "b")`: the words.
    pub run: Option<Vec<TextId>>,
    /// The messages that its text names, for people to fill in.
    pub messages: Vec<MessageId>,
    /// Where it stands.
    pub at: OriginId,
}

/// A check of a procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// `check [NAME] "…"`: an unnamed one is `check-1`, `check-2` …
    Text {
        /// Its id in the log.
        id: String,
        /// What to look at.
        text: TextId,
    },
    /// `check LIST`: one per text of the list, its own id.
    List(NodeId),
}

/// A text with holes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text {
    /// Its parts.
    pub parts: Vec<Part>,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Characters.
    Literal(String),
    /// `{path}`, `{path in UNIT}`: printed in policy notation.
    Hole(NodeId),
    /// `{missing}` or `{extra}` of the set operator that failed.
    SetHole(SetHole),
    /// `{for x in T} … {end}`
    For(Bind, Vec<Part>),
}

/// `{missing}`, `{extra}`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetHole {
    /// What should be there and is not.
    Missing,
    /// What is there and should not be.
    Extra,
}

/// One node with its type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Code {
    /// The node.
    pub node: Node,
    /// The type of its value.
    pub ty: Ty,
}

/// A constant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Const {
    /// `null`
    Null,
    /// `true`
    Bool(bool),
    /// Any numeric type, in base units.
    Number(Number),
    /// `"…"`, versions too.
    Text(String),
    /// A member by index.
    Member(EnumId, u32),
    /// An instant.
    Instant(Instant),
    /// A date.
    Date(Date),
    /// A list.
    List(Vec<Const>),
    /// Rows of an inline table, in field order.
    Rows(RecordId, Vec<Vec<Const>>),
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cmp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

/// Arithmetic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Arith {
    /// `+`: numbers, instants and durations, texts? (no), lists.
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

/// Set and text operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SetOp {
    /// `covers`: the left has all of the right.
    Covers,
    /// `exactly`: the same members, order and doubles aside.
    Exactly,
    /// `subset of`
    SubsetOf,
}

/// `at least`, `at most`, `exactly`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CountKind {
    /// `at least n`
    AtLeast,
    /// `at most n`
    AtMost,
    /// `exactly n`
    Exactly,
}

/// A quantifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quant {
    /// `all`
    All,
    /// `any`
    Any,
    /// `none`
    None,
    /// `at least n of`, `at most n of`, `exactly n of`
    Count(CountKind, u32),
}

/// An aggregate over a comprehension: `count(x in T where C)`, `sum(x in T : x.n)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// `count`
    Count,
    /// `sum`
    Sum,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `avg`
    Avg,
}

/// A function over a series: `p95 of S over 5m`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeriesFn {
    /// `pNN`, in tenths of a percent: `p95` is 950, `p999` is 999.
    Percentile(u16),
    /// `avg`
    Avg,
    /// `min`
    Min,
    /// `max`
    Max,
    /// `sum`
    Sum,
    /// `count`
    Count,
    /// `rate`: change per second of a counter.
    Rate,
    /// `streak`: how many at the end are true in a row.
    Streak,
    /// `max_gap`: the longest time between neighbours.
    MaxGap,
}

/// `over …`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Over {
    /// Unstated: everything at hand.
    All,
    /// `over D`: closed on both ends.
    Duration(NodeId),
    /// `over cohort`
    Cohort,
    /// `over phase`
    Phase,
    /// `over rollout`
    Rollout,
}

/// `x is STATE` for an evidence item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemTest {
    /// `present`
    Present,
    /// `stale`
    Stale,
    /// `missing`
    Missing,
    /// `malformed`
    Malformed,
    /// `mismatched`
    Mismatched,
    /// `future`
    Future,
    /// `awaited`
    Awaited,
    /// `empty`
    Empty,
    /// `unknown`: anything but present.
    Unknown,
}

/// `x is STATE` for a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateTest {
    /// `pass`
    Pass,
    /// `fail`
    Fail,
    /// `unknown`
    Unknown,
    /// `pending`
    Pending,
    /// `waived`
    Waived,
}

/// `x is STATE` for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueTest {
    /// `present`: neither absent nor null.
    Present,
    /// `blank`: absent, null, or a text of white space.
    Blank,
    /// `empty`: a list or text without elements.
    Empty,
    /// `unknown`
    Unknown,
}

/// A name that the tool knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Known {
    /// `as_of`
    AsOf,
    /// `phase`: its name.
    Phase,
    /// `cohort`: the present share.
    Cohort,
    /// `entered_at`, `cohort.entered_at`
    EnteredAt,
    /// `phase.entered_at`
    PhaseEnteredAt,
    /// `rollback.at`
    RollbackAt,
    /// `decision`, in reports only: the document that was just decided.
    Decision,
}

/// An expression node. Operands have smaller indices.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A constant.
    Const(Const),
    /// A whole evidence item. Not present: unknown.
    Item(ItemId),
    /// `x.observed_at`
    ObservedAt(ItemId),
    /// `x.age`
    Age(ItemId),
    /// `x is stale` and the like; never unknown.
    ItemIs(ItemId, ItemTest),
    /// `x observed since T`
    ObservedSince(ItemId, NodeId),
    /// A param.
    Param(ParamId),
    /// A bound value.
    Local(LocalId),
    /// `as_of` and the like.
    Known(Known),
    /// `subject`, or one member of it by index.
    Subject(u16),
    /// A stored field of a record, by slot.
    Field(NodeId, u16),
    /// `rows[key, key]`, `list[0]`: no such row is unknown (missing, "no row").
    Index(NodeId, Vec<NodeId>),
    /// `series.last`: its newest row.
    Last1(NodeId),
    /// Evaluated once a step and view: a top-level `let`.
    Shared(u32, NodeId),
    /// A value bound for a body: arguments of a `fn`, a record's derived fields.
    Let(LocalId, NodeId, NodeId),
    /// A gate's raw truth, over all its rows.
    Gate(GateId),
    /// `gate is pass`
    GateIs(GateId, GateTest),
    /// `gate["row"]`: the raw truth of one instance.
    GateRow(GateId, Vec<NodeId>),
    /// A group's raw truth.
    Group(GroupId),
    /// A threshold's truth.
    Threshold(ThresholdId),
    /// `approval is given [since T]`
    Given(ApprovalId, Option<NodeId>),
    /// `not`
    Not(NodeId),
    /// `and`
    And(Vec<NodeId>),
    /// `or`
    Or(Vec<NodeId>),
    /// A comparison; both sides have one dimension. Lists and records compare by member.
    Compare(Cmp, NodeId, NodeId),
    /// `x in list`
    In(NodeId, NodeId),
    /// `matches "…"`: anchored, ASCII; the pattern was checked.
    Matches(NodeId, String),
    /// `starts with`
    StartsWith(NodeId, NodeId),
    /// `ends with`
    EndsWith(NodeId, NodeId),
    /// `covers`, `exactly`, `subset of`. A table or map stands for its keys.
    Set(SetOp, NodeId, NodeId),
    /// `minus`
    Minus(NodeId, NodeId),
    /// `x is present` and the like; never unknown but for a poisoned value.
    ValueIs(NodeId, ValueTest),
    /// Arithmetic; the type of the node says the dimension.
    Arith(Arith, NodeId, NodeId),
    /// Unary minus.
    Neg(NodeId),
    /// `a ?? b`: b where a is absent or null.
    Default(NodeId, NodeId),
    /// `x in ms`: a number of that unit.
    InUnit(NodeId, Unit),
    /// `as number|int|text|ratio`: the node's type says which.
    As(NodeId),
    /// `t plus n months`
    PlusMonths(NodeId, NodeId),
    /// `t plus n days`, civil in UTC.
    PlusDays(NodeId, NodeId),
    /// `t plus n years`
    PlusYears(NodeId, NodeId),
    /// `t at 06:00 in "ZONE"`: minute of the day.
    AtClock(NodeId, u16, String),
    /// `all x in T where C : E`
    Quant(Quant, Bind, Option<NodeId>),
    /// `all of a, b`
    QuantOf(Quant, Vec<NodeId>),
    /// `count(x in T where C)` …
    Aggregate(Aggregate, Bind, Option<NodeId>),
    /// `[x in T where C : e]`; without `: e` the rows themselves.
    Collect(Bind, Option<NodeId>),
    /// `[a, b]`
    List(Vec<NodeId>),
    /// `{ a: 1 }`, in field order of the node's record type.
    Make(RecordId, Vec<NodeId>),
    /// `match x { … }`: arms of patterns and results, then `else`.
    Match(NodeId, Vec<(Vec<Const>, NodeId)>, Option<NodeId>),
    /// `last n of rows by field`: first n, then the rows; fewer rows than n is inconclusive where a quantifier asks.
    LastN(NodeId, NodeId, Option<u16>),
    /// `p95 of S over 5m with at least n samples`; the value to take of a row is the node with its local.
    Series {
        /// Which function.
        function: SeriesFn,
        /// The series.
        of: NodeId,
        /// Where a row is bound for `value`.
        row: LocalId,
        /// The value of a row.
        value: NodeId,
        /// `over …`
        over: Over,
        /// `with at least n samples`
        samples: Option<u32>,
    },
    /// A function that the tool knows, by name: see `builtins`.
    Call(String, Vec<NodeId>),
    /// A text with holes as a value.
    Text(TextId),
    /// `unknown "why"`
    Unknown(String),
}

/// Where things stand, for people. No part of the meaning.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origins {
    /// Files, relative with `/`, and their digests.
    pub files: Vec<OriginFile>,
    /// Places, by [`OriginId`]: file, line, column, end line, end column; all but the file from 1.
    pub spans: Vec<(u32, u32, u32, u32, u32)>,
    /// Titles and doc comments, by kind and name: `gate lane`.
    pub docs: IndexMap<String, String>,
    /// For reasons: the text of a condition as it stands in the policy, by node.
    pub texts: Vec<(NodeId, String)>,
}

impl Origins {
    /// The first line of what a declaration says of itself, by kind and name: `gate lane`.
    pub fn title(&self, of: &str) -> Option<&str> {
        self.docs.get(of)?.lines().next()
    }
}

/// A policy file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OriginFile {
    /// Its path, relative.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}
