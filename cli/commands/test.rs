//! `rolloutc test`: the tests of policies, what they show, and what they do not.

mod watch;

use crate::args::{Test, TestFormat};
use crate::commands::output;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::junit;
use crate::load::{policy, trial};
use crate::report::Findings;
use crate::show::trial::{Round, Tried, json, suites, text};
use crate::terminal::{Look, tell};
use rolloutc_runtime::trial::{Found, GateCover, Recorded, recorded, run as run_tests, wanted};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Runs the tests of every policy named, and says what came.
pub fn run(args: &Test) -> Result<Exit, Failure> {
    match args.watch {
        true => watch::run(args),
        false => once(args, &mut BTreeSet::new()),
    }
}

/// Runs them once, and notes every file that was looked at.
fn once(args: &Test, seen: &mut BTreeSet<PathBuf>) -> Result<Exit, Failure> {
    let mut invalid = Findings::default();
    let mut round = round(args, &mut invalid, seen)?;
    if !invalid.list.is_empty() {
        tell(&(invalid.text(Look::of_errors()) + &invalid.summary()));
    }
    if !invalid.is_valid() {
        return Ok(Exit::Invalid);
    }
    if round.tried.is_empty() {
        return Err(none(args, "no policy here has one"));
    }
    if let Some(folder) = &args.states
        && round.tried.iter().all(|tried| tried.recorded.is_empty())
    {
        return Err(strange(folder, &round));
    }
    share(&mut round.tried);
    let said = match args.format {
        TestFormat::Text => text(&round, args, Look::of_output()),
        TestFormat::Json => json::document(&round),
        TestFormat::Junit => junit::document("rolloutc test", &suites(&round)),
    };
    output(&said)?;
    Ok(exit(&round))
}

fn round(
    args: &Test,
    invalid: &mut Findings,
    seen: &mut BTreeSet<PathBuf>,
) -> Result<Round, Failure> {
    let here = [PathBuf::from(".")];
    let paths = match args.paths.is_empty() {
        true => &here[..],
        false => &args.paths,
    };
    let mut round = Round::default();
    let mut done = BTreeSet::new();
    let states = match &args.states {
        Some(folder) => trial::states(folder)?,
        None => Vec::new(),
    };
    for path in paths {
        let mut found = false;
        for file in policy::files(path)? {
            found |= done.contains(&file);
            if !done.insert(file.clone()) {
                continue;
            }
            seen.insert(file.clone());
            found |= one(args, (&file, &states), &mut round, (invalid, seen))?;
        }
        // Whoever names a path wants to see it tried.
        if !found && invalid.is_valid() && args.filter.is_none() {
            let message = format!("`{}` has none", path.display());
            return Err(none(args, &message));
        }
    }
    Ok(round)
}

/// The tests of one file; whether it has any.
fn one(
    args: &Test,
    (file, states): (&Path, &[Recorded]),
    round: &mut Round,
    (invalid, seen): (&mut Findings, &mut BTreeSet<PathBuf>),
) -> Result<bool, Failure> {
    let analysis = policy::check(file)?;
    invalid.looked_at += 1;
    let folder = file.parent().unwrap_or(Path::new(""));
    let used = analysis.files.iter().map(|file| PathBuf::from(&*file.name));
    seen.extend(used.filter(|path| path.is_file()));
    if analysis.failed() {
        invalid.absorb(analysis.files, analysis.diagnostics);
        return Ok(false);
    }
    let Some(program) = analysis.program else {
        return Ok(false);
    };
    let name = policy::slashes(file.strip_prefix(".").unwrap_or(file));
    let config = config::near(file)?;
    let floor = match args.filter {
        Some(_) => None,
        None => args.floor.or(config.settings.floor),
    };
    if program.tests.tests.is_empty() {
        round.untested.push(name);
        return Ok(false);
    }
    seen.extend(wanted(&program).iter().map(|one| folder.join(&one.path)));
    let stock = trial::stock(&program, folder);
    let asked = |title: &str| match &args.filter {
        Some(filter) => title.contains(filter.as_str()),
        None => true,
    };
    let report = run_tests(&program, &stock, &asked);
    if !report.cases.is_empty() {
        let (recorded, invariants) = recorded(&program, &stock, states);
        round.tried.push(Tried {
            file: name,
            program,
            report,
            recorded,
            invariants,
            floor,
        });
    }
    Ok(true)
}

/// A gate of a module is one rule: what the tests of one policy show of it holds for every policy that asks it.
fn share(all: &mut [Tried]) {
    let key = |file: &str, gate: &GateCover| {
        let module = gate.module.as_ref()?;
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        let path = match module.starts_with("std/") {
            true => PathBuf::from(module),
            false => plain(&folder.join(module)),
        };
        Some((path, gate.gate.clone()))
    };
    let mut shown: BTreeMap<(PathBuf, String), GateCover> = BTreeMap::new();
    for tried in all.iter() {
        for gate in &tried.report.coverage.gates {
            let Some(key) = key(&tried.file, gate) else {
                continue;
            };
            shown
                .entry(key)
                .and_modify(|sum| sum.add(gate))
                .or_insert_with(|| gate.clone());
        }
    }
    for tried in all {
        for gate in &mut tried.report.coverage.gates {
            if let Some(sum) = key(&tried.file, gate).and_then(|key| shown.get(&key)) {
                *gate = sum.clone();
            }
        }
    }
}

/// A path without `.` and `..`, as far as that goes without asking the disk.
fn plain(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.file_name().is_some() => {
                plain.pop();
            }
            part => plain.push(part),
        }
    }
    plain
}

/// States were named, and none was put to the test.
fn strange(folder: &Path, round: &Round) -> Failure {
    let asks = |tried: &Tried| !tried.program.invariants.is_empty();
    let message = match round.tried.iter().any(asks) {
        true => format!(
            "no state in `{}` is of a rollout with an invariant here",
            folder.display()
        ),
        false => "no policy here has an invariant to ask".to_string(),
    };
    Failure::new(Exit::Held, "no state was tried", message)
}

fn none(args: &Test, where_: &str) -> Failure {
    match &args.filter {
        Some(filter) => Failure::new(
            Exit::Held,
            "no test was run",
            format!("no title of a test contains `{filter}`"),
        ),
        None => Failure::new(
            Exit::Held,
            "no test was found",
            format!("{where_}; a policy without tests says nothing of what it does"),
        )
        .help(
            "write one: test \"what it shows\" { at 2026-02-25T12:00Z  in start  given evidence \"evidence/green\"  expect advance }",
        ),
    }
}

fn exit(round: &Round) -> Exit {
    let count = |which| -> usize { round.tried.iter().map(|tried| tried.count(which)).sum() };
    let unreadable = |found: &Found| matches!(found, Found::Broken(trouble) if trouble.unreadable);
    if count(unreadable) > 0 {
        return Exit::Unreadable;
    }
    let enough = round.tried.iter().all(Tried::is_enough);
    match enough && count(|found| *found != Found::Passed) == 0 {
        true => Exit::Clean,
        false => Exit::Held,
    }
}
