//! A workspace's texts in, everything known about one policy out. Knows no disk and no rendering.

use std::sync::Arc;

use indexmap::IndexMap;
use rolloutc_runtime::ir;

use crate::check::outline::{Module, Trees};
use crate::check::{Checker, Model, outline};
use crate::diagnostic::{Diagnostic, Severity};
use crate::emit::origins;
use crate::settle::settle;
use crate::source::{FileId, SourceFile};
use crate::syntax::{self, ast};

/// Policy files by their path: relative, with `/`.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    texts: IndexMap<String, Arc<str>>,
}

impl Workspace {
    /// One without files.
    pub fn new() -> Workspace {
        Workspace::default()
    }

    /// Adds a file, or replaces its text.
    pub fn insert(&mut self, path: &str, text: impl Into<Arc<str>>) {
        self.texts.insert(outline::join("", path), text.into());
    }

    /// Drops a file.
    pub fn remove(&mut self, path: &str) {
        self.texts.shift_remove(&outline::join("", path));
    }

    /// The text of a file.
    pub fn text(&self, path: &str) -> Option<Arc<str>> {
        self.texts.get(&outline::join("", path)).cloned()
    }
}

/// The local files that a file uses, as paths of its workspace: what the caller should load and insert too. Only lines
/// that begin with `use` are read; one that stands in a text names a file more than is needed.
pub fn wanted(path: &str, text: &str) -> Vec<String> {
    let begins = |line: &&str| {
        let rest = line.trim_start().strip_prefix("use");
        rest.is_some_and(|rest| rest.starts_with([' ', '\t', '"']))
    };
    let lines: Vec<&str> = text.lines().filter(begins).map(str::trim_start).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    let parsed = syntax::parse(FileId(0), &lines.join("\n"));
    let mut paths: Vec<String> = Vec::new();
    for decl in &parsed.file.decls {
        if let ast::DeclKind::Use(used) = &decl.kind
            && let ast::UseTarget::File { path: other, .. } = &used.target
        {
            let joined = outline::join(path, other.as_str());
            if !paths.contains(&joined) {
                paths.push(joined);
            }
        }
    }
    paths
}

/// What is known of one policy.
#[derive(Clone, Debug)]
pub struct Analysis {
    /// Its files by [`FileId`]: the policy itself first, then what it uses.
    pub files: Vec<SourceFile>,
    /// All findings in a stable order: file, place, weight.
    pub diagnostics: Vec<Diagnostic>,
    /// The program; `None` where there is an error, and for a module, which has no `rollout`. After [`look`] it has no
    /// digests and no origins yet.
    pub program: Option<ir::Program>,
    /// What names mean and what types values have.
    pub model: Model,
    /// The trees of its files, and of the modules of the tool that it uses.
    pub modules: Vec<Module>,
}

impl Analysis {
    /// Whether there is an error.
    pub fn failed(&self) -> bool {
        (self.diagnostics.iter()).any(|found| found.severity == Severity::Error)
    }

    /// The program with its digests, and with the places, titles and wording that people read.
    pub fn sealed(&self) -> Option<ir::Program> {
        let program = self.program.clone()?;
        Some(self.seal(program))
    }

    /// The trees, for [`look_again`].
    pub fn trees(&self) -> Trees {
        Trees::new(self.files.clone(), self.modules.clone())
    }

    /// Takes the trees out, for [`look_again`].
    pub fn take_trees(&mut self) -> Trees {
        use std::mem::take;
        Trees::new(take(&mut self.files), take(&mut self.modules))
    }

    fn seal(&self, mut program: ir::Program) -> ir::Program {
        program.origins = origins::of(&self.files, &self.modules, &program, &self.model);
        program.seal();
        program
    }
}

/// Checks the policy at a path of the workspace, with all it uses. The program can be decided with.
pub fn analyse(workspace: &Workspace, root: &str) -> Analysis {
    let mut analysis = look(workspace, root);
    analysis.program = (analysis.program.take()).map(|program| analysis.seal(program));
    analysis
}

/// The same for those who want to know what is wrong: the program is not sealed, which takes as long as all else.
pub fn look(workspace: &Workspace, root: &str) -> Analysis {
    look_again(workspace, root, Trees::default())
}

