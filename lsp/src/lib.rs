//! The language server of rollout policies. Features are plain functions in `ide`; the protocol stays in
//! `server`, `convert` and `capabilities`.

use std::path::Path;

use rolloutc_compiler::analysis::Analysis;
use rolloutc_compiler::lints::Options;
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::time::Date;
use rolloutc_runtime::trial::Stock;

pub mod capabilities;
pub mod convert;
pub mod ide;
mod server;

/// What the server asks of whoever starts it: the reader of files knows fixtures and configuration.
#[derive(Clone, Copy, Debug)]
pub struct Host {
    /// Everything that the tests of a program give, read from the policy's folder.
    pub stock: fn(&Program, &Path) -> Stock,
    /// What lints are told of a policy on a day: levels, and where somebody asks for it, what fixtures hold and tests show.
    pub lints: fn(&Path, &Analysis, Date) -> Options,
}

/// How an editor left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It said `shutdown` first.
    AsAgreed,
    /// It hung up, or said `exit` out of the blue.
    Abruptly,
}

/// Serves one editor over standard input and output until it says `exit` or hangs up.
///
/// # Errors
/// When the asynchronous runtime cannot be started.
pub fn serve(host: Host) -> std::io::Result<Ended> {
    server::serve(host)
}
