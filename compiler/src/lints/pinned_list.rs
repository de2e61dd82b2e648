//! A list that people extend, declared `timeless`: the first new row makes all of it mismatched.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{Node, NodeId, Program, Time};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "pinned-list",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let mut lists: Vec<(NodeId, &str)> = Vec::new();
    lists.extend(
        program
            .waivers
            .iter()
            .map(|waivers| (waivers.rows, "waivers")),
    );
    for calendar in &program.calendar {
        for time in &calendar.times {
            if let Time::During { bind, .. } = time {
                lists.extend(bind.vars.iter().map(|(_, rows)| (*rows, "days off")));
            }
        }
    }
    let mut said = BTreeSet::new();
    for (rows, what) in lists {
        let Some(item) = item(program, prover.behind(rows)) else {
            continue;
        };
        let found = &program.evidence[item];
        let place = look.origin(found.at_origin);
        if found.fresh.is_none() && said.insert(item) && !look.foreign(place) {
            let message = format!("`{}` holds {what} and is timeless", found.name);
            out.push(
                Diagnostic::warning(LINT.slug, look.head(place), message)
                    .help("its digest is pinned, so a new row is a mismatch: give it `fresh`"),
            );
        }
    }
}

fn item(program: &Program, node: NodeId) -> Option<usize> {
    match &program.code[node.ix()].node {
        Node::Item(item) => Some(item.ix()),
        Node::Field(of, _) => item(program, *of),
        _ => None,
    }
}
