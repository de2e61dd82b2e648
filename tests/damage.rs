//! Damage of every kind: policies, evidence, states and programs that were edited at random, always the same way. Nothing
//! panics, nothing runs for ever, and what did not promote before never promotes after its evidence was broken.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant as Clock};

use rolloutc_compiler::analysis::{Workspace, analyse, wanted};
use rolloutc_compiler::lints;
use rolloutc_runtime::bundle;
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::decision::Outcome;
use rolloutc_runtime::evidence::{Content, Evidence, Param, ParamFrom};
use rolloutc_runtime::ir::Program;
use rolloutc_runtime::state::State;
use rolloutc_runtime::step::{Engine, Options};
use rolloutc_runtime::time::Instant;
use serde_json::{Value, json};

use crate::cli::{Desk, root};

/// How long anything of this page may take, on a machine that is busy with something else.
const LONG: Duration = Duration::from_secs(30);

/// A generator that gives the same numbers on every run.
pub struct Dice(u64);

impl Dice {
    /// One that begins with a number that is not zero.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (sides.max(1) as u64)).unwrap_or(0)
    }

    /// One of them.
    pub fn one<'t, T>(&mut self, of: &'t [T]) -> &'t T {
        &of[self.roll(of.len())]
    }
}

/// What is put into a policy where it hurts.
const PIECES: [&str; 34] = [
    "",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\"\"\"",
    ",",
    ":",
    "=",
    "=>",
    "-",
    "??",
    ".",
    "//",
    "///",
    "\n",
    "1%",
    "600ms",
    "9999999999999999999999999999999999999999",
    "2026-02-30",
    " in ",
    " else ",
    " not ",
    " x in x : ",
    "null",
    "each ",
    "\u{202e}",
    "é",
    "\n}\n",
    "gate g { require g }",
    "99999999d",
];

/// Every policy at hand, those of the pages among them.
fn policies() -> Vec<String> {
    let mut all = Vec::new();
    for folder in ["examples", "stdlib", "tests/spec", "docs"] {
        gather(&root().join(folder), &mut all);
    }
    assert!(all.len() > 100, "{} policies", all.len());
    all
}

fn gather(folder: &Path, all: &mut Vec<String>) {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    for path in paths {
        let ending = path.extension().and_then(|ending| ending.to_str());
        if path.is_dir() {
            gather(&path, all);
        } else if ending == Some("rollout") {
            all.push(std::fs::read_to_string(&path).expect("a policy"));
        } else if ending == Some("md") {
            let text = std::fs::read_to_string(&path).expect("a page");
            let blocks = text.split("```rollout\n").skip(1);
            all.extend(blocks.filter_map(|block| Some(block.split_once("```")?.0.to_owned())));
        }
    }
}

