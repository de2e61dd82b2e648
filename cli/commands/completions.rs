//! `rolloutc completions`: the command line, told to a shell.

use crate::args::{Args, Completions};
use crate::commands::output;
use crate::exit::Exit;
use crate::failure::Failure;
use clap::CommandFactory;

/// Prints the completion script of a shell.
pub fn run(args: &Completions) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "rolloutc", &mut script);
    output(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}
