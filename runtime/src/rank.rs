//! Two samples compared by rank: Mann and Whitney's U, counted exactly. Knows exact numbers; knows no
//! types and no policies.
//!
//! Equal values share the mean of their ranks. Where [`STEPS`] steps suffice, as for 30 values and 30, the
//! chance of a U as great is counted over every way to divide the ranks, so ties need no correction. Beyond, the normal
//! approximation with its corrections for ties and continuity, compared as squares of fractions: nothing
//! is rounded, and equal samples give equal answers everywhere.

use crate::number::Number;

/// The most steps of counting every division.
const STEPS: usize = 20_000_000;

/// The most values in all.
pub const MOST: usize = 20_000;

/// Levels and their one-sided quantiles of the normal distribution, cut off at four digits.
const QUANTILES: [(i128, i128); 7] = [
    (1, 30902),   // 0.1 %
    (5, 25758),   // 0.5 %
    (10, 23263),  // 1 %
    (20, 20537),  // 2 %
    (25, 19599),  // 2.5 %
    (50, 16448),  // 5 %
    (100, 12815), // 10 %
];

/// How two samples lie to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// Values of the first sample.
    n: usize,
    /// Values of the second.
    m: usize,
    /// Twice the rank of each value of both, ascending.
    doubled: Vec<u32>,
    /// Twice the sum of the first sample's ranks.
    sum: u64,
    /// The sum over groups of `t` equal values of `t³ - t`.
    ties: i128,
}

impl Ranks {
    /// The ranks of two samples; nothing when one is empty or both are too large.
    pub fn of(first: &[Number], second: &[Number]) -> Option<Ranks> {
        let (n, m) = (first.len(), second.len());
        if n == 0 || m == 0 || n + m > MOST {
            return None;
        }
        let ours = first.iter().map(|&value| (value, true));
        let theirs = second.iter().map(|&value| (value, false));
        let mut all: Vec<(Number, bool)> = ours.chain(theirs).collect();
        all.sort_by_key(|value| value.0);
        let mut ranks = Ranks {
            n,
            m,
            doubled: Vec::with_capacity(n + m),
            sum: 0,
            ties: 0,
        };
        for group in all.chunk_by(|a, b| a.0 == b.0) {
            // Ranks are counted from 1; those of a group run from `before + 1` to `before + t`.
            let (before, t) = (ranks.doubled.len(), group.len());
            let doubled = (2 * before + t + 1) as u32;
            let ours = group.iter().filter(|value| value.1).count();
            ranks.doubled.extend(std::iter::repeat_n(doubled, t));
            ranks.sum += ours as u64 * doubled as u64;
            ranks.ties += (t as i128).pow(3) - t as i128;
        }
        Some(ranks)
    }

    /// U of the first sample: of all pairs, those in which its value is the greater; a tie is half a pair.
    pub fn u(&self) -> Number {
        let least = (self.n * (self.n + 1)) as i128;
        match Number::fraction(self.sum as i128 - least, 2) {
            Some(u) => u,
            None => unreachable!("a half of a small number"),
        }
    }

    /// Whether the first sample is greater by more than chance: whether so great a U has at most that
    /// chance if both came from the same source. Nothing when no U could have so small a one, or when the
    /// level is none.
    pub fn greater(&self, level: Number) -> Option<bool> {
        if level <= Number::ZERO || level > Number::fraction(1, 10)? {
            return None;
        }
        let all = divisions(self.n + self.m, self.n);
        if Number::fraction(1, all)? > level {
            return None;
        }
        if all <= u64::MAX as i128 && self.steps() <= STEPS {
            return Some(Number::fraction(self.as_great(), all)? <= level);
        }
        self.greater_of_many(level)
    }

    /// How many steps it takes to count all divisions.
    fn steps(&self) -> usize {
        let (all, take) = (self.n + self.m, self.n.min(self.m));
        // A sum of `take` doubled ranks is at most `2 all take`.
        take.saturating_mul(take).saturating_mul(2 * all * all)
    }

