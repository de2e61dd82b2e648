//! The ends of a step: the strongest outcome, the decision document, and the state that comes after.
//! Asks nothing anew.

use super::{Ahead, Options, Run, soak};
use crate::decision::{Decision, Digests, Outcome, ProcedureLine, Reason, Stage, Tool, Verdict};
use crate::state::{Instance, Move, Place};
use crate::time::Instant;

impl<'a> Run<'a> {
    /// The strongest outcome that anything argues for; without any the move itself.
    pub(super) fn choose(&mut self, ahead: &Ahead) -> (Outcome, Option<Place>) {
        let strongest = self.found.iter().map(|found| found.reason.outcome).max();
        let outcome = match strongest {
            Some(outcome) => outcome,
            None if ahead.next.is_some() => Outcome::Advance,
            None => Outcome::Complete,
        };
        if outcome == Outcome::Complete && self.instance.subject.is_some() {
            self.instance.live = self.instance.subject.clone();
        }
        for found in &mut self.found {
            found.reason.decides = found.reason.outcome == outcome && !found.aside;
            found.reason.span = None;
        }
        let to = match outcome {
            Outcome::Advance => ahead.next.clone(),
            Outcome::Rollback => self.target(),
            Outcome::Complete
            | Outcome::Hold
            | Outcome::Frozen
            | Outcome::Blocked
            | Outcome::Halted => None,
        };
        (outcome, to)
    }

    /// Strongest first, hard first, then as the clauses stand in the policy, then as the rows came.
    pub(super) fn sorted(&mut self) -> Vec<Reason> {
        let mut found = std::mem::take(&mut self.found);
        for one in &mut found {
            one.reason.span = self.span(one.origin);
        }
        found.sort_by_key(|one| {
            let reason = &one.reason;
            let hard = reason.level != Some(crate::decision::Level::Hard);
            let spans = &self.program.origins.spans;
            let place = one
                .origin
                .map(|origin| (spans.get(origin.ix()).copied(), origin));
            (
                std::cmp::Reverse(reason.outcome),
                hard,
                place.is_none(),
                place,
            )
        });
        found.into_iter().map(|one| one.reason).collect()
    }

    #[allow(clippy::too_many_arguments)]
    pub(super) fn decision(
        &mut self,
        options: &Options,
        from: &Place,
        entered_at: Option<Instant>,
        outcome: Outcome,
        to: Option<Place>,
        ahead: &Ahead,
        soak: &soak::Soak,
    ) -> Decision {
        let reasons = self.sorted();
        self.found_reasons = reasons.clone();
        let unknown = reasons
            .iter()
            .filter(|reason| reason.decides)
            .all(|reason| reason.verdict == Some(Verdict::Unknown));
        let exit = match outcome {
            Outcome::Blocked if unknown => 4,
            other => other.exit(),
        };
        self.evidence_warnings();
        self.soon(soak, ahead);
        let waivers = self.waiver_lines();
        self.owed(outcome);
        let mut warnings = std::mem::take(&mut self.warnings);
        warnings.sort();
        warnings.dedup();
        let phased = ahead.phased.then(|| from.clone());
        Decision {
            version: crate::decision::VERSION,
            edition: self.program.edition,
            rollout: self.program.rollout.clone(),
            key: self.key.into(),
            as_of: self.now,
            as_of_from: options.as_of_from,
            subject: self.instance.subject.clone(),
            live: self.instance.live.clone(),
            outcome,
            exit,
            from: phased,
            to,
            toward: ahead.next.clone(),
            entered_at: entered_at.filter(|_| ahead.phased),
            procedure: self.procedure_line(),
            reasons,
            obligations: std::mem::take(&mut self.obligations),
            next: self.sorted_next(),
            gates: std::mem::take(&mut self.gates),
            triggers: std::mem::take(&mut self.triggers),
            calendar: std::mem::take(&mut self.calendar),
            approvals: self.approval_lines(),
            waivers,
            params: self.param_lines(),
            evidence: self.evidence_lines(),
            warnings,
            digests: Digests {
                program: self.program.digest,
                meaning: self.program.meaning,
                evidence: self.evidence_digest(),
                params: self.params_digest(),
                state_before: None,
                state_after: None,
            },
            tool: Tool {
                version: env!("CARGO_PKG_VERSION").into(),
                zones: self
                    .program
                    .zones
                    .values()
                    .map(|zone| zone.version().to_string())
                    .max(),
            },
            digest: None,
        }
    }

    pub(super) fn procedure_line(&self) -> Option<ProcedureLine> {
        let open = self.instance.procedure.as_ref()?;
        let policy = self.open_procedure().map(|(_, procedure)| procedure);
        let impacts = policy.into_iter().flat_map(|of| &of.impacts);
        Some(ProcedureLine {
            name: open.name.clone(),
            kind: open.kind,
            stage: match (open.finished_at, open.verified_at) {
                (None, _) => Stage::Fired,
                (Some(_), None) => Stage::Done,
                (Some(_), Some(_)) => Stage::Verified,
            },
            cause: open.cause.clone(),
            fired_at: open.fired_at,
            from: open.from.clone(),
            steps: open.steps.clone(),
            checks: open.checks.clone(),
            finished_at: open.finished_at,
            verified_at: open.verified_at,
            superseded: open.superseded.clone(),
            impacts: impacts
                .map(|(name, text)| (name.clone(), self.text(*text)))
                .collect(),
        })
    }

    /// The instance after the step.
    pub(super) fn write(mut self, decision: &Decision, ahead: &Ahead, adopted: bool) -> Instance {
        let digest = decision.digest.unwrap_or_default();
        let place = self.instance.place();
        if adopted {
            self.instance.journal.push(Move {
                at: self.now,
                from: place.clone(),
                to: place,
                decision: digest,
                adopted: Some(self.program.meaning),
            });
        }
        for (from, to) in std::mem::take(&mut self.facts) {
            self.journal(from, to, digest);
        }
        self.standing_verdicts();
        self.remember_seen();
        match decision.outcome {
            Outcome::Advance => self.advance(ahead, digest),
            Outcome::Complete
            | Outcome::Hold
            | Outcome::Frozen
            | Outcome::Blocked
            | Outcome::Halted
            | Outcome::Rollback => {}
        }
        self.instance.seq += 1;
        self.instance.as_of = self.now;
        self.instance.params = decision.digests.params;
        let now = self.now;
        self.instance.spent.retain(|spent| now <= spent.until);
        self.instance
    }
}
