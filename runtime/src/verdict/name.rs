//! The names of rows: keys of their sources, what `by` says, or where they stand.

use crate::eval::Context;
use crate::ir::{Bind, Clause, Const, GateId, Node, NodeId};
use crate::ty::{Shape, Ty};
use crate::value::Val;

impl<'a> Context<'a> {
    /// The name of the row of a gate that is bound.
    pub fn gate_key(&mut self, id: GateId) -> Vec<String> {
        let mut key = Vec::new();
        let program = self.program;
        let Some(gate) = program.gates.get(id.ix()) else {
            return key;
        };
        for clause in &gate.clauses {
            match clause {
                Clause::Each { bind, by } => self.bound_key(bind, by, &mut key),
                Clause::Applies(_)
                | Clause::Pending(_)
                | Clause::AdvisoryUnless(_)
                | Clause::AdvisoryUntil(_)
                | Clause::Let { .. }
                | Clause::Rule(_) => {}
            }
        }
        key
    }

    /// Adds the name of the row that binders have bound: `by`, the keys of the sources, or where it stands.
    pub fn bound_key(&mut self, bind: &'a Bind, by: &'a [NodeId], key: &mut Vec<String>) {
        if !by.is_empty() {
            for &by in by {
                key.push(match (self.eval(by), bind.vars.first()) {
                    // A row that cannot say its name goes by its place.
                    (Val::Unknown(_) | Val::Absent | Val::Null, Some(&(local, _))) => {
                        self.position(local).to_string()
                    }
                    (value, _) => self.shown(value, self.ty(by)),
                });
            }
            return;
        }
        for &(local, source) in &bind.vars {
            let value = self.local(local);
            let at = self.position(local);
            let ty = self.ty(source);
            key.push(match (ty.required(), value) {
                (
                    Ty::Rows {
                        shape: Shape::Table { key } | Shape::Map { key },
                        ..
                    },
                    Val::Record(record),
                ) => match record.field(*key, self.program, self.store) {
                    Val::Unknown(_) => at.to_string(),
                    name => self.shown(name, self.field_ty(ty, *key)),
                },
                (Ty::List(element), value) => match (self.literal_name(source, at), value) {
                    (Some(name), _) => name,
                    (None, Val::Record(_) | Val::Rows(_) | Val::Unknown(_)) => at.to_string(),
                    (None, value) => self.shown(value, element),
                },
                _ => match self.literal_name(source, at) {
                    Some(name) => name,
                    None => at.to_string(),
                },
            });
        }
    }

    /// `each r in [provision, replay]`: the item's name.
    fn literal_name(&self, source: NodeId, at: u32) -> Option<String> {
        match &self.program.code.get(source.ix())?.node {
            Node::Shared(_, of) => self.literal_name(*of, at),
            Node::List(items) => match &self.program.code.get(items.get(at as usize)?.ix())?.node {
                Node::Item(item) => Some(self.program.evidence.get(item.ix())?.name.clone()),
                // Items of several types are rows whose first field is their name.
                Node::Make(_, fields) => match &self.program.code.get(fields.first()?.ix())?.node {
                    Node::Const(Const::Text(name)) => Some(name.clone()),
                    _ => None,
                },
                _ => None,
            },
            _ => None,
        }
    }
}

/// `gate["a", "b"]`, or the bare name without a key.
pub fn subject(name: &str, key: &[String]) -> String {
    if key.is_empty() {
        return name.to_owned();
    }
    let parts: Vec<String> = key
        .iter()
        .map(|part| {
            let escaped = part.replace('\\', "\\\\").replace('"', "\\\"");
            format!("\"{}\"", escaped.replace('\n', "\\n").replace('\t', "\\t"))
        })
        .collect();
    format!("{name}[{}]", parts.join(", "))
}

/// Makes the second row of a name `x#2`.
pub fn number_doubles(key: &mut [String], seen: &mut std::collections::BTreeMap<Vec<String>, u32>) {
    if key.is_empty() {
        return;
    }
    let count = seen.entry(key.to_vec()).or_insert(0);
    *count += 1;
    if let (true, Some(last)) = (*count > 1, key.last_mut()) {
        last.push_str(&format!("#{count}"));
    }
}
