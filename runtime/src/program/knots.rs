//! What would make a program that was read run for ever, or too long: gates, groups, thresholds or texts that ask for
//! themselves, and values that read others twice, which read others twice. Knows the shape of programs, no meaning.

use crate::eval::operands;
use crate::ir::{Ask, Bind, Clause, Node, NodeId, Part, Program};

/// So many nodes a program may compute where it computes each anew for every one that reads it. What the compiler writes
/// stays far below: a `fn` shares its arguments, a `let` is kept.
const MOST: u64 = 8_000_000;

/// The first of either, in one line.
pub(super) fn knot(program: &Program) -> Option<String> {
    let graph = Graph::new(program);
    let size = graph.texts + program.texts.len();
    let (mut open, mut done) = (vec![false; size], vec![false; size]);
    // What it takes to compute each, and all that is computed once, whoever reads it: gates, and what is shared.
    let mut steps = vec![0_u64; size];
    let mut once = 0_u64;
    let (mut asks, mut nodes) = (Vec::new(), Vec::new());
    // The way down is kept in a list of its own, so no program is too deep; each step down is followed by its own end.
    let mut way = Vec::new();
    for first in graph.all() {
        way.push((first, false));
        while let Some((knob, left)) = way.pop() {
            let at = graph.place(knob);
            // What points at nothing is reported elsewhere.
            if at >= size || !left && done[at] {
                continue;
            }
            asks.clear();
            graph.asks(knob, &mut nodes, &mut asks);
            let below = |knob: &Knob| done.get(graph.place(*knob)).is_none_or(|done| *done);
            if left || !open[at] && asks.iter().all(below) {
                (open[at], done[at]) = (false, true);
                let below = asks.iter().fold(0_u64, |sum, knob| {
                    let steps = steps.get(graph.place(*knob)).copied();
                    sum.saturating_add(steps.unwrap_or(0))
                });
                let kept = graph.kept(knob);
                once = once.saturating_add(if kept { below } else { 0 });
                steps[at] = if kept { 1 } else { below.saturating_add(1) };
                if once.max(steps[at]) > MOST {
                    return Some(format!("it takes more than {MOST} steps to decide"));
                }
            } else if open[at] {
                return Some(said(knob));
            } else {
                open[at] = true;
                way.push((knob, true));
                way.extend(asks.iter().map(|knob| (*knob, false)));
            }
        }
    }
    None
}

/// What can ask for one another.
#[derive(Clone, Copy)]
enum Knob {
    Node(usize),
    Gate(usize),
    Group(usize),
    Threshold(usize),
    Text(usize),
}

struct Graph<'p> {
    program: &'p Program,
    /// Where gates, groups, thresholds and texts begin in one row of everything; nodes come first.
    gates: usize,
    groups: usize,
    thresholds: usize,
    texts: usize,
}

impl<'p> Graph<'p> {
    fn new(program: &'p Program) -> Graph<'p> {
        let gates = program.code.len();
        let groups = gates + program.gates.len();
        let thresholds = groups + program.groups.len();
        let texts = thresholds + program.thresholds.len();
        Graph {
            program,
            gates,
            groups,
            thresholds,
            texts,
        }
    }

    /// Where a knob stands in the row.
    fn place(&self, knob: Knob) -> usize {
        match knob {
            Knob::Node(at) => at,
            Knob::Gate(at) => self.gates + at,
            Knob::Group(at) => self.groups + at,
            Knob::Threshold(at) => self.thresholds + at,
            Knob::Text(at) => self.texts + at,
        }
    }

    /// Whether it is computed once and kept.
    fn kept(&self, knob: Knob) -> bool {
        match knob {
            Knob::Gate(_) => true,
            Knob::Node(at) => {
                let code = self.program.code.get(at);
                matches!(code.map(|code| &code.node), Some(Node::Shared(..)))
            }
            Knob::Group(_) | Knob::Threshold(_) | Knob::Text(_) => false,
        }
    }

    /// All of them.
    fn all(&self) -> impl Iterator<Item = Knob> + use<'p> {
        let program = self.program;
        let gates = (0..program.gates.len()).map(Knob::Gate);
        let groups = (0..program.groups.len()).map(Knob::Group);
        let thresholds = (0..program.thresholds.len()).map(Knob::Threshold);
        let texts = (0..program.texts.len()).map(Knob::Text);
        let nodes = (0..program.code.len()).map(Knob::Node);
        gates
            .chain(groups)
            .chain(thresholds)
            .chain(texts)
            .chain(nodes)
    }

