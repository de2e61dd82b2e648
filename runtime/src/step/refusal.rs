//! Why no step is made at all. Knows states and programs from the outside, no evidence.

use std::fmt;

use crate::ir::Program;
use crate::state::{START, State};
use crate::time::Instant;

use super::Options;

/// Why one key alone is not adopted.
const OTHER_KEYS: &str = "it has other keys too";

/// Why there is no decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The state belongs to another rollout.
    OtherRollout {
        /// The state's.
        state: String,
        /// The program's.
        program: String,
    },
    /// The state was written under another meaning.
    OtherProgram,
    /// The instant lies before the state's last.
    Backwards {
        /// The instant asked for.
        as_of: Instant,
        /// The state's last.
        last: Instant,
    },
    /// No instance has this key.
    UnknownKey {
        /// The key asked for.
        key: String,
        /// The keys that there are; none where the rollout has no `per`.
        known: Vec<String>,
    },
    /// One decision is asked for of a `per` rollout, and no key is named.
    NoKey,
    /// Which keys a `per` rollout has cannot be told.
    Keys(String),
    /// The state remembers somebody exposed under a key that the table no longer has.
    Gone {
        /// The key.
        key: String,
        /// Where it stands.
        place: String,
    },
    /// The state names what its own program does not have.
    Damaged(String),
    /// The state cannot go on under this program.
    Adopt(String),
    /// The subject does not fit the program.
    Subject(String),
    /// A param has no value, or one outside its bounds.
    Param(String),
}

