//! Names across files: every file is looked at for itself, and what it means is compared by path and place.

use std::path::PathBuf;

use tower_lsp::jsonrpc::{Error, ErrorCode};
use tower_lsp::lsp_types::{
    AnnotatedTextEdit, ChangeAnnotation, DocumentChanges, Location, OneOf,
    OptionalVersionedTextDocumentIdentifier, Position, PrepareRenameResponse, SymbolInformation,
    TextDocumentEdit, Url, WorkspaceEdit,
};

use rolloutc_compiler::source::{FileId, Span};

use super::super::desk::{Desk, Read, view};
use super::{Seen, shape};
use crate::ide::names::{self, Kind, Target};
use crate::ide::{rename, symbols};

/// Something that names of several files mean: the file that declares it, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Meant {
    file: String,
    span: Span,
    kind: Kind,
    name: String,
}

/// The file of an analysis by its path, or by its name where the tool brings it.
fn file_of(read: &Read, file: FileId) -> Option<String> {
    match read.paths.get(file.0 as usize)? {
        Some(path) => Some(path.to_string_lossy().into_owned()),
        None => Some(format!(
            "rolloutc:{}",
            read.analysis.files.get(file.0 as usize)?.name
        )),
    }
}

fn meant(read: &Read, offset: u32) -> Option<Meant> {
    let found = names::at(&view(read), offset)?;
    let Target::Place((file, span)) = found.target else {
        return None;
    };
    Some(Meant {
        file: file_of(read, file)?,
        span,
        kind: found.kind,
        name: found.span.text(&read.file().text).to_owned(),
    })
}

/// What a position means; where the text cannot be read at the moment, what it meant before.
fn meant_at(seen: &mut Seen<'_>, offset: u32) -> Option<Meant> {
    meant(&seen.read, offset).or_else(|| {
        let (good, offset) = seen.desk.good(&seen.uri, offset)?;
        meant(&good, offset)
    })
}

/// The names of every file that mean something: where, and whether they declare it.
fn uses(desk: &mut Desk, own: PathBuf, meant: &Meant) -> Vec<(PathBuf, Vec<(Span, bool)>)> {
    let local = matches!(meant.kind, Kind::Local | Kind::Label);
    let mut paths = vec![own];
    if !local {
        paths.extend(desk.policies());
    }
    paths.sort();
    paths.dedup();
    let mut out = Vec::new();
    for path in paths {
        // A file that does not hold the letters holds no such name.
        let holds = desk
            .text(&path)
            .is_some_and(|text| text.contains(&meant.name));
        let Some(read) = holds.then(|| desk.read_path(&path)).flatten() else {
            continue;
        };
        let spans: Vec<(Span, bool)> = names::all(&view(&read))
            .into_iter()
            .filter(|one| match one.target {
                Target::Place((file, span)) => {
                    span == meant.span && file_of(&read, file).as_ref() == Some(&meant.file)
                }
                Target::Tool(_) => false,
            })
            .map(|one| (one.span, one.declares))
            .collect();
        if !spans.is_empty() {
            out.push((path, spans));
        }
    }
    out
}

/// The path of the document at hand.
fn own(seen: &Seen<'_>) -> Option<PathBuf> {
    seen.read.paths.first()?.clone()
}

/// Every place of the workspace that means the same.
pub fn references(
    seen: &mut Seen<'_>,
    position: Position,
    declaration: bool,
) -> Option<Vec<Location>> {
    let offset = seen.offset(position);
    let meant = meant_at(seen, offset)?;
    let own = own(seen)?;
    let mut out = Vec::new();
    for (path, spans) in uses(seen.desk, own, &meant) {
        let (Some(read), Some(uri)) = (seen.desk.read_path(&path), seen.desk.uri(&path)) else {
            continue;
        };
        for (span, declares) in spans {
            if declaration || !declares {
                let range = seen.desk.range(read.file(), span);
                out.push(Location::new(uri.clone(), range));
            }
        }
    }
    Some(out)
}

fn refused(why: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error {
        code: ErrorCode::InvalidParams,
        message: why.into(),
        data: None,
    }
}

/// The name that a rename would change.
pub fn prepare(
    seen: &mut Seen<'_>,
    position: Position,
) -> Result<Option<PrepareRenameResponse>, Error> {
    let offset = seen.offset(position);
    let found = rename::prepare(&seen.view(), offset).map_err(refused)?;
    Ok(Some(PrepareRenameResponse::RangeWithPlaceholder {
        range: seen.range(found.span),
        placeholder: found.span.text(&seen.file().text).to_owned(),
    }))
}

