//! A file that the formatter would change.

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;
use crate::fmt;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "not-formatted",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(module) = look.modules.first() else {
        return;
    };
    let place = (module.file, module.ast.span);
    let text = look.text(place);
    let Ok(formatted) = fmt::format(text) else {
        return;
    };
    if formatted.text == text || !formatted.broken.is_empty() {
        return;
    }
    // The first line that would change.
    let same = text
        .bytes()
        .zip(formatted.text.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let start = text[..floor(text, same)].rfind('\n').map_or(0, |at| at + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let first = crate::source::Span::new(
        crate::source::offset(start),
        crate::source::offset(start + line.len()),
    );
    out.push(
        Diagnostic::info(
            LINT.slug,
            (module.file, first),
            "this file is not formatted",
        )
        .label("the first line that would change")
        .fix("format it", true, vec![(place.1, formatted.text)]),
    );
}

/// The nearest border between characters at or below an offset.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"edition 2026

rollout r

evidence slo {fresh 5m  errors: ratio}

gate calm { require slo.errors <= 1% }
"#,
            &["this file is not formatted"],
        );
        check(
            super::LINT.slug,
            r#"edition 2026

rollout r

evidence slo {
  fresh   5m
  errors: ratio
}

gate calm { require slo.errors <= 1% }
"#,
            &[],
        );
    }
}
