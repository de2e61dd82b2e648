//! Time zones as the program carries them: offsets at instants, and instants of civil times. Knows no
//! zone database and no recurrences.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::time::{DAY_SECS, Date, Instant};

/// The rules of one zone: explicit clock changes, then a rule that goes on for ever.
///
/// Up to the first transition the first offset holds; from the last one on the tail decides, and
/// always where there are no transitions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Document", into = "Document")]
pub struct ZoneRules {
    version: String,
    // INVARIANT: ascending by `at`.
    transitions: Vec<Transition>,
    text: String,
    tail: Tail,
}

/// One clock change: from `at` on the offset holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transition {
    /// The first instant with the new offset.
    pub at: Instant,
    /// The new offset.
    pub offset: Offset,
}

/// Seconds east of UTC; its text is `-06:00`, with seconds only where they are not nought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset(pub i32);

/// A civil date and time of day without a zone, as seconds since 1970-01-01T00:00 on that clock; its
/// text is to the minute, `2026-03-08T02:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Local(pub i64);

/// Which instants bear a civil time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolved {
    /// Exactly one.
    One(Instant),
    /// None, the clock jumps over it: the first instant after the jump.
    Gap(Instant),
    /// Several, the clock goes back: the first and the last of them.
    Overlap(Instant, Instant),
}

/// Why a text is no zone rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ZoneError {
    /// The tail is not a POSIX rule such as `CST6CDT,M3.2.0,M11.1.0`.
    Tail,
    /// The transitions do not ascend.
    Order,
    /// Not an offset such as `-06:00`.
    Offset,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ZoneError::Tail => "not a zone rule such as CST6CDT,M3.2.0,M11.1.0",
            ZoneError::Order => "clock changes must ascend",
            ZoneError::Offset => "not an offset such as -06:00",
        })
    }
}

impl std::error::Error for ZoneError {}

impl ZoneRules {
    /// Rules from a database of that version; `tail` is a POSIX rule, with the extensions of RFC 8536.
    pub fn new(
        version: &str,
        transitions: Vec<Transition>,
        tail: &str,
    ) -> Result<ZoneRules, ZoneError> {
        if transitions.windows(2).any(|pair| pair[0].at >= pair[1].at) {
            return Err(ZoneError::Order);
        }
        let parsed = Tail::parse(tail).ok_or(ZoneError::Tail)?;
        Ok(ZoneRules {
            version: version.to_owned(),
            transitions,
            text: tail.to_owned(),
            tail: parsed,
        })
    }

    /// UTC, which needs no database.
    pub fn utc() -> ZoneRules {
        let tail = Tail {
            standard: Offset(0),
            summer: None,
        };
        ZoneRules {
            version: String::new(),
            transitions: Vec::new(),
            text: "UTC0".to_owned(),
            tail,
        }
    }

    /// The version of the database that the rules come from.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The offset that holds at an instant.
    pub fn offset(&self, at: Instant) -> Offset {
        self.offset_at(at.secs())
    }

    /// What a civil clock shows then, to the second below.
    pub fn local(&self, at: Instant) -> Local {
        Local(at.secs() + self.offset(at).0 as i64)
    }

    /// The instants at which the civil clock shows that. Beyond the years there are it gives the first
    /// or last instant of them.
    pub fn resolve(&self, local: Local) -> Resolved {
        // No offset reaches 48 hours, so all that can matter lies within.
        let (start, end) = (local.0 - 2 * DAY_SECS, local.0 + 2 * DAY_SECS);
        if let Some(offset) = self.steady(start, end) {
            return Resolved::One(clamp(local.0 - offset.0 as i64));
        }
        let mut offset = self.offset_at(start);
        let mut begin = i64::MIN;
        let mut found: Option<(i64, i64)> = None;
        let mut gap = None;
        for change in self.changes(start, end).chain([(i64::MAX, Offset(0))]) {
            let at = local.0 - offset.0 as i64;
            if begin <= at && at < change.0 {
                found = Some((found.map_or(at, |(first, _)| first), at));
            }
            // The clock showed less before the change and shows more after it.
            let after = local.0 - change.1.0 as i64;
            if gap.is_none() && change.0 != i64::MAX && at >= change.0 && after < change.0 {
                gap = Some(change.0);
            }
            (begin, offset) = change;
        }
        match (found, gap) {
            (Some((first, last)), _) if first == last => Resolved::One(clamp(first)),
            (Some((first, last)), _) => Resolved::Overlap(clamp(first), clamp(last)),
            (None, Some(at)) => Resolved::Gap(clamp(at)),
            (None, None) => Resolved::One(clamp(local.0 - offset.0 as i64)),
        }
    }

