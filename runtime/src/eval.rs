//! The evaluator: flat nodes by index over a view of the evidence at one place. Total: every node gives a value, if only unknown.
//! Knows no policy text, no state and no outcome.

mod calls;
mod compare;
mod compute;
mod find;
mod item;
mod reads;
mod rows;
mod scratch;
mod series;
mod sets;
mod text;
mod waivers;

#[cfg(test)]
pub(crate) mod lab;
#[cfg(test)]
mod tests;

pub(crate) use compare::versions;
pub use reads::{Reads, operands};
pub use rows::{Row, Scan};
pub use scratch::Scratch;
pub use text::{Differences, quantity};
pub use waivers::{WaiverFault, WaiverRow};

use regex_lite::Regex;

use crate::data::{Slot, Store};
use crate::ir::{ApprovalId, Const, GateId, LocalId, Node, NodeId, PhaseId, Program, ValueTest};
use crate::number::Number;
use crate::time::Instant;
use crate::ty::Ty;
use crate::value::{Cause, Rows, Truth, Val, Why};
use crate::verdict::{GateVerdict, RowVerdict};
use crate::view::View;
use compare::known;
use item::found_at;

/// How deep nodes may nest, inlined calls included; beyond, a value is inconclusive.
pub const DEPTH: u32 = 256;

/// What a program needs to be evaluated and does not depend on evidence: compiled once.
#[derive(Debug, Default)]
pub struct Plan {
    /// The patterns of `matches`, by node, ascending. A pattern that is none never matches: inconclusive.
    patterns: Vec<(NodeId, Option<Regex>)>,
}

impl Plan {
    /// Makes a program ready.
    pub fn new(program: &Program) -> Plan {
        let pattern = |(at, code): (usize, &crate::ir::Code)| match &code.node {
            Node::Matches(_, pattern) => {
                Some((NodeId(at as u32), crate::pattern::compile(pattern).ok()))
            }
            _ => None,
        };
        Plan {
            patterns: program
                .code
                .iter()
                .enumerate()
                .filter_map(pattern)
                .collect(),
        }
    }

    fn pattern(&self, node: NodeId) -> Option<&Regex> {
        let at = self.patterns.binary_search_by_key(&node, |entry| entry.0);
        self.patterns[at.ok()?].1.as_ref()
    }
}

/// Where and when a question is asked.
#[derive(Clone, Debug)]
pub struct Place {
    /// `as_of`
    pub as_of: Instant,
    /// The phase; `None` is `start`.
    pub phase: Option<PhaseId>,
    /// The present share.
    pub cohort: Option<Number>,
    /// When the phase or cohort was entered.
    pub entered_at: Option<Instant>,
    /// When the phase was entered.
    pub phase_entered_at: Option<Instant>,
    /// When the last rollback began.
    pub rollback_at: Option<Instant>,
    /// Since when the subject is this one.
    pub subject_since: Option<Instant>,
    /// The members of the subject, in the program's order; empty where it is not known.
    pub subject: Vec<Const>,
}

impl Place {
    /// A place that is nothing but an instant.
    pub fn at(as_of: Instant) -> Place {
        Place {
            as_of,
            phase: None,
            cohort: None,
            entered_at: None,
            phase_entered_at: None,
            rollback_at: None,
            subject_since: None,
            subject: Vec::new(),
        }
    }
}

/// What people have said: approvals and waivers, as `step` counts them.
pub trait People {
    /// Whether an approval is given, since an instant where one is said; unknown where its rows cannot be read.
    fn given(&self, approval: ApprovalId, since: Option<Instant>) -> Truth;

    /// Whether an approval that is asked for is given, and not too late.
    fn approved(&self, approval: ApprovalId) -> bool {
        self.given(approval, None) == Truth::True
    }

    /// The waiver that covers a row which did not pass, as an index of the caller's own. Asked with the row's locals bound.
    fn waived(&self, ctx: &mut Context<'_>, gate: GateId, row: &RowVerdict) -> Option<u32>;
}

/// Nobody said anything: no approval is given, nothing is waived.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl People for Nobody {
    fn given(&self, _: ApprovalId, _: Option<Instant>) -> Truth {
        Truth::False
    }

