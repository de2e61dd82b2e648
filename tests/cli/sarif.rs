//! SARIF logs of `check`, held against the official schema.

use super::{Desk, QUESTION};
use crate::schema::{problems, sarif};
use serde_json::{Value, json};

/// A log that the schema accepts.
fn log(schema: &Value, desk: &Desk, words: &str) -> Value {
    let out = desk.ask(&format!("check {words} --format sarif")).out;
    let log: Value = serde_json::from_str(&out).expect("one document");
    let found = problems(schema, &log);
    assert!(found.is_empty(), "{words}: {}\n{out}", found.join("\n"));
    log
}

/// How many results of each level a log has, and how many of them have related places, and fixes.
fn told(log: &Value) -> (Vec<&str>, usize, usize) {
    let results = log["runs"][0]["results"].as_array().expect("results");
    let with = |member: &str| {
        let has = |one: &&Value| one.get(member).is_some();
        results.iter().filter(has).count()
    };
    let levels = results.iter().filter_map(|one| one["level"].as_str());
    (levels.collect(), with("relatedLocations"), with("fixes"))
}

#[test]
fn logs_are_valid_by_the_official_schema() {
    let schema = sarif();
    let desk = Desk::new();

    desk.write("calm.rollout", QUESTION);
    let calm = log(&schema, &desk, "calm.rollout");
    assert_eq!(told(&calm), (vec![], 0, 0));

    // An error with the other half of the conflict beside it.
    desk.write("wrong.rollout", QUESTION.replace("<= most", "<= 2%"));
    let wrong = log(&schema, &desk, "wrong.rollout");
    assert_eq!(told(&wrong).0.first(), Some(&"error"));
    assert!(told(&wrong).1 > 0, "{wrong:#}");

    // A warning with a related place, and one whose fix has two edits.
    let twisted = QUESTION
        .replace("   min 100ms   max 900ms", "")
        .replace("require slo.p95 <=", "forbid not slo.p95 <=");
    desk.write("twisted.rollout", twisted);
    let twisted = log(&schema, &desk, "twisted.rollout");
    let (levels, related, fixes) = told(&twisted);
    assert_eq!(levels, ["warning", "warning"], "{twisted:#}");
    assert!((related, fixes) == (1, 2), "{twisted:#}");
    let edits = |result: &Value| {
        let edits = &result["fixes"][0]["artifactChanges"][0]["replacements"];
        edits.as_array().map_or(0, Vec::len)
    };
    let results = twisted["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.iter().map(edits).max(), Some(2), "{twisted:#}");

    // A note, whose fix takes out and puts in.
    desk.write(
        "late.rollout",
        QUESTION.replace(
            "rollout question",
            "owners ops\n\n// TODO: ask\nrollout question",
        ),
    );
    let late = log(&schema, &desk, "late.rollout");
    assert!(told(&late).0.contains(&"note"), "{late:#}");

    // All of them at once, and a text that is hard to write down.
    desk.write("odd.rollout", "gate \u{1b}\"\\\u{202e}ü\u{ffff} {\n");
    desk.write(
        "empty.rollout",
        QUESTION.replace("\"It answers", "\"\u{1f600} ü <b>"),
    );
    let all = log(&schema, &desk, ".");
    assert!(told(&all).0.len() > 4, "{all:#}");
}

#[test]
fn every_path_is_an_address() {
    let schema = sarif();
    let (desk, other) = (Desk::new(), Desk::new());
    let sick = QUESTION.to_string() + "\n  let unused = 3\n";
    desk.write("größer als/ü & 100% #1?.rollout", &sick);
    let uri = |log: &Value| {
        let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        let said = place["artifactLocation"]["uri"].as_str().expect("a text");
        said.to_string()
    };
    let inside = log(&schema, &desk, ".");
    assert_eq!(
        uri(&inside),
        "gr%C3%B6%C3%9Fer%20als/%C3%BC%20%26%20100%25%20%231%3F.rollout"
    );
    let path = other.write("p.rollout", &sick);
    let whole = log(&schema, &desk, path.to_str().expect("a path"));
    assert_eq!(uri(&whole), format!("file://{}", path.display()));
    let folder = other.path().file_name().expect("a name");
    let beside = format!("../{}/p.rollout", folder.to_str().expect("a path"));
    let beside = log(&schema, &desk, &beside);
    assert!(uri(&beside).starts_with("../"), "{}", uri(&beside));
}

#[test]
fn a_damaged_log_is_refused() {
    let schema = sarif();
    let desk = Desk::new();
    desk.write(
        "p.rollout",
        QUESTION.replace("require slo.p95 <=", "forbid not slo.p95 <="),
    );
    let sound = log(&schema, &desk, "p.rollout");
    let damage: [(&str, Value); 10] = [
        ("/version", json!("2.2.0")),
        ("/runs", json!({})),
        ("/runs/0/tool/driver/name", json!(7)),
        ("/runs/0/columnKind", json!("bytes")),
        ("/runs/0/artifacts/0/location/uri", json!("a b")),
        ("/runs/0/results/0/level", json!("info")),
        ("/runs/0/results/0/message", json!({ "markdown": "what" })),
        (
            "/runs/0/results/0/locations/0/physicalLocation/region/startLine",
            json!(0),
        ),
        ("/runs/0/results/0/locations/0/physicalLocation", json!({})),
        (
            "/runs/0/results/0/fixes/0/artifactChanges/0/replacements",
            json!([]),
        ),
    ];
    for (at, put) in damage {
        let mut log = sound.clone();
        *log.pointer_mut(at)
            .unwrap_or_else(|| panic!("{at} is there")) = put;
        assert!(!problems(&schema, &log).is_empty(), "{at}");
    }
    let mut log = sound;
    log["runs"][0]["results"][0]["rule_id"] = json!("a member that there is not");
    assert!(!problems(&schema, &log).is_empty());
}
