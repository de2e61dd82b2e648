//! Conditions that have no conditions inside, in words. Comparisons are `measure`'s, unknowns `why`'s.

use super::{Search, measure, not};
use crate::decision::Measure;
use crate::ir::{ItemId, ItemTest, Node, NodeId, SetOp, ValueTest};
use crate::value::{Cause, Truth, Val};

impl<'a> Search<'_, 'a> {
    /// A condition that has no conditions inside.
    pub(super) fn leaf(&mut self, id: NodeId, truth: Truth, want: bool) {
        let program = self.ctx.program;
        if let Truth::Unknown(why) = truth {
            self.rests_on(id);
            self.unknown(why);
            return;
        }
        match program.code.get(id.ix()).map(|code| &code.node) {
            Some(Node::Compare(op, left, right)) => self.compared(*op, *left, *right, want),
            Some(Node::In(value, list)) => self.among(*value, *list, want),
            Some(Node::Set(op, left, right)) => self.set(*op, *left, *right, want),
            Some(Node::ItemIs(item, test)) => self.item_is(*item, *test, want),
            Some(Node::ValueIs(of, test)) => self.value_is(*of, *test, want),
            Some(Node::ObservedSince(item, since)) => self.observed_since(*item, *since, want),
            Some(Node::Given(approval, _)) => {
                let name = program.approvals.get(approval.ix());
                let name = name.map_or("?", |approval| &approval.name);
                self.fact.message = format!("{name} is {}given", not(want));
                self.fact.would = Some(format!("{name} is {}given", not(!want)));
            }
            _ => self.plain(id, want),
        }
    }

    /// A bool that is nothing but a value.
    fn plain(&mut self, id: NodeId, want: bool) {
        self.rests_on(id);
        let name = self
            .policy_path(id)
            .or_else(|| self.source_text(id))
            .unwrap_or_else(|| "the condition".to_owned());
        self.fact.observed = Some(Measure {
            ty: "bool".into(),
            value: (!want).to_string(),
        });
        self.fact.message = format!("{name} is {}", !want);
        self.fact.would = Some(format!("{name} is {want}"));
    }

    fn item_is(&mut self, item: ItemId, test: ItemTest, want: bool) {
        let program = self.ctx.program;
        let name = program.evidence.get(item.ix());
        let name = name.map_or("?", |item| &item.name);
        self.rests(item, String::new());
        match (self.ctx.item_why(item, NodeId(0)), want) {
            // `need slo`, `slo is present`: the state says why not.
            (Some(why), _) => {
                self.unknown(why);
                self.fact.cause = Some(why.cause).filter(|_| test == ItemTest::Present);
            }
            (None, _) => self.fact.message = format!("{name} is present"),
        }
        self.fact.would = Some(format!("{name} is {}{}", not(!want), item_word(test)));
    }

    fn value_is(&mut self, of: NodeId, test: ValueTest, want: bool) {
        self.rests_on(of);
        let name = self.name(of);
        let is = match (test, self.ctx.eval(of)) {
            (_, Val::Absent) => "absent",
            (_, Val::Unknown(why)) if why.cause == Cause::MissingField => "absent",
            (_, Val::Unknown(why)) => why.cause.word(),
            (_, Val::Null) => "null",
            (ValueTest::Blank, _) if !want => "blank",
            (ValueTest::Empty, _) if !want => "empty",
            (_, _) => "there",
        };
        let word = match test {
            ValueTest::Present => "present",
            ValueTest::Blank => "blank",
            ValueTest::Empty => "empty",
            ValueTest::Unknown => "unknown",
        };
        self.fact.message = format!("{name} is {is}");
        self.fact.would = Some(format!("{name} is {}{word}", not(!want)));
    }

    fn set(&mut self, op: SetOp, left: NodeId, right: NodeId, want: bool) {
        self.rests_on(left);
        self.rests_on(right);
        let found = self.ctx.differences(op, left, right);
        let name = self.name(left);
        let other = self.name(right);
        let (missing, extra) = (found.missing.join(", "), found.extra.join(", "));
        let lacks = (!missing.is_empty() && op != SetOp::SubsetOf)
            .then(|| format!("{name} lacks {missing}"));
        let beyond = (!extra.is_empty() && op != SetOp::Covers)
            .then(|| format!("{name} has {extra} beyond"));
        let word = match op {
            SetOp::Covers => "covers",
            SetOp::Exactly => "is exactly",
            SetOp::SubsetOf => "is a subset of",
        };
        let both = [lacks, beyond].into_iter().flatten().collect::<Vec<_>>();
        self.fact.message = match (want, both.is_empty()) {
            (true, false) => both.join(" and "),
            (true, true) | (false, _) => format!("{name} {word} {other}"),
        };
        self.fact.would = match op {
            SetOp::Covers if want => Some(format!("{name} has {missing}")),
            SetOp::SubsetOf if want => Some(format!("{name} is without {extra}")),
            SetOp::Covers | SetOp::Exactly | SetOp::SubsetOf => None,
        };
        self.differences = found;
    }

    fn observed_since(&mut self, item: ItemId, since: NodeId, want: bool) {
        let program = self.ctx.program;
        let name = program.evidence.get(item.ix());
        let name = name.map_or("?", |item| &item.name);
        self.rests(item, String::new());
        let seen = self
            .ctx
            .view
            .items
            .get(item.ix())
            .and_then(|v| v.observed_at);
        let Val::Instant(since) = self.ctx.eval(since) else {
            return;
        };
        if let Some(seen) = seen {
            self.fact.observed = Some(measure::instant(seen));
            self.fact.bound = Some(measure::instant(since));
            self.fact.message = match want {
                true => format!("{name} was observed {seen}, wanted since {since}"),
                false => format!("{name} was observed {seen}, since {since}"),
            };
        }
        if want {
            self.fact.would = Some(format!("{name} observed since {since}"));
        }
    }
}

/// The word of a state.
pub(super) fn item_word(test: ItemTest) -> &'static str {
    match test {
        ItemTest::Present => "present",
        ItemTest::Stale => "stale",
        ItemTest::Missing => "missing",
        ItemTest::Malformed => "malformed",
        ItemTest::Mismatched => "mismatched",
        ItemTest::Future => "future",
        ItemTest::Awaited => "awaited",
        ItemTest::Empty => "empty",
        ItemTest::Unknown => "unknown",
    }
}
