//! `rollout.toml`: where it is found, what beats it, and what it may not say.

use super::Desk;

/// A policy with a warning, two folders below the configuration.
fn desk(config: &str) -> Desk {
    let desk = Desk::new();
    desk.write("rollout.toml", config);
    let policy = super::QUESTION.to_string()
        + "\ngate idle advisory { require slo.p95 <= 1s }\nlet unused = 3\n";
    desk.write("a/b/p.rollout", policy);
    desk.write(
        "a/b/ev/slo.json",
        r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
    );
    desk
}

const ASK: &str = "eval a/b/p.rollout --evidence a/b/ev --as-of 2025-11-03T10:00:00Z";

#[test]
fn a_project_denies_what_it_denies() {
    desk("").expect("check a/b/p.rollout", 0, "1 warning");
    desk("[check]\ndeny = [\"warnings\"]\n").expect("check a/b/p.rollout", 1, "1 warning");
    desk("[check]\ndeny = [\"unused-declaration\"]\n").expect("check a", 1, "1 warning");
    desk("[check]\ndeny = [\"unused-gate\"]\n").expect("check a/b", 0, "1 warning");
    // A flag adds to it.
    desk("[check]\ndeny = [\"unused-gate\"]\n").expect("check a/b --deny warnings", 1, "1 warning");
}

#[test]
fn the_nearest_one_counts_alone() {
    let desk = desk("[check]\ndeny = [\"warnings\"]\n");
    desk.write("a/rollout.toml", "");
    desk.expect("check a/b/p.rollout", 0, "1 warning");
}

#[test]
fn times_are_shown_as_the_project_wants_unless_a_flag_says_otherwise() {
    let desk = desk("[eval]\ntz = \"Europe/Berlin\"\n");
    desk.expect(ASK, 0, "as of 2025-11-03 11:00+01:00");
    desk.expect(&format!("{ASK} --tz UTC"), 0, "as of 2025-11-03 10:00Z");
    let with = desk.ask(&format!("{ASK} --format json")).out;
    desk.write("rollout.toml", "");
    assert_eq!(with, desk.ask(&format!("{ASK} --format json")).out);
}

#[test]
fn what_it_may_not_say_is_refused_with_its_place() {
    let check = |config: &str, part: &str| {
        let desk = desk(config);
        desk.expect("check a/b/p.rollout", 2, part);
        desk.expect(ASK, 2, part);
    };
    check("[eval]\ntx = \"UTC\"\n", "[rollout.toml:2:1]");
    check("[eval]\ntx = \"UTC\"\n", "did you mean `tz`?");
    check("[params]\nmost = \"1s\"\n", "there is no table `params`");
    check("[eval]\ntz = \"Mars\"\n", "there is no time zone `Mars`");
    check(
        "[check]\ndeny = [\"unused-gat\"]\n",
        "did you mean `unused-gate`?",
    );
    check("[check\n", "the configuration does not read");
    check("\u{0}", "the configuration does not read");
}

#[test]
fn its_keys_are_explained() {
    let desk = Desk::new();
    desk.expect("explain rollout.toml", 0, "[check]");
    desk.expect("explain rollout.tml", 2, "did you mean `rollout.toml`?");
}
