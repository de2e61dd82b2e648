//! The READMEs are true, the project's and those of its examples: every command in them is run and answers as printed,
//! every policy checks.
//! `UPDATE_README=1 cargo test readme` writes the answers of today into it; read them before you commit.

use crate::cli::root;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Commands that build or test the project itself: continuous integration runs them.
const BUILDS: [&str; 3] = [
    "cargo build --release",
    "cargo test --workspace",
    "cargo install --path .",
];

/// A fenced block: its word, and its lines.
struct Block {
    word: String,
    first: usize,
    lines: Vec<String>,
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(block), None) => block.lines.push(line.to_string()),
            (None, Some(word)) => {
                open = Some(Block {
                    word: word.to_string(),
                    first: at + 1,
                    lines: Vec::new(),
                });
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is never closed");
    blocks
}

/// The README of the project, then those of its examples.
fn readmes() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(root().join("examples"))
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path().join("README.md"))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.insert(0, root().join("README.md"));
    found
}

#[test]
fn readme_commands_answer_as_printed() {
    let update = std::env::var_os("UPDATE_README").is_some();
    for path in readmes() {
        answers_as_printed(&path, update);
    }
}

fn answers_as_printed(path: &Path, update: bool) {
    let text = std::fs::read_to_string(path).expect("the README");
    let name = path.strip_prefix(root()).expect("a README of the project");
    let name = name.display();
    let desk = tempfile::tempdir().expect("a folder");
    copy(&root().join("examples"), &desk.path().join("examples"));
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    let mut folder = desk.path().to_path_buf();
    // From the last to the first would keep line numbers, but commands build on each other: note, then write.
    let mut answers = Vec::new();
    for block in blocks(&text)
        .into_iter()
        .filter(|block| block.word == "console")
    {
        let mut said = Vec::new();
        let mut lines = block.lines.iter();
        while let Some(line) = lines.next() {
            let Some(command) = line.strip_prefix("$ ") else {
                continue;
            };
            said.push(line.clone());
            let mut command = command.to_string();
            while command.ends_with('\\') {
                let more = lines.next().expect("a command goes on");
                said.push(more.clone());
                command.push('\n');
                command.push_str(more);
            }
            said.extend(run(&command, &mut folder));
        }
        answers.push((block, said));
    }
    assert!(!answers.is_empty(), "{name} has no command");
    for (block, said) in answers.iter().rev() {
        if update {
            lines.splice(
                block.first..block.first + block.lines.len(),
                said.iter().cloned(),
            );
        } else {
            let (printed, came) = (block.lines.join("\n"), said.join("\n"));
            let place = block.first + 1;
            assert!(
                printed == came,
                "{name}:{place} prints\n{printed}\n\nbut came\n{came}"
            );
        }
    }
    if update {
        std::fs::write(path, lines.join("\n") + "\n").expect("the README");
    }
}

/// What a command prints, then its exit code where that is not 0.
fn run(command: &str, folder: &mut PathBuf) -> Vec<String> {
    if BUILDS.contains(&command) {
        return Vec::new();
    }
    if let Some(into) = command.strip_prefix("cd ") {
        folder.push(into);
        return Vec::new();
    }
    let command = command.replace("cargo run --release -q --", "rolloutc");
    let tool = Path::new(env!("CARGO_BIN_EXE_rolloutc"))
        .parent()
        .expect("a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let paths = [tool.to_path_buf()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(&*folder)
        .env("PATH", std::env::join_paths(paths).expect("a search path"))
        .output()
        .expect("a shell");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut lines: Vec<String> = text.lines().map(String::from).collect();
    if let Some(code) = output.status.code().filter(|code| *code != 0) {
        lines.push(format!("[exit {code}]"));
    }
    lines
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).expect("a file");
        }
    }
}

#[test]
fn readme_policies_check_and_stand_in_the_examples() {
    let text = std::fs::read_to_string(root().join("README.md")).expect("the README");
    let tour =
        std::fs::read_to_string(root().join("examples/tour/shop.rollout")).expect("the tour");
    let policies: Vec<Block> = blocks(&text)
        .into_iter()
        .filter(|block| block.word == "rollout")
        .collect();
    assert!(!policies.is_empty());
    for block in policies {
        let policy = block.lines.join("\n") + "\n";
        let desk = crate::cli::Desk::new();
        desk.write("p.rollout", &policy);
        desk.expect("check --deny warnings p.rollout", 0, "nothing found");
        assert_eq!(
            policy, tour,
            "README.md:{}: not the policy of the tour",
            block.first
        );
    }
}

#[test]
fn every_block_of_a_readme_is_tried() {
    for path in readmes() {
        let text = std::fs::read_to_string(&path).expect("the README");
        for block in blocks(&text) {
            assert!(
                ["console", "rollout"].contains(&block.word.as_str()),
                "{}:{}: nothing tries a block of `{}`",
                path.display(),
                block.first,
                block.word
            );
        }
    }
}
