//! Instants as a reader asked for them. Knows zones; reads no clock.

use rolloutc_runtime::time::{Date, Instant};
use rolloutc_runtime::zone::{Local, ZoneRules};

/// The zone to show times in.
#[derive(Clone, Debug)]
pub struct Times {
    /// `None` is UTC, written `Z`.
    zone: Option<ZoneRules>,
}

impl Times {
    /// Times in UTC.
    pub fn utc() -> Times {
        Times { zone: None }
    }

    /// Times in a zone.
    pub fn in_zone(zone: ZoneRules) -> Times {
        Times { zone: Some(zone) }
    }

    /// `2026-02-25 12:00Z`; seconds where they are not zero.
    pub fn whole(&self, at: Instant) -> String {
        let (date, clock, offset) = self.parts(at);
        format!("{date} {clock}{offset}")
    }

    /// `Mon 2026-03-02 14:00Z`: with the day of the week.
    pub fn day(&self, at: Instant) -> String {
        let (date, clock, offset) = self.parts(at);
        format!("{} {date} {clock}{offset}", short(date.weekday().word()))
    }

    /// As short as it stays clear beside `now`: a time of the same day, a weekday within six days, or all.
    pub fn near(&self, at: Instant, now: Instant) -> String {
        let (date, clock, offset) = self.parts(at);
        let (today, _, _) = self.parts(now);
        match date.days() - today.days() {
            0 => format!("{clock}{offset}"),
            1..=6 => format!("{} {clock}{offset}", short(date.weekday().word())),
            _ => format!("{date} {clock}{offset}"),
        }
    }

    /// A sentence with its instants, `2026-02-25T12:00:00Z`, as short as it stays clear.
    pub fn within(&self, text: &str, now: Instant) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(mark) = rest.find('T') {
            // The date stands before the `T`; an instant ends with the next `Z`.
            let start = mark.saturating_sub("2026-02-25".len());
            let end = rest[mark..].find('Z').map_or(mark, |at| mark + at + 1);
            let found = rest.get(start..end).map(|text| Instant::parse(text, false));
            // An example of how to write an instant stays as it is.
            let example = rest
                .get(..start)
                .is_some_and(|text| text.ends_with("such as "));
            if let Some(Ok(at)) = found.filter(|_| !example) {
                out.push_str(&rest[..start]);
                out.push_str(&self.near(at, now));
                rest = &rest[end..];
            } else {
                out.push_str(&rest[..=mark]);
                rest = &rest[mark + 1..];
            }
        }
        out + rest
    }

    fn parts(&self, at: Instant) -> (Date, String, String) {
        let (local, offset) = match &self.zone {
            None => (Local(at.secs()), "Z".to_string()),
            Some(zone) => (zone.local(at), zone.offset(at).to_string()),
        };
        let of_day = local.of_day();
        let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
        let clock = match (second, at.nanos()) {
            (0, 0) => format!("{hour:02}:{minute:02}"),
            _ => format!("{hour:02}:{minute:02}:{second:02}"),
        };
        (local.date(), clock, offset)
    }
}

/// `mon` as `Mon`.
fn short(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|c| c.to_ascii_uppercase());
    first.into_iter().chain(letters.take(2)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse(text, false).expect("an instant")
    }

    #[test]
    fn near_times_are_short() {
        let now = at("2026-02-25T12:00:00Z");
        let check = |text: &str, want: &str| assert_eq!(Times::utc().near(at(text), now), want);
        check("2026-02-25T12:04:18Z", "12:04:18Z");
        check("2026-02-27T22:00:00Z", "Fri 22:00Z");
        check("2026-03-25T22:00:00Z", "2026-03-25 22:00Z");
        check("2026-02-24T22:00:00Z", "2026-02-24 22:00Z");
        assert_eq!(Times::utc().whole(now), "2026-02-25 12:00Z");
    }

    #[test]
    fn sentences_name_instants_shortly() {
        let now = at("2026-02-25T12:00:00Z");
        let check = |text: &str, want: &str| assert_eq!(Times::utc().within(text, now), want);
        check(
            "green since 2026-02-25T11:42:00Z, so",
            "green since 11:42Z, so",
        );
        check("Till Tuesday: TZ, T", "Till Tuesday: TZ, T");
        check(
            "2026-02-27T22:00:00Z to 2026-02-25T11:42:00.5Z",
            "Fri 22:00Z to 11:42:00Z",
        );
        check("2026-02-25T11:42:00", "2026-02-25T11:42:00");
        check("äöüT äöZ", "äöüT äöZ");
        let example = "no time such as 2026-03-01T09:00:00Z";
        check(example, example);
    }

    #[test]
    fn a_zone_shows_its_offset() {
        let zone = rolloutc_compiler::zones::zone("America/Chicago").expect("a zone");
        let times = Times::in_zone(zone);
        assert_eq!(
            times.whole(at("2026-02-25T12:00:00Z")),
            "2026-02-25 06:00-06:00"
        );
        assert_eq!(
            times.whole(at("2026-07-01T03:00:30Z")),
            "2026-06-30 22:00:30-05:00"
        );
    }
}
