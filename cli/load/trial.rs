//! What tests give, from the disk: every fixture once. Knows where a policy's fixtures lie; runs no test.

use super::evidence::{self, Wanted as Asked};
use crate::failure::Failure;
use rolloutc_runtime::evidence::{Param, ParamFrom};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::trial::{Loaded, Stock, Wanted, wanted};
use std::path::Path;

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