fn damaged(text: &str, dice: &mut Dice) -> String {
    let place = |dice: &mut Dice| {
        let mut at = dice.roll(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (a, b) = (place(dice), place(dice));
    let (from, to) = (a.min(b), a.max(b));
    let line = text[from..]
        .find('\n')
        .map_or(text.len(), |end| from + end + 1);
    match dice.roll(7) {
        // A piece of it somewhere else.
        0 => format!("{}{}{}", &text[..to], &text[from..line], &text[to..]),
        // A line is gone.
        1 => format!("{}{}", &text[..from], &text[line..]),
        // The end is gone.
        2 if dice.roll(4) == 0 => text[..to].to_owned(),
        // A word is another word of the same text.
        3 => {
            let words: Vec<&str> = text.split_whitespace().collect();
            let (old, new) = (*dice.one(&words), *dice.one(&words));
            text.replacen(old, new, 1 + dice.roll(3))
        }
        _ => format!("{}{}{}", &text[..from], dice.one(&PIECES), &text[from..]),
    }
}

#[test]
fn no_damage_of_a_policy_is_too_much_for_its_check() {
    let all = policies();
    let mut dice = Dice(0x5eed_0001);
    let mut failed = 0;
    for _ in 0..350 {
        let mut text = dice.one(&all).clone();
        for _ in 0..=dice.roll(3) {
            text = damaged(&text, &mut dice);
        }
        let mut workspace = Workspace::new();
        workspace.insert("p.rollout", text.as_str());
        let begun = Clock::now();
        let analysis = analyse(&workspace, "p.rollout");
        let _ = lints::run(&analysis, &lints::Options::default());
        failed += usize::from(analysis.failed());
        assert!(begun.elapsed() < LONG, "too long:\n{text}");
    }
    assert!(failed > 100, "{failed} were broken");
}

/// Policies of a few lines that double what they ask at every line.
#[test]
fn what_doubles_at_every_line_is_refused_or_is_quick() {
    let chain = |first: &str, next: &dyn Fn(usize) -> String, last: &str| {
        let head = "edition 2026\nrollout x\nevidence e { fresh 1h  n: number  ok: bool }\ngate g { require e.ok }\n";
        let lines: String = (1..40).map(|i| next(i) + "\n").collect();
        format!("{head}{first}\n{lines}{last}\n")
    };
    let texts = [
        chain(
            "group a0 = all of g, g",
            &|i| format!("group a{i} = all of a{0}, a{0}", i - 1),
            "gate top { require a39 }",
        ),
        chain(
            "let a0 = e.n + e.n",
            &|i| format!("let a{i} = a{0} + a{0}", i - 1),
            "gate top { require a39 > 1 }",
        ),
        chain(
            "let a0 = e.ok or e.ok",
            &|i| format!("let a{i} = a{0} or a{0}", i - 1),
            "gate top { require a39 }",
        ),
        chain(
            "fn a0(x: number): number = x + x",
            &|i| format!("fn a{i}(x: number): number = a0(a{}(x))", i - 1),
            "gate top { require a39(e.n) > 1 }",
        ),
        chain(
            "fn a0(x: number): number = max(x, x)",
            &|i| format!("fn a{i}(x: number): number = a0(a{}(x))", i - 1),
            "gate top { require a39(e.n) > 1 }",
        ),
        chain(
            "fn a0(x: bool): bool = x or x",
            &|i| format!("fn a{i}(x: bool): bool = a0(a{}(x))", i - 1),
            "gate top { require a39(e.ok) }",
        ),
        chain(
            "fn a0(x: bool): bool = x or x",
            &|i| format!("fn a{i}(x: bool): bool = a{0}(x) and a{0}(x)", i - 1),
            "gate top { require a39(e.ok) }",
        ),
        chain(
            "",
            &|i| {
                format!(
                    "gate a{i} {{ require {0} or {0} }}",
                    if i == 1 {
                        "g".into()
                    } else {
                        format!("a{}", i - 1)
                    }
                )
            },
            "",
        ),
    ];
    for text in texts {
        let desk = Desk::new();
        desk.write("p.rollout", &text);
        desk.write("e.json", r#"{ "n": 0, "ok": false }"#);
        for asked in [
            "check p.rollout",
            "eval p.rollout --start --as-of 2026-03-02T12:00:00Z",
            "eval p.rollout --evidence e=e.json --observed-at e=2026-03-02T12:00:00Z --start --as-of 2026-03-02T12:00:00Z",
        ] {
            let begun = Clock::now();
            let said = desk.ask(asked);
            assert!(
                matches!(said.code, 0 | 1 | 3 | 4),
                "{text}{asked}\n{}{}",
                said.out,
                said.err
            );
            assert!(begun.elapsed() < LONG, "too long: {asked}\n{text}");
        }
    }
}

/// A policy of the examples with what it was once asked.
struct Case {
    name: String,
    bundle: Value,
    state: Option<State>,
    as_of: Instant,
}

/// The production policy and every case recorded of it.
fn cases() -> (Program, Vec<Case>) {
    let folder = root().join("examples/spacetime");
    let mut workspace = Workspace::new();
    let mut open = vec!["production.rollout".to_owned()];
    while let Some(path) = open.pop() {
        let text = std::fs::read_to_string(folder.join(&path)).expect("a policy");
        open.extend(wanted(&path, &text));
        workspace.insert(&path, text);
    }
    let program = analyse(&workspace, "production.rollout")
        .program
        .expect("a program");
    let entries = std::fs::read_dir(folder.join("outcomes")).expect("the outcomes");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let cases = paths
        .into_iter()
        .filter(|path| path.join("bundle.json").exists())
        .map(|path| {
            let read = |name: &str| std::fs::read(path.join(name)).ok();
            let text = |name: &str| String::from_utf8(read(name).expect("a file")).expect("text");
            Case {
                name: path
                    .file_name()
                    .expect("a name")
                    .to_string_lossy()
                    .into_owned(),
                bundle: serde_json::from_str(&text("bundle.json")).expect("a bundle"),
                state: read("state.json").map(|bytes| State::from_json(&bytes).expect("a state")),
                as_of: Instant::parse(text("as_of").trim(), false).expect("an instant"),
            }
        });
    let cases: Vec<Case> = cases.collect();
    assert!(cases.len() > 8, "{} cases", cases.len());
    (program, cases)
}

/// What is decided, where the bundle can be read and the step is not refused.
fn decide(
    program: &Program,
    bundle: &[u8],
    state: Option<&State>,
    as_of: Instant,
) -> Option<Outcome> {
    let bundle = bundle::parse(bundle).ok()?;
    let observations = bundle.items.into_iter();
    let evidence = Evidence {
        subject: bundle.subject,
        observations: observations
            .map(|item| item.observation(|_| Content::Absent))
            .collect(),
        params: (program.params.iter())
            .filter_map(|param| {
                Some(Param {
                    name: param.name.clone(),
                    value: param.default.clone()?,
                    from: ParamFrom::Default,
                })
            })
            .collect(),
        notes: Vec::new(),
    };
    let mut engine = Engine::new(program);
    let (decision, _) = engine
        .step(state, &evidence, as_of, &Options::default())
        .ok()?;
    Some(decision.outcome)
}

fn promotes(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Advance | Outcome::Complete)
}

/// The paths of every value in a document that is neither a list nor an object.
fn leaves(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(key, value)| {
            leaves(
                value,
                &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                out,
            )
        }),
        Value::Array(items) => {
            let all = items.iter().enumerate();
            all.for_each(|(i, value)| leaves(value, &format!("{at}/{i}"), out));
        }
        _ => out.push(at.to_owned()),
    }
}

