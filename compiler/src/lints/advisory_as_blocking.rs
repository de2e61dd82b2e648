//! An advisory gate that blocks because another gate asks it.

use rolloutc_runtime::ir::{Clause, Gate, Level, Node};

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "advisory-as-blocking",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    let advisory = |gate: &Gate| gate.level == Level::Advisory;
    if !program.gates.iter().any(advisory) {
        return;
    }
    for gate in program.gates.iter().filter(|gate| !advisory(gate)) {
        let lenient = |clause: &Clause| {
            matches!(clause, Clause::AdvisoryUnless(_) | Clause::AdvisoryUntil(_))
        };
        if gate.clauses.iter().any(lenient) {
            continue;
        }
        for clause in &gate.clauses {
            let Clause::Rule(rule) = clause else { continue };
            for node in Reach::nodes(program, [rule.cond]).nodes {
                let Node::Gate(asked) = &program.code[node.ix()].node else {
                    continue;
                };
                let place = look.node(node);
                let asked = &program.gates[asked.ix()];
                if asked.level == Level::Advisory && !look.foreign(place) {
                    let message = format!("`{}` is advisory, and here it decides", asked.name);
                    out.push(
                        Diagnostic::warning(LINT.slug, place, message)
                            .label(format!("`{}` fails with it", gate.name))
                            .also(look.head(look.origin(asked.at)), "advisory"),
                    );
                }
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
            r#"gate quick advisory { require slo.p95 <= 1s }
gate fine { require quick and slo.errors <= 2% }
"#,
            &["`quick` is advisory, and here it decides"],
        );
        check(
            super::LINT.slug,
            r#"gate quick advisory { require slo.p95 <= 1s }
gate fine advisory { require quick and slo.errors <= 2% }
"#,
            &[],
        );
    }
}
