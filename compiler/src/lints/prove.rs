//! What conditions can be true together. Writes a condition as cases, each a set of values for every measure it reads;
//! two clauses that leave a measure no value cannot both hold. Knows nodes; knows no lint.
//!
//! Sound for "cannot" and "never": what it cannot follow is a measure of its own that may be true or false.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use indexmap::IndexSet;

use rolloutc_runtime::ir::{
    Aggregate, Arith, Clause, Cmp, Const, GateId, LocalId, Node, NodeId, Program, Quant, Rule,
    RuleKind, ThresholdId,
};
use rolloutc_runtime::number::Number;
use rolloutc_runtime::ty::Ty;

use super::domain::{Domain, End, Stretch};
use crate::emit::walk::{Walk, walk_node};

/// How many cases a condition may have before nothing is said of it.
const CASES: usize = 256;

/// How many conditions are looked at for one question before nothing is said: values share others, which share others.
const STEPS: u32 = 10_000;

/// A measure: equal ones have equal numbers, wherever they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Measure(u32);

/// What a case says of one measure.
#[derive(Clone, Debug)]
pub struct Says {
    /// The values it may have.
    pub domain: Domain,
    /// A node that is the measure; `None` for the order of two.
    pub node: Option<NodeId>,
    /// The clauses that say so.
    pub by: Vec<NodeId>,
}

/// One way in which a condition holds.
pub type Case = BTreeMap<Measure, Says>;

/// Two clauses that leave a measure no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The measure, where it is one value.
    pub measure: Option<NodeId>,
    /// The clause that came first.
    pub first: NodeId,
    /// The one that leaves nothing; the same where it contradicts what the schema allows.
    pub second: NodeId,
}

/// Every way in which a condition holds, and the first clash among those that fell away.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// The ways.
    pub ways: Vec<Case>,
    /// Why one fell away.
    pub clash: Option<Clash>,
}

/// What is known of one condition.
#[derive(Debug)]
struct Ways {
    /// Every way in which it holds; `None` where there are too many.
    cases: Option<Cases>,
    /// The measures of all ways, in ascending order.
    measures: Vec<Measure>,
}

/// What a measure is: a node whose operands are the numbers of measures, or the order of two.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Shape {
    Node(Node),
    Order(Measure, Measure),
}

/// A condition and whether it is to hold or not.
pub type Wish = (NodeId, bool);

/// Proves over one program.
pub struct Prover<'a> {
    program: &'a Program,
    bound: BTreeMap<LocalId, NodeId>,
    /// The measure of each node, once asked.
    known: Vec<OnceCell<Measure>>,
    /// What each measure is, by its number.
    shapes: RefCell<IndexSet<Shape>>,
    /// Every way in which each node holds, and in which it does not, once asked.
    ways: Vec<[OnceCell<Rc<Ways>>; 2]>,
    /// What is left of [`STEPS`].
    left: Cell<u32>,
}

