//! The state document: what must be remembered between steps. Knows its form, not what moves it.

use std::collections::BTreeMap;
use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Deserializer, Serialize};

use crate::canon::{Digest, canonical};
use crate::document::{Damage, DamageKind, Share, Span, read};
use crate::time::Instant;

/// The document's word.
pub const WORD: &str = "rolloutc.state";
/// The version of the state document that this crate reads and writes.
pub const VERSION: u32 = 1;
/// How many moves a journal holds one by one.
pub const JOURNAL: usize = 64;
/// The place before the first phase.
pub const START: &str = "start";

/// What a rollout remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// [`VERSION`]
    #[serde(rename = "rolloutc.state")]
    pub version: u32,
    /// The rollout's name.
    pub rollout: String,
    /// The meaning of the program that wrote it.
    pub program: Digest,
    /// The digest of the state before.
    #[serde(deserialize_with = "present")]
    pub previous: Option<Digest>,
    /// The digest of this document without this member.
    pub digest: Digest,
    /// Instances by key; the one key `""` without `per`.
    pub instances: BTreeMap<String, Instance>,
}

/// What one instance remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instance {
    /// How many steps it has made.
    pub seq: u64,
    /// The instant of the last step.
    pub as_of: Instant,
    /// The subject.
    #[serde(deserialize_with = "present")]
    pub subject: Option<Subject>,
    /// Since when that is the subject.
    #[serde(deserialize_with = "present")]
    pub subject_since: Option<Instant>,
    /// A new subject that waits while the last is exposed.
    #[serde(deserialize_with = "present")]
    pub incoming: Option<Subject>,
    /// The subject known to be live.
    #[serde(deserialize_with = "present")]
    pub live: Option<Subject>,
    /// The params of the last step.
    pub params: Digest,
    /// The phase's name, or [`START`].
    pub phase: String,
    /// The share exposed; `None` in a phase without cohorts.
    #[serde(deserialize_with = "present")]
    pub cohort: Option<Share>,
    /// When the phase was entered.
    #[serde(deserialize_with = "present")]
    pub phase_entered_at: Option<Instant>,
    /// When the phase or cohort was entered.
    #[serde(deserialize_with = "present")]
    pub entered_at: Option<Instant>,
    /// A move that is decided and not yet a fact.
    #[serde(deserialize_with = "present")]
    pub entering: Option<Entering>,
    /// The soak.
    pub soak: Track,
    /// Triggers, by `trigger` or `trigger["row"]`.
    pub tracks: BTreeMap<String, Track>,
    /// Since when triggers are armed.
    pub armed: BTreeMap<String, Instant>,
    /// The newest counted observation of each item and what it is about.
    pub seen: Vec<Seen>,
    /// Digests of `timeless` items.
    pub pins: BTreeMap<String, Digest>,
    /// Standing verdicts of `leave x once`, by gate.
    pub standing: BTreeMap<String, Standing>,
    /// Since when approvals are asked for.
    pub asked: BTreeMap<String, Instant>,
    /// Approval rows that a move has used.
    pub spent: Vec<Spent>,
    /// Deadlines that have passed, and the first step past them.
    pub expired: BTreeMap<String, Instant>,
    /// Halts that nobody has ended.
    pub halts: Vec<Halt>,
    /// The open procedure.
    #[serde(deserialize_with = "present")]
    pub procedure: Option<Procedure>,
    /// The last rollback, open or closed.
    #[serde(deserialize_with = "present")]
    pub last_rollback: Option<LastRollback>,
    /// The last moves.
    pub journal: Journal,
}

/// What is rolled out: each member in policy notation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Subject(pub IndexMap<String, String>);

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.iter();
        if let Some((name, value)) = parts.next() {
            match self.0.len() {
                1 => write!(f, "{value}")?,
                _ => write!(f, "{name} {value}")?,
            }
        }
        parts.try_for_each(|(name, value)| write!(f, ", {name} {value}"))
    }
}

/// A phase and the share exposed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The phase's name, or [`START`].
    pub phase: String,
    /// The share; `None` in a phase without cohorts.
    #[serde(deserialize_with = "present")]
    pub cohort: Option<Share>,
}

impl Place {
    /// Before the first phase.
    pub fn start() -> Place {
        Place {
            phase: START.into(),
            cohort: None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cohort {
            Some(share) => write!(f, "{} at {share}", self.phase),
            None => f.write_str(&self.phase),
        }
    }
}

/// A move that is decided and not yet a fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entering {
    /// Where to.
    pub to: Place,
    /// When it was decided.
    pub asked_at: Instant,
}

