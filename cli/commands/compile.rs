//! `rolloutc compile`: the program of a policy, as canonical JSON with its digest.

use crate::args::Compile;
use crate::commands::{compiled, output};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::load::{evidence, state};

/// Compiles a policy, fixes what is to be fixed, and writes the program.
pub fn run(args: &Compile) -> Result<Exit, Failure> {
    let mut program = compiled(&args.policy)?;
    if let Some(folder) = &args.pin {
        program.pins = evidence::pins(&program, folder)?;
        program.seal();
    }
    let text = program.to_json();
    match &args.output {
        None => output(&text)?,
        Some(path) => state::write(path, text.as_bytes()).map_err(|why| {
            Failure::usage(
                "the program was not written",
                format!("{}: {why}", path.display()),
            )
        })?,
    }
    Ok(Exit::Clean)
}