impl<'a> Prover<'a> {
    /// For a program.
    pub fn new(program: &'a Program) -> Prover<'a> {
        let mut bound = BTreeMap::new();
        for code in &program.code {
            if let Node::Let(local, value, _) = &code.node {
                bound.insert(*local, *value);
            }
        }
        for gate in &program.gates {
            for clause in &gate.clauses {
                if let Clause::Let { local, value } = clause {
                    bound.insert(*local, *value);
                }
            }
        }
        Prover {
            program,
            bound,
            known: vec![OnceCell::new(); program.code.len()],
            shapes: RefCell::default(),
            ways: vec![Default::default(); program.code.len()],
            left: Cell::new(STEPS),
        }
    }

    /// How all these hold together; `None` where there are too many ways.
    pub fn together(&self, wishes: &[Wish]) -> Option<Cases> {
        let Some((first, others)) = wishes.split_first() else {
            return Some(one(Case::new()));
        };
        let mut all = self.ways(*first).cases.clone()?;
        for wish in others {
            let more = self.ways(*wish);
            all = self.both(all, more.cases.as_ref()?)?;
        }
        Some(all)
    }

    /// Every way in which one condition holds.
    fn ways(&self, (node, holds): Wish) -> Rc<Ways> {
        let ways = self.ways[node.ix()][usize::from(holds)].get_or_init(|| {
            self.left.set(STEPS);
            let cases = self.cases(node, holds, 0);
            let ways = cases.iter().flat_map(|cases| &cases.ways);
            let mut measures: Vec<Measure> = ways.flat_map(Case::keys).copied().collect();
            measures.sort_unstable();
            measures.dedup();
            Rc::new(Ways { cases, measures })
        });
        ways.clone()
    }

    /// Why these can never hold together, where that is sure.
    pub fn impossible(&self, wishes: &[Wish]) -> Option<Option<Clash>> {
        if let [wish] = wishes {
            let ways = self.ways(*wish);
            let cases = ways.cases.as_ref()?;
            return cases.ways.is_empty().then(|| cases.clash.clone());
        }
        if self.are_apart(wishes) {
            return None;
        }
        let cases = self.together(wishes)?;
        cases.ways.is_empty().then_some(cases.clash)
    }

    /// Whether each of several conditions can hold and no two speak of a common measure: then all can hold together.
    fn are_apart(&self, wishes: &[Wish]) -> bool {
        let mut all: Vec<Measure> = Vec::new();
        wishes.iter().all(|wish| {
            let ways = self.ways(*wish);
            let can = (ways.cases.as_ref()).is_some_and(|cases| !cases.ways.is_empty());
            let new = ways.measures.iter().all(|measure| !all.contains(measure));
            all.extend(&ways.measures);
            can && new
        })
    }

    /// Whether the first, wherever it holds, brings the second.
    pub fn implies(&self, first: &[Wish], second: Wish) -> bool {
        let mut wishes = first.to_vec();
        wishes.push((second.0, !second.1));
        self.impossible(&wishes).is_some()
    }

    /// The rules of a gate without rows, conditions and waiting; `None` for other gates.
    pub fn rules(&self, gate: GateId) -> Option<Vec<Wish>> {
        let gate = self.program.gates.get(gate.ix())?;
        let mut rules = Vec::new();
        for clause in &gate.clauses {
            match clause {
                Clause::Rule(rule) => rules.push(wish(rule)),
                Clause::Let { .. } | Clause::AdvisoryUnless(_) | Clause::AdvisoryUntil(_) => {}
                Clause::Each { .. } | Clause::Applies(_) | Clause::Pending(_) => return None,
            }
        }
        Some(rules)
    }

    /// A measure's node behind names, calls and what is computed once.
    pub fn behind(&self, mut node: NodeId) -> NodeId {
        for _ in 0..256 {
            node = match self.node(node) {
                Node::Shared(_, inner) => *inner,
                Node::Let(_, _, body) => *body,
                Node::Local(local) => match self.bound.get(local) {
                    Some(value) => *value,
                    None => return node,
                },
                _ => return node,
            };
        }
        node
    }

    /// A constant, where a node is one.
    pub fn constant(&self, node: NodeId) -> Option<Const> {
        self.constant_of(node, &mut 1_000)
    }

    /// A constant number, in the unit its type is kept in.
    pub fn number(&self, node: NodeId) -> Option<Number> {
        match self.constant(node)? {
            Const::Number(number) => Some(number),
            _ => None,
        }
    }

    fn constant_of(&self, node: NodeId, left: &mut u32) -> Option<Const> {
        *left = left.checked_sub(1)?;
        let node = self.behind(node);
        match self.node(node) {
            Node::Const(value) => Some(value.clone()),
            Node::Neg(of) => match self.constant_of(*of, left)? {
                Const::Number(number) => Some(Const::Number(number.neg())),
                _ => None,
            },
            Node::Arith(op, a, b) => {
                match (self.constant_of(*a, left)?, self.constant_of(*b, left)?) {
                    (Const::Number(a), Const::Number(b)) => match op {
                        Arith::Add => a.add(b),
                        Arith::Sub => a.sub(b),
                        Arith::Mul => a.mul(b),
                        Arith::Div => a.div(b),
                    }
                    .map(Const::Number),
                    _ => None,
                }
            }
            Node::As(of) => self.constant_of(*of, left),
            Node::InUnit(of, unit) => match self.constant_of(*of, left)? {
                Const::Number(number) => unit.from_base(number).map(Const::Number),
                _ => None,
            },
            Node::List(of) => {
                let each = of.iter().map(|node| self.constant_of(*node, left));
                each.collect::<Option<Vec<Const>>>().map(Const::List)
            }
            _ => None,
        }
    }

    /// Whether only whole numbers are values of a measure.
    pub fn whole(&self, node: Option<NodeId>) -> bool {
        match node {
            Some(node) => matches!(self.ty(node), Ty::Int),
            // The order of two: less, equal or more.
            None => true,
        }
    }

    fn node(&self, node: NodeId) -> &'a Node {
        &self.program.code[node.ix()].node
    }

