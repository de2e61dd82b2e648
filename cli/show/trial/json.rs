//! What tests came to, as one document. Knows its members; they are told in `test --help`.

use super::{Round, Tried};
use rolloutc_runtime::trial::{Case, Coverage, Found, InvariantCover};
use serde::Serialize;

/// The version of the document.
const VERSION: u32 = 1;

/// The document, a member to a line, with a final newline.
pub fn document(round: &Round) -> String {
    let count = |which| round.tried.iter().map(|tried| tried.count(which)).sum();
    let document = Document {
        version: VERSION,
        passed: count(|found| *found == Found::Passed),
        failed: count(|found| matches!(found, Found::Failed(_))),
        broken: count(|found| matches!(found, Found::Broken(_))),
        untested: &round.untested,
        policies: round.tried.iter().map(policy).collect(),
    };
    let text = serde_json::to_string_pretty(&document);
    text.unwrap_or_else(|error| unreachable!("all keys are text: {error}")) + "\n"
}

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "rolloutc.test")]
    version: u32,
    passed: usize,
    failed: usize,
    broken: usize,
    untested: &'a [String],
    policies: Vec<Policy<'a>>,
}

#[derive(Serialize)]
struct Policy<'a> {
    file: &'a str,
    rollout: &'a str,
    tests: Vec<Test<'a>>,
    states: Vec<Test<'a>>,
    invariants: Vec<InvariantCover>,
    coverage: Covered<'a>,
}

#[derive(Serialize)]
struct Covered<'a> {
    percent: u8,
    floor: Option<u8>,
    reached: bool,
    #[serde(flatten)]
    of: &'a Coverage,
}

#[derive(Serialize)]
struct Test<'a> {
    title: &'a str,
    file: String,
    line: Option<u32>,
    came: &'a str,
    why: Option<Why<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Why<'a> {
    Failed {
        expected: &'a str,
        came: &'a str,
        differs: &'a str,
        help: Option<&'a str>,
        as_of: String,
        file: String,
        line: Option<u32>,
    },
    Broken {
        message: &'a str,
        about: &'a str,
    },
}

fn policy(tried: &Tried) -> Policy<'_> {
    Policy {
        file: &tried.file,
        rollout: &tried.program.rollout,
        tests: tests(tried, &tried.report.cases),
        states: tests(tried, &tried.recorded),
        invariants: tried.invariants(),
        coverage: Covered {
            percent: tried.report.coverage.percent(),
            floor: tried.floor,
            reached: tried.is_enough(),
            of: &tried.report.coverage,
        },
    }
}

fn tests<'a>(tried: &Tried, cases: &'a [Case]) -> Vec<Test<'a>> {
    cases.iter().map(|case| test(tried, case)).collect()
}

fn test<'a>(tried: &Tried, case: &'a Case) -> Test<'a> {
    let (file, line) = tried.place(case.at);
    let (came, why) = match &case.found {
        Found::Passed => ("passed", None),
        Found::Failed(failure) => {
            let (file, line) = tried.place(failure.at);
            let why = Why::Failed {
                expected: &failure.expected,
                came: &failure.came,
                differs: &failure.differs,
                help: failure.help.as_deref(),
                as_of: failure.as_of.to_string(),
                file,
                line,
            };
            ("failed", Some(why))
        }
        Found::Broken(trouble) => {
            let why = Why::Broken {
                message: &trouble.message,
                about: &trouble.about,
            };
            ("broken", Some(why))
        }
    };
    Test {
        title: &case.title,
        file,
        line,
        came,
        why,
    }
}
