//! Users are exposed and there is no way back.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "no-rollback",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    if !program.procedures.is_empty() {
        return;
    }
    let exposing = |phase: &&rolloutc_runtime::ir::Phase| {
        phase.cohorts.iter().any(|cohort| !cohort.share.is_zero()) || phase.cohorts_from.is_some()
    };
    if let Some(phase) = program.phases.iter().find(exposing) {
        let message = format!(
            "`{}` exposes users, and nothing says how to turn back",
            phase.name
        );
        let place = look.head(look.origin(phase.at));
        out.push(
            Diagnostic::error(LINT.slug, place, message)
                .help("add a `rollback`, and the triggers that start it"),
        );
    }
}
