//! Finding rows: by key, by place, the last ones.

use std::cmp::Ordering;

use super::Context;
use super::compare::{known, order};
use crate::ir::NodeId;
use crate::value::{Cause, Items, Rows, Truth, Val, Why};

/// Up to here a look along the rows is quicker than an order.
pub(super) const FEW: usize = 16;

impl<'a> Context<'a> {
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
}
