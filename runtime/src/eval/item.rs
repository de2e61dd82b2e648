//! What stands outside a policy's expressions: evidence items and their states, the place, thresholds over observations.

use super::{Context, Reads};
use crate::data::Slot;
use crate::ir::{ItemId, ItemTest, Known, Node, NodeId, ThresholdId};
use crate::time::Instant;
use crate::value::{Cause, Items, Rows, Truth, Val, Why};
use crate::view::ItemState;

impl<'a> Context<'a> {
    pub(super) fn item(&self, item: ItemId, node: NodeId) -> Val<'a> {
        if let Some(why) = self.item_why(item, node) {
            return Val::Unknown(why);
        }
        let (Some(view), Some(declared)) = (
            self.view.items.get(item.ix()),
            self.program.evidence.get(item.ix()),
        ) else {
            return Val::unknown(Cause::Missing, node);
        };
        if Self::is_series(&declared.ty) {
            return Val::Rows(Rows {
                ty: &declared.ty,
                items: Items::Samples(&view.samples),
                short: false,
            });
        }
        let value = Val::read(view.root, &declared.ty, self.program, self.store);
        found_at(value, node, Some(item))
    }

    /// Why an item may not be read, if so.
    pub(crate) fn item_why(&self, item: ItemId, node: NodeId) -> Option<Why> {
        let view = self.view.items.get(item.ix());
        let cause = match view.map_or(ItemState::Missing, |view| view.state) {
            ItemState::Present => return None,
            ItemState::Awaited { .. } => Cause::Awaited,
            ItemState::Missing => Cause::Missing,
            ItemState::Stale => Cause::Stale,
            ItemState::Malformed => Cause::Malformed,
            ItemState::Future => Cause::Future,
            ItemState::Mismatched => Cause::Mismatched,
            ItemState::Superseded => Cause::Superseded,
        };
        let fault = match view.map(|view| view.root) {
            Some(Slot::Bad(fault)) => Some(fault),
            _ => None,
        };
        Some(Why {
            cause,
            item: Some(item),
            node,
            fault,
        })
    }

    pub(super) fn observed_at(&self, item: ItemId, node: NodeId) -> Result<Instant, Why> {
        if let Some(why) = self.item_why(item, node) {
            return Err(why);
        }
        let view = self.view.items.get(item.ix());
        view.and_then(|view| view.observed_at).ok_or(Why {
            item: Some(item),
            ..Why::at(Cause::Inconclusive, node)
        })
    }

    pub(super) fn item_is(&self, item: ItemId, test: ItemTest) -> bool {
        let Some(view) = self.view.items.get(item.ix()) else {
            return matches!(test, ItemTest::Missing | ItemTest::Unknown);
        };
        match test {
            ItemTest::Present => view.state == ItemState::Present,
            ItemTest::Stale => view.state == ItemState::Stale,
            ItemTest::Missing => view.state == ItemState::Missing,
            ItemTest::Malformed => view.state == ItemState::Malformed,
            ItemTest::Mismatched => view.state == ItemState::Mismatched,
            ItemTest::Future => view.state == ItemState::Future,
            ItemTest::Awaited => matches!(view.state, ItemState::Awaited { .. }),
            ItemTest::Empty => match self.item(item, NodeId(0)) {
                Val::Rows(rows) => rows.is_empty(),
                Val::Text(text) => text.is_empty(),
                _ => false,
            },
            ItemTest::Unknown => view.state != ItemState::Present,
        }
    }

    pub(super) fn known(&self, known: Known, node: NodeId) -> Val<'a> {
        let place = self.place;
        let instant = match known {
            Known::AsOf => Some(place.as_of),
            Known::Phase => {
                let phase = place.phase.and_then(|id| self.program.phases.get(id.ix()));
                return Val::Text(phase.map_or("start", |phase| &phase.name));
            }
            Known::Cohort => {
                return place
                    .cohort
                    .map_or(Val::unknown(Cause::Inconclusive, node), Val::Number);
            }
            Known::EnteredAt => place.entered_at,
            Known::PhaseEnteredAt => place.phase_entered_at,
            Known::RollbackAt => place.rollback_at,
            Known::Decision => {
                return self
                    .decision
                    .map_or(Val::unknown(Cause::Missing, node), |slot| {
                        Val::read(slot, self.ty(node), self.program, self.store)
                    });
            }
        };
        instant.map_or(Val::unknown(Cause::Inconclusive, node), Val::Instant)
    }

    /// A threshold's truth: too few samples are inconclusive.
    pub(super) fn threshold(&mut self, id: ThresholdId, node: NodeId) -> Truth {
        let Some(threshold) = self.program.thresholds.get(id.ix()) else {
            return Truth::Unknown(Why::at(Cause::Inconclusive, node));
        };
        let truth = self.compare(threshold.op, threshold.measure, threshold.bound, node);
        match self.too_few(id, node) {
            Some(why) if truth.why().is_none() => Truth::Unknown(why),
            _ => truth,
        }
    }

    /// Which item has too few distinct observations for a threshold, if one has.
    pub(crate) fn too_few(&self, id: ThresholdId, node: NodeId) -> Option<Why> {
        let threshold = self.program.thresholds.get(id.ix())?;
        let wanted = threshold.samples?;
        let mut reads = Reads::default();
        reads.node(self.program, threshold.measure);
        let few = reads.items.into_iter().find(|item| {
            let view = self.view.items.get(item.ix());
            view.is_none_or(|view| view.observations < wanted)
        });
        few.map(|item| Why {
            item: Some(item),
            ..Why::at(Cause::Inconclusive, node)
        })
    }

    /// A cause at a node, with the item that its value comes from, as far as that is plain to see.
    pub(crate) fn blame(&self, cause: Cause, node: NodeId) -> Why {
        Why {
            item: self.item_of(node),
            ..Why::at(cause, node)
        }
    }

    /// The item that a node's value comes from, as far as that is plain to see.
    pub(crate) fn item_of(&self, node: NodeId) -> Option<ItemId> {
        match &self.program.code.get(node.ix())?.node {
            Node::Item(item) | Node::ObservedAt(item) | Node::Age(item) => Some(*item),
            Node::Field(of, _)
            | Node::Index(of, _)
            | Node::Last1(of)
            | Node::Shared(_, of)
            | Node::LastN(_, of, _)
            | Node::InUnit(of, _)
            | Node::As(of)
            | Node::Series { of, .. }
            | Node::Default(of, _) => self.item_of(*of),
            Node::Quant(_, bind, _) | Node::Aggregate(_, bind, _) | Node::Collect(bind, _) => {
                self.item_of(bind.vars.first()?.1)
            }
            _ => None,
        }
    }
}

/// A value read from a slot, with the place where it was read, should it be unknown.
pub(super) fn found_at(value: Val<'_>, node: NodeId, item: Option<ItemId>) -> Val<'_> {
    match value {
        Val::Unknown(why) => Val::Unknown(Why {
            node,
            item: why.item.or(item),
            ..why
        }),
        value => value,
    }
}
