//! Comma separated values, told as JSON so that one reader fills all slots. Knows RFC 4180; knows no
//! schema.
//!
//! The first record names the columns; each further one is a row whose members are its cells:
//!
//! ```text
//! lane,took ms          [ { "lane": "ci-long", "took ms": "812" } ]
//! ci-long,812
//! ```
//!
//! A cell has no type of its own: `812` is a number where a field wants a number, a text where it wants a
//! text. A cell without a character says nothing, as `null` does; `""` is the empty text. Spaces belong to
//! their cell. A row with too few or too many cells is malformed, and only that row; an empty line is
//! passed over, unless there is only one column.
//!
//! Written here and not left to a library, because libraries take any bytes for a table: an open quote then
//! swallows the rows behind it, and what is swallowed breaks no rule. Here it is malformed.

use super::scalar::brief;
use super::told::{Step, Told, broken, no_nul};

/// The most columns.
const COLUMNS: usize = 4096;

/// Tells a table; `text` begins with it at `from`.
pub(crate) fn tell(text: &str, from: usize) -> Step<Told> {
    no_nul(text, from)?;
    let mut told = Told {
        bare: true,
        words: &[("null;", "an empty cell;"), ("no member ", "no column ")],
        ..Told::default()
    };
    let mut at = from;
    let mut cells = Vec::new();
    if !record(text, &mut at, &mut cells)? {
        return broken(
            "a table without a line that names its columns",
            from,
            text.len(),
        );
    }
    let columns = std::mem::take(&mut cells);
    let names = names(text, &columns)?;
    told.open('[', from, text.len());
    loop {
        let start = at;
        cells.clear();
        if !record(text, &mut at, &mut cells)? {
            break;
        }
        let end = start + text[start..at].trim_end_matches(['\r', '\n']).len();
        if cells.len() != names.len() {
            if start == end {
                continue;
            }
            told.mark(start, end);
            told.spoilt(format!(
                "{} in a table of {}",
                many(cells.len(), "cell"),
                many(names.len(), "column")
            ));
            continue;
        }
        told.bounded(start, end)?;
        told.open('{', start, end);
        for (name, cell) in names.iter().zip(&cells) {
            told.name(name);
            told.mark(cell.start, cell.end);
            match &cell.text(text) {
                Some(value) => told.text(value),
                None => told.plain("null"),
            }
        }
        told.close('}');
    }
    told.close(']');
    Ok(told)
}

/// One cell.
#[derive(Clone, Copy, Debug)]
struct Cell {
    /// With its quotes.
    start: usize,
    end: usize,
    quoted: bool,
}

impl Cell {
    /// What it says; nothing when it is empty and has no quotes.
    fn text(self, text: &str) -> Option<String> {
        let inner = &text[self.start..self.end];
        match (self.quoted, inner) {
            (true, _) => Some(inner[1..inner.len() - 1].replace("\"\"", "\"")),
            (false, "") => None,
            (false, _) => Some(inner.to_owned()),
        }
    }
}

/// The names of the columns.
fn names(text: &str, columns: &[Cell]) -> Step<Vec<String>> {
    let last = columns.last().map_or(0, |cell| cell.end);
    if columns.len() > COLUMNS {
        return broken(format!("more than {COLUMNS} columns"), 0, last);
    }
    let mut names: Vec<String> = Vec::with_capacity(columns.len());
    let mut seen = std::collections::BTreeSet::new();
    for cell in columns {
        let Some(name) = cell.text(text).filter(|name| !name.is_empty()) else {
            return broken("a column without a name", cell.start, cell.end);
        };
        if !seen.insert(name.clone()) {
            let message = format!("column `{}` is there twice", brief(&name));
            return broken(message, cell.start, cell.end);
        }
        names.push(name);
    }
    if let [name] = &names[..]
        && let Some(other) = name.chars().find(|c| matches!(c, ';' | '\t' | '|'))
    {
        let other = if other == '\t' {
            "tabs".to_owned()
        } else {
            format!("`{other}`")
        };
        return broken(
            format!("cells parted by {other}; `,` is wanted"),
            columns[0].start,
            last,
        );
    }
    Ok(names)
}

