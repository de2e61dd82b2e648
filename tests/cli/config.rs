//! `rollout.toml`: where it is found, what beats it, and what it may not say.

use super::Desk;

/// A policy with a warning, two folders below the configuration.
fn desk(config: &str) -> Desk {
    let desk = Desk::new();
    desk.write("rollout.toml", config);
    let policy = super::QUESTION.to_string()
        + "\ngate idle advisory { require slo.p95 <= 1s }\nlet unused = 3\n";
    desk.write("a/b/p.rollout", policy);
    desk.write(
        "a/b/ev/slo.json",
        r#"{ "p95": 240, "at": "2025-11-03T09:59:00Z" }"#,
    );
    desk
}

const ASK: &str = "eval a/b/p.rollout --evidence a/b/ev --as-of 2025-11-03T10:00:00Z";

#[test]
fn a_project_denies_what_it_denies() {
    desk("").expect("check a/b/p.rollout", 0, "1 warning");
    desk("[check]\ndeny = [\"warnings\"]\n").expect("check a/b/p.rollout", 1, "1 warning");
    desk("[check]\ndeny = [\"unused-declaration\"]\n").expect("check a", 1, "1 warning");
    desk("[check]\ndeny = [\"unused-gate\"]\n").expect("check a/b", 0, "1 warning");
    // A flag adds to it.
    desk("[check]\ndeny = [\"unused-gate\"]\n").expect("check a/b --deny warnings", 1, "1 warning");
}

#[test]
fn the_nearest_one_counts_alone() {
    let desk = desk("[check]\ndeny = [\"warnings\"]\n");
    desk.write("a/rollout.toml", "");
    desk.expect("check a/b/p.rollout", 0, "1 warning");
}

#[test]
fn times_are_shown_as_the_project_wants_unless_a_flag_says_otherwise() {
    let desk = desk("[eval]\ntz = \"Europe/Berlin\"\n");
    desk.expect(ASK, 0, "as of 2025-11-03 11:00+01:00");
    desk.expect(&format!("{ASK} --tz UTC"), 0, "as of 2025-11-03 10:00Z");
    let with = desk.ask(&format!("{ASK} --format json")).out;
    desk.write("rollout.toml", "");
    assert_eq!(with, desk.ask(&format!("{ASK} --format json")).out);
}

#[test]
fn what_it_may_not_say_is_refused_with_its_place() {
    let check = |config: &str, part: &str| {
        let desk = desk(config);
        desk.expect("check a/b/p.rollout", 2, part);
        desk.expect(ASK, 2, part);
    };
    check("[eval]\ntx = \"UTC\"\n", "[rollout.toml:2:1]");
    check("[eval]\ntx = \"UTC\"\n", "did you mean `tz`?");
    check("[params]\nmost = \"1s\"\n", "there is no table `params`");
    check("[eval]\ntz = \"Mars\"\n", "there is no time zone `Mars`");
    check(
        "[check]\ndeny = [\"unused-gat\"]\n",
        "did you mean `unused-gate`?",
    );
    check("[check\n", "the configuration does not read");
    check("\u{0}", "the configuration does not read");
}

#[test]
fn its_keys_are_explained() {
    let desk = Desk::new();
    desk.expect("explain rollout.toml", 0, "[check]");
    desk.expect("explain rollout.tml", 2, "did you mean `rollout.toml`?");
}

#[test]
fn levels_are_those_of_the_nearest_match() {
    let todo = |config: &str, code: i32, part: &str| {
        desk(config).expect("check a/b/p.rollout --format short", code, part);
    };
    todo("", 0, "warning[unused-declaration]");
    todo(
        "[lints]\nunused-declaration = \"error\"\n",
        3,
        "error[unused-declaration]",
    );
    todo(
        "[lints]\nunused-declaration = \"info\"\n",
        0,
        "info[unused-declaration]",
    );
    todo(
        "[lints]\nunused-declaration = \"off\"\n",
        0,
        "nothing found",
    );
    let paths = "[lints]\nunused-declaration = \"error\"\n[[paths]]\nmatch = [\"a/**\"]\nlints = { unused-declaration = \"off\" }\n";
    todo(paths, 0, "nothing found");
    todo(
        &paths.replace("a/**", "b/**"),
        3,
        "error[unused-declaration]",
    );
    todo(&paths.replace("a/**", "a/?/p.rollout"), 0, "nothing found");
}

