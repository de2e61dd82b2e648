//! One step: program, state, evidence and an instant in, a decision and the next state out. Knows the
//! order in which a step's rooms run, and nothing of what happens inside them.

mod approvals;
mod asks;
#[cfg(test)]
mod bench;
mod calendar;
mod deadlines;
mod keys;
mod lines;
mod log;
mod next;
mod owed;
mod papers;
mod people;
mod place;
mod procedure;
mod refusal;
mod soak;
mod start;
mod subject;
#[cfg(test)]
mod tests;
mod triggers;
mod waivers;
mod watch;
mod write;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use refusal::Refusal;

use crate::canon::Digest;
use crate::data::Store;
use crate::decision::{
    AsOfFrom, CalendarLine, Decision, GateLine, Next, Obligation, Reason, Span5, TriggerLine,
    Warning, WarningCode,
};
use crate::eval::Plan;
use crate::evidence::{Evidence, Reader, Readings};
use crate::ir::{ApprovalId, Const, GateId, ItemId, NodeId, OriginId, PhaseId, Program};
use crate::paper::Paper;
use crate::state::{Halt, Instance, Move, Place, START, State, Subject};
use crate::time::Instant;
use crate::value::Truth;
use crate::view::View;
use crate::view::look::{Bindings, Fresh, Look, Mode, Sight};

/// What a caller may say besides the four inputs.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where `as_of` came from.
    pub as_of_from: AsOfFrom,
    /// `--adopt`: another program goes on from this state.
    pub adopt: bool,
    /// `--for KEY`
    pub key: Option<String>,
}

/// Decides, as `step.md` says. Equal inputs give equal decisions and states.
pub fn step(
    program: &Program,
    state: Option<&State>,
    evidence: &Evidence,
    as_of: Instant,
) -> Result<(Decision, State), Refusal> {
    step_with(program, state, evidence, as_of, &Options::default())
}

/// Decides, with what the caller says besides.
pub fn step_with(
    program: &Program,
    state: Option<&State>,
    evidence: &Evidence,
    as_of: Instant,
    options: &Options,
) -> Result<(Decision, State), Refusal> {
    Engine::new(program).step(state, evidence, as_of, options)
}

/// Decides for every instance of a `per` rollout at once, in the order of its table; for the one instance
/// of any other. With [`Options::key`] for that one alone.
pub fn step_all(
    program: &Program,
    state: Option<&State>,
    evidence: &Evidence,
    as_of: Instant,
    options: &Options,
) -> Result<(Vec<Decision>, State), Refusal> {
    Engine::new(program).step_all(state, evidence, as_of, options)
}

/// A program made ready, for whoever steps it often. Remembers nothing between steps but its buffers.
#[derive(Debug)]
pub struct Engine<'p> {
    program: &'p Program,
    plan: Plan,
    reader: Reader,
    store: Store,
}

