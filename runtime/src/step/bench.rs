//! For tests: a program put together by hand, observations on a clock of minutes, and steps one after
//! the other.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Options, Refusal, step_with};
use crate::decision::{Decision, Outcome};
use crate::evidence::{self, Content, Evidence, Observation, TimeFrom};
use crate::ir::*;
use crate::number::Number;
use crate::state::State;
use crate::time::Instant;
use crate::ty::{RecordId, Shape, Ty};

/// Noon, and minutes after it.
pub fn at(minute: i64) -> Instant {
    Instant::new(1_772_020_800 + minute * 60, 0).unwrap()
}

pub fn minutes(n: i64) -> Number {
    Number::int(n as i128 * 60_000_000_000)
}

pub fn percent(n: i128) -> Number {
    Number::fraction(n, 100).unwrap()
}

/// A policy in the making.
pub struct Bench {
    pub program: Program,
}

impl Bench {
    pub fn new() -> Bench {
        let mut program = Program::empty("bench");
        program.subject.insert("build".into(), Ty::Text);
        Bench { program }
    }

    pub fn code(&mut self, ty: Ty, node: Node) -> NodeId {
        self.program.code.push(Code { node, ty });
        NodeId(self.program.code.len() as u32 - 1)
    }

    pub fn cond(&mut self, node: Node) -> NodeId {
        self.code(Ty::Bool, node)
    }

    pub fn duration(&mut self, n: i64) -> NodeId {
        let number = Node::Const(Const::Number(minutes(n)));
        self.code(Ty::Duration, number)
    }

    pub fn int(&mut self, n: i128) -> NodeId {
        self.code(Ty::Int, Node::Const(Const::Number(Number::int(n))))
    }

    fn read(name: &str) -> Option<Read> {
        Some(Read {
            paths: vec![vec![name.into()]],
            ..Read::default()
        })
    }

    pub fn record(&mut self, fields: &[(&str, Ty)]) -> RecordId {
        self.program.records.push(Record {
            name: "Record".into(),
            closed: false,
            fields: fields
                .iter()
                .map(|(name, ty)| Field {
                    name: (*name).into(),
                    ty: ty.clone(),
                    read: Bench::read(name),
                })
                .collect(),
        });
        RecordId(self.program.records.len() as u32 - 1)
    }

    /// An item of some type; fresh so many minutes, nought for timeless.
    pub fn item(&mut self, name: &str, ty: Ty, fresh: i64) -> ItemId {
        let fresh = (fresh > 0).then(|| self.duration(fresh));
        self.program.evidence.push(Item {
            name: name.into(),
            ty,
            source: Source::Given,
            format: None,
            at: Vec::new(),
            observed: Observed::Envelope,
            fresh,
            soft: None,
            since: None,
            about: Vec::new(),
            may_be_empty: false,
            implied: false,
            at_origin: OriginId(0),
        });
        ItemId(self.program.evidence.len() as u32 - 1)
    }

    /// An item with a number `n`, and the condition that it is at most ten.
    pub fn meter(&mut self, name: &str, fresh: i64) -> (ItemId, NodeId) {
        let record = self.record(&[("n", Ty::Number)]);
        let item = self.item(name, Ty::Record(record), fresh);
        let whole = self.code(Ty::Record(record), Node::Item(item));
        let field = self.code(Ty::Number, Node::Field(whole, 0));
        let ten = self.code(Ty::Number, Node::Const(Const::Number(Number::int(10))));
        let low = self.cond(Node::Compare(Cmp::Le, field, ten));
        (item, low)
    }

    pub fn gate(&mut self, name: &str, level: Level, cond: NodeId) -> GateId {
        self.program.gates.push(Gate {
            name: name.into(),
            level,
            own: true,
            clauses: vec![Clause::Rule(Rule {
                kind: RuleKind::Require,
                cond,
                message: None,
                at: OriginId(0),
            })],
            at: OriginId(0),
        });
        GateId(self.program.gates.len() as u32 - 1)
    }

    pub fn criterion(&self, gate: GateId) -> Criterion {
        Criterion {
            ask: Ask::Gate(gate),
            once: false,
            name: self.program.gates[gate.ix()].name.clone(),
            at: OriginId(0),
        }
    }

