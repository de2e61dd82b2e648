//! What people must do now: steps, checks, resumes, approvals, a move to make a fact, evidence to collect.
//! Decides nothing.

use std::collections::BTreeMap;

use indexmap::IndexMap;

use super::Run;
use crate::decision::{ApprovalRow, Obligation, ObligationKind, Outcome, Row, Verdict};
use crate::ir;

impl<'a> Run<'a> {
    /// What people owe: steps, checks, resumes, approvals, a move to make a fact, evidence.
    pub(super) fn owed(&mut self, outcome: Outcome) {
        self.owed_procedure();
        self.obligations.append(&mut self.told);
        for halt in self.instance.halts.clone() {
            let row = self.approval_row("resume", Some(halt.trigger.clone()), None);
            self.obligations.push(Obligation {
                kind: ObligationKind::Resume,
                id: halt.trigger.clone(),
                text: format!("look into `{}` and resume", halt.trigger),
                by: self.program.owners.keys().cloned().collect(),
                messages: IndexMap::new(),
                run: None,
                due: None,
                row: Some(row),
            });
        }
        for name in self.asked.clone() {
            let approvals = self.program.approvals.iter();
            let Some(approval) = approvals.clone().find(|one| one.name == name) else {
                continue;
            };
            let asked_at = self.instance.asked.get(&name).copied();
            let within = approval.within.as_ref();
            let within = within.and_then(|deadline| self.number(deadline.within));
            let due = asked_at
                .zip(within)
                .and_then(|(at, within)| at.plus(within));
            // Where only one role can give it, the row says so; else whoever gives it says in which role.
            let role = match approval.by.roles.as_slice() {
                [only] => Some(only.clone()),
                _ => None,
            };
            let row = self.approval_row(&name, None, role);
            self.obligations.push(Obligation {
                kind: ObligationKind::Approval,
                id: name.clone(),
                text: match self.program.origins.title(&format!("approval {name}")) {
                    Some(title) => title.to_owned(),
                    None => format!("approve `{name}`"),
                },
                by: approval.by.roles.clone(),
                messages: IndexMap::new(),
                run: None,
                due,
                row: Some(row),
            });
        }
        if let Some(entering) = &self.instance.entering {
            self.obligations.push(Obligation {
                kind: ObligationKind::Enter,
                id: entering.to.to_string(),
                text: format!("bring it to {}", entering.to),
                by: Vec::new(),
                messages: IndexMap::new(),
                run: None,
                due: None,
                row: None,
            });
        }
        if outcome > Outcome::Advance {
            self.owed_evidence();
        }
    }

    fn owed_procedure(&mut self) {
        let (Some((_, procedure)), Some(open)) =
            (self.open_procedure(), self.instance.procedure.clone())
        else {
            return;
        };
        let due = |run: &Self, deadline: &Option<ir::Deadline>| {
            let within = run.number(deadline.as_ref()?.within)?;
            open.fired_at.plus(within)
        };
        for step in &procedure.steps {
            if open.steps.contains_key(&step.id) {
                continue;
            }
            let by_when = match open.steps.is_empty() {
                true => due(self, &procedure.decide).or(due(self, &procedure.finish)),
                false => due(self, &procedure.finish),
            };
            let run = step
                .run
                .as_ref()
                .map(|words| words.iter().map(|word| self.text(*word)).collect());
            let text = self.text(step.text);
            let named = step.messages.iter();
            let named = named.filter_map(|id| self.program.messages.get(id.ix()));
            let messages = named.map(|one| (one.name.clone(), self.text(one.text)));
            let messages = messages.collect();
            self.obligations.push(Obligation {
                kind: ObligationKind::Step,
                id: step.id.clone(),
                text,
                by: step.by.clone(),
                messages,
                run,
                due: by_when,
                row: Some(log_row(procedure, &step.id)),
            });
        }
        for (id, text) in self.checks(procedure) {
            if open.checks.contains_key(&id) {
                continue;
            }
            let recover = due(self, &procedure.recover);
            self.obligations.push(Obligation {
                kind: ObligationKind::Check,
                row: Some(log_row(procedure, &id)),
                id,
                text,
                by: Vec::new(),
                messages: IndexMap::new(),
                run: None,
                due: recover,
            });
        }
    }

    fn approval_row(&self, approval: &str, of: Option<String>, role: Option<String>) -> Row {
        Row::Approval(Box::new(ApprovalRow {
            approval: approval.into(),
            of,
            by: None,
            role,
            at: None,
            subject: self.instance.subject.clone(),
            key: self.key.into(),
            program: self.program.meaning,
            params: self.params_digest(),
        }))
    }

    /// Items without which something that decides cannot be told.
    fn owed_evidence(&mut self) {
        let mut wanted: BTreeMap<String, String> = BTreeMap::new();
        for one in &self.found_reasons {
            for evidence in &one.evidence {
                if one.verdict == Some(Verdict::Unknown) && one.decides {
                    wanted
                        .entry(evidence.item.clone())
                        .or_insert_with(|| format!("collect `{}`", evidence.item));
                }
            }
        }
        for (id, text) in wanted {
            self.obligations.push(Obligation {
                kind: ObligationKind::Collect,
                id,
                text,
                by: Vec::new(),
                messages: IndexMap::new(),
                run: None,
                due: None,
                row: None,
            });
        }
    }
}

fn log_row(procedure: &ir::Procedure, id: &str) -> Row {
    let asked = procedure.fields.iter();
    Row::Log {
        step: id.into(),
        done_at: None,
        by: None,
        asked: asked.map(|field| (field.name.clone(), None)).collect(),
    }
}