#[test]
fn broken_evidence_never_promotes_what_did_not_promote() {
    // The cases are being written anew by another test.
    if std::env::var_os("UPDATE_OUTCOMES").is_some() {
        return;
    }
    let (program, cases) = cases();
    let mut dice = Dice(0x5eed_0002);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for case in &cases {
        let whole = case.bundle.to_string();
        let state = case.state.as_ref();
        let before = decide(&program, whole.as_bytes(), state, case.as_of).expect(&case.name);
        let word = before.word();
        assert!(
            case.name == "rolled-back"
                || case.name == "verified"
                || case.name == "unknown"
                || case.name == word,
            "{} is {word}",
            case.name
        );
        if promotes(before) {
            continue;
        }
        for _ in 0..40 {
            let mut bundle = case.bundle.clone();
            for _ in 0..=dice.roll(2) {
                break_it(&mut bundle, &mut dice);
            }
            let text = bundle.to_string();
            let after = decide(&program, text.as_bytes(), state, case.as_of);
            assert!(
                !after.is_some_and(promotes),
                "{} became {after:?} with\n{text}",
                case.name
            );
            *seen.entry(word).or_default() += 1;
        }
    }
    assert!(seen.len() >= 4, "{seen:?}");
}

/// Breaks one thing of a bundle, so that nothing better can be read from it: an item is gone, too old, not yet observed, or
/// a value of it is something that no schema takes.
fn break_it(bundle: &mut Value, dice: &mut Dice) {
    let Some(items) = bundle["items"]
        .as_array_mut()
        .filter(|items| !items.is_empty())
    else {
        return;
    };
    let at = dice.roll(items.len());
    match dice.roll(5) {
        0 => {
            items.remove(at);
        }
        1 => items[at]["observed_at"] = json!("2020-01-01T00:00:00Z"),
        2 => items[at]["observed_at"] = json!("2099-01-01T00:00:00Z"),
        _ => {
            let mut paths = Vec::new();
            let of = if items[at]["payload"].is_null() {
                "text"
            } else {
                "payload"
            };
            leaves(&items[at][of], &format!("/{of}"), &mut paths);
            if of == "text" {
                items[at][of] = json!("nothing that anybody wrote\n");
            } else if !paths.is_empty() {
                let path = dice.one(&paths).clone();
                if let Some(place) = items[at].pointer_mut(&path) {
                    *place = dice
                        .one(&[json!({ "x": [] }), json!([[0]]), json!("NaN"), Value::Null])
                        .clone();
                }
            }
        }
    }
}

