//! Approvals: the rows that people wrote, which of them count, and whether they are enough. Knows rows,
//! roles and the present subject; knows no gate and no outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use indexmap::IndexMap;
use serde_json::json;

use super::Run;
use crate::canon::Digest;
use crate::decision::ApprovalLine;
use crate::document::Span;
use crate::eval::Nobody;
use crate::ir::{Approval, ApprovalId, ItemId, NodeId, QuorumNeed};
use crate::number::Number;
use crate::state::{Halt, Spent, Subject};
use crate::time::Instant;
use crate::ty::Ty;
use crate::value::{Cause, Items, Rows, Truth, Val, Why};
use crate::view::ItemState;
use crate::view::look::{Mode, is_series};

/// The approval that ends a halt.
const RESUME: &str = "resume";
/// The role of a row that says who made what is approved.
const AUTHOR: &str = "author";
/// The item that holds the rows of approvals that name no other.
const ITEM: &str = "approvals";

/// A row of approvals as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Written {
    approval: Option<String>,
    at: Option<Instant>,
    by: Option<String>,
    role: Option<String>,
    subject: Option<Vec<(String, String)>>,
    key: Option<String>,
    program: Option<String>,
    params: Option<String>,
    of: Option<String>,
    /// A member that cannot be read.
    bad: Option<String>,
}

/// A row and why it never counts here, its age aside.
#[derive(Clone, Debug)]
struct Entry {
    row: Written,
    digest: Digest,
    approval: Option<ApprovalId>,
    fault: Option<String>,
}

/// All rows of approvals as one moment of a step sees them.
#[derive(Debug, Default)]
pub(super) struct Book {
    entries: Vec<Entry>,
    /// By approval, how long a row stands.
    fresh: Vec<Number>,
    /// By approval, why its rows cannot be read.
    untold: Vec<Option<Why>>,
    /// How the roles are spelled, by name.
    spelled: BTreeMap<String, String>,
}

/// What a book was made for: it is made anew where any of this changes.
pub(super) type BookKey = (Option<Subject>, Option<Instant>, usize);

/// How far an approval is.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// How many of its roles agree.
    pub have: usize,
    /// How many must.
    pub need: usize,
    /// The roles that nobody speaks for.
    pub missing: Vec<String>,
    /// The rows that count.
    counted: BTreeSet<usize>,
    /// Rows of people who count for another role already.
    doubled: BTreeMap<usize, String>,
}

impl Tally {
    /// Whether enough people agree.
    pub fn given(&self) -> bool {
        self.need > 0 && self.have >= self.need
    }
}

impl Book {
    /// The rows of an approval that hold at an instant, age and all.
    fn valid(&self, id: ApprovalId, at: Instant, since: Option<Instant>) -> Vec<usize> {
        let fresh = self.fresh.get(id.ix()).copied().unwrap_or(Number::ZERO);
        let fits = |entry: &Entry| {
            entry.approval == Some(id)
                && entry.fault.is_none()
                && entry.row.at.is_some_and(|given| {
                    given <= at
                        && given.plus(fresh).is_none_or(|until| at <= until)
                        && since.is_none_or(|since| given >= since)
                })
        };
        (0..self.entries.len())
            .filter(|index| fits(&self.entries[*index]))
            .collect()
    }

    /// How far an approval is at an instant.
    pub fn tally(
        &self,
        approval: &Approval,
        id: ApprovalId,
        at: Instant,
        since: Option<Instant>,
    ) -> Tally {
        let valid = self.valid(id, at, since);
        let roles = &approval.by.roles;
        let spoken = |index: usize| {
            let role = self.entries[index].row.role.as_ref()?;
            roles
                .iter()
                .position(|name| self.spelled.get(name).unwrap_or(name) == role)
        };
        // Who speaks for which role.
        let mut voices: Vec<BTreeSet<&str>> = vec![BTreeSet::new(); roles.len()];
        for &index in &valid {
            if let (Some(role), Some(by)) = (spoken(index), &self.entries[index].row.by) {
                voices[role].insert(by);
            }
        }
        let mut tally = Tally {
            need: match approval.by.need {
                QuorumNeed::All => roles.len(),
                QuorumNeed::Any => 1,
                QuorumNeed::AtLeast(n) => n as usize,
            },
            ..Tally::default()
        };
        let taken = match approval.distinct {
            true => matched(&voices),
            false => BTreeMap::new(),
        };
        let filled: BTreeSet<usize> = match approval.distinct {
            true => taken.values().copied().collect(),
            false => (0..roles.len())
                .filter(|role| !voices[*role].is_empty())
                .collect(),
        };
        tally.have = filled.len();
        tally.missing = (0..roles.len())
            .filter(|role| !filled.contains(role))
            .map(|role| roles[role].clone())
            .collect();
        for index in valid {
            let by = self.entries[index].row.by.as_deref().unwrap_or_default();
            match (taken.get(by), spoken(index)) {
                (Some(other), Some(role)) if *other != role => {
                    tally.doubled.insert(index, roles[*other].clone());
                }
                _ => {
                    tally.counted.insert(index);
                }
            }
        }
        tally
    }

