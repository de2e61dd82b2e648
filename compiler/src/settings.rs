//! What `rollout.toml` says: levels of lints, rules of an organisation, wishes of a project. Knows its keys and refuses
//! any other; knows no disk. Nothing in it reaches a decision.

pub mod glob;
mod schema;

use std::collections::BTreeMap;
use std::ops::Range;

use rolloutc_runtime::number::Number;
use rolloutc_runtime::time::Date;
use rolloutc_runtime::{pattern, unit};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::check::nearest;
use crate::codes::CODES;
use crate::diagnostic::Severity;
use crate::lints::{self, LINTS, Level, Rules};
use crate::zones;

pub use schema::schema;

/// The file's name.
pub const NAME: &str = "rollout.toml";

/// A key, where it stands, and what it says.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// Its table, with dots; `paths` stands in double brackets.
    pub table: &'static str,
    /// Its name; `LINT` and `DECLARATION` stand for any of those.
    pub name: &'static str,
    /// What it may hold.
    pub example: &'static str,
    /// One sentence.
    pub doc: &'static str,
    /// What it holds.
    pub holds: Holds,
}

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// Codes, or `warnings`.
    Codes,
    /// A time zone.
    Zone,
    /// `off`, `info`, `warning` or `error`.
    Level,
    /// A table of levels, by lint.
    Levels,
    /// Patterns of paths.
    Globs,
    /// Names of roles.
    Roles,
    /// A length of time.
    Duration,
    /// A number above one.
    Factor,
    /// A whole number up to a hundred.
    Percent,
    /// A regular expression.
    Pattern,
}

/// Every key that there is.
pub const KEYS: [Key; 10] = [
    Key {
        table: "check",
        name: "deny",
        example: "[\"warnings\"]",
        doc: "Codes of findings that `check` ends on with 1, or `warnings`; `--deny` adds to them.",
        holds: Holds::Codes,
    },
    Key {
        table: "eval",
        name: "tz",
        example: "\"Europe/Berlin\"",
        doc: "The zone that `eval` shows times in; `--tz` beats it.",
        holds: Holds::Zone,
    },
    Key {
        table: "lints",
        name: "LINT",
        example: "\"warning\"",
        doc: "How much a lint weighs here: `off`, `info`, `warning` or `error`.",
        holds: Holds::Level,
    },
    Key {
        table: "paths",
        name: "match",
        example: "[\"legacy/**\"]",
        doc: "The policies that the levels beside it are for; the last match wins, and beats `[lints]`.",
        holds: Holds::Globs,
    },
    Key {
        table: "paths",
        name: "lints",
        example: "{ todo-left = \"off\" }",
        doc: "Levels as in `[lints]`.",
        holds: Holds::Levels,
    },
    Key {
        table: "rules",
        name: "owners",
        example: "[\"ops\"]",
        doc: "Roles that every policy must name in `owners`; without them, `missing-owner`.",
        holds: Holds::Roles,
    },
    Key {
        table: "rules",
        name: "max-waiver",
        example: "\"30d\"",
        doc: "The longest time that `waivers` may allow with `at most`; beyond it, `waiver-too-long`.",
        holds: Holds::Duration,
    },
    Key {
        table: "rules",
        name: "max-cohort-jump",
        example: "10",
        doc: "How many times larger than the one before a cohort may be; beyond it, `cohort-jump`.",
        holds: Holds::Factor,
    },
    Key {
        table: "rules.names",
        name: "DECLARATION",
        example: "\"[a-z_]+\"",
        doc: "What names of these declarations look like, as a whole; others are a `name-pattern`.",
        holds: Holds::Pattern,
    },
    Key {
        table: "test",
        name: "floor",
        example: "90",
        doc: "How much the tests of a policy must show, in per cent, or `test` ends with 1; `--floor` beats it.",
        holds: Holds::Percent,
    },
];

/// The declarations that `[rules.names]` may speak of.
pub const NAMED: [&str; 15] = [
    "approval",
    "evidence",
    "fixture",
    "freeze",
    "gate",
    "group",
    "message",
    "param",
    "phase",
    "report",
    "rollback",
    "rollout",
    "switch",
    "threshold",
    "trigger",
];

/// What `rollout.toml` says; nothing where there is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// `check.deny`
    pub deny: Vec<String>,
    /// `eval.tz`
    pub tz: Option<String>,
    /// `[lints]`
    pub levels: BTreeMap<String, Level>,
    /// `[[paths]]`, in the order of the file.
    pub paths: Vec<PathLevels>,
    /// `[rules]`
    pub rules: Rules,
    /// `test.floor`, in per cent.
    pub floor: Option<u8>,
}

