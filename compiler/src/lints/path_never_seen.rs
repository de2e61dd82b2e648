//! A field whose path no fixture has. What the fixtures hold is told by whoever reads them.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{Path, Program};
use rolloutc_runtime::ty::{RecordId, Shape, Ty};
use serde_json::Value;

use super::{Lint, Look};
use crate::check::Place;
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::{DeclKind, FieldItem};

/// See the page.
pub const LINT: Lint = Lint {
    slug: "path-never-seen",
    find,
};

/// How deep records are looked into.
const DEEP: u32 = 8;

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let mut said = BTreeSet::new();
    for item in &program.evidence {
        let documents: Vec<Value> = look
            .samples
            .iter()
            .filter(|sample| sample.item == item.name)
            .filter_map(|sample| serde_json::from_slice(&sample.json).ok())
            .collect();
        let whole: Vec<&Value> = match item.at.is_empty() {
            true => documents.iter().collect(),
            false => documents
                .iter()
                .filter_map(|root| first(root, &item.at))
                .collect(),
        };
        let mut open = vec![(item.ty.clone(), whole, 0)];
        while let Some((ty, values, depth)) = open.pop() {
            let (record, values) = rows(&ty, values);
            let Some(record) = record.filter(|_| depth < DEEP && !values.is_empty()) else {
                continue;
            };
            for field in &program.records[record.0 as usize].fields {
                let Some(read) = field.read.as_ref().filter(|read| read.line.is_none()) else {
                    continue;
                };
                let found: Vec<&Value> = values
                    .iter()
                    .filter_map(|value| first(value, &read.paths))
                    .collect();
                if !found.is_empty() || read.paths.is_empty() {
                    open.push((field.ty.clone(), found, depth + 1));
                    continue;
                }
                // What a module of the tool reads of many kinds of documents is not all in one of them.
                let Some(at) = declared(look, program, record, &item.name, &field.name) else {
                    continue;
                };
                if look.foreign(at) || !said.insert((at, field.name.clone())) {
                    continue;
                }
                let path = read.paths[0].join(".");
                let message = format!("no fixture of `{}` has `{path}`", item.name);
                out.push(
                    Diagnostic::warning(LINT.slug, at, message)
                        .label(format!("`{}` never has a value there", field.name)),
                );
            }
        }
    }
}

/// The records in some values.
fn rows<'v>(ty: &Ty, values: Vec<&'v Value>) -> (Option<RecordId>, Vec<&'v Value>) {
    match ty.required() {
        Ty::Record(record) => (
            Some(*record),
            values
                .into_iter()
                .filter(|value| value.is_object())
                .collect(),
        ),
        Ty::Rows { record, shape } => {
            let rows = values.into_iter().flat_map(|value| match (shape, value) {
                (Shape::Map { .. }, Value::Object(members)) => members.values().collect::<Vec<_>>(),
                (_, Value::Array(rows)) => rows.iter().collect(),
                _ => Vec::new(),
            });
            (Some(*record), rows.filter(|row| row.is_object()).collect())
        }
        _ => (None, Vec::new()),
    }
}

/// What the first path that leads somewhere leads to.
fn first<'v>(from: &'v Value, paths: &[Path]) -> Option<&'v Value> {
    paths.iter().find_map(|path| {
        let mut at = from;
        for part in path {
            at = at.get(part)?;
        }
        Some(at)
    })
}

/// Where a field is declared: in its record, or in the evidence itself.
fn declared(
    look: &Look<'_>,
    program: &Program,
    record: RecordId,
    item: &str,
    field: &str,
) -> Option<Place> {
    let record = program.records.get(record.0 as usize)?;
    look.decls().find_map(|(_, file, decl)| {
        let items = match &decl.kind {
            DeclKind::Record(found) if found.name.as_str() == record.name => &found.items,
            DeclKind::Evidence(found) if found.name.as_str() == item => &found.items,
            _ => return None,
        };
        items.iter().find_map(|one| match &one.node {
            FieldItem::Field(found) if found.name.as_str() == field => {
                Some((file, found.name.span))
            }
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use crate::lints::Options;
    use crate::lints::trial::check_with;

    #[test]
    fn found_and_nearly_found() {
        let told = || Options {
            samples: vec![crate::lints::Sample {
                item: "load".into(),
                json: b"{\"load\": {\"peak\": 0.01}}".as_slice().into(),
            }],
            ..Options::all()
        };
        check_with(
            super::LINT.slug,
            r#"evidence load { fresh 5m  peak: ratio at peek }

fixture green from "green"

gate light { require load.peak <= 5% }
"#,
            told(),
            &["no fixture of `load` has `peek`"],
        );
        check_with(
            super::LINT.slug,
            r#"evidence load { fresh 5m  peak: ratio at load.peak }

fixture green from "green"

gate light { require load.peak <= 5% }
"#,
            told(),
            &[],
        );
    }
}
