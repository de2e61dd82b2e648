//! The call around the cursor: what it takes, and which argument is being written.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::{DeclKind, Param};
use rolloutc_runtime::builtins;

use super::{View, floor};

/// A call that is being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// `late(d: duration, limit: duration): bool`
    pub label: String,
    /// Where each parameter stands in the label.
    pub params: Vec<Span>,
    /// Which of them is being written.
    pub active: u32,
    /// What it does.
    pub doc: String,
}

/// What sources and commands take.
const SOURCES: [(&str, &str, &[&str], &str); 3] = [
    (
        "command",
        "command(program, …)",
        &["program", "…"],
        "What a program prints",
    ),
    (
        "http",
        "http(url, bearer: text, post: text, json: { … })",
        &["url", "bearer: text", "post: text", "json: { … }"],
        "What an address answers",
    ),
    (
        "policy",
        "policy(path, run: text)",
        &["path", "run: text"],
        "The decision of another policy",
    ),
];

/// The innermost call that an offset stands in.
pub fn signature(view: &View<'_>, offset: u32) -> Option<Signature> {
    let text = view.text();
    let offset = floor(text, offset);
    let decls = view.tree().decls.iter().rev();
    let decl = { decls }.find(|decl| decl.span.start <= offset)?;
    let said = text.get(decl.span.start as usize..offset as usize)?;
    let (callee, arguments) = open_call(said)?;
    let named = arguments
        .last()
        .and_then(|last| last.split_once(':'))
        .map(|(name, _)| name.trim());
    let at = arguments.len().saturating_sub(1);
    if let Some(builtin) = builtins::named(callee) {
        let first = builtin.signature.split("   ").next().unwrap_or_default();
        let words: Vec<&str> = (first.split_once('(')?.1.rsplit_once(')')?.0)
            .split(", ")
            .collect();
        return Some(make(first, &words, at, named, builtin.doc));
    }
    if let Some((_, label, words, doc)) = SOURCES.iter().find(|(name, ..)| *name == callee) {
        return Some(make(label, words, at, named, doc));
    }
    let (module, name) = match callee.split_once('.') {
        Some((module, name)) => {
            let home = view.analysis.modules.first()?;
            let id = home.names.get(module)?.module?;
            (view.analysis.modules.get(id.ix())?, name)
        }
        None => (view.analysis.modules.first()?, callee),
    };
    let found = module.names.get(name)?;
    let decl = module.ast.decls.get(found.decl as usize)?;
    let source = view.file(module.file)?;
    let (params, gives): (&[Param], String) = match &decl.kind {
        DeclKind::Fn(found) => {
            let gives = found.result.as_ref();
            let gives = gives.map_or(String::new(), |ty| format!(": {}", source.slice(ty.span)));
            (&found.params, gives)
        }
        DeclKind::Gate(found) => (&found.params, String::new()),
        _ => return None,
    };
    let words: Vec<String> = (params.iter())
        .map(|param| format!("{}: {}", param.name.text, source.slice(param.ty.span)))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let label = format!("{callee}({}){gives}", words.join(", "));
    let title = decl.kind.title().unwrap_or_default();
    let doc = decl.docs.as_ref().map_or(title, |docs| &docs.text);
    Some(make(&label, &words, at, named, doc))
}

fn make(label: &str, words: &[&str], at: usize, named: Option<&str>, doc: &str) -> Signature {
    let mut from = 0;
    let mut params = Vec::new();
    for word in words {
        let Some(start) = label[from..].find(word) else {
            continue;
        };
        let start = from + start;
        from = start + word.len();
        params.push(Span::new(start as u32, from as u32));
    }
    let by_name = named.and_then(|name| {
        words
            .iter()
            .position(|word| word.split(':').next() == Some(name))
    });
    let active = by_name.unwrap_or(at).min(params.len().saturating_sub(1));
    Signature {
        label: label.to_owned(),
        params,
        active: active as u32,
        doc: doc.to_owned(),
    }
}

/// The name before the innermost open parenthesis, and the arguments written so far.
fn open_call(said: &str) -> Option<(&str, Vec<&str>)> {
    let bytes = said.as_bytes();
    let mut open: Vec<(u8, usize, Vec<usize>)> = Vec::new();
    let mut quoted = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if at == 0 || bytes[at - 1] != b'\\' => quoted = !quoted,
            b'\n' => quoted = false,
            _ if quoted => {}
            b'(' | b'[' | b'{' => open.push((*byte, at, Vec::new())),
            b')' | b']' | b'}' => {
                open.pop();
            }
            b',' => {
                if let Some((_, _, commas)) = open.last_mut() {
                    commas.push(at);
                }
            }
            _ => {}
        }
    }
    let (_, at, commas) = open.into_iter().rev().find(|(byte, ..)| *byte == b'(')?;
    let before = &said[..at];
    let name = before
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '.'))
        .next()
        .filter(|name| !name.is_empty())?;
    let mut arguments = Vec::new();
    let mut from = at + 1;
    for comma in commas {
        arguments.push(&said[from..comma]);
        from = comma + 1;
    }
    arguments.push(&said[from..]);
    Some((name, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::at as ask;

    /// The label with the active parameter in `«»`.
    fn check(line: &str, want: Option<&str>) {
        let text = format!(
            "edition 2026\n\n/// Too late.\nfn late(d: duration, limit: duration): bool = d > limit\n\n{line}\n"
        );
        let shown = ask(&text, signature).map(|shown| {
            let span = shown.params[shown.active as usize];
            let mut label = shown.label;
            label.insert(span.end as usize, '»');
            label.insert(span.start as usize, '«');
            label
        });
        assert_eq!(shown.as_deref(), want, "{line}");
    }

    #[test]
    fn calls_show_what_they_take() {
        check(
            "let x = late($0",
            Some("late(«d: duration», limit: duration): bool"),
        );
        check(
            "let x = late(5m, $0)",
            Some("late(d: duration, «limit: duration»): bool"),
        );
        check("let x = late(max(1m, $0", Some("max(a, «b»)"));
        check(
            "let x = late(max(1m, 2m), $0",
            Some("late(d: duration, «limit: duration»): bool"),
        );
        check(
            "let x = late(limit: $0",
            Some("late(d: duration, «limit: duration»): bool"),
        );
        check(
            "evidence e from http(\"x\", bearer: $0",
            Some("http(url, «bearer: text», post: text, json: { … })"),
        );
        check("let x = [1, $0]", None);
        check("let x = late(1m, 2m) $0", None);
    }
}
