//! A freeze that never opens.

use rolloutc_runtime::calendar::opens;
use rolloutc_runtime::ir::CalendarKind;

use super::spans::{entry, everywhere, start};
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "freeze-covers-all",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for calendar in &program.calendar {
        let place = look.origin(calendar.at);
        if calendar.kind != CalendarKind::Freeze || !everywhere(calendar) || look.foreign(place) {
            continue;
        }
        let alone = entry(program, calendar);
        if alone.covers(start(look))
            && opens(&[], std::slice::from_ref(&alone), start(look)).is_none()
        {
            let message = format!("`{}` never opens", calendar.name);
            out.push(
                Diagnostic::error(LINT.slug, look.head(place), message)
                    .help("leave a time open, or say what it is for: `scope …`, `except …`"),
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
            r#"phase canary final { keep calm  soak 5m }
freeze always { every mon, tue, wed, thu, fri, sat, sun in "UTC" }
"#,
            &["`always` never opens"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze always { every mon, tue, wed, thu, fri, sat, sun in "UTC"  scope entering canary }
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { keep calm  soak 5m }
freeze most { every mon, tue, wed, thu, fri, sat in "UTC" }
"#,
            &[],
        );
    }
}
