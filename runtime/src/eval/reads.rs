//! Which evidence a node, a gate or a question reads, told from the program alone.

use std::collections::BTreeSet;

use crate::ir::{
    ApprovalId, Ask, Bind, Clause, GateId, GroupId, ItemId, Known, Node, NodeId, Over, Part,
    Program, TextId, ThresholdId,
};

/// What is read, gathered by walking over nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Evidence items.
    pub items: BTreeSet<ItemId>,
    /// Approvals.
    pub approvals: BTreeSet<ApprovalId>,
    /// Gates, those read inside gates included.
    pub gates: BTreeSet<GateId>,
    /// Whether it reads `as_of`, an age or the place, so that time alone may change it.
    pub time: bool,
    nodes: BTreeSet<NodeId>,
    groups: BTreeSet<GroupId>,
    thresholds: BTreeSet<ThresholdId>,
}

impl Reads {
    /// Adds what a node reads.
    pub fn node(&mut self, program: &Program, start: NodeId) {
        // A stack of our own, so that no program is too deep.
        let mut open = vec![start];
        while let Some(id) = open.pop() {
            if !self.nodes.insert(id) {
                continue;
            }
            let Some(code) = program.code.get(id.ix()) else {
                continue;
            };
            self.named(program, &code.node);
            operands(&code.node, &mut open);
        }
    }

    /// Adds what a node names itself, its operands aside.
    fn named(&mut self, program: &Program, node: &Node) {
        match node {
            Node::Item(item) | Node::ObservedAt(item) | Node::ObservedSince(item, _) => {
                self.items.insert(*item);
            }
            Node::Age(item) | Node::ItemIs(item, _) => {
                self.items.insert(*item);
                self.time = true;
            }
            Node::Known(known) => match known {
                Known::AsOf
                | Known::Phase
                | Known::Cohort
                | Known::EnteredAt
                | Known::PhaseEnteredAt
                | Known::RollbackAt
                | Known::Decision => self.time = true,
            },
            Node::Gate(gate) | Node::GateIs(gate, _) | Node::GateRow(gate, _) => {
                self.gate(program, *gate);
            }
            Node::Group(group) => self.group(program, *group),
            Node::Threshold(threshold) => self.threshold(program, *threshold),
            Node::Given(approval, _) => self.approval(*approval),
            Node::Series { over, .. } => match over {
                Over::All => {}
                Over::Duration(_) | Over::Cohort | Over::Phase | Over::Rollout => self.time = true,
            },
            Node::Text(text) => self.text(program, *text),
            _ => {}
        }
    }

    /// Adds what binders read.
    pub fn bind(&mut self, program: &Program, bind: &Bind) {
        let mut open = Vec::new();
        push_bind(bind, &mut open);
        for node in open {
            self.node(program, node);
        }
    }

    /// Adds what a gate reads.
    pub fn gate(&mut self, program: &Program, id: GateId) {
        if !self.gates.insert(id) {
            return;
        }
        let Some(gate) = program.gates.get(id.ix()) else {
            return;
        };
        for clause in &gate.clauses {
            match clause {
                Clause::Each { bind, by } => {
                    self.bind(program, bind);
                    for &by in by {
                        self.node(program, by);
                    }
                }
                Clause::AdvisoryUntil(node) => {
                    self.time = true;
                    self.node(program, *node);
                }
                Clause::Applies(node) | Clause::Pending(node) | Clause::AdvisoryUnless(node) => {
                    self.node(program, *node);
                }
                Clause::Let { value, .. } => self.node(program, *value),
                Clause::Rule(rule) => self.node(program, rule.cond),
            }
        }
    }

