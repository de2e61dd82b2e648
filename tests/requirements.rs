//! Each requirement of the five systems is met by a policy and shown by a test: the tables in `examples/*/README.md` are
//! read, and what they name must exist.
//!
//! A row is `| id | asks | met by | shown by |`. *Met by* names a policy, then its declarations: `` `portal.rollout`: `gate
//! usable`, `phase shell` ``; or it begins with `not said:` and gives a reason. *Shown by* names tests by their `"title"` and
//! recorded moments by their folder: `` `outcomes/hold` ``.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::root;

/// The systems with a table: their folder, how their ids begin, and how many there are.
const SYSTEMS: [(&str, &str, usize); 5] = [
    ("cutover", "ST4", 14),
    ("dash", "DASH", 11),
    ("levers", "RQ", 19),
    ("spacetime", "ST3", 13),
    ("usr", "USR", 18),
];

#[test]
fn each_requirement_names_what_meets_it_and_what_shows_it() {
    let mut wrong = Vec::new();
    for (system, prefix, count) in SYSTEMS {
        let folder = root().join("examples").join(system);
        let readme = folder.join("README.md");
        let text = fs::read_to_string(&readme).unwrap_or_else(|e| panic!("{system}: {e}"));
        let tests = titles(&folder);
        let rows = rows(&text);
        for number in 1..=count {
            let id = format!("{prefix}-{number:02}");
            match rows.iter().filter(|row| row.id == id).count() {
                1 => {}
                0 => wrong.push(format!("{system}: no row for {id}")),
                n => wrong.push(format!("{system}: {n} rows for {id}")),
            }
        }
        for row in &rows {
            let found = row.problems(&folder, &tests);
            wrong.extend(found.into_iter().map(|one| {
                let id = &row.id;
                format!("{system}/README.md: {id}: {one}")
            }));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A row of a table of requirements.
struct Row {
    id: String,
    met: String,
    shown: String,
}

impl Row {
    fn problems(&self, folder: &Path, tests: &BTreeSet<String>) -> Vec<String> {
        let mut wrong = Vec::new();
        match self.met.strip_prefix("not said:") {
            Some(reason) if reason.trim().len() > 10 => return wrong,
            Some(_) => return vec!["says no reason".to_owned()],
            None => {}
        }
        let mut policy: Option<String> = None;
        let mut declared = 0;
        for span in between(&self.met, '`') {
            if span.ends_with(".rollout") {
                let text = fs::read_to_string(folder.join(&span));
                if text.is_err() {
                    wrong.push(format!("there is no `{span}`"));
                }
                policy = text.ok();
                continue;
            }
            declared += 1;
            match &policy {
                None => wrong.push(format!("`{span}` stands before its policy")),
                Some(text) if !declares(text, &span) => {
                    wrong.push(format!("nothing is declared as `{span}`"));
                }
                Some(_) => {}
            }
        }
        if declared == 0 {
            wrong.push("names no declaration that meets it".to_owned());
        }
        let mut shown = 0;
        for span in between(&self.shown, '`') {
            shown += 1;
            if !folder.join(&span).exists() {
                wrong.push(format!("there is no `{span}`"));
            }
        }
        for title in between(&self.shown, '"') {
            shown += 1;
            if !tests.contains(&title) {
                wrong.push(format!("there is no test \"{title}\""));
            }
        }
        if shown == 0 {
            wrong.push("names no test that shows it".to_owned());
        }
        wrong
    }
}

/// Rows whose first cell is an id like `ST3-01`.
fn rows(text: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for line in text.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, _, met, shown] = cells[..] else {
            continue;
        };
        let is_id = id.split_once('-').is_some_and(|(word, number)| {
            let digits = number.len() == 2 && number.bytes().all(|one| one.is_ascii_digit());
            let letters = |one: u8| one.is_ascii_uppercase() || one.is_ascii_digit();
            digits && !word.is_empty() && word.bytes().all(letters)
        });
        if is_id {
            rows.push(Row {
                id: id.to_owned(),
                met: met.to_owned(),
                shown: shown.to_owned(),
            });
        }
    }
    rows
}

/// What stands between two of a sign, each in turn.
fn between(text: &str, sign: char) -> Vec<String> {
    let odd = text.split(sign).skip(1).step_by(2);
    odd.map(str::to_owned).collect()
}

/// Whether a line of a policy begins with these words, and the last of them ends there: `gate usable`.
fn declares(policy: &str, words: &str) -> bool {
    let ends = |rest: &str| {
        let next = rest.chars().next();
        !next.is_some_and(|next| next.is_alphanumeric() || next == '_')
    };
    words.contains(' ')
        && policy.lines().any(|line| {
            let rest = line.strip_prefix(words);
            rest.is_some_and(ends)
        })
}

/// The titles of all tests under a folder: `test "…"` and the rows of `tests`.
fn titles(folder: &Path) -> BTreeSet<String> {
    let mut titles = BTreeSet::new();
    for path in policies(folder) {
        let text = fs::read_to_string(&path).expect("a policy");
        let mut table = false;
        for line in text.lines() {
            let title = line.strip_prefix("test ").or(match table {
                true => line.strip_prefix("  "),
                false => None,
            });
            let title = title.and_then(|title| title.strip_prefix('"')?.split_once('"'));
            titles.extend(title.map(|(title, _)| title.to_owned()));
            match line {
                "}" => table = false,
                line if line.starts_with("tests ") => table = true,
                _ => {}
            }
        }
    }
    titles
}

fn policies(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(policies(&path));
        } else if path.extension().is_some_and(|ending| ending == "rollout") {
            found.push(path);
        }
    }
    found
}

#[test]
fn a_row_that_names_nothing_is_seen() {
    let tests = BTreeSet::from(["too slow".to_owned()]);
    let tour = root().join("examples/tour");
    let check = |met: &str, shown: &str, problems: &[&str]| {
        let line = format!("| AB-01 | asks | {met} | {shown} |");
        let found = rows(&line).remove(0).problems(&tour, &tests);
        assert_eq!(found, problems, "{line}");
    };
    check("`shop.rollout`: `gate quick`", "\"too slow\"", &[]);
    check("not said: only people can know", "", &[]);
    check("not said:", "", &["says no reason"]);
    check(
        "`shop.rollout`",
        "`friday`",
        &["names no declaration that meets it"],
    );
    check(
        "`shop.rollout`: `gate qui`",
        "\"too fast\"",
        &[
            "nothing is declared as `gate qui`",
            "there is no test \"too fast\"",
        ],
    );
    check(
        "`gate quick`",
        "",
        &[
            "`gate quick` stands before its policy",
            "names no test that shows it",
        ],
    );
    assert!(rows("| id | asks | met by | shown by |\n| --- | --- | --- | --- |").is_empty());
}
