//! A step, a check or a command that still holds a placeholder: at night nobody knows what belongs there.

use rolloutc_runtime::ir::{Check, OriginId, Part, TextId};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "unresolved-placeholder",
    find,
};

const WORDS: [&str; 6] = ["TODO", "TBD", "FIXME", "CHANGEME", "XXX", "PLACEHOLDER"];

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for procedure in &program.procedures {
        let mut texts: Vec<(TextId, OriginId)> = Vec::new();
        for step in &procedure.steps {
            texts.push((step.text, step.at));
            texts.extend(step.run.iter().flatten().map(|text| (*text, step.at)));
        }
        for check in &procedure.checks {
            if let Check::Text { text, .. } = check {
                texts.push((*text, procedure.at));
            }
        }
        texts.extend(
            procedure
                .impacts
                .iter()
                .map(|(_, text)| (*text, procedure.at)),
        );
        for (text, at) in texts {
            let parts = program.texts.get(text.ix()).map(|text| &text.parts);
            for part in parts.into_iter().flatten() {
                let Part::Literal(words) = part else { continue };
                if let Some(left) = placeholder(words) {
                    let message = format!("`{}` still says `{left}`", procedure.name);
                    let place = look.origin(at);
                    let place = if at == procedure.at {
                        look.head(place)
                    } else {
                        place
                    };
                    out.push(
                        Diagnostic::error(LINT.slug, place, message)
                            .help("say what to do, or ask for it with a field of the rollback"),
                    );
                }
            }
        }
    }
}

/// `TODO`, or a `<name>` that somebody was to replace.
fn placeholder(text: &str) -> Option<&str> {
    let word = |c: char| !c.is_ascii_alphanumeric();
    if let Some(found) = text.split(word).find(|one| WORDS.contains(one)) {
        return Some(found);
    }
    let from = text.find('<')?;
    let to = from + text[from..].find('>')?;
    let name = &text[from + 1..to];
    let plain = |c: char| c.is_ascii_alphanumeric() || " _-".contains(c);
    (!name.is_empty() && name.chars().all(plain)).then(|| &text[from..=to])
}
