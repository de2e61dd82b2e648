//! JUnit reports, told as JSON so that one reader fills all slots. Knows the report; knows no schema.
//!
//! Field paths read these members:
//!
//! ```text
//! tests failures errors skipped      counted from the cases, not believed from attributes
//! declared.tests declared.failures … what the outermost element's attributes say, where it has them
//! name time timestamp                the outermost element's attributes; time is a number of seconds
//! suites: [ { name tests failures errors skipped time timestamp } ]      each `testsuite`, with the cases right below it
//! cases:  [ { name classname suite status time message } ]               each `testcase`, in order
//! ```
//!
//! An item with rows and without `at` reads the cases.
//!
//! `status` is `passed`, `failed`, `error` or `skipped` (also for a case that was disabled or not run).
//! `message` is that of the failure, error or skip: its attribute, else its text. A report without any
//! case shows nothing and is malformed, unless the item may be empty. An entity that the document
//! declares itself is refused, never expanded.

use super::told::{Mark, Step, Told, broken, no_nul, quote};
use crate::canon::DEPTH;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

/// Cases by what became of them.
#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    tests: u32,
    failures: u32,
    errors: u32,
    skipped: u32,
}

impl Counts {
    fn add(&mut self, status: Status) {
        self.tests += 1;
        match status {
            Status::Passed => {}
            Status::Skipped => self.skipped += 1,
            Status::Error => self.errors += 1,
            Status::Failed => self.failures += 1,
        }
    }

    fn tell(self, out: &mut String) {
        let Counts {
            tests,
            failures,
            errors,
            skipped,
        } = self;
        out.push_str(&format!(
            "\"tests\":{tests},\"failures\":{failures},\"errors\":{errors},\"skipped\":{skipped}"
        ));
    }
}

/// What became of a case; of several the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Status {
    Passed,
    Skipped,
    Error,
    Failed,
}

impl Status {
    fn word(self) -> &'static str {
        match self {
            Status::Passed => "passed",
            Status::Skipped => "skipped",
            Status::Error => "error",
            Status::Failed => "failed",
        }
    }
}

/// An open element.
enum Open {
    Root,
    Suite {
        counts: Counts,
        attributes: Vec<(String, String)>,
        place: (usize, usize),
    },
    Case {
        status: Status,
        message: Option<String>,
        attributes: Vec<(String, String)>,
        place: (usize, usize),
    },
    /// `failure`, `error` or `skipped` of the case around it.
    Outcome {
        status: Status,
        message: Option<String>,
        text: String,
    },
    Other,
}

/// Tells a report, or only its cases; `text` begins with it at `from`.
pub(crate) fn tell(text: &str, from: usize, may_be_empty: bool, rows: bool) -> Step<Told> {
    no_nul(text, from)?;
    let mut report = Report::default();
    let mut reader = Reader::from_str(&text[from..]);
    loop {
        let start = from + reader.buffer_position() as usize;
        let event = reader.read_event();
        let end = from + reader.buffer_position() as usize;
        match event {
            Err(error) => {
                let at = (from + reader.error_position() as usize).min(text.len());
                let message = format!("not well-formed XML: {error}");
                return broken(message, at, (at + 1).min(text.len()).max(at));
            }
            Ok(Event::Start(element)) => report.open(&element, start, end)?,
            Ok(Event::Empty(element)) => {
                report.open(&element, start, end)?;
                report.close();
            }
            Ok(Event::End(_)) => report.close(),
            Ok(Event::Text(content)) => report.text(&content, start, end)?,
            Ok(Event::CData(content)) => report.text(&content, start, end)?,
            Ok(Event::GeneralRef(name)) => {
                let known = match name.resolve_char_ref() {
                    Ok(Some(found)) => Some(found.to_string()),
                    Ok(None) => {
                        quick_xml::escape::resolve_predefined_entity(&name).map(str::to_owned)
                    }
                    Err(_) => None,
                };
                match known {
                    Some(text) => report.text(&text, start, end)?,
                    None => {
                        let message = format!(
                            "the entity `&{};` is not expanded",
                            super::scalar::brief(&name)
                        );
                        return broken(message, start, end);
                    }
                }
            }
            Ok(Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_)) => {}
            Ok(Event::Eof) => break,
        }
    }
    if !report.stack.is_empty() {
        return broken("an element that is never closed", text.len(), text.len());
    }
    let Some(root) = report.root else {
        return broken("no element at all", from, text.len());
    };
    if report.counts.tests == 0 && !may_be_empty {
        return broken(
            "a report without a single test case",
            root.place.0,
            root.place.1,
        );
    }
    if rows {
        let mut cases = Told::default();
        root.list(report.cases, &mut cases);
        return Ok(cases);
    }
    Ok(root.told(report.counts, report.suites, report.cases))
}

