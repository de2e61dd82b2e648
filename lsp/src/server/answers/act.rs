//! What can be done: actions at a place, lenses above declarations.

use serde_json::json;
use tower_lsp::lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeLens, Command, Range, Url,
};

use rolloutc_compiler::fmt;
use rolloutc_compiler::source::Span;

use super::super::desk::{Desk, view};
use super::super::{commands, findings};
use super::trial::Trial;
use super::{Seen, across};
use crate::convert;
use crate::ide::actions::{self, Action, Kind, tests_for};
use crate::ide::lenses::{self, Ask};

/// The kinds of actions that are announced.
pub fn kinds() -> Vec<CodeActionKind> {
    vec![
        CodeActionKind::QUICKFIX,
        CodeActionKind::REFACTOR,
        CodeActionKind::REFACTOR_EXTRACT,
        CodeActionKind::SOURCE,
        CodeActionKind::SOURCE_FIX_ALL,
    ]
}

/// Everything that can be done in a range; of some kinds only, where they are asked for. An editor that chooses first and asks
/// then is told the edits that take a while when it does.
pub fn actions(
    seen: &mut Seen<'_>,
    range: Range,
    only: Option<&[CodeActionKind]>,
    later: bool,
) -> Option<Vec<CodeActionOrCommand>> {
    let span = convert::span(seen.file(), range, seen.desk.encoding);
    let read = seen.read.clone();
    let own: Vec<_> = (read.findings.iter())
        .filter(|found| found.primary.file == crate::ide::HERE)
        .cloned()
        .collect();
    let shown = findings::diagnostics(seen.desk, &read);
    let mut out = Vec::new();
    let mut all = actions::actions(&seen.view(), span, &own);
    let test = wanted(only, &CodeActionKind::REFACTOR) && !later;
    if test {
        let trial = Trial::new(seen);
        all.extend(trial.and_then(|mut trial| tests_for::gate(&view(&read), span, &mut trial)));
    }
    for action in all {
        let kind = match action.kind {
            Kind::Fix => CodeActionKind::QUICKFIX,
            Kind::Extract => CodeActionKind::REFACTOR_EXTRACT,
            Kind::Write => CodeActionKind::REFACTOR,
            Kind::All => CodeActionKind::SOURCE_FIX_ALL,
        };
        if !wanted(only, &kind) || action.kind == Kind::All && only.is_none() && out.is_empty() {
            continue;
        }
        let diagnostics = action.mends.and_then(|at| shown.get(at)).cloned();
        let best = action.best;
        out.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: action.title.clone(),
            kind: Some(kind),
            diagnostics: diagnostics.map(|one| vec![one]),
            edit: Some(edit(seen, action)?),
            is_preferred: best.then_some(true),
            ..CodeAction::default()
        }));
    }
    if later && wanted(only, &CodeActionKind::REFACTOR) {
        let title = tests_for::title(&seen.view(), span);
        out.extend(title.map(|title| {
            CodeActionOrCommand::CodeAction(CodeAction {
                title,
                kind: Some(CodeActionKind::REFACTOR),
                data: Some(json!({ "uri": seen.uri, "at": span.start })),
                ..CodeAction::default()
            })
        }));
    }
    if wanted(only, &CodeActionKind::SOURCE) {
        out.extend(source(seen, span, only.is_some()));
    }
    Some(out)
}

/// An action with its edit, for editors that ask for it when it was chosen.
pub fn resolve(desk: &mut Desk, mut action: CodeAction) -> Result<CodeAction, String> {
    let Some(data) = action.data.take() else {
        return Ok(action);
    };
    let uri = data["uri"].as_str().and_then(|uri| Url::parse(uri).ok());
    let at = data["at"].as_u64().and_then(|at| u32::try_from(at).ok());
    let (Some(uri), Some(at)) = (uri, at) else {
        return Ok(action);
    };
    let mut seen = Seen::new(desk, &uri).ok_or("this document is not known")?;
    let read = seen.read.clone();
    let trial = Trial::new(&mut seen);
    let found = trial.and_then(|mut trial| tests_for::gate(&view(&read), Span::at(at), &mut trial));
    let found = found.ok_or("no test that passes could be found: nothing that the policy's fixtures give shows this gate")?;
    action.edit = edit(&mut seen, found);
    Ok(action)
}

