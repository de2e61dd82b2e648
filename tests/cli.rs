//! The built tool, asked from outside: exit codes, wrong input of every kind, and what people read.

mod check;
mod compile;
mod config;
mod eval;
mod explain;
mod fmt;
mod lsp;
mod params;
mod per;
mod sarif;
mod state;
mod test;
mod wrong_input;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder to try things in, with its own files.
pub struct Desk {
    folder: tempfile::TempDir,
}

/// What the tool answered.
pub struct Answer {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    /// An empty one.
    pub fn new() -> Desk {
        Desk {
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// One with a policy that has no phases and asks two items.
    pub fn with_question() -> Desk {
        let desk = Desk::new();
        desk.write("p.rollout", QUESTION);
        desk.write(
            "good/slo.json",
            r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
        );
        desk.write(
            "bad/slo.json",
            r#"{ "p95": 601, "at": "2025-11-03T09:59:00Z" }"#,
        );
        desk
    }

    /// One with a policy that has phases, and its evidence.
    pub fn with_phases() -> Desk {
        let desk = Desk::new();
        for name in ["shop.rollout", "10-00.json", "10-06.json", "10-20.json"] {
            let text = std::fs::read(root().join("examples/tour").join(name)).expect("the tour");
            desk.write(name, text);
        }
        desk
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a file there.
    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, content).expect("a file");
        path
    }

    /// What stands in a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).expect("a file")
    }

    /// Asks the tool.
    pub fn ask(&self, words: &str) -> Answer {
        self.ask_with(words, &[], b"")
    }

    /// Asks the tool, with variables and standard input.
    pub fn ask_with(&self, words: &str, env: &[(&str, &str)], input: &[u8]) -> Answer {
        use std::io::Write;
        let mut child = Command::new(env!("CARGO_BIN_EXE_rolloutc"))
            .args(words.split_whitespace())
            .current_dir(self.path())
            .env_clear()
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the tool starts");
        let _ = child.stdin.take().expect("its input").write_all(input);
        answer(child.wait_with_output().expect("the tool ends"))
    }

    /// Asks, and checks the exit code and a part of what is said, wherever.
    pub fn expect(&self, words: &str, code: i32, part: &str) -> Answer {
        let answer = self.ask(words);
        let said = format!("{}{}", answer.out, answer.err);
        assert_eq!(answer.code, code, "rolloutc {words}\n{said}");
        let flat = |text: &str| {
            text.replace("\n  | ", " ")
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert!(
            flat(&said).contains(&flat(part)),
            "rolloutc {words}\nwanted: {part}\n{said}"
        );
        assert!(!said.contains('\u{1b}'), "a log is plain: {said}");
        assert!(!said.contains("panicked"), "{said}");
        answer
    }
}

fn answer(output: Output) -> Answer {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the tool writes UTF-8");
    Answer {
        code: output.status.code().expect("the tool ends by itself"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// The project's own folder.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub const QUESTION: &str = r#"edition 2026

rollout question of build "May it go?"

param most: duration = 600ms   env "MOST_MS" in ms   min 100ms   max 900ms

evidence slo {
  fresh       5m
  observed at at
  p95:         duration in ms
}

gate quick "It answers in time" { require slo.p95 <= most }
"#;