    /// Whether an approval is given; unknown where its rows are there and cannot be read.
    pub fn given(
        &self,
        approval: &Approval,
        id: ApprovalId,
        at: Instant,
        since: Option<Instant>,
    ) -> Truth {
        match self.untold.get(id.ix()).copied().flatten() {
            Some(why) => Truth::Unknown(why),
            None => self.tally(approval, id, at, since).given().into(),
        }
    }

    /// When the first of the rows that count is too old.
    pub fn until(&self, id: ApprovalId, tally: &Tally) -> Option<Instant> {
        let fresh = self.fresh.get(id.ix())?;
        let ends = tally.counted.iter().filter_map(|index| {
            let given = self.entries[*index].row.at?;
            given.plus(*fresh)
        });
        ends.min()
    }

    /// The rows that a move uses up, and until when that must be known.
    fn spend(&self, id: ApprovalId, tally: &Tally) -> Vec<(Digest, Instant)> {
        let fresh = self.fresh.get(id.ix()).copied().unwrap_or(Number::ZERO);
        let used = tally.counted.iter().chain(tally.doubled.keys());
        used.map(|index| {
            let entry = &self.entries[*index];
            let until = entry.row.at.and_then(|at| at.plus(fresh));
            (entry.digest, until.unwrap_or(Instant::MAX))
        })
        .collect()
    }
}

/// Gives each role one person of its own, as many roles as can be; the person's role, by person.
fn matched<'b>(voices: &[BTreeSet<&'b str>]) -> BTreeMap<&'b str, usize> {
    fn place<'b>(
        role: usize,
        voices: &[BTreeSet<&'b str>],
        tried: &mut BTreeSet<&'b str>,
        taken: &mut BTreeMap<&'b str, usize>,
    ) -> bool {
        for person in &voices[role] {
            if !tried.insert(person) {
                continue;
            }
            let free = match taken.get(person).copied() {
                None => true,
                Some(other) => place(other, voices, tried, taken),
            };
            if free {
                taken.insert(person, role);
                return true;
            }
        }
        false
    }
    let mut taken = BTreeMap::new();
    for role in 0..voices.len() {
        place(role, voices, &mut BTreeSet::new(), &mut taken);
    }
    taken
}

impl<'a> Run<'a> {
    /// The rows of approvals as they stand now.
    pub(super) fn book(&self) -> Rc<Book> {
        let key: BookKey = (
            self.instance.subject.clone(),
            self.instance.last_rollback.as_ref().map(|last| last.at),
            self.instance.spent.len(),
        );
        if let Some((made, book)) = &*self.book.borrow()
            && *made == key
        {
            return Rc::clone(book);
        }
        let book = Rc::new(self.read_book());
        *self.book.borrow_mut() = Some((key, Rc::clone(&book)));
        book
    }

