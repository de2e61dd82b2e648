//! Policies with bytes and lines damaged at random: whatever happens to a text, the parser keeps its promises.

use super::super::*;
use super::corpus;

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

/// Declarations of all policies at hand, each with its docs and comments cut off.
fn declarations() -> Vec<String> {
    let mut all = Vec::new();
    for (_, text) in corpus() {
        let parsed = parse(FileId(0), &text);
        all.extend(
            parsed
                .file
                .decls
                .iter()
                .map(|decl| decl.span.text(&text).to_owned()),
        );
    }
    all
}

const INSERTS: [&str; 40] = [
    "(", ")", "[", "]", "{", "}", "\"", "\"\"\"", ",", ":", "=", "==", "<", "-", ".", "//", "?",
    "%", "\n", "\n\n", " ", "\t", "\r", "\\", "x", "0", "ä", "а", "\u{0}", "\u{202e}", "'", ";",
    "&&", "and", " in ", " not ", "gate ", "\nlet ", "\n}\n", "...",
];

/// Damages a text once; says where, before and after, the damage lies.
fn damage(text: &str, dice: &mut Dice, from: usize, to: usize) -> (String, usize, usize) {
    let mut at = from + dice.roll(to - from);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let letter = text[at..].chars().next().map_or(0, char::len_utf8);
    let line = text[..at].rfind('\n').map_or(0, |i| i + 1).max(from);
    let end = text[at..].find('\n').map_or(text.len(), |i| at + i).min(to);
    let insert = INSERTS[dice.roll(INSERTS.len())];
    let (from, to, new) = match dice.roll(8) {
        0 | 1 => (at, at + letter, String::new()),
        2 | 3 => (at, at, insert.to_owned()),
        4 => (at, at + letter, insert.to_owned()),
        5 => (at, at, text[at..at + letter].to_owned()),
        6 => (line, end, String::new()),
        _ => (end, end, format!("\n{}", &text[line..end])),
    };
    (format!("{}{new}{}", &text[..from], &text[to..]), from, to)
}

/// Checks that spans lie in the file, on letters, and inside each other.
fn check_spans(parsed: &Parsed, text: &str) {
    let fits = |span: Span| {
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(
            start <= end && text.is_char_boundary(start) && text.is_char_boundary(end),
            "{span:?}"
        );
    };
    for problem in &parsed.problems {
        fits(problem.primary.span);
        for (span, _) in problem.fix.iter().flat_map(|fix| &fix.edits) {
            fits(*span);
        }
    }
    let mut last = 0;
    for decl in &parsed.file.decls {
        assert!(last <= decl.span.start, "declarations overlap");
        last = decl.span.end;
        fits(decl.span);
        for span in nested(&format!("{:?}", decl.kind)) {
            assert!(
                decl.span.holds(span),
                "{span:?} leaves its declaration {:?}",
                decl.span
            );
            fits(span);
        }
    }
    for comment in &parsed.file.comments {
        fits(comment.span);
        assert_eq!(comment.span.text(text), &*comment.text);
    }
}

/// The outermost spans of a written structure; every span of a node holds those inside.
fn nested(shown: &str) -> Vec<Span> {
    let mut levels: Vec<(Option<Span>, Vec<Span>)> = vec![(None, Vec::new())];
    let bytes = shown.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'"' => {
                i += 1;
                while bytes[i] != b'"' {
                    i += if bytes[i] == b'\\' { 2 } else { 1 };
                }
            }
            b'{' | b'(' | b'[' => levels.push((None, Vec::new())),
            b'}' | b')' | b']' => {
                let Some((own, inner)) = levels.pop() else {
                    panic!("{shown}")
                };
                let Some(outer) = levels.last_mut() else {
                    panic!("{shown}")
                };
                if let Some(own) = own {
                    for span in inner {
                        assert!(own.holds(span), "{own:?} does not hold {span:?}: {shown}");
                    }
                    outer.1.push(own);
                } else {
                    outer.1.extend(inner);
                }
            }
            b'@' => {
                let long = bytes[i + 1..]
                    .iter()
                    .take_while(|b| b.is_ascii_digit() || **b == b'.')
                    .count();
                let (start, end) = shown[i + 1..=i + long].split_once("..").unwrap_or(("", ""));
                let span = Span::new(start.parse().unwrap_or(u32::MAX), end.parse().unwrap_or(0));
                let Some(level) = levels.last_mut() else {
                    panic!("{shown}")
                };
                if shown[..i].ends_with("span: ") {
                    level.0 = Some(span);
                } else {
                    level.1.push(span);
                }
                i += long;
            }
            _ => {}
        }
        i += 1;
    }
    levels.pop().map(|level| level.1).unwrap_or_default()
}

