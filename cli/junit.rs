//! JUnit reports, as continuous integration reads them. Knows their elements; knows nothing of what was tried.

use crate::terminal::tame;
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

/// The cases of one file.
#[derive(Clone, Debug, Default)]
pub struct Suite {
    /// The file, as the reader would open it.
    pub name: String,
    /// Its cases, in order.
    pub cases: Vec<Case>,
}

/// One case.
#[derive(Clone, Debug)]
pub struct Case {
    /// What it shows.
    pub title: String,
    /// Where it stands.
    pub file: String,
    /// The line there, from 1.
    pub line: Option<u32>,
    /// What came.
    pub came: Came,
}

/// What a case came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Came {
    /// As expected.
    Passed,
    /// Not as expected: in one line, and in full.
    Failed(String, String),
    /// It could not be carried out: in one line.
    Broken(String),
}

impl Suite {
    fn count(&self, which: fn(&Came) -> bool) -> usize {
        self.cases.iter().filter(|case| which(&case.came)).count()
    }
}

/// The report of some suites, with a final newline. It holds no time: equal runs give equal bytes.
pub fn document(suites: &[Suite]) -> String {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 2);
    // Writing to memory does not fail.
    let _ = write(&mut xml, suites);
    let mut text = String::from_utf8(xml.into_inner()).unwrap_or_default();
    text.push('\n');
    text
}

fn write(xml: &mut Writer<Vec<u8>>, suites: &[Suite]) -> std::io::Result<()> {
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let totals = |which| suites.iter().map(|suite| suite.count(which)).sum();
    let mut root = BytesStart::new("testsuites");
    counts(&mut root, totals(|_| true), totals(failed), totals(broken));
    xml.write_event(Event::Start(root))?;
    for suite in suites {
        let mut start = BytesStart::new("testsuite");
        attribute(&mut start, "name", &suite.name);
        let of = |which| suite.count(which);
        counts(&mut start, of(|_| true), of(failed), of(broken));
        xml.write_event(Event::Start(start))?;
        for case in &suite.cases {
            write_case(xml, case)?;
        }
        xml.write_event(Event::End(BytesEnd::new("testsuite")))?;
    }
    xml.write_event(Event::End(BytesEnd::new("testsuites")))
}

fn write_case(xml: &mut Writer<Vec<u8>>, case: &Case) -> std::io::Result<()> {
    let mut start = BytesStart::new("testcase");
    attribute(&mut start, "name", &case.title);
    attribute(&mut start, "classname", &case.file);
    attribute(&mut start, "file", &case.file);
    if let Some(line) = case.line {
        attribute(&mut start, "line", &line.to_string());
    }
    let (word, message, text) = match &case.came {
        Came::Passed => return xml.write_event(Event::Empty(start)),
        Came::Failed(message, text) => ("failure", message, text),
        Came::Broken(message) => ("error", message, message),
    };
    xml.write_event(Event::Start(start))?;
    let mut inner = BytesStart::new(word);
    attribute(&mut inner, "message", message);
    xml.write_event(Event::Start(inner))?;
    xml.write_event(Event::Text(BytesText::new(&tame(text))))?;
    xml.write_event(Event::End(BytesEnd::new(word)))?;
    xml.write_event(Event::End(BytesEnd::new("testcase")))
}

fn failed(came: &Came) -> bool {
    matches!(came, Came::Failed(..))
}

fn broken(came: &Came) -> bool {
    matches!(came, Came::Broken(_))
}

fn counts(element: &mut BytesStart<'_>, tests: usize, failures: usize, errors: usize) {
    let all = [("tests", tests), ("failures", failures), ("errors", errors)];
    for (name, count) in all {
        attribute(element, name, &count.to_string());
    }
}

fn attribute(element: &mut BytesStart<'_>, name: &str, value: &str) {
    let line = tame(value).replace(['\n', '\t'], " ");
    element.push_attribute((name, line.as_str()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_title_holds_is_text_and_nothing_else() {
        let case = |title: &str, came| Case {
            title: title.into(),
            file: "a.rollout".into(),
            line: Some(3),
            came,
        };
        let suite = Suite {
            name: "a.rollout".into(),
            cases: vec![
                case("fine", Came::Passed),
                case(
                    "<b> & \"c\" \u{1b}[1m",
                    Came::Failed("a < b".into(), "one\ntwo ]]> three".into()),
                ),
                case("no file", Came::Broken("there is no `x`".into())),
            ],
        };
        let text = document(&[suite]);
        for part in [
            r#"<testsuites tests="3" failures="1" errors="1">"#,
            r#"<testcase name="fine" classname="a.rollout" file="a.rollout" line="3"/>"#,
            "&lt;b&gt; &amp; &quot;c&quot; ?[1m",
            r#"<failure message="a &lt; b">"#,
            "two ]]&gt; three",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
    }
}
