//! Time patterns: how a text that is not RFC 3339 tells a time. Knows no zones.

use std::fmt;

use super::{Fields, Instant, Reader, TimeError};

/// A compiled time pattern, such as `YYYYMMDD'T'hhmmss'Z'`: how a text that is not RFC 3339 tells a
/// time.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    text: String,
    pieces: Vec<Piece>,
}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Pattern, PatternError> {
        Pattern::compile(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> String {
        pattern.text
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Field(Field),
    Text(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millis,
}

const FIELDS: [(&str, Field); 7] = [
    ("YYYY", Field::Year),
    ("MM", Field::Month),
    ("DD", Field::Day),
    ("hh", Field::Hour),
    ("mm", Field::Minute),
    ("ss", Field::Second),
    ("SSS", Field::Millis),
];

/// What is wrong with a time pattern, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// A letter or digit that begins no field and is not quoted.
    Unknown(usize, char),
    /// A quote that is never closed.
    Open(usize),
    /// The same field twice.
    Twice(usize, &'static str),
    /// No year, month or day, or a gap such as hours and seconds without minutes: the field it lacks.
    Lacks(&'static str),
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Unknown(_, found) => write!(
                f,
                "`{found}` is no part of a time pattern: fields are YYYY MM DD hh mm ss SSS, other letters and digits stand in single quotes"
            ),
            PatternError::Open(_) => f.write_str("this single quote is never closed"),
            PatternError::Twice(_, field) => {
                write!(f, "`{field}` stands twice in the time pattern")
            }
            PatternError::Lacks(field) => write!(f, "the time pattern lacks `{field}`"),
        }
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// Compiles a pattern: the fields `YYYY MM DD hh mm ss SSS`, punctuation as it stands, and other
    /// text in single quotes, where two of them are one.
    pub fn compile(text: &str) -> Result<Pattern, PatternError> {
        let mut pieces = Vec::new();
        let mut literal = String::new();
        let mut seen = [false; FIELDS.len()];
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let rest = &text[at..];
            if c == '\'' {
                let end = rest[1..].find('\'').ok_or(PatternError::Open(at))?;
                literal.push_str(if end == 0 { "'" } else { &rest[1..1 + end] });
                at += end + 2;
            } else if let Some(index) = FIELDS.iter().position(|(word, _)| rest.starts_with(word)) {
                let (word, field) = FIELDS[index];
                if std::mem::replace(&mut seen[index], true) {
                    return Err(PatternError::Twice(at, word));
                }
                if !literal.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut literal)));
                }
                pieces.push(Piece::Field(field));
                at += word.len();
            } else if c.is_alphanumeric() {
                return Err(PatternError::Unknown(at, c));
            } else {
                literal.push(c);
                at += c.len_utf8();
            }
        }
        if !literal.is_empty() {
            pieces.push(Piece::Text(literal));
        }
        let finest = seen
            .iter()
            .rposition(|&seen| seen)
            .unwrap_or(0)
            .max(Field::Day as usize);
        match seen[..=finest].iter().position(|&seen| !seen) {
            Some(lacks) => Err(PatternError::Lacks(FIELDS[lacks].0)),
            None => Ok(Pattern {
                text: text.to_owned(),
                pieces,
            }),
        }
    }

    /// The pattern as written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the text says itself that it is UTC: the pattern ends in a literal `Z`.
    pub fn is_utc(&self) -> bool {
        matches!(self.pieces.last(), Some(Piece::Text(text)) if text.ends_with('Z'))
    }

    /// Whether it has a time of day; without, the instant is the start of the day.
    pub fn has_time(&self) -> bool {
        self.pieces.contains(&Piece::Field(Field::Hour))
    }

    /// Reads a text of that form, as UTC; a pattern that is not [`Pattern::is_utc`] needs
    /// `assume_utc`.
    pub fn parse(&self, text: &str, assume_utc: bool) -> Result<Instant, TimeError> {
        let mut reader = Reader {
            bytes: text.as_bytes(),
            at: 0,
        };
        let mut fields = Fields {
            year: 0,
            month: 1,
            day: 1,
            hour: 0,
            minute: 0,
            second: 0,
            nanos: 0,
        };
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => {
                    if !reader.bytes[reader.at..].starts_with(literal.as_bytes()) {
                        return Err(TimeError::Malformed);
                    }
                    reader.at += literal.len();
                }
                Piece::Field(Field::Year) => fields.year = reader.digits(4)?,
                Piece::Field(Field::Month) => fields.month = reader.digits(2)?,
                Piece::Field(Field::Day) => fields.day = reader.digits(2)?,
                Piece::Field(Field::Hour) => fields.hour = reader.digits(2)?,
                Piece::Field(Field::Minute) => fields.minute = reader.digits(2)?,
                Piece::Field(Field::Second) => fields.second = reader.digits(2)?,
                Piece::Field(Field::Millis) => fields.nanos = reader.digits(3)? * 1_000_000,
            }
        }
        if reader.at != text.len() {
            return Err(TimeError::Malformed);
        }
        if !assume_utc && !self.is_utc() {
            return Err(TimeError::NoOffset);
        }
        fields.instant(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text, false).unwrap_or_else(|error| panic!("{text}: {error:?}"))
    }

    #[test]
    fn patterns_read_other_forms() {
        let check = |pattern: &str, text: &str, result: Result<&str, TimeError>| {
            let pattern = Pattern::compile(pattern).unwrap();
            assert_eq!(
                pattern.parse(text, false).map(|t| t.to_string()),
                result.map(str::to_owned),
                "{text}"
            );
        };
        let stamp = "YYYYMMDD'T'hhmmss'Z'";
        check(stamp, "20260225T115918Z", Ok("2026-02-25T11:59:18Z"));
        check(stamp, "20260225T115918", Err(TimeError::Malformed));
        check(stamp, "20260225T115918Z ", Err(TimeError::Malformed));
        check(stamp, "20260230T115918Z", Err(TimeError::NoSuchTime));
        check(stamp, "2026022", Err(TimeError::Malformed));
        check(
            "DD.MM.YYYY hh:mm:ss.SSS",
            "25.02.2026 11:59:18.250",
            Err(TimeError::NoOffset),
        );
        check("DD.MM.YYYY'Z'", "25.02.2026Z", Ok("2026-02-25T00:00:00Z"));
        check(
            "YYYY-MM-DD' o''clock 'hh'Z'",
            "2026-02-25 o'clock 07Z",
            Err(TimeError::Malformed),
        );
        let civil = Pattern::compile("DD.MM.YYYY hh:mm:ss.SSS").unwrap();
        assert_eq!(
            civil.parse("25.02.2026 11:59:18.250", true),
            Ok(at("2026-02-25T11:59:18.25Z"))
        );
        assert!(civil.has_time() && !civil.is_utc());
    }

    #[test]
    fn bad_patterns_say_what_is_wrong() {
        use PatternError::*;
        let check =
            |pattern: &str, error| assert_eq!(Pattern::compile(pattern), Err(error), "{pattern}");
        check("YYYYMMDDThhmmss", Unknown(8, 'T'));
        check("YYYY-MM-DD'T", Open(10));
        check("YYYYMMDDYYYY", Twice(8, "YYYY"));
        check("YYYYMM", Lacks("DD"));
        check("hhmmss", Lacks("YYYY"));
        check("YYYYMMDDhhss", Lacks("mm"));
        check("", Lacks("YYYY"));
        check("yyyyMMDD", Unknown(0, 'y'));
    }
}
