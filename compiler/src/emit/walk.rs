//! Every id that a part of a program holds, visited in one fixed order. Knows the shape of the program; what an id is
//! worth is up to the visitor.

use rolloutc_runtime::ir::trial::{
    Act, Event, Expected, Hop, Invariant, More, Spot, Target as Changed, Test, To,
};
use rolloutc_runtime::ir::{
    AboutWhat, Approval, ApprovalId, Ask, Bind, Body, Calendar, Check, Clause, Code, Const, Cover,
    Criterion, Deadline, Field, Gate, GateId, Group, GroupId, InFlight, Item, ItemId, LocalId,
    Message, MessageId, Node, NodeId, Observed, OnNewSubject, OriginId, Otherwise, Over, Param,
    ParamId, Part, Phase, PhaseId, Procedure, ProcedureId, Record, Report, Rule, Scope, Source,
    Step, Sustain, Target, Text, TextId, Then, Threshold, ThresholdId, Time, Trigger, Waivers,
};
use rolloutc_runtime::ty::{EnumId, RecordId, Ty};

/// Somebody who looks at ids, or replaces them.
#[allow(unused_variables)]
pub trait Walk {
    /// A node.
    fn node(&mut self, id: &mut NodeId) {}
    /// A local.
    fn local(&mut self, id: &mut LocalId) {}
    /// A memo place.
    fn memo(&mut self, id: &mut u32) {}
    /// An item.
    fn item(&mut self, id: &mut ItemId) {}
    /// A gate.
    fn gate(&mut self, id: &mut GateId) {}
    /// A group.
    fn group(&mut self, id: &mut GroupId) {}
    /// A threshold.
    fn threshold(&mut self, id: &mut ThresholdId) {}
    /// An approval.
    fn approval(&mut self, id: &mut ApprovalId) {}
    /// A phase.
    fn phase(&mut self, id: &mut PhaseId) {}
    /// A procedure.
    fn procedure(&mut self, id: &mut ProcedureId) {}
    /// A param.
    fn param(&mut self, id: &mut ParamId) {}
    /// A message.
    fn message(&mut self, id: &mut MessageId) {}
    /// A text.
    fn text(&mut self, id: &mut TextId) {}
    /// A record.
    fn record(&mut self, id: &mut RecordId) {}
    /// An enum.
    fn enumeration(&mut self, id: &mut EnumId) {}
    /// A place.
    fn origin(&mut self, id: &mut OriginId) {}
    /// A zone.
    fn zone(&mut self, name: &str) {}
    /// Whether to look into sources and commands too, which only collecting commands and people read.
    fn outside(&self) -> bool {
        true
    }
}

