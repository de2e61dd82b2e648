//! `rolloutc fmt`: policies in the one style.

use crate::args::Fmt;
use crate::commands::output;
use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use crate::load::policy;
use crate::terminal::{Look, tell};
use rolloutc_compiler::fmt::{self, Formatted, Refused};
use similar::TextDiff;
use std::path::{Path, PathBuf};

/// Formats every policy named.
pub fn run(args: &Fmt) -> Result<Exit, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() {
        &here[..]
    } else {
        &args.paths
    };
    let mut told = Told::default();
    // A path that cannot be read or written hides nothing of the others.
    for path in paths {
        match policy::files(path) {
            Ok(files) => {
                for file in files {
                    let done = one(args, &file, &mut told);
                    done.unwrap_or_else(|failure| told.fail(&failure));
                }
            }
            Err(failure) => told.fail(&failure),
        }
    }
    output(&told.text)?;
    if told.files > 0 && !args.diff {
        let count = |many: usize| match many {
            1 => "1 file".to_string(),
            many => format!("{many} files"),
        };
        let same = told.files - told.changed;
        let verb = if args.check {
            "would change"
        } else {
            "formatted"
        };
        output(&match (told.changed, same) {
            (0, same) => format!("{} in the style\n", count(same)),
            (changed, 0) => format!("{} {verb}\n", count(changed)),
            (changed, same) => format!("{} {verb}, {same} in the style\n", count(changed)),
        })?;
    }
    let would = (args.check || args.diff) && told.would_change;
    let exit = told.exit.unwrap_or(Exit::Clean);
    Ok(if would { exit.max(Exit::Held) } else { exit })
}

/// What happened so far.
#[derive(Default)]
struct Told {
    text: String,
    /// Files looked at, standard input aside.
    files: usize,
    changed: usize,
    would_change: bool,
    exit: Option<Exit>,
}

impl Told {
    fn fail(&mut self, failure: &Failure) {
        tell(&failure.render(Look::of_errors()));
        self.exit = self.exit.max(Some(failure.exit));
    }
}

fn one(args: &Fmt, path: &Path, told: &mut Told) -> Result<(), Failure> {
    let text = policy::source(path)?;
    let stdin = path.as_os_str() == "-";
    let name = match stdin {
        true => "stdin.rollout".to_string(),
        false => policy::slashes(path),
    };
    let done = fmt::format(&text).map_err(|why| refused(&name, &text, &why))?;
    let changes = done.text != text;
    told.would_change |= changes;
    told.files += usize::from(!stdin);
    told.changed += usize::from(changes && !stdin);
    if args.diff {
        told.text.push_str(&diff(&name, &text, &done.text));
    } else if args.check {
        if changes {
            told.text.push_str(&format!("{name}\n"));
        }
    } else if stdin {
        told.text.push_str(&done.text);
    } else if changes {
        policy::rewrite(path, &done.text)?;
        told.text.push_str(&format!("{name}\n"));
    }
    if !done.broken.is_empty() {
        told.fail(&broken(&name, &text, &done, stdin));
    }
    Ok(())
}

/// A unified diff with its file names.
fn diff(name: &str, old: &str, new: &str) -> String {
    if old == new {
        return String::new();
    }
    TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}

/// Says which declarations stay as they stand.
fn broken(name: &str, text: &str, done: &Formatted, stdin: bool) -> Failure {
    let asked = if stdin { "-" } else { name };
    let line = |at: u32| text[..at as usize].matches('\n').count() + 1;
    let lines: Vec<String> = done
        .broken
        .iter()
        .take(5)
        .map(|span| line(span.start).to_string())
        .collect();
    let more = match done.broken.len().saturating_sub(lines.len()) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (what, stays) = match done.broken.len() {
        1 => ("the declaration at line", "stays as it stands"),
        _ => ("the declarations at lines", "stay as they stand"),
    };
    Failure::new(
        Exit::Invalid,
        "a part cannot be read",
        format!("{name}: {what} {}{more} {stays}", lines.join(", ")),
    )
    .help(format!("`rolloutc check {asked}` says what is wrong"))
}

/// A fault of ours: nothing was written.
fn refused(name: &str, text: &str, why: &Refused) -> Failure {
    let start = why.place.start as usize;
    Failure::new(
        Exit::Fault,
        "a fault of the formatter: nothing was written",
        format!("{name}: {why}"),
    )
    .help("the file is as it was; please report it with this declaration")
    .at(Excerpt {
        name: name.to_string(),
        text: text.to_string(),
        start,
        end: (start + 1).min(text.len()),
        label: "here".into(),
    })
}
