//! Editors that can be asked to ask again are, when something else than their own edit changed what they show.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Client;
use crate::cli::Desk;

const MODULE: &str = "edition 2026\n\nlet limit = 300ms\n";
const POLICY: &str = "edition 2026\n\nuse \"./common.rollout\" as common\n\nlet twice = common.limit * 2\n\ngate g(d: duration) { require d <= twice }\n";
const ALL: [&str; 4] = [
    "workspace/codeLens/refresh",
    "workspace/diagnostic/refresh",
    "workspace/inlayHint/refresh",
    "workspace/semanticTokens/refresh",
];

/// A client that can be asked for some things again, and the addresses of a module and of a policy that uses it.
fn client(can: &[&str]) -> (Desk, Client, String, String) {
    let desk = Desk::new();
    desk.write("common.rollout", MODULE);
    desk.write("shop.rollout", POLICY);
    let mut workspace = json!({});
    for one in can {
        workspace[one] = json!({ "refreshSupport": true });
    }
    let (client, _) = Client::start_with(json!({ "capabilities": {
        "general": { "positionEncodings": ["utf-8"] }, "workspace": workspace,
    } }));
    let uri = |name: &str| format!("file://{}", desk.path().join(name).display());
    let (module, policy) = (uri("common.rollout"), uri("shop.rollout"));
    (desk, client, module, policy)
}

/// Waits until the server has asked for all that it should, and looks whether it asks for more.
fn asked(client: &mut Client, uri: &str, want: &[&str]) {
    let want: BTreeSet<String> = want.iter().map(|one| (*one).to_owned()).collect();
    let mut seen = BTreeSet::new();
    // A question of ours is a round: what is under way when it is answered comes with the next one.
    let mut more = 4;
    for _ in 0..2_000 {
        round(client, uri, &mut seen);
        if seen.is_superset(&want) {
            more -= 1;
        } else {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if more == 0 {
            break;
        }
    }
    assert_eq!(seen, want);
}

fn round(client: &mut Client, uri: &str, seen: &mut BTreeSet<String>) {
    client.asked += 1;
    let id = client.asked;
    let at = json!({ "textDocument": { "uri": uri } });
    client.send(
        &json!({ "jsonrpc": "2.0", "id": id, "method": "textDocument/foldingRange", "params": at }),
    );
    loop {
        let message = client.message();
        match message["method"].as_str() {
            Some(method) if message["id"].is_number() => {
                seen.insert(method.to_owned());
                client
                    .send(&json!({ "jsonrpc": "2.0", "id": message["id"], "result": Value::Null }));
            }
            _ if message["id"] == id => break,
            _ => {}
        }
    }
}

fn tell(client: &mut Client, uri: &str, version: i32, text: &str) {
    let document = json!({ "uri": uri, "version": version });
    let change = json!({ "textDocument": document, "contentChanges": [{ "text": text }] });
    client.tell("textDocument/didChange", change);
}

fn open(client: &mut Client, uri: &str, text: &str) {
    let document = json!({ "uri": uri, "languageId": "rollout", "version": 1, "text": text });
    client.tell("textDocument/didOpen", json!({ "textDocument": document }));
}

#[test]
fn a_module_that_is_edited_changes_what_its_users_show() {
    let (_desk, mut client, module, policy) =
        client(&["inlayHint", "codeLens", "semanticTokens", "diagnostic"]);
    open(&mut client, &policy, POLICY);
    let pull = json!({ "textDocument": { "uri": policy } });
    client.ask("textDocument/diagnostic", pull);
    asked(&mut client, &policy, &[]);
    open(&mut client, &module, MODULE);
    asked(&mut client, &policy, &ALL);
    tell(&mut client, &module, 2, &MODULE.replace("300", "200"));
    asked(&mut client, &policy, &ALL);
    // And once more: that it was asked before does not keep it from being asked.
    tell(&mut client, &module, 3, MODULE);
    asked(&mut client, &policy, &ALL);
    client.end();
}

#[test]
fn an_edit_that_nobody_uses_asks_for_nothing() {
    let (_desk, mut client, module, policy) = client(&["inlayHint", "codeLens", "semanticTokens"]);
    open(&mut client, &policy, POLICY);
    open(&mut client, &module, MODULE);
    let shown = [
        "workspace/codeLens/refresh",
        "workspace/inlayHint/refresh",
        "workspace/semanticTokens/refresh",
    ];
    asked(&mut client, &policy, &shown);
    tell(&mut client, &policy, 2, &POLICY.replace("* 2", "* 3"));
    asked(&mut client, &policy, &[]);
    client.end();
}

#[test]
fn a_file_that_changes_on_disk_does_too() {
    let (desk, mut client, module, policy) = client(&["inlayHint", "semanticTokens", "diagnostic"]);
    open(&mut client, &policy, POLICY);
    let pull = json!({ "textDocument": { "uri": policy } });
    client.ask("textDocument/diagnostic", pull);
    desk.write("common.rollout", MODULE.replace("limit", "most"));
    let changed = json!({ "changes": [{ "uri": module, "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", changed);
    // No lenses: this editor never said that it can be asked for them.
    let shown = [
        "workspace/diagnostic/refresh",
        "workspace/inlayHint/refresh",
        "workspace/semanticTokens/refresh",
    ];
    asked(&mut client, &policy, &shown);
    client.end();
}

#[test]
fn settings_change_what_is_shown() {
    let (_desk, mut client, _, policy) = client(&["inlayHint", "codeLens"]);
    open(&mut client, &policy, POLICY);
    asked(&mut client, &policy, &[]);
    let told = json!({ "settings": { "rolloutc": { "hints": false } } });
    client.tell("workspace/didChangeConfiguration", told);
    let shown = ["workspace/codeLens/refresh", "workspace/inlayHint/refresh"];
    asked(&mut client, &policy, &shown);
    client.end();
}

#[test]
fn an_editor_that_cannot_be_asked_is_not() {
    let (desk, mut client, module, policy) = client(&[]);
    open(&mut client, &policy, POLICY);
    open(&mut client, &module, MODULE);
    tell(&mut client, &module, 2, &MODULE.replace("300", "200"));
    desk.write("common.rollout", MODULE);
    let changed = json!({ "changes": [{ "uri": module, "type": 2 }] });
    client.tell("workspace/didChangeWatchedFiles", changed);
    asked(&mut client, &policy, &[]);
    client.end();
}
