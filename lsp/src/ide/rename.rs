//! New names for old things: what may be renamed, what a name may be, and the edits of one file. What data calls a thing
//! stays as it is: a renamed field says `at OLD`, a renamed member `= "OLD"`.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{DeclKind, FieldItem};

use super::names::{self, Kind, Occurrence, Target};
use super::walk::{Part, walk_decl};
use super::{HERE, View};

/// Words that no value may be called.
const RESERVED: [&str; 14] = [
    "true", "false", "null", "not", "and", "or", "in", "is", "all", "any", "none", "match",
    "where", "else",
];

/// The name at an offset that may be renamed, or why not.
pub fn prepare(view: &View<'_>, offset: u32) -> Result<Occurrence, String> {
    let Some(found) = names::at(view, offset) else {
        return Err("no name stands here".to_owned());
    };
    let name = found.span.text(view.text()).to_owned();
    let Target::Place(place) = found.target else {
        return Err(format!("`{name}` is a name of the tool"));
    };
    let module = view
        .analysis
        .modules
        .iter()
        .find(|module| module.file == place.0);
    let Some(module) = module else {
        return Err(format!("`{name}` is declared nowhere"));
    };
    if module.std {
        return Err(format!(
            "`{name}` is declared in `{}`, which comes with the tool",
            module.path
        ));
    }
    let decl = view.decl_of(place);
    let is = |wanted: fn(&DeclKind) -> bool| decl.is_some_and(|decl| wanted(&decl.kind));
    if found.kind == Kind::Module
        && is(|kind| match kind {
            DeclKind::Use(used) => matches!(
                used.target,
                rolloutc_compiler::syntax::ast::UseTarget::Module(_)
            ),
            _ => false,
        })
    {
        return Err(format!("`{name}` is what the tool calls its module"));
    }
    if found.kind == Kind::Field && is(|kind| matches!(kind, DeclKind::Rollout(_))) {
        return Err(format!(
            "`{name}` is what evidence and states call the subject"
        ));
    }
    Ok(found)
}

/// Why a word cannot be a name of a kind.
pub fn refuse(kind: Kind, name: &str) -> Option<String> {
    let letters = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let first = |c: char| c.is_ascii_alphabetic() || c == '_';
    if !name.starts_with(first) || !name.chars().all(letters) {
        return Some(format!(
            "`{name}` is no name: letters, digits and `_`, no digit first"
        ));
    }
    let value = !matches!(kind, Kind::Field | Kind::Member | Kind::Phase | Kind::Label);
    let unit = rolloutc_compiler::syntax::ast::Unit::of(name).is_some();
    (value && (RESERVED.contains(&name) || unit))
        .then(|| format!("no {} may be called `{name}`", kind.word()))
}

/// What calls a thing by its name outside of policies, and so must be renamed by hand.
pub fn outside(kind: Kind, old: &str) -> Option<String> {
    Some(match kind {
        Kind::Evidence => format!(
            "bundles, files of evidence and `--evidence` call this item `{old}`: rename it there too"
        ),
        Kind::Phase => format!(
            "a state that stands in this phase calls it `{old}` and is refused under another name, with `--adopt` too"
        ),
        Kind::Rollout => {
            format!("states of this rollout call it `{old}` and are refused under another name")
        }
        Kind::Param => {
            format!("whoever sets this param with `--param` calls it `{old}`: rename it there too")
        }
        Kind::Approval => {
            format!(
                "rows of approvals say `\"approval\": \"{old}\"`: those given so far do not count"
            )
        }
        Kind::Trigger => {
            format!(
                "states count for `{old}`, and rows that end its halt name it: rename it there too"
            )
        }
        Kind::Procedure => format!(
            "its log is called `{old}_log`, and a state in which it is open calls it `{old}`: rename it there too"
        ),
        Kind::Module
        | Kind::Owner
        | Kind::Enum
        | Kind::Member
        | Kind::Record
        | Kind::Field
        | Kind::Value
        | Kind::Function
        | Kind::Folder
        | Kind::Threshold
        | Kind::Gate
        | Kind::Group
        | Kind::Calendar
        | Kind::Message
        | Kind::Report
        | Kind::Fixture
        | Kind::Local
        | Kind::Label
        | Kind::Tool => return None,
    })
}

/// The edits of a file that call a target of it, or of a file it uses, by another name.
pub fn edits(
    view: &View<'_>,
    spans: &[(Span, bool)],
    kind: Kind,
    new: &str,
) -> Vec<(Span, String)> {
    let mut out: Vec<(Span, String)> = Vec::new();
    for (span, declares) in spans {
        out.push((*span, new.to_owned()));
        if *declares {
            out.extend(keep(view, *span, kind));
        }
    }
    out.sort();
    out.dedup();
    out
}

