//! Stories of the examples: steps of evidence and instants, walked through the built binary, and compared with the states
//! and decisions that lie beside them. `examples/*/outcomes/stories.json` tells them; `UPDATE_OUTCOMES=1` writes what came.
//! A story with `"reports": true` ends with its reports too, each beside the decision that wrote it.
//! A story may be of another `policy` than the file, and its last `decision` may be evidence of the next one; `copies` are
//! recorded decisions of another example that are evidence here. A story may go on `after` another. What a step `looks` at
//! was observed again and again: `{"items": …, "from": …, "minutes": 2, "moves": […]}` puts each instant in place of `moves`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::cli::root;

/// Copies a folder or a file, each given piece of text replaced by another: the same reports, seen at another time.
fn copy(from: &Path, to: &Path, changes: &[(String, String)]) {
    if from.is_dir() {
        std::fs::create_dir_all(to).expect("the scratch folder can be written");
        for entry in std::fs::read_dir(from).expect("a folder of evidence") {
            let entry = entry.expect("an entry");
            copy(&entry.path(), &to.join(entry.file_name()), changes);
        }
        return;
    }
    let text = std::fs::read_to_string(from).unwrap_or_else(|e| panic!("{}: {e}", from.display()));
    let text = changes
        .iter()
        .fold(text, |text, (old, new)| text.replace(old, new));
    std::fs::write(to, text).expect("the scratch folder can be written");
}

fn texts(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.map(|text| text.as_str().expect("a text").to_owned())
        .collect()
}

fn pairs(value: &Value) -> Vec<(String, String)> {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(key, value)| (key.clone(), value.as_str().expect("a text").to_owned()))
        .collect()
}

/// The rows that people write who approve what the decision before asked them for: `{"at": …, "by": {role: person}}`.
fn approvals(step: &Value, before: &str) -> Option<Value> {
    let given = step.get("approve")?;
    let decision: Value = serde_json::from_str(before).expect("a decision before");
    let mut rows = Vec::new();
    for asked in decision["obligations"].as_array().into_iter().flatten() {
        for (role, person) in given["by"].as_object().into_iter().flatten() {
            if !matches!(asked["kind"].as_str(), Some("approval" | "resume")) {
                continue;
            }
            let mut row = asked["row"].clone();
            row["by"] = person.clone();
            row["role"] = role.as_str().into();
            row["at"] = given["at"].clone();
            rows.push(row);
        }
    }
    let item = json!({ "item": "approvals", "observed_at": step["at"], "payload": rows });
    Some(json!({ "rolloutc.bundle": 1, "items": [item] }))
}

/// Observations of some items of a bundle, one each few minutes until the step.
fn looks(bundle: &Path, looks: &Value, until: &str) -> Value {
    let text = std::fs::read_to_string(bundle).expect("a bundle");
    let bundled: Value = serde_json::from_str(&text).expect("a bundle is JSON");
    let instant = |text: &str| text.parse::<jiff::Timestamp>().expect("an instant");
    let until = instant(until);
    let every = jiff::SignedDuration::from_mins(looks["minutes"].as_i64().expect("minutes"));
    let again = texts(&looks["items"]);
    let items = bundled["items"].as_array().expect("items").iter();
    let seen: Vec<String> = items
        .filter(|item| again.iter().any(|name| item["item"] == name.as_str()))
        .map(Value::to_string)
        .collect();
    assert_eq!(seen.len(), again.len(), "each item stands in the bundle");
    let mut rows: Vec<Value> = Vec::new();
    let mut at = instant(looks["from"].as_str().expect("an instant"));
    while at <= until {
        for item in &seen {
            let moved = texts(&looks["moves"])
                .iter()
                .fold(item.clone(), |text, old| text.replace(old, &at.to_string()));
            rows.push(serde_json::from_str(&moved).expect("an item is JSON"));
        }
        at += every;
    }
    json!({ "rolloutc.bundle": 1, "items": rows })
}