impl<'p> Engine<'p> {
    /// Compiles patterns and schemas.
    pub fn new(program: &'p Program) -> Engine<'p> {
        Engine {
            program,
            plan: Plan::new(program),
            reader: Reader::new(program),
            store: Store::default(),
        }
    }

    /// See [`step`]. A `per` rollout steps the one key that is named.
    pub fn step(
        &mut self,
        state: Option<&State>,
        evidence: &Evidence,
        as_of: Instant,
        options: &Options,
    ) -> Result<(Decision, State), Refusal> {
        if self.program.per.is_some() && options.key.is_none() {
            return Err(Refusal::NoKey);
        }
        let (decisions, state) = self.step_all(state, evidence, as_of, options)?;
        match <[Decision; 1]>::try_from(decisions) {
            Ok([decision]) => Ok((decision, state)),
            Err(_) => unreachable!("one key is one decision"),
        }
    }

    /// See [`step_all`].
    pub fn step_all(
        &mut self,
        state: Option<&State>,
        evidence: &Evidence,
        as_of: Instant,
        options: &Options,
    ) -> Result<(Vec<Decision>, State), Refusal> {
        self.run(state, evidence, as_of, options, None)
    }

    /// See [`step_all`]; fills the reports that the outcomes ask for too.
    pub fn step_and_report(
        &mut self,
        state: Option<&State>,
        evidence: &Evidence,
        as_of: Instant,
        options: &Options,
    ) -> Result<(Vec<Decision>, State, Vec<Paper>), Refusal> {
        let mut papers = Vec::new();
        let (decisions, state) = self.run(state, evidence, as_of, options, Some(&mut papers))?;
        Ok((decisions, state, papers))
    }

    fn run(
        &mut self,
        state: Option<&State>,
        evidence: &Evidence,
        as_of: Instant,
        options: &Options,
        papers: Option<&mut Vec<Paper>>,
    ) -> Result<(Vec<Decision>, State), Refusal> {
        let readings = self.read(evidence);
        let inputs = Given {
            program: self.program,
            plan: &self.plan,
            store: &self.store,
            readings: &readings,
            evidence,
        };
        let reader = &mut self.reader;
        let mut besides = Besides {
            press: papers.map(|papers| Press { reader, papers }),
            ..Besides::default()
        };
        run(inputs, state, as_of, options, &mut besides)
    }

    /// Reads the evidence of a step; what was read before is forgotten.
    pub(crate) fn read(&mut self, evidence: &Evidence) -> Readings {
        self.store.clear();
        self.reader.read(self.program, evidence, &mut self.store)
    }

    /// The program, what was compiled of it, and what was read last.
    pub(crate) fn parts(&mut self) -> (&'p Program, &Plan, &mut Store) {
        (self.program, &self.plan, &mut self.store)
    }

    /// Decides for one key on what was read, and says how questions are answered before anything moves.
    pub(crate) fn decide(
        &self,
        (evidence, readings): (&Evidence, &Readings),
        state: Option<&State>,
        as_of: Instant,
        options: &Options,
        questions: &[Question],
    ) -> Result<(Decision, State, Vec<Truth>), Refusal> {
        if self.program.per.is_some() && options.key.is_none() {
            return Err(Refusal::NoKey);
        }
        let inputs = Given {
            program: self.program,
            plan: &self.plan,
            store: &self.store,
            readings,
            evidence,
        };
        let mut besides = Besides {
            questions,
            ..Besides::default()
        };
        let (decisions, state) = run(inputs, state, as_of, options, &mut besides)?;
        match <[Decision; 1]>::try_from(decisions) {
            Ok([decision]) => Ok((decision, state, besides.answers)),
            Err(_) => unreachable!("one key is one decision"),
        }
    }

    /// The values of params, and the members of a subject.
    pub(crate) fn said(&self, evidence: &Evidence) -> Result<(Vec<Const>, Vec<Const>), Refusal> {
        let params = start::params(self.program, evidence)?;
        let subject = start::subject(self.program, evidence)?;
        let subject = start::subject_consts(self.program, subject.as_ref());
        Ok((params, subject))
    }
}

/// Something that a trial wants to know of a step besides its decision, in the view that moves.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Question {
    /// Whether a condition holds.
    Holds(NodeId),
    /// What a gate says, waivers aside.
    Gate(GateId),
}

/// What is wanted of a step besides decision and state.
#[derive(Default)]
struct Besides<'r> {
    press: Option<Press<'r>>,
    questions: &'r [Question],
    answers: Vec<Truth>,
}

/// The subject that evidence speaks of, as a state keeps it.
pub(crate) fn subject_of(
    program: &Program,
    evidence: &Evidence,
) -> Result<Option<Subject>, Refusal> {
    start::subject(program, evidence)
}

/// What a step is made from, besides the state and the instant.
#[derive(Clone, Copy)]
struct Given<'a> {
    program: &'a Program,
    plan: &'a Plan,
    store: &'a Store,
    readings: &'a Readings,
    evidence: &'a Evidence,
}

