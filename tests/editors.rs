//! The editors' files from outside: words that agree with the language, snippets that check, lock files that anybody
//! can install from, and a headless Neovim that talks to the built server.

use crate::cli::{Desk, root};
use rolloutc_compiler::source::FileId;
use rolloutc_grammar::{BODIES, DECLARATIONS, EXPRESSIONS, Keyword};
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether a program is on the path; says so on the terminal where it is not, past the harness that would hide it.
fn there(program: &str, what: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !found {
        let line = format!("SKIPPED: {what}: `{program}` is not installed\n");
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    found
}

/// The words of a list, `...` left out: a sign is no word.
fn words(list: &[Keyword]) -> BTreeSet<String> {
    let words = list.iter().map(|keyword| keyword.word.to_owned());
    words.filter(|word| word != "...").collect()
}

/// The choices in the first group of a pattern that holds words only: `(a|b[ \t]+c)`.
fn choices(pattern: &str) -> BTreeSet<String> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_| ".contains(c);
    let plain = pattern.replace("[ \\t]+", " ");
    let groups = plain.split('(').filter_map(|part| part.split_once(')'));
    let words = groups
        .map(|(inside, _)| inside)
        .find(|inside| inside.contains('|') && inside.chars().all(is_word));
    // A clause that stands alone needs no choice.
    let alone = || {
        plain
            .split('(')
            .filter_map(|part| part.split_once(')'))
            .map(|(inside, _)| inside)
            .find(|inside| !inside.is_empty() && inside.chars().all(is_word))
    };
    let words = words.or_else(alone).unwrap_or_default();
    words.split('|').map(str::to_owned).collect()
}

fn pattern<'a>(grammar: &'a Value, rule: &str) -> &'a str {
    let rule = &grammar["repository"][rule];
    rule["match"]
        .as_str()
        .or_else(|| rule["patterns"][0]["match"].as_str())
        .unwrap_or_else(|| panic!("{rule}: no such rule"))
}

#[test]
fn the_vim_syntax_has_the_words_of_the_language() {
    let syntax = text("editors/neovim/syntax/rollout.vim");
    let list = |group: &str| -> BTreeSet<String> {
        let line = syntax
            .lines()
            .find(|line| line.starts_with(&format!("syn match {group} ")));
        let list = line.and_then(|line| line.rsplit_once("\\%(\\w").map(|(list, _)| list));
        let list = list.and_then(|line| line.strip_suffix("\\)"));
        let list = list.and_then(|line| line.rsplit_once("\\%(").map(|(_, list)| list));
        let list = list.unwrap_or_else(|| panic!("no words for {group}"));
        list.split("\\|")
            .map(|word| word.replace("\\s\\+", " "))
            .collect()
    };
    let clauses = BODIES.iter().flat_map(|body| words(body.clauses));
    assert_eq!(list("rolloutDeclaration"), words(DECLARATIONS));
    assert_eq!(list("rolloutClause"), clauses.collect());
    assert_eq!(list("rolloutOperatorWord"), words(EXPRESSIONS));
    assert_eq!(list("rolloutUnit"), quoted("unit"));
}

/// The quoted words of a rule of the language's own grammar.
fn quoted(rule: &str) -> BTreeSet<String> {
    let grammar = text("grammar/rollout.pest");
    let at = grammar
        .find(&format!("\n{rule} = "))
        .unwrap_or_else(|| panic!("no rule {rule}"));
    let body = grammar[at..].split("///").next().unwrap_or_default();
    let words = body.split('"').skip(1).step_by(2).map(str::to_owned);
    words.collect()
}

