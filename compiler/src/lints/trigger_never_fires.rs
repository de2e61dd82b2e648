//! A trigger whose condition contradicts itself: nothing it could see makes it fire.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "trigger-never-fires",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for trigger in &program.triggers {
        let Some(clash) = prover.impossible(&[(trigger.when, true)]) else {
            continue;
        };
        let place = look.node(trigger.when);
        let message = format!("`{}` cannot fire", trigger.name);
        let found = Diagnostic::error(LINT.slug, place, message);
        out.push(match clash {
            Some(clash) => {
                let measure = clash.measure.map_or("this", |node| look.said(node));
                let (first, second) = (look.said(clash.first), look.said(clash.second));
                let label = match clash.first == clash.second {
                    true => format!("`{measure}` never has such a value"),
                    false => format!("no value is both `{first}` and `{second}`"),
                };
                found.label(label)
            }
            None => found,
        });
    }
}
