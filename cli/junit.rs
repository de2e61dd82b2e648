//! JUnit reports, as continuous integration reads them. Knows the crate that writes them and what a case of ours becomes;
//! knows nothing of what was tried.

use crate::terminal::tame;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

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
    /// Nothing that ends the run, and something to say.
    Told(String),
    /// Not as expected.
    Failed {
        /// The code of the finding, where it is one.
        code: Option<String>,
        /// In one line.
        message: String,
        /// In full.
        text: String,
    },
    /// It could not be carried out: in one line.
    Broken(String),
}

/// The report of some suites, with a final newline. It holds no time and no number of its own: equal runs give equal bytes.
pub fn document(title: &str, suites: &[Suite]) -> String {
    let mut report = Report::new(title);
    report.add_test_suites(suites.iter().map(|suite| {
        let mut out = TestSuite::new(line(&suite.name));
        out.add_test_cases(suite.cases.iter().map(case));
        out
    }));
    report
        .to_string()
        .unwrap_or_else(|error| unreachable!("writing to memory does not fail: {error}"))
}

fn case(case: &Case) -> TestCase {
    let mut told = None;
    let status = match &case.came {
        Came::Passed => TestCaseStatus::success(),
        Came::Told(text) => {
            told = Some(text);
            TestCaseStatus::success()
        }
        Came::Failed {
            code,
            message,
            text,
        } => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(line(message)).set_description(own(text));
            if let Some(code) = code {
                status.set_type(line(code));
            }
            status
        }
        Came::Broken(message) => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
            status
                .set_message(line(message))
                .set_description(own(message));
            status
        }
    };
    let mut out = TestCase::new(line(&case.title), status);
    out.set_classname(line(&case.file));
    out.extra.insert("file".into(), line(&case.file).into());
    if let Some(line) = case.line {
        out.extra.insert("line".into(), line.to_string().into());
    }
    if let Some(text) = told {
        out.set_system_out(own(text));
    }
    out
}

/// Text that steers nothing and that XML has characters for.
fn own(text: &str) -> String {
    tame(text).replace(['\u{fffe}', '\u{ffff}'], "?")
}

/// The same, in one line, as an attribute holds it.
fn line(text: &str) -> String {
    own(text).replace(['\n', '\t'], " ")
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
                case("so\u{ffff}so", Came::Told("it is <late>".into())),
                case(
                    "<b> & \"c\" \u{1b}[1m",
                    Came::Failed {
                        code: Some("x-y".into()),
                        message: "a < b".into(),
                        text: "one\ntwo ]]> three".into(),
                    },
                ),
                case("no\nfile", Came::Broken("there is no `x`".into())),
            ],
        };
        let text = document("what was tried", &[suite]);
        for part in [
            r#"<testsuites name="what was tried" tests="4" skipped="0" failures="1" errors="1">"#,
            r#"<testcase name="fine" classname="a.rollout" file="a.rollout" line="3"/>"#,
            "name=\"so?so\"",
            "<system-out>it is &lt;late&gt;</system-out>",
            "&lt;b&gt; &amp; &quot;c&quot; ?[1m",
            r#"<failure message="a &lt; b" type="x-y">"#,
            "two ]]&gt; three",
            "name=\"no file\"",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(text.ends_with("</testsuites>\n"), "{text}");
        for word in ["timestamp", "uuid", "time="] {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}
