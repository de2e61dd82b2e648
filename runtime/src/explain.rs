//! Why something did not hold: the clause, row and comparison that decided, in words, numbers and evidence.
//! A second, slower look at what was judged already; changes no verdict.

mod leaf;
mod measure;
mod place;
mod why;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::decision::Measure;
use crate::eval::{Context, Differences};
use crate::ir::{
    Ask, Bind, Clause, Cmp, GateId, GateTest, ItemId, LocalId, Node, NodeId, OriginId, Quant,
    RuleKind, TextId, ThresholdId,
};
use crate::time::Instant;
use crate::value::{Cause, Truth, Val, Why};
use crate::verdict::{NamedRow, Verdict, subject};

/// What a reason says: facts, not yet a reason.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fact {
    /// One line for people: the policy's own text where it has one.
    pub message: String,
    /// With unknown: why.
    pub cause: Option<Cause>,
    /// What was seen.
    pub observed: Option<Measure>,
    /// What it was held against.
    pub bound: Option<Measure>,
    /// How much is left; negative when over.
    pub headroom: Option<Measure>,
    /// The evidence it rests on.
    pub evidence: Vec<Rests>,
    /// The clause that decided.
    pub at: Option<OriginId>,
    /// What would change it.
    pub would: Option<String>,
}

/// A piece of evidence that a fact rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rests {
    /// The item.
    pub item: ItemId,
    /// The path inside its document as it was read: `rows["ci"].durationMs`; empty for the whole.
    pub path: String,
    /// When it was observed.
    pub observed_at: Option<Instant>,
    /// Which reading: an index into the step's readings.
    pub reading: Option<u32>,
}

/// A row of a gate that is not a plain pass, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct RowFact {
    /// The row.
    pub row: NamedRow,
    /// Why.
    pub fact: Fact,
}

/// A walk towards what decided.
struct Search<'c, 'a> {
    ctx: &'c mut Context<'a>,
    fact: Fact,
    differences: Differences,
    /// Where locals come from: a source of rows, or a value.
    bound: BTreeMap<LocalId, Bound>,
    /// In how many calls the name stands that is being made.
    calls: u8,
}

/// Where a local comes from.
#[derive(Clone, Copy)]
enum Bound {
    /// It is a row of this.
    Row(NodeId),
    /// It is this.
    Value(NodeId),
}

impl<'a> Context<'a> {
    /// Why a condition is not `want`: false or unknown for a rule that wants it, true for a trigger that fired.
    pub fn explain(&mut self, node: NodeId, want: bool) -> Fact {
        let mut search = Search::new(self);
        search.find(node, want);
        search.fact
    }

    /// The rows of a gate that are not a plain pass, each with why.
    pub fn explain_gate(&mut self, id: GateId) -> Vec<RowFact> {
        let mut rows = Vec::new();
        let mut seen = BTreeMap::new();
        self.visit(id, &mut |ctx, found| {
            let mut key = match found.row {
                Some(_) => ctx.gate_key(id),
                None => Vec::new(),
            };
            crate::verdict::number_doubles(&mut key, &mut seen);
            if found.verdict == Verdict::Pass {
                return;
            }
            let mut search = Search::new(ctx);
            search.find_row(id, found.verdict, found.clause);
            rows.push(RowFact {
                fact: search.fact,
                row: NamedRow {
                    name: key.join(", "),
                    key,
                    verdict: found.verdict,
                    level: found.level,
                    found,
                },
            });
        });
        rows
    }

    /// A threshold that holds, but is past its `warn`.
    pub fn explain_warning(&mut self, id: ThresholdId) -> Option<Fact> {
        let threshold = self.program.thresholds.get(id.ix())?;
        let warn = threshold.warn?;
        let value = self.eval(threshold.measure);
        let ty = self.ty(threshold.measure);
        let bound = (self.eval(warn), warn);
        let side = (value, threshold.measure);
        if self.relate(threshold.op, side, bound, ty, warn) != Truth::False {
            return None;
        }
        let mut search = Search::new(self);
        search.compared(threshold.op, threshold.measure, warn, true);
        search.fact.at = Some(threshold.at);
        Some(search.fact)
    }
}

impl<'c, 'a> Search<'c, 'a> {
    fn new(ctx: &'c mut Context<'a>) -> Search<'c, 'a> {
        Search {
            ctx,
            fact: Fact::default(),
            differences: Differences::default(),
            bound: BTreeMap::new(),
            calls: 0,
        }
    }

