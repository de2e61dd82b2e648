//! `rolloutc fmt`: what is written, what is only said, and how it ends.

use super::Desk;

const WILD: &str = "edition 2026\nlet  x=1 // one\nlet yy   = 2 // two\n";
const TAME: &str = "edition 2026\n\nlet x  = 1  // one\nlet yy = 2  // two\n";

#[test]
fn a_file_is_written_once_and_then_stays() {
    let desk = Desk::new();
    desk.write("a.rollout", WILD);
    let answer = desk.expect("fmt a.rollout", 0, "a.rollout 1 file formatted");
    assert_eq!(answer.err, "");
    assert_eq!(desk.read("a.rollout"), TAME);
    desk.expect("fmt a.rollout", 0, "1 file in the style");
    desk.expect("fmt --check a.rollout", 0, "1 file in the style");
    assert_eq!(desk.expect("fmt --diff a.rollout", 0, "").out, "");
}

#[test]
fn a_folder_is_formatted_whole() {
    let desk = Desk::new();
    desk.write("x/b.rollout", WILD);
    desk.write("x/y/a.rollout", WILD);
    desk.write("x/c.rollout", TAME);
    let answer = desk.expect("fmt x", 0, "2 files formatted, 1 in the style");
    assert!(
        answer.out.starts_with("x/b.rollout\nx/y/a.rollout\n"),
        "{}",
        answer.out
    );
    desk.expect("fmt", 0, "3 files in the style");
}

#[test]
fn asking_writes_nothing() {
    let desk = Desk::new();
    desk.write("a.rollout", WILD);
    desk.write("b.rollout", TAME);
    let answer = desk.expect(
        "fmt --check a.rollout b.rollout",
        1,
        "1 file would change, 1 in the style",
    );
    assert!(answer.out.starts_with("a.rollout\n"), "{}", answer.out);
    let diff = desk.ask("fmt --diff a.rollout b.rollout");
    assert_eq!(diff.code, 1);
    assert_eq!(
        diff.out,
        "--- a/a.rollout\n+++ b/a.rollout\n@@ -1,3 +1,4 @@\n edition 2026\n-let  x=1 // one\n-let yy   = 2 // two\n\
         +\n+let x  = 1  // one\n+let yy = 2  // two\n"
    );
    assert_eq!(desk.read("a.rollout"), WILD);
}

#[test]
fn standard_input_comes_back_formatted() {
    let desk = Desk::new();
    let answer = desk.ask_with("fmt -", &[], WILD.as_bytes());
    assert_eq!((answer.code, answer.out.as_str()), (0, TAME));
    let answer = desk.ask_with("fmt --check -", &[], WILD.as_bytes());
    assert_eq!((answer.code, answer.out.as_str()), (1, "stdin.rollout\n"));
    let answer = desk.ask_with("fmt -", &[], b"");
    assert_eq!((answer.code, answer.out.as_str()), (0, ""));
}

#[test]
fn what_cannot_be_read_stays_and_is_said() {
    let desk = Desk::new();
    let broken = "gate  g   { requir   x }";
    desk.write(
        "a.rollout",
        format!("edition 2026\nlet  x=1\n{broken}\nlet  y=2\n"),
    );
    let answer = desk.expect(
        "fmt a.rollout",
        3,
        "a.rollout: the declaration at line 3 stays as it stands",
    );
    assert!(
        answer.err.contains("`rolloutc check a.rollout` says"),
        "{}",
        answer.err
    );
    let text = desk.read("a.rollout");
    assert_eq!(
        text,
        format!("edition 2026\n\nlet x = 1\n{broken}\nlet y = 2\n")
    );
    desk.expect("fmt --check a.rollout", 3, "1 file in the style");
    let answer = desk.ask_with("fmt -", &[], text.as_bytes());
    assert_eq!((answer.code, answer.out), (3, text));
    assert!(
        answer.err.contains("`rolloutc check -` says"),
        "{}",
        answer.err
    );
}

#[test]
fn wrong_paths_hide_nothing_of_the_others() {
    let desk = Desk::new();
    desk.write("a.rollout", WILD);
    desk.write("latin.rollout", b"let x = \"\xff\"\n");
    desk.expect("fmt none.rollout a.rollout", 2, "there is no such file");
    assert_eq!(desk.read("a.rollout"), TAME);
    desk.expect("fmt latin.rollout", 3, "the policy is not UTF-8");
    desk.expect("fmt --option a.rollout", 2, "unexpected argument");
}
