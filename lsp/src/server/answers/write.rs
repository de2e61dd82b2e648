//! What helps while one writes: completion, signatures, formatting.

use serde_json::json;
use tower_lsp::lsp_types::{
    CompletionItem, CompletionItemKind, CompletionList, CompletionResponse, CompletionTextEdit,
    Documentation, InsertTextFormat, InsertTextMode, ParameterInformation, ParameterLabel,
    Position, Range, SignatureHelp, SignatureInformation, TextEdit, Url,
};

use rolloutc_compiler::fmt;
use rolloutc_compiler::source::{SourceFile, Span};

use super::super::desk::{Desk, now, view};
use super::Seen;
use super::names::markdown;
use crate::convert;
use crate::ide::complete::{self, Item, What};
use crate::ide::names::Kind;
use crate::ide::{View, signature};

/// What may stand at a position.
pub fn complete(seen: &mut Seen<'_>, position: Position) -> Option<CompletionResponse> {
    let offset = seen.offset(position);
    let read = seen.read.clone();
    let path = read.paths.first()?.clone()?;
    let desk = &mut *seen.desk;
    let list = complete::complete(&view(&read), offset, &mut |text| {
        let texts = [(path.clone(), text.to_owned())];
        desk.imagine(&path, &texts).map(|read| read.analysis)
    });
    let range = seen.range(list.span);
    let snippets = seen.desk.can.snippets;
    let items = list.items.into_iter().enumerate();
    let items = items.map(|(at, item)| one(&seen.uri, at, item, range, snippets));
    Some(CompletionResponse::List(CompletionList {
        is_incomplete: false,
        items: items.collect(),
    }))
}

fn one(uri: &Url, at: usize, item: Item, range: Range, snippets: bool) -> CompletionItem {
    let snippet = item.snippet && snippets;
    let text = match item.snippet && !snippets {
        true => item.label.clone(),
        false => item.text,
    };
    let data = match &item.doc {
        Some(_) => json!({ "uri": uri, "label": item.label, "what": "doc" }),
        None => json!({ "uri": uri, "label": item.label, "what": "name" }),
    };
    CompletionItem {
        label: item.label,
        kind: Some(kind(item.what)),
        detail: (!item.detail.is_empty()).then_some(item.detail),
        sort_text: Some(format!("{at:05}")),
        insert_text_format: Some(match snippet {
            true => InsertTextFormat::SNIPPET,
            false => InsertTextFormat::PLAIN_TEXT,
        }),
        insert_text_mode: snippet.then_some(InsertTextMode::ADJUST_INDENTATION),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit::new(range, text))),
        documentation: (item.doc).map(|doc| Documentation::MarkupContent(markdown(doc))),
        data: Some(data),
        ..CompletionItem::default()
    }
}

fn kind(what: What) -> CompletionItemKind {
    match what {
        What::Keyword => CompletionItemKind::KEYWORD,
        What::Type => CompletionItemKind::TYPE_PARAMETER,
        What::Unit => CompletionItemKind::UNIT,
        What::Value => CompletionItemKind::CONSTANT,
        What::Module => CompletionItemKind::MODULE,
        What::Name(kind) => match kind {
            Kind::Module => CompletionItemKind::MODULE,
            Kind::Owner => CompletionItemKind::CONSTANT,
            Kind::Enum => CompletionItemKind::ENUM,
            Kind::Member => CompletionItemKind::ENUM_MEMBER,
            Kind::Record => CompletionItemKind::STRUCT,
            Kind::Field | Kind::Label => CompletionItemKind::FIELD,
            Kind::Value | Kind::Param | Kind::Local | Kind::Tool => CompletionItemKind::VARIABLE,
            Kind::Function => CompletionItemKind::FUNCTION,
            Kind::Folder => CompletionItemKind::FOLDER,
            Kind::Fixture => CompletionItemKind::FILE,
            Kind::Evidence | Kind::Rollout => CompletionItemKind::INTERFACE,
            Kind::Threshold | Kind::Gate | Kind::Group | Kind::Approval => {
                CompletionItemKind::METHOD
            }
            Kind::Calendar | Kind::Trigger | Kind::Procedure => CompletionItemKind::EVENT,
            Kind::Phase => CompletionItemKind::CLASS,
            Kind::Message | Kind::Report => CompletionItemKind::TEXT,
        },
    }
}

/// An item with all that is known of its name.
pub fn resolve(desk: &mut Desk, mut item: CompletionItem) -> CompletionItem {
    let Some(data) = item.data.clone() else {
        return item;
    };
    let uri = data["uri"].as_str().and_then(|uri| Url::parse(uri).ok());
    if data["what"] != "name" || item.documentation.is_some() {
        return item;
    }
    let Some(read) = uri.and_then(|uri| desk.read(&uri)) else {
        return item;
    };
    let view = View::new(&read.analysis, now());
    let named = (view.named()).find(|(_, name)| *name.text == *item.label);
    if let Some((_, name)) = named
        && let Some(page) = crate::ide::hover::hover(&view, name.span.start)
    {
        item.documentation = Some(Documentation::MarkupContent(markdown(page.markdown)));
    }
    item
}

