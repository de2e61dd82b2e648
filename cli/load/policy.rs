//! Policies from the disk: a file and what it uses, a folder of them, standard input, or a compiled program.
//! Knows paths; knows nothing of what a policy says.

use super::{Unreadable, bytes, cannot_read, damaged, standard_input};
use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use rolloutc_compiler::analysis::{self, Analysis, Workspace};
use rolloutc_compiler::check::outline;
use rolloutc_compiler::settings::glob;
use rolloutc_compiler::source::SourceFile;
use rolloutc_runtime::ir::Program;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The most that is read of a policy file; the parser refuses less than that with a finding.
const MOST: u64 = 16 << 20;
/// The most that is read of a compiled program.
const MOST_PROGRAM: u64 = 256 << 20;
/// How deep folders are searched for policies.
const DEEP: usize = 32;

/// What stands at a path given as a policy.
pub enum Policy {
    /// Policy text, analysed. Boxed: an analysis is large.
    Text(Box<Analysis>),
    /// A program that `compile` wrote.
    Compiled(Box<Program>),
}

/// Reads and analyses a policy file and what it uses. `-` is standard input.
pub fn check(path: &Path) -> Result<Analysis, Failure> {
    Ok(gather(path)?.analyse())
}

/// Reads a policy file and what it uses. `-` is standard input.
pub fn gather(path: &Path) -> Result<Gathered, Failure> {
    let bytes = read(path, MOST)?;
    if bytes.starts_with(b"{")
        && bytes
            .windows(18)
            .any(|part| part == b"\"rolloutc.program\"")
    {
        return Err(Failure::usage(
            "this is no policy text",
            format!(
                "{}: a compiled program, checked when it was compiled",
                path.display()
            ),
        )
        .help("name the policy it was compiled from"));
    }
    gathered(path, text(path, bytes)?)
}

/// Standard input as the text of a policy that stands, or is to stand, at a path; what it uses is read from there.
pub fn gather_as(path: &Path) -> Result<Gathered, Failure> {
    let bytes = read(Path::new("-"), MOST)?;
    gathered(path, text(path, bytes)?)
}

