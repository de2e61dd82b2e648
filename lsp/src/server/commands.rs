//! Commands: what lenses and actions run, and editors may offer by name. Reads fixtures and samples; writes nothing.

use std::path::Path;

use serde_json::Value;
use tower_lsp::lsp_types::Url;

use rolloutc_compiler::codes;
use rolloutc_compiler::syntax::ast::{DeclKind, Str};
use rolloutc_runtime::evidence::Observation;
use rolloutc_runtime::ir::trial::{Act, Expect, Expected, Given, Outcome, Stand, Test};
use rolloutc_runtime::ir::{OriginId, Program};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::trial::{Case, Found, run};

use super::desk::{Desk, Read, now};
use crate::ide::sample as guess;

/// `[uri, title?]`: runs the tests of a policy, or the one with a title; answers with text.
pub const TEST: &str = "rolloutc.runTest";
/// `[uri, fixture, instant?, key?]`: decides from the start with a fixture; answers with the decision.
pub const DECIDE: &str = "rolloutc.decide";
/// `[uri, name]`: how a gate or trigger fares in the tests; answers with text.
pub const WHY: &str = "rolloutc.why";
/// `[code]`: the page of a finding.
pub const EXPLAIN: &str = "rolloutc.explain";
/// `[uri, file]`: an evidence declaration for a JSON file, relative to the policy.
pub const SAMPLE: &str = "rolloutc.schema";

/// Every command.
pub const ALL: [&str; 5] = [TEST, DECIDE, WHY, EXPLAIN, SAMPLE];

/// The largest sample that is read.
const MOST: u64 = 4 << 20;

/// Runs a command; what is wrong with the question is said in words.
pub fn run_command(desk: &mut Desk, name: &str, given: &[Value]) -> Result<Value, String> {
    let word = |at: usize| given.get(at).and_then(Value::as_str);
    if name == EXPLAIN {
        let code = word(0).ok_or("name a code")?;
        let found = codes::code(code).ok_or_else(|| format!("there is no code `{code}`"))?;
        return Ok(Value::from(found.page));
    }
    let uri = word(0).and_then(|uri| Url::parse(uri).ok());
    let uri = uri.ok_or("name a document")?;
    let read = desk.read(&uri).ok_or("this document is not known")?;
    let path = read.paths.first().cloned().flatten();
    let path = path.ok_or("this document has no path")?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if name == SAMPLE {
        return sample(folder, word(1).ok_or("name a file")?).map(Value::from);
    }
    let program = read.analysis.sealed();
    let program = &program.ok_or("the policy has errors, or is a module")?;
    match name {
        TEST => Ok(Value::from(tests(desk, program, folder, word(1)))),
        WHY => {
            let name = word(1).ok_or("name a gate or a trigger")?;
            Ok(Value::from(why(desk, program, folder, name)))
        }
        DECIDE => {
            let fixture = word(1).ok_or("name a fixture")?;
            let instant = word(2).map(|text| {
                Instant::parse(text, false).map_err(|_| format!("`{text}` is not an instant"))
            });
            let from = fixture_of(&read, fixture)
                .ok_or_else(|| format!("there is no fixture `{fixture}`"))?;
            let key = word(3).map(str::to_owned);
            decide(
                desk,
                program,
                folder,
                from.as_str(),
                instant.transpose()?,
                key,
            )
        }
        other => Err(format!("there is no command `{other}`")),
    }
}

/// A declaration that reads a JSON file.
pub fn sample(folder: &Path, file: &str) -> Result<String, String> {
    let path = folder.join(file);
    let about = std::fs::metadata(&path).map_err(|error| format!("{file}: {error}"))?;
    if !about.is_file() || about.len() > MOST {
        return Err(format!("{file}: no file of a size to look at"));
    }
    let bytes = std::fs::read(&path).map_err(|error| format!("{file}: {error}"))?;
    let document: Value =
        serde_json::from_slice(&bytes).map_err(|error| format!("{file}: {error}"))?;
    Ok(guess::evidence(&guess::item(file), file, &document))
}

fn fixture_of(read: &Read, name: &str) -> Option<Str> {
    let decls = &read.analysis.modules.first()?.ast.decls;
    decls.iter().find_map(|decl| match &decl.kind {
        DeclKind::Fixture(fixture) if &*fixture.name.text == name => Some(fixture.from.clone()),
        _ => None,
    })
}

