//! Values as people read them, and texts with holes. Exact policy notation; `(absent)` where there is nothing.

use super::Context;
use crate::ir::{Member, NodeId, Part, SetHole, TextId};
use crate::number::Number;
use crate::ty::{EnumId, Ty};
use crate::unit;
use crate::value::{Cause, Record, Rows, Val, Why};

/// What `{missing}` and `{extra}` stand for: the differences of the set operator that failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Differences {
    /// What should be there and is not, shown.
    pub missing: Vec<String>,
    /// What is there and should not be, shown.
    pub extra: Vec<String>,
}

impl<'a> Context<'a> {
    /// A value in policy notation, after what `out` holds.
    pub fn show(&self, value: Val<'a>, ty: &Ty, out: &mut String) {
        match value {
            Val::Unknown(why) => {
                out.push('(');
                out.push_str(match why.cause {
                    Cause::MissingField => "absent",
                    cause => cause.word(),
                });
                out.push(')');
            }
            Val::Absent => out.push_str("(absent)"),
            Val::Null => out.push_str("(null)"),
            Val::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            Val::Number(number) => out.push_str(&quantity(number, ty)),
            Val::Text(text) => out.push_str(text),
            Val::Member(member) => out.push_str(match ty.required() {
                Ty::Enum(id) => self.member(*id, member),
                _ => "?",
            }),
            Val::Instant(instant) => out.push_str(&instant.to_string()),
            Val::Date(date) => out.push_str(&date.to_string()),
            Val::Record(record) => self.show_record(record, out),
            Val::Rows(rows) => self.show_rows(rows, out),
        }
    }

    /// A value in policy notation.
    pub fn shown(&self, value: Val<'a>, ty: &Ty) -> String {
        let mut out = String::new();
        self.show(value, ty, &mut out);
        out
    }

    fn member(&self, id: EnumId, member: u32) -> &'a str {
        let of = self.program.enums.get(id.0 as usize);
        let member = of.and_then(|of| of.members.get(member as usize));
        let spelling = |member: &'a Member| match member.spellings.first() {
            Some(spelling) if self.spelled => spelling.as_str(),
            _ => member.name.as_str(),
        };
        member.map_or("?", spelling)
    }

    fn show_record(&self, record: Record<'a>, out: &mut String) {
        let Some(layout) = self.program.records.get(record.id.0 as usize) else {
            return;
        };
        out.push('{');
        for (index, field) in layout.fields.iter().enumerate() {
            out.push_str(if index == 0 { " " } else { ", " });
            out.push_str(&field.name);
            out.push_str(": ");
            let value = record.field(index as u16, self.program, self.store);
            self.show(value, &field.ty, out);
        }
        out.push_str(" }");
    }

    /// Elements with commas; of rows with a key the keys; at most twelve.
    fn show_rows(&self, rows: Rows<'a>, out: &mut String) {
        const MOST: usize = 12;
        if rows.is_empty() {
            out.push_str("nothing");
        }
        for i in 0..rows.len().min(MOST) {
            if i > 0 {
                out.push_str(", ");
            }
            let (value, ty) = self.keyed(&rows, i);
            self.show(value, ty, out);
        }
        if rows.len() > MOST {
            out.push_str(&format!(" and {} more", rows.len() - MOST));
        }
    }

    /// A text with its holes filled; what is unknown is shown as such.
    pub fn message(&mut self, text: TextId, differences: &Differences) -> String {
        let mut out = String::new();
        if let Some(text) = self.program.texts.get(text.ix()) {
            // A hole that is unknown must not hide the rest of a message.
            let _ = self.parts(&text.parts, Some(differences), &mut out);
        }
        out
    }

    /// A text with its holes filled, and the first thing in it that is unknown.
    pub fn filled(&mut self, text: TextId) -> (String, Option<Why>) {
        let mut out = String::new();
        let parts = self.program.texts.get(text.ix());
        let done = parts.map(|text| self.parts(&text.parts, None, &mut out));
        (out, done.and_then(Result::err))
    }

    /// A text with holes as a value: unknown as soon as a hole is.
    pub(super) fn text_value(&mut self, text: TextId, node: NodeId) -> Val<'a> {
        let mut out = String::new();
        let Some(text) = self.program.texts.get(text.ix()) else {
            return Val::unknown(Cause::Inconclusive, node);
        };
        match self.parts(&text.parts, None, &mut out) {
            Ok(()) => Val::Text(self.scratch.text(out)),
            Err(why) => Val::Unknown(why),
        }
    }

    /// Fills parts; gives the first unknown, having filled on.
    fn parts(
        &mut self,
        parts: &'a [Part],
        differences: Option<&Differences>,
        out: &mut String,
    ) -> Result<(), Why> {
        let mut result = Ok(());
        for part in parts {
            let done = match part {
                Part::Literal(text) => {
                    out.push_str(text);
                    Ok(())
                }
                Part::Hole(node) => {
                    let value = self.eval(*node);
                    self.show(value, self.ty(*node), out);
                    match value {
                        Val::Unknown(why) => Err(why),
                        _ => Ok(()),
                    }
                }
                Part::SetHole(hole) => {
                    let names = differences.map_or(&[][..], |found| match hole {
                        SetHole::Missing => &found.missing,
                        SetHole::Extra => &found.extra,
                    });
                    if names.is_empty() {
                        out.push_str("nothing");
                    }
                    out.push_str(&names.join(", "));
                    Ok(())
                }
                Part::For(bind, inner) => {
                    let mut done = Ok(());
                    self.each(bind, NodeId(0), &mut |ctx, row| {
                        let inside = match row {
                            Ok(_) => ctx.parts(inner, differences, out),
                            Err(why) => {
                                ctx.show(Val::Unknown(why), &Ty::Nothing, out);
                                Err(why)
                            }
                        };
                        if done.is_ok() {
                            done = inside;
                        }
                        true
                    });
                    done
                }
            };
            if result.is_ok() {
                result = done;
            }
        }
        result
    }
}

/// A number in the notation of its type.
pub fn quantity(number: Number, ty: &Ty) -> String {
    match ty.required() {
        Ty::Ratio => unit::ratio_text(number),
        Ty::Duration => unit::duration_text(number),
        Ty::Bytes => unit::bytes_text(number),
        Ty::Bool
        | Ty::Text
        | Ty::Int
        | Ty::Number
        | Ty::Version
        | Ty::Instant
        | Ty::Date
        | Ty::Enum(_)
        | Ty::Record(_)
        | Ty::Rows { .. }
        | Ty::List(_)
        | Ty::Optional(_)
        | Ty::Secret
        | Ty::Nothing => number.text(),
    }
}
