//! The text shape of the `.rollout` language: its grammar, its words, and how to call its parts.
//! Knows no meaning; whatever is read here becomes a tree in the compiler.

// The derived parser names it: pest is built without `std`, whose stack guard costs a quarter of the speed.
// The compiler measures nesting before it parses.
extern crate alloc;

mod parser {
    // The derived `parse` and the end-of-input rule come without docs of their own.
    #![allow(missing_docs)]

    /// The parser of single declarations and clauses, derived from `rollout.pest`.
    #[derive(pest_derive::Parser)]
    #[grammar = "rollout.pest"]
    pub struct RolloutParser;
}

pub use parser::{RolloutParser, Rule};

mod human;
mod words;

pub use human::human_name;
pub use words::{BODIES, Body, DECLARATIONS, EXPRESSIONS, Keyword, clauses, keywords};
