//! What a condition, a gate or a list of criteria reads in the end: items, gates, params. Knows the program only.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{
    Ask, GateId, GroupId, ItemId, Node, NodeId, ParamId, Program, ThresholdId,
};

use crate::emit::walk::{Walk, walk_ask, walk_gate, walk_group, walk_node, walk_threshold};

/// What is read.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Items of evidence.
    pub items: BTreeSet<ItemId>,
    /// Gates.
    pub gates: BTreeSet<GateId>,
    /// Params.
    pub params: BTreeSet<ParamId>,
    /// Every node on the way.
    pub nodes: BTreeSet<NodeId>,
}

impl Reach {
    /// Of nodes.
    pub fn nodes(program: &Program, from: impl IntoIterator<Item = NodeId>) -> Reach {
        let mut walker = Walker::new(program);
        from.into_iter().for_each(|mut node| walker.node(&mut node));
        walker.finish()
    }

    /// Of what criteria ask.
    pub fn asks<'p>(program: &'p Program, asks: impl IntoIterator<Item = &'p Ask>) -> Reach {
        let mut walker = Walker::new(program);
        for ask in asks {
            walk_ask(&mut ask.clone(), &mut walker);
        }
        walker.finish()
    }
}

struct Walker<'p> {
    program: &'p Program,
    reach: Reach,
    groups: BTreeSet<GroupId>,
    thresholds: BTreeSet<ThresholdId>,
    open: Vec<NodeId>,
}

impl<'p> Walker<'p> {
    fn new(program: &'p Program) -> Walker<'p> {
        Walker {
            program,
            reach: Reach::default(),
            groups: BTreeSet::new(),
            thresholds: BTreeSet::new(),
            open: Vec::new(),
        }
    }

    fn finish(mut self) -> Reach {
        while let Some(node) = self.open.pop() {
            if let Some(code) = self.program.code.get(node.ix()) {
                let mut node: Node = code.node.clone();
                walk_node(&mut node, &mut self);
            }
        }
        self.reach
    }
}

impl Walk for Walker<'_> {
    fn node(&mut self, id: &mut NodeId) {
        if self.reach.nodes.insert(*id) {
            self.open.push(*id);
        }
    }

    fn item(&mut self, id: &mut ItemId) {
        self.reach.items.insert(*id);
    }

    fn param(&mut self, id: &mut ParamId) {
        self.reach.params.insert(*id);
    }

    fn gate(&mut self, id: &mut GateId) {
        if self.reach.gates.insert(*id)
            && let Some(gate) = self.program.gates.get(id.ix())
        {
            walk_gate(&mut gate.clone(), self);
        }
    }

    fn group(&mut self, id: &mut GroupId) {
        if self.groups.insert(*id)
            && let Some(group) = self.program.groups.get(id.ix())
        {
            walk_group(&mut group.clone(), self);
        }
    }

    fn threshold(&mut self, id: &mut ThresholdId) {
        if self.thresholds.insert(*id)
            && let Some(threshold) = self.program.thresholds.get(id.ix())
        {
            walk_threshold(&mut threshold.clone(), self);
        }
    }
}
