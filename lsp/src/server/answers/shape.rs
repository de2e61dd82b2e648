//! The shape of a file: outline, folds, selections, colours, hints, links.

use tower_lsp::lsp_types::{
    DocumentLink, DocumentSymbol, DocumentSymbolResponse, FoldingRange, FoldingRangeKind,
    InlayHint, InlayHintKind, InlayHintLabel, InlayHintTooltip, Location, Position, Range,
    SelectionRange, SemanticToken, SemanticTokens, SemanticTokensDelta, SemanticTokensEdit,
    SemanticTokensFullDeltaResult, SemanticTokensRangeResult, SemanticTokensResult,
    SymbolInformation, SymbolKind, Url,
};

use rolloutc_compiler::source::Span;

use super::super::desk::tidy;
use super::Seen;
use super::names::markdown;
use crate::convert::{self, Encoding};
use crate::ide::links::{self, To};
use crate::ide::names::Kind;
use crate::ide::symbols::{self, Symbol};
use crate::ide::tokens::{self, Token};
use crate::ide::{fold, inlay, select};

/// What the protocol calls a kind of name.
pub fn kind(symbol: &Symbol) -> SymbolKind {
    if symbol.test {
        return SymbolKind::METHOD;
    }
    match symbol.kind {
        Kind::Module => SymbolKind::MODULE,
        Kind::Owner => SymbolKind::KEY,
        Kind::Enum => SymbolKind::ENUM,
        Kind::Member => SymbolKind::ENUM_MEMBER,
        Kind::Record => SymbolKind::STRUCT,
        Kind::Field | Kind::Label => SymbolKind::FIELD,
        Kind::Value | Kind::Param | Kind::Local => SymbolKind::VARIABLE,
        Kind::Function => SymbolKind::FUNCTION,
        Kind::Folder | Kind::Fixture => SymbolKind::FILE,
        Kind::Evidence => SymbolKind::INTERFACE,
        Kind::Threshold | Kind::Gate | Kind::Group | Kind::Approval => SymbolKind::BOOLEAN,
        Kind::Calendar | Kind::Trigger | Kind::Procedure => SymbolKind::EVENT,
        Kind::Phase => SymbolKind::CLASS,
        Kind::Message | Kind::Report => SymbolKind::STRING,
        Kind::Rollout => SymbolKind::NAMESPACE,
        Kind::Tool => SymbolKind::CONSTANT,
    }
}

/// The outline: a tree where the editor shows one.
#[allow(deprecated)]
pub fn outline(seen: &mut Seen<'_>) -> Option<DocumentSymbolResponse> {
    let outline = symbols::outline(&seen.view());
    if seen.desk.can.tree {
        let tree = outline.iter().map(|one| nested(seen, one)).collect();
        return Some(DocumentSymbolResponse::Nested(tree));
    }
    let flat = outline.iter().flat_map(|one| {
        let inner = one
            .inner
            .iter()
            .map(|inner| (inner, Some(one.name.clone())));
        std::iter::once((one, None)).chain(inner)
    });
    let flat = flat.map(|(one, container_name)| SymbolInformation {
        name: one.name.clone(),
        kind: kind(one),
        tags: None,
        deprecated: None,
        location: Location::new(seen.uri.clone(), seen.range(one.whole)),
        container_name,
    });
    Some(DocumentSymbolResponse::Flat(flat.collect()))
}

#[allow(deprecated)]
fn nested(seen: &Seen<'_>, one: &Symbol) -> DocumentSymbol {
    let children: Vec<DocumentSymbol> = one.inner.iter().map(|one| nested(seen, one)).collect();
    DocumentSymbol {
        name: one.name.clone(),
        detail: Some(one.detail.clone()),
        kind: kind(one),
        tags: None,
        deprecated: None,
        range: seen.range(one.whole),
        selection_range: seen.range(one.own),
        children: (!children.is_empty()).then_some(children),
    }
}

/// What folds.
pub fn folds(seen: &mut Seen<'_>) -> Option<Vec<FoldingRange>> {
    let lines = seen.desk.can.lines;
    let one = |(span, kind): (Span, fold::Kind)| {
        let range = seen.range(span);
        FoldingRange {
            start_line: range.start.line,
            start_character: (!lines).then_some(range.start.character),
            end_line: range.end.line,
            end_character: (!lines).then_some(range.end.character),
            kind: match kind {
                fold::Kind::Code => None,
                fold::Kind::Comment => Some(FoldingRangeKind::Comment),
                fold::Kind::Uses => Some(FoldingRangeKind::Imports),
            },
            collapsed_text: None,
        }
    };
    Some(fold::folds(&seen.view()).into_iter().map(one).collect())
}

/// What selections grow to.
pub fn selections(seen: &mut Seen<'_>, positions: &[Position]) -> Option<Vec<SelectionRange>> {
    let one = |position: &Position| {
        let spans = select::grow(&seen.view(), seen.offset(*position));
        let mut around = None;
        for span in spans.into_iter().rev() {
            around = Some(Box::new(SelectionRange {
                range: seen.range(span),
                parent: around,
            }));
        }
        around.map_or_else(
            || SelectionRange {
                range: Range::new(*position, *position),
                parent: None,
            },
            |around| *around,
        )
    };
    Some(positions.iter().map(one).collect())
}

