//! What people say never does more than it may, whatever else is so: no waiver and no approval lets a hard gate
//! pass, and the order in which things are told changes nothing.

use rolloutc_compiler::analysis::{Workspace, analyse};
use rolloutc_runtime::bundle;
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::decision::{Decision, Outcome};
use rolloutc_runtime::evidence::{Content, Evidence};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::state::State;
use rolloutc_runtime::step::step;
use rolloutc_runtime::time::Instant;

const NOW: &str = "2026-03-02T12:00:00Z";

fn program(text: &str) -> Program {
    let mut workspace = Workspace::new();
    workspace.insert("policy.rollout", text);
    let analysis = analyse(&workspace, "policy.rollout");
    let found: Vec<String> = (analysis.diagnostics.iter())
        .map(|found| format!("{} {}", found.code, found.message))
        .collect();
    analysis.program.unwrap_or_else(|| panic!("{found:?}"))
}

fn evidence(program: &Program, items: &[String]) -> Evidence {
    let params = Digest::of_document(&serde_json::json!([]), &[]);
    let items = items
        .join(",")
        .replace("$meaning", &program.meaning.to_string())
        .replace("$params", &params.to_string());
    let text = format!(
        r#"{{ "rolloutc.bundle": 1, "subject": {{ "build": "4f2c" }}, "items": [{items}] }}"#
    );
    let bundle = bundle::parse(text.as_bytes()).unwrap_or_else(|damage| panic!("{damage:?}"));
    let items = bundle.items.into_iter();
    Evidence {
        subject: bundle.subject,
        observations: items
            .map(|item| item.observation(|_| Content::Absent))
            .collect(),
        params: Vec::new(),
        notes: Vec::new(),
    }
}

fn decide(program: &Program, items: &[String]) -> (Decision, State) {
    let at = Instant::parse(NOW, false).expect("an instant");
    step(program, None, &evidence(program, items), at).unwrap_or_else(|error| panic!("{error}"))
}

/// A policy whose one gate has this level, with people who may say anything.
fn policy(level: &str, also: &str) -> Program {
    program(&format!(
        r#"edition 2026
rollout release of {{ build: text }}
owners ops, sre
evidence slo {{ fresh 1h  errors: ratio }}
evidence exceptions: list Exception {{ fresh 24h  may be empty }}
record Exception {{ id: text, reason: text, owner: text, by: text, expires: instant }}
gate calm {level} {{ require slo.errors <= 1% }}
approval go {{ by at least 1 of ops, sre  fresh 4h }}
{}
phase serve final {{ enter calm, go }}"#,
        match level {
            "hard" => String::new(),
            _ => format!("waivers w in exceptions {{ until w.expires  cover calm{also} }}"),
        }
    ))
}

fn item(name: &str, at: &str, payload: &str) -> String {
    format!(r#"{{ "item": "{name}", "observed_at": "{at}", "payload": {payload} }}"#)
}

/// The evidence of the gate, and whether it passes, fails, is stale, or is told by `also missing` alone.
fn states() -> Vec<(&'static str, Option<String>)> {
    let errors =
        |at: &str, share: &str| Some(item("slo", at, &format!(r#"{{ "errors": {share} }}"#)));
    vec![
        ("pass", errors("2026-03-02T12:00:00Z", "0.01")),
        ("fail", errors("2026-03-02T12:00:00Z", "0.011")),
        ("stale", errors("2026-03-02T10:59:59Z", "0")),
        ("other", errors("2026-03-02T12:00:01Z", "0")),
        ("other", errors("2026-03-02T12:00:00Z", "\"none\"")),
        ("other", None),
    ]
}

fn waivers() -> String {
    let row = |id: &str, expires: &str| {
        format!(
            r#"{{ "id": "{id}", "reason": "known", "owner": "ops", "by": "ada", "expires": "{expires}" }}"#
        )
    };
    let rows = [
        row("W-2", "2026-03-02T12:00:00.000000001Z"),
        row("W-1", "2026-03-02T12:00:00Z"),
    ];
    item("exceptions", NOW, &format!("[{}]", rows.join(",")))
}

fn approvals(rows: &[(&str, &str)]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|(by, role)| {
            format!(
                r#"{{ "approval": "go", "by": "{by}", "role": "{role}", "at": "2026-03-02T11:00:00Z",
                "subject": {{ "build": "4f2c" }}, "key": "", "program": "$meaning", "params": "$params" }}"#
            )
        })
        .collect();
    item("approvals", NOW, &format!("[{}]", rows.join(",")))
}

#[test]
fn nothing_that_people_say_lets_a_hard_gate_pass() {
    for (state, slo) in states() {
        for level in ["", "hard"] {
            for also in ["", " also missing"] {
                let program = policy(level, also);
                let mut items = vec![waivers(), approvals(&[("ada", "ops"), ("bob", "sre")])];
                items.extend(slo.clone());
                let (decision, _) = decide(&program, &items);
                let covered = level.is_empty()
                    && match state {
                        "fail" | "stale" => true,
                        "other" => !also.is_empty(),
                        _ => false,
                    };
                let expected = match state == "pass" || covered {
                    true => Outcome::Advance,
                    false => Outcome::Blocked,
                };
                let case = format!("{state} {slo:?} `{level}` `{also}`");
                assert_eq!(decision.outcome, expected, "{case}");
                let waived = decision.gates.iter().any(|gate| gate.waived_by.is_some());
                assert_eq!(waived, covered, "{case}");
            }
        }
    }
}

#[test]
fn without_rows_a_red_gate_and_an_approval_hold_nothing_back_less() {
    for (state, slo) in states() {
        for level in ["", "hard"] {
            let (decision, _) = decide(
                &policy(level, " also missing"),
                &Vec::from_iter(slo.clone()),
            );
            let expected = match state {
                "pass" => Outcome::Hold,
                _ => Outcome::Blocked,
            };
            assert_eq!(decision.outcome, expected, "{state} `{level}`");
        }
    }
}

#[test]
fn the_order_in_which_things_are_told_changes_nothing() {
    let program = policy("", " also missing");
    let slo = item("slo", NOW, r#"{ "errors": 0.02 }"#);
    let people = [("ada", "ops"), ("bob", "sre"), ("eve", "qa")];
    let mut items = [slo, waivers(), approvals(&people)];
    let (first, state) = decide(&program, &items);
    for _ in 0..items.len() {
        items.rotate_left(1);
        let (again, after) = decide(&program, &items);
        assert_eq!(again.to_json(), first.to_json());
        assert_eq!(after, state);
    }
    // Rows in another order are another document, and say the same.
    let mut people = people;
    for _ in 0..people.len() {
        people.rotate_left(1);
        items[2] = approvals(&people);
        let slo = item("slo", NOW, r#"{ "errors": 0.02 }"#);
        let (again, after) = decide(&program, &[slo, waivers(), approvals(&people)]);
        assert_eq!(again.approvals, first.approvals);
        assert_eq!(again.waivers, first.waivers);
        assert_eq!(again.reasons, first.reasons);
        assert_eq!(after.instances[""].spent, state.instances[""].spent);
        assert_eq!(after.instances[""].spent.len(), 2);
    }
}