    /// Why a row of a gate is what it is. The row's locals are bound.
    fn find_row(&mut self, id: GateId, verdict: Verdict, clause: Option<u16>) {
        let program = self.ctx.program;
        let Some(gate) = program.gates.get(id.ix()) else {
            return;
        };
        self.fact.at = Some(gate.at);
        for above in &gate.clauses {
            match above {
                Clause::Each { bind, .. } => self.binds(bind),
                Clause::Let { local, value } => {
                    self.bound.insert(*local, Bound::Value(*value));
                }
                Clause::Applies(_)
                | Clause::Pending(_)
                | Clause::AdvisoryUnless(_)
                | Clause::AdvisoryUntil(_)
                | Clause::Rule(_) => {}
            }
        }
        if verdict == Verdict::Pending {
            // `pending while C`: what C says is what is waited for.
            let pending = gate.clauses.iter().find_map(|clause| match clause {
                Clause::Pending(node) => Some(*node),
                _ => None,
            });
            if let Some(node) = pending {
                self.find(node, false);
            }
            return;
        }
        let deciding = clause.and_then(|at| gate.clauses.get(at as usize));
        match (deciding, verdict) {
            (Some(Clause::Rule(rule)), Verdict::Unknown(_) | Verdict::Fail) => {
                self.fact.at = Some(rule.at);
                let want = rule.kind != RuleKind::Forbid;
                self.find(rule.cond, want);
                if verdict == Verdict::Fail {
                    self.say(rule.message);
                }
            }
            (Some(Clause::Applies(node)), _) => {
                self.find(*node, true);
                self.fact.message = format!("does not apply: {}", self.fact.message);
            }
            (_, Verdict::Unknown(why)) => self.unknown(why),
            (_, _) => {}
        }
    }

    /// The policy's own words, at the row that decided.
    fn say(&mut self, message: Option<TextId>) {
        if let Some(text) = message {
            self.fact.message = self.ctx.message(text, &self.differences);
        }
    }

    fn binds(&mut self, bind: &Bind) {
        for &(local, source) in &bind.vars {
            self.bound.insert(local, Bound::Row(source));
        }
    }

    /// Walks to what makes a node not `want`.
    fn find(&mut self, id: NodeId, want: bool) {
        if !self.ctx.deeper() {
            return;
        }
        self.find_in(id, want);
        self.ctx.shallower();
    }

    fn find_in(&mut self, id: NodeId, want: bool) {
        let program = self.ctx.program;
        let Some(code) = program.code.get(id.ix()) else {
            return;
        };
        let truth = self.ctx.truth(id);
        match &code.node {
            Node::Not(of) => self.find(*of, !want),
            Node::And(all) => self.find_among(all.iter(), truth, want),
            // `not blocking or approved`: what is asked for stands behind the guard.
            Node::Or(all) if want => self.find_among(all.iter().rev(), truth, want),
            Node::Or(all) => self.find_among(all.iter(), truth, want),
            Node::QuantOf(quant, all) => match quant {
                Quant::All | Quant::Any => self.find_among(all.iter(), truth, want),
                Quant::None => self.find_among(all.iter(), !truth, !want),
                Quant::Count(..) => self.counted(id, *quant, all, want),
            },
            Node::Shared(_, of) => self.find(*of, want),
            Node::Let(local, value, body) => {
                self.bound.insert(*local, Bound::Value(*value));
                let bound = self.ctx.eval(*value);
                self.ctx.bind(*local, bound);
                self.find(*body, want);
            }
            Node::Local(local) => match self.bound.get(local) {
                Some(&Bound::Value(value)) => self.find(value, want),
                _ => self.leaf(id, truth, want),
            },
            Node::Default(of, other) => match self.ctx.eval(*of) {
                Val::Absent | Val::Null => {
                    self.defaulted(Why::at(Cause::MissingField, *of), *of, *other, want);
                }
                Val::Unknown(why) if why.cause == Cause::MissingField => {
                    self.defaulted(why, *of, *other, want);
                }
                _ => self.find(*of, want),
            },
            Node::Match(of, arms, otherwise) => match self.ctx.arm(*of, arms, *otherwise, id) {
                Ok(result) => self.find(result, want),
                Err(_) => self.leaf(id, truth, want),
            },
            Node::Quant(quant, bind, body) => self.quantified(id, *quant, bind, *body, want),
            Node::Gate(gate) => self.find_gate(*gate, false, want),
            Node::GateIs(gate, test) => self.gate_is(*gate, *test, want),
            Node::Group(group) => {
                if let Some(group) = program.groups.get(group.ix()) {
                    self.find_ask(&group.ask, false, want);
                }
            }
            Node::Threshold(threshold) => self.threshold(*threshold, id, want),
            _ => self.leaf(id, truth, want),
        }
    }

    /// `a ?? b` where `a` is absent: what decides is `b`, or the absence where `b` says nothing but a constant.
    fn defaulted(&mut self, why: Why, of: NodeId, other: NodeId, want: bool) {
        let program = self.ctx.program;
        match program.code.get(other.ix()).map(|code| &code.node) {
            Some(Node::Const(_)) => {
                self.rests_on(of);
                self.unknown(why);
                self.fact.cause = None;
                self.fact.message = format!("{}, which counts as {}", self.fact.message, !want);
            }
            _ => self.find(other, want),
        }
    }

