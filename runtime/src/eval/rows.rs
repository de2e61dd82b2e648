//! Everything that walks over rows: binders, quantifiers, aggregates, selections, look-ups, set operators.
//! Vacuity is never a pass: a source without rows is unknown unless it may be empty.

use std::cmp::Ordering;

use super::Context;
use super::compare::{element_ty, known, order};
use crate::ir::{Aggregate, Bind, CountKind, NodeId, Quant};
use crate::number::Number;
use crate::ty::{Shape, Ty};
use crate::value::{Cause, Fields, Items, Record, Rows, Truth, Val, Why};

/// What [`Context::each`] met.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scan {
    /// Rows whose filter was not false, and places where rows could not be told.
    pub picked: u32,
    /// A source that may be empty was.
    pub permitted: bool,
}

/// What a body is told: the truth of the filter for the row that is bound, or why no row can be told.
pub type Row = Result<Truth, Why>;

impl<'a> Context<'a> {
    /// Binds each combination of rows in turn. `Ok` is never false. The body says whether to go on.
    pub fn each(
        &mut self,
        bind: &'a Bind,
        node: NodeId,
        body: &mut dyn FnMut(&mut Self, Row) -> bool,
    ) -> Scan {
        let mut scan = Scan::default();
        self.each_from(bind, 0, node, &mut scan, body);
        scan
    }

    fn each_from(
        &mut self,
        bind: &'a Bind,
        var: usize,
        node: NodeId,
        scan: &mut Scan,
        body: &mut dyn FnMut(&mut Self, Row) -> bool,
    ) -> bool {
        let Some(&(local, source)) = bind.vars.get(var) else {
            let row = match bind.filter {
                None => Truth::True,
                Some(filter) => self.truth(filter),
            };
            if row == Truth::False {
                return true;
            }
            scan.picked += 1;
            return body(self, Ok(row));
        };
        let rows = match self.rows(source, node) {
            Ok(rows) => rows,
            Err(why) => {
                scan.picked += 1;
                return body(self, Err(why));
            }
        };
        if rows.short {
            scan.picked += 1;
            if !body(self, Err(Why::at(Cause::Inconclusive, source))) {
                return false;
            }
        } else if rows.is_empty() {
            if let Items::Vals(_) = rows.items {
                // Computed of rows that there were: a selection that left none.
                return true;
            }
            if bind.source_may_be_empty.get(var) == Some(&true) {
                scan.permitted = true;
                return true;
            }
            scan.picked += 1;
            return body(self, Err(self.blame(Cause::Empty, source)));
        }
        for i in 0..rows.len() {
            let value = self.element(&rows, i);
            self.bind_row(local, value, i);
            if !self.each_from(bind, var + 1, node, scan, body) {
                return false;
            }
        }
        true
    }

    /// `all x in T where C : E` and its like.
    pub(super) fn quantify(
        &mut self,
        quant: Quant,
        bind: &'a Bind,
        body: Option<NodeId>,
        node: NodeId,
    ) -> Truth {
        let mut tally = Tally::new(quant);
        let scan = self.each(bind, node, &mut |ctx, row| {
            let (filter, holds) = match row {
                // Nobody knows how many rows there would be.
                Err(why) => return tally.add_many(why),
                Ok(filter) => (filter, body.map_or(Truth::True, |body| ctx.truth(body))),
            };
            tally.add(match quant {
                Quant::All => (!filter).or(holds),
                Quant::Any | Quant::None | Quant::Count(..) => filter.and(holds),
            })
        });
        if scan.picked > 0 {
            return tally.truth();
        }
        if bind.may_be_empty {
            return Truth::True;
        }
        match quant {
            Quant::All if !scan.permitted => Truth::Unknown(self.blame(Cause::Empty, node)),
            Quant::All | Quant::Any | Quant::None | Quant::Count(..) => tally.truth(),
        }
    }

    /// `all of a, b` and its like.
    pub(super) fn quantify_of(&mut self, quant: Quant, nodes: &[NodeId]) -> Truth {
        let mut tally = Tally::new(quant);
        for &node in nodes {
            let truth = self.truth(node);
            if !tally.add(truth) {
                break;
            }
        }
        tally.truth()
    }

