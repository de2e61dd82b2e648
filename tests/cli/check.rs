//! `rolloutc check`: what is found, where, and how it is told.

use super::{Desk, QUESTION, root};

#[test]
fn a_good_policy_draws_nothing() {
    let desk = Desk::with_question();
    let answer = desk.expect("check p.rollout", 0, "1 file checked, nothing found");
    assert_eq!(answer.err, "");
    desk.expect("check", 0, "1 file checked");
}

#[test]
fn all_examples_check() {
    let desk = Desk::new();
    let examples = root().join("examples");
    desk.expect(
        &format!("check --deny warnings {}", examples.display()),
        0,
        "nothing found",
    );
}

#[test]
fn a_wrong_policy_is_shown_in_every_format() {
    let desk = Desk::new();
    desk.write("p.rollout", QUESTION.replace("= 600ms", "= 600"));
    let text = desk.expect("check p.rollout", 3, "rolloutc explain").out;
    assert!(text.contains("--> p.rollout:5:"), "{text}");
    assert!(
        text.ends_with("1 error in 1 file; --fix --unsafe fixes 1\n"),
        "{text}"
    );
    let short = desk
        .expect("check --format short p.rollout", 3, "p.rollout:5:")
        .out;
    assert!(
        short
            .lines()
            .next()
            .is_some_and(|line| line.contains(": error[")),
        "{short}"
    );
    let json = desk.ask("check --format json p.rollout");
    let document: serde_json::Value = serde_json::from_str(&json.out).expect("one document");
    assert_eq!(document["rolloutc.check"], 1);
    assert_eq!(document["counts"]["error"], 1);
    assert_eq!(document["findings"][0]["file"], "p.rollout");
    assert_eq!(document["findings"][0]["line"], 5);
}

#[test]
fn many_files_are_told_together() {
    let desk = Desk::new();
    desk.write("a/good.rollout", QUESTION);
    desk.write("a/b/bad.rollout", QUESTION.replace("slo.p95", "slo.p59"));
    desk.write("c.rollout", QUESTION.replace("<= most", "<= least"));
    let answer = desk.expect("check a c.rollout --statistics", 3, "in 2 of 3 files");
    assert!(answer.out.contains("a/b/bad.rollout:13:"), "{}", answer.out);
    // A path that cannot be read hides nothing of the others.
    let answer = desk.expect("check nowhere c.rollout", 3, "cannot read the policy");
    assert!(answer.out.contains("c.rollout:13:"));
}

#[test]
fn a_file_that_is_used_is_read_beside_its_user() {
    let desk = Desk::new();
    desk.write(
        "shared/common.rollout",
        "edition 2026\n\nrecord Slo { p95: duration in ms }\n",
    );
    let policy = "edition 2026\n\nrollout r\n\nuse \"../shared/common.rollout\" as common\n\nevidence slo: common.Slo { fresh 5m }\n\ngate quick { require slo.p95 <= 1s }\n";
    desk.write("teams/p.rollout", policy);
    desk.expect("check teams/p.rollout", 0, "nothing found");
    desk.write(
        "shared/common.rollout",
        "edition 2026\n\nrecord Slo { p95: durations }\n",
    );
    desk.expect("check teams/p.rollout", 3, "--> shared/common.rollout:3:");
    desk.write(
        "teams/p.rollout",
        policy.replace("common.rollout\"", "commons.rollout\""),
    );
    desk.expect(
        "check teams/p.rollout",
        3,
        "error[unknown-name]: there is no file `../shared/commons.rollout`",
    );
}

#[test]
fn wrong_paths_and_encodings_are_told_apart() {
    let desk = Desk::with_question();
    desk.write("latin1.rollout", b"edition 2026\n// caf\xe9\n");
    desk.write("empty.rollout", "");
    desk.write("nul.rollout", "edition 2026\n\0\n");
    std::fs::create_dir(desk.path().join("bare")).expect("a folder");
    desk.expect("check q.rollout", 2, "did you mean `p.rollout`?");
    desk.expect("check bare", 2, "no file in `bare` ends in .rollout");
    desk.expect("check p.rollout/x", 2, "there is no such file");
    desk.expect("check latin1.rollout", 3, "not UTF-8");
    desk.expect("check empty.rollout", 3, "error[");
    desk.expect("check nul.rollout", 3, "error[");
}

#[test]
fn standard_input_is_a_policy_too() {
    let desk = Desk::new();
    let answer = desk.ask_with("check -", &[], QUESTION.as_bytes());
    assert_eq!(
        (answer.code, answer.err.as_str()),
        (0, ""),
        "{}",
        answer.out
    );
    let answer = desk.ask_with("check - --format short", &[], b"edition 2026\nrollot p\n");
    assert_eq!(answer.code, 3);
    assert!(
        answer.out.starts_with("stdin.rollout:2:1: error["),
        "{}",
        answer.out
    );
}

