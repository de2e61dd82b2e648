//! What the server knows of one editor: open documents, folders, wishes, and what was analysed. Reads policies from
//! disk; writes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use tower_lsp::lsp_types::{
    Location, Position, Range, TextDocumentContentChangeEvent, TextEdit, Url,
};

use rolloutc_compiler::analysis::{self, Analysis, Workspace};
use rolloutc_compiler::check::Place;
use rolloutc_compiler::check::outline::Trees;
use rolloutc_compiler::diagnostic::Diagnostic;
use rolloutc_compiler::lints;
use rolloutc_compiler::source::{FileId, SourceFile, Span};
use rolloutc_runtime::time::Instant;

use crate::Host;
use crate::convert::{self, Encoding};
use crate::ide::View;

/// The most that is read of a file.
const MOST: u64 = 16 << 20;
/// How deep folders are searched for policies, and how many are taken.
const DEEP: usize = 16;
/// How many policies of a workspace are looked at.
const MANY: usize = 4_000;

/// What the server knows of one editor.
pub struct Desk {
    /// How positions are counted.
    pub encoding: Encoding,
    /// What the editor can do.
    pub can: Can,
    /// What the editor asks for.
    pub wishes: Wishes,
    /// Open documents.
    pub open: BTreeMap<Url, Document>,
    /// The folders of the workspace.
    pub folders: Vec<PathBuf>,
    /// What reads fixtures and configuration.
    pub host: Host,
    disk: BTreeMap<PathBuf, OnDisk>,
    known: BTreeMap<PathBuf, Arc<Read>>,
    /// Texts that are only tried.
    dreamt: BTreeMap<PathBuf, Arc<str>>,
    /// What nobody asks any more; to let it go takes time.
    gone: Vec<Read>,
}

/// What the editor can do.
#[derive(Clone, Copy, Debug, Default)]
pub struct Can {
    /// Take snippets.
    pub snippets: bool,
    /// Show where a definition leads from.
    pub links: bool,
    /// Show a tree of symbols.
    pub tree: bool,
    /// Have files watched.
    pub watch: bool,
    /// Be asked for its settings.
    pub settings: bool,
    /// Show progress.
    pub progress: bool,
    /// Open texts of the tool under the scheme `rolloutc`.
    pub std: bool,
    /// Show ranges of lines only where they fold.
    pub lines: bool,
    /// Take edits with versions.
    pub versions: bool,
}

/// What the editor asks for, under the name `rolloutc`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// Whether lints are looked for.
    pub lints: bool,
    /// Whether hints stand in the lines.
    pub hints: bool,
    /// Whether lenses stand above declarations.
    pub lenses: bool,
}

impl Default for Wishes {
    fn default() -> Wishes {
        Wishes {
            lints: true,
            hints: true,
            lenses: true,
        }
    }
}

/// An open document.
pub struct Document {
    /// Its path, made up where the editor has not saved it.
    pub path: PathBuf,
    /// Its version.
    pub version: i32,
    /// Its text.
    pub text: Arc<str>,
    /// The last text in which everything could be read.
    good: Option<Good>,
    /// The last semantic tokens sent, with their number.
    pub tokens: (u64, Vec<u32>),
}

/// A text in which everything could be read, and what is known of it, once somebody asked.
struct Good {
    text: Arc<str>,
    read: Option<Arc<Read>>,
}

struct OnDisk {
    changed: Option<SystemTime>,
    long: u64,
    text: Option<Arc<str>>,
}

/// One file, analysed with what it uses.
pub struct Read {
    /// All that is known.
    pub analysis: Analysis,
    /// Findings of checker and lints in this file, and elsewhere.
    pub findings: Vec<Diagnostic>,
    /// The path of each file; none for those of the tool.
    pub paths: Vec<Option<PathBuf>>,
    inputs: Vec<(PathBuf, Option<Arc<str>>)>,
    lints: bool,
}

impl Read {
    /// The file itself.
    pub fn file(&self) -> &SourceFile {
        let Some(file) = self.analysis.files.first() else {
            unreachable!("a file is always among its own");
        };
        file
    }

    /// Whether it is itself or uses a file.
    pub fn uses(&self, path: &Path) -> bool {
        self.inputs.iter().any(|(input, _)| input == path)
    }
}