/// The cells of the record at `at`, which is left behind its line end; false at the end of the text.
fn record(text: &str, at: &mut usize, cells: &mut Vec<Cell>) -> Step<bool> {
    let bytes = text.as_bytes();
    if *at >= bytes.len() {
        return Ok(false);
    }
    loop {
        let start = *at;
        let quoted = bytes.get(start) == Some(&b'"');
        if quoted {
            *at = closing(bytes, start)?;
        } else {
            let rest = &bytes[start..];
            let len = rest.iter().position(|byte| b",\r\n\"".contains(byte));
            *at += len.unwrap_or(rest.len());
        }
        cells.push(Cell {
            start,
            end: *at,
            quoted,
        });
        match (bytes.get(*at), bytes.get(*at + 1)) {
            (Some(b','), _) => *at += 1,
            (Some(b'\n'), _) => {
                *at += 1;
                return Ok(true);
            }
            (Some(b'\r'), Some(b'\n')) => {
                *at += 2;
                return Ok(true);
            }
            (None, _) => return Ok(true),
            (Some(b'\r'), _) => {
                return broken("a line that ends in a carriage return alone", *at, *at + 1);
            }
            (Some(b'"'), _) => {
                return broken(
                    "a quote inside a cell that does not begin with one",
                    *at,
                    *at + 1,
                );
            }
            (Some(_), _) => {
                let end = *at + text[*at..].chars().next().map_or(0, char::len_utf8);
                return broken("text behind a closing quote; `,` is wanted", *at, end);
            }
        }
    }
}

/// Behind the quote that closes the one at `open`; a doubled quote is a character.
fn closing(bytes: &[u8], open: usize) -> Step<usize> {
    let mut at = open + 1;
    while let Some(found) = memchr::memchr(b'"', &bytes[at..]) {
        at += found + 1;
        if bytes.get(at) != Some(&b'"') {
            return Ok(at);
        }
        at += 1;
    }
    broken("a quote that is never closed", open, open + 1)
}

fn many(count: usize, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(csv: &str) -> String {
        match tell(csv, 0) {
            Ok(told) => told.json,
            Err(broken) => format!("!{} @{}", broken.message, &csv[broken.start..broken.end]),
        }
    }

    #[test]
    fn a_table_is_told_row_by_row() {
        let check = |csv: &str, expected: &str| assert_eq!(told(csv), expected, "{csv:?}");
        check("a,b\n1,x\n", r#"[{"a":"1","b":"x"}]"#);
        check(
            "a,b\r\n1,\r\n,\"\"",
            r#"[{"a":"1","b":null},{"a":null,"b":""}]"#,
        );
        check("a\n\"x, \"\"y\"\"\nz\"\n", r#"[{"a":"x, \"y\"\nz"}]"#);
        check("\"a b\",c\n 1 ,2\n", r#"[{"a b":" 1 ","c":"2"}]"#);
        check("a,b\n\n1,2\n\n", r#"[{"a":"1","b":"2"}]"#);
        check("a\n\n1", r#"[{"a":null},{"a":"1"}]"#);
        check("a,b\n1\n1,2,3\n1,2\n", r#"["","",{"a":"1","b":"2"}]"#);
        check("a,b", "[]");
    }

    #[test]
    fn what_is_no_table_is_refused_at_its_place() {
        let check = |csv: &str, expected: &str| assert_eq!(told(csv), expected, "{csv:?}");
        check("", "!a table without a line that names its columns @");
        check("a,a\n", "!column `a` is there twice @a");
        check("a,,b\n", "!a column without a name @");
        check("a;b\n1;2\n", "!cells parted by `;`; `,` is wanted @a;b");
        check("a\tb\n", "!cells parted by tabs; `,` is wanted @a\tb");
        check("a\n\"x\n1\n2\n", "!a quote that is never closed @\"");
        check(
            "a\n\"x\"y\n",
            "!text behind a closing quote; `,` is wanted @y",
        );
        check(
            "a\nx\"y\"\n",
            "!a quote inside a cell that does not begin with one @\"",
        );
        check(
            "a\nx\ry\n",
            "!a line that ends in a carriage return alone @\r",
        );
        check("a\nx\0\n", "!a NUL character @\0");
    }
}
