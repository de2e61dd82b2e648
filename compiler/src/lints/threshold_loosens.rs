//! A later phase that accepts worse than an earlier one.

use super::bounds::bounds;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "threshold-loosens",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let kept: Vec<_> = program
        .phases
        .iter()
        .map(|phase| bounds(look, &[&phase.keep]))
        .collect();
    for (at, later) in program.phases.iter().enumerate() {
        'bounds: for loose in &kept[at] {
            for (before, earlier) in program.phases[..at].iter().enumerate() {
                let strict = kept[before].iter().find(|strict| {
                    strict.measure == loose.measure
                        && prover.implies(&[strict.wish], loose.wish)
                        // Nothing else of the later phase makes up for it.
                        && !kept[at].iter().any(|other| prover.implies(&[other.wish], strict.wish))
                });
                if let Some(strict) = strict {
                    let message = format!(
                        "`{}` accepts worse values than `{}` before it",
                        later.name, earlier.name
                    );
                    out.push(
                        Diagnostic::warning(LINT.slug, look.node(loose.wish.0), message)
                            .label(format!("keeps `{}`", later.name))
                            .also(
                                look.node(strict.wish.0),
                                format!("keeps `{}`", earlier.name),
                            ),
                    );
                    continue 'bounds;
                }
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
            r#"phase canary { keep slo.errors <= 1%  soak 10m }
phase everyone final { keep slo.errors <= 5% }
"#,
            &["`everyone` accepts worse values than `canary` before it"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { keep slo.errors <= 1%  soak 10m }
phase everyone final { keep slo.errors <= 1%, slo.p95 <= 5s }
"#,
            &[],
        );
    }
}
