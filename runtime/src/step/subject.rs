//! The subject of a step: the state's own, a first one, or a new one while the last may be exposed.
//! Knows no evidence but what names the live subject.

use indexmap::IndexMap;

use super::Run;
use crate::decision::{Outcome, Reason, ReasonCode, WarningCode};
use crate::ir::{AboutWhat, OnNewSubject};
use crate::state::{Place, START, Subject};
use crate::value::Val;
use crate::view::look::Mode;

impl<'a> Run<'a> {
    /// Room 1: whom this step is about.
    pub(super) fn subject(&mut self, given: Option<Subject>) {
        let Some(given) = given else {
            if let Some(incoming) = self.instance.incoming.clone() {
                self.waits(incoming);
            }
            return;
        };
        match &self.instance.subject {
            None => {
                self.instance.subject = Some(given);
                self.instance.subject_since = Some(self.now);
            }
            Some(own) if *own == given => self.instance.incoming = None,
            Some(_) => self.other(given),
        }
    }

    fn other(&mut self, given: Subject) {
        let verified = self
            .instance
            .procedure
            .as_ref()
            .is_some_and(|open| open.verified_at.is_some());
        let reenters = self
            .open_procedure()
            .and_then(|(_, procedure)| procedure.reenter)
            .is_some();
        if verified && !reenters {
            // Without `reenter` a verified procedure waits for just this.
            self.close_procedure();
        }
        let finished = self.instance.live == self.instance.subject;
        match self.program.on_new_subject {
            _ if !self.instance.exposed() => self.restart(given),
            OnNewSubject::Restart => self.restart(given),
            OnNewSubject::Finish if finished => self.restart(given),
            OnNewSubject::Halt | OnNewSubject::Finish | OnNewSubject::Rollback(_) => {
                self.instance.incoming = Some(given.clone());
                self.waits(given);
            }
        }
    }

    /// Another subject waits while the last is exposed.
    fn waits(&mut self, incoming: Subject) {
        if !self.instance.exposed() && self.instance.procedure.is_none() {
            self.restart(incoming);
            return;
        }
        let own = self.instance.subject.clone().unwrap_or_default();
        match self.program.on_new_subject {
            OnNewSubject::Halt | OnNewSubject::Restart => {
                let mut reason = Reason::new(
                    ReasonCode::NewSubject,
                    Outcome::Halted,
                    incoming.to_string(),
                    format!("`{incoming}` is asked about while `{own}` is exposed"),
                );
                reason.would = Some(format!(
                    "ask about `{own}`, roll it back, or say `on new subject` in the policy"
                ));
                self.add(reason, None);
            }
            OnNewSubject::Finish => {
                let message = format!("waits until `{own}` is complete");
                self.warn(WarningCode::Waiting, incoming.to_string(), message);
            }
            OnNewSubject::Rollback(procedure) => {
                let reason = Reason::new(
                    ReasonCode::NewSubject,
                    Outcome::Rollback,
                    incoming.to_string(),
                    format!("`{incoming}` is asked about while `{own}` is exposed"),
                );
                if self.instance.procedure.is_none() {
                    let cause = format!("new subject {incoming}");
                    self.wish(procedure, &cause, self.now, reason, None);
                }
            }
        }
    }

    /// A new subject begins at the start.
    pub(super) fn restart(&mut self, subject: Subject) {
        let from = self.instance.place();
        self.instance.subject = Some(subject);
        self.instance.subject_since = Some(self.now);
        self.instance.incoming = None;
        if self.instance.phase != START {
            self.facts.push((from, Place::start()));
        }
        self.instance.phase = START.into();
        self.instance.cohort = None;
        self.instance.phase_entered_at = None;
        self.instance.entered_at = None;
        self.leave_place();
        self.instance.tracks.clear();
        self.instance.armed.clear();
        self.instance.standing.clear();
        self.instance.asked.clear();
        self.instance.pins.clear();
        // A procedure that outlives the subject keeps its own deadlines.
        let open = self.instance.procedure.is_some();
        self.instance
            .expired
            .retain(|key, _| open && key.starts_with("procedure "));
        let program = self.program;
        let about_subject = |name: &str| {
            program.evidence.iter().any(|item| {
                item.name == name
                    && item
                        .about
                        .iter()
                        .any(|about| matches!(about.what, AboutWhat::Subject(_)))
            })
        };
        self.instance.seen.retain(|seen| !about_subject(&seen.item));
    }

    /// `live from PATH`: who is live, where the evidence says so.
    pub(super) fn live_from(&mut self) {
        let Some(node) = self.program.live_from else {
            return;
        };
        let view = self.view(Mode::Watch);
        let live = self.asking(&view, self.now, |ctx| {
            let program = ctx.program();
            let value = ctx.eval(node);
            let mut members = IndexMap::new();
            match value {
                Val::Record(record) => {
                    let layout = program.records.get(record.id.0 as usize)?;
                    for (index, field) in layout.fields.iter().enumerate() {
                        if !program.subject.contains_key(&field.name) {
                            continue;
                        }
                        let member = record.field(index as u16, program, ctx.store);
                        if matches!(member, Val::Unknown(_) | Val::Absent | Val::Null) {
                            return None;
                        }
                        members.insert(field.name.clone(), ctx.shown(member, &field.ty));
                    }
                }
                Val::Unknown(_) | Val::Absent | Val::Null | Val::Rows(_) => return None,
                Val::Bool(_)
                | Val::Number(_)
                | Val::Text(_)
                | Val::Member(_)
                | Val::Instant(_)
                | Val::Date(_) => {
                    let (name, _) = program.subject.first()?;
                    members.insert(name.clone(), ctx.shown(value, ctx.ty(node)));
                }
            }
            Some(Subject(members))
        });
        if live.is_some() {
            self.instance.live = live;
        }
    }
}
