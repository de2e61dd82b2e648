//! Rows that say one thing as one row. Knows rows; knows no decision.

use super::Row;

/// Rows of one family that are shown by name.
const NAMED: usize = 3;
/// How many characters the names of gates with one cause may take.
const SUBJECTS: usize = 80;

/// Joins rows that say the same of different subjects, and rows of one gate that fare alike; the order of what
/// is left stays.
pub fn alike(rows: &mut Vec<Row>) {
    let mut kept: Vec<(Row, Vec<String>)> = Vec::new();
    for row in rows.drain(..) {
        let same = |other: &Row| {
            other.word == row.word
                && other.decides == row.decides
                && (other.message == row.message || family(other, &row))
        };
        match kept.iter_mut().find(|(other, _)| same(other)) {
            Some((_, more)) if more.contains(&row.subject) => {}
            Some((other, _)) if other.subject == row.subject && other.message == row.message => {}
            Some((_, more)) => more.push(row.subject),
            None => kept.push((row, Vec::new())),
        }
    }
    rows.extend(kept.into_iter().map(|(row, more)| join(row, &more)));
    causes(rows);
    for row in rows {
        row.subject = brief(&row.subject);
    }
}

/// `lane["a"], lane["b"], slow` as `lane (2 rows), slow`; of many gates the first few.
fn brief(subjects: &str) -> String {
    let mut gates: Vec<(&str, Vec<&str>)> = Vec::new();
    for subject in listed(subjects) {
        let gate = parts(subject).map_or(subject, |(gate, _)| gate);
        match gates.iter_mut().find(|(other, _)| *other == gate) {
            Some((_, rows)) => rows.push(subject),
            None => gates.push((gate, vec![subject])),
        }
    }
    let names = gates.iter().map(|(gate, rows)| match rows.as_slice() {
        [one] => (*one).to_string(),
        rows => format!("{gate} ({} rows)", rows.len()),
    });
    let mut out = String::new();
    for (at, name) in names.enumerate() {
        if at > 0 && out.len() + name.len() > SUBJECTS {
            return format!("{out}, {} more gates", gates.len() - at);
        }
        if at > 0 {
            out.push_str(", ");
        }
        out.push_str(&name);
    }
    out
}