fn set(words: &[&str]) -> BTreeSet<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn the_textmate_grammar_has_the_words_of_the_language() {
    let grammar = json("editors/vscode/syntaxes/rollout.tmLanguage.json");
    let rules = grammar["repository"].as_object().expect("rules");
    let declared: BTreeSet<String> = rules
        .keys()
        .filter_map(|rule| rule.strip_prefix("declaration-"))
        .map(str::to_owned)
        .collect();
    assert_eq!(declared, words(DECLARATIONS));
    for word in &declared {
        let begin = &grammar["repository"][format!("declaration-{word}")]["begin"];
        let begin = begin.as_str().expect("a pattern");
        assert!(begin.starts_with(&format!("^({word})")), "{begin}");
    }
    let included: BTreeSet<String> = grammar["patterns"]
        .as_array()
        .expect("patterns")
        .iter()
        .filter_map(|one| one["include"].as_str()?.strip_prefix("#declaration-"))
        .map(str::to_owned)
        .collect();
    assert_eq!(included, declared);
    for body in BODIES {
        let rule = format!("clauses-{}", body.of);
        assert_eq!(
            choices(pattern(&grammar, &rule)),
            words(body.clauses),
            "{rule}"
        );
    }
    let rows = BODIES
        .iter()
        .find(|body| body.of == "test")
        .expect("tests have clauses");
    assert_eq!(
        choices(pattern(&grammar, "clauses-test-row")),
        words(rows.clauses)
    );
    assert_eq!(choices(pattern(&grammar, "operator")), words(EXPRESSIONS));
    let unit = pattern(&grammar, "unit").split_once("(in)").expect("in").1;
    assert_eq!(choices(unit), quoted("unit"));
}

#[test]
fn the_textmate_grammar_has_the_functions_of_the_language() {
    let grammar = json("editors/vscode/syntaxes/rollout.tmLanguage.json");
    let known: BTreeSet<String> = rolloutc_runtime::builtins::BUILTINS
        .iter()
        .map(|builtin| builtin.name.to_owned())
        .collect();
    assert_eq!(choices(pattern(&grammar, "call")), known);
    for (rule, language) in [("state", "state"), ("day", "day"), ("month", "month")] {
        let pattern = pattern(&grammar, rule);
        for word in quoted(language) {
            let there = pattern.split(|c: char| !c.is_ascii_alphanumeric());
            assert!(there.clone().any(|part| part == word), "{rule}: {word}");
        }
    }
    assert!(quoted("state").is_superset(&set(&["stale", "pass"])));
}

/// A snippet as it stands once every place is filled with what it proposes.
fn expand(body: &str) -> String {
    let mut given: Vec<(u32, String)> = Vec::new();
    let mut out = String::new();
    let mut rest = body;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let braced = rest.starts_with('{');
        rest = rest.strip_prefix('{').unwrap_or(rest);
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let number: u32 = rest[..end].parse().expect("a number");
        rest = &rest[end..];
        if !braced {
            let known = given.iter().find(|(other, _)| *other == number);
            out.push_str(known.map_or("", |(_, text)| text));
            continue;
        }
        let mut inside = String::new();
        let mut escaped = false;
        let mut depth = 0;
        let mut taken = 0;
        for c in rest.chars() {
            taken += c.len_utf8();
            match c {
                _ if escaped => {
                    inside.push(c);
                    escaped = false;
                }
                '\\' => escaped = true,
                '}' if depth == 0 => break,
                '}' => {
                    depth -= 1;
                    inside.push(c);
                }
                '{' if inside.ends_with('$') => {
                    depth += 1;
                    inside.push(c);
                }
                _ => inside.push(c),
            }
        }
        rest = &rest[taken..];
        let inside = match inside.strip_prefix('|') {
            Some(choices) => choices
                .split([',', '|'])
                .next()
                .unwrap_or_default()
                .to_owned(),
            None => inside.strip_prefix(':').unwrap_or_default().to_owned(),
        };
        // A proposal may use what was given before it.
        let inside = given.iter().fold(inside, |text, (number, known)| {
            text.replace(&format!("${number}"), known)
        });
        out.push_str(&inside);
        given.push((number, inside));
    }
    out + rest
}

