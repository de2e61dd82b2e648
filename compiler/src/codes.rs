//! Every finding's code with its weight and its page. Knows slugs and pages; finds nothing itself.

use crate::diagnostic::Severity;

/// A code of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its name, the last word of `error[…]`.
    pub slug: &'static str,
    /// How much it matters where nothing else is configured.
    pub severity: Severity,
    /// Its page in Markdown: what, why, bad, good.
    pub page: &'static str,
}

macro_rules! codes {
    ($($slug:literal $severity:ident,)*) => {
        /// Every code, by slug.
        pub const CODES: &[Code] = &[$(Code {
            slug: $slug,
            severity: Severity::$severity,
            page: include_str!(concat!("../codes/", $slug, ".md")),
        },)*];
    };
}
codes! {
    "bad-hole" Error,
    "bad-number" Error,
    "bad-text" Error,
    "bidi-text" Error,
    "chained-comparison" Error,
    "cohorts-not-increasing" Error,
    "column-one" Error,
    "confusable-name" Error,
    "edition" Error,
    "no-freshness" Error,
    "odd-character" Error,
    "repeated-clause" Error,
    "syntax" Error,
    "table-row" Error,
    "too-deep" Error,
    "too-large" Error,
    "trigger-without-phase" Error,
    "unclosed-bracket" Error,
    "unclosed-text" Error,
    "unknown-clause" Error,
    "unknown-declaration" Error,
    "unknown-name" Error,
    "unknown-zone" Error,
}

/// The code of a slug.
pub fn code(slug: &str) -> Option<&'static Code> {
    let at = CODES.binary_search_by(|code| code.slug.cmp(slug)).ok()?;
    CODES.get(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted_and_every_page_is_whole() {
        assert!(CODES.windows(2).all(|two| two[0].slug < two[1].slug));
        for code in CODES {
            assert_eq!(super::code(code.slug), Some(code));
            let title = format!("# {}\n", code.slug);
            assert!(code.page.starts_with(&title), "{}", code.slug);
            for heading in ["\n## What\n", "\n## Why\n", "\n## Bad\n", "\n## Good\n"] {
                assert_eq!(
                    code.page.matches(heading).count(),
                    1,
                    "{}: {heading}",
                    code.slug
                );
            }
        }
    }

    #[test]
    fn every_page_has_a_row() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/codes");
        let files = std::fs::read_dir(folder).expect("the folder of the pages");
        let mut slugs: Vec<String> = files
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .into_owned()
            })
            .filter_map(|name| name.strip_suffix(".md").map(String::from))
            .collect();
        slugs.sort();
        let rows: Vec<&str> = CODES.iter().map(|code| code.slug).collect();
        assert_eq!(slugs, rows);
    }
}