/// The call around a position.
pub fn signature(seen: &mut Seen<'_>, position: Position) -> Option<SignatureHelp> {
    let offset = seen.offset(position);
    let found = signature::signature(&seen.view(), offset)?;
    // Offsets in a label are counted in UTF-16, whatever positions are counted in.
    let units = |at: u32| {
        let before = found.label.get(..at as usize).unwrap_or_default();
        before.chars().map(char::len_utf16).sum::<usize>() as u32
    };
    let parameters = found.params.iter().map(|span| ParameterInformation {
        label: ParameterLabel::LabelOffsets([units(span.start), units(span.end)]),
        documentation: None,
    });
    Some(SignatureHelp {
        signatures: vec![SignatureInformation {
            label: found.label.clone(),
            documentation: (!found.doc.is_empty())
                .then(|| Documentation::MarkupContent(markdown(found.doc.clone()))),
            parameters: Some(parameters.collect()),
            active_parameter: Some(found.active),
        }],
        active_signature: Some(0),
        active_parameter: Some(found.active),
    })
}

/// The edits that put a document into the one style: only lines that differ.
pub fn format(seen: &mut Seen<'_>) -> Option<Vec<TextEdit>> {
    let text = seen.file().text.clone();
    let done = fmt::format(&text).ok()?;
    let whole = Span::new(0, text.len() as u32);
    Some(edits(seen, &text, vec![(whole, done.text)]))
}

/// The edits for the declarations that a range touches.
pub fn format_range(seen: &mut Seen<'_>, range: Range) -> Option<Vec<TextEdit>> {
    let text = seen.file().text.clone();
    let span = convert::span(seen.file(), range, seen.desk.encoding);
    let done = fmt::format_range(&text, span).ok()?;
    Some(edits(seen, &text, done))
}

/// What a typed brace or line end sets right: the declaration that it ends, or the indentation of a new line.
pub fn format_typed(seen: &mut Seen<'_>, position: Position, typed: &str) -> Option<Vec<TextEdit>> {
    let offset = seen.offset(position);
    let text = seen.file().text.clone();
    let view = seen.view();
    let decl = view.decl_at(offset.saturating_sub(1));
    if typed == "}" {
        let decl = decl.filter(|decl| !decl.tainted && decl.span.end == offset)?;
        let done = fmt::format_range(&text, decl.span).ok()?;
        return Some(edits(seen, &text, done));
    }
    let file = seen.file();
    let line = file.line_span(position.line);
    let said = line.text(&file.text);
    let before = text.get(..line.start as usize)?.trim_end();
    // A new line in braces that are open is indented, if it is empty.
    let open = decl_open(before);
    if said.trim().is_empty() && open > 0 && said.len() < 2 {
        let edit = seen.desk.edit(file, line, "  ".repeat(open));
        return Some(vec![edit]);
    }
    Some(Vec::new())
}

/// How many braces are open at the end of a text, from its last line in column one on.
fn decl_open(before: &str) -> usize {
    let start = before
        .rmatch_indices('\n')
        .map(|(at, _)| at + 1)
        .chain([0])
        .find(|at| before[*at..].starts_with(|c: char| c.is_ascii_alphabetic()))
        .unwrap_or(0);
    let mut open = 0_usize;
    for line in before[start..].lines() {
        let mut quoted = false;
        for letter in line.split("//").next().unwrap_or_default().chars() {
            match letter {
                '"' => quoted = !quoted,
                '{' if !quoted => open += 1,
                '}' if !quoted => open = open.saturating_sub(1),
                _ => {}
            }
        }
    }
    open
}

/// Edits without what is the same at their ends, line by line, so that cursors and marks stay.
fn edits(seen: &Seen<'_>, text: &str, all: Vec<(Span, String)>) -> Vec<TextEdit> {
    let file: &SourceFile = seen.file();
    let mut out = Vec::new();
    for (span, new) in all {
        let old = span.text(text);
        if old == new {
            continue;
        }
        let same = |a: &mut dyn Iterator<Item = &str>, b: &mut dyn Iterator<Item = &str>| {
            a.zip(b)
                .take_while(|(a, b)| a == b)
                .map(|(a, _)| a.len())
                .sum::<usize>()
        };
        let before = same(
            &mut old.split_inclusive('\n'),
            &mut new.split_inclusive('\n'),
        );
        let (old_rest, new_rest) = (&old[before..], &new[before..]);
        let lines = |text: &'_ str| -> Vec<String> {
            text.split_inclusive('\n').map(str::to_owned).collect()
        };
        let (a, b) = (lines(old_rest), lines(new_rest));
        let behind: usize = (a.iter().rev().zip(b.iter().rev()))
            .take_while(|(a, b)| a == b)
            .map(|(a, _)| a.len())
            .sum();
        let start = span.start + before as u32;
        let end = span.end - behind as u32;
        let with = new_rest[..new_rest.len() - behind].to_owned();
        out.push(seen.desk.edit(file, Span::new(start, end), with));
    }
    out
}
