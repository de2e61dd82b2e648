//! The language by example: every file of `tests/spec` is read, its policies compiled, its evidence decided on, and what
//! comes out compared with what stands below. `UPDATE_SPEC=1` writes the answers anew; read them before you commit.
//!
//! A file has blocks. `rollout` is a policy, for all that follows. `diagnostics` is what checking it says, one
//! `line:col code message` a line. `json at INSTANT` is a step: the items of a bundle, or a whole bundle; `for KEY` behind
//! it steps one key of a `per` rollout, else all are stepped, each answer under its key. `FORMAT of ITEM at INSTANT` is a step
//! as well: the file of one item, observed at that instant. `decision` is
//! what that step decides: outcome, exit code and move, then its reasons as `code subject verdict cause`, each preceded by
//! `*` where it decides, then its warnings, then the rows of people, `+` where one counts and `-` where not. In a step
//! `$meaning` and `$params` stand for the digests that an approval names. `obligations` is what people must do after that
//! step, `reports` what is written: `FILE` and its text, then what in it is unknown. A heading begins a story: the first
//! step after it has no state, each further one goes on.
//!
//! `json as NAME` is a fixture: the bundle that tests find under that path. `tests` is what the tests of the policy come
//! to with the fixtures so far: each title, and of what did not pass what was expected, what came and what differs.
//! `coverage` is what they have shown.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use rolloutc_compiler::analysis::{Analysis, Workspace, analyse};
use rolloutc_compiler::diagnostic::Severity;
use rolloutc_runtime::bundle;
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::decision::Decision;
use rolloutc_runtime::evidence::{Content, Evidence, Param, ParamFrom};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::paper::Paper;
use rolloutc_runtime::state::State;
use rolloutc_runtime::step::{Engine, Options};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::trial;
use serde_json::Value;

/// Where a policy of a spec stands.
const POLICY: &str = "policy.rollout";

/// The runner in the middle of a file.
#[derive(Default)]
struct Story {
    program: Option<Program>,
    findings: String,
    state: Option<State>,
    answer: String,
    obligations: String,
    reports: String,
    fixtures: BTreeMap<String, String>,
}

impl Story {
    /// The tests of the policy, with the fixtures so far.
    fn tried(&self) -> trial::Report {
        let Some(program) = &self.program else {
            panic!("tests without a program:\n{}", self.findings);
        };
        let mut stock = trial::Stock::default();
        for wanted in trial::wanted(program) {
            let loaded = match self.fixtures.get(&wanted.path) {
                Some(text) => fixture(text, wanted.item.as_deref()),
                None => Err(format!("{}: there is no such file", wanted.path)),
            };
            stock.0.insert(wanted, loaded);
        }
        trial::run(program, &stock, &|_| true)
    }

    fn policy(&mut self, text: &str) {
        let mut workspace = Workspace::new();
        workspace.insert(POLICY, text);
        let analysis = analyse(&workspace, POLICY);
        self.findings = findings(&analysis);
        self.program = analysis.program;
        self.state = None;
    }

    /// Decides once and goes on from there.
    fn step(&mut self, at: &str, key: Option<&str>, items: &str) {
        let Some(program) = &self.program else {
            panic!("a step without a program:\n{}", self.findings);
        };
        let params = Digest::of_document(&serde_json::json!([]), &[]);
        let items = items
            .replace("$meaning", &program.meaning.to_string())
            .replace("$params", &params.to_string());
        let text = match items.trim_start().starts_with('[') {
            true => format!(
                r#"{{ "rolloutc.bundle": 1, "subject": {{ "build": "4f2c" }}, "items": {items} }}"#
            ),
            false => items,
        };
        let bundle = match bundle::parse(text.as_bytes()) {
            Ok(bundle) => bundle,
            Err(damage) => {
                self.answer = format!("{damage:?}\n");
                return;
            }
        };
        let observations = bundle
            .items
            .into_iter()
            .map(|item| item.observation(|_| Content::Absent))
            .collect();
        let params = program.params.iter().filter_map(|param| {
            let value = param.default.clone()?;
            Some(Param {
                name: param.name.clone(),
                value,
                from: ParamFrom::Default,
            })
        });
        let evidence = Evidence {
            subject: bundle.subject,
            observations,
            params: params.collect(),
            notes: Vec::new(),
        };
        let as_of = Instant::parse(at, false).unwrap_or_else(|error| panic!("{at}: {error}"));
        let options = Options {
            key: key.map(str::to_owned),
            ..Options::default()
        };
        let before = self.state.as_ref();
        let mut engine = Engine::new(program);
        self.answer = match engine.step_and_report(before, &evidence, as_of, &options) {
            Ok((decisions, state, papers)) => {
                self.state = Some(state);
                self.obligations = decisions.iter().map(obligations).collect();
                self.reports = papers.iter().map(paper).collect();
                let outlines = decisions.iter().map(|one| match one.key.as_str() {
                    "" => outline(&one.to_json()),
                    key => format!("[{key}] {}", outline(&one.to_json())),
                });
                outlines.collect()
            }
            Err(refusal) => format!("refused exit {}\n{refusal}\n", refusal.exit()),
        };
    }
}

