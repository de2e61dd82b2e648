//! Verdicts: what a gate says, row by row and as a family, and what a phase's question comes to.
//! Allocates nothing for what passes; why something did not is `explain`'s.

mod ask;
mod name;

#[cfg(test)]
mod tests;

pub use name::{number_doubles, subject};

use crate::eval::Context;
use crate::ir::{
    Bind, Clause, Gate, GateId, GateTest, ItemTest, Level, Node, NodeId, RuleKind, ValueTest,
};
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
            Verdict::Fail | Verdict::Unknown(_) if found.level != Level::Hard && !self.raw => {
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
