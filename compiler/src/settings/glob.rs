//! Patterns of paths: `*` within a name, `**` over folders, `?` one letter. Knows no disk.

/// Whether a path, with `/` between its parts, is meant by a pattern as a whole.
pub fn matches(pattern: &str, path: &str) -> bool {
    let split = |text: &str| -> Vec<String> {
        let parts = text.split('/').filter(|part| !matches!(*part, "" | "."));
        parts.map(String::from).collect()
    };
    folders(&split(pattern), &split(path))
}

/// Whether a text is a pattern and not simply a path.
pub fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

fn folders(pattern: &[String], path: &[String]) -> bool {
    // What each tail of the path is worth, so that many `**` stay cheap.
    let mut fits = vec![false; path.len() + 1];
    fits[path.len()] = true;
    for part in pattern.iter().rev() {
        let mut next = vec![false; path.len() + 1];
        for at in (0..=path.len()).rev() {
            next[at] = match part.as_str() {
                "**" => fits[at] || (at < path.len() && next[at + 1]),
                part => at < path.len() && fits[at + 1] && name(part, &path[at]),
            };
        }
        fits = next;
    }
    fits[0]
}

fn name(pattern: &str, text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut fits = vec![false; text.len() + 1];
    fits[text.len()] = true;
    for c in pattern.chars().rev() {
        let mut next = vec![false; text.len() + 1];
        for at in (0..=text.len()).rev() {
            next[at] = match c {
                '*' => fits[at] || (at < text.len() && next[at + 1]),
                c => at < text.len() && fits[at + 1] && (c == '?' || c == text[at]),
            };
        }
        fits = next;
    }
    fits[0]
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_mean_whole_paths() {
        for (pattern, path, meant) in [
            ("a.rollout", "a.rollout", true),
            ("./a.rollout", "a.rollout", true),
            ("*.rollout", "a.rollout", true),
            ("*.rollout", "b/a.rollout", false),
            ("**/*.rollout", "a.rollout", true),
            ("**/*.rollout", "b/c/a.rollout", true),
            ("b/**", "b/c/a.rollout", true),
            ("b/**", "c/a.rollout", false),
            ("b/**/a.rollout", "b/a.rollout", true),
            ("b/?.rollout", "b/ä.rollout", true),
            ("b/?.rollout", "b/ab.rollout", false),
            ("**/**/**/**/x", "a/b/c/d/e/f/g/y", false),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "acb", false),
        ] {
            assert_eq!(matches(pattern, path), meant, "{pattern} {path}");
        }
    }
}
