//! Between the limit of a gate and that of a trigger nothing happens.

use rolloutc_runtime::ir::{PhaseId, Then};
use rolloutc_runtime::number::Number;

use super::bounds::{Bound, bound, bounds};
use super::domain::{Domain, Stretch};
use super::look::number;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "threshold-gap",
    find,
};

/// How many times beyond the limit of the gate a trigger may begin.
const FACTOR: i128 = 2;

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for (at, phase) in program.phases.iter().enumerate() {
        if phase.within.is_some() {
            continue;
        }
        let armed: Vec<Bound> = program
            .triggers
            .iter()
            .filter(|trigger| {
                trigger.phases.contains(&PhaseId(at as u32))
                    && trigger.then != Then::Halt
                    && trigger.each.is_none()
                    && !look.foreign(look.node(trigger.when))
            })
            .filter_map(|trigger| bound(prover, (trigger.when, true)))
            .collect();
        for gate in bounds(look, &[&phase.keep]) {
            let (Some(upto), Some(node)) = (ceiling(&gate.says.domain), gate.says.node) else {
                continue;
            };
            let same = armed
                .iter()
                .filter(|trigger| trigger.measure == gate.measure);
            let near = same.filter_map(|trigger| Some((floor(&trigger.says.domain)?, trigger)));
            let Some((from, trigger)) = near.min_by_key(|(from, _)| *from) else {
                continue;
            };
            let far = upto.mul(Number::int(FACTOR)).is_some_and(|far| from >= far);
            let ty = program.code[node.ix()].ty.required();
            let texts = number(ty, upto).zip(number(ty, from));
            if let (true, false, Some((upto, from))) = (far, upto.is_zero(), texts) {
                let message = format!(
                    "between {upto} and {from} `{}` neither goes on nor turns back",
                    phase.name
                );
                out.push(
                    Diagnostic::warning(LINT.slug, look.node(trigger.wish.0), message)
                        .label("turns back from here on")
                        .also(look.node(gate.wish.0), "goes on up to here")
                        .help("let the trigger begin nearer, or give the phase a `within`"),
                );
            }
        }
    }
}

/// The upper end of what has no lower one that matters.
fn ceiling(domain: &Domain) -> Option<Number> {
    match domain {
        Domain::Numbers(stretches) => match stretches[..] {
            [
                Stretch {
                    low,
                    high: Some(high),
                },
            ] if low.is_none_or(|low| low.at.is_zero()) => Some(high.at),
            _ => None,
        },
        Domain::Words { .. } => None,
    }
}

/// The lower end of what has no upper one.
fn floor(domain: &Domain) -> Option<Number> {
    match domain {
        Domain::Numbers(stretches) => match stretches[..] {
            [
                Stretch {
                    low: Some(low),
                    high: None,
                },
            ] => Some(low.at),
            _ => None,
        },
        Domain::Words { .. } => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  keep calm }
trigger storm { when slo.errors > 10%  then rollback to_old }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["between 1% and 10% `canary` neither goes on nor turns back"],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  keep calm }
trigger storm { when slo.errors > 10%  then rollback to_old }
trigger drift { when slo.errors > 1.5%  for 1h  then rollback to_old }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &[],
        );
        check(
            super::LINT.slug,
            r#"phase canary final { cohorts 1%, 100%  keep calm  within 6h else rollback to_old }
trigger storm { when slo.errors > 10%  then rollback to_old }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &[],
        );
    }
}
