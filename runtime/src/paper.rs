//! Reports as they are to be written: names and texts, as pure data. Knows values and their texts; knows no folder.

mod json;

use crate::eval::Context;
use crate::ir::{Body, Part, Report, TextId};
use crate::value::{Cause, Val, Why};

/// A report, ready to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// The report's name in the policy.
    pub report: String,
    /// The key of the instance it speaks of, `""` without `per`.
    pub key: String,
    /// Where it goes: a relative path with `/`; or why it has no such name.
    pub file: Result<String, String>,
    /// What it says.
    pub text: String,
    /// What in it could not be told.
    pub gaps: Vec<Gap>,
}

/// A part of a report that could not be told: `null` in JSON, the cause in brackets in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Which part: `rows[2].age`; empty for a text.
    pub entry: String,
    /// Why, in a few words: `` `settle` is stale ``.
    pub why: String,
}

/// The longest part of a path, in bytes.
const LONGEST: usize = 255;

impl<'a> Context<'a> {
    /// Fills a report. The context must have been told of the decision.
    pub fn paper(&mut self, report: &'a Report, key: &str) -> Paper {
        let mut gaps = Vec::new();
        let text = match report.body {
            Body::Json(node) => {
                let value = self.eval(node);
                let mut writer = json::Writer::new(self);
                writer.value(value, self.ty(node));
                let (text, found) = writer.done();
                gaps = found;
                text
            }
            Body::Text(text) => {
                let (text, unknown) = self.filled(text);
                gaps.extend(unknown.map(|why| Gap {
                    entry: String::new(),
                    why: self.says(why),
                }));
                text
            }
        };
        Paper {
            report: report.name.clone(),
            key: key.to_string(),
            file: self.file_name(report.to),
            text,
            gaps,
        }
    }

    /// A name that stays inside its folder. What stands in a hole is one part of a path, never a way.
    fn file_name(&mut self, to: TextId) -> Result<String, String> {
        let parts = self.program.texts.get(to.ix()).map(|text| &text.parts);
        let mut name = String::new();
        for part in parts.into_iter().flatten() {
            match part {
                Part::Literal(text) => name.push_str(text),
                Part::Hole(node) => {
                    let value = self.eval(*node);
                    match value {
                        Val::Unknown(why) => return Err(self.says(why)),
                        Val::Absent | Val::Null => return Err("a hole of it is absent".into()),
                        _ => {}
                    }
                    let shown = match value {
                        // No system wants a colon in a name.
                        Val::Instant(at) => at.to_string().replace(':', ""),
                        value => self.shown(value, self.ty(*node)),
                    };
                    let plain = |c: char| !matches!(c, '/' | '\\' | ':') && !c.is_control();
                    if !shown.chars().all(plain) {
                        return Err(format!("`{}` is no part of a file's name", brief(&shown)));
                    }
                    name.push_str(&shown);
                }
                Part::SetHole(_) | Part::For(..) => {
                    return Err("a file's name holds plain values only".into());
                }
            }
        }
        match stays(&name) {
            true => Ok(name),
            false => Err(format!(
                "`{}` is no path inside the folder of reports",
                brief(&name)
            )),
        }
    }

    /// Why something is unknown, in a few words.
    fn says(&self, why: Why) -> String {
        let item = why.item.and_then(|id| self.program.evidence.get(id.ix()));
        let word = match why.cause {
            Cause::MissingField => "absent",
            Cause::Inconclusive => "not to be told",
            cause => cause.word(),
        };
        match item {
            None if why.cause == Cause::Missing => "there is none".into(),
            Some(item) => format!("`{}` is {word}", item.name),
            None => format!("it is {word}"),
        }
    }
}

/// Whether a relative path with `/` names a file below where it starts.
pub fn stays(path: &str) -> bool {
    let fits = |part: &str| {
        !matches!(part, "" | "." | "..")
            && part.len() <= LONGEST
            && !part.contains('\\')
            && !part.chars().any(char::is_control)
    };
    path.split('/').all(fits)
}

/// The start of a text from evidence.
fn brief(text: &str) -> String {
    let shown = text.chars().take(60);
    let shown: String = shown
        .map(|c| if c.is_control() { '\u{FFFD}' } else { c })
        .collect();
    match text.chars().count() > 60 {
        true => format!("{shown}…"),
        false => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::stays;

    #[test]
    fn a_path_of_a_report_stays_inside() {
        let check = |path: &str, want: bool| assert_eq!(stays(path), want, "{path:?}");
        check("a.json", true);
        check("packets/E4/a.json", true);
        check("..a", true);
        for out in ["", "/a", "a/", "a//b", "../a", "a/..", ".", "a\\b", "a\nb"] {
            check(out, false);
        }
        check(&"a".repeat(256), false);
    }
}
