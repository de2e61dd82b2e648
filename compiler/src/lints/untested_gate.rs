//! A gate that no test has seen pass, fail and be unknown; where nobody has run the tests, one that none of them names.

use rolloutc_runtime::ir::Gate;

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
    let mut add = |gate: &Gate, message: String| {
        let place = look.origin(gate.at);
        if !look.foreign(place) {
            let found = Diagnostic::warning(LINT.slug, look.head(place), message);
            out.push(
                found
                    .help(format!(
                        "show it stop something: `expect blocked because {}`",
                        gate.name
                    ))
                    .help("`rolloutc test --coverage` lists what is shown"),
            );
        }
    };
    if let Some(shown) = look.shown {
        for cover in shown.gates.iter().filter(|cover| cover.module.is_none()) {
            let gate = program.gates.iter().find(|gate| gate.name == cover.gate);
            let message = unseen(&cover.gate, &cover.lacks());
            if let (Some(gate), Some(message)) = (gate, message) {
                add(gate, message);
            }
        }
        return;
    }
    let named = named(look);
    for gate in program.gates.iter().filter(|gate| gate.own) {
        if !named.contains(&gate.name.as_str()) {
            add(gate, unnamed(&gate.name));
        }
    }
}

/// What to say where no test was run.
pub(super) fn unnamed(name: &str) -> String {
    format!("no test names `{name}` as a reason")
}

/// What to say of ways in which something was not seen; nothing where it was seen in all.
pub(super) fn unseen(name: &str, lacks: &[&str]) -> Option<String> {
    let word = |way: &&str| match *way {
        "unknown" => "be unknown".to_string(),
        "fired" => "fire".to_string(),
        "quiet" => "watch and stay quiet".to_string(),
        other => other.to_string(),
    };
    let all: Vec<String> = lacks.iter().map(word).collect();
    let (last, others) = all.split_last()?;
    Some(match others {
        [] => format!("no test sees `{name}` {last}"),
        others => format!("no test sees `{name}` {} or {last}", others.join(", ")),
    })
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
    use crate::lints::Options;
    use crate::lints::trial::{check, check_with};
    use rolloutc_runtime::trial::{Coverage, GateCover};

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

    #[test]
    fn where_tests_were_run_all_three_ways_count() {
        const RULES: &str = r#"gate quick { require slo.p95 <= 1s }
fixture green from "green"

test "errors block" { at 2026-03-02T09:00Z  given green with { slo.errors = 5% }  expect blocked because calm }
"#;
        let shown = |pass, fail, unknown| {
            let gate = GateCover {
                gate: "quick".into(),
                pass,
                fail,
                unknown,
                ..GateCover::default()
            };
            let gates = vec![gate];
            let shown = Some(Coverage {
                gates,
                ..Coverage::default()
            });
            Options {
                shown,
                ..Options::all()
            }
        };
        let check = |pass, fail, unknown, want: &[&str]| {
            check_with(super::LINT.slug, RULES, shown(pass, fail, unknown), want);
        };
        check(1, 1, 1, &[]);
        check(1, 1, 0, &["no test sees `quick` be unknown"]);
        check(0, 0, 0, &["no test sees `quick` pass, fail or be unknown"]);
    }
}
