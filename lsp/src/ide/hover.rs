//! What stands under the cursor: the word, the name with its type, the value, and what unknown does there.

pub mod value;
pub mod words;

use rolloutc_compiler::check::{Def, Place};
use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{Decl, DeclKind, FieldItem};
use rolloutc_runtime::builtins;

use super::names::{self, Kind, Occurrence, Target};
use super::walk::{Part, walk_decl};
use super::{HERE, View, head, times, word};

/// What to show, and over which stretch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The stretch.
    pub span: Span,
    /// Markdown.
    pub markdown: String,
}

/// What is known of the text at an offset.
pub fn hover(view: &View<'_>, offset: u32) -> Option<Hover> {
    if comment(view, offset) {
        return None;
    }
    if let Some(found) = names::at(view, offset) {
        let markdown = name(view, &found)?;
        return Some(Hover {
            span: found.span,
            markdown,
        });
    }
    words::keyword(view, offset)
        .or_else(|| value::zone(view, offset))
        .or_else(|| value::expression(view, offset))
}

/// Whether an offset lies in a comment.
pub fn comment(view: &View<'_>, offset: u32) -> bool {
    let inside = |span: Span| span.start < offset && span.touches(offset);
    let tree = view.tree();
    tree.comments.iter().any(|comment| inside(comment.span))
        || (tree.decls.iter())
            .filter_map(|decl| decl.docs.as_ref())
            .any(|docs| inside(docs.span))
}

/// A page about a name.
fn name(view: &View<'_>, found: &Occurrence) -> Option<String> {
    let place = match &found.target {
        Target::Place(place) => *place,
        Target::Tool(name) => return tool(view, found.span, name),
    };
    let decl = view.decl_of(place)?;
    let own = decl.kind.name().is_some_and(|name| name.span == place.1);
    let mut page = Page::default();
    page.code(&shown(view, decl, place, own, found.kind));
    page.line(&facts(view, found, decl, place, own));
    if own || found.kind == Kind::Owner {
        page.text(decl.docs.as_ref().map(|docs| &*docs.text));
        page.text(decl.kind.title());
    }
    if found.kind == Kind::Calendar {
        page.text(calendar(view, decl).as_deref());
    }
    page.text(value::effective(view, decl, own).as_deref());
    page.text(slot(view, found).as_deref());
    page.text(effects(view, found).as_deref());
    Some(page.text)
}

