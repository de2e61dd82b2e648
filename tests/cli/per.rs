//! `rolloutc eval` of a `per` rollout: one key, all keys, and what stands in the state.

use super::Desk;

const POLICY: &str = r#"edition 2026

rollout levers of build per lever in rows "Two levers"

table rows by code {
  code  most
  E4    10
  C5    20
}

evidence probe { fresh 10m  about lever  errors: int }
evidence log from "log.jsonl" { fresh 10m  about lever  at: text }

gate calm { require probe.errors <= lever.most }

phase canary     { enter calm   keep calm   soak 10m }
phase done final { enter calm }
"#;

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("p.rollout", POLICY);
    for (key, errors) in [("E4", 15), ("C5", 15)] {
        desk.write(
            &format!("ev/probe@{key}.json"),
            format!("{{\"errors\": {errors}}}"),
        );
    }
    desk
}

const ASK: &str = "eval p.rollout --evidence ev --observed-at probe=2025-11-03T09:59:00Z --as-of 2025-11-03T10:00:00Z";

fn check(words: &str, code: i32, parts: &[&str]) {
    let desk = desk();
    for part in parts {
        desk.expect(&format!("{ASK} {words}"), code, part);
    }
}

#[test]
fn all_keys_stand_on_one_board() {
    check(
        "--start",
        1,
        &[
            "BLOCKED  levers   1 blocked, 1 advance",
            "E4  blocked   start  (next: canary)  calm: errors 15, at most 10: over by 5",
            "C5  advance   start -> canary",
            "BLOCKED  levers[\"E4\"]   start",
        ],
    );
    check(
        "--start --format markdown",
        1,
        &["| `C5` | **advance** | start -&gt; canary |  |"],
    );
}

#[test]
fn one_key_has_its_own_screen_and_exit_code() {
    check(
        "--start --for C5",
        0,
        &["ADVANCE  levers[\"C5\"]   start -> canary"],
    );
    check("--start --for E4", 1, &["BLOCKED  levers[\"E4\"]"]);
    check(
        "--start --for e4",
        2,
        &["did you mean `E4`? there is `E4`, `C5`"],
    );
    check("--start --for somewhere", 2, &["there is `E4`, `C5`"]);
}

#[test]
fn all_decisions_are_one_document() {
    let desk = desk();
    let answer = desk.ask(&format!("{ASK} --start --format json"));
    let document: serde_json::Value = serde_json::from_str(&answer.out).expect("a document");
    assert_eq!(document["rolloutc.decisions"], 1);
    assert_eq!(document["outcome"], "blocked");
    assert_eq!(document["exit"], 1);
    assert_eq!(document["decisions"][0]["key"], "E4");
    assert_eq!(document["decisions"][1]["rolloutc.decision"], 1);
    let one = desk.ask(&format!("{ASK} --start --format json --for C5"));
    let decision: serde_json::Value = serde_json::from_str(&one.out).expect("a document");
    assert_eq!(decision["key"], "C5");
    let mut beside = document["decisions"][1].clone();
    beside["digests"]["state_after"] = decision["digests"]["state_after"].clone();
    assert_eq!(decision, beside);
}

#[test]
fn a_step_of_one_key_leaves_the_others_byte_for_byte() {
    let desk = desk();
    let others = |text: &str| {
        let state: serde_json::Value = serde_json::from_str(text).expect("a state");
        state["instances"]["E4"].to_string()
    };
    desk.expect(&format!("{ASK} --state s.json --new-state"), 1, "1 advance");
    let before = desk.read("s.json");
    let later = ASK.replace("10:00:00Z", "10:01:00Z");
    desk.expect(&format!("{later} --state s.json --for C5"), 1, "HOLD");
    let after = desk.read("s.json");
    assert_ne!(before, after);
    assert_eq!(others(&before), others(&after));
    // The key that was asked later cannot be asked earlier, and so not all of them.
    desk.expect(
        &format!("{ASK} --state s.json"),
        6,
        "time never runs backwards",
    );
    desk.expect(&format!("{later} --state s.json"), 1, "1 hold");
}

#[test]
fn another_program_is_adopted_by_all_keys_at_once() {
    let desk = desk();
    desk.expect(&format!("{ASK} --state s.json --new-state"), 1, "1 advance");
    desk.write("p.rollout", POLICY.replace("soak 10m", "soak 11m"));
    desk.expect(&format!("{ASK} --state s.json"), 6, "eval --adopt");
    desk.expect(
        &format!("{ASK} --state s.json --adopt --for C5"),
        6,
        "leave `--for` out",
    );
    desk.expect(&format!("{ASK} --state s.json --adopt"), 1, "1 hold");
}

#[test]
fn files_of_a_key_lie_beside_the_file_of_all() {
    let desk = desk();
    let policy = POLICY.replace(
        "{ require probe",
        "{ require log.at is not blank  require probe",
    );
    desk.write("p.rollout", policy);
    desk.write("ev/log@C5.jsonl", "{\"at\": \"here\"}");
    desk.write("ev/log@E4.json", "{\"at\": \"here\"}");
    let ask = format!("{ASK} --start --observed-at log=2025-11-03T09:59:00Z");
    desk.expect(&format!("{ask} --for C5"), 0, "ADVANCE");
    desk.write(
        "p.rollout",
        desk.read("p.rollout").replace("log.jsonl", "log.json"),
    );
    desk.expect(&format!("{ask} --for E4"), 1, "errors 15, at most 10");
}

#[test]
fn a_rollout_without_keys_has_none() {
    let desk = desk();
    let policy = POLICY
        .replace(" per lever in rows", "")
        .replace("  about lever", "")
        .replace("lever.most", "10");
    desk.write("p.rollout", policy);
    desk.expect(&format!("{ASK} --start --for E4"), 2, "leave `--for` out");
}
