//! Waivers: which rows stand, what each covers, and what is said of them. Knows rows and gates; a waiver
//! covers what failed or went stale, never what is hard, and only where a promotion asks.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::Run;
use crate::decision::{NextKind, WaiverLine, WarningCode};
use crate::document::Span;
use crate::eval::{Context, Reads, WaiverFault, WaiverRow};
use crate::ir::{Clause, Cover, GateId, ItemId, LocalId, Program};
use crate::number::Number;
use crate::time::Instant;
use crate::value::{Cause, Truth, Val};
use crate::verdict::{RowVerdict, Verdict, number_doubles};
use crate::view::View;
use crate::view::look::Mode;

/// A row of waivers in some view.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    /// The waivers it stands in, by index.
    of: usize,
    /// Its place among their rows.
    at: usize,
    /// What is said of it.
    row: WaiverRow,
}

/// All rows of all waivers, in the order of their names.
pub(super) fn standing(ctx: &mut Context<'_>) -> Vec<Standing> {
    let program = ctx.program();
    let mut all = Vec::new();
    for (of, waivers) in program.waivers.iter().enumerate() {
        let Val::Rows(rows) = ctx.eval(waivers.rows) else {
            continue;
        };
        for at in 0..rows.len() {
            let row = ctx.element(&rows, at);
            ctx.bind_row(waivers.local, row, at);
            let row = ctx.waiver(waivers);
            all.push(Standing { of, at, row });
        }
    }
    all.sort_by(|a, b| {
        let key = |one: &Standing| (one.of, one.row.name.clone(), one.row.until, one.at);
        key(a).cmp(&key(b))
    });
    let mut seen = BTreeMap::new();
    for one in &mut all {
        let mut name = [format!("{}", one.of), std::mem::take(&mut one.row.name)];
        number_doubles(&mut name, &mut seen);
        let [_, name] = name;
        one.row.name = name;
    }
    all
}

/// Whether any waiver could cover a verdict of a gate.
pub(super) fn may_cover(program: &Program, gate: GateId, verdict: Verdict) -> bool {
    covers_of(program, gate).any(|(_, cover)| fits(cover, verdict))
}

fn covers_of(program: &Program, gate: GateId) -> impl Iterator<Item = (usize, &Cover)> {
    let all = program.waivers.iter().enumerate();
    all.flat_map(|(of, waivers)| waivers.cover.iter().map(move |cover| (of, cover)))
        .filter(move |(_, cover)| cover.gate == gate)
}

/// What a cover may answer for.
fn fits(cover: &Cover, verdict: Verdict) -> bool {
    match verdict {
        Verdict::Fail => true,
        Verdict::Unknown(why) => match why.cause {
            Cause::Stale => true,
            Cause::Missing | Cause::Malformed | Cause::Mismatched | Cause::Future => {
                cover.also_missing
            }
            Cause::Awaited
            | Cause::Superseded
            | Cause::Empty
            | Cause::Inconclusive
            | Cause::MissingField => false,
        },
        Verdict::Pass | Verdict::Pending | Verdict::Waived | Verdict::NotApplicable => false,
    }
}

/// The first row that covers what a gate says; asked with the gate's row bound.
pub(super) fn covering(
    ctx: &mut Context<'_>,
    standing: &[Standing],
    gate: GateId,
    row: &RowVerdict,
) -> Option<u32> {
    let program = ctx.program();
    let outer = row_locals(program, gate);
    let mut apart = ctx.apart();
    for (index, one) in standing.iter().enumerate() {
        if one.row.fault.is_some() {
            continue;
        }
        let Some(waivers) = program.waivers.get(one.of) else {
            continue;
        };
        let covers = waivers.cover.iter().filter(|cover| cover.gate == gate);
        let covers: Vec<&Cover> = covers.filter(|cover| fits(cover, row.verdict)).collect();
        if covers.is_empty() {
            continue;
        }
        let Val::Rows(rows) = apart.eval(waivers.rows) else {
            continue;
        };
        let waiver = apart.element(&rows, one.at);
        apart.bind_row(waivers.local, waiver, one.at);
        for cover in covers {
            // What names no row is covered by nothing that speaks of rows.
            if !cover.rows.is_empty() && (row.row.is_none() || cover.rows.len() != outer.len()) {
                continue;
            }
            for (inner, outer) in cover.rows.iter().zip(&outer) {
                let value = ctx.local(*outer);
                apart.bind_row(*inner, value, ctx.position(*outer) as usize);
            }
            let holds = cover
                .when
                .is_none_or(|when| apart.truth(when) == Truth::True);
            if holds {
                return Some(index as u32);
            }
        }
    }
    None
}

