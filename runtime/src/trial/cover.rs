//! What the tests of a policy have shown: each gate passing, failing and unknown, each trigger firing and not. Knows
//! decisions; judges none.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::decision::{Decision, Verdict};
use crate::ir::{Ask, Clause, Criterion, Gate, GateId, Program, RuleKind};
use crate::step::Question;
use crate::value::Truth;

/// What was shown of gates and triggers.
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
    /// The gate.
    pub gate: String,
    /// Tests in which it passed.
    pub pass: u32,
    /// Tests in which it failed.
    pub fail: u32,
    /// Tests in which it could not be told.
    pub unknown: u32,
    /// Whether it can fail at all: what only asks for evidence (`need`) is unknown without it.
    #[serde(skip)]
    pub can_fail: bool,
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
    /// What was never shown.
    pub fn lacks(&self) -> Vec<&'static str> {
        let ways = [
            ("pass", self.pass),
            ("fail", self.fail),
            ("unknown", self.unknown),
        ];
        let never = ways.into_iter().filter(|way| way.1 == 0);
        let never = never.map(|way| way.0);
        never
            .filter(|way| self.can_fail || *way != "fail")
            .collect()
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
    /// How many ways were shown, and how many there are: three a gate, two a trigger.
    pub fn shown(&self) -> (usize, usize) {
        let all = self.gates.len() * 3 + self.triggers.len() * 2;
        let gates = self.gates.iter().map(|gate| gate.lacks().len());
        let triggers = self.triggers.iter().map(|trigger| trigger.lacks().len());
        (all - gates.chain(triggers).sum::<usize>(), all)
    }
}

/// Gathers what one test after the other shows.
pub(super) struct Cover<'p> {
    program: &'p Program,
    /// Gates that no place asks: what they say is asked of each step.
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
        let mut asked = BTreeSet::new();
        for phase in &program.phases {
            let after = phase.cohorts.iter().flat_map(|cohort| &cohort.after);
            let lists = [&phase.enter, &phase.keep, &phase.leave, &phase.watch];
            asked_by(
                program,
                lists.into_iter().flatten().chain(after),
                &mut asked,
            );
        }
        for procedure in &program.procedures {
            asked_by(program, procedure.verify.iter(), &mut asked);
        }
        if program.phases.is_empty() {
            let own = program
                .gates
                .iter()
                .enumerate()
                .filter(|(_, gate)| gate.own);
            asked.extend(own.map(|(at, _)| GateId(at as u32)));
        }
        let all = (0..program.gates.len()).map(|at| GateId(at as u32));
        Cover {
            program,
            aside: all.filter(|gate| !asked.contains(gate)).collect(),
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

    /// Everything that was shown. Parameters of gates aside: `below(2%)` is shown by itself.
    pub fn finish(self) -> Coverage {
        let of = |name: &String, way: Way| {
            let ways = self.gates.get(name).and_then(|ways| ways.get(&way));
            ways.map_or(0, |tests| tests.len() as u32)
        };
        let gate = |gate: &Gate| GateCover {
            gate: gate.name.clone(),
            pass: of(&gate.name, Way::Pass),
            fail: of(&gate.name, Way::Fail),
            unknown: of(&gate.name, Way::Unknown),
            can_fail: can_fail(gate),
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
            gates: self.program.gates.iter().map(gate).collect(),
            triggers: self.program.triggers.iter().map(trigger).collect(),
        }
    }
}

/// A gate of nothing but `need` passes or cannot be told.
fn can_fail(gate: &Gate) -> bool {
    let mut rules = gate.clauses.iter().filter_map(|clause| match clause {
        Clause::Rule(rule) => Some(rule.kind),
        Clause::Each { .. }
        | Clause::Applies(_)
        | Clause::Pending(_)
        | Clause::AdvisoryUnless(_)
        | Clause::AdvisoryUntil(_)
        | Clause::Let { .. } => None,
    });
    rules.any(|kind| kind != RuleKind::Need)
}

fn asked_by<'c>(
    program: &Program,
    criteria: impl Iterator<Item = &'c Criterion>,
    asked: &mut BTreeSet<GateId>,
) {
    for criterion in criteria {
        ask(program, &criterion.ask, asked, 0);
    }
}

fn ask(program: &Program, what: &Ask, asked: &mut BTreeSet<GateId>, depth: usize) {
    if depth > program.groups.len() + 64 {
        return;
    }
    match what {
        Ask::Gate(gate) => {
            asked.insert(*gate);
        }
        Ask::Group(group) => {
            if let Some(group) = program.groups.get(group.ix()) {
                ask(program, &group.ask, asked, depth + 1);
            }
        }
        Ask::Approval(_) | Ask::Cond(_) => {}
        Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
            asks.iter()
                .for_each(|one| ask(program, one, asked, depth + 1));
        }
        Ask::Not(one) => ask(program, one, asked, depth + 1),
    }
}
