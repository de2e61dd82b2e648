//! What all documents share: quantities as policy notation, and the refusal of a newer version or of
//! damage with its place. Knows no document in particular.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::canon::{DocumentError, check_json, read_document};
use crate::number::Number;
use crate::unit;

/// A share of exposure, written `10%`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share(pub Number);

/// A length of time, written `17m18s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Number);

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(Number::ZERO);
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&unit::ratio_text(self.0))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&unit::duration_text(self.0))
    }
}

macro_rules! as_text {
    ($name:ident, $parse:path) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                let text = String::deserialize(deserializer)?;
                $parse(&text).map($name).map_err(serde::de::Error::custom)
            }
        }
    };
}
as_text!(Share, unit::parse_ratio);
as_text!(Span, unit::parse_duration);

/// Why a document is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The document's word: `rolloutc.state`.
    pub word: &'static str,
    /// What is wrong.
    pub kind: DamageKind,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DamageKind {
    /// Its version is above the one we know.
    Newer {
        /// The version it says.
        found: u64,
        /// The newest that we read.
        known: u32,
    },
    /// Its digest does not fit its content.
    Digest,
    /// It does not fit its form.
    Form(DocumentError),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = self.word.strip_prefix("rolloutc.").unwrap_or(self.word);
        match &self.kind {
            DamageKind::Newer { found, known } => write!(
                f,
                "the {what} is version {found}, this tool reads up to version {known}"
            ),
            DamageKind::Digest => write!(f, "the {what} does not fit its own digest"),
            DamageKind::Form(error) => write!(f, "the {what} is damaged: {error}"),
        }
    }
}

impl std::error::Error for Damage {}

/// Reads a document of the form `T` that opens with `word` and a version of at most `known`.
pub fn read<T: DeserializeOwned>(
    bytes: &[u8],
    word: &'static str,
    known: u32,
) -> Result<T, Damage> {
    let refuse = |kind| Damage { word, kind };
    let text = check_json(bytes).map_err(|error| refuse(DamageKind::Form(error)))?;
    // A newer document may have members that we do not know, so its version is asked for first.
    let found = serde_json::from_str::<Head>(text).ok();
    let found = found.and_then(|head| head.0.get(word).and_then(|version| version.as_u64()));
    match found {
        Some(found) if found > u64::from(known) => Err(refuse(DamageKind::Newer { found, known })),
        _ => read_document(bytes).map_err(|error| refuse(DamageKind::Form(error))),
    }
}

/// The members that are whole numbers, the version among them.
struct Head(BTreeMap<String, serde_json::Value>);

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Head, D::Error> {
        struct Members;
        impl<'de> serde::de::Visitor<'de> for Members {
            type Value = Head;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Head, A::Error> {
                let mut members = BTreeMap::new();
                while let Some(key) = map.next_key::<String>()? {
                    if key.starts_with("rolloutc.") {
                        members.insert(key, map.next_value()?);
                    } else {
                        map.next_value::<serde::de::IgnoredAny>()?;
                    }
                }
                Ok(Head(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Doc {
        #[serde(rename = "rolloutc.doc")]
        _version: u32,
        _rows: Vec<Row>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Row {
        _held: Span,
    }

    fn check(text: &str, message: &str) {
        let came = match read::<Doc>(text.as_bytes(), "rolloutc.doc", 1) {
            Ok(_) => "fine".to_string(),
            Err(damage) => damage.to_string(),
        };
        assert!(came.starts_with(message), "{text}: {came}");
    }

    #[test]
    fn a_document_is_refused_with_the_place_of_the_fault() {
        check(r#"{"rolloutc.doc":1,"_rows":[{"_held":"1m"}]}"#, "fine");
        check(
            r#"{"rolloutc.doc":2,"more":1}"#,
            "the doc is version 2, this tool reads up to version 1",
        );
        check(
            "{\"rolloutc.doc\":1,\n\"_rows\":[{\"_held\":\"1m\"},{\"_held\":3}]}",
            "the doc is damaged: line 2, column 3",
        );
        check(
            r#"{"rolloutc.doc":1,"_rows":[],"_rows":[]}"#,
            "the doc is damaged: line 1, column 3",
        );
        check(
            r#"{"rolloutc.doc":1,"_rows":[{"_held":"1m","x":1}]}"#,
            "the doc is damaged: line 1, column 4",
        );
        check(r#"{"_rows":[]}"#, "the doc is damaged: ");
    }
}