#[test]
fn bytes_edited_at_random_are_refused_or_decided_on() {
    let (program, cases) = cases();
    let mut dice = Dice(0x5eed_0003);
    let edited = |bytes: &[u8], dice: &mut Dice| {
        let mut bytes = bytes.to_vec();
        for _ in 0..=dice.roll(2) {
            let at = dice.roll(bytes.len());
            match dice.roll(5) {
                0 => {
                    bytes.remove(at);
                }
                1 => bytes.truncate(at.max(1)),
                2 => bytes.insert(at, *dice.one(b"\"{}[],:0e-.\\\0\xff")),
                _ => bytes[at] = *dice.one(b"\"{}[],:019e-.\\ntf \0\xff"),
            }
        }
        bytes
    };
    let compiled = program.to_json().into_bytes();
    for case in &cases {
        let (whole, state) = (case.bundle.to_string(), case.state.as_ref());
        for _ in 0..25 {
            let bundle = edited(whole.as_bytes(), &mut dice);
            let _ = decide(&program, &bundle, state, case.as_of);
            if let Some(state) = state {
                let old = state.to_json().into_bytes();
                let new = edited(&old, &mut dice);
                // Whatever still reads is the same: its digest says so.
                if let Ok(read) = State::from_json(&new) {
                    assert_eq!(read, *state, "{}", String::from_utf8_lossy(&new));
                }
            }
        }
    }
    for _ in 0..40 {
        let new = edited(&compiled, &mut dice);
        if let Ok(read) = Program::from_json(&new) {
            assert_eq!(
                read.digest,
                program.digest,
                "{}",
                String::from_utf8_lossy(&new)
            );
        }
    }
}

/// Changes one value of a document into one of the same document, or into something odd.
fn twist(document: &mut Value, dice: &mut Dice) {
    let mut paths = Vec::new();
    leaves(document, "", &mut paths);
    if paths.is_empty() {
        return;
    }
    let (to, from) = (dice.one(&paths).clone(), dice.one(&paths).clone());
    let odd = [
        json!(0),
        json!(-1),
        json!(65_535),
        json!(4_294_967_295_u64),
        json!("x"),
        Value::Null,
        json!([]),
        json!({}),
    ];
    let value = match dice.roll(2) {
        0 => document.pointer(&from).cloned().unwrap_or(Value::Null),
        _ => dice.one(&odd).clone(),
    };
    // Up to three levels up: whole rows and clauses too.
    let levels: Vec<&str> = to.rsplitn(1 + dice.roll(4), '/').collect();
    if let Some(place) = document.pointer_mut(levels.last().copied().unwrap_or(&to)) {
        *place = value;
    }
}

#[test]
fn states_and_programs_that_somebody_sealed_anew_are_refused_or_decided_on() {
    let (program, cases) = cases();
    let mut dice = Dice(0x5eed_0004);
    let (mut states, mut programs) = (0, 0);
    let sealed = |document: &mut Value| {
        document["digest"] = json!(Digest::of_document(document, &["digest"]).to_string());
    };
    for case in cases.iter().filter(|case| case.state.is_some()) {
        let whole = case.bundle.to_string();
        let state = case.state.as_ref().map(State::to_json).unwrap_or_default();
        let state: Value = serde_json::from_str(&state).expect("a state");
        for _ in 0..40 {
            let mut new = state.clone();
            twist(&mut new, &mut dice);
            if !new.is_object() {
                continue;
            }
            sealed(&mut new);
            if let Ok(state) = State::from_json(new.to_string().as_bytes()) {
                let _ = decide(&program, whole.as_bytes(), Some(&state), case.as_of);
                states += 1;
            }
        }
    }
    let whole: Value = serde_json::from_str(&program.to_json()).expect("a program");
    for _ in 0..600 {
        let mut new = whole.clone();
        for _ in 0..=dice.roll(2) {
            twist(&mut new, &mut dice);
        }
        let Ok(mut twisted) = serde_json::from_value::<Program>(new) else {
            continue;
        };
        twisted.seal();
        let Ok(read) = Program::from_json(twisted.to_json().as_bytes()) else {
            continue;
        };
        programs += 1;
        let case = dice.one(&cases);
        let begun = Clock::now();
        let _ = decide(&read, case.bundle.to_string().as_bytes(), None, case.as_of);
        assert!(begun.elapsed() < LONG, "too long");
    }
    assert!(
        states > 10 && programs > 3,
        "{states} states, {programs} programs were read"
    );
}
