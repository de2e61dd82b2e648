//! A comment that says something is still to be done.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "todo-left",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    for module in look.modules.iter().filter(|module| !module.std) {
        for comment in &module.ast.comments {
            let mut words = comment.text.split(|c: char| !c.is_ascii_alphanumeric());
            if let Some(word) = words.find(|word| ["TODO", "FIXME", "XXX"].contains(word)) {
                let place = (module.file, comment.span);
                let message = format!("this says `{word}`");
                out.push(Diagnostic::info(LINT.slug, place, message));
            }
        }
    }
}
