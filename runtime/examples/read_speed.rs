//! How fast evidence is read, beside serde_json into typed structs: `cargo run --release -p rolloutc-runtime --example read_speed`.
#![allow(missing_docs)]

use rolloutc_runtime::data::Store;
use rolloutc_runtime::evidence::{Content, Evidence, Observation, Reader};
use rolloutc_runtime::ir::{
    Enum, Field, Format, Item, Member, Observed, OriginId, Program, Read, Record, Source,
};
use rolloutc_runtime::ty::{EnumId, RecordId, Shape, Ty};
use rolloutc_runtime::unit::Unit;
use serde::Deserialize;
use std::hint::black_box;
use std::time::Instant;

fn field(name: &str, ty: Ty, path: &str, unit: Option<Unit>) -> Field {
    let path = path.split('.').map(str::to_owned).collect();
    Field {
        name: name.to_owned(),
        ty,
        read: Some(Read {
            paths: vec![path],
            unit,
            ..Read::default()
        }),
    }
}

fn rows(record: u32) -> Ty {
    Ty::Rows {
        record: RecordId(record),
        shape: Shape::Table { key: 0 },
    }
}

fn program(records: Vec<Vec<Field>>) -> Program {
    let member = |name: &str| Member {
        name: name.to_owned(),
        spellings: vec![name.to_owned()],
        as_unknown: false,
    };
    Program {
        enums: vec![Enum {
            name: "Status".to_owned(),
            any_case: false,
            members: ["passed", "failed", "skipped"].map(member).to_vec(),
        }],
        records: records
            .into_iter()
            .map(|fields| Record {
                name: "R".to_owned(),
                closed: false,
                fields,
            })
            .collect(),
        evidence: vec![Item {
            name: "x".to_owned(),
            ty: Ty::Record(RecordId(0)),
            source: Source::Given,
            format: Some(Format::Json),
            at: Vec::new(),
            observed: Observed::At {
                paths: vec![vec!["generated_at".to_owned()]],
                pattern: None,
                assume_utc: false,
            },
            fresh: None,
            soft: None,
            since: None,
            about: Vec::new(),
            may_be_empty: false,
            implied: false,
            at_origin: OriginId(0),
        }],
        ..Program::empty("speed")
    }
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Report<'a> {
    generated_at: &'a str,
    p95: f64,
    budget: f64,
    #[serde(borrow)]
    gates: Vec<Gate<'a>>,
    #[serde(borrow)]
    scenarios: Vec<Scenario<'a>>,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Gate<'a> {
    id: String,
    status: &'a str,
    checked_at: &'a str,
    took: u64,
}

#[derive(Deserialize)]
#[allow(dead_code)]
struct Scenario<'a> {
    id: String,
    outcome: &'a str,
    blocking: bool,
    diagnostics: Vec<String>,
}

fn report(gates: usize, scenarios: usize) -> String {
    let gate = |at: usize| {
        format!(
            r#"{{"id":"gate-{at:05}","status":"passed","checked_at":"2026-02-25T11:{:02}:18Z","took":{}}}"#,
            at % 60,
            at * 17 % 5000
        )
    };
    let scenario = |at: usize| {
        format!(
            r#"{{"id":"BC-{at:06}","outcome":"passed","blocking":{},"diagnostics":["D{at}","none"]}}"#,
            at.is_multiple_of(2)
        )
    };
    let list = |items: Vec<String>| items.join(",");
    format!(
        r#"{{"generated_at":"2026-02-25T11:59:18Z","p95":612.5,"budget":0.0193,"note":"an unread member","gates":[{}],"scenarios":[{}]}}"#,
        list((0..gates).map(gate).collect()),
        list((0..scenarios).map(scenario).collect())
    )
}

fn measure(name: &str, size: usize, rounds: usize, mut run: impl FnMut()) {
    let mut best = f64::MAX;
    for _ in 0..7 {
        let start = Instant::now();
        for _ in 0..rounds {
            run();
        }
        best = best.min(start.elapsed().as_secs_f64() / rounds as f64);
    }
    println!(
        "{name:<34} {:>10.2} us {:>8.0} MB/s",
        best * 1e6,
        size as f64 / best / 1e6
    );
}

fn main() {
    let program = program(vec![
        vec![
            field("p95", Ty::Duration, "p95", Some(Unit::Milliseconds)),
            field("budget", Ty::Ratio, "budget", None),
            field("gates", rows(1), "gates", None),
            field("scenarios", rows(2), "scenarios", None),
        ],
        vec![
            field("id", Ty::Text, "id", None),
            field("status", Ty::Enum(EnumId(0)), "status", None),
            field("checked_at", Ty::Instant, "checked_at", None),
            field("took", Ty::Duration, "took", Some(Unit::Milliseconds)),
        ],
        vec![
            field("id", Ty::Text, "id", None),
            field("outcome", Ty::Enum(EnumId(0)), "outcome", None),
            field("blocking", Ty::Bool, "blocking", None),
            field(
                "diagnostics",
                Ty::List(Box::new(Ty::Text)),
                "diagnostics",
                None,
            ),
        ],
    ]);
    for (gates, scenarios, rounds) in [(12, 40, 20_000), (0, 100_000, 5)] {
        let document = report(gates, scenarios);
        let size = document.len();
        println!("{gates} gates, {scenarios} scenarios, {size} bytes");
        let mut reader = Reader::new(&program);
        let mut store = Store::default();
        let content = Content::Bytes {
            bytes: document.as_bytes().into(),
            format: None,
        };
        let evidence = Evidence {
            observations: vec![Observation::new("x", content)],
            ..Evidence::default()
        };
        measure("slots", size, rounds, || {
            store.clear();
            black_box(reader.read(&program, &evidence, &mut store));
            assert!(store.faults.is_empty(), "{:?}", store.faults);
        });
        measure("serde_json, typed", size, rounds, || {
            black_box(serde_json::from_str::<Report<'_>>(&document).ok());
        });
        measure("serde_json, Value", size, rounds / 4 + 1, || {
            black_box(serde_json::from_str::<serde_json::Value>(&document).ok());
        });
    }
}
