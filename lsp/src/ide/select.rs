//! What a selection grows to: the word, the expression around it, the clause, the declaration, the file.

use rolloutc_compiler::source::Span;

use super::walk::{Part, walk_decl};
use super::{View, word};

/// The stretches around an offset, the smallest first, each inside the next.
pub fn grow(view: &View<'_>, offset: u32) -> Vec<Span> {
    let text = view.text();
    let mut spans = vec![Span::new(0, text.len() as u32)];
    if let Some(decl) = view.decl_at(offset) {
        if let Some(docs) = &decl.docs {
            spans.push(docs.span.to(decl.span));
        }
        walk_decl(decl, &mut |part, span| {
            if span.touches(offset) {
                spans.push(span);
                if matches!(part, Part::Str(_) | Part::Text(_)) && span.len() >= 2 {
                    let inner = Span::new(span.start + 1, span.end - 1);
                    spans.extend(inner.touches(offset).then_some(inner));
                }
            }
        });
    }
    spans.extend(word(text, offset));
    spans.sort_by_key(|span| (std::cmp::Reverse(span.len()), span.start));
    let mut out: Vec<Span> = Vec::new();
    for span in spans {
        // Of two neighbours that both touch the cursor, the first is taken.
        if out
            .last()
            .is_none_or(|outer| outer.holds(span) && *outer != span)
        {
            out.push(span);
        }
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ide::tests::{SHOP, at as ask};

    #[test]
    fn a_selection_grows_from_the_word_to_the_file() {
        let text = SHOP.replacen("require slo.p95 <=", "require slo.p$095 <=", 1);
        ask(&text, |view, offset| {
            let said: Vec<&str> = grow(view, offset)
                .iter()
                .map(|span| span.text(view.text()))
                .collect();
            assert_eq!(
                said[..4],
                [
                    "p95",
                    "slo.p95",
                    "slo.p95 <= 300ms",
                    "require slo.p95 <= 300ms"
                ]
            );
            assert!(said[4].starts_with("gate quick"));
            assert_eq!(said[said.len() - 1], view.text());
        });
        ask("$0", |view, offset| assert_eq!(grow(view, offset).len(), 1));
    }
}
