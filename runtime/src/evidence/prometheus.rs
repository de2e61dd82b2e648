//! Answers of Prometheus' query API, told as JSON so that one reader fills all slots. Knows the answer;
//! knows no schema.
//!
//! Field paths read these members:
//!
//! ```text
//! value time                         of the answer's sample, where it has exactly one
//! kind                               vector, matrix, scalar or string
//! warnings                           how many the server gave
//! samples: [ { name label value time } ]       of a vector one for each series, of a matrix all, in order of time
//! series:  [ { name label value time count } ] each series once, with its newest sample
//! ```
//!
//! An item with rows and without `at` reads the samples; so a `series` has their times.
//!
//! `name` is the metric's name, `label` an object of its labels: `at label.job`. `time` is a time as any
//! other, so `observed at time` works; times of one series ascend. A value is read as the field wants it,
//! from the text that the server wrote. `NaN` and `+Inf` are texts, which no field that wants a number
//! takes: a ratio over no requests is not zero errors. An answer with an error is malformed, in the
//! server's words. Histograms are not read.

use super::scalar::brief;
use super::told::{Step, Told, broken};
use super::tree::{self, Tree, Value};
use crate::number::{Number, parse_decimal};
use crate::time::Instant;

/// Tells an answer, or only its samples; `text` begins with it at `from`.
pub(crate) fn tell(text: &str, from: usize, rows: bool) -> Step<Told> {
    let answer = tree::parse(text, from)?;
    let Some(status) = answer.member("status").and_then(Tree::text) else {
        let message = "no answer of a query: `status` is wanted";
        return broken(message, answer.start, answer.end.min(answer.start + 1));
    };
    if status != "success" {
        let kind = answer.member("errorType").and_then(Tree::text);
        let error = answer.member("error").and_then(Tree::text);
        let mut message = format!("the query failed: {}", brief(kind.unwrap_or(status)));
        if let Some(error) = error {
            message.push_str(&format!(": {}", brief(error)));
        }
        let place = answer.member("error").unwrap_or(&answer).place();
        return broken(message, place.0, place.1);
    }
    let data = wanted(&answer, "data")?;
    let kind = wanted(data, "resultType")?;
    let result = wanted(data, "result")?;
    let word = kind.text().unwrap_or_default();
    let series = match word {
        "vector" => many(result, "value")?,
        "matrix" => many(result, "values")?,
        "scalar" | "string" => vec![Series {
            tree: result,
            metric: None,
            samples: vec![sample(result)?],
        }],
        _ => {
            let message = "a `resultType` that is none of `vector`, `matrix`, `scalar`, `string`";
            return broken(message, kind.start, kind.end);
        }
    };
    let mut told = Told {
        bare: true,
        ..Told::default()
    };
    if rows {
        tell_samples(&series, result, &mut told)?;
        return Ok(told);
    }
    told.open('{', answer.start, answer.end);
    told.name("kind");
    told.text(word);
    told.name("warnings");
    let warnings = answer
        .member("warnings")
        .map_or(0, |list| list.elements().len());
    told.plain(&warnings.to_string());
    if let [only] = &series[..]
        && let [sample] = &only.samples[..]
    {
        tell_sample(sample, &mut told);
    }
    told.name("samples");
    tell_samples(&series, result, &mut told)?;
    told.name("series");
    told.open('[', result.start, result.end);
    for series in &series {
        told.open('{', series.tree.start, series.tree.end);
        tell_metric(series, &mut told);
        if let Some(last) = series.samples.last() {
            tell_sample(last, &mut told);
        }
        told.name("count");
        told.plain(&series.samples.len().to_string());
        told.close('}');
    }
    told.close(']');
    told.close('}');
    Ok(told)
}

/// All samples, in order of time.
fn tell_samples(all: &[Series<'_>], result: &Tree, told: &mut Told) -> Step<()> {
    told.open('[', result.start, result.end);
    let mut samples: Vec<(&Series<'_>, &Sample<'_>)> = Vec::new();
    for series in all {
        samples.extend(series.samples.iter().map(|sample| (series, sample)));
    }
    samples.sort_by_key(|(_, sample)| sample.time);
    for (series, sample) in samples {
        told.bounded(series.tree.start, series.tree.end)?;
        // INVARIANT: samples of two series differ in their bytes, so no two count as one observation.
        told.open('{', series.tree.start, series.tree.end);
        tell_metric(series, told);
        tell_sample(sample, told);
        told.close('}');
    }
    told.close(']');
    Ok(())
}

struct Series<'a> {
    tree: &'a Tree,
    metric: Option<&'a Tree>,
    /// By ascending time.
    samples: Vec<Sample<'a>>,
}

struct Sample<'a> {
    tree: &'a Tree,
    time: Instant,
    value: &'a Tree,
}

fn wanted<'a>(tree: &'a Tree, name: &str) -> Step<&'a Tree> {
    match tree.member(name) {
        Some(found) => Ok(found),
        None => {
            let message = format!("no answer of a query: `{name}` is wanted");
            broken(message, tree.start, tree.end.min(tree.start + 1))
        }
    }
}

/// The series of a vector or a matrix.
fn many<'a>(result: &'a Tree, member: &str) -> Step<Vec<Series<'a>>> {
    let Value::Array(elements) = &result.value else {
        let message = format!("{}; an array of series is wanted", result.kind());
        return broken(message, result.start, result.end);
    };
    let mut all = Vec::with_capacity(elements.len());
    for tree in elements {
        let Some(found) = tree.member(member) else {
            let message = match tree.member("histogram").or(tree.member("histograms")) {
                Some(_) => "a histogram, which is not read: ask for a quantile of it".to_owned(),
                None => format!("a series without `{member}`"),
            };
            return broken(message, tree.start, tree.end);
        };
        let samples = if member == "value" {
            vec![sample(found)?]
        } else {
            let mut samples = Vec::with_capacity(found.elements().len());
            for tree in found.elements() {
                let next = sample(tree)?;
                if samples
                    .last()
                    .is_some_and(|last: &Sample<'_>| last.time >= next.time)
                {
                    let message = "times of a series that do not ascend";
                    return broken(message, tree.start, tree.end);
                }
                samples.push(next);
            }
            samples
        };
        all.push(Series {
            tree,
            metric: tree.member("metric"),
            samples,
        });
    }
    Ok(all)
}

