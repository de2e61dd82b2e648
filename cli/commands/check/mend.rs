//! `check --fix` and `check --diff`: edits put into policies. Nothing is written that brings an error that was not there.

use super::{Asked, each, fail, findings};
use crate::args::{Check, CheckFormat};
use crate::commands::output;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::policy::{self, Gathered};
use rolloutc_compiler::diagnostic::{Diagnostic, Fix, Severity};
use rolloutc_compiler::source::FileId;
use rolloutc_compiler::{fmt, lints, mend};
use rolloutc_runtime::time::Date;
use similar::TextDiff;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How often a policy is looked at again: one edit may make room for another.
const ROUNDS: usize = 10;

/// What was mended.
#[derive(Default)]
pub struct Done {
    /// How many findings.
    edits: usize,
    /// In how many files.
    files: usize,
    /// The mended text of standard input.
    pub stdin: Option<String>,
}

impl Done {
    /// What to say of it, for people.
    pub fn said(&self, args: &Check) -> String {
        let people = matches!(args.format, CheckFormat::Text | CheckFormat::Short);
        if !people || !args.fix {
            return String::new();
        }
        match (self.edits, self.files) {
            (0, _) => "nothing was fixed\n".to_string(),
            (1, _) => "1 finding fixed\n".to_string(),
            (n, 1) => format!("{n} findings fixed in 1 file\n"),
            (n, files) => format!("{n} findings fixed in {files} files\n"),
        }
    }
}

/// A policy before and after.
struct Mended {
    name: String,
    old: String,
    new: String,
    edits: usize,
}

/// Mends every policy, on the disk or, of standard input, in the answer.
pub fn fix(
    args: &Check,
    all: &[Asked],
    today: Date,
    worst: &mut Option<Exit>,
) -> Result<Done, Failure> {
    let mut done = Done::default();
    for (asked, mended) in all.iter().zip(each(all, |asked| one(args, asked, today))) {
        // What could not be read is said when it is checked.
        let Ok(mended) = mended else { continue };
        if asked.stdin.is_some() {
            done.edits += mended.edits;
            done.stdin = Some(mended.new);
        } else if mended.new != mended.old {
            match policy::replace(&asked.path, &mended.old, &mended.new) {
                Ok(()) => {
                    done.edits += mended.edits;
                    done.files += 1;
                }
                Err(failure) => fail(worst, &failure),
            }
        }
    }
    for (path, mended) in used(args, all, today) {
        match policy::replace(&path, &mended.old, &mended.new) {
            Ok(()) => {
                done.edits += mended.edits;
                done.files += 1;
            }
            Err(failure) => fail(worst, &failure),
        }
    }
    Ok(done)
}

/// A file that policies use, with what is known to mend it.
struct Used {
    old: Arc<str>,
    fixes: Vec<Fix>,
    /// The policies that use it, each with the path it uses it by and how many errors it has.
    users: Vec<(Gathered, String, usize)>,
}

/// Files that were asked for and that show what is wrong only through the policies that use them. Each is mended as
/// the disk has it now, or not at all where that would bring an error to one of its users.
fn used(args: &Check, all: &[Asked], today: Date) -> Vec<(PathBuf, Mended)> {
    let look = |asked: &Asked| {
        let config = config::near(&asked.path).ok()?;
        let gathered = asked.gather().ok()?;
        let analysis = gathered.look();
        let mut options = config.options(&asked.path, Some(today));
        options.others = config::others(&analysis, Path::new(""), &options);
        let mut found = lints::run(&analysis, &options);
        found.extend(analysis.diagnostics.iter().cloned());
        Some((gathered, analysis, found))
    };
    let mut files: BTreeMap<Arc<str>, Used> = BTreeMap::new();
    for (gathered, analysis, found) in each(all, look).into_iter().flatten() {
        for module in analysis.modules.iter().skip(1).filter(|module| !module.std) {
            let Some(file) = analysis.files.get(module.file.0 as usize) else {
                continue;
            };
            let first = || Used {
                old: file.text.clone(),
                fixes: Vec::new(),
                users: Vec::new(),
            };
            let one = files.entry(file.name.clone()).or_insert_with(first);
            let user = (gathered.clone(), module.path.clone(), errors(&found));
            one.users.push(user);
            let here = found.iter().filter(|one| one.primary.file == module.file);
            for fix in here.filter_map(|one| one.fix.as_ref()) {
                if (fix.safe || args.unsafely) && !one.fixes.contains(fix) {
                    one.fixes.push(fix.clone());
                }
            }
        }
    }
    let mut out = Vec::new();
    for (name, one) in files {
        let path = all.iter().find(|asked| {
            asked.stdin.is_none() && policy::plain(&policy::slashes(&asked.path)) == *name
        });
        let Some(path) = path else { continue };
        let fixes: Vec<&Fix> = one.fixes.iter().collect();
        let mended = mend::mend(&one.old, &fixes);
        let sound = one.users.iter().all(|(gathered, used_as, before)| {
            let analysis = gathered.with_file(used_as, &mended.text).look();
            errors(&analysis.diagnostics) <= *before
        });
        if mended.text != *one.old && sound {
            out.push((
                path.path.clone(),
                Mended {
                    name: name.to_string(),
                    old: one.old.to_string(),
                    new: restyled(&one.old, mended.text),
                    edits: mended.taken.len(),
                },
            ));
        }
    }
    out
}