/// Reads a policy, or the compiled form of one; which, the content tells.
pub fn policy_or_program(path: &Path) -> Result<Policy, Failure> {
    let bytes = read(path, MOST_PROGRAM)?;
    let opening = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    if opening == Some(&b'{') {
        let program = Program::from_json(&bytes).map_err(|damage| {
            damaged(
                Exit::Invalid,
                "the compiled program does not read",
                path,
                &bytes,
                &damage,
            )
        })?;
        return Ok(Policy::Compiled(Box::new(program)));
    }
    let gathered = gathered(path, text(path, bytes)?)?;
    Ok(Policy::Text(Box::new(gathered.analyse())))
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Failure> {
    let read = match path.as_os_str() == "-" {
        true => standard_input(most),
        false => bytes(path, most),
    };
    read.map_err(|why| {
        let failure = cannot_read(Exit::Usage, "the policy", path, &why);
        match why {
            Unreadable::Folder => failure.help("name the policy file in it"),
            Unreadable::Absent | Unreadable::Large(_) | Unreadable::Other(_) => failure,
        }
    })
}

/// The texts of a policy and of what it uses. They are named from the policy's own folder, so that no digest depends
/// on where the tool was started.
#[derive(Clone, Debug)]
pub struct Gathered {
    folder: PathBuf,
    name: String,
    workspace: Workspace,
}

impl Gathered {
    /// The policy's own text.
    pub fn text(&self) -> Arc<str> {
        self.workspace.text(&self.name).unwrap_or_default()
    }

    /// The same with another text of the policy itself.
    pub fn with(&self, text: &str) -> Gathered {
        let mut other = self.clone();
        other.workspace.insert(&self.name, text);
        other
    }

    /// The same with another text of a file that it uses, by its path among them.
    pub fn with_file(&self, path: &str, text: &str) -> Gathered {
        let mut other = self.clone();
        other.workspace.insert(path, text);
        other
    }

    /// What is known of it. Findings name files as the reader would open them from here.
    pub fn analyse(&self) -> Analysis {
        self.shown(analysis::analyse(&self.workspace, &self.name))
    }

    /// The same for those who only want to know what is wrong: its program is not sealed.
    pub fn look(&self) -> Analysis {
        self.shown(analysis::look(&self.workspace, &self.name))
    }

    fn shown(&self, mut analysis: Analysis) -> Analysis {
        for file in &mut analysis.files {
            if self.workspace.text(&file.name).is_some() {
                let shown = plain(&slashes(&self.folder.join(&*file.name)));
                *file = SourceFile::new(shown, file.text.clone());
            }
        }
        analysis
    }
}

fn gathered(path: &Path, text: String) -> Result<Gathered, Failure> {
    let (folder, name) = match path.file_name() {
        Some(name) if path.as_os_str() != "-" => (
            path.parent().unwrap_or(Path::new("")),
            slashes(Path::new(name)),
        ),
        _ => (Path::new(""), "stdin.rollout".to_string()),
    };
    let mut workspace = Workspace::new();
    let mut open = analysis::wanted(&name, &text);
    workspace.insert(&name, text);
    while let Some(next) = open.pop() {
        if workspace.text(&next).is_some() {
            continue;
        }
        // One that is not there is the checker's to report, at the line that uses it.
        let at = folder.join(&next);
        match super::bytes(&at, MOST) {
            Ok(bytes) => {
                let text = self::text(&at, bytes)?;
                open.extend(analysis::wanted(&next, &text));
                workspace.insert(&next, text);
            }
            Err(Unreadable::Absent) => {}
            Err(why) => {
                return Err(cannot_read(
                    Exit::Usage,
                    "a file that the policy uses",
                    &at,
                    &why,
                ));
            }
        }
    }
    Ok(Gathered {
        folder: folder.to_path_buf(),
        name,
        workspace,
    })
}

/// The text of a policy file, nothing else read. `-` is standard input.
pub fn source(path: &Path) -> Result<String, Failure> {
    text(path, read(path, MOST)?)
}

/// Puts another text into a policy file; its permissions stay, and a link stays a link.
pub fn rewrite(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        Failure::usage(
            "cannot write the policy",
            format!("{}: {error}", path.display()),
        )
    })
}

/// Puts another text in the place of one that was read: in one rename, and only if nobody else has changed it since.
pub fn replace(path: &Path, old: &str, new: &str) -> Result<(), Failure> {
    let refuse = |why: String| {
        let message = format!("{}: {why}", path.display());
        Failure::usage("cannot write the policy", message)
    };
    let broken = |error: std::io::Error| refuse(error.to_string());
    // A link stays a link.
    let whole = std::fs::canonicalize(path).map_err(broken)?;
    if std::fs::read(&whole).map_err(broken)? != old.as_bytes() {
        return Err(refuse("it was changed while it was being fixed".into())
            .help("nothing was written to it; run the command again"));
    }
    let folder = whole.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .prefix(".rolloutc-")
        .tempfile_in(folder)
        .map_err(broken)?;
    file.write_all(new.as_bytes()).map_err(broken)?;
    let permissions = std::fs::metadata(&whole).map_err(broken)?.permissions();
    file.as_file()
        .set_permissions(permissions)
        .map_err(broken)?;
    file.as_file().sync_all().map_err(broken)?;
    file.persist(&whole).map_err(|error| broken(error.error))?;
    Ok(())
}

/// Policy text is UTF-8, or the policy is invalid.
fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Failure::new(
            Exit::Invalid,
            "the policy is not UTF-8",
            format!(
                "{}: byte {at} is not the start of a character",
                path.display()
            ),
        )
        .help("save the file as UTF-8")
        .at(Excerpt {
            name: path.display().to_string(),
            text,
            start: at,
            end: at + '\u{fffd}'.len_utf8(),
            label: "here".into(),
        })
    })
}

