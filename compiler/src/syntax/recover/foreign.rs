//! What the words of other languages and tools are called here. Knows words only.

/// The clause that somebody means who writes another word for it, in a declaration.
pub(super) fn clause(of: &str, word: &str) -> Option<&'static str> {
    Some(match (of, word) {
        ("gate", "if" | "when") => "applies when",
        ("gate", "unless") => "advisory unless",
        (
            "gate",
            "assert" | "check" | "must" | "expect" | "condition" | "ensure" | "allow" | "pass",
        ) => "require",
        ("gate", "deny" | "reject" | "fail" | "violation") => "forbid",
        ("gate", "for_each" | "foreach") => "each",
        ("evidence", "max_age" | "ttl" | "freshness" | "valid_for" | "expires") => "fresh",
        ("phase", "steps" | "stages" | "weights" | "percent") => "cohorts",
        ("phase", "wait" | "bake" | "pause" | "duration" | "sleep") => "soak",
        ("phase", "timeout" | "deadline") => "within",
        ("phase", "depends_on" | "needs" | "requires" | "require" | "if" | "when") => "enter",
        ("trigger", "if" | "unless") => "when",
        ("trigger", "on" | "phase" | "phases") => "in",
        ("trigger", "action" | "do") => "then",
        ("freeze" | "window", "cron" | "schedule" | "weekly" | "daily") => "every",
        ("freeze" | "window", "timezone" | "tz" | "zone") => "in",
        ("freeze", "unless") => "except when",
        ("approval", "reviewers" | "approvers" | "roles" | "who") => "by",
        ("approval", "timeout" | "deadline") => "within",
        ("rollback", "action" | "do" | "steps") => "step",
        ("rollback", "timeout" | "deadline") => "finish",
        ("rollback", "target") => "to",
        ("test", "when") => "given",
        ("test", "then" | "assert") => "expect",
        _ => return None,
    })
}

/// The declaration that somebody means who writes another word for it.
pub(super) fn declaration(word: &str) -> Option<&'static str> {
    Some(match word {
        "import" | "include" | "load" => "use",
        "const" | "var" | "val" | "def" | "locals" => "let",
        "function" | "func" => "fn",
        "rule" | "condition" => "gate",
        "stage" => "phase",
        "type" | "struct" | "class" | "object" | "schema" => "record",
        "variable" | "input" | "parameter" => "param",
        "alert" | "alarm" => "trigger",
        "blackout" | "maintenance" => "freeze",
        "data" | "source" | "metric" => "evidence",
        _ => return None,
    })
}

/// The short name of a day or a month.
pub(super) fn calendar(word: &str) -> Option<&'static str> {
    const SHORT: [&str; 19] = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun",
        "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    const LONG: [&str; 19] = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.to_ascii_lowercase();
    let at = LONG.iter().position(|long| *long == word)?;
    Some(SHORT[at])
}

/// What to write instead of an operator of another language.
pub(super) fn operator(word: &str) -> Option<&'static str> {
    Some(match word {
        "contains" | "includes" => {
            "membership is `\"x\" in list`, sets are `list covers other`, a part of a text is `t matches \".*x.*\"`"
        }
        "between" => "write both bounds: `x >= 1ms and x <= 3ms`",
        "xor" => "write `a != b`",
        "?" => "a value for each case is `match x { … }`; `??` gives a value for what is absent",
        "like" | "regex" => "write `t matches \"[a-z]+\"`",
        _ => return None,
    })
}
