//! States that were recorded: each is gone on from with what each test gives, and the invariants are asked of that step.
//! Knows states; reads no files.

use super::{Case, Cover, Failure, Found, InvariantCover, Stock, Tools, Trouble, Walk, invariants};
use crate::ir::trial::Act;
use crate::ir::{OriginId, Program};
use crate::state::State;

/// A state that was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// How it is told from others: its file.
    pub name: String,
    /// The state.
    pub state: State,
}

/// Asks the invariants of a program in each of some states, with what each test gives first. A state of another rollout
/// is passed over. What the state had seen, and of which subject, is forgotten: it is a place where a rollout stood.
pub fn recorded(
    program: &Program,
    stock: &Stock,
    states: &[Recorded],
) -> (Vec<Case>, Vec<InvariantCover>) {
    let whole = program.tests.extend(program);
    let mut asked = invariants::all(program);
    let mut cases = Vec::new();
    if program.invariants.is_empty() {
        return (cases, asked);
    }
    let mine = states
        .iter()
        .filter(|one| one.state.rollout == program.rollout);
    let mut tools = Tools::new(&whole);
    for one in mine {
        let mut found = Found::Passed;
        let mut decisions = Vec::new();
        let mut at = program.invariants.first().map_or(OriginId(0), |one| one.at);
        for test in &program.tests.tests {
            let mut walk = Walk::new(&whole, test, stock, tools);
            let told = walk.step_from(&one.state);
            invariants::add(&mut asked, &walk.asked);
            decisions.append(&mut walk.decisions);
            tools = walk.tools;
            match told {
                Ok(None) => {}
                Ok(Some(mut failure)) => {
                    at = failure.at;
                    failure.came = format!("{}, with what \"{}\" gives", failure.came, test.title);
                    found = Found::Failed(failure);
                    break;
                }
                Err(trouble) => {
                    at = test.at;
                    found = Found::Broken(trouble);
                    break;
                }
            }
        }
        cases.push(Case {
            title: one.name.clone(),
            at,
            found,
            decisions,
        });
    }
    (cases, asked)
}

impl Walk<'_> {
    /// One step from a state, with what the test gives before it expects anything.
    fn step_from(&mut self, state: &State) -> Result<Option<Failure>, Trouble> {
        let key = self.test.key.clone().unwrap_or_default();
        let mut state = state.clone();
        state.instances.retain(|name, _| *name == key);
        let Some(instance) = state.instances.get(&key) else {
            return Ok(None);
        };
        self.now = instance.as_of;
        self.recorded = Some(state);
        for act in &self.test.acts {
            match act {
                Act::Given(given) => self.give(given)?,
                Act::After { .. } | Act::Expect(_) => break,
            }
        }
        self.decide(&mut Cover::new(self.program), 0)
    }
}
