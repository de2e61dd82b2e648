//! The decision document: what may happen, why, and what comes next. Knows no rule that leads to it.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use serde::Serialize;

use crate::canon::Digest;
use crate::document::Span;
pub use crate::state::{Place, TruthWord};
use crate::state::{ProcedureKind, StepDone, Subject, Superseded};
use crate::time::Instant;

/// The version of the decision document that this crate writes.
pub const VERSION: u32 = 1;

/// One decision, in the order of the document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decision {
    /// [`VERSION`]
    #[serde(rename = "rolloutc.decision")]
    pub version: u32,
    /// The edition of the policy.
    pub edition: u32,
    /// The rollout's name.
    pub rollout: String,
    /// The instance's key, `""` without `per`.
    pub key: String,
    /// The instant decided for.
    pub as_of: Instant,
    /// Where that instant came from.
    pub as_of_from: AsOfFrom,
    /// The subject asked about.
    pub subject: Option<Subject>,
    /// The subject known to be live.
    pub live: Option<Subject>,
    /// What may happen.
    pub outcome: Outcome,
    /// The exit code of this decision alone.
    pub exit: u8,
    /// Where it stands; `None` without phases.
    pub from: Option<Place>,
    /// Where this decision moves it.
    pub to: Option<Place>,
    /// The next place; `None` at rest.
    pub toward: Option<Place>,
    /// Since when it stands in `from`.
    pub entered_at: Option<Instant>,
    /// The open procedure.
    pub procedure: Option<ProcedureLine>,
    /// Reasons of every candidate outcome, strongest first.
    pub reasons: Vec<Reason>,
    /// What people must do now, in order.
    pub obligations: Vec<Obligation>,
    /// What time alone changes.
    pub next: Vec<Next>,
    /// Every gate instance that is not a plain pass, and per gate one line for those that pass.
    pub gates: Vec<GateLine>,
    /// Triggers.
    pub triggers: Vec<TriggerLine>,
    /// Freezes and windows in scope.
    pub calendar: Vec<CalendarLine>,
    /// Approval rows.
    pub approvals: Vec<ApprovalLine>,
    /// Waiver rows.
    pub waivers: Vec<WaiverLine>,
    /// Params.
    pub params: Vec<ParamLine>,
    /// Evidence items.
    pub evidence: Vec<EvidenceLine>,
    /// What does not decide and should be known.
    pub warnings: Vec<Warning>,
    /// Digests of what went in and came out.
    pub digests: Digests,
    /// The tool that decided.
    pub tool: Tool,
    /// The digest of this document without `tool`, `digests.state_after` (which holds this very digest
    /// in its journal), and every `message`, `would`, `then` and `text`.
    pub digest: Option<Digest>,
}

/// Where `as_of` came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AsOfFrom {
    /// `--as-of`
    #[default]
    Flag,
    /// The machine's clock.
    Clock,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }
        impl $name {
            /// All of them, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant),*];
            /// The word in documents.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.word())
            }
        }
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.word())
            }
        }
    };
}

words! {
    /// What a decision says, weakest first: the stronger one is the greater one.
    Outcome {
        /// The final phase is entered and holds.
        Complete = "complete",
        /// One step onwards.
        Advance = "advance",
        /// Time, or people already asked, will do it.
        Hold = "hold",
        /// A freeze, or outside every window.
        Frozen = "frozen",
        /// A gate failed or cannot be told.
        Blocked = "blocked",
        /// Somebody must look before anything moves.
        Halted = "halted",
        /// A rollback or a switch is under way.
        Rollback = "rollback",
    }
}

impl Outcome {
    /// The exit code, where a blocked decision is not for want of knowledge alone (4).
    pub const fn exit(self) -> u8 {
        match self {
            Outcome::Complete | Outcome::Advance => 0,
            Outcome::Hold | Outcome::Frozen | Outcome::Blocked | Outcome::Halted => 1,
            Outcome::Rollback => 5,
        }
    }
}

