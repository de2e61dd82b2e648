//! Policies from the disk: a file and what it uses, a folder of them, standard input, or a compiled program.
//! Knows paths; knows nothing of what a policy says.

use super::{Unreadable, bytes, cannot_read, damaged, standard_input};
use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use rolloutc_compiler::analysis::{self, Analysis, Workspace};
use rolloutc_compiler::source::SourceFile;
use rolloutc_runtime::ir::Program;
use std::path::{Path, PathBuf};

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
    analyse(path, bytes)
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
    Ok(Policy::Text(Box::new(analyse(path, bytes)?)))
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

fn analyse(path: &Path, bytes: Vec<u8>) -> Result<Analysis, Failure> {
    let text = text(path, bytes)?;
    // The policy and what it uses are named from the policy's own folder, so that no digest depends on where
    // the tool was started.
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
    let mut analysis = analysis::analyse(&workspace, &name);
    // Findings name files as the reader would open them from here.
    for file in &mut analysis.files {
        if workspace.text(&file.name).is_some() {
            let shown = slashes(&folder.join(&*file.name));
            *file = SourceFile::new(shown, file.text.clone());
        }
    }
    Ok(analysis)
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

/// Policy text is UTF-8, or the policy is invalid.
fn text(path: &Path, bytes: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
        Failure::new(
            Exit::Invalid,
            "the policy is not UTF-8",
            format!("{}: byte {at} begins no character", path.display()),
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
    let about = std::fs::metadata(path).map_err(|error| refuse(&error.into()))?;
    if !about.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let mut found = Vec::new();
    walk(path, DEEP, &mut found).map_err(|error| refuse(&error.into()))?;
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
    }
}
