//! What tests came to, for people: one line a policy, then what failed and why. Knows reports; runs nothing.

use crate::args::Test;
use crate::terminal::{Look, tame};
use rolloutc_runtime::ir::{OriginId, Program};
use rolloutc_runtime::trial::{Case, Coverage, Found, Report};

/// The tests of one policy.
pub struct Tried {
    /// The file, as the reader would open it.
    pub file: String,
    /// Its program.
    pub program: Program,
    /// What its tests came to.
    pub report: Report,
}

/// How wide a title may be before its place goes on a line of its own.
const WIDE: usize = 72;

/// All of it.
pub fn text(all: &[Tried], args: &Test, look: Look) -> String {
    let mut out = String::new();
    let _ = look;
    for tried in all.iter().filter(|tried| !tried.report.cases.is_empty()) {
        let cases = &tried.report.cases;
        let failed = cases.iter().filter(|case| case.found != Found::Passed);
        let failed = failed.count();
        let passed = cases.len() - failed;
        let counts = match failed {
            0 => format!("{passed} passed"),
            _ => format!("{passed} passed, {failed} failed"),
        };
        out.push_str(&format!("{}   {counts}\n", tame(&tried.file)));
        for case in cases {
            out.push_str(&told(tried, case));
        }
        if args.filter.is_none() {
            out.push_str(&covered(&tried.report.coverage));
        }
    }
    out
}

/// One test that did not pass.
fn told(tried: &Tried, case: &Case) -> String {
    let head = |word: &str, at: OriginId| {
        let place = place(tried, at);
        let title = tame(&case.title).into_owned();
        format!("  {word:<5} {title:<WIDE$}  {place}\n")
    };
    let line = |word: &str, text: &str| format!("        {word:<9} {}\n", tame(text));
    match &case.found {
        Found::Passed => String::new(),
        Found::Failed(failure) => {
            let mut text = head("fail", failure.at);
            text += &line("expected", &failure.expected);
            text += &line("came", &failure.came);
            let differs = match &failure.help {
                Some(help) => format!("{}. {help}", failure.differs),
                None => failure.differs.clone(),
            };
            text += &line("differs", &differs);
            text
        }
        Found::Broken(trouble) => head("error", case.at) + &line("", &trouble.to_string()),
    }
}

/// Where something stands.
pub fn place(tried: &Tried, at: OriginId) -> String {
    let spans = &tried.program.origins.spans;
    match spans.get(at.ix()) {
        Some((_, line, ..)) => format!("{}:{line}", tame(&tried.file)),
        None => tame(&tried.file).into_owned(),
    }
}

/// What was shown of gates and triggers, in one line.
fn covered(coverage: &Coverage) -> String {
    const SHOWN: usize = 4;
    let mut parts = Vec::new();
    let mut part = |word: &str, lacks: Vec<(String, Vec<&'static str>)>| {
        if lacks.is_empty() {
            return;
        }
        let whole = lacks.iter().filter(|one| one.1.is_empty()).count();
        let never: Vec<String> = lacks
            .iter()
            .filter(|one| !one.1.is_empty())
            .map(|(name, ways)| format!("{name} never {}", ways.join(" or ")))
            .collect();
        let mut text = format!("{word} {whole} of {}", lacks.len());
        if !never.is_empty() {
            let more = match never.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!("; and {more} more"),
            };
            let shown: Vec<&str> = never.iter().take(SHOWN).map(String::as_str).collect();
            text.push_str(&format!(" ({}{more})", shown.join("; ")));
        }
        parts.push(text);
    };
    part(
        "gates",
        (coverage
            .gates
            .iter()
            .map(|gate| (gate.gate.clone(), gate.lacks())))
        .collect(),
    );
    part(
        "triggers",
        (coverage.triggers.iter())
            .map(|trigger| (trigger.trigger.clone(), trigger.lacks()))
            .collect(),
    );
    match parts.is_empty() {
        true => String::new(),
        false => format!("coverage  {}\n", parts.join("   ")),
    }
}
