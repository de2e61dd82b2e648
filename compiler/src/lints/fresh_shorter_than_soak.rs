//! Evidence that is tied to the beginning of a soak, asked at its end, and stands for less: what was collected when it began
//! cannot survive it. What is not tied is collected when it is asked, and nothing is said of it.

use rolloutc_runtime::ir::{Item, Phase, Since};
use rolloutc_runtime::number::Number;
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
    for (at, phase) in program.phases.iter().enumerate() {
        let Some(soak) = phase.soak.and_then(length) else {
            continue;
        };
        // What keeps the phase green is collected all along.
        let all_along = phase.keep.iter().chain(&phase.watch).map(|one| &one.ask);
        let all_along = Reach::asks(program, all_along).items;
        let next = program
            .phases
            .get(at + 1)
            .map_or(&[][..], |next| &next.enter);
        let at_end = phase.leave.iter().chain(next).map(|one| &one.ask);
        for item in Reach::asks(program, at_end).items {
            let found = &program.evidence[item.ix()];
            if let Some(fresh) = found.fresh.and_then(length)
                && fresh < soak
                && matches!(found.since, Some(Since::Phase | Since::Cohort))
                && !all_along.contains(&item)
            {
                out.extend(report(look, found, phase, fresh, soak));
            }
        }
    }
}

fn report(
    look: &Look<'_>,
    item: &Item,
    phase: &Phase,
    fresh: Number,
    soak: Number,
) -> Option<Diagnostic> {
    let place = look.head(look.origin(item.at_origin));
    if look.foreign(place) {
        return None;
    }
    let (fresh, soak) = (unit::duration_text(fresh), unit::duration_text(soak));
    let message = format!(
        "`{}` is stale before `{}` has soaked",
        item.name, phase.name
    );
    let soaks = format!("soaks for {soak}");
    Some(
        Diagnostic::error(LINT.slug, place, message)
            .label(format!("fresh for {fresh}"))
            .also(look.head(look.origin(phase.at)), soaks)
            .help(format!(
                "let it stand for {soak}, or ask for it in `keep` too, so that it is collected at least every {fresh}"
            )),
    )
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
        check(
            super::LINT.slug,
            r#"evidence smoke { fresh 2h  since phase  ok: bool }
phase canary { soak 1h  keep calm  leave smoke.ok }
phase everyone final { enter calm }
"#,
            &[],
        );
        // Asked on entering what comes next, it is asked at the end too.
        check(
            super::LINT.slug,
            r#"evidence smoke { fresh 10m  since cohort  ok: bool }
phase canary { soak 1h  keep calm }
phase everyone final { enter smoke.ok  keep calm }
"#,
            &["`smoke` is stale before `canary` has soaked"],
        );
        check(
            super::LINT.slug,
            r#"evidence smoke { fresh 10m  ok: bool }
phase canary { soak 1h  keep calm  leave smoke.ok }
phase everyone final { enter calm }
"#,
            &[],
        );
    }
}
