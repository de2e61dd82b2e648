//! What compiles and is probably not meant. A lint is one value in one file and sees trees, names and the program, never
//! text; this file knows them all, the levels they have, and the comments that silence them.

mod domain;
mod look;
pub mod prove;
mod suppress;

mod advance_and_rollback_overlap;
mod clause_subsumed;
mod cohort_jump;
mod cohorts_stop_early;
mod decide_longer_than_soak;
mod default_under_bound;
mod double_negation;
mod equality_on_measure;
mod gate_always_passes;
mod no_final_phase;
mod no_rollback;
mod pinned_list;
mod self_approval;
mod todo_left;
mod trigger_never_fires;
mod trigger_shadowed;
mod unresolved_placeholder;
mod unsatisfiable_gate;
mod unused;

use std::collections::BTreeMap;

use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::Date;

pub use look::{Look, number as say_number};

use crate::analysis::Analysis;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};

/// A lint: its name, and what finds it.
#[derive(Clone, Copy, Debug)]
pub struct Lint {
    /// The slug of its code; the page and the weight stand there.
    pub slug: &'static str,
    /// Reports every place. The weight of what it reports is replaced by the level that holds there.
    pub find: fn(&Look<'_>, &mut Vec<Diagnostic>),
}

/// Every lint, by slug.
pub const LINTS: &[Lint] = &[
    advance_and_rollback_overlap::LINT,
    clause_subsumed::LINT,
    cohort_jump::LINT,
    cohorts_stop_early::LINT,
    decide_longer_than_soak::LINT,
    default_under_bound::LINT,
    double_negation::LINT,
    equality_on_measure::LINT,
    gate_always_passes::LINT,
    no_final_phase::LINT,
    no_rollback::LINT,
    pinned_list::LINT,
    self_approval::LINT,
    todo_left::LINT,
    trigger_never_fires::LINT,
    trigger_shadowed::LINT,
    unresolved_placeholder::LINT,
    unsatisfiable_gate::LINT,
    unused::DECLARATION,
    unused::EVIDENCE,
    unused::GATE,
];

/// The lint of a slug.
pub fn lint(slug: &str) -> Option<&'static Lint> {
    LINTS.iter().find(|lint| lint.slug == slug)
}

/// Whether a code is found by a lint, or speaks of the silencing of one.
pub fn is_lint(slug: &str) -> bool {
    lint(slug).is_some() || slug.ends_with("-suppression") || slug == "suppression-without-reason"
}

/// How much a lint matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is not looked for.
    Off,
    /// It is reported with this weight.
    At(Severity),
}

/// What a caller says of lints.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The day of the check: what has run out is told by it. Without one, nothing has.
    pub today: Option<Date>,
    /// Levels that differ from those of the codes, by slug.
    pub levels: BTreeMap<String, Level>,
    /// What an organisation asks of every policy.
    pub rules: Rules,
}

/// What an organisation asks of every policy; nothing where it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rules {
    /// Roles that every policy names in `owners`.
    pub owners: Vec<String>,
    /// The longest time that waivers may allow, in nanoseconds.
    pub max_waiver: Option<Number>,
    /// How many times larger than the one before a cohort may be.
    pub max_cohort_jump: Option<Number>,
    /// What names look like, by the word of their declaration; a pattern that compiles.
    pub names: BTreeMap<&'static str, String>,
}

/// What lints find in an analysed policy, in the order of all findings. A policy with errors is not looked at but for its
/// suppressions: one cause, one message.
pub fn run(analysis: &Analysis, options: &Options) -> Vec<Diagnostic> {
    let look = Look::new(analysis, options);
    let mut found = Vec::new();
    if !analysis.failed() {
        for lint in LINTS {
            let level = options.levels.get(lint.slug).copied();
            let level = level.unwrap_or_else(|| Level::At(weight(lint.slug)));
            let Level::At(severity) = level else { continue };
            let from = found.len();
            (lint.find)(&look, &mut found);
            found[from..]
                .iter_mut()
                .for_each(|one| one.severity = severity);
        }
    }
    let mut found = suppress::apply(&look, options, found);
    found.sort();
    found
}

/// The weight of a code where nothing else is configured.
fn weight(slug: &str) -> Severity {
    codes::code(slug).map_or(Severity::Warning, |code| code.severity)
}