#[test]
fn every_snippet_expands_to_text_that_checks() {
    let snippets = json("editors/vscode/snippets/rollout.json");
    let snippets: Vec<(String, String, String)> = snippets
        .as_object()
        .expect("snippets")
        .iter()
        .map(|(name, snippet)| {
            let body = snippet["body"].as_array().expect("lines");
            let body: Vec<&str> = body.iter().filter_map(Value::as_str).collect();
            let prefix = snippet["prefix"].as_str().expect("a prefix");
            (name.clone(), prefix.to_owned(), expand(&body.join("\n")))
        })
        .collect();
    let of = |wanted: &str| -> String {
        let found = snippets.iter().find(|(_, prefix, _)| prefix == wanted);
        found
            .unwrap_or_else(|| panic!("no snippet {wanted}"))
            .2
            .clone()
    };
    let policy = of("policy");
    let finale = policy
        .lines()
        .find(|line| line.starts_with("phase everyone final"))
        .expect("a final phase");
    let desk = Desk::new();
    for (name, prefix, body) in &snippets {
        let whole = match prefix.as_str() {
            "policy" => body.clone(),
            "phase" => policy.replace(finale, &format!("{body}\n{finale}")),
            "phase final" => policy.replace(finale, body),
            "gate each" => format!("{policy}\n{}\n{body}", of("evidence rows")),
            "test" => format!("{policy}\n{}\n{body}", of("fixture")),
            _ => format!("{policy}\n{body}"),
        };
        assert!(!whole.contains('$'), "{name}: {whole}");
        desk.write("snippet.rollout", &whole);
        let answer = desk.ask("check snippet.rollout");
        assert_eq!(
            answer.code, 0,
            "{name}:\n{whole}\n{}{}",
            answer.out, answer.err
        );
        assert!(!answer.out.contains("error["), "{name}: {}", answer.out);
    }
    // Whoever types a declaration word is offered its snippet.
    for word in [
        "evidence", "gate", "phase", "trigger", "rollback", "freeze", "test",
    ] {
        assert!(!of(word).is_empty());
    }
}

#[test]
fn every_editor_starts_the_server_with_the_same_words() {
    let holds = |path: &str, line: &str| {
        let found = text(path).lines().any(|other| other == line);
        assert!(found, "{path} has no line `{line}`");
    };
    for line in [
        "[language-server.rolloutc]",
        "command = \"rolloutc\"",
        "args = [\"lsp\"]",
        "name = \"rollout\"",
        "file-types = [\"rollout\"]",
        "language-servers = [\"rolloutc\"]",
    ] {
        holds("editors/helix/languages.toml", line);
    }
    for line in [
        "[language_servers.rolloutc]",
        "languages = [\"Rollout policy\"]",
        "\"Rollout policy\" = \"rollout\"",
        "[grammars.rollout]",
        "path = \"editors/tree-sitter-rollout\"",
    ] {
        holds("editors/zed/extension.toml", line);
    }
    let zed = "editors/zed/languages/rollout/config.toml";
    holds(zed, "name = \"Rollout policy\"");
    holds(zed, "grammar = \"rollout\"");
    holds(zed, "path_suffixes = [\"rollout\"]");
    assert!(text("editors/zed/src/lib.rs").contains("\"lsp\""));
    assert!(text("editors/neovim/lua/rollout/init.lua").contains("{ \"rolloutc\", \"lsp\" }"));
    let code = json("editors/vscode/package.json");
    let settings = &code["contributes"]["configuration"]["properties"];
    assert_eq!(settings["rolloutc.path"]["default"], "rolloutc");
    assert!(text("editors/vscode/src/extension.ts").contains("args: [\"lsp\"]"));
}

#[test]
fn lock_files_name_no_registry() {
    for folder in ["editors/vscode", "editors/tree-sitter-rollout"] {
        let path = format!("{folder}/package-lock.json");
        if !root().join(&path).is_file() {
            continue;
        }
        let lock = json(&path);
        let manifest = json(&format!("{folder}/package.json"));
        for kind in ["dependencies", "devDependencies"] {
            let locked = &lock["packages"][""][kind];
            assert_eq!(*locked, manifest[kind], "{path} is not of its package.json");
        }
        for (name, package) in lock["packages"].as_object().expect("packages") {
            assert!(package.get("resolved").is_none(), "{name} names a host");
        }
    }
}

