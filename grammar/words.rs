//! The words of the language, each with a line of explanation and an example that parses.
//! Knows where each word stands; hover, completion and messages read the same rows.

/// A word, or a few that belong together, at one place of the language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keyword {
    /// As it is written.
    pub word: &'static str,
    /// What it says, in one line.
    pub doc: &'static str,
    /// A short use of it.
    pub example: &'static str,
}

const fn word(word: &'static str, doc: &'static str, example: &'static str) -> Keyword {
    Keyword { word, doc, example }
}

/// The words that open a declaration, in the order a policy is best read.
pub const DECLARATIONS: &[Keyword] = &[
    word(
        "edition",
        "The version of the language; the first line of every file",
        "edition 2026",
    ),
    word(
        "use",
        "Makes a module known under a name",
        "use \"./common.rollout\" as common",
    ),
    word(
        "rollout",
        "Names what is rolled out; a file with it is a policy",
        "rollout production of build \"Production\"",
    ),
    word(
        "owners",
        "The roles that act: they approve, waive and carry out steps",
        "owners runtime, ops",
    ),
    word(
        "enum",
        "A closed list of words, with their spellings in the data",
        "enum Status { passed, failed = \"FAILED\" }",
    ),
    word(
        "record",
        "Named fields that belong together",
        "record Lane { id: text, took: duration in ms }",
    ),
    word(
        "table",
        "Rows written in the policy",
        "table levers by code {\n  code  track\n  E4    encode\n}",
    ),
    word(
        "let",
        "A name for an expression",
        "let shares = [1%, 10%, 100%]",
    ),
    word("fn", "A pure function", "fn late(d: duration) = d > 20m"),
    word(
        "param",
        "A value given from outside, with bounds",
        "param soak: duration = 30m min 30m",
    ),
    word(
        "folder",
        "A folder that sources are read from",
        "folder reports = \"artifacts\"",
    ),
    word(
        "evidence",
        "What the policy may look at: where it comes from, its shape, how long it stands",
        "evidence slo { fresh 5m  p95: duration in ms }",
    ),
    word(
        "threshold",
        "A named comparison with its bound",
        "threshold latency = slo.p95 <= 600ms",
    ),
    word(
        "gate",
        "Conditions that must hold",
        "gate healthy { require slo.p95 <= 600ms }",
    ),
    word(
        "group",
        "Several gates under one name",
        "group ready = all of built, tested",
    ),
    word(
        "approval",
        "The word of people",
        "approval go { by ops  fresh 24h }",
    ),
    word(
        "waivers",
        "Rows that excuse a red gate for a time",
        "waivers w in rows { until w.expires  cover lane }",
    ),
    word(
        "freeze",
        "A time when nothing moves",
        "freeze weekend { every fri 16:00 to mon 08:00 in \"UTC\" }",
    ),
    word(
        "window",
        "A time when things may move",
        "window office { every mon, tue 08:00 to 16:00 in \"UTC\" }",
    ),
    word(
        "phase",
        "A stage of the rollout",
        "phase canary { enter built  cohorts 1%, 10%  soak 30m }",
    ),
    word(
        "trigger",
        "What stops a rollout or turns it back",
        "trigger slow { in canary  when not latency  then halt }",
    ),
    word(
        "rollback",
        "A way back: its target, steps and proof",
        "rollback to_old { to canary  verify healthy }",
    ),
    word(
        "switch",
        "A kill switch",
        "switch off { by ops  run command(\"stop\")  recover within 15m  verify healthy }",
    ),
    word(
        "message",
        "A text with typed holes",
        "message note { symptom: text  text \"{symptom}\" }",
    ),
    word(
        "report",
        "A file written from the decision",
        "report verdict to \"verdict.json\" { outcome: decision.outcome }",
    ),
    word(
        "invariant",
        "What must never happen, whatever the evidence",
        "invariant \"never red\" { never enter canary when red }",
    ),
    word(
        "fixture",
        "A folder of evidence for tests",
        "fixture green from \"evidence/green\"",
    ),
    word(
        "test",
        "Tries the policy at an instant",
        "test \"late\" { at 2026-03-01T09:00Z  given green  expect blocked }",
    ),
    word(
        "tests",
        "A table of tests, one a line",
        "tests at 2026-03-01T09:00Z {\n  \"green\"  given green  expect complete\n}",
    ),
];

