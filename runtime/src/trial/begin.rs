//! The state in which a test begins: where it stands, since when, and behind which rollback. Knows states; steps
//! nothing.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::canon::Digest;
use crate::document::{Share, Span};
use crate::ir::trial::{Stand, Test};
use crate::ir::{self, Check, PhaseId, Program, Target};
use crate::state::{
    Instance, LastRollback, Place, Procedure, ProcedureKind, START, State, StepDone, Subject,
    Track, TruthWord, VERSION,
};
use crate::time::Instant;

/// What a test remembers before its first step; `None` where it remembers nothing.
pub(super) fn begin(
    program: &Program,
    test: &Test,
    subject: Option<Subject>,
    params: Digest,
) -> Option<State> {
    let stands = test.stands.as_ref();
    let fresh = stands.is_none_or(|stands| stands.phase.is_none());
    if fresh && test.after.is_none() {
        return None;
    }
    let now = test.instant;
    let mut instance = Instance::new(now);
    instance.subject = subject;
    instance.params = params;
    let entered = stands
        .and_then(|stands| stands.since)
        .and_then(|since| now.minus(since))
        .unwrap_or(now);
    instance.subject_since = instance.subject.as_ref().map(|_| entered);
    if let Some(Stand {
        phase: Some(id),
        share,
        ..
    }) = stands
        && let Some(phase) = program.phases.get(id.ix())
    {
        let place = place(program, *id, *share);
        instance.phase = phase.name.clone();
        instance.cohort = place.cohort;
        instance.phase_entered_at = Some(entered);
        instance.entered_at = Some(entered);
        instance.soak = soaked(entered);
    }
    if let Some(after) = &test.after
        && let Some(procedure) = program.procedures.get(after.procedure.ix())
    {
        let to = match procedure.target {
            Target::Stay => instance.place(),
            Target::Place { phase, cohort } => place(program, phase, cohort),
        };
        let from = instance.place();
        instance.last_rollback = Some(LastRollback {
            name: procedure.name.clone(),
            at: after.instant,
            from: from.clone(),
            to,
            closed_at: None,
        });
        instance.procedure = Some(verified(procedure, after.instant, from));
        let since = instance.subject_since.map(|since| since.min(after.instant));
        instance.subject_since = since;
    }
    let key = test.key.clone().unwrap_or_default();
    Some(State {
        version: VERSION,
        rollout: program.rollout.clone(),
        program: program.meaning,
        previous: None,
        digest: Digest::default(),
        instances: BTreeMap::from([(key, instance)]),
    })
}

/// A recorded state as the place where a test begins: of the test's subject and params, with nothing seen yet, for what the
/// test gives is other evidence.
pub(super) fn again(
    program: &Program,
    mut state: State,
    subject: Option<Subject>,
    params: Digest,
) -> State {
    state.program = program.meaning;
    for instance in state.instances.values_mut() {
        instance.seen.clear();
        instance.pins.clear();
        instance.params = params;
        if subject.is_some() {
            instance.subject.clone_from(&subject);
        }
    }
    state
}

/// Green since the entry, with no hole up to the first sample.
fn soaked(entered: Instant) -> Track {
    Track {
        value: Some(TruthWord::True),
        at: Some(entered),
        until: None,
        since: Some(entered),
        held: Span::ZERO,
        count: 0,
        run: 0,
    }
}

/// A place of the policy; the first cohort where none is said.
fn place(program: &Program, phase: PhaseId, share: Option<crate::number::Number>) -> Place {
    let Some(found) = program.phases.get(phase.ix()) else {
        return Place {
            phase: START.into(),
            cohort: None,
        };
    };
    let first = found.cohorts.first().map(|cohort| cohort.share);
    Place {
        phase: found.name.clone(),
        cohort: share.or(first).map(Share),
    }
}

fn verified(procedure: &ir::Procedure, at: Instant, from: Place) -> Procedure {
    let done = || StepDone {
        done_at: at,
        by: Some("test".into()),
    };
    let steps: IndexMap<String, StepDone> = procedure
        .steps
        .iter()
        .map(|step| (step.id.clone(), done()))
        .collect();
    let checks = procedure.checks.iter().filter_map(|check| match check {
        Check::Text { id, .. } => Some((id.clone(), done())),
        Check::List(_) => None,
    });
    Procedure {
        name: procedure.name.clone(),
        kind: match procedure.kind {
            ir::ProcedureKind::Rollback => ProcedureKind::Rollback,
            ir::ProcedureKind::Switch => ProcedureKind::Switch,
        },
        cause: "test".into(),
        fired_at: at,
        from,
        steps,
        checks: checks.collect(),
        finished_at: Some(at),
        verified_at: Some(at),
        superseded: Vec::new(),
    }
}
