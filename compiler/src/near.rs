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
        let (mine, theirs) = apart(&lower, other);
        let distance = osa_distance(mine, &theirs.to_lowercase());
        (distance <= most).then_some((distance, other))
    });
    near.min().map(|(_, other)| other)
}

/// How many letters of a name may differ from the one that was meant.
pub fn tolerance(name: &str) -> usize {
    (name.chars().count() / 3).clamp(1, 3)
}

/// Which letters stand in a word, a bit for each, case aside; letters far from the alphabet share one.
fn letters(word: &str) -> u64 {
    let bit = |byte: u8| match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => 26 + byte - b'0',
        _ => 40,
    };
    word.bytes().fold(0, |all, byte| all | 1 << bit(byte))
}

/// What is left of two words without the letters with which both begin and end: as far apart as the words.
fn apart<'w>(one: &'w str, other: &'w str) -> (&'w str, &'w str) {
    let same = |(a, b): &(u8, u8)| a.is_ascii() && a.eq_ignore_ascii_case(b);
    let first = one.bytes().zip(other.bytes()).take_while(same).count();
    let (one, other) = (&one[first..], &other[first..]);
    let last = (one.bytes().rev().zip(other.bytes().rev()).take_while(same)).count();
    (&one[..one.len() - last], &other[..other.len() - last])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_near() {
        let known = ["baseline", "latency", "slo", "lane", "Größe"];
        let check = |name, want| assert_eq!(nearest(name, known, tolerance(name)), want, "{name}");
        check("latncy", Some("latency"));
        check("latnecy", Some("latency"));
        check("lanes", Some("lane"));
        check("Slo", Some("slo"));
        check("slo", None);
        check("grösse", Some("Größe"));
        check("weather", None);
    }
}
