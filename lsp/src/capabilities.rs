//! What the server announces, and what it learns of the editor. Every entry has an answer in `server`, held by a test.

use std::path::PathBuf;

use serde_json::Value;
use tower_lsp::lsp_types::*;

use crate::convert::Encoding;
use crate::ide::tokens;
use crate::server::answers::act;
use crate::server::commands;
use crate::server::desk::{Can, Wishes, tidy};

/// The encoding of positions: the cheapest one that the editor offers, UTF-16 where it offers none.
pub fn encoding(params: &InitializeParams) -> Encoding {
    let offered = params
        .capabilities
        .general
        .as_ref()
        .and_then(|general| general.position_encodings.as_deref())
        .unwrap_or_default();
    if offered.contains(&PositionEncodingKind::UTF8) {
        Encoding::Utf8
    } else if offered.contains(&PositionEncodingKind::UTF16)
        || !offered.contains(&PositionEncodingKind::UTF32)
    {
        Encoding::Utf16
    } else {
        Encoding::Utf32
    }
}

/// What the editor can do.
pub(crate) fn learn(can: &mut Can, params: &InitializeParams) {
    let capabilities = &params.capabilities;
    let text = capabilities.text_document.as_ref();
    let workspace = capabilities.workspace.as_ref();
    let yes = |said: Option<bool>| said.unwrap_or(false);
    can.snippets = yes(text.and_then(|text| {
        text.completion
            .as_ref()?
            .completion_item
            .as_ref()?
            .snippet_support
    }));
    can.links = yes(text.and_then(|text| text.definition.as_ref()?.link_support));
    can.tree = yes(text.and_then(|text| {
        text.document_symbol
            .as_ref()?
            .hierarchical_document_symbol_support
    }));
    can.lines = yes(text.and_then(|text| text.folding_range.as_ref()?.line_folding_only));
    can.watch = yes(workspace.and_then(|space| {
        space
            .did_change_watched_files
            .as_ref()?
            .dynamic_registration
    }));
    can.settings = yes(workspace.and_then(|space| space.configuration));
    can.versions = yes(workspace.and_then(|space| space.workspace_edit.as_ref()?.document_changes));
    can.progress = yes(capabilities
        .window
        .as_ref()
        .and_then(|window| window.work_done_progress));
    let options = params.initialization_options.as_ref();
    can.std = options.is_some_and(|options| options["texts"] == Value::Bool(true));
}

/// How the editor wants to be told of edits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Manners {
    /// It asks for the edit of an action when it was chosen.
    pub later: bool,
    /// It asks people about edits that say why.
    pub asks: bool,
}

/// How the editor wants to be told of edits.
pub(crate) fn manners(params: &InitializeParams) -> Manners {
    let capabilities = &params.capabilities;
    let text = capabilities.text_document.as_ref();
    let action = text.and_then(|text| text.code_action.as_ref());
    let later = action.is_some_and(|action| {
        let resolve = action.resolve_support.as_ref();
        let edit = resolve.is_some_and(|one| one.properties.iter().any(|name| name == "edit"));
        edit && action.data_support == Some(true)
    });
    let workspace = capabilities.workspace.as_ref();
    let edit = workspace.and_then(|space| space.workspace_edit.as_ref());
    let asks = edit.is_some_and(|edit| {
        edit.change_annotation_support.is_some() && edit.document_changes == Some(true)
    });
    Manners { later, asks }
}

/// The folders that the editor works in.
pub(crate) fn folders(params: &InitializeParams) -> Vec<PathBuf> {
    let named = params.workspace_folders.iter().flatten();
    let mut folders: Vec<PathBuf> = named
        .filter_map(|folder| folder.uri.to_file_path().ok())
        .collect();
    #[allow(deprecated)]
    if folders.is_empty() {
        let root = params.root_uri.as_ref();
        folders.extend(root.and_then(|uri| uri.to_file_path().ok()));
    }
    folders.iter().map(|folder| tidy(folder)).collect()
}

/// What the editor asks for: `{ "lints": …, "hints": …, "lenses": … }`, each a bool, perhaps under `rolloutc`.
pub(crate) fn wishes(mut known: Wishes, said: &Value) -> Wishes {
    let said = match &said["rolloutc"] {
        Value::Null => said,
        inner => inner,
    };
    let flag = |name: &str, old: bool| said[name].as_bool().unwrap_or(old);
    known.lints = flag("lints", known.lints);
    known.hints = flag("hints", known.hints);
    known.lenses = flag("lenses", known.lenses);
    known
}