    /// The clock changes in (`from`, `until`], ascending.
    pub fn changes_between(&self, from: Instant, until: Instant) -> Vec<Transition> {
        let changes = self.changes(from.secs(), until.secs());
        changes
            .map(|(secs, offset)| Transition {
                at: clamp(secs),
                offset,
            })
            .collect()
    }

    /// The offset of a stretch without a clock change, where that is quickly told.
    fn steady(&self, start: i64, end: i64) -> Option<Offset> {
        if self
            .transitions
            .last()
            .is_some_and(|last| start < last.at.secs())
        {
            return None;
        }
        let Some(summer) = &self.tail.summer else {
            return Some(self.tail.standard);
        };
        let date = Local(start).date();
        if !quiet(date) {
            return None;
        }
        let (on, off) = summer.of_year(date.year(), self.tail.standard);
        if (start..=end).contains(&on) || (start..=end).contains(&off) {
            return None;
        }
        let summer_now = if on < off {
            on < start && start < off
        } else {
            start < off || on < start
        };
        Some(if summer_now {
            summer.offset
        } else {
            self.tail.standard
        })
    }

    fn offset_at(&self, secs: i64) -> Offset {
        match self.transitions.last() {
            Some(last) if secs < last.at.secs() => {
                let after = self
                    .transitions
                    .partition_point(|change| change.at.secs() <= secs);
                self.transitions[after.saturating_sub(1)].offset
            }
            _ => self.tail.offset_at(secs),
        }
    }

    /// Changes with `from < at <= until` that alter the offset.
    fn changes(&self, from: i64, until: i64) -> impl Iterator<Item = (i64, Offset)> + '_ {
        let last = self
            .transitions
            .last()
            .map_or(i64::MIN, |change| change.at.secs());
        let explicit = self
            .transitions
            .iter()
            .map(|change| (change.at.secs(), change.offset));
        let explicit =
            explicit
                .skip_while(move |change| change.0 <= from)
                .map(move |(at, offset)| {
                    // At the last one the tail takes over.
                    (
                        at,
                        if at == last {
                            self.tail.offset_at(at)
                        } else {
                            offset
                        },
                    )
                });
        let tail = self.tail.changes(from, until);
        let tail = tail.into_iter().filter(move |change| change.0 > last);
        let mut offset = self.offset_at(from);
        explicit
            .chain(tail)
            .take_while(move |change| change.0 <= until)
            .filter(move |change| std::mem::replace(&mut offset, change.1) != change.1)
    }
}

impl Local {
    /// That many minutes after the start of a civil day; 1440 is the start of the next.
    pub fn new(date: Date, minutes: i64) -> Local {
        Local(date.days() * DAY_SECS + minutes * 60)
    }

    /// The civil day, or the last one there is.
    pub fn date(self) -> Date {
        let last = if self.0 < 0 { Date::MIN } else { Date::MAX };
        Date::from_days(self.0.div_euclid(DAY_SECS)).unwrap_or(last)
    }

    /// Seconds after midnight.
    pub fn of_day(self) -> i64 {
        self.0.rem_euclid(DAY_SECS)
    }
}

impl fmt::Display for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let minutes = self.of_day() / 60;
        write!(f, "{}T{:02}:{:02}", self.date(), minutes / 60, minutes % 60)
    }
}

impl Resolved {
    /// The first instant that bears the time, or the first one after the gap.
    pub fn first(self) -> Instant {
        match self {
            Resolved::One(at) | Resolved::Gap(at) | Resolved::Overlap(at, _) => at,
        }
    }

    /// The last instant that bears the time, or the first one after the gap.
    pub fn last(self) -> Instant {
        match self {
            Resolved::One(at) | Resolved::Gap(at) | Resolved::Overlap(_, at) => at,
        }
    }
}

/// Whether the turn of the year is so far off that no rule of another year reaches here, not even within
/// some days: a rule reaches at most a week beyond its year.
fn quiet(date: Date) -> bool {
    ((1, 12)..=(12, 15)).contains(&(date.month(), date.day()))
}

fn clamp(secs: i64) -> Instant {
    Instant::new(secs, 0).unwrap_or(if secs < 0 { Instant::MIN } else { Instant::MAX })
}

/// How the rules stand in the program document.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: String,
    transitions: Vec<Transition>,
    tail: String,
}

