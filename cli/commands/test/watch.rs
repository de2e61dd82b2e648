//! `rolloutc test --watch`: runs the tests again whenever a file that they rest on changes. Knows times and sizes of
//! files; runs no test itself. It asks the disk instead of waiting for events: that works on every file system.

use super::once;
use crate::args::Test;
use crate::commands::output;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::policy;
use crate::terminal::{Look, print, tell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long to wait between two looks at the disk.
const PAUSE: Duration = Duration::from_millis(200);
/// Every how many looks new policies are searched for: folders may be large.
const SELDOM: u32 = 10;
/// How deep folders are looked at.
const DEEP: usize = 16;

/// What tells one content of a file from another without reading it.
type Stamp = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Runs the tests until nobody listens.
pub fn run(args: &Test) -> Result<Exit, Failure> {
    let mut files = BTreeSet::new();
    let mut told = once(args, &mut files);
    loop {
        if let Err(failure) = &told {
            if files.is_empty() {
                return told;
            }
            tell(&failure.render(Look::of_errors()));
        }
        let before = stamp(&files);
        let policies = policies(args);
        let listens = print(&format!("watching {} files\n", before.len()));
        if !listens.unwrap_or(false) {
            return Ok(Exit::Clean);
        }
        for look in 1u32.. {
            std::thread::sleep(PAUSE);
            let new = || look.is_multiple_of(SELDOM) && self::policies(args) != policies;
            if stamp(&files) != before || new() {
                break;
            }
        }
        // An editor may still be writing.
        std::thread::sleep(PAUSE);
        output("\n")?;
        files.clear();
        told = once(args, &mut files);
    }
}

/// The policy files that the paths stand for now.
fn policies(args: &Test) -> Vec<PathBuf> {
    let here = [PathBuf::from(".")];
    let paths = match args.paths.is_empty() {
        true => &here[..],
        false => &args.paths,
    };
    let found = paths.iter().filter_map(|path| policy::files(path).ok());
    found.flatten().collect()
}

fn stamp(paths: &BTreeSet<PathBuf>) -> Stamp {
    let mut stamp = Stamp::new();
    for path in paths {
        add(path, DEEP, &mut stamp);
    }
    stamp
}

fn add(path: &Path, deep: usize, stamp: &mut Stamp) {
    let Ok(about) = std::fs::metadata(path) else {
        return;
    };
    if !about.is_dir() {
        stamp.insert(path.to_path_buf(), (about.modified().ok(), about.len()));
        return;
    }
    let hidden = |path: &Path| {
        let name = path.file_name();
        name.is_some_and(|name| name.to_string_lossy().starts_with('.'))
    };
    let Ok(entries) = std::fs::read_dir(path) else {
        return;
    };
    for entry in entries.flatten() {
        if deep > 0 && !hidden(&entry.path()) {
            add(&entry.path(), deep - 1, stamp);
        }
    }
}