/// The outermost element.
struct Root {
    attributes: Vec<(String, String)>,
    place: (usize, usize),
}

impl Root {
    fn told(self, counts: Counts, suites: Told, cases: Told) -> Told {
        let mut all = Told::default();
        all.mark(self.place.0, self.place.1);
        all.json.push('{');
        counts.tell(&mut all.json);
        tell_attributes(&self.attributes, &["name", "timestamp"], &mut all.json);
        all.json.push_str(",\"declared\":{");
        let opened = all.json.len();
        for name in ["tests", "failures", "errors", "skipped"] {
            if let Some(value) = attribute(&self.attributes, name) {
                if all.json.len() > opened {
                    all.json.push(',');
                }
                tell_number(name, value, &mut all.json);
            }
        }
        all.json.push('}');
        for (name, part) in [("suites", suites), ("cases", cases)] {
            all.json.push_str(&format!(",\"{name}\":"));
            self.list(part, &mut all);
        }
        all.json.push('}');
        all
    }

    /// Rows between brackets.
    fn list(&self, part: Told, all: &mut Told) {
        all.mark(self.place.0, self.place.1);
        all.json.push('[');
        let shift = all.json.len() as u32;
        all.json.push_str(&part.json);
        all.marks.extend(part.marks.iter().map(|mark| Mark {
            at: mark.at + shift,
            ..*mark
        }));
        all.mark(self.place.0, self.place.1);
        all.json.push(']');
    }
}

#[derive(Default)]
struct Report {
    stack: Vec<Open>,
    root: Option<Root>,
    counts: Counts,
    suites: Told,
    cases: Told,
}

impl Report {
    fn open(&mut self, element: &BytesStart<'_>, start: usize, end: usize) -> Step<()> {
        if self.stack.len() >= DEPTH {
            return broken(format!("nested more than {DEPTH} deep"), start, end);
        }
        let mut attributes = Vec::new();
        for attribute in element.attributes() {
            let attribute = match attribute {
                Ok(attribute) => attribute,
                Err(error) => return broken(format!("not well-formed XML: {error}"), start, end),
            };
            match attribute.normalized_value(XmlVersion::Implicit1_0) {
                Ok(value) => {
                    attributes.push((attribute.key.0.to_owned(), value.into_owned()));
                }
                Err(error) => {
                    let message = format!("attribute `{}`: {error}", attribute.key.0);
                    return broken(message, start, end);
                }
            }
        }
        let place = (start, end);
        let name = element.local_name();
        let name: &str = name.as_ref();
        if self.stack.is_empty() {
            if self.root.is_some() {
                return broken("a second outermost element", start, end);
            }
            if name != "testsuites" && name != "testsuite" {
                let message =
                    format!("`{name}` is no JUnit report: `testsuites` or `testsuite` is wanted");
                return broken(message, start, end);
            }
            self.root = Some(Root {
                attributes: attributes.clone(),
                place,
            });
        }
        let in_case = matches!(self.stack.last(), Some(Open::Case { .. }));
        let outcome = match name {
            "failure" => Some(Status::Failed),
            "error" => Some(Status::Error),
            "skipped" => Some(Status::Skipped),
            _ => None,
        };
        self.stack.push(match (name, outcome) {
            ("testsuites", _) => Open::Root,
            ("testsuite", _) => Open::Suite {
                counts: Counts::default(),
                attributes,
                place,
            },
            ("testcase", _) => {
                let says = |name, words: &[&str]| {
                    attribute(&attributes, name).is_some_and(|value| {
                        words.iter().any(|word| value.eq_ignore_ascii_case(word))
                    })
                };
                let idle = says("status", &["notrun", "disabled", "skipped"])
                    || says("result", &["suppressed", "skipped"]);
                Open::Case {
                    status: if idle {
                        Status::Skipped
                    } else {
                        Status::Passed
                    },
                    message: None,
                    attributes,
                    place,
                }
            }
            (_, Some(status)) if in_case => Open::Outcome {
                status,
                message: attribute(&attributes, "message").map(str::to_owned),
                text: String::new(),
            },
            _ => Open::Other,
        });
        Ok(())
    }