/// The truth of a condition over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Track {
    /// The truth of its last sample; `None` before the first.
    #[serde(deserialize_with = "present")]
    pub value: Option<TruthWord>,
    /// The instant of its last sample.
    #[serde(deserialize_with = "present")]
    pub at: Option<Instant>,
    /// How long that sample holds; `None` without end.
    #[serde(deserialize_with = "present")]
    pub until: Option<Instant>,
    /// Where the stretch of true samples began.
    #[serde(deserialize_with = "present")]
    pub since: Option<Instant>,
    /// True time gathered up to `at`.
    pub held: Span,
    /// Samples true in all.
    pub count: u64,
    /// Samples true in a row.
    pub run: u64,
}

impl Default for Span {
    fn default() -> Span {
        Span::ZERO
    }
}

/// Three-valued truth, as documents write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TruthWord {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It cannot be told.
    Unknown,
}

/// The newest counted observation of an item, of those that speak of one thing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The item.
    pub item: String,
    /// What it speaks of.
    pub about: BTreeMap<String, String>,
    /// When it was observed.
    pub observed_at: Instant,
    /// Its digest.
    pub digest: Digest,
    /// When it goes stale; `None` where timeless.
    #[serde(deserialize_with = "present")]
    pub until: Option<Instant>,
}

/// A verdict that stands until the phase is left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// When it was given.
    pub at: Instant,
    /// The digest of the evidence it was given on.
    pub evidence: Digest,
}

/// An approval row that a move has used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// The row.
    pub digest: Digest,
    /// When the row is too old to count anyway.
    pub until: Instant,
    /// Where the move led.
    pub to: String,
}

/// A halt that waits for a `resume`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Halt {
    /// The trigger or deadline that caused it.
    pub trigger: String,
    /// The trigger's row.
    #[serde(deserialize_with = "present")]
    pub row: Option<String>,
    /// When.
    pub at: Instant,
}

/// What a procedure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProcedureKind {
    /// `rollback`
    Rollback,
    /// `switch`
    Switch,
}

/// An open procedure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Procedure {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: ProcedureKind,
    /// What started it.
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
    #[serde(deserialize_with = "present")]
    pub finished_at: Option<Instant>,
    /// When it was verified.
    #[serde(deserialize_with = "present")]
    pub verified_at: Option<Instant>,
    /// The procedures it replaced, oldest first.
    pub superseded: Vec<Superseded>,
}

/// A logged step or check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StepDone {
    /// When it was done.
    pub done_at: Instant,
    /// Who did it.
    #[serde(deserialize_with = "present")]
    pub by: Option<String>,
}

/// A procedure that another replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Superseded {
    /// Its name.
    pub name: String,
    /// When it started.
    pub fired_at: Instant,
    /// The steps it had logged.
    pub steps: IndexMap<String, StepDone>,
}

/// The last rollback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastRollback {
    /// Its name.
    pub name: String,
    /// When it started.
    pub at: Instant,
    /// Where it started from.
    pub from: Place,
    /// Where it led.
    pub to: Place,
    /// When it was closed.
    #[serde(deserialize_with = "present")]
    pub closed_at: Option<Instant>,
}

/// The last moves, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// A digest over all older ones.
    #[serde(deserialize_with = "present")]
    pub older: Option<Digest>,
    /// The last [`JOURNAL`].
    pub moves: Vec<Move>,
}

/// A move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// When.
    pub at: Instant,
    /// Where from.
    pub from: Place,
    /// Where to.
    pub to: Place,
    /// The digest of the decision that moved it.
    pub decision: Digest,
    /// The program that was adopted in place of another; then `from` is `to`.
    #[serde(deserialize_with = "present")]
    pub adopted: Option<Digest>,
}

/// An optional member that must be there, if only as `null`.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(deserializer)
}

impl State {
    /// Reads a state: a newer version, damage and a digest that does not fit are refused.
    pub fn from_json(bytes: &[u8]) -> Result<State, Damage> {
        let state: State = read(bytes, WORD, VERSION)?;
        if state.compute_digest() != state.digest {
            return Err(Damage {
                word: WORD,
                kind: DamageKind::Digest,
            });
        }
        Ok(state)
    }

    /// The document in canonical form, one line end behind it.
    pub fn to_json(&self) -> String {
        let mut text = canonical(self);
        text.push('\n');
        text
    }