/// Levels of some policies.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PathLevels {
    /// Patterns of their paths, from the folder of `rollout.toml`.
    pub globs: Vec<String>,
    /// The levels.
    pub levels: BTreeMap<String, Level>,
}

/// What does not read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The bytes of the file it speaks of.
    pub place: Range<usize>,
    /// One sentence.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
}

impl Settings {
    /// What lints are told for one policy: its path from the folder of `rollout.toml` with `/`, and the day of the check.
    pub fn options(&self, path: &str, today: Option<Date>) -> lints::Options {
        let mut levels = self.levels.clone();
        for some in &self.paths {
            if some.globs.iter().any(|glob| glob::matches(glob, path)) {
                levels.extend(
                    some.levels
                        .iter()
                        .map(|(slug, level)| (slug.clone(), *level)),
                );
            }
        }
        lints::Options {
            today,
            levels,
            rules: self.rules.clone(),
            ..lints::Options::default()
        }
    }
}

/// The page of `rolloutc explain rollout.toml`.
pub fn page() -> String {
    let mut out = String::from(
        "# rollout.toml\n\nWhat a project asks of the tool. It is looked for in the policy's folder and then in those above; the nearest one\ncounts, alone. A flag beats it. It never changes what a policy means: params, evidence and states are given by hand.\n`docs/rollout.schema.json` is its JSON Schema, for editors; `rolloutc explain rollout.schema.json` prints it.\n\n```toml\n",
    );
    let mut table = "";
    for key in &KEYS {
        if key.table != table {
            table = key.table;
            let double = matches!(table, "paths");
            let (open, close) = if double { ("[[", "]]") } else { ("[", "]") };
            if !out.ends_with("```toml\n") {
                out.push('\n');
            }
            out.push_str(&format!("{open}{table}{close}\n"));
        }
        let name = match key.name {
            "LINT" => "cohort-jump",
            "DECLARATION" => "gate",
            name => name,
        };
        out.push_str(&format!("# {}\n{name} = {}\n", key.doc, key.example));
    }
    out + "```\n"
}

/// Reads the text of a `rollout.toml`.
pub fn read(text: &str) -> Result<Settings, Wrong> {
    let table = DeTable::parse(text).map_err(|error| {
        let message: Vec<&str> = error.message().lines().collect();
        wrong(error.span().unwrap_or(0..0), message.join(", "))
    })?;
    let mut settings = Settings::default();
    for (name, value) in table.get_ref() {
        let (word, at) = (name.get_ref().as_ref(), name.span());
        match word {
            "check" => {
                for (key, value) in self::table(word, value)? {
                    match key.get_ref().as_ref() {
                        "deny" => settings.deny = codes(value)?,
                        other => return Err(unknown(key.span(), "key", other, &keys(word))),
                    }
                }
            }
            "eval" => {
                for (key, value) in self::table(word, value)? {
                    match key.get_ref().as_ref() {
                        "tz" => settings.tz = Some(zone(value)?),
                        other => return Err(unknown(key.span(), "key", other, &keys(word))),
                    }
                }
            }
            "lints" => settings.levels = levels(word, value)?,
            "paths" => {
                let DeValue::Array(all) = value.get_ref() else {
                    let help = "write `[[paths]]`, once for each";
                    return Err(
                        wrong(value.span(), "`paths` is a list of tables".into()).help(help)
                    );
                };
                for one in all.iter() {
                    settings.paths.push(path(one)?);
                }
            }
            "rules" => settings.rules = rules(value)?,
            "test" => {
                for (key, value) in self::table(word, value)? {
                    match key.get_ref().as_ref() {
                        "floor" => settings.floor = Some(percent(value)?),
                        other => return Err(unknown(key.span(), "key", other, &keys(word))),
                    }
                }
            }
            other => return Err(unknown(at, "table", other, &tables())),
        }
    }
    Ok(settings)
}

/// Whether a word may stand behind `--deny`; else what is known.
pub fn deniable(text: &str) -> Result<(), String> {
    if text == "warnings" || CODES.iter().any(|code| code.slug == text) {
        return Ok(());
    }
    let all: Vec<String> = CODES
        .iter()
        .filter(|code| code.severity != Severity::Error)
        .map(|code| code.slug.to_string())
        .chain(["warnings".to_string()])
        .collect();
    Err(known(text, &all))
}

impl Wrong {
    fn help(mut self, help: impl Into<String>) -> Wrong {
        self.help = Some(help.into());
        self
    }
}

