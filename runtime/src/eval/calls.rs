//! What the functions known without import compute.

use super::Context;
use super::compare::known;
use super::rows::Gather;
use crate::builtins::{self, Function};
use crate::ir::{Aggregate, Node, NodeId};
use crate::number::Number;
use crate::rank::{self, Ranks};
use crate::ty::{RecordId, Ty};
use crate::value::{Cause, Fields, Record, Val, Why};
use crate::verdict::subject;

/// `numbered` makes no more than this.
const MOST_NUMBERED: i128 = 100_000;

impl<'a> Context<'a> {
    /// A call by name.
    pub(super) fn call(&mut self, name: &str, args: &'a [NodeId], node: NodeId) -> Val<'a> {
        match name {
            "waivers.expired" => return self.waiver_rows(true, node),
            "waivers.invalid" => return self.waiver_rows(false, node),
            "rollout.name" => return Val::Text(&self.program.rollout),
            "rollout.title" => return Val::Text(self.title()),
            _ => {}
        }
        let Some(builtin) = builtins::named(name) else {
            return Val::unknown(Cause::Inconclusive, node);
        };
        self.builtin(builtin.function, args, node)
            .unwrap_or_else(Val::Unknown)
    }

    /// The rollout's title, else its name. No part of the meaning, so it is looked up where titles are.
    fn title(&self) -> &'a str {
        let name = &self.program.rollout;
        let title = self.program.origins.title(&format!("rollout {name}"));
        title.unwrap_or(name)
    }

