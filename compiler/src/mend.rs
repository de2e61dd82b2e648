//! Edits that mend findings, put into a text. Knows edits and texts; knows no disk and does not judge the outcome.

use crate::diagnostic::Fix;
use crate::source::Span;

/// A text after its edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The text.
    pub text: String,
    /// Which fixes are in it, by their place in the list, in order.
    pub taken: Vec<usize>,
}

/// Puts fixes into a text: of two that touch the same place the first one wins, and a fix is taken as a whole or not at
/// all. Two that want the very same edit are both satisfied by it.
pub fn mend(text: &str, fixes: &[&Fix]) -> Mended {
    let mut edits: Vec<(Span, &str)> = Vec::new();
    let mut taken = Vec::new();
    for (at, fix) in fixes.iter().enumerate() {
        let fits = |span: Span| text.get(span.start as usize..span.end as usize).is_some();
        let mut new: Vec<(Span, &str)> = Vec::new();
        let mut free = !fix.edits.is_empty();
        for (span, put) in &fix.edits {
            let one = (*span, put.as_str());
            if edits.contains(&one) {
                continue;
            }
            free &= fits(*span) && !edits.iter().chain(&new).any(|other| touch(other.0, *span));
            new.push(one);
        }
        if free {
            edits.append(&mut new);
            taken.push(at);
        }
    }
    edits.sort();
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (span, put) in edits {
        out.push_str(&text[from..span.start as usize]);
        out.push_str(put);
        from = span.end as usize;
        // A line that had nothing else goes with what stood on it.
        if put.is_empty() {
            let before = out.rfind('\n').map_or(0, |at| at + 1);
            let rest = &text[from..];
            let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
            if out[before..].trim().is_empty() && rest[..end].trim().is_empty() {
                out.truncate(before);
                from += end;
                // And so does one of two blank lines around it.
                if out.ends_with("\n\n") && text[from..].starts_with('\n') {
                    from += 1;
                }
            }
        }
    }
    out.push_str(&text[from..]);
    Mended { text: out, taken }
}

/// Whether two edits cannot both be made: they share a letter, or both put something at one place.
fn touch(a: Span, b: Span) -> bool {
    if a.is_empty() || b.is_empty() {
        return a.start <= b.end && b.start <= a.end;
    }
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, edits: &[&[(u32, u32, &str)]], want: &str, taken: &[usize]) {
        let fix = |edits: &&[(u32, u32, &str)]| Fix {
            title: String::new(),
            safe: true,
            edits: edits
                .iter()
                .map(|(start, end, put)| (Span::new(*start, *end), put.to_string()))
                .collect(),
        };
        let fixes: Vec<Fix> = edits.iter().map(fix).collect();
        let done = mend(text, &fixes.iter().collect::<Vec<_>>());
        assert_eq!((done.text.as_str(), &done.taken[..]), (want, taken));
    }

    #[test]
    fn fixes_are_taken_whole_and_never_over_each_other() {
        check("abc", &[&[(0, 1, "x")], &[(2, 3, "z")]], "xbz", &[0, 1]);
        check("abc", &[&[(2, 3, "z")], &[(0, 1, "x")]], "xbz", &[0, 1]);
        check("abc", &[&[(0, 2, "x")], &[(1, 3, "z")]], "xc", &[0]);
        check(
            "abc",
            &[&[(0, 1, "x")], &[(0, 1, "x"), (2, 3, "z")]],
            "xbz",
            &[0, 1],
        );
        check(
            "abc",
            &[&[(0, 1, "x")], &[(0, 1, "y"), (2, 3, "z")]],
            "xbc",
            &[0],
        );
        check("abc", &[&[(1, 1, "x")], &[(1, 1, "y")]], "axbc", &[0]);
        check("abc", &[&[(0, 2, "x"), (1, 3, "y")]], "abc", &[]);
        check("abc", &[&[(2, 9, "x")], &[]], "abc", &[]);
        check("ä", &[&[(1, 2, "x")]], "ä", &[]);
    }

    #[test]
    fn a_line_left_empty_goes_with_what_stood_on_it() {
        check("a\n  b\nc\n", &[&[(4, 5, "")]], "a\nc\n", &[0]);
        check("a\n\nb\n\nc\n", &[&[(3, 4, "")]], "a\n\nc\n", &[0]);
        check("a b\nc\n", &[&[(2, 3, "")]], "a \nc\n", &[0]);
    }
}
