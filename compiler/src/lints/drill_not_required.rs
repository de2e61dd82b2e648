//! A drill that is asked for only after users were exposed.

use rolloutc_runtime::ir::{Ask, Program};
use rolloutc_runtime::ty::Ty;

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "drill-not-required",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let exposes = |phase: &rolloutc_runtime::ir::Phase| {
        phase.cohorts.iter().any(|cohort| !cohort.share.is_zero()) || phase.cohorts_from.is_some()
    };
    let Some(first) = program.phases.iter().position(exposes) else {
        return;
    };
    if program.procedures.is_empty() {
        return;
    }
    // A rehearsal is told by its type, or by what it or the gate that asks it is called.
    let items = program.evidence.iter().enumerate();
    let items: Vec<_> = items
        .filter(|(_, item)| {
            rehearses(&item.name) || record(program, &item.ty).is_some_and(rehearses)
        })
        .collect();
    let gates = program.gates.iter().enumerate();
    let gates: Vec<_> = gates
        .filter(|(_, gate)| gate.own && rehearses(&gate.name))
        .collect();
    let (name, at) = match (items.first(), gates.first()) {
        (Some((_, item)), _) => (&item.name, item.at_origin),
        (None, Some((_, gate))) => (&gate.name, gate.at),
        (None, None) => return,
    };
    let before: Vec<&Ask> = program.phases[..=first]
        .iter()
        .enumerate()
        .flat_map(|(at, phase)| {
            let leave = if at < first { &phase.leave[..] } else { &[] };
            phase
                .enter
                .iter()
                .chain(leave)
                .chain(&phase.keep)
                .map(|one| &one.ask)
        })
        .collect();
    let asked = Reach::asks(program, before);
    if items
        .iter()
        .any(|(at, _)| asked.items.iter().any(|item| item.ix() == *at))
        || gates
            .iter()
            .any(|(at, _)| asked.gates.iter().any(|gate| gate.ix() == *at))
    {
        return;
    }
    let phase = &program.phases[first];
    let message = format!(
        "`{}` exposes users before `{name}` is asked for",
        phase.name
    );
    out.push(
        Diagnostic::warning(LINT.slug, look.head(look.origin(phase.at)), message)
            .also(look.head(look.origin(at)), "shows that the way back works")
            .help("ask for it in `enter`"),
    );
}

/// Whether a name speaks of a rehearsal.
fn rehearses(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("drill") || name.contains("rehears")
}

/// The name of the record that something holds, alone or in rows.
fn record<'p>(program: &'p Program, ty: &Ty) -> Option<&'p str> {
    let id = match ty.required() {
        Ty::Record(id) => id,
        Ty::Rows { record, .. } => record,
        _ => return None,
    };
    let record = program.records.get(id.0 as usize)?;
    Some(&record.name)
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"evidence drill { fresh 7d  passed: bool }
gate drilled { require drill.passed }
phase canary { cohorts 1%, 10%  soak 1h  keep calm }
phase everyone final { enter drilled }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["`canary` exposes users before `drill` is asked for"],
        );
        check(
            super::LINT.slug,
            r#"evidence drill { fresh 7d  passed: bool }
gate drilled { require drill.passed }
phase shadow { keep calm  soak 5m  leave drilled }
phase canary final { cohorts 1%, 10%, 100%  soak 1h  keep calm }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &[],
        );
        const BACK: &str = r#"
rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#;
        // By its type, whatever it is called.
        let head =
            super::super::trial::HEAD.replace("evidence slo", "use std.drill\n\nevidence slo");
        let typed = format!(
            "{head}evidence proof: drill.Drill {{ fresh 30d }}\nphase canary {{ cohorts 1%, 10%  soak 1h  keep calm }}\nphase everyone final {{ enter drill.passed(proof) }}\n{BACK}"
        );
        check(
            super::LINT.slug,
            &typed,
            &["`canary` exposes users before `proof` is asked for"],
        );
        check(
            super::LINT.slug,
            &typed.replace("soak 1h", "enter drill.passed(proof)  soak 1h"),
            &[],
        );
        // By the gate that asks it.
        let gate = format!(
            "evidence proof {{ fresh 30d  ok: bool }}\ngate rehearsed {{ require proof.ok }}\nphase canary {{ cohorts 1%, 10%  soak 1h  keep calm }}\nphase everyone final {{ enter rehearsed }}\n{BACK}"
        );
        check(
            super::LINT.slug,
            &gate,
            &["`canary` exposes users before `rehearsed` is asked for"],
        );
        // A check of the build is no rehearsal.
        let other = gate.replace("rehearsed", "built");
        check(super::LINT.slug, &other, &[]);
    }
}
