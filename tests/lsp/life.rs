//! A session from its first to its last word: edits, positions, the end.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Client, TEXT, URI, shop};

#[test]
fn findings_follow_every_edit() {
    let (mut client, answer) = Client::start(json!(["utf-8", "utf-16"]));
    assert_eq!(
        answer["result"]["capabilities"]["positionEncoding"],
        "utf-8"
    );
    let findings = client.open(URI, TEXT);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!(findings[0]["code"], "syntax");
    assert_eq!(findings[0]["source"], "rolloutc");
    assert_eq!(findings[0]["range"]["start"]["line"], 5);
    let at = json!({ "line": 5, "character": 31 });
    let edit = json!({ "range": { "start": at, "end": at }, "text": "1 " });
    let params = json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [edit] });
    client.tell("textDocument/didChange", params);
    let findings = client.findings(URI, 2);
    assert_eq!(findings[0]["code"], "gate-always-passes", "{findings:?}");
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": URI } }),
    );
    client.end();
}

#[test]
fn positions_are_utf_16_unless_agreed_otherwise() {
    let (mut client, answer) = Client::start(json!([]));
    assert_eq!(
        answer["result"]["capabilities"]["positionEncoding"],
        "utf-16"
    );
    let wide = client.open(
        URI,
        "edition 2026\n\nrollout shop\n\ngate quick \"𝄞\" { requir 1 == 1 }\n",
    );
    assert_eq!(wide[0]["code"], "unknown-clause", "{wide:?}");
    assert_eq!(
        wide[0]["range"]["start"],
        json!({ "line": 4, "character": 18 })
    );
    client.end();
}

#[test]
fn keywords_explain_themselves() {
    let (mut client, answer) = Client::start(json!(["utf-16"]));
    assert_eq!(answer["result"]["capabilities"]["hoverProvider"], true);
    client.open(URI, TEXT);
    let at = |line: u32, character: u32| json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } });
    let shown = client.ask("textDocument/hover", at(5, 19));
    let text = shown["result"]["contents"]["value"]
        .as_str()
        .unwrap_or_default();
    assert!(text.starts_with("**require**"), "{shown}");
    let name = client.ask("textDocument/hover", at(5, 6));
    let text = name["result"]["contents"]["value"]
        .as_str()
        .unwrap_or_default();
    assert!(text.starts_with("```rollout\ngate quick"), "{name}");
    assert_eq!(
        client.ask("textDocument/hover", at(5, 25))["result"],
        Value::Null
    );
    client.end();
}

#[test]
fn one_that_says_exit_out_of_the_blue_is_told_so() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_rolloutc"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the server starts");
    let mut to = server.stdin.take().expect("a pipe");
    let body = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    write!(to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server listens");
    to.flush().expect("the server listens");
    assert_eq!(server.wait().expect("it ends").code(), Some(1));
    drop(to);
}

#[test]
fn nothing_is_answered_behind_shutdown() {
    let (mut client, _) = Client::start(json!([]));
    client.open(URI, TEXT);
    assert_eq!(client.ask("shutdown", Value::Null)["error"], Value::Null);
    let answer = client.ask(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": URI } }),
    );
    assert_eq!(answer["error"]["code"], -32600, "{answer}");
    client.tell("exit", Value::Null);
    assert!(client.server.wait().expect("it ends").success());
}

/// A hundred edits in one breath: the text is that of the last one, whatever was skipped on the way.
#[test]
fn edits_that_come_fast_are_applied_in_order() {
    let mut client = Client::able();
    let text = shop();
    assert_eq!(client.open(URI, &text), Vec::<Value>::new());
    let line = text.lines().count() as u32;
    let mut version = 1;
    for letter in "let limit_of_all = 300ms + 20ms".chars() {
        let at = json!({ "line": line, "character": version - 1 });
        version += 1;
        let edit = json!({ "range": { "start": at, "end": at }, "text": letter });
        client.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [edit] }),
        );
    }
    let found = client.findings(URI, version);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0]["code"], "unused-declaration");
    assert_eq!(found[0]["tags"], json!([1]));
    assert_eq!(
        found[0]["codeDescription"]["href"],
        "rolloutc:/codes/unused-declaration.md"
    );
    client.end();
}

#[test]
fn texts_of_the_tool_can_be_read() {
    let mut client = Client::able();
    let said = client.ask(
        "rolloutc/text",
        json!({ "uri": "rolloutc:/std/slo.rollout" }),
    );
    assert!(
        said["result"]
            .as_str()
            .is_some_and(|text| text.starts_with("edition 2026"))
    );
    client.end();
}

