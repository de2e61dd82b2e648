//! Each paragraph of `step.md` that has a boundary, on programs put together by hand.

use super::Options;
use super::bench::*;
use crate::decision::{Outcome, ReasonCode};
use crate::ir::*;

/// Cohorts 10 % and 50 %, soak of ten minutes on a meter that is fresh for five, then a final phase.
fn canary() -> (Bench, ItemId, GateId) {
    let mut bench = Bench::new();
    let (item, low) = bench.meter("slo", 5);
    let gate = bench.gate("slo_low", Level::Blocking, low);
    let keep = vec![bench.criterion(gate)];
    let soak = bench.duration(10);
    let cohorts = bench.phase("cohorts", &[10, 50], false);
    let phase = bench.phase_mut(cohorts);
    phase.keep = keep;
    phase.soak = Some(soak);
    bench.phase("done", &[], true);
    (bench, item, gate)
}

fn minutely(walk: &mut Walk, from: i64, to: i64, n: i64) {
    for minute in from..=to {
        walk.see("slo", minute, n);
    }
}

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
fn a_soak_is_met_at_the_very_minute() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    let soak = walk.check(9, "hold: soak cohorts at 10%");
    assert_eq!(soak.reasons[0].headroom.as_ref().unwrap().value, "-1m");
    assert_eq!(
        soak.next
            .iter()
            .find(|next| next.kind.word() == "soak")
            .unwrap()
            .at,
        at(10)
    );
    walk.check(10, "advance to cohorts at 50%");
    walk.check(10, "hold: soak cohorts at 50%");
    walk.check(20, "advance to done");
    walk.check(20, "complete");
    walk.check(60, "complete");
}

#[test]
fn one_step_for_a_decision_however_late() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 600, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(600, "advance to cohorts at 50%");
    walk.check(600, "hold: soak cohorts at 50%");
}

#[test]
fn a_hole_and_a_red_cost_the_soak() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 4, 1);
    walk.check(0, "advance to cohorts at 10%");
    // Fresh to 9, then nothing until 11.
    minutely(&mut walk, 11, 30, 1);
    walk.check(10, "blocked: gate-unknown slo_low");
    walk.check(20, "hold: soak cohorts at 10%");
    walk.see("slo", 31, 11);
    walk.clone().check(21, "advance to cohorts at 50%");
    let mut walk = canary().0.walk();
    minutely(&mut walk, 0, 4, 1);
    walk.see("slo", 5, 11);
    minutely(&mut walk, 6, 30, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(5, "blocked: gate-failed slo_low");
    walk.check(15, "hold: soak cohorts at 10%");
    walk.check(16, "advance to cohorts at 50%");
}

#[test]
fn on_red_pause_keeps_what_was_gathered() {
    let (mut bench, ..) = canary();
    bench.phase_mut(PhaseId(0)).on_red_pause = true;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 4, 1);
    walk.see("slo", 5, 11);
    minutely(&mut walk, 6, 30, 1);
    walk.check(0, "advance to cohorts at 10%");
    // Five minutes before the red one, five after it.
    walk.check(10, "hold: soak cohorts at 10%");
    walk.check(11, "advance to cohorts at 50%");
}

#[test]
fn without_keep_a_soak_is_wall_time() {
    let (mut bench, ..) = canary();
    bench.phase_mut(PhaseId(0)).keep.clear();
    let mut walk = bench.walk();
    walk.check(0, "advance to cohorts at 10%");
    walk.check(9, "hold: soak cohorts at 10%");
    walk.check(10, "advance to cohorts at 50%");
}

#[test]
fn since_cohort_waits_for_the_first_sample() {
    let (mut bench, item, _) = canary();
    bench.program.evidence[item.ix()].since = Some(Since::Cohort);
    let mut walk = bench.walk();
    walk.see("slo", 0, 1);
    walk.check(1, "advance to cohorts at 10%");
    let waits = walk.check(2, "hold: awaited slo_low, soak cohorts at 10%");
    assert!(
        waits
            .next
            .iter()
            .any(|next| next.kind.word() == "awaited" && next.at == at(6))
    );
    walk.check(6, "hold: awaited slo_low, soak cohorts at 10%");
    walk.check(7, "blocked: gate-unknown slo_low");
    minutely(&mut walk, 8, 30, 1);
    walk.check(8, "hold: soak cohorts at 10%");
    walk.check(17, "hold: soak cohorts at 10%");
    walk.check(18, "advance to cohorts at 50%");
}