/// The clauses of one kind of declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Body {
    /// The word that opens the declaration.
    pub of: &'static str,
    /// Its clauses in canonical order.
    pub clauses: &'static [Keyword],
}

const KEYS: Keyword = word(
    "keys",
    "How member names are spelled in the data",
    "keys camel",
);
const OBSERVED: Keyword = word(
    "observed",
    "Where the time of an observation stands",
    "observed at generated_at",
);
const ABOUT: Keyword = word(
    "about",
    "Of what the evidence speaks",
    "about subject.build at build_id",
);
const LET: Keyword = word(
    "let",
    "A derived value, known to the clauses below",
    "let late = took > 20m",
);
const CLOSED: Keyword = word("closed", "No other member may stand in the data", "closed");
const SCOPE: Keyword = word("scope", "Which moves it speaks of", "scope entering canary");
const ZONE: Keyword = word("in", "The time zone of the block", "in \"Europe/Berlin\"");
const FROM_THROUGH: Keyword = word(
    "from",
    "A stretch of days, both counted",
    "from 2026-12-20 through 2027-01-02",
);
const ON_DAYS: Keyword = word("on", "Single days", "on 2026-12-24, 2026-12-31");
const WHILE: Keyword = word("while", "While a condition holds", "while incident.open");
const DURING: Keyword = word(
    "during",
    "Stretches that come as rows",
    "during t in train : t.from to t.until",
);
const EVERY: Keyword = word("every", "Days of the week", "every fri 16:00 to mon 08:00");
const MONTHLY: Keyword = word("monthly", "Days of the month", "monthly last 3 days");
const YEARLY: Keyword = word("yearly", "Days of the year", "yearly dec 20 through jan 2");
const LOG: Keyword = word(
    "log",
    "The evidence that lists the steps done",
    "log rollback_log",
);
const CHECK: Keyword = word(
    "check",
    "Something a person checks",
    "check menu \"The old menu opens\"",
);
const VERIFY: Keyword = word("verify", "What must hold afterwards", "verify healthy");
const REENTER: Keyword = word(
    "reenter when",
    "When the rollout may go on",
    "reenter when healthy",
);