/// Opens a copy of the tour in Neovim and runs the session; what it saw, line by line.
fn session(desk: &Desk) -> Vec<String> {
    let lua = root().join("editors/neovim");
    let child = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "--cmd"])
        .arg(format!("set runtimepath^={}", lua.display()))
        .args(["-c", "filetype plugin on", "-c", "edit shop.rollout", "-c"])
        .arg(format!(
            "luafile {}",
            lua.join("test/session.lua").display()
        ))
        .current_dir(desk.path())
        .env("ROLLOUTC", env!("CARGO_BIN_EXE_rolloutc"))
        .env("XDG_CONFIG_HOME", desk.path())
        .env("XDG_DATA_HOME", desk.path())
        .env("XDG_STATE_HOME", desk.path())
        .env("XDG_CACHE_HOME", desk.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = child.expect("Neovim starts");
    let begun = Instant::now();
    while child.try_wait().expect("a child").is_none() {
        if begun.elapsed() > Duration::from_secs(120) {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let output = child.wait_with_output().expect("an answer");
    let seen = String::from_utf8_lossy(&output.stdout).into_owned();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{seen}\n{err}");
    seen.lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[test]
fn neovim_talks_to_the_server() {
    if !there("nvim", "Neovim against the server") {
        return;
    }
    let desk = Desk::with_phases();
    let seen = session(&desk);
    let said = |begin: &str| {
        let line = seen.iter().find(|line| line.starts_with(begin));
        line.unwrap_or_else(|| panic!("no line `{begin}` in {seen:#?}"))
    };
    for line in [
        "filetype rollout",
        "diagnostics unit-mismatch 19",
        "diagnostics none",
        "definition 19",
        "rename 0 left",
        "format as before",
        "action Write `300ms`",
    ] {
        assert!(
            seen.iter().any(|seen| seen == line),
            "no `{line}` in {seen:#?}"
        );
    }
    assert!(said("hover").contains("What must hold"), "{seen:#?}");
    assert!(said("lens Run all tests:").ends_with("passed"), "{seen:#?}");
    assert!(said("lens Decide:").contains("shop"), "{seen:#?}");
    assert!(said("completion").contains("leave"), "{seen:#?}");
}

/// What the compiled parser makes of texts, asked through Neovim, which has the runtime that parsers need.
fn parsed(texts: &[String]) -> Value {
    let desk = Desk::new();
    let folder = root().join("editors/tree-sitter-rollout");
    let library = desk.path().join("rollout.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O0", "-w", "-I"])
        .arg(folder.join("src"))
        .args([folder.join("src/parser.c"), folder.join("src/scanner.c")])
        .arg("-o")
        .arg(&library)
        .output()
        .expect("a C compiler, as Rust itself needs one to link");
    let err = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "the parser does not compile: {err}");
    let mut queries = serde_json::Map::new();
    for folder in QUERIES {
        for entry in std::fs::read_dir(root().join(folder)).expect("queries") {
            let path = format!(
                "{folder}/{}",
                entry.expect("a file").file_name().to_string_lossy()
            );
            if path.ends_with(".scm") {
                queries.insert(path.clone(), Value::String(text(&path)));
            }
        }
    }
    let cases = serde_json::json!({ "parser": library, "texts": texts, "queries": queries });
    let cases = desk.write("cases.json", cases.to_string());
    let output = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!(
            "luafile {}",
            folder.join("test/parse.lua").display()
        ))
        .env("CASES", cases)
        .env("XDG_CONFIG_HOME", desk.path())
        .env("XDG_DATA_HOME", desk.path())
        .env("XDG_STATE_HOME", desk.path())
        .env("XDG_CACHE_HOME", desk.path())
        .stdin(Stdio::null())
        .output()
        .expect("Neovim starts");
    let said = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    serde_json::from_str(said.trim()).unwrap_or_else(|_| panic!("{said}\n{err}"))
}

