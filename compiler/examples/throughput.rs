//! How fast policies are read: megabytes of text to tree in a second, for 1 000 and 10 000 declarations.
//! `cargo run --release -p rolloutc-compiler --example throughput`

use std::time::Instant;

use rolloutc_compiler::source::FileId;
use rolloutc_compiler::syntax::parse;

fn main() {
    for count in [1_000, 10_000] {
        let text = policy(count);
        let (mut best, began) = (f64::MAX, Instant::now());
        for _ in 0..15 {
            let start = spent(began);
            let parsed = parse(FileId(0), &text);
            best = best.min(spent(began) - start);
            assert!(parsed.problems.is_empty(), "{:?}", parsed.problems.first());
            assert!(
                parsed.file.decls.len() >= count,
                "{}",
                parsed.file.decls.len()
            );
        }
        let bytes = u32::try_from(text.len()).map_or(0.0, f64::from);
        println!(
            "{count} declarations, {bytes} bytes: {:.1} MB/s",
            bytes / best / 1e6
        );
    }
}

/// Seconds of this thread's own work where the system counts them, of the clock elsewhere.
fn spent(began: Instant) -> f64 {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = counted.and_then(|line| line.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| began.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// A policy of that many declarations, in the mix that real ones have.
fn policy(count: usize) -> String {
    let mut text = String::from(
        "edition 2026\n\nrollout wide of build \"A wide policy\"\n\nowners core, ops\n\n",
    );
    for i in 0..count / 5 {
        text.push_str(&format!(
            r#"/// What service {i} shows of itself.
evidence slo_{i} from http("{{base}}/v1/slo/{i}", bearer: token) {{
  fresh 5m warn until 15m
  since cohort
  p95:     duration in ms at p95_latency_ms or sync.p95_latency_ms
  budget:  ratio          at error_budget_ratio
  errors:  int = 0        at counters.errors        // never negative
}}
threshold latency_{i} = slo_{i}.p95 <= 600ms warn 500ms with at least 20 samples

gate posture_{i} hard "Service {i} keeps its promises" {{
  require latency_{i} and slo_{i}.budget <= 2.0%      else "p95 is {{slo_{i}.p95 in ms}}"
  forbid  any r in lanes_{i} where r.state == failed : r.took > 20m
  require all r in lanes_{i} : r.state in [passed, skipped]   else "{{r.id}} says {{r.state}}"
}}
let share_{i} = (slo_{i}.errors + 3) * 100 / max(slo_{i}.total, 1)

phase serve_{i} "Serve cohort {i}" {{
  enter   posture_{i}, baseline
  cohorts 1%, 5%, 10%, 25%, 50%, 100%
  soak    30m
  keep    posture_{i}
}}
"#
        ));
    }
    text
}
