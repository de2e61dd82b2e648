//! `rolloutc eval`: one decision, from a policy, evidence, state and an instant.

use crate::args::{Eval, EvalFormat};
use crate::commands::compiled;
use crate::config;
use crate::exit::Exit;
use crate::failure::{Excerpt, Failure};
use crate::load::evidence::{self, Wanted};
use crate::load::reports::{self, Press};
use crate::load::state::StateFile;
use crate::load::{clock, nearest, params};
use crate::show::{self, Times};
use crate::terminal::{Look, print, tell};
use rolloutc_compiler::zones;
use rolloutc_runtime::data::{Fault, Store};
use rolloutc_runtime::decision::{AsOfFrom, Decision};
use rolloutc_runtime::evidence::{Content, Evidence};
use rolloutc_runtime::ir::{Node, NodeId, Program};
use rolloutc_runtime::paper::Paper;
use rolloutc_runtime::state::State;
use rolloutc_runtime::step::{Engine, Options, Refusal};
use rolloutc_runtime::time::Instant;
use rolloutc_runtime::ty::{RecordId, Ty};
use std::collections::BTreeSet;

/// Decides once, says so, and then moves the state on.
pub fn run(args: &Eval) -> Result<Exit, Failure> {
    let config = config::near(&args.policy)?;
    let times = times(args.tz.as_ref().or(config.settings.tz.as_ref()))?;
    let (as_of, as_of_from) = as_of(args)?;
    let program = compiled(&args.policy)?;
    if !program.phases.is_empty() && args.state.is_none() && !args.start {
        let message = format!(
            "`{}` has phases, so where it stands decides",
            program.rollout
        );
        return Err(Failure::usage("no state is given", message).help(
            "go on from a state with --state FILE, or ask once from the start with --start",
        ));
    }
    let evidence = gather(args, &program)?;
    let file = args
        .state
        .as_ref()
        .map(|path| StateFile::open(path, args.new_state))
        .transpose()?;
    let state = file.as_ref().and_then(|file| file.state.as_ref());
    if args.new_state && state.is_some() {
        let path = args.state.as_deref().unwrap_or(std::path::Path::new(""));
        let message = format!("{}: there is a state already", path.display());
        let note = Failure::note("no new state was started", message)
            .help("`--new-state` only allows the file to be absent; an existing state is never started over");
        tell(&note.render(Look::of_errors()));
    }
    let options = Options {
        as_of_from,
        adopt: args.adopt,
        key: args.key.clone(),
    };
    let press = args
        .reports
        .as_ref()
        .map(|folder| {
            let inputs = reports::Inputs {
                policy: &args.policy,
                program: &program,
                evidence: &args.evidence,
                params: &evidence.params,
                state: args.state.as_deref(),
            };
            Press::new(folder, &inputs)
        })
        .transpose()?;
    let mut engine = Engine::new(&program);
    let (decisions, next, papers) = match &press {
        Some(_) => engine.step_and_report(state, &evidence, as_of, &options),
        None => (engine.step_all(state, &evidence, as_of, &options))
            .map(|(decisions, next)| (decisions, next, Vec::new())),
    }
    .map_err(|refusal| refused(&refusal))?;
    if args.format != EvalFormat::Json {
        notes(&program, &evidence);
    }
    let whole = program.per.is_some() && args.key.is_none();
    let heard = print(&say(args.format, &program, &decisions, whole, &times))
        .map_err(|error| unheard(&format!("standard output: {error}")))?;
    if let Some(file) = file.filter(|_| !args.dry_run) {
        move_on(&file, &next, heard)?;
    }
    let exit = show::board::strongest(&decisions).map_or(Exit::Clean, |(_, code)| exit(code));
    let Some(press) = press else {
        if args.format == EvalFormat::Text {
            unwritten(&program, &decisions);
        }
        return Ok(exit);
    };
    if !heard {
        return Err(unheard("standard output was closed"));
    }
    publish(&press, &papers, args.dry_run, exit)
}

