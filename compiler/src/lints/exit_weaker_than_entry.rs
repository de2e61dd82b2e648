//! A phase that is left on less than it was entered on.

use super::bounds::bounds;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "exit-weaker-than-entry",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for phase in &program.phases {
        let leave = bounds(look, &[&phase.leave]);
        if leave.is_empty() {
            continue;
        }
        let enter = bounds(look, &[&phase.enter]);
        for exit in leave {
            let strict = enter.iter().find(|entry| {
                entry.measure == exit.measure
                    && prover.implies(&[entry.wish], exit.wish)
                    && !prover.implies(&[exit.wish], entry.wish)
            });
            if let Some(entry) = strict {
                let message = format!(
                    "`{}` is left on a weaker condition than it is entered on",
                    phase.name
                );
                out.push(
                    Diagnostic::warning(LINT.slug, look.node(exit.wish.0), message)
                        .label("asked to leave")
                        .also(look.node(entry.wish.0), "asked to enter"),
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
            r#"phase canary { enter slo.errors <= 1%  leave slo.errors <= 5% }
phase everyone final { enter calm }
"#,
            &["`canary` is left on a weaker condition than it is entered on"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { enter slo.errors <= 1%  leave slo.errors <= 1%, slo.p95 <= 5s }
phase everyone final { enter calm }
"#,
            &[],
        );
    }
}
