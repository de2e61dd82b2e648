//! Hints in the lines: what a policy leaves to the reader's arithmetic.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{
    Bind, CalendarClause, Cell, Decl, DeclKind, ExprKind, GateClause, NumberValue, Phase,
    PhaseClause, TimeRule, TriggerClause,
};
use rolloutc_runtime::ir::Node;
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::unit::{self, Dimension};

use super::hover::value;
use super::walk::{Part, walk_decl};
use super::{HERE, View, times};

/// A hint behind an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Behind what.
    pub at: u32,
    /// What it says.
    pub label: String,
    /// Whether it is a type.
    pub ty: bool,
    /// More, where the hint alone is short.
    pub more: Option<String>,
}

impl Hint {
    fn at(at: u32, label: impl Into<String>) -> Hint {
        Hint {
            at,
            label: label.into(),
            ty: false,
            more: None,
        }
    }
}

/// The hints of a stretch of the file.
pub fn hints(view: &View<'_>, range: Span) -> Vec<Hint> {
    let mut out = Vec::new();
    let decls = view.tree().decls.iter();
    for decl in decls.filter(|decl| decl.span.start <= range.end && range.start <= decl.span.end) {
        of(view, decl, &mut out);
    }
    out.retain(|hint| range.touches(hint.at));
    out.sort_by_key(|hint| hint.at);
    out
}

fn of(view: &View<'_>, decl: &Decl, out: &mut Vec<Hint>) {
    match &decl.kind {
        DeclKind::Freeze(found) | DeclKind::Window(found) => {
            for clause in &found.clauses {
                if let CalendarClause::Time(time) = &clause.node {
                    out.extend(next(view, &found.name.text, time, clause.span));
                }
            }
        }
        DeclKind::Phase(phase) => {
            out.push(number(view, phase));
            for clause in &phase.clauses {
                out.extend(earliest(view, phase, &clause.node, clause.span));
            }
        }
        DeclKind::Let(found) => out.extend(ty(view, found.name.span, found.value.span)),
        DeclKind::Gate(gate) => {
            for clause in &gate.clauses {
                match &clause.node {
                    GateClause::Let(found) => {
                        out.extend(ty(view, found.name.span, found.value.span));
                    }
                    GateClause::Each { bind, .. } => out.extend(instances(view, bind)),
                    _ => {}
                }
            }
        }
        DeclKind::Trigger(trigger) => {
            for clause in &trigger.clauses {
                if let TriggerClause::Each(bind) = &clause.node {
                    out.extend(instances(view, bind));
                }
            }
        }
        DeclKind::Rollout(rollout) => {
            if let Some(per) = &rollout.per
                && let Some(count) = rows(view, &per.source.kind)
            {
                out.push(Hint::at(per.source.span.end, counted(count, "rollout")));
            }
        }
        _ => {}
    }
    walk_decl(decl, &mut |part, span| {
        if let Part::Expr(expr) = part
            && let ExprKind::Number(number) = &expr.kind
            && let NumberValue::Instant(instant) = number.value
            && instant.offset != 0
            && let Ok(at) = Instant::parse(&number.text, false)
        {
            out.push(Hint::at(span.end, format!("= {}", times::utc(at))));
        }
    });
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        count => format!("{count} {what}s"),
    }
}

/// When a time comes next.
fn next(view: &View<'_>, name: &str, time: &TimeRule, span: Span) -> Option<Hint> {
    let program = view.analysis.program.as_ref()?;
    if matches!(time, TimeRule::While(_) | TimeRule::During { .. }) {
        return None;
    }
    let entry = program.calendar.iter().find(|entry| entry.name == name)?;
    let first = *times::next(program, entry, view.now, 1).first()?;
    if first.from == Instant::MIN {
        return None;
    }
    let label = match first.from <= view.now {
        true => format!("now, until {}", times::utc(first.until)),
        false => format!("next: {}", times::utc(first.from)),
    };
    Some(Hint {
        more: Some(times::lines(program, entry, view.now).join("\n")),
        ..Hint::at(span.end, label)
    })
}

/// `2 of 3` behind the name of a phase.
fn number(view: &View<'_>, phase: &Phase) -> Hint {
    let phases: Vec<&Phase> = (view.tree().decls.iter())
        .filter_map(|decl| match &decl.kind {
            DeclKind::Phase(phase) => Some(phase),
            _ => None,
        })
        .collect();
    let at = phases
        .iter()
        .position(|one| one.name.span == phase.name.span);
    let label = format!("{} of {}", at.map_or(0, |at| at + 1), phases.len());
    Hint::at(phase.name.span.end, label)
}