fn wrong(place: Range<usize>, message: String) -> Wrong {
    Wrong {
        place,
        message,
        help: None,
    }
}

type Value<'t> = Spanned<DeValue<'t>>;

fn table<'v, 't>(name: &str, value: &'v Value<'t>) -> Result<&'v DeTable<'t>, Wrong> {
    match value.get_ref() {
        DeValue::Table(table) => Ok(table),
        _ => Err(wrong(value.span(), format!("`{name}` is a table"))
            .help(format!("write it as a table: `[{name}]`"))),
    }
}

fn list<'v, 't>(value: &'v Value<'t>, what: &str, example: &str) -> Result<&'v [Value<'t>], Wrong> {
    match value.get_ref() {
        DeValue::Array(items) => Ok(items),
        _ => Err(wrong(value.span(), what.to_string()).help(format!("for example `{example}`"))),
    }
}

fn text(value: &Value<'_>, what: &str) -> Result<String, Wrong> {
    match value.get_ref() {
        DeValue::String(text) => Ok(text.to_string()),
        _ => Err(wrong(value.span(), format!("{what} is a text")).help("put it in quotes")),
    }
}

fn codes(value: &Value<'_>) -> Result<Vec<String>, Wrong> {
    let items = list(value, "`deny` is a list of codes", "deny = [\"warnings\"]")?;
    let code = |item: &Value<'_>| {
        let code = text(item, "a code")?;
        deniable(&code).map_err(|help| {
            wrong(item.span(), format!("there is no code `{code}` to deny")).help(help)
        })?;
        Ok(code)
    };
    items.iter().map(code).collect()
}

fn zone(value: &Value<'_>) -> Result<String, Wrong> {
    let zone = text(value, "a zone")?;
    if zone != "UTC" && zone != "Z" {
        zones::zone(&zone).map_err(|unknown| {
            let help = match unknown.candidates.as_slice() {
                [] => "write a zone such as Europe/Berlin".to_string(),
                names => format!("did you mean {}?", names.join(" or ")),
            };
            wrong(value.span(), format!("there is no time zone `{zone}`")).help(help)
        })?;
    }
    Ok(zone)
}

fn percent(value: &Value<'_>) -> Result<u8, Wrong> {
    let number = match value.get_ref() {
        DeValue::Integer(number) => number.as_str().parse::<u8>().ok(),
        _ => None,
    };
    number.filter(|number| *number <= 100).ok_or_else(|| {
        let message = "a floor is a whole number from 0 to 100".to_string();
        wrong(value.span(), message).help("for example `floor = 90`")
    })
}

fn levels(name: &str, value: &Value<'_>) -> Result<BTreeMap<String, Level>, Wrong> {
    let mut out = BTreeMap::new();
    for (key, value) in table(name, value)? {
        let slug = key.get_ref().as_ref();
        if !lints::is_lint(slug) {
            if CODES.iter().any(|code| code.slug == slug) {
                let message = format!("`{slug}` is not a lint: its weight is fixed");
                let help =
                    "errors of names, values and syntax must be fixed, they cannot be silenced";
                return Err(wrong(key.span(), message).help(help));
            }
            let all: Vec<String> = LINTS.iter().map(|lint| lint.slug.to_string()).collect();
            let near = match nearest(slug, &all) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "`rolloutc explain` lists them".to_string(),
            };
            return Err(wrong(key.span(), format!("there is no lint `{slug}`")).help(near));
        }
        let word = text(value, "a level")?;
        let level = match word.as_str() {
            "off" => Level::Off,
            "info" => Level::At(Severity::Info),
            "warning" => Level::At(Severity::Warning),
            "error" => Level::At(Severity::Error),
            other => {
                let all = ["off", "info", "warning", "error"].map(String::from);
                let message = format!("there is no level `{other}`");
                return Err(wrong(value.span(), message).help(known(other, &all)));
            }
        };
        out.insert(slug.to_string(), level);
    }
    Ok(out)
}

fn path(value: &Value<'_>) -> Result<PathLevels, Wrong> {
    let mut out = PathLevels::default();
    for (key, value) in table("paths", value)? {
        match key.get_ref().as_ref() {
            "match" => {
                let items = match value.get_ref() {
                    DeValue::String(_) => std::slice::from_ref(value),
                    _ => list(
                        value,
                        "`match` is a list of paths",
                        "match = [\"legacy/**\"]",
                    )?,
                };
                let globs = items.iter().map(|item| text(item, "a path"));
                out.globs = globs.collect::<Result<_, _>>()?;
            }
            "lints" => out.levels = levels("lints", value)?,
            other => return Err(unknown(key.span(), "key", other, &keys("paths"))),
        }
    }
    if out.globs.is_empty() {
        return Err(wrong(value.span(), "this speaks of no path".into())
            .help("say which: `match = [\"legacy/**\"]`"));
    }
    Ok(out)
}

