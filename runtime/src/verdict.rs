//! Verdicts: what a gate says, row by row and as a family, and what a phase's question comes to.
//! Allocates nothing for what passes; why something did not is `explain`'s.

use crate::eval::Context;
use crate::ir::{
    Ask, Bind, Clause, CountKind, Gate, GateId, GateTest, GroupId, ItemTest, Level, Node, NodeId,
    RuleKind, ValueTest,
};
use crate::ty::Ty;
use crate::value::{Cause, Truth, Val, Why};

/// What a gate, a row or a question says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every rule holds.
    Pass,
    /// A rule does not hold.
    Fail,
    /// It cannot be told.
    Unknown(Why),
    /// `pending while` holds: time will tell.
    Pending,
    /// It did not pass and a waiver covers it.
    Waived,
    /// `applies when` does not hold.
    NotApplicable,
}

impl Verdict {
    /// The word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::Unknown(_) => "unknown",
            Verdict::Pending => "pending",
            Verdict::Waived => "waived",
            Verdict::NotApplicable => "not_applicable",
        }
    }

    /// Whether it satisfies whoever asked: pass, waived, not applicable.
    pub fn is_satisfied(self) -> bool {
        match self {
            Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => true,
            Verdict::Fail | Verdict::Unknown(_) | Verdict::Pending => false,
        }
    }

    /// Why it is unknown, if it is.
    pub fn why(self) -> Option<Why> {
        match self {
            Verdict::Unknown(why) => Some(why),
            Verdict::Pass
            | Verdict::Fail
            | Verdict::Pending
            | Verdict::Waived
            | Verdict::NotApplicable => None,
        }
    }

    /// As truth: satisfied or not; pending cannot be told yet.
    pub fn truth(self) -> Truth {
        match self {
            Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => Truth::True,
            Verdict::Fail => Truth::False,
            Verdict::Unknown(why) => Truth::Unknown(why),
            Verdict::Pending => Truth::Unknown(Why::at(Cause::Awaited, NodeId(0))),
        }
    }

    /// How far from satisfied, as a family counts: fail, unknown, pending, the rest.
    fn rank(self) -> u8 {
        match self {
            Verdict::Fail => 3,
            Verdict::Unknown(_) => 2,
            Verdict::Pending => 1,
            Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => 0,
        }
    }
}

impl From<Truth> for Verdict {
    fn from(truth: Truth) -> Verdict {
        match truth {
            Truth::True => Verdict::Pass,
            Truth::False => Verdict::Fail,
            Truth::Unknown(why) => Verdict::Unknown(why),
        }
    }
}

impl Level {
    /// The word in documents.
    pub fn word(self) -> &'static str {
        match self {
            Level::Hard => "hard",
            Level::Blocking => "blocking",
            Level::Advisory => "advisory",
        }
    }
}

/// What one row of a gate says; a gate without `each` is one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowVerdict {
    /// Its number among the rows that were selected; `None` where no row can be named: an unknown or empty source, a rule above `each`.
    pub row: Option<u32>,
    /// What it says by itself; never waived.
    pub verdict: Verdict,
    /// `advisory` where a clause made it so.
    pub level: Level,
    /// The clause that decided, by index.
    pub clause: Option<u16>,
    /// The waiver that covers it, as [`crate::eval::People::waived`] named it.
    pub waived: Option<u32>,
}

/// What a gate says over all its rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateVerdict {
    /// By itself; never waived.
    pub verdict: Verdict,
    /// With waivers.
    pub asked: Verdict,
    /// `advisory` where a clause above `each` made it so.
    pub level: Level,
    /// How many rows.
    pub rows: u32,
    /// How many of them pass.
    pub passed: u32,
    /// Where its rows that are not a plain pass lie: see [`Context::notable`].
    notable: (u32, u32),
}

/// A row with its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedRow {
    /// The parts of its name; empty for a gate without `each` and for what names no row.
    pub key: Vec<String>,
    /// The parts with commas.
    pub name: String,
    /// What it says.
    pub verdict: Verdict,
    /// How strict.
    pub level: Level,
    /// The verdict as it was found.
    pub found: RowVerdict,
}

/// What clauses above have settled for the rows below.
#[derive(Clone, Copy)]
struct Frame {
    pending: bool,
    demoted: bool,
    filter: Option<Why>,
    fail: Option<u16>,
    unknown: Option<(Why, u16)>,
}

/// Who looks at each row of a gate, with its locals bound.
pub type Visit<'v, 'a> = &'v mut dyn FnMut(&mut Context<'a>, RowVerdict);

