//! A statistic over a series that a single sample may decide.

use rolloutc_runtime::ir::{Node, NodeId, SeriesFn};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "no-minimum-sample",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    // A threshold may ask for samples of what it measures.
    let asked: Vec<NodeId> = program
        .thresholds
        .iter()
        .filter(|threshold| threshold.samples.is_some())
        .map(|threshold| threshold.measure)
        .collect();
    for (at, code) in program.code.iter().enumerate() {
        let Node::Series {
            function,
            samples: None,
            ..
        } = &code.node
        else {
            continue;
        };
        let what = match function {
            SeriesFn::Percentile(_) => "a percentile",
            SeriesFn::Avg => "a mean",
            SeriesFn::Rate => "a rate",
            SeriesFn::Min
            | SeriesFn::Max
            | SeriesFn::Sum
            | SeriesFn::Count
            | SeriesFn::Streak
            | SeriesFn::MaxGap => continue,
        };
        let id = NodeId(at as u32);
        let place = look.node(id);
        if look.foreign(place) || asked.contains(&id) {
            continue;
        }
        let message = format!("{what} may rest on a single sample");
        out.push(
            Diagnostic::warning(LINT.slug, place, message)
                .help("say how many it needs: `with at least 20 samples`"),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"evidence live: series { p95: duration in ms } { fresh 5m }
gate quick { require p95 of live.p95 over 5m <= 1s }
"#,
            &["a percentile may rest on a single sample"],
        );
        check(
            super::LINT.slug,
            r#"evidence live: series { p95: duration in ms } { fresh 5m }
gate quick { require max of live.p95 over 5m <= 1s }
"#,
            &[],
        );
    }
}
