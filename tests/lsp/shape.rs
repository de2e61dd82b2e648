//! Outline, folds, selections, colours, hints and links.

use serde_json::{Value, json};

use super::{Client, URI, shop};

#[test]
fn a_file_has_a_shape() {
    let mut client = Client::able();
    client.open(URI, &shop());
    let file = json!({ "textDocument": { "uri": URI } });
    let outline = client.ask("textDocument/documentSymbol", file.clone());
    assert_eq!(outline["result"][2]["name"], "slo");
    assert_eq!(outline["result"][2]["children"][0]["name"], "p95");
    let folds = client.ask("textDocument/foldingRange", file.clone());
    assert!(
        folds["result"]
            .as_array()
            .is_some_and(|folds| folds.len() > 5)
    );
    let links = client.ask("textDocument/documentLink", file.clone());
    assert_eq!(links["result"], json!([]));
    let mut at = file.clone();
    at["positions"] = json!([{ "line": 18, "character": 56 }]);
    let grown = client.ask("textDocument/selectionRange", at);
    assert!(grown["result"][0]["parent"]["parent"]["range"].is_object());
    let mut range = file.clone();
    range["range"] =
        json!({ "start": { "line": 22, "character": 0 }, "end": { "line": 40, "character": 0 } });
    let hints = client.ask("textDocument/inlayHint", range);
    let labels: Vec<&Value> = hints["result"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|hint| &hint["label"])
        .collect();
    assert!(
        labels.contains(&&json!("1 of 2")) && labels.contains(&&json!("20m at the earliest")),
        "{labels:?}"
    );
    client.end();
}

/// Tokens as they stand in the text: line, character, length, type.
fn absolute(data: &Value) -> Vec<[u64; 4]> {
    let numbers: Vec<u64> = data
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_u64)
        .collect();
    let (mut line, mut start) = (0, 0);
    let one = |five: &[u64]| {
        start = if five[0] > 0 {
            five[1]
        } else {
            start + five[1]
        };
        line += five[0];
        [line, start, five[2], five[3]]
    };
    numbers.chunks_exact(5).map(one).collect()
}

#[test]
fn colours_come_whole_in_part_and_as_a_difference() {
    let mut client = Client::able();
    let text = shop();
    client.open(URI, &text);
    let file = json!({ "textDocument": { "uri": URI } });
    let whole = client.ask("textDocument/semanticTokens/full", file.clone());
    let tokens = absolute(&whole["result"]["data"]);
    let lines: Vec<&str> = text.lines().collect();
    for [line, start, long, _] in &tokens {
        let line = lines[*line as usize];
        assert!((start + long) as usize <= line.len(), "{line}");
    }
    let mut part = file.clone();
    part["range"] =
        json!({ "start": { "line": 7, "character": 0 }, "end": { "line": 11, "character": 0 } });
    let part = client.ask("textDocument/semanticTokens/range", part);
    let inside = absolute(&part["result"]["data"]);
    assert!(!inside.is_empty() && inside.iter().all(|token| tokens.contains(token)));
    let at = json!({ "line": 18, "character": 71 });
    let edit = json!({ "range": { "start": at, "end": at }, "text": " + 1ms" });
    client.tell(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": URI, "version": 2 }, "contentChanges": [edit] }),
    );
    let mut known = file.clone();
    known["previousResultId"] = whole["result"]["resultId"].clone();
    let changed = client.ask("textDocument/semanticTokens/full/delta", known);
    let edit = &changed["result"]["edits"][0];
    let mut data: Vec<Value> = whole["result"]["data"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let start = edit["start"].as_u64().expect("a start") as usize;
    let count = edit["deleteCount"].as_u64().expect("a count") as usize;
    data.splice(
        start..start + count,
        edit["data"].as_array().cloned().unwrap_or_default(),
    );
    let again = client.ask("textDocument/semanticTokens/full", file);
    assert_eq!(json!(data), again["result"]["data"]);
    client.end();
}
