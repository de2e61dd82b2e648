//! The command line: verbs and flags with their words of help. Knows clap; does nothing.

use crate::exit;
use clap::{Args as Group, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use std::path::PathBuf;

/// Checks rollout policies and decides, the same way every time, what may happen and why.
#[derive(Debug, Parser)]
#[command(name = "rolloutc", version, arg_required_else_help = true, after_help = exit::TABLE, max_term_width = 100)]
pub struct Args {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Find what is wrong with policies
    Check(Check),
    /// Write the compiled program of a policy as canonical JSON
    Compile(Compile),
    /// Decide what may happen now, from a policy, evidence and state
    Eval(Eval),
    /// Run the tests that stand in policies
    Test(Test),
    /// Write policies in the one style
    Fmt(Fmt),
    /// Explain a code, a keyword or a module of the standard library
    Explain(Explain),
    /// Run the language server on standard input and output
    Lsp,
    /// Write a completion script for a shell
    Completions(Completions),
}

/// `rolloutc check`
#[derive(Debug, Group)]
#[command(after_help = CHECK_HELP)]
pub struct Check {
    /// Policy files, folders of them, patterns such as `teams/**/*.rollout`, or `-` for standard input; the current
    /// folder when absent
    pub paths: Vec<PathBuf>,
    /// How to show what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: CheckFormat,
    /// Exit 1 on findings that are no errors: `warnings`, or a code such as `unused-gate`
    #[arg(long, value_name = "LINT|warnings")]
    pub deny: Vec<String>,
    /// Say how often each code was found
    #[arg(long)]
    pub statistics: bool,
    /// Fix what can be fixed, and say what is left
    #[arg(long)]
    pub fix: bool,
    /// With --fix or --diff: make edits too that may change what the policy means
    #[arg(long = "unsafe")]
    pub unsafely: bool,
    /// Show what --fix would change, and change nothing
    #[arg(long)]
    pub diff: bool,
    /// Read one policy from standard input
    #[arg(long, conflicts_with = "paths")]
    pub stdin: bool,
    /// The path that standard input stands for: what it uses and `rollout.toml` are looked for from there
    #[arg(long, value_name = "FILE", requires = "stdin")]
    pub stdin_name: Option<PathBuf>,
    /// The instant whose day tells what has run out; the clock when absent
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
}

const CHECK_HELP: &str = "\
Exit codes: 0 no errors · 1 only findings that `--deny` names, or a --diff · 2 a path could not be read · 3 errors

Levels of lints and rules of an organisation stand in `rollout.toml`: `rolloutc explain rollout.toml`.
`// allow LINT: reason` above a line silences a lint there.

The document of `--format json` is
  { \"rolloutc.check\": 1, \"files\": [text], \"counts\": { \"error\", \"warning\", \"info\" },
    \"findings\": [ { code, severity, message, file, line, column, end_line, end_column, label,
                    also: [ { text, file, line, column, end_line, end_column } ], help: [text],
                    fix: { title, safe, edits: [ { start, end, text } ] } or null } ] }
Lines and columns count from 1, columns in characters; an edit counts bytes of the file from 0.";

/// How `check` shows what it found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// With the lines of the policy
    #[default]
    Text,
    /// One line each
    Short,
    /// One document
    Json,
    /// A SARIF 2.1.0 log, for code scanning
    Sarif,
    /// Commands that annotate a GitHub workflow run
    Github,
    /// A JUnit report: a suite for each file
    Junit,
}

/// `rolloutc compile`
#[derive(Debug, Group)]
pub struct Compile {
    /// The policy, or `-` for standard input
    pub policy: PathBuf,
    /// Where to write the program; standard output when absent
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Fix the digests of `timeless` items by the files in this folder
    #[arg(long, value_name = "FOLDER")]
    pub pin: Option<PathBuf>,
}

/// `rolloutc eval`
#[derive(Debug, Group)]
#[command(after_help = EVAL_HELP)]
pub struct Eval {
    /// The policy, or a compiled program
    pub policy: PathBuf,
    /// A folder with bundle.json or plain files, a bundle document, or ITEM=FILE
    #[arg(long, value_name = "FOLDER|FILE|ITEM=FILE")]
    pub evidence: Vec<String>,
    /// The state to go on from; replaced once the decision is printed
    #[arg(long, value_name = "FILE")]
    pub state: Option<PathBuf>,
    /// Begin a new state where FILE does not exist yet
    #[arg(long, requires = "state")]
    pub new_state: bool,
    /// Ask once from the start, remembering nothing
    #[arg(long, conflicts_with_all = ["state", "new_state", "adopt"])]
    pub start: bool,
    /// Leave the state file as it is
    #[arg(long, requires = "state")]
    pub dry_run: bool,
    /// Go on from the state of another version of this policy
    #[arg(long, requires = "state")]
    pub adopt: bool,
    /// The instant to decide for, with an offset or Z; the clock when absent
    #[arg(long, value_name = "INSTANT")]
    pub as_of: Option<String>,
    /// Say when an item was observed
    #[arg(long, value_name = "ITEM=INSTANT")]
    pub observed_at: Vec<String>,
    /// Take a file's own time for evidence that has no other; a warning in the decision
    #[arg(long, conflicts_with = "state")]
    pub trust_mtime: bool,
    /// Set a param, in the policy's notation: soak=30m
    #[arg(long, value_name = "NAME=VALUE")]
    pub param: Vec<String>,
    /// Say what is being rolled out: build=4f2c
    #[arg(long, value_name = "NAME=VALUE")]
    pub subject: Vec<String>,
    /// Step one key of a `per` rollout and leave the others as they are; all keys when absent
    #[arg(long = "for", value_name = "KEY")]
    pub key: Option<String>,
    /// Write the reports that the outcome asks for into this folder, once the decision is printed
    #[arg(long, value_name = "FOLDER")]
    pub reports: Option<PathBuf>,
    /// The zone to show times in; else what rollout.toml says; else UTC
    #[arg(long, value_name = "ZONE")]
    pub tz: Option<String>,
    /// How to show the decision
    #[arg(long, value_enum, default_value_t)]
    pub format: EvalFormat,
}

