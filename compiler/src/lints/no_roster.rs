//! A family of rows whose list nobody checks for completeness.

use std::collections::BTreeSet;

use rolloutc_runtime::ir::{Aggregate, Bind, Clause, ItemId, Node, NodeId, Quant};
use rolloutc_runtime::ty::{Shape, Ty};

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "no-roster",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    let mut checked: BTreeSet<ItemId> = BTreeSet::new();
    let mut check = |nodes: Vec<NodeId>| checked.extend(Reach::nodes(program, nodes).items);
    let joined = |bind: &Bind| -> Vec<NodeId> {
        let sources = bind.vars.iter().map(|(_, source)| *source);
        match bind.vars.len() {
            0 | 1 => Vec::new(),
            _ => sources.collect(),
        }
    };
    for code in &program.code {
        match &code.node {
            Node::Set(_, left, right) | Node::In(left, right) => check(vec![*left, *right]),
            Node::Index(of, _) => check(vec![*of]),
            Node::Aggregate(Aggregate::Count, bind, _)
            | Node::Quant(Quant::Any | Quant::Count(..), bind, _) => {
                check(bind.vars.iter().map(|(_, source)| *source).collect());
            }
            Node::Quant(_, bind, body) | Node::Collect(bind, body) => {
                // Rows looked up for each of other rows are checked against those.
                let filter = bind.filter.into_iter().chain(*body);
                check(filter.collect());
                check(joined(bind));
            }
            _ => {}
        }
    }
    for gate in &program.gates {
        for clause in &gate.clauses {
            if let Clause::Each { bind, .. } = clause {
                check(joined(bind));
            }
        }
    }
    let mut said = BTreeSet::new();
    for gate in &program.gates {
        for clause in &gate.clauses {
            let Clause::Each { bind, .. } = clause else {
                continue;
            };
            let [(_, source)] = bind.vars[..] else {
                continue;
            };
            let code = &program.code[prover.behind(source).ix()];
            let (
                Node::Item(item),
                Ty::Rows {
                    shape: Shape::Table { .. } | Shape::Map { .. },
                    ..
                },
            ) = (&code.node, &code.ty)
            else {
                continue;
            };
            let place = look.node(source);
            // What may be empty need not be complete.
            let named = &program.evidence[item.ix()];
            let loose = named.may_be_empty || bind.may_be_empty;
            if loose || checked.contains(item) || look.foreign(place) || !said.insert(*item) {
                continue;
            }
            let message = format!("nothing says which rows `{}` must have", named.name);
            out.push(
                Diagnostic::warning(LINT.slug, place, message)
                    .label(format!("`{}` passes over rows that are gone", gate.name))
                    .help(format!(
                        "say which: `require {} covers [\"a\", \"b\"]`, or how many",
                        named.name
                    )),
            );
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
            r#"evidence lanes: table Lane by id { fresh 1d }
record Lane { id: text, ok: bool }
gate healthy {
  each    l in lanes
  require l.ok
}
"#,
            &["nothing says which rows `lanes` must have"],
        );
        check(
            super::LINT.slug,
            r#"evidence lanes: table Lane by id { fresh 1d }
record Lane { id: text, ok: bool }
gate many { require count(l in lanes) >= 2 }
gate healthy {
  each    l in lanes
  require l.ok
}
"#,
            &[],
        );
    }
}
