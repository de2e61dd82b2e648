//! Two phases that one observation lets through.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "same-evidence-twice",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for two in program.phases.windows(2) {
        let (first, second) = (&two[0], &two[1]);
        let idle = first.soak.is_none()
            && first.checks.is_none()
            && first.leave.is_empty()
            && first.cohorts.is_empty()
            && first.cohorts_from.is_none()
            && second.not_before.is_none()
            && second.entered_when.is_none();
        let known = |ask: &rolloutc_runtime::ir::Ask| first.enter.iter().any(|one| one.ask == *ask);
        let tied = second.enter.iter().any(|one| {
            let items = super::reach::Reach::asks(program, [&one.ask]).items;
            items.iter().any(|item| {
                let item = &program.evidence[item.ix()];
                item.since.is_some() || !item.about.is_empty()
            })
        });
        if idle
            && !tied
            && !second.enter.is_empty()
            && second.enter.iter().all(|one| known(&one.ask))
        {
            let message = format!(
                "what lets the rollout into `{}` lets it straight into `{}`",
                first.name, second.name
            );
            out.push(
                Diagnostic::warning(LINT.slug, look.head(look.origin(second.at)), message)
                    .also(look.head(look.origin(first.at)), "nothing is watched here")
                    .help("watch the first for a while (`soak`), ask something to leave it, or tie the evidence to it (`since phase`)"),
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
            r#"phase shadow { enter calm }
phase canary { enter calm }
phase everyone final { enter slo.p95 <= 1s }
"#,
            &["what lets the rollout into `shadow` lets it straight into `canary`"],
        );
        check(
            super::LINT.slug,
            r#"phase shadow { enter calm }
phase canary { enter calm, slo.p95 <= 1s }
phase everyone final { enter slo.p95 <= 2s  soak 5m }
"#,
            &[],
        );
    }
}
