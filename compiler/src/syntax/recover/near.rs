//! Words that may have been meant. Knows letters only.

use crate::near;

/// The word nearest to another, where one is near; a word that is among them is meant itself.
pub(super) fn nearest<'a>(
    word: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<&'a str> {
    let most = if word.len() <= 3 { 1 } else { 2 };
    let strange = known.clone().all(|other| other != word);
    strange.then(|| near::nearest(word, known, most))?
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
