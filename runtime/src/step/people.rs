//! What people said, as the evaluator asks for it: approvals at an instant, waivers of a view. Counts nothing
//! itself.

use std::cell::RefCell;
use std::rc::Rc;

use super::Run;
use super::approvals::Book;
use super::waivers::Standing;
use crate::data::Store;
use crate::eval::{Context, Inputs, Nobody, People, Scratch};
use crate::ir::{ApprovalId, GateId};
use crate::time::Instant;
use crate::value::Truth;
use crate::verdict::RowVerdict;
use crate::view::View;

/// The voices at one instant in one view.
pub(super) struct Voices<'r, 'a> {
    run: &'r Run<'a>,
    book: Rc<Book>,
    at: Instant,
    moves: bool,
    /// Rows of waivers, once one was asked for.
    waivers: RefCell<Option<Rc<Vec<Standing>>>>,
}

impl Voices<'_, '_> {
    /// The rows of waivers as this view has them.
    pub fn standing(&self, ctx: &Context<'_>) -> Rc<Vec<Standing>> {
        if let Some(known) = &*self.waivers.borrow() {
            return Rc::clone(known);
        }
        let made = Rc::new(super::waivers::standing(&mut ctx.apart()));
        *self.waivers.borrow_mut() = Some(Rc::clone(&made));
        made
    }
}

impl People for Voices<'_, '_> {
    fn given(&self, id: ApprovalId, since: Option<Instant>) -> Truth {
        match self.run.program.approvals.get(id.ix()) {
            Some(approval) => self.book.given(approval, id, self.at, since),
            None => Truth::False,
        }
    }

    fn approved(&self, id: ApprovalId) -> bool {
        let approval = self.run.program.approvals.get(id.ix());
        approval.is_some_and(|approval| !self.run.too_late(approval))
            && self.given(id, None) == Truth::True
    }

    fn waived(&self, ctx: &mut Context<'_>, gate: GateId, row: &RowVerdict) -> Option<u32> {
        if !self.moves || !super::waivers::may_cover(self.run.program, gate, row.verdict) {
            return None;
        }
        let standing = self.standing(ctx);
        super::waivers::covering(ctx, &standing, gate, row)
    }
}

impl<'a> Run<'a> {
    /// Asks something of a view at an instant.
    pub(super) fn asking<R>(
        &self,
        view: &View,
        at: Instant,
        ask: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        self.asking_of(self.store, view, at, ask)
    }

    /// The same, of evidence with more in it.
    pub(super) fn asking_of<'b, R>(
        &'b self,
        store: &'b Store,
        view: &'b View,
        at: Instant,
        ask: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let silent = self.program.approvals.is_empty() && self.program.waivers.is_empty();
        if silent {
            return self.asking_with(&Nobody, store, view, at, ask);
        }
        self.asking_with(&self.voices(view, at), store, view, at, ask)
    }

    /// What people say in a view at an instant.
    pub(super) fn voices(&self, view: &View, at: Instant) -> Voices<'_, 'a> {
        Voices {
            run: self,
            book: self.book(),
            at,
            moves: view.moves,
            waivers: RefCell::default(),
        }
    }

    /// Asks what no evidence and nobody has a part in.
    pub(super) fn alone<R>(&self, ask: impl FnOnce(&mut Context<'_>) -> R) -> R {
        self.asking_with(&Nobody, self.store, &self.blank, self.now, ask)
    }

    /// Asks among these people.
    pub(super) fn asking_with<R>(
        &self,
        people: &dyn People,
        store: &Store,
        view: &View,
        at: Instant,
        ask: impl FnOnce(&mut Context<'_>) -> R,
    ) -> R {
        let place = self.place_at(at);
        let scratch = Scratch::new();
        let mut ctx = Context::new(Inputs {
            program: self.program,
            plan: self.plan,
            store,
            view,
            place: &place,
            params: self.params,
            people,
            scratch: &scratch,
        });
        super::keys::bind(&mut ctx, self.program, self.key);
        ask(&mut ctx)
    }
}
