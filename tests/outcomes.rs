//! One story per outcome of `examples/spacetime/production.rollout`, walked through the built binary and compared with
//! what lies in `examples/spacetime/outcomes`. `UPDATE_OUTCOMES=1` writes those files anew; read them before you commit.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// One call of `eval`: when, and what had been collected by then.
struct Step {
    at: &'static str,
    bundle: Value,
}

/// The figures of one sample.
#[derive(Clone, Copy)]
struct Figures {
    percent: u32,
    p95: u32,
}

const SUBJECT: &str = "4f2c";

fn instant(text: &str) -> Timestamp {
    text.parse()
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn minutes(from: &str, count: i64) -> String {
    (instant(from) + SignedDuration::from_mins(count)).to_string()
}

fn bundle(items: Vec<Value>) -> Value {
    json!({ "rolloutc.bundle": 1, "subject": { "build": SUBJECT }, "items": items })
}

/// The four lanes and the drill, all green.
fn lanes(at: &str) -> Vec<Value> {
    ["provision", "replay_resume", "chaos", "sync_security", "canary_drill"]
        .map(|lane| json!({ "item": lane, "observed_at": at, "payload": { "exit_code": 0 }, "source": "command" }))
        .to_vec()
}

/// One look at the cohort: routing, latency and budget, and the probe.
fn look(at: &str, Figures { percent, p95 }: Figures) -> Vec<Value> {
    vec![
        json!({ "item": "routing", "observed_at": at, "source": "http", "payload": {
            "canary": { "user_percent": percent, "autopilot_percent": percent },
            "shadow": { "enabled": true, "sample_rate": 1.0 } } }),
        json!({ "item": "slo", "observed_at": at, "source": "http",
            "payload": { "p95_latency_ms": p95, "sync": { "error_budget_ratio": 0.0047 } } }),
        json!({ "item": "probe", "observed_at": at, "source": "http", "payload": { "http_status": 200 } }),
    ]
}

/// Looks every four minutes from `from` on, `count` of them.
fn looks(from: &str, count: i64, figures: Figures) -> Vec<Value> {
    (0..count)
        .flat_map(|n| look(&minutes(from, 4 * n), figures))
        .collect()
}

/// A whole run as the harness leaves it behind.
fn papers(at: &str) -> Vec<Value> {
    let stamp = instant(at).strftime("%Y%m%dT%H%M%SZ").to_string();
    let summary = format!(
        "# Production run\n\n- Timestamp (UTC): {stamp}\n- Recommended soak per cohort: 1800s\n\
         - SLO thresholds: p95<=600ms, error_budget<=0.020\n- Decision: allow\n"
    );
    let shares = [1, 5, 10, 25, 50, 100];
    let lanes = [
        "spacetime-provision-prod",
        "spacetime-replay-resume",
        "spacetime-chaos",
        "sync-security",
        "rollback_drill",
    ];
    let gates: String = lanes
        .iter()
        .map(|gate| json!({ "gate": gate, "status": "passed" }).to_string() + "\n")
        .collect();
    let cohorts: String = shares
        .iter()
        .map(|share| {
            json!({ "cohort_percent": share, "status": "passed", "http_status": "200" }).to_string()
                + "\n"
        })
        .collect();
    let labels = ["baseline".to_owned()]
        .into_iter()
        .chain(shares.map(|share| format!("cohort_{share}")))
        .chain(["post_rollback_drill".to_owned()]);
    let samples: String = labels
        .map(|label| json!({ "label": label, "status": "passed", "p95_latency_ms": 318, "error_budget_ratio": 0.0047 }).to_string() + "\n")
        .collect();
    [
        ("summary", summary),
        ("gate_lines", gates),
        ("cohort_lines", cohorts),
        ("slo_lines", samples),
        ("env_steps", "# Cohort 1%\n".to_owned()),
    ]
    .map(|(item, text)| json!({ "item": item, "observed_at": at, "text": text }))
    .to_vec()
}

fn log(rows: &[(&str, &str)], at: &str) -> Value {
    let rows: Vec<Value> = rows
        .iter()
        .map(|(step, done)| json!({ "step": step, "done_at": done, "by": "grace" }))
        .collect();
    json!({ "item": "to_legacy_log", "observed_at": at, "payload": rows })
}

const CALM: Figures = Figures {
    percent: 1,
    p95: 318,
};
const SLOW: Figures = Figures {
    percent: 1,
    p95: 711,
};

/// From the start to the first cohort, on a Tuesday morning.
fn begun() -> Vec<Step> {
    vec![Step {
        at: "2026-03-03T09:00:00Z",
        bundle: bundle(lanes("2026-03-03T08:40:00Z")),
    }]
}

/// Through every cohort until nothing is left to promote: a step per cohort, half an hour and a look later.
fn walked(cohorts: &[u32]) -> Vec<Step> {
    const AT: [&str; 7] = [
        "2026-03-03T09:00:00Z",
        "2026-03-03T09:34:00Z",
        "2026-03-03T10:08:00Z",
        "2026-03-03T10:42:00Z",
        "2026-03-03T11:16:00Z",
        "2026-03-03T11:50:00Z",
        "2026-03-03T12:24:00Z",
    ];
    let mut steps = begun();
    for (n, percent) in cohorts.iter().enumerate() {
        let mut items = lanes("2026-03-03T08:40:00Z");
        items.extend(looks(
            &minutes(AT[n], 1),
            9,
            Figures {
                percent: *percent,
                p95: 318,
            },
        ));
        if *percent == 100 {
            items.extend(papers("2026-03-03T12:20:00Z"));
        }
        steps.push(Step {
            at: AT[n + 1],
            bundle: bundle(items),
        });
    }
    steps
}

/// A breach that lasts: the trigger fires in the last step.
fn breached() -> Vec<Step> {
    let mut steps = begun();
    let mut items = lanes("2026-03-03T08:40:00Z");
    items.extend(look("2026-03-03T09:02:00Z", CALM));
    items.extend(looks("2026-03-03T09:06:00Z", 4, SLOW));
    steps.push(Step {
        at: "2026-03-03T09:18:20Z",
        bundle: bundle(items),
    });
    steps
}

const LOGGED: [(&str, &str); 3] = [
    ("stop", "2026-03-03T09:20:00Z"),
    ("flip", "2026-03-03T09:24:00Z"),
    ("keep", "2026-03-03T09:30:00Z"),
];

/// The name of a story, what exit code it ends with, and its steps.
fn stories() -> Vec<(&'static str, i32, Vec<Step>)> {
    let then = |mut steps: Vec<Step>, at: &'static str, items: Vec<Value>| {
        steps.push(Step {
            at,
            bundle: bundle(items),
        });
        steps
    };
    let with = |more: Vec<Value>| {
        let mut items = lanes("2026-03-03T08:40:00Z");
        items.extend(more);
        items
    };
    let rolled_back = || {
        then(
            breached(),
            "2026-03-03T09:31:00Z",
            vec![log(&LOGGED, "2026-03-03T09:31:00Z")],
        )
    };
    let verified = |steps: Vec<Step>| {
        let mut rows = LOGGED.to_vec();
        rows.push(("told", "2026-03-03T09:33:00Z"));
        let mut items = lanes("2026-03-03T09:40:00Z");
        items.retain(|item| item["item"] != "canary_drill");
        items.push(log(&rows, "2026-03-03T09:41:00Z"));
        then(steps, "2026-03-03T09:42:00Z", items)
    };
    vec![
        ("advance", 0, begun()),
        (
            "hold",
            1,
            then(
                begun(),
                "2026-03-03T09:18:00Z",
                with(looks("2026-03-03T09:01:00Z", 5, CALM)),
            ),
        ),
        (
            "blocked",
            1,
            then(
                begun(),
                "2026-03-03T09:10:00Z",
                with(
                    [
                        look("2026-03-03T09:04:00Z", CALM),
                        look(
                            "2026-03-03T09:09:00Z",
                            Figures {
                                percent: 1,
                                p95: 601,
                            },
                        ),
                    ]
                    .concat(),
                ),
            ),
        ),
        (
            "unknown",
            4,
            then(
                begun(),
                "2026-03-03T09:18:00Z",
                with({
                    let mut items = looks("2026-03-03T09:01:00Z", 5, CALM);
                    items.retain(|item| item["item"] != "probe");
                    items
                }),
            ),
        ),
        ("frozen", 1, {
            let monday_lanes = lanes("2026-03-06T21:00:00Z");
            let mut steps = vec![Step {
                at: "2026-03-06T21:30:00Z",
                bundle: bundle(monday_lanes.clone()),
            }];
            let mut items = monday_lanes;
            items.extend(looks("2026-03-06T21:31:00Z", 9, CALM));
            steps.push(Step {
                at: "2026-03-06T22:04:00Z",
                bundle: bundle(items),
            });
            steps
        }),
        (
            "halted",
            1,
            then(
                begun(),
                "2026-03-03T09:18:00Z",
                with(
                    looks("2026-03-03T09:01:00Z", 5, CALM)
                        .into_iter()
                        .filter(|item| item["item"] != "slo")
                        .collect(),
                ),
            ),
        ),
        ("rollback", 5, breached()),
        ("rolled-back", 1, rolled_back()),
        ("verified", 4, verified(rolled_back())),
        (
            "complete",
            0,
            then(
                walked(&[1, 5, 10, 25, 50, 100]),
                "2026-03-03T12:30:00Z",
                with(
                    [
                        looks(
                            "2026-03-03T12:26:00Z",
                            1,
                            Figures {
                                percent: 100,
                                p95: 318,
                            },
                        ),
                        papers("2026-03-03T12:20:00Z"),
                    ]
                    .concat(),
                ),
            ),
        ),
    ]
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn eval(policy: &Path, folder: &Path, step: &Step, first: bool) -> (i32, String, String) {
    let bundle = serde_json::to_string_pretty(&step.bundle).expect("a bundle is JSON") + "\n";
    std::fs::write(folder.join("bundle.json"), bundle).expect("the scratch folder can be written");
    let mut call = Command::new(env!("CARGO_BIN_EXE_rolloutc"));
    call.current_dir(root())
        .arg("eval")
        .arg(policy)
        .arg("--evidence")
        .arg(folder.join("bundle.json"));
    call.arg("--state")
        .arg(folder.join("state.json"))
        .args(["--as-of", step.at, "--format", "json"]);
    if first {
        call.arg("--new-state");
    }
    let done = call.output().expect("the built binary runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (
        done.status.code().unwrap_or(-1),
        text(done.stdout),
        text(done.stderr),
    )
}

/// What a decision says that a reader would call different, were it different.
fn outline(decision: &str) -> Value {
    serde_json::from_str(decision).unwrap_or_else(|error| panic!("{error}: {decision}"))
}

#[test]
fn every_outcome_of_the_production_policy_is_as_recorded() {
    let policy = Path::new("examples/spacetime/production.rollout");
    let update = std::env::var_os("UPDATE_OUTCOMES").is_some();
    let mut wrong = Vec::new();
    for (name, exit, steps) in stories() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let folder = scratch.path();
        let kept: PathBuf = root().join("examples/spacetime/outcomes").join(name);
        let mut before = None;
        let mut last = (0, String::new(), String::new());
        for (n, step) in steps.iter().enumerate() {
            before = std::fs::read_to_string(folder.join("state.json")).ok();
            last = eval(policy, folder, step, n == 0);
        }
        let (code, decision, errors) = last;
        if code != exit {
            wrong.push(format!(
                "{name}: exit {code}, expected {exit}\n{errors}\n{decision}"
            ));
        }
        let Some(step) = steps.last() else { continue };
        let bundle = serde_json::to_string_pretty(&step.bundle).expect("a bundle is JSON") + "\n";
        let files = [
            ("bundle.json", Some(bundle)),
            ("state.json", before),
            ("decision.json", Some(decision)),
            ("as_of", Some(format!("{}\n", step.at))),
        ];
        for (file, text) in files {
            let path = kept.join(file);
            let Some(text) = text else { continue };
            if update {
                std::fs::create_dir_all(&kept).expect("the outcomes folder can be written");
                std::fs::write(&path, text).expect("the outcomes folder can be written");
            } else {
                let recorded = std::fs::read_to_string(&path).unwrap_or_default();
                let same = if file.ends_with(".json") && !recorded.is_empty() {
                    outline(&recorded) == outline(&text)
                } else {
                    recorded == text
                };
                if !same {
                    wrong.push(format!("{name}/{file} differs from what came:\n{text}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
