//! For tests: a program and its evidence, put together by hand.

use super::{Context, Inputs, Nobody, Place, Plan, Scratch};
use crate::data::{Slot, Store};
use crate::ir::*;
use crate::number::Number;
use crate::time::Instant;
use crate::ty::{EnumId, RecordId, Shape, Ty};
use crate::value::{Truth, Val};
use crate::view::{ItemState, ItemView, Sample, View};

/// A program in the making, with the evidence it will see.
pub struct Lab {
    pub program: Program,
    pub store: Store,
    pub view: View,
    pub place: Place,
    pub params: Vec<Const>,
}

pub fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

pub fn instant(text: &str) -> Instant {
    Instant::parse(text, false).unwrap()
}

impl Lab {
    pub fn new() -> Lab {
        Lab {
            program: Program::empty("test"),
            store: Store::default(),
            view: View::default(),
            place: Place::at(instant("2026-02-25T12:00:00Z")),
            params: vec![],
        }
    }

    pub fn code(&mut self, ty: Ty, node: Node) -> NodeId {
        self.program.code.push(Code { node, ty });
        NodeId(self.program.code.len() as u32 - 1)
    }

    pub fn local(&mut self) -> LocalId {
        self.program.locals += 1;
        LocalId(self.program.locals - 1)
    }

    pub fn read_local(&mut self, local: LocalId, ty: Ty) -> NodeId {
        self.code(ty, Node::Local(local))
    }

    pub fn num(&mut self, text: &str) -> NodeId {
        self.code(Ty::Number, Node::Const(Const::Number(number(text))))
    }

    pub fn typed(&mut self, ty: Ty, text: &str) -> NodeId {
        self.code(ty, Node::Const(Const::Number(number(text))))
    }

    pub fn text(&mut self, text: &str) -> NodeId {
        self.code(Ty::Text, Node::Const(Const::Text(text.into())))
    }

    pub fn bool(&mut self, value: bool) -> NodeId {
        self.code(Ty::Bool, Node::Const(Const::Bool(value)))
    }

    pub fn unknown(&mut self, ty: Ty) -> NodeId {
        self.code(ty, Node::Unknown("why".into()))
    }

    pub fn cond(&mut self, node: Node) -> NodeId {
        self.code(Ty::Bool, node)
    }

    pub fn texts(&mut self, texts: &[&str]) -> NodeId {
        let list = texts.iter().map(|&text| Const::Text(text.into())).collect();
        self.code(Ty::List(Box::new(Ty::Text)), Node::Const(Const::List(list)))
    }

    pub fn numbers(&mut self, numbers: &[&str]) -> NodeId {
        let list = numbers.iter().map(|text| Const::Number(number(text)));
        let list = Const::List(list.collect());
        self.code(Ty::List(Box::new(Ty::Number)), Node::Const(list))
    }

    pub fn enumeration(&mut self, members: &[&str]) -> EnumId {
        self.program.enums.push(Enum {
            name: "E".into(),
            any_case: false,
            members: members
                .iter()
                .map(|&name| Member {
                    name: name.into(),
                    spellings: vec![name.into()],
                    as_unknown: name == "unclear",
                })
                .collect(),
        });
        EnumId(self.program.enums.len() as u32 - 1)
    }

    pub fn record(&mut self, fields: &[(&str, Ty)]) -> RecordId {
        self.program.records.push(Record {
            name: "R".into(),
            closed: false,
            fields: fields
                .iter()
                .map(|(name, ty)| Field {
                    name: (*name).into(),
                    ty: ty.clone(),
                    read: None,
                })
                .collect(),
        });
        RecordId(self.program.records.len() as u32 - 1)
    }

    /// An item that is present, with this value.
    pub fn item(&mut self, name: &str, ty: Ty, root: Slot) -> ItemId {
        self.program.evidence.push(Item {
            name: name.into(),
            ty,
            source: Source::Given,
            format: None,
            at: vec![],
            observed: Observed::Envelope,
            fresh: None,
            soft: None,
            since: None,
            about: vec![],
            may_be_empty: false,
            implied: false,
            at_origin: OriginId(0),
        });
        let observed_at = Some(instant("2026-02-25T11:59:00Z"));
        self.view.items.push(ItemView::present(root, observed_at));
        ItemId(self.view.items.len() as u32 - 1)
    }

    pub fn state(&mut self, item: ItemId, state: ItemState) {
        self.view.items[item.ix()].state = state;
    }

