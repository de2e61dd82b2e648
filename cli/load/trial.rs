//! What tests give, from the disk: every fixture once. Knows where a policy's fixtures lie; runs no test.

use super::evidence::{self, Wanted as Asked};
use super::{bytes, cannot_read, policy};
use crate::exit::Exit;
use crate::failure::Failure;
use rolloutc_runtime::evidence::{Param, ParamFrom};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::state::State;
use rolloutc_runtime::trial::{Loaded, Recorded, Stock, Wanted, wanted};
use std::path::{Path, PathBuf};

/// The most that is read of a file that may be a state.
const MOST: u64 = 64 << 20;
/// How deep folders are searched for states.
const DEEP: usize = 32;
/// What a state says of itself.
const WORD: &[u8] = b"\"rolloutc.state\"";

/// The states that lie in a folder, whatever they are called. One that is damaged is refused.
pub fn states(folder: &Path) -> Result<Vec<Recorded>, Failure> {
    let mut paths = Vec::new();
    walk(folder, DEEP, &mut paths)
        .map_err(|error| cannot_read(Exit::Unreadable, "the states", folder, &error.into()))?;
    paths.sort();
    let mut states = Vec::new();
    for path in paths {
        let text = bytes(&path, MOST)
            .map_err(|why| cannot_read(Exit::Unreadable, "the state", &path, &why))?;
        if !text.windows(WORD.len()).any(|part| part == WORD) {
            continue;
        }
        let state = State::from_json(&text).map_err(|damage| {
            super::damaged(
                Exit::Unreadable,
                "the state does not read",
                &path,
                &text,
                &damage,
            )
        })?;
        let name = policy::slashes(&path);
        states.push(Recorded { name, state });
    }
    if states.is_empty() {
        let message = format!(
            "no file in `{}` is the state of a rollout",
            folder.display()
        );
        return Err(
            Failure::new(Exit::Unreadable, "no state was found", message)
                .help("keep the file that `rolloutc eval --state` goes on from"),
        );
    }
    Ok(states)
}

fn walk(path: &Path, deep: usize, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !std::fs::metadata(path)?.is_dir() {
        found.push(path.to_path_buf());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        let json = path.extension().is_some_and(|ending| ending == "json");
        if kind.is_dir() && !hidden && deep > 0 {
            walk(&path, deep - 1, found)?;
        } else if kind.is_file() && !hidden && json {
            found.push(path);
        }
    }
    Ok(())
}

/// Loads everything that the tests of a program give. What cannot be read is kept with the reason: the tests
/// that give it are broken, the others run.
pub fn stock(program: &Program, folder: &Path) -> Stock {
    let whole = program.tests.extend(program);
    let params = defaults(&whole);
    let mut stock = Stock::default();
    for one in wanted(program) {
        let loaded = load(&whole, folder, &one, &params);
        let loaded = loaded.map_err(|failure| failure.message());
        stock.0.insert(one, loaded);
    }
    stock
}

fn load(
    program: &Program,
    folder: &Path,
    wanted: &Wanted,
    params: &[Param],
) -> Result<Loaded, Failure> {
    let path = folder.join(&wanted.path);
    let text = path.display().to_string();
    let whole = path.is_dir() || path.file_name().is_some_and(|name| name == "bundle.json");
    let file = wanted.item.as_ref().filter(|_| !whole);
    let asked = match file {
        Some(item) => format!("{item}={text}"),
        None => text,
    };
    let gathered = evidence::gather(&Asked {
        program,
        evidence: &[asked],
        observed_at: &[],
        trust_mtime: false,
        params,
    })?;
    let mut loaded = Loaded {
        plain: file.is_some() || path.is_dir() && !path.join("bundle.json").exists(),
        ..Loaded::default()
    };
    loaded.evidence.subject = gathered.subject;
    loaded.evidence.observations = gathered.observations;
    loaded.evidence.notes = gathered.notes;
    if let Some(item) = &wanted.item {
        let observations = &mut loaded.evidence.observations;
        observations.retain(|one| one.item == *item);
        let message = format!("holds nothing for `{item}`");
        let absent =
            observations.is_empty() || file.is_some() && !std::path::Path::new(&path).exists();
        if absent {
            return Err(Failure::usage(
                "cannot read the evidence",
                format!("{} {message}", path.display()),
            ));
        }
    }
    Ok(loaded)
}

/// Tests take the policy's own values: neither flag nor environment reaches them.
fn defaults(program: &Program) -> Vec<Param> {
    let default = |param: &rolloutc_runtime::ir::Param| {
        Some(Param {
            name: param.name.clone(),
            value: param.default.clone()?,
            from: ParamFrom::Default,
        })
    };
    program.params.iter().filter_map(default).collect()
}
