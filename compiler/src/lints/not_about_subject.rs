//! Evidence that names what it speaks of, and is not asked.

use rolloutc_runtime::ir::Node;
use rolloutc_runtime::ty::Ty;

use super::reach::Reach;
use super::{Lint, Look};
use crate::diagnostic::Diagnostic;

/// See the page.
pub const LINT: Lint = Lint {
    slug: "not-about-subject",
    find,
};

fn find(look: &Look<'_>, out: &mut Vec<Diagnostic>) {
    let Some(program) = look.program else { return };
    for (at, item) in program.evidence.iter().enumerate() {
        let Ty::Record(record) = item.ty else {
            continue;
        };
        let record = &program.records[record.0 as usize];
        let place = look.head(look.origin(item.at_origin));
        if !item.about.is_empty() || look.foreign(place) {
            continue;
        }
        let Some(part) = program
            .subject
            .keys()
            .find(|part| record.fields.iter().any(|field| field.name == **part))
        else {
            continue;
        };
        // What reads the subject beside the item compares them.
        let compared = program.code.iter().any(|code| match &code.node {
            Node::Compare(_, left, right) | Node::In(left, right) => {
                let reach = Reach::nodes(program, [*left, *right]);
                let subject = |node: &rolloutc_runtime::ir::NodeId| {
                    matches!(program.code[node.ix()].node, Node::Subject(_))
                };
                reach.items.iter().any(|one| one.ix() == at) && reach.nodes.iter().any(subject)
            }
            _ => false,
        }) || program.live_from.is_some_and(|live| {
            Reach::nodes(program, [live])
                .items
                .iter()
                .any(|one| one.ix() == at)
        });
        if !compared {
            let message = format!("`{}` names its `{part}`, and nobody asks which", item.name);
            out.push(
                Diagnostic::warning(LINT.slug, place, message)
                    .help(format!("write `about subject.{part} at {part}`")),
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
            r#"evidence drill { fresh 7d  build: text  passed: bool }
gate drilled { require drill.passed }
"#,
            &["`drill` names its `build`, and nobody asks which"],
        );
        check(
            super::LINT.slug,
            r#"evidence drill { fresh 7d  build: text  passed: bool }
gate drilled { require drill.passed and drill.build == subject.build }
"#,
            &[],
        );
    }
}