/// A bundle that tests give.
fn fixture(text: &str, item: Option<&str>) -> Result<trial::Loaded, String> {
    let bundle = bundle::parse(text.as_bytes()).map_err(|damage| format!("{damage:?}"))?;
    let mut loaded = trial::Loaded::default();
    loaded.evidence.subject = bundle.subject;
    let items = bundle.items.into_iter();
    let items = items.map(|item| item.observation(|_| Content::Absent));
    loaded.evidence.observations = items
        .filter(|one| item.is_none_or(|item| one.item == item))
        .collect();
    match item {
        Some(item) if loaded.evidence.observations.is_empty() => {
            Err(format!("it holds nothing for `{item}`"))
        }
        _ => Ok(loaded),
    }
}

/// What tests came to.
fn tests(report: &trial::Report) -> String {
    let mut out = String::new();
    for case in &report.cases {
        match &case.found {
            trial::Found::Passed => {
                let _ = writeln!(out, "pass {}", case.title);
            }
            trial::Found::Failed(failure) => {
                let _ = writeln!(out, "fail {}", case.title);
                let _ = writeln!(out, "  expected {}", failure.expected);
                let _ = writeln!(out, "  came     {}", failure.came);
                let _ = writeln!(out, "  differs  {}", failure.differs);
                if let Some(help) = &failure.help {
                    let _ = writeln!(out, "  help     {help}");
                }
            }
            trial::Found::Broken(trouble) => {
                let _ = writeln!(out, "error {}\n  {trouble}", case.title);
            }
        }
    }
    out
}

/// What tests have shown.
fn coverage(coverage: &trial::Coverage) -> String {
    let mut out = format!("{}%\n", coverage.percent());
    for gate in &coverage.gates {
        let (pass, fail, unknown) = (gate.pass, gate.fail, gate.unknown);
        let _ = write!(
            out,
            "gate {} pass {pass} fail {fail} unknown {unknown}",
            gate.gate
        );
        for way in &gate.never {
            let _ = write!(out, ", cannot be {way}");
        }
        out.push('\n');
    }
    for trigger in &coverage.triggers {
        let (fired, quiet) = (trigger.fired, trigger.quiet);
        let _ = writeln!(
            out,
            "trigger {} fired {fired} quiet {quiet}",
            trigger.trigger
        );
    }
    out
}

/// What people must do, one line each, with what they have to fill in.
fn obligations(decision: &Decision) -> String {
    let mut out = String::new();
    for impact in decision.procedure.iter().flat_map(|open| &open.impacts) {
        let _ = writeln!(out, "impact {}: {}", impact.0, impact.1);
    }
    for one in &decision.obligations {
        let _ = write!(out, "{} {}", one.kind, one.id);
        if !one.by.is_empty() {
            let _ = write!(out, " by {}", one.by.join(", "));
        }
        if let Some(due) = one.due {
            let _ = write!(out, " until {due}");
        }
        let _ = writeln!(out, ": {}", one.text);
        if let Some(words) = &one.run {
            let _ = writeln!(out, "  run {}", words.join(" "));
        }
        if let Some(row) = &one.row {
            let row = serde_json::to_string(row).expect("a row is JSON");
            let _ = writeln!(out, "  row {row}");
        }
        for line in one.messages.values().flat_map(|text| text.lines()) {
            let _ = writeln!(out, "  | {line}");
        }
    }
    out
}

/// A report as it is written.
fn paper(paper: &Paper) -> String {
    let mut out = match &paper.file {
        Ok(file) => format!("{file}\n"),
        Err(why) => format!("not written: {why}\n"),
    };
    out.push_str(paper.text.trim_end_matches('\n'));
    out.push('\n');
    for gap in &paper.gaps {
        let _ = writeln!(out, "unknown `{}`: {}", gap.entry, gap.why);
    }
    out
}

/// Findings, one line each.
fn findings(analysis: &Analysis) -> String {
    let mut out = String::new();
    for found in &analysis.diagnostics {
        let place = analysis.files[found.primary.file.0 as usize].place(found.primary.span.start);
        let weight = match found.severity {
            Severity::Error => "",
            Severity::Warning => "warning ",
            Severity::Info => "info ",
        };
        let _ = writeln!(
            out,
            "{}:{} {weight}{} {}",
            place.line, place.column, found.code, found.message
        );
    }
    out
}