/// The subjects of a list; a comma inside a row's name parts none.
fn listed(subjects: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut quoted, mut depth) = (0, false, 0_usize);
    for (at, letter) in subjects.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            ',' if !quoted && depth == 0 => {
                out.push(subjects[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(subjects[from..].trim());
    out
}

/// Joins rows that differ only in the item that is not there: `slo is missing` and `probe is missing`.
fn causes(rows: &mut Vec<Row>) {
    let mut kept: Vec<(Row, Vec<String>)> = Vec::new();
    for row in rows.drain(..) {
        let Some((item, cause)) = lacks(&row.message) else {
            kept.push((row, Vec::new()));
            continue;
        };
        let same = |(other, _): &&mut (Row, Vec<String>)| {
            (other.word, other.decides) == (row.word, row.decides)
                && lacks(&other.message).is_some_and(|(_, same)| same == cause)
        };
        let item = item.to_string();
        match kept.iter_mut().find(same) {
            Some((other, items)) => {
                other.subject = format!("{}, {}", other.subject, row.subject);
                // The evidence line would name the first item alone.
                other.evidence = String::new();
                let line = row.place.rsplit(':').next().filter(|line| !line.is_empty());
                other.place = match line {
                    Some(line) => format!("{}, {line}", other.place),
                    None => other.place.clone(),
                };
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            None => kept.push((row, vec![item])),
        }
    }
    rows.extend(kept.into_iter().map(|(mut row, items)| {
        if let ([_, _, ..], Some((_, cause))) = (items.as_slice(), lacks(&row.message)) {
            row.message = format!("{} are {cause}", items.join(", "));
        }
        row
    }));
}

/// `slo is missing: not in the evidence` as `slo` and `missing: not in the evidence`.
fn lacks(message: &str) -> Option<(&str, &str)> {
    let (item, cause) = message.split_once(" is ")?;
    let named = !item.is_empty() && !item.contains(' ');
    let lacking = ["missing", "awaited", "stale"];
    (named && lacking.iter().any(|word| cause.starts_with(word))).then_some((item, cause))
}

/// `lanes["a"].state wanted ok` without its row: `lanes[].state wanted ok`.
pub fn rowless(text: &str) -> String {
    match (text.find("[\""), text.find("\"]")) {
        (Some(from), Some(to)) if from < to => format!("{}[]{}", &text[..from], &text[to + 2..]),
        _ => text.to_string(),
    }
}

/// Two rows of one gate, at one place of the policy.
fn family(one: &Row, other: &Row) -> bool {
    match (parts(&one.subject), parts(&other.subject)) {
        (Some((gate, _)), Some((same, _))) => gate == same && one.place == other.place,
        _ => false,
    }
}

/// `lane["ci"]` as `lane` and `"ci"`.
fn parts(subject: &str) -> Option<(&str, &str)> {
    let (gate, row) = subject.split_once('[')?;
    Some((gate, row.trim_end_matches(']')))
}

fn join(mut row: Row, more: &[String]) -> Row {
    if more.is_empty() {
        return row;
    }
    let gate = parts(&row.subject).map(|(gate, _)| gate.to_string());
    let rows: Vec<&str> = more
        .iter()
        .filter_map(|other| parts(other))
        .filter(|(other, _)| Some(*other) == gate.as_deref())
        .map(|(_, row)| row)
        .collect();
    if rows.len() == more.len() {
        let named = rows
            .iter()
            .take(NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let dots = if rows.len() > NAMED { ", .." } else { "" };
        row.message = format!("{}; {} more rows: {named}{dots}", row.message, rows.len());
        return row;
    }
    row.subject = format!("{}, {}", row.subject, more.join(", "));
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rows: &[(&str, &str)], want: &[(&str, &str)]) {
        let mut rows: Vec<Row> = rows
            .iter()
            .map(|(subject, message)| Row {
                word: "fail",
                subject: (*subject).into(),
                message: (*message).into(),
                ..Row::default()
            })
            .collect();
        alike(&mut rows);
        let found: Vec<(&str, &str)> = rows
            .iter()
            .map(|row| (row.subject.as_str(), row.message.as_str()))
            .collect();
        assert_eq!(found, want);
    }

    const LONG: &str =
        "the_name_of_a_gate_that_is_longer_than_what_is_left_of_one_line_of_a_screen";

    #[test]
    fn many_gates_of_one_cause_are_counted() {
        check(
            &[
                ("lane[\"a, b\"]", "slo is missing"),
                ("lane[\"c\"]", "slo is missing"),
                ("a", "probe is missing"),
                ("b", "slo is missing"),
                ("c", "slo is missing"),
                (LONG, "slo is missing"),
                ("d", "slo is missing"),
            ],
            &[(
                "lane (2 rows), b, c, 3 more gates",
                "slo, probe are missing",
            )],
        );
    }

    #[test]
    fn one_cause_is_one_row() {
        check(
            &[
                ("a", "slo is missing"),
                ("b", "9, at most 5"),
                ("c", "slo is missing"),
            ],
            &[("a, c", "slo is missing"), ("b", "9, at most 5")],
        );
    }

    #[test]
    fn items_that_are_not_there_are_one_row() {
        check(
            &[
                ("a", "slo is missing: no"),
                ("b", "probe is missing: no"),
                ("c", "x is stale"),
            ],
            &[("a, b", "slo, probe are missing: no"), ("c", "x is stale")],
        );
    }

    #[test]
    fn rows_of_a_gate_are_one_row_with_a_count() {
        check(
            &[
                ("lane[\"a\"]", "took 9m"),
                ("lane[\"b\"]", "took 8m"),
                ("lane[\"c\"]", "took 7m"),
                ("lane[\"d\"]", "took 6m"),
                ("lane[\"e\"]", "took 5m"),
            ],
            &[(
                "lane[\"a\"]",
                "took 9m; 4 more rows: \"b\", \"c\", \"d\", ..",
            )],
        );
    }
}
