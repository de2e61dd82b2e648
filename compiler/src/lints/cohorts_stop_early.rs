//! The last phase moves users by share and never reaches all of them.

use rolloutc_runtime::number::Number;
use rolloutc_runtime::unit;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "cohorts-stop-early",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(phase) = look.program.and_then(|program| program.phases.last()) else {
        return;
    };
    let Some(cohort) = phase.cohorts.last() else {
        return;
    };
    if cohort.share < Number::int(1) {
        let share = unit::ratio_text(cohort.share);
        let message = format!("`{}` ends at {share} and no phase follows", phase.name);
        out.push(
            Diagnostic::warning(LINT.slug, look.head(look.origin(phase.at)), message)
                .help("go on to 100%, or add the phase in which everybody has it"),
        );
    }
}