/// What a decision says, short.
fn outline(decision: &str) -> String {
    let decision: Value =
        serde_json::from_str(decision).unwrap_or_else(|error| panic!("{error}: {decision}"));
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut out = format!("{} exit {}", word(&decision["outcome"]), decision["exit"]);
    let to = &decision["to"];
    if let Some(phase) = to["phase"].as_str() {
        let _ = write!(out, " to {phase}");
        if let Some(cohort) = to["cohort"].as_str() {
            let _ = write!(out, " at {cohort}");
        }
    }
    out.push('\n');
    for reason in decision["reasons"].as_array().into_iter().flatten() {
        let mark = if reason["decides"] == true { "*" } else { " " };
        let parts = ["code", "subject", "verdict", "cause"].map(|part| word(&reason[part]));
        let line = format!("{mark} {}", parts.join(" "));
        let _ = writeln!(out, "{}", line.trim_end_matches(" -"));
    }
    for warning in decision["warnings"].as_array().into_iter().flatten() {
        let _ = writeln!(
            out,
            "warning {} {}",
            word(&warning["code"]),
            word(&warning["subject"])
        );
    }
    let mut row = |row: &Value, what: String| {
        let why = row["why"].as_str().map(|why| format!(": {why}"));
        let mark = if row["counts"] == true { "+" } else { "-" };
        let _ = writeln!(out, "{mark} {what}{}", why.unwrap_or_default());
    };
    for one in decision["approvals"].as_array().into_iter().flatten() {
        let [approval, by, role] = ["approval", "by", "role"].map(|part| word(&one[part]));
        row(one, format!("approval {approval} by {by} as {role}"));
    }
    for one in decision["waivers"].as_array().into_iter().flatten() {
        let covers: Vec<String> = (one["covers"].as_array().into_iter().flatten())
            .map(word)
            .collect();
        let mut what = format!("waiver {} {}", word(&one["waivers"]), word(&one["row"]));
        if !covers.is_empty() {
            what.push_str(&format!(" covers {}", covers.join(", ")));
        }
        row(one, what);
    }
    out
}

/// The file with every answer as it comes out now.
fn answered(text: &str) -> String {
    let mut story = Story::default();
    let mut out = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        out.push_str(line);
        out.push('\n');
        if line.starts_with('#') {
            story.state = None;
        }
        let Some(info) = line.strip_prefix("```") else {
            continue;
        };
        let mut body = String::new();
        for line in lines.by_ref().take_while(|line| *line != "```") {
            body.push_str(line);
            body.push('\n');
        }
        let mut words = info.split(' ');
        match words.next() {
            Some("rollout") => story.policy(&body),
            Some("json") if words.clone().next() == Some("at") => {
                let at = words
                    .nth(1)
                    .unwrap_or_else(|| panic!("`{info}` does not say `at INSTANT`"));
                let key = words.skip_while(|word| *word != "for").nth(1);
                story.step(at, key, &body);
            }
            Some("json") if words.clone().next() == Some("as") => {
                let name = words.nth(1);
                let name = name.unwrap_or_else(|| panic!("`{info}` does not say `as NAME`"));
                story.fixtures.insert(name.to_owned(), body.clone());
            }
            Some("tests") => body = tests(&story.tried()),
            Some("coverage") => {
                let report = story.tried();
                body = coverage(&report.coverage);
                for one in &report.invariants {
                    let (title, held, came) = (&one.title, one.held, one.came);
                    let _ = writeln!(body, "invariant {title} held {held} came {came}");
                }
            }
            Some(_) if words.clone().next() == Some("of") => {
                let parts: Vec<&str> = words.collect();
                let ["of", item, "at", at] = parts[..] else {
                    panic!("`{info}` is not `FORMAT of ITEM at INSTANT`");
                };
                let item = serde_json::json!([{ "item": item, "observed_at": at, "text": body }]);
                story.step(at, None, &item.to_string());
            }
            Some("decision") => body.clone_from(&story.answer),
            Some("obligations") => body.clone_from(&story.obligations),
            Some("reports") => body.clone_from(&story.reports),
            Some("diagnostics") => body.clone_from(&story.findings),
            _ => panic!("a block of `{info}`"),
        }
        out.push_str(&body);
        out.push_str("```\n");
    }
    out
}

#[test]
fn the_language_is_as_its_spec_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/spec");
    let update = std::env::var_os("UPDATE_SPEC").is_some();
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .expect("the folder of the spec")
        .map(|file| file.expect("a file").path())
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no spec found");
    let mut wrong = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).expect("a spec is text");
        let now = answered(&text);
        if now == text {
            continue;
        }
        if update {
            std::fs::write(&path, now).expect("the spec can be written");
            continue;
        }
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let differs = text
            .lines()
            .zip(now.lines())
            .enumerate()
            .find(|(_, (was, is))| was != is);
        match differs {
            Some((line, (was, is))) => {
                wrong.push(format!("{name}:{}\n  wants {was}\n  comes {is}", line + 1))
            }
            None => wrong.push(format!("{name}: another number of lines")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
