//! More time to decide on a way back than the cohort is watched at all: the next one may begin before anybody acts.

use rolloutc_runtime::number::Number;
use rolloutc_runtime::unit;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "decide-longer-than-soak",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let length = |node| prover.number(node);
    let soaks = program.phases.iter().flat_map(|phase| {
        let own = phase.cohorts.iter().filter_map(|cohort| cohort.soak);
        own.chain(phase.soak.filter(|_| !phase.cohorts.is_empty()))
    });
    let Some(least) = soaks
        .filter_map(length)
        .filter(|soak| *soak > Number::int(0))
        .min()
    else {
        return;
    };
    for procedure in &program.procedures {
        let Some(decide) = &procedure.decide else {
            continue;
        };
        let Some(within) = length(decide.within).filter(|within| *within > least) else {
            continue;
        };
        let (within, least) = (unit::duration_text(within), unit::duration_text(least));
        let message = format!("`{}` may be decided on for {within}", procedure.name);
        out.push(
            Diagnostic::warning(LINT.slug, look.node(decide.within), message)
                .label(format!("a cohort is watched for {least} only")),
        );
    }
}
