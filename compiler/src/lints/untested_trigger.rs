//! A trigger that no test has seen fire and stay quiet; where nobody has run the tests, one that none of them names.

use super::{Lint, Look, untested_gate};
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
    let named = untested_gate::named(look);
    for trigger in &program.triggers {
        let place = look.origin(trigger.at);
        if look.foreign(place) {
            continue;
        }
        let name = &trigger.name;
        let found = match look.shown {
            Some(shown) => (shown.triggers.iter())
                .filter(|cover| cover.trigger == *name)
                .find_map(|cover| untested_gate::unseen(name, &cover.lacks())),
            None => (!named.contains(&name.as_str())).then(|| untested_gate::unnamed(name)),
        };
        out.extend(found.map(|message| {
            Diagnostic::warning(LINT.slug, look.head(place), message)
                .help(format!("show it fire: `expect rollback because {name}`"))
                .help("`rolloutc test --coverage` lists what is shown")
        }));
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