impl TryFrom<Document> for ZoneRules {
    type Error = ZoneError;

    fn try_from(document: Document) -> Result<ZoneRules, ZoneError> {
        ZoneRules::new(&document.version, document.transitions, &document.tail)
    }
}

impl From<ZoneRules> for Document {
    fn from(rules: ZoneRules) -> Document {
        Document {
            version: rules.version,
            transitions: rules.transitions,
            tail: rules.text,
        }
    }
}

impl Offset {
    /// Reads `+08:00` or `-00:44:30`.
    pub fn parse(text: &str) -> Option<Offset> {
        let (sign, rest) = match text.as_bytes().first()? {
            b'+' => (1, &text[1..]),
            b'-' => (-1, &text[1..]),
            _ => return None,
        };
        let mut secs = 0;
        let mut parts = 0;
        for (part, scale) in rest.split(':').zip([3_600, 60, 1]) {
            let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
            let value: i32 = part
                .parse()
                .ok()
                .filter(|&value| digits && (parts == 0 || value < 60))?;
            secs += value * scale;
            parts += 1;
        }
        let whole = rest.len() == parts * 3 - 1;
        (whole && parts >= 2 && secs < 2 * DAY_SECS as i32).then_some(Offset(sign * secs))
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let secs = self.0.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", secs / 3_600, secs / 60 % 60)?;
        if !secs.is_multiple_of(60) {
            write!(f, ":{:02}", secs % 60)?;
        }
        Ok(())
    }
}

impl Serialize for Offset {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Offset {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Offset, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Offset::parse(&text).ok_or_else(|| serde::de::Error::custom(ZoneError::Offset))
    }
}

/// A POSIX zone rule, the `TZ` of POSIX.1 with the wider hours of RFC 8536.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tail {
    standard: Offset,
    summer: Option<Summer>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Summer {
    offset: Offset,
    start: Yearly,
    end: Yearly,
}

/// A moment of each year on the civil clock: a day, and seconds after its midnight, which may be
/// negative or beyond the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Yearly {
    day: YearDay,
    secs: i32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum YearDay {
    /// `Jn`, 1 to 365, 29 February never counted.
    Julian(u16),
    /// `n`, 0 to 365, 29 February counted.
    Ordinal(u16),
    /// `Mm.w.d`: the w-th weekday d (0 is Sunday) of month m, 5 the last.
    Week { month: u8, week: u8, day: u8 },
}

impl Tail {
    fn offset_at(&self, secs: i64) -> Offset {
        let Some(summer) = &self.summer else {
            return self.standard;
        };
        let date = Local(secs + self.standard.0 as i64).date();
        let (start, end) = summer.of_year(date.year(), self.standard);
        let between = (start.min(end)..start.max(end)).contains(&secs);
        if between || quiet(date) {
            return if between == (start < end) {
                summer.offset
            } else {
                self.standard
            };
        }
        let year = date.year();
        let mut offset = self.standard;
        for (at, next) in self.years(summer, year - 1, year + 1) {
            if at > secs {
                break;
            }
            offset = next;
        }
        offset
    }

    /// The changes with `from < at <= until`, ascending.
    fn changes(&self, from: i64, until: i64) -> Vec<(i64, Offset)> {
        let Some(summer) = &self.summer else {
            return Vec::new();
        };
        let (first, last) = (
            Local(from).date().year() - 1,
            Local(until).date().year() + 1,
        );
        let mut changes = self.years(summer, first, last);
        changes.retain(|change| from < change.0 && change.0 <= until);
        changes
    }

    /// All changes of these years, ascending; of two at one instant the later year's stands last.
    fn years(&self, summer: &Summer, first: i32, last: i32) -> Vec<(i64, Offset)> {
        let mut changes = Vec::new();
        for year in first.max(1)..=last.min(9999) {
            let (start, end) = summer.of_year(year, self.standard);
            let (start, end) = ((start, summer.offset), (end, self.standard));
            changes.extend(if start.0 <= end.0 {
                [start, end]
            } else {
                [end, start]
            });
        }
        changes.sort_by_key(|change| change.0);
        changes
    }

    fn parse(text: &str) -> Option<Tail> {
        let mut rest = name(text)?;
        let standard = Offset(-take_time(&mut rest, 24)?);
        if rest.is_empty() {
            return Some(Tail {
                standard,
                summer: None,
            });
        }
        rest = name(rest)?;
        let offset = if rest.starts_with(',') {
            Offset(standard.0 + 3_600)
        } else {
            Offset(-take_time(&mut rest, 24)?)
        };
        let (start, end) = rest.strip_prefix(',')?.split_once(',')?;
        let summer = Summer {
            offset,
            start: Yearly::parse(start)?,
            end: Yearly::parse(end)?,
        };
        Some(Tail {
            standard,
            summer: Some(summer),
        })
    }
}