    fn text(&mut self, content: &str, start: usize, end: usize) -> Step<()> {
        match self.stack.last_mut() {
            Some(Open::Outcome { text, .. }) => text.push_str(content),
            Some(_) => {}
            None if content.trim().is_empty() => {}
            None => return broken("text outside of the report", start, end),
        }
        Ok(())
    }

    fn close(&mut self) {
        match self.stack.pop() {
            Some(Open::Outcome {
                status,
                message,
                text,
            }) => {
                if let Some(Open::Case {
                    status: worst,
                    message: shown,
                    ..
                }) = self.stack.last_mut()
                    && (status > *worst || shown.is_none())
                {
                    let text = text.trim();
                    *shown = message.or_else(|| (!text.is_empty()).then(|| text.to_owned()));
                    *worst = status.max(*worst);
                }
            }
            Some(Open::Case {
                status,
                message,
                attributes,
                place,
            }) => {
                self.counts.add(status);
                let mut suite = None;
                for open in self.stack.iter_mut().rev() {
                    if let Open::Suite {
                        counts, attributes, ..
                    } = open
                    {
                        counts.add(status);
                        suite = attribute(attributes, "name").map(str::to_owned);
                        break;
                    }
                }
                let out = row(&mut self.cases, place);
                out.push_str(&format!("{{\"status\":\"{}\"", status.word()));
                tell_attributes(&attributes, &["name", "classname"], out);
                for (name, value) in [("suite", suite), ("message", message)] {
                    if let Some(value) = value {
                        out.push(',');
                        tell_text(name, &value, out);
                    }
                }
                out.push('}');
            }
            Some(Open::Suite {
                counts,
                attributes,
                place,
            }) => {
                let out = row(&mut self.suites, place);
                out.push('{');
                counts.tell(out);
                tell_attributes(&attributes, &["name", "timestamp"], out);
                out.push('}');
            }
            Some(Open::Root | Open::Other) | None => {}
        }
    }
}

/// Begins a row that comes from `place`.
fn row(told: &mut Told, place: (usize, usize)) -> &mut String {
    if !told.json.is_empty() {
        told.json.push(',');
    }
    told.mark(place.0, place.1);
    &mut told.json
}

fn attribute<'a>(attributes: &'a [(String, String)], name: &str) -> Option<&'a str> {
    let found = attributes.iter().find(|attribute| attribute.0 == name);
    found.map(|attribute| attribute.1.as_str())
}

/// Texts by those names, and `time` as a number of seconds.
fn tell_attributes(attributes: &[(String, String)], texts: &[&str], out: &mut String) {
    for name in texts {
        if let Some(value) = attribute(attributes, name) {
            out.push(',');
            tell_text(name, value, out);
        }
    }
    if let Some(value) = attribute(attributes, "time") {
        out.push(',');
        tell_number("time", value, out);
    }
}