    fn waived(&self, _: &mut Context<'_>, _: GateId, _: &RowVerdict) -> Option<u32> {
        None
    }
}

/// All that an evaluation reads.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The program.
    pub program: &'a Program,
    /// Made of that program.
    pub plan: &'a Plan,
    /// The evidence's values.
    pub store: &'a Store,
    /// How they are seen.
    pub view: &'a View,
    /// Where and when.
    pub place: &'a Place,
    /// The params' values, by [`crate::ir::ParamId`].
    pub params: &'a [Const],
    /// Approvals and waivers.
    pub people: &'a dyn People,
    /// Room for computed values.
    pub scratch: &'a Scratch<'a>,
}

/// One evaluation: the inputs, bound values and what was computed once.
pub struct Context<'a> {
    pub(crate) program: &'a Program,
    plan: &'a Plan,
    pub(crate) store: &'a Store,
    pub(crate) view: &'a View,
    pub(crate) place: &'a Place,
    params: &'a [Const],
    pub(crate) people: &'a dyn People,
    scratch: &'a Scratch<'a>,
    locals: Vec<Val<'a>>,
    /// Where the row stands that a local is bound to.
    positions: Vec<u32>,
    memos: Vec<Option<Val<'a>>>,
    pub(crate) gates: Vec<Option<GateVerdict>>,
    pub(crate) notable: Vec<RowVerdict>,
    orders: Vec<Order>,
    numbers: Vec<Number>,
    /// The decision document, for reports.
    decision: Option<Slot>,
    /// Whether members of enums are shown as data spells them: in reports, which other tools read.
    spelled: bool,
    depth: u32,
    /// Whether no waiver is asked for: a waiver is judged without the others.
    pub(crate) raw: bool,
}

/// The rows of one table by their keys.
struct Order {
    start: u32,
    rank: Vec<u32>,
    unclear: Option<Why>,
}

impl<'a> Context<'a> {
    /// A fresh evaluation.
    pub fn new(inputs: Inputs<'a>) -> Context<'a> {
        Context {
            program: inputs.program,
            plan: inputs.plan,
            store: inputs.store,
            view: inputs.view,
            place: inputs.place,
            params: inputs.params,
            people: inputs.people,
            scratch: inputs.scratch,
            locals: vec![Val::Absent; inputs.program.locals as usize],
            positions: vec![0; inputs.program.locals as usize],
            memos: vec![None; inputs.program.memos as usize],
            gates: vec![None; inputs.program.gates.len()],
            notable: Vec::new(),
            orders: Vec::new(),
            numbers: Vec::new(),
            decision: None,
            spelled: false,
            depth: 0,
            raw: false,
        }
    }

    /// The same question asked anew, with nothing waived.
    pub(crate) fn apart(&self) -> Context<'a> {
        let mut apart = Context::new(Inputs {
            program: self.program,
            plan: self.plan,
            store: self.store,
            view: self.view,
            place: self.place,
            params: self.params,
            people: self.people,
            scratch: self.scratch,
        });
        apart.locals.clone_from(&self.locals);
        apart.positions.clone_from(&self.positions);
        apart.raw = true;
        apart
    }