impl Desk {
    /// One without documents.
    pub fn new(host: Host) -> Desk {
        Desk {
            encoding: Encoding::Utf16,
            can: Can::default(),
            wishes: Wishes::default(),
            open: BTreeMap::new(),
            folders: Vec::new(),
            host,
            disk: BTreeMap::new(),
            known: BTreeMap::new(),
            dreamt: BTreeMap::new(),
            gone: Vec::new(),
        }
    }

    /// Takes a document in.
    pub fn open(&mut self, uri: Url, version: i32, text: String) {
        let document = Document {
            path: path_of(&uri),
            version,
            text: text.into(),
            good: None,
            tokens: (0, Vec::new()),
        };
        self.open.insert(uri, document);
    }

    /// Edits a document, one change after the other.
    pub fn change(
        &mut self,
        uri: &Url,
        version: i32,
        changes: Vec<TextDocumentContentChangeEvent>,
    ) {
        let encoding = self.encoding;
        let Some(document) = self.open.get_mut(uri) else {
            return;
        };
        let mut text = document.text.to_string();
        for change in changes {
            match change.range {
                None => text = change.text,
                Some(range) => {
                    let start = convert::offset_in(&text, range.start, encoding) as usize;
                    let end = convert::offset_in(&text, range.end, encoding) as usize;
                    text.replace_range(start..end.max(start), &change.text);
                }
            }
        }
        document.text = text.into();
        document.version = version;
    }

    /// Lets a document go.
    pub fn close(&mut self, uri: &Url) {
        if let Some(document) = self.open.remove(uri) {
            self.known.remove(&document.path);
        }
    }

    /// Forgets what was read from disk.
    pub fn forget(&mut self) {
        self.disk.clear();
        self.known.clear();
    }

    /// What is known of an open document, or of a file of the workspace.
    pub fn read(&mut self, uri: &Url) -> Option<Arc<Read>> {
        let path = match self.open.get(uri) {
            Some(document) => document.path.clone(),
            None => uri.to_file_path().ok()?,
        };
        let read = self.read_path(&path)?;
        let whole = read.analysis.modules.first();
        let whole = whole.is_some_and(|module| module.ast.decls.iter().all(|decl| !decl.tainted));
        if whole && let Some(document) = self.open.get_mut(uri) {
            let text = document.text.clone();
            let known = document.good.as_ref();
            if !known.is_some_and(|good| Arc::ptr_eq(&good.text, &text)) {
                document.good = Some(Good { text, read: None });
            }
        }
        Some(read)
    }

    /// What is known of the file at a path.
    pub fn read_path(&mut self, path: &Path) -> Option<Arc<Read>> {
        if let Some(known) = self.known.get(path).cloned() {
            let same = known.lints == self.wishes.lints
                && known
                    .inputs
                    .iter()
                    .all(|(input, text)| match (self.text(input), text) {
                        (Some(now), Some(then)) => Arc::ptr_eq(&now, then) || now == *then,
                        (None, None) => true,
                        (Some(_), None) | (None, Some(_)) => false,
                    });
            if same {
                return Some(known);
            }
        }
        let trees = match self.known.remove(path).map(Arc::try_unwrap) {
            None => Trees::default(),
            Some(Ok(mut old)) => {
                let trees = old.analysis.take_trees();
                self.gone.push(old);
                trees
            }
            Some(Err(shared)) => shared.analysis.trees(),
        };
        let read = Arc::new(self.analyse(path, trees)?);
        self.known.insert(path.to_path_buf(), read.clone());
        Some(read)
    }

    /// What nobody asks any more, for somebody who has the time to let it go.
    pub fn take_gone(&mut self) -> Vec<Read> {
        std::mem::take(&mut self.gone)
    }