    /// `sum(x in T where C : x.n)` and its like.
    pub(super) fn aggregate(
        &mut self,
        kind: Aggregate,
        bind: &'a Bind,
        value: Option<NodeId>,
        node: NodeId,
    ) -> Val<'a> {
        let mut unknown = None;
        let mut gather = Gather::new(kind);
        let first = bind.vars.first().map(|&(local, _)| local);
        self.each(bind, node, &mut |ctx, row| {
            let step = match row {
                Err(why) | Ok(Truth::Unknown(why)) => Err(why),
                Ok(_) if kind == Aggregate::Count => match value {
                    Some(value) if *ctx.ty(value) == Ty::Bool => match ctx.truth(value) {
                        Truth::True => gather.add(Val::Bool(true), ctx, node),
                        Truth::False => Ok(()),
                        Truth::Unknown(why) => Err(why),
                    },
                    _ => gather.add(Val::Bool(true), ctx, node),
                },
                Ok(_) => {
                    let (value, at) = match (value, first) {
                        (Some(value), _) => (ctx.eval(value), value),
                        (None, Some(local)) => (ctx.local(local), node),
                        (None, None) => (Val::Absent, node),
                    };
                    known(value, at).and_then(|value| gather.add(value, ctx, node))
                }
            };
            unknown = step.err();
            unknown.is_none()
        });
        match unknown {
            Some(why) => Val::Unknown(why),
            None => gather.value(node),
        }
    }

    /// `[x in T where C : e]`
    pub(super) fn collect(
        &mut self,
        bind: &'a Bind,
        value: Option<NodeId>,
        node: NodeId,
    ) -> Val<'a> {
        if let Some(series) = self.collect_series(bind, value, node) {
            return series;
        }
        let mut unknown = None;
        let mut list = Vec::new();
        let first = bind.vars.first().map(|&(local, _)| local);
        self.each(bind, node, &mut |ctx, row| {
            match row {
                Err(why) | Ok(Truth::Unknown(why)) => unknown = Some(why),
                Ok(_) => list.push(match (value, first) {
                    (Some(value), _) => ctx.eval(value),
                    (None, Some(local)) => ctx.local(local),
                    (None, None) => Val::Absent,
                }),
            }
            unknown.is_none()
        });
        match unknown {
            Some(why) => Val::Unknown(why),
            None => self.computed(list, node),
        }
    }

    /// A filtered series keeps the times of its samples.
    fn collect_series(
        &mut self,
        bind: &'a Bind,
        value: Option<NodeId>,
        node: NodeId,
    ) -> Option<Val<'a>> {
        let (&[(local, source)], None, Some(filter)) = (&bind.vars[..], value, bind.filter) else {
            return None;
        };
        let Ok(rows) = self.rows(source, node) else {
            return None;
        };
        let (Items::Samples(samples), false) = (rows.items, rows.is_empty()) else {
            return None;
        };
        let mut kept = Vec::new();
        for (i, sample) in samples.iter().enumerate() {
            let row = self.element(&rows, i);
            self.bind(local, row);
            match self.truth(filter) {
                Truth::True => kept.push(*sample),
                Truth::False => {}
                Truth::Unknown(why) => return Some(Val::Unknown(why)),
            }
        }
        Some(Val::Rows(Rows {
            items: Items::Samples(self.scratch.samples(kept)),
            ..rows
        }))
    }

    /// A list that was computed, with the type of its node.
    pub(super) fn computed(&self, list: Vec<Val<'a>>, node: NodeId) -> Val<'a> {
        Val::Rows(Rows {
            ty: self.ty(node),
            items: Items::Vals(self.scratch.list(list)),
            short: false,
        })
    }

    /// A list of a type, perhaps with fewer rows than were asked for.
    pub(super) fn computed_short(&self, list: Vec<Val<'a>>, short: bool, ty: &'a Ty) -> Val<'a> {
        Val::Rows(Rows {
            ty,
            items: Items::Vals(self.scratch.list(list)),
            short,
        })
    }

    /// `{ a: 1 }`
    pub(super) fn make(&mut self, id: crate::ty::RecordId, fields: &[NodeId]) -> Val<'a> {
        let fields = fields.iter().map(|&field| self.eval(field)).collect();
        Val::Record(Record {
            id,
            fields: Fields::Vals(self.scratch.list(fields)),
        })
    }

    /// The `i`-th element; of rows with a key, that key. With its type.
    pub(crate) fn keyed(&self, rows: &Rows<'a>, i: usize) -> (Val<'a>, &'a Ty) {
        let element = self.element(rows, i);
        match (rows.key(), element) {
            (Some(key), Val::Record(record)) => (
                record.field(key, self.program, self.store),
                self.field_ty(rows.ty, key),
            ),
            _ => (element, element_ty(rows)),
        }
    }

    /// The type of a field of rows.
    pub(crate) fn field_ty(&self, ty: &'a Ty, field: u16) -> &'a Ty {
        let record = match ty.required() {
            Ty::Rows { record, .. } | Ty::Record(record) => *record,
            _ => return ty,
        };
        self.program
            .records
            .get(record.0 as usize)
            .and_then(|record| record.fields.get(field as usize))
            .map_or(ty, |field| &field.ty)
    }

    /// Whether rows are a series.
    pub(super) fn is_series(ty: &Ty) -> bool {
        matches!(
            ty.required(),
            Ty::Rows {
                shape: Shape::Series,
                ..
            }
        )
    }
}

