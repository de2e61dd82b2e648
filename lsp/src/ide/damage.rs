//! Every feature at random places of policies that were cut, torn and swapped at random: no answer may be a fault, and
//! every answer lies in the text.

use super::tests::{now, read};
use super::{View, actions, complete, fold, go, hover, inlay, lenses, links, names, rename};
use super::{select, signature, symbols, tokens};
use rolloutc_compiler::fmt;
use rolloutc_compiler::lints;
use rolloutc_compiler::source::Span;

/// Numbers that look like chance and are the same on every run.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides.max(1)
    }
}

/// Policies at hand: examples, modules of the tool, blocks of the language by example.
fn corpus() -> Vec<String> {
    fn walk(folder: &std::path::Path, out: &mut Vec<std::path::PathBuf>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, out);
            } else {
                out.push(path);
            }
        }
    }
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut paths = Vec::new();
    for folder in ["examples", "stdlib", "tests/spec"] {
        walk(&root.join(folder), &mut paths);
    }
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("rollout") => texts.push(text),
            Some("md") => {
                let blocks = text.split("```rollout\n").skip(1);
                texts.extend(
                    blocks
                        .filter_map(|block| block.split("```").next())
                        .map(str::to_owned),
                );
            }
            _ => {}
        }
    }
    assert!(texts.len() > 20, "{}", texts.len());
    texts
}

/// Asks everything at an offset.
fn everything(text: &str, offset: u32) {
    let analysis = read(text);
    let view = View::new(&analysis, now());
    let inside = |span: Span| {
        assert!(
            span.start <= span.end && span.end as usize <= text.len(),
            "{span:?}"
        );
        assert!(text.is_char_boundary(span.start as usize), "{span:?}");
        assert!(text.is_char_boundary(span.end as usize), "{span:?}");
    };
    hover::hover(&view, offset)
        .into_iter()
        .for_each(|one| inside(one.span));
    go::definition(&view, offset)
        .into_iter()
        .for_each(|way| inside(way.from));
    go::declaration(&view, offset);
    go::type_definition(&view, offset);
    go::highlights(&view, offset)
        .into_iter()
        .for_each(|(span, _)| inside(span));
    if let Ok(found) = rename::prepare(&view, offset) {
        let all: Vec<(Span, bool)> = (go::references(&view, &found.target).iter())
            .map(|one| (one.span, one.declares))
            .collect();
        for (span, _) in rename::edits(&view, &all, found.kind, "renamed") {
            inside(span);
        }
    }
    for one in names::all(&view) {
        inside(one.span);
    }
    for one in symbols::outline(&view) {
        inside(one.whole);
        inside(one.own);
    }
    fold::folds(&view)
        .into_iter()
        .for_each(|(span, _)| inside(span));
    let grown = select::grow(&view, offset);
    grown
        .windows(2)
        .for_each(|two| assert!(two[1].holds(two[0]), "{two:?}"));
    grown.into_iter().for_each(inside);
    let coloured = tokens::tokens(&view);
    coloured.iter().for_each(|token| inside(token.span));
    for two in coloured.windows(2) {
        assert!(two[0].span.end <= two[1].span.start, "{two:?}");
    }
    let whole = Span::new(0, text.len() as u32);
    inlay::hints(&view, whole)
        .into_iter()
        .for_each(|hint| inside(Span::at(hint.at)));
    links::links(&view)
        .into_iter()
        .for_each(|link| inside(link.span));
    lenses::lenses(&view)
        .into_iter()
        .for_each(|lens| inside(lens.span));
    signature::signature(&view, offset);
    let list = complete::complete(&view, offset, &mut |text| Some(read(text)));
    inside(list.span);
    let mut found = analysis.diagnostics.clone();
    found.extend(lints::run(&analysis, &lints::Options::default()));
    for action in actions::actions(&view, Span::at(offset), &found) {
        action.edits.into_iter().for_each(|(span, _)| inside(span));
    }
    let _ = fmt::format(text);
    let _ = fmt::format_range(text, Span::at(offset));
}

/// Cuts, drops and swaps pieces of a text.
fn damage(text: &str, dice: &mut Dice) -> String {
    let at = |dice: &mut Dice| super::floor(text, dice.throw(text.len() + 1) as u32) as usize;
    let (one, two) = (at(dice), at(dice));
    let (from, to) = (one.min(two), one.max(two));
    match dice.throw(5) {
        0 => text[..one].to_owned(),
        1 => text[one..].to_owned(),
        2 => format!("{}{}", &text[..from], &text[to..]),
        3 => {
            let near = super::floor(text, (from + dice.throw(12)).min(text.len()) as u32) as usize;
            format!("{}{}", &text[..from], &text[near.max(from)..])
        }
        _ => {
            let odd = [
                "{", "}", "\"", "\n", "é", "(", "[", ".", " match ", "\"\"\"", "//",
            ];
            format!(
                "{}{}{}",
                &text[..one],
                odd[dice.throw(odd.len())],
                &text[one..]
            )
        }
    }
}

fn tear(rounds: usize, seed: u64) {
    let corpus = corpus();
    let mut dice = Dice(seed);
    for _ in 0..rounds {
        // Long ones are looked at in part: what matters is the damage, not the length.
        let text = &corpus[dice.throw(corpus.len())];
        let from = text[..super::floor(text, dice.throw(text.len()) as u32) as usize]
            .rfind("\n\n")
            .map_or(0, |at| at + 2);
        let to = super::floor(text, (from + 3_000).min(text.len()) as u32) as usize;
        let torn = damage(&text[from..to], &mut dice);
        let offset = super::floor(&torn, dice.throw(torn.len() + 1) as u32);
        let done = std::panic::catch_unwind(|| everything(&torn, offset));
        assert!(done.is_ok(), "at {offset} of\n{torn}");
    }
}

#[test]
fn nothing_that_is_torn_is_a_fault() {
    tear(150, 11);
}

/// `cargo test -p rolloutc-lsp -- --ignored` looks longer.
#[test]
#[ignore = "takes minutes"]
fn nothing_that_is_torn_is_a_fault_for_long() {
    tear(6_000, 17);
}

#[test]
fn whole_policies_are_answered_everywhere() {
    let mut dice = Dice(3);
    for text in corpus().iter().filter(|text| text.len() < 6_000).take(25) {
        everything(text, super::floor(text, dice.throw(text.len() + 1) as u32));
    }
}
