//! `rollout.toml`: what a project asks of the tool, in the folder of its policies or above. Knows its keys and
//! refuses any other; nothing in it reaches a decision.

use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use crate::load::{Unreadable, bytes, cannot_read, known};
use crate::report::word;
use rolloutc_compiler::codes::CODES;
use rolloutc_compiler::zones;
use std::ops::Range;
use std::path::Path;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The file's name.
pub const NAME: &str = "rollout.toml";

/// The most that is read of it.
const MOST: u64 = 1 << 20;

/// A key, where it stands, and what it says.
pub struct Key {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it may hold.
    pub example: &'static str,
    /// One sentence.
    pub doc: &'static str,
}

/// Every key that there is.
pub const KEYS: [Key; 2] = [
    Key {
        table: "check",
        name: "deny",
        example: "[\"warnings\"]",
        doc: "Codes of findings that `check` ends on with 1, or `warnings`; `--deny` adds to them.",
    },
    Key {
        table: "eval",
        name: "tz",
        example: "\"Europe/Berlin\"",
        doc: "The zone that `eval` shows times in; `--tz` beats it.",
    },
];

/// The page of `rolloutc explain rollout.toml`.
pub fn page() -> String {
    let mut out = String::from(
        "# rollout.toml\n\nWhat a project asks of the tool. It is looked for in the policy's folder and then in those above; the nearest one\ncounts, alone. A flag beats it. It never changes what a policy means: params, evidence and states are given by hand.\n\n```toml\n",
    );
    for key in &KEYS {
        out.push_str(&format!(
            "[{}]\n# {}\n{} = {}\n\n",
            key.table, key.doc, key.name, key.example
        ));
    }
    out.truncate(out.trim_end().len());
    out + "\n```\n"
}

/// What `rollout.toml` says; nothing where there is none.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// `check.deny`
    pub deny: Vec<String>,
    /// `eval.tz`
    pub tz: Option<String>,
}

/// The nearest `rollout.toml` of a policy, or of the current folder for standard input.
pub fn near(policy: &Path) -> Result<Config, Failure> {
    let folder = match policy.parent() {
        _ if policy == Path::new("-") => Path::new("."),
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let Ok(whole) = std::fs::canonicalize(folder) else {
        // The policy cannot be read either, and that is said of it.
        return Ok(Config::default());
    };
    for (up, folder_above) in whole.ancestors().enumerate() {
        let path = folder_above.join(NAME);
        if !path.is_file() {
            continue;
        }
        // Shown as the reader would open it.
        let mut shown = folder.to_path_buf();
        for _ in 0..up {
            match shown.file_name() {
                Some(_) => {
                    shown.pop();
                }
                None => shown.push(".."),
            }
        }
        shown.push(NAME);
        let shown = shown
            .strip_prefix(".")
            .map(Path::to_path_buf)
            .unwrap_or(shown);
        let read = bytes(&path, MOST)
            .map_err(|why| cannot_read(Exit::Usage, "the configuration", &shown, &why))?;
        let text = String::from_utf8(read).map_err(|_| {
            let why = Unreadable::Other("it is not UTF-8".into());
            cannot_read(Exit::Usage, "the configuration", &shown, &why)
        })?;
        return Reader {
            name: shown.display().to_string(),
            text: &text,
        }
        .config();
    }
    Ok(Config::default())
}

struct Reader<'t> {
    name: String,
    text: &'t str,
}

