//! Editors that keep what they were shown are asked to ask again, when something else than their own edit changed it. Knows
//! who wants that, and of what; knows nothing of what the answers will be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tower_lsp::Client;
use tower_lsp::lsp_types::{InitializeParams, Url};

use super::desk::Desk;
use super::{Backend, safely};

/// What an editor can be asked to ask for again.
#[derive(Clone, Copy, Debug, Default)]
pub struct Again {
    hints: bool,
    lenses: bool,
    colours: bool,
    findings: bool,
}

/// No question is under way.
const IDLE: u8 = 0;
/// The editor was asked and has not answered.
const ASKED: u8 = 1;
/// And something changed since.
const ASK_ANEW: u8 = 2;

/// Asks one editor, never twice at once: what comes while it is busy is said in one go when it has answered.
#[derive(Clone, Debug, Default)]
pub struct Asker {
    can: Again,
    state: Arc<AtomicU8>,
    /// Findings are among what it is to ask for.
    findings: Arc<AtomicBool>,
}

impl Asker {
    /// One that asks for what the editor says that it can be asked for.
    pub fn learn(params: &InitializeParams) -> Asker {
        let Some(space) = params.capabilities.workspace.as_ref() else {
            return Asker::default();
        };
        let yes = |said: Option<Option<bool>>| said.flatten().unwrap_or(false);
        let hints = space.inlay_hint.as_ref().map(|one| one.refresh_support);
        let lenses = space.code_lens.as_ref().map(|one| one.refresh_support);
        let colours = space
            .semantic_tokens
            .as_ref()
            .map(|one| one.refresh_support);
        let findings = space.diagnostic.as_ref().map(|one| one.refresh_support);
        Asker {
            can: Again {
                hints: yes(hints),
                lenses: yes(lenses),
                colours: yes(colours),
                findings: yes(findings),
            },
            ..Asker::default()
        }
    }

    /// Asks; its answers must not be waited for while a message is handled.
    fn ask(&self, client: &Client, findings: bool) {
        let Again {
            hints,
            lenses,
            colours,
            ..
        } = self.can;
        let findings = findings && self.can.findings;
        if !(hints || lenses || colours || findings) {
            return;
        }
        self.findings.fetch_or(findings, Ordering::Relaxed);
        if self.state.swap(ASK_ANEW, Ordering::Relaxed) != IDLE {
            return;
        }
        let (me, client) = (self.clone(), client.clone());
        tokio::spawn(async move {
            while me.state.swap(ASKED, Ordering::Relaxed) == ASK_ANEW {
                // An editor that refuses has its reasons.
                if me.findings.swap(false, Ordering::Relaxed) {
                    let _ = client.workspace_diagnostic_refresh().await;
                }
                if hints {
                    let _ = client.inlay_hint_refresh().await;
                }
                if lenses {
                    let _ = client.code_lens_refresh().await;
                }
                if colours {
                    let _ = client.semantic_tokens_refresh().await;
                }
                let done =
                    me.state
                        .compare_exchange(ASKED, IDLE, Ordering::Relaxed, Ordering::Relaxed);
                if done.is_ok() {
                    break;
                }
            }
        });
    }
}

impl Backend {
    /// One document changed: what others show that use it may have changed too.
    pub(super) async fn refresh_users(&self, desk: &mut Desk, changed: &Url) {
        let Some(path) = desk.open.get(changed).map(|one| one.path.clone()) else {
            return;
        };
        let others: Vec<Url> = desk
            .open
            .keys()
            .filter(|uri| *uri != changed)
            .cloned()
            .collect();
        let used = others
            .iter()
            .any(|uri| matches!(safely(|| desk.read(uri)), Ok(Some(read)) if read.uses(&path)));
        if used {
            let findings = self.published.lock().await.pulled;
            self.asker.lock().await.ask(&self.client, findings);
        }
    }

    /// Files, folders or settings changed: everything that is shown may have.
    pub(super) async fn refresh_all(&self, desk: &Desk) {
        if !desk.open.is_empty() {
            let findings = self.published.lock().await.pulled;
            self.asker.lock().await.ask(&self.client, findings);
        }
    }
}
