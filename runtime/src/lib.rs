//! The trusted core: the IR of rollout programs, typed evidence, and one deterministic step.
//! Knows no policy text, no files, no clock.
#![deny(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::float_arithmetic
)]

pub mod bounds;
pub mod builtins;
pub mod bundle;
pub mod calendar;
pub mod canon;
pub mod data;
pub mod decision;
pub mod document;
pub mod eval;
pub mod evidence;
pub mod explain;
pub mod ir;
pub mod number;
pub mod paper;
pub mod pattern;
pub mod program;
mod rank;
pub mod state;
pub mod step;
pub mod time;
pub mod track;
pub mod trial;
pub mod ty;
pub mod unit;
pub mod value;
pub mod verdict;
pub mod view;
pub mod zone;
