//! Actions, lenses and commands.

use serde_json::{Value, json};

use super::{Client, URI, edited, shop};
use crate::cli::{Desk, root};

fn actions(
    client: &mut Client,
    uri: &str,
    line: usize,
    character: usize,
    only: Value,
) -> Vec<Value> {
    let at = json!({ "line": line, "character": character });
    let mut context = json!({ "diagnostics": [], "only": only });
    super::drop_null(&mut context);
    let ask = json!({ "textDocument": { "uri": uri }, "range": { "start": at, "end": at }, "context": context });
    let answer = client.ask("textDocument/codeAction", ask);
    answer["result"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_finding_is_mended_where_it_stands_and_everywhere() {
    let mut client = Client::able();
    let text = shop().replacen("slo.p95 <=", "slo.p9 <=", 1);
    let found = client.open(URI, &text);
    assert_eq!(found.len(), 1, "{found:?}");
    let start = &found[0]["range"]["start"];
    let (line, character) = (
        start["line"].as_u64().expect("a line") as usize,
        start["character"].as_u64().expect("a character") as usize,
    );
    let offered = actions(&mut client, URI, line, character, Value::Null);
    let fix = offered
        .iter()
        .find(|one| one["kind"] == "quickfix")
        .expect("a fix");
    assert_eq!(fix["diagnostics"][0]["code"], found[0]["code"]);
    assert_eq!(edited(&text, &fix["edit"]["changes"][URI]), shop());
    assert!(offered.iter().all(|one| one["kind"].is_string()));
    let text = "edition 2026\n let one = 1\n let two = one\n";
    let change = json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": text }] });
    client.tell("textDocument/didChange", change);
    let all = actions(&mut client, URI, 0, 0, json!(["source.fixAll"]));
    assert_eq!(all.len(), 1, "{all:?}");
    let mended = edited(text, &all[0]["edit"]["changes"][URI]);
    assert_eq!(mended, "edition 2026\nlet one = 1\nlet two = one\n");
    client.end();
}

/// A folder with the tour in it, the address of its policy, and its text.
fn shop_with_fixture() -> (Desk, String, String) {
    let desk = Desk::new();
    let text = shop()
        + "\ngate spare { require smoke.passed }\n"
        + "\nfixture green from \"green\"\n\ntest \"the first cohort goes\" {\n  at     2026-03-03T12:00Z\n  in     start\n  given  green\n  expect advance to canary at 5%\n}\n";
    desk.write("shop.rollout", &text);
    desk.write(
        "green/bundle.json",
        r#"{ "rolloutc.bundle": 1, "subject": { "build": "4f2c" }, "items": [
            {"item": "slo", "observed_at": "2026-03-03T11:59:00Z", "payload": {"p95_ms": 240, "errors": 0.002}},
            {"item": "smoke", "observed_at": "2026-03-03T11:50:00Z", "payload": {"passed": true}} ] }"#,
    );
    desk.write(
        "lanes.json",
        r#"[{ "id": "a", "took_ms": 12 }, { "id": "b", "took_ms": 3 }]"#,
    );
    let uri = format!("file://{}", desk.path().join("shop.rollout").display());
    (desk, uri, text)
}

/// A server on it.
fn tour() -> (Desk, Client, String, String) {
    let (desk, uri, text) = shop_with_fixture();
    let mut client = Client::able();
    client.open(&uri, &text);
    (desk, client, uri, text)
}