    fn read_book(&self) -> Book {
        let program = self.program;
        let mut items: Vec<ItemId> = program
            .approvals
            .iter()
            .filter_map(|one| one.item)
            .collect();
        items.extend(self.resume_item());
        items.sort();
        items.dedup();
        let mut book = Book {
            spelled: (program.owners.iter())
                .map(|(name, spelled)| (name.clone(), spelled.clone()))
                .collect(),
            ..Book::default()
        };
        let mut states = BTreeMap::new();
        let mut rows = Vec::new();
        for item in items {
            let (state, written) = self.written(item);
            states.insert(item, state);
            rows.extend(written.into_iter().map(|row| (row, item)));
        }
        rows.sort();
        rows.dedup();
        for approval in &program.approvals {
            let fresh = self.number(approval.fresh);
            book.fresh.push(fresh.unwrap_or(Number::ZERO));
            let cause = approval.item.and_then(|item| match states.get(&item)? {
                ItemState::Present | ItemState::Missing => None,
                ItemState::Awaited { .. } => Some(Cause::Awaited),
                ItemState::Stale => Some(Cause::Stale),
                ItemState::Malformed => Some(Cause::Malformed),
                ItemState::Future => Some(Cause::Future),
                ItemState::Mismatched => Some(Cause::Mismatched),
                ItemState::Superseded => Some(Cause::Superseded),
            });
            book.untold.push(cause.map(|cause| Why {
                item: approval.item,
                ..Why::at(cause, NodeId(0))
            }));
        }
        let all: Vec<Written> = rows.iter().map(|(row, _)| row.clone()).collect();
        for (row, item) in rows {
            let name = row.approval.as_deref();
            let found = program
                .approvals
                .iter()
                .position(|one| Some(one.name.as_str()) == name && one.item == Some(item));
            let approval = found.map(|at| ApprovalId(at as u32));
            let digest = row.digest();
            let fault = match found.map(|at| &program.approvals[at]) {
                Some(approval) => self.fault(&row, digest, approval, &all),
                None if name == Some(RESUME) => self.resume_fault(&row),
                None => Some(match name {
                    Some(name) if program.approvals.iter().any(|one| one.name == name) => {
                        format!("`{name}` reads its rows from elsewhere")
                    }
                    Some(_) => "there is no approval of that name".into(),
                    None => row.unread().unwrap_or_else(|| "names no approval".into()),
                }),
            };
            book.entries.push(Entry {
                row,
                digest,
                approval,
                fault,
            });
        }
        book
    }

    fn resume_item(&self) -> Option<ItemId> {
        let mut items = self.program.evidence.iter();
        let at = items.position(|item| item.name == ITEM)?;
        Some(ItemId(at as u32))
    }

    /// The rows of an item, and what state it is in.
    fn written(&self, id: ItemId) -> (ItemState, Vec<Written>) {
        let bindings = self.bindings();
        let look = self.look(&bindings);
        let view = look.some(self.sight(Mode::Watch, self.now), &[id].into());
        let Some(seen) = view.items.get(id.ix()) else {
            return (ItemState::Missing, Vec::new());
        };
        if seen.state != ItemState::Present {
            return (seen.state, Vec::new());
        }
        let rows = self.asking_with(&Nobody, self.store, &view, self.now, |ctx| {
            let (program, store) = (ctx.program(), ctx.store);
            let (Some(item), Some(seen)) =
                (program.evidence.get(id.ix()), ctx.view.items.get(id.ix()))
            else {
                return Vec::new();
            };
            let Ty::Rows { record, .. } = item.ty.required() else {
                return Vec::new();
            };
            let Some(layout) = program.records.get(record.0 as usize) else {
                return Vec::new();
            };
            let rows = match is_series(item) {
                true => Rows {
                    ty: &item.ty,
                    items: Items::Samples(&seen.samples),
                    short: false,
                },
                false => match Val::read(seen.root, &item.ty, program, store) {
                    Val::Rows(rows) => rows,
                    _ => return Vec::new(),
                },
            };
            let one = |at: usize| {
                let mut row = Written::default();
                let Val::Record(record) = rows.get(at, program, store) else {
                    row.bad = Some(String::new());
                    return row;
                };
                for (index, field) in layout.fields.iter().enumerate() {
                    let value = record.field(index as u16, program, store);
                    let name = field.name.as_str();
                    let text = match name {
                        "approval" => &mut row.approval,
                        "by" => &mut row.by,
                        "role" => &mut row.role,
                        "key" => &mut row.key,
                        "program" => &mut row.program,
                        "params" => &mut row.params,
                        "of" => &mut row.of,
                        "at" => {
                            match value {
                                Val::Instant(at) => row.at = Some(at),
                                Val::Unknown(_) => row.bad = Some(name.into()),
                                _ => {}
                            }
                            continue;
                        }
                        "subject" => {
                            match value {
                                Val::Record(of) => {
                                    let layout = program.records.get(of.id.0 as usize);
                                    let fields = layout.map_or(&[][..], |layout| &layout.fields);
                                    let mut members = Vec::new();
                                    for (at, field) in fields.iter().enumerate() {
                                        match of.field(at as u16, program, store) {
                                            Val::Unknown(_) => row.bad = Some(name.into()),
                                            Val::Absent | Val::Null => {}
                                            value => members.push((
                                                field.name.clone(),
                                                ctx.shown(value, field.ty.required()),
                                            )),
                                        }
                                    }
                                    row.subject = Some(members);
                                }
                                Val::Unknown(_) => row.bad = Some(name.into()),
                                _ => {}
                            }
                            continue;
                        }
                        _ => continue,
                    };
                    match value {
                        Val::Absent | Val::Null => {}
                        Val::Unknown(_) => row.bad = Some(name.into()),
                        value => *text = Some(ctx.shown(value, field.ty.required())),
                    }
                }
                row
            };
            (0..rows.len()).map(one).collect()
        });
        (seen.state, rows)
    }

