//! `rolloutc lsp`: hands standard input and output to the language server, and the reader of files with them.

use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::{self, trial};
use rolloutc_compiler::analysis::Analysis;
use rolloutc_compiler::lints::Options;
use rolloutc_lsp::{Ended, Host};
use rolloutc_runtime::time::Date;
use std::path::Path;

/// Serves one editor until it says goodbye.
pub fn run() -> Result<Exit, Failure> {
    let host = Host {
        stock: trial::stock,
        lints,
    };
    let ended = rolloutc_lsp::serve(host).map_err(|error| {
        Failure::new(
            Exit::Fault,
            "the language server stopped",
            error.to_string(),
        )
    })?;
    Ok(match ended {
        Ended::AsAgreed => Exit::Clean,
        Ended::Abruptly => Exit::Held,
    })
}

/// What lints are told of a policy; nothing of a `rollout.toml` that does not read, which `check` reports.
fn lints(policy: &Path, analysis: &Analysis, today: Date) -> Options {
    let config = config::near(policy).unwrap_or_default();
    let from = policy.parent().unwrap_or(Path::new(""));
    load::lints::of_editor(&config, (policy, from), analysis, today)
}