words! {
    /// What kind of reason it is.
    ReasonCode {
        /// A gate failed.
        GateFailed = "gate-failed",
        /// A gate cannot be told.
        GateUnknown = "gate-unknown",
        /// A gate is pending.
        GatePending = "gate-pending",
        /// An approval is not given.
        ApprovalMissing = "approval-missing",
        /// An approval is not given in time.
        ApprovalLate = "approval-late",
        /// Inside a freeze.
        Freeze = "freeze",
        /// Outside every window.
        Window = "window",
        /// The soak is not met.
        Soak = "soak",
        /// `checks` is not met.
        Checks = "checks",
        /// `not before` is not reached.
        NotBefore = "not-before",
        /// Evidence is not due yet.
        Awaited = "awaited",
        /// A move is decided and not yet a fact.
        Entering = "entering",
        /// A trigger fired.
        TriggerFired = "trigger-fired",
        /// A trigger cannot see.
        TriggerBlind = "trigger-blind",
        /// A halt that no `resume` ended.
        Halt = "halt",
        /// A phase's `within` has passed.
        Deadline = "deadline",
        /// A procedure's steps are not all logged.
        ProcedureSteps = "procedure-steps",
        /// A procedure's `verify` or checks do not hold.
        ProcedureUnverified = "procedure-unverified",
        /// A procedure's `reenter` does not hold.
        ProcedureReenter = "procedure-reenter",
        /// A procedure is late.
        Late = "late",
        /// Another subject while the last is exposed.
        NewSubject = "new-subject",
        /// Nothing is asked, so nothing can hold.
        Vacuous = "vacuous",
    }
}

words! {
    /// In which part of the policy a thing was asked.
    Role {
        /// `enter`
        Enter = "enter",
        /// `keep`
        Keep = "keep",
        /// `leave`
        Leave = "leave",
        /// `after` of a cohort
        After = "after",
        /// `watch`
        Watch = "watch",
        /// Asked later; decides nothing now.
        Ahead = "ahead",
        /// A trigger's `when`.
        Trigger = "trigger",
        /// A procedure's `verify`.
        Verify = "verify",
        /// A procedure's `reenter`.
        Reenter = "reenter",
        /// A rollout without phases.
        Answer = "answer",
    }
}

words! {
    /// How much a gate's word weighs, heaviest first.
    Level {
        /// `hard`
        Hard = "hard",
        /// Unstated.
        Blocking = "blocking",
        /// `advisory`
        Advisory = "advisory",
    }
}

words! {
    /// What a gate says.
    Verdict {
        /// It holds.
        Pass = "pass",
        /// It does not hold.
        Fail = "fail",
        /// It cannot be told.
        Unknown = "unknown",
        /// `pending while` holds.
        Pending = "pending",
        /// It failed and a waiver covers it.
        Waived = "waived",
        /// `applies when` does not hold.
        NotApplicable = "not_applicable",
        /// Nobody asked.
        NotEvaluated = "not_evaluated",
    }
}

words! {
    /// Why a value is unknown.
    Cause {
        /// There is none.
        Missing = "missing",
        /// Not due yet.
        Awaited = "awaited",
        /// Too old.
        Stale = "stale",
        /// It does not fit its schema.
        Malformed = "malformed",
        /// Observed after `as_of`.
        Future = "future",
        /// It speaks of something else.
        Mismatched = "mismatched",
        /// Older than what was seen already.
        Superseded = "superseded",
        /// A source without rows.
        Empty = "empty",
        /// There is no telling: too few samples, division by nought.
        Inconclusive = "inconclusive",
        /// An optional field that is absent was read.
        MissingField = "missing_field",
    }
}

words! {
    /// The state of an evidence item.
    ItemWord {
        /// Present.
        Present = "present",
        /// Not due yet.
        Awaited = "awaited",
        /// There is none.
        Missing = "missing",
        /// Too old.
        Stale = "stale",
        /// It does not fit its schema.
        Malformed = "malformed",
        /// Observed after `as_of`.
        Future = "future",
        /// It speaks of something else.
        Mismatched = "mismatched",
        /// Older than what was seen already.
        Superseded = "superseded",
    }
}

words! {
    /// Where the time of an observation came from.
    TimeWord {
        /// `observed at PATH`
        Payload = "payload",
        /// `observed with OTHER`
        Sibling = "sibling",
        /// `bundle.json` or `FILE.meta.json`
        Envelope = "envelope",
        /// `--observed-at`
        Flag = "flag",
        /// `--trust-mtime`
        Mtime = "mtime",
        /// `timeless`
        None = "none",
    }
}

words! {
    /// What somebody must do.
    ObligationKind {
        /// A step of a procedure.
        Step = "step",
        /// A check of a procedure.
        Check = "check",
        /// An approval.
        Approval = "approval",
        /// An approval that ends a halt.
        Resume = "resume",
        /// Evidence to collect.
        Collect = "collect",
        /// A decided move to make a fact.
        Enter = "enter",
    }
}

