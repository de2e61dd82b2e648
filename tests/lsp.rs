//! The language server from outside: a client speaks the protocol over the pipes of the built binary.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// One client and its server.
struct Client {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Client {
    fn start(encodings: Value) -> (Client, Value) {
        let mut server = Command::new(env!("CARGO_BIN_EXE_rolloutc"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the built binary runs");
        let to = server.stdin.take().expect("a pipe");
        let from = BufReader::new(server.stdout.take().expect("a pipe"));
        let mut client = Client { server, to, from };
        let capabilities = json!({ "general": { "positionEncodings": encodings } });
        let answer = client.ask(1, "initialize", json!({ "capabilities": capabilities }));
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

    fn ask(&mut self, id: u32, method: &str, params: Value) -> Value {
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
        let answer = self.ask(99, "shutdown", Value::Null);
        assert_eq!(answer["error"], Value::Null);
        self.tell("exit", Value::Null);
        let Client {
            mut server,
            to,
            from,
        } = self;
        drop(to);
        assert!(server.wait().expect("the server ends").success());
        drop(from);
    }
}

/// Params that are nothing are left out, as the protocol wants it.
fn drop_null(message: &mut Value) {
    if let Some(members) = message.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
}

const URI: &str = "file:///policies/shop.rollout";
const TEXT: &str =
    "edition 2026\n\n/// Ships “it”.\nrollout shop\n\ngate quick \"é\" { require 1 == }\n";

#[test]
fn lsp_findings_follow_every_edit() {
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
    assert_eq!(client.findings(URI, 2), Vec::<Value>::new());
    client.tell(
        "textDocument/didClose",
        json!({ "textDocument": { "uri": URI } }),
    );
    client.end();
}

#[test]
fn lsp_positions_are_utf_16_unless_agreed_otherwise() {
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
fn lsp_keywords_explain_themselves() {
    let (mut client, answer) = Client::start(json!(["utf-16"]));
    assert_eq!(answer["result"]["capabilities"]["hoverProvider"], true);
    client.open(URI, TEXT);
    let at = |line: u32, character: u32| json!({ "textDocument": { "uri": URI }, "position": { "line": line, "character": character } });
    let shown = client.ask(2, "textDocument/hover", at(5, 19));
    let text = shown["result"]["contents"]["value"]
        .as_str()
        .unwrap_or_default();
    assert!(text.starts_with("**require**"), "{shown}");
    assert_eq!(
        client.ask(3, "textDocument/hover", at(5, 6))["result"],
        Value::Null
    );
    client.end();
}
