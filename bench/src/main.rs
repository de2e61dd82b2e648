//! How long one decision takes from the text of its evidence, beside the same decision written by hand over typed
//! structs, and how fast a large policy compiles. Prints medians; run it in release on a quiet machine.

use std::hint::black_box;
use std::time::Instant as Clock;

use rolloutc_compiler::analysis::{Workspace, analyse};
use rolloutc_runtime::ir::Program;

mod by_hand;
mod work;

fn main() {
    if std::env::args().nth(1).as_deref() == Some("compile") {
        let mut workspace = Workspace::new();
        workspace.insert("big.rollout", work::policy(1_000));
        black_box(analyse(&workspace, "big.rollout"));
        return;
    }
    let document = work::document();
    println!("evidence document: {} bytes", document.len());
    let program = compile("decision.rollout", include_str!("../decision.rollout"));

    if std::env::args().nth(1).as_deref() == Some("step") {
        work::steps(&program, &document, 1_000);
        return;
    }
    let hand = median(&mut || {
        black_box(by_hand::decide(
            black_box(document.as_bytes()),
            "2026-03-03T12:00:00Z",
        ));
    });
    println!("typed Rust by hand, JSON in:     {:8.2} µs", hand);
    work::measure(&program, &document, hand, median);

    for declarations in [1_000, 10_000] {
        let text = work::policy(declarations);
        let micros = median(&mut || {
            let mut workspace = Workspace::new();
            workspace.insert("big.rollout", text.clone());
            black_box(analyse(&workspace, "big.rollout"));
        });
        println!(
            "compile {declarations:6} declarations: {:8.1} ms, {:6.1} MB/s",
            micros / 1e3,
            text.len() as f64 / micros
        );
    }
}

/// The program of a policy that must compile.
fn compile(name: &str, text: &str) -> Program {
    let mut workspace = Workspace::new();
    workspace.insert(name, text.to_owned());
    let analysis = analyse(&workspace, name);
    for finding in &analysis.diagnostics {
        eprintln!("{}: {}", finding.code, finding.message);
    }
    analysis
        .program
        .unwrap_or_else(|| panic!("{name} does not compile"))
}

/// The median of a second's worth of calls, in microseconds, at least eleven of them.
fn median(call: &mut dyn FnMut()) -> f64 {
    call();
    let mut times = Vec::new();
    let begun = Clock::now();
    while times.len() < 11 || (begun.elapsed().as_secs() < 1 && times.len() < 200_000) {
        let at = Clock::now();
        call();
        times.push(at.elapsed().as_nanos() as f64 / 1e3);
    }
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
