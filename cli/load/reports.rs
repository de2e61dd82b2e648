//! Reports on the disk: where each goes, what must not be written over, and the writing. Knows paths; fills no report.

use super::evidence;
use super::state::write;
use crate::failure::Failure;
use rolloutc_runtime::evidence::Param;
use rolloutc_runtime::ir::{Part, Program};
use rolloutc_runtime::paper::Paper;
use std::path::{Path, PathBuf};

/// The folder of `--reports`, and what lies where nothing may be written.
pub struct Press {
    folder: PathBuf,
    /// Paths that are read by this run, each with what it is.
    taken: Vec<(PathBuf, &'static str)>,
}

/// What a run reads.
pub struct Inputs<'a> {
    /// The policy, or its compiled form.
    pub policy: &'a Path,
    /// Its program.
    pub program: &'a Program,
    /// `--evidence`, each.
    pub evidence: &'a [String],
    /// Values of params.
    pub params: &'a [Param],
    /// `--state`
    pub state: Option<&'a Path>,
}

impl Press {
    /// Opens nothing yet. Refuses a folder that is none, and one in which a report whose name is known would
    /// stand where something is read, whatever the outcome: not only when it is needed.
    pub fn new(folder: &Path, inputs: &Inputs) -> Result<Press, Failure> {
        if std::fs::metadata(folder).is_ok_and(|about| !about.is_dir()) {
            return Err(Failure::usage(
                "no folder for reports",
                format!(
                    "--reports {}: there is a file of that name",
                    folder.display()
                ),
            )
            .help("name a folder; it is made where there is none"));
        }
        if folder.as_os_str().is_empty() {
            return Err(
                Failure::usage("no folder for reports", "--reports: the path is empty")
                    .help("name a folder, `.` for the present one"),
            );
        }
        let home = inputs.policy.parent().unwrap_or(Path::new(""));
        let files = inputs.program.origins.files.iter();
        let mut taken: Vec<(PathBuf, &'static str)> = vec![(inputs.policy.into(), "the policy")];
        taken.extend(files.map(|file| (home.join(&file.path), "a file of the policy")));
        taken.extend(inputs.state.map(|state| (state.into(), "the state")));
        let read = evidence::read_at(inputs.program, inputs.evidence, inputs.params);
        taken.extend(read.into_iter().map(|path| (path, "evidence")));
        let mut taken: Vec<_> = (taken.into_iter())
            .map(|(path, what)| (standing(&path), what))
            .collect();
        taken.sort();
        taken.dedup();
        let press = Press {
            folder: folder.into(),
            taken,
        };
        for report in &inputs.program.reports {
            let parts = inputs.program.texts.get(report.to.ix());
            let plain = match parts.map(|text| text.parts.as_slice()) {
                Some([Part::Literal(plain)]) => plain,
                _ => continue,
            };
            if let Err(why) = press.place(plain) {
                return Err(Failure::usage(
                    "a report would be written over what is read",
                    format!("report `{}`: {why}", report.name),
                )
                .help("give the reports a folder of their own"));
            }
        }
        Ok(press)
    }

    /// Where a report goes, or why it may not.
    fn place(&self, name: &str) -> Result<PathBuf, String> {
        let path = self.folder.join(name);
        let (folder, place) = (standing(&self.folder), standing(&path));
        if !place.starts_with(&folder) {
            return Err(format!("a link leads {} out of its folder", path.display()));
        }
        if path.is_dir() {
            return Err(format!(
                "{}: there is a folder of that name",
                path.display()
            ));
        }
        let is = |taken: &&(PathBuf, &'static str)| same(&taken.0, &place);
        match self.taken.iter().find(is) {
            Some((_, what)) => Err(format!("{} is {what}", path.display())),
            None => Ok(path),
        }
    }

    /// Writes each report in one rename, unless `dry`. Gives what was done and what was not, one line each.
    pub fn write(&self, papers: &[Paper], dry: bool) -> (Vec<String>, Vec<String>) {
        let (mut done, mut failed) = (Vec::new(), Vec::new());
        let mut used: Vec<(String, String)> = Vec::new();
        for paper in papers {
            let who = match paper.key.as_str() {
                "" => format!("`{}`", paper.report),
                key => format!("`{}` of {key}", paper.report),
            };
            let path = paper.file.clone().and_then(|name| {
                let low = name.to_ascii_lowercase();
                if let Some((_, other)) = used.iter().find(|(used, _)| *used == low) {
                    return Err(format!("{name} is written by {other} already"));
                }
                used.push((low, who.clone()));
                self.place(&name)
            });
            let path = match path {
                Ok(path) => path,
                Err(why) => {
                    failed.push(format!("report {who}: {why}"));
                    continue;
                }
            };
            if dry {
                done.push(format!("would write {}", path.display()));
                continue;
            }
            let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
            let made = made.map_err(super::Unreadable::from);
            match made.and_then(|()| write(&path, paper.text.as_bytes())) {
                Ok(()) => done.push(format!("wrote {}", path.display())),
                Err(why) => failed.push(format!("report {who}: {}: {why}", path.display())),
            }
        }
        (done, failed)
    }
}

/// Where a path leads, also one that does not exist yet: its nearest folder that does, and the rest.
fn standing(path: &Path) -> PathBuf {
    let name = |path: &Path| path.file_name().map(|name| name.to_os_string());
    let whole = match path.is_absolute() {
        true => path.to_path_buf(),
        false => Path::new(".").join(path),
    };
    let mut rest = Vec::new();
    let mut at = whole.as_path();
    loop {
        if let Ok(real) = at.canonicalize() {
            return rest.iter().rev().fold(real, |path, part| path.join(part));
        }
        match (name(at), at.parent()) {
            (Some(part), Some(parent)) => {
                rest.push(part);
                at = parent;
            }
            _ => return whole,
        }
    }
}

/// Whether two places are one; systems that do not tell case apart would write one over the other.
fn same(one: &Path, other: &Path) -> bool {
    one == other
        || one.parent() == other.parent()
            && one
                .file_name()
                .zip(other.file_name())
                .is_some_and(|(one, other)| one.eq_ignore_ascii_case(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(file: &str, text: &str) -> Paper {
        Paper {
            report: "r".into(),
            key: String::new(),
            file: Ok(file.into()),
            text: text.into(),
            gaps: Vec::new(),
        }
    }

    #[test]
    fn reports_are_written_where_nothing_is_read() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("out");
        std::fs::write(home.path().join("state.json"), "{}").expect("a file");
        let press = Press {
            folder: folder.clone(),
            taken: vec![(standing(&folder.join("taken.json")), "the state")],
        };
        let papers = [paper("a/b.json", "1\n"), paper("taken.json", "2\n")];
        let (done, failed) = press.write(&papers, true);
        assert_eq!((done.len(), failed.len()), (1, 1));
        assert!(!folder.exists());
        let (_, failed) = press.write(&papers, false);
        assert!(failed[0].ends_with("taken.json is the state"), "{failed:?}");
        assert_eq!(std::fs::read(folder.join("a/b.json")).expect("it"), b"1\n");
        assert!(!folder.join("taken.json").exists());
        let twice = [paper("a.json", "1\n"), paper("A.json", "2\n")];
        let (_, failed) = press.write(&twice, false);
        assert!(failed[0].contains("already"), "{failed:?}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_leads_no_report_away() {
        let home = tempfile::tempdir().expect("a folder");
        let (folder, away) = (home.path().join("out"), home.path().join("away"));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::create_dir_all(&away).expect("a folder");
        std::os::unix::fs::symlink(&away, folder.join("sub")).expect("a link");
        let press = Press {
            folder,
            taken: Vec::new(),
        };
        let (_, failed) = press.write(&[paper("sub/a.json", "1\n")], false);
        assert!(failed[0].contains("out of its folder"), "{failed:?}");
        assert!(!away.join("a.json").exists());
    }
}
