//! How long gates take over evidence that is decoded already, and with its decoding.
//!
//! `cargo run --release -p rolloutc-runtime --example eval_speed -- PROGRAM.json ITEM=FILE…` with a compiled program; every
//! item counts as present and fresh.

use std::time::Instant as Clock;

use rolloutc_runtime::data::Store;
use rolloutc_runtime::eval::{Context, Inputs, Nobody, Place, Plan, Scratch};
use rolloutc_runtime::evidence::{self, Content, Evidence, Observation, Reader, Readings};
use rolloutc_runtime::ir::{Const, GateId, ItemId, Program};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::view::{ItemView, View};

fn main() {
    let mut args = std::env::args().skip(1);
    let path = args.next().expect("the path of a compiled program");
    let bytes = std::fs::read(path).expect("the program can be read");
    let program = Program::from_json(&bytes).expect("the program fits");
    let now = Instant::parse("2026-02-12T12:00:00Z", false).expect("an instant");
    let mut given = Evidence::default();
    for arg in args {
        let (item, file) = arg.split_once('=').expect("ITEM=FILE");
        let bytes = std::fs::read(file).expect("the evidence can be read");
        let content = Content::Bytes {
            bytes: bytes.into(),
            format: evidence::format_of(file),
        };
        let mut observation = Observation::new(item, content);
        observation.observed_at = Some(now);
        given.observations.push(observation);
    }
    let plan = Plan::new(&program);
    let place = Place::at(now);
    let params: Vec<Const> = program
        .params
        .iter()
        .map(|param| param.default.clone().unwrap_or(Const::Null))
        .collect();

    let mut reader = Reader::new(&program);
    let mut store = Store::default();
    let readings = reader.read(&program, &given, &mut store);
    let view = view(&program, &readings);
    let judge = |store: &Store, view: &View| {
        let scratch = Scratch::new();
        let mut ctx = Context::new(Inputs {
            program: &program,
            plan: &plan,
            store,
            view,
            place: &place,
            params: &params,
            people: &Nobody,
            scratch: &scratch,
        });
        (0..program.gates.len() as u32)
            .filter(|&gate| ctx.gate(GateId(gate)).verdict.is_satisfied())
            .count()
    };
    let passed = judge(&store, &view);
    println!("{passed} of {} gates pass", program.gates.len());
    time("decoded", || judge(&store, &view));
    time("with decoding", || {
        store.clear();
        let readings = reader.read(&program, &given, &mut store);
        let view = self::view(&program, &readings);
        judge(&store, &view)
    });
}

/// Everything present.
fn view(program: &Program, readings: &Readings) -> View {
    let newest = |item| readings.of(ItemId(item)).last();
    let items = (0..program.evidence.len() as u32).map(|item| match newest(item) {
        Some(reading) => ItemView::present(reading.root, reading.observed_at),
        None => ItemView::default(),
    });
    View {
        moves: true,
        items: items.collect(),
    }
}

/// The shortest of many runs.
fn time(what: &str, mut run: impl FnMut() -> usize) {
    let mut best = f64::MAX;
    for _ in 0..200 {
        let start = Clock::now();
        for _ in 0..100 {
            std::hint::black_box(run());
        }
        best = best.min(start.elapsed().as_nanos() as f64 / 100.0);
    }
    println!("{what}: {best:.0} ns");
}