    /// Of several the first that alone explains the whole.
    fn find_among<'n>(&mut self, all: impl Iterator<Item = &'n NodeId>, whole: Truth, want: bool) {
        for &id in all {
            if alike(self.ctx.truth(id), whole) {
                return self.find(id, want);
            }
        }
    }

    fn counted(&mut self, id: NodeId, quant: Quant, all: &[NodeId], want: bool) {
        let mut holding = 0;
        for &of in all {
            match self.ctx.truth(of) {
                Truth::True => holding += 1,
                Truth::False => {}
                Truth::Unknown(why) => {
                    if alike(self.ctx.truth(id), Truth::Unknown(why)) {
                        return self.find(of, want);
                    }
                }
            }
        }
        self.rests_on(id);
        self.fact.message = format!("{holding} of {}, {}", all.len(), wanted(quant, want));
    }

    /// Walks into the row of a quantifier that decided, leaving it bound.
    fn quantified(
        &mut self,
        id: NodeId,
        quant: Quant,
        bind: &'a Bind,
        body: Option<NodeId>,
        want: bool,
    ) {
        self.binds(bind);
        let whole = self.ctx.truth(id);
        // Which truth of a row, filter and body together, decides for the whole.
        let deciding = match (quant, whole) {
            (Quant::All, Truth::False) => Some(Truth::False),
            (Quant::Any, Truth::True) | (Quant::None, Truth::False) => Some(Truth::True),
            (_, Truth::Unknown(why)) => Some(Truth::Unknown(why)),
            (Quant::All | Quant::None | Quant::Any | Quant::Count(..), _) => None,
        };
        let (mut rows, mut holding, mut hole) = (0u32, 0u32, None);
        let mut found = None;
        self.ctx.each(bind, id, &mut |ctx, row| {
            let (filter, holds) = match row {
                Err(why) => {
                    hole = hole.or(Some(why));
                    return true;
                }
                Ok(filter) => (filter, body.map_or(Truth::True, |body| ctx.truth(body))),
            };
            rows += 1;
            let truth = match quant {
                Quant::All => (!filter).or(holds),
                Quant::Any | Quant::None | Quant::Count(..) => filter.and(holds),
            };
            holding += (truth == Truth::True) as u32;
            if deciding.is_some_and(|deciding| alike(truth, deciding)) {
                found = Some((filter, holds));
            }
            found.is_none()
        });
        let inner = match quant {
            Quant::None => !want,
            Quant::All | Quant::Any | Quant::Count(..) => want,
        };
        match (found, body, bind.filter) {
            (Some((Truth::Unknown(why), holds)), _, Some(filter)) if holds.why().is_none() => {
                self.rests_on(filter);
                self.unknown(why);
            }
            (Some(_), Some(body), _) => self.find(body, inner),
            (Some(_), None, Some(filter)) => self.find(filter, inner),
            (Some(_), None, None) | (None, _, _) => {
                self.rests_on(id);
                match (hole, whole) {
                    (Some(why), Truth::Unknown(_)) => self.unknown(why),
                    (None, Truth::Unknown(why)) => self.unknown(why),
                    (_, Truth::True | Truth::False) => {
                        let source = bind.vars.first().map(|var| var.1);
                        let name = source.and_then(|source| self.policy_path(source));
                        let name = name.map_or(String::new(), |name| format!(" in {name}"));
                        self.fact.message =
                            format!("{holding} of {rows}{name}, {}", wanted(quant, want));
                    }
                }
            }
        }
    }

    /// Walks into the first row of a gate that decided for it.
    fn find_gate(&mut self, id: GateId, asked: bool, want: bool) {
        let program = self.ctx.program;
        let gate = self.ctx.gate(id);
        let whole = if asked { gate.asked } else { gate.verdict };
        let name = program.gates.get(id.ix()).map_or("?", |gate| &gate.name);
        if whole.is_satisfied() {
            self.fact.message = format!("{name} is {}", whole.word());
            if !want {
                self.fact.would = Some(format!("{name} does not pass"));
            }
            return;
        }
        let rows = self.ctx.explain_gate(id);
        let deciding = rows.into_iter().find(|row| {
            row.row.verdict.word() == whole.word() && !(asked && row.row.found.waived.is_some())
        });
        if let Some(row) = deciding {
            let named = subject(name, &row.row.key);
            self.fact = row.fact;
            self.fact.message = match self.fact.message.as_str() {
                "" => format!("{named} is {}", whole.word()),
                message => format!("{named}: {message}"),
            };
        }
    }

    fn gate_is(&mut self, id: GateId, test: GateTest, want: bool) {
        let program = self.ctx.program;
        let name = program.gates.get(id.ix()).map_or("?", |gate| &gate.name);
        let word = match test {
            GateTest::Pass => "pass",
            GateTest::Fail => "fail",
            GateTest::Unknown => "unknown",
            GateTest::Pending => "pending",
            GateTest::Waived => "waived",
        };
        if test == GateTest::Pass && want {
            return self.find_gate(id, false, want);
        }
        let is = self.ctx.gate(id).verdict.word();
        self.fact.message = format!("{name} is {is}");
        self.fact.would = Some(format!("{name} is {}{word}", not(!want)));
    }

    /// Walks to the part of a question that decided.
    fn find_ask(&mut self, ask: &'a Ask, asked: bool, want: bool) {
        if !self.ctx.deeper() {
            return;
        }
        match ask {
            Ask::Gate(gate) => self.find_gate(*gate, asked, want),
            Ask::Group(group) => {
                let program = self.ctx.program;
                if let Some(group) = program.groups.get(group.ix()) {
                    self.find_ask(&group.ask, asked, want);
                }
            }
            Ask::Approval(approval) => {
                let program = self.ctx.program;
                let name = program.approvals.get(approval.ix());
                let name = name.map_or("?", |approval| &approval.name);
                self.fact.message = format!("{name} is {}given", not(want));
            }
            Ask::Cond(node) => self.find(*node, want),
            Ask::Not(ask) => self.find_ask(ask, asked, !want),
            Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                let whole = self.ctx.ask(ask).word();
                let mut part = None;
                for ask in asks {
                    let verdict = self.ctx.ask(ask);
                    if verdict.word() == whole || part.is_none() && verdict.is_satisfied() != want {
                        part = Some(ask);
                        if verdict.word() == whole {
                            break;
                        }
                    }
                }
                if let Some(part) = part {
                    self.find_ask(part, asked, want);
                }
            }
        }
        self.ctx.shallower();
    }

    fn threshold(&mut self, id: ThresholdId, node: NodeId, want: bool) {
        let program = self.ctx.program;
        let Some(threshold) = program.thresholds.get(id.ix()) else {
            return;
        };
        self.compared(threshold.op, threshold.measure, threshold.bound, want);
        if let (Some(why), Some(samples), None) = (
            self.ctx.too_few(id, node),
            threshold.samples,
            self.fact.cause,
        ) {
            let seen = why.item.and_then(|item| self.ctx.view.items.get(item.ix()));
            let seen = seen.map_or(0, |view| view.observations);
            self.fact.cause = Some(why.cause);
            self.fact.headroom = None;
            self.fact.message = format!(
                "{}: {}, at least {samples}",
                threshold.name,
                plural(seen, "sample")
            );
            self.fact.would = Some(format!("{} more", plural(samples - seen, "sample")));
        }
        if self.fact.at.is_none() {
            self.fact.at = Some(threshold.at);
        }
    }
}