    /// Why a row never counts for what is asked about now; its age is another matter.
    fn fault(
        &self,
        row: &Written,
        digest: Digest,
        approval: &Approval,
        all: &[Written],
    ) -> Option<String> {
        if let Some(fault) = self.unfit(row) {
            return Some(fault);
        }
        let spelled = |name: &String| self.program.owners.get(name).unwrap_or(name).clone();
        let role = row.role.as_ref()?;
        if !approval.by.roles.iter().any(|name| spelled(name) == *role) {
            let author = role == AUTHOR && approval.not.iter().any(|name| name == AUTHOR);
            let meant = approval.by.roles.contains(role);
            return Some(match (author, meant) {
                (true, _) => "says who the author is".into(),
                (false, true) => format!("a row spells `{role}` as `{}`", spelled(role)),
                (false, false) => format!("`{role}` is not asked"),
            });
        }
        if let Some(last) = &self.instance.last_rollback
            && row.at.is_some_and(|at| at <= last.at)
        {
            return Some(format!("given before `{}` began at {}", last.name, last.at));
        }
        if let Some(spent) = self.instance.spent.iter().find(|one| one.digest == digest) {
            return Some(format!("spent by the move to {}", spent.to));
        }
        approval
            .not
            .iter()
            .find_map(|not| self.must_not(row, not, all))
    }

    /// `people not …`: why a person may not speak.
    fn must_not(&self, row: &Written, not: &str, all: &[Written]) -> Option<String> {
        let by = row.by.as_deref()?;
        let subject = self.instance.subject.as_ref();
        if let Some(member) = subject.and_then(|subject| subject.0.get(not)) {
            return (member == by).then(|| format!("`{by}` is the {not}"));
        }
        if self.program.subject.contains_key(not) {
            return Some(format!("the {not} of the subject is not known"));
        }
        let role = self.program.owners.get(not).map_or(not, String::as_str);
        // Who holds a role stands in the rows for the same subject and key.
        let mut holders = all
            .iter()
            .filter(|other| {
                other.role.as_deref() == Some(role)
                    && other.subject == row.subject
                    && other.key == row.key
            })
            .filter_map(|other| other.by.as_deref())
            .peekable();
        if not == AUTHOR && holders.peek().is_none() {
            return Some("no row of role `author` says who the author is".into());
        }
        let holds = holders.any(|other| other == by);
        holds.then(|| match not {
            AUTHOR => format!("`{by}` is the author"),
            not => format!("`{by}` is {not} as well"),
        })
    }

