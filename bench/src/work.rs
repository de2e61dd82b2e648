//! What is measured: the document, the large policy, and the calls of the evaluator.

use std::hint::black_box;

use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::data::Store;
use rolloutc_runtime::evidence::{Content, Evidence, Observation, Reader};
use rolloutc_runtime::ir::{Format, Program};
use rolloutc_runtime::step::{Engine, Options, step};
use rolloutc_runtime::time::Instant;
use serde_json::json;

/// A document of a little over four kilobytes, all of it green.
pub fn document() -> String {
    let at = "2026-03-03T11:40:00Z";
    let rows = |count: usize, row: &dyn Fn(usize) -> serde_json::Value| {
        (0..count).map(row).collect::<Vec<_>>()
    };
    let approvals = ["runtime", "control", "ops", "release"]
        .map(|role| json!({ "role": role, "by": "ada", "at": at }));
    json!({
        "generated_at": at,
        "gates": rows(12, &|n| json!({ "id": format!("gate-{n:02}"), "status": "passed", "at": at, "blocking": n % 4 != 3 })),
        "slo": { "p95_latency_ms": 318.25, "error_budget_ratio": 0.0193 },
        "scenarios": rows(24, &|n| json!({ "id": format!("BC-{n:03}"), "outcome": "passed", "blocking": n % 3 != 2, "took_ms": 1200 + n })),
        "drills": rows(2, &|n| json!({ "id": format!("drill-{n}"), "status": "passed", "finished_at": "2026-02-20T08:00:00Z" })),
        "waivers": rows(2, &|n| json!({ "id": format!("W-{n}"), "covers": "BC-005", "expires": "2026-04-01T00:00:00Z", "approved_by": ["ada", "grace"] })),
        "approvals": approvals,
        "freezes": rows(5, &|n| json!({ "id": format!("freeze-{n}"), "from": format!("2026-0{}-01T00:00:00Z", n + 4), "until": format!("2026-0{}-03T00:00:00Z", n + 4) })),
    })
    .to_string()
}

/// A policy of so many declarations: evidence, thresholds and gates in equal parts.
pub fn policy(declarations: usize) -> String {
    let mut text = String::from("edition 2026\n\nrollout big \"A large policy\"\n\nowners ops\n\n");
    for n in 0..declarations / 3 {
        text += &format!(
            "/// Measures number {n}.\nevidence e{n} {{ fresh 24h   p95: duration in ms at p95_latency_ms or sync.p95   count: int }}\n\
             threshold t{n} = e{n}.p95 <= {}ms\n\
             gate g{n} \"Gate {n} holds\" {{\n  require t{n}\n  require e{n}.count >= {n}   else \"only {{e{n}.count}}\"\n}}\n",
            500 + n
        );
    }
    text
}

fn evidence(document: &str) -> Evidence {
    let content = Content::Bytes {
        bytes: document.as_bytes().into(),
        format: Some(Format::Json),
    };
    let observations = vec![Observation::new("doc", content)];
    Evidence {
        subject: None,
        observations,
        params: Vec::new(),
        notes: Vec::new(),
    }
}

/// Prints what a whole step costs, from the text to the decision.
pub fn measure(program: &Program, document: &str, hand: f64, median: fn(&mut dyn FnMut()) -> f64) {
    let as_of =
        Instant::parse("2026-03-03T12:00:00Z", false).unwrap_or_else(|_| panic!("an instant"));
    let evidence = evidence(document);
    let mut store = Store::default();
    let mut reader = Reader::new(program);
    let reading = median(&mut || {
        store.clear();
        black_box(reader.read(program, &evidence, &mut store));
    });
    println!(
        "its evidence read into slots:    {reading:8.2} µs   {:.2} × by hand",
        reading / hand
    );
    let digest = median(&mut || {
        black_box(Digest::of(black_box(document.as_bytes())));
    });
    println!(
        "its digest:                      {digest:8.2} µs   {:.2} GB/s",
        document.len() as f64 / 1e3 / digest
    );
    let options = Options::default();
    let mut engine = Engine::new(program);
    let reused = median(&mut || {
        black_box(engine.step(None, &evidence, as_of, &options)).ok();
    });
    println!(
        "a whole step on a made engine:   {reused:8.2} µs   {:.2} × by hand",
        reused / hand
    );
    let micros = median(&mut || {
        black_box(step(program, None, &evidence, as_of)).ok();
    });
    println!(
        "a whole step on its own:         {micros:8.2} µs   {:.2} × by hand",
        micros / hand
    );
}

/// So many steps on one engine, for a profiler.
pub fn steps(program: &Program, document: &str, count: usize) {
    let as_of =
        Instant::parse("2026-03-03T12:00:00Z", false).unwrap_or_else(|_| panic!("an instant"));
    let evidence = evidence(document);
    let options = Options::default();
    let mut engine = Engine::new(program);
    for _ in 0..count {
        black_box(engine.step(None, &evidence, as_of, &options)).ok();
    }
}