/// How many cohorts there are, and how long their soaks take together.
fn earliest(view: &View<'_>, phase: &Phase, clause: &PhaseClause, span: Span) -> Option<Hint> {
    if !matches!(
        clause,
        PhaseClause::Cohorts(_) | PhaseClause::CohortRange { .. }
    ) {
        return None;
    }
    let program = view.analysis.program.as_ref()?;
    let found = (program.phases.iter()).find(|one| *one.name == *phase.name.text)?;
    let mut total = rolloutc_runtime::number::Number::from(0_u32);
    for cohort in &found.cohorts {
        let soak = cohort.soak.or(found.soak)?;
        let Node::Const(rolloutc_runtime::ir::Const::Number(soak)) =
            &program.code.get(soak.ix())?.node
        else {
            return None;
        };
        total = total.add(*soak)?;
    }
    let count = found.cohorts.len();
    if count == 0 {
        return None;
    }
    let long = unit::text(Dimension::Duration, total);
    let label = match matches!(clause, PhaseClause::CohortRange { .. }) {
        true => format!("{}, {long} at the earliest", counted(count, "cohort")),
        false => format!("{long} at the earliest"),
    };
    Some(Hint::at(span.end, label))
}

/// The type of a value that has a name.
fn ty(view: &View<'_>, name: Span, value: Span) -> Option<Hint> {
    let ty = view.model().types.get(&(HERE, value))?;
    if matches!(ty, rolloutc_runtime::ty::Ty::Nothing) {
        return None;
    }
    let more = value::constant(view, value);
    Some(Hint {
        ty: true,
        more,
        ..Hint::at(name.end, format!(": {}", view.facts().say(ty)))
    })
}

/// How many rows a gate or a trigger goes through, where the policy itself says it.
fn instances(view: &View<'_>, bind: &Bind) -> Option<Hint> {
    let [binder] = bind.binders.as_slice() else {
        return None;
    };
    if bind.filter.is_some() {
        return None;
    }
    let count = rows(view, &binder.source.kind)?;
    Some(Hint::at(binder.source.span.end, counted(count, "instance")))
}

/// The number of rows of a table, an enum or a list that is written out.
fn rows(view: &View<'_>, source: &ExprKind) -> Option<usize> {
    match source {
        ExprKind::List(list) => Some(list.len()),
        ExprKind::Name(name) => view.tree().decls.iter().find_map(|decl| match &decl.kind {
            DeclKind::Table(table) if table.name.text == *name => Some(
                (table.rows.iter())
                    .filter(|row| {
                        !matches!(row.cells.first().map(|cell| &cell.node), Some(Cell::Absent))
                    })
                    .count(),
            ),
            DeclKind::Enum(found) if found.name.text == *name => Some(found.members.list.len()),
            DeclKind::Let(found) if found.name.text == *name => match &found.value.kind {
                ExprKind::List(list) => Some(list.len()),
                _ => None,
            },
            _ => None,
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, now, read};

    /// The lines of a text with their hints in `«»`.
    fn check(text: &str, want: &[&str]) {
        let analysis = read(text);
        let view = View::new(&analysis, now());
        let mut shown = text.to_owned();
        for hint in hints(&view, Span::new(0, text.len() as u32)).iter().rev() {
            shown.insert_str(hint.at as usize, &format!("«{}»", hint.label));
        }
        for line in want {
            assert!(shown.contains(line), "{line}\n--- not in\n{shown}");
        }
    }

    #[test]
    fn times_phases_and_soaks_are_worked_out() {
        check(
            SHOP,
            &[
                "every fri 16:00 to mon 08:00«next: Fri 2026-11-06 15:00Z»",
                "phase canary«1 of 2» {",
                "cohorts 5%, 50%«20m at the earliest»",
            ],
        );
    }

    #[test]
    fn values_instants_and_rows_are_worked_out() {
        check(
            "edition 2026\n\nlet first = 2026-02-27T00:00+08:00\n\nlet names = [\"a\", \"b\"]\n\ngate g {\n  each    n in names\n  let long = 2 * 30s\n  require n != \"c\" and long < 2m\n}\n",
            &[
                "let first«: instant» = 2026-02-27T00:00+08:00«= Thu 2026-02-26 16:00Z»",
                "let names«: list text» =",
                "in names«2 instances»",
                "let long«: duration» = 2 * 30s",
            ],
        );
    }
}