fn rules(value: &Value<'_>) -> Result<Rules, Wrong> {
    let mut out = Rules::default();
    for (key, value) in table("rules", value)? {
        match key.get_ref().as_ref() {
            "owners" => {
                let items = list(value, "`owners` is a list of roles", "owners = [\"ops\"]")?;
                let roles = items.iter().map(|item| text(item, "a role"));
                out.owners = roles.collect::<Result<_, _>>()?;
            }
            "max-waiver" => {
                let said = text(value, "a length of time")?;
                let length = unit::parse_duration(&said).ok();
                let length = length.filter(|length| *length > Number::int(0));
                if length.is_none() {
                    let message = format!("`{said}` is not a length of time");
                    let help = "for example `max-waiver = \"30d\"`";
                    return Err(wrong(value.span(), message).help(help));
                }
                out.max_waiver = length;
            }
            "max-cohort-jump" => {
                let factor = match value.get_ref() {
                    DeValue::Integer(number) => number.as_str().replace('_', ""),
                    DeValue::Float(number) => number.as_str().replace('_', ""),
                    _ => String::new(),
                };
                let factor = Number::parse(&factor)
                    .ok()
                    .filter(|factor| *factor > Number::int(1));
                if factor.is_none() {
                    let message = "a cohort grows by a number above 1".to_string();
                    return Err(
                        wrong(value.span(), message).help("for example `max-cohort-jump = 10`")
                    );
                }
                out.max_cohort_jump = factor;
            }
            "names" => {
                for (word, value) in table("rules.names", value)? {
                    let name = word.get_ref().as_ref();
                    let all: Vec<String> = NAMED.iter().map(|word| word.to_string()).collect();
                    let Some(named) = NAMED.iter().find(|named| **named == name) else {
                        return Err(unknown(word.span(), "declaration", name, &all));
                    };
                    let said = text(value, "a pattern")?;
                    pattern::compile(&said).map_err(|why| {
                        wrong(value.span(), format!("this is not a pattern: {why}"))
                    })?;
                    out.names.insert(named, said);
                }
            }
            other => {
                let mut all = keys("rules");
                all.push("names".to_string());
                return Err(unknown(key.span(), "key", other, &all));
            }
        }
    }
    Ok(out)
}

fn tables() -> Vec<String> {
    let whole = |key: &Key| key.table.split('.').next().unwrap_or_default().to_string();
    let mut tables: Vec<String> = KEYS.iter().map(whole).collect();
    tables.dedup();
    tables
}

fn keys(table: &str) -> Vec<String> {
    let of = KEYS.iter().filter(|key| key.table == table);
    of.map(|key| key.name.to_string()).collect()
}

fn unknown(place: Range<usize>, what: &str, name: &str, all: &[String]) -> Wrong {
    let help = format!("{}; see `rolloutc explain {NAME}`", known(name, all));
    wrong(place, format!("there is no {what} `{name}` here")).help(help)
}

