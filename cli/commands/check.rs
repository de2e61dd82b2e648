//! `rolloutc check`: what is wrong with policies. Files are checked side by side and told in one order.

mod mend;

use crate::args::{Check, CheckFormat};
use crate::commands::output;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::evidence::instant;
use crate::load::policy::Gathered;
use crate::load::{self, clock, policy};
use crate::report::{Findings, github, json, junit, sarif};
use crate::terminal::{Look, tell};
use rolloutc_compiler::codes::CODES;
use rolloutc_compiler::diagnostic::{Diagnostic, Severity};
use rolloutc_compiler::lints;
use rolloutc_compiler::settings::{self, Settings};
use rolloutc_compiler::source::{FileId, SourceFile, Span};
use rolloutc_runtime::time::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

/// Room in each worker for the deepest nesting that the parser lets through, in bytes.
const STACK: usize = 64 << 20;

/// Checks every policy named, and says what was found in all of them.
pub fn run(args: &Check) -> Result<Exit, Failure> {
    let denied = args
        .deny
        .iter()
        .map(|word| deny(word))
        .collect::<Result<Vec<Deny>, Failure>>()?;
    if args.unsafely && !args.fix && !args.diff {
        return Err(
            Failure::usage("nothing to fix", "--unsafe says how far --fix may go")
                .help("add --fix, or --diff to see what it would change"),
        );
    }
    let now = match &args.as_of {
        Some(text) => instant("--as-of", text)?,
        None => clock()?,
    };
    let today = now.date();
    // A path that cannot be read hides nothing of the others.
    let mut worst = None;
    let asked = asked(args, &mut worst);
    if args.diff {
        return mend::diff(args, &asked, today, worst);
    }
    let mended = match args.fix {
        true => mend::fix(args, &asked, today, &mut worst)?,
        false => mend::Done::default(),
    };
    let mut findings = Findings::default();
    // Whether something was found that the configuration of its own policy denies.
    let mut held = false;
    let mut shared = Shared::default();
    for checked in each(&asked, |asked| one(asked, &denied, &mended, today)) {
        match checked {
            Ok(checked) => {
                held |= checked.held;
                findings.looked_at += 1;
                shared.note(&checked);
                findings.absorb(checked.files, checked.found);
            }
            Err(failure) => fail(&mut worst, &failure),
        }
    }
    for (file, found) in shared.idle(&asked) {
        findings.absorb(vec![file], vec![found]);
    }
    findings.sort();
    let denies = |one: &Diagnostic| self::denies(&denied, one);
    let said = say(args, &findings, &denies) + &mended.said(args);
    let people = matches!(args.format, CheckFormat::Text | CheckFormat::Short);
    if let Some(text) = &mended.stdin {
        // The text goes where a filter wants it; what is left to say, beside it.
        output(text)?;
        tell(&said);
    } else if findings.looked_at > 0 || !people {
        output(&said)?;
    }
    if args.statistics && !people {
        tell(&findings.statistics());
    }
    Ok(match worst {
        _ if !findings.is_valid() => Exit::Invalid,
        Some(exit) => exit,
        None if held || findings.list.iter().any(denies) => Exit::Held,
        None => Exit::Clean,
    })
}

/// A policy that is to be checked.
struct Asked {
    /// Where it stands; for standard input where it is said to stand.
    path: PathBuf,
    /// Whether its text comes from standard input, which is read once.
    stdin: Option<Mutex<Option<Gathered>>>,
}

impl Asked {
    fn gather(&self) -> Result<Gathered, Failure> {
        let Some(stdin) = &self.stdin else {
            return policy::gather(&self.path);
        };
        let mut known = stdin
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        match &*known {
            Some(gathered) => Ok(gathered.clone()),
            None => {
                let gathered = policy::gather_as(&self.path)?;
                *known = Some(gathered.clone());
                Ok(gathered)
            }
        }
    }
}

/// The files that the paths stand for, each once, in order.
fn asked(args: &Check, worst: &mut Option<Exit>) -> Vec<Asked> {
    let here = [PathBuf::from(".")];
    let stdin = |path: PathBuf| Asked {
        path,
        stdin: Some(Mutex::new(None)),
    };
    if args.stdin {
        let name = args.stdin_name.clone();
        return vec![stdin(name.unwrap_or_else(|| PathBuf::from("-")))];
    }
    let paths = match args.paths.as_slice() {
        [] => &here[..],
        paths => paths,
    };
    let mut all: Vec<Asked> = Vec::new();
    for path in paths {
        match policy::files(path) {
            Ok(files) => {
                for path in files {
                    if path == Path::new("-") {
                        all.push(stdin(path));
                    } else if !all.iter().any(|one| one.path == path) {
                        all.push(Asked { path, stdin: None });
                    }
                }
            }
            Err(failure) => fail(worst, &failure),
        }
    }
    all
}

/// What is found in one policy.
struct Checked {
    files: Vec<SourceFile>,
    found: Vec<Diagnostic>,
    /// Suppressions in files that it uses which silence nothing of it.
    idle: Vec<Diagnostic>,
    /// Whether it is a policy without errors, so that all its lints were looked for.
    judged: bool,
    held: bool,
}

/// What only all policies of a file together can tell: whether a suppression in it silences anything.
#[derive(Default)]
struct Shared {
    /// How many policies judged a file, by its name.
    judges: BTreeMap<Arc<str>, usize>,
    /// How many of them found a suppression idle.
    idle: BTreeMap<(Arc<str>, Span), (usize, SourceFile, Diagnostic)>,
}

