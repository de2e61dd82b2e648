//! What the server offers at each kind of place, asked for as an editor asks: completion, hover, hints, actions, links, and
//! folders that come and go.

use serde_json::{Value, json};

use super::{Client, URI, bare, cursor, edited, shop};
use crate::cli::Desk;

fn with(from: &str, to: &str) -> String {
    let shop = shop();
    assert!(shop.contains(from), "{from}");
    shop.replacen(from, to, 1)
}

/// Puts another text into the open document.
fn put(client: &mut Client, version: &mut i32, text: &str) {
    *version += 1;
    let document = json!({ "uri": URI, "version": *version });
    let change = json!({ "textDocument": document, "contentChanges": [{ "text": bare(text) }] });
    client.tell("textDocument/didChange", change);
}

#[test]
fn completion_knows_its_place() {
    let mut client = Client::able();
    client.open(URI, &shop());
    let mut version = 1;
    let table = "edition 2026\n\nenum Word { good, bad }\n\nevidence e { fresh 1h  w: Word }\n\n";
    for (text, want, not) in [
        // Clause words, of this declaration and no other.
        (with("  soak    10m\n", "  $0\n"), "soak", "require"),
        (
            with("{ require slo.p95 <= 300ms }", "{ re$0 }"),
            "require",
            "soak",
        ),
        // Fields of this evidence.
        (with("slo.p95 <=", "slo.$0 <="), "p95", "passed"),
        // Members of the enum that is compared.
        (
            format!("{table}gate g {{ require e.w == $0 }}\n"),
            "bad",
            "good {",
        ),
        // Types and units.
        (with("duration in ms", "dur$0"), "duration", "ms"),
        (with("duration in ms", "duration in $0"), "ms", "duration"),
        (
            with("\"Europe/Berlin\"", "\"Europe/Be$0\""),
            "Europe/Berlin",
            "quick",
        ),
        (
            with("owners ops\n", "owners ops\n\nuse std.$0\n"),
            "drill",
            "quick",
        ),
        (
            with("keep    quick, correct", "keep    qu$0"),
            "quick",
            "slo",
        ),
        (
            with("in   canary, everyone", "in   $0"),
            "everyone",
            "quick",
        ),
        (
            with("then rollback to_old", "then rollback $0"),
            "to_old",
            "halt",
        ),
        // Half-typed text in the middle of what cannot be read.
        (
            with("when not correct", "when not corr$0 ("),
            "correct",
            "canary",
        ),
    ] {
        put(&mut client, &mut version, &text);
        let list = client.ask_at("textDocument/completion", URI, &text);
        let items = list["result"]["items"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let has = |label: &str| items.iter().any(|item| item["label"] == label);
        assert!(has(want), "{want} is not offered\n{text}\n{list}");
        assert!(!has(not), "{not} is offered\n{text}");
    }
    client.end();
}

#[test]
fn hover_says_what_stands_there() {
    let mut client = Client::able();
    client.open(URI, &shop());
    let mut version = 1;
    let param = with("<= 300ms", "<= m$0ost").replacen(
        "owners ops",
        "owners ops\n\nparam most: duration = 300ms   min 1ms   max 1s",
        1,
    );
    for (text, parts) in [
        // Type, unit, place in the data, how long it stands.
        (
            with("require slo.p95", "require slo.p$095"),
            &["p95: duration in ms at p95_ms", "fresh 5m"][..],
        ),
        // What unknown does here.
        (
            with("require slo.errors", "require slo.err$0ors"),
            &["Unknown here: the gate is unknown", "halted"],
        ),
        // The value that counts.
        (param, &["300ms"]),
        // Documentation.
        (
            with("keep    quick", "keep    qu$0ick"),
            &["The shop answers in time"],
        ),
        // The next three times of a freeze.
        (
            with("freeze weekend", "freeze week$0end"),
            &["Europe/Berlin"],
        ),
    ] {
        put(&mut client, &mut version, &text);
        let shown = client.ask_at("textDocument/hover", URI, &text);
        let said = shown["result"]["contents"]["value"]
            .as_str()
            .unwrap_or_default();
        for part in parts {
            assert!(said.contains(part), "{part}\n--- not in\n{said}");
        }
        if text.contains("week$0end") {
            let times = said.lines().filter(|line| line.contains(" 16:00")).count();
            assert!(times >= 3, "{said}");
        }
    }
    client.end();
}

#[test]
fn hints_stand_where_something_is_worked_out() {
    let mut client = Client::able();
    let text = "edition 2026\n\nlet first = 2026-02-27T00:00+08:00\n\nlet names = [\"a\", \"b\"]\n\ngate g {\n  each    n in names\n  let long = 2 * 30s\n  require n != \"c\" and long < 2m\n}\n";
    client.open(URI, text);
    let hints = |client: &mut Client, lines: [u32; 2]| -> Vec<String> {
        let range = json!({ "start": { "line": lines[0], "character": 0 }, "end": { "line": lines[1], "character": 0 } });
        let ask = json!({ "textDocument": { "uri": URI }, "range": range });
        let all = client.ask("textDocument/inlayHint", ask);
        let all = all["result"].as_array().cloned().unwrap_or_default();
        all.iter()
            .map(|hint| hint["label"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let all = hints(&mut client, [0, 11]);
    for part in [
        "= Thu 2026-02-26 16:00Z",
        "2 instances",
        ": duration",
        ": list text",
    ] {
        assert!(all.iter().any(|hint| hint == part), "{part} not in {all:?}");
    }
    assert_eq!(hints(&mut client, [7, 8]), ["2 instances"]);
    let told = json!({ "settings": { "hints": false } });
    client.tell("workspace/didChangeConfiguration", told);
    assert_eq!(hints(&mut client, [0, 11]), Vec::<String>::new());
    client.end();
}

#[test]
fn actions_rewrite_what_stands_there() {
    let mut client = Client::able();
    client.open(URI, &shop());
    let mut version = 1;
    let arms = "edition 2026\n\nenum Word { good, bad, odd }\n\nfn fine(w: Word) = ma$0tch w {\n  good => true\n}\n";
    for (text, title, kind, parts) in [
        (
            format!("{}\nlet one$0 = 1\n", shop()),
            "Allow `unused-declaration` here, with a reason",
            "quickfix",
            &["// allow unused-declaration: say why\nlet one"][..],
        ),
        (
            arms.to_owned(),
            "Add the missing arms",
            "quickfix",
            &["bad => false", "odd => false"],
        ),
        (
            with("require slo.p95 <= 300ms", "require slo.p9$05 <= 300ms"),
            "Extract a threshold",
            "refactor.extract",
            &["threshold p95_limit = slo.p95 <= 300ms"],
        ),
        (
            with("when not correct", "when $0slo.errors > 5%"),
            "Extract a gate",
            "refactor.extract",
            &["gate extracted"],
        ),
    ] {
        put(&mut client, &mut version, &text);
        let start = cursor(&text);
        let mut end = start.clone();
        if title == "Extract a gate" {
            end["character"] = json!(start["character"].as_u64().expect("a number") + 15);
        }
        let ask = json!({ "textDocument": { "uri": URI }, "range": { "start": start, "end": end },
            "context": { "diagnostics": [] } });
        let all = client.ask("textDocument/codeAction", ask);
        let all = all["result"].as_array().cloned().unwrap_or_default();
        let titles: Vec<&Value> = all.iter().map(|one| &one["title"]).collect();
        let starts = |one: &&Value| {
            let own = one["title"].as_str().unwrap_or_default();
            own.starts_with(title)
        };
        let action = all
            .iter()
            .find(starts)
            .unwrap_or_else(|| panic!("{title} in {titles:?}"));
        assert_eq!(action["kind"], kind);
        let done = edited(&bare(&text), &action["edit"]["changes"][URI]);
        for part in parts {
            assert!(done.contains(part), "{part}\n--- not in\n{done}");
        }
        put(&mut client, &mut version, &done);
        let found = client.findings(URI, version);
        assert!(
            found.iter().all(|one| one["severity"] != 1),
            "{title}: {found:?}\n{done}"
        );
    }
    client.end();
}

#[test]
fn paths_are_links() {
    let desk = Desk::new();
    desk.write("common.rollout", "edition 2026\n\nlet one = 1\n");
    let text = "edition 2026\n\nuse std.slo\nuse \"./common.rollout\" as common\n\nevidence f from \"f.json\" { fresh 1h  a: int }\n";
    desk.write("p.rollout", text);
    let folder = format!("file://{}", desk.path().display());
    let (mut client, _) = Client::start_with(json!({
        "capabilities": { "general": { "positionEncodings": ["utf-8"] } },
        "initializationOptions": { "texts": true },
    }));
    let uri = format!("{folder}/p.rollout");
    client.open(&uri, text);
    let ask = json!({ "textDocument": { "uri": uri } });
    let links = client.ask("textDocument/documentLink", ask);
    let links = links["result"].as_array().cloned().unwrap_or_default();
    let targets: Vec<String> = links
        .iter()
        .map(|one| one["target"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        targets,
        [
            "rolloutc:/std/slo.rollout".to_owned(),
            format!("{folder}/common.rollout"),
            format!("{folder}/f.json"),
        ]
    );
    client.end();
}

/// A workspace of two folders, of which one goes and another comes.
#[test]
fn folders_come_and_go() {
    let desks = [Desk::new(), Desk::new(), Desk::new()];
    let mut folders = Vec::new();
    for (desk, name) in desks.iter().zip(["anna", "berta", "clara"]) {
        desk.write("p.rollout", format!("edition 2026\n\nlet {name} = 1\n"));
        let uri = format!("file://{}", desk.path().display());
        folders.push(json!({ "uri": uri, "name": name }));
    }
    let (mut client, _) = Client::start_with(json!({
        "capabilities": { "workspace": { "workspaceFolders": true } },
        "workspaceFolders": [folders[0], folders[1]],
    }));
    let known = |client: &mut Client| -> Vec<Value> {
        let all = client.ask("workspace/symbol", json!({ "query": "a" }));
        let all = all["result"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<Value> = all.iter().map(|one| one["name"].clone()).collect();
        names.sort_by_key(ToString::to_string);
        names
    };
    assert_eq!(known(&mut client), ["anna", "berta"]);
    let event = json!({ "added": [folders[2]], "removed": [folders[0]] });
    client.tell(
        "workspace/didChangeWorkspaceFolders",
        json!({ "event": event }),
    );
    assert_eq!(known(&mut client), ["berta", "clara"]);
    client.end();
}
