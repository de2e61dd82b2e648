//! What lints are told of a policy beside its text: the levels of its path and of those it uses, what its fixtures hold, what
//! its tests show. Fixtures are read only for lints that somebody asks for.

use super::trial;
use crate::config::{self, Config};
use rolloutc_compiler::analysis::Analysis;
use rolloutc_compiler::lints::{Level, Options, Sample};
use rolloutc_runtime::evidence::{Content, Observation};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::time::Date;
use rolloutc_runtime::trial::{Case, Coverage, Found, Stock, run};
use std::path::Path;

/// What lints are told when a policy is checked. Its path comes with where the names of its analysis start; what is denied is
/// looked for.
pub fn of_check(
    config: &Config,
    (path, from): (&Path, &Path),
    analysis: &Analysis,
    today: Date,
    denied: &[&str],
) -> Options {
    let mut options = levels(config, (path, from), analysis, today);
    denied.iter().for_each(|slug| options.ask(slug));
    let tests = ["untested-gate", "untested-trigger"];
    let tests = tests.iter().any(|slug| is_on(&options, slug));
    if (tests || is_on(&options, "path-never-seen"))
        && let Some((program, stock)) = fixtures(path, analysis)
    {
        if tests {
            options.shown = shown(&program, &stock);
        }
        options.samples = samples(stock);
    }
    options
}

/// What they are told with each edit: tests are not run for it.
pub fn of_editor(
    config: &Config,
    (path, from): (&Path, &Path),
    analysis: &Analysis,
    today: Date,
) -> Options {
    let mut options = levels(config, (path, from), analysis, today);
    if is_on(&options, "path-never-seen")
        && let Some((_, stock)) = fixtures(path, analysis)
    {
        options.samples = samples(stock);
    }
    options
}

fn levels(
    config: &Config,
    (path, from): (&Path, &Path),
    analysis: &Analysis,
    today: Date,
) -> Options {
    let mut options = config.options(path, Some(today));
    options.others = config::others(analysis, from, &options);
    options
}

fn is_on(options: &Options, slug: &str) -> bool {
    options.level(slug) != Level::Off
}

/// The program, and everything that its tests give; nothing where it has errors or is a module.
fn fixtures(path: &Path, analysis: &Analysis) -> Option<(Program, Stock)> {
    if analysis.failed() {
        return None;
    }
    let program = analysis.sealed()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let stock = trial::stock(&program, folder);
    Some((program, stock))
}

/// What the tests of a policy show; nothing where it has none, or one of them cannot be run.
fn shown(program: &Program, stock: &Stock) -> Option<Coverage> {
    let report = run(program, stock, &|_| true);
    let broken = |case: &Case| matches!(case.found, Found::Broken(_));
    let whole = !report.cases.is_empty() && !report.cases.iter().any(broken);
    whole.then_some(report.coverage)
}

/// What the fixtures of a policy hold.
fn samples(stock: Stock) -> Vec<Sample> {
    let loaded = stock.0.into_values().filter_map(Result::ok);
    let all = loaded.flat_map(|loaded| loaded.evidence.observations);
    let sample = |one: Observation| match one.content {
        Content::Json(json) | Content::Bytes { bytes: json, .. } => Some(Sample {
            item: one.item,
            json,
        }),
        Content::Text(_) | Content::Failed { .. } | Content::Absent | Content::Unfit(_) => None,
    };
    all.filter_map(sample).collect()
}
