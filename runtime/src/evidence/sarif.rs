//! SARIF 2.1.0 reports of analysers, told as JSON so that one reader fills all slots. Knows the report;
//! knows no schema.
//!
//! Field paths read these members:
//!
//! ```text
//! errors warnings notes              results of that level that count: suppressed and absent ones do not
//! suppressed                         results that are suppressed
//! runs:    [ { tool version results } ]                  each run
//! results: [ { rule level kind message path line column severity baseline suppressed tool } ]   of all runs, in order
//! ```
//!
//! An item with rows and without `at` reads the results.
//!
//! `level` is `error`, `warning`, `note` or `none`: the result's own, else what its rule says, else
//! `warning`. `kind` is `fail` where the result says nothing. `path line column` are of its first place.
//! `severity` is the number some tools keep as `security-severity`, of the result or its rule. `baseline`
//! is `new`, `unchanged`, `updated` or `absent`. A result is `suppressed` when it has suppressions and
//! none of them is under review or rejected. A report without a run, a run without `results` and a run
//! that says it was not successful show nothing: they are malformed, never green.

use super::told::{Step, Told, broken};
use super::tree::{self, Tree, Value};

/// Tells a report, or only its results; `text` begins with it at `from`.
pub(crate) fn tell(text: &str, from: usize, rows: bool) -> Step<Told> {
    let report = tree::parse(text, from)?;
    let head = (report.start, report.end.min(report.start + 1));
    match report.member("version").and_then(Tree::text) {
        Some(version) if version == "2.1" || version.starts_with("2.1.") => {}
        Some(_) => {
            let place = report.member("version").map_or(head, Tree::place);
            return broken("a version of SARIF other than 2.1", place.0, place.1);
        }
        None => return broken("no SARIF report: `version` is wanted", head.0, head.1),
    }
    let Some(runs) = report.member("runs") else {
        return broken("no SARIF report: `runs` is wanted", head.0, head.1);
    };
    if runs.elements().is_empty() {
        return broken("a report without a single run", runs.start, runs.end);
    }
    let mut counts = Counts::default();
    let mut all = Vec::new();
    for run in runs.elements() {
        let Some(Value::Array(results)) = run.member("results").map(|results| &results.value)
        else {
            return broken(
                "a run without results: it did not analyse",
                run.start,
                run.end,
            );
        };
        let invocations = run.member("invocations").map_or(&[][..], Tree::elements);
        for invocation in invocations {
            if let Some(said) = invocation.member("executionSuccessful")
                && matches!(said.value, Value::Bool(false))
            {
                let message = "a run that was not successful";
                return broken(message, said.start, said.end);
            }
        }
        for result in results {
            let found = finding(run, result)?;
            counts.add(&found);
            all.push((result, found));
        }
    }
    let mut told = Told::default();
    if rows {
        tell_all(&all, runs, &mut told)?;
        return Ok(told);
    }
    told.open('{', report.start, report.end);
    counts.tell(&mut told);
    told.name("runs");
    told.open('[', runs.start, runs.end);
    for run in runs.elements() {
        told.open('{', run.start, run.end);
        member(&mut told, "tool", run.at(&["tool", "driver", "name"]));
        let driver = run.at(&["tool", "driver"]);
        let version = driver.and_then(|d| d.member("semanticVersion").or(d.member("version")));
        member(&mut told, "version", version);
        told.name("results");
        let results = run
            .member("results")
            .map_or(0, |list| list.elements().len());
        told.plain(&results.to_string());
        told.close('}');
    }
    told.close(']');
    told.name("results");
    tell_all(&all, runs, &mut told)?;
    told.close('}');
    Ok(told)
}

