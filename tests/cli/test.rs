//! `rolloutc test`: policies with tests, the examples first.

use super::{Desk, root};

const POLICY: &str = r#"edition 2026

rollout shop of build

evidence slo {
  fresh 5m
  p95: duration in ms
}

gate quick "It answers in time" { require slo.p95 <= 300ms }

phase all final { enter quick  keep quick  soak 10m }

fixture green from "green"

test "quick enough" {
  at 2026-03-02T12:00Z  in start
  given green
  expect advance to all
}
test "a limit met exactly is met" {
  at 2026-03-02T12:00Z  in start
  given green with { slo.p95 = 300ms }
  expect advance
}
test "too slow" {
  at 2026-03-02T12:00Z  in start
  given green with { slo.p95 = 301ms }
  expect blocked only because quick
}
"#;

/// A folder with a policy, its fixture, and its tests.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("shop.rollout", POLICY);
    desk.write("green/slo.json", r#"{ "p95": 240 }"#);
    desk
}

#[test]
fn the_tests_of_the_examples_and_of_the_modules_pass() {
    let desk = Desk::new();
    let [examples, stdlib] = ["examples", "stdlib"].map(|folder| root().join(folder));
    let paths = format!("{} {}", examples.display(), stdlib.display());
    let said = desk.ask(&format!("test {paths} --floor 98"));
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(!said.out.contains("not put to the test"), "{}", said.out);
}

#[test]
fn a_policy_that_does_as_its_tests_say_passes() {
    desk().expect("test", 0, "shop.rollout   3 passed");
    desk().expect("test shop.rollout --filter slow", 0, "1 passed");
}

#[test]
fn a_mutated_bound_is_seen() {
    let desk = desk();
    desk.write("shop.rollout", POLICY.replace("<= 300ms", "< 300ms"));
    desk.expect("test", 1, "differs   it is blocked, not advance");
    let desk = self::desk();
    desk.write("shop.rollout", POLICY.replace("<= 300ms", "<= 302ms"));
    desk.expect("test", 1, "2 passed, 1 failed");
}

#[test]
fn what_cannot_be_run_says_why() {
    let desk = Desk::new();
    desk.write("empty.rollout", "edition 2026\nrollout r\n");
    desk.expect("test", 1, "no test was found");
    let desk = self::desk();
    desk.expect(
        "test --filter nothing",
        1,
        "no title of a test contains `nothing`",
    );
    desk.write(
        "shop.rollout",
        POLICY.replace("from \"green\"", "from \"gren\""),
    );
    desk.expect("test", 6, "there is no such file");
    desk.write("shop.rollout", POLICY.replace("quick\n", "quik\n"));
    desk.expect("test", 3, "unknown-name");
}

