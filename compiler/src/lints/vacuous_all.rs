//! A gate that passes because there is nothing to look at.

use rolloutc_runtime::ir::{Level, Node, Quant};

use super::unsatisfiable_gate::rules;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "vacuous-all",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some((program, prover)) = look.program.zip(look.prover()) else {
        return;
    };
    for gate in program
        .gates
        .iter()
        .filter(|gate| gate.level != Level::Advisory)
    {
        let [(cond, true)] = rules(gate)[..] else {
            continue;
        };
        let node = prover.behind(cond);
        let Node::Quant(Quant::All, bind, _) = &program.code[node.ix()].node else {
            continue;
        };
        let [(_, source)] = bind.vars[..] else {
            continue;
        };
        let Node::Item(item) = &program.code[prover.behind(source).ix()].node else {
            continue;
        };
        let item = &program.evidence[item.ix()];
        let place = look.node(cond);
        if bind.may_be_empty || !item.may_be_empty || look.foreign(place) {
            continue;
        }
        let message = format!("`{}` passes where `{}` has no row", gate.name, item.name);
        out.push(
            Diagnostic::warning(LINT.slug, place, message)
                .label("all of none")
                .also(look.head(look.origin(item.at_origin)), "may be empty")
                .help(
                    "say how many there must be, or write `may be empty` behind the rows here too",
                ),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::lints::trial::check;

    #[test]
    fn found_and_nearly_found() {
        check(
            super::LINT.slug,
            r#"evidence lanes: table Lane by id { fresh 1d  may be empty }
record Lane { id: text  ok: bool }
gate healthy { require all l in lanes : l.ok }
"#,
            &["`healthy` passes where `lanes` has no row"],
        );
        check(
            super::LINT.slug,
            r#"evidence lanes: table Lane by id { fresh 1d }
record Lane { id: text  ok: bool }
gate healthy { require all l in lanes : l.ok }
"#,
            &[],
        );
    }
}