fn tests(desk: &Desk, program: &Program, folder: &Path, title: Option<&str>) -> String {
    let stock = (desk.host.stock)(program, folder);
    let report = run(program, &stock, &|one| {
        title.is_none_or(|title| one == title)
    });
    if report.cases.is_empty() {
        return match title {
            Some(title) => format!("no test is called `{title}`"),
            None => "no test was found".to_owned(),
        };
    }
    let mut lines: Vec<String> = Vec::new();
    for case in &report.cases {
        lines.extend(told(case));
    }
    let passed = (report.cases.iter())
        .filter(|case| case.found == Found::Passed)
        .count();
    let failed = report.cases.len() - passed;
    lines.push(match failed {
        0 => format!("{passed} passed"),
        failed => format!("{passed} passed, {failed} failed"),
    });
    lines.join("\n")
}

fn told(case: &Case) -> Vec<String> {
    match &case.found {
        Found::Passed => vec![format!("pass  {}", case.title)],
        Found::Failed(failure) => {
            let mut lines = vec![
                format!("fail  {}", case.title),
                format!("      expected  {}", failure.expected),
                format!("      came      {}", failure.came),
                format!("      differs   {}", failure.differs),
            ];
            lines.extend(
                failure
                    .help
                    .iter()
                    .map(|help| format!("      help      {help}")),
            );
            lines
        }
        Found::Broken(trouble) => vec![
            format!("fail  {}", case.title),
            format!("      broken    {trouble}"),
        ],
    }
}

/// How a gate or a trigger came out in each test, and what was said of it.
fn why(desk: &Desk, program: &Program, folder: &Path, name: &str) -> String {
    let stock = (desk.host.stock)(program, folder);
    let report = run(program, &stock, &|_| true);
    let own = |said: &str| said.split(['(', '[']).next() == Some(name);
    let mut lines = Vec::new();
    for gate in report.coverage.gates.iter().filter(|gate| own(&gate.gate)) {
        lines.push(format!(
            "{}: pass in {}, fail in {}, unknown in {} tests",
            gate.gate, gate.pass, gate.fail, gate.unknown
        ));
    }
    for trigger in (report.coverage.triggers.iter()).filter(|one| own(&one.trigger)) {
        lines.push(format!(
            "{}: fired in {}, watched in {} tests",
            trigger.trigger, trigger.fired, trigger.quiet
        ));
    }
    if lines.is_empty() {
        return format!("no test asks for `{name}`");
    }
    for case in &report.cases {
        let said = case
            .decisions
            .iter()
            .flat_map(|decision| &decision.reasons)
            .filter(|reason| own(&reason.subject))
            .map(|reason| reason.message.clone())
            .next_back();
        lines.extend(said.map(|said| format!("  {}: {said}", case.title)));
    }
    lines.join("\n")
}

/// The decision from the start, or of a policy without phases the answer, with all that a fixture holds.
fn decide(
    desk: &Desk,
    program: &Program,
    folder: &Path,
    from: &str,
    instant: Option<Instant>,
    key: Option<String>,
) -> Result<Value, String> {
    let mut asked = program.clone();
    let at = OriginId(0);
    let mut test = Test {
        title: String::new(),
        key,
        instant: now(),
        stands: (!program.phases.is_empty()).then_some(Stand {
            phase: None,
            share: None,
            since: None,
        }),
        after: None,
        acts: vec![
            Act::Given(Given {
                folder: from.to_owned(),
                changes: Vec::new(),
                at,
            }),
            Act::Expect(Expect {
                result: Expected::Outcome(Outcome::Complete),
                only: false,
                because: Vec::new(),
                warnings: Vec::new(),
                text: String::new(),
                at,
            }),
        ],
        at,
    };
    asked.tests.tests = vec![test.clone()];
    let stock = (desk.host.stock)(&asked, folder);
    for loaded in stock.0.values() {
        match loaded {
            Ok(loaded) => {
                let seen = |one: &Observation| one.observed_at;
                let newest = loaded.evidence.observations.iter().filter_map(seen).max();
                test.instant = instant.or(newest).unwrap_or(test.instant);
            }
            Err(why) => return Err(why.clone()),
        }
    }
    asked.tests.tests = vec![test];
    let report = run(&asked, &stock, &|_| true);
    let case = report.cases.into_iter().next();
    let case = case.ok_or("nothing was decided")?;
    match (case.decisions.last(), &case.found) {
        (Some(decision), _) => serde_json::to_value(decision).map_err(|error| error.to_string()),
        (None, Found::Broken(trouble)) => Err(trouble.to_string()),
        (None, Found::Passed | Found::Failed(_)) => Err("nothing was decided".to_owned()),
    }
}
