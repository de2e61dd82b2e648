//! Diagnostics that the editor asks for, of a file and of the workspace.

use serde_json::{Value, json};

use super::{Client, TEXT, URI};
use crate::cli::Desk;

#[test]
fn a_file_is_pulled_and_not_pushed_any_more() {
    let mut client = Client::able();
    assert_eq!(client.open(URI, TEXT).len(), 1);
    let ask = |known: Value| json!({ "textDocument": { "uri": URI }, "previousResultId": known });
    let mut params = ask(Value::Null);
    super::drop_null(&mut params);
    let report = client.ask("textDocument/diagnostic", params);
    assert_eq!(report["result"]["kind"], "full");
    assert_eq!(report["result"]["items"][0]["code"], "syntax");
    let id = report["result"]["resultId"].clone();
    let report = client.ask("textDocument/diagnostic", ask(id.clone()));
    assert_eq!(report["result"]["kind"], "unchanged");
    assert_eq!(report["result"]["resultId"], id);
    client.end();
}

#[test]
fn a_workspace_is_pulled_with_progress() {
    let desk = Desk::new();
    desk.write("a.rollout", TEXT);
    desk.write("b/c.rollout", "edition 2026\n\nlet one = two\n");
    let folder = format!("file://{}", desk.path().display());
    let folder = folder.trim_end_matches('/').to_owned();
    let (mut client, _) = Client::start_with(json!({
        "capabilities": {}, "workspaceFolders": [{ "uri": folder, "name": "desk" }],
    }));
    client.asked += 1;
    let id = client.asked;
    let params = json!({ "previousResultIds": [], "workDoneToken": "w" });
    client.send(
        &json!({ "jsonrpc": "2.0", "id": id, "method": "workspace/diagnostic", "params": params }),
    );
    // Progress and answer come on ways of their own.
    let (mut steps, mut report) = (Vec::new(), Value::Null);
    while report.is_null() || steps.last() != Some(&json!("end")) {
        let message = client.message();
        if message["method"] == "$/progress" {
            steps.push(message["params"]["value"]["kind"].clone());
        } else if message["id"] == id {
            report = message;
        }
    }
    assert_eq!(steps, ["begin", "report", "report", "end"]);
    let items = report["result"]["items"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let codes: Vec<&Value> = items.iter().map(|item| &item["items"][0]["code"]).collect();
    assert_eq!(codes, ["syntax", "unknown-name"], "{report}");
    let known: Vec<Value> = items
        .iter()
        .map(|item| json!({ "uri": item["uri"], "value": item["resultId"] }))
        .collect();
    let report = client.ask(
        "workspace/diagnostic",
        json!({ "previousResultIds": known }),
    );
    assert_eq!(
        report["result"]["items"][1]["kind"], "unchanged",
        "{report}"
    );
    client.end();
}

#[test]
fn what_else_belongs_to_a_finding_is_shown() {
    let mut client = Client::able();
    let twice = "edition 2026\n\nlet one = 1\n\nlet one = 2\n";
    let found = client.open(URI, twice);
    let again = found
        .iter()
        .find(|one| one["code"] == "duplicate-name")
        .expect("found");
    let first = &again["relatedInformation"][0];
    assert_eq!(first["location"]["uri"], URI);
    assert_eq!(first["location"]["range"]["start"]["line"], 2);
    assert_eq!(first["message"], "first here");
    client.end();
}

/// What only fixtures can tell is told in the editor too, where the project asks for it.
#[test]
fn fixtures_are_read_for_lints_that_ask_for_them() {
    let desk = Desk::with_question();
    let text = crate::cli::QUESTION.replace(
        "p95:         duration in ms",
        "p95:         duration in ms at p95_ms",
    ) + "\nfixture good from \"good\"\n\ntest \"it may go\" {\n  at     2025-11-03T10:00Z\n  given  good\n  expect complete\n}\n";
    desk.write("p.rollout", &text);
    let uri = format!("file://{}", desk.path().join("p.rollout").display());
    let codes =
        |found: Vec<Value>| -> Vec<Value> { found.iter().map(|one| one["code"].clone()).collect() };
    let mut client = Client::able();
    assert_eq!(codes(client.open(&uri, &text)), Vec::<Value>::new());
    desk.write("rollout.toml", "[lints]\npath-never-seen = \"warning\"\n");
    let changed =
        json!({ "changes": [{ "uri": uri.replace("p.rollout", "rollout.toml"), "type": 1 }] });
    client.tell("workspace/didChangeWatchedFiles", changed);
    assert_eq!(codes(client.findings(&uri, 1)), ["path-never-seen"]);
    client.end();
}
