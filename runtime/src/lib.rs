//! The trusted core.

pub mod number;