/// Folders with queries for the parser.
const QUERIES: [&str; 3] = [
    "editors/tree-sitter-rollout/queries",
    "editors/helix/queries/rollout",
    "editors/zed/languages/rollout",
];

/// The policies of the project: whole files, then the blocks of its pages.
fn corpus() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders: Vec<String> = [
        "examples",
        "stdlib",
        "tests/spec",
        "tests/fmt",
        "docs",
        "compiler/codes",
    ]
    .map(String::from)
    .to_vec();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).expect("a folder") {
            let entry = entry.expect("an entry");
            let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
            if entry.path().is_dir() {
                folders.push(path);
            } else if path.ends_with(".rollout") {
                found.push((path.clone(), text(&path)));
            } else if path.ends_with(".md") {
                let page = text(&path);
                let blocks = page.split("```rollout\n").skip(1);
                for (at, block) in blocks.enumerate() {
                    let block = block.split("```").next().unwrap_or_default();
                    found.push((format!("{path}, block {}", at + 1), block.to_owned()));
                }
            }
        }
    }
    found.sort();
    found
}

/// The codes of what has no shape. Other problems of the parser are inside a token, of counting, or of the whole file.
const SHAPE: [&str; 5] = [
    "syntax",
    "unknown-clause",
    "unclosed-bracket",
    "unclosed-text",
    "unknown-declaration",
];

/// The problems that the language's own parser has with a text.
fn problems(text: &str) -> Vec<&'static str> {
    let parsed = rolloutc_compiler::syntax::parse(FileId(0), text);
    parsed.problems.iter().map(|problem| problem.code).collect()
}

/// Damage, the line it is on, and whether the parser for editors sees it there.
const DAMAGE: [(&str, usize); 12] = [
    ("gate a { require }\n\ngate b { require ok }\n", 1),
    ("gate a { require x y }\n\ngate b { require ok }\n", 1),
    ("let a = 1\n\ngate b { require (ok }\n", 3),
    ("phase p {\n  cohorts 1%\n  soak\n}\n", 3),
    ("evidence e {\n  fresh 5m\n  p95: duration in\n}\n", 3),
    ("enum E { a b = }\n", 1),
    ("let a = [1, 2\nlet b = 3\n", 1),
    ("freeze f {\n  every fri 16:00 to mon\n}\n", 2),
    ("trigger t { when a  then }\n", 1),
    ("gate g {\n  require a\n  is stale\n}\n", 3),
    ("let a = \"open\nlet b = 3\n", 1),
    ("table t by a {\n  a b\n  1 +\n}\n", 3),
];

