//! A soak that is longer than what lies between two freezes.

use rolloutc_runtime::calendar::{closes, opens};
use rolloutc_runtime::ir::CalendarKind;
use rolloutc_runtime::number::Number;
use rolloutc_runtime::unit;

use super::spans::{entry, everywhere, start};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "soak-does-not-fit",
    find,
};

/// How many openings are looked at.
const OPENINGS: usize = 60;

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let freezes: Vec<_> = program
        .calendar
        .iter()
        .filter(|calendar| calendar.kind == CalendarKind::Freeze && everywhere(calendar))
        .map(|calendar| entry(program, calendar))
        .collect();
    // The longest of the stretches that come; one without an end fits everything.
    let mut longest = Number::int(0);
    let mut at = start(look);
    for _ in 0..OPENINGS {
        let Some(open) = opens(&[], &freezes, at) else {
            break;
        };
        let Some(shut) = closes(&[], &freezes, open) else {
            return;
        };
        longest = longest.max(shut.since(open));
        at = shut;
    }
    if longest.is_zero() {
        return;
    }
    for phase in program.phases.iter().filter(|phase| !phase.clock_open) {
        let own = phase.cohorts.iter().filter_map(|cohort| cohort.soak);
        for soak in own.chain(phase.soak) {
            let Some(length) = prover.number(soak) else {
                continue;
            };
            let place = look.node(soak);
            if length > longest && !look.foreign(place) {
                let (length, longest) = (unit::duration_text(length), unit::duration_text(longest));
                let message = format!(
                    "`{}` is watched for {length}, and at most {longest} lie between two freezes",
                    phase.name
                );
                out.push(
                    Diagnostic::warning(LINT.slug, place, message)
                        .help("watch for less, or count open time only: `clock open`"),
                );
            }
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
            r#"phase canary final { cohorts 1%, 100%  soak 8d  keep calm }
freeze weekend { every sat, sun in "UTC" }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["`canary` is watched for 8d, and at most 5d lie between two freezes"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  soak 8d  keep calm  clock open }
freeze weekend { every sat, sun in "UTC" }

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
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  soak 5d  keep calm }
freeze weekend { every sat, sun in "UTC" }

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
