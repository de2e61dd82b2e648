//! Policy text to program and findings. Knows no disk, no clock and no rendering.
// Tests read policies and pages from the project.
#![cfg_attr(
    not(test),
    deny(
        clippy::disallowed_methods,
        clippy::disallowed_types,
        clippy::float_arithmetic
    )
)]

pub mod analysis;
pub mod check;
pub mod codes;
pub mod diagnostic;
pub mod emit;
pub mod fmt;
pub mod formats;
pub mod lints;
pub mod mend;
pub mod near;
pub mod settings;
pub mod settle;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod zones;

/// The words of the language with what each does, for editors.
pub mod keywords {
    pub use rolloutc_grammar::{DECLARATIONS, EXPRESSIONS, Keyword, clauses};
}
