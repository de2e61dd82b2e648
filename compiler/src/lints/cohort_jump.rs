//! A cohort so much larger than the one before that the small one shows little of what the large one meets.

use rolloutc_runtime::number::Number;
use rolloutc_runtime::unit;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "cohort-jump",
    find,
};

/// The largest factor between two cohorts that nobody is asked about.
const FACTOR: i128 = 10;

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let factor = look.rules.max_cohort_jump.unwrap_or(Number::int(FACTOR));
    for phase in &program.phases {
        for two in phase.cohorts.windows(2) {
            let (from, to) = (two[0].share, two[1].share);
            let most = from.mul(factor);
            if !from.is_zero() && most.is_some_and(|most| to > most) {
                let (from, to) = (unit::ratio_text(from), unit::ratio_text(to));
                let message = format!("`{}` goes from {from} to {to} at once", phase.name);
                let help = format!(
                    "put a cohort between: at most {} times the one before",
                    factor.text()
                );
                let place = look.head(look.origin(phase.at));
                out.push(Diagnostic::warning(LINT.slug, place, message).help(help));
            }
        }
    }
}
