//! Rows of waivers: whether one is whole, whether it still stands, what it is called. Knows one row at a
//! time; what it covers is told beside the gate.

use super::{Context, Differences};
use crate::document::Span;
use crate::ir::{Node, NodeId, QuorumNeed, Waivers};
use crate::time::Instant;
use crate::ty::{Shape, Ty};
use crate::value::{Record, Truth, Val};

/// How rows call the text that says why.
const REASON: [&str; 4] = ["reason", "rationale", "justification", "because"];
/// How rows call the one who answers for it.
const OWNER: [&str; 1] = ["owner"];
/// How rows call those who let it pass.
const APPROVER: [&str; 4] = ["by", "approver", "approvers", "approved_by"];
/// How rows call the roles of those.
const ROLE: [&str; 2] = ["role", "roles"];
/// How rows call the instant from which they stand.
const START: [&str; 6] = [
    "approved_at",
    "granted_at",
    "created_at",
    "at",
    "from",
    "since",
];

/// Why a row of waivers does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WaiverFault {
    /// It has run out.
    Expired(String),
    /// It has not begun.
    Early(String),
    /// It is not whole, or breaks a rule.
    Invalid(String),
}

impl WaiverFault {
    /// In words.
    pub fn why(&self) -> &str {
        match self {
            WaiverFault::Expired(why) | WaiverFault::Early(why) | WaiverFault::Invalid(why) => why,
        }
    }
}

/// A row of waivers, told for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaiverRow {
    /// Its name.
    pub name: String,
    /// Until when it stands; `None`: until the subject changes, or that cannot be told.
    pub until: Option<Instant>,
    /// Who let it pass.
    pub by: Vec<String>,
    /// Why.
    pub reason: Option<String>,
    /// Why it does not count.
    pub fault: Option<WaiverFault>,
}

impl<'a> Context<'a> {
    /// The row of waivers that is bound.
    pub fn waiver(&mut self, of: &'a Waivers) -> WaiverRow {
        let node = of.rows;
        let until = of.until.and_then(|until| self.instant(until, node).ok());
        let mut by = self.texts(of, &APPROVER);
        if by.is_empty() {
            by = self.texts(of, &OWNER);
        }
        let fault = match self.waiver_invalid(of, node) {
            Some(why) => Some(WaiverFault::Invalid(why)),
            None => match self.waiver_expired(of, node) {
                Some(why) => Some(WaiverFault::Expired(why)),
                None => self.waiver_early(of).map(WaiverFault::Early),
            },
        };
        WaiverRow {
            name: self.waiver_name(of),
            until,
            by,
            reason: self.texts(of, &REASON).into_iter().next(),
            fault,
        }
    }

    /// Why the row that is bound is over: at its end it no longer stands.
    pub(super) fn waiver_expired(&mut self, of: &'a Waivers, node: NodeId) -> Option<String> {
        let until = self.instant(of.until?, node).ok()?;
        (until <= self.place.as_of).then(|| format!("it ran out at {until}"))
    }

    /// Why the row that is bound does not stand yet.
    fn waiver_early(&self, of: &Waivers) -> Option<String> {
        let start = match self.field_named(of, &START) {
            Some((Val::Instant(start), _)) => start,
            Some(_) | None => return None,
        };
        (start > self.place.as_of).then(|| format!("it begins at {start}"))
    }

    /// Why the row that is bound never counts: it is not whole, too long, or breaks a rule.
    pub(super) fn waiver_invalid(&mut self, of: &'a Waivers, node: NodeId) -> Option<String> {
        let Val::Record(_) = self.local(of.local) else {
            return Some("the row cannot be read".into());
        };
        for (names, what) in [
            (&REASON[..], "reason"),
            (&OWNER[..], "owner"),
            (&APPROVER[..], "approver"),
        ] {
            if self.declares(of, names) && self.texts(of, names).is_empty() {
                return Some(format!("it has no {what}"));
            }
        }
        let start = match self.field_named(of, &START) {
            Some((Val::Instant(start), _)) => Some(start),
            Some((Val::Unknown(why), _)) => {
                return Some(format!("its start is {}", why.cause.word()));
            }
            Some(_) | None => None,
        };
        let now = self.place.as_of;
        let until = match of.until.map(|until| self.instant(until, node)) {
            Some(Err(why)) => return Some(format!("its end is {}", why.cause.word())),
            Some(Ok(until)) => Some(until),
            None => {
                if let Some(why) = self.other_subject(of, start) {
                    return Some(why);
                }
                None
            }
        };
        if let Some(at_most) = of.at_most {
            let Ok(at_most) = self.number(at_most, node) else {
                return Some("how long it may be cannot be told".into());
            };
            // Without a start it may not reach further than that from now.
            let length = match (until, start) {
                (Some(until), start) => until.since(start.unwrap_or(now)),
                (None, Some(start)) => now.since(start),
                (None, None) => return Some("it does not say when it began".into()),
            };
            if length > at_most {
                let (length, at_most) = (Span(length), Span(at_most));
                return Some(format!("{length} long, at most {at_most}"));
            }
        }
        if let Some(why) = self.no_quorum(of) {
            return Some(why);
        }
        for rule in &of.valid {
            let truth = self.truth(rule.cond);
            if truth != Truth::True {
                return Some(match (rule.message, truth) {
                    (Some(text), _) => {
                        let differences = self.differing(rule.cond);
                        self.message(text, &differences)
                    }
                    (None, Truth::Unknown(why)) => format!("a rule is {}", why.cause.word()),
                    (None, _) => "it breaks a rule".to_owned(),
                });
            }
        }
        None
    }

