//! What compiles and is probably not meant. A lint is one value in one file and sees trees, names and the program, never
//! text; this file knows them all, the levels they have, and the comments that silence them.

mod bounds;
mod domain;
mod look;
pub mod prove;
mod reach;
mod spans;
mod suppress;
#[cfg(test)]
mod trial;

mod advance_and_rollback_overlap;
mod advisory_as_blocking;
mod ambiguous_target;
mod approval_older_than_soak;
mod approval_without_deadline;
mod blanket_waiver;
mod blind_trigger;
mod bound_outside_range;
mod calendar_ends;
mod clause_subsumed;
mod clock_change_boundary;
mod cohort_jump;
mod cohorts_stop_early;
mod dead_band;
mod decide_longer_than_soak;
mod declaration_order;
mod default_under_bound;
mod double_negation;
mod drill_not_required;
mod equality_on_measure;
mod exit_weaker_than_entry;
mod freeze_covers_all;
mod fresh_longer_than_release;
mod fresh_shorter_than_soak;
mod gate_always_passes;
mod gate_in_trigger;
mod irreversible_target;
mod missing_doc;
mod missing_owner;
mod name_pattern;
mod no_final_phase;
mod no_minimum_sample;
mod no_new_subject_rule;
mod no_open_instant;
mod no_rollback;
mod no_roster;
mod not_about_subject;
mod not_formatted;
mod offset_on_recurring;
mod optional_read_without_default;
mod overlapping_windows;
mod param_without_bound;
mod path_never_seen;
mod pinned_list;
mod redundant_comparison;
mod same_evidence_twice;
mod self_approval;
mod self_issued_evidence;
mod soak_does_not_fit;
mod sparse_rollback;
mod test_without_reason;
mod threshold_gap;
mod threshold_loosens;
mod todo_left;
mod trigger_never_fires;
mod trigger_shadowed;
mod unresolved_placeholder;
mod unsatisfiable_gate;
mod untested_gate;
mod untested_trigger;
mod unused;
mod vacuous_all;
mod waiver_matches_nothing;
mod waiver_too_long;

use std::collections::BTreeMap;
use std::sync::Arc;

use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::Date;
use rolloutc_runtime::trial::Coverage;

pub use look::{Look, number as say_number};

use crate::analysis::Analysis;
use crate::codes;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::FileId;

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
    advisory_as_blocking::LINT,
    ambiguous_target::LINT,
    approval_older_than_soak::LINT,
    approval_without_deadline::LINT,
    blanket_waiver::LINT,
    blind_trigger::LINT,
    bound_outside_range::LINT,
    calendar_ends::LINT,
    clause_subsumed::LINT,
    clock_change_boundary::LINT,
    cohort_jump::LINT,
    cohorts_stop_early::LINT,
    dead_band::LINT,
    decide_longer_than_soak::LINT,
    declaration_order::LINT,
    default_under_bound::LINT,
    double_negation::LINT,
    drill_not_required::LINT,
    equality_on_measure::LINT,
    exit_weaker_than_entry::LINT,
    freeze_covers_all::LINT,
    fresh_longer_than_release::LINT,
    fresh_shorter_than_soak::LINT,
    gate_always_passes::LINT,
    gate_in_trigger::LINT,
    irreversible_target::LINT,
    missing_doc::LINT,
    missing_owner::LINT,
    name_pattern::LINT,
    no_final_phase::LINT,
    no_minimum_sample::LINT,
    no_new_subject_rule::LINT,
    no_open_instant::LINT,
    no_rollback::LINT,
    no_roster::LINT,
    not_about_subject::LINT,
    not_formatted::LINT,
    offset_on_recurring::LINT,
    optional_read_without_default::LINT,
    overlapping_windows::LINT,
    param_without_bound::LINT,
    path_never_seen::LINT,
    pinned_list::LINT,
    redundant_comparison::LINT,
    same_evidence_twice::LINT,
    self_approval::LINT,
    self_issued_evidence::LINT,
    soak_does_not_fit::LINT,
    sparse_rollback::LINT,
    test_without_reason::LINT,
    threshold_gap::LINT,
    threshold_loosens::LINT,
    todo_left::LINT,
    trigger_never_fires::LINT,
    trigger_shadowed::LINT,
    unresolved_placeholder::LINT,
    unsatisfiable_gate::LINT,
    untested_gate::LINT,
    untested_trigger::LINT,
    unused::DECLARATION,
    unused::EVIDENCE,
    unused::GATE,
    vacuous_all::LINT,
    waiver_matches_nothing::LINT,
    waiver_too_long::LINT,
];

/// Lints of taste, in order: they are looked for only where a project gives them a level, or denies them.
pub const QUIET: &[&str] = &[
    "missing-doc",
    "no-roster",
    "not-formatted",
    "optional-read-without-default",
    "path-never-seen",
    "self-issued-evidence",
    "test-without-reason",
    "untested-gate",
    "untested-trigger",
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
    /// The levels of files that the policy uses, by their names in its analysis: each has those of its own path.
    pub others: BTreeMap<String, BTreeMap<String, Level>>,
    /// What an organisation asks of every policy.
    pub rules: Rules,
    /// What the fixtures of the policy hold, where somebody has read them.
    pub samples: Vec<Sample>,
    /// What the tests of the policy have shown, where somebody has run them.
    pub shown: Option<Coverage>,
}

/// What a fixture holds for an item, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The item's name.
    pub item: String,
    /// The document.
    pub json: Arc<[u8]>,
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

