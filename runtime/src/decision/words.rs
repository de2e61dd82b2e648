//! The words of decisions, each a closed list. Knows no document.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

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

impl<'de> Deserialize<'de> for Outcome {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Outcome, D::Error> {
        let word = String::deserialize(deserializer)?;
        let found = Outcome::ALL.iter().find(|outcome| outcome.word() == word);
        found
            .copied()
            .ok_or_else(|| serde::de::Error::custom(format!("`{word}` is no outcome")))
    }
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
        /// Those whom `else escalate` names are told that a deadline has passed.
        Escalate = "escalate",
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

words! {
    /// Freeze or window.
    CalendarWord {
        /// `freeze`
        Freeze = "freeze",
        /// `window`
        Window = "window",
    }
}
