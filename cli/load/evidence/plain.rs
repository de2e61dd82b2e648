//! Plain files, found by the name of an item and nothing else: never a search, never a pattern. Knows the
//! table of places; reads no payload.

use crate::failure::Failure;
use crate::load::policy::slashes;
use crate::load::{Unreadable, instant};
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::evidence::{Content, Envelope, FORMATS, Observation, Param, format_of};
use rolloutc_runtime::ir::{AboutWhat, Const, Item, Node, Part, Program, Source};
use rolloutc_runtime::time::Instant;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The most that is read of one file; beyond it the item is malformed.
pub const MOST: u64 = 64 << 20;

/// `item=FILE`, `item@key=FILE`
pub struct Named {
    /// The item, declared.
    pub item: String,
    /// The `per` key.
    pub key: Option<String>,
    /// The file.
    pub file: PathBuf,
}

/// A plain file that serves an item.
pub struct Found {
    /// What was found.
    pub observation: Observation,
    /// The file's own time.
    pub modified: Option<Instant>,
}

/// One place where a file of an item may lie.
struct Place {
    path: PathBuf,
    /// The same, as documents name it.
    shown: String,
    key: Option<String>,
    /// The folder that it must not leave.
    within: Option<PathBuf>,
}

/// A file as it lies there.
#[derive(Clone)]
enum Lies {
    Bytes(Arc<[u8]>, Option<Instant>),
    Unfit(String),
    Nowhere,
}

/// Looks for every declared item at the places that its name gives it.
pub fn find(
    program: &Program,
    folders: &[PathBuf],
    named: &[Named],
    params: &[Param],
) -> Result<Vec<Found>, Failure> {
    let mut disk = Disk::default();
    let mut found = Vec::new();
    for item in &program.evidence {
        let explicit: Vec<&Named> = named.iter().filter(|one| one.item == item.name).collect();
        let places: Vec<Place> = match explicit.is_empty() {
            false => explicit
                .into_iter()
                .map(|one| Place {
                    path: one.file.clone(),
                    shown: shown(&one.file),
                    key: one.key.clone(),
                    within: None,
                })
                .collect(),
            true => folders
                .iter()
                .flat_map(|folder| places(program, item, folder, params))
                .collect(),
        };
        let is_explicit = named.iter().any(|one| one.item == item.name);
        let mut keys: Vec<Option<String>> = Vec::new();
        for place in &places {
            if !keys.contains(&place.key) {
                keys.push(place.key.clone());
            }
        }
        for key in keys {
            let of: Vec<&Place> = places.iter().filter(|place| place.key == key).collect();
            found.extend(choose(item, &of, is_explicit, &mut disk));
        }
    }
    Ok(found)
}

/// What lies at the places of one item and key: one observation, or none.
fn choose(item: &Item, places: &[&Place], explicit: bool, disk: &mut Disk) -> Option<Found> {
    let mut there: Vec<(&Place, Lies)> = Vec::new();
    for place in places {
        let lies = disk.read(place);
        let again = there.iter().any(|(other, _)| other.path == place.path);
        if !again && !matches!(lies, Lies::Nowhere) {
            there.push((place, lies));
        }
    }
    let Some((first, lies)) = there.first().cloned() else {
        let place = places.first().filter(|_| explicit)?;
        let mut observation = Observation::new(&item.name, Content::Absent);
        observation.file = Some(place.shown.clone());
        return Some(Found {
            observation,
            modified: None,
        });
    };
    let digest = |lies: &Lies| match lies {
        Lies::Bytes(bytes, _) => Some(Digest::of(bytes)),
        Lies::Unfit(_) | Lies::Nowhere => None,
    };
    let ending = |place: &Place| {
        place
            .path
            .extension()
            .map(|ending| ending.to_ascii_lowercase())
    };
    let other = there.iter().skip(1).find(|(place, other)| {
        ending(place) != ending(first) || digest(other) != digest(&lies) || digest(other).is_none()
    });
    let (content, modified) = match (lies, other) {
        (_, Some((other, _))) => (
            Content::Unfit(format!(
                "found twice, as {} and {}",
                first.shown, other.shown
            )),
            None,
        ),
        (Lies::Bytes(bytes, modified), None) => (
            Content::Bytes {
                bytes,
                format: format_of(&first.shown),
            },
            modified,
        ),
        (Lies::Unfit(why), None) => (Content::Unfit(why), None),
        (Lies::Nowhere, None) => (Content::Absent, None),
    };
    let mut observation = Observation::new(&item.name, content);
    observation.file = Some(first.shown.clone());
    observation.about = Envelope {
        key: first.key.clone(),
        ..Envelope::default()
    };
    super::bundle::beside(&first.path, &mut observation);
    Some(Found {
        observation,
        modified,
    })
}

/// Every place in a folder at which any item is looked for.
pub fn all_places(program: &Program, folder: &Path, params: &[Param]) -> Vec<PathBuf> {
    let items = program.evidence.iter();
    let places = items.flat_map(|item| places(program, item, folder, params));
    places.map(|place| place.path).collect()
}