    /// What it asks for directly; `nodes` is only worked in.
    fn asks(&self, knob: Knob, nodes: &mut Vec<NodeId>, out: &mut Vec<Knob>) {
        let program = self.program;
        nodes.clear();
        match knob {
            Knob::Node(at) => {
                let Some(code) = program.code.get(at) else {
                    return;
                };
                match &code.node {
                    Node::Gate(id) | Node::GateIs(id, _) | Node::GateRow(id, _) => {
                        out.push(Knob::Gate(id.ix()));
                    }
                    Node::Group(id) => out.push(Knob::Group(id.ix())),
                    Node::Threshold(id) => out.push(Knob::Threshold(id.ix())),
                    Node::Text(id) => out.push(Knob::Text(id.0 as usize)),
                    _ => {}
                }
                operands(&code.node, nodes);
            }
            Knob::Gate(at) => {
                let gate = program.gates.get(at);
                for clause in gate.iter().flat_map(|gate| &gate.clauses) {
                    match clause {
                        Clause::Each { bind, by } => {
                            bound(bind, nodes);
                            nodes.extend(by);
                        }
                        Clause::AdvisoryUntil(node)
                        | Clause::Applies(node)
                        | Clause::Pending(node)
                        | Clause::AdvisoryUnless(node) => nodes.push(*node),
                        Clause::Let { value, .. } => nodes.push(*value),
                        Clause::Rule(rule) => nodes.push(rule.cond),
                    }
                }
            }
            Knob::Group(at) => {
                let mut open: Vec<&Ask> = program
                    .groups
                    .get(at)
                    .map(|it| &it.ask)
                    .into_iter()
                    .collect();
                while let Some(ask) = open.pop() {
                    match ask {
                        Ask::Gate(id) => out.push(Knob::Gate(id.ix())),
                        Ask::Group(id) => out.push(Knob::Group(id.ix())),
                        Ask::Approval(_) => {}
                        Ask::Cond(node) => nodes.push(*node),
                        Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                            open.extend(asks)
                        }
                        Ask::Not(ask) => open.push(ask),
                    }
                }
            }
            Knob::Threshold(at) => {
                if let Some(threshold) = program.thresholds.get(at) {
                    nodes.extend([threshold.measure, threshold.bound]);
                    nodes.extend(threshold.warn);
                }
            }
            Knob::Text(at) => {
                let text = program.texts.get(at);
                let mut open: Vec<&Part> = text.iter().flat_map(|text| &text.parts).collect();
                while let Some(part) = open.pop() {
                    match part {
                        Part::Literal(_) | Part::SetHole(_) => {}
                        Part::Hole(node) => nodes.push(*node),
                        Part::For(bind, inner) => {
                            bound(bind, nodes);
                            open.extend(inner);
                        }
                    }
                }
            }
        }
        out.extend(nodes.iter().map(|id| Knob::Node(id.ix())));
    }
}

fn bound(bind: &Bind, nodes: &mut Vec<NodeId>) {
    nodes.extend(bind.vars.iter().map(|var| var.1));
    nodes.extend(bind.filter);
}

fn said(knob: Knob) -> String {
    let (what, at) = match knob {
        Knob::Node(at) => ("node", at),
        Knob::Gate(at) => ("gate", at),
        Knob::Group(at) => ("group", at),
        Knob::Threshold(at) => ("threshold", at),
        Knob::Text(at) => ("text", at),
    };
    format!("{what} {at} asks for itself")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::{Code, GateId, Group, GroupId, Known, Level, OriginId, Rule, RuleKind};
    use crate::ty::Ty;

    fn program(nodes: Vec<Node>) -> Program {
        let mut program = Program::empty("p");
        let code = |node| Code { node, ty: Ty::Bool };
        program.code = nodes.into_iter().map(code).collect();
        program
    }

    #[test]
    fn what_doubles_at_each_level_is_refused() {
        let check = |levels: u32, shared: bool, refused: bool| {
            let mut nodes = vec![Node::Known(Known::AsOf)];
            for level in 0..levels {
                let last = NodeId(nodes.len() as u32 - 1);
                nodes.push(Node::And(vec![last, last]));
                if shared {
                    nodes.push(Node::Shared(level, NodeId(nodes.len() as u32 - 1)));
                }
            }
            let found = knot(&program(nodes));
            assert_eq!(found.is_some(), refused, "{levels} {shared}: {found:?}");
        };
        check(10, false, false);
        check(30, false, true);
        check(200, false, true);
        check(200, true, false);
    }

    #[test]
    fn groups_that_double_are_refused_and_gates_are_computed_once() {
        let group = |ask| Group {
            name: "g".into(),
            ask,
            at: OriginId(0),
        };
        let gate = |node| crate::ir::Gate {
            name: "g".into(),
            level: Level::Blocking,
            own: true,
            clauses: vec![Clause::Rule(Rule {
                kind: RuleKind::Require,
                cond: NodeId(node),
                message: None,
                at: OriginId(0),
            })],
            at: OriginId(0),
        };
        let mut groups = program(vec![Node::Known(Known::AsOf)]);
        groups.groups.push(group(Ask::Cond(NodeId(0))));
        for last in 0..100 {
            let one = Ask::Group(GroupId(last));
            groups.groups.push(group(Ask::All(vec![one.clone(), one])));
        }
        assert!(knot(&groups).is_some_and(|said| said.contains("steps")));
        let mut gates = program(vec![Node::Known(Known::AsOf)]);
        gates.gates.push(gate(0));
        for last in 0..100 {
            let one = NodeId(gates.code.len() as u32);
            for node in [Node::Gate(GateId(last)), Node::And(vec![one, one])] {
                gates.code.push(Code { node, ty: Ty::Bool });
            }
            gates.gates.push(gate(one.0 + 1));
        }
        assert_eq!(knot(&gates), None);
        // A gate that asks for itself, by way of a group.
        gates.groups.push(group(Ask::Gate(GateId(100))));
        gates.code[0].node = Node::Group(GroupId(0));
        assert!(knot(&gates).is_some_and(|said| said.ends_with("asks for itself")));
    }
}