/// The clauses of every declaration that has some.
pub const BODIES: &[Body] = &[
    Body {
        of: "rollout",
        clauses: &[
            word(
                "live from",
                "Where the live subject is seen",
                "live from routing.build",
            ),
            word(
                "on new subject",
                "What another subject does while one is exposed",
                "on new subject restart",
            ),
        ],
    },
    Body {
        of: "record",
        clauses: &[
            KEYS,
            word("...", "The fields of another record", "...Stamped"),
            OBSERVED,
            ABOUT,
            LET,
            CLOSED,
        ],
    },
    Body {
        of: "evidence",
        clauses: &[
            KEYS,
            word("...", "The fields of a record", "...Stamped"),
            OBSERVED,
            word("fresh", "How long it stands", "fresh 24h"),
            word(
                "timeless",
                "It has no age; it is pinned by digest",
                "timeless",
            ),
            word(
                "since",
                "It counts from the entry of the place on",
                "since cohort",
            ),
            ABOUT,
            word(
                "may be empty",
                "No rows at all is a fine answer",
                "may be empty",
            ),
            LET,
            CLOSED,
        ],
    },
    Body {
        of: "gate",
        clauses: &[
            word("each", "One instance for each row", "each lane in lanes"),
            word(
                "applies when",
                "When it counts at all",
                "applies when release.public",
            ),
            word(
                "pending while",
                "While it waits instead of failing",
                "pending while build.running",
            ),
            word(
                "advisory unless",
                "When it counts in full",
                "advisory unless lane.blocking",
            ),
            word(
                "advisory until",
                "From when it counts in full",
                "advisory until 2026-06-01T00:00Z",
            ),
            LET,
            word("require", "What must hold", "require slo.p95 <= 600ms"),
            word(
                "forbid",
                "What must not hold",
                "forbid lane.state == skipped",
            ),
            word("need", "Evidence that must be there", "need parity, resume"),
        ],
    },
    Body {
        of: "approval",
        clauses: &[
            word("by", "Whose word it takes", "by all of runtime, ops"),
            word("from", "Where the word is read", "from \"approvals.json\""),
            word("fresh", "How long the word stands", "fresh 24h"),
            word(
                "people",
                "What is asked of the people",
                "people distinct, not author",
            ),
            word(
                "within",
                "How long it is waited for",
                "within 1d else blocked",
            ),
            word("stands", "It is not spent by a move", "stands"),
        ],
    },
    Body {
        of: "waivers",
        clauses: &[
            word("by", "Who may waive", "by ops"),
            word("at most", "The longest a waiver may run", "at most 14d"),
            word("until", "When a waiver ends", "until w.expires"),
            word("warn", "How long before its end to warn", "warn 14d before"),
            word(
                "valid",
                "What a waiver must fulfil",
                "valid w.reason is not blank",
            ),
            word(
                "cover",
                "Which gate it excuses",
                "cover lane[l] when w.lane == l.id",
            ),
        ],
    },
    Body {
        of: "freeze",
        clauses: &[
            FROM_THROUGH,
            ON_DAYS,
            WHILE,
            DURING,
            EVERY,
            MONTHLY,
            YEARLY,
            ZONE,
            word(
                "in flight",
                "What becomes of a move in flight",
                "in flight stay",
            ),
            SCOPE,
            word(
                "except when",
                "When it does not count",
                "except when incident.open",
            ),
            word("except by", "Whose word lifts it", "except by go"),
        ],
    },
    Body {
        of: "window",
        clauses: &[
            FROM_THROUGH,
            ON_DAYS,
            WHILE,
            DURING,
            EVERY,
            MONTHLY,
            YEARLY,
            ZONE,
            SCOPE,
        ],
    },
    Body {
        of: "phase",
        clauses: &[
            word(
                "not before",
                "The earliest entry",
                "not before 2026-03-01T09:00Z",
            ),
            word("enter", "What must hold to enter", "enter built, tested"),
            word(
                "entered when",
                "What makes the entry a fact",
                "entered when routing.share == cohort",
            ),
            word(
                "cohorts",
                "The shares on the way up",
                "cohorts 1%, 10%, 100%",
            ),
            word(
                "cohort",
                "One share with its own terms",
                "cohort 50% soak 60m after go",
            ),
            word("soak", "How long `keep` must hold", "soak 30m"),
            word("checks", "How many samples must be good", "checks 3"),
            word(
                "on red",
                "What a red sample does to the soak",
                "on red restart",
            ),
            word(
                "clock open",
                "Time counts only while windows are open",
                "clock open",
            ),
            word("keep", "What must hold all the time", "keep healthy"),
            word("leave", "What must hold to leave", "leave verified"),
            word(
                "watch",
                "What is shown and decides nothing",
                "watch strained",
            ),
            word("within", "How long it may take", "within 7d else halted"),
        ],
    },
    Body {
        of: "trigger",
        clauses: &[
            word("class", "What kind of stop it is", "class safety"),
            word("in", "Where it is armed", "in canary, serve"),
            SCOPE,
            word("each", "One instance for each row", "each lane in lanes"),
            word("when", "What it looks for", "when slo.errors > 5%"),
            word("for", "How long it must hold", "for 10m"),
            word("times", "How often it must hold", "times 3 in a row"),
            word("then", "What it does", "then rollback to_old"),
            word(
                "on unknown",
                "What it does when it cannot tell",
                "on unknown fire",
            ),
        ],
    },
    Body {
        of: "rollback",
        clauses: &[
            word("to", "Where it leads", "to canary at 0%"),
            word("decide", "The time to decide", "decide within 15m"),
            word(
                "finish",
                "The time to finish",
                "finish within 60m else halted",
            ),
            word("impact", "What it costs", "impact data_loss \"none\""),
            word(
                "step",
                "One step, in order",
                "step stop \"Stop promoting\" by ops",
            ),
            CHECK,
            LOG,
            VERIFY,
            REENTER,
        ],
    },
    Body {
        of: "switch",
        clauses: &[
            word("by", "Who may throw it", "by ops"),
            word(
                "run",
                "What throws it",
                "run command(\"systemctl\", \"stop\", \"portal\")",
            ),
            word(
                "recover",
                "The time to recover",
                "recover within 15m else escalate ops",
            ),
            CHECK,
            LOG,
            VERIFY,
            REENTER,
        ],
    },
    Body {
        of: "message",
        clauses: &[word("text", "What it says", "text \"{symptom}\"")],
    },
    Body {
        of: "invariant",
        clauses: &[word(
            "never",
            "What must not happen, and while what",
            "never enter canary when red",
        )],
    },
    Body {
        of: "test",
        clauses: &[
            word("for", "The key it speaks of", "for E4"),
            word("at", "The instant", "at 2026-03-01T09:00Z"),
            word(
                "in",
                "Where the rollout stands",
                "in canary at 10% since 31m",
            ),
            word(
                "after rollback",
                "A rollback before",
                "after rollback to_old at 2026-03-01T08:00Z",
            ),
            word(
                "given",
                "The evidence, and what is changed in it",
                "given green with { slo.p95 = 601ms }",
            ),
            word("after", "Time that passes", "after 30m"),
            word(
                "expect",
                "What is decided, and why",
                "expect blocked because healthy",
            ),
        ],
    },
];

