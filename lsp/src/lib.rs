//! The language server of rollout policies. Features are plain functions in `ide`; the protocol stays in
//! `server`, `convert` and `capabilities`.

pub mod capabilities;
pub mod convert;
pub mod ide;
mod server;

/// Serves one editor over standard input and output until it says `exit` or hangs up.
///
/// # Errors
/// When the asynchronous runtime cannot be started.
pub fn serve() -> std::io::Result<()> {
    server::serve()
}
