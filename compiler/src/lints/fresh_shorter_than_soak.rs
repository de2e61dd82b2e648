//! Evidence tied to the beginning of a phase that cannot survive it.

use rolloutc_runtime::ir::Since;
use rolloutc_runtime::unit;

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "fresh-shorter-than-soak",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let length = |node| prover.number(node);
    for phase in &program.phases {
        let Some(soak) = phase.soak.and_then(length) else {
            continue;
        };
        let watched = Reach::asks(
            program,
            phase.keep.iter().chain(&phase.watch).map(|one| &one.ask),
        )
        .items;
        for item in Reach::asks(program, phase.leave.iter().map(|one| &one.ask)).items {
            let found = &program.evidence[item.ix()];
            let Some(fresh) = found.fresh.and_then(length) else {
                continue;
            };
            let tied = matches!(found.since, Some(Since::Phase | Since::Cohort));
            let place = look.head(look.origin(found.at_origin));
            if tied && fresh < soak && !watched.contains(&item) && !look.foreign(place) {
                let (fresh, soak) = (unit::duration_text(fresh), unit::duration_text(soak));
                let message = format!(
                    "`{}` is stale before `{}` has soaked",
                    found.name, phase.name
                );
                out.push(
                    Diagnostic::warning(LINT.slug, place, message)
                        .label(format!("fresh for {fresh}"))
                        .also(
                            look.head(look.origin(phase.at)),
                            format!("soaks for {soak}"),
                        )
                        .help(format!(
                            "collect it at least every {fresh}, or let it stand for {soak}"
                        )),
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
            r#"evidence smoke { fresh 10m  since phase  ok: bool }
phase canary { soak 1h  keep calm  leave smoke.ok }
phase everyone final { enter calm }
"#,
            &["`smoke` is stale before `canary` has soaked"],
        );
        check(
            super::LINT.slug,
            r#"evidence smoke { fresh 10m  since phase  ok: bool }
phase canary { soak 1h  keep calm, smoke.ok  leave smoke.ok }
phase everyone final { enter calm }
"#,
            &[],
        );
    }
}