impl Refusal {
    /// The exit code: 2 for what the caller said, 6 for the state.
    pub fn exit(&self) -> u8 {
        match self {
            Refusal::UnknownKey { .. }
            | Refusal::NoKey
            | Refusal::Subject(_)
            | Refusal::Param(_) => 2,
            Refusal::OtherRollout { .. }
            | Refusal::OtherProgram
            | Refusal::Backwards { .. }
            | Refusal::Keys(_)
            | Refusal::Gone { .. }
            | Refusal::Damaged(_)
            | Refusal::Adopt(_) => 6,
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        match self {
            Refusal::OtherRollout { .. } => {
                "give this rollout's own state, or `--new-state` for the first step".into()
            }
            Refusal::OtherProgram => "nothing moves and no trigger watches until `eval --adopt`: it keeps place, journal, open rollback and halts, and drops soak, standing verdicts and approvals".into(),
            Refusal::Backwards { last, .. } => {
                format!("ask for {last} or later; time never runs backwards")
            }
            Refusal::UnknownKey { known, .. } if known.is_empty() => {
                "leave `--for` out: this rollout has one instance".into()
            }
            Refusal::UnknownKey { known, .. } => {
                let known: Vec<String> = known.iter().map(|key| format!("`{key}`")).collect();
                format!("there is {}", known.join(", "))
            }
            Refusal::NoKey => "name the key, or step them all".into(),
            Refusal::Keys(_) => {
                "nothing moves and no trigger watches until its rows can be read again".into()
            }
            Refusal::Gone { .. } => {
                "bring the row back; take it out once it stands in `start` or in the final phase".into()
            }
            Refusal::Damaged(_) => "take the state back from where it was kept last".into(),
            Refusal::Adopt(what) if what == OTHER_KEYS => {
                "adopt all of them at once: leave `--for` out".into()
            }
            Refusal::Adopt(_) => {
                "bring the name back, or begin anew with `--new-state` where nobody is exposed".into()
            }
            Refusal::Subject(_) => "give it as `--subject NAME=VALUE` or in `bundle.json`".into(),
            Refusal::Param(_) => "give it as `--param NAME=VALUE`".into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::OtherRollout { state, program } => write!(
                f,
                "the state belongs to rollout `{state}`, the policy to `{program}`"
            ),
            Refusal::OtherProgram => {
                f.write_str("the state was written under a policy of another meaning")
            }
            Refusal::Backwards { as_of, last } => {
                write!(f, "{as_of} lies before the state's last step, {last}")
            }
            Refusal::UnknownKey { key, .. } => write!(f, "there is no instance `{key}`"),
            Refusal::NoKey => {
                f.write_str("the rollout has an instance for each key, and none is named")
            }
            Refusal::Gone { key, place } if key.is_empty() => write!(
                f,
                "the state has an instance without a key in {place}, and the policy has `per`"
            ),
            Refusal::Gone { key, place } => write!(
                f,
                "the state has `{key}` in {place}, and the table has no such row any more"
            ),
            Refusal::Damaged(what) => write!(f, "the state is damaged: {what}"),
            Refusal::Adopt(what) => write!(f, "the state cannot be adopted: {what}"),
            Refusal::Subject(what) | Refusal::Param(what) | Refusal::Keys(what) => {
                f.write_str(what)
            }
        }
    }
}

impl std::error::Error for Refusal {}

/// Refuses what no step may be made with.
pub(super) fn check(
    program: &Program,
    state: Option<&State>,
    options: &Options,
) -> Result<(), Refusal> {
    let Some(state) = state else { return Ok(()) };
    if state.rollout != program.rollout {
        return Err(Refusal::OtherRollout {
            state: state.rollout.clone(),
            program: program.rollout.clone(),
        });
    }
    if state.program == program.meaning {
        return Ok(());
    }
    if !options.adopt {
        return Err(Refusal::OtherProgram);
    }
    // A state has one program, so its instances change over together.
    let others = |key: &&String| Some(*key) != options.key.as_ref();
    if program.per.is_some()
        && options.key.is_some()
        && state.instances.keys().any(|key| others(&key))
    {
        return Err(Refusal::Adopt(OTHER_KEYS.into()));
    }
    Ok(())
}

/// Refuses an instance that cannot be stepped.
pub(super) fn check_instance(
    program: &Program,
    state: &State,
    key: &str,
    now: Instant,
) -> Result<(), Refusal> {
    let Some(instance) = state.instances.get(key) else {
        return Ok(());
    };
    if now < instance.as_of {
        return Err(Refusal::Backwards {
            as_of: now,
            last: instance.as_of,
        });
    }
    match lost(program, state, key) {
        Some(what) if state.program == program.meaning => Err(Refusal::Damaged(what)),
        Some(what) => Err(Refusal::Adopt(what)),
        None => Ok(()),
    }
}

/// The first name of the state that the program does not have.
fn lost(program: &Program, state: &State, key: &str) -> Option<String> {
    let instance = state.instances.get(key)?;
    let has_phase =
        |name: &str| name == START || program.phases.iter().any(|phase| phase.name == name);
    let has_procedure = |name: &str| program.procedures.iter().any(|one| one.name == name);
    let entering = instance
        .entering
        .as_ref()
        .map(|entering| &entering.to.phase);
    for phase in [Some(&instance.phase), entering].into_iter().flatten() {
        if !has_phase(phase) {
            return Some(format!("the policy has no phase `{phase}`"));
        }
    }
    let open = instance.procedure.as_ref().map(|open| &open.name);
    if let Some(name) = open.filter(|name| !has_procedure(name)) {
        return Some(format!("the policy has no rollback or switch `{name}`"));
    }
    let last = instance.last_rollback.as_ref();
    if let Some(last) = last.filter(|last| !has_procedure(&last.name)) {
        return Some(format!(
            "the policy has no rollback or switch `{}`",
            last.name
        ));
    }
    let halts = instance.halts.iter();
    let mut lost = halts.filter(|halt| {
        !program.triggers.iter().any(|one| one.name == halt.trigger)
            && !has_phase(&halt.trigger)
            && !has_procedure(&halt.trigger)
    });
    let halt = lost.next()?;
    Some(format!("the policy has no trigger `{}`", halt.trigger))
}
