//! A trigger that another one always comes before, to the same end: it never adds anything.

use rolloutc_runtime::ir::{OnUnknown, Sustain, Trigger};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "trigger-shadowed",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for (at, late) in program.triggers.iter().enumerate() {
        let over = program.triggers.iter().enumerate().find(|(other, early)| {
            *other != at
                && early.then == late.then
                && early.each.is_none()
                && late.each.is_none()
                && early.scope == late.scope
                && early.on_unknown == OnUnknown::Blind
                && sooner(early, late)
                && late.phases.iter().all(|phase| early.phases.contains(phase))
                && prover.implies(&[(late.when, true)], (early.when, true))
                // Of two that say the same, the second is the one too many.
                && (*other < at || !prover.implies(&[(early.when, true)], (late.when, true)))
        });
        // One that cannot fire at all has its own finding.
        if let Some((_, early)) = over
            && prover.impossible(&[(late.when, true)]).is_none()
        {
            let message = format!("`{}` always fires first, to the same end", early.name);
            out.push(
                Diagnostic::warning(LINT.slug, look.head(look.origin(late.at)), message)
                    .also(look.node(early.when), "true wherever the other is"),
            );
        }
    }
}

/// Whether one fires no later than the other where both conditions hold.
fn sooner(early: &Trigger, late: &Trigger) -> bool {
    match (&early.sustain, &late.sustain) {
        (Sustain::Once, _) => true,
        (a, b) => a == b,
    }
}