#[test]
fn lenses_run_tests_and_decide() {
    let (_desk, mut client, uri, _) = tour();
    let lenses = client.ask(
        "textDocument/codeLens",
        json!({ "textDocument": { "uri": uri } }),
    );
    let lenses = lenses["result"].as_array().cloned().unwrap_or_default();
    let mut run = |title: &str| {
        let lens = lenses
            .iter()
            .find(|lens| lens["command"]["title"] == title)
            .expect("a lens");
        let command = &lens["command"];
        let ask = json!({ "command": command["command"], "arguments": command["arguments"] });
        client.ask("workspace/executeCommand", ask)["result"].clone()
    };
    assert_eq!(run("Run test"), "pass  the first cohort goes\n1 passed");
    assert_eq!(
        run("Run all tests"),
        "pass  the first cohort goes\n1 passed"
    );
    let decision = run("Decide with it");
    assert_eq!(decision["rolloutc.decision"], 1);
    assert_eq!(decision["outcome"], "advance");
    let said = run("Why");
    assert!(
        said.as_str()
            .is_some_and(|said| said.starts_with("quick: pass in")),
        "{said}"
    );
    client.end();
}

#[test]
fn commands_say_what_is_wrong_with_the_question() {
    let (_desk, mut client, uri, _) = tour();
    let mut run = |name: &str, given: Value| {
        client.ask(
            "workspace/executeCommand",
            json!({ "command": name, "arguments": given }),
        )
    };
    let page = run("rolloutc.explain", json!(["no-freshness"]));
    assert!(
        page["result"]
            .as_str()
            .is_some_and(|page| page.starts_with("# no-freshness"))
    );
    let said = |answer: &Value| {
        answer["error"]["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        said(&run("rolloutc.explain", json!(["x"]))),
        "there is no code `x`"
    );
    assert_eq!(
        said(&run("rolloutc.decide", json!([uri, "red"]))),
        "there is no fixture `red`"
    );
    assert_eq!(
        said(&run("rolloutc.nonsense", json!([uri]))),
        "there is no command `rolloutc.nonsense`"
    );
    let none = run("rolloutc.runTest", json!([uri, "no such test"]));
    assert_eq!(none["result"], "no test is called `no such test`");
    let schema = run("rolloutc.schema", json!([uri, "lanes.json"]));
    assert!(
        schema["result"]
            .as_str()
            .is_some_and(|text| text.contains("took_ms: duration in ms")),
        "{schema}"
    );
    client.end();
}

#[test]
fn evidence_is_declared_from_a_sample() {
    let (_desk, mut client, uri, text) = tour();
    let offered = actions(&mut client, &uri, 0, 0, json!(["source"]));
    let declare = offered
        .iter()
        .find(|one| one["title"] == "Declare evidence as in lanes.json")
        .expect("an action");
    let text = edited(&text, &declare["edit"]["changes"][&uri]);
    assert!(text.contains("evidence lanes: table {"), "{text}");
    let change = json!({ "textDocument": { "uri": uri, "version": 2 }, "contentChanges": [{ "text": text }] });
    client.tell("textDocument/didChange", change);
    let found = client.findings(&uri, 2);
    assert!(found.iter().all(|one| one["severity"] != 1), "{found:?}");
    client.end();
}

#[test]
fn the_examples_are_clean_in_the_editor_too() {
    let mut client = Client::able();
    for policy in [
        "examples/spacetime/production.rollout",
        "examples/cutover/transport.rollout",
    ] {
        let path = root().join(policy);
        let text = std::fs::read_to_string(&path).expect("a policy");
        let found = client.open(&format!("file://{}", path.display()), &text);
        assert!(
            found.iter().all(|one| one["severity"] != 1),
            "{policy}: {found:?}"
        );
    }
    client.end();
}

/// Every gate of the policies of the project, asked for a test: it compiles, stands as `fmt` prints it, and passes.
#[test]
fn a_test_that_is_written_for_a_gate_passes() {
    let (mut offered, mut gates) = (0, 0);
    let mut client = Client::able();
    for folder in ["examples", "stdlib/tests"] {
        for path in policies(&root().join(folder)) {
            let text = std::fs::read_to_string(&path).expect("a policy");
            let uri = format!("file://{}", path.display());
            client.open(&uri, &text);
            // A module of a policy has no test.
            if !text.contains("\nrollout ") {
                continue;
            }
            let lines = text.lines().enumerate();
            let all: Vec<_> = lines
                .filter(|(_, said)| said.starts_with("gate "))
                .collect();
            let mut tried = Vec::new();
            // A few of each, from all over it: a trial takes its time.
            for (line, said) in all.iter().step_by(all.len().div_ceil(3).max(1)) {
                let line = *line;
                gates += 1;
                let all = actions(&mut client, &uri, line, 5, json!(["refactor"]));
                let test = all.iter().find(|one| {
                    let title = one["title"].as_str().unwrap_or_default();
                    title.starts_with("Add a test for ")
                });
                if let Some(test) = test {
                    let edits = &test["edit"]["changes"][&uri];
                    tried.push((
                        *said,
                        edits[0]["newText"].as_str().expect("a text").to_owned(),
                    ));
                }
            }
            offered += tried.len();
            // All of them at once, beside the policy itself, where its fixtures are.
            let name = path
                .file_name()
                .and_then(|name| name.to_str())
                .expect("a name");
            let mut seen = std::collections::BTreeSet::new();
            let mut whole = text.clone();
            for (gate, test) in &tried {
                let title = test.split('"').nth(1).expect("a title");
                assert!(seen.insert(title.to_owned()), "{gate}: {title}");
                whole.push_str(test);
            }
            let desk = Desk::new();
            copy(path.parent().expect("a folder"), desk.path());
            desk.write(name, &whole);
            desk.expect(&format!("fmt --check {name}"), 0, "");
            let answer = desk.ask(&format!("test {name}"));
            let said = format!("{}{}", answer.out, answer.err);
            assert!(tried.is_empty() || answer.code == 0, "{name}\n{said}");
            let close = json!({ "textDocument": { "uri": uri } });
            client.tell("textDocument/didClose", close);
        }
    }
    client.end();
    assert!(gates > 60, "{gates}");
    // What only a way back asks is seen in no plain test.
    assert!(offered * 20 >= gates * 19, "{offered} of {gates} gates");
}

/// Every policy below a folder.
fn policies(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(policies(&path));
        } else if path.extension().is_some_and(|ending| ending == "rollout") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// A folder with all that is in it.
fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let path = entry.expect("an entry").path();
        let there = to.join(path.file_name().expect("a name"));
        match path.is_dir() {
            true => copy(&path, &there),
            false => drop(std::fs::copy(&path, &there).expect("a file")),
        }
    }
}