impl Summer {
    /// When it starts and ends in a year, in seconds since the epoch.
    fn of_year(&self, year: i32, standard: Offset) -> (i64, i64) {
        (
            self.start.local(year).0 - standard.0 as i64,
            self.end.local(year).0 - self.offset.0 as i64,
        )
    }
}

impl Yearly {
    fn local(self, year: i32) -> Local {
        let first = |month| Date::new(year, month, 1).unwrap_or(Date::MIN);
        let start = first(1).days();
        let days = match self.day {
            YearDay::Ordinal(day) => start + day as i64,
            YearDay::Julian(day) => {
                let leap = crate::time::days_in_month(year, 2) == 29;
                start + day as i64 - 1 + (leap && day > 59) as i64
            }
            YearDay::Week { month, week, day } => {
                let first = first(month);
                // `Weekday` counts from Monday, POSIX from Sunday.
                let weekday = (first.weekday() as i64 + 1) % 7;
                let to_first = (day as i64 - weekday).rem_euclid(7);
                let length = crate::time::days_in_month(year, month) as i64;
                let mut of_month = to_first + 7 * (week as i64 - 1);
                if of_month >= length {
                    of_month -= 7;
                }
                first.days() + of_month
            }
        };
        Local(days * DAY_SECS + self.secs as i64)
    }

    fn parse(text: &str) -> Option<Yearly> {
        let (day, secs) = match text.split_once('/') {
            Some((day, mut time)) => {
                let secs = take_time(&mut time, 167)?;
                (day, time.is_empty().then_some(secs)?)
            }
            None => (text, 7_200),
        };
        let number = |text: &str, from: u16, to: u16| {
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse::<u16>()
                .ok()
                .filter(|number| digits && (from..=to).contains(number))
        };
        let day = if let Some(rest) = day.strip_prefix('M') {
            let (month, rest) = rest.split_once('.')?;
            let (week, day) = rest.split_once('.')?;
            YearDay::Week {
                month: number(month, 1, 12)? as u8,
                week: number(week, 1, 5)? as u8,
                day: number(day, 0, 6)? as u8,
            }
        } else if let Some(rest) = day.strip_prefix('J') {
            YearDay::Julian(number(rest, 1, 365)?)
        } else {
            YearDay::Ordinal(number(day, 0, 365)?)
        };
        Some(Yearly { day, secs })
    }
}

/// Skips the abbreviation: three or more letters, or anything in `<>`.
fn name(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('<') {
        return rest.split_once('>').map(|(_, rest)| rest);
    }
    let end = text
        .find(|c: char| !c.is_ascii_alphabetic())
        .unwrap_or(text.len());
    (end >= 3).then(|| &text[end..])
}

