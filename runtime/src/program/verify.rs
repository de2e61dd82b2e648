//! Whether a program that was read holds together: every id points at something, and code only
//! backwards. Knows the shape of programs, no meaning.

use super::knots;
use crate::ir::trial::{Act, Change, Event, Expected, Hop, Spot, Target as Changed, To, Trials};
use crate::ir::{
    Ask, Bind, Body, Check, Clause, Const, Criterion, Deadline, Node, NodeId, Observed,
    OnNewSubject, Otherwise, Over, Part, Program, Scope, Source, Sustain, Target, TextId, Then,
    Time,
};
use crate::ty::Ty;

/// What does not hold together, in one line.
pub(super) fn verify(program: &Program) -> Result<(), String> {
    let mut check = Verify {
        program,
        fault: None,
    };
    check.all();
    if let Some(fault) = check.fault.or_else(|| knots::knot(program)) {
        return Err(fault);
    }
    if program.tests == Trials::default() {
        return Ok(());
    }
    // Tests reach the program, and more that only they need.
    let whole = program.tests.extend(program);
    let mut check = Verify {
        program: &whole,
        fault: None,
    };
    check.all();
    check.tests();
    match check.fault.or_else(|| knots::knot(&whole)) {
        None => Ok(()),
        Some(fault) => Err(fault),
    }
}

struct Verify<'a> {
    program: &'a Program,
    fault: Option<String>,
}

impl<'a> Verify<'a> {
    fn within(&mut self, what: &str, index: usize, len: usize) {
        if index >= len && self.fault.is_none() {
            self.fault = Some(format!("there is no {what} {index}"));
        }
    }

    fn node(&mut self, id: NodeId) {
        self.within("node", id.ix(), self.program.code.len());
    }

    fn nodes(&mut self, nodes: impl IntoIterator<Item = NodeId>) {
        nodes.into_iter().for_each(|node| self.node(node));
    }

    fn item(&mut self, id: crate::ir::ItemId) {
        self.within("evidence", id.ix(), self.program.evidence.len());
    }

    fn gate(&mut self, id: crate::ir::GateId) {
        self.within("gate", id.ix(), self.program.gates.len());
    }

    fn phase(&mut self, id: crate::ir::PhaseId) {
        self.within("phase", id.ix(), self.program.phases.len());
    }

    fn procedure(&mut self, id: crate::ir::ProcedureId) {
        self.within("procedure", id.ix(), self.program.procedures.len());
    }

    fn approval(&mut self, id: crate::ir::ApprovalId) {
        self.within("approval", id.ix(), self.program.approvals.len());
    }

    fn text(&mut self, id: TextId) {
        self.within("text", id.ix(), self.program.texts.len());
    }

    fn local(&mut self, id: crate::ir::LocalId) {
        self.within("local", id.ix(), self.program.locals as usize);
    }

    fn ty(&mut self, ty: &Ty) {
        match ty {
            Ty::Enum(id) => self.within("enum", id.0 as usize, self.program.enums.len()),
            Ty::Record(id) | Ty::Rows { record: id, .. } => {
                self.within("record", id.0 as usize, self.program.records.len());
            }
            Ty::List(inner) | Ty::Optional(inner) => self.ty(inner),
            Ty::Bool
            | Ty::Text
            | Ty::Int
            | Ty::Number
            | Ty::Ratio
            | Ty::Duration
            | Ty::Bytes
            | Ty::Version
            | Ty::Instant
            | Ty::Date
            | Ty::Secret
            | Ty::Nothing => {}
        }
    }

    fn constant(&mut self, value: &Const) {
        match value {
            Const::Member(id, member) => {
                self.within("enum", id.0 as usize, self.program.enums.len());
                let of = self.program.enums.get(id.0 as usize);
                let members = of.map_or(0, |of| of.members.len());
                self.within("member", *member as usize, members);
            }
            Const::List(items) => items.iter().for_each(|item| self.constant(item)),
            Const::Rows(id, rows) => {
                self.within("record", id.0 as usize, self.program.records.len());
                rows.iter().flatten().for_each(|cell| self.constant(cell));
            }
            Const::Null
            | Const::Bool(_)
            | Const::Number(_)
            | Const::Text(_)
            | Const::Instant(_)
            | Const::Date(_) => {}
        }
    }