/// The same, for somebody who looked before: of the files only what was edited is read anew.
pub fn look_again(workspace: &Workspace, root: &str, trees: Trees) -> Analysis {
    let mut diagnostics = Vec::new();
    let text_of = |path: &str| workspace.text(path);
    let root = outline::join("", root);
    let (files, modules) = outline::load(&root, &text_of, trees, &mut diagnostics);
    let mut checker = Checker::new(&modules, &files);
    checker.diagnostics.append(&mut diagnostics);
    let declared = checker.declarations();
    let diagnostics = checker.take_diagnostics();
    let failed = (diagnostics.iter()).any(|found| found.severity == Severity::Error);
    let (program, model) = checker.emit(declared, failed);
    let knot = program.as_ref().and_then(ir::Program::knot);
    let rollout = |decl: &&ast::Decl| matches!(decl.kind, ast::DeclKind::Rollout(_));
    let (program, diagnostics) = match knot {
        None => (program, diagnostics),
        Some(knot) => {
            let at = (modules[0].ast.decls.iter().find(rollout)).map(|decl| decl.span);
            let at = (FileId(0), at.unwrap_or_default());
            let found = Diagnostic::error(
                "too-costly",
                at,
                format!("this policy is too costly: {knot}"),
            );
            let found = found.help("do not let groups and functions ask twice for the same");
            let mut diagnostics = diagnostics;
            diagnostics.insert(0, found);
            (None, diagnostics)
        }
    };
    Analysis {
        diagnostics: settle(diagnostics, &files, &modules),
        files,
        program,
        model,
        modules,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(workspace: &mut Workspace, folder: &str, path: &str) {
        let Ok(text) = std::fs::read_to_string(format!("{folder}/{path}")) else {
            return;
        };
        for other in wanted(path, &text) {
            if workspace.text(&other).is_none() {
                load(workspace, folder, &other);
            }
        }
        workspace.insert(path, text);
    }

    /// Findings of one file, one line each, and its program.
    fn findings(folder: &str, path: &str) -> (Vec<String>, Option<ir::Program>) {
        let mut workspace = Workspace::new();
        load(&mut workspace, folder, path);
        let analysis = analyse(&workspace, path);
        let line = |found: &Diagnostic| {
            let file = &analysis.files[found.primary.file.0 as usize];
            let at = file.place(found.primary.span.start);
            let (code, message) = (found.code, &found.message);
            format!("{}:{}:{} {code} {message}", file.name, at.line, at.column)
        };
        let found = analysis.diagnostics.iter().map(line).collect();
        (found, analysis.program)
    }

    /// Every policy below a folder, by its path.
    fn policies(folder: &str, below: &str, out: &mut Vec<String>) {
        let Ok(entries) = std::fs::read_dir(format!("{folder}/{below}")) else {
            return;
        };
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if below.is_empty() {
                name
            } else {
                format!("{below}/{name}")
            };
            match entry.path().is_dir() {
                true => policies(folder, &path, out),
                false if path.ends_with(".rollout") => out.push(path),
                false => {}
            }
        }
        out.sort();
    }

    #[test]
    fn the_policies_at_hand_have_no_errors() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let mut all = Vec::new();
        for folder in ["examples", "stdlib", "../shared/design/samples"] {
            let folder = format!("{root}/{folder}");
            let mut paths = Vec::new();
            policies(&folder, "", &mut paths);
            for path in paths {
                let (found, program) = findings(&folder, &path);
                all.extend(found);
                let text = std::fs::read_to_string(format!("{folder}/{path}")).expect("a policy");
                let policy = text.lines().any(|line| line.starts_with("rollout "));
                assert!(program.is_some() == policy || !all.is_empty(), "{path}");
                let Some(program) = program else { continue };
                let read = ir::Program::from_json(program.to_json().as_bytes());
                assert_eq!(read.as_ref(), Ok(&program), "{path}");
                let places = program.origins.spans.iter().all(|span| {
                    (span.0 as usize) < program.origins.files.len()
                        && (span.1, span.2) <= (span.3, span.4)
                });
                assert!(places, "{path}");
            }
        }
        assert!(all.is_empty(), "{}", all.join("\n"));
    }

    /// Words of a policy dropped, doubled and swapped at random, always the same way.
    #[test]
    fn damaged_policies_are_reported_and_never_a_fault() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/spacetime");
        let path = "production.rollout";
        let mut base = Workspace::new();
        load(&mut base, folder, path);
        let text = base.text(path).expect("the policy").to_string();
        let part = |c: char| !c.is_alphanumeric() && c != '_';
        let words: Vec<&str> = text.split_inclusive(part).collect();
        let mut seed: u64 = 7;
        let mut next = |n: usize| {
            seed = seed
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            (seed >> 33) as usize % n.max(1)
        };
        for _ in 0..60 {
            let mut damaged = words.clone();
            let (a, b) = (next(words.len()), next(words.len()));
            match next(3) {
                0 => {
                    damaged.remove(a);
                }
                1 => damaged[a] = words[b],
                _ => damaged.swap(a, b),
            }
            let mut workspace = base.clone();
            workspace.insert(path, damaged.concat());
            let analysis = analyse(&workspace, path);
            assert_eq!(
                analysis.failed(),
                analysis.program.is_none(),
                "{}",
                damaged.concat()
            );
            if let Some(program) = analysis.program {
                let read = ir::Program::from_json(program.to_json().as_bytes());
                assert_eq!(read, Ok(program));
            }
        }
    }

    #[test]
    fn a_thousand_mistakes_take_hardly_longer_than_one() {
        let mut text = String::from("edition 2026\n\nevidence slo { fresh 5m  p95: duration }\n");
        for at in 0..1_000 {
            text.push_str(&format!(
                "threshold latency_{at} = slo.p95 <= 3s\ngate fast_{at} {{ require latenc_{at} }}\n"
            ));
        }
        let mut workspace = Workspace::new();
        workspace.insert("p.rollout", text);
        let begun = std::time::Instant::now();
        let analysis = look(&workspace, "p.rollout");
        // Compared letter by letter, each with every name there is, they took minutes.
        assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
        assert_eq!(analysis.diagnostics.len(), 1_000);
        let label = &analysis.diagnostics[7].primary.text;
        assert_eq!(label, "did you mean `latency_7`?");
    }

    #[test]
    fn a_gate_that_nobody_uses_yet_may_ask_for_the_age_of_its_evidence() {
        let mut workspace = Workspace::new();
        let text = "edition 2026

record Drill { passed: bool }

gate drilled(d: Drill, most: duration) {
  forbid  d is stale
  require d.passed and d.age <= most and d.observed_at < as_of
  need    d
}
";
        workspace.insert("module.rollout", text);
        assert_eq!(analyse(&workspace, "module.rollout").diagnostics, []);
    }
}
