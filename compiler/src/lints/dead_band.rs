//! A phase that nothing lets go on.

use super::bounds::rules;
use super::unsatisfiable_gate::shown;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "dead-band",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for (at, phase) in program.phases.iter().enumerate() {
        if phase.last || phase.within.is_some() {
            continue;
        }
        let next = program.phases.get(at + 1).map(|next| next.enter.as_slice());
        let lists = [&phase.keep, &phase.leave, next.unwrap_or_default()];
        let all = rules(prover, program, &lists);
        let Some(clash) = prover.impossible(&all) else {
            continue;
        };
        // A rule that never holds has a finding of its own.
        if all.iter().any(|rule| prover.impossible(&[*rule]).is_some()) {
            continue;
        }
        let message = format!("`{}` can never go on", phase.name);
        let place = look.head(look.origin(phase.at));
        out.push(match clash {
            Some(clash) => shown(
                look,
                Diagnostic::warning(LINT.slug, look.node(clash.second), message),
                &clash,
            ),
            None => Diagnostic::warning(LINT.slug, place, message),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary { keep slo.errors <= 1%  leave slo.errors >= 2% }
phase everyone final { enter calm }
"#,
            &["`canary` can never go on"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { keep calm }
phase everyone final { enter slo.errors > 1% }
"#,
            &["`canary` can never go on"],
        );
        check(
            super::LINT.slug,
            r#"phase canary { keep slo.errors <= 1%  leave slo.errors >= 2%  within 2h else halted }
phase everyone final { enter calm }
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"phase canary { keep slo.errors <= 1%  leave slo.errors >= 0.5% }
phase everyone final { enter calm }
"#,
            &[],
        );
    }
}