    /// A phase with cohorts in percent.
    pub fn phase(&mut self, name: &str, shares: &[i128], last: bool) -> PhaseId {
        self.program.phases.push(Phase {
            name: name.into(),
            last,
            not_before: None,
            enter: Vec::new(),
            entered_when: None,
            cohorts: shares
                .iter()
                .map(|share| Cohort {
                    name: None,
                    share: percent(*share),
                    soak: None,
                    checks: None,
                    after: Vec::new(),
                })
                .collect(),
            cohorts_from: None,
            soak: None,
            checks: None,
            on_red_pause: false,
            clock_open: false,
            keep: Vec::new(),
            leave: Vec::new(),
            watch: Vec::new(),
            within: None,
            at: OriginId(0),
        });
        PhaseId(self.program.phases.len() as u32 - 1)
    }

    pub fn phase_mut(&mut self, phase: PhaseId) -> &mut Phase {
        &mut self.program.phases[phase.ix()]
    }

    pub fn trigger(&mut self, name: &str, when: NodeId, sustain: Sustain, then: Then) {
        self.program.triggers.push(Trigger {
            name: name.into(),
            class: None,
            phases: Vec::new(),
            scope: Vec::new(),
            each: None,
            when,
            sustain,
            then,
            on_unknown: OnUnknown::Blind,
            at: OriginId(0),
        });
    }

    pub fn text(&mut self, text: &str) -> TextId {
        self.program.texts.push(Text {
            parts: vec![Part::Literal(text.into())],
        });
        TextId(self.program.texts.len() as u32 - 1)
    }

    /// A rollback with steps `a` and `b`, its log `NAME_log` fresh for a day.
    pub fn rollback(&mut self, name: &str, target: Target, verify: Vec<Criterion>) -> ProcedureId {
        let record = self.record(&[
            ("step", Ty::Text),
            ("done_at", Ty::Instant),
            ("by", Ty::Optional(Box::new(Ty::Text))),
        ]);
        let rows = Ty::Rows {
            record,
            shape: Shape::List,
        };
        let log = self.item(&format!("{name}_log"), rows, 1440);
        self.program.evidence[log.ix()].implied = true;
        let step = |bench: &mut Bench, id: &str| Step {
            id: id.into(),
            text: bench.text("do it"),
            by: vec!["ops".into()],
            run: None,
            messages: Vec::new(),
            at: OriginId(0),
        };
        let steps = vec![step(self, "a"), step(self, "b")];
        self.program.procedures.push(Procedure {
            name: name.into(),
            kind: ProcedureKind::Rollback,
            fields: Vec::new(),
            target,
            by: Vec::new(),
            decide: None,
            finish: None,
            recover: None,
            impacts: Vec::new(),
            steps,
            checks: Vec::new(),
            log,
            any_order: false,
            verify,
            reenter: None,
            at: OriginId(0),
        });
        ProcedureId(self.program.procedures.len() as u32 - 1)
    }

    pub fn freeze(&mut self, name: &str, from: i64, until: i64) -> &mut Calendar {
        self.program.calendar.push(Calendar {
            name: name.into(),
            kind: CalendarKind::Freeze,
            times: vec![Time::Span {
                from: at(from),
                until: at(until),
            }],
            zone: None,
            scope: Vec::new(),
            except_when: Vec::new(),
            except_by: Vec::new(),
            in_flight: InFlight::Stay,
            at: OriginId(0),
        });
        self.program.calendar.last_mut().unwrap()
    }

    pub fn window(&mut self, name: &str, from: i64, until: i64) -> &mut Calendar {
        self.freeze(name, from, until).kind = CalendarKind::Window;
        self.program.calendar.last_mut().unwrap()
    }

    /// An approval by `ops` that is asked for so many minutes.
    pub fn approval(&mut self, name: &str, within: i64, otherwise: Otherwise) -> ApprovalId {
        let (fresh, within) = (self.duration(60), self.duration(within));
        self.program.approvals.push(Approval {
            name: name.into(),
            by: Quorum {
                need: QuorumNeed::All,
                roles: vec!["ops".into()],
            },
            item: None,
            fresh,
            distinct: false,
            not: Vec::new(),
            within: Some(Deadline {
                within,
                otherwise,
                at: OriginId(0),
            }),
            stands: false,
            at: OriginId(0),
        });
        ApprovalId(self.program.approvals.len() as u32 - 1)
    }

