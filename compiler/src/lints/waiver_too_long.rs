//! Waivers beyond what the organisation allows.

use rolloutc_runtime::ir::Const;
use rolloutc_runtime::unit;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "waiver-too-long",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let Some(most) = look.rules.max_waiver else {
        return;
    };
    for waivers in &program.waivers {
        let place = look.head(look.origin(waivers.at));
        let allowed = format!("at most {} are allowed here", unit::duration_text(most));
        if look.foreign(place) {
            continue;
        }
        match waivers.at_most.map(|node| (node, prover.constant(node))) {
            Some((node, Some(Const::Number(length)))) if length > most => {
                let message = format!(
                    "`{}` may stand for {}",
                    waivers.name,
                    unit::duration_text(length)
                );
                out.push(Diagnostic::warning(LINT.slug, look.node(node), message).label(allowed));
            }
            None => {
                let message = format!("`{}` may stand for any time", waivers.name);
                out.push(Diagnostic::warning(LINT.slug, place, message).help(format!(
                    "{allowed}: write `at most {}`",
                    unit::duration_text(most)
                )));
            }
            Some(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check_with;
    use crate::lints::{Options, Rules};

    #[test]
    fn found_and_nearly_found() {
        let told = || Options {
            rules: Rules {
                max_waiver: rolloutc_runtime::unit::parse_duration("30d").ok(),
                ..Rules::default()
            },
            ..Options::all()
        };
        check_with(
            super::LINT.slug,
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

waivers w in papers { by any of ops, dev  at most 90d  until w.until  cover calm when w.gate == "calm" }

phase canary final { keep calm  soak 5m }
"#,
            told(),
            &["`w` may stand for 90d"],
        );
        check_with(
            super::LINT.slug,
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover calm when w.gate == "calm" }

phase canary final { keep calm  soak 5m }
"#,
            told(),
            &[],
        );
    }
}
