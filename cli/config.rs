//! `rollout.toml` on the disk: in the folder of a policy or above, the nearest one alone. Knows where it is looked for;
//! what it may say, `rolloutc_compiler::settings` knows.

use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use crate::load::{Unreadable, bytes, cannot_read, policy};
use rolloutc_compiler::analysis::Analysis;
use rolloutc_compiler::lints;
use rolloutc_compiler::settings::{self, Settings, Wrong};
use rolloutc_runtime::time::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub use rolloutc_compiler::settings::{NAME, page};

/// The name of its JSON Schema.
pub const SCHEMA: &str = "rollout.schema.json";

/// The most that is read of it.
const MOST: u64 = 1 << 20;

/// What the nearest `rollout.toml` says, and where it stands.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// What it says; nothing where there is none.
    pub settings: Settings,
    /// Its folder, whole.
    folder: PathBuf,
}

impl Config {
    /// What lints are told for a policy.
    pub fn options(&self, file: &Path, today: Option<Date>) -> lints::Options {
        let whole = std::fs::canonicalize(folder_of(file)).unwrap_or_default();
        let below = whole.strip_prefix(&self.folder).unwrap_or(Path::new(""));
        let name = file.file_name().unwrap_or_default();
        self.settings
            .options(&policy::slashes(&below.join(name)), today)
    }
}

/// The levels of the modules that a policy uses, each by its own path; `from` is where the names of the analysis start.
/// A configuration that does not read is told where its own files are checked.
pub fn others(
    analysis: &Analysis,
    from: &Path,
    options: &lints::Options,
) -> BTreeMap<String, BTreeMap<String, lints::Level>> {
    let mut out = BTreeMap::new();
    for module in analysis.modules.iter().skip(1).filter(|module| !module.std) {
        let Some(file) = analysis.files.get(module.file.0 as usize) else {
            continue;
        };
        let path = from.join(&*file.name);
        let Ok(config) = near(&path) else { continue };
        let levels = config.options(&path, None).levels;
        if levels != options.levels {
            out.insert(file.name.to_string(), levels);
        }
    }
    out
}

/// The nearest `rollout.toml` of a policy, or of the current folder for standard input.
pub fn near(file: &Path) -> Result<Config, Failure> {
    let folder = folder_of(file);
    let Ok(whole) = std::fs::canonicalize(folder) else {
        // The policy cannot be read either, and that is said of it.
        return Ok(Config::default());
    };
    for (up, folder_above) in whole.ancestors().enumerate() {
        let path = folder_above.join(NAME);
        if path.is_file() {
            let settings = read(&path, &shown(folder, up))?;
            let folder = folder_above.to_path_buf();
            return Ok(Config { settings, folder });
        }
    }
    Ok(Config::default())
}

fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        _ if file == Path::new("-") => Path::new("."),
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// The file so many folders up, as the reader would open it.
fn shown(folder: &Path, up: usize) -> PathBuf {
    let mut shown = folder.to_path_buf();
    for _ in 0..up {
        match shown.file_name() {
            Some(_) => {
                shown.pop();
            }
            None => shown.push(".."),
        }
    }
    shown.push(NAME);
    let stripped = shown.strip_prefix(".").map(Path::to_path_buf);
    stripped.unwrap_or(shown)
}

fn read(path: &Path, shown: &Path) -> Result<Settings, Failure> {
    let refuse = |why: &Unreadable| cannot_read(Exit::Usage, "the configuration", shown, why);
    let read = bytes(path, MOST).map_err(|why| refuse(&why))?;
    let text = String::from_utf8(read)
        .map_err(|_| refuse(&Unreadable::Other("it is not UTF-8".into())))?;
    settings::read(&text).map_err(|wrong| failure(&shown.display().to_string(), &text, wrong))
}

fn failure(name: &str, text: &str, wrong: Wrong) -> Failure {
    let said = format!("{name}: {}", wrong.message);
    let failure = Failure::usage("the configuration does not read", said).at(Excerpt {
        name: name.to_string(),
        text: text.to_string(),
        start: wrong.place.start.min(text.len()),
        end: wrong.place.end.min(text.len()),
        label: wrong.message,
    });
    match wrong.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}