/// A path without ways there and back: `shared/x` for `teams/../shared/x`, so that a file has one name in all findings.
pub fn plain(path: &str) -> String {
    let whole = if path.starts_with('/') { "/" } else { "" };
    whole.to_string() + &outline::join("", path)
}

/// A path with `/` between its parts on every system.
pub fn slashes(path: &Path) -> String {
    let text = path.to_string_lossy();
    match std::path::MAIN_SEPARATOR {
        '/' => text.into_owned(),
        other => text.replace(other, "/"),
    }
}

/// The policy files that a path stands for: itself, or all in a folder, sorted. Hidden folders and links to
/// folders are passed over.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let refuse = |why: &Unreadable| cannot_read(Exit::Usage, "the policy", path, why);
    if path.as_os_str() == "-" {
        return Ok(vec![path.to_path_buf()]);
    }
    let about = match std::fs::metadata(path) {
        Err(_) if glob::is_pattern(&slashes(path)) => return meant(path),
        about => about.map_err(|error| refuse(&error.into()))?,
    };
    if !about.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    walk(path, DEEP, &mut found).map_err(|error| refuse(&error.into()))?;
    found.iter_mut().for_each(bare);
    found.sort();
    if found.is_empty() {
        return Err(Failure::usage(
            "nothing to check",
            format!("no file in `{}` ends in .rollout", path.display()),
        )
        .help("name a policy, or a folder that holds some"));
    }
    Ok(found)
}

/// The policy files that a pattern means, sorted.
fn meant(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let parts: Vec<_> = path.components().collect();
    let whole =
        |part: &&std::path::Component<'_>| !glob::is_pattern(&part.as_os_str().to_string_lossy());
    let fixed: PathBuf = parts.iter().take_while(whole).collect();
    let from = match fixed.as_os_str().is_empty() {
        true => Path::new("."),
        false => &fixed,
    };
    let mut found = Vec::new();
    if from.is_dir() {
        walk(from, DEEP, &mut found)
            .map_err(|error| cannot_read(Exit::Usage, "the policy", from, &error.into()))?;
    }
    let pattern = slashes(path);
    found.retain(|one| glob::matches(&pattern, &slashes(one)));
    found.iter_mut().for_each(bare);
    found.sort();
    if found.is_empty() {
        let message = format!("no file that ends in .rollout matches `{pattern}`");
        return Err(Failure::usage("nothing to check", message)
            .help("`*` stands for a part of a name, `**` for any folders"));
    }
    Ok(found)
}

/// Nobody writes `./` before a name.
fn bare(path: &mut PathBuf) {
    if let Ok(plain) = path.strip_prefix(".") {
        *path = plain.to_path_buf();
    }
}

fn walk(folder: &Path, deep: usize, found: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        let hidden = entry.file_name().to_string_lossy().starts_with('.');
        if kind.is_dir() && !hidden && deep > 0 {
            walk(&path, deep - 1, found)?;
        } else if !kind.is_dir()
            && !hidden
            && path.extension().is_some_and(|ending| ending == "rollout")
        {
            found.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_stands_for_its_policies_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in [
            "b.rollout",
            "a.rollout",
            "x/c.rollout",
            ".git/d.rollout",
            "readme.md",
        ] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, "").expect("a file");
        }
        let found = files(folder.path()).expect("policies");
        let names: Vec<_> = found
            .iter()
            .map(|path| slashes(path.strip_prefix(folder.path()).expect("inside")))
            .collect();
        assert_eq!(names, ["a.rollout", "b.rollout", "x/c.rollout"]);
        assert!(files(&folder.path().join(".git/none")).is_err());
        let meant = |pattern: &str| {
            files(&folder.path().join(pattern))
                .map(|found| found.len())
                .ok()
        };
        assert_eq!(meant("*.rollout"), Some(2));
        assert_eq!(meant("**/*.rollout"), Some(3));
        assert_eq!(meant("x/?.rollout"), Some(1));
        assert_eq!(meant("y/*.rollout"), None);
    }
}