impl Reader<'_> {
    fn config(&self) -> Result<Config, Failure> {
        let table = DeTable::parse(self.text).map_err(|error| {
            let message: Vec<&str> = error.message().lines().collect();
            self.wrong(error.span().unwrap_or(0..0), &message.join(", "), None)
        })?;
        let mut config = Config::default();
        for (name, value) in table.get_ref() {
            let tables: Vec<String> = tables();
            if !tables.iter().any(|known| known == name.get_ref()) {
                return Err(self.unknown(name.span(), "table", name.get_ref(), &tables));
            }
            let DeValue::Table(inner) = value.get_ref() else {
                let help = format!("write it as a table: `[{}]`", name.get_ref());
                let message = format!("`{}` is a table", name.get_ref());
                return Err(self.wrong(value.span(), &message, Some(help)));
            };
            for (key, value) in inner {
                self.key(name.get_ref(), key, value, &mut config)?;
            }
        }
        Ok(config)
    }

    fn key(
        &self,
        table: &str,
        key: &Spanned<impl AsRef<str>>,
        value: &Spanned<DeValue<'_>>,
        config: &mut Config,
    ) -> Result<(), Failure> {
        match (table, key.get_ref().as_ref()) {
            ("check", "deny") => {
                let DeValue::Array(items) = value.get_ref() else {
                    let help = "for example `deny = [\"warnings\"]`".to_string();
                    return Err(self.wrong(value.span(), "`deny` is a list of codes", Some(help)));
                };
                for item in items.iter() {
                    let code = self.text(item, "a code is a text")?;
                    deniable(&code).map_err(|help| {
                        let message = format!("there is no code `{code}` to deny");
                        self.wrong(item.span(), &message, Some(help))
                    })?;
                    config.deny.push(code);
                }
            }
            ("eval", "tz") => {
                let zone = self.text(value, "a zone is a text")?;
                if zone != "UTC" && zone != "Z" {
                    zones::zone(&zone).map_err(|unknown| {
                        let help = match unknown.candidates.as_slice() {
                            [] => "write a zone such as Europe/Berlin".to_string(),
                            names => format!("did you mean {}?", names.join(" or ")),
                        };
                        let message = format!("there is no time zone `{zone}`");
                        self.wrong(value.span(), &message, Some(help))
                    })?;
                }
                config.tz = Some(zone);
            }
            (_, name) => {
                let keys: Vec<String> = KEYS
                    .iter()
                    .filter(|key| key.table == table)
                    .map(|key| key.name.to_string())
                    .collect();
                return Err(self.unknown(key.span(), "key", name, &keys));
            }
        }
        Ok(())
    }

    fn text(&self, value: &Spanned<DeValue<'_>>, wanted: &str) -> Result<String, Failure> {
        match value.get_ref() {
            DeValue::String(text) => Ok(text.to_string()),
            _ => Err(self.wrong(value.span(), wanted, Some("put it in quotes".into()))),
        }
    }

    fn unknown(&self, span: Range<usize>, what: &str, name: &str, all: &[String]) -> Failure {
        let message = format!("there is no {what} `{name}` here");
        let help = format!("{}; see `rolloutc explain {NAME}`", known(name, all));
        self.wrong(span, &message, Some(help))
    }

    fn wrong(&self, span: Range<usize>, message: &str, help: Option<String>) -> Failure {
        let said = format!("{}: {message}", self.name);
        let failure = Failure::usage("the configuration does not read", said).at(Excerpt {
            name: self.name.clone(),
            text: self.text.to_string(),
            start: span.start.min(self.text.len()),
            end: span.end.min(self.text.len()),
            label: message.to_string(),
        });
        match help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

fn tables() -> Vec<String> {
    let mut tables: Vec<String> = KEYS.iter().map(|key| key.table.to_string()).collect();
    tables.dedup();
    tables
}

/// Whether a word may stand behind `--deny`; else what is known.
pub fn deniable(text: &str) -> Result<(), String> {
    if text == "warnings" || CODES.iter().any(|code| code.slug == text) {
        return Ok(());
    }
    let all: Vec<String> = CODES
        .iter()
        .filter(|code| word(code.severity) != "error")
        .map(|code| code.slug.to_string())
        .chain(["warnings".to_string()])
        .collect();
    Err(known(text, &all))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::Look;

    fn check(text: &str, want: Result<(&[&str], Option<&str>), &str>) {
        let reader = Reader {
            name: NAME.into(),
            text,
        };
        match (reader.config(), want) {
            (Ok(config), Ok((deny, tz))) => {
                assert_eq!(config.deny, deny, "{text}");
                assert_eq!(config.tz.as_deref(), tz, "{text}");
            }
            (Err(failure), Err(part)) => {
                assert_eq!(failure.exit, Exit::Usage);
                let said = failure.render(Look::Plain).replace("\n  | ", " ");
                assert!(said.contains(part), "{text}\nwanted: {part}\n{said}");
            }
            (Ok(_), Err(part)) => panic!("{text} reads, wanted: {part}"),
            (Err(failure), Ok(_)) => panic!("{}", failure.render(Look::Plain)),
        }
    }

    #[test]
    fn known_keys_are_read() {
        check("", Ok((&[], None)));
        check("[check]\ndeny = []\n", Ok((&[], None)));
        check(
            "[check]\ndeny = [\"warnings\", \"unused-gate\"]\n[eval]\ntz = \"Europe/Berlin\"\n",
            Ok((&["warnings", "unused-gate"], Some("Europe/Berlin"))),
        );
    }

    #[test]
    fn anything_else_is_refused_with_its_place() {
        check("[chek]\n", Err("did you mean `check`?"));
        check("[check]\ndny = []\n", Err("did you mean `deny`?"));
        check("[check]\ndny = []\n", Err("rollout.toml:2:1"));
        check(
            "[params]\nsoak = \"1m\"\n",
            Err("there is no table `params`"),
        );
        check("check = 1\n", Err("`check` is a table"));
        check("[check]\ndeny = \"warnings\"\n", Err("a list of codes"));
        check("[check]\ndeny = [1]\n", Err("a code is a text"));
        check(
            "[check]\ndeny = [\"unused-gat\"]\n",
            Err("did you mean `unused-gate`?"),
        );
        check("[eval]\ntz = \"Europe/Berln\"\n", Err("Europe/Berlin"));
        check("[eval]\ntz = 1\n", Err("a zone is a text"));
        check("[check\n", Err("does not read"));
        check("[check]\ndeny = []\ndeny = []\n", Err("does not read"));
    }

    #[test]
    fn the_page_is_a_file_that_reads() {
        let page = page();
        let text = page.split("```toml\n").nth(1).expect("a block");
        let text = text.split("```").next().expect("its text");
        check(text, Ok((&["warnings"], Some("Europe/Berlin"))));
    }
}
