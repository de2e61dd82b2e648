//! What a step begins with: values of params, the subject that is given, ends of freshness, and a state
//! that goes on under another program. Decides nothing.

use indexmap::IndexMap;

use super::Refusal;
use crate::bounds::Bound;
use crate::data::Store;
use crate::eval::{Context, Inputs, Nobody, Place, Plan, Scratch};
use crate::evidence::Evidence;
use crate::ir::{Const, Program};
use crate::number::Number;
use crate::state::{Instance, Subject};
use crate::time::Instant;
use crate::ty::Ty;
use crate::value::Val;
use crate::view::View;
use crate::view::look::{Fresh, const_text};

/// The params' values, by id.
pub(super) fn params(program: &Program, evidence: &Evidence) -> Result<Vec<Const>, Refusal> {
    let value = |param: &crate::ir::Param| {
        let given = evidence
            .params
            .iter()
            .find(|given| given.name == param.name);
        let value = given.map(|given| &given.value).or(param.default.as_ref());
        let value = match value {
            Some(value) => value.clone(),
            None if param.judged && !matches!(param.ty, Ty::Optional(_)) => {
                return Err(Refusal::Param(format!(
                    "param `{}` has no value",
                    param.name
                )));
            }
            None => Const::Null,
        };
        let shown = const_text(program, &param.ty, &value);
        let text = |bound: &Const| const_text(program, param.bounded(), bound);
        let bound = match param.broken_by(&value) {
            None => return Ok(value),
            Some(Bound::Least(min)) => format!("at least {}", text(min)),
            Some(Bound::Most(max)) => format!("at most {}", text(max)),
            Some(Bound::Only(only)) => {
                let only = only.iter().map(|one| const_text(program, &param.ty, one));
                format!("only {}", only.collect::<Vec<_>>().join(", "))
            }
        };
        Err(Refusal::Param(format!(
            "param `{}` is {shown}, {bound}",
            param.name
        )))
    };
    program.params.iter().map(value).collect()
}

/// The subject that is given, each member in policy notation.
pub(super) fn subject(program: &Program, evidence: &Evidence) -> Result<Option<Subject>, Refusal> {
    let Some(given) = evidence
        .subject
        .as_ref()
        .filter(|given| !given.0.is_empty())
    else {
        return Ok(None);
    };
    let has = |name: &String| program.subject.contains_key(name);
    if let Some(name) = given.0.keys().find(|name| !has(name)) {
        return Err(Refusal::Subject(format!(
            "the subject of `{}` has no member `{name}`",
            program.rollout
        )));
    }
    let mut members = IndexMap::new();
    for (name, ty) in &program.subject {
        let Some(value) = given.0.get(name) else {
            return Err(Refusal::Subject(format!(
                "the subject's `{name}` is not given"
            )));
        };
        let text = const_text(program, ty, value);
        if parse(program, ty, &text).is_none() {
            return Err(Refusal::Subject(format!(
                "the subject's `{name}` does not fit: `{text}`"
            )));
        }
        members.insert(name.clone(), text);
    }
    Ok(Some(Subject(members)))
}

/// A subject's members as values, in the program's order.
pub(super) fn subject_consts(program: &Program, subject: Option<&Subject>) -> Vec<Const> {
    let Some(subject) = subject else {
        return Vec::new();
    };
    let member = |(name, ty): (&String, &Ty)| {
        let text = subject.0.get(name)?;
        parse(program, ty, text)
    };
    program
        .subject
        .iter()
        .map(|entry| member(entry).unwrap_or(Const::Null))
        .collect()
}

/// A value from its policy notation.
fn parse(program: &Program, ty: &Ty, text: &str) -> Option<Const> {
    Some(match ty {
        Ty::Bool => Const::Bool(text.parse().ok()?),
        Ty::Int | Ty::Number => Const::Number(Number::parse(text).ok()?),
        Ty::Ratio => Const::Number(crate::unit::parse_ratio(text).ok()?),
        Ty::Duration => Const::Number(crate::unit::parse_duration(text).ok()?),
        Ty::Bytes => Const::Number(crate::unit::parse_bytes(text).ok()?),
        Ty::Instant => Const::Instant(Instant::parse(text, false).ok()?),
        Ty::Date => Const::Date(crate::time::Date::parse(text).ok()?),
        Ty::Enum(id) => {
            let members = &program.enums.get(id.0 as usize)?.members;
            let at = members.iter().position(|member| member.name == text)?;
            Const::Member(*id, at as u32)
        }
        Ty::Optional(inner) => match text {
            "null" => Const::Null,
            text => parse(program, inner, text)?,
        },
        Ty::Text
        | Ty::Version
        | Ty::Record(_)
        | Ty::Rows { .. }
        | Ty::List(_)
        | Ty::Secret
        | Ty::Nothing => Const::Text(text.into()),
    })
}

/// Both ends of each item's freshness. One that cannot be told is nought: stale at once.
pub(super) fn fresh(
    program: &Program,
    plan: &Plan,
    store: &Store,
    params: &[Const],
    now: Instant,
    key: &str,
) -> Vec<Fresh> {
    let view = View {
        items: vec![Default::default(); program.evidence.len()],
        moves: false,
    };
    let place = Place::at(now);
    let scratch = Scratch::new();
    let mut ctx = Context::new(Inputs {
        program,
        plan,
        store,
        view: &view,
        place: &place,
        params,
        people: &Nobody,
        scratch: &scratch,
    });
    if !key.is_empty() {
        super::keys::bind(&mut ctx, program, key);
    }
    let mut number = |node| match ctx.eval(node) {
        Val::Number(number) => number,
        _ => Number::ZERO,
    };
    program
        .evidence
        .iter()
        .map(|item| Fresh {
            hard: item.fresh.map(&mut number),
            soft: item.soft.map(&mut number),
        })
        .collect()
}

/// Goes on under another program: the place, the journal, the procedure and the halts stay.
pub(super) fn adopt(
    program: &Program,
    instance: &mut Instance,
    now: Instant,
) -> Result<(), Refusal> {
    let phase = program
        .phases
        .iter()
        .find(|phase| phase.name == instance.phase);
    if let (Some(phase), Some(share)) = (phase, instance.cohort) {
        let fits = share.0.is_zero()
            || phase.cohorts_from.is_some()
            || phase.cohorts.iter().any(|cohort| cohort.share == share.0);
        if !fits {
            return Err(Refusal::Adopt(format!(
                "phase `{}` has no cohort {share}",
                phase.name
            )));
        }
    }
    instance.soak = Default::default();
    // What was gathered belongs to the other policy, so the clock of the place begins anew.
    instance.entered_at = instance.entered_at.map(|_| now);
    instance.standing.clear();
    instance.asked.clear();
    instance.pins.clear();
    let known = |key: &str| {
        let name = key.split('[').next().unwrap_or(key);
        program.triggers.iter().any(|trigger| trigger.name == name)
    };
    instance.tracks.retain(|key, _| known(key));
    instance.armed.retain(|key, _| known(key));
    Ok(())
}
