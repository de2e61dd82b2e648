//! A test that shows a gate at work: with the fixtures and phases that the policy has.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{DeclKind, PhaseClause, StopKind};

use super::{Action, Kind};
use crate::ide::{HERE, View, names, times};

/// A test at the end of the file, where the policy can be tested.
pub fn gate(view: &View<'_>, range: Span) -> Option<Action> {
    let decl = view.decl_at(range.start)?;
    let DeclKind::Gate(gate) = &decl.kind else {
        return None;
    };
    let name = &gate.name.text;
    let decls = &view.tree().decls;
    decls
        .iter()
        .find(|decl| matches!(decl.kind, DeclKind::Rollout(_)))?;
    let fixture = decls.iter().find_map(|decl| match &decl.kind {
        DeclKind::Fixture(fixture) => Some(fixture.name.text.to_string()),
        _ => None,
    });
    let given = fixture.unwrap_or_else(|| "evidence \"evidence/green\"".to_owned());
    let place = phase_of(view, name).map_or(String::new(), |place| format!("  in     {place}\n"));
    let at = times::utc(view.now);
    let day = at.split(' ').nth(1).unwrap_or("2026-03-03");
    let text = view.text();
    let gap = match text.ends_with('\n') {
        true => "\n",
        false => "\n\n",
    };
    let item = names::all(view)
        .into_iter()
        .find(|one| one.kind == names::Kind::Evidence && decl.span.holds(one.span));
    let (title, without) = match item {
        Some(item) => {
            let item = item.span.text(text);
            (
                format!("without {item}, {name} blocks"),
                format!(" without {item}"),
            )
        }
        None => (format!("{name} blocks"), String::new()),
    };
    let test = format!(
        "{gap}test \"{title}\" {{\n  at     {day}T12:00Z\n{place}  given  {given}{without}\n  expect blocked because {name}\n}}\n"
    );
    Some(Action {
        title: format!("Add a test for `{name}`"),
        kind: Kind::Write,
        edits: vec![(Span::at(text.len() as u32), test)],
        mends: None,
        best: false,
    })
}

/// The phase that asks for a gate, else the first, at its first cohort.
fn phase_of(view: &View<'_>, gate: &str) -> Option<String> {
    let asked = names::all(view)
        .into_iter()
        .filter(|one| !one.declares && one.span.text(view.text()) == gate)
        .find_map(|one| {
            let decl = view.decl_of((HERE, one.span))?;
            match &decl.kind {
                DeclKind::Phase(phase) => Some(phase),
                _ => None,
            }
        });
    let phase = asked.or_else(|| {
        view.tree().decls.iter().find_map(|decl| match &decl.kind {
            DeclKind::Phase(phase) => Some(phase),
            _ => None,
        })
    })?;
    let share = phase.clauses.iter().find_map(|clause| match &clause.node {
        PhaseClause::Cohorts(stops) => match &stops.first()?.kind {
            StopKind::Share(share) | StopKind::Named { share, .. } => Some(share.text.to_string()),
            StopKind::Param(_) => None,
        },
        PhaseClause::Cohort(cohort) => match &cohort.stop.kind {
            StopKind::Share(share) | StopKind::Named { share, .. } => Some(share.text.to_string()),
            StopKind::Param(_) => None,
        },
        _ => None,
    });
    Some(match share {
        Some(share) => format!("{} at {share}", phase.name.text),
        None => phase.name.text.to_string(),
    })
}
