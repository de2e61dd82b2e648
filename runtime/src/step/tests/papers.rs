//! Evidence as a step sees it, documents and refusals.

use super::super::bench::*;
use super::*;

#[test]
fn a_rollout_without_phases_is_one_question() {
    let mut bench = Bench::new();
    let (_, low) = bench.meter("slo", 5);
    bench.gate("slo_low", Level::Blocking, low);
    bench.freeze("night", 100, 200);
    let mut walk = bench.walk();
    walk.check(0, "blocked: gate-unknown slo_low");
    assert_eq!(walk.step(0).exit, 4);
    walk.see("slo", 1, 10);
    let done = walk.check(1, "complete");
    assert_eq!((done.from, done.exit), (None, 0));
    walk.see("slo", 2, 11);
    let blocked = walk.check(2, "blocked: gate-failed slo_low");
    assert_eq!(blocked.exit, 1);
    assert_eq!(blocked.reasons[0].observed.as_ref().unwrap().value, "11");
    walk.see("slo", 99, 1);
    walk.check(99, "complete");
    walk.see("slo", 100, 1);
    walk.check(100, "frozen: freeze night");
    walk.see("slo", 101, 11);
    walk.check(101, "blocked: gate-failed slo_low");
    walk.see("slo", 200, 1);
    walk.check(200, "complete");
}

#[test]
fn nothing_that_asks_is_vacuous() {
    Bench::new().walk().check(0, "blocked: vacuous bench");
    let mut bench = Bench::new();
    let (_, low) = bench.meter("slo", 5);
    bench.gate("slo_low", Level::Advisory, low);
    bench.walk().check(0, "blocked: vacuous bench");
}

#[test]
fn freshness_ends_with_the_instant_after() {
    let mut bench = Bench::new();
    let (_, low) = bench.meter("slo", 5);
    bench.gate("slo_low", Level::Blocking, low);
    let mut walk = bench.walk();
    walk.see("slo", 0, 1);
    let last = walk.check(5, "complete");
    assert!(last.next.is_empty(), "{:?}", last.next);
    let stale = walk.check(6, "blocked: gate-unknown slo_low");
    assert_eq!(stale.reasons[0].cause.unwrap().word(), "stale");
}

#[test]
fn an_older_item_is_superseded() {
    let mut bench = Bench::new();
    let (_, low) = bench.meter("slo", 50);
    bench.gate("slo_low", Level::Blocking, low);
    let mut walk = bench.walk();
    walk.see("slo", 5, 11);
    walk.check(5, "blocked: gate-failed slo_low");
    walk.seen.clear();
    walk.see("slo", 4, 1);
    let older = walk.check(6, "blocked: gate-unknown slo_low");
    assert_eq!(older.reasons[0].cause.unwrap().word(), "superseded");
}

#[test]
fn two_contents_for_one_instant_are_malformed() {
    let mut bench = Bench::new();
    let (_, low) = bench.meter("slo", 50);
    bench.gate("slo_low", Level::Blocking, low);
    let mut walk = bench.walk();
    walk.see("slo", 5, 1).see("slo", 5, 2);
    let both = walk.check(5, "blocked: gate-unknown slo_low");
    assert_eq!(both.reasons[0].cause.unwrap().word(), "malformed");
}

#[test]
fn about_cohort_is_awaited_and_then_mismatched() {
    let (mut bench, item, _) = canary();
    bench.program.evidence[item.ix()].about = vec![About {
        what: AboutWhat::Cohort,
        paths: Vec::new(),
        unit: None,
    }];
    let mut walk = bench.walk();
    for minute in 0..60 {
        walk.shares
            .insert(minute, percent(if minute < 12 { 10 } else { 50 }));
    }
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(11, "advance to cohorts at 50%");
    // What was observed at the entry speaks of the cohort before: mismatched. After it, it fits.
    let other = walk.check(11, "blocked: gate-unknown slo_low");
    assert_eq!(other.reasons[0].cause.unwrap().word(), "mismatched");
    walk.check(12, "hold: soak cohorts at 50%");
}

