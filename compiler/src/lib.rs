//! Policy text to program.

pub mod analysis;
pub mod check;
pub mod codes;
pub mod diagnostic;
pub mod emit;
pub mod source;
pub mod stdlib;
pub mod syntax;
pub mod zones;