#[test]
fn checks_count_samples_after_the_entry() {
    let (mut bench, ..) = canary();
    let three = bench.int(3);
    let phase = bench.phase_mut(PhaseId(0));
    phase.soak = None;
    phase.checks = Some(three);
    let mut walk = bench.walk();
    for minute in [0, 2, 4, 6, 8] {
        walk.see("slo", minute, 1);
    }
    walk.check(0, "advance to cohorts at 10%");
    walk.check(5, "hold: checks cohorts at 10%");
    walk.check(5, "hold: checks cohorts at 10%");
    walk.check(6, "advance to cohorts at 50%");
}

#[test]
fn enter_is_asked_when_due_and_shown_before() {
    let (mut bench, ..) = canary();
    let (_, low) = bench.meter("drill", 0);
    let drilled = bench.gate("drilled", Level::Hard, low);
    let enter = vec![bench.criterion(drilled)];
    bench.phase_mut(PhaseId(1)).enter = enter;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(10, "advance to cohorts at 50%");
    let ahead = walk.check(15, "hold: soak cohorts at 50%");
    assert!(
        ahead
            .gates
            .iter()
            .any(|line| line.gate == "drilled" && line.role.word() == "ahead")
    );
    walk.check(20, "blocked: gate-unknown drilled");
    walk.see("drill", 21, 1);
    walk.check(21, "advance to done");
}

#[test]
fn a_freeze_stops_a_move_and_not_a_soak() {
    let (mut bench, ..) = canary();
    bench.freeze("lunch", 5, 12);
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    let frozen = walk.check(6, "frozen: freeze lunch");
    assert!(
        frozen
            .reasons
            .iter()
            .any(|reason| reason.code == ReasonCode::Soak)
    );
    assert!(
        frozen
            .next
            .iter()
            .any(|next| next.kind.word() == "opens" && next.at == at(12))
    );
    walk.check(11, "frozen: freeze lunch");
    walk.check(12, "advance to cohorts at 50%");
}

#[test]
fn clock_open_stops_the_soak_in_a_freeze() {
    let (mut bench, ..) = canary();
    bench.freeze("lunch", 5, 12);
    bench.phase_mut(PhaseId(0)).clock_open = true;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(16, "hold: soak cohorts at 10%");
    walk.check(17, "advance to cohorts at 50%");
}

#[test]
fn in_flight_finish_lets_cohorts_go_on() {
    let (mut bench, ..) = canary();
    bench.freeze("lunch", 5, 50).in_flight = InFlight::Finish;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(10, "advance to cohorts at 50%");
    walk.check(20, "frozen: freeze lunch");
    walk.check(50, "advance to done");
}

#[test]
fn in_flight_rollback_starts_once_an_occurrence() {
    let (mut bench, ..) = canary();
    let back = bench.rollback("back", to_nought(), Vec::new());
    bench.freeze("audit", 5, 50).in_flight = InFlight::Rollback(back);
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    let fired = walk.check(6, "rollback to cohorts at 0%: freeze audit");
    assert_eq!(fired.procedure.unwrap().cause, "freeze audit");
    walk.check(7, "rollback to cohorts at 0%: procedure-steps back");
}

fn to_nought() -> Target {
    Target::Place {
        phase: PhaseId(0),
        cohort: Some(percent(0)),
    }
}

/// The canary with a trigger on the meter being high.
fn watched(sustain: impl Fn(&mut Bench) -> Sustain, then: impl Fn(&mut Bench) -> Then) -> Walk {
    let (mut bench, _, _) = canary();
    let high = bench.cond(Node::Not(NodeId(4)));
    assert!(
        matches!(bench.program.code[4].node, Node::Compare(..)),
        "{:?}",
        bench.program.code
    );
    let sustain = sustain(&mut bench);
    let then = then(&mut bench);
    bench.trigger("breach", high, sustain, then);
    bench.walk()
}

fn halts(_: &mut Bench) -> Then {
    Then::Halt
}