/// Writes the reports. One that cannot be written hides no decision: its exit code stays, unless it would say that all is well.
fn publish(press: &Press, papers: &[Paper], dry: bool, exit: Exit) -> Result<Exit, Failure> {
    for paper in papers.iter().filter(|paper| !paper.gaps.is_empty()) {
        let mut causes: Vec<(&str, Vec<String>)> = Vec::new();
        for gap in &paper.gaps {
            let entry = match gap.entry.as_str() {
                "" => "something in it".to_string(),
                entry => format!("`{entry}`"),
            };
            match causes.iter_mut().find(|(why, _)| *why == gap.why) {
                Some((_, entries)) if entries.contains(&entry) => {}
                Some((_, entries)) => entries.push(entry),
                None => causes.push((&gap.why, vec![entry])),
            }
        }
        let said = causes.iter().map(|(why, entries)| {
            let verb = if entries.len() == 1 { "is" } else { "are" };
            format!("{} {verb} unknown: {why}", entries.join(", "))
        });
        let message = format!(
            "report `{}`: {}",
            paper.report,
            said.collect::<Vec<_>>().join("; ")
        );
        tell(&Failure::note("a report has gaps", message).render(Look::of_errors()));
    }
    let (done, failed) = press.write(papers, dry);
    for line in done {
        tell(&format!("{line}\n"));
    }
    let Some((last, rest)) = failed.split_last() else {
        return Ok(exit);
    };
    let failure = |why: &String| {
        Failure::new(Exit::Unreadable, "a report was not written", why)
            .help("the decision stands; only its report is missing")
    };
    for why in rest {
        tell(&failure(why).render(Look::of_errors()));
    }
    match exit {
        Exit::Clean => Err(failure(last)),
        exit => {
            tell(&failure(last).render(Look::of_errors()));
            Ok(exit)
        }
    }
}

/// Says that the outcome asks for reports that nobody asked to write.
fn unwritten(program: &Program, decisions: &[Decision]) {
    let asked = decisions.iter().flat_map(|decision| {
        let reports = program.reports.iter();
        reports.filter(|one| one.on.is_empty() || one.on.contains(&decision.outcome))
    });
    match asked.count() {
        0 => {}
        1 => tell("one report is not written: name a folder with --reports\n"),
        n => tell(&format!(
            "{n} reports are not written: name a folder with --reports\n"
        )),
    }
}

/// The state moves only after its decision was said.
fn move_on(file: &StateFile, next: &State, heard: bool) -> Result<(), Failure> {
    if !heard {
        return Err(unheard("standard output was closed"));
    }
    file.replace(next)
}

fn unheard(why: &str) -> Failure {
    Failure::new(Exit::Unreadable, "the decision was not printed", why)
        .help("the state stays as it was: ask again")
}

fn times(zone: Option<&String>) -> Result<Times, Failure> {
    let zone = zone.map_or("UTC", String::as_str);
    if zone == "UTC" || zone == "Z" {
        return Ok(Times::utc());
    }
    zones::zone(zone).map(Times::in_zone).map_err(|unknown| {
        let failure = Failure::usage("unknown zone", format!("--tz {zone}: {unknown}"));
        match unknown.candidates.as_slice() {
            [] => failure.help("write a zone such as Europe/Berlin"),
            names => failure.help(format!("did you mean {}?", names.join(" or "))),
        }
    })
}

/// The instant to decide for. The clock is read at most once.
fn as_of(args: &Eval) -> Result<(Instant, AsOfFrom), Failure> {
    let Some(text) = &args.as_of else {
        return Ok((clock()?, AsOfFrom::Clock));
    };
    let as_of = evidence::instant("--as-of", text)?;
    if args.state.is_some() && as_of > clock()? {
        return Err(Failure::usage("--as-of is later than the clock", format!("{as_of} has not come yet"))
            .help("a state ahead of the clock would count soak time that has not passed; ask without --state, or with --start, to look ahead"));
    }
    Ok((as_of, AsOfFrom::Flag))
}

fn gather(args: &Eval, program: &Program) -> Result<Evidence, Failure> {
    let params = params::params(program, &args.param)?;
    let gathered = evidence::gather(&Wanted {
        program,
        evidence: &args.evidence,
        observed_at: &args.observed_at,
        trust_mtime: args.trust_mtime,
        params: &params,
    })?;
    let subject = params::subject(program, &args.subject, gathered.subject)?;
    Ok(Evidence {
        subject,
        observations: gathered.observations,
        params,
        notes: gathered.notes,
    })
}

fn refused(refusal: &Refusal) -> Failure {
    let failure = Failure::new(exit(refusal.exit()), "no decision", refusal.to_string());
    match refusal {
        Refusal::UnknownKey { key, known } if nearest(key, known).is_some() => {
            let near = nearest(key, known).unwrap_or_default();
            failure.help(format!("did you mean `{near}`? {}", refusal.help()))
        }
        _ => failure.help(refusal.help()),
    }
}

