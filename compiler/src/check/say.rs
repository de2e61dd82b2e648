//! Types in words, for messages. Knows nothing else.

use rolloutc_runtime::ty::{Shape, Ty};

use super::Checker;

/// A type as messages say it: "a duration", "`Status`", "a list of text".
pub fn say(checker: &Checker<'_>, ty: &Ty) -> String {
    match ty {
        Ty::Bool => "a condition".to_string(),
        Ty::Text => "a text".to_string(),
        Ty::Int | Ty::Number => "a plain number".to_string(),
        Ty::Ratio => "a ratio".to_string(),
        Ty::Duration => "a duration".to_string(),
        Ty::Bytes => "a size in bytes".to_string(),
        Ty::Version => "a version".to_string(),
        Ty::Instant => "an instant".to_string(),
        Ty::Date => "a date".to_string(),
        Ty::Secret => "a secret".to_string(),
        Ty::Nothing => "nothing".to_string(),
        Ty::Enum(id) => format!("a member of {}", named(&checker.enums[id.0 as usize].name)),
        Ty::Record(id) => match checker.records[id.0 as usize].name.as_str() {
            "a value" => "a record".to_string(),
            name => format!("a record ({})", named(name)),
        },
        Ty::Optional(inner) => format!("{}, where it is there", say(checker, inner)),
        Ty::List(inner) => match &**inner {
            Ty::Nothing => "an empty list".to_string(),
            inner => format!("a list of {}", plain(&say(checker, inner))),
        },
        Ty::Rows { record, shape } => {
            let name = named(&checker.records[record.0 as usize].name);
            match shape {
                Shape::List => format!("a list of {name}"),
                Shape::Table { .. } => format!("a table of {name}"),
                Shape::Map { .. } => format!("a map of {name}"),
                Shape::Series => format!("a series of {name}"),
            }
        }
    }
}

/// The name of a record or an enum as it is quoted; one that was made up says itself where it stands.
pub fn named(name: &str) -> String {
    match name {
        "a value" => "records".to_string(),
        name if name.contains('`') => name.to_string(),
        name => format!("`{name}`"),
    }
}

/// Two types that differ, in words that differ.
pub fn say_both(checker: &Checker<'_>, one: &Ty, other: &Ty) -> (String, String) {
    let (have, need) = (say(checker, one), say(checker, other));
    if have != need {
        return (have, need);
    }
    let place = |ty: &Ty| match ty {
        Ty::Record(id) | Ty::Rows { record: id, .. } => {
            let file = checker.data(*id).places.first().map(|place| place.0);
            let module =
                file.and_then(|file| checker.modules.iter().find(|module| module.file == file));
            module.map_or(String::new(), |module| format!(" of `{}`", module.path))
        }
        _ => String::new(),
    };
    let (here, there) = (have + &place(one), need + &place(other));
    match here == there {
        true => (
            format!("{here} in one shape"),
            format!("{there} in another"),
        ),
        false => (here, there),
    }
}

/// Without the article.
fn plain(said: &str) -> &str {
    said.strip_prefix("a ")
        .or(said.strip_prefix("an "))
        .unwrap_or(said)
}
