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

/// A server on a folder with the tour in it, and the address of its policy.
fn tour() -> (Desk, Client, String, String) {
    let desk = Desk::new();
    let text = shop()
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
    let mut client = Client::able();
    let uri = format!("file://{}", desk.path().join("shop.rollout").display());
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
