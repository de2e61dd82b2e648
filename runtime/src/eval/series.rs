//! Functions over a series: exact, over a window closed on both ends, never of too few samples.

use super::Context;
use super::compare::known;
use crate::ir::{LocalId, NodeId, Over, SeriesFn};
use crate::number::Number;
use crate::time::Instant;
use crate::unit::SECOND;
use crate::value::{Cause, Items, Rows, Truth, Val, Why};

/// The parts of a series node.
#[derive(Clone, Copy)]
pub(super) struct Ask {
    pub function: SeriesFn,
    pub of: NodeId,
    pub row: LocalId,
    pub value: NodeId,
    pub over: Over,
    pub samples: Option<u32>,
}

impl<'a> Context<'a> {
    /// `p95 of S over 5m with at least n samples`
    pub(super) fn series(&mut self, ask: Ask, node: NodeId) -> Val<'a> {
        self.try_series(ask, node).unwrap_or_else(Val::Unknown)
    }

    fn try_series(&mut self, ask: Ask, node: NodeId) -> Result<Val<'a>, Why> {
        let rows = self.rows(ask.of, node)?;
        if rows.is_empty() {
            return Err(self.blame(Cause::Empty, ask.of));
        }
        let unclear = Why::at(Cause::Inconclusive, node);
        let window = self.window(&rows, ask.over, node)?;
        if (window.len() as u32) < ask.samples.unwrap_or(0) || rows.short {
            return Err(unclear);
        }
        let count = window.len();
        let number = match ask.function {
            SeriesFn::Count => Some(Number::from(count as u32)),
            SeriesFn::MaxGap => window
                .clone()
                .skip(1)
                .filter_map(|i| Some(at(&rows, i)?.since(at(&rows, i - 1)?)))
                .max(),
            SeriesFn::Streak => return self.streak(&rows, window, ask, node),
            SeriesFn::Rate => {
                let values = self.values(&rows, window.clone(), ask, node)?;
                let rate = rate(&values, &rows, window);
                self.numbers = values;
                rate
            }
            SeriesFn::Sum => {
                let values = self.values(&rows, window, ask, node)?;
                let sum = total(&values);
                self.numbers = values;
                sum
            }
            SeriesFn::Avg => {
                let values = self.values(&rows, window, ask, node)?;
                let mean = total(&values).and_then(|sum| sum.div(Number::from(count as u32)));
                self.numbers = values;
                mean
            }
            SeriesFn::Min => {
                let values = self.values(&rows, window, ask, node)?;
                let least = values.iter().min().copied();
                self.numbers = values;
                least
            }
            SeriesFn::Max => {
                let values = self.values(&rows, window, ask, node)?;
                let greatest = values.iter().max().copied();
                self.numbers = values;
                greatest
            }
            SeriesFn::Percentile(tenths) => {
                let mut values = self.values(&rows, window, ask, node)?;
                values.sort_unstable();
                let value = nearest_rank(values.len(), tenths).map(|rank| values[rank]);
                self.numbers = values;
                value
            }
        };
        number.map(Val::Number).ok_or(unclear)
    }

    /// The rows whose time lies in the window, both ends included.
    fn window(
        &mut self,
        rows: &Rows<'a>,
        over: Over,
        node: NodeId,
    ) -> Result<std::ops::Range<usize>, Why> {
        let unclear = || Why::at(Cause::Inconclusive, node);
        let start = match over {
            Over::All => return Ok(0..rows.len()),
            Over::Duration(span) => {
                let span = self.number(span, node)?;
                self.place.as_of.minus(span).unwrap_or(Instant::MIN)
            }
            Over::Cohort => self.place.entered_at.ok_or_else(unclear)?,
            Over::Phase => self.place.phase_entered_at.ok_or_else(unclear)?,
            Over::Rollout => self.place.subject_since.ok_or_else(unclear)?,
        };
        let Items::Samples(samples) = rows.items else {
            return Err(unclear());
        };
        let from = samples.partition_point(|sample| sample.at < start);
        let until = samples.partition_point(|sample| sample.at <= self.place.as_of);
        Ok(from..until.max(from))
    }

    fn values(
        &mut self,
        rows: &Rows<'a>,
        window: std::ops::Range<usize>,
        ask: Ask,
        node: NodeId,
    ) -> Result<Vec<Number>, Why> {
        let mut values = std::mem::take(&mut self.numbers);
        values.clear();
        for i in window {
            let row = self.element(rows, i);
            self.bind(ask.row, row);
            match known(self.eval(ask.value), ask.value)? {
                Val::Number(number) => values.push(number),
                _ => return Err(Why::at(Cause::Inconclusive, node)),
            }
        }
        Ok(values)
    }

    /// How many at the end are true in a row.
    fn streak(
        &mut self,
        rows: &Rows<'a>,
        window: std::ops::Range<usize>,
        ask: Ask,
        node: NodeId,
    ) -> Result<Val<'a>, Why> {
        let _ = node;
        let mut run = 0u32;
        for i in window.rev() {
            let row = self.element(rows, i);
            self.bind(ask.row, row);
            match self.truth(ask.value) {
                Truth::True => run += 1,
                Truth::False => break,
                Truth::Unknown(why) => return Err(why),
            }
        }
        Ok(Val::Number(Number::from(run)))
    }
}

fn at(rows: &Rows<'_>, i: usize) -> Option<Instant> {
    match rows.items {
        Items::Samples(samples) => samples.get(i).map(|sample| sample.at),
        Items::Slots { .. } | Items::Consts(_) | Items::Cells(..) | Items::Vals(_) => None,
    }
}

fn total(values: &[Number]) -> Option<Number> {
    values.iter().try_fold(Number::ZERO, |sum, &n| sum.add(n))
}

/// The index of the smallest value that at least so many tenths of a percent of all do not exceed.
fn nearest_rank(count: usize, tenths: u16) -> Option<usize> {
    let rank = (count * tenths as usize).div_ceil(1000);
    (count > 0).then(|| rank.clamp(1, count) - 1)
}

/// Change per second of a counter; where it falls it was reset and counts from zero.
fn rate(values: &[Number], rows: &Rows<'_>, window: std::ops::Range<usize>) -> Option<Number> {
    let span = at(rows, window.end.checked_sub(1)?)?.since(at(rows, window.start)?);
    let mut risen = Number::ZERO;
    for pair in values.windows(2) {
        let step = match pair[1] < pair[0] {
            true => pair[1],
            false => pair[1].sub(pair[0])?,
        };
        risen = risen.add(step)?;
    }
    risen.mul(SECOND.into())?.div(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_take_the_nearest_rank() {
        let check = |count, tenths, index| {
            assert_eq!(nearest_rank(count, tenths), index, "p{tenths} of {count}");
        };
        check(0, 950, None);
        check(1, 950, Some(0));
        check(20, 950, Some(18));
        check(21, 950, Some(19));
        check(100, 990, Some(98));
        check(100, 999, Some(99));
        check(1000, 999, Some(998));
        check(5, 0, Some(0));
        check(4, 500, Some(1));
        check(3, 1000, Some(2));
    }
}