#[test]
fn the_schema_takes_what_the_reader_takes() {
    let desk = Desk::new();
    let text = desk.expect("explain rollout.schema.json", 0, "").out;
    let schema: serde_json::Value = serde_json::from_str(&text).expect("a document");
    let published = std::fs::read_to_string(super::root().join("docs/rollout.schema.json"));
    assert_eq!(published.expect("the published schema"), text);
    // The page names every key, and is a configuration itself.
    let page = desk.ask("explain rollout.toml").out;
    let page = page
        .split("```toml\n")
        .nth(1)
        .expect("a block")
        .split("```")
        .next()
        .expect("its text");
    let both = [
        (page, true),
        ("", true),
        ("[check]\ndeny = [\"unused-gate\"]\n", true),
        ("[[paths]]\nmatch = \"a\"\n", true),
        ("[chek]\n", false),
        ("[check]\ndny = []\n", false),
        ("[check]\ndeny = \"warnings\"\n", false),
        ("[check]\ndeny = [\"warning\"]\n", false),
        ("[eval]\ntz = 1\n", false),
        ("[lints]\nunused-gat = \"off\"\n", false),
        ("[lints]\nunit-mismatch = \"off\"\n", false),
        ("[lints]\nunused-gate = \"on\"\n", false),
        ("[[paths]]\nlints = { unused-gate = \"off\" }\n", false),
        ("[rules]\nmax-waiver = \"long\"\n", false),
        ("[rules]\nmax-cohort-jump = 1\n", false),
        ("[rules.names]\ngat = \"a\"\n", false),
    ];
    for (config, fine) in both {
        let value = json(config);
        assert_eq!(
            crate::schema::problems(&schema, &value).is_empty(),
            fine,
            "schema: {config}"
        );
        desk.write("rollout.toml", config);
        desk.write("p.rollout", super::QUESTION);
        let read = desk.ask("check p.rollout").code != 2;
        assert_eq!(read, fine, "reader: {config}");
    }
    for table in ["check", "eval", "lints", "paths", "rules"] {
        assert!(schema["properties"][table].is_object(), "{table}");
        assert!(page.contains(&format!("[{table}]")), "{table}");
    }
}

/// The few forms of TOML that stand above, as a value.
fn json(text: &str) -> serde_json::Value {
    use serde_json::{Value, json};
    let value = |text: &str| -> Value {
        let inline = text
            .trim()
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'));
        match inline.and_then(|inner| inner.split_once('=')) {
            Some((key, held)) => {
                let held: Value = serde_json::from_str(held.trim()).expect("a plain value");
                json!({ key.trim(): held })
            }
            None => serde_json::from_str(text.trim()).expect("a plain value"),
        }
    };
    let mut root = json!({});
    let mut at: Vec<String> = Vec::new();
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty() && !line.starts_with('#'))
    {
        if let Some(name) = line
            .strip_prefix("[[")
            .and_then(|rest| rest.strip_suffix("]]"))
        {
            root[name] = json!([{}]);
            at = vec![name.to_string()];
        } else if let Some(name) = line
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            at = name.split('.').map(String::from).collect();
            let mut table = &mut root;
            for part in &at {
                if table[part].is_null() {
                    table[part] = json!({});
                }
                table = &mut table[part];
            }
        } else {
            let (key, held) = line.split_once('=').expect("a key");
            let mut table = &mut root;
            for part in &at {
                table = &mut table[part];
                if table.is_array() {
                    table = &mut table[0];
                }
            }
            table[key.trim()] = value(held);
        }
    }
    root
}

/// A module has the levels of its own path, whoever uses it.
#[test]
fn a_module_has_the_levels_of_its_own_path() {
    let level = |folder: &str, level: &str| {
        format!("[[paths]]\nmatch = [\"{folder}/**\"]\nlints = {{ todo-left = \"{level}\" }}\n")
    };
    let desk = Desk::new();
    desk.write(
        "lib/m.rollout",
        "edition 2026\n\nlet most = 1s // TODO: less\n",
    );
    let policy = super::QUESTION
        .replace("param most", "use \"../lib/m.rollout\" as m\n\nparam most")
        .replace("slo.p95 <= most", "slo.p95 <= most and slo.p95 <= m.most");
    desk.write("a/p.rollout", policy + "\n// TODO: more\n");
    let check = |config: &str, own: Option<&str>, module: Option<&str>| {
        desk.write("rollout.toml", config);
        for words in ["check a/p.rollout", "check a lib"] {
            let said = desk.ask(&format!("{words} --format short")).out;
            for (file, level) in [("a/p.rollout", own), ("lib/m.rollout", module)] {
                let lines = said.lines().filter(|line| line.starts_with(file));
                let lines: Vec<&str> = lines.collect();
                match level {
                    None => assert!(lines.is_empty(), "{config}\n{said}"),
                    Some(level) => assert!(
                        lines.len() == 1 && lines[0].contains(&format!(" {level}[todo-left]")),
                        "{config}\n{said}"
                    ),
                }
            }
        }
    };
    check("", Some("info"), Some("info"));
    check(&level("lib", "off"), Some("info"), None);
    check(
        &(level("a", "off") + &level("lib", "error")),
        None,
        Some("error"),
    );
    check(&level("a", "warning"), Some("warning"), Some("info"));
    // A nearer file of the module counts alone.
    desk.write("lib/rollout.toml", "");
    check(&level("lib", "off"), Some("info"), Some("info"));
}