    /// Why a row does not speak of what is asked about now.
    fn unfit(&self, row: &Written) -> Option<String> {
        if let Some(unread) = row.unread() {
            return Some(unread);
        }
        let lacks = |there: bool, name: &str| (!there).then(|| format!("has no `{name}`"));
        let named =
            |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
        let fault = lacks(named(&row.by), "by")
            .or_else(|| lacks(named(&row.role), "role"))
            .or_else(|| lacks(row.at.is_some(), "at"));
        if fault.is_some() {
            return fault;
        }
        let present = self.instance.subject.as_ref().map(|subject| &subject.0);
        let theirs: Option<IndexMap<String, String>> =
            row.subject.as_ref().map(|of| of.iter().cloned().collect());
        match (present, &theirs) {
            (Some(_), None) => return Some("has no `subject`".into()),
            (None, Some(theirs)) if !theirs.is_empty() => {
                return Some(format!("for {}", Subject(theirs.clone())));
            }
            (Some(present), Some(theirs)) if present != theirs => {
                let of = match present.keys().collect::<Vec<_>>().as_slice() {
                    [one] => one.as_str(),
                    _ => "subject",
                };
                return Some(format!("for another {of}: {}", Subject(theirs.clone())));
            }
            _ => {}
        }
        let other = |text: &Option<String>, present: &str, name: &str, told: String| match text {
            None => Some(format!("has no `{name}`")),
            Some(text) if text != present => Some(told),
            Some(_) => None,
        };
        let key = row.key.clone().unwrap_or_default();
        other(
            &row.key,
            self.key,
            "key",
            format!("for another instance: `{key}`"),
        )
        .or_else(|| {
            let meaning = self.program.meaning.to_string();
            let told = "given for another version of the policy".to_string();
            other(&row.program, &meaning, "program", told)
        })
        .or_else(|| {
            let params = self.params_digest().to_string();
            other(&row.params, &params, "params", "for other params".into())
        })
    }

    fn resume_fault(&self, row: &Written) -> Option<String> {
        if let Some(fault) = self.unfit(row) {
            return Some(fault);
        }
        let owners = &self.program.owners;
        let role = row.role.as_deref()?;
        if !owners.is_empty() && !owners.values().any(|spelled| spelled == role) {
            return Some(format!("`{role}` is no declared owner"));
        }
        match row.of.as_deref() {
            None => Some("does not say of which trigger: `of`".into()),
            Some(_) if row.at.is_some_and(|at| at > self.now) => Some("dated in the future".into()),
            Some(_) => None,
        }
    }

    /// Whether somebody resumed after a halt.
    pub(super) fn resumed(&self, halt: &Halt) -> bool {
        self.book().entries.iter().any(|entry| {
            entry.row.approval.as_deref() == Some(RESUME)
                && entry.approval.is_none()
                && entry.fault.is_none()
                && entry.row.of.as_deref() == Some(halt.trigger.as_str())
                && entry.row.at.is_some_and(|at| at > halt.at)
        })
    }

    /// Every row of approvals and whether it counts.
    pub(super) fn approval_lines(&self) -> Vec<ApprovalLine> {
        let book = self.book();
        let tallies: Vec<Tally> = (self.program.approvals.iter().enumerate())
            .map(|(at, one)| book.tally(one, ApprovalId(at as u32), self.now, None))
            .collect();
        let line = |(index, entry): (usize, &Entry)| {
            let why = entry.fault.clone().or_else(|| match entry.approval {
                Some(id) => self.aged(&book, id, entry, &tallies[id.ix()], index),
                None => self.unasked(entry),
            });
            ApprovalLine {
                approval: entry.row.approval.clone().unwrap_or_default(),
                of: entry.row.of.clone(),
                by: entry.row.by.clone(),
                role: entry.row.role.clone(),
                at: entry.row.at,
                counts: why.is_none(),
                why,
            }
        };
        book.entries.iter().enumerate().map(line).collect()
    }

    /// Why a row that fits does not count now.
    fn aged(
        &self,
        book: &Book,
        id: ApprovalId,
        entry: &Entry,
        tally: &Tally,
        index: usize,
    ) -> Option<String> {
        if tally.counted.contains(&index) {
            return None;
        }
        if let Some(role) = tally.doubled.get(&index) {
            let by = entry.row.by.as_deref().unwrap_or_default();
            return Some(format!("`{by}` counts for {role} already"));
        }
        if entry.row.at.is_some_and(|at| at > self.now) {
            return Some("dated in the future".into());
        }
        let fresh = book.fresh.get(id.ix()).copied().unwrap_or(Number::ZERO);
        Some(format!("older than {}", Span(fresh)))
    }

    /// Why a `resume` ends nothing.
    fn unasked(&self, entry: &Entry) -> Option<String> {
        let ended = self.resumed.iter().any(|halt| {
            entry.row.of.as_deref() == Some(halt.trigger.as_str())
                && entry.row.at.is_some_and(|at| at > halt.at)
        });
        let open = |halt: &&Halt| entry.row.of.as_deref() == Some(halt.trigger.as_str());
        match (ended, self.instance.halts.iter().find(open)) {
            (true, _) => None,
            (false, Some(halt)) => Some(format!("not younger than the halt of {}", halt.at)),
            (false, None) => Some("nothing of this name is halted".into()),
        }
    }