/// What a walk over a gate gathers.
struct Walk<'v, 'a> {
    id: GateId,
    gate: &'a Gate,
    /// Whether an `each` has been entered.
    family: bool,
    demoted: bool,
    rows: u32,
    passed: u32,
    applicable: bool,
    worst: Verdict,
    asked: Verdict,
    waived: bool,
    notable: Vec<RowVerdict>,
    visit: Option<Visit<'v, 'a>>,
}

impl<'a> Context<'a> {
    /// What a gate says; found once.
    pub fn gate(&mut self, id: GateId) -> GateVerdict {
        if let Some(Some(found)) = self.gates.get(id.ix()) {
            return *found;
        }
        let found = self.judge(id, None);
        if let Some(place) = self.gates.get_mut(id.ix()) {
            *place = Some(found);
        }
        found
    }

    /// The rows of a gate that are not a plain pass, in their order.
    pub fn notable(&self, gate: &GateVerdict) -> &[RowVerdict] {
        let (start, end) = gate.notable;
        self.notable
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// Goes over a gate's rows again, each with its locals bound.
    pub fn visit(&mut self, id: GateId, visit: Visit<'_, 'a>) {
        self.judge(id, Some(visit));
    }

    /// All rows of a gate with their names; doubled names are `x`, `x#2`.
    pub fn all_rows(&mut self, id: GateId) -> Vec<NamedRow> {
        let mut rows: Vec<NamedRow> = Vec::new();
        let mut seen = std::collections::BTreeMap::new();
        self.visit(id, &mut |ctx, found| {
            let mut key = match found.row {
                Some(_) => ctx.gate_key(id),
                None => Vec::new(),
            };
            number_doubles(&mut key, &mut seen);
            rows.push(NamedRow {
                name: key.join(", "),
                key,
                verdict: found.verdict,
                level: found.level,
                found,
            });
        });
        rows
    }

    fn judge(&mut self, id: GateId, visit: Option<Visit<'_, 'a>>) -> GateVerdict {
        let Some(gate) = self.program.gates.get(id.ix()) else {
            let verdict = Verdict::Unknown(Why::at(Cause::Inconclusive, NodeId(0)));
            return GateVerdict {
                verdict,
                asked: verdict,
                level: Level::Hard,
                rows: 0,
                passed: 0,
                notable: (0, 0),
            };
        };
        let mut walk = Walk {
            id,
            gate,
            family: false,
            demoted: false,
            rows: 0,
            passed: 0,
            applicable: false,
            worst: Verdict::Pass,
            asked: Verdict::Pass,
            waived: false,
            notable: Vec::new(),
            visit,
        };
        let frame = Frame {
            pending: false,
            demoted: false,
            filter: None,
            fail: None,
            unknown: None,
        };
        self.walk(&mut walk, 0, frame);
        let start = self.notable.len() as u32;
        self.notable.extend_from_slice(&walk.notable);
        let settle = |verdict: Verdict| match verdict {
            Verdict::Pass if walk.rows > 0 && !walk.applicable => Verdict::NotApplicable,
            verdict => verdict,
        };
        GateVerdict {
            verdict: settle(walk.worst),
            asked: match settle(walk.asked) {
                Verdict::Pass if walk.waived => Verdict::Waived,
                verdict => verdict,
            },
            level: demote(gate.level, walk.demoted),
            rows: walk.rows,
            passed: walk.passed,
            notable: (start, self.notable.len() as u32),
        }
    }

    fn walk(&mut self, walk: &mut Walk<'_, 'a>, from: usize, mut frame: Frame) {
        let gate = walk.gate;
        for (index, clause) in gate.clauses.iter().enumerate().skip(from) {
            let at = index as u16;
            match clause {
                Clause::Each { bind, .. } => return self.walk_rows(walk, bind, at, frame),
                Clause::Applies(node) => {
                    if self.truth(*node) == Truth::False {
                        self.finish(walk, frame, Some((Verdict::NotApplicable, Some(at))));
                        return;
                    }
                }
                Clause::Pending(node) => frame.pending |= self.truth(*node) == Truth::True,
                Clause::AdvisoryUnless(node) => {
                    frame.demoted |= self.truth(*node) == Truth::False;
                }
                Clause::AdvisoryUntil(node) => {
                    let until = match self.eval(*node) {
                        Val::Instant(until) => Some(until),
                        Val::Date(until) => Some(crate::time::Instant::midnight(until)),
                        _ => None,
                    };
                    frame.demoted |= until.is_some_and(|until| self.place.as_of < until);
                }
                Clause::Let { local, value } => {
                    let value = self.eval(*value);
                    self.bind(*local, value);
                }
                Clause::Rule(rule) => {
                    let holds = match rule.kind {
                        RuleKind::Require => self.truth(rule.cond),
                        RuleKind::Need => self.needed(rule.cond),
                        RuleKind::Forbid => !self.truth(rule.cond),
                    };
                    match holds {
                        Truth::True => {}
                        Truth::False => frame.fail = frame.fail.or(Some(at)),
                        Truth::Unknown(why) => {
                            frame.unknown = match frame.unknown {
                                Some((first, _)) if first.graver(why) != first => Some((why, at)),
                                Some(first) => Some(first),
                                None => Some((why, at)),
                            }
                        }
                    }
                }
            }
        }
        self.finish(walk, frame, None);
    }

    /// `need slo`: what is not there is unknown, with its cause, and not false.
    fn needed(&mut self, cond: NodeId) -> Truth {
        let truth = self.truth(cond);
        let program = self.program;
        match (truth, program.code.get(cond.ix()).map(|code| &code.node)) {
            (Truth::False, Some(Node::ItemIs(item, ItemTest::Present))) => self
                .item_why(*item, cond)
                .map_or(Truth::False, Truth::Unknown),
            (Truth::False, Some(Node::ValueIs(of, ValueTest::Present))) => {
                Truth::Unknown(Why::at(Cause::MissingField, *of))
            }
            _ => truth,
        }
    }

    fn walk_rows(&mut self, walk: &mut Walk<'_, 'a>, bind: &'a Bind, at: u16, frame: Frame) {
        let mut inner = frame;
        if !walk.family {
            // What stands above the first `each` speaks of the gate, and decides for it once.
            walk.family = true;
            walk.demoted = frame.demoted;
            if frame.fail.is_some() || frame.unknown.is_some() {
                self.conclude(walk, frame, None, None);
            }
            inner.fail = None;
            inner.unknown = None;
        }
        let node = bind.vars.first().map_or(NodeId(0), |var| var.1);
        let scan = self.each(bind, node, &mut |ctx, row| {
            match row {
                Ok(Truth::Unknown(why)) => {
                    let filter = inner.filter.or(Some(why));
                    ctx.walk(walk, at as usize + 1, Frame { filter, ..inner });
                }
                Ok(_) => ctx.walk(walk, at as usize + 1, inner),
                Err(why) => {
                    let unknown = (Verdict::Unknown(why), Some(at));
                    ctx.conclude(walk, inner, Some(unknown), None);
                }
            }
            true
        });
        if scan.picked == 0 && !scan.permitted && !bind.may_be_empty {
            let empty = Verdict::Unknown(self.blame(Cause::Empty, node));
            self.conclude(walk, inner, Some((empty, Some(at))), None);
        }
    }

    /// Ends a row.
    fn finish(
        &mut self,
        walk: &mut Walk<'_, 'a>,
        frame: Frame,
        verdict: Option<(Verdict, Option<u16>)>,
    ) {
        let row = walk.rows;
        walk.rows += 1;
        if !walk.family {
            walk.demoted = frame.demoted;
        }
        self.conclude(walk, frame, verdict, Some(row));
    }

    /// Counts a verdict, asking for a waiver where it is not a pass.
    fn conclude(
        &mut self,
        walk: &mut Walk<'_, 'a>,
        frame: Frame,
        verdict: Option<(Verdict, Option<u16>)>,
        row: Option<u32>,
    ) {
        let (mut verdict, clause) = verdict.unwrap_or(match (frame.fail, frame.unknown) {
            (Some(at), _) => (Verdict::Fail, Some(at)),
            (None, Some((why, at))) => (Verdict::Unknown(why), Some(at)),
            (None, None) => (Verdict::Pass, None),
        });
        if frame.pending && verdict != Verdict::NotApplicable {
            verdict = Verdict::Pending;
        }
        if let (Some(why), Verdict::Fail | Verdict::Unknown(_)) = (frame.filter, verdict) {
            verdict = Verdict::Unknown(why);
        }
        let mut found = RowVerdict {
            row,
            verdict,
            level: demote(walk.gate.level, frame.demoted),
            clause,
            waived: None,
        };
        let people = self.people;
        found.waived = match verdict {
            Verdict::Fail | Verdict::Unknown(_) if found.level != Level::Hard => {
                people.waived(self, walk.id, &found)
            }
            Verdict::Fail
            | Verdict::Unknown(_)
            | Verdict::Pass
            | Verdict::Pending
            | Verdict::Waived
            | Verdict::NotApplicable => None,
        };
        walk.applicable |= verdict != Verdict::NotApplicable;
        if verdict == Verdict::Pass {
            walk.passed += row.is_some() as u32;
        } else {
            walk.notable.push(found);
        }
        // A row made advisory decides nothing, unless the gate itself was.
        if frame.demoted == walk.demoted {
            walk.worst = worse(walk.worst, verdict);
            match found.waived {
                Some(_) => walk.waived = true,
                None => walk.asked = worse(walk.asked, verdict),
            }
        }
        if let Some(visit) = walk.visit.as_mut() {
            visit(self, found);
        }
    }

    /// A gate's raw truth: what does not apply holds, what is pending cannot be told yet.
    pub(crate) fn gate_truth(&mut self, id: GateId) -> Truth {
        self.gate(id).verdict.truth()
    }

    pub(crate) fn gate_is(&mut self, id: GateId, test: GateTest) -> Val<'a> {
        let found = self.gate(id);
        Val::Bool(match test {
            GateTest::Pass => found.verdict == Verdict::Pass,
            GateTest::Fail => found.verdict == Verdict::Fail,
            GateTest::Unknown => found.verdict.why().is_some(),
            GateTest::Pending => found.verdict == Verdict::Pending,
            GateTest::Waived => found.asked == Verdict::Waived,
        })
    }

