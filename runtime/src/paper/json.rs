//! Values as JSON: two blanks a level, members in the order of their records, numbers exactly as they are. Knows types; what
//! cannot be told is `null` and noted.

use super::Gap;
use crate::canon::canonical;
use crate::eval::{Context, quantity};
use crate::ty::{EnumId, Shape, Ty};
use crate::value::{Record, Rows, Val, Why};

/// A document being written.
pub(super) struct Writer<'c, 'a> {
    ctx: &'c Context<'a>,
    out: String,
    depth: usize,
    /// Where it stands: `.rows`, `[2]`.
    path: Vec<String>,
    gaps: Vec<Gap>,
}

impl<'c, 'a> Writer<'c, 'a> {
    pub fn new(ctx: &'c Context<'a>) -> Writer<'c, 'a> {
        Writer {
            ctx,
            out: String::new(),
            depth: 0,
            path: Vec::new(),
            gaps: Vec::new(),
        }
    }

    /// The document with its line end, and what in it could not be told.
    pub fn done(mut self) -> (String, Vec<Gap>) {
        self.out.push('\n');
        (self.out, self.gaps)
    }

    /// A value of a type.
    pub fn value(&mut self, value: Val<'a>, ty: &Ty) {
        match value {
            Val::Unknown(why) => self.gap(why),
            Val::Absent | Val::Null => self.out.push_str("null"),
            Val::Bool(value) => self.out.push_str(if value { "true" } else { "false" }),
            Val::Number(number) => match ty.required() {
                // Counts and plain numbers are JSON's own, as long as they end; what has a unit says it.
                Ty::Int | Ty::Number if !number.text().contains('/') => {
                    self.out.push_str(&number.text());
                }
                ty => self.text(&quantity(number, ty)),
            },
            Val::Text(text) => self.text(text),
            Val::Member(member) => match ty.required() {
                Ty::Enum(id) => self.text(self.spelling(*id, member)),
                _ => self.out.push_str("null"),
            },
            Val::Instant(at) => self.text(&at.to_string()),
            Val::Date(date) => self.text(&date.to_string()),
            Val::Record(record) => self.record(record, None),
            Val::Rows(rows) => self.rows(&rows),
        }
    }

    /// The word that data has for a member.
    fn spelling(&self, id: EnumId, member: u32) -> &'a str {
        let of = self.ctx.program.enums.get(id.0 as usize);
        let member = of.and_then(|of| of.members.get(member as usize));
        member.map_or("", |member| {
            member.spellings.first().unwrap_or(&member.name)
        })
    }

    fn gap(&mut self, why: Why) {
        self.out.push_str("null");
        let entry = self.path.concat();
        self.gaps.push(Gap {
            entry: entry.strip_prefix('.').unwrap_or(&entry).to_string(),
            why: self.ctx.says(why),
        });
    }

    fn text(&mut self, text: &str) {
        self.out.push_str(&canonical(text));
    }

    /// A record without its key, where that is the member's name already.
    fn record(&mut self, record: Record<'a>, key: Option<u16>) {
        let program = self.ctx.program;
        let layout = program.records.get(record.id.0 as usize);
        let fields = layout.into_iter().flat_map(|layout| &layout.fields);
        self.open('{');
        let mut first = true;
        for (at, field) in (0u16..).zip(fields) {
            if Some(at) == key {
                continue;
            }
            self.next(&mut first);
            self.text(&field.name);
            self.out.push_str(": ");
            self.path.push(format!(".{}", field.name));
            self.value(record.field(at, program, self.ctx.store), &field.ty);
            self.path.pop();
        }
        self.close('}', first);
    }

    /// Rows and lists are arrays; a map is an object, as it was in the evidence.
    fn rows(&mut self, rows: &Rows<'a>) {
        let map = match rows.ty.required() {
            Ty::Rows {
                record,
                shape: Shape::Map { key },
            } => Some((*record, *key)),
            _ => None,
        };
        let element = match rows.ty.required() {
            Ty::List(element) => element,
            other => other,
        };
        self.open(if map.is_some() { '{' } else { '[' });
        let mut first = true;
        for i in 0..rows.len() {
            self.next(&mut first);
            let value = self.ctx.element(rows, i);
            self.path.push(format!("[{i}]"));
            match (map, value) {
                (Some((id, key)), Val::Record(record)) => self.member(id, key, record),
                _ => self.value(value, element),
            }
            self.path.pop();
        }
        self.close(if map.is_some() { '}' } else { ']' }, first);
    }

    fn member(&mut self, id: crate::ty::RecordId, key: u16, record: Record<'a>) {
        let program = self.ctx.program;
        let layout = program.records.get(id.0 as usize);
        let fields = layout.map_or(&[][..], |layout| &layout.fields);
        let name = record.field(key, program, self.ctx.store);
        let name = fields
            .get(key as usize)
            .map_or(String::new(), |field| self.ctx.shown(name, &field.ty));
        self.text(&name);
        self.out.push_str(": ");
        match fields {
            // A map of plain values: its rows are a key and what the document has under it.
            [_, value] if value.read.as_ref().is_some_and(|r| r.paths.is_empty()) => {
                self.value(record.field(1, program, self.ctx.store), &value.ty);
            }
            _ => self.record(record, Some(key)),
        }
    }

    fn open(&mut self, bracket: char) {
        self.out.push(bracket);
        self.depth += 1;
    }

    fn next(&mut self, first: &mut bool) {
        if !std::mem::take(first) {
            self.out.push(',');
        }
        self.line();
    }

    fn close(&mut self, bracket: char, empty: bool) {
        self.depth -= 1;
        if !empty {
            self.line();
        }
        self.out.push(bracket);
    }

    fn line(&mut self) {
        self.out.push('\n');
        (0..self.depth).for_each(|_| self.out.push_str("  "));
    }
}
