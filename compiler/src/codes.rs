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
    "advance-and-rollback-overlap" Error,
    "advisory-as-blocking" Warning,
    "ambiguous-target" Error,
    "approval-older-than-soak" Warning,
    "approval-without-deadline" Warning,
    "bad-hole" Error,
    "bad-number" Error,
    "bad-path" Error,
    "bad-pattern" Error,
    "bad-text" Error,
    "bare-number" Error,
    "bidi-text" Error,
    "blanket-waiver" Warning,
    "blind-trigger" Warning,
    "bound-outside-range" Warning,
    "calendar-ends" Warning,
    "chained-comparison" Error,
    "clause-subsumed" Warning,
    "clock-change" Warning,
    "clock-change-boundary" Warning,
    "cohort-jump" Warning,
    "cohort-outside-range" Error,
    "cohorts-not-increasing" Error,
    "cohorts-stop-early" Warning,
    "column-one" Error,
    "confusable-name" Error,
    "dead-band" Warning,
    "decide-longer-than-soak" Warning,
    "declaration-order" Info,
    "default-outside-bound" Error,
    "default-under-bound" Warning,
    "double-negation" Warning,
    "drill-not-required" Warning,
    "duplicate-clause" Error,
    "duplicate-name" Error,
    "duplicate-pattern" Error,
    "edition" Error,
    "empty-gate" Error,
    "equality-on-measure" Warning,
    "exit-weaker-than-entry" Warning,
    "expired-suppression" Warning,
    "freeze-covers-all" Error,
    "fresh-longer-than-release" Warning,
    "fresh-shorter-than-soak" Error,
    "gate-always-passes" Warning,
    "gate-in-trigger" Info,
    "import-cycle" Error,
    "impossible-bound" Error,
    "impossible-window" Error,
    "incomplete-rollback" Error,
    "irreversible-target" Warning,
    "misplaced-clause" Error,
    "misplaced-declaration" Error,
    "missing-clause" Error,
    "missing-doc" Info,
    "missing-field" Error,
    "missing-owner" Warning,
    "name-pattern" Warning,
    "newer-edition" Error,
    "no-final-phase" Warning,
    "no-freshness" Error,
    "no-minimum-sample" Warning,
    "no-new-subject-rule" Info,
    "no-open-instant" Error,
    "no-rollback" Error,
    "no-roster" Warning,
    "no-rows" Error,
    "not-a-condition" Error,
    "not-a-constant" Error,
    "not-a-reason" Error,
    "not-a-value" Error,
    "not-about-subject" Warning,
    "not-exhaustive" Error,
    "not-formatted" Info,
    "not-given" Error,
    "odd-character" Error,
    "offset-on-recurring" Warning,
    "open-argument" Error,
    "optional-read-without-default" Info,
    "overlapping-windows" Warning,
    "param-without-bound" Warning,
    "path-never-seen" Warning,
    "phase-without-criteria" Error,
    "pinned-list" Warning,
    "quorum-impossible" Error,
    "recursive-definition" Error,
    "redundant-comparison" Warning,
    "reserved-name" Error,
    "same-evidence-twice" Warning,
    "secret-in-text" Error,
    "self-approval" Warning,
    "self-issued-evidence" Warning,
    "soak-does-not-fit" Warning,
    "sparse-rollback" Warning,
    "suppression-without-reason" Error,
    "syntax" Error,
    "table-row" Error,
    "test-without-reason" Warning,
    "threshold-gap" Warning,
    "threshold-loosens" Warning,
    "todo-left" Info,
    "too-costly" Error,
    "too-deep" Error,
    "too-large" Error,
    "trigger-never-fires" Error,
    "trigger-shadowed" Warning,
    "trigger-without-phase" Error,
    "type-mismatch" Error,
    "unclosed-bracket" Error,
    "unclosed-text" Error,
    "unit-mismatch" Error,
    "unknown-clause" Error,
    "unknown-cohort" Error,
    "unknown-declaration" Error,
    "unknown-enum-word" Error,
    "unknown-format" Error,
    "unknown-member" Error,
    "unknown-name" Error,
    "unknown-suppression" Error,
    "unknown-zone" Error,
    "unreachable-phase" Error,
    "unresolved-placeholder" Error,
    "unsatisfiable-gate" Error,
    "untested-gate" Warning,
    "untested-trigger" Warning,
    "unused-declaration" Warning,
    "unused-evidence" Warning,
    "unused-gate" Warning,
    "unused-suppression" Warning,
    "vacuous" Error,
    "vacuous-all" Warning,
    "waiver-matches-nothing" Warning,
    "waiver-on-hard-gate" Error,
    "waiver-too-long" Warning,
    "waiver-without-limit" Error,
    "wrong-arguments" Error,
    "wrong-format" Error,
    "wrong-state" Error,
}