    /// `gate["row"]`
    pub(crate) fn gate_row(&mut self, id: GateId, keys: &[NodeId], node: NodeId) -> Truth {
        let mut wanted = Vec::with_capacity(keys.len());
        for &key in keys {
            match self.eval(key) {
                Val::Unknown(why) => return Truth::Unknown(why),
                value => wanted.push(self.shown(value, self.ty(key))),
            }
        }
        let rows = self.all_rows(id);
        if let Some(row) = rows
            .iter()
            .find(|row| row.found.row.is_some() && row.key == wanted)
        {
            return row.verdict.truth();
        }
        // Where the rows cannot be told, neither can this one.
        let unknown = rows.iter().find_map(|row| match row.found.row {
            None => row.verdict.why(),
            Some(_) => None,
        });
        Truth::Unknown(unknown.unwrap_or(Why::at(Cause::Missing, node)))
    }

    /// A group's raw truth.
    pub(crate) fn group_truth(&mut self, id: GroupId) -> Truth {
        self.group(id, false).truth()
    }

    /// What a question comes to: satisfied includes waived, not applicable, and whatever is advisory.
    pub fn ask(&mut self, ask: &Ask) -> Verdict {
        self.answer(ask, true)
    }

    fn answer(&mut self, ask: &Ask, asked: bool) -> Verdict {
        match ask {
            Ask::Gate(gate) => {
                let found = self.gate(*gate);
                match (asked, found.level) {
                    (false, _) => found.verdict,
                    (true, Level::Advisory) => Verdict::Pass,
                    (true, Level::Hard | Level::Blocking) => found.asked,
                }
            }
            Ask::Group(group) => self.group(*group, asked),
            Ask::Approval(approval) => match self.people.given(*approval, None) {
                true => Verdict::Pass,
                false => Verdict::Pending,
            },
            Ask::Cond(node) => self.truth(*node).into(),
            Ask::All(asks) => asks.iter().fold(Verdict::Pass, |all, ask| {
                let verdict = self.answer(ask, asked);
                let both = worse(all, verdict);
                match (both, verdict) {
                    (Verdict::Pass, Verdict::Waived) => Verdict::Waived,
                    (both, _) => both,
                }
            }),
            Ask::Any(asks) => {
                let mut best = Verdict::Fail;
                for ask in asks {
                    let verdict = self.answer(ask, asked);
                    let (a, b) = (hope(best), hope(verdict));
                    if b > a || best == Verdict::Waived && verdict == Verdict::Pass {
                        best = verdict;
                    }
                }
                best
            }
            Ask::Not(ask) => match self.answer(ask, asked) {
                Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => Verdict::Fail,
                Verdict::Fail => Verdict::Pass,
                other @ (Verdict::Unknown(_) | Verdict::Pending) => other,
            },
            Ask::Count(kind, n, asks) => self.count(*kind, *n, asks, asked),
        }
    }

