//! A condition negated twice: it takes two thoughts to read and says what the plain one says.

use rolloutc_runtime::ir::{Clause, Node, RuleKind};

use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "double-negation",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for (at, code) in program.code.iter().enumerate() {
        if let Node::Not(of) = &code.node
            && let Node::Not(_) = &program.code[of.ix()].node
        {
            let place = look.node(rolloutc_runtime::ir::NodeId(at as u32));
            if !look.foreign(place) {
                out.push(Diagnostic::warning(
                    LINT.slug,
                    place,
                    "this is negated twice",
                ));
            }
        }
    }
    for gate in &program.gates {
        let mut forbids = gate.clauses.iter().filter_map(|clause| match clause {
            Clause::Rule(rule) if rule.kind == RuleKind::Forbid => Some(rule),
            _ => None,
        });
        // A list of things that stand against a move reads well with one `not` in it.
        let (Some(rule), None) = (forbids.next(), forbids.next()) else {
            continue;
        };
        let place = look.node(rule.cond);
        if let Node::Not(of) = &program.code[rule.cond.ix()].node
            && !look.foreign(place)
        {
            let message = format!("`{}` forbids that something is not", gate.name);
            out.push(
                Diagnostic::warning(LINT.slug, place, message)
                    .label(format!("write `require {}`", look.said(*of))),
            );
        }
    }
}