/// The places of one item in one folder.
fn places(program: &Program, item: &Item, folder: &Path, params: &[Param]) -> Vec<Place> {
    let place = |relative: &Path, key: Option<String>| Place {
        path: folder.join(relative),
        shown: slashes(relative),
        key,
        within: Some(folder.to_path_buf()),
    };
    match &item.source {
        Source::File {
            folder: named,
            file,
        } => {
            let base = file.rsplit('/').next().unwrap_or(file);
            let long = match path_of(program, *named, params) {
                Some(inner) if !inner.is_empty() => {
                    format!("{}/{file}", inner.trim_end_matches('/'))
                }
                Some(_) | None => file.clone(),
            };
            let long = Path::new(&long);
            let stays = long
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
            let mut all = Vec::new();
            if stays {
                let long: PathBuf = long
                    .components()
                    .filter(|part| *part != Component::CurDir)
                    .collect();
                all.extend(of_keys(program, item, folder, &long, &place));
                all.push(place(&long, None));
            }
            if long != Path::new(base) {
                all.extend(of_keys(program, item, folder, Path::new(base), &place));
                all.push(place(Path::new(base), None));
            }
            all
        }
        Source::Given | Source::Call { .. } => {
            let endings = FORMATS.iter().flat_map(|(_, _, endings)| endings.iter());
            endings
                .flat_map(|ending| {
                    let file = PathBuf::from(format!("{}.{ending}", item.name));
                    let mut all = of_keys(program, item, folder, &file, &place);
                    all.push(place(&file, None));
                    all
                })
                .collect()
        }
    }
}

/// The files of one item for each key: `FILE@KEY.ENDING` beside where `FILE.ENDING` would lie.
fn of_keys(
    program: &Program,
    item: &Item,
    folder: &Path,
    file: &Path,
    place: &dyn Fn(&Path, Option<String>) -> Place,
) -> Vec<Place> {
    let about_key = item.about.iter().any(|about| about.what == AboutWhat::Key);
    let (Some(stem), Some(ending)) = (
        file.file_stem().and_then(|stem| stem.to_str()),
        file.extension().and_then(|ending| ending.to_str()),
    ) else {
        return Vec::new();
    };
    if program.per.is_none() || !about_key {
        return Vec::new();
    }
    let inner = file.parent().unwrap_or(Path::new(""));
    let (opening, closing) = (format!("{stem}@"), format!(".{ending}"));
    let mut names: Vec<String> = std::fs::read_dir(folder.join(inner))
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.ends_with(".meta.json"))
        .collect();
    names.sort();
    let key = |name: &String| {
        let key = name.strip_prefix(&opening)?.strip_suffix(&closing)?;
        (!key.is_empty()).then(|| place(&inner.join(name), Some(key.to_string())))
    };
    names.iter().filter_map(key).collect()
}

/// The path of a `folder`, where all its params have values.
fn path_of(
    program: &Program,
    text: rolloutc_runtime::ir::TextId,
    params: &[Param],
) -> Option<String> {
    let mut path = String::new();
    for part in &program.texts.get(text.ix())?.parts {
        match part {
            Part::Literal(literal) => path.push_str(literal),
            Part::Hole(node) => {
                let Node::Param(id) = program.code.get(node.ix())?.node else {
                    return None;
                };
                let name = &program.params.get(id.ix())?.name;
                let Const::Text(value) = &params.iter().find(|param| param.name == *name)?.value
                else {
                    return None;
                };
                path.push_str(value);
            }
            Part::SetHole(_) | Part::For(..) => return None,
        }
    }
    Some(path)
}

/// A path from a flag as documents name it: relative, or the name alone, so that no digest depends on a machine.
fn shown(path: &Path) -> String {
    let inside = path
        .components()
        .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    match path.file_name() {
        Some(name) if !inside => name.to_string_lossy().into_owned(),
        _ => slashes(path),
    }
}

/// Files read so far: one may serve several items.
#[derive(Default)]
struct Disk {
    read: BTreeMap<PathBuf, Lies>,
}

impl Disk {
    fn read(&mut self, place: &Place) -> Lies {
        if let Some(lies) = self.read.get(&place.path) {
            return lies.clone();
        }
        let lies = look(place);
        self.read.insert(place.path.clone(), lies.clone());
        lies
    }
}

fn look(place: &Place) -> Lies {
    let about = match std::fs::metadata(&place.path).map_err(Unreadable::from) {
        Ok(about) => about,
        Err(Unreadable::Absent) if place.path.is_symlink() => {
            return Lies::Unfit("a link that leads nowhere".into());
        }
        Err(Unreadable::Absent) => return Lies::Nowhere,
        Err(why) => return Lies::Unfit(why.to_string()),
    };
    if let Some(folder) = &place.within {
        if leaves(folder, &place.path) {
            return Lies::Unfit("a link that leaves the evidence folder".into());
        }
        if !about.is_dir() && !about.is_file() {
            return Lies::Unfit("neither a file nor a folder".into());
        }
    }
    match crate::load::bytes(&place.path, MOST) {
        Ok(bytes) => Lies::Bytes(bytes.into(), about.modified().ok().and_then(instant)),
        Err(why) => Lies::Unfit(why.to_string()),
    }
}

/// Whether a path leads out of a folder, by a link or by `..`.
pub fn leaves(folder: &Path, path: &Path) -> bool {
    match (std::fs::canonicalize(folder), std::fs::canonicalize(path)) {
        (Ok(folder), Ok(path)) => !path.starts_with(folder),
        _ => false,
    }
}
