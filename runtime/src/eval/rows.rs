//! Everything that walks over rows: binders, quantifiers, aggregates, selections, look-ups, set operators.
//! Vacuity is never a pass: a source without rows is unknown unless it may be empty.

use std::cmp::Ordering;

use super::Context;
use super::compare::{element_ty, known, order};
use super::text::Differences;
use crate::ir::{Aggregate, Bind, Const, CountKind, NodeId, Quant, SetOp};
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

    /// `{ a: 1 }`
    pub(super) fn make(&mut self, id: crate::ty::RecordId, fields: &[NodeId]) -> Val<'a> {
        let fields = fields.iter().map(|&field| self.eval(field)).collect();
        Val::Record(Record {
            id,
            fields: Fields::Vals(self.scratch.list(fields)),
        })
    }

    /// `rows[key]`, `list[0]`
    pub(super) fn index(&mut self, of: NodeId, keys: &[NodeId], node: NodeId) -> Val<'a> {
        let mut value = self.eval(of);
        for &key in keys {
            let rows = match known(value, of) {
                Ok(Val::Rows(rows)) => rows,
                Ok(_) => return Val::unknown(Cause::Inconclusive, node),
                Err(why) => return Val::Unknown(why),
            };
            let key = match self.need(key) {
                Ok(key) => key,
                Err(why) => return Val::Unknown(why),
            };
            value = match self.find(&rows, key, node) {
                Ok(Some(row)) => self.element(&rows, row),
                Ok(None) => {
                    let cause = match rows.short {
                        true => Cause::Inconclusive,
                        false => Cause::Missing,
                    };
                    return Val::Unknown(Why {
                        node,
                        ..self.blame(cause, of)
                    });
                }
                Err(why) => return Val::Unknown(why),
            };
        }
        value
    }

    /// Where the row with a key stands.
    fn find(&mut self, rows: &Rows<'a>, key: Val<'a>, node: NodeId) -> Result<Option<usize>, Why> {
        let Some(field) = rows.key() else {
            let Val::Number(number) = key else {
                return Err(Why::at(Cause::Inconclusive, node));
            };
            let at = number.to_i128().and_then(|n| usize::try_from(n).ok());
            return Ok(at.filter(|&at| at < rows.len()));
        };
        if rows.len() > FEW
            && let Items::Slots { start, .. } = rows.items
        {
            return self.find_sorted(rows, field, start, key);
        }
        let mut unclear = None;
        for i in 0..rows.len() {
            let (value, ty) = self.keyed(rows, i);
            match self.same(value, key, ty, node) {
                Truth::True => return Ok(Some(i)),
                Truth::False => {}
                Truth::Unknown(why) => unclear = unclear.or(Some(why)),
            }
        }
        unclear.map_or(Ok(None), Err)
    }

    /// Looks a key up in an order made once a step.
    fn find_sorted(
        &mut self,
        rows: &Rows<'a>,
        field: u16,
        start: u32,
        key: Val<'a>,
    ) -> Result<Option<usize>, Why> {
        let _ = field;
        let place = match self
            .orders
            .binary_search_by_key(&start, |entry| entry.start)
        {
            Ok(place) => place,
            Err(place) => {
                let mut rank: Vec<u32> = Vec::with_capacity(rows.len());
                let mut unclear = None;
                for i in 0..rows.len() {
                    match self.keyed(rows, i).0 {
                        Val::Unknown(why) => unclear = unclear.or(Some(why)),
                        _ => rank.push(i as u32),
                    }
                }
                rank.sort_by(|&a, &b| {
                    let (a, ty) = self.keyed(rows, a as usize);
                    let (b, _) = self.keyed(rows, b as usize);
                    order(a, b, ty).unwrap_or(Ordering::Equal)
                });
                let entry = super::Order {
                    start,
                    rank,
                    unclear,
                };
                self.orders.insert(place, entry);
                place
            }
        };
        let entry = &self.orders[place];
        let found = entry.rank.binary_search_by(|&row| {
            let (value, ty) = self.keyed(rows, row as usize);
            order(value, key, ty).unwrap_or(Ordering::Less)
        });
        match (found, entry.unclear) {
            (Ok(at), _) => Ok(Some(entry.rank[at] as usize)),
            (Err(_), Some(why)) => Err(why),
            (Err(_), None) => Ok(None),
        }
    }

    /// `s.last`: the newest row of a series.
    pub(super) fn last(&mut self, of: NodeId, node: NodeId) -> Val<'a> {
        match self.rows(of, node) {
            Err(why) => Val::Unknown(why),
            Ok(rows) if rows.is_empty() => Val::Unknown(self.blame(Cause::Empty, of)),
            Ok(rows) => self.element(&rows, rows.len() - 1),
        }
    }

    /// `last n of rows by field`: in ascending order, so that the newest stands last.
    pub(super) fn last_n(
        &mut self,
        of: NodeId,
        count: NodeId,
        by: Option<u16>,
        node: NodeId,
    ) -> Val<'a> {
        let rows = match self.rows(of, node) {
            Ok(rows) => rows,
            Err(why) => return Val::Unknown(why),
        };
        let count = match self.number(count, node) {
            Ok(count) => count,
            Err(why) => return Val::Unknown(why),
        };
        let Some(count) = count.to_i128().and_then(|n| usize::try_from(n).ok()) else {
            return Val::unknown(Cause::Inconclusive, node);
        };
        let short = rows.short || rows.len() < count;
        let from = rows.len().saturating_sub(count);
        match (by, rows.items) {
            (None, Items::Samples(samples)) => Val::Rows(Rows {
                items: Items::Samples(&samples[from..]),
                short,
                ..rows
            }),
            (None, _) => {
                let list = (from..rows.len()).map(|i| self.element(&rows, i)).collect();
                self.computed_short(list, short, self.ty(node))
            }
            (Some(field), _) => {
                let mut ranked = Vec::with_capacity(rows.len());
                for i in 0..rows.len() {
                    let row = self.element(&rows, i);
                    let rank = match row {
                        Val::Record(record) => record.field(field, self.program, self.store),
                        other => other,
                    };
                    match known(rank, node) {
                        Ok(rank) => ranked.push((rank, row)),
                        Err(why) => return Val::Unknown(why),
                    }
                }
                let ty = self.field_ty(rows.ty, field);
                ranked.sort_by(|a, b| order(a.0, b.0, ty).unwrap_or(Ordering::Equal));
                let list = ranked.into_iter().skip(from).map(|(_, row)| row).collect();
                self.computed_short(list, short, self.ty(node))
            }
        }
    }

    fn computed_short(&self, list: Vec<Val<'a>>, short: bool, ty: &'a Ty) -> Val<'a> {
        Val::Rows(Rows {
            ty,
            items: Items::Vals(self.scratch.list(list)),
            short,
        })
    }

    /// `x in list`
    pub(super) fn is_in(&mut self, value: NodeId, list: NodeId, node: NodeId) -> Truth {
        let value = self.need(value);
        let list = self.need(list);
        let (value, list) = match (value, list) {
            (Ok(value), Ok(list)) => (value, list),
            (Err(why), _) | (_, Err(why)) => return Truth::Unknown(why),
        };
        match (value, list) {
            (Val::Text(part), Val::Text(whole)) => whole.contains(part).into(),
            (value, Val::Rows(rows)) => self.is_among(value, &rows, node),
            _ => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
        }
    }

    fn is_among(&self, value: Val<'a>, rows: &Rows<'a>, node: NodeId) -> Truth {
        if let (Val::Text(text), Items::Consts(list)) = (value, rows.items)
            && *element_ty(rows).required() == Ty::Text
        {
            let among = |item: &Const| matches!(item, Const::Text(item) if item == text);
            return list.iter().any(among).into();
        }
        let mut among = Truth::False;
        for i in 0..rows.len() {
            let (element, ty) = self.keyed(rows, i);
            among = among.or(self.same(element, value, ty, node));
            if among == Truth::True {
                break;
            }
        }
        among
    }

    /// `covers`, `exactly`, `subset of`
    pub(super) fn set(&mut self, op: SetOp, left: NodeId, right: NodeId, node: NodeId) -> Truth {
        let (a, b) = match (self.need(left), self.need(right)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(why), _) | (_, Err(why)) => return Truth::Unknown(why),
        };
        match (a, b) {
            (Val::Rows(a), Val::Rows(b)) => match op {
                SetOp::Covers => self.has_all(&a, &b, node),
                SetOp::SubsetOf => self.has_all(&b, &a, node),
                SetOp::Exactly => self.has_all(&a, &b, node).and(self.has_all(&b, &a, node)),
            },
            (Val::Text(text), Val::Rows(parts)) if op == SetOp::Covers => {
                self.has_texts(text, &parts, node)
            }
            _ => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
        }
    }

    fn has_texts(&self, text: &str, parts: &Rows<'a>, node: NodeId) -> Truth {
        (0..parts.len()).fold(Truth::True, |all, i| {
            all.and(match known(self.keyed(parts, i).0, node) {
                Ok(Val::Text(part)) => text.contains(part).into(),
                Ok(_) => Truth::Unknown(Why::at(Cause::Inconclusive, node)),
                Err(why) => Truth::Unknown(why),
            })
        })
    }

    fn has_all(&self, whole: &Rows<'a>, part: &Rows<'a>, node: NodeId) -> Truth {
        if let Some(members) = self.members(whole, part.len()) {
            return (0..part.len()).fold(Truth::True, |all, i| {
                all.and(match self.keyed(part, i).0 {
                    Val::Unknown(why) => Truth::Unknown(why),
                    value => members.has(value).into(),
                })
            });
        }
        (0..part.len()).fold(Truth::True, |all, i| {
            all.and(self.is_among(self.keyed(part, i).0, whole, node))
        })
    }

    /// The members of a long list in order, where all are known and have one.
    fn members(&self, rows: &Rows<'a>, questions: usize) -> Option<Members<'a>> {
        if rows.len() <= FEW || questions <= 2 {
            return None;
        }
        let ty = self.keyed(rows, 0).1;
        let mut sorted = Vec::with_capacity(rows.len());
        for i in 0..rows.len() {
            let value = self.keyed(rows, i).0;
            order(value, value, ty)?;
            sorted.push(value);
        }
        sorted.sort_by(|&a, &b| order(a, b, ty).unwrap_or(Ordering::Equal));
        Some(Members { sorted, ty })
    }

    /// `a minus b`
    pub(super) fn minus(&mut self, left: NodeId, right: NodeId, node: NodeId) -> Val<'a> {
        let (a, b) = match (self.rows(left, node), self.rows(right, node)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(why), _) | (_, Err(why)) => return Val::Unknown(why),
        };
        let members = self.members(&b, a.len());
        let mut kept = Vec::new();
        for i in 0..a.len() {
            let key = self.keyed(&a, i).0;
            let among = match (&members, key) {
                (_, Val::Unknown(why)) => Truth::Unknown(why),
                (Some(members), key) => members.has(key).into(),
                (None, key) => self.is_among(key, &b, node),
            };
            match among {
                Truth::True => {}
                Truth::False => kept.push(self.element(&a, i)),
                Truth::Unknown(why) => return Val::Unknown(why),
            }
        }
        self.computed_short(kept, false, a.ty)
    }

    /// What the sides of a set operator do not share, shown.
    pub fn differences(&mut self, op: SetOp, left: NodeId, right: NodeId) -> Differences {
        let mut found = Differences::default();
        let (Ok(a), Ok(b)) = (self.need(left), self.need(right)) else {
            return found;
        };
        let (a, b) = match (a, b) {
            (Val::Rows(a), Val::Rows(b)) => (a, b),
            (Val::Text(text), Val::Rows(parts)) => {
                for i in 0..parts.len() {
                    if let (Val::Text(part), _) = self.keyed(&parts, i)
                        && !text.contains(part)
                    {
                        found.missing.push(part.to_owned());
                    }
                }
                return found;
            }
            _ => return found,
        };
        let lacks = |whole: &Rows<'a>, part: &Rows<'a>| -> Vec<String> {
            let mut names = Vec::new();
            for i in 0..part.len() {
                let (value, ty) = self.keyed(part, i);
                if self.is_among(value, whole, left) != Truth::True {
                    let name = self.shown(value, ty);
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
            names
        };
        match op {
            SetOp::Covers => (found.missing, found.extra) = (lacks(&a, &b), lacks(&b, &a)),
            SetOp::SubsetOf => (found.missing, found.extra) = (lacks(&a, &b), lacks(&b, &a)),
            SetOp::Exactly => (found.missing, found.extra) = (lacks(&a, &b), lacks(&b, &a)),
        }
        found
    }

    /// `unique(list)`
    pub(super) fn unique(&self, rows: &Rows<'a>, node: NodeId) -> Truth {
        let mut unique = Truth::True;
        if let Some(members) = self.members(rows, rows.len()) {
            let doubled = members
                .sorted
                .windows(2)
                .any(|pair| order(pair[0], pair[1], members.ty).is_some_and(Ordering::is_eq));
            return (!doubled).into();
        }
        for i in 0..rows.len() {
            for j in 0..i {
                let (a, ty) = self.keyed(rows, i);
                unique = unique.and(!self.same(a, self.keyed(rows, j).0, ty, node));
                if unique == Truth::False {
                    return unique;
                }
            }
        }
        unique
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

/// Up to here a look along the rows is quicker than an order.
const FEW: usize = 16;

struct Members<'a> {
    sorted: Vec<Val<'a>>,
    ty: &'a Ty,
}

impl Members<'_> {
    fn has(&self, value: Val<'_>) -> bool {
        self.sorted
            .binary_search_by(|&member| order(member, value, self.ty).unwrap_or(Ordering::Less))
            .is_ok()
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
