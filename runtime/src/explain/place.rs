//! Where a value comes from: its path in the policy's words and in the document as it was read.

use std::collections::BTreeSet;

use super::{Bound, Rests, Search};
use crate::eval::operands;
use crate::ir::{Aggregate, ItemId, Known, Node, NodeId, SeriesFn};
use crate::ty::{Shape, Ty};
use crate::value::Val;

/// A value's place.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    /// The item; none for a computed list, a param and the like.
    item: Option<ItemId>,
    /// In the document: `rows["ci"].durationMs`.
    document: String,
    /// In the policy: `lanes["ci"].took`.
    policy: String,
    /// The last name of the latter: `took`.
    last: String,
}

/// Paths longer than this say less than they hide.
const LONG: usize = 60;

impl<'a> Search<'_, 'a> {
    /// Where a node's value comes from, if that is one place.
    pub(super) fn place(&mut self, id: NodeId) -> Option<Place> {
        if !self.ctx.deeper() {
            return None;
        }
        let place = self.place_of(id);
        self.ctx.shallower();
        place
    }

    fn place_of(&mut self, id: NodeId) -> Option<Place> {
        let program = self.ctx.program;
        match &program.code.get(id.ix())?.node {
            Node::Item(item) => {
                let declared = program.evidence.get(item.ix())?;
                Some(Place {
                    item: Some(*item),
                    document: declared.at.first().map_or(String::new(), |at| at.join(".")),
                    policy: declared.name.clone(),
                    last: declared.name.clone(),
                })
            }
            Node::Param(param) => {
                let name = &program.params.get(param.ix())?.name;
                Some(Place::named(name))
            }
            Node::Subject(member) => {
                let name = program.subject.get_index(*member as usize)?.0;
                Some(Place::named(&format!("subject.{name}")))
            }
            Node::Field(of, field) => {
                if let Some(made) = self.made(*of, *field) {
                    return self.place(made);
                }
                let mut place = self.place(*of)?;
                let layout = self.record_of(*of)?;
                let field = layout.fields.get(*field as usize)?;
                if let Some(path) = field.read.as_ref().and_then(|read| read.paths.first()) {
                    for key in path {
                        join(&mut place.document, key);
                    }
                }
                // `scores.values["q1"]` already names the value of a map of scalars.
                if field.read.is_some() || field.name != "value" {
                    join(&mut place.policy, &field.name);
                    place.last.clone_from(&field.name);
                }
                Some(place)
            }
            Node::Index(of, keys) => {
                let mut place = self.place(*of)?;
                for &key in keys {
                    let value = self.ctx.eval(key);
                    let shown = self.ctx.shown(value, self.ctx.ty(key));
                    let key = match value {
                        Val::Number(_) => format!("[{shown}]"),
                        _ => format!("[\"{shown}\"]"),
                    };
                    place.bracket(&key);
                }
                Some(place)
            }
            Node::Last1(of) => {
                let mut place = self.place(*of)?;
                place.policy.push_str(".last");
                Some(place)
            }
            Node::Local(local) => match self.origin(*local)? {
                Bound::Value(value) => self.place(value),
                Bound::Row(source) => self.place_of_row(*local, source),
            },
            Node::Shared(_, of)
            | Node::As(of)
            | Node::InUnit(of, _)
            | Node::LastN(_, of, _)
            | Node::Default(of, _) => self.place(*of),
            _ => None,
        }
    }

    /// The place of the row that a local is bound to.
    fn place_of_row(&mut self, local: crate::ir::LocalId, source: NodeId) -> Option<Place> {
        let program = self.ctx.program;
        let at = self.ctx.position(local);
        if let Some(Node::List(items)) = program.code.get(source.ix()).map(|code| &code.node) {
            return self.place(*items.get(at as usize)?);
        }
        let mut place = self.place(source)?;
        let ty = self.ctx.ty(source);
        let keyed = match (ty.required(), self.ctx.local(local)) {
            (
                Ty::Rows {
                    shape: Shape::Table { key } | Shape::Map { key },
                    ..
                },
                Val::Record(record),
            ) => {
                let name = record.field(*key, program, self.ctx.store);
                let name = self.ctx.shown(name, self.ctx.field_ty(ty, *key));
                format!("[\"{name}\"]")
            }
            _ => format!("[{at}]"),
        };
        place.bracket(&keyed);
        Some(place)
    }

    /// Where a local comes from: bound on the way here, or anywhere in the program.
    fn origin(&self, local: crate::ir::LocalId) -> Option<Bound> {
        if let Some(bound) = self.bound.get(&local) {
            return Some(*bound);
        }
        self.ctx
            .program
            .code
            .iter()
            .find_map(|code| match &code.node {
                Node::Let(of, value, _) if *of == local => Some(Bound::Value(*value)),
                Node::Quant(_, bind, _) | Node::Aggregate(_, bind, _) | Node::Collect(bind, _) => {
                    let var = bind.vars.iter().find(|var| var.0 == local)?;
                    Some(Bound::Row(var.1))
                }
                Node::Series { row, of, .. } if *row == local => Some(Bound::Row(*of)),
                _ => None,
            })
    }

    /// The node that a field of a record made in the policy was given.
    fn made(&self, of: NodeId, field: u16) -> Option<NodeId> {
        let program = self.ctx.program;
        let node = |id: NodeId| program.code.get(id.ix()).map(|code| &code.node);
        let record = match node(of)? {
            Node::Local(local) => match self.origin(*local)? {
                Bound::Value(value) => value,
                Bound::Row(source) => {
                    let source = match node(source)? {
                        Node::Shared(_, of) => *of,
                        _ => source,
                    };
                    let Node::List(items) = node(source)? else {
                        return None;
                    };
                    *items.get(self.ctx.position(*local) as usize)?
                }
            },
            _ => of,
        };
        match node(record)? {
            Node::Make(_, fields) => fields.get(field as usize).copied(),
            _ => None,
        }
    }

    fn record_of(&self, of: NodeId) -> Option<&'a crate::ir::Record> {
        let id = match self.ctx.ty(of).required() {
            Ty::Record(id) | Ty::Rows { record: id, .. } => *id,
            _ => return None,
        };
        self.ctx.program.records.get(id.0 as usize)
    }

    /// The item that a node's value comes from.
    pub(super) fn item_at(&mut self, id: NodeId) -> Option<ItemId> {
        self.place(id)?.item
    }

    /// The path in the policy: `slo.p95`.
    pub(super) fn policy_path(&mut self, id: NodeId) -> Option<String> {
        Some(self.place(id)?.policy)
    }

    /// The text of a node as it stands in the policy, where that was kept and is short.
    pub(super) fn source_text(&self, id: NodeId) -> Option<String> {
        let texts = &self.ctx.program.origins.texts;
        let text = texts.iter().find(|text| text.0 == id)?;
        (text.1.len() <= LONG).then(|| text.1.clone())
    }

    /// How a value is called in `would`: its path, or its text.
    pub(super) fn name(&mut self, id: NodeId) -> String {
        self.policy_path(id)
            .or_else(|| self.called(id))
            .or_else(|| self.source_text(id))
            .unwrap_or_else(|| "it".to_owned())
    }

    /// How a value is called in front of its number: the last name of its path. Nothing where it has none.
    pub(super) fn label(&mut self, id: NodeId) -> String {
        let place = self.place(id).map(|place| place.last);
        place
            .or_else(|| self.called(id))
            .or_else(|| self.source_text(id))
            .unwrap_or_default()
    }

    /// The name of something computed.
    fn called(&mut self, id: NodeId) -> Option<String> {
        let program = self.ctx.program;
        let item = |item: &ItemId| Some(program.evidence.get(item.ix())?.name.clone());
        match &program.code.get(id.ix())?.node {
            Node::ObservedAt(of) => Some(format!("{}.observed_at", item(of)?)),
            Node::Age(of) => Some(format!("{}.age", item(of)?)),
            Node::Known(known) => Some(
                match known {
                    Known::AsOf => "as_of",
                    Known::Phase => "phase",
                    Known::Cohort => "cohort",
                    Known::EnteredAt => "entered_at",
                    Known::PhaseEnteredAt => "phase.entered_at",
                    Known::RollbackAt => "rollback.at",
                    Known::Decision => "decision",
                }
                .to_owned(),
            ),
            Node::Series {
                function,
                of,
                value,
                ..
            } => {
                let series = self.name(*of);
                let what = match program.code.get(value.ix()).map(|code| &code.node) {
                    Some(Node::Field(..)) => format!("{series}.{}", self.label(*value)),
                    _ => series,
                };
                Some(format!("{} of {what}", function_word(*function)))
            }
            Node::Aggregate(kind, bind, value) => {
                let word = match kind {
                    Aggregate::Count => "count",
                    Aggregate::Sum => "sum",
                    Aggregate::Min => "min",
                    Aggregate::Max => "max",
                    Aggregate::Avg => "avg",
                };
                let of = value.or(bind.vars.first().map(|var| var.1))?;
                for &(local, source) in &bind.vars {
                    self.bound.insert(local, Bound::Row(source));
                }
                Some(format!("{word} of {}", self.label(of)))
            }
            // A call in a call in a call is no name.
            Node::Call(..) if self.calls > 2 => None,
            Node::Call(name, args) => {
                self.calls += 1;
                let args: Vec<String> = args.iter().map(|&arg| self.name(arg)).collect();
                self.calls -= 1;
                let call = format!("{name}({})", args.join(", "));
                (call.len() <= LONG).then_some(call)
            }
            Node::Shared(_, of) => self.called(*of),
            Node::Field(of, field) => {
                let made = self.made(*of, *field)?;
                self.called(made)
            }
            Node::Local(local) => match self.origin(*local)? {
                Bound::Value(value) => self.called(value),
                Bound::Row(_) => None,
            },
            _ => None,
        }
    }

    /// Adds every piece of evidence that a node reads, each once.
    pub(super) fn rests_on(&mut self, id: NodeId) {
        self.rests_below(id, &mut BTreeSet::new());
    }

    /// The same, but for nodes that were walked over: values share others, which share others.
    fn rests_below(&mut self, id: NodeId, walked: &mut BTreeSet<NodeId>) {
        if !walked.insert(id) || !self.ctx.deeper() {
            return;
        }
        let program = self.ctx.program;
        let node = program.code.get(id.ix()).map(|code| &code.node);
        let made = match node {
            Some(Node::Field(of, field)) => self.made(*of, *field),
            _ => None,
        };
        match (node, made) {
            (_, Some(made)) => self.rests_below(made, walked),
            (Some(Node::ObservedAt(item) | Node::Age(item)), _) => {
                self.rests(*item, String::new());
            }
            _ => match self.place(id) {
                Some(Place {
                    item: Some(item),
                    document,
                    ..
                }) => self.rests(item, document),
                _ => {
                    let mut inner = Vec::new();
                    if let Some(node) = node {
                        operands(node, &mut inner);
                        if let Node::Quant(_, bind, _)
                        | Node::Aggregate(_, bind, _)
                        | Node::Collect(bind, _) = node
                        {
                            // The rows as a whole, not whichever one happens to be bound.
                            inner = bind.vars.iter().map(|var| var.1).collect();
                        }
                        match node {
                            Node::Series { of, .. } => inner = vec![*of],
                            // Only what was taken.
                            Node::Let(.., body) => inner = vec![*body],
                            Node::Match(of, arms, otherwise) => {
                                inner = vec![*of];
                                inner.extend(self.ctx.arm(*of, arms, *otherwise, id).ok());
                            }
                            _ => {}
                        }
                    }
                    if let Some(Node::Local(local)) = node
                        && let Some(Bound::Value(value)) = self.origin(*local)
                    {
                        inner.push(value);
                    }
                    for id in inner {
                        self.rests_below(id, walked);
                    }
                }
            },
        }
        self.ctx.shallower();
    }

    /// Adds a piece of evidence.
    pub(super) fn rests(&mut self, item: ItemId, path: String) {
        let view = self.ctx.view.items.get(item.ix());
        let rests = Rests {
            item,
            path,
            observed_at: view.and_then(|view| view.observed_at),
            reading: view.and_then(|view| view.reading),
        };
        if !self.fact.evidence.contains(&rests) {
            self.fact.evidence.push(rests);
        }
    }
}