/// Takes `[+-]hh[:mm[:ss]]` off the front: seconds, the sign as written.
fn take_time(text: &mut &str, hours: i32) -> Option<i32> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut secs = 0;
    for (scale, most) in [(3_600, hours), (60, 59), (1, 59)] {
        let end = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        let value: i32 = rest[..end].parse().ok().filter(|&value| value <= most)?;
        secs += value * scale;
        rest = &rest[end..];
        match rest.strip_prefix(':') {
            Some(next) if scale > 1 => rest = next,
            _ => break,
        }
    }
    *text = rest;
    Some(sign * secs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(tail: &str) -> ZoneRules {
        ZoneRules::new("test", Vec::new(), tail).unwrap_or_else(|error| panic!("{tail}: {error}"))
    }

    fn at(text: &str) -> Instant {
        Instant::parse(text, false).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    /// A civil time such as `2026-03-08T02:30`.
    fn civil(text: &str) -> Local {
        Local(at(&format!("{text}Z")).secs())
    }

    #[test]
    fn offsets_follow_the_rule() {
        let check = |tail: &str, instant: &str, offset: &str| {
            assert_eq!(
                rules(tail).offset(at(instant)).to_string(),
                offset,
                "{tail} {instant}"
            );
        };
        let chicago = "CST6CDT,M3.2.0,M11.1.0";
        check(chicago, "2026-03-08T07:59:59Z", "-06:00");
        check(chicago, "2026-03-08T08:00:00Z", "-05:00");
        check(chicago, "2026-11-01T06:59:59Z", "-05:00");
        check(chicago, "2026-11-01T07:00:00Z", "-06:00");
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        check(berlin, "2026-03-29T00:59:59Z", "+01:00");
        check(berlin, "2026-03-29T01:00:00Z", "+02:00");
        check(berlin, "2026-10-25T00:59:59Z", "+02:00");
        check(berlin, "2026-10-25T01:00:00Z", "+01:00");
        check("CST-8", "2026-07-01T00:00:00Z", "+08:00");
        let lord_howe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
        check(lord_howe, "2026-01-01T00:00:00Z", "+11:00");
        check(lord_howe, "2026-04-04T14:59:59Z", "+11:00");
        check(lord_howe, "2026-04-04T15:00:00Z", "+10:30");
        check(lord_howe, "2026-10-03T15:30:00Z", "+11:00");
        check(
            "IST-1GMT0,M10.5.0,M3.5.0/1",
            "2026-01-01T00:00:00Z",
            "+00:00",
        );
        check(
            "IST-1GMT0,M10.5.0,M3.5.0/1",
            "2026-07-01T00:00:00Z",
            "+01:00",
        );
        check(
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
            "2026-03-29T00:59:59Z",
            "-02:00",
        );
        check(
            "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
            "2026-03-29T01:00:00Z",
            "-01:00",
        );
        // Summer all year long.
        check("XXX3EDT4,0/0,J365/23", "2026-01-01T03:59:59Z", "-04:00");
        check("XXX3EDT4,0/0,J365/23", "2027-01-01T03:30:00Z", "-04:00");
        check("XXX3EDT4,0/0,J365/23", "2026-07-01T00:00:00Z", "-04:00");
        check("AAA0BBB,J60/0,J61/0", "2024-03-01T00:00:00Z", "+01:00");
        check("AAA0BBB,59/0,61/0", "2024-02-29T00:00:00Z", "+01:00");
    }

    #[test]
    fn civil_times_resolve_in_gap_and_overlap() {
        let check = |tail: &str, local: &str, resolved| {
            assert_eq!(rules(tail).resolve(civil(local)), resolved, "{local}")
        };
        use Resolved::*;
        let chicago = "CST6CDT,M3.2.0,M11.1.0";
        check(
            chicago,
            "2026-03-08T01:59:59",
            One(at("2026-03-08T07:59:59Z")),
        );
        check(chicago, "2026-03-08T02:00", Gap(at("2026-03-08T08:00Z")));
        check(chicago, "2026-03-08T02:59:59", Gap(at("2026-03-08T08:00Z")));
        check(chicago, "2026-03-08T03:00", One(at("2026-03-08T08:00Z")));
        check(
            chicago,
            "2026-11-01T00:59:59",
            One(at("2026-11-01T05:59:59Z")),
        );
        check(
            chicago,
            "2026-11-01T01:00",
            Overlap(at("2026-11-01T06:00Z"), at("2026-11-01T07:00Z")),
        );
        check(
            chicago,
            "2026-11-01T01:59:59",
            Overlap(at("2026-11-01T06:59:59Z"), at("2026-11-01T07:59:59Z")),
        );
        check(chicago, "2026-11-01T02:00", One(at("2026-11-01T08:00Z")));
        let lord_howe = "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0";
        check(lord_howe, "2026-10-04T02:15", Gap(at("2026-10-03T15:30Z")));
        check(
            lord_howe,
            "2026-04-05T01:45",
            Overlap(at("2026-04-04T14:45Z"), at("2026-04-04T15:15Z")),
        );
    }

    #[test]
    fn explicit_changes_come_before_the_tail() {
        let change = |instant: &str, offset: &str| Transition {
            at: at(instant),
            offset: Offset::parse(offset).unwrap(),
        };
        // A day is skipped as on Apia's clock at the end of 2011.
        let rules = ZoneRules::new(
            "test",
            vec![
                change("2010-01-01T00:00Z", "-10:00"),
                change("2011-12-30T10:00Z", "+14:00"),
                change("2012-04-01T00:00Z", "+13:00"),
            ],
            "<+13>-13",
        )
        .unwrap();
        assert_eq!(rules.offset(at("2001-01-01T00:00Z")), Offset(-36_000));
        assert_eq!(
            rules.offset(at("2011-12-30T09:59:59.999Z")),
            Offset(-36_000)
        );
        assert_eq!(rules.offset(at("2011-12-30T10:00Z")), Offset(50_400));
        assert_eq!(rules.offset(at("2012-04-01T00:00Z")), Offset(46_800));
        assert_eq!(
            rules.resolve(civil("2011-12-30T12:00")),
            Resolved::Gap(at("2011-12-30T10:00Z"))
        );
        assert_eq!(
            rules.resolve(civil("2011-12-31T00:00")),
            Resolved::One(at("2011-12-30T10:00Z"))
        );
        assert_eq!(
            rules.resolve(civil("2012-04-01T13:30")),
            Resolved::Overlap(at("2012-03-31T23:30Z"), at("2012-04-01T00:30Z"))
        );
        assert_eq!(
            rules
                .changes_between(at("2011-01-01T00:00Z"), at("2030-01-01T00:00Z"))
                .len(),
            2
        );
        let swapped = vec![
            change("2012-01-01T00:00Z", "-10:00"),
            change("2011-01-01T00:00Z", "-10:00"),
        ];
        assert_eq!(
            ZoneRules::new("test", swapped, "UTC0"),
            Err(ZoneError::Order)
        );
    }

    #[test]
    fn every_second_of_the_clock_resolves_to_itself() {
        for tail in [
            "CST6CDT,M3.2.0,M11.1.0",
            "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
            "IST-1GMT0,M10.5.0,M3.5.0/1",
            "NZST-12NZDT,M9.5.0,M4.1.0/3",
        ] {
            let rules = rules(tail);
            let mut t = at("2025-12-30T00:00Z").secs();
            while t < at("2027-01-03T00:00Z").secs() {
                let instant = Instant::new(t, 0).unwrap();
                match rules.resolve(rules.local(instant)) {
                    Resolved::One(one) => assert_eq!(one, instant, "{tail}"),
                    Resolved::Overlap(first, last) => assert!(
                        first < last && (instant == first || instant == last),
                        "{tail} {instant}"
                    ),
                    Resolved::Gap(_) => panic!("{tail} {instant}"),
                }
                t += 907;
            }
        }
    }

    #[test]
    fn tails_that_are_refused() {
        for tail in [
            "",
            "C6",
            "CST",
            "CST6CDT",
            "CST25",
            "CST6CDT,M3.2.0",
            "CST6CDT,M13.2.0,M11.1.0",
            "CST6CDT,M3.6.0,M11.1.0",
            "CST6CDT,M3.2.7,M11.1.0",
            "CST6CDT,J0,J3",
            "CST6CDT,366,3",
            "CST6CDT,M3.2.0/168,M11.1.0",
            "CST6CDT,M3.2.0,M11.1.0x",
            "CST6 ",
            "<+03-3",
            "CST6:60",
            "CST6CDT,M3.2.0/,M11.1.0",
            "CSTé6",
        ] {
            assert_eq!(
                ZoneRules::new("test", Vec::new(), tail),
                Err(ZoneError::Tail),
                "{tail}"
            );
        }
    }

    #[test]
    fn offsets_read_what_they_print() {
        for text in ["+00:00", "-06:00", "+05:45", "-00:44:30", "+14:00"] {
            assert_eq!(
                Offset::parse(text)
                    .map(|offset| offset.to_string())
                    .as_deref(),
                Some(text)
            );
        }
        for text in [
            "",
            "6",
            "+6:00",
            "+06",
            "+06:60",
            "+06:00:00:00",
            "06:00",
            "+0600",
            "+06:00:",
            "+é6:00",
            "+99:00",
        ] {
            assert_eq!(Offset::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_document_reads_back() {
        let text = r#"{"version":"2026a","transitions":[{"at":"2010-01-01T00:00:00Z","offset":"-06:00"}],"tail":"CST6CDT,M3.2.0,M11.1.0"}"#;
        let rules: ZoneRules = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&rules).unwrap(), text);
        assert!(serde_json::from_str::<ZoneRules>(&text.replace("M11", "M99")).is_err());
        assert!(serde_json::from_str::<ZoneRules>(&text.replace("tail", "tails")).is_err());
        assert_eq!(ZoneRules::utc().offset(Instant::MIN), Offset(0));
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        for tail in ["CST6CDT,M3.2.0,M11.1.0", "<+14>-14"] {
            let rules = rules(tail);
            for instant in [Instant::MIN, Instant::MAX] {
                rules.resolve(rules.local(instant));
                rules.resolve(Local(instant.secs()));
            }
            assert!(rules.changes_between(Instant::MIN, Instant::MAX).len() < 30_000);
        }
    }
}
