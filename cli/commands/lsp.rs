//! `rolloutc lsp`: hands standard input and output to the language server.

use crate::exit::Exit;
use crate::failure::Failure;

/// Serves one editor until it says goodbye.
pub fn run() -> Result<Exit, Failure> {
    rolloutc_lsp::serve().map_err(|error| {
        Failure::new(
            Exit::Fault,
            "the language server stopped",
            error.to_string(),
        )
    })?;
    Ok(Exit::Clean)
}