fn wanted(only: Option<&[CodeActionKind]>, kind: &CodeActionKind) -> bool {
    only.is_none_or(|only| {
        only.iter().any(|one| {
            let rest = kind.as_str().strip_prefix(one.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    })
}

fn edit(seen: &mut Seen<'_>, action: Action) -> Option<tower_lsp::lsp_types::WorkspaceEdit> {
    let path = seen.read.paths.first()?.clone()?;
    Some(across::workspace_edit(
        seen.desk,
        vec![(path, action.edits)],
    ))
}

/// What is asked of the server as a command: tests; and a schema from a sample, where it is asked for or no declaration
/// stands: files are read for it.
fn source(seen: &mut Seen<'_>, span: Span, asked: bool) -> Vec<CodeActionOrCommand> {
    let mut out: Vec<CodeActionOrCommand> = Vec::new();
    for lens in lenses::lenses(&seen.view()) {
        let line = |at: u32| seen.file().line(at);
        if line(lens.span.start) == line(span.start) {
            let command = command(&seen.uri, &lens.title, &lens.ask);
            out.push(CodeActionOrCommand::CodeAction(CodeAction {
                title: lens.title,
                kind: Some(CodeActionKind::SOURCE),
                command: Some(command),
                ..CodeAction::default()
            }));
        }
    }
    if !asked && seen.view().decl_at(span.start).is_some() {
        return out;
    }
    for (file, text) in samples(seen) {
        let Some(path) = seen.read.paths.first().cloned().flatten() else {
            continue;
        };
        let end = seen.file().text.len() as u32;
        let text = match fmt::format(&text) {
            Ok(done) => done.text,
            Err(_) => text,
        };
        let edits = vec![(Span::at(end), format!("\n{text}"))];
        let edit = across::workspace_edit(seen.desk, vec![(path, edits)]);
        out.push(CodeActionOrCommand::CodeAction(CodeAction {
            title: format!("Declare evidence as in {file}"),
            kind: Some(CodeActionKind::SOURCE),
            edit: Some(edit),
            ..CodeAction::default()
        }));
    }
    out
}

/// Declarations for the JSON files beside a policy that no evidence is read from.
fn samples(seen: &Seen<'_>) -> Vec<(String, String)> {
    const MOST: usize = 8;
    let Some(folder) = seen.read.paths.first().cloned().flatten() else {
        return Vec::new();
    };
    let Some(folder) = folder.parent().map(std::path::Path::to_path_buf) else {
        return Vec::new();
    };
    let mut names: Vec<String> = Vec::new();
    for below in ["", "evidence"] {
        let entries = std::fs::read_dir(folder.join(below)).into_iter().flatten();
        for entry in entries.filter_map(Result::ok).take(200) {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".json") && name != "bundle.json" {
                names.push(match below {
                    "" => name,
                    below => format!("{below}/{name}"),
                });
            }
        }
    }
    names.sort();
    let text = &seen.file().text;
    let fresh = names.into_iter().filter(|name| {
        let item = crate::ide::sample::item(name);
        let module = seen.read.analysis.modules.first();
        let known = module.is_some_and(|module| module.names.contains_key(item.as_str()));
        !known && !text.contains(name.as_str())
    });
    fresh
        .take(MOST)
        .filter_map(|name| Some((name.clone(), commands::sample(&folder, &name).ok()?)))
        .collect()
}

fn command(uri: &Url, title: &str, ask: &Ask) -> Command {
    let (name, rest) = match ask {
        Ask::Test(title) => (commands::TEST, Some(json!(title))),
        Ask::Tests => (commands::TEST, None),
        Ask::Fixture(name) => (commands::DECIDE, Some(json!(name))),
        Ask::Why(name) => (commands::WHY, Some(json!(name))),
    };
    let mut arguments = vec![json!(uri)];
    arguments.extend(rest);
    Command::new(title.to_owned(), name.to_owned(), Some(arguments))
}

/// What stands above declarations.
pub fn lenses(seen: &mut Seen<'_>) -> Option<Vec<CodeLens>> {
    if !seen.desk.wishes.lenses {
        return Some(Vec::new());
    }
    let one = |lens: lenses::Lens| CodeLens {
        range: seen.range(lens.span),
        command: Some(command(&seen.uri, &lens.title, &lens.ask)),
        data: None,
    };
    Some(lenses::lenses(&seen.view()).into_iter().map(one).collect())
}
