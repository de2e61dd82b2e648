//! `rolloutc lsp`: an editor's first and last words.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{ChildStdout, Command, Stdio};

/// The body of the next message.
fn hear(from: &mut BufReader<ChildStdout>) -> String {
    let mut length = 0;
    loop {
        let mut line = String::new();
        from.read_line(&mut line).expect("a header");
        match line.trim_end().strip_prefix("Content-Length: ") {
            Some(count) => length = count.parse().expect("a length"),
            None if line.trim_end().is_empty() => break,
            None => {}
        }
    }
    let mut body = vec![0; length];
    from.read_exact(&mut body).expect("a body");
    String::from_utf8(body).expect("UTF-8")
}

#[test]
fn an_editor_is_greeted_and_dismissed() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_rolloutc"))
        .arg("lsp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut to = server.stdin.take().expect("its input");
    let mut from = BufReader::new(server.stdout.take().expect("its output"));
    let mut say = |body: &str| {
        write!(to, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server listens");
    };
    say(r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#);
    assert!(hear(&mut from).contains("\"capabilities\""));
    say(r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#);
    say(r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#);
    while !hear(&mut from).contains("\"id\":2") {}
    say(r#"{"jsonrpc":"2.0","method":"exit"}"#);
    drop(to);
    assert_eq!(server.wait().expect("the server ends").code(), Some(0));
}