fn rolls(bench: &mut Bench) -> Then {
    Then::Start(bench.rollback("back", to_nought(), Vec::new()))
}

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
fn a_rollback_lives_until_it_is_closed() {
    let (mut bench, _, gate) = canary();
    let high = bench.cond(Node::Not(NodeId(4)));
    let verify = vec![bench.criterion(gate)];
    let back = bench.rollback("back", to_nought(), verify);
    let (_, ready) = bench.meter("ready", 60);
    let check = Check::Text {
        id: "check-1".into(),
        text: bench.text("look"),
    };
    bench.program.procedures[0].checks.push(check);
    bench.program.procedures[0].reenter = Some(ready);
    bench.trigger("breach", high, Sustain::Once, Then::Start(back));
    let mut walk = bench.walk();
    walk.see("slo", 0, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.see("slo", 2, 11);
    let fired = walk.check(2, "rollback to cohorts at 0%: trigger-fired breach");
    assert_eq!(fired.exit, 5);
    let owed: Vec<&str> = fired
        .obligations
        .iter()
        .map(|one| one.id.as_str())
        .collect();
    assert_eq!(owed[..3], ["a", "b", "check-1"]);
    // Not in order: b does not count.
    walk.log("back_log", 3, &[("b", 3)]);
    walk.check(3, "rollback to cohorts at 0%: procedure-steps back");
    walk.log("back_log", 5, &[("b", 3), ("a", 4)]);
    walk.check(5, "rollback to cohorts at 0%: procedure-steps back");
    assert_eq!(walk.place(), "cohorts at 10%");
    walk.log("back_log", 6, &[("b", 3), ("a", 4), ("b", 6)]);
    let done = walk.check(
        6,
        "halted: procedure-unverified slo_low, procedure-unverified check-1",
    );
    assert_eq!(walk.place(), "cohorts at 0%");
    assert_eq!(done.procedure.unwrap().finished_at, Some(at(6)));
    walk.log("back_log", 7, &[("a", 4), ("b", 6), ("check-1", 7)]);
    walk.check(7, "halted: procedure-unverified slo_low");
    walk.see("slo", 8, 1);
    walk.check(8, "blocked: procedure-reenter back");
    walk.see("ready", 9, 1);
    // Closed, and judged from here on in the same step.
    walk.check(9, "advance to cohorts at 10%");
    assert_eq!(walk.place(), "cohorts at 10%");
    let instance = &walk.state.as_ref().unwrap().instances[""];
    assert_eq!(
        instance.last_rollback.as_ref().unwrap().closed_at,
        Some(at(9))
    );
    let moves: Vec<String> = instance
        .journal
        .moves
        .iter()
        .map(|entry| format!("{} -> {}", entry.from, entry.to))
        .collect();
    assert_eq!(
        moves,
        [
            "start -> cohorts at 10%",
            "cohorts at 10% -> cohorts at 0%",
            "cohorts at 0% -> cohorts at 10%",
        ]
    );
}

#[test]
fn a_rollback_by_hand_is_a_rollback() {
    let mut walk = watched(|_| Sustain::Once, rolls);
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.log("back_log", 4, &[("a", 3)]);
    let began = walk.check(4, "rollback to cohorts at 0%: procedure-steps back");
    let procedure = began.procedure.unwrap();
    assert_eq!(
        (procedure.cause.as_str(), procedure.fired_at),
        ("by hand", at(3))
    );
}

#[test]
fn a_late_procedure_does_not_soften() {
    let mut walk = watched(
        |_| Sustain::Once,
        |bench| {
            let then = rolls(bench);
            let within = bench.duration(3);
            bench.program.procedures[0].decide = Some(Deadline {
                within,
                otherwise: Otherwise::Halted,
                at: OriginId(0),
            });
            then
        },
    );
    walk.see("slo", 0, 1).see("slo", 2, 11);
    walk.check(0, "advance to cohorts at 10%");
    let fired = walk.check(2, "rollback to cohorts at 0%: trigger-fired breach");
    assert_eq!(fired.obligations[0].due, Some(at(5)));
    let in_time = walk.step(5);
    assert!(
        in_time
            .reasons
            .iter()
            .all(|reason| reason.code != ReasonCode::Late)
    );
    let late = walk.check(6, "rollback to cohorts at 0%: procedure-steps back");
    assert!(
        late.reasons
            .iter()
            .any(|reason| reason.code == ReasonCode::Late)
    );
}

#[test]
fn a_phase_that_takes_too_long_is_blocked_for_good() {
    let (mut bench, ..) = canary();
    let within = bench.duration(15);
    bench.phase_mut(PhaseId(0)).within = Some(Deadline {
        within,
        otherwise: Otherwise::Blocked,
        at: OriginId(0),
    });
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(10, "advance to cohorts at 50%");
    walk.check(15, "hold: soak cohorts at 50%");
    walk.check(16, "blocked: deadline cohorts");
    walk.check(20, "blocked: deadline cohorts");
}

#[test]
fn another_subject_while_one_is_exposed_is_halted() {
    let (bench, ..) = canary();
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.subject = "two".into();
    let halted = walk.check(1, "halted: new-subject two");
    assert_eq!(halted.subject.unwrap().to_string(), "one");
    walk.subject = "one".into();
    walk.check(2, "hold: soak cohorts at 10%");
}

#[test]
fn on_new_subject_restart_begins_anew() {
    let (mut bench, ..) = canary();
    bench.program.on_new_subject = OnNewSubject::Restart;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.subject = "two".into();
    let again = walk.check(5, "advance to cohorts at 10%");
    assert_eq!(again.from.unwrap().phase, "start");
    assert_eq!(again.subject.unwrap().to_string(), "two");
    walk.check(14, "hold: soak cohorts at 10%");
    walk.check(15, "advance to cohorts at 50%");
}

#[test]
fn on_new_subject_finish_lets_the_new_one_wait() {
    let (mut bench, ..) = canary();
    bench.program.on_new_subject = OnNewSubject::Finish;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.subject = "two".into();
    let waits = walk.check(10, "advance to cohorts at 50%");
    assert_eq!(waits.subject.unwrap().to_string(), "one");
    walk.check(20, "advance to done");
    walk.check(21, "complete");
    let restarted = walk.check(22, "advance to cohorts at 10%");
    assert_eq!(restarted.subject.unwrap().to_string(), "two");
}

#[test]
fn entered_when_makes_a_move_a_fact_later() {
    let (mut bench, ..) = canary();
    let (_, seen) = bench.meter("traffic", 60);
    bench.phase_mut(PhaseId(1)).entered_when = Some(seen);
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(10, "advance to cohorts at 50%");
    walk.check(20, "advance to done");
    assert_eq!(walk.place(), "cohorts at 50%");
    walk.check(21, "hold: entering done");
    walk.see("traffic", 22, 1);
    walk.check(22, "complete");
    assert_eq!(walk.place(), "done");
}

#[test]
fn not_before_waits_for_its_instant() {
    let (mut bench, ..) = canary();
    let when = bench.code(crate::ty::Ty::Instant, Node::Const(Const::Instant(at(30))));
    bench.phase_mut(PhaseId(0)).not_before = Some(when);
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    let early = walk.check(0, "hold: not-before cohorts at 10%");
    assert!(early.next.iter().any(|next| next.at == at(30)));
    walk.check(29, "hold: not-before cohorts at 10%");
    walk.check(30, "advance to cohorts at 10%");
}

#[test]
fn a_standing_verdict_answers_for_its_gate() {
    let (mut bench, ..) = canary();
    let (_, low) = bench.meter("review", 3);
    let reviewed = bench.gate("reviewed", Level::Blocking, low);
    let mut leave = bench.criterion(reviewed);
    leave.once = true;
    bench.phase_mut(PhaseId(0)).leave = vec![leave];
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.see("review", 12, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(10, "advance to cohorts at 50%");
    walk.check(12, "hold: soak cohorts at 50%");
    walk.check(20, "advance to done");
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
fn a_window_opens_and_scope_says_for_which_move() {
    let (mut bench, ..) = canary();
    bench.window("office", 15, 60);
    let audit = bench.freeze("audit", 0, 40);
    audit.scope = vec![Scope::Entering(vec![PhaseId(1)])];
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 90, 1);
    let outside = walk.check(0, "frozen: window office");
    assert!(
        outside
            .next
            .iter()
            .any(|next| next.kind.word() == "opens" && next.at == at(15))
    );
    walk.check(15, "advance to cohorts at 10%");
    walk.check(25, "advance to cohorts at 50%");
    walk.check(35, "frozen: freeze audit");
    walk.check(40, "advance to done");
    walk.check(70, "complete");
}

#[test]
fn a_freeze_that_cannot_be_told_is_closed() {
    let (mut bench, ..) = canary();
    let (_, low) = bench.meter("incidents", 5);
    let high = bench.cond(Node::Not(low));
    let (_, fine) = bench.meter("pardon", 5);
    let freeze = bench.freeze("incident", 0, 1);
    freeze.times = vec![Time::While(high)];
    freeze.except_when = vec![fine];
    let mut walk = bench.walk();
    let closed = walk.check(0, "frozen: freeze incident");
    assert!(
        closed.reasons[0].message.contains("incidents"),
        "{}",
        closed.reasons[0].message
    );
    walk.see("pardon", 1, 1);
    walk.clone().check(1, "advance to cohorts at 10%");
    walk.see("pardon", 2, 11).see("incidents", 2, 11);
    walk.check(2, "frozen: freeze incident");
    walk.see("incidents", 3, 1);
    walk.check(3, "advance to cohorts at 10%");
}

#[test]
fn a_cohort_has_its_own_soak_and_asks_after() {
    let (mut bench, ..) = canary();
    let two = bench.duration(2);
    let (_, low) = bench.meter("smoke", 0);
    let smoke = bench.gate("smoke", Level::Blocking, low);
    let after = vec![bench.criterion(smoke)];
    let cohorts = &mut bench.phase_mut(PhaseId(0)).cohorts;
    cohorts[0].soak = Some(two);
    cohorts[1].after = after;
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(1, "hold: soak cohorts at 10%");
    walk.check(2, "blocked: gate-unknown smoke");
    walk.see("smoke", 3, 1);
    walk.check(3, "advance to cohorts at 50%");
    walk.check(12, "hold: soak cohorts at 50%");
    walk.check(13, "advance to done");
}

#[test]
fn a_final_phase_is_asked_anew_each_time() {
    let (mut bench, _, gate) = canary();
    let keep = vec![bench.criterion(gate)];
    let (soak, done) = (bench.duration(5), PhaseId(1));
    bench.phase_mut(done).keep = keep;
    bench.phase_mut(done).soak = Some(soak);
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 30, 1);
    for minute in [0, 10, 20] {
        walk.step(minute);
    }
    walk.check(24, "hold: soak done");
    assert_eq!(walk.state.as_ref().unwrap().instances[""].live, None);
    let complete = walk.check(25, "complete");
    assert_eq!(complete.live.unwrap().to_string(), "one");
    walk.see("slo", 31, 11);
    walk.check(31, "blocked: gate-failed slo_low");
}

/// A trigger on each row of a table.
fn rows(on_unknown: OnUnknown) -> Walk {
    let (mut bench, ..) = canary();
    bench.phase_mut(PhaseId(0)).keep.clear();
    let record = bench.record(&[("name", crate::ty::Ty::Text), ("bad", crate::ty::Ty::Bool)]);
    let table = crate::ty::Ty::Rows {
        record,
        shape: crate::ty::Shape::Table { key: 0 },
    };
    let item = bench.item("nodes", table.clone(), 30);
    let source = bench.code(table, Node::Item(item));
    let local = LocalId(0);
    bench.program.locals = 1;
    let row = bench.code(crate::ty::Ty::Record(record), Node::Local(local));
    let bad = bench.cond(Node::Field(row, 1));
    let two = bench.int(2);
    let sustain = Sustain::Times {
        count: two,
        in_a_row: false,
    };
    bench.trigger("sick", bad, sustain, Then::Halt);
    let trigger = &mut bench.program.triggers[0];
    trigger.on_unknown = on_unknown;
    trigger.each = Some(Bind {
        vars: vec![(local, source)],
        filter: None,
        may_be_empty: false,
        source_may_be_empty: vec![false],
    });
    bench.walk()
}

fn nodes(walk: &mut Walk, minute: i64, rows: &[(&str, bool)]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|(name, bad)| format!("{{\"name\":\"{name}\",\"bad\":{bad}}}"))
        .collect();
    walk.see_json("nodes", minute, format!("[{}]", rows.join(",")));
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
fn two_procedures_at_once_start_the_first() {
    let (mut bench, ..) = canary();
    let high = bench.cond(Node::Not(NodeId(4)));
    let one = bench.rollback("one", to_nought(), Vec::new());
    let two = bench.rollback("two", Target::Stay, Vec::new());
    bench.trigger("first", high, Sustain::Once, Then::Start(two));
    bench.trigger("second", high, Sustain::Once, Then::Start(one));
    let mut walk = bench.walk();
    walk.see("slo", 0, 1).see("slo", 2, 11);
    walk.check(0, "advance to cohorts at 10%");
    let both = walk.check(
        2,
        "rollback to cohorts at 10%: trigger-fired first, trigger-fired second",
    );
    assert_eq!(both.procedure.unwrap().name, "two");
    assert!(
        both.warnings
            .iter()
            .any(|warning| warning.code.word() == "shadowed")
    );
    // The second leads further down, so it may take the place of the first.
    walk.see("slo", 3, 11);
    let over = walk.check(
        3,
        "rollback to cohorts at 0%: procedure-steps two, trigger-fired second",
    );
    let procedure = over.procedure.unwrap();
    assert_eq!(procedure.name, "one");
    assert_eq!(procedure.superseded[0].name, "two");
    walk.see("slo", 4, 11);
    walk.check(4, "rollback to cohorts at 0%: procedure-steps one");
}

#[test]
fn a_new_subject_may_order_a_rollback() {
    let (mut bench, ..) = canary();
    let back = bench.rollback("back", to_nought(), Vec::new());
    bench.program.on_new_subject = OnNewSubject::Rollback(back);
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    walk.subject = "two".into();
    let fired = walk.check(1, "rollback to cohorts at 0%: new-subject two");
    assert_eq!(fired.subject.unwrap().to_string(), "one");
    walk.log("back_log", 3, &[("a", 2), ("b", 3)]);
    let again = walk.check(3, "advance to cohorts at 10%");
    assert_eq!(again.subject.unwrap().to_string(), "two");
    assert!(again.procedure.is_none());
}

#[test]
fn without_reenter_a_new_subject_closes() {
    let mut walk = watched(|_| Sustain::Once, rolls);
    walk.see("slo", 0, 1).see("slo", 2, 11);
    walk.check(0, "advance to cohorts at 10%");
    walk.check(2, "rollback to cohorts at 0%: trigger-fired breach");
    walk.log("back_log", 4, &[("a", 3), ("b", 4)]);
    walk.see("slo", 4, 1);
    walk.check(4, "blocked: procedure-reenter back");
    walk.subject = "two".into();
    let again = walk.check(5, "advance to cohorts at 10%");
    assert_eq!(again.from.unwrap().to_string(), "start");
    walk.check(6, "hold: soak cohorts at 10%");
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
fn about_subject_must_be_ours() {
    let mut bench = Bench::new();
    let (item, low) = bench.meter("slo", 5);
    bench.program.evidence[item.ix()].about = vec![About {
        what: AboutWhat::Subject(None),
        paths: Vec::new(),
        unit: None,
    }];
    bench.gate("slo_low", Level::Blocking, low);
    let mut walk = bench.walk();
    walk.see("slo", 0, 1);
    walk.check(0, "complete");
    walk.speaks = "two".into();
    let other = walk.check(1, "blocked: gate-unknown slo_low");
    assert_eq!(other.reasons[0].cause.unwrap().word(), "mismatched");
    assert!(
        other.evidence[0]
            .cause
            .as_ref()
            .unwrap()
            .contains("`two`, not `one`")
    );
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
fn an_approval_is_asked_for_when_due_and_late_at_last() {
    let (mut bench, ..) = canary();
    let go = bench.approval("go", 20, Otherwise::Halted);
    let ask = Criterion {
        ask: Ask::Approval(go),
        once: false,
        name: "go".into(),
        at: OriginId(0),
    };
    bench.phase_mut(PhaseId(0)).cohorts[1].after = vec![ask];
    let mut walk = bench.walk();
    minutely(&mut walk, 0, 60, 1);
    walk.check(0, "advance to cohorts at 10%");
    let early = walk.check(9, "hold: soak cohorts at 10%");
    assert!(early.obligations.is_empty());
    let asked = walk.check(10, "hold: approval-missing go");
    assert_eq!(asked.obligations[0].due, Some(at(30)));
    walk.check(30, "hold: approval-missing go");
    walk.check(31, "halted: approval-late go");
    walk.check(32, "halted: approval-late go");
}

#[test]
fn a_late_rollback_may_start_another() {
    let (mut bench, ..) = canary();
    bench.phase_mut(PhaseId(0)).keep.clear();
    let back = bench.rollback("back", to_nought(), Vec::new());
    let within = bench.duration(3);
    bench.phase_mut(PhaseId(0)).within = Some(Deadline {
        within,
        otherwise: Otherwise::Rollback(back),
        at: OriginId(0),
    });
    let mut walk = bench.walk();
    walk.check(0, "advance to cohorts at 10%");
    walk.check(3, "hold: soak cohorts at 10%");
    let fired = walk.check(4, "rollback to cohorts at 0%: deadline cohorts");
    assert_eq!(fired.procedure.unwrap().cause, "deadline cohorts");
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