/// What keeps the old name for the data.
fn keep(view: &View<'_>, span: Span, kind: Kind) -> Option<(Span, String)> {
    let decl = view.decl_of((HERE, span))?;
    let old = span.text(view.text());
    if kind == Kind::Owner {
        let DeclKind::Owners(owners) = &decl.kind else {
            return None;
        };
        let owner = owners.iter().find(|owner| owner.name.span == span)?;
        let bare = owner.spelling.is_none();
        return bare.then(|| (Span::at(span.end), format!(" = \"{old}\"")));
    }
    let data = matches!(
        decl.kind,
        DeclKind::Evidence(_) | DeclKind::Record(_) | DeclKind::Enum(_)
    );
    let mut found = None;
    walk_decl(decl, &mut |part, whole| match part {
        Part::Field(FieldItem::Field(field)) if field.name.span == span && data => {
            found = field
                .at
                .is_none()
                .then(|| (Span::at(whole.end), format!(" at {old}")));
        }
        Part::Piece if kind == Kind::Member && whole.start == span.start => {
            let bare = whole.end == span.end || !whole.text(view.text()).contains('=');
            found = bare.then(|| (Span::at(span.end), format!(" = \"{old}\"")));
        }
        _ => {}
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::go;
    use crate::ide::tests::{SHOP, at as ask};

    /// The text after a rename at the cursor.
    fn check(text: &str, new: &str, want: Result<&[&str], &str>) {
        let done = ask(text, |view, offset| {
            let found = prepare(view, offset)?;
            if let Some(why) = refuse(found.kind, new) {
                return Err(why);
            }
            let spans: Vec<(Span, bool)> = go::references(view, &found.target)
                .iter()
                .map(|one| (one.span, one.declares))
                .collect();
            let mut text = view.text().to_owned();
            for (span, with) in edits(view, &spans, found.kind, new).into_iter().rev() {
                text.replace_range(span.start as usize..span.end as usize, &with);
            }
            Ok(text)
        });
        match (done, want) {
            (Ok(text), Ok(parts)) => {
                for part in parts {
                    assert!(text.contains(part), "{part}\n--- not in\n{text}");
                }
                let after = crate::ide::tests::read(&text);
                assert_eq!(after.diagnostics, [], "{text}");
            }
            (Err(why), Err(part)) => assert!(why.contains(part), "{why}"),
            (done, want) => panic!("{done:?} {want:?}"),
        }
    }

    fn shop(from: &str, to: &str) -> String {
        assert!(SHOP.contains(from), "{from}");
        SHOP.replacen(from, to, 1)
    }

    #[test]
    fn everything_that_means_the_same_changes() {
        check(
            &shop("gate quick", "gate qu$0ick"),
            "fast",
            Ok(&["gate fast", "keep    fast, correct"]),
        );
        check(
            &shop("phase canary", "phase can$0ary"),
            "first",
            Ok(&["phase first", "in   first, everyone", "to      first at 0%"]),
        );
        check(
            &shop("require slo.p95", "require slo.p$095"),
            "speed",
            Ok(&["speed:    duration in ms at p95_ms", "slo.speed <= 300ms"]),
        );
        check(
            &shop("rollback to_old \"", "rollback to_$0old \""),
            "home",
            Ok(&["then rollback home", "rollback home \"Back"]),
        );
    }

    #[test]
    fn data_keeps_its_names() {
        check(
            &shop("require slo.errors", "require slo.err$0ors"),
            "faults",
            Ok(&["faults: ratio at errors", "slo.faults <= 1%"]),
        );
        check(
            &shop("owners ops", "owners op$0s"),
            "people",
            Ok(&["owners people = \"ops\"", "by people"]),
        );
        let text = "edition 2026\n\nenum Word { go$0od, bad }\n\nfn fine(w: Word) = match w { good => true  bad => false }\n";
        check(
            text,
            "fine_word",
            Ok(&["{ fine_word = \"good\", bad }", "{ fine_word => true"]),
        );
    }

    #[test]
    fn what_cannot_be_renamed_says_why() {
        check(&shop("gate quick", "gate qu$0ick"), "1st", Err("no name"));
        check(
            &shop("gate quick", "gate qu$0ick"),
            "match",
            Err("may be called"),
        );
        check(
            &shop("gate quick", "ga$0te quick"),
            "x",
            Err("no name stands"),
        );
        check(
            "edition 2026\n\nlet x = ma$0x(1, 2)\n",
            "x",
            Err("of the tool"),
        );
        check(
            "edition 2026\n\nuse std.dri$0ll\n",
            "x",
            Err("calls its module"),
        );
    }
}
