//! The decision document: what may happen, why, and what comes next. Knows no rule that leads to it.

mod words;

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Serialize;

use crate::canon::{Digest, Without, write};
use crate::document::Span;
pub use crate::state::{Place, TruthWord};
use crate::state::{ProcedureKind, StepDone, Subject, Superseded};
use crate::time::Instant;
pub use words::*;

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
    /// What it means for others, by name: `data_loss`.
    pub impacts: IndexMap<String, String>,
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
    /// Messages that it names, by name, as far as they are filled: `{symptom}` is for a person to say.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub messages: IndexMap<String, String>,
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
        /// What a rollback asks of the operator, by name.
        #[serde(flatten)]
        asked: IndexMap<String, Option<String>>,
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
    /// With a waiver: what it covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
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

/// A row of approvals and whether it counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ApprovalLine {
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
    /// What it covers in this decision.
    pub covers: Vec<String>,
    /// Who let it pass, as far as the row says so.
    pub by: Vec<String>,
    /// Why, as far as the row says so.
    pub reason: Option<String>,
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
        let without: &Without<'_> = &[
            ("", &["tool", "digest"]),
            ("digests", &["state_after"]),
            ("reasons", &["message", "would"]),
            ("procedure", &["impacts"]),
            ("obligations", &["text", "messages"]),
            ("next", &["then"]),
            ("warnings", &["message"]),
        ];
        Digest::of(&write(self, without).text)
    }

    /// The reasons that decided.
    pub fn deciding(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| reason.decides)
    }
}