    /// Adds what a question asks for.
    pub fn ask(&mut self, program: &Program, ask: &Ask) {
        match ask {
            Ask::Gate(gate) => self.gate(program, *gate),
            Ask::Group(group) => self.group(program, *group),
            Ask::Approval(approval) => self.approval(*approval),
            Ask::Cond(node) => self.node(program, *node),
            Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                for ask in asks {
                    self.ask(program, ask);
                }
            }
            Ask::Not(ask) => self.ask(program, ask),
        }
    }

    fn group(&mut self, program: &Program, id: GroupId) {
        if self.groups.insert(id)
            && let Some(group) = program.groups.get(id.ix())
        {
            self.ask(program, &group.ask);
        }
    }

    fn threshold(&mut self, program: &Program, id: ThresholdId) {
        if self.thresholds.insert(id)
            && let Some(threshold) = program.thresholds.get(id.ix())
        {
            self.node(program, threshold.measure);
            self.node(program, threshold.bound);
        }
    }

    fn approval(&mut self, id: ApprovalId) {
        self.approvals.insert(id);
        // Its rows are no samples: who is silent must not blind a trigger. Time alone makes a row old.
        self.time = true;
    }

    fn text(&mut self, program: &Program, id: TextId) {
        if let Some(text) = program.texts.get(id.ix()) {
            self.parts(program, &text.parts);
        }
    }

    fn parts(&mut self, program: &Program, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(_) | Part::SetHole(_) => {}
                Part::Hole(node) => self.node(program, *node),
                Part::For(bind, inner) => {
                    self.bind(program, bind);
                    self.parts(program, inner);
                }
            }
        }
    }
}

/// Adds the nodes that a node stands on, left to right.
pub fn operands(node: &Node, open: &mut Vec<NodeId>) {
    match node {
        Node::Const(_)
        | Node::Item(_)
        | Node::ObservedAt(_)
        | Node::Age(_)
        | Node::ItemIs(..)
        | Node::Param(_)
        | Node::Local(_)
        | Node::Known(_)
        | Node::Subject(_)
        | Node::Gate(_)
        | Node::GateIs(..)
        | Node::Group(_)
        | Node::Threshold(_)
        | Node::Text(_)
        | Node::Unknown(_) => {}
        Node::ObservedSince(_, of)
        | Node::Field(of, _)
        | Node::Last1(of)
        | Node::Shared(_, of)
        | Node::Not(of)
        | Node::Matches(of, _)
        | Node::ValueIs(of, _)
        | Node::Neg(of)
        | Node::InUnit(of, _)
        | Node::As(of)
        | Node::AtClock(of, ..) => open.push(*of),
        Node::Let(_, a, b)
        | Node::Compare(_, a, b)
        | Node::In(a, b)
        | Node::StartsWith(a, b)
        | Node::EndsWith(a, b)
        | Node::Set(_, a, b)
        | Node::Minus(a, b)
        | Node::Arith(_, a, b)
        | Node::Default(a, b)
        | Node::PlusMonths(a, b)
        | Node::PlusDays(a, b)
        | Node::PlusYears(a, b)
        | Node::LastN(a, b, _) => open.extend([*a, *b]),
        Node::Index(of, keys) => {
            open.push(*of);
            open.extend(keys);
        }
        Node::GateRow(_, all)
        | Node::And(all)
        | Node::Or(all)
        | Node::QuantOf(_, all)
        | Node::List(all)
        | Node::Make(_, all)
        | Node::Call(_, all) => open.extend(all),
        Node::Given(_, since) => open.extend(since),
        Node::Quant(_, bind, body) | Node::Aggregate(_, bind, body) | Node::Collect(bind, body) => {
            push_bind(bind, open);
            open.extend(body);
        }
        Node::Match(of, arms, otherwise) => {
            open.push(*of);
            open.extend(arms.iter().map(|arm| arm.1));
            open.extend(otherwise);
        }
        Node::Series {
            of, value, over, ..
        } => {
            open.extend([*of, *value]);
            match over {
                Over::Duration(span) => open.push(*span),
                Over::All | Over::Cohort | Over::Phase | Over::Rollout => {}
            }
        }
    }
}

fn push_bind(bind: &Bind, open: &mut Vec<NodeId>) {
    open.extend(bind.vars.iter().map(|var| var.1));
    open.extend(bind.filter);
}