/// "not " where something is not.
fn not(really: bool) -> &'static str {
    if really { "not " } else { "" }
}

/// `1 sample`, `2 samples`
fn plural(count: u32, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Whether two truths are the same, causes aside.
fn alike(a: Truth, b: Truth) -> bool {
    match (a, b) {
        (Truth::True, Truth::True)
        | (Truth::False, Truth::False)
        | (Truth::Unknown(_), Truth::Unknown(_)) => true,
        (Truth::True | Truth::False | Truth::Unknown(_), _) => false,
    }
}

fn wanted(quant: Quant, want: bool) -> String {
    use crate::ir::CountKind;
    let words = match quant {
        Quant::All => "all".to_owned(),
        Quant::Any => "at least one".to_owned(),
        Quant::None => "none".to_owned(),
        Quant::Count(CountKind::AtLeast, n) => format!("at least {n}"),
        Quant::Count(CountKind::AtMost, n) => format!("at most {n}"),
        Quant::Count(CountKind::Exactly, n) => format!("exactly {n}"),
    };
    if want { words } else { format!("not {words}") }
}

/// The comparison that holds where this one does not.
fn negated(op: Cmp) -> Cmp {
    match op {
        Cmp::Eq => Cmp::Ne,
        Cmp::Ne => Cmp::Eq,
        Cmp::Lt => Cmp::Ge,
        Cmp::Le => Cmp::Gt,
        Cmp::Gt => Cmp::Le,
        Cmp::Ge => Cmp::Lt,
    }
}

/// The comparison with its sides changed.
fn mirrored(op: Cmp) -> Cmp {
    match op {
        Cmp::Eq | Cmp::Ne => op,
        Cmp::Lt => Cmp::Gt,
        Cmp::Le => Cmp::Ge,
        Cmp::Gt => Cmp::Lt,
        Cmp::Ge => Cmp::Le,
    }
}
