//! How an instant sees the evidence: for each item its state and what of it counts.
//! Knows states and slots; how they come about is `step`'s.

mod about;
pub mod look;
mod times;

use crate::data::Slot;
use crate::time::Instant;

/// The evidence as one question sees it, by [`crate::ir::ItemId`].
#[derive(Clone, Debug, Default)]
pub struct View {
    /// One for each declared item.
    pub items: Vec<ItemView>,
    /// Whether a promotion asks: only then waivers cover.
    pub moves: bool,
}

/// One item in a view.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// Whether it may be read, or why not.
    pub state: ItemState,
    /// The value, where present. Unused for a series.
    pub root: Slot,
    /// Of a series: its rows, oldest first.
    pub samples: Vec<Sample>,
    /// When the observation that counts was made.
    pub observed_at: Option<Instant>,
    /// Which reading counts: an index into the step's readings.
    pub reading: Option<u32>,
    /// How many distinct observations of it are at hand and fresh.
    pub observations: u32,
    /// Older than its soft end, still before the hard one.
    pub soft_stale: bool,
    /// Why it is not present, for people: `6m old, fresh 5m`. Empty where the state says all.
    pub note: String,
}

/// A row of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// When it was observed.
    pub at: Instant,
    /// The row.
    pub row: Slot,
}

/// Whether an item may be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemState {
    /// It may.
    Present,
    /// Not due yet.
    Awaited {
        /// When it is missing, if that is known.
        until: Option<Instant>,
    },
    /// Not there.
    Missing,
    /// Older than its `fresh`.
    Stale,
    /// It does not fit its schema as a whole.
    Malformed,
    /// Observed later than now.
    Future,
    /// About another subject, cohort, phase or key.
    Mismatched,
    /// Older than one seen before.
    Superseded,
}

impl Default for ItemView {
    fn default() -> ItemView {
        ItemView {
            state: ItemState::Missing,
            root: Slot::Absent,
            samples: Vec::new(),
            observed_at: None,
            reading: None,
            observations: 0,
            soft_stale: false,
            note: String::new(),
        }
    }
}

impl ItemView {
    /// An item that is there.
    pub fn present(root: Slot, observed_at: Option<Instant>) -> ItemView {
        ItemView {
            state: ItemState::Present,
            root,
            observed_at,
            observations: 1,
            ..ItemView::default()
        }
    }
}