/// Tokens as the protocol counts them: each from the one before.
fn relative(seen: &Seen<'_>, tokens: &[Token]) -> Vec<SemanticToken> {
    let encoding: Encoding = seen.desk.encoding;
    let file = seen.file();
    let (mut line, mut start) = (0, 0);
    let one = |token: &Token| {
        let at = convert::position(file, token.span.start, encoding);
        let delta_line = at.line - line;
        let delta_start = match delta_line {
            0 => at.character - start,
            _ => at.character,
        };
        (line, start) = (at.line, at.character);
        SemanticToken {
            delta_line,
            delta_start,
            length: encoding.count(token.span.text(&file.text)),
            token_type: token.ty,
            token_modifiers_bitset: token.modifiers,
        }
    };
    tokens.iter().map(one).collect()
}

fn flat(tokens: &[SemanticToken]) -> Vec<u32> {
    let one = |token: &SemanticToken| {
        [
            token.delta_line,
            token.delta_start,
            token.length,
            token.token_type,
            token.token_modifiers_bitset,
        ]
    };
    tokens.iter().flat_map(one).collect()
}

/// Remembers what is sent, under a new number.
fn remember(seen: &mut Seen<'_>, data: Vec<u32>) -> Option<String> {
    let document = seen.desk.open.get_mut(&seen.uri)?;
    document.tokens = (document.tokens.0 + 1, data);
    Some(document.tokens.0.to_string())
}

/// The colours of the whole file.
pub fn colours(seen: &mut Seen<'_>) -> Option<SemanticTokensResult> {
    let data = relative(seen, &tokens::tokens(&seen.view()));
    let result_id = remember(seen, flat(&data));
    Some(SemanticTokensResult::Tokens(SemanticTokens {
        result_id,
        data,
    }))
}

/// The colours of a stretch.
pub fn some_colours(seen: &mut Seen<'_>, range: Range) -> Option<SemanticTokensRangeResult> {
    let span = convert::span(seen.file(), range, seen.desk.encoding);
    let mut tokens = tokens::tokens(&seen.view());
    tokens.retain(|token| token.span.start < span.end && span.start < token.span.end);
    let data = relative(seen, &tokens);
    Some(SemanticTokensRangeResult::Tokens(SemanticTokens {
        result_id: None,
        data,
    }))
}

/// What changed of the colours: one edit between what is the same before and behind.
pub fn new_colours(seen: &mut Seen<'_>, known: &str) -> Option<SemanticTokensFullDeltaResult> {
    let data = relative(seen, &tokens::tokens(&seen.view()));
    let now = flat(&data);
    let document = seen.desk.open.get(&seen.uri)?;
    let then = (document.tokens.0.to_string() == known).then(|| document.tokens.1.clone());
    let result_id = remember(seen, now.clone());
    let Some(then) = then else {
        return Some(SemanticTokensFullDeltaResult::Tokens(SemanticTokens {
            result_id,
            data,
        }));
    };
    let token = 5;
    let same = |a: &[u32], b: &[u32]| a.iter().zip(b).take_while(|(a, b)| a == b).count() / token;
    let before = same(&then, &now);
    let most = (then.len().min(now.len()) / token) - before;
    let behind = (then.rchunks(token).zip(now.rchunks(token)))
        .take(most)
        .take_while(|(a, b)| a == b)
        .count();
    let edits = match then.len() == now.len() && before * token == now.len() {
        true => Vec::new(),
        false => vec![SemanticTokensEdit {
            start: (before * token) as u32,
            delete_count: (then.len() - (before + behind) * token) as u32,
            data: Some(data[before..data.len() - behind].to_vec()),
        }],
    };
    Some(SemanticTokensFullDeltaResult::TokensDelta(
        SemanticTokensDelta { result_id, edits },
    ))
}

/// Hints of a stretch.
pub fn hints(seen: &mut Seen<'_>, range: Range) -> Option<Vec<InlayHint>> {
    if !seen.desk.wishes.hints {
        return Some(Vec::new());
    }
    let span = convert::span(seen.file(), range, seen.desk.encoding);
    let one = |hint: inlay::Hint| InlayHint {
        position: convert::position(seen.file(), hint.at, seen.desk.encoding),
        label: InlayHintLabel::String(hint.label),
        kind: hint.ty.then_some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: hint
            .more
            .map(|more| InlayHintTooltip::MarkupContent(markdown(more))),
        padding_left: Some(!hint.ty),
        padding_right: None,
        data: None,
    };
    Some(
        inlay::hints(&seen.view(), span)
            .into_iter()
            .map(one)
            .collect(),
    )
}

/// Paths that a click may follow.
pub fn links(seen: &mut Seen<'_>) -> Option<Vec<DocumentLink>> {
    let folder = seen.read.paths.first()?.as_ref()?.parent()?.to_path_buf();
    let one = |link: links::Link| {
        let target = match &link.to {
            To::Path(path) => Url::from_file_path(tidy(&folder.join(path))).ok()?,
            To::Std(path) if seen.desk.can.std => Url::parse(&format!("rolloutc:/{path}")).ok()?,
            To::Std(_) => return None,
        };
        Some(DocumentLink {
            range: seen.range(link.span),
            target: Some(target),
            tooltip: None,
            data: None,
        })
    };
    Some(
        links::links(&seen.view())
            .into_iter()
            .filter_map(one)
            .collect(),
    )
}
