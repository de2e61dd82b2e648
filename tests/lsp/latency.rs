//! How long a keystroke takes to become diagnostics: a client types into policies of 1 000 and 10 000 lines.
//! `cargo test --release --test suite latency -- --ignored --nocapture`

use std::time::Instant;

use serde_json::json;

use super::{Client, URI};

/// A policy of so many lines, in the mix that real ones have.
fn policy(lines: usize) -> String {
    let mut text = String::from(
        "edition 2026\n\n/// A wide policy.\nrollout wide of build \"A wide policy\"\n\nowners ops\n",
    );
    let mut gates = Vec::new();
    let mut at = 0;
    while text.lines().count() < lines - 20 {
        text.push_str(&format!(
            "\n/// What service {at} shows.\nevidence slo_{at} {{\n  fresh   5m\n  p95:    duration in ms at p95_ms\n  errors: ratio\n}}\n\nthreshold latency_{at} = slo_{at}.p95 <= 600ms\n\ngate posture_{at} \"Service {at} is well\" {{\n  require latency_{at}\n  require slo_{at}.errors <= 1%   else \"errors {{slo_{at}.errors}}\"\n}}\n"
        ));
        gates.push(format!("posture_{at}"));
        at += 1;
    }
    text.push_str(&format!(
        "\nphase all final {{ enter {} }}\n",
        gates.join(",\n  ")
    ));
    text
}

fn measure(lines: usize) -> (usize, Vec<u128>) {
    let text = policy(lines);
    let (mut client, _) = Client::start(json!(["utf-8"]));
    let found = client.open(URI, &text);
    assert!(found.iter().all(|one| one["severity"] != 1), "{found:?}");
    let line = text.lines().count() / 2;
    let line = text
        .lines()
        .skip(line)
        .position(|line| line.contains("<= 600ms"))
        .expect("a line")
        + line;
    let column = text.lines().nth(line).expect("a line").len();
    let mut times = Vec::new();
    let mut version = 1;
    for round in 0..40 {
        let (from, to, with) = match round % 2 {
            0 => (column, column, " + 1ms"),
            _ => (column, column + 6, ""),
        };
        version += 1;
        let edit = json!({ "range": { "start": { "line": line, "character": from }, "end": { "line": line, "character": to } }, "text": with });
        let start = Instant::now();
        client.tell(
            "textDocument/didChange",
            json!({ "textDocument": { "uri": URI, "version": version }, "contentChanges": [edit] }),
        );
        client.findings(URI, version);
        times.push(start.elapsed().as_micros());
    }
    client.end();
    times.sort_unstable();
    (text.len(), times)
}

#[test]
#[ignore = "measures; run it with --release"]
fn latency_of_a_keystroke() {
    for lines in [1_000, 10_000] {
        let (bytes, times) = measure(lines);
        let (p50, p95) = (times[times.len() / 2], times[times.len() * 95 / 100]);
        println!("{lines} lines, {bytes} bytes: p50 {p50} us, p95 {p95} us");
    }
}
