//! What time alone changes. Knows ends of freshness, deadlines and soaks; knows no outcome.

use std::collections::BTreeMap;

use super::soak::Soak;
use super::{Ahead, Run};
use crate::decision::{Next, NextKind};
use crate::number::Number;
use crate::time::Instant;
use crate::view::look::Mode;
use crate::view::{ItemState, View};

impl<'a> Run<'a> {
    /// Remembers that something changes at an instant, if that is still to come.
    pub(super) fn soon_at(&mut self, at: Instant, kind: NextKind, subject: String, then: &str) {
        if at > self.now {
            self.next.push(Next {
                at,
                kind,
                subject,
                then: then.into(),
            });
        }
    }

    /// Gathers what rooms did not say themselves.
    pub(super) fn soon(&mut self, soak: &Soak, ahead: &Ahead) {
        let view = self.view(Mode::Move);
        self.soon_stale(&view);
        if !ahead.phased {
            return;
        }
        let place = self.instance.place().to_string();
        if let (Some(need), false, true) = (soak.need, soak.time_met(), soak.green)
            && let Some(left) = need.0.sub(soak.held.0)
            && let Some(phase) = self.phase().map(|at| &self.program.phases[at])
            && !self.below_first()
            && !phase.clock_open
            && let Some(at) = self.now.plus(left)
        {
            self.soon_at(at, NextKind::Soak, place, "the move is due");
        }
        if let (Some(Ok(at)), Some(next)) = (self.too_early(ahead.next.as_ref()), &ahead.next) {
            let subject = next.to_string();
            self.soon_at(at, NextKind::NotBefore, subject, "the move may be due");
        }
        if let Some(phase) = self.phase().map(|at| &self.program.phases[at])
            && let Some(deadline) = &phase.within
            && let Some(entered) = self.instance.phase_entered_at
            && let Some(at) = entered.plus(self.number(deadline.within).unwrap_or(Number::ZERO))
        {
            let subject = phase.name.clone();
            self.soon_at(at, NextKind::Deadline, subject, "the phase is late");
        }
        for id in self.used.clone() {
            let Some(approval) = self.program.approvals.get(id.ix()) else {
                continue;
            };
            let tally = self.tally(id);
            if let (true, Some(at)) = (tally.given(), self.book().until(id, &tally)) {
                let name = approval.name.clone();
                self.soon_at(at, NextKind::Approval, name, "the approval is too old");
            }
        }
        for name in self.asked.clone() {
            let approvals = &self.program.approvals;
            let Some(approval) = approvals.iter().find(|one| one.name == name) else {
                continue;
            };
            let within = approval.within.as_ref();
            let within = within.and_then(|deadline| self.number(deadline.within));
            let asked_at = self.instance.asked.get(&name).copied();
            if let Some(at) = asked_at
                .zip(within)
                .and_then(|(at, within)| at.plus(within))
            {
                self.soon_at(at, NextKind::Deadline, name, "the approval is late");
            }
        }
    }

    fn soon_stale(&mut self, view: &View) {
        for id in self.read.clone() {
            let (Some(item), Some(seen)) =
                (self.program.evidence.get(id.ix()), view.items.get(id.ix()))
            else {
                continue;
            };
            let name = item.name.clone();
            let fresh = self.fresh[id.ix()];
            match seen.state {
                ItemState::Awaited { until: Some(at) } => {
                    let then = format!("`{name}` is missing");
                    self.soon_at(at, NextKind::Awaited, name, &then);
                }
                ItemState::Present => {
                    let Some(observed) = seen.observed_at else {
                        continue;
                    };
                    if let Some(at) = fresh.hard.and_then(|hard| observed.plus(hard)) {
                        let then = format!("`{name}` goes stale");
                        self.soon_at(at, NextKind::Stale, name.clone(), &then);
                    }
                    if let Some(at) = fresh.soft.and_then(|soft| observed.plus(soft)) {
                        let then = format!("`{name}` is old");
                        self.soon_at(at, NextKind::SoftStale, name, &then);
                    }
                }
                ItemState::Awaited { until: None }
                | ItemState::Missing
                | ItemState::Stale
                | ItemState::Malformed
                | ItemState::Future
                | ItemState::Mismatched
                | ItemState::Superseded => {}
            }
        }
    }

    /// Ascending, the nearest of each kind and subject.
    pub(super) fn sorted_next(&mut self) -> Vec<Next> {
        let mut nearest: BTreeMap<(NextKind, String), Next> = BTreeMap::new();
        for next in std::mem::take(&mut self.next) {
            let key = (next.kind, next.subject.clone());
            match nearest.get(&key) {
                Some(other) if other.at <= next.at => {}
                _ => {
                    nearest.insert(key, next);
                }
            }
        }
        let mut all: Vec<Next> = nearest.into_values().collect();
        all.sort_by(|a, b| (a.at, a.kind, &a.subject).cmp(&(b.at, b.kind, &b.subject)));
        all
    }
}