    fn count(&mut self, kind: CountKind, n: u32, asks: &[Ask], asked: bool) -> Verdict {
        let (mut sure, mut maybe, mut open) = (0u32, 0u32, Verdict::Fail);
        for ask in asks {
            let verdict = self.answer(ask, asked);
            match verdict {
                Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => sure += 1,
                Verdict::Fail => {}
                Verdict::Unknown(_) | Verdict::Pending => {
                    maybe += 1;
                    if hope(verdict) > hope(open) {
                        open = verdict;
                    }
                }
            }
        }
        let most = sure + maybe;
        let (certain, possible) = match kind {
            CountKind::AtLeast => (sure >= n, most >= n),
            CountKind::AtMost => (most <= n, sure <= n),
            CountKind::Exactly => (sure == n && maybe == 0, sure <= n && n <= most),
        };
        match (certain, possible) {
            (true, _) => Verdict::Pass,
            (false, true) => open,
            (false, false) => Verdict::Fail,
        }
    }

    fn group(&mut self, id: GroupId, asked: bool) -> Verdict {
        let program = self.program;
        match (program.groups.get(id.ix()), self.deeper()) {
            (Some(group), true) => {
                let verdict = self.answer(&group.ask, asked);
                self.shallower();
                verdict
            }
            (_, deeper) => {
                if deeper {
                    self.shallower();
                }
                Verdict::Unknown(Why::at(Cause::Inconclusive, NodeId(0)))
            }
        }
    }