/// "did you mean", or the list of what there is.
fn known(word: &str, all: &[String]) -> String {
    if let Some(near) = nearest(word, all) {
        return format!("did you mean `{near}`?");
    }
    let list: Vec<String> = all.iter().map(|name| format!("`{name}`")).collect();
    format!("there is {}", list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, want: Result<fn(&Settings) -> bool, &str>) {
        match (read(text), want) {
            (Ok(settings), Ok(right)) => assert!(right(&settings), "{text}\n{settings:#?}"),
            (Err(wrong), Err(part)) => {
                let said = format!(
                    "{} {}",
                    wrong.message,
                    wrong.help.clone().unwrap_or_default()
                );
                assert!(said.contains(part), "{text}\nwanted: {part}\n{said}");
                assert!(wrong.place.end <= text.len(), "{text}: {:?}", wrong.place);
            }
            (Ok(_), Err(part)) => panic!("{text} reads, wanted: {part}"),
            (Err(wrong), Ok(_)) => panic!("{text}: {wrong:?}"),
        }
    }

    #[test]
    fn known_keys_are_read() {
        check("", Ok(|settings| *settings == Settings::default()));
        check(
            "[check]\ndeny = [\"warnings\", \"unused-gate\"]\n[eval]\ntz = \"Europe/Berlin\"\n",
            Ok(|settings| {
                settings.deny == ["warnings", "unused-gate"]
                    && settings.tz.as_deref() == Some("Europe/Berlin")
            }),
        );
        check(
            "[test]\nfloor = 90\n",
            Ok(|settings| settings.floor == Some(90)),
        );
        check(
            "[lints]\ntodo-left = \"off\"\nunused-gate = \"error\"\n",
            Ok(|settings| {
                settings.levels["todo-left"] == Level::Off
                    && settings.levels["unused-gate"] == Level::At(Severity::Error)
            }),
        );
        check(
            "[rules]\nowners = [\"ops\"]\nmax-waiver = \"30d\"\nmax-cohort-jump = 2.5\n[rules.names]\ngate = \"[a-z_]+\"\n",
            Ok(|settings| {
                settings.rules.owners == ["ops"]
                    && settings.rules.max_waiver == unit::parse_duration("30d").ok()
                    && settings.rules.max_cohort_jump == Number::parse("2.5").ok()
                    && settings.rules.names["gate"] == "[a-z_]+"
            }),
        );
    }

    #[test]
    fn anything_else_is_refused_with_what_was_meant() {
        check("[chek]\n", Err("did you mean `check`?"));
        check("[check]\ndny = []\n", Err("did you mean `deny`?"));
        check(
            "[params]\nsoak = \"1m\"\n",
            Err("there is no table `params`"),
        );
        check("[test]\nfloor = 101\n", Err("from 0 to 100"));
        check("[test]\nfloor = \"90%\"\n", Err("for example `floor = 90`"));
        check("check = 1\n", Err("`check` is a table"));
        check("[check]\ndeny = \"warnings\"\n", Err("a list of codes"));
        check("[check]\ndeny = [1]\n", Err("a code is a text"));
        check(
            "[check]\ndeny = [\"unused-gat\"]\n",
            Err("did you mean `unused-gate`?"),
        );
        check("[eval]\ntz = \"Europe/Berln\"\n", Err("Europe/Berlin"));
        check("[eval]\ntz = 1\n", Err("a zone is a text"));
        check(
            "[lints]\nunused-gat = \"off\"\n",
            Err("did you mean `unused-gate`?"),
        );
        check(
            "[lints]\nunit-mismatch = \"off\"\n",
            Err("its weight is fixed"),
        );
        check(
            "[lints]\nunused-gate = \"of\"\n",
            Err("did you mean `off`?"),
        );
        check("[lints]\nunused-gate = true\n", Err("a level is a text"));
        check("[paths]\nmatch = []\n", Err("a list of tables"));
        check(
            "[[paths]]\nlints = { todo-left = \"off\" }\n",
            Err("speaks of no path"),
        );
        check("[[paths]]\nmtch = []\n", Err("did you mean `match`?"));
        check(
            "[rules]\nmax-waiver = \"long\"\n",
            Err("not a length of time"),
        );
        check(
            "[rules]\nmax-waver = \"1d\"\n",
            Err("did you mean `max-waiver`?"),
        );
        check("[rules]\nmax-cohort-jump = 1\n", Err("a number above 1"));
        check("[rules.names]\ngat = \"a\"\n", Err("did you mean `gate`?"));
        check(
            "[rules.names]\ngate = \"[\"\n",
            Err("this is not a pattern"),
        );
        check("[check\n", Err(""));
        check("[check]\ndeny = []\ndeny = []\n", Err(""));
    }

    #[test]
    fn the_last_match_of_a_path_beats_what_is_said_of_all() {
        let text = "[lints]\ntodo-left = \"error\"\n[[paths]]\nmatch = [\"old/**\"]\nlints = { todo-left = \"off\" }\n[[paths]]\nmatch = \"old/new/*.rollout\"\nlints = { todo-left = \"info\" }\n";
        let settings = read(text).expect("it reads");
        let level = |path| settings.options(path, None).levels["todo-left"];
        assert_eq!(level("p.rollout"), Level::At(Severity::Error));
        assert_eq!(level("old/p.rollout"), Level::Off);
        assert_eq!(level("old/new/p.rollout"), Level::At(Severity::Info));
    }

    #[test]
    fn the_page_is_a_file_that_reads() {
        let page = page();
        let text = page.split("```toml\n").nth(1).expect("a block");
        let text = text.split("```").next().expect("its text");
        let settings = read(text).expect("it reads");
        assert!(!settings.paths.is_empty() && settings.rules.max_waiver.is_some());
    }
}
