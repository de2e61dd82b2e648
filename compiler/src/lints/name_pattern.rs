//! Names that do not look as the organisation wants them.

use rolloutc_runtime::pattern;

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "name-pattern",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    for (module, file, decl) in look.decls() {
        let Some((word, name)) = decl.kind.word().zip(decl.kind.name()) else {
            continue;
        };
        let Some(wanted) = look.rules.names.get(word).filter(|_| module.ix() == 0) else {
            continue;
        };
        if pattern::compile(wanted).is_ok_and(|pattern| !pattern.is_match(name.as_str())) {
            let message = format!(
                "`{}` does not look like the name of a {word} here",
                name.text
            );
            out.push(
                Diagnostic::warning(LINT.slug, (file, name.span), message)
                    .help(format!("rollout.toml asks for `{wanted}`")),
            );
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
                names: std::collections::BTreeMap::from([("gate", "[a-z]+".to_string())]),
                ..Rules::default()
            },
            ..Options::all()
        };
        check_with(
            super::LINT.slug,
            r#"gate CALM { require slo.errors <= 1% }
"#,
            told(),
            &["`CALM` does not look like the name of a gate here"],
        );
        check_with(
            super::LINT.slug,
            r#"gate quiet { require slo.errors <= 1% }
"#,
            told(),
            &[],
        );
    }
}