    /// Analyses a file; `trees` is what is known of earlier texts.
    fn analyse(&mut self, path: &Path, trees: Trees) -> Option<Read> {
        let text = self.text(path)?;
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let name = path.file_name()?.to_string_lossy().into_owned();
        let mut workspace = Workspace::new();
        let mut wanted = analysis::wanted(&name, &text);
        let mut inputs = vec![(path.to_path_buf(), Some(text.clone()))];
        workspace.insert(&name, text);
        while let Some(next) = wanted.pop() {
            let there = tidy(&folder.join(&next));
            if inputs.iter().any(|(input, _)| *input == there) {
                continue;
            }
            let text = self.text(&there);
            if let Some(text) = &text {
                wanted.extend(analysis::wanted(&next, text));
                workspace.insert(&next, text.clone());
            }
            inputs.push((there, text));
        }
        let analysis = analysis::look_again(&workspace, &name, trees);
        let std = |file: FileId| {
            analysis
                .modules
                .iter()
                .any(|one| one.file == file && one.std)
        };
        let paths = (0u32..)
            .zip(&analysis.files)
            .map(|(at, file)| (!std(FileId(at))).then(|| tidy(&folder.join(&*file.name))))
            .collect();
        let mut findings = analysis.diagnostics.clone();
        // What is only tried is never shown.
        if self.wishes.lints && self.dreamt.is_empty() {
            let options = (self.host.lints)(path, &analysis, now().date());
            findings.extend(lints::run(&analysis, &options));
            findings.sort();
        }
        Some(Read {
            analysis,
            findings,
            paths,
            inputs,
            lints: self.wishes.lints,
        })
    }

    /// What would be known of a file if some files had other texts.
    pub fn imagine(&mut self, path: &Path, texts: &[(PathBuf, String)]) -> Option<Read> {
        let kept: Vec<(PathBuf, Option<OnDisk>)> = (texts.iter())
            .map(|(path, _)| (path.clone(), self.disk.remove(path)))
            .collect();
        self.dreamt = texts
            .iter()
            .map(|(path, text)| (path.clone(), Arc::from(text.as_str())))
            .collect();
        let known = self.known.get(path);
        let trees = known.map_or_else(Trees::default, |known| known.analysis.trees());
        let read = self.analyse(path, trees);
        self.dreamt.clear();
        for (path, kept) in kept {
            if let Some(kept) = kept {
                self.disk.insert(path, kept);
            }
        }
        read
    }

    /// The text at a path: as the editor has it, else as the disk has it.
    pub fn text(&mut self, path: &Path) -> Option<Arc<str>> {
        if let Some(text) = self.dreamt.get(path) {
            return Some(text.clone());
        }
        if let Some(document) = self.open.values().find(|document| document.path == path) {
            return Some(document.text.clone());
        }
        let about = std::fs::metadata(path).ok().filter(|about| about.is_file());
        let Some(about) = about.filter(|about| about.len() <= MOST) else {
            self.disk.remove(path);
            return None;
        };
        let (changed, long) = (about.modified().ok(), about.len());
        if let Some(known) = self.disk.get(path)
            && known.changed == changed
            && known.long == long
        {
            return known.text.clone();
        }
        let text = std::fs::read_to_string(path).ok().map(Arc::from);
        let entry = OnDisk {
            changed,
            long,
            text: text.clone(),
        };
        self.disk.insert(path.to_path_buf(), entry);
        text
    }