#[test]
fn a_way_back_is_named_by_what_it_still_waits_for() {
    let desk = Desk::new();
    desk.write(
        "shop.rollout",
        r#"edition 2026

rollout shop of build

owners ops

evidence slo { fresh 5m  p95: duration in ms }

gate quick "It answers in time" { require slo.p95 <= 300ms }

phase all final { keep quick }

trigger slow {
  when slo.p95 > 1s
  then throw shut
}

switch shut "The old shop" {
  by     ops
  run    command("scripts/shut.sh")
  recover within 15m
  check  told "The users know"
  verify quick
}

fixture green from "green"

test "thrown and not looked at" {
  at 2026-03-02T12:00Z  in all
  given  green with { slo.p95 = 2s }
  expect rollback by shut
  after  4m
  given  green with { shut_log from "log.json" }
  expect halted only because shut
}
"#,
    );
    desk.write("green/slo.json", r#"{ "p95": 240 }"#);
    let log = r#"[{ "step": "run-1", "done_at": "2026-03-02T12:02:00Z", "by": "ada" }]"#;
    desk.write("log.json", log);
    desk.expect("test", 0, "1 passed");
}

/// A policy whose tests show all but one way.
fn nearly() -> Desk {
    let desk = desk();
    let unknown = "test \"nobody measured\" {\n  at 2026-03-02T12:00Z  in start\n  given green without slo\n  expect exit 4 because quick missing\n}\n";
    desk.write("shop.rollout", POLICY.to_string() + unknown);
    desk
}

#[test]
fn coverage_says_what_no_test_shows() {
    desk().expect("test", 0, "coverage 66% gates 0 of 1 (quick never unknown)");
    nearly().expect("test", 0, "coverage 100% gates 1 of 1");
    nearly().expect("test --coverage", 0, "quick pass 2 fail 1 unknown 1");
    desk().expect(
        "test --coverage",
        0,
        "quick pass 2 fail 1 unknown 0 never unknown",
    );
    // Of some tests only where it is asked for.
    let some = desk().expect("test --filter slow", 0, "1 passed");
    assert!(!some.out.contains("coverage"), "{}", some.out);
    desk().expect("test --filter slow --coverage", 0, "coverage 33%");
}

#[test]
fn a_floor_is_reached_or_the_run_fails() {
    desk().expect("test --floor 66", 0, "floor 66%");
    desk().expect("test --floor 67%", 1, "floor 67%: not reached");
    nearly().expect("test --floor 100", 0, "floor 100%");
    desk().expect("test --floor 101", 2, "from 0 to 100");
    desk().expect("test --floor 50 --filter slow", 2, "cannot be used with");

    let desk = desk();
    desk.write("rollout.toml", "[test]\nfloor = 90\n");
    desk.expect("test", 1, "floor 90%: not reached");
    desk.expect("test --floor 60", 0, "floor 60%");
    // Some tests alone cannot reach it.
    desk.expect("test --filter slow", 0, "1 passed");
}

#[test]
fn a_path_without_tests_is_no_success() {
    let desk = desk();
    desk.write("more/empty.rollout", "edition 2026\nrollout r\n");
    desk.expect("test shop.rollout more", 1, "`more` has none");
    desk.expect(
        "test more/empty.rollout",
        1,
        "`more/empty.rollout` has none",
    );
    desk.expect("test .", 0, "no tests more/empty.rollout");
    desk.expect("test nowhere", 2, "nowhere");
}

const RULES: &str = r#"edition 2026

evidence smoke {
  fresh 1h
  passed: bool
}

gate smoked { require smoke.passed }
gate part   { require smoke.passed }
gate whole  { require part }
"#;

/// Two policies that ask the gates of one module, the second without a test of its own for them.
fn two() -> Desk {
    let desk = Desk::new();
    let policy = |name: &str, tests: &str| {
        format!(
            "edition 2026\n\nrollout {name}\n\nuse \"../rules.rollout\" as rules\n\nphase all final {{ enter rules.smoked, rules.whole }}\n\nfixture green from \"green\"\n\n{tests}"
        )
    };
    let test = |title: &str, given: &str, expect: &str| {
        format!(
            "test \"{title}\" {{ at 2026-03-02T12:00Z  in start  given green{given}  expect {expect} }}\n"
        )
    };
    desk.write("rules.rollout", RULES);
    let all = test("green", "", "advance")
        + &test("red", " with { rules.smoke.passed = false }", "blocked")
        + &test("gone", " without rules.smoke", "exit 4");
    desk.write("a/a.rollout", policy("a", &all));
    desk.write("b/b.rollout", policy("b", &test("green", "", "advance")));
    for folder in ["a", "b"] {
        desk.write(
            &format!("{folder}/green/smoke.json"),
            r#"{ "passed": true }"#,
        );
    }
    desk
}

#[test]
fn what_one_policy_shows_of_a_module_holds_for_all_of_the_run() {
    let desk = two();
    let all = desk.expect("test .", 0, "b/b.rollout 1 passed coverage 100%");
    // `part` stands inside `whole`: it is not asked by itself.
    assert!(
        all.out.contains("of ../rules.rollout 2 of 2"),
        "{}",
        all.out
    );
    desk.expect(
        "test b",
        0,
        "of ../rules.rollout 0 of 2 (smoked never fail or unknown; whole never fail or unknown)",
    );
}

#[test]
fn machines_read_what_came() {
    let desk = desk();
    desk.write("shop.rollout", POLICY.replace("<= 300ms", "< 300ms"));
    let answer = desk.ask("test --format json");
    assert_eq!(answer.code, 1);
    let found: serde_json::Value = serde_json::from_str(&answer.out).expect("JSON");
    assert_eq!(found["rolloutc.test"], 1);
    assert_eq!([&found["passed"], &found["failed"]], [2, 1]);
    let policy = &found["policies"][0];
    assert_eq!(policy["file"], "shop.rollout");
    assert_eq!(policy["tests"][1]["came"], "failed");
    assert_eq!(policy["tests"][1]["why"]["expected"], "advance");
    assert_eq!(policy["tests"][1]["why"]["as_of"], "2026-03-02T12:00:00Z");
    assert_eq!(policy["coverage"]["percent"], 66);
    assert_eq!(policy["coverage"]["gates"][0]["gate"], "quick");
    assert_eq!(policy["coverage"]["reached"], true);

    let answer = desk.ask("test --format junit --floor 90");
    assert_eq!(answer.code, 1);
    for part in [
        r#"<testsuite name="shop.rollout" tests="4" skipped="0" errors="0" failures="2">"#,
        r#"<testcase name="quick enough" classname="shop.rollout""#,
        r#"<failure message="it is blocked, not advance">"#,
        "expected  advance",
        r#"<testcase name="coverage of at least 90%""#,
    ] {
        assert!(answer.out.contains(part), "{part} in {}", answer.out);
    }
}

#[test]
fn a_watched_policy_is_tried_again_when_a_file_changes() {
    use std::io::{BufRead, BufReader};
    let desk = desk();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_rolloutc"))
        .args(["test", "--watch"])
        .current_dir(desk.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the tool starts");
    let out = child.stdout.take().expect("its output");
    let (told, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(out).lines().map_while(Result::ok) {
            if told.send(line).is_err() {
                return;
            }
        }
    });
    let until = |part: &str| {
        let mut said = String::new();
        let patience = std::time::Duration::from_secs(60);
        while !said.contains(part) {
            match heard.recv_timeout(patience) {
                Ok(line) => said = said + &line + "\n",
                Err(why) => return Err(format!("{why}: wanted {part} in {said}")),
            }
        }
        Ok(())
    };
    let story = || {
        until("3 passed")?;
        // The policy and what its tests give.
        until("watching 2 files")?;
        desk.write("green/slo.json", r#"{ "p95": 310, "since": "today" }"#);
        until("2 passed, 1 failed")?;
        until("watching")?;
        desk.write("shop.rollout", POLICY.replace("<= 300ms", "<= 310.5ms"));
        until("watching")?;
        desk.write("shop.rollout", "rubbish");
        until("watching")?;
        desk.write("green/slo.json", r#"{ "p95": 24 }"#);
        desk.write("shop.rollout", POLICY);
        until("3 passed")
    };
    let told = story();
    let _ = child.kill();
    let _ = child.wait();
    told.unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn what_is_left_out_of_a_map_of_values_is_its_row() {
    let desk = Desk::new();
    desk.write(
        "p.rollout",
        r#"edition 2026

rollout p

evidence limits { fresh 1d  of: map number }

gate whole "Both are limited" { require keys(limits.of) exactly ["a", "b"]   else "no {missing}" }

fixture green from "green"

tests at 2026-03-02T12:00Z {
  "both"            given green                          expect complete
  "one is left out" given green without limits.of["b"]   expect exit 1 because whole
}
"#,
    );
    desk.write("green/limits.json", r#"{ "of": { "a": 1, "b": 2 } }"#);
    desk.expect("test", 0, "2 passed");
}

#[test]
fn invariants_are_asked_in_recorded_states() {
    let desk = desk();
    let more = r#"
invariant "nobody is let in slowly" { never enter all when not quick }
invariant "it waits for nothing"    { never hold when slo.p95 > 100ms }
"#;
    desk.write("shop.rollout", POLICY.to_string() + more);
    desk.write(
        "now.json",
        r#"{ "rolloutc.bundle": 1, "subject": { "build": "77" }, "items": [
             { "item": "slo", "observed_at": "2026-03-02T11:59:00Z", "payload": { "p95": 90 } } ] }"#,
    );
    desk.expect(
        "test",
        0,
        "\"it waits for nothing\" is not put to the test: what it forbids never came",
    );
    desk.expect(
        "eval shop.rollout --evidence now.json --as-of 2026-03-02T12:00:00Z --state kept/a.json --new-state",
        6,
        "kept",
    );
    desk.write("kept/readme.json", "{}");
    desk.expect("test --states kept", 6, "is the state of a rollout");
    desk.expect(
        "eval shop.rollout --evidence now.json --as-of 2026-03-02T12:00:00Z --state kept/a.json --new-state",
        0,
        "ADVANCE",
    );
    // Where it was recorded it soaks: what the tests give makes it wait, and that must never happen.
    let said = desk.expect("test --states kept", 1, "3 passed, 0 states hold, 1 failed");
    for part in [
        "kept/a.json",
        "invariant \"it waits for nothing\"",
        "hold from all",
        "quick enough",
    ] {
        assert!(said.out.contains(part), "{part} in {}", said.out);
    }
    let only = more.replace(
        "never hold when slo.p95 > 100ms",
        "never complete when not quick",
    );
    desk.write("shop.rollout", POLICY.to_string() + &only);
    desk.expect("test --states kept", 0, "3 passed, 1 state holds");

    let other = POLICY.replace("rollout shop", "rollout other") + more;
    desk.write("shop.rollout", other);
    desk.expect(
        "test --states kept",
        1,
        "no state in `kept` is of a rollout",
    );
    desk.write("shop.rollout", POLICY);
    desk.expect("test --states kept", 1, "no policy here has an invariant");
    desk.write("kept/b.json", r#"{ "rolloutc.state": 1 }"#);
    desk.expect("test --states kept", 6, "kept/b.json");
    desk.expect("test --states nowhere", 6, "nowhere");
}