    fn ty(&self, node: NodeId) -> &'a Ty {
        self.program.code[node.ix()].ty.required()
    }

    fn cases(&self, node: NodeId, holds: bool, depth: u32) -> Option<Cases> {
        self.left.set(self.left.get().checked_sub(1)?);
        if depth > 64 {
            return None;
        }
        let node = self.behind(node);
        let all = |of: &[NodeId], of_holds: bool| -> Option<Cases> {
            let mut out = one(Case::new());
            for node in of {
                let more = self.cases(*node, of_holds, depth + 1)?;
                out = self.both(out, &more)?;
            }
            Some(out)
        };
        let any = |of: &[NodeId], of_holds: bool| -> Option<Cases> {
            let mut out = Cases::default();
            for node in of {
                out = either(out, self.cases(*node, of_holds, depth + 1)?)?;
            }
            Some(out)
        };
        Some(match self.node(node) {
            Node::Const(Const::Bool(is)) => match *is == holds {
                true => one(Case::new()),
                false => Cases::default(),
            },
            Node::Not(of) => self.cases(*of, !holds, depth + 1)?,
            Node::And(of) | Node::QuantOf(Quant::All, of) if holds => all(of, true)?,
            Node::And(of) | Node::QuantOf(Quant::All, of) => any(of, false)?,
            Node::Or(of) | Node::QuantOf(Quant::Any, of) if holds => any(of, true)?,
            Node::Or(of) | Node::QuantOf(Quant::Any, of) => all(of, false)?,
            Node::QuantOf(Quant::None, of) if holds => all(of, false)?,
            Node::QuantOf(Quant::None, of) => any(of, true)?,
            Node::Compare(op, left, right) => {
                self.comparison(node, flip(*op, holds), *left, *right)
            }
            Node::Threshold(id) => self.threshold(node, *id, holds),
            Node::In(value, list) => self.among(node, *value, *list, holds),
            Node::Gate(id) => match self.rules(*id) {
                Some(rules) if holds => {
                    let mut out = one(Case::new());
                    for (rule, rule_holds) in rules {
                        let more = self.cases(rule, rule_holds, depth + 1)?;
                        out = self.both(out, &more)?;
                    }
                    out
                }
                Some(rules) => {
                    let mut out = Cases::default();
                    for (rule, rule_holds) in rules {
                        out = either(out, self.cases(rule, !rule_holds, depth + 1)?)?;
                    }
                    out
                }
                None => self.opaque(node, holds),
            },
            _ => self.opaque(node, holds),
        })
    }

    fn threshold(&self, node: NodeId, id: ThresholdId, holds: bool) -> Cases {
        match self.program.thresholds.get(id.ix()) {
            Some(found) => self.comparison(node, flip(found.op, holds), found.measure, found.bound),
            None => self.opaque(node, holds),
        }
    }

    fn comparison(&self, clause: NodeId, op: Cmp, left: NodeId, right: NodeId) -> Cases {
        let (left_is, right_is) = (self.constant(left), self.constant(right));
        match (left_is, right_is) {
            (None, Some(bound)) => self.compared(clause, op, left, &bound),
            (Some(bound), None) => self.compared(clause, turn(op), right, &bound),
            (Some(a), Some(b)) => match order(&a, &b) {
                Some(order) => match fits(op, order) {
                    true => one(Case::new()),
                    false => Cases::default(),
                },
                None => self.opaque(clause, true),
            },
            (None, None) => {
                let (a, b) = (self.measure(left), self.measure(right));
                let (op, key) = match a <= b {
                    true => (op, (a, b)),
                    false => (turn(op), (b, a)),
                };
                let measure = self.number_of(Shape::Order(key.0, key.1));
                let domain = numbers(op, Number::int(0));
                self.literal(clause, measure, None, domain)
            }
        }
    }

    /// A measure against a constant.
    fn compared(&self, clause: NodeId, op: Cmp, value: NodeId, bound: &Const) -> Cases {
        let mut value = self.behind(value);
        let mut number = as_number(bound);
        // `x in ms <= 5` speaks of x as `x <= 5ms` does.
        while let Some(at) = number {
            match self.node(value) {
                Node::InUnit(of, unit) => {
                    number = unit.to_base(at);
                    value = self.behind(*of);
                }
                Node::As(of) if self.ty(*of).is_numeric() => value = self.behind(*of),
                _ => break,
            }
        }
        let measure = self.measure(value);
        match (number, as_word(bound)) {
            (Some(at), _) => self.literal(clause, measure, Some(value), numbers(op, at)),
            (None, Some(word)) => match op {
                Cmp::Eq => self.literal(clause, measure, Some(value), Domain::word(word)),
                Cmp::Ne => {
                    let words = BTreeSet::from([word]);
                    let others = true;
                    self.literal(
                        clause,
                        measure,
                        Some(value),
                        Domain::Words { words, others },
                    )
                }
                Cmp::Lt | Cmp::Le | Cmp::Gt | Cmp::Ge => self.opaque(clause, true),
            },
            (None, None) => self.opaque(clause, true),
        }
    }

    fn among(&self, clause: NodeId, value: NodeId, list: NodeId, holds: bool) -> Cases {
        let Some(Const::List(list)) = self.constant(list) else {
            return self.opaque(clause, holds);
        };
        let value = self.behind(value);
        let words: Option<BTreeSet<String>> = list.iter().map(as_word).collect();
        let measure = self.measure(value);
        match words {
            Some(words) => {
                let others = !holds;
                self.literal(
                    clause,
                    measure,
                    Some(value),
                    Domain::Words { words, others },
                )
            }
            None => self.opaque(clause, holds),
        }
    }

    /// A condition that nothing is known of but that it cannot hold and not hold.
    fn opaque(&self, node: NodeId, holds: bool) -> Cases {
        let measure = self.measure(node);
        let word = if holds { "true" } else { "false" };
        self.literal(node, measure, Some(node), Domain::word(word))
    }

    fn literal(
        &self,
        clause: NodeId,
        measure: Measure,
        node: Option<NodeId>,
        domain: Domain,
    ) -> Cases {
        let domain = match node.and_then(|node| self.range(node)) {
            Some(range) => domain.meet(&range),
            None => domain,
        };
        if self.empty(&domain, node) {
            return Cases {
                ways: Vec::new(),
                clash: Some(Clash {
                    measure: node,
                    first: clause,
                    second: clause,
                }),
            };
        }
        let by = vec![clause];
        one(Case::from([(measure, Says { domain, node, by })]))
    }

    /// What the schema allows a measure to be.
    fn range(&self, node: NodeId) -> Option<Domain> {
        let zero = Some(Number::int(0));
        let between = |low: Option<Number>, high: Option<Number>| {
            let end = |at: Number| End { at, within: true };
            Domain::Numbers(vec![Stretch {
                low: low.map(end),
                high: high.map(end),
            }])
        };
        match self.node(node) {
            Node::Field(of, slot) => {
                let record = match self.ty(*of) {
                    Ty::Record(record) | Ty::Rows { record, .. } => *record,
                    _ => return None,
                };
                let record = self.program.records.get(record.0 as usize)?;
                let field = record.fields.get(usize::from(*slot))?;
                let read = field.read.as_ref()?;
                let positive = matches!(field.ty.required(), Ty::Int | Ty::Duration | Ty::Bytes)
                    && !read.signed;
                let low = read.min.or(if positive { zero } else { None });
                (low.is_some() || read.max.is_some()).then(|| between(low, read.max))
            }
            Node::Aggregate(Aggregate::Count, ..) => Some(between(zero, None)),
            Node::Age(_) => Some(between(zero, None)),
            Node::Param(id) => {
                let param = self.program.params.get(id.ix())?;
                let number = |bound: &Option<Const>| match bound {
                    Some(Const::Number(number)) => Some(*number),
                    _ => None,
                };
                let (low, high) = match param.ty.required() {
                    Ty::List(_) => (None, None),
                    _ => (number(&param.min), number(&param.max)),
                };
                (low.is_some() || high.is_some()).then(|| between(low, high))
            }
            _ => None,
        }
    }

    fn empty(&self, domain: &Domain, node: Option<NodeId>) -> bool {
        let all = node.and_then(|node| match self.ty(node) {
            Ty::Enum(id) => {
                let members = &self.program.enums.get(id.0 as usize)?.members;
                Some((0..members.len()).map(|at| format!("#{at}")).collect())
            }
            Ty::Bool => Some(BTreeSet::from(["true".to_string(), "false".to_string()])),
            _ => None,
        });
        domain.is_empty(self.whole(node), all.as_ref())
    }

    /// Every way in which both hold.
    fn both(&self, left: Cases, right: &Cases) -> Option<Cases> {
        let mut out = Cases {
            ways: Vec::new(),
            clash: left.clash.clone().or_else(|| right.clash.clone()),
        };
        for a in &left.ways {
            for b in &right.ways {
                match self.meet(a, b) {
                    Ok(way) => out.ways.push(way),
                    Err(clash) => {
                        out.clash.get_or_insert(clash);
                    }
                }
                if out.ways.len() > CASES {
                    return None;
                }
            }
        }
        Some(out)
    }

    fn meet(&self, a: &Case, b: &Case) -> Result<Case, Clash> {
        let mut out = a.clone();
        for (measure, says) in b {
            let Some(known) = out.get_mut(measure) else {
                out.insert(*measure, says.clone());
                continue;
            };
            let domain = known.domain.meet(&says.domain);
            if self.empty(&domain, says.node) {
                // The pair that clashes, if one of those that came before does it alone.
                return Err(Clash {
                    measure: says.node,
                    first: known.by[known.by.len() - 1],
                    second: says.by[0],
                });
            }
            known.domain = domain;
            for by in &says.by {
                if !known.by.contains(by) {
                    known.by.push(*by);
                }
            }
        }
        Ok(out)
    }

    /// The number of a measure.
    pub fn measure(&self, node: NodeId) -> Measure {
        let node = self.behind(node);
        *self.known[node.ix()].get_or_init(|| {
            let mut shape = self.node(node).clone();
            walk_node(&mut shape, &mut Names(self));
            self.number_of(Shape::Node(shape))
        })
    }

    fn number_of(&self, shape: Shape) -> Measure {
        let (at, _) = self.shapes.borrow_mut().insert_full(shape);
        Measure(at as u32)
    }
}

