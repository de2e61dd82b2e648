//! An approval that the author of the change may give.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "self-approval",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    if !program.subject.contains_key("author") {
        return;
    }
    for approval in &program.approvals {
        if !approval.not.iter().any(|role| role == "author") {
            let message = format!("the author may give `{}`", approval.name);
            let place = look.head(look.origin(approval.at));
            out.push(
                Diagnostic::warning(LINT.slug, place, message).help("write `people not author`"),
            );
        }
    }
}
