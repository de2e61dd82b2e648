//! The protocol: every message is handled alone, in the order it came, so edits cannot race. What is asked is answered
//! from `ide` by `server/answers`; a fault of ours costs one answer, not the session.

pub(crate) mod answers;
pub(crate) mod commands;
pub(crate) mod desk;
mod findings;
mod publish;
mod refresh;
mod wire;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::Mutex;
use tower_lsp::jsonrpc::{Error, ErrorCode, Result};
use tower_lsp::lsp_types::*;
use tower_lsp::{Client, LanguageServer, LspService, Server};

use crate::capabilities::Manners;
use crate::{Ended, Host, capabilities};
use answers::{Seen, across, act, names, shape, write};
use desk::Desk;
use publish::Published;
use refresh::Asker;
use wire::Ahead;

/// Serves one editor over standard input and output.
pub(crate) fn serve(host: Host) -> std::io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let agreed = Arc::new(AtomicBool::new(false));
    let (input, ahead) = wire::listen();
    runtime.block_on(async {
        let (service, socket) = LspService::build(|client| Backend {
            client,
            desk: Arc::new(Mutex::new(Desk::new(host))),
            published: Arc::new(Mutex::new(Published::default())),
            asker: Arc::new(Mutex::new(Asker::default())),
            ahead,
            manners: Arc::default(),
            agreed: agreed.clone(),
        })
        .custom_method("rolloutc/text", Backend::text)
        .finish();
        Server::new(input, tokio::io::stdout(), socket)
            .concurrency_level(1)
            .serve(service)
            .await;
    });
    runtime.shutdown_background();
    Ok(match agreed.load(Ordering::Relaxed) {
        true => Ended::AsAgreed,
        false => Ended::Abruptly,
    })
}

#[derive(Clone)]
struct Backend {
    client: Client,
    desk: Arc<Mutex<Desk>>,
    published: Arc<Mutex<Published>>,
    asker: Arc<Mutex<Asker>>,
    ahead: Ahead,
    manners: Arc<Mutex<Manners>>,
    agreed: Arc<AtomicBool>,
}

/// What is wrong with a question, in words.
fn refused(why: String) -> Error {
    Error {
        code: ErrorCode::InvalidParams,
        message: why.into(),
        data: None,
    }
}

/// Does something; a fault of ours becomes an error of this one answer.
fn safely<T>(work: impl FnOnce() -> T) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Error::internal_error())
}