    /// The state of a rollout with these instances that comes after another, or is the first. The program is
    /// named by its meaning.
    pub fn after(
        rollout: &str,
        program: Digest,
        before: Option<&State>,
        instances: BTreeMap<String, Instance>,
    ) -> State {
        let mut state = State {
            version: VERSION,
            rollout: rollout.into(),
            program,
            previous: before.map(|state| state.digest),
            digest: Digest::default(),
            instances,
        };
        state.digest = state.compute_digest();
        state
    }

    /// What [`State::digest`] must be.
    pub fn compute_digest(&self) -> Digest {
        Digest::of_document(self, &["digest"])
    }
}

impl Instance {
    /// An instance that begins at an instant.
    pub fn new(as_of: Instant) -> Instance {
        Instance {
            seq: 0,
            as_of,
            subject: None,
            subject_since: None,
            incoming: None,
            live: None,
            params: Digest::default(),
            phase: START.into(),
            cohort: None,
            phase_entered_at: None,
            entered_at: None,
            entering: None,
            soak: Track::default(),
            tracks: BTreeMap::new(),
            armed: BTreeMap::new(),
            seen: Vec::new(),
            pins: BTreeMap::new(),
            standing: BTreeMap::new(),
            asked: BTreeMap::new(),
            spent: Vec::new(),
            expired: BTreeMap::new(),
            halts: Vec::new(),
            procedure: None,
            last_rollback: None,
            journal: Journal::default(),
        }
    }

    /// Where it stands.
    pub fn place(&self) -> Place {
        Place {
            phase: self.phase.clone(),
            cohort: self.cohort,
        }
    }

    /// Whether anybody is exposed: not in `start` and not at 0 %.
    pub fn exposed(&self) -> bool {
        self.phase != START && self.cohort.is_none_or(|share| !share.0.is_zero())
    }
}

impl Journal {
    /// Adds a move; the oldest goes into the digest once there are more than [`JOURNAL`].
    pub fn push(&mut self, entry: Move) {
        self.moves.push(entry);
        while self.moves.len() > JOURNAL {
            let oldest = self.moves.remove(0);
            let value = serde_json::json!({ "older": self.older, "move": oldest });
            self.older = Some(Digest::of_document(&value, &[]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> State {
        let at = Instant::parse("2026-02-25T12:00:00Z", false).unwrap();
        let mut state = State {
            version: VERSION,
            rollout: "production".into(),
            program: Digest::of(b"p"),
            previous: None,
            digest: Digest::default(),
            instances: BTreeMap::from([(String::new(), Instance::new(at))]),
        };
        state.digest = state.compute_digest();
        state
    }

    #[test]
    fn a_state_reads_back_as_it_was_written() {
        let state = sample();
        let text = state.to_json();
        assert_eq!(State::from_json(text.as_bytes()), Ok(state.clone()));
        assert_eq!(State::from_json(text.as_bytes()).unwrap().to_json(), text);
    }

    fn refused(from: &str, to: &str, why: &str) {
        let text = sample().to_json();
        assert!(text.contains(from), "{from} in {text}");
        let text = text.replacen(from, to, 1);
        let came = match State::from_json(text.as_bytes()) {
            Ok(_) => "fine".to_string(),
            Err(damage) => damage.to_string(),
        };
        assert!(came.contains(why), "{came}");
    }

    #[test]
    fn damage_is_refused() {
        refused("\"seq\":0", "\"seq\":1", "does not fit its own digest");
        refused("\"seq\":0,", "", "missing field `seq`");
        refused("\"incoming\":null,", "", "missing field `incoming`");
        refused("\"seq\":0", "\"seq\":0,\"more\":1", "unknown field `more`");
        refused("\"seq\":0", "\"seq\":0,\"seq\":0", "is there twice");
        refused("rolloutc.state\":1", "rolloutc.state\":2", "version 2");
        refused("\"held\":\"0s\"", "\"held\":0", "invalid type");
    }

    #[test]
    fn a_journal_keeps_the_last_moves_and_a_digest_of_the_older() {
        let mut journal = Journal::default();
        let at = Instant::parse("2026-02-25T12:00:00Z", false).unwrap();
        for n in 0..=JOURNAL {
            assert_eq!(journal.older, None);
            journal.push(Move {
                at,
                from: Place::start(),
                to: Place::start(),
                decision: Digest::of(&[n as u8]),
                adopted: None,
            });
        }
        assert_eq!(journal.moves.len(), JOURNAL);
        assert!(journal.older.is_some());
    }
}