/// Replaces operands by the numbers of their measures.
struct Names<'p, 'a>(&'p Prover<'a>);

impl Walk for Names<'_, '_> {
    fn node(&mut self, id: &mut NodeId) {
        *id = NodeId(self.0.measure(*id).0);
    }
}

fn wish(rule: &Rule) -> Wish {
    match rule.kind {
        RuleKind::Require | RuleKind::Need => (rule.cond, true),
        RuleKind::Forbid => (rule.cond, false),
    }
}

fn one(case: Case) -> Cases {
    Cases {
        ways: vec![case],
        clash: None,
    }
}

fn either(mut left: Cases, mut right: Cases) -> Option<Cases> {
    left.ways.append(&mut right.ways);
    left.clash = left.clash.or(right.clash);
    (left.ways.len() <= CASES).then_some(left)
}

/// The comparison that holds where this one does not.
fn flip(op: Cmp, holds: bool) -> Cmp {
    match (op, holds) {
        (op, true) => op,
        (Cmp::Eq, false) => Cmp::Ne,
        (Cmp::Ne, false) => Cmp::Eq,
        (Cmp::Lt, false) => Cmp::Ge,
        (Cmp::Le, false) => Cmp::Gt,
        (Cmp::Gt, false) => Cmp::Le,
        (Cmp::Ge, false) => Cmp::Lt,
    }
}

