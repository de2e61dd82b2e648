//! Every name of a file with what it means and where that was declared. Knows tree and model; shows nothing.

use rolloutc_compiler::check::outline::Module;
use rolloutc_compiler::check::{Def, Place};
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{Decl, DeclKind, ExprKind, Name};

use super::walk::{Part, Role, walk};
use super::{HERE, View};

/// A name where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// The name.
    pub span: Span,
    /// What it means.
    pub target: Target,
    /// What kind of thing that is.
    pub kind: Kind,
    /// Whether it declares what it means.
    pub declares: bool,
}

/// What a name means: equal for all names of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// What was declared there.
    Place(Place),
    /// A name of the tool.
    Tool(String),
}

/// What kind of thing a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `common` of `use "…" as common`
    Module,
    /// A role of `owners`
    Owner,
    /// An enum
    Enum,
    /// A member of an enum
    Member,
    /// A record
    Record,
    /// A field of a record or of evidence
    Field,
    /// A table or a `let`
    Value,
    /// A function
    Function,
    /// A param
    Param,
    /// A folder
    Folder,
    /// Evidence
    Evidence,
    /// A threshold
    Threshold,
    /// A gate
    Gate,
    /// A group
    Group,
    /// An approval
    Approval,
    /// A freeze or a window
    Calendar,
    /// A phase
    Phase,
    /// A trigger
    Trigger,
    /// A rollback or a switch
    Procedure,
    /// A message
    Message,
    /// A report
    Report,
    /// A fixture
    Fixture,
    /// The rollout
    Rollout,
    /// A binder, a parameter, a `let` of a clause
    Local,
    /// A step, an impact, a check, a cohort
    Label,
    /// A name or function that the tool knows
    Tool,
}

impl Kind {
    /// How people call it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Module => "module",
            Kind::Owner => "owner",
            Kind::Enum => "enum",
            Kind::Member => "member",
            Kind::Record => "record",
            Kind::Field => "field",
            Kind::Value => "value",
            Kind::Function => "function",
            Kind::Param => "param",
            Kind::Folder => "folder",
            Kind::Evidence => "evidence",
            Kind::Threshold => "threshold",
            Kind::Gate => "gate",
            Kind::Group => "group",
            Kind::Approval => "approval",
            Kind::Calendar => "freeze or window",
            Kind::Phase => "phase",
            Kind::Trigger => "trigger",
            Kind::Procedure => "rollback or switch",
            Kind::Message => "message",
            Kind::Report => "report",
            Kind::Fixture => "fixture",
            Kind::Rollout => "rollout",
            Kind::Local => "local name",
            Kind::Label => "label",
            Kind::Tool => "name of the tool",
        }
    }

    /// What a definition is.
    pub fn of(def: &Def) -> Kind {
        match def {
            Def::Module(_) => Kind::Module,
            Def::Rollout => Kind::Rollout,
            Def::Owner => Kind::Owner,
            Def::Enum(_) => Kind::Enum,
            Def::Member(..) => Kind::Member,
            Def::Record(_) => Kind::Record,
            Def::Field(..) | Def::Derived(_) => Kind::Field,
            Def::Table(_) | Def::Let(_) => Kind::Value,
            Def::Fn(_) => Kind::Function,
            Def::Param(_) => Kind::Param,
            Def::Folder(_) => Kind::Folder,
            Def::Item(_) => Kind::Evidence,
            Def::Threshold(_) => Kind::Threshold,
            Def::Gate(_) => Kind::Gate,
            Def::Group(_) => Kind::Group,
            Def::Approval(_) => Kind::Approval,
            Def::Calendar(_) => Kind::Calendar,
            Def::Phase(_) => Kind::Phase,
            Def::Trigger(_) => Kind::Trigger,
            Def::Procedure(_) => Kind::Procedure,
            Def::Message(_) => Kind::Message,
            Def::Report(_) => Kind::Report,
            Def::Fixture(_) => Kind::Fixture,
            Def::Local => Kind::Local,
            Def::Known | Def::Builtin(_) | Def::Broken => Kind::Tool,
        }
    }

    /// What a declaration declares; `None` where it declares nothing by name.
    pub fn declared(kind: &DeclKind) -> Option<Kind> {
        Some(match kind {
            DeclKind::Use(_) => Kind::Module,
            DeclKind::Rollout(_) => Kind::Rollout,
            DeclKind::Owners(_) => Kind::Owner,
            DeclKind::Enum(_) => Kind::Enum,
            DeclKind::Record(_) => Kind::Record,
            DeclKind::Table(_) | DeclKind::Let(_) => Kind::Value,
            DeclKind::Fn(_) => Kind::Function,
            DeclKind::Param(_) => Kind::Param,
            DeclKind::Folder(_) => Kind::Folder,
            DeclKind::Evidence(_) => Kind::Evidence,
            DeclKind::Threshold(_) => Kind::Threshold,
            DeclKind::Gate(_) => Kind::Gate,
            DeclKind::Group(_) => Kind::Group,
            DeclKind::Approval(_) => Kind::Approval,
            DeclKind::Freeze(_) | DeclKind::Window(_) => Kind::Calendar,
            DeclKind::Phase(_) => Kind::Phase,
            DeclKind::Trigger(_) => Kind::Trigger,
            DeclKind::Rollback(_) | DeclKind::Switch(_) => Kind::Procedure,
            DeclKind::Message(_) => Kind::Message,
            DeclKind::Report(_) => Kind::Report,
            DeclKind::Fixture(_) => Kind::Fixture,
            DeclKind::Waivers(_) => Kind::Local,
            DeclKind::Broken(broken) => {
                return match broken.word? {
                    "evidence" => Some(Kind::Evidence),
                    "gate" => Some(Kind::Gate),
                    "phase" => Some(Kind::Phase),
                    "trigger" => Some(Kind::Trigger),
                    "enum" => Some(Kind::Enum),
                    "record" => Some(Kind::Record),
                    "rollout" => Some(Kind::Rollout),
                    _ => Some(Kind::Value),
                };
            }
            DeclKind::Invariant(_) | DeclKind::Test(_) | DeclKind::Tests(_) => return None,
        })
    }
}

