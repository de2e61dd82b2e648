//! Which evidence a condition reads, and whether the clock alone can change it. Knows the shape of
//! code, no values.

use std::collections::BTreeSet;

use crate::ir::{
    ApprovalId, Ask, Bind, Clause, GateId, GroupId, ItemId, Node, NodeId, Over, Part, Program,
    TextId, ThresholdId,
};

/// What a condition reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// The items, in source order.
    pub items: Vec<ItemId>,
    /// Whether it can change without a new observation: `as_of`, an age, the place, the state of an item.
    pub clock: bool,
}

/// What the code from a node on reads.
pub fn of_node(program: &Program, node: NodeId) -> Reads {
    let mut walk = Walk::new(program);
    walk.node(node);
    walk.finish()
}

/// What a gate reads.
pub fn of_gate(program: &Program, gate: GateId) -> Reads {
    let mut walk = Walk::new(program);
    walk.gate(gate);
    walk.finish()
}

/// What some asks read together.
pub fn of_asks<'a>(program: &Program, asks: impl IntoIterator<Item = &'a Ask>) -> Reads {
    let mut walk = Walk::new(program);
    asks.into_iter().for_each(|ask| walk.ask(ask));
    walk.finish()
}

/// What a condition under a binder reads.
pub fn of_bound(program: &Program, bind: Option<&Bind>, node: NodeId) -> Reads {
    let mut walk = Walk::new(program);
    if let Some(bind) = bind {
        walk.bind(bind);
    }
    walk.node(node);
    walk.finish()
}

struct Walk<'a> {
    program: &'a Program,
    items: BTreeSet<ItemId>,
    clock: bool,
    // INVARIANT: a thing is pushed once, so the walk ends.
    nodes: BTreeSet<NodeId>,
    gates: BTreeSet<GateId>,
    groups: BTreeSet<GroupId>,
    open: Vec<NodeId>,
}

impl<'a> Walk<'a> {
    fn new(program: &'a Program) -> Walk<'a> {
        Walk {
            program,
            items: BTreeSet::new(),
            clock: false,
            nodes: BTreeSet::new(),
            gates: BTreeSet::new(),
            groups: BTreeSet::new(),
            open: Vec::new(),
        }
    }

    fn finish(mut self) -> Reads {
        while let Some(node) = self.open.pop() {
            self.visit(node);
        }
        Reads {
            items: self.items.into_iter().collect(),
            clock: self.clock,
        }
    }

    fn node(&mut self, node: NodeId) {
        if self.nodes.insert(node) {
            self.open.push(node);
        }
    }

    fn all(&mut self, nodes: &[NodeId]) {
        nodes.iter().for_each(|node| self.node(*node));
    }

    fn bind(&mut self, bind: &Bind) {
        bind.vars.iter().for_each(|(_, source)| self.node(*source));
        bind.filter.into_iter().for_each(|filter| self.node(filter));
    }

    fn gate(&mut self, gate: GateId) {
        if !self.gates.insert(gate) {
            return;
        }
        let Some(gate) = self.program.gates.get(gate.ix()) else {
            return;
        };
        for clause in &gate.clauses {
            match clause {
                Clause::Each { bind, by } => {
                    self.bind(bind);
                    self.all(by);
                }
                Clause::Applies(node) | Clause::Pending(node) | Clause::AdvisoryUnless(node) => {
                    self.node(*node);
                }
                Clause::AdvisoryUntil(node) => {
                    self.clock = true;
                    self.node(*node);
                }
                Clause::Let { value, .. } => self.node(*value),
                Clause::Rule(rule) => self.node(rule.cond),
            }
        }
    }

    fn group(&mut self, group: GroupId) {
        if self.groups.insert(group)
            && let Some(group) = self.program.groups.get(group.ix())
        {
            self.ask(&group.ask);
        }
    }

    fn approval(&mut self, approval: ApprovalId) {
        self.clock = true;
        let approval = self.program.approvals.get(approval.ix());
        self.items
            .extend(approval.and_then(|approval| approval.item));
    }

    fn threshold(&mut self, threshold: ThresholdId) {
        if let Some(threshold) = self.program.thresholds.get(threshold.ix()) {
            self.node(threshold.measure);
            self.node(threshold.bound);
        }
    }

    fn ask(&mut self, ask: &Ask) {
        match ask {
            Ask::Gate(gate) => self.gate(*gate),
            Ask::Group(group) => self.group(*group),
            Ask::Approval(approval) => self.approval(*approval),
            Ask::Cond(node) => self.node(*node),
            Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                asks.iter().for_each(|ask| self.ask(ask));
            }
            Ask::Not(ask) => self.ask(ask),
        }
    }

