//! Params from flags, the environment and defaults, and secrets, which stand nowhere.

use super::Desk;

const POLICY: &str = r#"edition 2026

rollout p of { build: text }

param count:  int = 3             env "COUNT"  min 1   max 5
param soak:   duration = 30m      env "SOAK" in seconds   min 30m   max 1h
param ring:   enum { inner outer } = inner     env "RING"
param shares: list int = [1, 2]   env "SHARES" only [1], [1, 2]
param loss:   ratio = 2%          env "LOSS" in percent   max 5%
param room:   bytes = 1MiB        env "ROOM" in MiB   max 2MiB
param least:  version = "1.2"     env "LEAST"
param since:  instant = 2026-01-01T00:00Z   env "SINCE"
param mode:   text = "a"          env "MODE" only "a", "b"
param maybe:  int?                env "MAYBE"
param token:  secret              env "TOKEN"

evidence slo from http("https://example.org/slo", bearer: token) { fresh 5m  n: int }

gate fits {
  require slo.n <= count and soak >= 30m and loss <= 5% and room <= 2MiB
  require as_of >= since and least >= "1.0" and mode in ["a", "b"]
  require ring == inner or ring == outer
  require all share in shares : share > 0
  require (maybe ?? 0) < 10
}
"#;

const ASK: &str = "eval p.rollout --evidence ev --start --as-of 2026-03-01T00:00:00Z --observed-at slo=2026-03-01T00:00:00Z --subject build=1";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("p.rollout", POLICY);
    desk.write("ev/slo.json", "{\"n\": 1}");
    desk
}

/// Asks with a variable (`NAME=VALUE`), with a flag (`name=VALUE`), or both.
#[track_caller]
fn check(words: &str, code: i32, part: &str) {
    let desk = desk();
    let (flags, env): (Vec<&str>, Vec<&str>) = words
        .split_whitespace()
        .partition(|word| word.starts_with(|c: char| c.is_ascii_lowercase() || c == '='));
    let flags: String = flags
        .iter()
        .map(|flag| format!(" --param {flag}"))
        .collect();
    let env: Vec<(&str, &str)> = env.iter().filter_map(|word| word.split_once('=')).collect();
    let answer = desk.ask_with(&format!("{ASK}{flags}"), &env, b"");
    let said = format!("{}{}", answer.out, answer.err).replace("\n  | ", " ");
    assert_eq!(answer.code, code, "{words}\n{said}");
    assert!(said.contains(part), "{words}\nwanted: {part}\n{said}");
}

#[test]
fn a_flag_beats_a_variable_beats_the_default() {
    check("", 0, "COMPLETE");
    check("COUNT=4", 0, "count  4 (env)");
    check("COUNT=9 count=4", 0, "count  4 (flag)");
    check("SOAK=1801", 0, "30m1s (env)");
    check("SOAK=45m", 0, "45m (env)");
    check("soak=45m", 0, "45m (flag)");
    check("RING=outer", 0, "outer (env)");
    check("SHARES=1", 0, "[1] (env)");
    check("SHARES=[1,2]", 0, "[1, 2] (env)");
    check("LOSS=2.5", 0, "2.5% (env)");
    check("ROOM=2", 0, "2MiB (env)");
    check("LEAST=1.10", 0, "1.10 (env)");
    check("SINCE=2026-03-01T00:00:00Z", 0, "COMPLETE");
    check("MODE=b", 0, "b (env)");
    check("MAYBE=3", 0, "3 (env)");
}