    /// Every policy file that is open or lies in the folders of the workspace, by path.
    pub fn policies(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = self.open.values().map(|one| one.path.clone()).collect();
        for folder in &self.folders {
            search(folder, DEEP, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }

    /// The address of a file: as the editor spells it where it is open.
    pub fn uri(&self, path: &Path) -> Option<Url> {
        let open = self.open.iter().find(|(_, one)| one.path == path);
        match open {
            Some((uri, _)) => Some(uri.clone()),
            None => Url::from_file_path(path).ok(),
        }
    }

    /// The address of a file of an analysis.
    pub fn uri_of(&self, read: &Read, file: FileId) -> Option<Url> {
        match read.paths.get(file.0 as usize)? {
            Some(path) => self.uri(path),
            None if self.can.std => {
                let name = &read.analysis.files.get(file.0 as usize)?.name;
                Url::parse(&format!("rolloutc:/{name}")).ok()
            }
            None => None,
        }
    }

    /// A place of an analysis as the editor opens it.
    pub fn location(&self, read: &Read, place: Place) -> Option<Location> {
        let file = read.analysis.files.get(place.0.0 as usize)?;
        Some(Location::new(
            self.uri_of(read, place.0)?,
            convert::range(file, place.1, self.encoding),
        ))
    }

    /// A span of a file as the editor counts it.
    pub fn range(&self, file: &SourceFile, span: Span) -> Range {
        convert::range(file, span, self.encoding)
    }

    /// An offset of a file from the editor's position.
    pub fn offset(&self, file: &SourceFile, position: Position) -> u32 {
        convert::offset(file, position, self.encoding)
    }

    /// An edit as the editor takes it.
    pub fn edit(&self, file: &SourceFile, span: Span, text: String) -> TextEdit {
        TextEdit::new(self.range(file, span), text)
    }

    /// What is known of the last text of a document that could be read whole, and where an offset of now stood in it.
    pub fn good(&mut self, uri: &Url, offset: u32) -> Option<(Arc<Read>, u32)> {
        let document = self.open.get(uri)?;
        let (path, good) = (document.path.clone(), document.good.as_ref()?);
        let offset = moved(&document.text, &good.text, offset)?;
        if let Some(read) = &good.read {
            return Some((read.clone(), offset));
        }
        let text = good.text.to_string();
        let read = Arc::new(self.imagine(&path, &[(path.clone(), text)])?);
        if let Some(good) = &mut self.open.get_mut(uri)?.good {
            good.read = Some(read.clone());
        }
        Some((read, offset))
    }
}

/// A view of what was read, now.
pub fn view(read: &Read) -> View<'_> {
    View::new(&read.analysis, now())
}

/// The clock.
pub fn now() -> Instant {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let secs = since.map_or(0, |since| since.as_secs());
    Instant::new(i64::try_from(secs).unwrap_or(0), 0).unwrap_or(Instant::MIN)
}

/// Where an offset of one text stood in another that differs in one stretch; nothing inside that stretch.
fn moved(now: &str, then: &str, offset: u32) -> Option<u32> {
    let (now, then) = (now.as_bytes(), then.as_bytes());
    let same = now.iter().zip(then).take_while(|(a, b)| a == b).count();
    if (offset as usize) < same {
        return Some(offset);
    }
    let most = now.len().min(then.len()) - same;
    let behind = (now.iter().rev().zip(then.iter().rev()))
        .take(most)
        .take_while(|(a, b)| a == b)
        .count();
    let left = now.len().checked_sub(offset as usize)?;
    (left <= behind).then(|| (then.len() - left) as u32)
}

fn path_of(uri: &Url) -> PathBuf {
    match uri.to_file_path() {
        Ok(path) => tidy(&path),
        Err(()) => {
            let name = uri.path().rsplit('/').next().unwrap_or_default();
            let name = if name.is_empty() { "policy" } else { name };
            PathBuf::from(uri.scheme()).join(name)
        }
    }
}

/// A path with `.` and `..` worked out, without asking the disk.
pub fn tidy(path: &Path) -> PathBuf {
    use std::path::Component;
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if out.file_name().is_some() => {
                out.pop();
            }
            other => out.push(other),
        }
    }
    out
}

fn search(folder: &Path, deep: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.filter_map(Result::ok).collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let passed = name.starts_with('.') || name == "target" || name == "node_modules";
        if kind.is_dir() && !passed && deep > 0 {
            search(&entry.path(), deep - 1, found);
        } else if kind.is_file() && name.ends_with(".rollout") && found.len() < MANY {
            found.push(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_move_with_one_edit() {
        let check = |now, then, offset, want| assert_eq!(moved(now, then, offset), want, "{now}");
        check("abc", "abc", 1, Some(1));
        check("abXXc", "abc", 5, Some(3));
        check("abXXc", "abc", 4, Some(2));
        check("abXXc", "abc", 3, None);
        check("ac", "abc", 1, Some(2));
        check("", "abc", 0, Some(3));
        check("aa", "aaa", 2, Some(3));
    }

    #[test]
    fn paths_are_tidied() {
        let check = |path: &str, want: &str| assert_eq!(tidy(Path::new(path)), Path::new(want));
        check("/a/./b/../c", "/a/c");
        check("../a", "../a");
        let uri = Url::parse("untitled:Untitled-1").expect("an address");
        assert_eq!(path_of(&uri), Path::new("untitled/Untitled-1"));
    }
}
