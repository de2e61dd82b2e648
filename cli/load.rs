//! The reader of files: policies, evidence, states, values. The one room that knows the disk, the environment
//! and the clock; it judges nothing.

pub mod evidence;
pub mod lints;
pub mod params;
pub mod policy;
pub mod reports;
pub mod state;
pub mod trial;
pub mod value;

use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use rolloutc_runtime::canon::DocumentError;
use rolloutc_runtime::document::{Damage, DamageKind};
use rolloutc_runtime::time::Instant;
use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// Nothing of that name.
    Absent,
    /// A folder.
    Folder,
    /// Larger than so many bytes.
    Large(u64),
    /// Whatever else the system says.
    Other(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Absent => f.write_str("there is no such file"),
            Unreadable::Folder => f.write_str("there is a folder where a file should be"),
            Unreadable::Large(most) => write!(f, "it is larger than {} MiB", most >> 20),
            Unreadable::Other(error) => f.write_str(error),
        }
    }
}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Unreadable {
        use std::io::ErrorKind;
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => Unreadable::Absent,
            ErrorKind::IsADirectory => Unreadable::Folder,
            ErrorKind::PermissionDenied => Unreadable::Other("no permission to read it".into()),
            _ => Unreadable::Other(error.to_string()),
        }
    }
}

/// The whole of a file, if it has at most so many bytes.
pub fn bytes(path: &Path, most: u64) -> Result<Vec<u8>, Unreadable> {
    if std::fs::metadata(path)?.is_dir() {
        return Err(Unreadable::Folder);
    }
    all(std::fs::File::open(path)?, most)
}

/// The whole of standard input, if it has at most so many bytes.
pub fn standard_input(most: u64) -> Result<Vec<u8>, Unreadable> {
    all(std::io::stdin().lock(), most)
}

fn all(from: impl Read, most: u64) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    from.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(Unreadable::Large(most));
    }
    Ok(bytes)
}

/// The failure of a file that was named and could not be read, with names beside it that may have been meant.
pub fn cannot_read(exit: Exit, what: &str, path: &Path, why: &Unreadable) -> Failure {
    let failure = Failure::new(
        exit,
        format!("cannot read {what}"),
        format!("{}: {why}", path.display()),
    );
    match why {
        Unreadable::Absent => match beside(path) {
            Some(near) => failure.help(format!("did you mean `{}`?", near.display())),
            None => failure,
        },
        Unreadable::Folder | Unreadable::Large(_) | Unreadable::Other(_) => failure,
    }
}

/// A name in the same folder that differs little.
fn beside(path: &Path) -> Option<PathBuf> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let wanted = path.file_name()?.to_str()?;
    let entries = std::fs::read_dir(folder).ok()?.take(1000);
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort();
    nearest(wanted, &names).map(|near| path.with_file_name(near))
}

/// The known word that differs least from a written one, if it differs little.
pub fn nearest<'k>(word: &str, known: &'k [String]) -> Option<&'k str> {
    rolloutc_compiler::check::nearest(word, known)
}

/// "did you mean", or the list of what there is.
pub fn known(word: &str, all: &[String]) -> String {
    if let Some(near) = nearest(word, all) {
        return format!("did you mean `{near}`?");
    }
    match all {
        [] => "the policy declares none".to_string(),
        all => {
            let list: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
            format!("there is {}", list.join(", "))
        }
    }
}

/// The failure of one of our own documents that does not read, shown at its place.
pub fn damaged(exit: Exit, title: &str, path: &Path, bytes: &[u8], damage: &Damage) -> Failure {
    let message = format!("{}: {damage}", path.display());
    let failure = Failure::new(exit, title, message);
    match &damage.kind {
        DamageKind::Form(error) => failure.at(excerpt(path, bytes, error)),
        DamageKind::Digest => {
            failure.help("somebody changed it by hand or cut it short: take the last good copy")
        }
        DamageKind::Newer { .. } => failure.help("use the rolloutc that wrote it, or a newer one"),
    }
}

/// The place of an error in a JSON document.
fn excerpt(path: &Path, bytes: &[u8], error: &DocumentError) -> Excerpt {
    // What stands behind broken UTF-8 may shift, never what stands before it.
    let text = String::from_utf8_lossy(bytes).into_owned();
    let start = error.offset.min(text.len());
    let end = text[start..]
        .chars()
        .next()
        .map_or(start, |c| start + c.len_utf8());
    Excerpt {
        name: path.display().to_string(),
        text,
        start,
        end,
        label: error.fault.to_string(),
    }
}

/// The machine's clock. Read once a run, and only where no `--as-of` is given.
pub fn clock() -> Result<Instant, Failure> {
    instant(SystemTime::now()).ok_or_else(|| {
        Failure::usage(
            "the clock is wrong",
            "the machine's clock lies outside the years 0001 to 9999",
        )
        .help("set the clock, or give the instant with --as-of")
    })
}

/// A time of the system as an instant.
fn instant(time: SystemTime) -> Option<Instant> {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => Instant::new(i64::try_from(since.as_secs()).ok()?, since.subsec_nanos()),
        Err(before) => {
            let secs = i64::try_from(before.duration().as_secs()).ok()?;
            Instant::new(-secs - 1, 0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_up_to_a_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        std::fs::write(&path, "12345").expect("a file");
        assert_eq!(bytes(&path, 5), Ok(b"12345".to_vec()));
        assert_eq!(bytes(&path, 4), Err(Unreadable::Large(4)));
        assert_eq!(bytes(folder.path(), 4), Err(Unreadable::Folder));
        assert_eq!(bytes(&folder.path().join("b"), 4), Err(Unreadable::Absent));
        assert_eq!(bytes(&path.join("c"), 4), Err(Unreadable::Absent));
    }

    #[test]
    fn times_before_the_epoch_are_instants_too() {
        assert_eq!(
            instant(UNIX_EPOCH).map(|at| at.to_string()),
            Some("1970-01-01T00:00:00Z".into())
        );
        let before = UNIX_EPOCH - std::time::Duration::from_secs(1);
        assert!(instant(before).is_some_and(|at| at < Instant::new(0, 0).expect("the epoch")));
    }
}
