//! A drill that is asked for only after users were exposed.

use rolloutc_runtime::ir::Ask;

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
    let drills: Vec<_> = program
        .evidence
        .iter()
        .enumerate()
        .filter(|(_, item)| item.name.contains("drill") || item.name.contains("rehears"))
        .collect();
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
    let asked = Reach::asks(program, before).items;
    if drills.is_empty()
        || drills
            .iter()
            .any(|(at, _)| asked.iter().any(|item| item.ix() == *at))
    {
        return;
    }
    let phase = &program.phases[first];
    let (_, drill) = drills[0];
    let message = format!(
        "`{}` exposes users before `{}` is asked for",
        phase.name, drill.name
    );
    out.push(
        Diagnostic::warning(LINT.slug, look.head(look.origin(phase.at)), message)
            .also(
                look.head(look.origin(drill.at_origin)),
                "shows that the way back works",
            )
            .help("ask for it in `enter`"),
    );
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
    }
}
