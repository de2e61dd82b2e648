//! A trigger that looks past waivers.

use rolloutc_runtime::ir::{Node, NodeId};

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "gate-in-trigger",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for trigger in &program.triggers {
        let reach = Reach::nodes(program, [trigger.when]);
        let asked = |node: &NodeId| match &program.code[node.ix()].node {
            Node::Gate(gate) | Node::GateRow(gate, _) => Some(*gate),
            _ => None,
        };
        for node in &reach.nodes {
            let Some(gate) = asked(node) else { continue };
            let covered = program
                .waivers
                .iter()
                .find(|waivers| waivers.cover.iter().any(|cover| cover.gate == gate));
            let place = look.node(*node);
            if let Some(waivers) = covered.filter(|_| !look.foreign(place)) {
                let message = format!(
                    "`{}` looks past the waivers of `{}`",
                    trigger.name,
                    program.gates[gate.ix()].name
                );
                out.push(
                    Diagnostic::info(LINT.slug, place, message)
                        .label("counts as it is, waived or not")
                        .also(look.head(look.origin(waivers.at)), "may cover it")
                        .help("ask the measure itself, with the limit that means it"),
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover calm when w.gate == "calm" }

phase canary final { cohorts 1%, 100%  keep calm }

trigger storm { when not calm  then rollback to_old }

rollback to_old {
  to      canary at 0%
  decide  within 15m
  step    route "Send everybody to the old build"   by ops
  verify  calm
  reenter when calm
}
"#,
            &["`storm` looks past the waivers of `calm`"],
        );
        check(
            super::LINT.slug,
            r#"evidence papers: table Paper by id { fresh 1d }

record Paper { id: text, by: text, until: instant, gate: text }

waivers w in papers { by any of ops, dev  at most 14d  until w.until  cover calm when w.gate == "calm" }

phase canary final { cohorts 1%, 100%  keep calm }

trigger storm { when slo.errors > 5%  then rollback to_old }

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