fn run(
    inputs: Given<'_>,
    state: Option<&State>,
    as_of: Instant,
    options: &Options,
    besides: &mut Besides<'_>,
) -> Result<(Vec<Decision>, State), Refusal> {
    let program = inputs.program;
    refusal::check(program, state, options)?;
    let params = start::params(program, inputs.evidence)?;
    let subject = start::subject(program, inputs.evidence)?;
    let known = keys::keys(inputs, &params, as_of)?;
    let keys = match &options.key {
        Some(key) if !known.contains(key) => {
            return Err(Refusal::UnknownKey {
                key: key.clone(),
                known: known.into_iter().filter(|key| !key.is_empty()).collect(),
            });
        }
        Some(key) => vec![key.clone()],
        None => known.clone(),
    };
    if let Some(state) = state {
        keys::gone(program, state, &known)?;
        for key in &keys {
            refusal::check_instance(program, state, key, as_of)?;
        }
    }
    let mut decisions = Vec::with_capacity(keys.len());
    let mut instances = state.map_or_else(BTreeMap::new, |state| state.instances.clone());
    for key in keys {
        let one = One {
            params: &params,
            subject: subject.clone(),
            key: &key,
        };
        let (decision, instance) = step_one(inputs, one, state, as_of, options, besides)?;
        decisions.push(decision);
        instances.insert(key, instance);
    }
    let after = State::after(&program.rollout, program.meaning, state, instances);
    for decision in &mut decisions {
        decision.digests.state_after = Some(after.digest);
    }
    Ok((decisions, after))
}

/// What fills reports, and those that are filled.
struct Press<'r> {
    reader: &'r mut Reader,
    papers: &'r mut Vec<Paper>,
}

/// What one instance is stepped with.
struct One<'a> {
    params: &'a [Const],
    subject: Option<Subject>,
    key: &'a str,
}

fn step_one(
    inputs: Given<'_>,
    one: One<'_>,
    state: Option<&State>,
    as_of: Instant,
    options: &Options,
    besides: &mut Besides<'_>,
) -> Result<(Decision, Instance), Refusal> {
    let Given {
        program,
        plan,
        store,
        readings,
        evidence,
    } = inputs;
    let One {
        params,
        subject: given,
        key,
    } = one;
    let before = state.and_then(|state| state.instances.get(key));
    let mut instance = before.cloned().unwrap_or_else(|| Instance::new(as_of));
    let adopted = match state {
        Some(state) if state.program != program.meaning && options.adopt => {
            start::adopt(program, &mut instance, as_of)?;
            true
        }
        _ => false,
    };
    let fresh = start::fresh(program, plan, store, params, as_of, key);
    let mut run = Run {
        program,
        plan,
        evidence,
        store,
        readings,
        params,
        fresh: &fresh,
        now: as_of,
        key,
        first: before.is_none(),
        instance,
        found: Vec::new(),
        found_reasons: Vec::new(),
        gates: Vec::new(),
        triggers: Vec::new(),
        calendar: Vec::new(),
        obligations: Vec::new(),
        next: Vec::new(),
        warnings: Vec::new(),
        asked: BTreeSet::new(),
        told: Vec::new(),
        standing: Vec::new(),
        read: BTreeSet::new(),
        wishes: Vec::new(),
        started: false,
        facts: Vec::new(),
        blank: View {
            items: vec![Default::default(); program.evidence.len()],
            moves: false,
        },
        used: BTreeSet::new(),
        resumed: Vec::new(),
        covered: BTreeMap::new(),
        book: RefCell::default(),
        views: RefCell::default(),
    };
    if adopted {
        let message =
            "soak, standing verdicts, approvals and pins of the other program are dropped";
        run.warn(WarningCode::Adopted, program.rollout.clone(), message);
    }
    run.subject(given);
    run.enter_fact();
    run.live_from();
    run.procedure();
    // A procedure whose last step is logged has moved the place: where it stands is its target.
    let from = run.instance.place();
    let entered_at = run.instance.entered_at;
    let soak = run.soak();
    run.triggers();
    let ahead = run.place(&soak);
    run.deadlines();
    run.calendar(&ahead);
    run.start_procedure();
    run.time(&soak, &ahead);
    besides.answers = run.answers(besides.questions);
    let (outcome, to) = run.choose(&ahead);
    let mut decision = run.decision(options, &from, entered_at, outcome, to, &ahead, &soak);
    decision.digests.state_before = state.map(|state| state.digest);
    decision.digest = Some(decision.compute_digest());
    if let Some(press) = &mut besides.press {
        let papers = run.papers(&decision, press.reader);
        press.papers.extend(papers);
    }
    let instance = run.write(&decision, &ahead, adopted);
    Ok((decision, instance))
}

