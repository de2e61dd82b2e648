//! Unknowns in words: which item, row or field, what is wrong with it, and what would mend it.

use super::leaf::item_word;
use super::{Search, plural};
use crate::ir::{Arith, ItemId, ItemTest, Node, NodeId};
use crate::number::Number;
use crate::ty::Ty;
use crate::value::{Cause, Val, Why};

/// So many keys are named where a row is missing.
const NAMED: usize = 8;

impl<'a> Search<'_, 'a> {
    /// Why a value cannot be used, if so.
    pub(super) fn missing(&self, value: Val<'a>, node: NodeId) -> Option<Why> {
        match value {
            Val::Unknown(why) => Some(why),
            Val::Absent | Val::Null => Some(Why::at(Cause::MissingField, node)),
            _ => None,
        }
    }

    /// Says why something is unknown. Its locals are still bound.
    pub(super) fn unknown(&mut self, why: Why) {
        self.fact.cause = Some(why.cause);
        if let Some(item) = why.item
            && self.fact.evidence.iter().all(|rests| rests.item != item)
        {
            self.rests(item, String::new());
        }
        let program = self.ctx.program;
        let node = program.code.get(why.node.ix()).map(|code| &code.node);
        let (message, would) = match (why.cause, node) {
            (Cause::Missing, Some(Node::Index(of, keys))) => self.no_row(*of, keys),
            (Cause::Malformed, _) => self.malformed(why),
            (Cause::MissingField, _) => {
                let name = self.name(why.node);
                let is = match self.ctx.eval(why.node) {
                    Val::Null => "null",
                    _ => "absent",
                };
                (format!("{name} is {is}"), Some(format!("{name} is given")))
            }
            (Cause::Empty, _) => self.empty(why),
            (Cause::Inconclusive, _) => self.inconclusive(why, node),
            (
                Cause::Missing
                | Cause::Awaited
                | Cause::Stale
                | Cause::Future
                | Cause::Mismatched
                | Cause::Superseded,
                _,
            ) => match why.item {
                Some(item) => self.item_state(item, why.cause),
                None => (why.cause.word().to_owned(), None),
            },
        };
        self.fact.message = message;
        self.fact.would = would;
        // What else was read does not matter while this is unknown.
        if let Some(item) = why.item {
            self.fact.evidence.retain(|rests| rests.item == item);
        }
    }

    fn item_name(&self, item: ItemId) -> &'a str {
        let item = self.ctx.program.evidence.get(item.ix());
        item.map_or("?", |item| &item.name)
    }

    fn item_state(&mut self, item: ItemId, cause: Cause) -> (String, Option<String>) {
        let name = self.item_name(item);
        let test = match cause {
            Cause::Stale => ItemTest::Stale,
            Cause::Future => ItemTest::Future,
            Cause::Awaited => ItemTest::Awaited,
            Cause::Mismatched => ItemTest::Mismatched,
            Cause::Malformed => ItemTest::Malformed,
            Cause::Missing
            | Cause::Superseded
            | Cause::Empty
            | Cause::Inconclusive
            | Cause::MissingField => ItemTest::Missing,
        };
        let is = match cause {
            Cause::Superseded => "superseded",
            _ => item_word(test),
        };
        let note = match self.ctx.view.items.get(item.ix()) {
            Some(view) if !view.note.is_empty() => view.note.clone(),
            _ if cause == Cause::Stale => self.age_note(item).unwrap_or_default(),
            _ => String::new(),
        };
        let message = match note.is_empty() {
            true => format!("{name} is {is}"),
            false => format!("{name} is {is}: {note}"),
        };
        let would = match cause {
            Cause::Stale | Cause::Awaited | Cause::Superseded | Cause::Future => {
                format!("a fresh {name}")
            }
            Cause::Mismatched => format!("a {name} about what is asked"),
            _ => format!("{name} is there"),
        };
        (message, Some(would))
    }

    /// `6m old, fresh 5m`
    fn age_note(&mut self, item: ItemId) -> Option<String> {
        let seen = self.ctx.view.items.get(item.ix())?.observed_at?;
        let age = self.ctx.place.as_of.since(seen);
        let fresh = self.ctx.program.evidence.get(item.ix())?.fresh?;
        match self.ctx.eval(fresh) {
            Val::Number(fresh) => Some(format!(
                "{} old, fresh {}",
                crate::unit::duration_text(age),
                crate::unit::duration_text(fresh)
            )),
            _ => None,
        }
    }

    /// `no row ci-long: lanes has ci, smoke`
    fn no_row(&mut self, of: NodeId, keys: &[NodeId]) -> (String, Option<String>) {
        let mut wanted = Vec::new();
        for &key in keys {
            let value = self.ctx.eval(key);
            wanted.push(self.ctx.shown(value, self.ctx.ty(key)));
        }
        let wanted = wanted.join(", ");
        let name = self.name(of);
        let has = match self.ctx.eval(of) {
            Val::Rows(rows) if rows.is_empty() => "no rows".to_owned(),
            Val::Rows(rows) if rows.key().is_none() => plural(rows.len() as u32, "row"),
            Val::Rows(rows) => {
                let mut keys = Vec::new();
                for i in 0..rows.len().min(NAMED) {
                    let (key, ty) = self.ctx.keyed(&rows, i);
                    keys.push(self.ctx.shown(key, ty));
                }
                let more = match rows.len().saturating_sub(NAMED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                format!("{}{more}", keys.join(", "))
            }
            _ => "nothing".to_owned(),
        };
        (
            format!("no row {wanted}: {name} has {has}"),
            Some(format!("{name} names {wanted}")),
        )
    }

    /// `slo.p95 wants a duration in ms, found a text`
    fn malformed(&mut self, why: Why) -> (String, Option<String>) {
        let store = self.ctx.store;
        let fault = why.fault.and_then(|fault| store.faults.get(fault as usize));
        let name = match (self.policy_path(why.node), why.item) {
            (Some(path), _) => path,
            (None, Some(item)) => self.item_name(item).to_owned(),
            (None, None) => "it".to_owned(),
        };
        let Some(fault) = fault else {
            let note = why.item.and_then(|item| self.ctx.view.items.get(item.ix()));
            let message = match note.map(|view| view.note.as_str()) {
                Some(note) if !note.is_empty() => format!("{name} is malformed: {note}"),
                _ => format!("{name} is malformed"),
            };
            return (message, Some(format!("{name} fits its schema")));
        };
        // The fault knows its own place best: what is bound may be another row.
        let item = self.item_at(why.node).or(why.item);
        let name = match item.map(|item| self.item_name(item)) {
            Some(item) if fault.path.is_empty() => item.to_owned(),
            Some(item) if fault.path.starts_with('[') => format!("{item}{}", fault.path),
            Some(item) => format!("{item}.{}", fault.path),
            None => name,
        };
        let is = fault.message.split(';').next().unwrap_or_default().trim();
        let message = match self.wants(why.node, &fault.path) {
            Some(wants) if is.starts_with("a ") || is.starts_with("an ") || is == "null" => {
                format!("{name} wants {wants}, found {is}")
            }
            Some(wants) => format!("{name} wants {wants}: {is}"),
            None => format!("{name} is malformed: {}", fault.message),
        };
        (message, Some(format!("{name} fits its schema")))
    }

    /// What a field wants: `a duration in ms`.
    fn wants(&self, node: NodeId, path: &str) -> Option<String> {
        let program = self.ctx.program;
        let Node::Field(of, field) = &program.code.get(node.ix())?.node else {
            return None;
        };
        let record = match self.ctx.ty(*of).required() {
            Ty::Record(id) | Ty::Rows { record: id, .. } => program.records.get(id.0 as usize)?,
            _ => return None,
        };
        let field = record.fields.get(*field as usize)?;
        // A damaged row damages all of its fields: then its own fault is what to tell.
        let read = field.read.as_ref()?;
        let mut ends = read.paths.iter().filter_map(|path| path.last());
        let path = path.trim_end_matches('"');
        if !path.ends_with(&field.name) && !ends.any(|end| path.ends_with(end.as_str())) {
            return None;
        }
        let word = match field.ty.required() {
            Ty::Bool => "true or false",
            Ty::Text => "a text",
            Ty::Int => "a whole number",
            Ty::Number => "a number",
            Ty::Ratio => "a ratio",
            Ty::Duration => "a duration",
            Ty::Bytes => "a size",
            Ty::Version => "a version",
            Ty::Instant => "an instant",
            Ty::Date => "a date",
            Ty::Enum(id) => {
                let of = program.enums.get(id.0 as usize)?;
                let mut words = of.members.iter().flat_map(|member| &member.spellings);
                let some: Vec<&str> = words.by_ref().take(NAMED).map(String::as_str).collect();
                return Some(format!("one of {}", some.join(", ")));
            }
            Ty::Record(_) => "an object",
            Ty::Rows { .. } | Ty::List(_) => "a list",
            Ty::Optional(_) | Ty::Secret | Ty::Nothing => return None,
        };
        Some(match read.unit {
            Some(unit) => format!("{word} in {}", unit.word()),
            None => word.to_owned(),
        })
    }

    fn empty(&mut self, why: Why) -> (String, Option<String>) {
        let program = self.ctx.program;
        let node = program.code.get(why.node.ix()).map(|code| &code.node);
        // At a quantifier the selection is empty, at anything else the source.
        let (source, selection) = match node {
            Some(
                Node::Quant(_, bind, _) | Node::Aggregate(_, bind, _) | Node::Collect(bind, _),
            ) => (bind.vars.first().map_or(why.node, |var| var.1), true),
            _ => (why.node, false),
        };
        let name = match (self.policy_path(source), why.item) {
            (Some(path), _) => path,
            (None, Some(item)) => self.item_name(item).to_owned(),
            (None, None) => "the list".to_owned(),
        };
        let has_rows = matches!(self.ctx.eval(source), Val::Rows(rows) if !rows.is_empty());
        if selection || has_rows {
            let would = format!("a row of {name} is selected");
            return (format!("no row of {name} is selected"), Some(would));
        }
        (
            format!("{name} has no rows"),
            Some(format!("{name} has rows")),
        )
    }

    fn inconclusive(&mut self, why: Why, node: Option<&'a Node>) -> (String, Option<String>) {
        let text = self.source_text(why.node);
        let of = text
            .clone()
            .map_or(String::new(), |text| format!(" in {text}"));
        match node {
            Some(Node::Unknown(text)) => (text.clone(), None),
            Some(Node::Arith(Arith::Div, _, right)) => match self.ctx.eval(*right) {
                Val::Number(zero) if zero.is_zero() => (format!("division by zero{of}"), None),
                _ => (format!("too large a number{of}"), None),
            },
            Some(Node::Arith(..)) => (format!("too large a number{of}"), None),
            Some(Node::Series {
                samples, of, over, ..
            }) => {
                let name = self.name(why.node);
                let _ = over;
                let seen = match self.ctx.eval(*of) {
                    Val::Rows(rows) => rows.len() as u32,
                    _ => 0,
                };
                let wanted = samples.unwrap_or(1);
                (
                    format!(
                        "{name}: too few samples, at least {wanted} wanted, {seen} at hand in all"
                    ),
                    Some(format!("at least {}", plural(wanted, "sample"))),
                )
            }
            Some(Node::LastN(count, of, _)) => {
                let name = self.name(*of);
                let seen = match self.ctx.eval(*of) {
                    Val::Rows(rows) => rows.len() as u32,
                    _ => 0,
                };
                let wanted = match self.ctx.eval(*count) {
                    Val::Number(count) => count,
                    _ => Number::ZERO,
                };
                (
                    format!(
                        "{name} has {}, the last {wanted} are asked for",
                        plural(seen, "row")
                    ),
                    Some(format!("{name} has {wanted} rows")),
                )
            }
            Some(Node::Known(_)) => (format!("{} is not known", self.name(why.node)), None),
            Some(Node::Match(of, ..)) => {
                let value = self.ctx.eval(*of);
                let shown = self.ctx.shown(value, self.ctx.ty(*of));
                (format!("no arm for {shown}"), None)
            }
            Some(Node::Threshold(_)) => ("too few samples".to_owned(), None),
            Some(Node::Field(..) | Node::Local(_)) => {
                let name = self.name(why.node);
                (format!("{name} says that it cannot tell"), None)
            }
            _ => (format!("it cannot be told{of}"), None),
        }
    }
}