    /// What the sides of a rule do not share, where a set operator is all of it.
    fn differing(&mut self, cond: NodeId) -> Differences {
        let code = self.program.code.get(cond.ix()).map(|code| &code.node);
        if let Some(Node::Set(op, left, right)) = code {
            return self.differences(*op, *left, *right);
        }
        Differences::default()
    }

    /// `until subject changes`: a row must speak of this subject, or be younger than it.
    fn other_subject(&mut self, of: &'a Waivers, start: Option<Instant>) -> Option<String> {
        let program = self.program;
        let mut named = false;
        for (at, (member, _)) in program.subject.iter().enumerate() {
            let found = self
                .field_named(of, &[member.as_str()])
                .or_else(|| self.member_of_subject(of, member));
            let Some((value, ty)) = found else { continue };
            named = true;
            let present = self.place.subject.get(at);
            let ours = present.map(|present| {
                let value = Val::constant(present, &program.subject[at]);
                self.shown(value, &program.subject[at])
            });
            let theirs = self.shown(value, ty);
            if ours.as_ref() != Some(&theirs) {
                return Some(format!("for another {member}: {theirs}"));
            }
        }
        match (named, start, self.place.subject_since) {
            (true, ..) => None,
            (false, Some(start), Some(since)) if start >= since => None,
            (false, Some(_), _) => Some("given for an earlier subject".into()),
            (false, None, _) => Some("it says neither its subject nor when it began".into()),
        }
    }

    /// A member of the record `subject` of the row.
    fn member_of_subject(&self, of: &Waivers, member: &str) -> Option<(Val<'a>, &'a Ty)> {
        let (Val::Record(subject), _) = self.field_named(of, &["subject"])? else {
            return None;
        };
        self.field_in(subject, member)
    }

    /// `by`: why the roles of a row are not enough.
    fn no_quorum(&mut self, of: &'a Waivers) -> Option<String> {
        let by = of.by.as_ref()?;
        let mut roles = self.texts(of, &ROLE);
        roles.extend(self.texts(of, &APPROVER));
        let owners = &self.program.owners;
        let has = |role: &&String| roles.contains(owners.get(*role).unwrap_or(role));
        let have = by.roles.iter().filter(has).count();
        let need = match by.need {
            QuorumNeed::All => by.roles.len(),
            QuorumNeed::Any => 1,
            QuorumNeed::AtLeast(n) => n as usize,
        };
        let missing: Vec<&str> = (by.roles.iter())
            .filter(|role| !has(role))
            .map(String::as_str)
            .collect();
        (have < need).then(|| format!("{have} of {need}: {} missing", missing.join(", ")))
    }

    fn declares(&self, of: &Waivers, names: &[&str]) -> bool {
        let Ty::Rows { record, .. } = self.ty(of.rows).required() else {
            return false;
        };
        let layout = self.program.records.get(record.0 as usize);
        layout.is_some_and(|layout| {
            let mut fields = layout.fields.iter();
            fields.any(|field| names.contains(&field.name.as_str()))
        })
    }

    /// The first field of the row that is called so.
    fn field_named(&self, of: &Waivers, names: &[&str]) -> Option<(Val<'a>, &'a Ty)> {
        let Val::Record(record) = self.local(of.local) else {
            return None;
        };
        names.iter().find_map(|name| self.field_in(record, name))
    }

    fn field_in(&self, record: Record<'a>, name: &str) -> Option<(Val<'a>, &'a Ty)> {
        let program = self.program;
        let layout = program.records.get(record.id.0 as usize)?;
        let at = layout.fields.iter().position(|field| field.name == name)?;
        let value = record.field(at as u16, program, self.store);
        Some((value, layout.fields[at].ty.required()))
    }

    /// The texts of all fields that are called so, blank ones aside.
    fn texts(&self, of: &Waivers, names: &[&str]) -> Vec<String> {
        let mut texts = Vec::new();
        for name in names {
            match self.field_named(of, &[name]) {
                Some((Val::Rows(rows), Ty::List(element))) => {
                    for at in 0..rows.len() {
                        match self.element(&rows, at) {
                            Val::Unknown(_) | Val::Absent | Val::Null => {}
                            value => texts.push(self.shown(value, element)),
                        }
                    }
                }
                Some((Val::Unknown(_) | Val::Absent | Val::Null, _)) | None => {}
                Some((value, ty)) => texts.push(self.shown(value, ty)),
            }
        }
        texts.retain(|text| !text.trim().is_empty());
        texts
    }

    /// What a row is called: its key, its `id` or `name`, else where it stands.
    fn waiver_name(&self, of: &Waivers) -> String {
        let place = || self.position(of.local).to_string();
        let Val::Record(record) = self.local(of.local) else {
            return place();
        };
        let key = match self.ty(of.rows).required() {
            Ty::Rows {
                shape: Shape::Table { key } | Shape::Map { key },
                ..
            } => {
                let layout = self.program.records.get(record.id.0 as usize);
                let field = layout.and_then(|layout| layout.fields.get(*key as usize));
                field.and_then(|field| self.field_in(record, &field.name))
            }
            _ => self.field_named(of, &["id", "name"]),
        };
        match key {
            Some((Val::Unknown(_) | Val::Absent | Val::Null, _)) | None => place(),
            Some((value, ty)) => self.shown(value, ty),
        }
    }
}
