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

/// A rename changes policies and nothing else: what else calls the thing by its name is said.
#[test]
fn a_rename_says_what_it_does_not_reach() {
    let rename = |can: Value, of: &str| {
        let (mut client, _) = Client::start_with(json!({ "capabilities": {
            "general": { "positionEncodings": ["utf-8"] }, "workspace": { "workspaceEdit": can },
        } }));
        let text = shop().replacen(
            of,
            &format!("{}$0{}", &of[..of.len() - 1], &of[of.len() - 1..]),
            1,
        );
        client.open(URI, &bare(&text));
        let at = json!({ "textDocument": { "uri": URI }, "position": super::cursor(&text), "newName": "other" });
        client.asked += 1;
        let id = client.asked;
        client.send(
            &json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/rename", "params": at }),
        );
        // What is only told may come behind the answer, but not behind the one to the next question.
        client.send(&json!({ "jsonrpc": "2.0", "id": id + 1, "method": "rolloutc/text", "params": { "uri": URI } }));
        client.asked += 1;
        let (mut said, mut edit) = (Vec::new(), Value::Null);
        loop {
            let message = client.message();
            if message["method"] == "window/showMessage" {
                let told = message["params"]["message"].as_str();
                said.push(told.expect("a text").to_owned());
            } else if message["id"] == id {
                edit = message["result"].clone();
            } else if message["id"] == id + 1 {
                break;
            }
        }
        client.end();
        (edit, said)
    };
    let asks =
        json!({ "documentChanges": true, "changeAnnotationSupport": { "groupsOnLabel": true } });
    for (of, part) in [
        (
            "evidence slo",
            "bundles, files of evidence and `--evidence` call this item `slo`",
        ),
        (
            "phase canary",
            "a state that stands in this phase calls it `canary`",
        ),
        ("trigger orders_fail", "states count for `orders_fail`"),
        ("rollback to_old", "its log is called `to_old_log`"),
    ] {
        let (edit, said) = rename(asks.clone(), of);
        let note = &edit["changeAnnotations"]["outside"];
        assert_eq!(note["needsConfirmation"], true, "{edit}");
        let told = note["description"].as_str().expect("a reason");
        assert!(told.starts_with(part), "{told}");
        let edits = edit["documentChanges"][0]["edits"]
            .as_array()
            .expect("edits");
        assert!(
            !edits.is_empty() && edits.iter().all(|one| one["annotationId"] == "outside"),
            "{edit}"
        );
        assert_eq!(said, Vec::<String>::new());
        // An editor that cannot ask is told.
        let (edit, said) = rename(json!({ "documentChanges": true }), of);
        assert_eq!(edit["changeAnnotations"], Value::Null);
        assert!(said.len() == 1 && said[0].starts_with(part), "{said:?}");
    }
    // What no data calls by its name is renamed without a word.
    let (edit, said) = rename(asks, "gate quick");
    assert_eq!(edit["changeAnnotations"], Value::Null, "{edit}");
    assert_eq!(said, Vec::<String>::new());
}
