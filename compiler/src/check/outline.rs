//! What each file of a workspace declares, and which files see which. Knows names only; no types, no expressions.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceFile, Span, offset};
use crate::stdlib;
use crate::syntax::{self, Earlier, ast};

/// A module of one policy; the policy itself is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

impl ModuleId {
    /// The policy itself.
    pub const ROOT: ModuleId = ModuleId(0);

    /// The id of an index.
    pub fn of(index: usize) -> ModuleId {
        ModuleId(offset(index))
    }

    /// The index.
    pub fn ix(self) -> usize {
        self.0 as usize
    }
}

/// One file, read, with the names it declares.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its file.
    pub file: FileId,
    /// Its path in the workspace, or `std/NAME.rollout`.
    pub path: String,
    /// Whether it comes with the tool.
    pub std: bool,
    /// Its tree.
    pub ast: Arc<ast::File>,
    /// What its names stand for; of a fixture under `fixture NAME`.
    pub names: IndexMap<Arc<str>, Export>,
}

/// What a top-level name stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The declaration's index in its file; for owners the `owners` line.
    pub decl: u32,
    /// Where the name stands.
    pub span: Span,
    /// The module, where it names one; `None` for one that is not there (already reported).
    pub module: Option<ModuleId>,
}

/// Files as they were read before.
#[derive(Clone, Debug, Default)]
pub struct Trees {
    files: Vec<SourceFile>,
    modules: Vec<Module>,
}

impl Trees {
    /// The files and modules of an analysis, by [`FileId`] and [`ModuleId`].
    pub fn new(files: Vec<SourceFile>, modules: Vec<Module>) -> Trees {
        Trees { files, modules }
    }

    fn take(&mut self, path: &str, std: bool) -> Option<Earlier> {
        let at = (self.modules.iter()).position(|one| one.path == path && one.std == std)?;
        let module = self.modules.swap_remove(at);
        Some(Earlier {
            text: self.files.get(module.file.0 as usize)?.text.clone(),
            file: Arc::unwrap_or_clone(module.ast),
        })
    }
}

/// Reads a policy and all it uses. `text_of` gives the text of a workspace path.
/// Files are numbered in the order they are reached, depth first; each problem of text or names is reported once.
/// What `trees` knows of an earlier text of a file is used again.
pub fn load(
    root: &str,
    text_of: &dyn Fn(&str) -> Option<Arc<str>>,
    trees: Trees,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<SourceFile>, Vec<Module>) {
    let mut loader = Loader {
        text_of,
        trees,
        diagnostics,
        files: Vec::new(),
        modules: Vec::new(),
        open: Vec::new(),
    };
    let text = text_of(root).unwrap_or_default();
    loader.module(root, text, false);
    loader.decision();
    (loader.files, loader.modules)
}

/// The workspace path of `use "…"` in a file: relative to its folder, `.` and `..` worked out.
pub fn join(base: &str, relative: &str) -> String {
    let mut parts: Vec<&str> = base.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

struct Loader<'l> {
    text_of: &'l dyn Fn(&str) -> Option<Arc<str>>,
    trees: Trees,
    diagnostics: &'l mut Vec<Diagnostic>,
    files: Vec<SourceFile>,
    modules: Vec<Module>,
    open: Vec<ModuleId>,
}

