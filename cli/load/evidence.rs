//! Evidence from the disk: bundles and plain files, as `--evidence` names them. Knows where things lie and
//! where their time may come from; reads no payload.

mod bundle;
mod plain;

use super::params::pair;
use super::{Unreadable, known};
use crate::exit::Exit;
use crate::failure::Failure;
use indexmap::IndexMap;
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::evidence::{Note, Observation, Param, Subject, TimeFrom};
use rolloutc_runtime::ir::{Observed, Program};
use rolloutc_runtime::time::Instant;
use std::path::{Path, PathBuf};

/// What the command line says of evidence.
pub struct Wanted<'a> {
    /// The program whose items are looked for.
    pub program: &'a Program,
    /// `--evidence`, each.
    pub evidence: &'a [String],
    /// `--observed-at`, each.
    pub observed_at: &'a [String],
    /// `--trust-mtime`
    pub trust_mtime: bool,
    /// Values of params: a folder may be named by one.
    pub params: &'a [Param],
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// The subject that the bundles name.
    pub subject: Option<Subject>,
    /// Observations, bundles first, then plain files in the order of the items.
    pub observations: Vec<Observation>,
    /// Warnings for the decision.
    pub notes: Vec<Note>,
}

/// One `--evidence`.
enum Given {
    /// A bundle's document; its files lie in the folder.
    Bundle { document: PathBuf, folder: PathBuf },
    /// Plain files.
    Folder(PathBuf),
    /// `item=FILE`, `item@key=FILE`
    Item(plain::Named),
}

/// Gathers everything the command line names.
pub fn gather(wanted: &Wanted) -> Result<Gathered, Failure> {
    let names: Vec<String> = wanted
        .program
        .evidence
        .iter()
        .map(|item| item.name.clone())
        .collect();
    let given = wanted
        .evidence
        .iter()
        .map(|text| one(text, &names))
        .collect::<Result<Vec<Given>, Failure>>()?;
    let times = times(wanted.observed_at, &names)?;
    let mut gathered = Gathered::default();
    let (mut folders, mut named) = (Vec::new(), Vec::new());
    for one in given {
        match one {
            Given::Bundle { document, folder } => {
                bundle::read(wanted.program, &document, &folder, &mut gathered)?
            }
            Given::Folder(folder) => folders.push(folder),
            Given::Item(item) => named.push(item),
        }
    }
    let mut plain = plain::find(wanted.program, &folders, &named, wanted.params)?;
    if wanted.trust_mtime {
        plain
            .iter_mut()
            .for_each(|found| trust(wanted.program, found, &times, &mut gathered.notes));
    }
    gathered
        .observations
        .extend(plain.into_iter().map(|found| found.observation));
    for observation in &mut gathered.observations {
        if let Some((_, at)) = times.iter().find(|(item, _)| *item == observation.item) {
            // The older of the times it has counts, and one later than the decision must stay visible.
            let told = observation.observed_at.is_none_or(|other| *at < other);
            if told {
                observation.observed_at = Some(*at);
                observation.time_from = TimeFrom::Flag;
            }
        }
    }
    Ok(gathered)
}

/// Every path at which a run with these flags reads or would read evidence: nothing may be written there.
pub fn read_at(program: &Program, given: &[String], params: &[Param]) -> Vec<PathBuf> {
    let names: Vec<String> = (program.evidence.iter())
        .map(|item| item.name.clone())
        .collect();
    let mut paths = Vec::new();
    for text in given {
        match one(text, &names) {
            Ok(Given::Bundle { document, folder }) => {
                paths.extend(bundle::listed(&document).map(|listed| folder.join(listed)));
                paths.push(document);
            }
            Ok(Given::Folder(folder)) => {
                paths.push(folder.join("bundle.json"));
                paths.extend(plain::all_places(program, &folder, params));
            }
            Ok(Given::Item(item)) => paths.push(item.file),
            Err(_) => {}
        }
    }
    let meta = |path: &PathBuf| {
        let mut name = path.as_os_str().to_os_string();
        name.push(".meta.json");
        PathBuf::from(name)
    };
    let beside: Vec<PathBuf> = paths.iter().map(meta).collect();
    paths.extend(beside);
    paths
}

