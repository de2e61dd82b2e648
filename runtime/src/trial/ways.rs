//! In which ways a gate can come out at all, told from the program alone: what reads no evidence is never unknown, what
//! holds whatever is read never fails. Knows nodes; in doubt it says that every way is possible.

use std::collections::BTreeMap;

use crate::ir::{
    Aggregate, Arith, Ask, Bind, Clause, Const, Gate, GateId, ItemTest, Known, LocalId, Node,
    NodeId, Program, Quant, RuleKind, ValueTest,
};
use crate::ty::Ty;

/// How deep expressions and gates are followed; deeper, every way is possible.
const DEEP: u32 = 256;

/// The ways in which a condition can come out. Of anything but a condition only the last says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ways {
    /// It can hold.
    pub holds: bool,
    /// It can not hold.
    pub fails: bool,
    /// It can be that nobody can tell.
    pub unknown: bool,
}

impl Ways {
    const ANY: Ways = Ways {
        holds: true,
        fails: true,
        unknown: true,
    };
    const KNOWN: Ways = Ways {
        holds: true,
        fails: true,
        unknown: false,
    };
    const NEVER_KNOWN: Ways = Ways {
        holds: false,
        fails: false,
        unknown: true,
    };

    fn of(truth: bool) -> Ways {
        Ways {
            holds: truth,
            fails: !truth,
            unknown: false,
        }
    }

    /// Yes and no, and unknown where a part of it can be.
    fn told(unknown: bool) -> Ways {
        Ways {
            unknown,
            ..Ways::KNOWN
        }
    }

    fn not(self) -> Ways {
        Ways {
            holds: self.fails,
            fails: self.holds,
            unknown: self.unknown,
        }
    }

    fn and(self, other: Ways) -> Ways {
        Ways {
            holds: self.holds && other.holds,
            fails: self.fails || other.fails,
            unknown: self.unknown && (other.holds || other.unknown)
                || other.unknown && (self.holds || self.unknown),
        }
    }

    fn or(self, other: Ways) -> Ways {
        self.not().and(other.not()).not()
    }

    /// Either of both.
    fn beside(self, other: Ways) -> Ways {
        Ways {
            holds: self.holds || other.holds,
            fails: self.fails || other.fails,
            unknown: self.unknown || other.unknown,
        }
    }
}

/// Finds the ways of gates, each once.
pub(super) struct Possible<'p> {
    program: &'p Program,
    nodes: BTreeMap<NodeId, Ways>,
    gates: BTreeMap<GateId, Ways>,
    locals: BTreeMap<u32, Ways>,
    depth: u32,
}

