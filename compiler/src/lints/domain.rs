//! Sets of values that one measure may have: stretches of numbers, or words. Knows no policy.

use std::collections::BTreeSet;

use rolloutc_runtime::number::Number;

/// One end of a stretch: a number, and whether it belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct End {
    /// Where it is.
    pub at: Number,
    /// `<=` or `>=`, not `<` or `>`.
    pub within: bool,
}

/// A stretch of numbers; an end that is not there lies infinitely far away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The lower end.
    pub low: Option<End>,
    /// The upper end.
    pub high: Option<End>,
}

/// The values a measure may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// Stretches in ascending order that do not touch.
    Numbers(Vec<Stretch>),
    /// These words, or with `others` all but these.
    Words {
        /// Texts, members by number, `true` and `false`.
        words: BTreeSet<String>,
        /// Whether all but these are meant.
        others: bool,
    },
}

impl Stretch {
    /// Every number.
    pub const ALL: Stretch = Stretch {
        low: None,
        high: None,
    };

    /// One number.
    pub fn point(at: Number) -> Stretch {
        let end = Some(End { at, within: true });
        Stretch {
            low: end,
            high: end,
        }
    }

    /// Whether no number lies in it.
    fn is_empty(&self, whole: bool) -> bool {
        let (Some(mut low), Some(mut high)) = (self.low, self.high) else {
            return false;
        };
        if whole {
            (low, high) = (inwards(low, true), inwards(high, false));
        }
        low.at > high.at || (low.at == high.at && !(low.within && high.within))
    }

    fn meet(&self, other: &Stretch) -> Stretch {
        let low = match (self.low, other.low) {
            (Some(a), Some(b)) if a.at == b.at => Some(End {
                at: a.at,
                within: a.within && b.within,
            }),
            (Some(a), Some(b)) => Some(if a.at > b.at { a } else { b }),
            (one, None) | (None, one) => one,
        };
        let high = match (self.high, other.high) {
            (Some(a), Some(b)) if a.at == b.at => Some(End {
                at: a.at,
                within: a.within && b.within,
            }),
            (Some(a), Some(b)) => Some(if a.at < b.at { a } else { b }),
            (one, None) | (None, one) => one,
        };
        Stretch { low, high }
    }
}

/// The nearest whole number inside an end.
fn inwards(end: End, low: bool) -> End {
    let at = match (low, end.at.is_int(), end.within) {
        (_, true, true) => end.at,
        (true, true, false) => end.at.add(Number::int(1)).unwrap_or(end.at),
        (false, true, false) => end.at.sub(Number::int(1)).unwrap_or(end.at),
        (true, false, _) => Number::int(end.at.ceil()),
        (false, false, _) => Number::int(end.at.floor()),
    };
    End { at, within: true }
}

impl Domain {
    /// Every number.
    pub fn numbers() -> Domain {
        Domain::Numbers(vec![Stretch::ALL])
    }

    /// One word.
    pub fn word(word: impl Into<String>) -> Domain {
        Domain::Words {
            words: BTreeSet::from([word.into()]),
            others: false,
        }
    }

    /// Whether no value is left; `whole` where only whole numbers count, `all` every word that there is.
    pub fn is_empty(&self, whole: bool, all: Option<&BTreeSet<String>>) -> bool {
        match self {
            Domain::Numbers(stretches) => stretches.iter().all(|one| one.is_empty(whole)),
            Domain::Words {
                words,
                others: false,
            } => words.is_empty(),
            Domain::Words { words, .. } => all.is_some_and(|all| all.is_subset(words)),
        }
    }

    /// The values in both. Numbers and words have none in common.
    pub fn meet(&self, other: &Domain) -> Domain {
        match (self, other) {
            (Domain::Numbers(a), Domain::Numbers(b)) => {
                let mut out = Vec::new();
                for one in a {
                    for two in b {
                        let both = one.meet(two);
                        if !both.is_empty(false) {
                            out.push(both);
                        }
                    }
                }
                Domain::Numbers(out)
            }
            (
                Domain::Words {
                    words: a,
                    others: false,
                },
                Domain::Words {
                    words: b,
                    others: false,
                },
            ) => Domain::Words {
                words: a.intersection(b).cloned().collect(),
                others: false,
            },
            (
                Domain::Words {
                    words: a,
                    others: false,
                },
                Domain::Words { words: b, .. },
            )
            | (
                Domain::Words { words: b, .. },
                Domain::Words {
                    words: a,
                    others: false,
                },
            ) => Domain::Words {
                words: a.difference(b).cloned().collect(),
                others: false,
            },
            (Domain::Words { words: a, .. }, Domain::Words { words: b, .. }) => Domain::Words {
                words: a.union(b).cloned().collect(),
                others: true,
            },
            (Domain::Numbers(_), Domain::Words { .. })
            | (Domain::Words { .. }, Domain::Numbers(_)) => Domain::Numbers(Vec::new()),
        }
    }

    /// A value in it, as near as it goes to one that people would write.
    pub fn example(&self, whole: bool) -> Option<Example> {
        match self {
            Domain::Words { words, others } => match others {
                false => words.first().map(|word| Example::Word(word.clone())),
                true => None,
            },
            Domain::Numbers(stretches) => {
                let one = stretches.iter().find(|one| !one.is_empty(whole))?;
                let tighten = |end: End, low| if whole { inwards(end, low) } else { end };
                let low = one.low.map(|end| tighten(end, true));
                let high = one.high.map(|end| tighten(end, false));
                let at = match (low, high) {
                    (Some(low), _) if low.within => low.at,
                    (_, Some(high)) if high.within => high.at,
                    (Some(low), Some(high)) => low.at.add(high.at)?.div(Number::int(2))?,
                    (Some(low), None) => match low.at.is_zero() {
                        true => Number::int(1),
                        false => low.at.add(low.at.abs())?,
                    },
                    (None, Some(high)) => high.at.sub(high.at.abs())?,
                    (None, None) => Number::int(0),
                };
                Some(Example::Number(at))
            }
        }
    }
}

/// A value of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Example {
    /// A number in base units.
    Number(Number),
    /// A word.
    Word(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(low: Option<(i128, bool)>, high: Option<(i128, bool)>) -> Domain {
        let end = |end: Option<(i128, bool)>| {
            end.map(|(at, within)| End {
                at: Number::int(at),
                within,
            })
        };
        Domain::Numbers(vec![Stretch {
            low: end(low),
            high: end(high),
        }])
    }

    #[test]
    fn stretches_meet_at_their_ends() {
        let upto = stretch(None, Some((5, true)));
        let from = stretch(Some((5, true)), None);
        let above = stretch(Some((5, false)), None);
        assert!(!upto.meet(&from).is_empty(false, None));
        assert!(upto.meet(&above).is_empty(false, None));
        let between = stretch(Some((2, false)), Some((3, false)));
        assert!(!between.is_empty(false, None));
        assert!(between.is_empty(true, None), "no whole number between");
    }

    #[test]
    fn words_leave_others_or_none() {
        let a = Domain::word("a");
        let not_a = Domain::Words {
            words: BTreeSet::from(["a".to_string()]),
            others: true,
        };
        assert!(a.meet(&not_a).is_empty(false, None));
        let all = BTreeSet::from(["a".to_string()]);
        assert!(not_a.is_empty(false, Some(&all)));
        assert!(!not_a.is_empty(false, None));
    }
}