/// The digests of `timeless` items, from plain files in a folder: what `compile --pin` fixes.
pub fn pins(program: &Program, folder: &Path) -> Result<IndexMap<String, Digest>, Failure> {
    if !folder.is_dir() {
        return Err(super::cannot_read(
            Exit::Usage,
            "the folder of --pin",
            folder,
            &Unreadable::Absent,
        ));
    }
    let found = plain::find(program, &[folder.to_path_buf()], &[], &[])?;
    let timeless = program.evidence.iter().filter(|item| item.fresh.is_none());
    let mut pins = IndexMap::new();
    for item in timeless {
        let of = found
            .iter()
            .filter(|found| found.observation.item == item.name);
        for found in of {
            if let rolloutc_runtime::evidence::Content::Unfit(why) = &found.observation.content {
                return Err(Failure::usage(
                    "an item cannot be pinned",
                    format!("`{}`: {why}", item.name),
                ));
            }
            pins.insert(item.name.clone(), found.observation.digest());
        }
    }
    if pins.is_empty() {
        let names: Vec<String> = program
            .evidence
            .iter()
            .filter(|item| item.fresh.is_none())
            .map(|item| format!("`{}`", item.name))
            .collect();
        let help = match names.as_slice() {
            [] => "the policy declares no `timeless` item".to_string(),
            names => format!("the `timeless` items are {}", names.join(", ")),
        };
        return Err(Failure::usage(
            "nothing to pin",
            format!("{} holds no file of a `timeless` item", folder.display()),
        )
        .help(help));
    }
    Ok(pins)
}

fn one(text: &str, names: &[String]) -> Result<Given, Failure> {
    if let Some((left, file)) = text.split_once('=') {
        let (item, key) = match left.split_once('@') {
            Some((item, key)) => (item, Some(key.to_string())),
            None => (left, None),
        };
        if is_name(item) {
            if !names.iter().any(|name| name == item) {
                let message =
                    format!("--evidence {text}: the policy declares no evidence `{item}`");
                return Err(Failure::usage("unknown evidence", message).help(known(item, names)));
            }
            return Ok(Given::Item(plain::Named {
                item: item.to_string(),
                key,
                file: PathBuf::from(file),
            }));
        }
    }
    let path = Path::new(text);
    let about = std::fs::metadata(path).map_err(|error| {
        let why = if text.is_empty() {
            Unreadable::Other("the path is empty".into())
        } else {
            error.into()
        };
        super::cannot_read(Exit::Unreadable, "the evidence", path, &why)
    })?;
    if !about.is_dir() {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        return Ok(Given::Bundle {
            document: path.to_path_buf(),
            folder,
        });
    }
    let document = path.join("bundle.json");
    match document.exists() {
        true => Ok(Given::Bundle {
            document,
            folder: path.to_path_buf(),
        }),
        false => Ok(Given::Folder(path.to_path_buf())),
    }
}

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    let first = letters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    first && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn times(flags: &[String], names: &[String]) -> Result<Vec<(String, Instant)>, Failure> {
    let mut times: Vec<(String, Instant)> = Vec::new();
    for flag in flags {
        let (item, text) = pair("--observed-at", flag)?;
        if !names.iter().any(|name| name == item) {
            let message = format!("--observed-at {flag}: the policy declares no evidence `{item}`");
            return Err(Failure::usage("unknown evidence", message).help(known(item, names)));
        }
        if times.iter().any(|(other, _)| other == item) {
            return Err(Failure::usage(
                "a time is given twice",
                format!("--observed-at {item} stands twice"),
            ));
        }
        times.push((item.to_string(), instant("--observed-at", text)?));
    }
    Ok(times)
}

/// An instant from a flag.
pub fn instant(flag: &str, text: &str) -> Result<Instant, Failure> {
    Instant::parse(text, false).map_err(|error| {
        Failure::usage("not an instant", format!("{flag} {text}: {error}"))
            .help("write an instant with an offset or Z, for example 2026-03-01T09:00:00Z")
    })
}

/// Lets a file's own time stand in where nothing else can tell one.
fn trust(
    program: &Program,
    found: &mut plain::Found,
    times: &[(String, Instant)],
    notes: &mut Vec<Note>,
) {
    let observation = &mut found.observation;
    let item = program
        .evidence
        .iter()
        .find(|item| item.name == observation.item);
    let asks = item.is_some_and(|item| item.fresh.is_some() && item.observed == Observed::Envelope);
    let told = observation.observed_at.is_some()
        || times.iter().any(|(item, _)| *item == observation.item);
    let (Some(modified), true, false) = (found.modified, asks, told) else {
        return;
    };
    observation.observed_at = Some(modified);
    observation.time_from = TimeFrom::Mtime;
    notes.push(Note {
        code: "mtime".into(),
        subject: observation.item.clone(),
        message: "the file's own time was trusted: a copy or a checkout makes it young".into(),
    });
}
