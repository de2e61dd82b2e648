//! What must never happen: each invariant is asked of each step of each test, and of recorded states. Knows decisions and
//! conditions; steps nothing.

use serde::Serialize;

use super::{Failure, Walk, judge};
use crate::decision::{Decision, Outcome};
use crate::eval::Reads;
use crate::ir::trial::{Event, Never};
use crate::ir::{OriginId, Program};
use crate::value::Truth;

/// How often an invariant was put to the test. One whose condition never held shows nothing yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct InvariantCover {
    /// Its title.
    pub title: String,
    /// Steps in which one of its conditions held.
    pub held: u32,
    /// Steps in which something came that it forbids while its condition holds.
    pub came: u32,
    /// Where it stands.
    #[serde(skip)]
    pub at: OriginId,
}

impl InvariantCover {
    /// What no step had: without it, the invariant was not put to the test.
    pub fn lacks(&self) -> Option<&'static str> {
        match (self.held, self.came) {
            (0, _) => Some("its condition never held"),
            (_, 0) => Some("what it forbids never came"),
            (_, _) => None,
        }
    }
}

/// The invariants of a program, not asked yet.
pub(super) fn all(program: &Program) -> Vec<InvariantCover> {
    let all = program.invariants.iter().enumerate();
    let cover = all.map(|(at, one)| InvariantCover {
        title: title(program, at).to_owned(),
        held: 0,
        came: 0,
        at: one.at,
    });
    cover.collect()
}

/// Counts what one walk asked.
pub(super) fn add(all: &mut [InvariantCover], asked: &[(u32, u32)]) {
    for (one, (held, came)) in all.iter_mut().zip(asked) {
        one.held += held;
        one.came += came;
    }
}

fn title(program: &Program, at: usize) -> &str {
    let title = program.origins.title(&format!("invariant {at}"));
    title.unwrap_or("an invariant")
}

impl Walk<'_> {
    /// The first invariant that a decision refutes. `holds` are the conditions, clause by clause.
    pub(super) fn refuted(&mut self, decision: &Decision, holds: &[Truth]) -> Option<Failure> {
        let program = self.program;
        let all = program.invariants.iter().enumerate();
        let all = all.flat_map(|(at, one)| one.never.iter().map(move |never| (at, never)));
        let mut refuted = None;
        for ((at, never), truth) in all.zip(holds) {
            let came = self.happened(&never.event, decision);
            if let Some(asked) = self.asked.get_mut(at) {
                asked.0 += u32::from(*truth == Truth::True);
                asked.1 += u32::from(came);
            }
            if came && *truth != Truth::False && refuted.is_none() {
                refuted = Some(self.case((at, never), truth, decision));
            }
        }
        refuted
    }

    /// How an invariant was refuted.
    fn case(&self, (at, never): (usize, &Never), truth: &Truth, decision: &Decision) -> Failure {
        let program = self.program;
        let mut came = decision.outcome.to_string();
        if let Some(from) = &decision.from {
            came.push_str(&format!(" from {from}"));
        }
        if let Some(to) = &decision.to {
            came.push_str(&format!(" to {to}"));
        }
        let mut texts = program.origins.texts.iter();
        let text = texts.find(|(node, _)| *node == never.when);
        let text = text.map_or("its condition", |(_, text)| text.as_str());
        let mut reads = Reads::default();
        reads.node(program, never.when);
        let gates = reads.gates.iter();
        let gates = gates.filter_map(|id| program.gates.get(id.ix()));
        let red = gates.filter(|gate| self.red.contains(&gate.name));
        let red: Vec<String> = red.map(|gate| format!("`{}`", gate.name)).collect();
        let red = match red.as_slice() {
            [] => String::new(),
            [one] => format!(" ({one} does not hold)"),
            several => format!(" ({} do not hold)", several.join(", ")),
        };
        let differs = match truth {
            Truth::Unknown(why) => format!(
                "whether `{text}` holds cannot be told ({}), so this must not happen",
                why.cause.word().replace('_', " ")
            ),
            Truth::True | Truth::False => {
                format!("`{text}` holds{red}, and then this must never happen")
            }
        };
        Failure {
            expected: format!("invariant \"{}\"", title(program, at)),
            came: format!("{came} at {}", decision.as_of),
            differs,
            help: None,
            at: never.at,
            as_of: decision.as_of,
        }
    }

    fn happened(&self, event: &Event, decision: &Decision) -> bool {
        let moves = decision.outcome == Outcome::Advance;
        match event {
            Event::Enter(phase) => {
                let Some(phase) = self.program.phases.get(phase.ix()) else {
                    return false;
                };
                let to = decision.to.as_ref().map(|to| &to.phase);
                let from = decision.from.as_ref().map(|from| &from.phase);
                moves && to == Some(&phase.name) && from != Some(&phase.name)
            }
            Event::Advance(None) => moves,
            Event::Advance(Some(spot)) => moves && judge::is_at(self.program, spot, decision),
            Event::RollbackBy(id) => {
                let wanted = self.program.procedures.get(id.ix());
                let open = decision.procedure.as_ref();
                decision.outcome == Outcome::Rollback
                    && wanted.zip(open).is_some_and(|(wanted, open)| {
                        open.name == wanted.name && open.fired_at == decision.as_of
                    })
            }
            Event::Outcome(outcome) => decision.outcome == judge::outcome(*outcome),
        }
    }
}
