//! Places, soaks, calendars and deadlines.

use super::super::bench::*;
use super::*;

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