words! {
    /// What time alone changes.
    NextKind {
        /// An item goes stale.
        Stale = "stale",
        /// An item passes its soft end.
        SoftStale = "soft-stale",
        /// The soak is met.
        Soak = "soak",
        /// A trigger's `for` is met.
        For = "for",
        /// `not before` is reached.
        NotBefore = "not-before",
        /// Awaited evidence becomes missing.
        Awaited = "awaited",
        /// A deadline passes.
        Deadline = "deadline",
        /// An approval grows too old.
        Approval = "approval",
        /// A waiver expires.
        Waiver = "waiver",
        /// The calendar opens.
        Opens = "opens",
        /// The calendar closes.
        Closes = "closes",
    }
}

words! {
    /// A procedure's stage.
    Stage {
        /// Its steps are being done.
        Fired = "fired",
        /// Every step is logged.
        Done = "done",
        /// Verified.
        Verified = "verified",
    }
}

words! {
    /// What kind of warning it is.
    WarningCode {
        /// An item is past its soft end.
        SoftStale = "soft-stale",
        /// A file's own time was trusted.
        Mtime = "mtime",
        /// Evidence that the policy does not declare.
        Unused = "unused",
        /// An observation earlier than the last one counted.
        Late = "late",
        /// An item older than the last one seen.
        Superseded = "superseded",
        /// A procedure that could not start beside another.
        Shadowed = "shadowed",
        /// Two sources of one fact do not agree.
        Conflicts = "conflicts",
        /// A collector failed; an older observation stands.
        Failed = "failed",
        /// A threshold's `warn` bound is passed, or an advisory gate does not hold.
        Advisory = "advisory",
        /// A row of a log that does not count.
        Log = "log",
        /// A waiver runs out soon.
        Waiver = "waiver",
        /// A new subject waits for the old one.
        Waiting = "waiting",
        /// Another program was adopted.
        Adopted = "adopted",
    }
}

words! {
    /// Where a param's value came from.
    ParamFrom {
        /// `--param`
        Flag = "flag",
        /// The environment.
        Env = "env",
        /// Its default.
        Default = "default",
    }
}

/// The open procedure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProcedureLine {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ProcedureKind,
    /// How far it is.
    pub stage: Stage,
    /// What started it: a trigger, deadline, freeze or subject by name; `by hand`.
    pub cause: String,
    /// When it started.
    pub fired_at: Instant,
    /// Where it started from.
    pub from: Place,
    /// Steps that count, by id.
    pub steps: IndexMap<String, StepDone>,
    /// Checks that count, by id.
    pub checks: IndexMap<String, StepDone>,
    /// When the last step was done.
    pub finished_at: Option<Instant>,
    /// When it was verified.
    pub verified_at: Option<Instant>,
    /// Procedures that it replaced.
    pub superseded: Vec<Superseded>,
}

/// One reason for an outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reason {
    /// What kind.
    pub code: ReasonCode,
    /// The outcome it argues for.
    pub outcome: Outcome,
    /// Of what it speaks: `lane["ci-long"]`, `weekend`, `cohorts at 10%`.
    pub subject: String,
    /// Where it was asked.
    pub role: Option<Role>,
    /// How heavy.
    pub level: Option<Level>,
    /// What a gate says.
    pub verdict: Option<Verdict>,
    /// With unknown: why.
    pub cause: Option<Cause>,
    /// Whether `outcome` is the winner and this reason alone would bring it.
    pub decides: bool,
    /// One line for people.
    pub message: String,
    /// What was seen.
    pub observed: Option<Measure>,
    /// What it was held against.
    pub bound: Option<Measure>,
    /// How much is left; negative when over.
    pub headroom: Option<Measure>,
    /// The evidence it rests on.
    pub evidence: Vec<EvidenceRef>,
    /// Where it stands in the policy.
    pub span: Option<Span5>,
    /// What would change it.
    pub would: Option<String>,
}

impl Reason {
    /// A reason without any of the facts that only some reasons have.
    pub fn new(
        code: ReasonCode,
        outcome: Outcome,
        subject: impl Into<String>,
        message: impl Into<String>,
    ) -> Reason {
        Reason {
            code,
            outcome,
            subject: subject.into(),
            role: None,
            level: None,
            verdict: None,
            cause: None,
            decides: false,
            message: message.into(),
            observed: None,
            bound: None,
            headroom: None,
            evidence: Vec::new(),
            span: None,
            would: None,
        }
    }
}

