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
fn the_tests_of_the_examples_pass() {
    let desk = Desk::new();
    let examples = root().join("examples");
    desk.expect(&format!("test {}", examples.display()), 0, " passed\n");
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
