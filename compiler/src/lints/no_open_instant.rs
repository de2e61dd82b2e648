//! Freezes and windows that leave no instant open.

use rolloutc_runtime::calendar::opens;
use rolloutc_runtime::ir::CalendarKind;

use super::spans::{entry, everywhere, start};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "no-open-instant",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let own = |kind| {
        program
            .calendar
            .iter()
            .filter(move |calendar| calendar.kind == kind)
    };
    let windows: Vec<_> = own(CalendarKind::Window).collect();
    let freezes: Vec<_> = own(CalendarKind::Freeze)
        .filter(|freeze| everywhere(freeze))
        .collect();
    // A window of its own scope leaves other moves alone.
    if windows.iter().any(|window| !everywhere(window)) || windows.len() + freezes.len() < 2 {
        return;
    }
    let whens: Vec<_> = windows
        .iter()
        .map(|window| entry(program, window))
        .collect();
    let shut: Vec<_> = freezes
        .iter()
        .map(|freeze| entry(program, freeze))
        .collect();
    let alone = |freeze: &rolloutc_runtime::ir::Calendar| {
        opens(&[], &[entry(program, freeze)], start(look)).is_none()
    };
    // A window whose dates are past, or a freeze that never opens, has a finding of its own.
    let past = opens(&whens, &[], start(look)).is_none();
    if past || freezes.iter().any(|freeze| alone(freeze)) {
        return;
    }
    if opens(&whens, &shut, start(look)).is_none() {
        let mut all = windows.iter().chain(&freezes);
        let Some(first) = all.next() else { return };
        let mut found = Diagnostic::error(
            LINT.slug,
            look.head(look.origin(first.at)),
            "together with the others this leaves no instant open",
        );
        for other in all {
            found = found.also(
                look.head(look.origin(other.at)),
                format!("`{}`", other.name),
            );
        }
        out.push(found);
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
window days { every sat 08:00 to 16:00 in "UTC" }
freeze weekend { every sat, sun in "UTC" }
"#,
            &["together with the others this leaves no instant open"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
window days { every fri 08:00 to 16:00 in "UTC" }
freeze weekend { every sat, sun in "UTC" }
"#,
            &[],
        );
    }
}
