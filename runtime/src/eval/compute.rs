//! Arithmetic, units, conversions and civil time. Exact, or inconclusive.

use super::Context;
use super::compare::known;
use crate::ir::{Arith, NodeId};
use crate::number::Number;
use crate::time::{Date, Instant};
use crate::ty::Ty;
use crate::unit::Unit;
use crate::value::{Cause, Items, Rows, Val, Why};
use crate::zone::Local;

impl<'a> Context<'a> {
    /// `a + b` and its like.
    pub(super) fn arith(
        &mut self,
        op: Arith,
        left: NodeId,
        right: NodeId,
        node: NodeId,
    ) -> Val<'a> {
        let (a, b) = match (self.need(left), self.need(right)) {
            (Ok(a), Ok(b)) => (a, b),
            (Err(why), _) | (_, Err(why)) => return Val::Unknown(why),
        };
        let result = match (op, a, b) {
            (_, Val::Number(a), Val::Number(b)) => {
                let result = match op {
                    Arith::Add => a.add(b),
                    Arith::Sub => a.sub(b),
                    Arith::Mul => a.mul(b),
                    Arith::Div => a.div(b),
                };
                result.map(Val::Number)
            }
            (Arith::Add, Val::Instant(t), Val::Number(d))
            | (Arith::Add, Val::Number(d), Val::Instant(t)) => t.plus(d).map(Val::Instant),
            (Arith::Sub, Val::Instant(t), Val::Number(d)) => t.minus(d).map(Val::Instant),
            (Arith::Sub, Val::Instant(a), Val::Instant(b)) => Some(Val::Number(a.since(b))),
            (Arith::Sub, Val::Date(a), Val::Date(b)) => {
                let span = Instant::midnight(a).since(Instant::midnight(b));
                Some(Val::Number(span))
            }
            (Arith::Add, Val::Rows(a), Val::Rows(b)) => Some(self.concat(a, b, node)),
            _ => None,
        };
        result.unwrap_or(Val::unknown(Cause::Inconclusive, node))
    }

    fn concat(&self, a: Rows<'a>, b: Rows<'a>, node: NodeId) -> Val<'a> {
        let mut all = Vec::with_capacity(a.len() + b.len());
        all.extend((0..a.len()).map(|i| self.element(&a, i)));
        all.extend((0..b.len()).map(|i| self.element(&b, i)));
        Val::Rows(Rows {
            ty: self.ty(node),
            items: Items::Vals(self.scratch.list(all)),
            short: a.short || b.short,
        })
    }

    /// `-x`
    pub(super) fn negate(&mut self, operand: NodeId, node: NodeId) -> Val<'a> {
        match self.number(operand, node) {
            Ok(number) => Val::Number(number.neg()),
            Err(why) => Val::Unknown(why),
        }
    }

    /// `x in ms`
    pub(super) fn in_unit(&mut self, operand: NodeId, unit: Unit, node: NodeId) -> Val<'a> {
        match self.number(operand, node).map(|base| unit.from_base(base)) {
            Ok(Some(number)) => Val::Number(number),
            Ok(None) => Val::unknown(Cause::Inconclusive, node),
            Err(why) => Val::Unknown(why),
        }
    }

    /// `x as number|int|text|ratio`
    pub(super) fn convert(&mut self, operand: NodeId, node: NodeId) -> Val<'a> {
        let value = match self.need(operand) {
            Ok(value) => value,
            Err(why) => return Val::Unknown(why),
        };
        let unclear = Val::unknown(Cause::Inconclusive, node);
        match (self.ty(node).required(), value) {
            (Ty::Text, Val::Text(_)) => value,
            (Ty::Text, value) => {
                let mut text = String::new();
                self.show(value, self.ty(operand), &mut text);
                Val::Text(self.scratch.text(text))
            }
            (Ty::Int, Val::Number(number)) => {
                if number.is_int() {
                    value
                } else {
                    unclear
                }
            }
            (Ty::Number | Ty::Ratio | Ty::Duration | Ty::Bytes, Val::Number(_)) => value,
            (Ty::Int, Val::Text(text)) => match Number::parse(text) {
                Ok(number) if number.is_int() => Val::Number(number),
                _ => unclear,
            },
            (Ty::Number | Ty::Ratio, Val::Text(text)) => {
                Number::parse(text).map_or(unclear, Val::Number)
            }
            _ => unclear,
        }
    }

    /// `t plus n months` and its like: one function for instants, one for dates.
    pub(super) fn plus_civil(
        &mut self,
        (start, count): (NodeId, NodeId),
        node: NodeId,
        instant: fn(Instant, i64) -> Option<Instant>,
        date: fn(Date, i64) -> Option<Date>,
    ) -> Val<'a> {
        let start = match self.need(start) {
            Ok(start) => start,
            Err(why) => return Val::Unknown(why),
        };
        let count = match self.number(count, node) {
            Ok(count) => count.to_i128().and_then(|n| i64::try_from(n).ok()),
            Err(why) => return Val::Unknown(why),
        };
        let result = count.and_then(|count| match start {
            Val::Instant(start) => instant(start, count).map(Val::Instant),
            Val::Date(start) => date(start, count).map(Val::Date),
            _ => None,
        });
        result.unwrap_or(Val::unknown(Cause::Inconclusive, node))
    }

    /// `t at 06:00 in "ZONE"`: in a gap the first instant after it, in an overlap the first of the two.
    pub(super) fn at_clock(
        &mut self,
        day: NodeId,
        minute: u16,
        zone: &str,
        node: NodeId,
    ) -> Val<'a> {
        let day = match self.need(day) {
            Ok(day) => day,
            Err(why) => return Val::Unknown(why),
        };
        let utc;
        let rules = match self.program.zones.get(zone) {
            Some(rules) => rules,
            None if zone == "UTC" => {
                utc = crate::zone::ZoneRules::utc();
                &utc
            }
            None => return Val::unknown(Cause::Inconclusive, node),
        };
        let date = match day {
            Val::Date(date) => date,
            Val::Instant(at) => rules.local(at).date(),
            _ => return Val::unknown(Cause::Inconclusive, node),
        };
        Val::Instant(rules.resolve(Local::new(date, minute.into())).first())
    }

    /// The number a node gives.
    pub(super) fn number(&mut self, id: NodeId, node: NodeId) -> Result<Number, Why> {
        match known(self.eval(id), id)? {
            Val::Number(number) => Ok(number),
            _ => Err(Why::at(Cause::Inconclusive, node)),
        }
    }

    /// The instant a node gives.
    pub(super) fn instant(&mut self, id: NodeId, node: NodeId) -> Result<Instant, Why> {
        match known(self.eval(id), id)? {
            Val::Instant(instant) => Ok(instant),
            Val::Date(date) => Ok(Instant::midnight(date)),
            _ => Err(Why::at(Cause::Inconclusive, node)),
        }
    }

    /// The text a node gives.
    pub(super) fn words(&mut self, id: NodeId, node: NodeId) -> Result<&'a str, Why> {
        match known(self.eval(id), id)? {
            Val::Text(text) => Ok(text),
            _ => Err(Why::at(Cause::Inconclusive, node)),
        }
    }

    /// The rows or list a node gives.
    pub(super) fn rows(&mut self, id: NodeId, node: NodeId) -> Result<Rows<'a>, Why> {
        match known(self.eval(id), id)? {
            Val::Rows(rows) => Ok(rows),
            _ => Err(Why::at(Cause::Inconclusive, node)),
        }
    }

    /// A value that is there.
    pub(crate) fn need(&mut self, id: NodeId) -> Result<Val<'a>, Why> {
        known(self.eval(id), id)
    }
}
