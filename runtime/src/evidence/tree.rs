//! A JSON document as a tree that knows its places, for formats that are told anew. Knows JSON; knows no
//! schema.

use super::scan::{Buffers, Scan, Step};

/// A value and the bytes it stands in.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub value: Value,
    pub start: usize,
    pub end: usize,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As it stands in the document.
    Number(String),
    Text(String),
    Array(Vec<Tree>),
    /// Members in their order; none stands twice.
    Object(Vec<(String, Tree)>),
}

/// Reads a document that begins at `from`.
pub(crate) fn parse(text: &str, from: usize) -> Step<Tree> {
    let mut scan = Scan::new(text, from, Buffers::default());
    if scan.at_end() {
        return scan.broken("an empty document", from, text.len());
    }
    let tree = value(&mut scan)?;
    if !scan.at_end() {
        return scan.expected("the end of the document");
    }
    Ok(tree)
}

fn value(scan: &mut Scan<'_>) -> Step<Tree> {
    let opens = scan.peek();
    let start = scan.at;
    let value = match opens {
        b'"' => Value::Text(text(scan)?),
        b'{' => {
            let opened = scan.open()?;
            let (mut first, mut members) = (true, Vec::new());
            while let Some(name) = scan.member(&mut first)? {
                let mut text = String::new();
                scan.unescape(name.quoted, &mut text)?;
                members.push((text, self::value(scan)?));
            }
            if let Some(twice) = scan.close_object(opened) {
                let message = format!(
                    "member `{}` is there twice",
                    super::scalar::brief(&twice.name)
                );
                return scan.broken(message, twice.start, twice.end);
            }
            Value::Object(members)
        }
        b'[' => {
            scan.open()?;
            let (mut first, mut elements) = (true, Vec::new());
            while scan.element(&mut first)? {
                elements.push(self::value(scan)?);
            }
            Value::Array(elements)
        }
        b'-' | b'0'..=b'9' => {
            let digits = scan.digits()?;
            Value::Number(scan.text[digits.start..digits.end].to_owned())
        }
        b't' => {
            scan.word("true")?;
            Value::Bool(true)
        }
        b'f' => {
            scan.word("false")?;
            Value::Bool(false)
        }
        b'n' => {
            scan.word("null")?;
            Value::Null
        }
        _ => return scan.expected("a value"),
    };
    Ok(Tree {
        value,
        start,
        end: scan.at,
    })
}

fn text(scan: &mut Scan<'_>) -> Step<String> {
    let quoted = scan.quoted()?;
    let mut text = String::new();
    scan.unescape(quoted, &mut text)?;
    Ok(text)
}

impl Tree {
    /// Where it stands.
    pub fn place(&self) -> (usize, usize) {
        (self.start, self.end)
    }

    /// A member of an object; one that says `null` is not there.
    pub fn member(&self, name: &str) -> Option<&Tree> {
        let Value::Object(members) = &self.value else {
            return None;
        };
        let found = members.iter().find(|member| member.0 == name);
        found
            .map(|member| &member.1)
            .filter(|tree| !matches!(tree.value, Value::Null))
    }

    /// What lies at the end of a path of members.
    pub fn at(&self, path: &[&str]) -> Option<&Tree> {
        path.iter().try_fold(self, |tree, name| tree.member(name))
    }

    /// The elements of an array; none of anything else.
    pub fn elements(&self) -> &[Tree] {
        match &self.value {
            Value::Array(elements) => elements,
            _ => &[],
        }
    }

    /// A text.
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A number of elements before: `-1` and `null` point at none.
    pub fn index(&self) -> Option<usize> {
        match &self.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        }
    }

    /// What kind of value it is, as people say it.
    pub fn kind(&self) -> &'static str {
        match self.value {
            Value::Null => "null",
            Value::Bool(_) => "a bool",
            Value::Number(_) => "a number",
            Value::Text(_) => "a text",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }
}