/// `[ 1435781451.781, "1" ]`
fn sample(tree: &Tree) -> Step<Sample<'_>> {
    if let [time, value] = tree.elements()
        && let Value::Number(seconds) = &time.value
        && matches!(value.value, Value::Text(_))
    {
        let nanos = parse_decimal(seconds.as_bytes()).ok();
        let nanos = nanos.and_then(|seconds| seconds.mul(Number::int(1_000_000_000)));
        return match nanos.and_then(Instant::from_epoch) {
            Some(at) => Ok(Sample {
                tree,
                time: at,
                value,
            }),
            None => broken("a time that is no instant", time.start, time.end),
        };
    }
    let message = "no sample: a time and a value in quotes are wanted";
    broken(message, tree.start, tree.end)
}

fn tell_metric(series: &Series<'_>, told: &mut Told) {
    let members = match series.metric.map(|metric| &metric.value) {
        Some(Value::Object(members)) => &members[..],
        _ => &[],
    };
    let place = series.metric.unwrap_or(series.tree).place();
    let text = |told: &mut Told, name: &str, tree: &Tree| {
        if let Some(text) = tree.text() {
            told.name(name);
            told.mark(tree.start, tree.end);
            told.text(text);
        }
    };
    for (name, tree) in members.iter().filter(|member| member.0 == "__name__") {
        debug_assert_eq!(name, "__name__");
        text(told, "name", tree);
    }
    told.name("label");
    told.open('{', place.0, place.1);
    for (name, tree) in members.iter().filter(|member| member.0 != "__name__") {
        text(told, name, tree);
    }
    told.close('}');
}

fn tell_sample(sample: &Sample<'_>, told: &mut Told) {
    told.name("value");
    told.mark(sample.value.start, sample.value.end);
    told.text(sample.value.text().unwrap_or_default());
    told.name("time");
    told.mark(sample.tree.start, sample.tree.end);
    told.text(&sample.time.to_string());
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

    #[test]
    fn an_answer_is_told_by_its_samples() {
        let check = |json: &str, expected: &str| assert_eq!(told(json), expected, "{json}");
        check(
            r#"{"status":"success","data":{"resultType":"vector","result":[
                {"metric":{"__name__":"up","job":"a"},"value":[1435781451.781,"0.25"]}]},"warnings":["x"]}"#,
            concat!(
                r#"{"kind":"vector","warnings":1,"value":"0.25","time":"2015-07-01T20:10:51.781Z","#,
                r#""samples":[{"name":"up","label":{"job":"a"},"value":"0.25","time":"2015-07-01T20:10:51.781Z"}],"#,
                r#""series":[{"name":"up","label":{"job":"a"},"value":"0.25","time":"2015-07-01T20:10:51.781Z","count":1}]}"#
            ),
        );
        check(
            r#"{"status":"success","data":{"resultType":"matrix","result":[
                {"metric":{"j":"a"},"values":[[10,"1"],[20,"NaN"]]},{"metric":{"j":"b"},"values":[[15,"2"]]}]}}"#,
            concat!(
                r#"{"kind":"matrix","warnings":0,"#,
                r#""samples":[{"label":{"j":"a"},"value":"1","time":"1970-01-01T00:00:10Z"},"#,
                r#"{"label":{"j":"b"},"value":"2","time":"1970-01-01T00:00:15Z"},"#,
                r#"{"label":{"j":"a"},"value":"NaN","time":"1970-01-01T00:00:20Z"}],"#,
                r#""series":[{"label":{"j":"a"},"value":"NaN","time":"1970-01-01T00:00:20Z","count":2},"#,
                r#"{"label":{"j":"b"},"value":"2","time":"1970-01-01T00:00:15Z","count":1}]}"#
            ),
        );
        check(
            r#"{"status":"success","data":{"resultType":"vector","result":[]}}"#,
            r#"{"kind":"vector","warnings":0,"samples":[],"series":[]}"#,
        );
    }

    #[test]
    fn what_is_no_answer_is_refused_at_its_place() {
        let check = |json: &str, expected: &str| assert_eq!(told(json), expected, "{json}");
        check("[]", "!no answer of a query: `status` is wanted @[");
        check(
            r#"{"status":"error","errorType":"bad_data","error":"parse error"}"#,
            r#"!the query failed: bad_data: parse error @"parse error""#,
        );
        check(
            r#"{"status":"success","data":{"resultType":"scalar","result":[1,2]}}"#,
            "!no sample: a time and a value in quotes are wanted @[1,2]",
        );
        check(
            r#"{"status":"success","data":{"resultType":"matrix","result":[{"values":[[2,"1"],[2,"1"]]}]}}"#,
            r#"!times of a series that do not ascend @[2,"1"]"#,
        );
        check(
            r#"{"status":"success","data":{"resultType":"vector","result":[{"histogram":[1,{}]}]}}"#,
            r#"!a histogram, which is not read: ask for a quantile of it @{"histogram":[1,{}]}"#,
        );
        check(
            r#"{"status":"success","data":{"resultType":"vector","result":[{"value":[1e40,"1"]}]}}"#,
            "!a time that is no instant @1e40",
        );
    }
}