/// The text that declares: the head of a declaration, or the line of a field, a member, a local name.
fn shown(view: &View<'_>, decl: &Decl, place: Place, own: bool, kind: Kind) -> String {
    let Some(file) = view.file(place.0) else {
        return String::new();
    };
    if own || kind == Kind::Owner {
        return head(&file.text, decl).to_owned();
    }
    let mut smallest: Option<Span> = None;
    walk_decl(decl, &mut |part, span| {
        let fits = matches!(part, Part::Field(_) | Part::Piece) && span.holds(place.1);
        if fits && smallest.is_none_or(|known| span.len() <= known.len()) {
            smallest = Some(span);
        }
    });
    let said = smallest.map_or_else(|| head(&file.text, decl), |span| span.text(&file.text));
    let first = said.lines().next().unwrap_or_default();
    // Blanks that line up with the fields around are no part of it.
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `duration, in ms at p95_ms · fresh 5m`
fn facts(view: &View<'_>, found: &Occurrence, decl: &Decl, place: Place, own: bool) -> String {
    let mut parts = Vec::new();
    let ty = view.model().types.get(&(HERE, found.span));
    let ty = ty.map(|ty| view.facts().say(ty));
    match (found.kind, view.def(found.span)) {
        (Kind::Field, Some((Def::Field(record, slot), _))) => {
            let field = view.facts().record(*record);
            let field = field.and_then(|record| record.fields.get(usize::from(*slot)));
            parts.extend(field.map(|(_, ty, _)| view.facts().say(ty)));
        }
        (Kind::Evidence, _) => {
            parts.push("evidence".to_owned());
            let item = item_ty(view, found, decl);
            parts.extend(item);
        }
        (Kind::Local | Kind::Value | Kind::Param, _) => {
            parts.push(found.kind.word().to_owned());
            parts.extend(ty);
        }
        (kind, _) => parts.push(kind.word().to_owned()),
    }
    if matches!(found.kind, Kind::Field | Kind::Evidence)
        && let DeclKind::Evidence(evidence) = &decl.kind
        && let Some(file) = view.file(place.0)
    {
        for item in &evidence.items {
            let stands = matches!(
                item.node,
                FieldItem::Fresh { .. }
                    | FieldItem::Timeless
                    | FieldItem::Since(_)
                    | FieldItem::About(_)
                    | FieldItem::MayBeEmpty
            );
            if stands {
                let said = item.span.text(&file.text);
                parts.push(said.split_whitespace().collect::<Vec<_>>().join(" "));
            }
        }
    }
    let module = view.analysis.modules.iter().find(|m| m.file == place.0);
    if let Some(module) = module.filter(|module| module.file != HERE && own) {
        parts.push(format!("of `{}`", module.path));
    }
    parts.join(" · ")
}

fn item_ty(view: &View<'_>, found: &Occurrence, decl: &Decl) -> Option<String> {
    let ids = &view.facts().ids.items;
    let at = match view.def(found.span) {
        Some((Def::Item(id), _)) => id.ix(),
        _ => ids.iter().position(|one| {
            let module = view.analysis.modules.get(one.module.ix());
            let declared = module.and_then(|module| module.ast.decls.get(one.index as usize));
            declared.is_some_and(|declared| std::ptr::eq(declared, decl))
        })?,
    };
    let ty = view.facts().items.get(at)?;
    Some(view.facts().say(ty))
}

/// A page about a name or a function of the tool.
fn tool(view: &View<'_>, span: Span, name: &str) -> Option<String> {
    let mut page = Page::default();
    if let Some(builtin) = builtins::named(name) {
        page.code(builtin.signature);
        page.text(Some(builtin.doc));
        return Some(page.text);
    }
    let ty = view.model().types.get(&(HERE, span));
    page.code(name);
    page.line(&match ty {
        Some(ty) => format!("name of the tool · {}", view.facts().say(ty)),
        None => "name of the tool".to_owned(),
    });
    page.text(words::known(name));
    Some(page.text)
}

/// When a freeze or a window comes next.
fn calendar(view: &View<'_>, decl: &Decl) -> Option<String> {
    let program = view.analysis.program.as_ref()?;
    let name = decl.kind.name()?;
    let entry = program
        .calendar
        .iter()
        .find(|entry| *entry.name == *name.text)?;
    let what = match decl.kind {
        DeclKind::Window(_) => "Next open",
        _ => "Next closed",
    };
    let lines = times::lines(program, entry, view.now).join("\n");
    Some(format!("{what}:\n\n{lines}"))
}

/// What it does where it stands when the value is unknown.
fn slot(view: &View<'_>, found: &Occurrence) -> Option<String> {
    let reads = matches!(
        found.kind,
        Kind::Evidence | Kind::Field | Kind::Threshold | Kind::Gate | Kind::Group | Kind::Local
    );
    if found.declares || !reads {
        return None;
    }
    words::unknown(view, found.span.start).map(|said| format!("Unknown here: {said}"))
}

/// What becomes of the rollout while evidence is absent or late.
fn effects(view: &View<'_>, found: &Occurrence) -> Option<String> {
    let Target::Place(target) = found.target else {
        return None;
    };
    let item = match found.kind {
        Kind::Evidence => target,
        Kind::Field => {
            let decl = view.decl_of(target)?;
            matches!(decl.kind, DeclKind::Evidence(_))
                .then(|| decl.kind.name().map(|name| (target.0, name.span)))??
        }
        _ => return None,
    };
    let readers = readers(view, item);
    let said = |kind: Kind| {
        let names: Vec<String> = (readers.iter())
            .filter(|(of, _)| *of == kind)
            .map(|(_, name)| format!("`{name}`"))
            .collect();
        (!names.is_empty()).then(|| names.join(", "))
    };
    let mut lines = Vec::new();
    if let Some(gates) = said(Kind::Gate) {
        lines.push(format!("unknown in {gates}: what asks is blocked"));
    }
    if let Some(triggers) = said(Kind::Trigger) {
        lines.push(format!("{triggers} cannot see: halted"));
    }
    (!lines.is_empty()).then(|| format!("Absent or late: {}", lines.join("; ")))
}

/// The gates, thresholds' gates and triggers of the file that read something.
fn readers(view: &View<'_>, item: Place) -> Vec<(Kind, String)> {
    let all = names::all(view);
    let mut seen = vec![item];
    let mut out = Vec::new();
    let mut next = 0;
    while let Some(target) = seen.get(next).copied() {
        next += 1;
        for one in all
            .iter()
            .filter(|one| one.target == Target::Place(target) && !one.declares)
        {
            let Some(decl) = view.decl_at(one.span.start) else {
                continue;
            };
            let Some(name) = decl.kind.name() else {
                continue;
            };
            let kind = match decl.kind {
                DeclKind::Gate(_) => Kind::Gate,
                DeclKind::Trigger(_) => Kind::Trigger,
                DeclKind::Threshold(_) | DeclKind::Let(_) => Kind::Value,
                _ => continue,
            };
            if seen.contains(&(HERE, name.span)) {
                continue;
            }
            seen.push((HERE, name.span));
            out.push((kind, name.text.to_string()));
        }
    }
    out
}

/// Markdown, part by part.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn part(&mut self, part: &str) {
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(part);
    }

    fn code(&mut self, code: &str) {
        if !code.is_empty() {
            self.part(&format!("```rollout\n{code}\n```"));
        }
    }

    fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.part(line);
        }
    }

    fn text(&mut self, text: Option<&str>) {
        if let Some(text) = text.filter(|text| !text.trim().is_empty()) {
            self.part(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, at as ask};

    /// The hover at the cursor holds all of these.
    fn check(text: &str, want: &[&str]) {
        let shown = ask(text, hover).map(|shown| shown.markdown);
        let shown = shown.unwrap_or_default();
        for part in want {
            assert!(shown.contains(part), "{part}\n--- not in\n{shown}");
        }
        assert!(!want.is_empty() || shown.is_empty(), "{shown}");
    }

    fn shop(from: &str, to: &str) -> String {
        assert!(SHOP.contains(from), "{from}");
        SHOP.replacen(from, to, 1)
    }

    #[test]
    fn a_field_says_its_type_its_place_and_what_its_absence_does() {
        check(
            &shop("require slo.errors", "require slo.err$0ors"),
            &[
                "errors: ratio",
                "ratio · fresh 5m",
                "Unknown here: the gate is unknown, and what asks for it is blocked",
                "Absent or late: unknown in `quick`, `correct`: what asks is blocked; `orders_fail` cannot see: halted",
            ],
        );
        check(
            &shop("require slo.p95", "require slo.p$095"),
            &["p95: duration in ms at p95_ms"],
        );
    }

    #[test]
    fn declarations_say_what_they_are() {
        check(
            &shop("keep    quick", "keep    qu$0ick"),
            &["gate quick", "The shop answers in time", "gate"],
        );
        check(
            &shop("freeze weekend", "freeze week$0end"),
            &["Fri 2026-11-06 16:00", "Europe/Berlin", "2027-03-28"],
        );
        check(&shop("rollout shop", "rollout sh$0op"), &["Takes a build"]);
        check(&shop("by ops\n", "by o$0ps\n"), &["owner"]);
    }

    #[test]
    fn words_values_zones_and_functions_explain_themselves() {
        check(&shop("  soak    10m", "  so$0ak    10m"), &["**soak**"]);
        check(&shop("phase canary {", "ph$0ase canary {"), &["**phase**"]);
        check(&shop("<= 300ms", "<= 30$00ms"), &["duration"]);
        check(
            &shop("\"Europe/Berlin\"", "\"Europe/Be$0rlin\""),
            &["+01:00", "2027-03-28"],
        );
        check(
            "edition 2026\n\nlet x = ma$0x(1m, 2m)\n",
            &["max(a, b)", "the greatest"],
        );
        check("edition 2026\n// so$0ak\nlet x = 1\n", &[]);
        check("$0", &[]);
        check("é$0", &[]);
    }
}