    /// The name of the row of a gate that is bound.
    pub fn gate_key(&mut self, id: GateId) -> Vec<String> {
        let mut key = Vec::new();
        let program = self.program;
        let Some(gate) = program.gates.get(id.ix()) else {
            return key;
        };
        for clause in &gate.clauses {
            match clause {
                Clause::Each { bind, by } => self.bound_key(bind, by, &mut key),
                Clause::Applies(_)
                | Clause::Pending(_)
                | Clause::AdvisoryUnless(_)
                | Clause::AdvisoryUntil(_)
                | Clause::Let { .. }
                | Clause::Rule(_) => {}
            }
        }
        key
    }

    /// Adds the name of the row that binders have bound: `by`, the keys of the sources, or where it stands.
    pub fn bound_key(&mut self, bind: &'a Bind, by: &'a [NodeId], key: &mut Vec<String>) {
        if !by.is_empty() {
            for &by in by {
                let value = self.eval(by);
                key.push(self.shown(value, self.ty(by)));
            }
            return;
        }
        for &(local, source) in &bind.vars {
            let value = self.local(local);
            let at = self.position(local);
            let ty = self.ty(source);
            key.push(match (ty.required(), value) {
                (
                    Ty::Rows {
                        shape: crate::ty::Shape::Table { key } | crate::ty::Shape::Map { key },
                        ..
                    },
                    Val::Record(record),
                ) => {
                    let name = record.field(*key, self.program, self.store);
                    self.shown(name, self.field_ty(ty, *key))
                }
                (Ty::List(element), value) => match (self.literal_name(source, at), value) {
                    (Some(name), _) => name,
                    (None, Val::Record(_) | Val::Rows(_) | Val::Unknown(_)) => at.to_string(),
                    (None, value) => self.shown(value, element),
                },
                _ => match self.literal_name(source, at) {
                    Some(name) => name,
                    None => at.to_string(),
                },
            });
        }
    }