/// A value with its type, in policy notation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// `duration`, `ratio`, `int`, `text` …
    #[serde(rename = "type")]
    pub ty: String,
    /// Exact: `601ms`.
    pub value: String,
}

impl Measure {
    /// A length of time.
    pub fn duration(span: Span) -> Measure {
        Measure {
            ty: "duration".into(),
            value: span.to_string(),
        }
    }

    /// A count.
    pub fn int(count: u64) -> Measure {
        Measure {
            ty: "int".into(),
            value: count.to_string(),
        }
    }

    /// An instant.
    pub fn instant(at: Instant) -> Measure {
        Measure {
            ty: "instant".into(),
            value: at.to_string(),
        }
    }
}

/// A piece of evidence that a reason rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EvidenceRef {
    /// The item.
    pub item: String,
    /// The path inside it, empty for the whole.
    pub path: String,
    /// When it was observed.
    pub observed_at: Option<Instant>,
    /// How old it is.
    pub age: Option<Span>,
    /// The observation's digest.
    pub digest: Option<Digest>,
}

/// A place in the policy's files, all from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Span5 {
    /// The file, relative.
    pub file: String,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// Column behind the last character.
    pub end_column: u32,
}

/// Something that people must do now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Obligation {
    /// What.
    pub kind: ObligationKind,
    /// The step's, check's, approval's, halt's or item's name.
    pub id: String,
    /// For people.
    pub text: String,
    /// Who.
    pub by: Vec<String>,
    /// The words of a command.
    pub run: Option<Vec<String>>,
    /// By when.
    pub due: Option<Instant>,
    /// The row to complete.
    pub row: Option<Row>,
}

/// A row ready to be completed: what is `null` is for a person to fill in.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Row {
    /// A row of a procedure's log.
    Log {
        /// The step or check.
        step: String,
        /// When it was done.
        done_at: Option<Instant>,
        /// Who did it.
        by: Option<String>,
    },
    /// A row of approvals.
    Approval(Box<ApprovalRow>),
}

/// A row of approvals, ready to be completed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ApprovalRow {
    /// The approval, or `resume`.
    pub approval: String,
    /// `resume`: of which trigger.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// Who.
    pub by: Option<String>,
    /// In which role.
    pub role: Option<String>,
    /// When.
    pub at: Option<Instant>,
    /// For which subject.
    pub subject: Option<Subject>,
    /// For which instance.
    pub key: String,
    /// For which program, by meaning.
    pub program: Digest,
    /// For which params.
    pub params: Digest,
}

/// Something that time alone changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Next {
    /// When.
    pub at: Instant,
    /// What kind.
    pub kind: NextKind,
    /// Of what.
    pub subject: String,
    /// What is so from then on.
    pub then: String,
}

/// A gate instance, or all the rows of a gate that pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct GateLine {
    /// The gate.
    pub gate: String,
    /// The row; `None` for the gate as a whole.
    pub row: Option<String>,
    /// Where it was asked.
    pub role: Role,
    /// How heavy.
    pub level: Level,
    /// What it says.
    pub verdict: Verdict,
    /// With unknown: why.
    pub cause: Option<Cause>,
    /// The waiver row that covers it.
    pub waived_by: Option<String>,
    /// How much is left.
    pub headroom: Option<Measure>,
    /// How many rows this line speaks of.
    pub rows: u32,
}

/// A trigger, or one row of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TriggerLine {
    /// The trigger.
    pub trigger: String,
    /// The row.
    pub row: Option<String>,
    /// Whether it watches here.
    pub armed: bool,
    /// Its condition now; `None` where it was not asked.
    pub value: Option<TruthWord>,
    /// How long it has held.
    pub held: Span,
    /// How long or how often it must hold: `10m`, `3`.
    pub of: Option<String>,
    /// How many samples were true.
    pub count: u64,
    /// Whether it fired in this step.
    pub fired: bool,
    /// Whether it cannot see.
    pub blind: bool,
}

/// A freeze or window in scope: its current or next occurrence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CalendarLine {
    /// Its name.
    pub name: String,
    /// `freeze` or `window`.
    pub kind: CalendarWord,
    /// Whether it closes now: inside a freeze, outside a window.
    pub closes: bool,
    /// Where the occurrence begins; `None` where that is not known.
    pub from: Option<Instant>,
    /// Where it ends; `None` where that is not known.
    pub until: Option<Instant>,
}