/// The text in the style, where it was in it before.
fn restyled(old: &str, new: String) -> String {
    match fmt::format(&new) {
        Ok(formatted) if in_style(old) && formatted.broken.is_empty() => formatted.text,
        _ => new,
    }
}

/// Shows what [`fix`] would change.
pub fn diff(
    args: &Check,
    all: &[Asked],
    today: Date,
    mut worst: Option<Exit>,
) -> Result<Exit, Failure> {
    let mut text = String::new();
    let mut changed: BTreeSet<String> = BTreeSet::new();
    for mended in each(all, |asked| one(args, asked, today)) {
        match mended {
            Ok(mended) if mended.new != mended.old => {
                text.push_str(&shown(&mended));
                changed.insert(mended.name);
            }
            Ok(_) => {}
            Err(failure) => fail(&mut worst, &failure),
        }
    }
    for (_, mended) in used(args, all, today) {
        if !changed.contains(&mended.name) {
            text.push_str(&shown(&mended));
        }
    }
    output(&text)?;
    let held = (!text.is_empty()).then_some(Exit::Held);
    Ok(worst.max(held).unwrap_or(Exit::Clean))
}

/// The change of a file as a unified diff.
fn shown(mended: &Mended) -> String {
    TextDiff::from_lines(&mended.old, &mended.new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{}", mended.name), &format!("b/{}", mended.name))
        .to_string()
}

fn one(args: &Check, asked: &Asked, today: Date) -> Result<Mended, Failure> {
    let config = config::near(&asked.path)?;
    let options = config.options(&asked.path, Some(today));
    let mut gathered = asked.gather()?;
    let old = gathered.text().to_string();
    let mut edits = 0;
    let mut name = String::new();
    for _ in 0..ROUNDS {
        let (files, found) = findings(&gathered, &options);
        name = files
            .first()
            .map_or_else(String::new, |file| file.name.to_string());
        let fixes: Vec<&Fix> = found
            .iter()
            // What stands in a file that the policy uses is mended where that file is checked.
            .filter(|one| one.primary.file == FileId(0))
            .filter_map(|one| one.fix.as_ref())
            .filter(|fix| fix.safe || args.unsafely)
            .collect();
        let (next, taken) = round(&gathered, &options, errors(&found), &fixes);
        if taken == 0 {
            break;
        }
        edits += taken;
        gathered = next;
    }
    let new = match gathered.text() {
        text if *text == *old => old.clone(),
        text => restyled(&old, text.to_string()),
    };
    Ok(Mended {
        name,
        old,
        new,
        edits,
    })
}

/// Puts in all the fixes that go together; where those bring an error, one after the other, leaving out what does.
fn round(
    gathered: &Gathered,
    options: &lints::Options,
    before: usize,
    fixes: &[&Fix],
) -> (Gathered, usize) {
    let text = gathered.text();
    let sound = |fixes: &[&Fix]| {
        let mended = mend::mend(&text, fixes);
        if mended.taken.is_empty() || mended.text == *text {
            return None;
        }
        let next = gathered.with(&mended.text);
        let after = errors(&findings(&next, options).1);
        (after <= before).then_some((next, mended.taken.len()))
    };
    if let Some(all) = sound(fixes) {
        return all;
    }
    let mut kept: Vec<&Fix> = Vec::new();
    let mut best = (gathered.clone(), 0);
    for fix in fixes {
        kept.push(fix);
        match sound(&kept) {
            Some(next) if next.1 > best.1 => best = next,
            _ => {
                kept.pop();
            }
        }
    }
    best
}

/// How many errors there are. What a lint says comes to light only where the policy compiles, so it does not count.
fn errors(found: &[Diagnostic]) -> usize {
    let errors = found.iter().filter(|one| one.severity == Severity::Error);
    errors.filter(|one| !lints::is_lint(one.code)).count()
}

fn in_style(text: &str) -> bool {
    fmt::format(text).is_ok_and(|formatted| formatted.text == text)
}
