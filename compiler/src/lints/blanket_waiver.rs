//! A waiver that covers a gate whatever it was written for.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "blanket-waiver",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for waivers in &program.waivers {
        let place = look.origin(waivers.at);
        // Rows that are picked out already are picked out for something.
        let filtered = !look
            .said(waivers.rows)
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
        if look.foreign(place) || filtered || !waivers.valid.is_empty() {
            continue;
        }
        for cover in waivers
            .cover
            .iter()
            .filter(|cover| cover.when.is_none() && cover.rows.is_empty())
        {
            let gate = &program.gates[cover.gate.ix()];
            let message = format!("any row of `{}` waives `{}`", waivers.name, gate.name);
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message).help(format!(
                    "say which: `cover {} when {}.gate == \"{}\"`",
                    gate.name, waivers.name, gate.name
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
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover calm }

phase canary final { keep calm  soak 5m }
"#,
            &["any row of `w` waives `calm`"],
        );
        check(
            super::LINT.slug,
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover calm when w.gate == "calm" }

phase canary final { keep calm  soak 5m }
"#,
            &[],
        );
    }
}
