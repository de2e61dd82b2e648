//! Completion, signatures and formatting.

use serde_json::{Value, json};

use super::{Client, URI, bare, edited, shop};

#[test]
fn completion_offers_snippets_and_resolves_names() {
    let mut client = Client::able();
    let text = shop().replacen("  soak    10m\n", "  so$0\n", 1);
    client.open(URI, &bare(&text));
    let list = client.ask_at("textDocument/completion", URI, &text);
    let items = list["result"]["items"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let soak = items
        .iter()
        .find(|item| item["label"] == "soak")
        .expect("soak");
    assert_eq!(soak["textEdit"]["newText"], "soak ${1:30m}");
    assert_eq!(soak["insertTextFormat"], 2);
    assert!(soak["documentation"]["value"].is_string());
    let text = shop().replacen("when not correct", "when not $0", 1);
    let change = json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [{ "text": bare(&text) }] });
    client.tell("textDocument/didChange", change);
    let list = client.ask_at("textDocument/completion", URI, &text);
    let items = list["result"]["items"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let correct = items
        .iter()
        .find(|item| item["label"] == "correct")
        .expect("a gate");
    let full = client.ask("completionItem/resolve", correct.clone());
    let doc = full["result"]["documentation"]["value"]
        .as_str()
        .unwrap_or_default();
    assert!(doc.contains("Orders go through"), "{full}");
    client.end();
}

#[test]
fn one_that_takes_no_snippets_gets_none() {
    let (mut client, _) = Client::start(json!(["utf-8"]));
    let text = format!("{}\nga$0", shop());
    client.open(URI, &bare(&text));
    let list = client.ask_at("textDocument/completion", URI, &text);
    let items = list["result"]["items"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    assert!(items.iter().any(|item| item["label"] == "gate"));
    let with_stops = |item: &Value| {
        item["textEdit"]["newText"]
            .as_str()
            .is_some_and(|text| text.contains('$'))
    };
    assert!(!items.iter().any(with_stops));
    client.end();
}

#[test]
fn calls_are_helped() {
    let mut client = Client::able();
    let text = format!("{}\nlet worst = max(1m, $0\n", shop());
    client.open(URI, &bare(&text));
    let help = client.ask_at("textDocument/signatureHelp", URI, &text);
    assert_eq!(help["result"]["signatures"][0]["label"], "max(a, b)");
    assert_eq!(help["result"]["activeParameter"], 1);
    client.end();
}

#[test]
fn text_is_put_into_the_one_style() {
    let mut client = Client::able();
    let text = shop();
    let loose =
        text.replacen("  soak    10m", "  soak 10m", 1)
            .replacen("  fresh   5m", "  fresh 5m", 1);
    client.open(URI, &loose);
    let options = json!({ "tabSize": 2, "insertSpaces": true });
    let ask = json!({ "textDocument": { "uri": URI }, "options": options });
    let edits = client.ask("textDocument/formatting", ask.clone());
    assert_eq!(edited(&loose, &edits["result"]), text);
    let mut range = ask.clone();
    let line = loose
        .lines()
        .position(|line| line.contains("soak"))
        .expect("soak");
    range["range"] = json!({ "start": { "line": line, "character": 0 }, "end": { "line": line, "character": 1 } });
    let edits = client.ask("textDocument/rangeFormatting", range);
    assert_eq!(
        edited(&loose, &edits["result"]),
        text.replacen("  fresh   5m", "  fresh 5m", 1)
    );
    let mut typed = ask.clone();
    let close = loose
        .lines()
        .skip(line)
        .position(|line| line == "}")
        .expect("a brace")
        + line;
    typed["position"] = json!({ "line": close, "character": 1 });
    typed["ch"] = json!("}");
    let edits = client.ask("textDocument/onTypeFormatting", typed);
    assert_eq!(
        edited(&loose, &edits["result"]),
        text.replacen("  fresh   5m", "  fresh 5m", 1)
    );
    client.end();
}

#[test]
fn a_new_line_in_braces_is_indented() {
    let mut client = Client::able();
    let text = "edition 2026\n\ngate g {\n\n}\n";
    client.open(URI, text);
    let typed = json!({ "textDocument": { "uri": URI }, "position": { "line": 3, "character": 0 }, "ch": "\n",
        "options": { "tabSize": 2, "insertSpaces": true } });
    let edits = client.ask("textDocument/onTypeFormatting", typed);
    assert_eq!(
        edited(text, &edits["result"]),
        "edition 2026\n\ngate g {\n  \n}\n"
    );
    client.end();
}
