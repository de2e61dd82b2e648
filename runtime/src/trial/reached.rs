//! The gates that a policy rests on, so that its tests should show them. Knows what phases, triggers, ways back and
//! the calendar ask; judges nothing.

use std::collections::BTreeSet;

use crate::eval::{Reads, operands};
use crate::ir::{Ask, Bind, Criterion, GateId, Node, NodeId, Program, Scope, Sustain, Time};

/// The gates of a policy that count, in source order: those that a phase, a trigger, a way back, a freeze or a window
/// asks, and those of the policy's own file that they rest on. A gate of a module that stands inside another gate is a
/// part of that one.
pub(super) fn reached(program: &Program) -> Vec<GateId> {
    let mut asked = Asked::new(program, true);
    asked.policy();
    let mut all = asked.gates;
    let mut inside = Reads::default();
    for gate in &all {
        inside.gate(program, *gate);
    }
    all.extend(inside.gates.into_iter().filter(|id| {
        let gate = program.gates.get(id.ix());
        gate.is_some_and(|gate| module(program, gate).is_none())
    }));
    all.into_iter().collect()
}

/// Gates that a place asks in the list of a decision, groups resolved.
pub(super) fn listed(program: &Program) -> BTreeSet<GateId> {
    let mut asked = Asked::new(program, false);
    asked.lists();
    asked.gates
}

/// The module that a gate stands in, by its path; `None` where that is the policy's own file.
pub(super) fn module<'p>(program: &'p Program, gate: &crate::ir::Gate) -> Option<&'p str> {
    let (file, ..) = program.origins.spans.get(gate.at.ix())?;
    match file {
        0 => None,
        file => {
            let file = program.origins.files.get(*file as usize);
            file.map(|file| file.path.as_str())
        }
    }
}

/// What is asked without going through another gate.
struct Asked<'p> {
    program: &'p Program,
    /// Whether conditions count, or only what stands in a list by its name.
    conditions: bool,
    gates: BTreeSet<GateId>,
    nodes: BTreeSet<NodeId>,
}

impl<'p> Asked<'p> {
    fn new(program: &'p Program, conditions: bool) -> Asked<'p> {
        Asked {
            program,
            conditions,
            gates: BTreeSet::new(),
            nodes: BTreeSet::new(),
        }
    }

    /// The lists of phases and of ways back.
    fn lists(&mut self) {
        for phase in &self.program.phases {
            let after = phase.cohorts.iter().flat_map(|cohort| &cohort.after);
            let lists = [&phase.enter, &phase.keep, &phase.leave, &phase.watch];
            self.criteria(lists.into_iter().flatten().chain(after));
        }
        for procedure in &self.program.procedures {
            self.criteria(procedure.verify.iter());
        }
        if self.program.phases.is_empty() {
            let own = self.program.gates.iter().zip(0..);
            let own = own.filter(|(gate, _)| gate.own);
            self.gates.extend(own.map(|(_, at)| GateId(at)));
        }
    }

    fn policy(&mut self) {
        self.lists();
        let program = self.program;
        for phase in &program.phases {
            let nodes = [
                phase.not_before,
                phase.entered_when,
                phase.soak,
                phase.checks,
                phase.cohorts_from,
            ];
            let cohorts = phase.cohorts.iter();
            let cohorts = cohorts.flat_map(|cohort| [cohort.soak, cohort.checks]);
            self.nodes(nodes.into_iter().chain(cohorts).flatten());
        }
        for trigger in &program.triggers {
            self.nodes([trigger.when]);
            self.scopes(&trigger.scope);
            trigger.each.iter().for_each(|bind| self.bind(bind));
            match trigger.sustain {
                Sustain::Once => {}
                Sustain::For(node) | Sustain::Times { count: node, .. } => self.nodes([node]),
            }
        }
        for procedure in &program.procedures {
            self.nodes(procedure.reenter);
        }
        for calendar in &program.calendar {
            self.scopes(&calendar.scope);
            self.nodes(calendar.except_when.iter().copied());
            for time in &calendar.times {
                match time {
                    Time::While(node) => self.nodes([*node]),
                    Time::During { bind, from, until } => {
                        self.bind(bind);
                        self.nodes([*from, *until]);
                    }
                    Time::Days { .. }
                    | Time::Span { .. }
                    | Time::On(_)
                    | Time::Weekly { .. }
                    | Time::Monthly { .. }
                    | Time::Yearly { .. } => {}
                }
            }
        }
        self.nodes(program.live_from);
    }

    fn scopes(&mut self, scopes: &[Scope]) {
        for scope in scopes {
            match scope {
                Scope::Entering(_) => {}
                Scope::CohortsTo(node) | Scope::CohortsFrom(node) | Scope::When(node) => {
                    self.nodes([*node]);
                }
            }
        }
    }

    fn bind(&mut self, bind: &Bind) {
        self.nodes(bind.vars.iter().map(|var| var.1).chain(bind.filter));
    }

    fn nodes(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        let mut open: Vec<NodeId> = nodes.into_iter().collect();
        while let Some(id) = open.pop() {
            let program = self.program;
            if !self.nodes.insert(id) {
                continue;
            }
            let Some(code) = program.code.get(id.ix()) else {
                continue;
            };
            operands(&code.node, &mut open);
            match &code.node {
                Node::Gate(gate) | Node::GateIs(gate, _) | Node::GateRow(gate, _) => {
                    self.gates.insert(*gate);
                }
                Node::Group(group) => self.ask(&Ask::Group(*group), 0),
                Node::Threshold(threshold) => {
                    let threshold = program.thresholds.get(threshold.ix());
                    open.extend(threshold.iter().flat_map(|one| [one.measure, one.bound]));
                }
                _ => {}
            }
        }
    }

    fn criteria<'c>(&mut self, criteria: impl Iterator<Item = &'c Criterion>) {
        criteria.for_each(|criterion| self.ask(&criterion.ask, 0));
    }

    fn ask(&mut self, what: &Ask, depth: usize) {
        if depth > self.program.groups.len() + 64 {
            return;
        }
        match what {
            Ask::Gate(gate) => {
                self.gates.insert(*gate);
            }
            Ask::Group(group) => {
                if let Some(group) = self.program.groups.get(group.ix()) {
                    self.ask(&group.ask, depth + 1);
                }
            }
            Ask::Cond(node) if self.conditions => self.nodes([*node]),
            Ask::Approval(_) | Ask::Cond(_) => {}
            Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                asks.iter().for_each(|one| self.ask(one, depth + 1));
            }
            Ask::Not(one) => self.ask(one, depth + 1),
        }
    }
}
