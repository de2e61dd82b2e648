//! `rolloutc check`: what is wrong with policies.

use crate::args::{Check, CheckFormat};
use crate::commands::output;
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::evidence::instant;
use crate::load::{clock, policy};
use crate::report::{Findings, json};
use crate::terminal::{Look, tell};
use rolloutc_compiler::codes::CODES;
use rolloutc_compiler::diagnostic::{Diagnostic, Severity};
use rolloutc_compiler::lints;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Checks every policy named, and says what was found in all of them.
pub fn run(args: &Check) -> Result<Exit, Failure> {
    let denied = args
        .deny
        .iter()
        .map(|word| deny(word))
        .collect::<Result<Vec<Deny>, Failure>>()?;
    let now = match &args.as_of {
        Some(text) => instant("--as-of", text)?,
        None => clock()?,
    };
    let options = lints::Options {
        today: Some(now.date()),
        levels: BTreeMap::new(),
    };
    let here = [PathBuf::from(".")];
    let paths = if args.paths.is_empty() {
        &here[..]
    } else {
        &args.paths
    };
    let mut findings = Findings::default();
    // A path that cannot be read hides nothing of the others.
    let mut worst = None;
    // Whether something was found that the configuration of its own policy denies.
    let mut held = false;
    for path in paths {
        let each = policy::files(path).map(|files| {
            files
                .into_iter()
                .map(|file| (policy::check(&file), file))
                .collect::<Vec<_>>()
        });
        match each {
            Ok(files) => {
                for (read, file) in files {
                    let asked = match config::near(&file) {
                        Ok(config) => config.deny,
                        Err(failure) => {
                            fail(&mut worst, &failure);
                            continue;
                        }
                    };
                    match read {
                        Ok(analysis) => {
                            findings.looked_at += 1;
                            let lints = lints::run(&analysis, &options);
                            let mut found = analysis.diagnostics;
                            found.extend(lints);
                            found.sort();
                            let asked = asked.iter().filter_map(|word| deny(word).ok());
                            let asked: Vec<Deny> = asked.collect();
                            held |= found.iter().any(|one| denies(&asked, one));
                            findings.absorb(analysis.files, found);
                        }
                        Err(failure) => fail(&mut worst, &failure),
                    }
                }
            }
            Err(failure) => fail(&mut worst, &failure),
        }
    }
    if findings.looked_at > 0 || args.format == CheckFormat::Json {
        output(&say(args, &findings))?;
    }
    Ok(match worst {
        _ if !findings.is_valid() => Exit::Invalid,
        Some(exit) => exit,
        None if held || findings.list.iter().any(|one| denies(&denied, one)) => Exit::Held,
        None => Exit::Clean,
    })
}

fn denies(denied: &[Deny], found: &Diagnostic) -> bool {
    denied.iter().any(|deny| match deny {
        Deny::Warnings => found.severity == Severity::Warning,
        Deny::Code(code) => found.code == *code,
    })
}

fn fail(worst: &mut Option<Exit>, failure: &Failure) {
    tell(&failure.render(Look::of_errors()));
    *worst = (*worst).max(Some(failure.exit));
}

fn say(args: &Check, findings: &Findings) -> String {
    let mut out = match args.format {
        CheckFormat::Text => findings.text(Look::of_output()),
        CheckFormat::Short => findings.short(),
        CheckFormat::Json => return json::document(findings),
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
    config::deniable(text).map_err(|help| {
        Failure::usage("unknown code", format!("--deny knows no `{text}`")).help(help)
    })?;
    let code = CODES.iter().find(|code| code.slug == text);
    Ok(code.map_or(Deny::Warnings, |code| Deny::Code(code.slug)))
}