#[test]
fn settings_are_asked_for_and_heeded() {
    let (mut client, _) = Client::start_with(json!({
        "capabilities": { "workspace": {
            "configuration": true,
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        } },
    }));
    let mut asked = Vec::new();
    while asked.len() < 2 {
        let request =
            client.wait(|message| message["id"].is_number() && message["method"].is_string());
        let answer = match request["method"].as_str() {
            Some("workspace/configuration") => json!([{ "lints": false }]),
            _ => Value::Null,
        };
        client.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": answer }));
        asked.push(request["method"].as_str().unwrap_or_default().to_owned());
    }
    asked.sort();
    assert_eq!(
        asked,
        ["client/registerCapability", "workspace/configuration"]
    );
    // The answer is heeded when it has come: at the latest with the second look.
    let idle = format!("{}\nlet idle = 1\n", shop());
    client.open(URI, &idle);
    let told = json!({ "settings": { "rolloutc": { "lints": false } } });
    client.tell("workspace/didChangeConfiguration", told);
    let request = client.wait(|message| message["method"] == "workspace/configuration");
    client.send(&json!({ "jsonrpc": "2.0", "id": request["id"], "result": [null] }));
    let change = json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": idle }] });
    client.tell("textDocument/didChange", change);
    assert_eq!(client.findings(URI, 2), Vec::<Value>::new());
    client.end();
}

/// What is taken back is not worked off; what follows is answered.
#[test]
fn a_question_can_be_taken_back() {
    let mut client = Client::able();
    client.open(URI, &shop());
    for id in 1000..1020 {
        let params = json!({ "previousResultIds": [] });
        client.send(&json!({ "jsonrpc": "2.0", "id": id, "method": "workspace/diagnostic", "params": params }));
        client.tell("$/cancelRequest", json!({ "id": id }));
    }
    for id in 1000..1020 {
        let answer = client.wait(|message| message["id"] == id);
        let known = answer["error"]["code"] == -32800 || answer["result"].is_object();
        assert!(known, "{answer}");
    }
    let answer = client.ask(
        "textDocument/documentSymbol",
        json!({ "textDocument": { "uri": URI } }),
    );
    assert!(answer["result"].is_array());
    client.end();
}

#[test]
fn nonsense_ends_nothing() {
    let mut client = Client::able();
    client.send(&json!({ "jsonrpc": "2.0", "id": 77, "method": "no/such", "params": {} }));
    let answer = client.wait(|message| message["id"] == 77);
    assert_eq!(answer["error"]["code"], -32601);
    client.send(&json!({ "jsonrpc": "2.0", "id": 78, "method": "textDocument/hover", "params": { "x": 1 } }));
    let answer = client.wait(|message| message["id"] == 78);
    assert_eq!(answer["error"]["code"], -32602);
    client.tell(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": "file:///none", "version": 3 }, "contentChanges": [] }),
    );
    let far = json!({ "textDocument": { "uri": URI }, "position": { "line": 4_000_000_000_u32, "character": 4_000_000_000_u32 } });
    client.open(URI, TEXT);
    assert_eq!(client.ask("textDocument/hover", far)["error"], Value::Null);
    client.end();
}

/// A module that changes on disk changes what its users say.
#[test]
fn files_that_change_on_disk_are_read_again() {
    let desk = crate::cli::Desk::new();
    desk.write("common.rollout", "edition 2026\n\nlet limit = 300ms\n");
    let policy = "edition 2026\n\nuse \"./common.rollout\" as common\n\nlet twice = common.limit * 2\n\ngate g(d: duration) { require d <= twice }\n";
    desk.write("shop.rollout", policy);
    let mut client = Client::able();
    let uri = format!("file://{}", desk.path().join("shop.rollout").display());
    let errors = |found: Vec<Value>| -> Vec<Value> {
        let codes = found.into_iter().filter(|one| one["severity"] == 1);
        codes.map(|one| one["code"].clone()).collect()
    };
    let found = client.open(&uri, policy);
    assert_eq!(errors(found), Vec::<Value>::new());
    desk.write("common.rollout", "edition 2026\n\nlet most = 300ms\n");
    let changed = json!({ "changes": [{ "uri": uri.replace("shop", "common"), "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", changed);
    let found = client.findings(&uri, 1);
    assert_eq!(errors(found), ["unknown-name"]);
    client.end();
}
