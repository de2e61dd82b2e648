//! A phase's `within`. Knows the clock of the phase, no gates.

use super::Run;
use crate::decision::{Measure, Outcome, Reason, ReasonCode};
use crate::document::Span;
use crate::number::Number;

/// How the state calls the deadline of an approval.
pub(super) fn of_approval(name: &str) -> String {
    format!("approval {name}")
}

impl<'a> Run<'a> {
    /// Room 10: whether the phase took longer than it may.
    pub(super) fn deadlines(&mut self) {
        let Some(phase) = self.phase().map(|at| &self.program.phases[at]) else {
            return;
        };
        let (Some(deadline), Some(entered)) = (&phase.within, self.instance.phase_entered_at)
        else {
            return;
        };
        let within = self.number(deadline.within).unwrap_or(Number::ZERO);
        let due = entered.plus(within);
        let key = format!("phase {}", phase.name);
        if due.is_none_or(|due| self.now > due) {
            self.instance.expired.entry(key.clone()).or_insert(self.now);
        }
        if !self.instance.expired.contains_key(&key) {
            return;
        }
        let took = Span(self.now.since(entered));
        let mut reason = Reason::new(
            ReasonCode::Deadline,
            Outcome::Blocked,
            phase.name.clone(),
            format!("in `{}` for {took}, within {}", phase.name, Span(within)),
        );
        reason.observed = Some(Measure::duration(took));
        reason.bound = Some(Measure::duration(Span(within)));
        let cause = format!("deadline {}", phase.name);
        self.otherwise(&deadline.otherwise, reason, deadline.at, &cause);
    }
}
