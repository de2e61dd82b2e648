//! Policy text to program.

pub mod diagnostic;
pub mod source;
pub mod syntax;
