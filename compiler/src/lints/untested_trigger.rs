//! A trigger that no test names.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "untested-trigger",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look
        .program
        .filter(|program| !program.tests.tests.is_empty())
    else {
        return;
    };
    let named = super::untested_gate::named(look);
    for trigger in &program.triggers {
        let place = look.origin(trigger.at);
        if !named.contains(&trigger.name.as_str()) && !look.foreign(place) {
            let message = format!("no test names `{}` as a reason", trigger.name);
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message).help(format!(
                    "show it fire: `expect rollback because {}`",
                    trigger.name
                )),
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
            r#"phase canary final { cohorts 1%, 100%  keep calm }
trigger storm { when slo.errors > 1%  then rollback to_old }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
fixture green from "green"

test "errors turn back" { at 2026-03-02T09:00Z  in canary at 1%  given green with { slo.errors = 5% }  expect rollback because storm }
"#,
            &[],
        );
    }
}
