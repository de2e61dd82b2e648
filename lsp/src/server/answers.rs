//! Answers of `ide` in the shapes of the protocol. Knows both; decides nothing.

pub mod across;
pub mod act;
pub mod names;
pub mod shape;
pub mod tool;
mod trial;
pub mod write;

use std::sync::Arc;

use tower_lsp::lsp_types::{Position, Range, Url};

use super::desk::{Desk, Read, view};
use crate::ide::View;
use rolloutc_compiler::source::{SourceFile, Span};

/// A document that something is asked about.
pub struct Seen<'d> {
    /// Everything else.
    pub desk: &'d mut Desk,
    /// Its address.
    pub uri: Url,
    /// What is known of it.
    pub read: Arc<Read>,
}

impl<'d> Seen<'d> {
    /// A document by its address, if it is open or can be read.
    pub fn new(desk: &'d mut Desk, uri: &Url) -> Option<Seen<'d>> {
        let read = desk.read(uri)?;
        Some(Seen {
            desk,
            uri: uri.clone(),
            read,
        })
    }

    /// It as features look at it.
    pub fn view(&self) -> View<'_> {
        view(&self.read)
    }

    /// Its text.
    pub fn file(&self) -> &SourceFile {
        self.read.file()
    }

    /// An offset from a position.
    pub fn offset(&self, position: Position) -> u32 {
        self.desk.offset(self.file(), position)
    }

    /// The range of a span.
    pub fn range(&self, span: Span) -> Range {
        self.desk.range(self.file(), span)
    }
}
