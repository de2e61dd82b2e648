//! Every policy that lies around, formatted and compared. Knows no style of its own.

use super::*;
use std::path::{Path, PathBuf};

/// Every policy that lies around: files, and the blocks of the pages.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    for folder in [
        "../shared/design/samples",
        "examples",
        "stdlib",
        "tests",
        "docs",
    ] {
        collect(&root.join(folder), &mut files);
    }
    files.sort();
    let mut all = Vec::new();
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.extension().is_some_and(|ending| ending == "rollout") {
            all.push((name, text));
            continue;
        }
        for (i, part) in text.split("```rollout\n").skip(1).enumerate() {
            let body = part.split("\n```").next().unwrap_or_default();
            all.push((format!("{name} {i}"), format!("{body}\n")));
        }
    }
    all
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path
            .extension()
            .is_some_and(|ending| ending == "rollout" || ending == "md")
        {
            files.push(path);
        }
    }
}

/// A generator that gives the same numbers on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides.max(1) as u64)).unwrap_or(0)
    }
}

/// Formats, and checks what must hold of every text.
fn check(text: &str) -> Formatted {
    let done = match format(text) {
        Ok(done) => done,
        Err(why) => panic!("{why} at {:?}\n{text}", why.place),
    };
    let again = match format(&done.text) {
        Ok(again) => again.text,
        Err(why) => panic!("{why} the second time at {:?}\n{}", why.place, done.text),
    };
    if again != done.text {
        let line = again
            .lines()
            .zip(done.text.lines())
            .position(|(a, b)| a != b);
        panic!(
            "another text the second time, line {line:?}\n{text}\n--- first\n{}\n--- second\n{again}",
            done.text
        );
    }
    let whole: String = done
        .pieces
        .iter()
        .map(|piece| piece.to.text(&done.text))
        .collect();
    assert_eq!(whole, done.text, "the pieces are the whole");
    let whole: String = done
        .pieces
        .iter()
        .map(|piece| piece.from.text(text))
        .collect();
    assert_eq!(whole, text, "the pieces are the whole");
    done
}

/// Words and comments in order, commas left out: what no layout may change.
fn words(text: &str) -> Vec<String> {
    let parsed = parse(FileId(0), text);
    let tokens = token::cut(text, &stretches(text, &parsed), &[]);
    let mut all = Vec::new();
    for token in &tokens.list {
        all.extend(
            token
                .above
                .iter()
                .map(|note| note.span.text(text).to_owned()),
        );
        all.extend((token.span.text(text) != ",").then(|| token.span.text(text).to_owned()));
        all.extend(token.behind.map(|behind| behind.text(text).to_owned()));
    }
    all.extend(
        tokens
            .rest
            .iter()
            .map(|note| note.span.text(text).to_owned()),
    );
    all
}

