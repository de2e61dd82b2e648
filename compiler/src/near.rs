//! Words that may have been meant. Knows letters only.

use strsim::osa_distance;

/// The word that differs least from another one, case aside, where one differs in no more than `most` letters that are put
/// in, taken out, changed or swapped with a neighbour. Of several the first in the order of the alphabet.
pub fn nearest<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
    most: usize,
) -> Option<&'k str> {
    let lower = word.to_lowercase();
    let (long, letters) = (lower.chars().count(), letters(&lower));
    let near = known.into_iter().filter(|other| *other != word);
    let near = near.filter_map(|other| {
        // Most words are told apart by their lengths and letters alone, which costs little.
        let far = other.len().abs_diff(long) > most && other.is_ascii();
        if far || (letters ^ self::letters(other)).count_ones() as usize > 2 * most {
            return None;
        }
        let distance = osa_distance(&lower, &other.to_lowercase());
        (distance <= most).then_some((distance, other))
    });
    near.min().map(|(_, other)| other)
}

/// How many letters of a name may differ from the one that was meant.
pub fn slips(name: &str) -> usize {
    (name.chars().count() / 3).clamp(1, 3)
}

/// Which letters stand in a word, a bit for each, case aside; letters far from the alphabet share one.
fn letters(word: &str) -> u64 {
    word.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'a'..='z' => 1 << (letter as u32 - 'a' as u32),
            '0'..='9' => 1 << (26 + letter as u32 - '0' as u32),
            _ => 1 << 40,
        })
        .fold(0, |all, one: u64| all | one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_near() {
        let known = ["baseline", "latency", "slo", "lane", "Größe"];
        let check = |name, want| assert_eq!(nearest(name, known, slips(name)), want, "{name}");
        check("latncy", Some("latency"));
        check("latnecy", Some("latency"));
        check("lanes", Some("lane"));
        check("Slo", Some("slo"));
        check("slo", None);
        check("grösse", Some("Größe"));
        check("weather", None);
    }
}
