//! Evidence in memory: typed slots in flat buffers, filled straight from bytes. Knows layouts, not formats or freshness.

use crate::number::Number;
use crate::time::Date;

/// One value of a known type: 16 bytes, no pointers. Rows of `n` fields are `n` slots in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slot {
    /// The document has no such member.
    Absent,
    /// The document says `null`.
    Null,
    /// A bool.
    Bool(bool),
    /// An exact decimal `mantissa / 10^scale`, in the base unit of its type.
    Decimal {
        /// Digits after the point.
        scale: u8,
        /// Digits.
        mantissa: i64,
    },
    /// A number that fits no decimal of 18 digits: index into [`Store::numbers`].
    Number(u32),
    /// A piece of [`Store::text`].
    Text {
        /// Start, in bytes.
        start: u32,
        /// Length, in bytes.
        len: u32,
    },
    /// A member of the enum of its type.
    Member(u32),
    /// An instant, split so that a slot stays at 16 bytes.
    Instant {
        /// Nanoseconds of the second.
        nanos: u32,
        /// Seconds since 1970.
        secs: i64,
    },
    /// A date.
    Date(Date),
    /// A record: its first slot.
    Record(u32),
    /// Rows or a list: first slot and how many; the type says how many slots each takes.
    Rows {
        /// First slot.
        start: u32,
        /// How many.
        len: u32,
    },
    /// Malformed: index into [`Store::faults`].
    Bad(u32),
}

/// All values of one step's evidence. Cleared and reused between steps.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Slots.
    pub slots: Vec<Slot>,
    /// Texts, one after the other.
    pub text: String,
    /// Numbers too long for a slot.
    pub numbers: Vec<Number>,
    /// What is malformed, and where.
    pub faults: Vec<Fault>,
}

/// Why and where a value does not fit its schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The path of the value inside the item: `rows[3].duration`.
    pub path: String,
    /// What is wrong, in one line: "a text; a number is wanted".
    pub message: String,
    /// Byte range in the document, for showing it.
    pub start: u32,
    /// End of the byte range.
    pub end: u32,
    /// Which observation: index in the step's input.
    pub observation: u32,
}

impl Store {
    /// Forgets everything, keeps the buffers.
    pub fn clear(&mut self) {
        self.slots.clear();
        self.text.clear();
        self.numbers.clear();
        self.faults.clear();
    }

    /// The text of a slot.
    pub fn text(&self, start: u32, len: u32) -> &str {
        &self.text[start as usize..(start + len) as usize]
    }
}