    /// The program that is evaluated.
    pub fn program(&self) -> &'a Program {
        self.program
    }

    /// The type of a node.
    pub fn ty(&self, id: NodeId) -> &'a Ty {
        static NOTHING: Ty = Ty::Nothing;
        self.program
            .code
            .get(id.ix())
            .map_or(&NOTHING, |code| &code.ty)
    }

    /// Binds a value; for a `per` key, a waiver's row and the like.
    pub fn bind(&mut self, local: LocalId, value: Val<'a>) {
        if let Some(place) = self.locals.get_mut(local.ix()) {
            *place = value;
        }
    }

    /// Makes ready for reports: `decision` is read from its document's slot, and words are spelled as data has them.
    pub fn decided(&mut self, decision: Option<Slot>) {
        self.decision = decision;
        self.spelled = true;
    }

    /// A bound value.
    pub fn local(&self, local: LocalId) -> Val<'a> {
        self.locals.get(local.ix()).copied().unwrap_or(Val::Absent)
    }

    /// Binds a row that stands at a place of its source.
    pub(crate) fn bind_row(&mut self, local: LocalId, value: Val<'a>, at: usize) {
        if let Some(place) = self.positions.get_mut(local.ix()) {
            *place = at as u32;
        }
        self.bind(local, value);
    }

    /// Where the row that is bound stands in its source.
    pub(crate) fn position(&self, local: LocalId) -> u32 {
        self.positions.get(local.ix()).copied().unwrap_or(0)
    }

    /// Goes a level deeper, if there is one.
    pub(crate) fn deeper(&mut self) -> bool {
        let fits = self.depth < DEPTH;
        self.depth += fits as u32;
        fits
    }

    /// Comes back from [`Context::deeper`].
    pub(crate) fn shallower(&mut self) {
        self.depth -= 1;
    }

    /// An element of rows.
    pub fn element(&self, rows: &Rows<'a>, i: usize) -> Val<'a> {
        rows.get(i, self.program, self.store)
    }

    /// The value of a node.
    pub fn eval(&mut self, id: NodeId) -> Val<'a> {
        if !self.deeper() {
            return Val::unknown(Cause::Inconclusive, id);
        }
        let value = self.node(id);
        self.shallower();
        value
    }

    /// The truth of a condition.
    pub fn truth(&mut self, id: NodeId) -> Truth {
        // Conditions answer without the detour over a value.
        if let Some(code) = self.program.code.get(id.ix())
            && self.deeper()
        {
            let truth = match &code.node {
                Node::Not(of) => Some(!self.truth(*of)),
                Node::And(all) => Some(self.and(all)),
                Node::Or(any) => Some(self.or(any)),
                Node::Compare(op, left, right) => Some(self.compare(*op, *left, *right, id)),
                Node::In(value, list) => Some(self.is_in(*value, *list, id)),
                Node::Set(op, left, right) => Some(self.set(*op, *left, *right, id)),
                Node::Quant(quant, bind, body) => Some(self.quantify(*quant, bind, *body, id)),
                Node::Threshold(threshold) => Some(self.threshold(*threshold, id)),
                Node::Gate(gate) => Some(self.gate_truth(*gate)),
                _ => None,
            };
            self.shallower();
            if let Some(truth) = truth {
                return truth;
            }
        }
        match known(self.eval(id), id) {
            Ok(Val::Bool(value)) => value.into(),
            Ok(_) => Truth::Unknown(Why::at(Cause::Inconclusive, id)),
            Err(why) => Truth::Unknown(why),
        }
    }

    fn node(&mut self, id: NodeId) -> Val<'a> {
        let Some(code) = self.program.code.get(id.ix()) else {
            return Val::unknown(Cause::Inconclusive, id);
        };
        match &code.node {
            Node::Const(value) => Val::constant(value, &code.ty),
            Node::Item(item) => self.item(*item, id),
            Node::ObservedAt(item) => match self.observed_at(*item, id) {
                Ok(at) => Val::Instant(at),
                Err(why) => Val::Unknown(why),
            },
            Node::Age(item) => match self.observed_at(*item, id) {
                Ok(at) => Val::Number(self.place.as_of.since(at)),
                Err(why) => Val::Unknown(why),
            },
            Node::ItemIs(item, test) => Val::Bool(self.item_is(*item, *test)),
            Node::ObservedSince(item, since) => {
                match (self.observed_at(*item, id), self.instant(*since, id)) {
                    (Ok(at), Ok(since)) => Val::Bool(at >= since),
                    (Err(why), _) | (_, Err(why)) => Val::Unknown(why),
                }
            }
            Node::Param(param) => match self.params.get(param.ix()) {
                Some(value) => Val::constant(value, &code.ty),
                None => Val::unknown(Cause::Missing, id),
            },
            Node::Local(local) => self.local(*local),
            Node::Known(known) => self.known(*known, id),
            Node::Subject(member) => match self.place.subject.get(*member as usize) {
                Some(value) => Val::constant(value, &code.ty),
                None => Val::unknown(Cause::Missing, id),
            },
            Node::Field(of, field) => self.field(*of, *field, id),
            Node::Index(of, keys) => self.index(*of, keys, id),
            Node::Last1(of) => self.last(*of, id),
            Node::Shared(memo, of) => match self.memos.get(*memo as usize) {
                Some(Some(value)) => *value,
                _ => {
                    let value = self.eval(*of);
                    if let Some(place) = self.memos.get_mut(*memo as usize) {
                        *place = Some(value);
                    }
                    value
                }
            },
            Node::Let(local, value, body) => {
                let value = self.eval(*value);
                self.bind(*local, value);
                self.eval(*body)
            }
            Node::Gate(gate) => self.gate_truth(*gate).into(),
            Node::GateIs(gate, test) => self.gate_is(*gate, *test),
            Node::GateRow(gate, keys) => self.gate_row(*gate, keys, id).into(),
            Node::Group(group) => self.group_truth(*group).into(),
            Node::Threshold(threshold) => self.threshold(*threshold, id).into(),
            Node::Given(approval, since) => {
                let since = match since.map(|since| self.instant(since, id)) {
                    Some(Err(why)) => return Val::Unknown(why),
                    Some(Ok(since)) => Some(since),
                    None => None,
                };
                match self.people.given(*approval, since) {
                    Truth::Unknown(why) => Val::Unknown(Why { node: id, ..why }),
                    truth => truth.into(),
                }
            }
            Node::Not(of) => (!self.truth(*of)).into(),
            Node::And(all) => self.and(all).into(),
            Node::Or(any) => self.or(any).into(),
            Node::Compare(op, left, right) => self.compare(*op, *left, *right, id).into(),
            Node::In(value, list) => self.is_in(*value, *list, id).into(),
            Node::Matches(of, _) => match (self.words(*of, id), self.plan.pattern(id)) {
                (Ok(text), Some(pattern)) => Val::Bool(pattern.is_match(text)),
                (Ok(_), None) => Val::unknown(Cause::Inconclusive, id),
                (Err(why), _) => Val::Unknown(why),
            },
            Node::StartsWith(of, with) => match (self.words(*of, id), self.words(*with, id)) {
                (Ok(text), Ok(with)) => Val::Bool(text.starts_with(with)),
                (Err(why), _) | (_, Err(why)) => Val::Unknown(why),
            },
            Node::EndsWith(of, with) => match (self.words(*of, id), self.words(*with, id)) {
                (Ok(text), Ok(with)) => Val::Bool(text.ends_with(with)),
                (Err(why), _) | (_, Err(why)) => Val::Unknown(why),
            },
            Node::Set(op, left, right) => self.set(*op, *left, *right, id).into(),
            Node::Minus(left, right) => self.minus(*left, *right, id),
            Node::ValueIs(of, test) => self.value_is(*of, *test, id),
            Node::Arith(op, left, right) => self.arith(*op, *left, *right, id),
            Node::Neg(of) => self.negate(*of, id),
            Node::Default(of, other) => match self.eval(*of) {
                Val::Absent | Val::Null => self.eval(*other),
                // A condition that read an absent field counts as absent itself: `(status == passed) ?? false`.
                Val::Unknown(why) if why.cause == Cause::MissingField => self.eval(*other),
                value => value,
            },
            Node::InUnit(of, unit) => self.in_unit(*of, *unit, id),
            Node::As(of) => self.convert(*of, id),
            Node::PlusMonths(start, count) => self.plus_civil(
                (*start, *count),
                id,
                Instant::plus_months,
                crate::time::Date::plus_months,
            ),
            Node::PlusDays(start, count) => self.plus_civil(
                (*start, *count),
                id,
                Instant::plus_days,
                crate::time::Date::plus_days,
            ),
            Node::PlusYears(start, count) => self.plus_civil(
                (*start, *count),
                id,
                Instant::plus_years,
                crate::time::Date::plus_years,
            ),
            Node::AtClock(day, minute, zone) => self.at_clock(*day, *minute, zone, id),
            Node::Quant(quant, bind, body) => self.quantify(*quant, bind, *body, id).into(),
            Node::QuantOf(quant, of) => self.quantify_of(*quant, of).into(),
            Node::Aggregate(kind, bind, value) => self.aggregate(*kind, bind, *value, id),
            Node::Collect(bind, value) => self.collect(bind, *value, id),
            Node::List(of) => {
                let list = of.iter().map(|&of| self.eval(of)).collect();
                self.computed(list, id)
            }
            Node::Make(record, fields) => self.make(*record, fields),
            Node::Match(of, arms, otherwise) => self.pick(*of, arms, *otherwise, id),
            Node::LastN(count, of, by) => self.last_n(*of, *count, *by, id),
            Node::Series {
                function,
                of,
                row,
                value,
                over,
                samples,
            } => {
                let ask = series::Ask {
                    function: *function,
                    of: *of,
                    row: *row,
                    value: *value,
                    over: *over,
                    samples: *samples,
                };
                self.series(ask, id)
            }
            Node::Call(name, args) => self.call(name, args, id),
            Node::Text(text) => self.text_value(*text, id),
            Node::Unknown(_) => Val::unknown(Cause::Inconclusive, id),
        }
    }

    /// Order-free `and`: false wherever it stands; of several unknowns the first.
    fn and(&mut self, all: &[NodeId]) -> Truth {
        let mut truth = Truth::True;
        for &id in all {
            truth = truth.and(self.truth(id));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    /// Order-free `or`.
    fn or(&mut self, any: &[NodeId]) -> Truth {
        let mut truth = Truth::False;
        for &id in any {
            truth = truth.or(self.truth(id));
            if truth == Truth::True {
                break;
            }
        }
        truth
    }

    /// A stored field. Of an absent record it is absent, of an unknown one unknown.
    fn field(&mut self, of: NodeId, field: u16, node: NodeId) -> Val<'a> {
        match self.eval(of) {
            Val::Record(record) => {
                let value = record.field(field, self.program, self.store);
                match value {
                    Val::Unknown(why) if why.node == NodeId(0) => {
                        found_at(value, node, why.item.or_else(|| self.item_of(of)))
                    }
                    value => value,
                }
            }
            Val::Absent => Val::Absent,
            Val::Null => Val::Null,
            Val::Unknown(why) => Val::Unknown(why),
            _ => Val::unknown(Cause::Inconclusive, node),
        }
    }

    fn value_is(&mut self, of: NodeId, test: ValueTest, node: NodeId) -> Val<'a> {
        let value = self.eval(of);
        let there = match value {
            Val::Unknown(why) if test != ValueTest::Unknown && why.cause != Cause::MissingField => {
                return Val::Unknown(why);
            }
            Val::Absent | Val::Null | Val::Unknown(_) => false,
            _ => true,
        };
        Val::Bool(match (test, value) {
            (ValueTest::Unknown, Val::Unknown(_)) => true,
            (ValueTest::Unknown, _) => false,
            (ValueTest::Present, _) => there,
            (ValueTest::Blank, Val::Text(text)) => {
                text.bytes().all(|byte| byte.is_ascii_whitespace())
            }
            (ValueTest::Blank, _) => !there,
            (ValueTest::Empty, Val::Rows(rows)) => rows.is_empty(),
            (ValueTest::Empty, Val::Text(text)) => text.is_empty(),
            (ValueTest::Empty, _) => return Val::unknown(Cause::MissingField, node),
        })
    }

    fn pick(
        &mut self,
        of: NodeId,
        arms: &'a [(Vec<Const>, NodeId)],
        otherwise: Option<NodeId>,
        node: NodeId,
    ) -> Val<'a> {
        match self.arm(of, arms, otherwise, node) {
            Ok(result) => self.eval(result),
            Err(why) => Val::Unknown(why),
        }
    }

    /// The result that a match takes.
    pub(crate) fn arm(
        &mut self,
        of: NodeId,
        arms: &'a [(Vec<Const>, NodeId)],
        otherwise: Option<NodeId>,
        node: NodeId,
    ) -> Result<NodeId, Why> {
        let value = self.need(of)?;
        let ty = self.ty(of);
        for (patterns, result) in arms {
            for pattern in patterns {
                match self.same(value, Val::constant(pattern, ty), ty, node) {
                    Truth::True => return Ok(*result),
                    Truth::False => {}
                    Truth::Unknown(why) => return Err(why),
                }
            }
        }
        otherwise.ok_or(Why::at(Cause::Inconclusive, node))
    }
}
