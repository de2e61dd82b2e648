//! The log of a procedure: its rows, and which of them count. Knows no outcome.

use indexmap::IndexMap;

use super::Run;
use crate::decision::WarningCode;
use crate::ir::{self, ItemId};
use crate::state::StepDone;
use crate::time::Instant;
use crate::ty::Ty;
use crate::value::{Items, Rows, Val};
use crate::view::ItemState;
use crate::view::look::{Mode, is_series};

/// A row of a procedure's log.
#[derive(Clone, Debug)]
pub(super) struct LogRow {
    /// The step or check.
    pub step: String,
    /// When it was done.
    pub done_at: Instant,
    /// Who did it.
    pub by: Option<String>,
}

impl<'a> Run<'a> {
    /// The rows of a log that can be read; none where it is not present.
    pub(super) fn log(&self, id: ItemId) -> Vec<LogRow> {
        let Some(item) = self.program.evidence.get(id.ix()) else {
            return Vec::new();
        };
        let bindings = self.bindings();
        let look = self.look(&bindings);
        let view = look.some(self.sight(Mode::Watch, self.now), &[id].into());
        let Some(seen) = view
            .items
            .get(id.ix())
            .filter(|seen| seen.state == ItemState::Present)
        else {
            return Vec::new();
        };
        let Ty::Rows { record, .. } = item.ty.required() else {
            return Vec::new();
        };
        let rows = match (
            is_series(item),
            Val::read(seen.root, &item.ty, self.program, self.store),
        ) {
            (true, _) => Rows {
                ty: &item.ty,
                items: Items::Samples(&seen.samples),
                short: false,
            },
            (false, Val::Rows(rows)) => rows,
            (false, _) => return Vec::new(),
        };
        let Some(layout) = self.program.records.get(record.0 as usize) else {
            return Vec::new();
        };
        let field = |name: &str| {
            let at = layout.fields.iter().position(|field| field.name == name);
            at.map(|at| at as u16)
        };
        let (Some(step), Some(done_at)) = (field("step"), field("done_at")) else {
            return Vec::new();
        };
        let by = field("by");
        let row = |at: usize| {
            let Val::Record(record) = rows.get(at, self.program, self.store) else {
                return None;
            };
            let read = |at: u16| record.field(at, self.program, self.store);
            match (read(step), read(done_at)) {
                (Val::Text(step), Val::Instant(done_at)) => Some(LogRow {
                    step: step.into(),
                    done_at,
                    by: match by.map(read) {
                        Some(Val::Text(by)) => Some(by.into()),
                        _ => None,
                    },
                }),
                _ => None,
            }
        };
        (0..rows.len()).filter_map(row).collect()
    }

    /// Takes the rows that count, each once, in the order of the steps.
    pub(super) fn count_log(&mut self, procedure: &'a ir::Procedure) {
        let mut rows = self.log(procedure.log);
        rows.sort_by_key(|row| row.done_at);
        let checks = self.checks(procedure);
        let now = self.now;
        let Some(open) = self.instance.procedure.as_mut() else {
            return;
        };
        let fits = |row: &LogRow| open.fired_at <= row.done_at && row.done_at <= now;
        let rows: Vec<LogRow> = rows.into_iter().filter(fits).collect();
        let take = |id: &str, after: Option<Instant>| {
            let mut of_step = rows.iter().filter(|row| row.step == id);
            of_step
                .find(|row| after.is_none_or(|after| row.done_at >= after))
                .map(|row| StepDone {
                    done_at: row.done_at,
                    by: row.by.clone(),
                })
        };
        let mut after = None;
        let mut whole = true;
        for step in &procedure.steps {
            if !open.steps.contains_key(&step.id) {
                match take(&step.id, after) {
                    Some(done) => {
                        open.steps.insert(step.id.clone(), done);
                    }
                    None => {
                        whole = false;
                        break;
                    }
                }
            }
            if !procedure.any_order {
                after = open.steps.get(&step.id).map(|done| done.done_at);
            }
        }
        for (id, _) in checks.iter().filter(|_| whole) {
            if !open.checks.contains_key(id)
                && let Some(done) = take(id, after)
            {
                open.checks.insert(id.clone(), done);
            }
        }
        let mut idle = Vec::new();
        for row in &rows {
            let counted = |done: &IndexMap<String, StepDone>| {
                done.get(&row.step)
                    .is_some_and(|done| done.done_at == row.done_at)
            };
            if !counted(&open.steps) && !counted(&open.checks) {
                let known = procedure.steps.iter().any(|step| step.id == row.step)
                    || checks.iter().any(|(id, _)| *id == row.step);
                let why = match known {
                    true => "out of order, or logged before",
                    false => "there is no step or check of that name",
                };
                idle.push((row.step.clone(), format!("does not count: {why}")));
            }
        }
        for (step, message) in idle {
            self.warn(WarningCode::Log, step, message);
        }
    }
}
