//! What only the whole policy shows: phases nobody reaches, triggers that stand nowhere, gates that ask for themselves.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{Ask, GateId, GroupId, Node, NodeId};

use super::decl::Declared;
use super::outline::ModuleId;
use super::{Checker, Place};
use crate::diagnostic::Diagnostic;
use crate::emit::walk::{Walk, walk_ask, walk_clause, walk_node};
use crate::syntax::ast;

impl<'a> Checker<'a> {
    /// Checks what no single declaration shows.
    pub(super) fn structure(&mut self, out: &Declared) {
        if out.rollout.is_some() {
            self.stray_triggers(out);
            self.order_of_phases();
        }
        self.circles(out);
    }

    fn stray_triggers(&mut self, out: &Declared) {
        if !out.phases.is_empty() {
            return;
        }
        for decl in self.ids.triggers.clone() {
            let Some(name) = self
                .decl(decl)
                .kind
                .name()
                .filter(|_| decl.module == ModuleId::ROOT)
            else {
                continue;
            };
            let at = (self.modules[decl.module.ix()].file, name.span);
            self.report(
                Diagnostic::error(
                    "trigger-without-phase",
                    at,
                    format!("`{}` watches nothing: this policy has no phase", name.text),
                )
                .help("declare the phases it is armed in, or write a gate"),
            );
        }
    }

    fn order_of_phases(&mut self) {
        let mut last: Option<(Place, String)> = None;
        for decl in self.ids.phases.clone() {
            let ast::DeclKind::Phase(phase) = &self.decl(decl).kind else {
                continue;
            };
            let at = (self.modules[decl.module.ix()].file, phase.name.span);
            if let Some((first, name)) = &last {
                let message = match phase.last {
                    Some(_) => format!("`{}` and `{name}` are both final", phase.name.text),
                    None => format!("the phase `{}` comes after the final one", phase.name.text),
                };
                let found = Diagnostic::error("unreachable-phase", at, message)
                    .also(*first, "the rollout ends here")
                    .help("phases follow each other as they are written; put the final one last");
                self.report(found);
                continue;
            }
            if phase.last.is_some() {
                last = Some((at, phase.name.text.to_string()));
            }
        }
    }

    /// Reports gates and groups whose answer needs itself.
    fn circles(&mut self, out: &Declared) {
        for start in 0..self.gates.len() {
            let start = GateId(crate::source::offset(start));
            let mut seek = Circle::new();
            seek.clauses(self, start);
            if seek.reaches(self, out, Target::Gate(start)) {
                let name = self.gates[start.ix()].name.clone();
                let at = self.origins[self.gates[start.ix()].at.0 as usize];
                self.report_circle(&name, at);
            }
        }
        for (i, group) in out.groups.iter().enumerate() {
            let start = GroupId(crate::source::offset(i));
            let mut seek = Circle::new();
            walk_ask(&mut group.ask.clone(), &mut seek);
            if seek.reaches(self, out, Target::Group(start)) {
                let at = self.origins[group.at.0 as usize];
                self.report_circle(&group.name, at);
            }
        }
    }

    fn report_circle(&mut self, name: &str, at: Place) {
        self.report(
            Diagnostic::error(
                "recursive-definition",
                at,
                format!("`{name}` depends on itself"),
            )
            .help("break the cycle: gates and groups may ask each other one way only"),
        );
    }
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Gate(GateId),
    Group(GroupId),
}

/// Follows what a gate or group asks.
struct Circle {
    nodes: Vec<NodeId>,
    seen_nodes: BTreeSet<NodeId>,
    open: Vec<Target>,
    seen: BTreeSet<Target>,
    thresholds: Vec<rolloutc_runtime::ir::ThresholdId>,
}

impl Circle {
    fn new() -> Circle {
        Circle {
            nodes: Vec::new(),
            seen_nodes: BTreeSet::new(),
            open: Vec::new(),
            seen: BTreeSet::new(),
            thresholds: Vec::new(),
        }
    }

    fn clauses(&mut self, checker: &Checker<'_>, gate: GateId) {
        for clause in &checker.gates[gate.ix()].clauses {
            walk_clause(&mut clause.clone(), self);
        }
    }

    fn reaches(&mut self, checker: &Checker<'_>, out: &Declared, goal: Target) -> bool {
        loop {
            if let Some(node) = self.nodes.pop() {
                if self.seen_nodes.insert(node) {
                    let mut node: Node = checker.node(node).clone();
                    walk_node(&mut node, self);
                }
            } else if let Some(threshold) = self.thresholds.pop() {
                if let Some(threshold) = out.thresholds.get(threshold.ix()) {
                    self.nodes.extend([threshold.measure, threshold.bound]);
                }
            } else if let Some(target) = self.open.pop() {
                if target == goal {
                    return true;
                }
                if !self.seen.insert(target) {
                    continue;
                }
                match target {
                    Target::Gate(gate) => self.clauses(checker, gate),
                    Target::Group(group) => {
                        if let Some(group) = out.groups.get(group.ix()) {
                            let mut ask: Ask = group.ask.clone();
                            walk_ask(&mut ask, self);
                        }
                    }
                }
            } else {
                return false;
            }
        }
    }
}

impl Walk for Circle {
    fn node(&mut self, id: &mut NodeId) {
        self.nodes.push(*id);
    }
    fn gate(&mut self, id: &mut GateId) {
        self.open.push(Target::Gate(*id));
    }
    fn group(&mut self, id: &mut GroupId) {
        self.open.push(Target::Group(*id));
    }
    fn threshold(&mut self, id: &mut rolloutc_runtime::ir::ThresholdId) {
        // A threshold asks nothing, but what it measures may.
        self.thresholds.push(*id);
    }
}
