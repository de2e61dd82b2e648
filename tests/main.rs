//! The one integration binary.

mod cli;
mod damage;
mod docs;
mod editors;
mod fmt;
mod lsp;
mod outcomes;
mod people;
mod reader;
mod readme;
mod recorded;
mod requirements;
mod schema;
mod screens;
mod spec;
mod stdlib;
mod stories;
mod tidy;
