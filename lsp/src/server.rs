//! The protocol: documents, their analysis, and answers. Requests are handled one at a time, in the order they
//! arrive, so edits cannot race. Reads local modules from disk; writes nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use tokio::sync::Mutex;
use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::{
    Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DidChangeTextDocumentParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, Hover, HoverContents, HoverParams,
    InitializeParams, InitializeResult, Location, MarkupContent, MarkupKind, NumberOrString, Url,
};
use tower_lsp::{Client, LanguageServer, LspService, Server};

use rolloutc_compiler::analysis::{self, Analysis, Workspace};
use rolloutc_compiler::diagnostic::{self, Severity};
use rolloutc_compiler::source::{FileId, SourceFile};

use crate::capabilities;
use crate::convert::{self, Encoding};
use crate::ide;

/// Serves one editor over standard input and output.
pub(crate) fn serve() -> std::io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(async {
        let (service, socket) = LspService::new(|client| Backend {
            client,
            state: Mutex::new(State::default()),
        });
        Server::new(tokio::io::stdin(), tokio::io::stdout(), socket)
            .concurrency_level(1)
            .serve(service)
            .await;
    });
    // An editor may leave the pipe open behind its `exit`; nobody waits for what it does not write.
    runtime.shutdown_background();
    Ok(())
}

struct Backend {
    client: Client,
    state: Mutex<State>,
}

/// What the server knows of one editor.
struct State {
    encoding: Encoding,
    open: BTreeMap<Url, Document>,
}

struct Document {
    version: i32,
    text: String,
}

impl Default for State {
    fn default() -> State {
        State {
            encoding: Encoding::Utf16,
            open: BTreeMap::new(),
        }
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let encoding = capabilities::encoding(&params);
        self.state.lock().await.encoding = encoding;
        Ok(capabilities::announce(encoding))
    }

    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let mut state = self.state.lock().await;
        state.open.insert(
            document.uri,
            Document {
                version: document.version,
                text: document.text,
            },
        );
        self.publish(&state).await;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let mut state = self.state.lock().await;
        let encoding = state.encoding;
        let Some(document) = state.open.get_mut(&params.text_document.uri) else {
            return;
        };
        for change in params.content_changes {
            match change.range {
                None => document.text = change.text,
                Some(range) => {
                    let start = convert::offset(&document.text, range.start, encoding) as usize;
                    let end = convert::offset(&document.text, range.end, encoding) as usize;
                    document
                        .text
                        .replace_range(start..end.max(start), &change.text);
                }
            }
        }
        document.version = params.text_document.version;
        self.publish(&state).await;
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let mut state = self.state.lock().await;
        let uri = params.text_document.uri;
        if state.open.remove(&uri).is_some() {
            self.client.publish_diagnostics(uri, Vec::new(), None).await;
            self.publish(&state).await;
        }
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let place = params.text_document_position_params;
        let state = self.state.lock().await;
        let Some(document) = state.open.get(&place.text_document.uri) else {
            return Ok(None);
        };
        let offset = convert::offset(&document.text, place.position, state.encoding);
        Ok(
            ide::hover::hover(&document.text, offset).map(|shown| Hover {
                contents: HoverContents::Markup(MarkupContent {
                    kind: MarkupKind::Markdown,
                    value: shown.markdown,
                }),
                range: Some(convert::range(&document.text, shown.span, state.encoding)),
            }),
        )
    }
}

impl Backend {
    /// Checks every open document anew (a module's edit may break its users) and tells the editor.
    async fn publish(&self, state: &State) {
        for (uri, document) in &state.open {
            let findings = state.findings(uri, document);
            self.client
                .publish_diagnostics(uri.clone(), findings, Some(document.version))
                .await;
        }
    }
}

impl State {
    fn findings(&self, uri: &Url, document: &Document) -> Vec<Diagnostic> {
        let (analysis, name, folder) = self.analyse(uri, document);
        analysis
            .diagnostics
            .iter()
            .filter(|finding| {
                file(&analysis, finding.primary.file).is_some_and(|file| *file.name == *name)
            })
            .map(|finding| self.show(&analysis, finding, uri, &folder))
            .collect()
    }

    /// The document together with the local modules it reaches, open ones as the editor has them.
    fn analyse(&self, uri: &Url, document: &Document) -> (Analysis, String, PathBuf) {
        let path = uri
            .to_file_path()
            .unwrap_or_else(|()| PathBuf::from("policy.rollout"));
        let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
        let name = path.file_name().map_or_else(
            || "policy.rollout".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        );
        let mut workspace = Workspace::new();
        let mut wanted = analysis::wanted(&name, &document.text);
        workspace.insert(&name, document.text.clone());
        let mut seen = vec![name.clone()];
        while let Some(next) = wanted.pop() {
            if seen.contains(&next) {
                continue;
            }
            seen.push(next.clone());
            let file = folder.join(&next);
            let open = Url::from_file_path(&file)
                .ok()
                .and_then(|uri| self.open.get(&uri))
                .map(|open| open.text.clone());
            if let Some(text) = open.or_else(|| std::fs::read_to_string(&file).ok()) {
                wanted.extend(analysis::wanted(&next, &text));
                workspace.insert(&next, text);
            }
        }
        (analysis::analyse(&workspace, &name), name, folder)
    }

    fn show(
        &self,
        analysis: &Analysis,
        finding: &diagnostic::Diagnostic,
        uri: &Url,
        folder: &Path,
    ) -> Diagnostic {
        let place = |label: &diagnostic::Label| {
            let file = file(analysis, label.file)?;
            let uri = if label.file == finding.primary.file {
                uri.clone()
            } else {
                Url::from_file_path(folder.join(&*file.name)).ok()?
            };
            Some(Location::new(
                uri,
                convert::range(&file.text, label.span, self.encoding),
            ))
        };
        let related = finding
            .secondary
            .iter()
            .filter_map(|label| {
                Some(DiagnosticRelatedInformation {
                    location: place(label)?,
                    message: label.text.clone(),
                })
            })
            .collect::<Vec<_>>();
        let mut message = finding.message.clone();
        for line in std::iter::once(&finding.primary.text)
            .chain(&finding.notes)
            .filter(|line| !line.is_empty())
        {
            message.push('\n');
            message.push_str(line);
        }
        Diagnostic {
            range: place(&finding.primary)
                .map(|place| place.range)
                .unwrap_or_default(),
            severity: Some(match finding.severity {
                Severity::Error => DiagnosticSeverity::ERROR,
                Severity::Warning => DiagnosticSeverity::WARNING,
                Severity::Info => DiagnosticSeverity::INFORMATION,
            }),
            code: Some(NumberOrString::String(finding.code.to_owned())),
            source: Some("rolloutc".to_owned()),
            message,
            related_information: (!related.is_empty()).then_some(related),
            ..Diagnostic::default()
        }
    }
}

/// The file of an analysis by its number.
fn file(analysis: &Analysis, id: FileId) -> Option<&SourceFile> {
    analysis.files.get(id.0 as usize)
}
