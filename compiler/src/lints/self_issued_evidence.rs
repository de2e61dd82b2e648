//! Evidence that the policy writes itself.

use rolloutc_runtime::ir::{Part, Source, TextId};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "self-issued-evidence",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let plain = |text: TextId| match program
        .texts
        .get(text.ix())
        .map(|text| text.parts.as_slice())
    {
        Some([]) => Some(""),
        Some([Part::Literal(text)]) => Some(text.as_str()),
        _ => None,
    };
    for item in &program.evidence {
        let Source::File { folder, file } = &item.source else {
            continue;
        };
        let place = look.head(look.origin(item.at_origin));
        let path = match plain(*folder) {
            Some("") => file.clone(),
            Some(folder) => format!("{}/{file}", folder.trim_end_matches('/')),
            None => continue,
        };
        let written = program
            .reports
            .iter()
            .find(|report| plain(report.to) == Some(path.as_str()));
        if let Some(report) = written.filter(|_| !look.foreign(place)) {
            let message = format!("`{}` is what `{}` writes", item.name, report.name);
            out.push(
                Diagnostic::warning(LINT.slug, place, message)
                    .also(look.head(look.origin(report.at)), "written here")
                    .help("rest on what somebody else measured"),
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
            r#"evidence last from "state.json" { fresh 7d  outcome: text }
gate was_fine { require last.outcome == "advance" }
report state to "state.json" { outcome: decision.outcome }
"#,
            &["`last` is what `state` writes"],
        );
        check(
            super::LINT.slug,
            r#"evidence last from "other/state.json" { fresh 7d  outcome: text }
gate was_fine { require last.outcome == "advance" }
report state to "state.json" { outcome: decision.outcome }
"#,
            &[],
        );
    }
}
