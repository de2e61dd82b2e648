//! Whatever is announced is answered: every capability has a question here, and every question an answer.

use serde_json::{Value, json};

use super::{Client, URI, cursor, shop};

/// What to ask for a capability: methods with what they are asked beside the document.
fn questions(capability: &str) -> Option<Vec<(&'static str, Value)>> {
    let gate = shop().replacen("keep    quick", "keep    qu$0ick", 1);
    let at = json!({ "position": cursor(&gate) });
    let with = |more: Value| {
        let mut all = at.clone();
        if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
            all.extend(more);
        }
        all
    };
    let range =
        json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 60, "character": 0 } });
    let style = json!({ "tabSize": 2, "insertSpaces": true });
    Some(match capability {
        "positionEncoding" | "textDocumentSync" | "workspace" => Vec::new(),
        "hoverProvider" => vec![("textDocument/hover", at)],
        "definitionProvider" => vec![("textDocument/definition", at)],
        "declarationProvider" => vec![("textDocument/declaration", at)],
        "typeDefinitionProvider" => {
            let slo = shop().replacen("require slo.p95", "require s$0lo.p95", 1);
            vec![(
                "textDocument/typeDefinition",
                json!({ "position": cursor(&slo) }),
            )]
        }
        "referencesProvider" => vec![(
            "textDocument/references",
            with(json!({ "context": { "includeDeclaration": true } })),
        )],
        "documentHighlightProvider" => vec![("textDocument/documentHighlight", at)],
        "renameProvider" => vec![
            ("textDocument/prepareRename", at.clone()),
            ("textDocument/rename", with(json!({ "newName": "fast" }))),
        ],
        "documentSymbolProvider" => vec![("textDocument/documentSymbol", json!({}))],
        "workspaceSymbolProvider" => vec![("workspace/symbol", json!({ "query": "" }))],
        "foldingRangeProvider" => vec![("textDocument/foldingRange", json!({}))],
        "selectionRangeProvider" => {
            vec![(
                "textDocument/selectionRange",
                json!({ "positions": [cursor(&gate)] }),
            )]
        }
        "semanticTokensProvider" => vec![
            ("textDocument/semanticTokens/full", json!({})),
            (
                "textDocument/semanticTokens/full/delta",
                json!({ "previousResultId": "1" }),
            ),
            (
                "textDocument/semanticTokens/range",
                json!({ "range": range }),
            ),
        ],
        "inlayHintProvider" => vec![("textDocument/inlayHint", json!({ "range": range }))],
        "documentLinkProvider" => vec![("textDocument/documentLink", json!({}))],
        "diagnosticProvider" => vec![
            ("textDocument/diagnostic", json!({})),
            ("workspace/diagnostic", json!({ "previousResultIds": [] })),
        ],
        "completionProvider" => vec![
            ("textDocument/completion", at),
            ("completionItem/resolve", json!({ "label": "quick" })),
        ],
        "signatureHelpProvider" => {
            let call = shop().replacen("command(\"scripts", "command($0\"scripts", 1);
            vec![(
                "textDocument/signatureHelp",
                json!({ "position": cursor(&call) }),
            )]
        }
        "documentFormattingProvider" => {
            vec![("textDocument/formatting", json!({ "options": style }))]
        }
        "documentRangeFormattingProvider" => vec![(
            "textDocument/rangeFormatting",
            json!({ "options": style, "range": range }),
        )],
        "documentOnTypeFormattingProvider" => vec![(
            "textDocument/onTypeFormatting",
            with(json!({ "options": style, "ch": "\n" })),
        )],
        "codeActionProvider" => vec![
            (
                "textDocument/codeAction",
                json!({ "range": range, "context": { "diagnostics": [] } }),
            ),
            ("codeAction/resolve", json!({ "title": "nothing" })),
        ],
        "codeLensProvider" => vec![("textDocument/codeLens", json!({}))],
        "executeCommandProvider" => vec![(
            "workspace/executeCommand",
            json!({ "command": "rolloutc.explain", "arguments": ["syntax"] }),
        )],
        _ => return None,
    })
}

#[test]
fn every_capability_is_answered() {
    let (mut client, answer) = Client::start_with(json!({
        "capabilities": { "general": { "positionEncodings": ["utf-8"] } },
    }));
    client.open(URI, &shop());
    let announced = answer["result"]["capabilities"]
        .as_object()
        .cloned()
        .expect("capabilities");
    assert!(announced.len() > 20, "{announced:?}");
    for name in announced.keys() {
        let asked =
            questions(name).unwrap_or_else(|| panic!("{name} is announced and never asked"));
        for (method, mut params) in asked {
            if !method.starts_with("workspace/") && !method.ends_with("/resolve") {
                params["textDocument"] = json!({ "uri": URI });
            }
            let answer = client.ask(method, params);
            assert_eq!(answer["error"], Value::Null, "{method}: {answer}");
            assert_ne!(answer["result"], Value::Null, "{method}: {answer}");
        }
    }
    let commands = announced["executeCommandProvider"]["commands"]
        .as_array()
        .expect("commands");
    assert_eq!(commands.len(), 5);
    client.end();
}
