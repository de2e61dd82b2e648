//! What somebody sees who does not know the language: policies with one mistake each, always the same ones, and what is
//! written elsewhere. One mistake draws one message, near the mistake, with something to write instead.

use rolloutc_compiler::analysis::{Workspace, analyse};
use rolloutc_compiler::diagnostic::{Diagnostic, Severity};
use rolloutc_compiler::{fmt, mend};

use crate::cli::root;
use crate::damage::Dice;

fn errors(text: &str) -> Vec<Diagnostic> {
    let mut workspace = Workspace::new();
    workspace.insert("p.rollout", text);
    let found = analyse(&workspace, "p.rollout").diagnostics;
    let error = |found: &Diagnostic| found.severity == Severity::Error;
    found.into_iter().filter(error).collect()
}

fn policies() -> Vec<(String, String)> {
    let mut paths: Vec<_> = std::fs::read_dir(root().join("tests/damage"))
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.file_name().expect("a name").to_string_lossy();
        (
            name.into_owned(),
            std::fs::read_to_string(path).expect("a policy"),
        )
    };
    paths.iter().map(read).collect()
}

/// Where each word begins and ends, outside of comments.
fn words(text: &str) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut from = None;
    for (at, letter) in text.char_indices() {
        let inside = letter.is_ascii_alphanumeric() || letter == '_';
        match (from, inside) {
            (None, true) => from = Some(at),
            (Some(start), false) => {
                all.push((start, at));
                from = None;
            }
            (None, false) | (Some(_), true) => {}
        }
    }
    let comment = |at: usize| {
        let line = text[..at].rfind('\n').map_or(0, |i| i + 1);
        text[line..at].contains("//")
    };
    all.retain(|(start, _)| !comment(*start));
    all
}

/// A text with one mistake, and where it is.
fn slip(text: &str, dice: &mut Dice) -> (usize, String) {
    let all = words(text);
    let (start, end) = *dice.one(&all);
    let word = &text[start..end];
    let put = |start: usize, end: usize, new: &str| {
        (start, format!("{}{new}{}", &text[..start], &text[end..]))
    };
    let sign = |signs: &[char], dice: &mut Dice| {
        let places: Vec<usize> = text.match_indices(signs).map(|(at, _)| at).collect();
        *dice.one(&places)
    };
    match dice.roll(8) {
        0 => put(start, end, ""),
        1 => put(end, end, &format!(" {word}")),
        2 if word.len() > 3 => put(start + 1, start + 2, ""),
        3 if word.len() > 3 => put(start + 2, start + 2, "x"),
        4 => {
            let at = sign(&['{', '}', '(', ')', '[', ']'], dice);
            put(at, at + 1, "")
        }
        5 => {
            let at = sign(&['"'], dice);
            put(at, at + 1, "")
        }
        6 => {
            let foreign = ["&& ", "if ", "x := 3 ", "'", "≤ ", "\u{a0}", "; ", "# "];
            put(start, start, dice.one::<&str>(&foreign))
        }
        _ => {
            let keywords = [
                "enter ", "require ", "then ", "for ", "each ", "from ", "cohorts ",
            ];
            put(start, start, dice.one::<&str>(&keywords))
        }
    }
}

#[test]
fn one_mistake_draws_one_message_near_it_with_help() {
    let all = policies();
    for (name, text) in &all {
        assert_eq!(errors(text), [], "{name}");
    }
    let mut dice = Dice::new(0x5eed_0042);
    let (mut wrong, mut single, mut near, mut mute, mut mended) = (0, 0, 0, 0, 0);
    for _ in 0..400 {
        let (_, text) = dice.one(&all);
        let (at, torn) = slip(text, &mut dice);
        let found = errors(&torn);
        let Some(first) = found.first() else { continue };
        wrong += 1;
        single += usize::from(found.len() == 1);
        let line = |at: usize| torn[..at.min(torn.len())].matches('\n').count();
        let places = found
            .iter()
            .flat_map(|one| [&one.primary].into_iter().chain(&one.secondary));
        let apart = places
            .map(|place| line(place.span.start as usize).abs_diff(line(at)))
            .min();
        near += usize::from(apart.is_some_and(|apart| apart <= 1));
        let plain = |one: &Diagnostic| one.notes.is_empty() && one.primary.text.is_empty();
        mute += usize::from(found.iter().any(|one| plain(one) && one.fix.is_none()));
        for one in &found {
            let said = format!("{} {}", one.message, one.notes.join(" "));
            for inner in ["Some(", "Rule::", "_decl", "DeclKind", "usize", "``"] {
                assert!(!said.contains(inner), "{said}\n{torn}");
            }
        }
        if let Some(fix) = &first.fix {
            let edited = mend::mend(&torn, &[fix]).text;
            let left = errors(&edited).len();
            mended += usize::from(left < found.len());
        }
    }
    let said = format!(
        "{wrong} wrong, {single} with one message, {near} near, {mute} without help, {mended} mended"
    );
    assert!(wrong > 250, "{said}");
    assert!(single * 100 >= wrong * 92, "{said}");
    assert!(near * 100 >= wrong * 90, "{said}");
    assert!(mute * 100 <= wrong * 5, "{said}");
    assert!(mended * 100 >= wrong * 12, "{said}");
}

