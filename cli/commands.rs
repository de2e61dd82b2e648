//! The verbs, one file each. A verb reads with `load`, works with the crates, says with `report` and `show`.

mod check;
mod compile;
mod completions;
mod eval;
mod explain;
mod fmt;
mod lsp;
mod test;

use crate::args::{Args, Verb};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::policy::{self, Policy};
use crate::report::Findings;
use crate::terminal::{Look, tell};
use rolloutc_compiler::diagnostic::Severity;
use rolloutc_runtime::ir::Program;
use std::path::Path;

/// Does what the command line asks.
pub fn run(args: Args) -> Result<Exit, Failure> {
    match args.verb {
        Verb::Check(args) => check::run(&args),
        Verb::Compile(args) => compile::run(&args),
        Verb::Eval(args) => eval::run(&args),
        Verb::Test(args) => test::run(&args),
        Verb::Fmt(args) => fmt::run(&args),
        Verb::Explain(args) => explain::run(&args),
        Verb::Lsp => lsp::run(),
        Verb::Completions(args) => completions::run(&args),
    }
}

/// Prints what a verb has to say. A reader that stopped listening is fine; a full disk is not.
fn output(text: &str) -> Result<(), Failure> {
    match crate::terminal::print(text) {
        Ok(_heard) => Ok(()),
        Err(error) => Err(Failure::new(
            Exit::Unreadable,
            "the output was not written",
            format!("standard output: {error}"),
        )),
    }
}

/// The program of a policy or of its compiled form. Findings go to standard error; errors end the run.
fn compiled(path: &Path) -> Result<Program, Failure> {
    let analysis = match policy::policy_or_program(path)? {
        Policy::Compiled(program) => return Ok(*program),
        Policy::Text(analysis) => *analysis,
    };
    let mut findings = Findings {
        looked_at: 1,
        ..Findings::default()
    };
    findings.absorb(analysis.files, analysis.diagnostics);
    findings.list.retain(|one| one.severity != Severity::Info);
    if !findings.list.is_empty() {
        let look = Look::of_errors();
        tell(&(findings.text(look) + &findings.summary()));
    }
    match analysis.program {
        Some(program) => Ok(program),
        None if !findings.is_valid() => Err(Failure::new(
            Exit::Invalid,
            "the policy is invalid",
            format!(
                "{} does not compile: {}",
                path.display(),
                findings.summary().trim_end()
            ),
        )),
        None => Err(Failure::new(
            Exit::Invalid,
            "this is no policy",
            format!(
                "{} has no `rollout` line, so it is a module",
                path.display()
            ),
        )
        .help("name a policy that uses it, or check it with `rolloutc check`")),
    }
}