impl Backend {
    /// Asks about a document; nothing where it is not known.
    async fn ask<T: Default>(&self, uri: &Url, work: impl FnOnce(&mut Seen<'_>) -> T) -> Result<T> {
        let mut desk = self.desk.lock().await;
        safely(|| match Seen::new(&mut desk, uri) {
            Some(mut seen) => work(&mut seen),
            None => T::default(),
        })
    }

    /// Asks about a document for something that may be refused.
    async fn try_to<T: Default>(
        &self,
        uri: &Url,
        work: impl FnOnce(&mut Seen<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut desk = self.desk.lock().await;
        safely(|| match Seen::new(&mut desk, uri) {
            Some(mut seen) => work(&mut seen),
            None => Ok(T::default()),
        })?
    }

    /// Asks about everything.
    async fn ask_all<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> Result<T> {
        let mut desk = self.desk.lock().await;
        safely(|| work(&mut desk))
    }

    /// Asks the editor for its settings, where it can be asked, and looks at everything anew. The answer must not be
    /// waited for while a message is handled: it may stand behind others.
    fn ask_settings(&self) {
        let me = self.clone();
        tokio::spawn(async move {
            let asked = ConfigurationItem {
                scope_uri: None,
                section: Some("rolloutc".to_owned()),
            };
            let Ok(said) = me.client.configuration(vec![asked]).await else {
                return;
            };
            let mut desk = me.desk.lock().await;
            let wishes = said
                .first()
                .map_or(desk.wishes, |said| capabilities::wishes(desk.wishes, said));
            if wishes != desk.wishes {
                desk.wishes = wishes;
                me.publish_all(&mut desk).await;
                me.refresh_all(&desk).await;
            }
        });
    }

    /// The text of a module or a page of the tool, by its address.
    async fn text(&self, params: Value) -> Result<Option<String>> {
        Ok(params["uri"].as_str().and_then(answers::tool::text))
    }
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        let mut desk = self.desk.lock().await;
        capabilities::learn(&mut desk.can, &params);
        *self.asker.lock().await = Asker::learn(&params);
        *self.manners.lock().await = capabilities::manners(&params);
        desk.encoding = capabilities::encoding(&params);
        desk.folders = capabilities::folders(&params);
        if let Some(options) = &params.initialization_options {
            desk.wishes = capabilities::wishes(desk.wishes, options);
        }
        Ok(capabilities::announce(desk.encoding))
    }

    async fn initialized(&self, _: InitializedParams) {
        let can = self.desk.lock().await.can;
        if can.watch {
            let client = self.client.clone();
            // The editor's answer must not be waited for here: it comes behind this very message.
            tokio::spawn(async move { client.register_capability(capabilities::watchers()).await });
        }
        if can.settings {
            self.ask_settings();
        }
    }

    async fn shutdown(&self) -> Result<()> {
        self.agreed.store(true, Ordering::Relaxed);
        Ok(())
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        let document = params.text_document;
        let mut desk = self.desk.lock().await;
        desk.open(document.uri.clone(), document.version, document.text);
        self.publish(&mut desk, &document.uri).await;
        self.refresh_users(&mut desk, &document.uri).await;
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        let document = params.text_document;
        let mut desk = self.desk.lock().await;
        desk.change(&document.uri, document.version, params.content_changes);
        // What a later edit changes again is not worth a look.
        if !self
            .ahead
            .is_outdated(document.uri.as_str(), document.version)
        {
            self.publish(&mut desk, &document.uri).await;
            self.refresh_users(&mut desk, &document.uri).await;
        }
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        let mut desk = self.desk.lock().await;
        self.publish(&mut desk, &params.text_document.uri).await;
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        let mut desk = self.desk.lock().await;
        desk.close(&params.text_document.uri);
        self.withdraw(&mut desk, &params.text_document.uri).await;
        self.refresh_all(&desk).await;
    }

    async fn did_change_watched_files(&self, _: DidChangeWatchedFilesParams) {
        let mut desk = self.desk.lock().await;
        desk.forget();
        self.publish_all(&mut desk).await;
        self.refresh_all(&desk).await;
    }

    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        let mut desk = self.desk.lock().await;
        let path = |folder: &WorkspaceFolder| folder.uri.to_file_path().ok();
        let gone: Vec<_> = params.event.removed.iter().filter_map(path).collect();
        desk.folders.retain(|folder| !gone.contains(folder));
        let new = params.event.added.iter().filter_map(path);
        desk.folders.extend(new.map(|folder| desk::tidy(&folder)));
    }

    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        let mut desk = self.desk.lock().await;
        if desk.can.settings {
            self.ask_settings();
        }
        desk.wishes = capabilities::wishes(desk.wishes, &params.settings);
        self.publish_all(&mut desk).await;
        self.refresh_all(&desk).await;
    }

    async fn diagnostic(
        &self,
        params: DocumentDiagnosticParams,
    ) -> Result<DocumentDiagnosticReportResult> {
        self.pulls().await;
        let known = params.previous_result_id;
        let report = self
            .ask(&params.text_document.uri, |seen| {
                findings::report(seen.desk, &seen.read, known.as_deref())
            })
            .await?;
        Ok(DocumentDiagnosticReportResult::Report(report.into()))
    }

    async fn workspace_diagnostic(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        self.pulls().await;
        self.whole_workspace(params).await
    }

    async fn hover(&self, params: HoverParams) -> Result<Option<Hover>> {
        let at = params.text_document_position_params;
        self.ask(&at.text_document.uri, |seen| {
            names::hover(seen, at.position)
        })
        .await
    }

    async fn goto_definition(
        &self,
        params: GotoDefinitionParams,
    ) -> Result<Option<GotoDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(&at.text_document.uri, |seen| {
            names::definition(seen, at.position)
        })
        .await
    }

    async fn goto_declaration(
        &self,
        params: request::GotoDeclarationParams,
    ) -> Result<Option<request::GotoDeclarationResponse>> {
        let at = params.text_document_position_params;
        self.ask(&at.text_document.uri, |seen| {
            names::declaration(seen, at.position)
        })
        .await
    }

    async fn goto_type_definition(
        &self,
        params: request::GotoTypeDefinitionParams,
    ) -> Result<Option<request::GotoTypeDefinitionResponse>> {
        let at = params.text_document_position_params;
        self.ask(&at.text_document.uri, |seen| {
            names::type_definition(seen, at.position)
        })
        .await
    }

    async fn references(&self, params: ReferenceParams) -> Result<Option<Vec<Location>>> {
        let at = params.text_document_position;
        let declaration = params.context.include_declaration;
        self.ask(&at.text_document.uri, |seen| {
            across::references(seen, at.position, declaration)
        })
        .await
    }

    async fn document_highlight(
        &self,
        params: DocumentHighlightParams,
    ) -> Result<Option<Vec<DocumentHighlight>>> {
        let at = params.text_document_position_params;
        self.ask(&at.text_document.uri, |seen| {
            names::highlights(seen, at.position)
        })
        .await
    }

    async fn prepare_rename(
        &self,
        at: TextDocumentPositionParams,
    ) -> Result<Option<PrepareRenameResponse>> {
        self.try_to(&at.text_document.uri, |seen| {
            across::prepare(seen, at.position)
        })
        .await
    }

    async fn rename(&self, params: RenameParams) -> Result<Option<WorkspaceEdit>> {
        let at = params.text_document_position;
        let asks = self.manners.lock().await.asks;
        let done = self
            .try_to(&at.text_document.uri, |seen| {
                across::rename(seen, at.position, &params.new_name, asks)
            })
            .await?;
        let Some((edit, outside)) = done else {
            return Ok(None);
        };
        // Where nobody is asked, it is said.
        if let Some(outside) = outside.filter(|_| !asks) {
            self.client
                .show_message(MessageType::WARNING, outside)
                .await;
        }
        Ok(Some(edit))
    }

    async fn document_symbol(
        &self,
        params: DocumentSymbolParams,
    ) -> Result<Option<DocumentSymbolResponse>> {
        self.ask(&params.text_document.uri, shape::outline).await
    }

    async fn symbol(
        &self,
        params: WorkspaceSymbolParams,
    ) -> Result<Option<Vec<SymbolInformation>>> {
        self.ask_all(|desk| Some(across::symbols(desk, &params.query)))
            .await
    }

    async fn folding_range(&self, params: FoldingRangeParams) -> Result<Option<Vec<FoldingRange>>> {
        self.ask(&params.text_document.uri, shape::folds).await
    }

    async fn selection_range(
        &self,
        params: SelectionRangeParams,
    ) -> Result<Option<Vec<SelectionRange>>> {
        self.ask(&params.text_document.uri, |seen| {
            shape::selections(seen, &params.positions)
        })
        .await
    }

    async fn semantic_tokens_full(
        &self,
        params: SemanticTokensParams,
    ) -> Result<Option<SemanticTokensResult>> {
        self.ask(&params.text_document.uri, shape::colours).await
    }

    async fn semantic_tokens_range(
        &self,
        params: SemanticTokensRangeParams,
    ) -> Result<Option<SemanticTokensRangeResult>> {
        self.ask(&params.text_document.uri, |seen| {
            shape::some_colours(seen, params.range)
        })
        .await
    }

    async fn semantic_tokens_full_delta(
        &self,
        params: SemanticTokensDeltaParams,
    ) -> Result<Option<SemanticTokensFullDeltaResult>> {
        self.ask(&params.text_document.uri, |seen| {
            shape::new_colours(seen, &params.previous_result_id)
        })
        .await
    }

    async fn inlay_hint(&self, params: InlayHintParams) -> Result<Option<Vec<InlayHint>>> {
        self.ask(&params.text_document.uri, |seen| {
            shape::hints(seen, params.range)
        })
        .await
    }

    async fn document_link(&self, params: DocumentLinkParams) -> Result<Option<Vec<DocumentLink>>> {
        self.ask(&params.text_document.uri, shape::links).await
    }

    async fn completion(&self, params: CompletionParams) -> Result<Option<CompletionResponse>> {
        let at = params.text_document_position;
        self.ask(&at.text_document.uri, |seen| {
            write::complete(seen, at.position)
        })
        .await
    }

    async fn completion_resolve(&self, item: CompletionItem) -> Result<CompletionItem> {
        self.ask_all(|desk| write::resolve(desk, item)).await
    }

    async fn signature_help(&self, params: SignatureHelpParams) -> Result<Option<SignatureHelp>> {
        let at = params.text_document_position_params;
        self.ask(&at.text_document.uri, |seen| {
            write::signature(seen, at.position)
        })
        .await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ask(&params.text_document.uri, write::format).await
    }

    async fn range_formatting(
        &self,
        params: DocumentRangeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        self.ask(&params.text_document.uri, |seen| {
            write::format_range(seen, params.range)
        })
        .await
    }

    async fn on_type_formatting(
        &self,
        params: DocumentOnTypeFormattingParams,
    ) -> Result<Option<Vec<TextEdit>>> {
        let at = params.text_document_position;
        self.ask(&at.text_document.uri, |seen| {
            write::format_typed(seen, at.position, &params.ch)
        })
        .await
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        let later = self.manners.lock().await.later;
        self.ask(&params.text_document.uri, |seen| {
            act::actions(seen, params.range, params.context.only.as_deref(), later)
        })
        .await
    }

    async fn code_action_resolve(&self, action: CodeAction) -> Result<CodeAction> {
        let done = self.ask_all(|desk| act::resolve(desk, action)).await?;
        done.map_err(refused)
    }

    async fn code_lens(&self, params: CodeLensParams) -> Result<Option<Vec<CodeLens>>> {
        self.ask(&params.text_document.uri, act::lenses).await
    }

    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        let done = self
            .ask_all(|desk| commands::run_command(desk, &params.command, &params.arguments))
            .await?;
        done.map(Some).map_err(refused)
    }
}
