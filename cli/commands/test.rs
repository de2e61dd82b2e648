//! `rolloutc test`: the tests of policies, what they show, and what they do not.

use crate::args::Test;
use crate::commands::output;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::{policy, trial};
use crate::report::Findings;
use crate::show::trial::{Tried, text};
use crate::terminal::{Look, tell};
use rolloutc_runtime::trial::{Found, Report, run as run_tests};
use std::path::{Path, PathBuf};

/// Runs the tests of every policy named, and says what came.
pub fn run(args: &Test) -> Result<Exit, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() {
        &here[..]
    } else {
        &args.paths
    };
    let mut all = Vec::new();
    let mut invalid = Findings::default();
    for path in paths {
        for file in policy::files(path)? {
            all.extend(one(args, &file, &mut invalid)?);
        }
    }
    if !invalid.list.is_empty() {
        tell(&(invalid.text(Look::of_errors()) + &invalid.summary()));
    }
    if !invalid.is_valid() {
        return Ok(Exit::Invalid);
    }
    if all.iter().all(|tried| tried.report.cases.is_empty()) {
        return Err(none(args));
    }
    output(&text(&all, args, Look::of_output()))?;
    Ok(exit(&all))
}

/// The tests of one policy file; `None` where it is a module, or has none.
fn one(args: &Test, file: &Path, invalid: &mut Findings) -> Result<Option<Tried>, Failure> {
    let analysis = policy::check(file)?;
    let failed = analysis.failed();
    invalid.looked_at += 1;
    if failed {
        invalid.absorb(analysis.files, analysis.diagnostics);
        return Ok(None);
    }
    let Some(program) = analysis.program else {
        return Ok(None);
    };
    if program.tests.tests.is_empty() {
        return Ok(None);
    }
    let folder = file.parent().unwrap_or(Path::new(""));
    let stock = trial::stock(&program, folder);
    let asked = |title: &str| match &args.filter {
        Some(filter) => title.contains(filter.as_str()),
        None => true,
    };
    let report = run_tests(&program, &stock, &asked);
    Ok(Some(Tried {
        file: policy::slashes(file.strip_prefix(".").unwrap_or(file)),
        program,
        report,
    }))
}

fn none(args: &Test) -> Failure {
    match &args.filter {
        Some(filter) => Failure::new(
            Exit::Held,
            "no test was run",
            format!("no title of a test contains `{filter}`"),
        ),
        None => Failure::new(
            Exit::Held,
            "no test was found",
            "a policy without tests says nothing of what it does",
        )
        .help(
            "write one: test \"what it shows\" { at 2026-02-25T12:00Z  in start  given evidence \"evidence/green\"  expect advance }",
        ),
    }
}

fn exit(all: &[Tried]) -> Exit {
    let cases = |report: &Report| {
        report
            .cases
            .iter()
            .map(|case| &case.found)
            .cloned()
            .collect()
    };
    let found: Vec<Found> = all
        .iter()
        .flat_map(|tried| -> Vec<Found> { cases(&tried.report) })
        .collect();
    let unreadable = |found: &Found| matches!(found, Found::Broken(trouble) if trouble.unreadable);
    if found.iter().any(unreadable) {
        return Exit::Unreadable;
    }
    match found.iter().all(|found| *found == Found::Passed) {
        true => Exit::Clean,
        false => Exit::Held,
    }
}