impl Shared {
    fn note(&mut self, checked: &Checked) {
        if !checked.judged {
            return;
        }
        for file in checked.files.iter().skip(1) {
            *self.judges.entry(file.name.clone()).or_default() += 1;
        }
        for one in &checked.idle {
            let Some(file) = checked.files.get(one.primary.file.0 as usize) else {
                continue;
            };
            let mut moved = one.clone();
            moved.primary.file = FileId(0);
            let key = (file.name.clone(), one.primary.span);
            let first = || (0, file.clone(), moved);
            self.idle.entry(key).or_insert_with(first).0 += 1;
        }
    }

    /// Suppressions that no policy needs, in files that were asked for: of those all users are likely at hand.
    fn idle(self, asked: &[Asked]) -> Vec<(SourceFile, Diagnostic)> {
        let Shared { judges, idle } = self;
        let whole = |((name, _), (many, file, found)): (
            (Arc<str>, Span),
            (usize, SourceFile, Diagnostic),
        )| {
            let named = asked
                .iter()
                .any(|one| policy::plain(&policy::slashes(&one.path)) == *name);
            (named && judges.get(&name) == Some(&many)).then_some((file, found))
        };
        idle.into_iter().filter_map(whole).collect()
    }
}

fn one(
    asked: &Asked,
    denied: &[Deny],
    mended: &mend::Done,
    today: Date,
) -> Result<Checked, Failure> {
    let config = config::near(&asked.path)?;
    let gathered = asked.gather()?;
    let gathered = match (&asked.stdin, &mended.stdin) {
        (Some(_), Some(text)) => gathered.with(text),
        _ => gathered,
    };
    let wanted = denied_by(&config.settings);
    let codes = denied.iter().chain(&wanted).filter_map(|deny| match deny {
        Deny::Code(code) => Some(*code),
        Deny::Warnings => None,
    });
    let analysis = gathered.look();
    let places = (asked.path.as_path(), Path::new(""));
    let codes: Vec<&str> = codes.collect();
    let options = load::lints::of_check(&config, places, &analysis, today, &codes);
    let ran = lints::run_all(&analysis, &options);
    let judged = analysis.program.is_some();
    let mut found = analysis.diagnostics;
    found.extend(ran.found);
    found.sort();
    let held = found.iter().any(|one| denies(&wanted, one));
    Ok(Checked {
        files: analysis.files,
        found,
        idle: ran.idle,
        judged,
        held,
    })
}

/// All findings of one policy, in order.
fn findings(gathered: &Gathered, options: &lints::Options) -> (Vec<SourceFile>, Vec<Diagnostic>) {
    let analysis = gathered.look();
    let lints = lints::run(&analysis, options);
    let mut found = analysis.diagnostics;
    found.extend(lints);
    found.sort();
    (analysis.files, found)
}

/// Does something for each, side by side; the answers come in the order of the questions.
fn each<T: Sync, A: Send>(all: &[T], work: impl Fn(&T) -> A + Sync) -> Vec<A> {
    let many = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    if all.len() < 2 || many < 2 {
        return all.iter().map(work).collect();
    }
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, A)>> = Mutex::new(Vec::new());
    let take = || {
        while let Some((at, one)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            all.get(at).map(|one| (at, one))
        } {
            let answer = work(one);
            let mut done = done
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            done.push((at, answer));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..many.min(all.len()) {
            // Without another thread this one does it all.
            let builder = std::thread::Builder::new().stack_size(STACK);
            let _ = builder.spawn_scoped(scope, take);
        }
        take();
    });
    let mut done = done
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, answer)| answer).collect()
}

fn denies(denied: &[Deny], found: &Diagnostic) -> bool {
    denied.iter().any(|deny| match deny {
        Deny::Warnings => found.severity == Severity::Warning,
        Deny::Code(code) => found.code == *code,
    })
}

fn denied_by(settings: &Settings) -> Vec<Deny> {
    let words = settings.deny.iter();
    words.filter_map(|word| deny(word).ok()).collect()
}

fn fail(worst: &mut Option<Exit>, failure: &Failure) {
    tell(&failure.render(Look::of_errors()));
    *worst = (*worst).max(Some(failure.exit));
}

fn say(args: &Check, findings: &Findings, denies: &dyn Fn(&Diagnostic) -> bool) -> String {
    let mut out = match args.format {
        CheckFormat::Text => findings.text(Look::of_output()),
        CheckFormat::Short => findings.short(),
        CheckFormat::Json => return json::document(findings),
        CheckFormat::Sarif => return sarif::log(findings),
        CheckFormat::Github => return github::commands(findings),
        CheckFormat::Junit => return junit::report(findings, denies),
    };
    if args.statistics {
        out.push_str(&findings.statistics());
    }
    out + &findings.summary()
}

/// What `--deny` makes count.
enum Deny {
    Warnings,
    Code(&'static str),
}

fn deny(text: &str) -> Result<Deny, Failure> {
    settings::deniable(text).map_err(|help| {
        Failure::usage("unknown code", format!("--deny knows no `{text}`")).help(help)
    })?;
    let code = CODES.iter().find(|code| code.slug == text);
    Ok(code.map_or(Deny::Warnings, |code| Deny::Code(code.slug)))
}