    /// The number of divisions with a U at least as great.
    fn as_great(&self) -> i128 {
        // The smaller sample is counted; of the second one a sum as small means a first one as great.
        let total: u64 = self.doubled.iter().map(|&rank| rank as u64).sum();
        let (take, sum, above) = match self.n <= self.m {
            true => (self.n, self.sum, true),
            false => (self.m, total - self.sum, false),
        };
        let top: u64 = self
            .doubled
            .iter()
            .rev()
            .take(take)
            .map(|&rank| rank as u64)
            .sum();
        let width = top as usize + 1;
        // ways[k * width + s]: how many choices of k of the ranks so far have the sum s.
        let mut ways = vec![0u64; (take + 1) * width];
        ways[0] = 1;
        for (seen, &rank) in self.doubled.iter().enumerate() {
            for k in (0..take.min(seen + 1)).rev() {
                let (low, high) = ways.split_at_mut((k + 1) * width);
                let (from, to) = (&low[k * width..], &mut high[..width]);
                for s in 0..width.saturating_sub(rank as usize) {
                    to[s + rank as usize] += from[s];
                }
            }
        }
        let last = &ways[take * width..];
        let sum = (sum as usize).min(width);
        let counted = match above {
            true => &last[sum..],
            false => &last[..(sum + 1).min(width)],
        };
        counted.iter().map(|&count| count as i128).sum()
    }

    fn greater_of_many(&self, level: Number) -> Option<bool> {
        let thousandths = level.mul(Number::int(1000))?;
        // Between two levels the wider one: rather one alarm too many.
        let &(_, z) = QUANTILES
            .iter()
            .find(|row| Number::int(row.0) >= thousandths)?;
        let (n, m) = (self.n as i128, self.m as i128);
        let all = n + m;
        // (far / 2)² >= z² n m / 12 ((N + 1) - ties / (N (N - 1))), all over one denominator.
        let beyond = |far: i128, ties: i128| {
            let left = 3 * far * far * all * (all - 1) * 10_000 * 10_000;
            let right = z * z * n * m * ((all + 1) * all * (all - 1) - ties);
            far > 0 && right > 0 && left >= right
        };
        // Twice the distance of U from its mean, less one for continuity; at most it is `n m - 1`.
        if !beyond(n * m - 1, 0) {
            return None;
        }
        let far = self.sum as i128 - n * (n + 1) - n * m - 1;
        Some(beyond(far, self.ties))
    }
}