    /// `each r in [provision, replay]`: the item's name.
    fn literal_name(&self, source: NodeId, at: u32) -> Option<String> {
        match &self.program.code.get(source.ix())?.node {
            Node::Shared(_, of) => self.literal_name(*of, at),
            Node::List(items) => match &self.program.code.get(items.get(at as usize)?.ix())?.node {
                Node::Item(item) => Some(self.program.evidence.get(item.ix())?.name.clone()),
                // Items of several types are rows whose first field is their name.
                Node::Make(_, fields) => match &self.program.code.get(fields.first()?.ix())?.node {
                    Node::Const(crate::ir::Const::Text(name)) => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// `gate["a", "b"]`, or the bare name without a key.
pub fn subject(name: &str, key: &[String]) -> String {
    if key.is_empty() {
        return name.to_owned();
    }
    let parts: Vec<String> = key
        .iter()
        .map(|part| {
            let escaped = part.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{}\"", escaped.replace('\n', "\\n").replace('\t', "\\t"))
        })
        .collect();
    format!("{name}[{}]", parts.join(", "))
}

/// Makes the second row of a name `x#2`.
pub fn number_doubles(key: &mut [String], seen: &mut std::collections::BTreeMap<Vec<String>, u32>) {
    if key.is_empty() {
        return;
    }
    let count = seen.entry(key.to_vec()).or_insert(0);
    *count += 1;
    if let (true, Some(last)) = (*count > 1, key.last_mut()) {
        last.push_str(&format!("#{count}"));
    }
}

fn demote(level: Level, demoted: bool) -> Level {
    match demoted {
        true => Level::Advisory,
        false => level,
    }
}

/// The worse of two verdicts; the first one where they are alike.
fn worse(a: Verdict, b: Verdict) -> Verdict {
    if let (Verdict::Unknown(a), Verdict::Unknown(b)) = (a, b) {
        return Verdict::Unknown(a.graver(b));
    }
    if b.rank() > a.rank() { b } else { a }
}

/// How near to satisfied a verdict may come.
fn hope(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Unknown(_) => 1,
        Verdict::Pending => 2,
        Verdict::Pass | Verdict::Waived | Verdict::NotApplicable => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Slot;
    use crate::eval::People;
    use crate::eval::lab::Lab;
    use crate::ir::{ApprovalId, Cmp, Group, OriginId};
    use crate::time::Instant;

    fn n(text: &str) -> Slot {
        Lab::slot_number(text)
    }

    /// A gate over a table: `each r in t`, then `require r.n >= 2`, with clauses of the test's in between.
    fn family(
        rows: &[(&str, Slot)],
        between: impl FnOnce(&mut Lab, NodeId) -> Vec<Clause>,
    ) -> (Lab, GateId) {
        let mut lab = Lab::new();
        let (item, record) = lab.table("t", rows);
        let source = lab.read(item);
        let (bind, local) = lab.bind(source, None);
        let row = lab.read_local(local, Ty::Record(record));
        let field = lab.field(row, 1, Ty::Optional(Box::new(Ty::Number)));
        let two = lab.num("2");
        let mut clauses = vec![Clause::Each { bind, by: vec![] }];
        clauses.extend(between(&mut lab, field));
        let cond = lab.cond(Node::Compare(Cmp::Ge, field, two));
        clauses.push(lab.rule(RuleKind::Require, cond));
        let gate = lab.gate("lane", clauses);
        (lab, gate)
    }

    fn words(lab: &Lab, gate: GateId) -> String {
        lab.run(|ctx| {
            let found = ctx.gate(gate);
            let mut words = vec![match found.verdict.why() {
                Some(why) => why.cause.word().to_owned(),
                None => found.verdict.word().to_owned(),
            }];
            words.push(format!("{}/{}", found.passed, found.rows));
            for row in ctx.all_rows(gate) {
                if row.verdict != Verdict::Pass {
                    words.push(format!("{} {}", subject("", &row.key), row.verdict.word()));
                }
            }
            words.join(" ")
        })
    }

    #[test]
    fn a_family_fails_before_it_is_unknown() {
        let check = |rows: &[(&str, Slot)], expected: &str| {
            let (lab, gate) = family(rows, |_, _| vec![]);
            assert_eq!(words(&lab, gate), expected);
        };
        check(&[("a", n("2")), ("b", n("3"))], "pass 2/2");
        check(&[("a", n("1")), ("b", n("3"))], r#"fail 1/2 ["a"] fail"#);
        check(
            &[("a", Slot::Null), ("b", n("3"))],
            r#"missing_field 1/2 ["a"] unknown"#,
        );
        check(
            &[("a", Slot::Null), ("b", n("1"))],
            r#"fail 0/2 ["a"] unknown ["b"] fail"#,
        );
        check(&[], "empty 0/0  unknown");
    }

    #[test]
    fn clauses_below_each_speak_of_the_row() {
        let zero = |lab: &mut Lab, field: NodeId| {
            let zero = lab.num("0");
            lab.cond(Node::Compare(Cmp::Gt, field, zero))
        };
        let rows = [("a", n("0")), ("b", n("3"))];
        let (lab, gate) = family(&rows, |lab, field| vec![Clause::Applies(zero(lab, field))]);
        assert_eq!(words(&lab, gate), r#"pass 1/2 ["a"] not_applicable"#);
        let (lab, gate) = family(&rows, |lab, field| {
            let positive = zero(lab, field);
            vec![Clause::Pending(lab.cond(Node::Not(positive)))]
        });
        assert_eq!(words(&lab, gate), r#"pending 1/2 ["a"] pending"#);
        let (lab, gate) = family(&rows, |lab, field| {
            vec![Clause::AdvisoryUnless(zero(lab, field))]
        });
        assert_eq!(words(&lab, gate), r#"pass 1/2 ["a"] fail"#);
        // Unknown: applies, not pending, not advisory.
        let rows = [("a", Slot::Null)];
        for clause in [
            Clause::Applies as fn(NodeId) -> Clause,
            Clause::Pending,
            Clause::AdvisoryUnless,
        ] {
            let (lab, gate) = family(&rows, |lab, field| vec![clause(zero(lab, field))]);
            assert_eq!(words(&lab, gate), r#"missing_field 0/1 ["a"] unknown"#);
        }
    }

    #[test]
    fn rules_count_as_their_slot_says() {
        let check = |kind, value: &str, verdict: &str| {
            let mut lab = Lab::new();
            let cond = match value {
                "unknown" => lab.unknown(Ty::Bool),
                value => lab.bool(value == "true"),
            };
            let rule = lab.rule(kind, cond);
            let gate = lab.gate("g", vec![rule]);
            let word = lab.run(|ctx| ctx.gate(gate).verdict.word());
            assert_eq!(word, verdict, "{kind:?} {value}");
        };
        check(RuleKind::Require, "true", "pass");
        check(RuleKind::Require, "false", "fail");
        check(RuleKind::Require, "unknown", "unknown");
        check(RuleKind::Forbid, "true", "fail");
        check(RuleKind::Forbid, "false", "pass");
        check(RuleKind::Forbid, "unknown", "unknown");
        check(RuleKind::Need, "unknown", "unknown");
    }

    #[test]
    fn what_is_needed_and_not_there_is_unknown() {
        let mut lab = Lab::new();
        let item = lab.item("slo", Ty::Bool, Slot::Bool(false));
        let cond = lab.cond(Node::ItemIs(item, ItemTest::Present));
        let rule = lab.rule(RuleKind::Need, cond);
        let gate = lab.gate("g", vec![rule]);
        assert_eq!(words(&lab, gate), "pass 1/1");
        lab.state(item, crate::view::ItemState::Stale);
        assert_eq!(words(&lab, gate), "stale 0/1  unknown");
    }

    #[test]
    fn a_later_failure_outweighs_an_earlier_unknown() {
        let mut lab = Lab::new();
        let (unknown, no) = (lab.unknown(Ty::Bool), lab.bool(false));
        let clauses = vec![
            lab.rule(RuleKind::Require, unknown),
            lab.rule(RuleKind::Require, no),
        ];
        let gate = lab.gate("g", clauses);
        lab.run(|ctx| {
            let found = ctx.gate(gate);
            assert_eq!(found.verdict, Verdict::Fail);
            assert_eq!(ctx.notable(&found)[0].clause, Some(1));
        });
    }

    #[test]
    fn doubled_names_are_numbered() {
        let mut lab = Lab::new();
        let source = lab.texts(&["a", "a", "b", "a"]);
        let (bind, local) = lab.bind(source, None);
        let _ = local;
        let no = lab.bool(false);
        let rule = lab.rule(RuleKind::Require, no);
        let gate = lab.gate("g", vec![Clause::Each { bind, by: vec![] }, rule]);
        assert_eq!(
            words(&lab, gate),
            r#"fail 0/4 ["a"] fail ["a#2"] fail ["b"] fail ["a#3"] fail"#
        );
    }

    #[test]
    fn items_in_a_list_are_rows_by_their_names() {
        let mut lab = Lab::new();
        let items: Vec<NodeId> = ["drill", "chaos"]
            .into_iter()
            .map(|name| {
                let item = lab.item(name, Ty::Bool, Slot::Bool(name == "drill"));
                lab.read(item)
            })
            .collect();
        lab.state(crate::ir::ItemId(0), crate::view::ItemState::Missing);
        let source = lab.code(Ty::List(Box::new(Ty::Bool)), Node::List(items));
        let (bind, local) = lab.bind(source, None);
        let cond = lab.read_local(local, Ty::Bool);
        let rule = lab.rule(RuleKind::Require, cond);
        let gate = lab.gate("g", vec![Clause::Each { bind, by: vec![] }, rule]);
        assert_eq!(
            words(&lab, gate),
            r#"fail 0/2 ["drill"] unknown ["chaos"] fail"#
        );
    }

    #[test]
    fn binders_join_and_rows_are_asked_by_key() {
        let mut lab = Lab::new();
        let (xs, ys) = (lab.texts(&["a", "b"]), lab.texts(&["x"]));
        let (mut bind, a) = lab.bind(xs, None);
        let b = lab.local();
        bind.vars.push((b, ys));
        bind.source_may_be_empty.push(false);
        let read = lab.read_local(a, Ty::Text);
        let wanted = lab.text("a");
        let cond = lab.cond(Node::Compare(Cmp::Eq, read, wanted));
        let rule = lab.rule(RuleKind::Require, cond);
        let gate = lab.gate("g", vec![Clause::Each { bind, by: vec![] }, rule]);
        assert_eq!(words(&lab, gate), r#"fail 1/2 ["b", "x"] fail"#);
        let mut row = |first: &str| {
            let keys = vec![lab.text(first), lab.text("x")];
            let node = lab.cond(Node::GateRow(gate, keys));
            lab.truth(node)
        };
        assert_eq!(row("a"), "true");
        assert_eq!(row("b"), "false");
        assert_eq!(row("c"), "missing");
    }

    /// Waives everything as waiver 7, gives every approval.
    struct Everybody;

    impl People for Everybody {
        fn given(&self, _: ApprovalId, _: Option<Instant>) -> bool {
            true
        }

        fn waived(&self, _: &mut Context<'_>, _: GateId, row: &RowVerdict) -> Option<u32> {
            (row.verdict == Verdict::Fail).then_some(7)
        }
    }

    #[test]
    fn waivers_satisfy_who_asks_and_change_no_truth() {
        let check = |level, verdict: &str, raw: &str| {
            let (mut lab, gate) = family(&[("a", n("1")), ("b", n("3"))], |_, _| vec![]);
            lab.program.gates[0].level = level;
            let truth = lab.cond(Node::Gate(gate));
            let waived = lab.cond(Node::GateIs(gate, GateTest::Waived));
            lab.run_with(&Everybody, |ctx| {
                assert_eq!(ctx.ask(&Ask::Gate(gate)).word(), verdict, "{level:?}");
                assert_eq!(ctx.gate(gate).verdict.word(), raw);
                assert_eq!(ctx.truth(truth), Truth::False);
                assert_eq!(ctx.truth(waived), (level != Level::Hard).into());
            });
        };
        check(Level::Blocking, "waived", "fail");
        check(Level::Hard, "fail", "fail");
        check(Level::Advisory, "pass", "fail");
    }

    #[test]
    fn questions_combine_verdicts() {
        let mut lab = Lab::new();
        let mut ask = |value: &str| {
            let node = match value {
                "unknown" => lab.unknown(Ty::Bool),
                value => lab.bool(value == "true"),
            };
            Ask::Cond(node)
        };
        let (yes, no, open) = (ask("true"), ask("false"), ask("unknown"));
        let approval = Ask::Approval(ApprovalId(0));
        let check = |ask: Ask, word: &str| {
            let verdict = lab.run(|ctx| ctx.ask(&ask).word());
            assert_eq!(verdict, word, "{ask:?}");
        };
        let three = || vec![yes.clone(), no.clone(), open.clone()];
        check(Ask::All(vec![yes.clone(), approval.clone()]), "pending");
        check(Ask::All(vec![open.clone(), approval.clone()]), "unknown");
        check(Ask::All(three()), "fail");
        check(Ask::Any(three()), "pass");
        check(Ask::Any(vec![no.clone(), open.clone()]), "unknown");
        check(Ask::Any(vec![no.clone(), approval.clone()]), "pending");
        check(Ask::Not(Box::new(no.clone())), "pass");
        check(Ask::Not(Box::new(open.clone())), "unknown");
        check(Ask::Count(CountKind::AtLeast, 1, three()), "pass");
        check(Ask::Count(CountKind::AtLeast, 2, three()), "unknown");
        check(Ask::Count(CountKind::AtLeast, 3, three()), "fail");
        check(Ask::Count(CountKind::AtMost, 1, three()), "unknown");
        check(Ask::Count(CountKind::Exactly, 0, three()), "fail");
    }

    #[test]
    fn a_group_that_asks_itself_is_inconclusive() {
        let mut lab = Lab::new();
        lab.program.groups.push(Group {
            name: "g".into(),
            ask: Ask::All(vec![Ask::Group(GroupId(0))]),
            at: OriginId(0),
        });
        let verdict = lab.run(|ctx| ctx.ask(&Ask::Group(GroupId(0))).word());
        assert_eq!(verdict, "unknown");
    }

    #[test]
    fn advisory_until_ends_at_its_instant() {
        let check = |until: &str, level: Level| {
            let mut lab = Lab::new();
            let until = crate::eval::lab::instant(until);
            let until = lab.code(Ty::Instant, Node::Const(crate::ir::Const::Instant(until)));
            let no = lab.bool(false);
            let rule = lab.rule(RuleKind::Require, no);
            let gate = lab.gate("g", vec![Clause::AdvisoryUntil(until), rule]);
            lab.run(|ctx| {
                assert_eq!(ctx.gate(gate).level, level);
                assert_eq!(ctx.gate(gate).verdict, Verdict::Fail);
            });
        };
        check("2026-02-25T12:00:01Z", Level::Advisory);
        check("2026-02-25T12:00:00Z", Level::Blocking);
    }
}