const EVAL_HELP: &str = "\
Plain files in an evidence folder are named after their item, `slo.json`, or as its `from` says; of a `per` rollout an
item `about` the key has one file for each, `slo@KEY.json`. A `per` rollout is decided for all keys at once, each key new to the state from its
start: one line each, then those that somebody must act on. The exit code is that of the strongest outcome.

The document of `--format json` is the decision. Where a `per` rollout is decided for all its keys it is
  { \"rolloutc.decisions\": 1, \"rollout\": text, \"outcome\": the strongest, \"exit\": its code,
    \"decisions\": [ one for each key, in the order of the table ] }";

/// How `eval` shows a decision.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum EvalFormat {
    /// One screen for a person
    #[default]
    Text,
    /// The decision document
    Json,
    /// A summary to post
    Markdown,
}

/// `rolloutc test`
#[derive(Debug, Group)]
#[command(after_help = TEST_HELP)]
pub struct Test {
    /// Policy files or folders of them; the current folder when absent
    pub paths: Vec<PathBuf>,
    /// Run only the tests whose title contains this
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
    /// List every gate and trigger with the number of tests that showed each way
    #[arg(long)]
    pub coverage: bool,
    /// Exit 1 where the tests of a policy show less than this, in whole per cent; else what rollout.toml says
    #[arg(long, value_name = "PERCENT", value_parser = floor, conflicts_with = "filter")]
    pub floor: Option<u8>,
    /// Ask the invariants in every recorded state of this folder too, with the evidence of every test
    #[arg(long, value_name = "FOLDER", conflicts_with = "filter")]
    pub states: Option<PathBuf>,
    /// How to show what came
    #[arg(long, value_enum, default_value_t)]
    pub format: TestFormat,
    /// Run again whenever a policy, a module or a fixture changes, until interrupted
    #[arg(long, conflicts_with = "format")]
    pub watch: bool,
}

fn floor(text: &str) -> Result<u8, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<u8>();
    let fits = number.ok().filter(|number| *number <= 100);
    fits.ok_or_else(|| "write a whole number from 0 to 100, for example 90%".to_string())
}

/// How `test` shows what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// A line for each policy, and what failed
    #[default]
    Text,
    /// One document
    Json,
    /// A JUnit report
    Junit,
}

const TEST_HELP: &str = "\
Tests run on the machine that decides, without clock, environment or state file: params have their defaults, or what
`given … with { param = … }` says.

Coverage counts the gates that phases, triggers, ways back and the calendar of a policy ask, each in pass, fail and
unknown as far as it can come out so, and each trigger fired and not. What the tests of one policy show of a gate in a
module counts for every policy of the run that asks it.

Invariants are asked of every step of every test. With `--states` they are asked where a state was recorded, too: of one
step from there with what each test gives first.

Exit codes: 0 all pass · 1 a test fails, none was found, or a floor is not reached · 3 a policy is invalid ·
6 a fixture or a state cannot be read

The document of `--format json` is
  { \"rolloutc.test\": 1, \"passed\": N, \"failed\": N, \"broken\": N, \"untested\": [file],
    \"policies\": [ { file, rollout,
      \"tests\": [ { title, file, line, came: \"passed\", \"failed\" or \"broken\", why: null or
                   { expected, came, differs, help, as_of, file, line } or { message, about } } ],
      \"invariants\": [ { title, held, came } ], \"states\": as \"tests\", a title is a file,
      \"coverage\": { percent, floor, reached, gates: [ { gate, module, pass, fail, unknown, never: [way] } ],
                    triggers: [ { trigger, fired, quiet } ] } } ] }";

/// `rolloutc fmt`
#[derive(Debug, Group)]
#[command(after_help = FMT_HELP)]
pub struct Fmt {
    /// Policy files, folders of them, or `-` to format standard input; the current folder when absent
    pub paths: Vec<PathBuf>,
    /// Write nothing; name the files that are not in the style, and exit 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Write nothing; show what would change, and exit 1 if anything would
    #[arg(long)]
    pub diff: bool,
}

const FMT_HELP: &str = "\
There is one style and no option. Clause words, types and `else` line up. A line has at most 100
columns where it may break. A body that was written on one line stays there if it fits. One empty
line parts declarations of several lines. Comments stay between the same words. What cannot be read
stays as it stands.

The result is read again before it is written: were it to say anything else, nothing is written.

Exit codes: 0 all in the style, or now so · 1 something would change, with --check or --diff ·
2 a path could not be read or written · 3 a declaration could not be read and stays as it stands ·
70 the result would have said something else";

/// `rolloutc explain`
#[derive(Debug, Group)]
pub struct Explain {
    /// A code, a keyword, or a module such as `std.command`; the list of all when absent
    pub topic: Option<String>,
}

/// `rolloutc completions`
#[derive(Debug, Group)]
pub struct Completions {
    /// The shell
    pub shell: Shell,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