/// A reason and where it stands.
#[derive(Clone, Debug)]
struct Found {
    reason: Reason,
    origin: Option<OriginId>,
    /// A red member of a group that cannot be told: it alone would not bring the outcome.
    aside: bool,
}

/// One step under way: the inputs, the instance as it becomes, and what was found so far.
struct Run<'a> {
    program: &'a Program,
    plan: &'a Plan,
    evidence: &'a Evidence,
    store: &'a Store,
    readings: &'a Readings,
    params: &'a [Const],
    fresh: &'a [Fresh],
    now: Instant,
    key: &'a str,
    /// Whether nothing was remembered of this key.
    first: bool,
    instance: Instance,
    found: Vec<Found>,
    /// The same, once sorted.
    found_reasons: Vec<Reason>,
    gates: Vec<GateLine>,
    triggers: Vec<TriggerLine>,
    calendar: Vec<CalendarLine>,
    obligations: Vec<Obligation>,
    next: Vec<Next>,
    warnings: Vec<Warning>,
    /// Approvals asked for in this step, by name.
    asked: BTreeSet<String>,
    /// Whom a deadline that passed wants told, and what.
    told: Vec<Obligation>,
    /// Standing verdicts that this step gives.
    standing: Vec<(String, Digest)>,
    /// Items that anything asked in this step reads.
    read: BTreeSet<ItemId>,
    /// Procedures that want to start.
    wishes: Vec<procedure::Wish>,
    /// Whether this step started a procedure, if only by what was done by hand.
    started: bool,
    /// Moves that became facts before anything was decided.
    facts: Vec<(Place, Place)>,
    /// Approvals that a move of this step stands on.
    used: BTreeSet<ApprovalId>,
    /// Halts that somebody ended.
    resumed: Vec<Halt>,
    /// What each row of waivers covers, by waivers and row.
    covered: BTreeMap<(usize, String), BTreeSet<String>>,
    /// The rows of approvals, and for whom they were read.
    book: RefCell<Option<(approvals::BookKey, Rc<approvals::Book>)>>,
    /// A view in which nothing is there.
    blank: View,
    /// Views at now, each with what it was bound to.
    views: RefCell<Vec<Seen>>,
}

/// A view at now, and what it was bound to.
type Seen = (Mode, Bindings, Option<Subject>, Rc<View>);

/// Where the next move leads.
#[derive(Clone, Debug, Default)]
struct Ahead {
    /// The following place.
    next: Option<Place>,
    /// Whether it lies in another phase.
    crosses: bool,
    /// Whether this rollout has phases.
    phased: bool,
}

impl<'a> Run<'a> {
    fn warn(&mut self, code: WarningCode, subject: impl Into<String>, message: impl Into<String>) {
        self.warnings.push(Warning {
            code,
            subject: subject.into(),
            message: message.into(),
        });
    }

    fn add(&mut self, reason: Reason, origin: Option<OriginId>) {
        let aside = false;
        self.found.push(Found {
            reason,
            origin,
            aside,
        });
    }

    /// The index of the phase it stands in.
    fn phase(&self) -> Option<usize> {
        self.phase_named(&self.instance.phase)
    }

    fn phase_named(&self, name: &str) -> Option<usize> {
        self.program
            .phases
            .iter()
            .position(|phase| phase.name == name)
    }

    fn bindings(&self) -> Bindings {
        let mut pins: BTreeMap<String, Digest> = self.instance.pins.clone();
        pins.extend(
            self.program
                .pins
                .iter()
                .map(|(name, pin)| (name.clone(), *pin)),
        );
        Bindings {
            now: self.now,
            key: self.key.into(),
            phase: self.instance.phase.clone(),
            cohort: self.instance.cohort,
            entered_at: self.instance.entered_at,
            phase_entered_at: self.instance.phase_entered_at,
            rollback_at: self.instance.last_rollback.as_ref().map(|last| last.at),
            seen: self.instance.seen.clone(),
            pins,
        }
    }

