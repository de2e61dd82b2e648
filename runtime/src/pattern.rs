//! Patterns of `matches`: anchored, ASCII. One reading for the checker and the evaluator. Knows no values.

use regex_lite::Regex;

/// A pattern that speaks of the whole text.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    if !pattern.is_ascii() {
        return Err("it has letters beyond ASCII".to_string());
    }
    Regex::new(&format!("^(?:{pattern})$")).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::compile;

    #[test]
    fn a_pattern_speaks_of_the_whole_text() {
        let check = |pattern, text, want: Option<bool>| {
            assert_eq!(
                compile(pattern).ok().map(|p| p.is_match(text)),
                want,
                "{pattern}"
            );
        };
        check("[a-z]+", "abc", Some(true));
        check("[a-z]+", "abc1", Some(false));
        check("a|b", "ab", Some(false));
        check("(a", "a", None);
        check("ü", "ü", None);
    }
}
