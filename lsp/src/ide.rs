//! What the server can tell an editor, as plain data: one feature a file. May not name the protocol, and reads no disk.

use rolloutc_compiler::analysis::Analysis;
use rolloutc_compiler::check::facts::Facts;
use rolloutc_compiler::check::{Def, Model, Place};
use rolloutc_compiler::source::{FileId, SourceFile, Span};
use rolloutc_compiler::syntax::ast::{self, Decl, DeclKind};
use rolloutc_runtime::time::Instant;

pub mod actions;
pub mod complete;
pub mod fold;
pub mod go;
pub mod hover;
pub mod inlay;
pub mod lenses;
pub mod links;
pub mod names;
pub mod rename;
pub mod sample;
pub mod select;
pub mod signature;
pub mod symbols;
pub mod times;
pub mod tokens;
pub mod walk;

/// One file as it was analysed: the first of its analysis, whether it is a policy or a module.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The file with all it uses.
    pub analysis: &'a Analysis,
    /// The present, where hints speak of it.
    pub now: Instant,
}

/// The number of the file at hand in its own analysis.
pub const HERE: FileId = FileId(0);

impl<'a> View<'a> {
    /// A view of an analysis.
    pub fn new(analysis: &'a Analysis, now: Instant) -> View<'a> {
        View { analysis, now }
    }

    /// The text of the file.
    pub fn text(&self) -> &'a str {
        self.analysis.files.first().map_or("", |file| &file.text)
    }

    /// The tree of the file.
    pub fn tree(&self) -> &'a ast::File {
        let Some(module) = self.analysis.modules.first() else {
            unreachable!("the file at hand is always read");
        };
        &module.ast
    }

    /// The side tables.
    pub fn model(&self) -> &'a Model {
        &self.analysis.model
    }

    /// The shapes behind ids.
    pub fn facts(&self) -> &'a Facts {
        &self.analysis.model.facts
    }

    /// A file of the analysis.
    pub fn file(&self, id: FileId) -> Option<&'a SourceFile> {
        self.analysis.files.get(id.0 as usize)
    }

    /// The text of a place.
    pub fn slice(&self, place: Place) -> &'a str {
        self.file(place.0).map_or("", |file| file.slice(place.1))
    }

    /// The declaration of the file that an offset lies in.
    pub fn decl_at(&self, offset: u32) -> Option<&'a Decl> {
        let decls = &self.tree().decls;
        let behind = decls.partition_point(|decl| decl.span.start <= offset);
        let decl = decls.get(behind.checked_sub(1)?)?;
        decl.span.touches(offset).then_some(decl)
    }

    /// The declaration in whose head or body a place of any file lies.
    pub fn decl_of(&self, place: Place) -> Option<&'a Decl> {
        let module = self
            .analysis
            .modules
            .iter()
            .find(|module| module.file == place.0)?;
        module
            .ast
            .decls
            .iter()
            .find(|decl| decl.span.holds(place.1))
    }

    /// The declarations of the file with their names.
    pub fn named(&self) -> impl Iterator<Item = (&'a Decl, &'a ast::Name)> + use<'a> {
        let decls = self.tree().decls.iter();
        decls.filter_map(|decl| Some((decl, decl.kind.name()?)))
    }

    /// What a name at a place means.
    pub fn def(&self, span: Span) -> Option<&'a (Def, Option<Place>)> {
        self.model().defs.get(&(HERE, span))
    }
}

/// The name-like word that an offset touches.
pub fn word(text: &str, offset: u32) -> Option<Span> {
    let is_word = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_';
    let bytes = text.as_bytes();
    let offset = (offset as usize).min(bytes.len());
    let before = bytes[..offset].iter().rev().take_while(is_word).count();
    let after = bytes[offset..].iter().take_while(is_word).count();
    (before + after > 0).then(|| Span::new((offset - before) as u32, (offset + after) as u32))
}

/// The largest character boundary that is no more than an offset.
pub fn floor(text: &str, offset: u32) -> u32 {
    let mut offset = (offset as usize).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset as u32
}

/// The first line of a declaration, up to what its braces hold.
pub fn head<'t>(text: &'t str, decl: &Decl) -> &'t str {
    let said = decl.span.text(text);
    let body = matches!(
        decl.kind,
        DeclKind::Enum(_)
            | DeclKind::Let(_)
            | DeclKind::Fn(_)
            | DeclKind::Param(_)
            | DeclKind::Threshold(_)
            | DeclKind::Group(_)
            | DeclKind::Fixture(_)
            | DeclKind::Folder(_)
            | DeclKind::Use(_)
    );
    let end = match said.find(" {") {
        Some(at) if !body => at,
        _ => said.find('\n').unwrap_or(said.len()),
    };
    said[..end].lines().next().unwrap_or_default().trim_end()
}

#[cfg(test)]
mod damage;

#[cfg(test)]
pub(crate) mod tests {
    //! A policy with a cursor, for the tables of every feature.

    use super::*;
    use rolloutc_compiler::analysis::{Workspace, analyse};

    /// A small policy: what tests without a policy of their own look at.
    pub const SHOP: &str = include_str!("../../tests/lsp/shop.rollout");

    /// Takes the `$0` out of a text.
    pub fn cursor(text: &str) -> (String, u32) {
        let at = text.find("$0").expect("a cursor");
        (text.replacen("$0", "", 1), at as u32)
    }

    /// The analysis of a text alone.
    pub fn read(text: &str) -> Analysis {
        let mut workspace = Workspace::new();
        workspace.insert("policy.rollout", text);
        analyse(&workspace, "policy.rollout")
    }

    /// Monday, 2 November 2026, noon.
    pub fn now() -> Instant {
        Instant::parse("2026-11-02T12:00:00Z", false).expect("an instant")
    }

    /// Asks something at the cursor of a text.
    pub fn at<T>(text: &str, ask: impl FnOnce(&View<'_>, u32) -> T) -> T {
        let (text, offset) = cursor(text);
        let analysis = read(&text);
        ask(&View::new(&analysis, now()), offset)
    }
}