#[test]
fn a_wrong_value_is_told_with_its_name_and_origin() {
    check(
        "COUNT=x",
        2,
        "`count`, from variable COUNT: `x` is not a whole number",
    );
    check("COUNT=1.5", 2, "`1.5` is not a whole number");
    check("COUNT=", 2, "`` is not a whole number");
    check("COUNT=0", 2, "`count` is 0, from variable COUNT");
    check("count=6", 2, "the policy allows at most 5");
    check("SOAK=1799", 2, "the policy allows at least 30m");
    check("SOAK=soon", 2, "nor a number in seconds");
    check("soak=45", 2, "`soak`, from --param: `45` is not a duration");
    check("RING=oute", 2, "`oute` is no choice: did you mean `outer`?");
    check("SHARES=3", 2, "the policy allows only [1], [1, 2]");
    check("LOSS=5.1", 2, "`loss` is 5.1%, from variable LOSS");
    check("ROOM=3", 2, "the policy allows at most 2MiB");
    check("LEAST=new", 2, "`new` is not a version such as `1.4.2`");
    check("SINCE=2026-03-01T00:00", 2, "a time without offset or `Z`");
    check("MODE=c", 2, "the policy allows only a, b");
    check("cont=3", 2, "did you mean `count`?");
    check("count", 2, "`count` has no `=`");
    check("count=3 count=4", 2, "twice");
}

/// Whatever is said and kept, in every form, with a secret at hand.
#[test]
fn a_secret_stands_nowhere() {
    const HUSH: &str = "hush-4711";
    let forms = [
        format!("{ASK} --format text"),
        format!("{ASK} --format json"),
        format!("{ASK} --format markdown"),
        format!("{ASK} --param token={HUSH}"),
        format!("{ASK} --param token={HUSH} --param token={HUSH}"),
        format!("{ASK} --param tokn={HUSH}"),
        format!("{ASK} --param ={HUSH}"),
        format!("{ASK} --param count={{TOKEN}}"),
        "compile p.rollout".to_string(),
        "check p.rollout --format json".to_string(),
        ASK.replace("--start", "--state s.json --new-state"),
        ASK.replace("--start", "--state s.json --format json"),
        ASK.replace("p.rollout", "none.rollout"),
        ASK.replace("slo=2026-03-01", "slo=2027-03-01"),
    ];
    let phased =
        format!("{POLICY}\nphase go {{ enter fits }}\nphase done final {{ enter fits }}\n");
    for policy in [POLICY, &phased] {
        let desk = desk();
        desk.write("p.rollout", policy);
        for words in &forms {
            let mangled = format!("\u{1}{HUSH}\n");
            for value in [HUSH, mangled.as_str()] {
                let answer = desk.ask_with(words, &[("TOKEN", value)], b"");
                let said = format!("{}{}", answer.out, answer.err);
                assert!(!said.contains(HUSH), "{words}\n{said}");
            }
        }
        for file in std::fs::read_dir(desk.path()).expect("the desk").flatten() {
            let text = std::fs::read(file.path()).unwrap_or_default();
            assert!(!String::from_utf8_lossy(&text).contains(HUSH), "{file:?}");
        }
    }
}

#[test]
fn a_secret_changes_no_digest() {
    let desk = desk();
    let ask = |token| {
        let words = format!("{ASK} --format json");
        desk.ask_with(&words, &[("TOKEN", token)], b"").out
    };
    assert_eq!(ask("one"), ask("two"));
}

#[test]
fn a_secret_is_for_the_bearer_of_a_source_only() {
    let desk = Desk::new();
    let check = |from: &str, to: &str, part: &str| {
        assert!(POLICY.contains(from));
        desk.write("p.rollout", POLICY.replace(from, to));
        desk.expect("check p.rollout --format short", 3, part);
    };
    check(
        "secret  ",
        "secret = \"x\"  ",
        "the secret `token` stands in the policy",
    );
    check(
        "/slo\"",
        "/slo?t={token}\"",
        "`token` is a secret and would be shown",
    );
    check(
        "slo.n <=",
        "token is present and slo.n <=",
        "`token` is a secret, which no rule reads",
    );
    check(
        "  n: int }",
        "  n: int  s: secret }",
        "`s` would keep a secret",
    );
    check(
        "build: text",
        "build: secret",
        "`build` would keep a secret",
    );
}
