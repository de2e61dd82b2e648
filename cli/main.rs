//! `rolloutc`: reads the command line, does one verb, ends with its exit code. Knows no policy.

mod args;
mod commands;
mod config;
mod exit;
mod failure;
mod junit;
mod load;
mod report;
mod show;
mod terminal;

use args::Args;
use clap::Parser;
use exit::Exit;
use std::process::ExitCode;
use terminal::Look;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(told) => {
            let _ = told.print();
            return ExitCode::from(if told.use_stderr() {
                Exit::Usage.code()
            } else {
                Exit::Clean.code()
            });
        }
    };
    ExitCode::from(guard(move || commands::run(args)).code())
}

/// Runs the work on a roomy stack. A panic is our own fault: it is said in one message, and ends with 70.
fn guard(work: impl FnOnce() -> Result<Exit, failure::Failure> + Send + 'static) -> Exit {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|at| format!("{}:{}", at.file(), at.line()));
        terminal::tell(&fault(place.as_deref(), words(panic.payload())).render(Look::of_errors()));
    }));
    let worker = std::thread::Builder::new().stack_size(STACK).spawn(work);
    match worker.map(std::thread::JoinHandle::join) {
        Ok(Ok(Ok(exit))) => exit,
        Ok(Ok(Err(failure))) => {
            terminal::tell(&failure.render(Look::of_errors()));
            failure.exit
        }
        Ok(Err(_told_by_the_hook)) => Exit::Fault,
        Err(error) => {
            let text = format!("no thread to work in: {error}");
            terminal::tell(&fault(None, Some(&text)).render(Look::of_errors()));
            Exit::Fault
        }
    }
}

/// What a panic says, where it says it in words.
fn words(payload: &(dyn std::any::Any + Send)) -> Option<&str> {
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| payload.downcast_ref::<&str>().copied())
}

/// Room for the deepest nesting that the parser lets through, in bytes.
const STACK: usize = 64 << 20;

fn fault(place: Option<&str>, cause: Option<&str>) -> failure::Failure {
    let version = env!("CARGO_PKG_VERSION");
    let what = cause.unwrap_or("no cause given");
    let place = place.unwrap_or("an unknown place");
    failure::Failure::new(
        Exit::Fault,
        "rolloutc itself broke",
        format!("{what} (rolloutc {version}, {place})"),
    )
    .help("this is a fault of the tool, not of your policy: no decision was made and no state was written; please report it with the policy and the evidence")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_our_own_fault() {
        assert_eq!(guard(|| panic!("tried out")), Exit::Fault);
        assert_eq!(guard(|| Ok(Exit::Held)), Exit::Held);
    }

    #[test]
    fn a_failure_ends_with_its_own_code() {
        let failure = || Err(failure::Failure::new(Exit::Unreadable, "title", "message"));
        assert_eq!(guard(failure), Exit::Unreadable);
    }
}