/// Every name of the file, in order.
pub fn all(view: &View<'_>) -> Vec<Occurrence> {
    let mut out: Vec<Occurrence> = Vec::new();
    let mut around: Option<&Decl> = None;
    walk(view.tree(), &mut |part, _| match part {
        Part::Decl(decl) => around = Some(decl),
        Part::Name(name, role) => out.extend(one(view, around, name, role)),
        Part::Expr(expr) => {
            if let ExprKind::Name(text) = &expr.kind {
                let name = Name {
                    text: text.clone(),
                    span: expr.span,
                };
                out.extend(one(view, around, &name, Role::Means));
            }
        }
        Part::Piece | Part::Field(_) | Part::Type(_) | Part::Text(_) | Part::Str(_) => {}
    });
    out.sort_by_key(|one| one.span);
    out.dedup_by_key(|one| one.span);
    out
}

/// The name that an offset touches; of two that meet there, the one that begins there.
pub fn at(view: &View<'_>, offset: u32) -> Option<Occurrence> {
    let touching = all(view).into_iter().filter(|one| one.span.touches(offset));
    touching.max_by_key(|one| one.span.start)
}

/// The name that declares a target of this file.
pub fn declaration(view: &View<'_>, target: &Target) -> Option<Occurrence> {
    all(view)
        .into_iter()
        .find(|one| one.declares && one.target == *target)
}

fn one(view: &View<'_>, around: Option<&Decl>, name: &Name, role: Role) -> Option<Occurrence> {
    let span = name.span;
    let here = |kind, declares| {
        Some(Occurrence {
            span,
            target: Target::Place((HERE, span)),
            kind,
            declares,
        })
    };
    match role {
        Role::Declares => {
            return here(around.and_then(|decl| Kind::declared(&decl.kind))?, true);
        }
        Role::Binds => return here(Kind::Local, true),
        Role::Label => return here(Kind::Label, true),
        Role::Member => {
            let inside = around.map(|decl| &decl.kind);
            let member = is_member(view, span) || matches!(inside, Some(DeclKind::Enum(_)));
            let kind = if member { Kind::Member } else { Kind::Field };
            return here(kind, true);
        }
        Role::Means | Role::Reads | Role::Fixture => {}
    }
    if let Some((def, declared)) = view.def(span) {
        let kind = Kind::of(def);
        let target = match declared {
            Some(place) => Target::Place(*place),
            None if matches!(def, Def::Broken) => return None,
            None => Target::Tool(name.text.to_string()),
        };
        let declares = target == Target::Place((HERE, span));
        return Some(Occurrence {
            span,
            target,
            kind,
            declares,
        });
    }
    let key = match role {
        Role::Fixture => format!("fixture {}", name.text),
        Role::Means => name.text.to_string(),
        Role::Declares | Role::Binds | Role::Label | Role::Member | Role::Reads => return None,
    };
    // A word behind a dot is looked for in what stands before it, and the checker did not find it there.
    if view.text()[..span.start as usize].ends_with('.') {
        return None;
    }
    let module = view.analysis.modules.first()?;
    let export = module.names.get(key.as_str())?;
    Some(Occurrence {
        span,
        target: Target::Place((module.file, export.span)),
        kind: declared_kind(module, export.decl)?,
        declares: export.span == span,
    })
}