    /// Reads an item.
    pub fn read(&mut self, item: ItemId) -> NodeId {
        let ty = self.program.evidence[item.ix()].ty.clone();
        self.code(ty, Node::Item(item))
    }

    pub fn slot_text(&mut self, text: &str) -> Slot {
        let start = self.store.text.len() as u32;
        self.store.text.push_str(text);
        Slot::Text {
            start,
            len: text.len() as u32,
        }
    }

    pub fn slot_number(text: &str) -> Slot {
        let (n, d) = number(text).parts();
        let scale = (0..18).find(|&s| 10i128.pow(s) % d == 0).unwrap();
        Slot::Decimal {
            scale: scale as u8,
            mantissa: (n * (10i128.pow(scale) / d)) as i64,
        }
    }

    /// A table of `id: text, n: number?` rows, keyed by `id`.
    pub fn table(&mut self, name: &str, rows: &[(&str, Slot)]) -> (ItemId, RecordId) {
        let optional = Ty::Optional(Box::new(Ty::Number));
        let record = self.record(&[("id", Ty::Text), ("n", optional)]);
        let start = self.store.slots.len() as u32;
        for (id, n) in rows {
            let id = self.slot_text(id);
            self.store.slots.extend([id, *n]);
        }
        let root = Slot::Rows {
            start,
            len: rows.len() as u32,
        };
        let shape = Shape::Table { key: 0 };
        (self.item(name, Ty::Rows { record, shape }, root), record)
    }

    /// A series of `n: number` samples, so many seconds before now.
    pub fn series(&mut self, name: &str, samples: &[(i64, &str)]) -> (ItemId, RecordId) {
        let record = self.record(&[("n", Ty::Number)]);
        let shape = Shape::Series;
        let item = self.item(name, Ty::Rows { record, shape }, Slot::Absent);
        for (ago, n) in samples {
            let row = Slot::Record(self.store.slots.len() as u32);
            self.store.slots.push(Lab::slot_number(n));
            let at = Instant::new(self.place.as_of.secs() - ago, 0).unwrap();
            self.view.items[item.ix()].samples.push(Sample { at, row });
        }
        (item, record)
    }

    pub fn field(&mut self, of: NodeId, field: u16, ty: Ty) -> NodeId {
        self.code(ty, Node::Field(of, field))
    }

    pub fn bind(&mut self, source: NodeId, filter: Option<NodeId>) -> (Bind, LocalId) {
        let local = self.local();
        let bind = Bind {
            vars: vec![(local, source)],
            filter,
            may_be_empty: false,
            source_may_be_empty: vec![false],
        };
        (bind, local)
    }

    pub fn rule(&mut self, kind: RuleKind, cond: NodeId) -> Clause {
        Clause::Rule(Rule {
            kind,
            cond,
            message: None,
            at: OriginId(0),
        })
    }

    pub fn gate(&mut self, name: &str, clauses: Vec<Clause>) -> GateId {
        self.program.gates.push(Gate {
            name: name.into(),
            level: Level::Blocking,
            own: true,
            clauses,
            at: OriginId(0),
        });
        GateId(self.program.gates.len() as u32 - 1)
    }

    /// Runs a question in a fresh context.
    pub fn run<T>(&self, ask: impl FnOnce(&mut Context<'_>) -> T) -> T {
        self.run_with(&Nobody, ask)
    }

    pub fn run_with<T>(
        &self,
        people: &dyn super::People,
        ask: impl FnOnce(&mut Context<'_>) -> T,
    ) -> T {
        let plan = Plan::new(&self.program);
        let scratch = Scratch::new();
        let mut ctx = Context::new(Inputs {
            program: &self.program,
            plan: &plan,
            store: &self.store,
            view: &self.view,
            place: &self.place,
            params: &self.params,
            people,
            scratch: &scratch,
        });
        ask(&mut ctx)
    }

    /// A value, shown; `(cause)` where it is unknown.
    pub fn shown(&self, id: NodeId) -> String {
        self.run(|ctx| {
            let value = ctx.eval(id);
            match value {
                Val::Unknown(why) => format!("({})", why.cause.word()),
                value => ctx.shown(value, ctx.ty(id)),
            }
        })
    }

    /// `true`, `false` or the cause.
    pub fn truth(&self, id: NodeId) -> &'static str {
        match self.run(|ctx| ctx.truth(id)) {
            Truth::True => "true",
            Truth::False => "false",
            Truth::Unknown(why) => why.cause.word(),
        }
    }
}