#[test]
fn the_parser_for_editors_agrees_with_the_language() {
    if !there("nvim", "the tree-sitter parser beside the language's own") {
        return;
    }
    let corpus = corpus();
    let mut texts: Vec<String> = corpus.iter().map(|(_, text)| text.clone()).collect();
    texts.extend(DAMAGE.map(|(text, _)| text.to_owned()));
    let (cases, trees): (Vec<String>, Vec<String>) = shapes().into_iter().unzip();
    texts.extend(cases.iter().cloned());
    let seen = parsed(&texts);
    assert_eq!(
        seen["failed"],
        serde_json::json!({}),
        "queries that do not fit"
    );
    let answers = seen["texts"].as_array().expect("answers");

    let mut whole = 0;
    let mut apart = String::new();
    for ((name, text), answer) in corpus.iter().zip(answers) {
        let problems = problems(text);
        let fine = answer["fine"] == true;
        whole += usize::from(fine);
        let shapeless = problems.iter().any(|code| SHAPE.contains(code));
        if (problems.is_empty() && !fine) || (shapeless && fine) {
            apart += &format!(
                "{name}: {problems:?}, damage in lines {}\n",
                answer["damage"]
            );
        }
    }
    assert!(whole > 200, "only {whole} whole texts");
    assert_eq!(apart, "", "the two do not agree");

    for ((text, line), answer) in DAMAGE.iter().zip(&answers[corpus.len()..]) {
        assert!(!problems(text).is_empty(), "{text}");
        let lines: Vec<u64> = answer["damage"]
            .as_array()
            .expect("lines")
            .iter()
            .filter_map(Value::as_u64)
            .collect();
        assert!(
            lines.contains(&(*line as u64)),
            "{text}: damage in {lines:?}"
        );
    }

    let drawn = &answers[corpus.len() + DAMAGE.len()..];
    for ((case, tree), answer) in cases.iter().zip(&trees).zip(drawn) {
        let came = answer["tree"].as_str().expect("a tree");
        assert_eq!(plain(came), plain(tree), "{case}");
    }

    // The queries find what they are for.
    let captured = |query: &str, name: &str| seen["captures"][query][name].as_u64().unwrap_or(0);
    let colours = "editors/tree-sitter-rollout/queries/highlights.scm";
    for name in [
        "keyword", "string", "number", "comment", "type", "function", "operator",
    ] {
        assert!(captured(colours, name) > 100, "{name}");
    }
    for colours in ["helix/queries", "zed/languages"] {
        let colours = format!("editors/{colours}/rollout/highlights.scm");
        assert!(captured(&colours, "keyword") > 1000, "{colours}");
    }
    let outline = "editors/zed/languages/rollout/outline.scm";
    assert!(
        captured(outline, "name") > 500 && captured(outline, "name") == captured(outline, "item")
    );
    let folds = "editors/tree-sitter-rollout/queries/folds.scm";
    assert!(captured(folds, "fold") > 1000);
}

/// Texts with one token less, twice, or another one in its place: where, and the damaged text.
fn damaged(corpus: &[(String, String)]) -> Vec<(String, String)> {
    let mut turn: u64 = 20_260_301;
    let mut next = move |below: usize| {
        turn = turn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (turn >> 33) as usize % below.max(1)
    };
    let mut out = Vec::new();
    for (name, text) in corpus.iter().filter(|(_, text)| text.len() < 4_000) {
        let tokens = tokens(text);
        if tokens.len() < 8 {
            continue;
        }
        for _ in 0..4 {
            let at = &tokens[2 + next(tokens.len() - 2)];
            let other = &tokens[2 + next(tokens.len() - 2)];
            let own = &text[at.clone()];
            let put = match next(3) {
                0 => String::new(),
                1 => format!("{own} {own}"),
                _ => text[other.clone()].to_owned(),
            };
            let mut text = text.clone();
            text.replace_range(at.clone(), &put);
            out.push((name.clone(), text));
        }
    }
    out
}

/// Where words, numbers and signs stand; comments and texts are left out.
fn tokens(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let first = rest.chars().next().expect("a character");
        let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let long = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' {
            let end = rest[1..]
                .find(['"', '\n'])
                .map_or(rest.len(), |end| end + 2);
            end.min(rest.len())
        } else if word(first) {
            let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
            out.push(at..at + end);
            end
        } else {
            if first.is_ascii_punctuation() {
                out.push(at..at + 1);
            }
            first.len_utf8()
        };
        at += long;
    }
    out
}

#[test]
fn the_parser_for_editors_refuses_what_the_language_refuses() {
    if !there("nvim", "the tree-sitter parser on damaged texts") {
        return;
    }
    let cases = damaged(&corpus());
    let texts: Vec<String> = cases.iter().map(|(_, text)| text.clone()).collect();
    let seen = parsed(&texts);
    let answers = seen["texts"].as_array().expect("answers");
    let (mut refused, mut apart) = (0, Vec::new());
    for ((name, text), answer) in cases.iter().zip(answers) {
        let problems = problems(text);
        let shapeless = problems.iter().any(|code| SHAPE.contains(code));
        let fine = answer["fine"] == true;
        refused += usize::from(shapeless);
        if (problems.is_empty() && !fine) || (shapeless && fine) {
            apart.push(format!("{name}: {problems:?} {fine}\n{text}\n-----"));
        }
    }
    assert!(cases.len() > 1_500 && refused > 1_000, "{refused} refused");
    // Where a name may be is told by the language with more than one token in view.
    assert!(apart.len() * 500 <= cases.len(), "{}", apart.join("\n"));
}

