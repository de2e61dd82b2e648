//! The types of the language, shared by checker, readers and evaluator. Knows no values and no text.

use serde::{Deserialize, Serialize};

/// A record layout in [`crate::ir::Program::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordId(pub u32);

/// An enum in [`crate::ir::Program::enums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EnumId(pub u32);

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ty {
    /// `bool`, and every condition: true, false or unknown.
    Bool,
    /// `text`
    Text,
    /// `int`
    Int,
    /// `number`: an exact decimal or fraction.
    Number,
    /// `ratio`: a plain number, written `2%`.
    Ratio,
    /// `duration`: a number of nanoseconds.
    Duration,
    /// `bytes`: a number of bytes.
    Bytes,
    /// `version`: dotted numbers, ordered part by part.
    Version,
    /// `instant`
    Instant,
    /// `date`
    Date,
    /// A member of an enum.
    Enum(EnumId),
    /// A record.
    Record(RecordId),
    /// Rows that are records: `list R`, `table R by k`, `map T named k`, `series R`.
    Rows {
        /// The layout of a row. A map's row starts with its key; a map of scalars has `key` and `value`.
        record: RecordId,
        /// What kind of rows.
        shape: Shape,
    },
    /// `list T` of anything but records.
    List(Box<Ty>),
    /// `T?`
    Optional(Box<Ty>),
    /// `secret`: never reaches program, state, record or log.
    Secret,
    /// The type of `null` and of an empty list's elements: fits every optional.
    Nothing,
}

/// How rows hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// `list R`: an array; rows may share a name.
    List,
    /// `table R by k`: an array whose `k` is unique.
    Table {
        /// The key's field index.
        key: u16,
    },
    /// `map T named k`: an object whose member names are the keys.
    Map {
        /// The key's field index (0).
        key: u16,
    },
    /// `series R`: observations in time order, oldest first.
    Series,
}

impl Ty {
    /// The type without its `?`.
    pub fn required(&self) -> &Ty {
        match self {
            Ty::Optional(inner) => inner,
            other => other,
        }
    }

    /// Whether values are exact numbers of some dimension.
    pub fn is_numeric(&self) -> bool {
        matches!(
            self,
            Ty::Int | Ty::Number | Ty::Ratio | Ty::Duration | Ty::Bytes
        )
    }
}