impl Options {
    /// Every lint at its own weight, those too that a project must ask for.
    pub fn all() -> Options {
        let levels = QUIET
            .iter()
            .map(|slug| (slug.to_string(), Level::At(weight(slug))));
        Options {
            levels: levels.collect(),
            ..Options::default()
        }
    }

    /// The level of a lint in the policy itself.
    pub fn level(&self, slug: &str) -> Level {
        let level = self.levels.get(slug).copied();
        level.unwrap_or_else(|| usual(slug))
    }

    /// The level that somebody gave a lint in a file of the analysis.
    fn given(&self, analysis: &Analysis, file: FileId, slug: &str) -> Option<Level> {
        let file = analysis.files.get(file.0 as usize);
        let own = file.and_then(|file| self.others.get(&*file.name));
        own.unwrap_or(&self.levels).get(slug).copied()
    }

    /// Whether a lint is looked for in any file.
    fn anywhere(&self, slug: &str) -> bool {
        let other = |levels: &BTreeMap<String, Level>| {
            let level = levels.get(slug).copied();
            level.unwrap_or_else(|| usual(slug)) != Level::Off
        };
        other(&self.levels) || self.others.values().any(other)
    }

    /// Looks for a lint that is looked for only where somebody asks; a level that is given stays.
    pub fn ask(&mut self, slug: &str) {
        if QUIET.contains(&slug) {
            for levels in std::iter::once(&mut self.levels).chain(self.others.values_mut()) {
                let level = Level::At(weight(slug));
                levels.entry(slug.to_string()).or_insert(level);
            }
        }
    }
}

/// What lints made of an analysed policy.
#[derive(Clone, Debug, Default)]
pub struct Ran {
    /// What they found, in the order of all findings.
    pub found: Vec<Diagnostic>,
    /// Suppressions in files that the policy uses which silence nothing of it. Each is a finding only where it is so for
    /// every policy that uses the file.
    pub idle: Vec<Diagnostic>,
}

/// What lints find in an analysed policy, in the order of all findings. A policy with errors is not looked at but for its
/// suppressions: one cause, one message.
pub fn run(analysis: &Analysis, options: &Options) -> Vec<Diagnostic> {
    run_all(analysis, options).found
}

/// The same, with what only several policies together can tell.
pub fn run_all(analysis: &Analysis, options: &Options) -> Ran {
    let look = Look::new(analysis, options);
    let mut found = Vec::new();
    if !analysis.failed() {
        for lint in LINTS {
            if !options.anywhere(lint.slug) {
                continue;
            }
            let from = found.len();
            (lint.find)(&look, &mut found);
            let weighed = found.split_off(from).into_iter();
            found.extend(weighed.filter_map(|one| weigh(analysis, options, one)));
        }
    }
    // What is written out several times, such as a function, is said once.
    found.sort();
    found.dedup();
    let given = |file, slug: &str| options.given(analysis, file, slug);
    let mut ran = suppress::apply(&look, &given, found);
    ran.found.sort();
    ran
}

/// A finding with the level that its lint has in its file.
fn weigh(analysis: &Analysis, options: &Options, mut found: Diagnostic) -> Option<Diagnostic> {
    let given = options.given(analysis, found.primary.file, found.code);
    let Level::At(severity) = given.unwrap_or_else(|| usual(found.code)) else {
        return None;
    };
    found.severity = severity;
    Some(found)
}

/// The level of a lint where nothing is configured.
pub fn usual(slug: &str) -> Level {
    match QUIET.contains(&slug) {
        true => Level::Off,
        false => Level::At(weight(slug)),
    }
}

/// The weight of a code where nothing else is configured.
fn weight(slug: &str) -> Severity {
    codes::code(slug).map_or(Severity::Warning, |code| code.severity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::{Workspace, analyse};

    /// Examples of all pages, their lines left out one at a time: whatever still compiles is looked at without a fault.
    #[test]
    fn a_policy_with_a_line_less_is_looked_at_too() {
        let mut looked = 0;
        for code in codes::CODES {
            let Some(text) = code.page.split("```rollout\n").nth(2) else {
                continue;
            };
            let text = text.split("```").next().unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            for gone in 0..lines.len() {
                let left: Vec<&str> = (lines.iter().enumerate())
                    .filter(|(at, _)| *at != gone)
                    .map(|(_, line)| *line)
                    .collect();
                let mut workspace = Workspace::new();
                workspace.insert("p.rollout", left.join("\n"));
                let analysis = analyse(&workspace, "p.rollout");
                let mut options = Options::all();
                options.today = Date::new(2026, 11, 1);
                let found = run(&analysis, &options);
                assert_eq!(found, run(&analysis, &options));
                looked += usize::from(analysis.program.is_some());
            }
        }
        assert!(looked > 100, "{looked}");
    }

    #[test]
    fn every_lint_stands_once_in_the_table_in_order_and_on_the_page() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/linting.md");
        let page = std::fs::read_to_string(page).expect("the page on lints");
        assert!(LINTS.windows(2).all(|two| two[0].slug < two[1].slug));
        for lint in LINTS {
            let row = page
                .lines()
                .find(|line| line.starts_with(&format!("| `{}`", lint.slug)));
            let row = row.unwrap_or_else(|| panic!("{} is not on the page", lint.slug));
            let level = match weight(lint.slug) {
                Severity::Error => "| error |",
                Severity::Warning => "| warning |",
                Severity::Info => "| info |",
            };
            assert!(row.contains(level), "{row}");
            assert_eq!(row.contains('†'), QUIET.contains(&lint.slug), "{row}");
        }
        assert!(QUIET.iter().all(|slug| lint(slug).is_some()));
    }
}
