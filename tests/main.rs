//! The one integration binary.

mod cli;
mod outcomes;
mod readme;
mod spec;
mod tidy;