    pub fn walk(mut self) -> Walk {
        self.program.seal();
        let text = self.program.to_json();
        // What is tested is what reads back.
        let program = Program::from_json(text.as_bytes()).unwrap();
        assert_eq!(program, self.program);
        Walk {
            program,
            state: None,
            seen: Vec::new(),
            subject: "one".into(),
            speaks: "one".into(),
            shares: Default::default(),
        }
    }
}

/// An observation: item, minute, payload.
pub type Seen = (String, i64, String);

/// A rollout that goes from step to step. Everything observed so far is given each time.
#[derive(Clone)]
pub struct Walk {
    pub program: Program,
    pub state: Option<State>,
    pub seen: Vec<Seen>,
    pub subject: String,
    /// Of which subject the evidence speaks.
    pub speaks: String,
    /// Of which cohort what was observed in a minute speaks.
    pub shares: std::collections::BTreeMap<i64, Number>,
}

impl Walk {
    pub fn see(&mut self, item: &str, minute: i64, n: i64) -> &mut Walk {
        self.see_json(item, minute, format!("{{\"n\":{n}}}"))
    }

    pub fn see_json(&mut self, item: &str, minute: i64, json: impl Into<String>) -> &mut Walk {
        self.seen.push((item.into(), minute, json.into()));
        self
    }

    /// A log with these rows (step, minute), observed at a minute.
    pub fn log(&mut self, item: &str, minute: i64, rows: &[(&str, i64)]) -> &mut Walk {
        let rows: Vec<String> = rows
            .iter()
            .map(|(step, done)| format!("{{\"step\":\"{step}\",\"done_at\":\"{}\"}}", at(*done)))
            .collect();
        self.see_json(item, minute, format!("[{}]", rows.join(",")))
    }

    pub fn evidence(&self, minute: i64) -> Evidence {
        let observations = self
            .seen
            .iter()
            .filter(|(_, when, _)| *when <= minute)
            .map(|(item, when, json)| {
                let bytes: Arc<[u8]> = json.as_bytes().into();
                let mut one = Observation::new(item.clone(), Content::Json(bytes));
                one.about.subject = Some(evidence::Subject(IndexMap::from([(
                    "build".into(),
                    Const::Text(self.speaks.clone()),
                )])));
                one.about.cohort = self.shares.get(when).copied();
                one.observed_at = Some(at(*when));
                one.time_from = TimeFrom::Envelope;
                one
            })
            .collect();
        let subject = Const::Text(self.subject.clone());
        Evidence {
            subject: Some(evidence::Subject(IndexMap::from([(
                "build".into(),
                subject,
            )]))),
            observations,
            params: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn try_step(&mut self, minute: i64, options: &Options) -> Result<Decision, Refusal> {
        let evidence = self.evidence(minute);
        let (decision, state) = step_with(
            &self.program,
            self.state.as_ref(),
            &evidence,
            at(minute),
            options,
        )?;
        // What is remembered is what reads back.
        let text = state.to_json();
        assert_eq!(State::from_json(text.as_bytes()).unwrap(), state);
        self.state = Some(state);
        Ok(decision)
    }

    pub fn step(&mut self, minute: i64) -> Decision {
        self.try_step(minute, &Options::default()).unwrap()
    }

    #[track_caller]
    pub fn check(&mut self, minute: i64, expected: &str) -> Decision {
        let decision = self.step(minute);
        assert_eq!(say(&decision), expected, "at minute {minute}");
        decision
    }

    pub fn place(&self) -> String {
        self.state.as_ref().unwrap().instances[""]
            .place()
            .to_string()
    }
}

/// A decision in one line: outcome, where to, and code and subject of each deciding reason.
pub fn say(decision: &Decision) -> String {
    let mut text = decision.outcome.word().to_string();
    if let (Outcome::Advance | Outcome::Rollback, Some(to)) = (decision.outcome, &decision.to) {
        text.push_str(&format!(" to {to}"));
    }
    let reasons: Vec<String> = decision
        .deciding()
        .map(|reason| format!("{} {}", reason.code, reason.subject))
        .collect();
    if !reasons.is_empty() {
        text.push_str(&format!(": {}", reasons.join(", ")));
    }
    text
}