/// The edits of a rename, in every file, with what it does not reach; refused where a file would break. Where the editor can,
/// it asks people first about that.
pub fn rename(
    seen: &mut Seen<'_>,
    position: Position,
    new: &str,
    asks: bool,
) -> Result<Option<(WorkspaceEdit, Option<String>)>, Error> {
    let offset = seen.offset(position);
    let found = rename::prepare(&seen.view(), offset).map_err(refused)?;
    if let Some(why) = rename::refuse(found.kind, new) {
        return Err(refused(why));
    }
    let (Some(meant), Some(own)) = (meant(&seen.read, offset), own(seen)) else {
        return Err(refused("no name stands here"));
    };
    if meant.name == new {
        return Ok(None);
    }
    let mut all: Vec<(PathBuf, Vec<(Span, String)>)> = Vec::new();
    for (path, spans) in uses(seen.desk, own, &meant) {
        if let Some(read) = seen.desk.read_path(&path) {
            let edits = rename::edits(&view(&read), &spans, meant.kind, new);
            all.push((path, edits));
        }
    }
    if let Some(why) = breaks(seen.desk, &all) {
        return Err(refused(format!("`{new}` would not do: {why}")));
    }
    let mut edit = workspace_edit(seen.desk, all);
    let outside = rename::outside(meant.kind, &meant.name);
    if let Some(outside) = outside.as_ref().filter(|_| asks) {
        confirm(&mut edit, &meant, outside);
    }
    Ok(Some((edit, outside)))
}

/// Lets every edit be asked about, with the reason.
fn confirm(edit: &mut WorkspaceEdit, meant: &Meant, outside: &str) {
    const OUTSIDE: &str = "outside";
    let Some(DocumentChanges::Edits(documents)) = &mut edit.document_changes else {
        return;
    };
    for one in documents
        .iter_mut()
        .flat_map(|document| &mut document.edits)
    {
        if let OneOf::Left(text_edit) = one {
            *one = OneOf::Right(AnnotatedTextEdit {
                text_edit: text_edit.clone(),
                annotation_id: OUTSIDE.to_owned(),
            });
        }
    }
    let note = ChangeAnnotation {
        label: format!(
            "Rename {} `{}` in policies only",
            meant.kind.word(),
            meant.name
        ),
        needs_confirmation: Some(true),
        description: Some(outside.to_owned()),
    };
    edit.change_annotations = Some([(OUTSIDE.to_owned(), note)].into());
}

/// What would be wrong with a file after edits and is not wrong now.
fn breaks(desk: &mut Desk, all: &[(PathBuf, Vec<(Span, String)>)]) -> Option<String> {
    let errors = |read: &Read| {
        let mut said: Vec<String> = (read.analysis.diagnostics.iter())
            .filter(|found| found.severity == rolloutc_compiler::diagnostic::Severity::Error)
            .map(|found| found.message.clone())
            .collect();
        said.sort();
        said
    };
    let mut before = Vec::new();
    let mut texts = Vec::new();
    for (path, edits) in all {
        let read = desk.read_path(path)?;
        before.push((path.clone(), errors(&read)));
        let mut text = read.file().text.to_string();
        for (span, with) in edits.iter().rev() {
            text.replace_range(span.start as usize..span.end as usize, with);
        }
        texts.push((path.clone(), text));
    }
    for (path, before) in before {
        let read = desk.imagine(&path, &texts)?;
        let after = errors(&read);
        if after.len() > before.len() {
            return after.into_iter().find(|said| !before.contains(said));
        }
    }
    None
}

/// Edits of several files as the editor takes them.
pub fn workspace_edit(desk: &mut Desk, all: Vec<(PathBuf, Vec<(Span, String)>)>) -> WorkspaceEdit {
    let mut changes = Vec::new();
    for (path, edits) in all {
        let (Some(read), Some(uri)) = (desk.read_path(&path), desk.uri(&path)) else {
            continue;
        };
        let edits: Vec<_> = (edits.into_iter())
            .map(|(span, text)| desk.edit(read.file(), span, text))
            .collect();
        changes.push((uri, edits));
    }
    if !desk.can.versions {
        return WorkspaceEdit::new(changes.into_iter().collect());
    }
    let documents = changes.into_iter().map(|(uri, edits)| TextDocumentEdit {
        text_document: OptionalVersionedTextDocumentIdentifier {
            version: version(desk, &uri),
            uri,
        },
        edits: edits.into_iter().map(OneOf::Left).collect(),
    });
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Edits(documents.collect())),
        ..WorkspaceEdit::default()
    }
}

fn version(desk: &Desk, uri: &Url) -> Option<i32> {
    desk.open.get(uri).map(|document| document.version)
}

/// Every declaration of the workspace whose name answers a query.
#[allow(deprecated)]
pub fn symbols(desk: &mut Desk, query: &str) -> Vec<SymbolInformation> {
    let mut out = Vec::new();
    for path in desk.policies() {
        let (Some(read), Some(uri)) = (desk.read_path(&path), desk.uri(&path)) else {
            continue;
        };
        let container = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let outline = symbols::outline(&view(&read));
        for one in outline.iter().flat_map(|one| {
            let rows = one.inner.iter().filter(|inner| inner.test);
            std::iter::once(one).chain(rows)
        }) {
            if symbols::fits(&one.name, query) {
                out.push(SymbolInformation {
                    name: one.name.clone(),
                    kind: shape::kind(one),
                    tags: None,
                    deprecated: None,
                    location: Location::new(uri.clone(), desk.range(read.file(), one.own)),
                    container_name: container.clone(),
                });
            }
        }
    }
    out
}