fn tell_all(all: &[(&Tree, Finding<'_>)], runs: &Tree, told: &mut Told) -> Step<()> {
    told.open('[', runs.start, runs.end);
    for (result, found) in all {
        told.bounded(result.start, result.end)?;
        told.open('{', result.start, result.end);
        found.tell(told);
        told.close('}');
    }
    told.close(']');
    Ok(())
}

#[derive(Default)]
struct Counts {
    errors: u32,
    warnings: u32,
    notes: u32,
    suppressed: u32,
}

impl Counts {
    fn add(&mut self, found: &Finding<'_>) {
        let gone = found.baseline.and_then(Tree::text) == Some("absent");
        match found.level {
            _ if found.suppressed => self.suppressed += 1,
            _ if gone => {}
            "error" => self.errors += 1,
            "warning" => self.warnings += 1,
            "note" => self.notes += 1,
            _ => {}
        }
    }

    fn tell(&self, told: &mut Told) {
        let Counts {
            errors,
            warnings,
            notes,
            suppressed,
        } = self;
        for (name, count) in [
            ("errors", errors),
            ("warnings", warnings),
            ("notes", notes),
            ("suppressed", suppressed),
        ] {
            told.name(name);
            told.plain(&count.to_string());
        }
    }
}

/// One result and what its rule adds.
struct Finding<'a> {
    rule: Option<&'a Tree>,
    level: &'a str,
    kind: &'a str,
    message: Option<(String, &'a Tree)>,
    path: Option<&'a Tree>,
    line: Option<&'a Tree>,
    column: Option<&'a Tree>,
    severity: Option<&'a Tree>,
    baseline: Option<&'a Tree>,
    suppressed: bool,
    tool: Option<&'a Tree>,
}

impl Finding<'_> {
    fn tell(&self, told: &mut Told) {
        member(told, "rule", self.rule);
        told.name("level");
        told.text(self.level);
        told.name("kind");
        told.text(self.kind);
        if let Some((message, tree)) = &self.message {
            told.name("message");
            told.mark(tree.start, tree.end);
            told.text(message);
        }
        member(told, "path", self.path);
        member(told, "line", self.line);
        member(told, "column", self.column);
        if let Some(tree) = self.severity {
            told.name("severity");
            told.mark(tree.start, tree.end);
            match &tree.value {
                Value::Number(digits) => told.plain(digits),
                _ => told.number(tree.text().unwrap_or_default()),
            }
        }
        member(told, "baseline", self.baseline);
        told.name("suppressed");
        told.plain(if self.suppressed { "true" } else { "false" });
        member(told, "tool", self.tool);
    }
}

fn finding<'a>(run: &'a Tree, result: &'a Tree) -> Step<Finding<'a>> {
    if !matches!(result.value, Value::Object(_)) {
        let message = format!("{}; a result is wanted", result.kind());
        return broken(message, result.start, result.end);
    }
    let about = rule(run, result);
    let id = result
        .member("ruleId")
        .or(result.at(&["rule", "id"]))
        .or(about.and_then(|rule| rule.member("id")));
    let kind = word(result, "kind", "fail", &KINDS)?;
    let configured = about.and_then(|rule| rule.member("defaultConfiguration"));
    let level = match (result.member("level"), configured) {
        (Some(_), _) => word(result, "level", "warning", &LEVELS)?,
        (None, _) if kind != "fail" => "none",
        (None, Some(configured)) => word(configured, "level", "warning", &LEVELS)?,
        (None, None) => "warning",
    };
    let suppressions = result
        .member("suppressions")
        .map_or(&[][..], Tree::elements);
    let open = suppressions.iter().any(|suppression| {
        let status = suppression.member("status").and_then(Tree::text);
        !matches!(status, None | Some("accepted"))
    });
    let place = result
        .member("locations")
        .and_then(|list| list.elements().first())
        .and_then(|location| location.member("physicalLocation"));
    let file = place.and_then(|place| place.member("artifactLocation"));
    let listed = || {
        let index = file?.member("index")?.index()?;
        let artifact = run.member("artifacts")?.elements().get(index)?;
        artifact.at(&["location", "uri"])
    };
    let path = file.and_then(|file| file.member("uri")).or_else(listed);
    let region = place.and_then(|place| place.member("region"));
    let severity = |tree: &'a Tree| tree.at(&["properties", "security-severity"]);
    Ok(Finding {
        rule: id,
        level,
        kind,
        message: message(result, about),
        path,
        line: region.and_then(|region| region.member("startLine")),
        column: region.and_then(|region| region.member("startColumn")),
        severity: severity(result).or_else(|| about.and_then(severity)),
        baseline: result.member("baselineState"),
        suppressed: !suppressions.is_empty() && !open,
        tool: run.at(&["tool", "driver", "name"]),
    })
}

const LEVELS: [&str; 4] = ["error", "warning", "note", "none"];
const KINDS: [&str; 6] = [
    "fail",
    "pass",
    "open",
    "review",
    "informational",
    "notApplicable",
];

/// One of the words that the standard knows for a member: another would be counted as nothing.
fn word<'a>(tree: &'a Tree, name: &str, unsaid: &'a str, words: &[&str]) -> Step<&'a str> {
    let Some(said) = tree.member(name) else {
        return Ok(unsaid);
    };
    match said.text() {
        Some(text) if words.contains(&text) => Ok(text),
        _ => {
            let message = format!("a `{name}` that is none of `{}`", words.join("`, `"));
            broken(message, said.start, said.end)
        }
    }
}

/// The rule of a result, as its tool or an extension of it describes it.
fn rule<'a>(run: &'a Tree, result: &'a Tree) -> Option<&'a Tree> {
    let tool = run.member("tool")?;
    let reference = result.member("rule");
    let component = reference
        .and_then(|rule| rule.at(&["toolComponent", "index"]))
        .and_then(Tree::index);
    let component = match component {
        Some(index) => tool.member("extensions")?.elements().get(index)?,
        None => tool.member("driver")?,
    };
    let rules = component.member("rules")?.elements();
    let index = result
        .member("ruleIndex")
        .or(reference.and_then(|rule| rule.member("index")))
        .and_then(Tree::index);
    if let Some(index) = index {
        return rules.get(index);
    }
    let id = result
        .member("ruleId")
        .or(reference.and_then(|rule| rule.member("id")))?
        .text()?;
    rules
        .iter()
        .find(|rule| rule.member("id").and_then(Tree::text) == Some(id))
}

/// What a result says: its text, else the text that its rule keeps under an id, with the blanks filled in.
fn message<'a>(result: &'a Tree, about: Option<&'a Tree>) -> Option<(String, &'a Tree)> {
    let message = result.member("message")?;
    if let Some(text) = message.member("text") {
        return Some((text.text()?.to_owned(), text));
    }
    let id = message.member("id")?.text()?;
    let text = about?.at(&["messageStrings", id, "text"])?.text()?;
    let given = message.member("arguments").map_or(&[][..], Tree::elements);
    let mut filled = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        filled.push_str(&rest[..open]);
        rest = &rest[open..];
        let blank = rest.find('}').and_then(|close| {
            let argument = given.get(rest[1..close].parse::<usize>().ok()?)?;
            Some((close + 1, argument.text()?))
        });
        match blank {
            Some((len, argument)) => {
                filled.push_str(argument);
                rest = &rest[len..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled.push_str(rest);
    Some((filled, message))
}

/// A member that is told as it stands.
fn member(told: &mut Told, name: &str, tree: Option<&Tree>) {
    let Some(tree) = tree else { return };
    told.name(name);
    told.mark(tree.start, tree.end);
    match &tree.value {
        Value::Text(text) => told.text(text),
        Value::Number(digits) => told.plain(digits),
        Value::Bool(value) => told.plain(if *value { "true" } else { "false" }),
        Value::Null => told.plain("null"),
        Value::Array(_) => told.plain("[]"),
        Value::Object(_) => told.plain("{}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(json: &str) -> String {
        match tell(json, 0, false) {
            Ok(told) => told.json,
            Err(broken) => format!("!{} @{}", broken.message, &json[broken.start..broken.end]),
        }
    }

    /// The results of one run of a tool with two rules.
    fn run(results: &str) -> String {
        let json = format!(
            r#"{{"version":"2.1.0","runs":[{{"tool":{{"driver":{{"name":"t","semanticVersion":"1.2","rules":[
                {{"id":"R1","defaultConfiguration":{{"level":"error"}},"properties":{{"security-severity":"7.5"}}}},
                {{"id":"R2","messageStrings":{{"m":{{"text":"{{0}} in {{1}} {{x"}}}}}}]}}}},"results":[{results}],
                "artifacts":[{{"location":{{"uri":"a.c"}}}}]}}]}}"#
        );
        told(&json)
    }

    #[test]
    fn a_report_is_told_by_its_results() {
        let check = |results: &str, counts: &str, expected: &str| {
            let told = run(results);
            assert!(
                told.starts_with(&format!("{{{counts},\"runs\":[{{\"tool\":\"t\"")),
                "{told}"
            );
            let (_, shown) = told.rsplit_once("\"results\":[").unwrap();
            assert_eq!(shown.strip_suffix("]}").unwrap(), expected, "{results}");
        };
        let zero = r#""errors":0,"warnings":0,"notes":0,"suppressed":0"#;
        check("", zero, "");
        check(
            r#"{"ruleId":"R1","message":{"text":"bad"},"locations":[{"physicalLocation":{"artifactLocation":{"uri":"b.c"},"region":{"startLine":3,"startColumn":7}}}]}"#,
            r#""errors":1,"warnings":0,"notes":0,"suppressed":0"#,
            r#"{"rule":"R1","level":"error","kind":"fail","message":"bad","path":"b.c","line":3,"column":7,"severity":7.5,"suppressed":false,"tool":"t"}"#,
        );
        check(
            r#"{"ruleIndex":1,"message":{"id":"m","arguments":["x","y"]},"locations":[{"physicalLocation":{"artifactLocation":{"index":0}}}],"baselineState":"new"}"#,
            r#""errors":0,"warnings":1,"notes":0,"suppressed":0"#,
            r#"{"rule":"R2","level":"warning","kind":"fail","message":"x in y {x","path":"a.c","baseline":"new","suppressed":false,"tool":"t"}"#,
        );
        check(
            r#"{"level":"error","suppressions":[{}]},{"level":"error","suppressions":[{"status":"underReview"}]},
               {"kind":"pass"},{"level":"note","suppressions":[]},{"level":"error","baselineState":"absent"}"#,
            r#""errors":1,"warnings":0,"notes":1,"suppressed":1"#,
            concat!(
                r#"{"level":"error","kind":"fail","suppressed":true,"tool":"t"},"#,
                r#"{"level":"error","kind":"fail","suppressed":false,"tool":"t"},"#,
                r#"{"level":"none","kind":"pass","suppressed":false,"tool":"t"},"#,
                r#"{"level":"note","kind":"fail","suppressed":false,"tool":"t"},"#,
                r#"{"level":"error","kind":"fail","baseline":"absent","suppressed":false,"tool":"t"}"#
            ),
        );
    }

    #[test]
    fn what_shows_nothing_is_refused_at_its_place() {
        let check = |json: &str, expected: &str| assert_eq!(told(json), expected, "{json}");
        check("[]", "!no SARIF report: `version` is wanted @[");
        check(
            r#"{"version":"1.0.0"}"#,
            r#"!a version of SARIF other than 2.1 @"1.0.0""#,
        );
        check(
            r#"{"version":"2.1.0"}"#,
            "!no SARIF report: `runs` is wanted @{",
        );
        check(
            r#"{"version":"2.1.0","runs":[]}"#,
            "!a report without a single run @[]",
        );
        check(
            r#"{"version":"2.1.0","runs":[{"results":null}]}"#,
            r#"!a run without results: it did not analyse @{"results":null}"#,
        );
        check(
            r#"{"version":"2.1.0","runs":[{"results":[],"invocations":[{"executionSuccessful":false}]}]}"#,
            "!a run that was not successful @false",
        );
        check(
            r#"{"version":"2.1.0","runs":[{"results":[{"level":"fatal"}]}]}"#,
            "!a `level` that is none of `error`, `warning`, `note`, `none` @\"fatal\"",
        );
        check(
            r#"{"version":"2.1.0","runs":[{"results":[5]}]}"#,
            "!a number; a result is wanted @5",
        );
        check(
            r#"{"version":"2.1.0","version":"2.1.0"}"#,
            "!member `version` is there twice @\"version\"",
        );
    }
}