impl<'p> Possible<'p> {
    pub fn new(program: &'p Program) -> Possible<'p> {
        Possible {
            program,
            nodes: BTreeMap::new(),
            gates: BTreeMap::new(),
            locals: BTreeMap::new(),
            depth: 0,
        }
    }

    /// The ways of a gate.
    pub fn gate(&mut self, id: GateId) -> Ways {
        if let Some(found) = self.gates.get(&id) {
            return *found;
        }
        let Some(gate) = self.program.gates.get(id.ix()) else {
            return Ways::ANY;
        };
        let found = self.deeper(|all| all.clauses(gate));
        self.gates.insert(id, found);
        found
    }

    fn deeper(&mut self, find: impl FnOnce(&mut Self) -> Ways) -> Ways {
        if self.depth >= DEEP {
            return Ways::ANY;
        }
        self.depth += 1;
        let found = find(self);
        self.depth -= 1;
        found
    }

    fn clauses(&mut self, gate: &Gate) -> Ways {
        let mut all = Ways::of(true);
        // A row that may be one or not is unknown where it does not hold.
        let mut unclear = false;
        let mut skips = false;
        for clause in &gate.clauses {
            match clause {
                Clause::Each { bind, .. } => {
                    let (source, filter) = self.bind(bind);
                    unclear |= filter;
                    let empty = bind.filter.is_some() && !bind.may_be_empty;
                    all.unknown |= source || empty;
                }
                Clause::Applies(node) => skips |= self.node(*node).fails,
                Clause::Pending(_) | Clause::AdvisoryUnless(_) | Clause::AdvisoryUntil(_) => {}
                Clause::Let { local, value } => {
                    let value = self.node(*value);
                    self.locals.insert(local.0, value);
                }
                Clause::Rule(rule) => {
                    let ways = self.node(rule.cond);
                    let ways = match rule.kind {
                        RuleKind::Require => ways,
                        RuleKind::Forbid => ways.not(),
                        RuleKind::Need => self.needed(rule.cond, ways),
                    };
                    all = all.and(ways);
                }
            }
        }
        all.unknown |= unclear && all.fails;
        all.holds |= skips;
        all
    }

    /// `need slo`: what is not there is unknown and not false.
    fn needed(&self, cond: NodeId, ways: Ways) -> Ways {
        match self.program.code.get(cond.ix()).map(|code| &code.node) {
            Some(Node::ItemIs(_, ItemTest::Present) | Node::ValueIs(_, ValueTest::Present)) => {
                Ways {
                    holds: true,
                    fails: false,
                    unknown: true,
                }
            }
            _ => ways,
        }
    }

    fn node(&mut self, id: NodeId) -> Ways {
        if let Some(found) = self.nodes.get(&id) {
            return *found;
        }
        let found = self.deeper(|all| all.found(id));
        self.nodes.insert(id, found);
        found
    }

    fn found(&mut self, id: NodeId) -> Ways {
        let program = self.program;
        let Some(code) = program.code.get(id.ix()) else {
            return Ways::ANY;
        };
        match &code.node {
            Node::Const(Const::Bool(value)) => Ways::of(*value),
            Node::Const(_) | Node::Param(_) | Node::Subject(_) | Node::ItemIs(..) => Ways::KNOWN,
            Node::GateIs(..) => Ways::KNOWN,
            Node::Item(_)
            | Node::ObservedAt(_)
            | Node::Age(_)
            | Node::ObservedSince(..)
            | Node::Given(..)
            | Node::Last1(_)
            | Node::LastN(..)
            | Node::Series { .. } => Ways::ANY,
            Node::Unknown(_) => Ways::NEVER_KNOWN,
            Node::Local(local) => self.local(*local),
            Node::Known(known) => match known {
                Known::AsOf | Known::Phase => Ways::KNOWN,
                Known::Cohort
                | Known::EnteredAt
                | Known::PhaseEnteredAt
                | Known::RollbackAt
                | Known::Decision => Ways::ANY,
            },
            Node::Shared(_, of) => self.node(*of),
            Node::Let(local, value, body) => {
                let value = self.node(*value);
                self.locals.insert(local.0, value);
                self.node(*body)
            }
            Node::Gate(gate) | Node::GateRow(gate, _) => {
                let mut ways = self.gate(*gate);
                // One row comes out as its gate can; a row that is not there is unknown.
                ways.unknown |= matches!(code.node, Node::GateRow(..));
                ways
            }
            Node::Group(group) => match program.groups.get(group.ix()) {
                Some(group) => self.ask(&group.ask),
                None => Ways::ANY,
            },
            Node::Threshold(threshold) => match program.thresholds.get(threshold.ix()) {
                Some(threshold) => {
                    let parts = [threshold.measure, threshold.bound];
                    Ways::told(threshold.samples.is_some() || self.any_unknown(&parts))
                }
                None => Ways::ANY,
            },
            Node::Not(of) => self.node(*of).not(),
            Node::And(all) => self.all(all),
            Node::Or(any) => self.some(any),
            Node::Quant(quant, bind, body) => self.quant(*quant, bind, *body),
            Node::QuantOf(quant, of) => match quant {
                Quant::All => self.all(of),
                Quant::Any => self.some(of),
                Quant::None => self.some(of).not(),
                Quant::Count(..) => Ways::told(self.any_unknown(of)),
            },
            Node::Match(of, arms, otherwise) => {
                let mut all = arms
                    .iter()
                    .map(|arm| arm.1)
                    .chain(*otherwise)
                    .map(|arm| self.node(arm))
                    .reduce(Ways::beside)
                    .unwrap_or(Ways::ANY);
                all.unknown |= self.node(*of).unknown;
                all
            }
            Node::Aggregate(aggregate, bind, body) => {
                let (source, filter) = self.bind(bind);
                let empty = match aggregate {
                    Aggregate::Count | Aggregate::Sum => false,
                    Aggregate::Min | Aggregate::Max | Aggregate::Avg => bind.filter.is_some(),
                };
                let body = body.is_some_and(|body| self.node(body).unknown);
                Ways::told(source || filter || empty || body)
            }
            Node::Collect(bind, body) => {
                let (source, filter) = self.bind(bind);
                let body = body.is_some_and(|body| self.node(body).unknown);
                Ways::told(source || filter || body)
            }
            Node::Field(of, _) => {
                Ways::told(self.node(*of).unknown || matches!(code.ty, Ty::Optional(_)))
            }
            Node::ValueIs(_, ValueTest::Unknown) => Ways::KNOWN,
            Node::ValueIs(of, ValueTest::Present | ValueTest::Blank | ValueTest::Empty) => {
                Ways::told(self.unknown_if_there(*of))
            }
            Node::Default(of, or) => {
                Ways::told(self.unknown_if_there(*of) || self.node(*or).unknown)
            }
            Node::Index(of, keys) => {
                // A constant key of a constant table was looked up by the checker.
                let fixed = keys.iter().all(|key| {
                    let key = program.code.get(key.ix()).map(|code| &code.node);
                    matches!(key, Some(Node::Const(_)))
                });
                Ways::told(!fixed || self.node(*of).unknown)
            }
            Node::Arith(Arith::Div, a, b) => {
                let by = program.code.get(b.ix()).map(|code| &code.node);
                let fixed = matches!(by, Some(Node::Const(_)));
                Ways::told(!fixed || self.any_unknown(&[*a, *b]))
            }
            Node::Text(_) | Node::Call(..) => {
                let mut open = Vec::new();
                crate::eval::operands(&code.node, &mut open);
                let text = matches!(code.node, Node::Text(_));
                Ways::told(text || self.any_unknown(&open))
            }
            Node::Compare(..)
            | Node::In(..)
            | Node::Matches(..)
            | Node::StartsWith(..)
            | Node::EndsWith(..)
            | Node::Set(..)
            | Node::Minus(..)
            | Node::Arith(..)
            | Node::Neg(_)
            | Node::InUnit(..)
            | Node::As(_)
            | Node::PlusMonths(..)
            | Node::PlusDays(..)
            | Node::PlusYears(..)
            | Node::AtClock(..)
            | Node::List(_)
            | Node::Make(..) => {
                let mut open = Vec::new();
                crate::eval::operands(&code.node, &mut open);
                Ways::told(self.any_unknown(&open))
            }
        }
    }

    fn local(&self, local: LocalId) -> Ways {
        self.locals.get(&local.0).copied().unwrap_or(Ways::ANY)
    }

    /// Whether a value can be unknown for another cause than that nothing is there.
    fn unknown_if_there(&mut self, id: NodeId) -> bool {
        match self.program.code.get(id.ix()).map(|code| &code.node) {
            Some(Node::Field(of, _)) => self.node(*of).unknown,
            _ => self.node(id).unknown,
        }
    }

    fn any_unknown(&mut self, nodes: &[NodeId]) -> bool {
        nodes.iter().any(|node| self.node(*node).unknown)
    }

    fn all(&mut self, nodes: &[NodeId]) -> Ways {
        let each = nodes.iter().map(|node| self.node(*node));
        each.fold(Ways::of(true), Ways::and)
    }

    fn some(&mut self, nodes: &[NodeId]) -> Ways {
        let each = nodes.iter().map(|node| self.node(*node));
        each.fold(Ways::of(false), Ways::or)
    }

    /// Binds rows; whether their sources, and whether the filter, can be unknown.
    fn bind(&mut self, bind: &Bind) -> (bool, bool) {
        let mut any = false;
        for (local, source) in &bind.vars {
            let ways = Ways::told(self.node(*source).unknown);
            any |= ways.unknown;
            self.locals.insert(local.0, ways);
        }
        let filter = bind.filter.is_some_and(|filter| self.node(filter).unknown);
        (any, filter)
    }

    fn quant(&mut self, quant: Quant, bind: &Bind, body: Option<NodeId>) -> Ways {
        let (source, filter) = self.bind(bind);
        let body = body.is_some_and(|body| self.node(body).unknown);
        let empty = match quant {
            Quant::All => bind.filter.is_some() && !bind.may_be_empty,
            Quant::Any | Quant::None | Quant::Count(..) => false,
        };
        Ways::told(source || filter || body || empty)
    }

    fn ask(&mut self, ask: &Ask) -> Ways {
        self.deeper(|all| match ask {
            Ask::Gate(gate) => all.gate(*gate),
            Ask::Group(group) => match all.program.groups.get(group.ix()) {
                Some(group) => all.ask(&group.ask),
                None => Ways::ANY,
            },
            Ask::Approval(_) => Ways::ANY,
            Ask::Cond(node) => all.node(*node),
            Ask::All(asks) => {
                let each = asks.iter().map(|ask| all.ask(ask));
                each.fold(Ways::of(true), Ways::and)
            }
            Ask::Any(asks) => {
                let each = asks.iter().map(|ask| all.ask(ask));
                each.fold(Ways::of(false), Ways::or)
            }
            Ask::Count(_, _, asks) => Ways::told(asks.iter().any(|ask| all.ask(ask).unknown)),
            Ask::Not(ask) => all.ask(ask).not(),
        })
    }
}
