//! The one integration binary.

mod cli;
mod outcomes;
mod readme;
mod recorded;
mod spec;
mod tidy;
