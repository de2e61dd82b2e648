//! Rollbacks, switches and new subjects.

use super::super::bench::*;
use super::*;

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
