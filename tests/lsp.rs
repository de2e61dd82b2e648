//! The language server from outside: a client speaks the protocol over the pipes of the built binary.

mod act;
mod announced;
mod latency;
mod life;
mod names;
mod offers;
mod pull;
mod refresh;
mod shape;
mod write;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// One client and its server.
struct Client {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    asked: u32,
}

impl Client {
    /// One that counts in UTF-8 and can do what editors can.
    fn able() -> Client {
        Client::start_with(json!({ "capabilities": {
            "general": { "positionEncodings": ["utf-8"] },
            "textDocument": {
                "definition": { "linkSupport": false },
                "documentSymbol": { "hierarchicalDocumentSymbolSupport": true },
                "completion": { "completionItem": { "snippetSupport": true } },
            },
            "workspace": { "workspaceEdit": { "documentChanges": false } },
        } }))
        .0
    }

    fn start(encodings: Value) -> (Client, Value) {
        let capabilities = json!({ "general": { "positionEncodings": encodings } });
        Client::start_with(json!({ "capabilities": capabilities }))
    }

    fn start_with(params: Value) -> (Client, Value) {
        let mut server = Command::new(env!("CARGO_BIN_EXE_rolloutc"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the built binary runs");
        let to = server.stdin.take().expect("a pipe");
        let from = BufReader::new(server.stdout.take().expect("a pipe"));
        let mut client = Client {
            server,
            to,
            from,
            asked: 0,
        };
        let answer = client.ask("initialize", params);
        client.tell("initialized", json!({}));
        (client, answer)
    }

    fn send(&mut self, message: &Value) {
        let body = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{body}", body.len())
            .expect("the server listens");
        self.to.flush().expect("the server listens");
    }

    fn tell(&mut self, method: &str, params: Value) {
        let mut message = json!({ "jsonrpc": "2.0", "method": method, "params": params });
        drop_null(&mut message);
        self.send(&message);
    }

    /// Asks, and waits for the answer.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let mut message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        drop_null(&mut message);
        self.send(&message);
        self.wait(|message| message["id"] == id)
    }

    /// The next message that fits.
    fn wait(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.message();
            if fits(&message) {
                return message;
            }
        }
    }

    fn message(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert_ne!(
                self.from.read_line(&mut line).expect("the server speaks"),
                0,
                "the server hung up"
            );
            match line.trim().split_once(": ") {
                Some(("Content-Length", count)) => length = count.parse().expect("a length"),
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.from.read_exact(&mut body).expect("a whole message");
        serde_json::from_slice(&body).expect("JSON")
    }

    fn findings(&mut self, uri: &str, version: i32) -> Vec<Value> {
        let message = self.wait(|message| {
            message["method"] == "textDocument/publishDiagnostics"
                && message["params"]["uri"] == uri
                && message["params"]["version"] == version
        });
        message["params"]["diagnostics"]
            .as_array()
            .expect("a list")
            .clone()
    }

    fn open(&mut self, uri: &str, text: &str) -> Vec<Value> {
        let document = json!({ "uri": uri, "languageId": "rollout", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
        self.findings(uri, 1)
    }

    fn end(mut self) {
        let answer = self.ask("shutdown", Value::Null);
        assert_eq!(answer["error"], Value::Null);
        self.tell("exit", Value::Null);
        // The pipe stays open: the server ends all the same.
        assert!(self.server.wait().expect("the server ends").success());
    }

    /// Asks about the cursor `$0` of an open text.
    fn ask_at(&mut self, method: &str, uri: &str, text: &str) -> Value {
        let at = json!({ "textDocument": { "uri": uri }, "position": cursor(text) });
        self.ask(method, at)
    }
}

/// Params that are nothing are left out, as the protocol wants it.
fn drop_null(message: &mut Value) {
    if let Some(members) = message.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
}

/// The position of the `$0` in a text, in bytes.
fn cursor(text: &str) -> Value {
    let before = &text[..text.find("$0").expect("a cursor")];
    let line = before.matches('\n').count();
    let character = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    json!({ "line": line, "character": character })
}

/// A text without its cursor.
fn bare(text: &str) -> String {
    text.replacen("$0", "", 1)
}

/// A small policy.
fn shop() -> String {
    include_str!("lsp/shop.rollout").to_owned()
}

/// The text after edits of the protocol, counted in bytes.
fn edited(text: &str, edits: &Value) -> String {
    let at = |place: &Value| {
        let line = place["line"].as_u64().expect("a line") as usize;
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        start + place["character"].as_u64().expect("a character") as usize
    };
    let mut all: Vec<(usize, usize, &str)> = edits
        .as_array()
        .into_iter()
        .flatten()
        .map(|edit| {
            let with = edit["newText"].as_str().expect("a text");
            (at(&edit["range"]["start"]), at(&edit["range"]["end"]), with)
        })
        .collect();
    all.sort();
    let mut out = text.to_owned();
    for (start, end, with) in all.into_iter().rev() {
        out.replace_range(start..end, with);
    }
    out
}

const URI: &str = "file:///policies/shop.rollout";
const TEXT: &str =
    "edition 2026\n\n/// Ships “it”.\nrollout shop\n\ngate quick \"é\" { require 1 == }\n";
