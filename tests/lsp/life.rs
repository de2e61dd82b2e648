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
