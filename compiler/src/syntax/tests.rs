//! What the parser promises, tried on whole files.

use std::path::{Path, PathBuf};

use super::*;

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