    fn builtin(
        &mut self,
        function: Function,
        args: &'a [NodeId],
        node: NodeId,
    ) -> Result<Val<'a>, Why> {
        let unclear = Why::at(Cause::Inconclusive, node);
        let first = *args.first().ok_or(unclear)?;
        match function {
            Function::Abs => Ok(Val::Number(self.number(first, node)?.abs())),
            Function::Avg => self.over_list(Aggregate::Avg, args, node),
            Function::Sum => self.over_list(Aggregate::Sum, args, node),
            Function::Max => self.over_list(Aggregate::Max, args, node),
            Function::Min => self.over_list(Aggregate::Min, args, node),
            Function::Count => {
                let rows = self.rows(first, node)?;
                Ok(Val::Number(Number::int(rows.len() as i128)))
            }
            Function::Keys => {
                let rows = self.rows(first, node)?;
                let keys = (0..rows.len()).map(|i| self.keyed(&rows, i).0).collect();
                Ok(self.computed(keys, node))
            }
            Function::Unique => {
                let rows = self.rows(first, node)?;
                Ok(self.unique(&rows, node).into())
            }
            Function::Fields => match self.need(first)? {
                Val::Record(record) => self.fields(record, node),
                _ => Err(unclear),
            },
            Function::RankU => Ok(Val::Number(self.ranks(args, node)?.u())),
            Function::Outranks => {
                let level = args.get(2).ok_or(unclear)?;
                let level = self.number(*level, node)?;
                let greater = self.ranks(args, node)?.greater(level);
                Ok(Val::Bool(greater.ok_or(unclear)?))
            }
            Function::Numbered => self.numbered(args, node),
            Function::Verdicts => self.verdicts(args, node),
        }
    }

    /// Of several arguments, or of the elements of one list.
    fn over_list(
        &mut self,
        kind: Aggregate,
        args: &'a [NodeId],
        node: NodeId,
    ) -> Result<Val<'a>, Why> {
        let mut gather = Gather::new(kind);
        for &arg in args {
            match self.need(arg)? {
                Val::Rows(rows) => {
                    for i in 0..rows.len() {
                        let value = known(self.element(&rows, i), arg)?;
                        gather.add(value, self, node)?;
                    }
                }
                value => gather.add(value, self, node)?,
            }
        }
        match gather.value(node) {
            Val::Unknown(why) => Err(why),
            value => Ok(value),
        }
    }

    /// The ranks of two lists of numbers.
    fn ranks(&mut self, args: &'a [NodeId], node: NodeId) -> Result<Ranks, Why> {
        let unclear = Why::at(Cause::Inconclusive, node);
        let [first, second, ..] = args else {
            return Err(unclear);
        };
        let mut samples = [Vec::new(), Vec::new()];
        for (&arg, sample) in [first, second].into_iter().zip(&mut samples) {
            let rows = self.rows(arg, node)?;
            if rows.len() > rank::MOST {
                return Err(unclear);
            }
            for i in 0..rows.len() {
                match known(self.element(&rows, i), arg)? {
                    Val::Number(number) => sample.push(number),
                    _ => return Err(unclear),
                }
            }
        }
        Ranks::of(&samples[0], &samples[1]).ok_or(unclear)
    }

    /// One row for each field: its name and its value.
    fn fields(&mut self, record: Record<'a>, node: NodeId) -> Result<Val<'a>, Why> {
        let row = self.row_record(node)?;
        let layout = self
            .program
            .records
            .get(record.id.0 as usize)
            .ok_or(Why::at(Cause::Inconclusive, node))?;
        let rows = layout.fields.iter().enumerate().map(|(index, field)| {
            let value = record.field(index as u16, self.program, self.store);
            Val::Record(Record {
                id: row,
                fields: Fields::Vals(self.scratch.list(vec![Val::Text(&field.name), value])),
            })
        });
        let rows = rows.collect();
        Ok(self.computed(rows, node))
    }

    /// The record of the rows that a call gives.
    fn row_record(&self, node: NodeId) -> Result<RecordId, Why> {
        match self.ty(node).required() {
            Ty::Rows { record, .. } => Ok(*record),
            _ => Err(Why::at(Cause::Inconclusive, node)),
        }
    }

    /// `waivers.expired`, `waivers.invalid`: rows of waivers with why they do not count.
    fn waiver_rows(&mut self, expired: bool, node: NodeId) -> Val<'a> {
        self.try_waiver_rows(expired, node)
            .unwrap_or_else(Val::Unknown)
    }

    fn try_waiver_rows(&mut self, expired: bool, node: NodeId) -> Result<Val<'a>, Why> {
        let made = self.row_record(node)?;
        let mut found = Vec::new();
        let program = self.program;
        for waivers in &program.waivers {
            let rows = self.rows(waivers.rows, node)?;
            for i in 0..rows.len() {
                let row = self.element(&rows, i);
                self.bind_row(waivers.local, row, i);
                let why = match expired {
                    true => self.waiver_expired(waivers, node),
                    false => self.waiver_invalid(waivers, node),
                };
                let Some(why) = why else {
                    continue;
                };
                let Val::Record(record) = row else {
                    return Err(Why::at(Cause::Malformed, node));
                };
                // The row with one more field, `why`.
                let layout = program.records.get(record.id.0 as usize);
                let count = layout.map_or(0, |layout| layout.fields.len());
                let fields = (0..count).map(|at| record.field(at as u16, program, self.store));
                let mut fields: Vec<Val<'a>> = fields.collect();
                fields.push(Val::Text(self.scratch.text(why)));
                found.push(Val::Record(Record {
                    id: made,
                    fields: Fields::Vals(self.scratch.list(fields)),
                }));
            }
        }
        Ok(self.computed(found, node))
    }

    fn numbered(&mut self, args: &'a [NodeId], node: NodeId) -> Result<Val<'a>, Why> {
        let unclear = Why::at(Cause::Inconclusive, node);
        let (prefix, from, to) = match args {
            [prefix, from, to, ..] => (
                self.words(*prefix, node)?,
                self.number(*from, node)?.to_i128().ok_or(unclear)?,
                self.number(*to, node)?.to_i128().ok_or(unclear)?,
            ),
            _ => return Err(unclear),
        };
        let digits = match args.get(3) {
            Some(&digits) => self
                .number(digits, node)?
                .to_i128()
                .and_then(|digits| usize::try_from(digits).ok())
                .filter(|&digits| digits <= 40)
                .ok_or(unclear)?,
            None => 0,
        };
        if to
            .checked_sub(from)
            .is_none_or(|span| span >= MOST_NUMBERED)
        {
            return Err(unclear);
        }
        let texts = (from..=to)
            .map(|n| Val::Text(self.scratch.text(format!("{prefix}{n:0digits$}"))))
            .collect();
        Ok(self.computed(texts, node))
    }

    /// The rows of gates as they stand, waivers counted, each with why it is not a plain pass.
    fn verdicts(&mut self, args: &'a [NodeId], node: NodeId) -> Result<Val<'a>, Why> {
        let unclear = Why::at(Cause::Inconclusive, node);
        let record = self.row_record(node)?;
        let program = self.program;
        let layout = program.records.get(record.0 as usize).ok_or(unclear)?;
        let mut rows = Vec::new();
        for &arg in args {
            let id = match program.code.get(arg.ix()).map(|code| &code.node) {
                Some(Node::Gate(gate)) => *gate,
                _ => return Err(unclear),
            };
            let gate = program.gates.get(id.ix()).ok_or(unclear)?;
            let mut facts = self.explain_gate(id).into_iter().peekable();
            for row in self.all_rows(id) {
                let fact = facts
                    .next_if(|fact| fact.row.key == row.key)
                    .map(|f| f.fact);
                let waived = row.found.waived.is_some();
                let verdict = if waived { "waived" } else { row.verdict.word() };
                let cause = row.verdict.why().map(|why| why.cause.word());
                let name = |of: &Self, text: String| Val::Text(of.scratch.text(text));
                let cells = layout.fields.iter().map(|field| match field.name.as_str() {
                    "gate" => Val::Text(&gate.name),
                    "key" if row.key.is_empty() => Val::Text(&gate.name),
                    "key" => name(self, row.name.clone()),
                    "row" if row.key.is_empty() => Val::Absent,
                    "row" => name(self, row.name.clone()),
                    "subject" => name(self, subject(&gate.name, &row.key)),
                    "verdict" => self.word_of(&field.ty, verdict),
                    "level" => self.word_of(&field.ty, row.level.word()),
                    "cause" => cause.map_or(Val::Absent, |cause| self.word_of(&field.ty, cause)),
                    "message" => {
                        let said = fact.as_ref().map(|fact| fact.message.clone());
                        name(self, said.unwrap_or_default())
                    }
                    _ => Val::Absent,
                });
                let cells = cells.collect();
                rows.push(Val::Record(Record {
                    id: record,
                    fields: Fields::Vals(self.scratch.list(cells)),
                }));
            }
        }
        Ok(self.computed(rows, node))
    }

    /// The member of a type that a document spells so.
    fn word_of(&self, ty: &Ty, word: &str) -> Val<'a> {
        let Ty::Enum(id) = ty.required() else {
            return Val::Absent;
        };
        let of = self.program.enums.get(id.0 as usize);
        let at = of.and_then(|of| of.members.iter().position(|member| member.name == word));
        at.map_or(Val::Absent, |at| Val::Member(at as u32))
    }
}
