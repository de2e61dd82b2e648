//! How long a keystroke takes to become diagnostics: a client types letter by letter into policies of 16 KB, 160 KB and
//! 10 000 lines, and into one that misspells every threshold.
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

/// How long each of some keystrokes in the middle of a policy takes, in microseconds, the shortest first.
fn measure(text: &str) -> Vec<u128> {
    let (mut client, _) = Client::start(json!(["utf-8"]));
    client.open(URI, text);
    let half = text.lines().count() / 2;
    let (line, found) = (text.lines().enumerate().skip(half))
        .find(|(_, line)| line.contains("<= 600ms"))
        .expect("a line");
    let typed: Vec<char> = " + 1ms".chars().collect();
    let forth = (typed.iter().enumerate()).map(|(at, letter)| (at, at, letter.to_string()));
    let back = (0..typed.len()).rev().map(|at| (at, at + 1, String::new()));
    let keys: Vec<(usize, usize, String)> = forth.chain(back).collect();
    let mut times = Vec::new();
    for (version, (from, to, with)) in (2..).zip(keys.iter().cycle().take(120)) {
        let place = |at: usize| json!({ "line": line, "character": found.len() + at });
        let edit = json!({ "range": { "start": place(*from), "end": place(*to) }, "text": with });
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
    times
}

#[test]
#[ignore = "measures; run it with --release"]
fn latency_of_a_keystroke() {
    let show = |what: &str, text: &str| {
        let times = measure(text);
        let (p50, p95) = (times[times.len() / 2], times[times.len() * 95 / 100]);
        let bytes = text.len();
        println!("{what}, {bytes} bytes: p50 {p50} us, p95 {p95} us");
    };
    for lines in [770, 7_400, 10_000] {
        show(&format!("{lines} lines"), &policy(lines));
    }
    let wrong = policy(10_000).replace("require latency_", "require latenc_");
    show("10000 lines, every threshold misspelled", &wrong);
}