impl Loader<'_> {
    /// The module that says what a decision is, where something may speak of the one at hand: a report, a function for
    /// reports, `verdicts`.
    fn decision(&mut self) {
        let speaks = |module: &Module| {
            let reports = |decl: &ast::Decl| matches!(decl.kind, ast::DeclKind::Report(_));
            let functions = |decl: &ast::Decl| matches!(decl.kind, ast::DeclKind::Fn(_));
            let text = &self.files[module.file.0 as usize].text;
            let decls = &module.ast.decls;
            decls.iter().any(reports)
                || text.contains("verdicts(")
                || decls.iter().any(functions)
                    && (text.contains("decision.") || text.contains("reason."))
        };
        let speaks = self
            .modules
            .iter()
            .any(|module| !module.std && speaks(module));
        if let Some(found) = stdlib::module("decision").filter(|_| speaks) {
            let at = (FileId(0), Span::default());
            self.reach(found.path, found.text.into(), true, at);
        }
    }

    fn module(&mut self, path: &str, text: Arc<str>, std: bool) -> ModuleId {
        let id = ModuleId::of(self.modules.len());
        let file = FileId(offset(self.files.len()));
        let earlier = self.trees.take(path, std);
        let parsed = syntax::parse_again(file, &text, earlier);
        self.files.push(SourceFile::new(path, text));
        self.diagnostics.extend(parsed.problems);
        let ast = Arc::new(parsed.file);
        self.modules.push(Module {
            file,
            path: path.to_string(),
            std,
            ast: ast.clone(),
            names: IndexMap::new(),
        });
        self.open.push(id);
        let mut names: IndexMap<Arc<str>, Export> = IndexMap::with_capacity(ast.decls.len());
        for (index, decl) in ast.decls.iter().enumerate() {
            let index = offset(index);
            match &decl.kind {
                ast::DeclKind::Use(used) => {
                    let module = self.used(id, used);
                    if let Some(name) = decl.kind.name() {
                        self.name(file, &mut names, name, index, module);
                    }
                }
                ast::DeclKind::Owners(owners) => {
                    for owner in owners {
                        self.name(file, &mut names, &owner.name, index, None);
                    }
                }
                // The rollout's name is a title, never looked up; a rollout and its phase may share a word.
                // What waivers are called stands for a row inside them only.
                ast::DeclKind::Rollout(_) | ast::DeclKind::Waivers(_) => {}
                // Only tests speak of fixtures, so one may share its name with a gate.
                ast::DeclKind::Fixture(fixture) => {
                    let name = ast::Name {
                        text: format!("fixture {}", fixture.name.text).into(),
                        span: fixture.name.span,
                    };
                    self.name(file, &mut names, &name, index, None);
                }
                other => {
                    if let Some(name) = other.name() {
                        self.name(file, &mut names, name, index, None);
                    }
                }
            }
        }
        self.open.pop();
        self.modules[id.ix()].names = names;
        id
    }

    fn name(
        &mut self,
        file: FileId,
        names: &mut IndexMap<Arc<str>, Export>,
        name: &ast::Name,
        decl: u32,
        module: Option<ModuleId>,
    ) {
        if let Some(first) = names.get(&name.text) {
            let said = name.text.rsplit(' ').next().unwrap_or_default();
            let message = format!("`{said}` is declared twice");
            self.diagnostics.push(
                Diagnostic::error("duplicate-name", (file, name.span), message)
                    .label("again here")
                    .also((file, first.span), "first here")
                    .help("give one of them another name"),
            );
            return;
        }
        let export = Export {
            decl,
            span: name.span,
            module,
        };
        names.insert(name.text.clone(), export);
    }

    fn used(&mut self, from: ModuleId, used: &ast::Use) -> Option<ModuleId> {
        let (file, base) = {
            let module = &self.modules[from.ix()];
            (module.file, module.path.clone())
        };
        match &used.target {
            ast::UseTarget::Module(dotted) => {
                let names: Vec<&str> = dotted.names.iter().map(ast::Name::as_str).collect();
                let found = match names.as_slice() {
                    ["std", name] => stdlib::module(name),
                    _ => None,
                };
                let Some(found) = found else {
                    let all: Vec<String> =
                        (stdlib::MODULES.iter().map(|m| format!("`std.{}`", m.name))).collect();
                    let message = format!("there is no module `{dotted}`");
                    self.diagnostics.push(
                        Diagnostic::error("unknown-name", (file, dotted.span), message)
                            .help(format!(
                                "the modules that come with the tool are {}",
                                all.join(", ")
                            ))
                            .help("a file of your own is used as `use \"./name.rollout\" as name`"),
                    );
                    return None;
                };
                self.reach(found.path, found.text.into(), true, (file, dotted.span))
            }
            ast::UseTarget::File { path, .. } => {
                let target = join(&base, path.as_str());
                let known = self.modules.iter().any(|m| m.path == target);
                let text = if known {
                    Some(Arc::from(""))
                } else {
                    (self.text_of)(&target)
                };
                let Some(text) = text else {
                    let message = format!("there is no file `{}`", path.as_str());
                    self.diagnostics.push(
                        Diagnostic::error("unknown-name", (file, path.span), message).help(
                            format!("it is looked for at `{target}`, beside the file that uses it"),
                        ),
                    );
                    return None;
                };
                self.reach(&target, text, false, (file, path.span))
            }
        }
    }

    fn reach(
        &mut self,
        path: &str,
        text: Arc<str>,
        std: bool,
        at: (FileId, Span),
    ) -> Option<ModuleId> {
        let known = self
            .modules
            .iter()
            .position(|m| m.path == path && m.std == std);
        let Some(known) = known.map(ModuleId::of) else {
            return Some(self.module(path, text, std));
        };
        let Some(start) = self.open.iter().position(|open| *open == known) else {
            return Some(known);
        };
        let mut way: Vec<String> = (self.open[start..].iter())
            .map(|id| format!("`{}`", self.modules[id.ix()].path))
            .collect();
        way.push(format!("`{path}`"));
        self.diagnostics.push(
            Diagnostic::error("import-cycle", at, format!("`{path}` uses itself"))
                .help(format!("the cycle is {}", way.join(" → ")))
                .help("move what both need into a third file"),
        );
        None
    }
}
