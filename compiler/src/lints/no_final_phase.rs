//! A rollout that never ends: none of its phases is `final`, so it is never complete.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "no-final-phase",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let Some(last) = program.phases.last() else {
        return;
    };
    if program.phases.iter().all(|phase| !phase.last) {
        let message = format!("no phase is final: `{}` is never complete", program.rollout);
        out.push(
            Diagnostic::warning(LINT.slug, look.head(look.origin(last.at)), message)
                .help(format!("write `phase {} final` if it ends here", last.name)),
        );
    }
}