    fn bind(&mut self, bind: &Bind) {
        for (local, source) in &bind.vars {
            self.local(*local);
            self.node(*source);
        }
        self.nodes(bind.filter);
    }

    fn ask(&mut self, ask: &Ask) {
        match ask {
            Ask::Gate(id) => self.gate(*id),
            Ask::Group(id) => self.within("group", id.ix(), self.program.groups.len()),
            Ask::Approval(id) => self.approval(*id),
            Ask::Cond(node) => self.node(*node),
            Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
                asks.iter().for_each(|ask| self.ask(ask));
            }
            Ask::Not(ask) => self.ask(ask),
        }
    }

    fn criteria(&mut self, criteria: &[Criterion]) {
        criteria.iter().for_each(|one| self.ask(&one.ask));
    }

    fn deadline(&mut self, deadline: &Option<Deadline>) {
        let Some(deadline) = deadline else { return };
        self.node(deadline.within);
        match deadline.otherwise {
            Otherwise::Rollback(id) => self.procedure(id),
            Otherwise::Blocked | Otherwise::Halted | Otherwise::Hold | Otherwise::Escalate(_) => {}
        }
    }

    fn scope(&mut self, scope: &[Scope]) {
        for scope in scope {
            match scope {
                Scope::Entering(phases) => phases.iter().for_each(|phase| self.phase(*phase)),
                Scope::CohortsTo(node) | Scope::CohortsFrom(node) | Scope::When(node) => {
                    self.node(*node);
                }
            }
        }
    }

    fn parts(&mut self, parts: &[Part]) {
        for part in parts {
            match part {
                Part::Literal(_) | Part::SetHole(_) => {}
                Part::Hole(node) => self.node(*node),
                Part::For(bind, parts) => {
                    self.bind(bind);
                    self.parts(parts);
                }
            }
        }
    }

    fn all(&mut self) {
        let program = self.program;
        program.subject.values().for_each(|ty| self.ty(ty));
        if let Some(per) = &program.per {
            self.node(per.rows);
            self.local(per.local);
        }
        match program.on_new_subject {
            OnNewSubject::Rollback(id) => self.procedure(id),
            OnNewSubject::Halt | OnNewSubject::Restart | OnNewSubject::Finish => {}
        }
        self.nodes(program.live_from);
        for record in &program.records {
            for field in &record.fields {
                self.ty(&field.ty);
                let default = field.read.as_ref().and_then(|read| read.default.as_ref());
                default.into_iter().for_each(|value| self.constant(value));
            }
        }
        for param in &program.params {
            self.ty(&param.ty);
            param
                .default
                .iter()
                .chain(&param.min)
                .chain(&param.max)
                .chain(&param.only)
                .for_each(|value| self.constant(value));
        }
        self.evidence();
        self.rules();
        self.way();
        self.papers();
        self.invariants();
        program
            .texts
            .iter()
            .for_each(|text| self.parts(&text.parts));
        for (at, code) in program.code.iter().enumerate() {
            self.ty(&code.ty);
            for operand in self.operands(&code.node) {
                if operand.ix() >= at && self.fault.is_none() {
                    self.fault = Some(format!(
                        "node {at} reads node {}, not an earlier one",
                        operand.ix()
                    ));
                }
            }
        }
    }

    fn evidence(&mut self) {
        for item in &self.program.evidence {
            self.ty(&item.ty);
            self.nodes(item.fresh.into_iter().chain(item.soft));
            match &item.source {
                Source::Given => {}
                Source::File { folder, .. } => self.text(*folder),
                Source::Call { args, .. } => self.nodes(args.iter().map(|arg| arg.1)),
            }
            match item.observed {
                Observed::With(other) => self.item(other),
                Observed::Envelope | Observed::At { .. } | Observed::Line { .. } => {}
            }
        }
    }

    fn rules(&mut self) {
        let program = self.program;
        for threshold in &program.thresholds {
            self.nodes([threshold.measure, threshold.bound]);
            self.nodes(threshold.warn);
        }
        for clause in program.gates.iter().flat_map(|gate| &gate.clauses) {
            match clause {
                Clause::Each { bind, by } => {
                    self.bind(bind);
                    self.nodes(by.iter().copied());
                }
                Clause::Applies(node)
                | Clause::Pending(node)
                | Clause::AdvisoryUnless(node)
                | Clause::AdvisoryUntil(node) => self.node(*node),
                Clause::Let { local, value } => {
                    self.local(*local);
                    self.node(*value);
                }
                Clause::Rule(rule) => {
                    self.node(rule.cond);
                    rule.message.into_iter().for_each(|text| self.text(text));
                }
            }
        }
        program.groups.iter().for_each(|group| self.ask(&group.ask));
        for approval in &program.approvals {
            self.node(approval.fresh);
            approval.item.into_iter().for_each(|item| self.item(item));
            self.deadline(&approval.within);
        }
        for waivers in &program.waivers {
            self.local(waivers.local);
            self.node(waivers.rows);
            self.nodes(
                waivers
                    .at_most
                    .into_iter()
                    .chain(waivers.until)
                    .chain(waivers.warn),
            );
            for rule in &waivers.valid {
                self.node(rule.cond);
                rule.message.into_iter().for_each(|text| self.text(text));
            }
            for cover in &waivers.cover {
                self.gate(cover.gate);
                cover.rows.iter().for_each(|local| self.local(*local));
                self.nodes(cover.when);
            }
        }
    }

    fn way(&mut self) {
        let program = self.program;
        for calendar in &program.calendar {
            if let Some(zone) = &calendar.zone
                && zone != "UTC"
                && !program.zones.contains_key(zone)
                && self.fault.is_none()
            {
                self.fault = Some(format!("there are no rules of zone `{zone}`"));
            }
            for time in &calendar.times {
                match time {
                    Time::While(node) => self.node(*node),
                    Time::During { bind, from, until } => {
                        self.bind(bind);
                        self.nodes([*from, *until]);
                    }
                    Time::Days { .. }
                    | Time::Span { .. }
                    | Time::On(_)
                    | Time::Weekly { .. }
                    | Time::Monthly { .. }
                    | Time::Yearly { .. } => {}
                }
            }
            self.scope(&calendar.scope);
            self.nodes(calendar.except_when.iter().copied());
            calendar.except_by.iter().for_each(|id| self.approval(*id));
            match calendar.in_flight {
                crate::ir::InFlight::Rollback(id) => self.procedure(id),
                crate::ir::InFlight::Stay | crate::ir::InFlight::Finish => {}
            }
        }
        for phase in &program.phases {
            let nodes = [
                phase.not_before,
                phase.entered_when,
                phase.cohorts_from,
                phase.soak,
            ];
            self.nodes(nodes.into_iter().chain([phase.checks]).flatten());
            for list in [&phase.enter, &phase.keep, &phase.leave, &phase.watch] {
                self.criteria(list);
            }
            for cohort in &phase.cohorts {
                self.nodes(cohort.soak.into_iter().chain(cohort.checks));
                self.criteria(&cohort.after);
            }
            self.deadline(&phase.within);
        }
        for trigger in &program.triggers {
            trigger.phases.iter().for_each(|phase| self.phase(*phase));
            self.scope(&trigger.scope);
            trigger.each.iter().for_each(|bind| self.bind(bind));
            self.node(trigger.when);
            match trigger.sustain {
                Sustain::Once => {}
                Sustain::For(node) | Sustain::Times { count: node, .. } => self.node(node),
            }
            match trigger.then {
                Then::Halt => {}
                Then::Start(id) => self.procedure(id),
            }
        }
        for procedure in &program.procedures {
            procedure.fields.iter().for_each(|field| self.ty(&field.ty));
            match procedure.target {
                Target::Stay => {}
                Target::Place { phase, .. } => self.phase(phase),
            }
            for deadline in [&procedure.decide, &procedure.finish, &procedure.recover] {
                self.deadline(deadline);
            }
            procedure
                .impacts
                .iter()
                .for_each(|impact| self.text(impact.1));
            for step in &procedure.steps {
                self.text(step.text);
                step.run.iter().flatten().for_each(|word| self.text(*word));
                for message in &step.messages {
                    self.within("message", message.ix(), program.messages.len());
                }
            }
            for check in &procedure.checks {
                match check {
                    Check::Text { text, .. } => self.text(*text),
                    Check::List(node) => self.node(*node),
                }
            }
            self.item(procedure.log);
            self.criteria(&procedure.verify);
            self.nodes(procedure.reenter);
        }
    }

    fn papers(&mut self) {
        let program = self.program;
        if let Some(record) = program.decision {
            self.ty(&Ty::Record(record));
        }
        for report in &program.reports {
            self.text(report.to);
            match report.body {
                Body::Json(node) => self.node(node),
                Body::Text(text) => self.text(text),
            }
        }
        for message in &program.messages {
            self.text(message.text);
            for hole in &message.holes {
                self.ty(&hole.ty);
                self.nodes(hole.default);
            }
        }
    }

    fn spot(&mut self, spot: &Option<Spot>) {
        match spot {
            Some(Spot::Phase { phase, .. }) => self.phase(*phase),
            Some(Spot::Share(_)) | None => {}
        }
    }

    fn invariants(&mut self) {
        let program = self.program;
        for never in program.invariants.iter().flat_map(|one| &one.never) {
            self.node(never.when);
            match &never.event {
                Event::Enter(phase) => self.phase(*phase),
                Event::Advance(spot) => self.spot(spot),
                Event::RollbackBy(id) => self.procedure(*id),
                Event::Outcome(_) => {}
            }
        }
    }

    fn tests(&mut self) {
        let program = self.program;
        for test in &program.tests.tests {
            let phase = test.stands.as_ref().and_then(|stands| stands.phase);
            phase.into_iter().for_each(|phase| self.phase(phase));
            if let Some(after) = &test.after {
                self.procedure(after.procedure);
            }
            for act in &test.acts {
                match act {
                    Act::After { .. } => {}
                    Act::Given(given) => {
                        given.changes.iter().for_each(|change| self.change(change));
                    }
                    Act::Expect(expect) => match &expect.result {
                        Expected::Advance(spot) => self.spot(spot),
                        Expected::Rollback(id) => {
                            id.iter().for_each(|id| self.procedure(*id));
                        }
                        Expected::Exit(_) | Expected::Outcome(_) => {}
                    },
                }
            }
        }
    }

    fn change(&mut self, change: &Change) {
        match &change.what {
            Changed::Item(item, hops) => {
                self.item(*item);
                for hop in hops {
                    match hop {
                        Hop::Row(node) => self.node(*node),
                        Hop::Field(_) | Hop::Last => {}
                    }
                }
            }
            Changed::Param(id) => self.within("param", id.ix(), self.program.params.len()),
            Changed::Subject(member) => {
                let members = self.program.subject.len();
                self.within("member of the subject", *member as usize, members);
            }
        }
        match &change.to {
            To::Value(node) | To::About(_, node) => self.node(*node),
            To::Aged(_) | To::From(_) | To::Gone => {}
        }
    }

    /// What a node reads directly; other ids are checked on the way.
    fn operands(&mut self, node: &Node) -> Vec<NodeId> {
        let bound = |bind: &Bind, body: &Option<NodeId>| -> Vec<NodeId> {
            let sources = bind.vars.iter().map(|var| var.1);
            sources.chain(bind.filter).chain(*body).collect()
        };
        match node {
            Node::Const(value) => {
                self.constant(value);
                Vec::new()
            }
            Node::Item(item) | Node::ObservedAt(item) | Node::Age(item) | Node::ItemIs(item, _) => {
                self.item(*item);
                Vec::new()
            }
            Node::ObservedSince(item, since) => {
                self.item(*item);
                vec![*since]
            }
            Node::Param(param) => {
                self.within("param", param.ix(), self.program.params.len());
                Vec::new()
            }
            Node::Local(local) => {
                self.local(*local);
                Vec::new()
            }
            Node::Known(_) | Node::Unknown(_) => Vec::new(),
            Node::Subject(member) => {
                self.within(
                    "member of the subject",
                    *member as usize,
                    self.program.subject.len(),
                );
                Vec::new()
            }
            Node::Shared(memo, of) => {
                self.within("memo", *memo as usize, self.program.memos as usize);
                vec![*of]
            }
            Node::Let(local, a, b) => {
                self.local(*local);
                vec![*a, *b]
            }
            Node::Gate(gate) | Node::GateIs(gate, _) => {
                self.gate(*gate);
                Vec::new()
            }
            Node::GateRow(gate, keys) => {
                self.gate(*gate);
                keys.clone()
            }
            Node::Group(group) => {
                self.within("group", group.ix(), self.program.groups.len());
                Vec::new()
            }
            Node::Threshold(threshold) => {
                self.within("threshold", threshold.ix(), self.program.thresholds.len());
                Vec::new()
            }
            Node::Given(approval, since) => {
                self.approval(*approval);
                since.iter().copied().collect()
            }
            Node::Field(a, _)
            | Node::Last1(a)
            | Node::Not(a)
            | Node::Matches(a, _)
            | Node::ValueIs(a, _)
            | Node::Neg(a)
            | Node::InUnit(a, _)
            | Node::As(a)
            | Node::AtClock(a, _, _) => vec![*a],
            Node::Compare(_, a, b)
            | Node::In(a, b)
            | Node::StartsWith(a, b)
            | Node::EndsWith(a, b)
            | Node::Set(_, a, b)
            | Node::Minus(a, b)
            | Node::Arith(_, a, b)
            | Node::Default(a, b)
            | Node::PlusMonths(a, b)
            | Node::PlusDays(a, b)
            | Node::PlusYears(a, b)
            | Node::LastN(a, b, _) => vec![*a, *b],
            Node::Index(a, keys) => [*a].into_iter().chain(keys.iter().copied()).collect(),
            Node::And(nodes)
            | Node::Or(nodes)
            | Node::QuantOf(_, nodes)
            | Node::List(nodes)
            | Node::Call(_, nodes) => nodes.clone(),
            Node::Make(record, nodes) => {
                self.within("record", record.0 as usize, self.program.records.len());
                nodes.clone()
            }
            Node::Quant(_, bind, body)
            | Node::Aggregate(_, bind, body)
            | Node::Collect(bind, body) => {
                self.bind(bind);
                bound(bind, body)
            }
            Node::Match(of, arms, otherwise) => {
                arms.iter()
                    .flat_map(|arm| &arm.0)
                    .for_each(|value| self.constant(value));
                let arms = arms.iter().map(|arm| arm.1);
                [*of].into_iter().chain(arms).chain(*otherwise).collect()
            }
            Node::Series {
                of,
                row,
                value,
                over,
                ..
            } => {
                self.local(*row);
                let over = match over {
                    Over::Duration(node) => Some(*node),
                    Over::All | Over::Cohort | Over::Phase | Over::Rollout => None,
                };
                [*of, *value].into_iter().chain(over).collect()
            }
            Node::Text(text) => {
                self.text(*text);
                Vec::new()
            }
        }
    }
}
