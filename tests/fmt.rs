//! The style by example: every page of `tests/fmt` has stories of two blocks, `rollout` as it was written and `formatted` as
//! it becomes; without the second it stays as it is. `UPDATE_FMT=1` writes them anew; read them before you commit.
//! The project's own policies are in the style.

use crate::cli::root;
use rolloutc_compiler::fmt::format;
use std::path::{Path, PathBuf};

/// Policies that are still being written: take out what is in the style.
const UNFINISHED: [&str; 5] = [
    "examples/cutover/",
    "examples/dash/",
    "examples/levers/",
    "examples/spacetime/",
    "examples/usr/",
];

/// Whether somebody is still writing a policy; what stands deeper is finished.
fn unfinished(name: &str) -> bool {
    UNFINISHED.iter().any(|folder| {
        name.strip_prefix(folder)
            .is_some_and(|rest| !rest.contains('/'))
    })
}

fn formatted(name: &str, text: &str) -> String {
    match format(text) {
        Ok(done) => done.text,
        Err(why) => panic!("{name}: {why} at {:?}", why.place),
    }
}

#[test]
fn what_is_written_becomes_what_stands_beside_it() {
    let folder = root().join("tests/fmt");
    let mut pages: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("pages")
        .map(|entry| entry.expect("a page").path())
        .collect();
    pages.sort();
    let mut stories = 0;
    for page in pages {
        let name = page
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&page).expect("a page");
        let mut new = String::new();
        let mut parts = text.split("```rollout\n");
        new.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let (given, rest) = part.split_once("```\n").expect("a block that ends");
            let wanted = formatted(&name, given);
            new.push_str(&format!("```rollout\n{given}```\n"));
            let rest = match rest.strip_prefix("\n```formatted\n") {
                Some(rest) => rest.split_once("```\n").expect("a block that ends").1,
                None => rest,
            };
            if wanted != given {
                new.push_str(&format!("\n```formatted\n{wanted}```\n"));
            }
            new.push_str(rest);
            assert_eq!(formatted(&name, &wanted), wanted, "{name}: twice is once");
            stories += 1;
        }
        if std::env::var_os("UPDATE_FMT").is_some() {
            std::fs::write(&page, new).expect("a page");
        } else {
            assert!(
                text == new,
                "{name} is not as it says: run with UPDATE_FMT=1 and read the difference"
            );
        }
    }
    assert!(stories > 10, "{stories} stories");
}

#[test]
fn the_policies_of_the_project_are_in_the_style() {
    let mut policies = Vec::new();
    for folder in ["examples", "stdlib"] {
        walk(&root().join(folder), &mut policies);
    }
    policies.sort();
    assert!(policies.len() > 3, "{policies:?}");
    let mut others = Vec::new();
    for path in policies {
        let name = path
            .strip_prefix(root())
            .unwrap_or(&path)
            .to_string_lossy()
            .replace('\\', "/");
        let text = std::fs::read_to_string(&path).expect("a policy");
        if formatted(&name, &text) != text && !unfinished(&name) {
            others.push(name);
        }
    }
    assert!(
        others.is_empty(),
        "`rolloutc fmt examples stdlib` would change {others:?}"
    );
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rollout") {
            found.push(path);
        }
    }
}
