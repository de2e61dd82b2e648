//! Places, titles and wording of a program, for people. Knows the text; no part of it is meaning.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use rolloutc_runtime::canon::Digest;
use rolloutc_runtime::ir::{Node, NodeId, OriginFile, Origins, Program};
use rolloutc_runtime::ty::Ty;

use crate::check::outline::Module;
use crate::check::{Model, Place};
use crate::source::{SourceFile, offset};
use crate::syntax::ast::DeclKind;

/// Places, titles and the texts of conditions.
pub fn of(files: &[SourceFile], modules: &[Module], program: &Program, model: &Model) -> Origins {
    let file = |file: &SourceFile| OriginFile {
        path: file.name.to_string(),
        sha256: Digest::of(file.text.as_bytes()),
    };
    let span = |(id, span): &Place| {
        let Some(file) = files.get(id.0 as usize) else {
            return (0, 1, 1, 1, 1);
        };
        let (from, to) = (file.place(span.start), file.place(span.end));
        (id.0, from.line, from.column, to.line, to.column)
    };
    Origins {
        files: files.iter().map(file).collect(),
        spans: model.origins.iter().map(span).collect(),
        docs: docs(modules),
        texts: texts(files, program, model),
    }
}

fn docs(modules: &[Module]) -> IndexMap<String, String> {
    let mut out = IndexMap::new();
    let mut invariants = Vec::new();
    for (at, module) in modules.iter().enumerate() {
        for decl in &module.ast.decls {
            if let DeclKind::Invariant(invariant) = &decl.kind {
                invariants.push(invariant.title.as_str());
            }
            let Some((word, name)) = decl.kind.word().zip(decl.kind.name()) else {
                continue;
            };
            let title = decl.kind.title();
            let text = title.or_else(|| decl.docs.as_ref().map(|docs| &*docs.text));
            if let Some(text) = text.filter(|_| at == 0 || word == "gate") {
                let key = format!("{word} {}", name.text);
                out.entry(key).or_insert_with(|| text.to_owned());
            }
        }
    }
    let titles = invariants.iter().enumerate();
    out.extend(titles.map(|(at, title)| (format!("invariant {at}"), (*title).to_owned())));
    out
}

/// How conditions and what they compare are written, for reasons.
fn texts(files: &[SourceFile], program: &Program, model: &Model) -> Vec<(NodeId, String)> {
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
        let text = files.get(at.0.0 as usize)?.slice(at.1);
        let words: Vec<&str> = text.split_whitespace().collect();
        (!words.is_empty()).then(|| (NodeId(i), words.join(" ")))
    };
    wanted.into_iter().filter_map(text).collect()
}
