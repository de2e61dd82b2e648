//! Names, in one file and across files on disk.

use serde_json::{Value, json};

use super::{Client, URI, bare, shop};
use crate::cli::Desk;

#[test]
fn a_name_leads_to_its_declaration_and_back() {
    let mut client = Client::able();
    let text = shop().replacen("when not correct", "when not corr$0ect", 1);
    client.open(URI, &bare(&text));
    let there = client.ask_at("textDocument/definition", URI, &text);
    assert_eq!(
        there["result"]["range"]["start"],
        json!({ "line": 19, "character": 5 })
    );
    let there = client.ask_at("textDocument/declaration", URI, &text);
    assert_eq!(there["result"]["uri"], URI);
    let lit = client.ask_at("textDocument/documentHighlight", URI, &text);
    assert_eq!(lit["result"].as_array().map(Vec::len), Some(3));
    let mut at = json!({ "textDocument": { "uri": URI }, "position": super::cursor(&text) });
    at["context"] = json!({ "includeDeclaration": false });
    let used = client.ask("textDocument/references", at);
    assert_eq!(used["result"].as_array().map(Vec::len), Some(2), "{used}");
    let text = shop().replacen("require smoke.passed", "require smo$0ke.passed", 1);
    let there = client.ask_at("textDocument/typeDefinition", URI, &text);
    assert_eq!(there["result"]["range"]["start"]["line"], 13);
    client.end();
}

/// While a line cannot be read, names elsewhere still lead where they led before.
#[test]
fn a_broken_line_loses_no_way() {
    let mut client = Client::able();
    let text = shop().replacen("when not correct", "when not corr$0ect", 1);
    client.open(URI, &bare(&text));
    client.ask_at("textDocument/definition", URI, &text);
    let broken = text.replacen("  for  5m\n", "  for  5m )(\n", 1);
    let edit = json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": bare(&broken) }] });
    client.tell("textDocument/didChange", edit);
    let there = client.ask_at("textDocument/definition", URI, &broken);
    assert_eq!(there["result"]["range"]["start"]["line"], 19, "{there}");
    client.end();
}

#[test]
fn a_rename_reaches_every_file() {
    let desk = Desk::new();
    let module =
        "edition 2026\n\nrecord Run { passed: bool }\n\ngate ran(r: Run) { require r.passed }\n";
    desk.write("common.rollout", module);
    let policy = "edition 2026\n\nrollout shop of build\n\nuse \"./common.rollout\" as common\n\nevidence smoke: common.Run { fresh 1h }\n\ngate tested { require common.ran(smoke) and smoke.passed }\n";
    desk.write("shop.rollout", policy);
    let folder = format!("file://{}", desk.path().display());
    let folder = folder.trim_end_matches('/').to_owned();
    let (mut client, _) = Client::start_with(json!({
        "capabilities": { "general": { "positionEncodings": ["utf-8"] } },
        "workspaceFolders": [{ "uri": folder, "name": "desk" }],
    }));
    let uri = format!("{folder}/common.rollout");
    client.open(&uri, module);
    let at = |text: &str| json!({ "textDocument": { "uri": &uri }, "position": super::cursor(text), "newName": "green" });
    let edit = client.ask(
        "textDocument/rename",
        at(&module.replacen("r.passed", "r.pas$0sed", 1)),
    );
    let changes = &edit["result"]["changes"];
    let texts = |uri: &str| -> Vec<Value> {
        let edits = changes[uri].as_array().cloned().unwrap_or_default();
        edits.iter().map(|edit| edit["newText"].clone()).collect()
    };
    assert_eq!(texts(&uri), ["green", " at passed", "green"], "{edit}");
    assert_eq!(
        texts(&format!("{folder}/shop.rollout")),
        ["green"],
        "{edit}"
    );
    let mut taken = at(&module.replacen("gate ran", "gate r$0an", 1));
    taken["newName"] = json!("Run");
    let refused = client.ask("textDocument/rename", taken);
    assert!(
        refused["error"]["message"]
            .as_str()
            .is_some_and(|why| why.contains("twice")),
        "{refused}"
    );
    let ready = client.ask_at(
        "textDocument/prepareRename",
        &uri,
        &module.replacen("gate ran", "gate r$0an", 1),
    );
    assert_eq!(ready["result"]["placeholder"], "ran");
    let refused = client.ask_at(
        "textDocument/prepareRename",
        &uri,
        &module.replacen("gate ran", "ga$0te ran", 1),
    );
    assert_eq!(refused["error"]["message"], "no name stands here");
    let found = client.ask("workspace/symbol", json!({ "query": "tsted" }));
    assert_eq!(found["result"][0]["name"], "tested", "{found}");
    client.end();
}
