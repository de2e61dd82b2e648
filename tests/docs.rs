//! The pages of `docs` are true: the policy blocks of a page, put together, are one policy that checks without a
//! finding; its JSON reads; every page is named by another or by the README.

use crate::cli::{Desk, root};

/// A page: its name and its text.
fn pages() -> Vec<(String, String)> {
    let mut pages: Vec<(String, String)> = std::fs::read_dir(root().join("docs"))
        .expect("the folder of the pages")
        .map(|entry| entry.expect("an entry").path())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy();
            let text = std::fs::read_to_string(&path).expect("a page");
            (format!("docs/{name}"), text)
        })
        .collect();
    pages.sort();
    assert!(pages.len() > 2, "there are pages");
    pages
}

/// The blocks of a word, indentation dropped.
fn blocks(text: &str, word: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let indent = line.len() - line.trim_start().len();
        if line.trim_start().strip_prefix("```") != Some(word) {
            continue;
        }
        let block = lines.by_ref().take_while(|line| line.trim() != "```");
        out.push(
            block
                .map(|line| line.get(indent..).unwrap_or(""))
                .collect::<Vec<_>>()
                .join("\n"),
        );
    }
    out
}

#[test]
fn the_policy_of_a_page_checks() {
    for (name, text) in pages() {
        let policy = blocks(&text, "rollout").join("\n\n");
        if policy.is_empty() {
            continue;
        }
        let desk = Desk::new();
        desk.write("page.rollout", &(policy + "\n"));
        let said = desk.ask("check --deny warnings page.rollout");
        assert_eq!(said.code, 0, "{name}\n{}{}", said.out, said.err);
    }
}

#[test]
fn the_tests_of_the_page_on_tests_pass() {
    let pages = pages();
    let (_, text) = pages
        .iter()
        .find(|(name, _)| name == "docs/testing.md")
        .expect("the page");
    let desk = Desk::new();
    desk.write(
        "mail/mail.rollout",
        blocks(text, "rollout").join("\n\n") + "\n",
    );
    desk.write("mail/green/bundle.json", blocks(text, "json").join("\n"));
    desk.write("rollout.toml", blocks(text, "toml").join("\n"));
    // All pass; the floor of the page is not reached, as the page says.
    desk.expect(
        "test mail",
        1,
        &blocks(text, "text").pop().expect("a block"),
    );
}

#[test]
fn the_json_of_a_page_reads() {
    for (name, text) in pages() {
        for block in blocks(&text, "json") {
            let read = serde_json::from_str::<serde_json::Value>(&block);
            assert!(read.is_ok(), "{name}: {block}\n{read:?}");
        }
    }
}

#[test]
fn every_page_is_named_elsewhere() {
    let mut texts = pages();
    let readme = std::fs::read_to_string(root().join("README.md")).expect("the README");
    texts.push(("README.md".into(), readme));
    for (page, _) in pages() {
        let named = texts
            .iter()
            .any(|(name, text)| *name != page && text.contains(&page));
        assert!(named, "nobody points at {page}");
    }
}