/// The words inside expressions.
pub const EXPRESSIONS: &[Keyword] = &[
    word("and", "Both hold", "a and b"),
    word("or", "At least one holds", "a or b"),
    word("not", "It does not hold", "not a"),
    word(
        "in",
        "Is one of; before a unit word, converts",
        "state in [passed, skipped]",
    ),
    word(
        "matches",
        "The whole text fits a pattern",
        "id matches \"BC-[0-9]+\"",
    ),
    word(
        "starts with",
        "The text begins so",
        "path starts with \"/\"",
    ),
    word("ends with", "The text ends so", "path ends with \".json\""),
    word(
        "covers",
        "Has all of these, and perhaps more",
        "ids covers [\"a\", \"b\"]",
    ),
    word(
        "exactly",
        "Has these and no others",
        "ids exactly [\"a\", \"b\"]",
    ),
    word("subset of", "Has none but these", "ids subset of known"),
    word("minus", "The left without the right", "ids minus known"),
    word("is", "Asks for a state", "report is stale"),
    word("all", "Every row fulfils it", "all l in lanes : l.ok"),
    word("any", "Some row fulfils it", "any l in lanes : l.ok"),
    word("none", "No row fulfils it", "none l in lanes : l.red"),
    word(
        "at least",
        "That many rows or more",
        "at least 2 of l in lanes : l.ok",
    ),
    word("at most", "That many rows or fewer", "at most 1 of a, b"),
    word(
        "where",
        "Which rows count",
        "any l in lanes where l.blocking : l.red",
    ),
    word(
        "match",
        "A value for each case",
        "match level { low => 1  else => 2 }",
    ),
    word("last", "The newest rows", "last 3 of health by at"),
    word(
        "over",
        "The stretch a figure is taken over",
        "max of live.errors over 5m",
    ),
    word(
        "observed since",
        "Seen at or after an instant",
        "chaos observed since rollback.at",
    ),
    word("plus", "Steps of the calendar", "signed_at plus 12 months"),
    word(
        "unknown",
        "A value that cannot be told, and why",
        "unknown \"no such metric\"",
    ),
];

/// The clauses of the declaration that a word opens; none where it has none.
pub fn clauses(declaration: &str) -> &'static [Keyword] {
    let of = if declaration == "tests" {
        "test"
    } else {
        declaration
    };
    BODIES
        .iter()
        .find(|body| body.of == of)
        .map_or(&[], |body| body.clauses)
}

/// Every word of the language, declarations first.
pub fn keywords() -> impl Iterator<Item = &'static Keyword> {
    DECLARATIONS
        .iter()
        .chain(BODIES.iter().flat_map(|body| body.clauses))
        .chain(EXPRESSIONS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_explained_and_stands_once_at_its_place() {
        for keyword in keywords() {
            assert!(
                !keyword.doc.is_empty() && !keyword.doc.ends_with('.'),
                "{}",
                keyword.word
            );
            assert!(
                keyword.example.contains(keyword.word.trim_end()),
                "{}",
                keyword.word
            );
        }
        for body in BODIES {
            assert!(
                DECLARATIONS
                    .iter()
                    .any(|declaration| declaration.word == body.of),
                "{}",
                body.of
            );
            for (i, clause) in body.clauses.iter().enumerate() {
                assert!(
                    body.clauses[..i]
                        .iter()
                        .all(|other| other.word != clause.word),
                    "{}",
                    clause.word
                );
            }
        }
    }
}