/// Who can choose first is told the test when it has chosen, and why there is none.
#[test]
fn an_editor_that_asks_later_is_told_later() {
    let (desk, uri, text) = shop_with_fixture();
    let (mut client, _) = Client::start_with(json!({ "capabilities": {
        "general": { "positionEncodings": ["utf-8"] },
        "textDocument": { "codeAction": { "dataSupport": true, "resolveSupport": { "properties": ["edit"] } } },
    } }));
    client.open(&uri, &text);
    let at = |part: &str| {
        text.lines()
            .position(|line| line.starts_with(part))
            .expect("a line")
    };
    let mut offered = |part: &str| {
        let all = actions(&mut client, &uri, at(part), 6, json!(["refactor"]));
        let test = all.into_iter().find(|one| {
            one["title"]
                .as_str()
                .is_some_and(|title| title.starts_with("Add a test"))
        });
        let test = test.expect("an action");
        assert_eq!(test["edit"], Value::Null);
        client.ask("codeAction/resolve", test)
    };
    let quick = offered("gate quick");
    let put = quick["result"]["edit"]["changes"][&uri][0]["newText"]
        .as_str()
        .expect("a text");
    // The bound itself is shown: one more than it takes.
    assert!(put.contains("with { slo.p95 = 301ms }"), "{put}");
    assert!(put.contains("expect blocked because quick"), "{put}");
    let none = offered("gate spare");
    let why = none["error"]["message"].as_str().expect("a reason");
    assert!(
        why.starts_with("no test that passes could be found"),
        "{why}"
    );
    client.end();
    drop(desk);
}
