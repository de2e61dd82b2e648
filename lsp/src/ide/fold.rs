//! What folds: declarations, brackets over several lines, runs of comments, runs of `use`.

use rolloutc_compiler::source::Span;
use rolloutc_compiler::syntax::ast::DeclKind;

use super::View;
use super::walk::{Part, walk};

/// What kind of text folds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Code.
    Code,
    /// Comments.
    Comment,
    /// Modules that are used.
    Uses,
}

/// Every stretch that folds: from the end of its first line to its end.
pub fn folds(view: &View<'_>) -> Vec<(Span, Kind)> {
    let Some(file) = view.analysis.files.first() else {
        return Vec::new();
    };
    let tree = view.tree();
    let mut out = Vec::new();
    let mut add = |span: Span, kind: Kind| {
        let first = file.line(span.start);
        if file.line(span.end.max(1) - 1) > first {
            out.push((Span::new(file.line_span(first).end, span.end), kind));
        }
    };
    walk(tree, &mut |part, span| match part {
        Part::Decl(_) | Part::Piece | Part::Field(_) | Part::Expr(_) | Part::Type(_) => {
            add(span, Kind::Code);
        }
        Part::Text(_) | Part::Str(_) => add(span, Kind::Code),
        Part::Name(..) => {}
    });
    let mut run: Option<Span> = None;
    for comment in tree.comments.iter().filter(|comment| comment.own_line) {
        run = Some(match run {
            Some(known) if file.line(known.end) + 1 == file.line(comment.span.start) => {
                known.to(comment.span)
            }
            known => {
                known
                    .into_iter()
                    .for_each(|known| add(known, Kind::Comment));
                comment.span
            }
        });
    }
    run.into_iter().for_each(|known| add(known, Kind::Comment));
    for docs in tree.decls.iter().filter_map(|decl| decl.docs.as_ref()) {
        add(docs.span, Kind::Comment);
    }
    let mut uses: Option<Span> = None;
    for decl in &tree.decls {
        uses = match (&decl.kind, uses) {
            (DeclKind::Use(_), known) => Some(known.map_or(decl.span, |known| known.to(decl.span))),
            (_, known) => {
                known.into_iter().for_each(|known| add(known, Kind::Uses));
                None
            }
        };
    }
    uses.into_iter().for_each(|known| add(known, Kind::Uses));
    out.sort();
    // Of two that begin on one line the outer one folds.
    out.sort_by_key(|(span, _)| (span.start, std::cmp::Reverse(span.end)));
    out.dedup_by_key(|(span, _)| span.start);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{now, read};

    #[test]
    fn blocks_comments_and_uses_fold() {
        let text = "edition 2026\n\nuse std.slo\nuse std.drill\n\n// one\n// two\n\n/// a\n/// b\ngate g {\n  require all x in [\n    1,\n    2,\n  ] : x > 0\n}\n\nlet one = 1\n";
        let analysis = read(text);
        let folds = folds(&View::new(&analysis, now()));
        let file = &analysis.files[0];
        let lines: Vec<(u32, u32, Kind)> = (folds.iter())
            .map(|(span, kind)| {
                (
                    file.line(span.start) + 1,
                    file.line(span.end - 1) + 1,
                    *kind,
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                (3, 4, Kind::Uses),
                (6, 7, Kind::Comment),
                (9, 10, Kind::Comment),
                (11, 16, Kind::Code),
                (12, 15, Kind::Code),
            ]
        );
    }
}
