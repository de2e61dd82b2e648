//! Policy text to program.

pub mod check;
pub mod codes;
pub mod diagnostic;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod zones;
