//! `rolloutc explain` and `rolloutc completions`.

use super::Desk;

#[test]
fn codes_keywords_functions_and_modules_are_explained() {
    let desk = Desk::new();
    desk.expect("explain", 0, "# Codes");
    desk.expect("explain no-freshness", 0, "## Why");
    desk.expect("explain error[no-freshness]:", 0, "## Why");
    desk.expect("explain soak", 0, "# soak");
    desk.expect("explain std.command", 0, "record Result");
    desk.expect("explain std", 0, "std.http");
    desk.expect("explain csv", 0, "The first record names the columns");
    desk.expect("explain no-freshnes", 2, "did you mean `no-freshness`?");
    desk.expect("explain xyzzy", 2, "`rolloutc explain` lists them all");
}

#[test]
fn shells_get_their_completions() {
    let desk = Desk::new();
    desk.expect("completions bash", 0, "rolloutc");
    desk.expect("completions zsh", 0, "rolloutc");
    desk.expect("completions tcsh", 2, "possible values");
}