/// A number where it is one; else the text as it stands, which no field that wants a number takes.
fn tell_number(name: &str, value: &str, out: &mut String) {
    let number = value.trim();
    if crate::number::parse_decimal(number.as_bytes()).is_ok() {
        out.push_str(&format!("\"{name}\":{number}"));
    } else {
        tell_text(name, value, out);
    }
}

fn tell_text(name: &str, value: &str, out: &mut String) {
    out.push_str(&format!("\"{name}\":"));
    quote(value, out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_told_by_its_cases() {
        let check = |xml: &str, expected: &str| match tell(xml, 0, false, false) {
            Ok(told) => assert_eq!(told.json, expected, "{xml}"),
            Err(broken) => {
                let shown = format!("!{} @{}", broken.message, &xml[broken.start..broken.end]);
                assert_eq!(shown, expected, "{xml}");
            }
        };
        check(
            r#"<?xml version="1.0"?><testsuites tests="9" time="1.50" name="all">
  <testsuite name="s" timestamp="2026-03-01T09:00:00"><properties><property name="a" value="b"/></properties>
    <testcase name="a &lt; &quot;b&quot;" classname="c" time=".5"/>
    <testcase name="f"><failure message="no">trace</failure></testcase>
    <testcase name="e"><error><![CDATA[ x < y ]]> &amp; z</error><system-out>noise</system-out></testcase>
    <testcase name="k"><skipped/></testcase>
    <testcase name="n" status="notrun"/>
  </testsuite></testsuites>
"#,
            concat!(
                r#"{"tests":5,"failures":1,"errors":1,"skipped":2,"name":"all","time":1.50,"#,
                r#""declared":{"tests":9},"#,
                r#""suites":[{"tests":5,"failures":1,"errors":1,"skipped":2,"name":"s","timestamp":"2026-03-01T09:00:00"}],"#,
                r#""cases":[{"status":"passed","name":"a < \"b\"","classname":"c","time":".5","suite":"s"},"#,
                r#"{"status":"failed","name":"f","suite":"s","message":"no"},"#,
                r#"{"status":"error","name":"e","suite":"s","message":"x < y  & z"},"#,
                r#"{"status":"skipped","name":"k","suite":"s"},{"status":"skipped","name":"n","suite":"s"}]}"#
            ),
        );
        check(
            "<testsuite/>",
            "!a report without a single test case @<testsuite/>",
        );
        check(
            "<html/>",
            "!`html` is no JUnit report: `testsuites` or `testsuite` is wanted @<html/>",
        );
        check("", "!no element at all @");
        check(
            "<testsuite><testcase/>",
            "!an element that is never closed @",
        );
        check(
            "<testsuite><testcase/></testsuite>x",
            "!text outside of the report @x",
        );
        check(
            "<testsuite><testcase/></testsuite><testsuite/>",
            "!a second outermost element @<testsuite/>",
        );
        check(
            "<!DOCTYPE a [<!ENTITY b \"bb\">]><testsuite><testcase>&b;</testcase></testsuite>",
            "!the entity `&b;` is not expanded @&b;",
        );
        assert!(
            tell(
                "<testsuite><testcase name='&b;'/></testsuite>",
                0,
                false,
                false
            )
            .is_err()
        );
        assert!(
            tell(
                "<testsuite><testcase a='1' a='2'/></testsuite>",
                0,
                false,
                false
            )
            .is_err()
        );
        assert!(tell("<testsuite><testcase></testsuite>", 0, false, false).is_err());
        assert!(tell(&"<testsuite>".repeat(200), 0, false, false).is_err());
        assert!(tell("<testsuite/>", 0, true, false).is_ok());
    }

    #[test]
    fn places_lead_back_to_the_report() {
        let xml = "<testsuite><testcase name='a'/><testcase name='b'/></testsuite>";
        let told = tell(xml, 0, false, false).unwrap();
        let at = told.json.find("\"b\"").unwrap();
        let (start, end) = told.origin(at as u32);
        assert_eq!(&xml[start as usize..end as usize], "<testcase name='b'/>");
        assert_eq!(told.origin(0), (0, 11));
    }
}