/// An exit code that a decision or a refusal names.
fn exit(code: u8) -> Exit {
    let all = [
        Exit::Clean,
        Exit::Held,
        Exit::Usage,
        Exit::Invalid,
        Exit::Unknown,
        Exit::Rollback,
        Exit::Unreadable,
    ];
    let found = all.into_iter().find(|exit| exit.code() == code);
    found.unwrap_or_else(|| unreachable!("no decision ends with exit code {code}"))
}

/// The decision; of a whole `per` rollout all of them on one board.
fn say(
    format: EvalFormat,
    program: &Program,
    decisions: &[Decision],
    whole: bool,
    times: &Times,
) -> String {
    let board = || show::board::board(program, decisions, times);
    let screen = |one| show::screen(program, one, times);
    match (format, decisions) {
        (EvalFormat::Text, [one]) if !whole => show::text::draw(&screen(one), Look::of_output()),
        (EvalFormat::Json, [one]) if !whole => show::json::one(one),
        (EvalFormat::Markdown, [one]) if !whole => show::markdown::draw(&screen(one)),
        (EvalFormat::Text, _) => show::text::draw_board(&board(), Look::of_output()),
        (EvalFormat::Json, all) => show::json::all(&program.rollout, all),
        (EvalFormat::Markdown, _) => show::markdown::draw_board(&board()),
    }
}

/// Shows the first places where evidence does not fit its schema.
fn notes(program: &Program, evidence: &Evidence) {
    const SHOWN: usize = 3;
    let mut store = Store::default();
    rolloutc_runtime::evidence::read(program, evidence, &mut store);
    let read = read_fields(program);
    let faults = || (store.faults.iter()).filter(|fault| matters(program, &read, fault));
    for fault in faults().take(SHOWN) {
        tell(&note(evidence, fault).render(Look::of_errors()));
    }
    if faults().count() > SHOWN {
        let rest = faults().count() - SHOWN;
        tell(&format!(
            "Note: evidence does not fit at {rest} more places\n"
        ));
    }
}

/// The fields that something in the program reads: record and number.
fn read_fields(program: &Program) -> BTreeSet<(RecordId, u16)> {
    let record = |id: NodeId| match program.code.get(id.ix())?.ty.required() {
        Ty::Record(id) | Ty::Rows { record: id, .. } => Some(*id),
        _ => None,
    };
    let codes = program.code.iter();
    let fields = codes.filter_map(|code| match code.node {
        Node::Field(of, field) => Some((record(of)?, field)),
        _ => None,
    });
    fields.collect()
}

/// Whether something reads what does not fit; where that cannot be told, it does.
fn matters(program: &Program, read: &BTreeSet<(RecordId, u16)>, fault: &Fault) -> bool {
    let last = fault.path.rsplit(['.', '[']).next().unwrap_or_default();
    let last = last.trim_matches(['"', ']']);
    let mut known = false;
    for (id, record) in (0..).map(RecordId).zip(&program.records) {
        for (field_id, field) in (0..).zip(&record.fields) {
            let paths = field.read.iter().flat_map(|read| &read.paths);
            let mut ends = paths.filter_map(|path| path.last());
            if field.name != last && !ends.any(|end| end.as_str() == last) {
                continue;
            }
            known = true;
            if read.contains(&(id, field_id)) {
                return true;
            }
        }
    }
    !known
}

fn note(evidence: &Evidence, fault: &Fault) -> Failure {
    let observation = evidence.observations.get(fault.observation as usize);
    let item = observation.map_or("", |observation| &observation.item);
    let place = match fault.path.as_str() {
        "" => item.to_string(),
        path if path.starts_with('[') => format!("{item}{path}"),
        path => format!("{item}.{path}"),
    };
    let failure = Failure::note(
        "evidence does not fit",
        format!("`{place}`: {}", fault.message),
    )
    .help(if fault.path.is_empty() {
        format!("the item counts as malformed: whatever reads `{item}` is unknown")
    } else {
        format!("what reads it is unknown; the rest of `{item}` stands")
    });
    let Some(observation) = observation else {
        return failure;
    };
    match &observation.content {
        Content::Bytes { .. } | Content::Json(_) | Content::Text(_) if fault.end > 0 => {
            failure.at(Excerpt {
                name: observation.file.clone().unwrap_or_else(|| item.to_string()),
                text: String::from_utf8_lossy(observation.bytes()).into_owned(),
                start: fault.start as usize,
                end: fault.end as usize,
                label: fault.message.clone(),
            })
        }
        Content::Bytes { .. }
        | Content::Json(_)
        | Content::Text(_)
        | Content::Failed { .. }
        | Content::Absent
        | Content::Unfit(_) => failure,
    }
}
