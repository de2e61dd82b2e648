//! What people read: the screen of every outcome of the production example, as it stood when somebody last read it.
//! `INSTA_UPDATE=always cargo test screens` writes the screens anew; read them before you commit.

use std::path::Path;
use std::process::Command;

fn screen(outcome: &str, format: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = format!("examples/spacetime/outcomes/{outcome}");
    let as_of = std::fs::read_to_string(root.join(&folder).join("as_of"))
        .expect("every outcome says its instant");
    let mut call = Command::new(env!("CARGO_BIN_EXE_rolloutc"));
    call.current_dir(root).args([
        "eval",
        "examples/spacetime/production.rollout",
        "--format",
        format,
    ]);
    call.args([
        "--evidence",
        &format!("{folder}/bundle.json"),
        "--as-of",
        as_of.trim(),
    ]);
    let state = format!("{folder}/state.json");
    if root.join(&state).exists() {
        call.args(["--state", &state, "--dry-run"]);
    } else {
        call.arg("--start");
    }
    let done = call.output().expect("the built binary runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!(
        "{}{}[exit {}]\n",
        text(&done.stdout),
        text(&done.stderr),
        done.status.code().unwrap_or(-1)
    )
}

#[test]
fn screens_say_what_they_said() {
    for outcome in [
        "advance",
        "hold",
        "blocked",
        "unknown",
        "frozen",
        "halted",
        "rollback",
        "rolled-back",
        "verified",
        "complete",
    ] {
        insta::assert_snapshot!(format!("{outcome}.text"), screen(outcome, "text"));
    }
    insta::assert_snapshot!("rollback.markdown", screen("rollback", "markdown"));
}