words! {
    /// Freeze or window.
    CalendarWord {
        /// `freeze`
        Freeze = "freeze",
        /// `window`
        Window = "window",
    }
}

/// A row of approvals and whether it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApprovalLine {
    /// The approval.
    pub approval: String,
    /// Who.
    pub by: Option<String>,
    /// In which role.
    pub role: Option<String>,
    /// When.
    pub at: Option<Instant>,
    /// Whether it counts.
    pub counts: bool,
    /// Why not.
    pub why: Option<String>,
}

/// A row of waivers and whether it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaiverLine {
    /// The waivers it stands in.
    pub waivers: String,
    /// The row's name.
    pub row: String,
    /// What it covers.
    pub covers: Vec<String>,
    /// Until when.
    pub until: Option<Instant>,
    /// Whether it counts.
    pub counts: bool,
    /// Why not.
    pub why: Option<String>,
}

/// A param and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ParamLine {
    /// Its name.
    pub name: String,
    /// Its type.
    #[serde(rename = "type")]
    pub ty: String,
    /// Its value in policy notation; `None` for a secret, or where there is none.
    pub value: Option<String>,
    /// Where the value came from.
    pub from: Option<ParamFrom>,
    /// Its bounds as the policy writes them: `min 30m`.
    pub bound: Option<String>,
}

/// An evidence item as this decision saw it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EvidenceLine {
    /// The item.
    pub item: String,
    /// What it speaks of: `subject.build`, `cohort`, `phase`, `key`.
    pub about: BTreeMap<String, String>,
    /// Its state.
    pub state: ItemWord,
    /// Why, where it is not present: one line.
    pub cause: Option<String>,
    /// When it was observed.
    pub observed_at: Option<Instant>,
    /// Where that time came from.
    pub time_from: Option<TimeWord>,
    /// How old it is.
    pub age: Option<Span>,
    /// The observation's digest.
    pub digest: Option<Digest>,
    /// The file it came from, relative.
    pub file: Option<String>,
}

/// Something that does not decide and should be known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Warning {
    /// What kind.
    pub code: WarningCode,
    /// Of what it speaks.
    pub subject: String,
    /// One line for people.
    pub message: String,
}

/// Digests of what went in and came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Digests {
    /// The program document.
    pub program: Digest,
    /// The program's meaning.
    pub meaning: Digest,
    /// Subject, params and items.
    pub evidence: Digest,
    /// Params.
    pub params: Digest,
    /// The state before; `None` where nothing was remembered.
    pub state_before: Option<Digest>,
    /// The state after.
    pub state_after: Option<Digest>,
}

/// The tool that decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Its version.
    pub version: String,
    /// The version of the zone rules, `None` where the policy names no zone.
    pub zones: Option<String>,
}

impl Decision {
    /// The document: keys in the order of the fields, no spaces between, one line end behind it.
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string(self)
            .unwrap_or_else(|error| unreachable!("a decision has text keys only: {error}"));
        text.push('\n');
        text
    }

    /// The document with a member to a line.
    pub fn to_json_pretty(&self) -> String {
        let mut text = serde_json::to_string_pretty(self)
            .unwrap_or_else(|error| unreachable!("a decision has text keys only: {error}"));
        text.push('\n');
        text
    }

    /// What [`Decision::digest`] must be.
    pub fn compute_digest(&self) -> Digest {
        let mut value = serde_json::to_value(self)
            .unwrap_or_else(|error| unreachable!("a decision has text keys only: {error}"));
        fn drop_from(value: &mut serde_json::Value, names: &[&str]) {
            if let Some(object) = value.as_object_mut() {
                for name in names {
                    object.remove(*name);
                }
            }
        }
        drop_from(&mut value["digests"], &["state_after"]);
        for (list, names) in [
            ("reasons", &["message", "would"][..]),
            ("obligations", &["text"]),
            ("next", &["then"]),
            ("warnings", &["message"]),
        ] {
            if let Some(rows) = value[list].as_array_mut() {
                rows.iter_mut().for_each(|row| drop_from(row, names));
            }
        }
        Digest::of_document(&value, &["tool", "digest"])
    }

    /// The reasons that decided.
    pub fn deciding(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| reason.decides)
    }
}
