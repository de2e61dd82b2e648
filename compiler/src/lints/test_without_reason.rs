//! A test that would pass for the wrong reason.

use rolloutc_runtime::ir::trial::{Act, Expected, Outcome};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "test-without-reason",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let acts = program.tests.tests.iter().flat_map(|test| &test.acts);
    for act in acts {
        let Act::Expect(expect) = act else { continue };
        let stops = match &expect.result {
            Expected::Rollback(_) => true,
            Expected::Outcome(outcome) => match outcome {
                Outcome::Blocked | Outcome::Halted | Outcome::Rollback => true,
                Outcome::Complete | Outcome::Advance | Outcome::Hold | Outcome::Frozen => false,
            },
            Expected::Advance(_) | Expected::Exit(_) => false,
        };
        let place = look.origin(expect.at);
        if stops && expect.because.is_empty() && !look.foreign(place) {
            out.push(
                Diagnostic::warning(LINT.slug, place, "this expectation names no reason")
                    .help("say which: `expect blocked because GATE`"),
            );
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
            r#"fixture green from "green"

test "errors block" { at 2026-03-02T09:00Z  given green with { slo.errors = 5% }  expect blocked }
"#,
            &["this expectation names no reason"],
        );
        check(
            super::LINT.slug,
            r#"fixture green from "green"

test "all is well" { at 2026-03-02T09:00Z  given green  expect advance }
"#,
            &[],
        );
    }
}