    fn look<'b>(&self, bindings: &'b Bindings) -> Look<'b>
    where
        'a: 'b,
    {
        Look {
            program: self.program,
            evidence: self.evidence,
            readings: self.readings,
            store: self.store,
            fresh: self.fresh,
            bindings,
        }
    }

    /// The way this instance looks at an instant.
    fn sight(&self, mode: Mode, at: Instant) -> Sight<'_> {
        Sight {
            mode,
            at,
            subject: self.instance.subject.as_ref(),
        }
    }

    /// Every item at now; built once as long as nothing moves.
    fn view(&self, mode: Mode) -> Rc<View> {
        let bindings = self.bindings();
        let mut views = self.views.borrow_mut();
        let known = views.iter().find(|(of, bound, subject, _)| {
            *of == mode && *bound == bindings && *subject == self.instance.subject
        });
        if let Some((.., view)) = known {
            return Rc::clone(view);
        }
        let view = Rc::new(self.look(&bindings).view(self.sight(mode, self.now)));
        let subject = self.instance.subject.clone();
        views.push((mode, bindings, subject, Rc::clone(&view)));
        view
    }

    fn answers(&self, questions: &[Question]) -> Vec<Truth> {
        if questions.is_empty() {
            return Vec::new();
        }
        let view = self.view(Mode::Move);
        let answer = |question: &Question| {
            self.asking(&view, self.now, |ctx| match *question {
                Question::Holds(node) => ctx.truth(node),
                Question::Gate(gate) => ctx.gate_truth(gate),
            })
        };
        questions.iter().map(answer).collect()
    }

    fn place_at(&self, at: Instant) -> crate::eval::Place {
        let subject = self.instance.subject.as_ref();
        crate::eval::Place {
            as_of: at,
            phase: self.phase().map(|phase| PhaseId(phase as u32)),
            cohort: self.instance.cohort.map(|share| share.0),
            entered_at: self.instance.entered_at,
            phase_entered_at: self.instance.phase_entered_at,
            rollback_at: self.instance.last_rollback.as_ref().map(|last| last.at),
            subject_since: self.instance.subject_since,
            subject: start::subject_consts(self.program, subject),
        }
    }

    /// The value of a node that reads no evidence: a duration, a count, an instant.
    fn constant<R>(
        &self,
        node: crate::ir::NodeId,
        read: impl FnOnce(crate::value::Val<'_>) -> Option<R>,
    ) -> Option<R> {
        self.alone(|ctx| read(ctx.eval(node)))
    }

    fn number(&self, node: crate::ir::NodeId) -> Option<crate::number::Number> {
        self.constant(node, |value| match value {
            crate::value::Val::Number(number) => Some(number),
            _ => None,
        })
    }

    fn span(&self, origin: Option<OriginId>) -> Option<Span5> {
        let origins = &self.program.origins;
        let &(file, line, column, end_line, end_column) = origins.spans.get(origin?.ix())?;
        Some(Span5 {
            file: origins.files.get(file as usize)?.path.clone(),
            line,
            column,
            end_line,
            end_column,
        })
    }

    fn journal(&mut self, from: Place, to: Place, decision: Digest) {
        let at = self.now;
        self.instance.journal.push(Move {
            at,
            from,
            to,
            decision,
            adopted: None,
        });
    }

    /// Forgets what belongs to the place that is left.
    fn leave_place(&mut self) {
        self.instance.soak = Default::default();
        self.instance.entering = None;
    }

    /// Stands in a place from now on.
    fn stand(&mut self, to: &Place) {
        let crosses = self.instance.phase != to.phase;
        self.leave_place();
        self.instance.phase = to.phase.clone();
        self.instance.cohort = to.cohort;
        let standing = to.phase != START;
        self.instance.entered_at = standing.then_some(self.now);
        if crosses {
            self.instance.standing.clear();
            self.instance.phase_entered_at = standing.then_some(self.now);
        }
    }
}
