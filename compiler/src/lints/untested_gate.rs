//! A gate that no test names.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "untested-gate",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look
        .program
        .filter(|program| !program.tests.tests.is_empty())
    else {
        return;
    };
    let named = named(look);
    for gate in program.gates.iter().filter(|gate| gate.own) {
        let place = look.origin(gate.at);
        if !named.contains(&gate.name.as_str()) && !look.foreign(place) {
            let message = format!("no test names `{}` as a reason", gate.name);
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message).help(format!(
                    "show it stop something: `expect blocked because {}`",
                    gate.name
                )),
            );
        }
    }
}

/// What tests give as reasons.
pub(super) fn named<'a>(look: &Look<'a>) -> Vec<&'a str> {
    use rolloutc_runtime::ir::trial::{About, Act};
    let Some(program) = look.program else {
        return Vec::new();
    };
    let acts = program.tests.tests.iter().flat_map(|test| &test.acts);
    let expects = acts.filter_map(|act| match act {
        Act::Expect(expect) => Some(expect),
        Act::Given(_) | Act::After { .. } => None,
    });
    let reasons = expects.flat_map(|expect| expect.because.iter().chain(&expect.warnings));
    let name = |what: &'a About| match what {
        About::Named { name, .. } => Some(name.as_str()),
        About::Item(_) | About::Word(_) => None,
    };
    reasons.filter_map(|reason| name(&reason.what)).collect()
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"gate quick { require slo.p95 <= 1s }
fixture green from "green"

test "errors block" { at 2026-03-02T09:00Z  given green with { slo.errors = 5% }  expect blocked because calm }
"#,
            &["no test names `quick` as a reason"],
        );
        check(
            super::LINT.slug,
            r#"gate quick { require slo.p95 <= 1s }
"#,
            &[],
        );
    }
}
