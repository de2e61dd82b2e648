//! `rolloutc lsp`: hands standard input and output to the language server, and the reader of files with them.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::trial;
use rolloutc_lsp::{Ended, Host};
use std::collections::BTreeMap;

/// Serves one editor until it says goodbye.
pub fn run() -> Result<Exit, Failure> {
    let host = Host {
        stock: trial::stock,
        levels: |_| BTreeMap::new(),
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