/// Whether a name stands as a member in an enum.
fn is_member(view: &View<'_>, span: Span) -> bool {
    let members = &view.facts().members;
    members.iter().any(|places| places.contains(&(HERE, span)))
}

/// What a declaration of a module is.
pub fn declared_kind(module: &Module, decl: u32) -> Option<Kind> {
    Kind::declared(&module.ast.decls.get(decl as usize)?.kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, at as ask, now, read};

    /// The kind of the name at the cursor, and the line that declares it.
    fn check(text: &str, want: Option<(Kind, &str)>) {
        let found = ask(text, |view, offset| {
            at(view, offset).map(|one| {
                let line = match &one.target {
                    Target::Place(place) => {
                        let file = view.file(place.0).expect("a file");
                        file.slice(file.line_span(file.line(place.1.start)))
                            .trim()
                            .to_owned()
                    }
                    Target::Tool(name) => format!("tool {name}"),
                };
                (one.kind, line)
            })
        });
        let found = found.as_ref().map(|(kind, line)| (*kind, line.as_str()));
        assert_eq!(found, want, "{text}");
    }

    fn shop(from: &str, to: &str) -> String {
        assert!(SHOP.contains(from), "{from}");
        SHOP.replacen(from, to, 1)
    }

    #[test]
    fn names_lead_to_what_declares_them() {
        let slo = Some((Kind::Evidence, "evidence slo {"));
        check(&shop("require slo.p95", "require s$0lo.p95"), slo);
        let p95 = Some((Kind::Field, "p95:    duration in ms at p95_ms"));
        check(&shop("require slo.p95", "require slo.p9$05"), p95);
        let quick = "gate quick   \"The shop answers in time\" { require slo.p95 <= 300ms }";
        check(
            &shop("keep    quick", "keep    qu$0ick"),
            Some((Kind::Gate, quick)),
        );
        let canary = Some((Kind::Phase, "phase canary {"));
        check(&shop("in   canary", "in   can$0ary"), canary);
        check(&shop("to      canary", "to      can$0ary"), canary);
        check(
            &shop("by ops\n  step", "by o$0ps\n  step"),
            Some((Kind::Owner, "owners ops")),
        );
        let back = Some((
            Kind::Procedure,
            "rollback to_old \"Back to the old shop\" {",
        ));
        check(
            &shop("then rollback to_old", "then rollback to_$0old"),
            back,
        );
        check(&shop("at p95_ms", "at p95_$0ms"), None);
        check(&shop("\"The shop\"", "\"The s$0hop\""), None);
    }

    #[test]
    fn locals_members_and_words_of_the_tool_are_told_apart() {
        let text = "edition 2026\n\nenum Word { good, bad }\n\nfn fine(w: Word) = match w { good => true  bad => false }\n\nfn late(d: duration) = max(d, 2m) > 3m\n";
        let with = |from: &str, to: &str| text.replacen(from, to, 1);
        let members = "enum Word { good, bad }";
        check(
            &with("{ good =>", "{ go$0od =>"),
            Some((Kind::Member, members)),
        );
        check(&with("{ good,", "{ go$0od,"), Some((Kind::Member, members)));
        check(&with("w: Word", "w: W$0ord"), Some((Kind::Enum, members)));
        let fine = "fn fine(w: Word) = match w { good => true  bad => false }";
        check(&with("match w", "match w$0"), Some((Kind::Local, fine)));
        check(&with("max(", "ma$0x("), Some((Kind::Tool, "tool max")));
    }

    #[test]
    fn every_name_stands_once_and_where_its_letters_are() {
        let analysis = read(SHOP);
        let view = View::new(&analysis, now());
        let names = all(&view);
        assert!(names.len() > 30, "{}", names.len());
        for two in names.windows(2) {
            assert!(two[0].span.end <= two[1].span.start, "{two:?}");
        }
    }
}