/// A type.
pub fn walk_ty(ty: &mut Ty, w: &mut dyn Walk) {
    match ty {
        Ty::Enum(id) => w.enumeration(id),
        Ty::Record(id) => w.record(id),
        Ty::Rows { record, .. } => w.record(record),
        Ty::List(inner) | Ty::Optional(inner) => walk_ty(inner, w),
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

fn walk_const(value: &mut Const, w: &mut dyn Walk) {
    match value {
        Const::Member(id, _) => w.enumeration(id),
        Const::List(list) => list.iter_mut().for_each(|value| walk_const(value, w)),
        Const::Rows(record, rows) => {
            w.record(record);
            rows.iter_mut()
                .flatten()
                .for_each(|value| walk_const(value, w));
        }
        Const::Null
        | Const::Bool(_)
        | Const::Number(_)
        | Const::Text(_)
        | Const::Instant(_)
        | Const::Date(_) => {}
    }
}

fn walk_all(nodes: &mut [NodeId], w: &mut dyn Walk) {
    nodes.iter_mut().for_each(|node| w.node(node));
}

fn walk_maybe(node: &mut Option<NodeId>, w: &mut dyn Walk) {
    if let Some(node) = node {
        w.node(node);
    }
}

/// Binders.
pub fn walk_bind(bind: &mut Bind, w: &mut dyn Walk) {
    for (local, source) in &mut bind.vars {
        w.local(local);
        w.node(source);
    }
    walk_maybe(&mut bind.filter, w);
}

/// A node with its type.
pub fn walk_code(code: &mut Code, w: &mut dyn Walk) {
    walk_node(&mut code.node, w);
    walk_ty(&mut code.ty, w);
}

/// A node.
pub fn walk_node(node: &mut Node, w: &mut dyn Walk) {
    match node {
        Node::Const(value) => walk_const(value, w),
        Node::Item(item) | Node::ObservedAt(item) | Node::Age(item) | Node::ItemIs(item, _) => {
            w.item(item)
        }
        Node::ObservedSince(item, since) => {
            w.item(item);
            w.node(since);
        }
        Node::Param(param) => w.param(param),
        Node::Local(local) => w.local(local),
        Node::Known(_) | Node::Subject(_) | Node::Unknown(_) => {}
        Node::Field(a, _)
        | Node::Last1(a)
        | Node::Not(a)
        | Node::Matches(a, _)
        | Node::ValueIs(a, _)
        | Node::Neg(a)
        | Node::InUnit(a, _)
        | Node::As(a) => w.node(a),
        Node::AtClock(a, _, zone) => {
            w.node(a);
            w.zone(zone);
        }
        Node::Shared(memo, a) => {
            w.memo(memo);
            w.node(a);
        }
        Node::Index(a, keys) => {
            w.node(a);
            walk_all(keys, w);
        }
        Node::Let(local, a, b) => {
            w.local(local);
            w.node(a);
            w.node(b);
        }
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
        | Node::LastN(a, b, _) => {
            w.node(a);
            w.node(b);
        }
        Node::Gate(gate) | Node::GateIs(gate, _) => w.gate(gate),
        Node::GateRow(gate, keys) => {
            w.gate(gate);
            walk_all(keys, w);
        }
        Node::Group(group) => w.group(group),
        Node::Threshold(threshold) => w.threshold(threshold),
        Node::Given(approval, since) => {
            w.approval(approval);
            walk_maybe(since, w);
        }
        Node::And(nodes)
        | Node::Or(nodes)
        | Node::List(nodes)
        | Node::QuantOf(_, nodes)
        | Node::Call(_, nodes) => {
            walk_all(nodes, w);
        }
        Node::Make(record, nodes) => {
            w.record(record);
            walk_all(nodes, w);
        }
        Node::Quant(_, bind, body) | Node::Aggregate(_, bind, body) | Node::Collect(bind, body) => {
            walk_bind(bind, w);
            walk_maybe(body, w);
        }
        Node::Match(subject, arms, otherwise) => {
            w.node(subject);
            for (patterns, value) in arms {
                patterns
                    .iter_mut()
                    .for_each(|pattern| walk_const(pattern, w));
                w.node(value);
            }
            walk_maybe(otherwise, w);
        }
        Node::Series {
            of,
            row,
            value,
            over,
            ..
        } => {
            w.node(of);
            w.local(row);
            w.node(value);
            match over {
                Over::Duration(node) => w.node(node),
                Over::All | Over::Cohort | Over::Phase | Over::Rollout => {}
            }
        }
        Node::Text(text) => w.text(text),
    }
}

/// A text.
pub fn walk_text(text: &mut Text, w: &mut dyn Walk) {
    walk_parts(&mut text.parts, w);
}

fn walk_parts(parts: &mut [Part], w: &mut dyn Walk) {
    for part in parts {
        match part {
            Part::Literal(_) | Part::SetHole(_) => {}
            Part::Hole(node) => w.node(node),
            Part::For(bind, parts) => {
                walk_bind(bind, w);
                walk_parts(parts, w);
            }
        }
    }
}

/// What is asked.
pub fn walk_ask(ask: &mut Ask, w: &mut dyn Walk) {
    match ask {
        Ask::Gate(gate) => w.gate(gate),
        Ask::Group(group) => w.group(group),
        Ask::Approval(approval) => w.approval(approval),
        Ask::Cond(node) => w.node(node),
        Ask::All(asks) | Ask::Any(asks) | Ask::Count(_, _, asks) => {
            asks.iter_mut().for_each(|ask| walk_ask(ask, w))
        }
        Ask::Not(ask) => walk_ask(ask, w),
    }
}

fn walk_criteria(list: &mut [Criterion], w: &mut dyn Walk) {
    for criterion in list {
        walk_ask(&mut criterion.ask, w);
        w.origin(&mut criterion.at);
    }
}

fn walk_rule(rule: &mut Rule, w: &mut dyn Walk) {
    w.node(&mut rule.cond);
    if let Some(message) = &mut rule.message {
        w.text(message);
    }
    w.origin(&mut rule.at);
}

/// A clause of a gate.
pub fn walk_clause(clause: &mut Clause, w: &mut dyn Walk) {
    match clause {
        Clause::Each { bind, by } => {
            walk_bind(bind, w);
            walk_all(by, w);
        }
        Clause::Applies(node)
        | Clause::Pending(node)
        | Clause::AdvisoryUnless(node)
        | Clause::AdvisoryUntil(node) => w.node(node),
        Clause::Let { local, value } => {
            w.local(local);
            w.node(value);
        }
        Clause::Rule(rule) => walk_rule(rule, w),
    }
}

/// A gate.
pub fn walk_gate(gate: &mut Gate, w: &mut dyn Walk) {
    w.origin(&mut gate.at);
    gate.clauses
        .iter_mut()
        .for_each(|clause| walk_clause(clause, w));
}

/// A group.
pub fn walk_group(group: &mut Group, w: &mut dyn Walk) {
    w.origin(&mut group.at);
    walk_ask(&mut group.ask, w);
}

/// A threshold.
pub fn walk_threshold(threshold: &mut Threshold, w: &mut dyn Walk) {
    w.origin(&mut threshold.at);
    w.node(&mut threshold.measure);
    w.node(&mut threshold.bound);
    walk_maybe(&mut threshold.warn, w);
}

fn walk_deadline(deadline: &mut Option<Deadline>, w: &mut dyn Walk) {
    let Some(deadline) = deadline else { return };
    w.origin(&mut deadline.at);
    w.node(&mut deadline.within);
    match &mut deadline.otherwise {
        Otherwise::Rollback(id) => w.procedure(id),
        Otherwise::Blocked | Otherwise::Halted | Otherwise::Hold | Otherwise::Escalate(_) => {}
    }
}

/// An approval.
pub fn walk_approval(approval: &mut Approval, w: &mut dyn Walk) {
    w.origin(&mut approval.at);
    if let Some(item) = &mut approval.item {
        w.item(item);
    }
    w.node(&mut approval.fresh);
    walk_deadline(&mut approval.within, w);
}

/// `waivers`.
pub fn walk_waivers(waivers: &mut Waivers, w: &mut dyn Walk) {
    w.origin(&mut waivers.at);
    w.node(&mut waivers.rows);
    w.local(&mut waivers.local);
    walk_maybe(&mut waivers.at_most, w);
    walk_maybe(&mut waivers.until, w);
    walk_maybe(&mut waivers.warn, w);
    waivers.valid.iter_mut().for_each(|rule| walk_rule(rule, w));
    for Cover {
        gate, rows, when, ..
    } in &mut waivers.cover
    {
        w.gate(gate);
        rows.iter_mut().for_each(|local| w.local(local));
        walk_maybe(when, w);
    }
}

fn walk_scopes(scopes: &mut [Scope], w: &mut dyn Walk) {
    for scope in scopes {
        match scope {
            Scope::Entering(phases) => phases.iter_mut().for_each(|phase| w.phase(phase)),
            Scope::CohortsTo(node) | Scope::CohortsFrom(node) | Scope::When(node) => w.node(node),
        }
    }
}

/// A freeze or window.
pub fn walk_calendar(calendar: &mut Calendar, w: &mut dyn Walk) {
    w.origin(&mut calendar.at);
    if let Some(zone) = &calendar.zone {
        w.zone(zone);
    }
    for time in &mut calendar.times {
        match time {
            Time::While(node) => w.node(node),
            Time::During { bind, from, until } => {
                walk_bind(bind, w);
                w.node(from);
                w.node(until);
            }
            Time::Days { .. }
            | Time::Span { .. }
            | Time::On(_)
            | Time::Weekly { .. }
            | Time::Monthly { .. }
            | Time::Yearly { .. } => {}
        }
    }
    walk_scopes(&mut calendar.scope, w);
    walk_all(&mut calendar.except_when, w);
    calendar
        .except_by
        .iter_mut()
        .for_each(|approval| w.approval(approval));
    match &mut calendar.in_flight {
        InFlight::Rollback(id) => w.procedure(id),
        InFlight::Stay | InFlight::Finish => {}
    }
}

/// A phase.
pub fn walk_phase(phase: &mut Phase, w: &mut dyn Walk) {
    w.origin(&mut phase.at);
    walk_maybe(&mut phase.not_before, w);
    walk_criteria(&mut phase.enter, w);
    walk_maybe(&mut phase.entered_when, w);
    for cohort in &mut phase.cohorts {
        walk_maybe(&mut cohort.soak, w);
        walk_maybe(&mut cohort.checks, w);
        walk_criteria(&mut cohort.after, w);
    }
    walk_maybe(&mut phase.cohorts_from, w);
    walk_maybe(&mut phase.soak, w);
    walk_maybe(&mut phase.checks, w);
    walk_criteria(&mut phase.keep, w);
    walk_criteria(&mut phase.leave, w);
    walk_criteria(&mut phase.watch, w);
    walk_deadline(&mut phase.within, w);
}

/// A trigger.
pub fn walk_trigger(trigger: &mut Trigger, w: &mut dyn Walk) {
    w.origin(&mut trigger.at);
    trigger.phases.iter_mut().for_each(|phase| w.phase(phase));
    walk_scopes(&mut trigger.scope, w);
    if let Some(bind) = &mut trigger.each {
        walk_bind(bind, w);
    }
    w.node(&mut trigger.when);
    match &mut trigger.sustain {
        Sustain::Once => {}
        Sustain::For(node) | Sustain::Times { count: node, .. } => w.node(node),
    }
    match &mut trigger.then {
        Then::Start(id) => w.procedure(id),
        Then::Halt => {}
    }
}

/// A rollback or switch.
pub fn walk_procedure(procedure: &mut Procedure, w: &mut dyn Walk) {
    w.origin(&mut procedure.at);
    walk_fields(&mut procedure.fields, w);
    match &mut procedure.target {
        Target::Place { phase, .. } => w.phase(phase),
        Target::Stay => {}
    }
    walk_deadline(&mut procedure.decide, w);
    walk_deadline(&mut procedure.finish, w);
    walk_deadline(&mut procedure.recover, w);
    procedure
        .impacts
        .iter_mut()
        .for_each(|(_, text)| w.text(text));
    for Step {
        text,
        run,
        messages,
        at,
        ..
    } in &mut procedure.steps
    {
        w.origin(at);
        w.text(text);
        messages.iter_mut().for_each(|message| w.message(message));
        if w.outside() {
            run.iter_mut().flatten().for_each(|text| w.text(text));
        }
    }
    for check in &mut procedure.checks {
        match check {
            Check::Text { text, .. } => w.text(text),
            Check::List(node) => w.node(node),
        }
    }
    w.item(&mut procedure.log);
    walk_criteria(&mut procedure.verify, w);
    walk_maybe(&mut procedure.reenter, w);
}

/// A message.
pub fn walk_message(message: &mut Message, w: &mut dyn Walk) {
    w.origin(&mut message.at);
    w.text(&mut message.text);
    for hole in &mut message.holes {
        walk_ty(&mut hole.ty, w);
        walk_maybe(&mut hole.default, w);
    }
}

/// A report.
pub fn walk_report(report: &mut Report, w: &mut dyn Walk) {
    w.origin(&mut report.at);
    w.text(&mut report.to);
    match &mut report.body {
        Body::Json(node) => w.node(node),
        Body::Text(text) => w.text(text),
    }
}

/// An evidence item.
pub fn walk_item(item: &mut Item, w: &mut dyn Walk) {
    w.origin(&mut item.at_origin);
    walk_ty(&mut item.ty, w);
    if w.outside() {
        match &mut item.source {
            Source::Given => {}
            Source::File { folder, .. } => w.text(folder),
            Source::Call { args, .. } => args.iter_mut().for_each(|(_, node)| w.node(node)),
        }
    }
    match &mut item.observed {
        Observed::With(other) => w.item(other),
        Observed::Envelope | Observed::At { .. } | Observed::Line { .. } => {}
    }
    walk_maybe(&mut item.fresh, w);
    walk_maybe(&mut item.soft, w);
    for about in &item.about {
        match &about.what {
            AboutWhat::Subject(_) | AboutWhat::Cohort | AboutWhat::Phase | AboutWhat::Key => {}
        }
    }
}

/// A param.
pub fn walk_param(param: &mut Param, w: &mut dyn Walk) {
    w.origin(&mut param.at);
    walk_ty(&mut param.ty, w);
    param
        .default
        .iter_mut()
        .chain(&mut param.only)
        .for_each(|value| walk_const(value, w));
}

/// A record.
pub fn walk_record(record: &mut Record, w: &mut dyn Walk) {
    walk_fields(&mut record.fields, w);
}

fn walk_fields(fields: &mut [Field], w: &mut dyn Walk) {
    for field in fields {
        walk_ty(&mut field.ty, w);
        if let Some(read) = &mut field.read
            && let Some(default) = &mut read.default
        {
            walk_const(default, w);
        }
    }
}

/// `on new subject …`
pub fn walk_new_subject(rule: &mut OnNewSubject, w: &mut dyn Walk) {
    match rule {
        OnNewSubject::Rollback(id) => w.procedure(id),
        OnNewSubject::Halt | OnNewSubject::Restart | OnNewSubject::Finish => {}
    }
}

fn walk_spot(spot: &mut Option<Spot>, w: &mut dyn Walk) {
    match spot {
        Some(Spot::Phase { phase, .. }) => w.phase(phase),
        Some(Spot::Share(_)) | None => {}
    }
}

/// An invariant.
pub fn walk_invariant(invariant: &mut Invariant, w: &mut dyn Walk) {
    w.origin(&mut invariant.at);
    for never in &mut invariant.never {
        w.origin(&mut never.at);
        w.node(&mut never.when);
        match &mut never.event {
            Event::Enter(phase) => w.phase(phase),
            Event::Advance(spot) => walk_spot(spot, w),
            Event::RollbackBy(procedure) => w.procedure(procedure),
            Event::Outcome(_) => {}
        }
    }
}

/// A test.
pub fn walk_test(test: &mut Test, w: &mut dyn Walk) {
    w.origin(&mut test.at);
    if let Some(stands) = &mut test.stands
        && let Some(phase) = &mut stands.phase
    {
        w.phase(phase);
    }
    if let Some(after) = &mut test.after {
        w.procedure(&mut after.procedure);
    }
    for act in &mut test.acts {
        match act {
            Act::After { .. } => {}
            Act::Given(given) => {
                w.origin(&mut given.at);
                for change in &mut given.changes {
                    w.origin(&mut change.at);
                    match &mut change.what {
                        Changed::Item(item, hops) => {
                            w.item(item);
                            for hop in hops {
                                match hop {
                                    Hop::Row(node) => w.node(node),
                                    Hop::Field(_) | Hop::Last => {}
                                }
                            }
                        }
                        Changed::Param(param) => w.param(param),
                        Changed::Subject(_) => {}
                    }
                    match &mut change.to {
                        To::Value(node) | To::About(_, node) => w.node(node),
                        To::Aged(_) | To::From(_) | To::Gone => {}
                    }
                }
            }
            Act::Expect(expect) => {
                w.origin(&mut expect.at);
                match &mut expect.result {
                    Expected::Advance(spot) => walk_spot(spot, w),
                    Expected::Rollback(Some(procedure)) => w.procedure(procedure),
                    Expected::Rollback(None) | Expected::Exit(_) | Expected::Outcome(_) => {}
                }
            }
        }
    }
}

/// What only tests reach.
pub fn walk_more(more: &mut More, w: &mut dyn Walk) {
    more.params.iter_mut().for_each(|p| walk_param(p, w));
    more.evidence.iter_mut().for_each(|i| walk_item(i, w));
    let thresholds = more.thresholds.iter_mut();
    thresholds.for_each(|t| walk_threshold(t, w));
    more.gates.iter_mut().for_each(|g| walk_gate(g, w));
    more.groups.iter_mut().for_each(|g| walk_group(g, w));
    more.approvals.iter_mut().for_each(|a| walk_approval(a, w));
    let procedures = more.procedures.iter_mut();
    procedures.for_each(|p| walk_procedure(p, w));
    more.messages.iter_mut().for_each(|m| walk_message(m, w));
    more.texts.iter_mut().for_each(|t| walk_text(t, w));
    more.records.iter_mut().for_each(|r| walk_record(r, w));
    more.code.iter_mut().for_each(|c| walk_code(c, w));
}
