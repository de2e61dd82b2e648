//! Triggers and their tracks.

use super::super::bench::*;
use super::*;

#[test]
fn a_trigger_fires_when_it_held_so_long() {
    let five = |bench: &mut Bench| Sustain::For(bench.duration(5));
    let mut walk = watched(five, halts);
    walk.see("slo", 0, 1);
    minutely(&mut walk, 1, 30, 11);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(5, "blocked: gate-failed slo_low");
    let fired = walk.check(6, "halted: trigger-fired breach");
    assert_eq!(fired.triggers[0].held.to_string(), "5m");
    walk.check(7, "halted: halt breach");
    assert_eq!(walk.state.as_ref().unwrap().instances[""].halts.len(), 1);
    walk.check(20, "halted: trigger-fired breach");
    assert_eq!(walk.state.as_ref().unwrap().instances[""].halts.len(), 1);
}

#[test]
fn a_trigger_that_was_due_between_two_steps_fires() {
    let five = |bench: &mut Bench| Sustain::For(bench.duration(5));
    let mut walk = watched(five, halts);
    walk.see("slo", 0, 1);
    minutely(&mut walk, 1, 8, 11);
    minutely(&mut walk, 9, 30, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(30, "halted: trigger-fired breach");
}

#[test]
fn a_hole_pauses_a_trigger() {
    let eight = |bench: &mut Bench| Sustain::For(bench.duration(8));
    let mut walk = watched(eight, halts);
    walk.see("slo", 0, 1);
    minutely(&mut walk, 1, 2, 11);
    // Fresh to 7: six minutes. Then a hole to 20, and two more.
    minutely(&mut walk, 20, 30, 11);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(21, "blocked: gate-failed slo_low");
    walk.check(22, "halted: trigger-fired breach");
}

#[test]
fn times_counts_the_third_and_in_a_row_breaks() {
    let times = |in_a_row| {
        move |bench: &mut Bench| Sustain::Times {
            count: bench.int(3),
            in_a_row,
        }
    };
    for (in_a_row, fires) in [(false, 5), (true, 8)] {
        let mut walk = watched(times(in_a_row), halts);
        for (minute, n) in [(0, 1), (2, 11), (3, 11), (4, 1), (5, 11), (7, 11), (8, 11)] {
            walk.see("slo", minute, n);
        }
        walk.check(0, "advance to cohorts at 10%");
        for minute in 1..fires {
            let decision = walk.step(minute);
            assert!(!decision.triggers[0].fired, "{in_a_row} at {minute}");
        }
        walk.check(fires, "halted: trigger-fired breach");
    }
}

#[test]
fn asking_twice_is_one_sample() {
    let times = |bench: &mut Bench| Sustain::Times {
        count: bench.int(2),
        in_a_row: false,
    };
    let mut walk = watched(times, halts);
    walk.see("slo", 0, 1).see("slo", 2, 11).see("slo", 6, 11);
    walk.check(0, "advance to cohorts at 10%");
    for minute in [2, 2, 3, 4, 5] {
        assert_eq!(walk.step(minute).outcome, Outcome::Blocked);
    }
    walk.check(6, "halted: trigger-fired breach");
}

#[test]
fn a_trigger_is_awaited_and_then_blind() {
    let mut walk = watched(|_| Sustain::Once, halts);
    walk.program.phases[0].keep.clear();
    walk.program.seal();
    walk.check(0, "advance to cohorts at 10%");
    // Armed by the move; fresh for five minutes.
    walk.check(1, "hold: awaited breach, soak cohorts at 10%");
    walk.check(5, "hold: awaited breach, soak cohorts at 10%");
    walk.check(6, "halted: trigger-blind breach");
    walk.see("slo", 8, 1);
    walk.check(8, "hold: soak cohorts at 10%");
    // Once it saw, it is blind at once.
    walk.check(14, "halted: trigger-blind breach");
}

#[test]
fn each_row_of_a_trigger_has_a_track_of_its_own() {
    let mut walk = rows(OnUnknown::Blind);
    nodes(&mut walk, 0, &[("a", false), ("b", false)]);
    walk.check(0, "advance to cohorts at 10%");
    nodes(&mut walk, 1, &[("a", true), ("b", false)]);
    nodes(&mut walk, 2, &[("a", false), ("b", true)]);
    walk.check(2, "hold: soak cohorts at 10%");
    nodes(&mut walk, 3, &[("a", true), ("b", false)]);
    let fired = walk.check(3, "halted: trigger-fired sick[\"a\"]");
    assert_eq!(fired.triggers[0].row.as_deref(), Some("a"));
}

#[test]
fn a_row_that_vanishes_is_unknown() {
    for (on_unknown, says) in [
        (OnUnknown::Blind, "halted: trigger-blind sick[\"b\"]"),
        (OnUnknown::Ignore, "hold: soak cohorts at 10%"),
        (OnUnknown::Fire, "halted: trigger-fired sick[\"b\"]"),
    ] {
        let mut walk = rows(on_unknown);
        nodes(&mut walk, 0, &[("a", false), ("b", false)]);
        walk.check(0, "advance to cohorts at 10%");
        walk.check(1, "hold: soak cohorts at 10%");
        nodes(&mut walk, 2, &[("a", false)]);
        walk.check(2, says);
    }
}

#[test]
fn a_condition_on_the_clock_is_sampled_at_now() {
    let (mut bench, ..) = canary();
    bench.phase_mut(PhaseId(0)).keep.clear();
    let now = bench.code(crate::ty::Ty::Instant, Node::Known(Known::AsOf));
    let noon = bench.code(crate::ty::Ty::Instant, Node::Const(Const::Instant(at(5))));
    let late = bench.cond(Node::Compare(Cmp::Ge, now, noon));
    bench.trigger("late", late, Sustain::Once, Then::Halt);
    let mut walk = bench.walk();
    walk.check(0, "advance to cohorts at 10%");
    walk.check(4, "hold: soak cohorts at 10%");
    walk.check(5, "halted: trigger-fired late");
}

#[test]
fn extra_steps_change_nothing() {
    // A small generator of our own, so that every run is the same.
    let mut seed = 7u64;
    let mut random = move |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (seed >> 33) % below
    };
    for round in 0..60 {
        let sustain = |bench: &mut Bench| match round % 4 {
            0 => Sustain::For(bench.duration(6)),
            1 => Sustain::Times {
                count: bench.int(4),
                in_a_row: false,
            },
            2 => Sustain::Times {
                count: bench.int(3),
                in_a_row: true,
            },
            _ => Sustain::For(bench.duration(11)),
        };
        let mut walk = watched(sustain, halts);
        // No move, so that nothing but the asking differs.
        let long = walk.program.phases[0].soak.unwrap();
        walk.program.code[long.ix()].node = Node::Const(Const::Number(minutes(10_000)));
        walk.program.seal();
        let mut minute = 0;
        while minute < 80 {
            let n = if random(3) == 0 { 1 } else { 11 };
            walk.see("slo", minute, if minute == 0 { 1 } else { n });
            minute += 1 + random(7) as i64;
        }
        walk.step(0);
        let mut often = walk.clone();
        let fired = |decision: &crate::decision::Decision| decision.triggers[0].fired;
        let mut fired_often = false;
        for minute in 1..79 {
            if random(2) == 0 {
                fired_often |= fired(&often.step(minute));
            }
        }
        fired_often |= fired(&often.step(79));
        let fired_once = fired(&walk.step(79));
        assert_eq!(fired_once, fired_often, "round {round}: {:?}", walk.seen);
        if !fired_often {
            let tracks = |walk: &Walk| {
                let instance = walk.state.as_ref().unwrap().instances[""].clone();
                (instance.tracks, instance.soak)
            };
            assert_eq!(
                tracks(&walk),
                tracks(&often),
                "round {round}: {:?}",
                walk.seen
            );
        }
    }
}