    fn text(&mut self, text: TextId) {
        if let Some(text) = self.program.texts.get(text.ix()) {
            self.parts(&text.parts);
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(_) | Part::SetHole(_) => {}
                Part::Hole(node) => self.node(*node),
                Part::For(bind, parts) => {
                    self.bind(bind);
                    self.parts(parts);
                }
            }
        }
    }

    fn visit(&mut self, node: NodeId) {
        let Some(code) = self.program.code.get(node.ix()) else {
            return;
        };
        match &code.node {
            Node::Const(_)
            | Node::Param(_)
            | Node::Local(_)
            | Node::Subject(_)
            | Node::Unknown(_) => {}
            Node::Item(item) | Node::ObservedAt(item) => {
                self.items.insert(*item);
            }
            Node::Age(item) | Node::ItemIs(item, _) => {
                self.items.insert(*item);
                self.clock = true;
            }
            Node::ObservedSince(item, since) => {
                self.items.insert(*item);
                self.node(*since);
            }
            Node::Known(_) => self.clock = true,
            Node::Field(a, _)
            | Node::Last1(a)
            | Node::Shared(_, a)
            | Node::Not(a)
            | Node::Matches(a, _)
            | Node::ValueIs(a, _)
            | Node::Neg(a)
            | Node::InUnit(a, _)
            | Node::As(a)
            | Node::AtClock(a, _, _) => self.node(*a),
            Node::Index(a, keys) => {
                self.node(*a);
                self.all(keys);
            }
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
            | Node::LastN(a, b, _) => {
                self.node(*a);
                self.node(*b);
            }
            Node::Gate(gate) | Node::GateIs(gate, _) => self.gate(*gate),
            Node::GateRow(gate, keys) => {
                self.gate(*gate);
                self.all(keys);
            }
            Node::Group(group) => self.group(*group),
            Node::Threshold(threshold) => self.threshold(*threshold),
            Node::Given(approval, since) => {
                self.approval(*approval);
                since.iter().for_each(|since| self.node(*since));
            }
            Node::And(nodes) | Node::Or(nodes) | Node::List(nodes) => self.all(nodes),
            Node::QuantOf(_, nodes) | Node::Make(_, nodes) | Node::Call(_, nodes) => {
                self.all(nodes)
            }
            Node::Quant(_, bind, body)
            | Node::Aggregate(_, bind, body)
            | Node::Collect(bind, body) => {
                self.bind(bind);
                body.iter().for_each(|body| self.node(*body));
            }
            Node::Match(subject, arms, otherwise) => {
                self.node(*subject);
                arms.iter().for_each(|(_, node)| self.node(*node));
                otherwise.iter().for_each(|node| self.node(*node));
            }
            Node::Series {
                of, value, over, ..
            } => {
                self.node(*of);
                self.node(*value);
                match over {
                    Over::All => {}
                    Over::Duration(node) => {
                        self.node(*node);
                        self.clock = true;
                    }
                    Over::Cohort | Over::Phase | Over::Rollout => self.clock = true,
                }
            }
            Node::Text(text) => self.text(*text),
        }
    }
}