/// Where the rows of a gate are bound, in the order of its binders.
fn row_locals(program: &Program, gate: GateId) -> Vec<LocalId> {
    let mut locals = Vec::new();
    let clauses = program.gates.get(gate.ix()).map(|gate| &gate.clauses);
    for clause in clauses.into_iter().flatten() {
        match clause {
            Clause::Each { bind, .. } => locals.extend(bind.vars.iter().map(|var| var.0)),
            Clause::Applies(_)
            | Clause::Pending(_)
            | Clause::AdvisoryUnless(_)
            | Clause::AdvisoryUntil(_)
            | Clause::Let { .. }
            | Clause::Rule(_) => {}
        }
    }
    locals
}

impl<'a> Run<'a> {
    /// The rows of waivers in a view at an instant.
    pub(super) fn waivers_in(&self, view: &View, at: Instant) -> Rc<Vec<Standing>> {
        if self.program.waivers.is_empty() {
            return Rc::default();
        }
        let voices = self.voices(view, at);
        self.asking_with(&voices, self.store, view, at, |ctx| voices.standing(ctx))
    }

    /// The name of the waiver that covers a row, and remembers what it covers.
    pub(super) fn waived_by(&mut self, view: &View, index: u32, what: &str) -> Option<String> {
        let standing = self.waivers_in(view, self.now);
        let one = standing.get(index as usize)?;
        let key = (one.of, one.row.name.clone());
        self.covered.entry(key).or_default().insert(what.into());
        Some(one.row.name.clone())
    }

    /// The items that rows of waivers for these gates come from.
    pub(super) fn waiver_items(&self, gates: &BTreeSet<GateId>) -> BTreeSet<ItemId> {
        let mut reads = Reads::default();
        for gate in gates {
            for (of, cover) in covers_of(self.program, *gate) {
                let waivers = &self.program.waivers[of];
                reads.node(self.program, waivers.rows);
                let nodes = (waivers.until.into_iter())
                    .chain(cover.when)
                    .chain(waivers.valid.iter().map(|rule| rule.cond));
                for node in nodes {
                    reads.node(self.program, node);
                }
            }
        }
        reads.items
    }

    /// When waivers in a view begin to be over.
    pub(super) fn waiver_ends(&self, view: &View) -> BTreeSet<Instant> {
        let standing = self.waivers_in(view, self.now);
        standing.iter().filter_map(|one| one.row.until).collect()
    }

    /// Every row of waivers and whether it counts; warns of those that run out soon.
    pub(super) fn waiver_lines(&mut self) -> Vec<WaiverLine> {
        let view = self.view(Mode::Move);
        let standing = self.waivers_in(&view, self.now);
        let mut lines = Vec::with_capacity(standing.len());
        for one in standing.iter() {
            let Some(waivers) = self.program.waivers.get(one.of) else {
                continue;
            };
            let key = (one.of, one.row.name.clone());
            let covers = self.covered.get(&key).cloned().unwrap_or_default();
            if let (None, Some(until)) = (&one.row.fault, one.row.until) {
                let subject = format!("{} {}", waivers.name, one.row.name);
                self.soon_at(until, NextKind::Waiver, subject.clone(), "it has run out");
                let warn = waivers.warn.and_then(|warn| self.waiver_span(one, warn));
                let left = until.since(self.now);
                if warn.is_some_and(|warn| left <= warn) {
                    let message = format!("runs out at {until}, in {}", Span(left));
                    self.warn(WarningCode::Waiver, subject, message);
                } else if let Some(at) = warn.and_then(|warn| until.minus(warn)) {
                    let subject = format!("{subject} warning");
                    self.soon_at(at, NextKind::Waiver, subject, "it is about to run out");
                }
            }
            if let Some(WaiverFault::Invalid(why)) = &one.row.fault {
                let subject = format!("{} {}", waivers.name, one.row.name);
                self.warn(
                    WarningCode::Waiver,
                    subject,
                    format!("does not count: {why}"),
                );
            }
            lines.push(WaiverLine {
                waivers: waivers.name.clone(),
                row: one.row.name.clone(),
                covers: covers.into_iter().collect(),
                by: one.row.by.clone(),
                reason: one.row.reason.clone(),
                until: one.row.until,
                counts: one.row.fault.is_none(),
                why: one.row.fault.as_ref().map(|fault| fault.why().to_string()),
            });
        }
        lines
    }

    /// A duration that may speak of a row.
    fn waiver_span(&self, one: &Standing, node: crate::ir::NodeId) -> Option<Number> {
        let view = self.view(Mode::Move);
        self.asking(&view, self.now, |ctx| {
            let mut ctx = ctx.apart();
            let waivers = ctx.program().waivers.get(one.of)?;
            let Val::Rows(rows) = ctx.eval(waivers.rows) else {
                return None;
            };
            let row = ctx.element(&rows, one.at);
            ctx.bind_row(waivers.local, row, one.at);
            match ctx.eval(node) {
                Val::Number(number) => Some(number),
                _ => None,
            }
        })
    }
}