/// How a story ended, for those that go on after it.
#[derive(Clone, Default)]
struct End {
    state: Option<String>,
    decision: String,
}

/// One call of `eval`; the exit code, what it printed, and what it complained about.
fn eval(
    example: &Path,
    told: &Value,
    step: &Value,
    scratch: &Path,
    before: &str,
    reports: Option<&Path>,
) -> (i32, String, String) {
    let given = scratch.join("given");
    if given.exists() {
        std::fs::remove_dir_all(&given).expect("the scratch folder can be written");
    }
    std::fs::create_dir_all(&given).expect("the scratch folder can be written");
    let changes = pairs(&step["as"]);
    let policy = example.join(told["policy"].as_str().expect("a story names its policy"));
    let policy = policy.canonicalize().expect("a policy");
    let mut call = Command::new(env!("CARGO_BIN_EXE_rolloutc"));
    let home = root().canonicalize().expect("the project");
    call.current_dir(root()).arg("eval").arg(
        policy
            .strip_prefix(home)
            .expect("an example of this project"),
    );
    for (n, evidence) in texts(&step["evidence"]).into_iter().enumerate() {
        let (item, path) = evidence
            .split_once('=')
            .map_or((None, evidence.as_str()), |(item, path)| (Some(item), path));
        let name = Path::new(path).file_name().expect("evidence has a name");
        let to = given.join(n.to_string());
        std::fs::create_dir_all(&to).expect("the scratch folder can be written");
        let to = to.join(name);
        copy(&example.join(path), &to, &changes);
        if let (0, Some(again)) = (n, step.get("looks")) {
            let until = step["at"].as_str().expect("a step has its time");
            let path = given.join("looks.json");
            let bundle = looks(&to.join("bundle.json"), again, until).to_string();
            std::fs::write(&path, bundle).expect("the scratch folder can be written");
            call.arg("--evidence").arg(path);
        }
        let shown = to.to_str().expect("a path in UTF-8");
        call.arg("--evidence")
            .arg(item.map_or(shown.to_owned(), |item| format!("{item}={shown}")));
    }
    call.arg("--state").arg(scratch.join("state.json"));
    call.args(["--as-of", step["at"].as_str().expect("a step has its time")]);
    for flag in texts(&told["flags"])
        .into_iter()
        .chain(texts(&step["flags"]))
    {
        call.arg(flag);
    }
    if let Some(rows) = approvals(step, before) {
        let path = given.join("approvals.json");
        std::fs::write(&path, rows.to_string()).expect("the scratch folder can be written");
        call.arg("--evidence").arg(path);
    }
    if before.is_empty() {
        call.arg("--new-state");
    }
    call.args(["--format", "json"]);
    if let Some(reports) = reports {
        call.arg("--reports").arg(reports);
    }
    let done = call.output().expect("the built binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (
        done.status.code().unwrap_or(-1),
        text(done.stdout),
        text(done.stderr),
    )
}

/// Compares a document with the recorded one, or records it; what differs.
fn keep(path: &Path, text: &str, update: bool) -> Option<String> {
    if update {
        let folder = path.parent().expect("a folder");
        std::fs::create_dir_all(folder).expect("the outcomes folder can be written");
        std::fs::write(path, text).expect("the outcomes folder can be written");
        return None;
    }
    let recorded = std::fs::read_to_string(path).unwrap_or_default();
    let same = match (
        serde_json::from_str::<Value>(&recorded),
        serde_json::from_str::<Value>(text),
    ) {
        (Ok(recorded), Ok(came)) => recorded == came,
        _ => false,
    };
    (!same).then(|| format!("{} differs from what came:\n{text}", path.display()))
}