#[test]
fn wrong_flags_are_usage() {
    let desk = Desk::with_question();
    desk.expect("check --formt json", 2, "--format");
    desk.expect(
        "check --format yaml p.rollout",
        2,
        "[possible values: text, short, json, sarif, github, junit]",
    );
    desk.expect(
        "check --deny warning p.rollout",
        2,
        "did you mean `warnings`?",
    );
    desk.expect("chek p.rollout", 2, "check");
    desk.expect("", 2, "Usage");
    desk.expect("--help", 0, "Exit codes");
    desk.expect("--version", 0, env!("CARGO_PKG_VERSION"));
}

/// A policy with a blank too many, which is safely taken out, and a typo, whose edit is a guess.
fn sick() -> String {
    QUESTION.replace("<= most", "<= mos") + "\n  let unused = 3\n"
}

#[test]
fn a_sarif_log_has_what_code_scanning_asks_for() {
    let desk = Desk::new();
    desk.write("a b/p.rollout", sick());
    desk.write(
        "q.rollout",
        QUESTION.replace("<= most", "<= mo") + "let unused = 3\n",
    );
    desk.write("r.rollout", QUESTION.to_string() + "let unused = 3\n");
    let out = desk.ask("check --format sarif").out;
    let log: serde_json::Value = serde_json::from_str(&out).expect("one document");
    assert_eq!(
        crate::schema::problems(&crate::schema::sarif(), &log),
        [""; 0]
    );
    assert_eq!(log["version"], "2.1.0");
    let run = &log["runs"][0];
    let results = run["results"].as_array().expect("results");
    assert!(results.len() >= 3, "{out}");
    let mut prints = Vec::new();
    for result in results {
        let rule = &run["tool"]["driver"]["rules"]
            [result["ruleIndex"].as_u64().expect("an index") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        let file = &run["artifacts"][place["index"].as_u64().expect("an index") as usize];
        assert_eq!(file["location"]["uri"], place["uri"]);
        prints.push(result["partialFingerprints"]["rolloutc/v1"].to_string());
    }
    prints.sort();
    prints.dedup();
    assert_eq!(prints.len(), results.len());
    let first = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(first["artifactLocation"]["uri"], "a%20b/p.rollout");
    assert_eq!(first["region"]["startLine"], 13);
    // A finding keeps its fingerprint when lines above it come and go.
    let print = |text: String| {
        desk.write("r.rollout", text);
        let log: serde_json::Value =
            serde_json::from_str(&desk.ask("check r.rollout --format sarif").out).expect("a log");
        log["runs"][0]["results"][0]["partialFingerprints"]["rolloutc/v1"].clone()
    };
    let before = print(QUESTION.to_string() + "let unused = 3\n");
    assert_eq!(
        before,
        print(QUESTION.to_string() + "\n// more\n\nlet unused = 3\n")
    );
    desk.write("r.rollout", QUESTION);
    let none = desk.expect("check r.rollout --format sarif", 0, "").out;
    let log: serde_json::Value = serde_json::from_str(&none).expect("one document");
    assert_eq!(log["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn annotations_and_reports_tell_the_same_findings() {
    let desk = Desk::new();
    desk.write("p.rollout", sick());
    let github = desk.expect(
        "check p.rollout --format github",
        3,
        "::error file=p.rollout,line=13,",
    );
    assert!(
        github.out.lines().all(|line| line.starts_with("::")),
        "{}",
        github.out
    );
    let junit = desk.expect("check p.rollout --format junit", 3, "failures=\"2\"");
    assert!(junit.out.starts_with("<?xml"), "{}", junit.out);
    desk.write("p.rollout", QUESTION.to_string() + "let unused = 3\n");
    desk.expect("check --format junit", 0, "failures=\"0\"");
    desk.expect("check --format junit --deny warnings", 1, "failures=\"1\"");
    desk.expect("check --format github", 0, "::warning file=p.rollout,line=");
}

#[test]
fn what_can_be_mended_is_mended() {
    let desk = Desk::new();
    desk.write("p.rollout", sick());
    let before = desk.read("p.rollout");
    let diff = desk.expect("check p.rollout --diff", 1, "-  let unused");
    assert!(
        diff.out.starts_with("--- a/p.rollout\n+++ b/p.rollout\n"),
        "{}",
        diff.out
    );
    assert_eq!(desk.read("p.rollout"), before, "a diff writes nothing");
    desk.expect("check p.rollout --unsafe", 2, "add --fix");
    desk.expect("check p.rollout --fix", 3, "1 finding fixed");
    let mended = desk.read("p.rollout");
    assert!(
        mended.contains("<= mos ") && mended.contains("\nlet unused"),
        "{mended}"
    );
    desk.expect(
        "check p.rollout --fix --unsafe",
        0,
        "2 findings fixed in 1 file",
    );
    let mended = desk.read("p.rollout");
    assert!(
        mended.contains("<= most") && !mended.contains("let unused"),
        "{mended}"
    );
    desk.expect("check p.rollout --diff --unsafe", 0, "");
    let again = desk.expect("check p.rollout --fix", 0, "nothing was fixed");
    assert!(!again.out.contains("warning"), "{}", again.out);
}

#[test]
fn a_file_in_the_style_stays_in_it() {
    let desk = Desk::new();
    desk.write(
        "p.rollout",
        QUESTION.to_string() + "\nlet unused = 3\n\nlet more = 4\n",
    );
    desk.ask("fmt p.rollout");
    desk.expect("check p.rollout --fix --unsafe", 0, "2 findings fixed");
    desk.expect("fmt --check p.rollout", 0, "");
}

#[test]
fn standard_input_is_mended_like_a_filter() {
    let desk = Desk::new();
    desk.write("teams/rollout.toml", "[check]\ndeny = [\"warnings\"]\n");
    let text = sick();
    let answer = desk.ask_with(
        "check --stdin --stdin-name teams/p.rollout --fix",
        &[],
        text.as_bytes(),
    );
    assert_eq!(answer.code, 3, "{}", answer.err);
    assert_eq!(answer.out, text.replace("\n  let unused", "\nlet unused"));
    assert!(answer.err.contains("teams/p.rollout:"), "{}", answer.err);
    let plain = desk.ask_with("check --stdin", &[], text.as_bytes());
    assert!(plain.out.contains("stdin.rollout:13:"), "{}", plain.out);
    desk.expect("check --stdin-name x.rollout", 2, "--stdin");
    desk.expect("check --stdin p.rollout", 2, "cannot be used with");
}

#[test]
fn patterns_stand_for_files() {
    let desk = Desk::new();
    for name in ["a/x.rollout", "a/b/y.rollout", "c/x.rollout"] {
        desk.write(name, QUESTION);
    }
    desk.expect("check **/x.rollout", 0, "2 files checked");
    desk.expect("check a/*.rollout c", 0, "2 files checked");
    desk.expect("check a a/x.rollout", 0, "2 files checked");
    desk.expect(
        "check b/*.rollout",
        2,
        "no file that ends in .rollout matches",
    );
}

#[test]
fn many_files_are_told_in_one_order() {
    let desk = Desk::new();
    for at in 0..40 {
        desk.write(&format!("p{at:02}.rollout"), sick());
    }
    let first = desk.ask("check --format short");
    let names: Vec<&str> = first
        .out
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|two| two.0)
        .collect();
    assert!(names.len() > 40 && names.is_sorted(), "{}", first.out);
    for _ in 0..4 {
        assert_eq!(desk.ask("check --format short").out, first.out);
    }
}

/// A module that two policies use; what stands above its rule.
fn shared(above: &str) -> Desk {
    let desk = Desk::new();
    desk.write(
        "shared/common.rollout",
        format!(
            "edition 2026\n\nrecord Slo {{ p95: duration in ms  ok: bool }}\n\ngate fine(s: Slo) {{\n{above}  require s.ok == true\n}}\n"
        ),
    );
    for name in ["teams/a.rollout", "teams/b.rollout"] {
        let policy = "edition 2026\n\nrollout r\n\nuse \"../shared/common.rollout\" as common\n\nevidence slo: common.Slo { fresh 5m }\n\ngate all_fine { require common.fine(slo) }\n";
        desk.write(name, policy);
    }
    desk
}

#[test]
fn what_a_policy_shows_of_a_module_is_found_once_and_silenced_there() {
    let desk = shared("");
    let found = desk.expect("check --format short", 0, "1 warning in 1 of 3 files");
    let place = "shared/common.rollout:6:11: warning[redundant-comparison]";
    assert!(found.out.starts_with(place), "{}", found.out);
    // Alone, nobody knows what its parameter will be: nothing is found and nothing is called in vain.
    desk.expect("check shared", 0, "nothing found");
    let allowed = "  // allow redundant-comparison: it reads better so\n";
    let desk = shared(allowed);
    desk.expect("check", 0, "3 files checked, nothing found");
    desk.expect("check shared", 0, "nothing found");
    desk.expect("check teams", 0, "nothing found");
    // Idle for every policy that uses it: said where the module itself is asked about.
    let desk = shared("  // allow cohort-jump: nobody jumps\n");
    desk.expect("check teams", 0, "1 warning in 1 of 2 files");
    desk.expect("check", 0, "warning[unused-suppression]");
    // An edit in it is made where it is asked about, and shows through its users.
    desk.expect("check --diff", 1, "+++ b/shared/common.rollout");
    desk.expect("check --fix", 0, "1 finding fixed");
    assert!(
        desk.read("shared/common.rollout")
            .contains("  require s.ok\n")
    );
}

#[test]
fn lints_of_taste_are_looked_for_where_somebody_asks() {
    let desk = Desk::new();
    let text = QUESTION.replace(" \"It answers in time\"", "");
    desk.write("p.rollout", text);
    desk.expect("check p.rollout", 0, "nothing found");
    desk.expect("check p.rollout --deny missing-doc", 1, "[missing-doc]");
    desk.write("rollout.toml", "[lints]\nmissing-doc = \"warning\"\n");
    desk.expect("check p.rollout", 0, "warning[missing-doc]");
    desk.write("rollout.toml", "[rules]\nowners = [\"ops\"]\n");
    desk.expect("check p.rollout", 0, "`ops` is not an owner of `question`");
    desk.write("rollout.toml", "[rules.names]\ngate = \"[a-z]+_ok\"\n");
    desk.expect("check p.rollout", 0, "warning[name-pattern]");
}

#[test]
fn paths_that_no_fixture_has_are_found_where_somebody_asks() {
    let desk = Desk::with_question();
    let policy = QUESTION.replace("  p95:", "  peek: ratio? at peak\n  p95:")
        + "\nfixture good from \"good\"\n\ntest \"it goes\" { at 2025-11-03T10:00Z  given good  expect complete }\n";
    desk.write("p.rollout", policy);
    desk.expect("check p.rollout", 0, "nothing found");
    desk.expect(
        "check p.rollout --deny path-never-seen",
        1,
        "no fixture of `slo` has `peak`",
    );
    desk.write(
        "good/slo.json",
        r#"{ "p95": 240, "peak": 0.1, "at": "2025-11-03T09:59:00Z" }"#,
    );
    desk.expect("check p.rollout --deny path-never-seen", 0, "nothing found");
}

#[test]
fn a_guess_that_breaks_the_policy_is_left_out() {
    let desk = Desk::new();
    // Two guesses of one name: the second declaration is deleted only if nothing needs it.
    let text = QUESTION.replace("<= most", "<= mos") + "\n  let mosty = 600ms\n";
    desk.write("p.rollout", text);
    desk.ask("check p.rollout --fix --unsafe");
    let answer = desk.ask("check p.rollout --format short");
    assert!(!answer.out.contains("error["), "{}", answer.out);
}

/// Whether a gate is tested, its tests tell: they are run where somebody asks.
#[test]
fn a_gate_is_tested_when_it_was_seen_in_three_ways() {
    let desk = Desk::with_question();
    let test = |title: &str, given: &str, expect: &str| {
        format!(
            "\ntest \"{title}\" {{\n  at     2025-11-03T10:00Z\n  given  {given}\n  expect {expect}\n}}\n"
        )
    };
    let mut policy =
        QUESTION.to_string() + "\nfixture good from \"good\"\nfixture bad from \"bad\"\n";
    policy += &test("it may go", "good", "complete");
    policy += &test("too slow", "bad", "blocked because quick");
    desk.write("p.rollout", &policy);
    desk.expect("check p.rollout", 0, "nothing found");
    desk.expect(
        "check p.rollout --deny untested-gate",
        1,
        "no test sees `quick` be unknown",
    );
    let whole = policy.clone()
        + &test(
            "nobody measured",
            "good without slo",
            "blocked because quick",
        );
    desk.write("p.rollout", whole);
    desk.expect("check p.rollout --deny untested-gate", 0, "nothing found");
    // What cannot be run shows nothing: then a name is enough.
    desk.write("p.rollout", policy.replace("from \"bad\"", "from \"gone\""));
    desk.expect("check p.rollout --deny untested-gate", 0, "nothing found");
    desk.write(
        "p.rollout",
        policy
            .replace("from \"bad\"", "from \"gone\"")
            .replace(" because quick", ""),
    );
    desk.expect(
        "check p.rollout --deny untested-gate",
        1,
        "no test names `quick` as a reason",
    );
}
