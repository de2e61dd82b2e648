//! A waiver that can waive nothing.

use rolloutc_runtime::ir::Ask;

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "waiver-matches-nothing",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    if program.waivers.is_empty() {
        return;
    }
    let mut asks: Vec<&Ask> = Vec::new();
    for phase in &program.phases {
        let lists = [&phase.enter, &phase.keep, &phase.leave, &phase.watch];
        asks.extend(lists.into_iter().flatten().map(|one| &one.ask));
        asks.extend(
            phase
                .cohorts
                .iter()
                .flat_map(|cohort| &cohort.after)
                .map(|one| &one.ask),
        );
    }
    for procedure in &program.procedures {
        asks.extend(procedure.verify.iter().map(|one| &one.ask));
    }
    let asked = Reach::asks(program, asks).gates;
    for waivers in &program.waivers {
        let place = look.origin(waivers.at);
        if look.foreign(place) {
            continue;
        }
        for cover in &waivers.cover {
            let gate = &program.gates[cover.gate.ix()];
            if let Some(when) = cover
                .when
                .filter(|when| prover.impossible(&[(*when, true)]).is_some())
            {
                let message = format!("no row of `{}` can waive `{}`", waivers.name, gate.name);
                out.push(
                    Diagnostic::warning(LINT.slug, look.node(when), message).label("never so"),
                );
            } else if !program.phases.is_empty() && !asked.contains(&cover.gate) {
                let message = format!(
                    "`{}` covers `{}`, which no phase asks",
                    waivers.name, gate.name
                );
                out.push(
                    Diagnostic::warning(LINT.slug, look.head(place), message)
                        .also(look.head(look.origin(gate.at)), "not asked"),
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
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

gate quick { require slo.p95 <= 1s }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover quick when w.gate == "quick" }

phase canary final { keep calm  soak 5m }
"#,
            &["`w` covers `quick`, which no phase asks"],
        );
        check(
            super::LINT.slug,
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

gate quick { require slo.p95 <= 1s }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover quick when w.gate == "quick" }

phase canary final { keep calm, quick  soak 5m }
"#,
            &[],
        );
    }
}
