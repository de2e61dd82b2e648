//! Names: hover, ways to what they mean, highlights.

use tower_lsp::lsp_types::{
    DocumentHighlight, DocumentHighlightKind, GotoDefinitionResponse, Hover, HoverContents,
    LocationLink, MarkupContent, MarkupKind, Position,
};

use super::super::desk::view;
use super::Seen;
use crate::convert;
use crate::ide::go::{self, Use, Way};
use crate::ide::{View, hover as page};

/// Markdown for the editor.
pub fn markdown(value: String) -> MarkupContent {
    MarkupContent {
        kind: MarkupKind::Markdown,
        value,
    }
}

/// What stands at a position.
pub fn hover(seen: &mut Seen<'_>, position: Position) -> Option<Hover> {
    let offset = seen.offset(position);
    let shown = page::hover(&seen.view(), offset)?;
    Some(Hover {
        contents: HoverContents::Markup(markdown(shown.markdown)),
        range: Some(seen.range(shown.span)),
    })
}

/// The kinds of ways.
type Find = fn(&View<'_>, u32) -> Option<Way>;

/// Where a way leads from a position; where the text cannot be read at the moment, where it led before.
fn lead(seen: &mut Seen<'_>, position: Position, find: Find) -> Option<GotoDefinitionResponse> {
    let offset = seen.offset(position);
    if let Some(way) = find(&seen.view(), offset) {
        let range = convert::range(seen.file(), way.from, seen.desk.encoding);
        return answer(seen, &seen.read, &way, Some(range));
    }
    let (good, offset) = seen.desk.good(&seen.uri, offset)?;
    let way = find(&view(&good), offset)?;
    answer(seen, &good, &way, None)
}

fn answer(
    seen: &Seen<'_>,
    read: &super::super::desk::Read,
    way: &Way,
    from: Option<tower_lsp::lsp_types::Range>,
) -> Option<GotoDefinitionResponse> {
    let name = seen.desk.location(read, way.name)?;
    if !seen.desk.can.links {
        return Some(GotoDefinitionResponse::Scalar(name));
    }
    let whole = seen.desk.location(read, way.whole)?;
    Some(GotoDefinitionResponse::Link(vec![LocationLink {
        origin_selection_range: from,
        target_uri: name.uri,
        target_range: whole.range,
        target_selection_range: name.range,
    }]))
}

/// Where what stands at a position was declared.
pub fn definition(seen: &mut Seen<'_>, position: Position) -> Option<GotoDefinitionResponse> {
    lead(seen, position, go::definition)
}

/// Where a name stands first.
pub fn declaration(seen: &mut Seen<'_>, position: Position) -> Option<GotoDefinitionResponse> {
    lead(seen, position, go::declaration)
}

/// Where the type was written.
pub fn type_definition(seen: &mut Seen<'_>, position: Position) -> Option<GotoDefinitionResponse> {
    lead(seen, position, go::type_definition)
}

/// The places of the document that mean the same.
pub fn highlights(seen: &mut Seen<'_>, position: Position) -> Option<Vec<DocumentHighlight>> {
    let offset = seen.offset(position);
    let found = go::highlights(&seen.view(), offset);
    let one = |(span, way)| DocumentHighlight {
        range: seen.range(span),
        kind: Some(match way {
            Use::Writes => DocumentHighlightKind::WRITE,
            Use::Reads => DocumentHighlightKind::READ,
        }),
    };
    Some(found.into_iter().map(one).collect())
}