/// The code of a slug.
pub fn code(slug: &str) -> Option<&'static Code> {
    let at = CODES.binary_search_by(|code| code.slug.cmp(slug)).ok()?;
    CODES.get(at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::analysis::{Workspace, analyse};
    use crate::lints;

    /// Where the example of a page stands: one page uses itself by this name.
    const POLICY: &str = "policy.rollout";

    /// The file under a heading of a page, as it is meant: see the pages of `too-large` and `bidi-text`.
    fn example(code: &Code, heading: &str) -> String {
        let section = code.page.split(&format!("\n## {heading}\n")).nth(1);
        let section = section.unwrap_or_else(|| panic!("{}: {heading}", code.slug));
        let section = section.split("\n## ").next().unwrap_or_default();
        let parts: Vec<&str> = section.split("```").collect();
        assert_eq!(parts.len(), 3, "{}: one block in {heading}", code.slug);
        let (info, text) = parts[1].split_once('\n').unwrap_or_default();
        let mut text = text.replace("<U+202E>", "\u{202e}");
        match info {
            "rollout" => {}
            "rollout repeated" => {
                let line = text.lines().last().unwrap_or_default().to_owned() + "\n";
                text.push_str(&line.repeat(crate::syntax::MOST_BYTES / line.len()));
            }
            info => panic!("{}: {heading} is a block of `{info}`", code.slug),
        }
        text
    }

    /// What the analysis of a file says, or lints where they are asked for, one line a finding.
    fn findings(text: String, lints: bool) -> Vec<(&'static str, String)> {
        let mut workspace = Workspace::new();
        workspace.insert(POLICY, text);
        let analysis = analyse(&workspace, POLICY);
        let said = |found: &crate::diagnostic::Diagnostic| {
            let file = &analysis.files[found.primary.file.0 as usize];
            let line = file.line(found.primary.span.start) + 1;
            (
                found.code,
                format!("{line}: {} {}", found.code, found.message),
            )
        };
        let mut all = analysis.diagnostics.clone();
        if lints {
            let today = rolloutc_runtime::time::Date::new(2026, 11, 1);
            let rules = lints::Rules {
                max_waiver: rolloutc_runtime::unit::parse_duration("30d").ok(),
                names: BTreeMap::from([("gate", "[a-z_]+".to_string())]),
                ..lints::Rules::default()
            };
            let samples = vec![lints::Sample {
                item: "load".into(),
                json: b"{\"load\": {\"peak\": 0.01}}".as_slice().into(),
            }];
            let options = lints::Options {
                today,
                rules,
                samples,
                ..lints::Options::all()
            };
            all.extend(lints::run(&analysis, &options));
        }
        all.iter().map(said).collect()
    }

    #[test]
    fn every_bad_example_draws_its_code_and_every_good_one_nothing() {
        let mut wrong = Vec::new();
        for code in CODES {
            // What no compiler refuses is a lint's. A small example draws other lints too; those are not its subject.
            let lint = lints::is_lint(code.slug);
            let subject = |found: &(&str, String)| !lint || found.0 == code.slug;
            let bad = findings(example(code, "Bad"), lint);
            if bad.iter().filter(|found| subject(found)).count() != 1
                || !bad.iter().any(|found| found.0 == code.slug)
            {
                wrong.push(format!("{} bad: {bad:#?}", code.slug));
            }
            let good = findings(example(code, "Good"), lint);
            if good.iter().any(subject) {
                wrong.push(format!("{} good: {good:#?}", code.slug));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn no_edit_of_a_bad_example_breaks_it_further() {
        let errors = |text: &str| {
            let mut workspace = Workspace::new();
            workspace.insert(POLICY, text);
            let analysis = analyse(&workspace, POLICY);
            let mut found = analysis.diagnostics.clone();
            let errors = found.iter().filter(|one| one.severity == Severity::Error);
            let errors = errors.count();
            found.extend(lints::run(&analysis, &lints::Options::all()));
            (errors, found)
        };
        let mut wrong = Vec::new();
        for code in CODES.iter().filter(|code| code.slug != "too-large") {
            let text = example(code, "Bad");
            let (before, found) = errors(&text);
            for one in &found {
                let Some(fix) = &one.fix else { continue };
                let mended = crate::mend::mend(&text, &[fix]);
                let after = errors(&mended.text).0;
                if mended.taken.is_empty() || mended.text == text || after > before {
                    wrong.push(format!("{}: {}: {}", code.slug, one.code, mended.text));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    /// Slugs that stand as first argument of what makes a finding, and the first file of each.
    fn said(folder: &std::path::Path, out: &mut BTreeMap<String, String>) {
        let makers = [
            "Diagnostic::error(",
            "Diagnostic::warning(",
            "Diagnostic::info(",
            "Finding::at(",
            ".problem(",
        ];
        for entry in std::fs::read_dir(folder).expect("a folder of sources") {
            let path = entry.expect("a source").path();
            if path.is_dir() {
                said(&path, out);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("a source");
            let text = text
                .split("#[cfg(test)]\nmod tests {")
                .next()
                .unwrap_or_default();
            for maker in makers {
                for behind in text.split(maker).skip(1) {
                    let quoted = behind.trim_start().strip_prefix('"');
                    if let Some((slug, _)) = quoted.and_then(|rest| rest.split_once('"')) {
                        let file = path.display().to_string();
                        out.entry(slug.to_owned()).or_insert(file);
                    }
                }
            }
        }
    }

    #[test]
    fn every_code_of_the_sources_has_a_page_and_every_page_is_said() {
        let mut slugs = BTreeMap::new();
        said(
            std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")),
            &mut slugs,
        );
        let without: Vec<_> = (slugs.iter())
            .filter(|(slug, _)| code(slug).is_none())
            .collect();
        assert!(without.is_empty(), "no page: {without:?}");
        let unsaid: Vec<&str> = (CODES.iter().map(|code| code.slug))
            .filter(|slug| !lints::is_lint(slug) && !slugs.contains_key(*slug))
            .collect();
        assert!(unsaid.is_empty(), "never said: {unsaid:?}");
    }

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