/// Puts declarations under an edition; says where each one stands.
fn file(decls: &[&str]) -> (String, Vec<(usize, usize)>) {
    let mut text = String::from("edition 2026\n\n");
    let mut places = Vec::new();
    for decl in decls {
        places.push((text.len(), text.len() + decl.len()));
        text.push_str(decl);
        text.push_str("\n\n");
    }
    (text, places)
}

#[test]
fn one_damage_touches_one_declaration_and_draws_one_message() {
    let all = declarations();
    let mut dice = Dice(0x1234_5678_9abc);
    let (mut broken, mut several) = (0, Vec::new());
    for _ in 0..2_000 {
        let pick: Vec<&str> = (0..4).map(|_| all[dice.roll(all.len())].as_str()).collect();
        let (text, places) = file(&pick);
        let hit = dice.roll(pick.len());
        let (from, to) = places[hit];
        let (damaged, start, end) = damage(&text, &mut dice, from, to);
        let parsed = parse(FileId(0), &damaged);
        check_spans(&parsed, &damaged);
        let shapes: Vec<String> = parsed
            .file
            .decls
            .iter()
            .map(|decl| ast::shape(&decl.kind))
            .collect();
        for (i, decl) in pick.iter().enumerate() {
            if i == hit {
                continue;
            }
            let alone = parse(FileId(0), &file(&[decl]).0);
            let shape = ast::shape(&alone.file.decls[0].kind);
            assert!(
                shapes.contains(&shape),
                "lost:\n{decl}\n--- in\n{damaged}\n--- {start}..{end} {:?}",
                parsed.problems
            );
        }
        broken += usize::from(!parsed.problems.is_empty());
        if parsed.problems.len() > 1 {
            several.push(format!(
                "{}\n{:#?}",
                &damaged[from..(to + 4).min(damaged.len())],
                parsed
                    .problems
                    .iter()
                    .map(|p| &p.message)
                    .collect::<Vec<_>>()
            ));
        }
    }
    assert!(broken > 500, "{broken} texts were broken");
    println!(
        "{} of {broken} broken texts drew several messages",
        several.len()
    );
    assert!(
        several.len() * 100 < broken * 7,
        "{} of {broken} broken texts drew several messages",
        several.len()
    );
}

#[test]
fn much_damage_is_survived() {
    let all = declarations();
    let mut dice = Dice(0xbad_c0de);
    for _ in 0..800 {
        let pick: Vec<&str> = (0..5).map(|_| all[dice.roll(all.len())].as_str()).collect();
        let (mut text, _) = file(&pick);
        for _ in 0..=dice.roll(12) {
            let long = text.len();
            if long > 0 {
                text = damage(&text, &mut dice, 0, long).0;
            }
        }
        check_spans(&parse(FileId(0), &text), &text);
    }
}

#[test]
fn every_beginning_of_a_policy_is_read() {
    for decl in declarations().iter().step_by(19) {
        for at in (0..decl.len()).filter(|at| decl.is_char_boundary(*at)) {
            let text = format!("edition 2026\n{}\nlet after = 1\n", &decl[..at]);
            let parsed = parse(FileId(0), &text);
            let last = parsed
                .file
                .decls
                .last()
                .map(|decl| ast::shape(&decl.kind))
                .unwrap_or_default();
            assert!(
                last.contains("text: \"after\""),
                "{text}\n{:?}",
                parsed.problems
            );
        }
    }
}

#[test]
fn no_text_takes_more_than_its_length() {
    let pieces = [
        "\n",
        " \n",
        "\u{202e}",
        "\u{202e}\n",
        "\"",
        "\"\"\"",
        "x\n",
        "}\n",
        "{\n",
        "gate ",
        "\ngate",
        "gate x {\n",
        "// a\n",
        "/// a\n",
        "  let x = 1\n",
        "let x = 1\n  y\n",
        "require a\n",
        "...",
        "ä",
        "\\",
        "a.",
        "a,\n",
        "gate x { require a\n  requir b\n}\n",
    ];
    for piece in pieces {
        let body = piece.repeat(120_000 / piece.len());
        for text in [
            body.clone(),
            format!("edition 2026\ngate g {{\n{body}"),
            format!("let x = [{body}"),
        ] {
            let parsed = parse(FileId(0), &text);
            assert!(
                !parsed.problems.is_empty() || piece.trim().is_empty() || piece.starts_with('/'),
                "{piece}"
            );
        }
    }
}