/// The comparison with its sides changed.
fn turn(op: Cmp) -> Cmp {
    match op {
        Cmp::Eq | Cmp::Ne => op,
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
    }
}

fn fits(op: Cmp, order: std::cmp::Ordering) -> bool {
    match op {
        Cmp::Eq => order.is_eq(),
        Cmp::Ne => order.is_ne(),
        Cmp::Lt => order.is_lt(),
        Cmp::Le => order.is_le(),
        Cmp::Gt => order.is_gt(),
        Cmp::Ge => order.is_ge(),
    }
}

/// Whether a comparison of two constants holds; `None` where they have no order known here.
pub fn compare(op: Cmp, a: &Const, b: &Const) -> Option<bool> {
    order(a, b).map(|order| fits(op, order))
}

fn order(a: &Const, b: &Const) -> Option<std::cmp::Ordering> {
    match (as_number(a), as_number(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => None,
    }
}

/// Numbers, instants and dates on one line each.
fn as_number(value: &Const) -> Option<Number> {
    match value {
        Const::Number(number) => Some(*number),
        Const::Instant(at) => Some(at.epoch()),
        Const::Date(date) => Some(Number::int(i128::from(date.days()))),
        Const::Null
        | Const::Bool(_)
        | Const::Text(_)
        | Const::Member(..)
        | Const::List(_)
        | Const::Rows(..) => None,
    }
}

fn as_word(value: &Const) -> Option<String> {
    match value {
        Const::Bool(is) => Some(is.to_string()),
        Const::Text(text) => Some(format!("\"{text}\"")),
        Const::Member(_, at) => Some(format!("#{at}")),
        Const::Null
        | Const::Number(_)
        | Const::Instant(_)
        | Const::Date(_)
        | Const::List(_)
        | Const::Rows(..) => None,
    }
}

fn numbers(op: Cmp, at: Number) -> Domain {
    let end = |within| Some(End { at, within });
    let (low, high) = (
        |low| Stretch { low, high: None },
        |high| Stretch { low: None, high },
    );
    Domain::Numbers(match op {
        Cmp::Eq => vec![Stretch::point(at)],
        Cmp::Ne => vec![high(end(false)), low(end(false))],
        Cmp::Lt => vec![high(end(false))],
        Cmp::Le => vec![high(end(true))],
        Cmp::Gt => vec![low(end(false))],
        Cmp::Ge => vec![low(end(true))],
    })
}
