//! What the parser promises, tried on whole files.

use std::path::{Path, PathBuf};

use super::*;

mod damage;
mod forms;
mod messages;

/// Every policy that lies around: the samples of the design where they are, and the project's own.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in ["../shared/design/samples", "examples", "stdlib"] {
        let before = files.len();
        collect(&root.join(folder), &mut files);
        if files.len() == before {
            println!("no policies under {folder}, skipped");
        }
    }
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        (
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            text,
        )
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "rollout") {
            files.push(path);
        }
    }
}

#[test]
fn the_policies_at_hand_read_without_a_problem() {
    for (name, text) in corpus() {
        let parsed = parse(FileId(0), &text);
        for problem in &parsed.problems {
            println!("{name}: {}", problem.message);
        }
        assert!(parsed.problems.is_empty(), "{name}");
        assert!(parsed.file.decls.iter().all(|decl| !decl.tainted), "{name}");
    }
}

/// A policy's problems, each with the text it points at.
fn problems(text: &str) -> Vec<String> {
    let text = format!("edition 2026\n{text}");
    let parsed = parse(FileId(0), &text);
    let show = |problem: &Diagnostic| {
        format!(
            "{} [{}] {}",
            problem.code,
            problem.primary.span.text(&text),
            problem.message
        )
    };
    parsed.problems.iter().map(show).collect()
}

#[test]
fn every_word_has_an_example_that_reads() {
    use rolloutc_grammar::{BODIES, DECLARATIONS, EXPRESSIONS};
    for declaration in DECLARATIONS
        .iter()
        .filter(|declaration| declaration.word != "edition")
    {
        assert_eq!(
            problems(declaration.example),
            [""; 0],
            "{}",
            declaration.word
        );
    }
    for body in BODIES {
        let head = match body.of {
            "waivers" => "waivers w in rows".to_owned(),
            "test" | "invariant" => format!("{} \"x\"", body.of),
            word => format!("{word} x"),
        };
        for clause in body.clauses {
            let example = clause.example;
            assert_eq!(
                problems(&format!("{head} {{\n  {example}\n}}")),
                [""; 0],
                "{}",
                clause.word
            );
        }
    }
    for word in EXPRESSIONS {
        assert_eq!(
            problems(&format!("let x = {}", word.example)),
            [""; 0],
            "{}",
            word.word
        );
    }
}

/// The codes of this module whose bad example is short enough for a page.
const OURS: [&str; 16] = [
    "bad-hole",
    "bad-number",
    "bad-text",
    "chained-comparison",
    "column-one",
    "confusable-name",
    "edition",
    "newer-edition",
    "odd-character",
    "syntax",
    "table-row",
    "too-deep",
    "unclosed-bracket",
    "unclosed-text",
    "unknown-clause",
    "unknown-declaration",
];

#[test]
fn every_page_shows_what_it_says() {
    for code in crate::codes::CODES {
        let part = |from: &str, to: &str| {
            let rest = code.page.split(from).nth(1).unwrap_or("");
            rest.split(to).next().unwrap_or("").to_owned()
        };
        let found = |text: &str| {
            let blocks = text
                .split("```rollout\n")
                .skip(1)
                .filter_map(|block| block.split("```").next());
            blocks
                .flat_map(|block| parse(FileId(0), block).problems)
                .map(|found| found.code)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            found(&part("\n## Good\n", "\n## ")),
            [""; 0],
            "{}: the good one",
            code.slug
        );
        let bad = found(&part("\n## Bad\n", "\n## Good\n"));
        let shown = OURS.contains(&code.slug);
        assert_eq!(
            !bad.is_empty(),
            shown,
            "{}: the bad one shows {bad:?}",
            code.slug
        );
        assert!(
            bad.iter().all(|found| *found == code.slug),
            "{}: the bad one shows {bad:?}",
            code.slug
        );
    }
}
