//! The tests of a program, run on the same machine as every decision. Knows tests, walks in time and invariants;
//! reads no files: what tests give is handed in.

mod begin;
mod cover;
mod given;
mod invariants;
mod judge;
mod patch;
mod people;
mod reached;
mod recorded;
mod ways;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use cover::{Coverage, GateCover, TriggerCover};
pub use invariants::InvariantCover;
pub use recorded::{Recorded, recorded};

use crate::canon::Digest;
use crate::decision::{AsOfFrom, Decision};
use crate::evidence::{Evidence, Param};
use crate::ir::trial::{Act, Given, Target, Test, To};
use crate::ir::{OriginId, Program};
use crate::state::State;
use crate::step::{Engine, Options, Question, Refusal, subject_of};
use crate::time::Instant;
use crate::value::Truth;
use cover::Cover;
use given::{Layer, apply, spread};

/// Something on the disk that tests give: a folder or bundle, or what stands for one item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// Its path, from the policy's own folder.
    pub path: String,
    /// The item, where only one is asked for.
    pub item: Option<String>,
}

impl Wanted {
    /// A folder or bundle as a whole.
    pub fn all(path: &str) -> Wanted {
        Wanted {
            path: path.to_owned(),
            item: None,
        }
    }

    /// What a path holds for one item.
    pub fn one(path: &str, item: &str) -> Wanted {
        Wanted {
            path: path.to_owned(),
            item: Some(item.to_owned()),
        }
    }
}

/// What was loaded from a path.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The observations, and the subject of a bundle.
    pub evidence: Evidence,
    /// Whether these are plain files: one without any time of its own is observed when the test begins.
    pub plain: bool,
}

/// Everything that the tests of a program give, or why it cannot be read.
#[derive(Clone, Debug, Default)]
pub struct Stock(pub BTreeMap<Wanted, Result<Loaded, String>>);

impl Stock {
    fn find(&self, wanted: &Wanted) -> Result<&Loaded, Trouble> {
        match self.0.get(wanted) {
            Some(Ok(loaded)) => Ok(loaded),
            Some(Err(why)) => Err(Trouble::unreadable(why.clone())),
            None => Err(Trouble::unreadable(format!(
                "`{}` was not loaded",
                wanted.path
            ))),
        }
    }
}

/// What a test came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its title.
    pub title: String,
    /// Where it stands.
    pub at: OriginId,
    /// Whether it holds, and if not, why.
    pub found: Found,
    /// Its decisions, in order of time.
    pub decisions: Vec<Decision>,
}

/// Whether a test holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// Everything came as expected.
    Passed,
    /// The first thing that did not.
    Failed(Failure),
    /// The test itself cannot be carried out.
    Broken(Trouble),
}

/// What a test expected and what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// What was expected, as written.
    pub expected: String,
    /// What came, in one line.
    pub came: String,
    /// The first thing that differs.
    pub differs: String,
    /// What the test may mean instead.
    pub help: Option<String>,
    /// Where the expectation stands.
    pub at: OriginId,
    /// The instant of the decision.
    pub as_of: Instant,
}

/// Why a test cannot be carried out.
#[derive(Clone, Debug, PartialEq)]
pub struct Trouble {
    /// The words of the test that it is about; empty where it is the whole.
    pub about: String,
    /// What is wrong, in one line.
    pub message: String,
    /// Whether what the test gives cannot be read.
    pub unreadable: bool,
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.about.is_empty() {
            true => f.write_str(&self.message),
            false => write!(f, "`{}`: {}", self.about, self.message),
        }
    }
}

impl Trouble {
    fn of(about: &str, message: String) -> Trouble {
        Trouble {
            about: about.to_owned(),
            message,
            unreadable: false,
        }
    }

    fn unreadable(message: String) -> Trouble {
        Trouble {
            about: String::new(),
            message,
            unreadable: true,
        }
    }

    fn refused(refusal: Refusal) -> Trouble {
        let help = match &refusal {
            Refusal::Param(_) => "; give it in the test: `given … with { name = … }`",
            Refusal::Subject(_) => {
                "; name it in the fixture's bundle, or `with { subject.name = … }`"
            }
            _ => "",
        };
        Trouble::of("", format!("{refusal}{help}"))
    }
}

/// What all tests of a program came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Tests that were run, in source order.
    pub cases: Vec<Case>,
    /// What they have shown.
    pub coverage: Coverage,
    /// How often each invariant was put to the test, in source order.
    pub invariants: Vec<InvariantCover>,
}

