//! Bundles and what lies beside a plain file: envelopes, and the files that they list. Knows the folder they
//! must not leave; reads no payload.

use super::Gathered;
use super::plain::{MOST, leaves};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::{Unreadable, bytes, cannot_read, damaged, known};
use rolloutc_runtime::bundle;
use rolloutc_runtime::canon::check_json;
use rolloutc_runtime::evidence::{Content, Observation, Subject, TimeFrom, format_of};
use rolloutc_runtime::ir::Program;
use std::path::Path;

/// The most that is read of a bundle's document, payloads inside.
const MOST_BUNDLE: u64 = 1 << 30;

/// Reads a bundle and the files that it lists.
pub fn read(
    program: &Program,
    document: &Path,
    folder: &Path,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let read = bytes(document, MOST_BUNDLE)
        .map_err(|why| cannot_read(Exit::Unreadable, "the bundle", document, &why))?;
    let bundle =
        bundle::parse(&read).map_err(|damage| refuse(program, document, &read, &damage))?;
    if let Some(subject) = bundle.subject {
        add(program, document, subject, gathered)?;
    }
    for item in bundle.items {
        if let bundle::BundleContent::File(listed) = &item.content
            && leaves(folder_of(folder), &folder.join(listed))
        {
            let message = format!(
                "{}: the link `{listed}` leaves the bundle's folder",
                document.display()
            );
            return Err(Failure::new(
                Exit::Unreadable,
                "the bundle is refused",
                message,
            ));
        }
        gathered
            .observations
            .push(item.observation(|listed| content(&folder.join(listed), listed)));
    }
    Ok(())
}

/// The files that a bundle lists, if it reads.
pub fn listed(document: &Path) -> impl Iterator<Item = String> + use<> {
    let read = bytes(document, MOST_BUNDLE).ok();
    let bundle = read.and_then(|read| bundle::parse(&read).ok());
    let items = bundle.into_iter().flat_map(|bundle| bundle.items);
    items.filter_map(|item| match item.content {
        bundle::BundleContent::File(listed) => Some(listed),
        _ => None,
    })
}

fn folder_of(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    }
}

/// A bundle that does not read. Often it is a plain file, given without the name of its item.
fn refuse(
    program: &Program,
    document: &Path,
    read: &[u8],
    damage: &rolloutc_runtime::document::Damage,
) -> Failure {
    let failure = damaged(
        Exit::Unreadable,
        "the bundle does not read",
        document,
        read,
        damage,
    );
    let is_bundle = check_json(read).is_ok_and(|text| text.contains("\"rolloutc.bundle\""));
    if is_bundle {
        return failure;
    }
    let stem = document
        .file_stem()
        .map(|stem| stem.to_string_lossy().into_owned())
        .unwrap_or_default();
    let names: Vec<String> = program
        .evidence
        .iter()
        .map(|item| item.name.clone())
        .collect();
    let item = if names.contains(&stem) {
        stem
    } else {
        "ITEM".to_string()
    };
    failure.help(format!(
        "a file without envelopes is given as --evidence {item}={}",
        document.display()
    ))
}

/// Bundles that name a subject must name the same one.
fn add(
    program: &Program,
    document: &Path,
    subject: Subject,
    gathered: &mut Gathered,
) -> Result<(), Failure> {
    let title = "the bundle's subject does not fit";
    let names: Vec<String> = program.subject.keys().cloned().collect();
    if let Some(name) = subject.0.keys().find(|name| !names.contains(name)) {
        let message = format!(
            "{}: the subject of `{}` has no member `{name}`",
            document.display(),
            program.rollout
        );
        return Err(Failure::new(Exit::Unreadable, title, message).help(known(name, &names)));
    }
    match &gathered.subject {
        Some(other) if *other != subject => {
            let message = format!(
                "{}: another bundle names another subject",
                document.display()
            );
            Err(Failure::new(Exit::Unreadable, title, message)
                .help("give one of them, or say which with --subject"))
        }
        _ => {
            gathered.subject = Some(subject);
            Ok(())
        }
    }
}

/// The content of a listed file.
fn content(path: &Path, listed: &str) -> Content {
    match bytes(path, MOST) {
        Ok(bytes) => Content::Bytes {
            bytes: bytes.into(),
            format: format_of(listed),
        },
        Err(Unreadable::Absent) if path.is_symlink() => {
            Content::Unfit("a link that leads nowhere".into())
        }
        Err(Unreadable::Absent) => Content::Absent,
        Err(why) => Content::Unfit(why.to_string()),
    }
}

/// Takes in `FILE.meta.json`, where it lies beside a file: its envelope. A damaged one makes the item
/// malformed, for its time would be a guess.
pub fn beside(file: &Path, observation: &mut Observation) {
    let mut name = file.as_os_str().to_os_string();
    name.push(".meta.json");
    let path = Path::new(&name);
    let read = match bytes(path, MOST) {
        Ok(read) => read,
        Err(Unreadable::Absent) if !path.is_symlink() => return,
        Err(why) => return spoil(path, observation, &why.to_string()),
    };
    let meta = match bundle::parse_meta(&read) {
        Ok(meta) => meta,
        Err(damage) => return spoil(path, observation, &damage.to_string()),
    };
    if meta
        .item
        .as_ref()
        .is_some_and(|item| *item != observation.item)
    {
        return;
    }
    observation.time_from = if meta.observed_at.is_some() {
        TimeFrom::Envelope
    } else {
        TimeFrom::None
    };
    observation.observed_at = meta.observed_at;
    observation.source = meta.source;
    observation.sha256 = meta.sha256;
    let key = observation.about.key.take();
    observation.about = meta.about;
    if key.is_some() && observation.about.key.is_none() {
        observation.about.key = key;
    }
}

fn spoil(path: &Path, observation: &mut Observation, why: &str) {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    observation.content = Content::Unfit(format!("{name}: {why}"));
}
