//! What the tests of a policy have shown: each gate passing, failing and unknown, each trigger firing and not. Knows
//! decisions; judges none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::reached::{listed, module, reached};
use super::ways::Possible;
use crate::decision::{Decision, Verdict};
use crate::ir::{GateId, Program};
use crate::step::Question;
use crate::value::Truth;

/// What was shown of the gates and triggers that a policy rests on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Gates, in source order.
    pub gates: Vec<GateCover>,
    /// Triggers, in source order.
    pub triggers: Vec<TriggerCover>,
}

/// In how many tests a gate was seen in each way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GateCover {
    /// The gate, with its arguments.
    pub gate: String,
    /// The file it stands in, from the policy's own folder; `None` where that is the policy's own.
    pub module: Option<String>,
    /// Tests in which it passed.
    pub pass: u32,
    /// Tests in which it failed.
    pub fail: u32,
    /// Tests in which it could not be told.
    pub unknown: u32,
    /// Ways in which it cannot come out, whatever is given: `fail`, `unknown`.
    pub never: Vec<&'static str>,
}

/// In how many tests a trigger fired, and in how many it watched and did not.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TriggerCover {
    /// The trigger.
    pub trigger: String,
    /// Tests in which it fired.
    pub fired: u32,
    /// Tests in which it watched and did not fire.
    pub quiet: u32,
}

impl GateCover {
    /// What could be shown and was not.
    pub fn lacks(&self) -> Vec<&'static str> {
        let ways = [
            ("pass", self.pass),
            ("fail", self.fail),
            ("unknown", self.unknown),
        ];
        let lacks = ways.into_iter().filter(|way| way.1 == 0);
        let lacks = lacks.map(|way| way.0);
        lacks.filter(|way| !self.never.contains(way)).collect()
    }

    /// Counts what the tests of another policy have shown of the same gate.
    pub fn add(&mut self, other: &GateCover) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.unknown += other.unknown;
    }
}

impl TriggerCover {
    /// What was never shown.
    pub fn lacks(&self) -> Vec<&'static str> {
        let ways = [("fired", self.fired), ("quiet", self.quiet)];
        let never = ways.into_iter().filter(|way| way.1 == 0);
        never.map(|way| way.0).collect()
    }
}

impl Coverage {
    /// How many ways were shown, and how many there are: two a trigger, three a gate less those in which it cannot
    /// come out.
    pub fn shown(&self) -> (usize, usize) {
        let ways = |gate: &GateCover| 3 - gate.never.len();
        let all = self.gates.iter().map(ways).sum::<usize>() + self.triggers.len() * 2;
        let gates = self.gates.iter().map(|gate| gate.lacks().len());
        let triggers = self.triggers.iter().map(|trigger| trigger.lacks().len());
        (all - gates.chain(triggers).sum::<usize>(), all)
    }

    /// How much of it was shown, in whole per cent, rounded down; all of it where there is nothing to show.
    pub fn percent(&self) -> u8 {
        match self.shown() {
            (_, 0) => 100,
            (shown, all) => u8::try_from(shown * 100 / all).unwrap_or(100),
        }
    }
}

/// Gathers what one test after the other shows.
pub(super) struct Cover<'p> {
    program: &'p Program,
    /// What counts.
    counted: Vec<GateId>,
    /// Gates that no list asks: what they say is asked of each step.
    aside: Vec<GateId>,
    gates: BTreeMap<String, BTreeMap<Way, BTreeSet<usize>>>,
    triggers: BTreeMap<String, (BTreeSet<usize>, BTreeSet<usize>)>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Pass,
    Fail,
    Unknown,
}

impl<'p> Cover<'p> {
    pub fn new(program: &'p Program) -> Cover<'p> {
        let asked = listed(program);
        let counted = reached(program);
        let aside = counted.iter().copied();
        Cover {
            program,
            aside: aside.filter(|gate| !asked.contains(gate)).collect(),
            counted,
            gates: BTreeMap::new(),
            triggers: BTreeMap::new(),
        }
    }

    /// What to ask of each step besides its decision.
    pub fn questions(&self) -> impl Iterator<Item = Question> + '_ {
        (0..self.program.gates.len()).map(|at| Question::Gate(GateId(at as u32)))
    }

    /// Takes what one step of a test shows.
    pub fn take(&mut self, test: usize, decision: &Decision, gates: &[Truth]) {
        for line in &decision.gates {
            let way = match line.verdict {
                Verdict::Pass => Way::Pass,
                Verdict::Fail => Way::Fail,
                Verdict::Unknown => Way::Unknown,
                Verdict::Pending
                | Verdict::Waived
                | Verdict::NotApplicable
                | Verdict::NotEvaluated => continue,
            };
            self.gate(&line.gate, way, test);
        }
        let program = self.program;
        for gate in self.aside.clone() {
            let Some(truth) = gates.get(gate.ix()) else {
                continue;
            };
            let way = match truth {
                Truth::True => Way::Pass,
                Truth::False => Way::Fail,
                Truth::Unknown(_) => Way::Unknown,
            };
            if let Some(gate) = program.gates.get(gate.ix()) {
                self.gate(&gate.name, way, test);
            }
        }
        for line in &decision.triggers {
            let of = self.triggers.entry(line.trigger.clone()).or_default();
            if line.fired {
                of.0.insert(test);
            } else if line.armed {
                of.1.insert(test);
            }
        }
    }

    fn gate(&mut self, name: &str, way: Way, test: usize) {
        let ways = self.gates.entry(name.to_owned()).or_default();
        ways.entry(way).or_default().insert(test);
    }

    /// Everything that was shown.
    pub fn finish(self) -> Coverage {
        let of = |name: &String, way: Way| {
            let ways = self.gates.get(name).and_then(|ways| ways.get(&way));
            ways.map_or(0, |tests| tests.len() as u32)
        };
        let mut possible = Possible::new(self.program);
        let mut gate = |id: &GateId| {
            let gate = self.program.gates.get(id.ix())?;
            let ways = possible.gate(*id);
            let never = [("fail", ways.fails), ("unknown", ways.unknown)];
            let never = never.into_iter().filter(|way| !way.1);
            Some(GateCover {
                gate: gate.name.clone(),
                module: module(self.program, gate).map(str::to_owned),
                pass: of(&gate.name, Way::Pass),
                fail: of(&gate.name, Way::Fail),
                unknown: of(&gate.name, Way::Unknown),
                never: never.map(|way| way.0).collect(),
            })
        };
        let trigger = |trigger: &crate::ir::Trigger| {
            let seen = self.triggers.get(&trigger.name);
            TriggerCover {
                trigger: trigger.name.clone(),
                fired: seen.map_or(0, |seen| seen.0.len() as u32),
                quiet: seen.map_or(0, |seen| seen.1.len() as u32),
            }
        };
        Coverage {
            gates: self.counted.iter().filter_map(&mut gate).collect(),
            triggers: self.program.triggers.iter().map(trigger).collect(),
        }
    }
}