#[test]
fn every_policy_at_hand_keeps_its_words_and_comments_in_order() {
    let all = corpus();
    assert!(all.len() > 20, "{} policies", all.len());
    for (name, text) in all {
        let done = check(&text);
        let (mut old, mut new) = (words(&text), words(&done.text));
        // The page of the style shows words put in their order.
        if name.starts_with("style.md") {
            old.sort();
            new.sort();
        }
        let at = old.iter().zip(&new).position(|(a, b)| a != b);
        if let Some(at) = at {
            let from = at.saturating_sub(5);
            panic!(
                "{name}: {:?}\nbecame {:?}",
                &old[from..at + 5],
                &new[from..at + 5]
            );
        }
        assert_eq!(old.len(), new.len(), "{name}");
        let clean = parse(FileId(0), &text).problems.is_empty();
        assert_eq!(
            clean,
            parse(FileId(0), &done.text).problems.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn comments_stay_wherever_a_line_ends() {
    let mut dice = Dice(0x00c0_ffee);
    for (name, text) in corpus() {
        let clean = parse(FileId(0), &text)
            .file
            .decls
            .iter()
            .all(|decl| !decl.tainted);
        if !clean || name.starts_with("style.md") {
            continue;
        }
        for round in 0..6 {
            let mut noted = String::new();
            let mut block = false;
            for (i, line) in text.lines().enumerate() {
                let quotes = line.matches("\"\"\"").count() % 2 == 1;
                let inside = block || quotes;
                if !inside && dice.roll(4 + round) == 0 {
                    noted.push_str(&format!("{}// own {i}\n", " ".repeat(dice.roll(4))));
                }
                noted.push_str(line);
                block ^= quotes;
                if !inside && !line.contains("//") && dice.roll(4) == 0 {
                    noted.push_str(&format!(" // end {i}"));
                }
                noted.push('\n');
                if !block && dice.roll(12) == 0 {
                    noted.push('\n');
                }
            }
            let parsed = parse(FileId(0), &noted);
            if parsed.file.decls.iter().any(|decl| decl.tainted) {
                continue;
            }
            let done = check(&noted);
            assert_eq!(words(&noted), words(&done.text), "{name}");
        }
    }
}

#[test]
fn any_layout_of_the_same_words_keeps_its_meaning() {
    let mut dice = Dice(0x5eed);
    for (name, text) in corpus() {
        let parsed = parse(FileId(0), &text);
        if parsed.file.decls.iter().any(|decl| decl.tainted) {
            continue;
        }
        for _ in 0..4 {
            let mut other = String::from("edition 2026\n");
            for decl in &parsed.file.decls {
                let tokens = token::cut(
                    &text,
                    &[Stretch {
                        span: decl.span,
                        read: true,
                    }],
                    &[],
                )
                .list;
                let mut laid = String::new();
                let own: Vec<&Token> = tokens
                    .iter()
                    .filter(|token| token.kind != Kind::Raw)
                    .collect();
                for (i, token) in own.iter().enumerate() {
                    let said = token.span.text(&text);
                    let before = i.checked_sub(1).map(|i| own[i].span.text(&text));
                    if token.leads && i > 0 {
                        laid.push_str("\n ");
                    } else if matches!(before, Some("," | "(" | "[" | "{" | "=" | "and" | "or"))
                        && dice.roll(5) == 0
                    {
                        laid.push_str("\n\n   ");
                    } else if token.apart && i > 0 {
                        laid.push_str([" ", "  ", "\t"][dice.roll(3)]);
                    }
                    laid.push_str(said);
                }
                let alone = parse(FileId(0), &format!("edition 2026\n{laid}\n"));
                let same =
                    alone.file.decls.first().is_some_and(|other| {
                        !other.tainted && shape(&other.kind) == shape(&decl.kind)
                    });
                let said = if same {
                    laid.as_str()
                } else {
                    decl.span.text(&text)
                };
                other.push_str(said);
                other.push_str(["\n", "\n\n\n"][dice.roll(2)]);
            }
            let done = check(&other);
            assert!(done.broken.is_empty(), "{name}");
        }
    }
}

const INSERTS: [&str; 40] = [
    "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", ",", ":", "=", "==", "<", "-", ".", "// x", "?",
    "%", "\n", "\n\n", " ", "\t", "\r", "\\", "x", "0", "ä", "/// d\n", "\u{0}", "\u{202e}", "'",
    ";", "&&", "and", " in ", " not ", "gate ", "\nlet ", "\n}\n", "...",
];

fn damage(text: &str, dice: &mut Dice) -> String {
    let mut at = dice.roll(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let letter = text[at..].chars().next().map_or(0, char::len_utf8);
    let insert = INSERTS[dice.roll(INSERTS.len())];
    let (to, new) = match dice.roll(6) {
        0 | 1 => (at + letter, ""),
        2 | 3 => (at, insert),
        4 => (at + letter, insert),
        _ => (text[at..].find('\n').map_or(text.len(), |i| at + i + 1), ""),
    };
    format!("{}{new}{}", &text[..at], &text[to..])
}

#[test]
fn a_damaged_text_loses_nothing() {
    let mut all: Vec<String> = Vec::new();
    for (_, text) in corpus() {
        let parsed = parse(FileId(0), &text);
        let decls = parsed.file.decls.iter();
        all.extend(
            decls
                .map(|decl| decl.span.text(&text).to_owned())
                .filter(|decl| decl.len() < 3000),
        );
    }
    let mut dice = Dice(0xbad_c0de);
    let mut broken = 0;
    for _ in 0..1_500 {
        let mut text = String::from("edition 2026\n\n");
        for _ in 0..3 {
            text.push_str(["", "/// said\n", "// said\n", "\n"][dice.roll(4)]);
            text.push_str(&all[dice.roll(all.len())]);
            text.push_str(["\n", " // end\n", "\n\n\n"][dice.roll(3)]);
        }
        for _ in 0..=dice.roll(3) {
            text = damage(&text, &mut dice);
        }
        let done = check(&text);
        for span in &done.broken {
            assert!(
                done.text.contains(span.text(&text)),
                "{}\n--- became\n{}",
                text,
                done.text
            );
        }
        let letters = |text: &str| -> String {
            text.chars()
                .filter(|c| !c.is_whitespace() && *c != ',')
                .collect()
        };
        let (old, new) = (letters(&text), letters(&done.text));
        if old.len() != new.len() {
            panic!("lost letters\n{text}\n--- became\n{}", done.text);
        }
        broken += usize::from(!done.broken.is_empty());
    }
    assert!(broken > 500, "{broken} texts were broken");
}

#[test]
fn every_beginning_of_a_policy_is_formatted() {
    for (_, text) in corpus().iter().step_by(5) {
        let end = text.len().min(1_000);
        for at in (0..end).filter(|at| text.is_char_boundary(*at)).step_by(3) {
            check(&text[..at]);
        }
    }
}

#[test]
fn what_is_no_policy_stays() {
    for text in [
        "",
        "\n\n",
        "\u{feff}",
        "// only\n",
        "}",
        "\r\n\r\n",
        "\u{0}",
        "edition 2026\nedition 2027\n",
        "edition 2026\n\n/// said\n}\nlet a = 1\n",
    ] {
        check(text);
    }
    assert_eq!(check("").text, "");
    assert_eq!(check("\n\n  \n").text, "");
    assert_eq!(check("// only").text, "// only\n");
    let twice = check("edition 2026\nedition 2027 // why\nlet x = 1\n");
    assert!(twice.text.contains("edition 2027"), "{}", twice.text);
}

#[test]
fn line_ends_and_marks_stay_what_they_were() {
    let done = check("\u{feff}edition 2026\r\nlet  x=1 // one\r\n");
    assert_eq!(
        done.text,
        "\u{feff}edition 2026\r\n\r\nlet x = 1  // one\r\n"
    );
    let done = check("edition 2026\nlet x = [1,2] \t\n\n\n\nlet y = 2");
    assert_eq!(done.text, "edition 2026\n\nlet x = [1, 2]\n\nlet y = 2\n");
}

#[test]
fn a_range_formats_the_declarations_it_touches() {
    let text = "edition 2026\n\nlet  a = 1\n\n// b\nlet  b = 2\n\nlet  c = 3\n";
    let at = offset(text.find(" b =").unwrap_or(0));
    let edits = match format_range(text, Span::at(at)) {
        Ok(edits) => edits,
        Err(why) => panic!("{why}"),
    };
    assert_eq!(edits.len(), 1);
    assert_eq!(edits[0].1, "\n\n// b\nlet b = 2");
    assert_eq!(
        first_difference(text).map(|span| span.text(text)),
        Some("let  a = 1")
    );
    assert_eq!(first_difference(&check(text).text), None);
}

#[test]
fn time_is_in_proportion_to_length() {
    let lines: String = (0..8_000)
        .map(|i| format!("let x{i}   = [a, {i}]  // {i}\n"))
        .collect();
    check(&format!("edition 2026\n{lines}"));
    let rules: String = (0..4_000)
        .map(|i| format!("require a{i} == 1 else \"{i}\"\n "))
        .collect();
    check(&format!("edition 2026\ngate g {{\n {rules}}}\n"));
    let one = format!("edition 2026\nlet x = {}1\n", "1 + ".repeat(4_000));
    check(&one);
    let list = format!("edition 2026\nlet x = [{}1]\n", "1, ".repeat(20_000));
    check(&list);
    let row = format!(
        "edition 2026\nrecord R {{\n {}a: int\n}}\n",
        "b: int, ".repeat(4_000)
    );
    check(&row);
}