#[test]
fn a_timeless_item_is_pinned_by_the_first_decision() {
    let mut bench = Bench::new();
    let (_, low) = bench.meter("rules", 0);
    bench.gate("rules_low", Level::Blocking, low);
    let mut walk = bench.walk();
    walk.see("rules", 0, 1);
    walk.check(0, "complete");
    walk.seen.clear();
    walk.see("rules", 1, 2);
    let other = walk.check(1, "blocked: gate-unknown rules_low");
    assert_eq!(other.reasons[0].cause.unwrap().word(), "mismatched");
    walk.subject = "two".into();
    walk.check(2, "complete");
}

#[test]
fn the_digest_of_a_decision_is_its_own() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 9, 1);
    let advance = walk.step(0);
    assert_eq!(advance.digest, Some(advance.compute_digest()));
    let state = walk.state.as_ref().unwrap();
    assert_eq!(advance.digests.state_after, Some(state.digest));
    let journal = &state.instances[""].journal;
    assert_eq!(Some(journal.moves[0].decision), advance.digest);
    let hold = walk.step(5);
    let mut worded = hold.clone();
    worded.tool.version = "9".into();
    worded.next[0].then = "else".into();
    assert_eq!(worded.compute_digest(), hold.compute_digest());
    worded.next[0].subject = "else".into();
    assert_ne!(worded.compute_digest(), hold.compute_digest());
}

#[test]
fn the_order_of_observations_changes_no_byte() {
    let mut walk = watched(|_| Sustain::Once, rolls);
    minutely(&mut walk, 0, 20, 1);
    walk.see("slo", 21, 11).see("other", 3, 1).see("slo", 3, 7);
    let mut turned = walk.clone();
    turned.seen.reverse();
    for minute in [0, 5, 12, 21] {
        let (one, two) = (walk.step(minute), turned.step(minute));
        assert_eq!(one.to_json(), two.to_json());
        assert_eq!(
            walk.state.as_ref().unwrap().to_json(),
            turned.state.as_ref().unwrap().to_json()
        );
    }
}

#[test]
fn refusals_say_what_to_do() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(5, "advance to cohorts at 10%");
    let options = Options::default();
    let check = |change: &dyn Fn(&mut Walk), minute: i64, message: &str, exit: u8| {
        let mut walk = walk.clone();
        change(&mut walk);
        let refusal = walk.try_step(minute, &options).unwrap_err();
        assert!(refusal.to_string().contains(message), "{refusal}");
        assert_eq!(refusal.exit(), exit);
        assert!(!refusal.help().is_empty());
    };
    check(&|_| {}, 4, "lies before the state's last step", 6);
    check(
        &|walk| walk.state.as_mut().unwrap().rollout = "else".into(),
        6,
        "rollout `else`",
        6,
    );
    check(
        &|walk| {
            walk.program.gates[0].level = Level::Hard;
            walk.program.seal();
        },
        6,
        "another meaning",
        6,
    );
}

#[test]
fn adopting_keeps_the_place_and_drops_the_soak() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(9, "hold: soak cohorts at 10%");
    walk.program.gates[0].level = Level::Hard;
    walk.program.seal();
    let adopt = Options {
        adopt: true,
        ..Options::default()
    };
    let adopted = walk.try_step(10, &adopt).unwrap();
    assert_eq!(say(&adopted), "hold: soak cohorts at 10%");
    walk.check(19, "hold: soak cohorts at 10%");
    walk.check(20, "advance to cohorts at 50%");
    walk.program.phases[0].name = "other".into();
    walk.program.seal();
    let lost = walk.try_step(21, &adopt).unwrap_err();
    assert!(lost.to_string().contains("no phase `cohorts`"), "{lost}");
}
