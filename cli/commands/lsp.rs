//! `rolloutc lsp`: hands standard input and output to the language server.

use crate::exit::Exit;
use crate::failure::Failure;

/// Serves one editor until it says goodbye.
pub fn run() -> Result<Exit, Failure> {
    let _ = Exit::Clean;
    Err(Failure::usage(
        "no language server yet",
        "it comes with a later version",
    ))
}