/// Counts truths as a quantifier wants them.
struct Tally {
    quant: Quant,
    sure: u32,
    maybe: u32,
    no: u32,
    why: Option<Why>,
}

impl Tally {
    fn new(quant: Quant) -> Tally {
        Tally {
            quant,
            sure: 0,
            maybe: 0,
            no: 0,
            why: None,
        }
    }

    /// Counts one; says whether more can still matter.
    fn add(&mut self, truth: Truth) -> bool {
        match truth {
            Truth::True => self.sure += 1,
            Truth::False => self.no += 1,
            Truth::Unknown(why) => {
                self.maybe = self.maybe.saturating_add(1);
                self.why = Some(self.why.map_or(why, |first| first.graver(why)));
            }
        }
        self.goes_on()
    }

    /// Counts any number of unknowns.
    fn add_many(&mut self, why: Why) -> bool {
        self.maybe = u32::MAX;
        self.why = Some(self.why.map_or(why, |first| first.graver(why)));
        self.goes_on()
    }

    fn goes_on(&self) -> bool {
        match self.quant {
            Quant::All => self.no == 0,
            Quant::Any | Quant::None => self.sure == 0,
            Quant::Count(CountKind::AtLeast, n) => self.sure < n,
            Quant::Count(CountKind::AtMost | CountKind::Exactly, n) => self.sure <= n,
        }
    }

    fn truth(&self) -> Truth {
        let most = self.sure.saturating_add(self.maybe);
        // The least and the most that can be true decide; between them it cannot be told.
        let (certain, possible) = match self.quant {
            Quant::All => (self.no == 0 && self.maybe == 0, self.no == 0),
            Quant::Any => (self.sure > 0, most > 0),
            Quant::None => (most == 0, self.sure == 0),
            Quant::Count(CountKind::AtLeast, n) => (self.sure >= n, most >= n),
            Quant::Count(CountKind::AtMost, n) => (most <= n, self.sure <= n),
            Quant::Count(CountKind::Exactly, n) => (
                self.sure == n && self.maybe == 0,
                self.sure <= n && n <= most,
            ),
        };
        match (certain, possible, self.why) {
            (true, _, _) => Truth::True,
            (false, true, Some(why)) => Truth::Unknown(why),
            (false, _, _) => Truth::False,
        }
    }
}

/// Gathers the values of an aggregate.
pub(super) struct Gather<'a> {
    kind: Aggregate,
    count: u32,
    sum: Number,
    best: Option<Val<'a>>,
}

impl<'a> Gather<'a> {
    pub(super) fn new(kind: Aggregate) -> Gather<'a> {
        Gather {
            kind,
            count: 0,
            sum: Number::ZERO,
            best: None,
        }
    }

    pub(super) fn add(
        &mut self,
        value: Val<'a>,
        ctx: &Context<'a>,
        node: NodeId,
    ) -> Result<(), Why> {
        let unclear = || Why::at(Cause::Inconclusive, node);
        self.count += 1;
        match self.kind {
            Aggregate::Count => {}
            Aggregate::Sum | Aggregate::Avg => match value {
                Val::Number(number) => self.sum = self.sum.add(number).ok_or_else(unclear)?,
                _ => return Err(unclear()),
            },
            Aggregate::Min | Aggregate::Max => {
                let wanted = match self.kind {
                    Aggregate::Min => Ordering::Less,
                    _ => Ordering::Greater,
                };
                let better = match self.best {
                    None => true,
                    Some(best) => order(value, best, ctx.ty(node)).ok_or_else(unclear)? == wanted,
                };
                if better {
                    self.best = Some(value);
                }
            }
        }
        Ok(())
    }

    pub(super) fn value(self, node: NodeId) -> Val<'a> {
        let number = match self.kind {
            Aggregate::Count => Some(Number::from(self.count)),
            Aggregate::Sum => Some(self.sum),
            Aggregate::Avg => self.sum.div(self.count.into()),
            Aggregate::Min | Aggregate::Max => {
                return self.best.unwrap_or(Val::unknown(Cause::Inconclusive, node));
            }
        };
        number.map_or(Val::unknown(Cause::Inconclusive, node), Val::Number)
    }
}
