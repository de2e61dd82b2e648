//! A way back that leads forward.

use rolloutc_runtime::ir::{ProcedureId, Target, Then};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "irreversible-target",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for (at, procedure) in program.procedures.iter().enumerate() {
        let Target::Place { phase, cohort } = procedure.target else {
            continue;
        };
        let starts = |then: &Then| *then == Then::Start(ProcedureId(at as u32));
        let triggers = program
            .triggers
            .iter()
            .filter(|trigger| starts(&trigger.then));
        let mut from: Vec<_> = triggers
            .flat_map(|trigger| trigger.phases.iter().copied())
            .collect();
        from.sort();
        let Some(last) = from.last() else { continue };
        let there = &program.phases[phase.ix()];
        let largest = there.cohorts.iter().map(|cohort| cohort.share).max();
        let whole = cohort
            .zip(largest)
            .is_some_and(|(share, largest)| share >= largest && !share.is_zero());
        if *last < phase || (from.iter().all(|one| *one == phase) && whole) {
            let message = format!(
                "`{}` is started in `{}` and leads no way back",
                procedure.name,
                program.phases[last.ix()].name
            );
            out.push(
                Diagnostic::warning(LINT.slug, look.head(look.origin(procedure.at)), message)
                    .label(format!("leads to `{}`", there.name)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary { cohorts 1%, 10%  keep calm }
phase everyone final { enter calm }
trigger storm { in canary  when slo.errors > 1%  for 10m  then rollback forward }
rollback forward {
  to     everyone
  decide within 15m
  step   route "Send everybody to the new build"   by ops
  verify calm
}
"#,
            &["`forward` is started in `canary` and leads no way back"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { cohorts 1%, 10%  keep calm }
phase everyone final { enter calm }
trigger storm { in canary, everyone  when slo.errors > 1%  for 10m  then rollback to_old }

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
