//! `rolloutc lsp`: hands standard input and output to the language server, and the reader of files with them.

use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::trial;
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

/// What `rollout.toml` says of a policy's lints; nothing where it does not read, which `check` reports.
fn lints(policy: &Path, today: Date) -> Options {
    let config = config::near(policy).unwrap_or_default();
    config.options(policy, Some(today))
}