    /// How far an approval is now.
    pub(super) fn tally(&self, id: ApprovalId) -> Tally {
        match self.program.approvals.get(id.ix()) {
            Some(approval) => self.book().tally(approval, id, self.now, None),
            None => Tally::default(),
        }
    }

    /// Whether an approval is given now.
    pub(super) fn is_given(&self, id: ApprovalId) -> bool {
        let approval = self.program.approvals.get(id.ix());
        approval.is_some_and(|one| self.book().given(one, id, self.now, None) == Truth::True)
    }

    /// Whether an approval came too late for good: what stands behind its `else` goes on until a new subject
    /// or a re-entry. Where that is `hold`, people may still give it.
    pub(super) fn too_late(&self, approval: &Approval) -> bool {
        let hold = |one: &crate::ir::Deadline| one.otherwise == crate::ir::Otherwise::Hold;
        let key = super::deadlines::of_approval(&approval.name);
        !approval.within.as_ref().is_some_and(hold) && self.instance.expired.contains_key(&key)
    }

    /// What is said of an approval that is asked for and not given.
    pub(super) fn not_given(&self, id: ApprovalId, approval: &Approval) -> String {
        let book = self.book();
        let tally = book.tally(approval, id, self.now, None);
        let roles = tally.missing.join(", ");
        let all = tally.need == approval.by.roles.len();
        let mut told = match (tally.have, tally.need, all) {
            (0, 1, true) => format!("not given: {roles}"),
            (0, 1, false) => format!("not given: any of {roles}"),
            (have, need, true) => format!("{have} of {need}: {roles} missing"),
            (have, need, false) => format!("{have} of {need}: {} more of {roles}", need - have),
        };
        if let Some(why) = book.untold.get(id.ix()).copied().flatten() {
            told.push_str(&format!("; {}", self.unknown(why)));
            return told;
        }
        let idle = book
            .entries
            .iter()
            .enumerate()
            .rev()
            .find_map(|(at, entry)| {
                let by = entry.row.by.as_deref()?;
                let why = match (&entry.fault, entry.approval == Some(id)) {
                    (_, false) => return None,
                    (Some(why), true) => why.clone(),
                    (None, true) => self.aged(&book, id, entry, &tally, at)?,
                };
                (entry.row.role.as_deref() != Some(AUTHOR))
                    .then(|| format!("; what `{by}` gave does not count: {why}"))
            });
        told.push_str(&idle.unwrap_or_default());
        told
    }

    /// A move uses up every row that counted for what it was asked.
    pub(super) fn spend(&mut self) {
        let book = self.book();
        let to = self
            .instance
            .entering
            .as_ref()
            .map(|entering| entering.to.clone());
        let to = to.unwrap_or_else(|| self.instance.place()).to_string();
        for id in std::mem::take(&mut self.used) {
            let Some(approval) = self.program.approvals.get(id.ix()) else {
                continue;
            };
            if approval.stands {
                continue;
            }
            let tally = book.tally(approval, id, self.now, None);
            for (digest, until) in book.spend(id, &tally) {
                if !self.instance.spent.iter().any(|one| one.digest == digest) {
                    let to = to.clone();
                    self.instance.spent.push(Spent { digest, until, to });
                }
            }
        }
        self.instance
            .spent
            .sort_by_key(|one| (one.until, one.digest.hex()));
    }
}

impl Written {
    /// What of a row cannot be read.
    fn unread(&self) -> Option<String> {
        let bad = self.bad.as_deref()?;
        Some(match bad {
            "" => "the row cannot be read".into(),
            name => format!("`{name}` cannot be read"),
        })
    }

    fn digest(&self) -> Digest {
        let subject: Option<BTreeMap<&String, &String>> = self
            .subject
            .as_ref()
            .map(|of| of.iter().map(|(name, value)| (name, value)).collect());
        let row = json!({
            "approval": self.approval,
            "by": self.by,
            "role": self.role,
            "at": self.at,
            "subject": subject,
            "key": self.key,
            "program": self.program,
            "params": self.params,
        });
        Digest::of_document(&row, &[])
    }
}
