//! Words that may have been meant. Knows letters only.

/// The word nearest to another, where one is near.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let far = |other: &str| distance(word, other);
    let near = known
        .map(|other| (far(other), other))
        .min_by_key(|(far, _)| *far)?;
    let most = if word.len() <= 3 { 1 } else { 2 };
    (near.0 > 0 && near.0 <= most).then_some(near.1)
}

/// How many letters must be put in, taken out, changed or swapped.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    if a.len() > 32 || b.len() > 32 {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swap = if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    rows[i - 2][j - 2] + 1
                } else {
                    usize::MAX
                };
                change
                    .min(swap)
                    .min(rows[i - 1][j] + 1)
                    .min(rows[i][j - 1] + 1)
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_near() {
        let near = |word| nearest(word, ["gate", "group", "phase", "let"].into_iter());
        assert_eq!(near("gaet"), Some("gate"));
        assert_eq!(near("gates"), Some("gate"));
        assert_eq!(near("phsae"), Some("phase"));
        assert_eq!(near("gate"), None);
        assert_eq!(near("xyzzy"), None);
    }
}