/// What the tests of a program give: what to load before they run.
pub fn wanted(program: &Program) -> Vec<Wanted> {
    let whole = program.tests.extend(program);
    let mut wanted = Vec::new();
    let acts = program.tests.tests.iter().flat_map(|test| &test.acts);
    for act in acts {
        let Act::Given(given) = act else { continue };
        wanted.push(Wanted::all(&given.folder));
        for change in &given.changes {
            if let (Target::Item(item, _), To::From(file)) = (&change.what, &change.to)
                && let Some(item) = whole.evidence.get(item.ix())
            {
                wanted.push(Wanted::one(file, &item.name));
            }
        }
    }
    wanted.sort();
    wanted.dedup();
    wanted
}

/// Runs the tests whose title is asked for.
pub fn run(program: &Program, stock: &Stock, asked: &dyn Fn(&str) -> bool) -> Report {
    let whole = program.tests.extend(program);
    let mut cover = Cover::new(program);
    let mut invariants = invariants::all(program);
    let mut cases = Vec::new();
    let mut tools = Tools::new(&whole);
    let tests = program.tests.tests.iter().enumerate();
    for (at, test) in tests.filter(|(_, test)| asked(&test.title)) {
        let mut walk = Walk::new(&whole, test, stock, tools);
        let found = match walk.run(&mut cover, at) {
            Ok(None) => Found::Passed,
            Ok(Some(failure)) => Found::Failed(failure),
            Err(trouble) => Found::Broken(trouble),
        };
        invariants::add(&mut invariants, &walk.asked);
        cases.push(Case {
            title: test.title.clone(),
            at: test.at,
            found,
            decisions: walk.decisions,
        });
        tools = walk.tools;
    }
    Report {
        cases,
        coverage: cover.finish(),
        invariants,
    }
}

/// What walks hand on to the next: making it ready takes longer than a test.
struct Tools<'t> {
    engine: Engine<'t>,
    /// The digests of params, as a step computes them.
    digests: Vec<(Vec<Param>, Digest)>,
}

impl<'t> Tools<'t> {
    fn new(program: &'t Program) -> Tools<'t> {
        Tools {
            engine: Engine::new(program),
            digests: Vec::new(),
        }
    }
}

/// One test under way.
struct Walk<'t> {
    program: &'t Program,
    test: &'t Test,
    stock: &'t Stock,
    tools: Tools<'t>,
    layers: Vec<Layer<'t>>,
    state: Option<State>,
    now: Instant,
    /// The decision for now, where one was made.
    decided: bool,
    begun: bool,
    /// Items that are observed again and again: they leave no hole.
    steady: bool,
    decisions: Vec<Decision>,
    /// Gates that did not hold in the last step.
    red: BTreeSet<String>,
    /// Of each invariant, in how many steps its condition held, and in how many what it forbids came.
    asked: Vec<(u32, u32)>,
    /// The state that it goes on from, instead of the one that the test says.
    recorded: Option<State>,
}