/// The cases of the parser's own tests: a text, and the tree it is to have.
fn shapes() -> Vec<(String, String)> {
    let folder = "editors/tree-sitter-rollout/test/corpus";
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root().join(folder)).expect("cases") {
        let name = entry.expect("a file").file_name();
        let page = text(&format!("{folder}/{}", name.to_string_lossy()));
        let title = "=".repeat(80);
        let parts: Vec<&str> = page.split(&format!("{title}\n")).collect();
        for part in parts.iter().skip(2).step_by(2) {
            let (case, tree) = part
                .split_once(&format!("\n{}\n", "-".repeat(80)))
                .expect("a case has its tree");
            found.push((case.trim_start().to_owned(), tree.to_owned()));
        }
    }
    assert!(found.len() > 15);
    found
}

/// A tree without blanks and without the names of its fields.
fn plain(tree: &str) -> String {
    let words = tree.split_whitespace().filter(|word| !word.ends_with(':'));
    words.collect::<Vec<_>>().join(" ").replace(" )", ")")
}

#[test]
fn the_parser_for_editors_has_the_words_of_the_language() {
    let types = json("editors/tree-sitter-rollout/src/node-types.json");
    let is_word = |word: &str| word.starts_with(|c: char| c.is_ascii_alphabetic());
    let known: BTreeSet<String> = types
        .as_array()
        .expect("types")
        .iter()
        .filter(|one| one["named"] == false)
        .filter_map(|one| one["type"].as_str().map(str::to_owned))
        .filter(|word| is_word(word))
        .collect();
    let single = |word: &str| word.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let lists = [words(DECLARATIONS), words(EXPRESSIONS)];
    let clauses = BODIES.iter().flat_map(|body| words(body.clauses));
    let language: BTreeSet<String> = lists
        .into_iter()
        .flatten()
        .chain(clauses)
        .flat_map(|word| single(&word))
        .filter(|word| is_word(word))
        .collect();
    // A word that is a node of its own has no second name in the list of types.
    let named: BTreeSet<&str> = types
        .as_array()
        .expect("types")
        .iter()
        .filter(|one| one["named"] == true)
        .filter_map(|one| one["type"].as_str())
        .collect();
    let missing: Vec<&String> = language
        .iter()
        .filter(|word| !known.contains(*word) && !named.contains(word.as_str()))
        .collect();
    assert!(
        missing.is_empty(),
        "not in the parser for editors: {missing:?}"
    );
    let pest: BTreeSet<String> = text("grammar/rollout.pest")
        .split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect();
    // `sample` has an optional letter there.
    let constants = set(&["true", "false", "null", "samples"]);
    let strange: Vec<&String> = known
        .iter()
        .filter(|word| {
            !language.contains(*word) && !pest.contains(*word) && !constants.contains(*word)
        })
        .collect();
    assert!(strange.is_empty(), "not in the language: {strange:?}");

    // The scanner has two lists of its own.
    let scanner = text("editors/tree-sitter-rollout/src/scanner.c");
    let list = |name: &str| -> BTreeSet<String> {
        let body = scanner.split(&format!("{name}[] = {{")).nth(1);
        let body = body.and_then(|rest| rest.split('}').next());
        let quoted = body.unwrap_or_default().split('"').skip(1).step_by(2);
        quoted.map(str::to_owned).collect()
    };
    assert_eq!(list("UNITS"), quoted("unit"));
    assert_eq!(list("CASTS"), quoted("cast_word"));
    let mut measures = quoted("measure");
    measures.remove("p");
    assert_eq!(list("MEASURES"), measures);
}