/// The files that the editor is asked to watch: policies and the configuration.
pub(crate) fn watchers() -> Vec<Registration> {
    let watch = |pattern: &str| FileSystemWatcher {
        glob_pattern: GlobPattern::String(pattern.to_owned()),
        kind: None,
    };
    let options = DidChangeWatchedFilesRegistrationOptions {
        watchers: vec![watch("**/*.rollout"), watch("**/rollout.toml")],
    };
    vec![Registration {
        id: "files".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: serde_json::to_value(options).ok(),
    }]
}

/// The answer to `initialize`.
pub fn announce(encoding: Encoding) -> InitializeResult {
    InitializeResult {
        capabilities: ServerCapabilities {
            position_encoding: Some(match encoding {
                Encoding::Utf8 => PositionEncodingKind::UTF8,
                Encoding::Utf16 => PositionEncodingKind::UTF16,
                Encoding::Utf32 => PositionEncodingKind::UTF32,
            }),
            text_document_sync: Some(TextDocumentSyncCapability::Options(
                TextDocumentSyncOptions {
                    open_close: Some(true),
                    change: Some(TextDocumentSyncKind::INCREMENTAL),
                    save: Some(TextDocumentSyncSaveOptions::Supported(true)),
                    ..TextDocumentSyncOptions::default()
                },
            )),
            diagnostic_provider: Some(DiagnosticServerCapabilities::Options(DiagnosticOptions {
                identifier: Some("rolloutc".to_owned()),
                inter_file_dependencies: true,
                workspace_diagnostics: true,
                work_done_progress_options: WorkDoneProgressOptions {
                    work_done_progress: Some(true),
                },
            })),
            hover_provider: Some(HoverProviderCapability::Simple(true)),
            definition_provider: Some(OneOf::Left(true)),
            declaration_provider: Some(DeclarationCapability::Simple(true)),
            type_definition_provider: Some(TypeDefinitionProviderCapability::Simple(true)),
            references_provider: Some(OneOf::Left(true)),
            document_highlight_provider: Some(OneOf::Left(true)),
            rename_provider: Some(OneOf::Right(RenameOptions {
                prepare_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })),
            document_symbol_provider: Some(OneOf::Left(true)),
            workspace_symbol_provider: Some(OneOf::Left(true)),
            folding_range_provider: Some(FoldingRangeProviderCapability::Simple(true)),
            selection_range_provider: Some(SelectionRangeProviderCapability::Simple(true)),
            semantic_tokens_provider: Some(
                SemanticTokensServerCapabilities::SemanticTokensOptions(SemanticTokensOptions {
                    legend: SemanticTokensLegend {
                        token_types: tokens::TYPES.map(SemanticTokenType::new).to_vec(),
                        token_modifiers: tokens::MODIFIERS.map(SemanticTokenModifier::new).to_vec(),
                    },
                    range: Some(true),
                    full: Some(SemanticTokensFullOptions::Delta { delta: Some(true) }),
                    work_done_progress_options: WorkDoneProgressOptions::default(),
                }),
            ),
            completion_provider: Some(CompletionOptions {
                resolve_provider: Some(true),
                trigger_characters: Some([".", "\"", "{"].map(str::to_owned).to_vec()),
                ..CompletionOptions::default()
            }),
            signature_help_provider: Some(SignatureHelpOptions {
                trigger_characters: Some(vec!["(".to_owned(), ",".to_owned()]),
                retrigger_characters: Some(vec![")".to_owned()]),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            document_formatting_provider: Some(OneOf::Left(true)),
            document_range_formatting_provider: Some(OneOf::Left(true)),
            document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
                first_trigger_character: "}".to_owned(),
                more_trigger_character: Some(vec!["\n".to_owned()]),
            }),
            code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
                code_action_kinds: Some(act::kinds()),
                resolve_provider: Some(true),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            })),
            code_lens_provider: Some(CodeLensOptions {
                resolve_provider: Some(false),
            }),
            execute_command_provider: Some(ExecuteCommandOptions {
                commands: commands::ALL.map(str::to_owned).to_vec(),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            inlay_hint_provider: Some(OneOf::Left(true)),
            document_link_provider: Some(DocumentLinkOptions {
                resolve_provider: Some(false),
                work_done_progress_options: WorkDoneProgressOptions::default(),
            }),
            workspace: Some(WorkspaceServerCapabilities {
                workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                    supported: Some(true),
                    change_notifications: Some(OneOf::Left(true)),
                }),
                file_operations: None,
            }),
            ..ServerCapabilities::default()
        },
        server_info: Some(ServerInfo {
            name: "rolloutc".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    }
}