/// Walks one story; what differs from what lies beside it, or nothing.
fn walk(
    example: &Path,
    told: &Value,
    story: &Value,
    ends: &mut BTreeMap<String, End>,
    update: bool,
) -> Vec<String> {
    let name = story["name"].as_str().expect("a story has a name");
    let mut told = told.clone();
    for own in ["policy", "flags"] {
        if let Some(own_one) = story.get(own) {
            told[own] = own_one.clone();
        }
    }
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let state = scratch.path().join("state.json");
    let mut wrong = Vec::new();
    let mut before = None;
    let begins = match story["after"].as_str() {
        None => End::default(),
        Some(former) => match ends.get(former) {
            Some(end) => end.clone(),
            None => return vec![format!("{name}: {former} is not told before it, or failed")],
        },
    };
    let End {
        state: begun,
        mut decision,
    } = begins;
    if let Some(begun) = begun {
        std::fs::write(&state, begun).expect("the scratch folder can be written");
    }
    let steps = story["steps"].as_array().expect("a story has steps");
    let papers = scratch.path().join("reports");
    for (n, step) in steps.iter().enumerate() {
        before = std::fs::read_to_string(&state).ok();
        let written = (n + 1 == steps.len() && story["reports"] == true).then_some(&*papers);
        let (code, printed, errors) =
            eval(example, &told, step, scratch.path(), &decision, written);
        let wanted = step["exit"].as_i64().expect("a step says how it ends");
        if i64::from(code) != wanted {
            let at = &step["at"];
            wrong.push(format!(
                "{name} at {at}: exit {code}, expected {wanted}\n{errors}\n{printed}"
            ));
            return wrong;
        }
        decision = printed;
    }
    let end = End {
        state: std::fs::read_to_string(&state).ok(),
        decision: decision.clone(),
    };
    ends.insert(name.to_owned(), end);
    if let Some(evidence) = story["decision"].as_str() {
        wrong.extend(keep(&example.join(evidence), &decision, update));
        return wrong;
    }
    let kept = example.join("outcomes").join(name);
    for (file, text) in [("state.json", before), ("decision.json", Some(decision))] {
        let Some(text) = text else { continue };
        wrong.extend(keep(&kept.join(file), &text, update));
    }
    wrong.extend(
        papers_differ(&papers, &kept.join("reports"), update)
            .map(|what| format!("{name}/reports/{what}")),
    );
    wrong
}

/// The files of a folder by their names, with what is in them.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            let name = entry.file_name().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(entry.path()).expect("a report is text");
            (name, text)
        })
        .collect()
}

/// The first report that is not as it lies beside the story, none where a story writes none.
fn papers_differ(came: &Path, kept: &Path, update: bool) -> Option<String> {
    let written = files(came);
    if update && !written.is_empty() {
        std::fs::create_dir_all(kept).expect("the outcomes folder can be written");
        for (name, text) in &written {
            std::fs::write(kept.join(name), text).expect("the outcomes folder can be written");
        }
    }
    let recorded = files(kept);
    if let Some(lost) = recorded.keys().find(|name| !written.contains_key(*name)) {
        return Some(format!("{lost} was not written"));
    }
    let other = written
        .iter()
        .find(|one| recorded.get(one.0) != Some(one.1));
    other.map(|(name, text)| format!("{name} differs from what came:\n{text}"))
}

#[test]
fn every_story_of_the_examples_ends_as_recorded() {
    let update = std::env::var_os("UPDATE_OUTCOMES").is_some();
    let mut wrong = Vec::new();
    let mut seen = 0;
    let mut examples: Vec<_> = std::fs::read_dir(root().join("examples"))
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    examples.sort();
    for example in examples {
        let Ok(text) = std::fs::read_to_string(example.join("outcomes/stories.json")) else {
            continue;
        };
        let told: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", example.display()));
        for (to, from) in pairs(&told["copies"]) {
            let text = std::fs::read_to_string(example.join(&from)).expect("a recorded decision");
            wrong.extend(keep(&example.join(to), &text, update));
        }
        let mut ends = BTreeMap::new();
        for story in told["stories"].as_array().expect("a list of stories") {
            seen += 1;
            wrong.extend(walk(&example, &told, story, &mut ends, update));
        }
    }
    assert!(seen > 0, "no story was found");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
