//! `rolloutc eval --state`: where a rollout stands, and every reason not to go on from there.

use super::Desk;

fn ask(desk: &Desk, file: &str, clock: &str, words: &str, code: i32, part: &str) {
    let words =
        format!("eval shop.rollout --evidence {file}.json --as-of 2025-11-03T{clock}Z {words}");
    desk.expect(&words, code, part);
}

#[test]
fn a_rollout_goes_on_from_its_state() {
    let desk = Desk::with_phases();
    ask(&desk, "10-00", "10:00:00", "", 2, "--start");
    ask(&desk, "10-00", "10:00:00", "--start", 0, "ADVANCE");
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json",
        6,
        "--new-state",
    );
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json --new-state --dry-run",
        0,
        "ADVANCE",
    );
    assert!(!desk.path().join("s.json").exists());
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json --new-state",
        0,
        "canary at 5%",
    );
    let first = desk.read("s.json");
    ask(
        &desk,
        "10-06",
        "10:06:00",
        "--state s.json --dry-run",
        1,
        "HOLD",
    );
    assert_eq!(desk.read("s.json"), first);
    ask(&desk, "10-06", "10:06:00", "--state s.json", 1, "HOLD");
    assert_ne!(desk.read("s.json"), first);
    assert!(desk.read("s.json").ends_with("}\n"));
    let files = std::fs::read_dir(desk.path()).expect("the folder").count();
    assert_eq!(files, 5, "no file is left behind");
}

#[test]
fn a_rollback_ends_with_its_own_code() {
    let desk = Desk::with_phases();
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json --new-state",
        0,
        "ADVANCE",
    );
    let broken = desk
        .read("10-00.json")
        .replace("0.002", "0.02")
        .replace("09:59:40", "10:00:30");
    desk.write("broken.json", broken);
    ask(&desk, "broken", "10:01:00", "--state s.json", 1, "BLOCKED");
    ask(&desk, "broken", "10:05:30", "--state s.json", 5, "ROLLBACK");
}

#[test]
fn time_runs_one_way() {
    let desk = Desk::with_phases();
    ask(
        &desk,
        "10-06",
        "10:06:00",
        "--state s.json --new-state",
        0,
        "ADVANCE",
    );
    ask(
        &desk,
        "10-06",
        "10:05:59",
        "--state s.json",
        6,
        "time never runs backwards",
    );
    let words =
        "eval shop.rollout --evidence 10-06.json --state s.json --as-of 2999-01-01T00:00:00Z";
    desk.expect(words, 2, "later than the clock");
}

#[test]
fn a_state_of_something_else_is_refused() {
    let desk = Desk::with_phases();
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json --new-state",
        0,
        "ADVANCE",
    );
    let policy = desk.read("shop.rollout");
    desk.write(
        "shop.rollout",
        policy.replace("errors <= 1%", "errors <= 2%"),
    );
    ask(&desk, "10-06", "10:06:00", "--state s.json", 6, "--adopt");
    ask(
        &desk,
        "10-06",
        "10:06:00",
        "--state s.json --adopt",
        1,
        "HOLD",
    );
    ask(&desk, "10-06", "10:06:00", "--state s.json", 1, "HOLD");
    desk.write(
        "shop.rollout",
        policy.replace("rollout shop", "rollout store"),
    );
    ask(
        &desk,
        "10-06",
        "10:06:00",
        "--state s.json",
        6,
        "belongs to rollout `shop`",
    );
}

#[test]
fn a_comment_or_title_changes_no_meaning() {
    let desk = Desk::with_phases();
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json --new-state",
        0,
        "ADVANCE",
    );
    let policy = desk.read("shop.rollout");
    let policy = policy.replace("The shop answers in time", "It answers in time");
    desk.write("shop.rollout", format!("// reviewed\n{policy}"));
    ask(&desk, "10-06", "10:06:00", "--state s.json", 1, "HOLD");
}

#[test]
fn a_damaged_state_is_refused_with_its_place() {
    let desk = Desk::with_phases();
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state s.json --new-state",
        0,
        "ADVANCE",
    );
    let state = desk.read("s.json");
    let check = |content: &[u8], part: &str| {
        desk.write("s.json", content);
        ask(&desk, "10-06", "10:06:00", "--state s.json", 6, part);
        assert_eq!(
            std::fs::read(desk.path().join("s.json")).expect("the state"),
            content
        );
    };
    check(
        state
            .replace("\"cohort\":\"5%\"", "\"cohort\":\"50%\"")
            .as_bytes(),
        "does not fit its own digest",
    );
    check(
        state
            .replace("\"rolloutc.state\":1", "\"rolloutc.state\":2")
            .as_bytes(),
        "version 2",
    );
    check(state.replace("\"seq\":", "\"sqe\":").as_bytes(), "damaged");
    check(&state.as_bytes()[..200], "damaged");
    check(b"", "damaged");
    check(b"[]", "damaged");
    check(b"\xff", "not UTF-8");
    check(format!("\u{feff}{state}").as_bytes(), "byte order mark");
    check(&[b"[".repeat(200), b"]".repeat(200)].concat(), "nested");
    ask(
        &desk,
        "10-06",
        "10:06:00",
        "--state .",
        6,
        "there is a folder where a file should be",
    );
}

#[test]
fn flags_that_need_a_state_say_so() {
    let desk = Desk::with_phases();
    ask(&desk, "10-00", "10:00:00", "--new-state", 2, "--state");
    ask(&desk, "10-00", "10:00:00", "--dry-run", 2, "--state");
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--start --state s.json",
        2,
        "cannot be used with",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_state_that_cannot_be_written_ends_with_6() {
    let desk = Desk::with_phases();
    ask(
        &desk,
        "10-00",
        "10:00:00",
        "--state /proc/s.json --new-state",
        6,
        "do not make the move that was printed",
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_decision_that_nobody_heard_moves_nothing() {
    let desk = Desk::with_phases();
    let tool = env!("CARGO_BIN_EXE_rolloutc");
    let words = "eval shop.rollout --evidence 10-00.json --state s.json --new-state --as-of 2025-11-03T10:00:00Z";
    let full = std::process::Command::new("sh")
        .args(["-c", &format!("{tool} {words} > /dev/full")])
        .current_dir(desk.path())
        .output()
        .expect("a shell");
    assert_eq!(full.status.code(), Some(6));
    let said = String::from_utf8_lossy(&full.stderr);
    assert!(said.contains("the decision was not printed"), "{said}");
    assert!(!desk.path().join("s.json").exists());
}

#[test]
fn a_new_state_is_never_begun_over_one_that_stands() {
    let desk = Desk::with_phases();
    let ask = "eval shop.rollout --evidence 10-00.json --state s.json --new-state --as-of 2025-11-03T10:00:00Z";
    let first = desk.expect(ask, 0, "start -> canary at 5%");
    assert!(!first.err.contains("no new state"), "{}", first.err);
    desk.expect(ask, 1, "no new state was started");
    desk.expect(ask, 1, "canary at 5%");
}
