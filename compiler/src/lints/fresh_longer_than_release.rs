//! Evidence that keeps a phase green from before it began to behind its end.

use rolloutc_runtime::number::Number;
use rolloutc_runtime::unit;

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "fresh-longer-than-release",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let length = |node| prover.number(node);
    for phase in program
        .phases
        .iter()
        .filter(|phase| phase.cohorts.len() > 1)
    {
        let mut soaks = phase
            .cohorts
            .iter()
            .map(|cohort| cohort.soak.or(phase.soak).and_then(length));
        let lasts = soaks.try_fold(Number::int(0), |sum, soak| sum.add(soak?));
        let Some(lasts) = lasts.filter(|lasts| !lasts.is_zero()) else {
            continue;
        };
        // A gate that asks fresher evidence too is watched by that.
        for criterion in &phase.keep {
            let items = Reach::asks(program, [&criterion.ask]).items;
            let stands = |item: &rolloutc_runtime::ir::Item| {
                item.since.is_none()
                    && item.about.is_empty()
                    && item
                        .fresh
                        .and_then(length)
                        .is_some_and(|fresh| fresh > lasts)
            };
            let mut all = items.iter().map(|item| &program.evidence[item.ix()]);
            let Some(item) = all.clone().next().filter(|_| all.all(stands)) else {
                continue;
            };
            let place = look.head(look.origin(item.at_origin));
            if look.foreign(place) {
                continue;
            }
            let fresh = item
                .fresh
                .and_then(length)
                .map(unit::duration_text)
                .unwrap_or_default();
            let message = format!(
                "a single `{}` from before `{}` keeps it green to its end",
                item.name, phase.name
            );
            out.push(
                Diagnostic::warning(LINT.slug, place, message)
                    .label(format!("fresh for {fresh}"))
                    .also(
                        look.origin(criterion.at),
                        format!("lasts {} at the least", unit::duration_text(lasts)),
                    )
                    .help("let it count from the cohort on: `since cohort`, or shorten `fresh`"),
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
            r#"evidence probe { fresh 7d  ok: bool }
phase canary final { cohorts 1%, 100%  soak 1h  keep probe.ok }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["a single `probe` from before `canary` keeps it green to its end"],
        );
        check(
            super::LINT.slug,
            r#"evidence probe { fresh 30m  ok: bool }
phase canary final { cohorts 1%, 100%  soak 1h  keep probe.ok }

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