/// How many ways there are to choose `n` of `all`: exact up to 10³⁰, and at least that beyond.
fn divisions(all: usize, n: usize) -> i128 {
    let n = n.min(all - n);
    let enough = 10i128.pow(30);
    (0..n).fold(1, |ways, k| match ways < enough {
        true => ways * (all - k) as i128 / (k + 1) as i128,
        false => ways,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str) -> Vec<Number> {
        let parts = text.split_whitespace();
        parts.map(|part| Number::parse(part).unwrap()).collect()
    }

    #[test]
    fn pairs_are_counted_and_ties_are_halves() {
        let check = |a: &str, b: &str, expected: &str| {
            let ranks = Ranks::of(&numbers(a), &numbers(b)).unwrap();
            assert_eq!(ranks.u().text(), expected, "{a} | {b}");
        };
        check("1 2 3", "4 5 6", "0");
        check("4 5 6", "1 2 3", "9");
        check("1 3 5", "2 4 6", "3");
        check("1 1", "1 1", "2");
        check("1 2", "2", "0.5");
        check("0.1 0.2", "1/10", "1.5");
        assert!(Ranks::of(&[], &numbers("1")).is_none());
    }

    #[test]
    fn the_chance_is_counted_exactly() {
        // Tables: with 5 and 5 values, U = 25 has 1/252, U = 24 has 2/252, U = 23 has 4/252.
        let check = |a: &str, b: &str, level: &str, expected: Option<bool>| {
            let ranks = Ranks::of(&numbers(a), &numbers(b)).unwrap();
            let level = Number::parse(level).unwrap();
            assert_eq!(ranks.greater(level), expected, "{a} | {b} at {level}");
        };
        check("6 7 8 9 10", "1 2 3 4 5", "1/252", Some(true));
        check("5 7 8 9 10", "1 2 3 4 6", "2/252", Some(true));
        check("5 7 8 9 10", "1 2 3 4 6", "1/252", Some(false));
        check("4 7 8 9 10", "1 2 3 5 6", "4/252", Some(true));
        check("4 7 8 9 10", "1 2 3 5 6", "3/252", Some(false));
        // Nobody can be outranked at that level: 1/252 is more than it.
        check("6 7 8 9 10", "1 2 3 4 5", "0.001", None);
        check("1 2 3", "4 5 6", "0.05", Some(false));
        check("1 1 1 1 1", "1 1 1 1 1", "0.05", Some(false));
        check("1 2 3", "4 5 6", "0.2", None);
        check("1 2 3", "4 5 6", "0", None);
    }

    /// Every division of the ranks, one by one.
    fn slow(first: &[Number], second: &[Number]) -> (i128, i128) {
        let all: Vec<Number> = first.iter().chain(second).copied().collect();
        let seen = Ranks::of(first, second).unwrap().u();
        let (mut great, mut count) = (0, 0);
        for mask in 0u32..1 << all.len() {
            if mask.count_ones() as usize != first.len() {
                continue;
            }
            let pick = |wanted: bool| -> Vec<Number> {
                let of = all.iter().enumerate();
                let of = of.filter(|(at, _)| (mask >> at & 1 == 1) == wanted);
                of.map(|(_, &value)| value).collect()
            };
            count += 1;
            great += (Ranks::of(&pick(true), &pick(false)).unwrap().u() >= seen) as i128;
        }
        (great, count)
    }

    #[test]
    fn counting_agrees_with_trying_every_division() {
        let mut seed = 0x5EED_5678_9ABC_DEF1u64;
        let mut next = |below: u64| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed % below
        };
        for _ in 0..60 {
            let mut some = |below| -> Vec<Number> {
                let len = 1 + next(6);
                (0..len).map(|_| Number::int(next(below) as i128)).collect()
            };
            let (a, b) = (some(5), some(7));
            let ranks = Ranks::of(&a, &b).unwrap();
            let (great, count) = slow(&a, &b);
            assert_eq!(ranks.as_great(), great, "{a:?} {b:?}");
            assert_eq!(divisions(a.len() + b.len(), a.len()), count);
        }
    }

    #[test]
    fn many_values_are_compared_by_squares() {
        let range = |from: i128, to: i128| -> Vec<Number> { (from..to).map(Number::int).collect() };
        let one = Number::fraction(1, 100).unwrap();
        let check = |a: &[Number], b: &[Number], expected: Option<bool>| {
            assert_eq!(Ranks::of(a, b).unwrap().greater(one), expected);
        };
        check(&range(0, 200), &range(0, 200), Some(false));
        check(&range(30, 230), &range(0, 200), Some(true));
        check(&range(0, 200), &range(30, 230), Some(false));
        check(&[Number::ONE; 50], &[Number::ONE; 50], Some(false));
        // At the border of the two ways both say the same of samples that are far apart or alike.
        check(&range(40, 72), &range(0, 32), Some(true));
        check(&range(40, 73), &range(0, 32), Some(true));
        check(&range(0, 32), &range(0, 32), Some(false));
        check(&range(0, 33), &range(0, 32), Some(false));
        assert!(Ranks::of(&range(0, MOST as i128), &range(0, 1)).is_none());
        // One value against 98 others cannot be that rare, against 99 it can.
        check(&range(500, 501), &range(0, 98), None);
        check(&range(500, 501), &range(0, 99), Some(true));
        check(&range(98, 99), &range(0, 99), Some(false));
        check(&range(50_000, 50_001), &range(0, 9_000), None);
        check(&range(0, 10_000), &range(0, 10_000), Some(false));
        check(&range(9_999, 19_998), &range(0, 10_000), Some(true));
    }
}