#[test]
fn the_style_holds_for_policies_of_strangers() {
    for (name, text) in policies() {
        let once = fmt::format(&text).expect(&name).text;
        let twice = fmt::format(&once).expect(&name).text;
        assert_eq!(once, twice, "{name}");
        let bare = |text: &str| -> String {
            let mut letters: Vec<char> = text
                .chars()
                .filter(|c| !c.is_whitespace() && *c != ',')
                .collect();
            letters.sort_unstable();
            letters.into_iter().collect()
        };
        assert_eq!(bare(&text), bare(&once), "{name}");
    }
}

/// What people write who know another language: the message, and what the edit puts there.
#[test]
fn what_other_languages_write_is_answered() {
    const HEAD: &str = "edition 2026\nrollout r of build\nowners ops, dev\n\
        evidence slo { fresh 5m  p95: duration in ms  errors: ratio  note: text?  ok: bool }\n\
        gate good { require slo.ok }\n\
        rollback old { to stay  decide within 10m  step stop \"Stop\" by ops  verify good }\n";
    let mut wrong = String::new();
    for (line, message, edit) in [
        (
            "gate a { require: slo.ok }",
            "`require` takes no `:`",
            "require",
        ),
        (
            "gate a { if slo.ok }",
            "a gate has no clause `if`",
            "applies when",
        ),
        (
            "gate a { assert slo.ok }",
            "a gate has no clause `assert`",
            "require",
        ),
        (
            "gate a { slo.ok }",
            "a gate has no clause `slo`",
            "require slo",
        ),
        (
            "gate a { require slo.ok && slo.ok }",
            "conditions are joined with `and` and `or`",
            "and",
        ),
        (
            "gate a { require slo.ok === true }",
            "there is no `===`",
            "==",
        ),
        (
            "gate a { require slo.p95 =< 3ms }",
            "there is no `=<`",
            "<=",
        ),
        (
            "gate a { require slo.p95 <= 300 ms }",
            "no blank belongs between a number and its unit: `300 ms`",
            "300ms",
        ),
        (
            "gate a { require slo.p95 <= 5min }",
            "`5min` has an unknown unit",
            "5m",
        ),
        (
            "gate a { require slo.errors < 0.05 }",
            "`slo.errors` is a ratio, `0.05` is a plain number",
            "5%",
        ),
        (
            "gate a { require slo.note == 'x y' }",
            "a text is written in double quotes",
            "\"x y\"",
        ),
        (
            "gate a { require slo.note contains \"x\" }",
            "there is no `contains`",
            "",
        ),
        (
            "gate a { require slo.note is null }",
            "`is` asks for a state, and `null` is a value",
            "",
        ),
        (
            "gate a { require slo.ok ? true : false }",
            "there is no `?`",
            "",
        ),
        (
            "gate a { require slo.observed_at > now() }",
            "there is no function `now`",
            "",
        ),
        (
            "gate a { require none of slo.note is empty }",
            "`is empty` is asked of `none of slo.note` as a whole",
            "",
        ),
        (
            "gate a { require match slo.ok and slo.ok { true => true } }",
            "`match` asks for one value",
            "",
        ),
        (
            "gate a { require slo.ok and and slo.ok }",
            "`and` is written twice",
            "",
        ),
        (
            "gate my-gate { require slo.ok }",
            "a name has letters, digits and `_`, no `-`",
            "my_gate",
        ),
        (
            "evidence e { fresh: 5m  a: int }",
            "`fresh` takes no `:`",
            "fresh",
        ),
        (
            "evidence e { fresh 5m  a int }",
            "a `:` is missing between `a` and its type",
            "a:",
        ),
        (
            "evidence e { fresh 5m  a: string }",
            "there is no type `string`",
            "text",
        ),
        (
            "evidence e { fresh 5m  a: duration ms }",
            "the unit `ms` needs `in` before it",
            "in ms",
        ),
        (
            "evidence e { fresh 5m  a: duration in ms? }",
            "the `?` comes directly after the type",
            "",
        ),
        (
            "evidence e { \"fresh\": \"5m\", a: int }",
            "clauses and fields are written without quotes",
            "",
        ),
        (
            "freeze f { every friday 16:00 to mon 08:00 in \"UTC\" }",
            "days and months have short names",
            "fri",
        ),
        (
            "approval x { by ops or dev fresh 5m }",
            "`or` does not join roles",
            "",
        ),
        (
            "let shares = [1%, 5% 10%]",
            "a comma is missing between `5%` and `10%`",
            ", 10%",
        ),
        ("import std.slo", "there is no declaration `import`", "use"),
        (
            "use std.slo as burn",
            "a module of the tool keeps its name",
            "",
        ),
        ("# a comment", "a comment begins with `//`", "//"),
        (
            "message m { text \"Deploy {rollout.title}\" }",
            "nothing is called `rollout` here",
            "",
        ),
    ] {
        let found = errors(&format!("{HEAD}{line}\n"));
        let came: Vec<&str> = found.iter().map(|one| one.message.as_str()).collect();
        let fix = found.first().and_then(|one| one.fix.as_ref());
        let put = fix
            .and_then(|fix| fix.edits.first())
            .map_or("", |edit| edit.1.as_str());
        if came != [message] || put != edit {
            wrong +=
                &format!("{line}\n  wanted [\"{message}\"] {edit:?}\n  came   {came:?} {put:?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}
