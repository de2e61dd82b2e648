//! The state file: read once, replaced in one rename. Knows the disk; knows nothing of what a state says.

use super::{Unreadable, bytes, cannot_read, damaged};
use crate::exit::Exit;
use crate::failure::Failure;
use rolloutc_runtime::state::State;
use std::fs::{File, Permissions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The most that is read of a state.
const MOST: u64 = 256 << 20;

/// A state file as it was read, to be replaced if nobody else has.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// What stood there; `None` where there was no file.
    before: Option<Vec<u8>>,
    /// The state in it.
    pub state: Option<State>,
}

impl StateFile {
    /// Reads the state at a path. An absent one is refused, unless a new one may begin.
    pub fn open(path: &Path, may_begin: bool) -> Result<StateFile, Failure> {
        let title = "the state";
        let before = match bytes(path, MOST) {
            Ok(bytes) => bytes,
            Err(Unreadable::Absent) if may_begin => {
                // A folder that is not there is told before a decision is printed that could not be kept.
                let folder = path.parent().filter(|one| !one.as_os_str().is_empty());
                if let Some(folder) = folder.filter(|one| !one.is_dir()) {
                    return Err(Failure::new(
                        Exit::Unreadable,
                        "a new state has no place",
                        format!("{}: there is no such folder", folder.display()),
                    )
                    .help("make the folder first, or correct the path after --state"));
                }
                return Ok(StateFile {
                    path: path.to_path_buf(),
                    before: None,
                    state: None,
                });
            }
            Err(why) => {
                let failure = cannot_read(Exit::Unreadable, title, path, &why);
                return Err(match why {
                    Unreadable::Absent => failure.help(
                        "a mistyped path would send the rollout back to its start, so begin a new state with --new-state, or ask once with --start",
                    ),
                    Unreadable::Folder | Unreadable::Large(_) | Unreadable::Other(_) => failure,
                });
            }
        };
        let state = State::from_json(&before).map_err(|damage| {
            damaged(
                Exit::Unreadable,
                "the state does not read",
                path,
                &before,
                &damage,
            )
        })?;
        // A link stays a link: what it leads to is replaced.
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
        Ok(StateFile {
            path,
            before: Some(before),
            state: Some(state),
        })
    }

    /// Puts the next state in its place, in one rename. Refused if the file is no longer what was read.
    pub fn replace(&self, next: &State) -> Result<(), Failure> {
        self.swap(next.to_json().as_bytes()).map_err(|why| {
            Failure::new(
                Exit::Unreadable,
                "the state was not written",
                format!("{}: {why}", self.path.display()),
            )
            .help("do not make the move that was printed: ask again")
        })
    }

    fn swap(&self, next: &[u8]) -> Result<(), String> {
        let say = |error: std::io::Error| Unreadable::from(error).to_string();
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let mut fresh = builder().tempfile_in(folder).map_err(say)?;
        fresh
            .write_all(next)
            .and_then(|()| fresh.as_file().sync_all())
            .map_err(say)?;
        let Some(before) = &self.before else {
            let done = fresh.persist_noclobber(&self.path);
            return done.map(|_| ()).map_err(|_| {
                "somebody else wrote it meanwhile, or the folder is not writable".into()
            });
        };
        // INVARIANT: who holds the lock on the file that stands there, and finds in it what was read, is the
        // only one to replace it: all others hold a file that is no longer there, and will find other bytes.
        let standing = File::open(&self.path).map_err(say)?;
        standing.lock().map_err(say)?;
        if bytes(&self.path, MOST).ok().as_ref() != Some(before) {
            return Err("somebody changed it meanwhile".into());
        }
        let permissions = standing.metadata().map_err(say)?.permissions();
        fresh.as_file().set_permissions(permissions).map_err(say)?;
        fresh
            .persist(&self.path)
            .map(|_| ())
            .map_err(|error| say(error.error))
    }
}

/// New files get the rights that any new file gets; those of a file that is replaced are copied.
fn builder() -> tempfile::Builder<'static, 'static> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".rolloutc-");
    if let Some(open) = any_new_file() {
        builder.permissions(open);
    }
    builder
}

#[cfg(unix)]
fn any_new_file() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn any_new_file() -> Option<Permissions> {
    None
}

/// Writes a file in one rename: nobody ever sees half of it.
pub fn write(path: &Path, content: &[u8]) -> Result<(), Unreadable> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if path.is_dir() {
        return Err(Unreadable::Folder);
    }
    if std::fs::metadata(path).is_ok_and(|about| !about.is_file()) {
        // A device or a pipe is written to, never replaced.
        return Ok(std::fs::write(path, content)?);
    }
    let mut fresh = builder().tempfile_in(folder)?;
    fresh.write_all(content)?;
    fresh.as_file().sync_all()?;
    fresh.persist(path).map_err(|error| error.error)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path, text: &str) -> StateFile {
        let path = folder.join("state.json");
        std::fs::write(&path, text).expect("a file");
        StateFile {
            path,
            before: Some(text.into()),
            state: None,
        }
    }

    #[test]
    fn a_state_is_replaced_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let (first, second) = (file(folder.path(), "a"), file(folder.path(), "a"));
        assert_eq!(first.swap(b"b"), Ok(()));
        assert_eq!(
            second.swap(b"c"),
            Err("somebody changed it meanwhile".into())
        );
        assert_eq!(std::fs::read(&first.path).expect("the state"), b"b");
        assert_eq!(
            std::fs::read_dir(folder.path())
                .expect("the folder")
                .count(),
            1
        );
    }

    #[test]
    fn a_new_state_replaces_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        let fresh = StateFile::open(&path, true).expect("a new state");
        assert_eq!(fresh.swap(b"a"), Ok(()));
        assert!(fresh.swap(b"b").is_err());
        assert_eq!(std::fs::read(&path).expect("the state"), b"a");
        assert!(
            StateFile::open(&folder.path().join("other"), false)
                .is_err_and(|failure| failure.exit == Exit::Unreadable)
        );
        assert!(StateFile::open(folder.path(), true).is_err());
    }
}