impl<'t> Walk<'t> {
    fn new(program: &'t Program, test: &'t Test, stock: &'t Stock, tools: Tools<'t>) -> Walk<'t> {
        Walk {
            program,
            test,
            stock,
            tools,
            layers: Vec::new(),
            state: None,
            now: test.instant,
            decided: false,
            begun: false,
            steady: false,
            decisions: Vec::new(),
            red: BTreeSet::new(),
            asked: vec![(0, 0); program.invariants.len()],
            recorded: None,
        }
    }

    fn run(&mut self, cover: &mut Cover<'_>, at: usize) -> Result<Option<Failure>, Trouble> {
        for act in &self.test.acts {
            match act {
                Act::Given(given) => self.give(given)?,
                Act::After { time, silent } => {
                    let refuted = self.decide(cover, at)?;
                    if refuted.is_some() {
                        return Ok(refuted);
                    }
                    self.now = self.now.plus(*time).ok_or_else(|| {
                        Trouble::of("after", "this is later than time can be counted".into())
                    })?;
                    self.decided = false;
                    self.steady = !silent;
                    if !silent {
                        let now = self.now;
                        self.layers.iter_mut().for_each(|layer| layer.again(now));
                    }
                }
                Act::Expect(expect) => {
                    let refuted = self.decide(cover, at)?;
                    if refuted.is_some() {
                        return Ok(refuted);
                    }
                    if let Some(decision) = self.decisions.last()
                        && let Some(failure) =
                            judge::judge(self.program, expect, decision, &self.red)
                    {
                        return Ok(Some(failure));
                    }
                }
            }
        }
        Ok(None)
    }

    /// What is given later changes nothing that was decided; what is given now does.
    fn give(&mut self, given: &'t Given) -> Result<(), Trouble> {
        let layer = Layer::new(given, self.program, self.stock, self.now)?;
        let items = layer.items(self.program);
        self.layers.iter_mut().for_each(|below| below.hide(&items));
        self.layers.push(layer);
        self.decided = false;
        Ok(())
    }

    /// One step for now, unless it was made.
    fn decide(&mut self, cover: &mut Cover<'_>, at: usize) -> Result<Option<Failure>, Trouble> {
        if self.decided {
            return Ok(None);
        }
        self.decided = true;
        let options = Options {
            as_of_from: AsOfFrom::Flag,
            adopt: false,
            key: self.test.key.clone(),
        };
        let key = self.test.key.clone().unwrap_or_default();
        let mut spread = spread(&self.layers, self.program, self.test.instant)?;
        let mut readings = self.tools.engine.read(&spread.evidence);
        apply(
            &self.layers,
            &mut spread,
            &mut readings,
            &mut self.tools.engine,
            (self.test.instant, self.now, &key),
        )?;
        let evidence = &spread.evidence;
        let approves = !people::items(self.program).is_empty();
        if !self.begun || approves {
            let params = self.params((evidence, &readings), &options, &key)?;
            if !self.begun {
                let subject = subject_of(self.program, evidence).map_err(Trouble::refused)?;
                self.state = match self.recorded.take() {
                    Some(state) => Some(begin::again(self.program, state, subject, params)),
                    None => begin::begin(self.program, self.test, subject, params),
                };
                self.begun = true;
            }
            let subject = self
                .tools
                .engine
                .said(evidence)
                .map_err(Trouble::refused)?
                .1;
            let present = people::Present {
                subject: &subject,
                key: &key,
                params,
            };
            let (program, _, store) = self.tools.engine.parts();
            people::complete(program, store, &readings, &present);
        }
        if self.steady {
            self.bridge(&readings, &key);
        }
        let nevers = self.program.invariants.iter().flat_map(|one| &one.never);
        let holds = nevers.map(|never| Question::Holds(never.when));
        let mut questions: Vec<Question> = holds.collect();
        let invariants = questions.len();
        questions.extend(cover.questions());
        let (decision, state, answers) = self
            .tools
            .engine
            .decide(
                (evidence, &readings),
                self.state.as_ref(),
                self.now,
                &options,
                &questions,
            )
            .map_err(Trouble::refused)?;
        self.state = Some(state);
        let (holds, gates) = answers.split_at(invariants.min(answers.len()));
        cover.take(at, &decision, gates);
        let red = self.program.gates.iter().zip(gates);
        let red = red.filter(|(_, truth)| **truth != Truth::True);
        self.red = red.map(|(gate, _)| gate.name.clone()).collect();
        let refuted = self.refuted(&decision, holds);
        self.decisions.push(decision);
        Ok(refuted)
    }

    /// The digest of the params, as a step computes it.
    fn params(
        &mut self,
        read: (&Evidence, &crate::evidence::Readings),
        options: &Options,
        key: &str,
    ) -> Result<Digest, Trouble> {
        let known = &self.tools.digests;
        if let Some((_, digest)) = known.iter().find(|known| known.0 == read.0.params) {
            return Ok(*digest);
        }
        let alone = self
            .tools
            .engine
            .decide(read, None, self.now, options, &[])
            .map_err(Trouble::refused)?;
        let instance = alone.1.instances.get(key);
        let digest = instance.map_or(Digest::default(), |one| one.params);
        self.tools.digests.push((read.0.params.clone(), digest));
        Ok(digest)
    }

    /// What was observed again left no hole between the last step and this one.
    fn bridge(&mut self, readings: &crate::evidence::Readings, key: &str) {
        let Some(state) = &mut self.state else { return };
        let Some(instance) = state.instances.get_mut(key) else {
            return;
        };
        for seen in &mut instance.seen {
            let item = self.program.evidence.iter();
            let Some(id) = item.zip(0..).find(|(item, _)| item.name == seen.item) else {
                continue;
            };
            let list = readings.of(crate::ir::ItemId(id.1));
            let newest = list.iter().filter_map(|reading| {
                let rows = reading.rows.iter().filter_map(|row| row.at).max();
                rows.or(reading.observed_at)
            });
            if let (Some(until), Some(newest)) = (seen.until, newest.max()) {
                seen.until = Some(until.max(newest));
            }
        }
    }
}