impl Place {
    fn named(name: &str) -> Place {
        Place {
            item: None,
            document: String::new(),
            policy: name.to_owned(),
            last: name.to_owned(),
        }
    }

    fn bracket(&mut self, key: &str) {
        self.document.push_str(key);
        self.policy.push_str(key);
        self.last.push_str(key);
    }
}

/// Adds a member to a path; one that is no plain name is quoted.
fn join(path: &mut String, key: &str) {
    let plain = key
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-');
    if !path.is_empty() {
        path.push('.');
    }
    match plain && !key.is_empty() {
        true => path.push_str(key),
        false => {
            path.push('"');
            path.push_str(key);
            path.push('"');
        }
    }
}

fn function_word(function: SeriesFn) -> String {
    match function {
        SeriesFn::Percentile(tenths) if tenths % 10 == 0 => format!("p{}", tenths / 10),
        SeriesFn::Percentile(tenths) => format!("p{tenths}"),
        SeriesFn::Avg => "avg".to_owned(),
        SeriesFn::Min => "min".to_owned(),
        SeriesFn::Max => "max".to_owned(),
        SeriesFn::Sum => "sum".to_owned(),
        SeriesFn::Count => "count".to_owned(),
        SeriesFn::Rate => "rate".to_owned(),
        SeriesFn::Streak => "streak".to_owned(),
        SeriesFn::MaxGap => "max_gap".to_owned(),
    }
}
