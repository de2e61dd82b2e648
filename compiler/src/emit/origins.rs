//! Places, titles and wording of a program, for people. Knows the text; no part of it is meaning.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::ir::{Node, NodeId, OriginFile, Origins, Program};
use rolloutc_runtime::ty::Ty;

use crate::check::outline::ModuleId;
use crate::check::{Checker, Model, Place};
use crate::source::{SourceFile, offset};

/// Places, titles and the texts of conditions.
pub(super) fn of(checker: &Checker<'_>, program: &Program, model: &Model) -> Origins {
    let file = |file: &SourceFile| OriginFile {
        path: file.name.to_string(),
        sha256: Digest::of(file.text.as_bytes()),
    };
    let span = |(id, span): &Place| {
        let Some(file) = checker.files.get(id.0 as usize) else {
            return (0, 1, 1, 1, 1);
        };
        let (from, to) = (file.place(span.start), file.place(span.end));
        (id.0, from.line, from.column, to.line, to.column)
    };
    Origins {
        files: checker.files.iter().map(file).collect(),
        spans: model.origins.iter().map(span).collect(),
        docs: docs(checker),
        texts: texts(checker, program, model),
    }
}

fn docs(checker: &Checker<'_>) -> IndexMap<String, String> {
    let mut out = IndexMap::new();
    for (decl, found) in checker.decls() {
        let Some((word, name)) = found.kind.word().zip(found.kind.name()) else {
            continue;
        };
        let title = found.kind.title().map(str::to_owned);
        let text = title.or_else(|| found.docs.as_ref().map(|docs| docs.text.to_string()));
        if let Some(text) = text.filter(|_| decl.module == ModuleId::ROOT || word == "gate") {
            out.entry(format!("{word} {}", name.text)).or_insert(text);
        }
    }
    out
}

/// How conditions and what they compare are written, for reasons.
fn texts(checker: &Checker<'_>, program: &Program, model: &Model) -> Vec<(NodeId, String)> {
    let mut wanted: BTreeSet<u32> = BTreeSet::new();
    for (i, code) in program.code.iter().enumerate() {
        if code.ty == Ty::Bool && !matches!(code.node, Node::Const(_) | Node::Local(_)) {
            wanted.insert(offset(i));
        }
        if let Node::Compare(_, a, b) | Node::In(a, b) | Node::Set(_, a, b) = &code.node {
            wanted.extend([a.0, b.0]);
        }
    }
    for threshold in &program.thresholds {
        wanted.extend([threshold.measure.0, threshold.bound.0]);
    }
    let text = |i: u32| {
        let at: Place = *model.nodes.get(i as usize)?;
        let words: Vec<&str> = checker.source(at).split_whitespace().collect();
        (!words.is_empty()).then(|| (NodeId(i), words.join(" ")))
    };
    wanted.into_iter().filter_map(text).collect()
}
