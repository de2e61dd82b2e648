//! Who hears of findings, and when: pushed with each edit until the editor pulls for the first time.

use std::collections::BTreeMap;

use tower_lsp::jsonrpc::Result;
use tower_lsp::lsp_types::*;

use super::desk::Desk;
use super::{Backend, findings, safely};

/// What the editor was told.
#[derive(Debug, Default)]
pub struct Published {
    /// The editor asks for diagnostics itself.
    pub pulled: bool,
    /// What was pushed last for each document.
    pub pushed: BTreeMap<Url, Vec<Diagnostic>>,
}

impl Backend {
    /// Checks a document, and those that use it, and tells the editor.
    pub(super) async fn publish(&self, desk: &mut Desk, changed: &Url) {
        let mut published = self.published.lock().await;
        if published.pulled {
            sweep(desk);
            return;
        }
        let Some(path) = desk.open.get(changed).map(|document| document.path.clone()) else {
            return;
        };
        let all: Vec<Url> = desk.open.keys().cloned().collect();
        let own = std::iter::once(changed).chain(all.iter().filter(|uri| *uri != changed));
        for uri in own {
            let Ok(Some(read)) = safely(|| desk.read(uri)) else {
                continue;
            };
            if uri != changed && !read.uses(&path) {
                continue;
            }
            let Ok(found) = safely(|| findings::diagnostics(desk, &read)) else {
                continue;
            };
            // An editor waits for the version it sent; others only hear what is new.
            if uri != changed && published.pushed.get(uri) == Some(&found) {
                continue;
            }
            let version = desk.open.get(uri).map(|document| document.version);
            published.pushed.insert(uri.clone(), found.clone());
            self.client
                .publish_diagnostics(uri.clone(), found, version)
                .await;
        }
        sweep(desk);
    }

    /// Takes back what was said of a document that is closed, and looks again at those that use it.
    pub(super) async fn withdraw(&self, desk: &mut Desk, closed: &Url) {
        let told = self.published.lock().await.pushed.remove(closed).is_some();
        if told {
            self.client
                .publish_diagnostics(closed.clone(), Vec::new(), None)
                .await;
        }
        self.publish_all(desk).await;
    }

    /// Looks again at every open document.
    pub(super) async fn publish_all(&self, desk: &mut Desk) {
        let all: Vec<Url> = desk.open.keys().cloned().collect();
        for uri in all {
            self.publish(desk, &uri).await;
        }
    }

    /// From now on the editor asks: what was pushed would stand twice.
    pub(super) async fn pulls(&self) {
        let mut published = self.published.lock().await;
        if published.pulled {
            return;
        }
        published.pulled = true;
        for (uri, found) in std::mem::take(&mut published.pushed) {
            if !found.is_empty() {
                self.client.publish_diagnostics(uri, Vec::new(), None).await;
            }
        }
    }

    /// Every policy of the workspace, one after the other; between two the editor may take its question back.
    pub(super) async fn whole_workspace(
        &self,
        params: WorkspaceDiagnosticParams,
    ) -> Result<WorkspaceDiagnosticReportResult> {
        let known: BTreeMap<Url, String> = (params.previous_result_ids.into_iter())
            .map(|known| (known.uri, known.value))
            .collect();
        let paths = self.ask_all(|desk| desk.policies()).await?;
        let token = params.work_done_progress_params.work_done_token;
        let count = paths.len().max(1);
        self.progress(
            &token,
            WorkDoneProgress::Begin(WorkDoneProgressBegin {
                title: "Checking policies".to_owned(),
                cancellable: Some(true),
                message: None,
                percentage: Some(0),
            }),
        )
        .await;
        let mut items = Vec::new();
        for (at, path) in paths.into_iter().enumerate() {
            let report = self
                .ask_all(|desk| {
                    let read = desk.read_path(&path)?;
                    let uri = desk.uri(&path)?;
                    let version = desk.open.get(&uri).map(|open| i64::from(open.version));
                    let known = known.get(&uri).map(String::as_str);
                    Some(findings::report(desk, &read, known).of(uri, version))
                })
                .await?;
            items.extend(report);
            self.progress(
                &token,
                WorkDoneProgress::Report(WorkDoneProgressReport {
                    cancellable: Some(true),
                    message: path
                        .file_name()
                        .map(|name| name.to_string_lossy().into_owned()),
                    percentage: Some(((at + 1) * 100 / count) as u32),
                }),
            )
            .await;
            tokio::task::yield_now().await;
        }
        self.progress(
            &token,
            WorkDoneProgress::End(WorkDoneProgressEnd { message: None }),
        )
        .await;
        Ok(WorkspaceDiagnosticReportResult::Report(
            WorkspaceDiagnosticReport { items },
        ))
    }

    /// Tells how far a long answer has come, where the editor asked for it.
    async fn progress(&self, token: &Option<ProgressToken>, value: WorkDoneProgress) {
        if let Some(token) = token.clone() {
            let value = ProgressParamsValue::WorkDone(value);
            self.client
                .send_notification::<notification::Progress>(ProgressParams { token, value })
                .await;
        }
    }
}

/// Lets go of what nobody asks any more, beside the work: in a large policy that takes a while.
fn sweep(desk: &mut Desk) {
    let gone = desk.take_gone();
    if !gone.is_empty() {
        tokio::task::spawn_blocking(move || drop(gone));
    }
}
