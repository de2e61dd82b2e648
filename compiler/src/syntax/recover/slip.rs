//! Slips of the pen, and words and marks that people bring from other languages: each has a better answer than what the
//! grammar wanted. Knows tokens, and the clauses around them.

use super::cut::Items;
use super::explain::{Finding, Piece};
use super::foreign;
use super::token::{Kind, Token};

/// What is meant by a token that does not fit, where that can be told.
pub(super) fn slip(token: &Token, tokens: &[Token], next: usize, piece: &Piece) -> Option<Finding> {
    let slip = Slip {
        token,
        tokens,
        next,
        before: next.checked_sub(1).and_then(|i| tokens.get(i)),
        after: tokens.get(next + 1),
        piece,
    };
    slip.unit_apart()
        .or_else(|| slip.colon())
        .or_else(|| slip.operator())
        .or_else(|| slip.name())
        .or_else(|| slip.state())
        .or_else(|| slip.joined())
        .or_else(|| slip.not_one_value())
        .or_else(|| slip.field())
        .or_else(|| slip.clause())
        .or_else(|| slip.compared())
        .or_else(|| slip.mark())
        .or_else(|| slip.comma())
        .or_else(|| slip.word())
}

/// A token that does not fit, with what stands around it.
struct Slip<'s, 'a> {
    token: &'s Token<'a>,
    tokens: &'s [Token<'a>],
    /// Its index.
    next: usize,
    before: Option<&'s Token<'a>>,
    after: Option<&'s Token<'a>>,
    piece: &'s Piece<'s, 'a>,
}

impl Slip<'_, '_> {
    fn span(&self) -> (usize, usize) {
        (self.token.start, self.token.end())
    }

    fn found(&self, message: impl Into<String>) -> Finding {
        Finding::at("syntax", self.span(), message.into())
    }

    /// A finding that is certainly put right by another word.
    fn instead(&self, message: &str, word: &str) -> Finding {
        self.found(message)
            .instead(format!("write `{word}`"), word, true)
    }

    fn is_word(&self) -> bool {
        self.token.kind == Kind::Word
    }

    /// Whether it stands behind one of some words.
    fn behind(&self, words: &[&str]) -> bool {
        self.before
            .is_some_and(|before| words.contains(&before.text))
    }

    /// Whether it stands among the clauses of one of some declarations.
    fn among(&self, declarations: &[&str]) -> bool {
        let place = self.piece.place;
        place.is_some_and(|place| declarations.contains(&place.of))
    }

    /// Whether it stands among the fields of a record or of evidence.
    fn in_fields(&self) -> bool {
        let place = self.piece.place;
        place.is_some_and(|place| place.items == Items::Fields)
    }

    fn declares(&self, word: &str) -> bool {
        let declaration = self.piece.declaration;
        declaration.is_some_and(|declaration| declaration.word == word)
    }

    /// `300 ms`
    fn unit_apart(&self) -> Option<Finding> {
        let unit = unit_of(self.token.text).filter(|_| self.token.indent.is_none())?;
        let number = self.before.filter(|before| {
            let plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
            before.kind == Kind::Number && before.text.bytes().all(plain)
        })?;
        let message = format!(
            "no blank belongs between a number and its unit: `{} {}`",
            number.text, self.token.text
        );
        let whole = format!("{}{unit}", number.text);
        let found = Finding::at("syntax", (number.start, self.token.end()), message);
        Some(found.instead(format!("write `{whole}`"), whole, true))
    }

    /// `fresh: 5m`, `owners: ops`
    fn colon(&self) -> Option<Finding> {
        let takes_none = |word: &Token, colon: &Token| {
            let message = format!("`{}` takes no `:`", word.text);
            let found = Finding::at("syntax", (word.start, colon.end()), message);
            found.instead(format!("write `{}`", word.text), word.text, true)
        };
        let begins = |tokens: &[Token]| {
            let place = self.piece.place;
            place.is_some_and(|place| place.begun(tokens).is_some())
        };
        let tail = matches!(
            self.token.text,
            "min" | "max" | "only" | "env" | "else" | "by" | "from"
        );
        if self.is_word()
            && let Some(colon) = self
                .after
                .filter(|after| after.text == ":" && after.gap == 0)
            && (tail || begins(&self.tokens[self.next..]))
        {
            return Some(takes_none(self.token, colon));
        }
        let before = (self.before).filter(|before| begins(&[**before]) || before.text == "owners");
        let before = before.filter(|_| self.token.text == ":")?;
        Some(takes_none(before, self.token))
    }

    /// `a ? b : c`
    fn operator(&self) -> Option<Finding> {
        let help = foreign::operator(self.token.text)?;
        if self.behind(&[","]) || self.after.is_none() || self.token.text == "?" && self.in_fields()
        {
            return None;
        }
        let message = format!("there is no `{}`", self.token.text);
        Some(self.found(message).help(help))
    }

    /// `gate api-ready`, `fn f(x) -> int`
    fn name(&self) -> Option<Finding> {
        match self.token.text {
            "-" if self.piece.place.is_none() && self.next == 2 => {
                let (from, to) = (self.before?, self.after?);
                if to.kind != Kind::Word || to.start != self.token.end() {
                    return None;
                }
                let name = format!("{}_{}", from.text, to.text);
                let message = "a name has letters, digits and `_`, no `-`".to_owned();
                let found = Finding::at("syntax", (from.start, to.end()), message);
                Some(found.instead(format!("write `{name}`"), name, false))
            }
            "->" => Some(self.instead("the type of a result comes after `:`", ":")),
            _ => None,
        }
    }

    /// `is null`, `is true`
    fn state(&self) -> Option<Finding> {
        let word = self.token.text;
        if !self.behind(&["is"]) || !matches!(word, "null" | "true" | "false") {
            return None;
        }
        let found = self.found(format!("`is` asks for a state, and `{word}` is a value"));
        Some(found.help(match word {
            "null" => "write `x == null`; what the data does not have at all is `x is not present`",
            "true" => "write the condition alone",
            _ => "write the condition behind `not`",
        }))
    }

    /// `a and or b`, `a and and b`, `by ops or risk`, a group with commas
    fn joined(&self) -> Option<Finding> {
        let joins = |token: &Token| matches!(token.text, "and" | "or");
        let word = self.token.text;
        if joins(self.token) && self.behind(&["and", "or", "not"]) {
            let message = format!("`{word}` stands between two conditions, and one is missing");
            return Some(self.found(message).instead("remove one", "", false));
        }
        let twice = self.next > 1 && joins(&self.tokens[self.next - 2]);
        if let Some(before) = self.before.filter(|before| twice && joins(before))
            && self.is_word()
            && word != "not"
        {
            let message = format!("`{}` is written twice", before.text);
            let found = Finding::at("syntax", (before.start, before.end()), message);
            return Some(found.instead("remove one", "", false));
        }
        if word == "," && self.declares("group") {
            let found = self.found("a group is one condition");
            return Some(found.help("write `all of a, b`, `any of a, b`, or `and` between them"));
        }
        if joins(self.token) && self.among(&["approval"]) {
            let found = self.found(format!("`{word}` does not join roles"));
            return Some(found.help(
                "write `by any of ops, risk`, `by all of ops, risk` or `by at least 2 of ops, risk`",
            ));
        }
        None
    }

    /// `match a and b { … }`
    fn not_one_value(&self) -> Option<Finding> {
        let brace = self.token.text == "{"
            && self.before.is_some_and(|before| before.kind == Kind::Word)
            && (self.tokens[..self.next].iter()).any(|token| token.text == "match");
        (brace || self.behind(&["match"])).then(|| {
            self.found("`match` asks for one value").help(
                "put a condition in parentheses: `match (a and b) { true => 1   false => 2 }`",
            )
        })
    }

    /// `p95: duration ms`, `took: duration ?`, `errors: int default 0`
    fn field(&self) -> Option<Finding> {
        let measured = self.behind(&["duration", "ratio", "bytes"]);
        Some(match self.token.text {
            "ms" | "seconds" | "minutes" | "hours" | "days" | "percent" | "bytes" | "MiB"
                if measured =>
            {
                let (word, unit) = (self.token.text, format!("in {}", self.token.text));
                self.found(format!("the unit `{word}` needs `in` before it"))
                    .instead(format!("write `{unit}`"), unit, true)
            }
            "default" if self.after.is_some() => self.instead("a default comes after `=`", "="),
            "?" if self.in_fields() => self
                .found("the `?` comes directly after the type")
                .help("for example `took: duration? in ms`"),
            "in" if measured && self.ends() => self.found("expected a unit after `in`").help(
                "durations are `in ms`, `in seconds`, `in minutes` …, sizes `in bytes`, `in MiB` …, ratios `in percent`",
            ),
            _ => return None,
        })
    }

    /// Whether nothing of the same clause stands behind it.
    fn ends(&self) -> bool {
        self.after
            .is_none_or(|after| after.indent.is_some() || matches!(after.text, "}" | "," | ")"))
    }

    /// What some clauses cannot say: `monday`, `use std.slo as x`, `then NAME`, `if`
    fn clause(&self) -> Option<Finding> {
        let word = self.token.text;
        if self.among(&["freeze", "window"])
            && let Some(short) = foreign::calendar(word).filter(|short| *short != word)
        {
            return Some(self.instead("days and months have short names", short));
        }
        if word == "as" && self.declares("use") {
            return Some(self.found("a module of the tool keeps its name").help(
                "write `use std.slo`, and its names as `slo.burn`; only a file is used `as` something",
            ));
        }
        if self.is_word() && self.behind(&["then"]) && self.among(&["trigger"]) {
            let message = format!(
                "expected `halt`, `rollback NAME` or `throw NAME` after `then`, found `{word}`"
            );
            let help = format!(
                "write `then halt`, `then rollback {word}`, or `then throw {word}` for a switch"
            );
            return Some(self.found(message).help(help));
        }
        let help = match (word, self.among(&["gate"])) {
            ("unless" | "if", false) if self.piece.place.is_some() => {
                "a condition is put into a gate; a value for each case is `match x { … }`"
            }
            ("if" | "then", true) => {
                "a gate that counts only sometimes says `applies when CONDITION`; a value for each case is `match x { … }`"
            }
            _ => return None,
        };
        Some(self.found(format!("there is no `{word}`")).help(help))
    }

    /// `x is 3`, `x = 3`
    fn compared(&self) -> Option<Finding> {
        let value = |after: &Token| matches!(after.kind, Kind::Number | Kind::Text);
        match self.token.text {
            "is" | "equals" | "eq" if self.after.is_some_and(value) => {
                Some(self.instead("two values are compared with `==`", "=="))
            }
            "=" if self.next > 0 && self.piece.place.is_some() => {
                Some(self.instead("`=` does not compare", "=="))
            }
            _ => None,
        }
    }

    /// Marks of other languages.
    fn mark(&self) -> Option<Finding> {
        let joined = "conditions are joined with `and` and `or`";
        Some(match self.token.text {
            "&&" | "&" => self.instead(joined, "and"),
            "||" | "|" => self.instead(joined, "or"),
            "!" => self.instead("a condition is negated with `not`", "not"),
            "<>" => self.instead("\"not equal\" is written `!=`", "!="),
            ";" => self
                .found("a clause does not end with `;`")
                .help("a clause ends where the next begins")
                .instead("remove it", "", true),
            "'" => quotes(self.tokens, self.next),
            "." | "[" | "(" if self.token.indent.is_some() => self
                .found(format!("a line cannot begin with `{}`", self.token.text))
                .help("put it at the end of the line above"),
            _ => return None,
        })
    }

    /// Commas between clauses, and between conditions.
    fn comma(&self) -> Option<Finding> {
        if self.token.text != "," {
            return None;
        }
        let rest = self.tokens.get(self.next + 1..).unwrap_or(&[]);
        let place = self.piece.place;
        if place.is_some_and(|place| place.begins(rest)) {
            return Some(
                self.found("clauses are not separated by commas")
                    .help("a clause ends where the next begins")
                    .instead("remove it", "", true),
            );
        }
        self.among(&["gate"]).then(|| {
            self.found("a rule is one condition")
                .help("write `and` between conditions, or a `require` for each")
        })
    }

    /// Another word for a unit; a field without its colon.
    fn word(&self) -> Option<Finding> {
        let word = self.token.text;
        if !self.is_word() {
            return None;
        }
        if let Some(unit) = meant(word).filter(|_| self.behind(&["in"])) {
            let found = self.found(format!("`{word}` is not a unit"));
            let mut found = found.help(format!("did you mean `{unit}`?"));
            found.fix = Some((format!("write `{unit}`"), unit.to_owned()));
            return Some(found);
        }
        let ty =
            (self.after).filter(|after| self.piece.place.is_some() && names_type(Some(after)))?;
        Some(no_colon(word, self.span(), ty.text))
    }
}

/// Marks of other languages, wherever they stand.
pub(super) fn marks(piece: &Piece) -> Option<Finding> {
    let tokens = piece.tokens;
    tokens.iter().enumerate().find_map(|(i, token)| {
        let span = (token.start, token.end());
        let after = tokens.get(i + 1);
        let attached = after.filter(|after| after.start == token.end());
        let both = |after: &Token| (token.start, after.end());
        match token.text {
            "#" => {
                let message = "a comment begins with `//`".to_owned();
                Some(Finding::at("syntax", span, message).instead("write `//`", "//", true))
            }
            "/" if attached.is_some_and(|after| after.text == "*") => {
                let message = "a comment begins with `//` and ends with its line".to_owned();
                Some(Finding::at("syntax", both(after?), message).help("write `// …` on each line"))
            }
            "==" | "!=" if attached.is_some_and(|after| after.text == "=") => {
                let word = token.text;
                let message = format!("there is no `{word}=`");
                let found = Finding::at("syntax", both(after?), message);
                Some(found.instead(format!("write `{word}`"), word, true))
            }
            "=" if attached.is_some_and(|after| matches!(after.text, "<" | ">")) => {
                let (after, word) = (after?, format!("{}=", after?.text));
                let message = format!("there is no `={}`", after.text);
                let found = Finding::at("syntax", both(after), message);
                Some(found.instead(format!("write `{word}`"), word.clone(), true))
            }
            ":" if attached.is_some_and(|after| after.text == "=") => {
                let found = Finding::at("syntax", both(after?), "there is no `:=`".to_owned());
                Some(found.help("a name for a value is `let x = 3`, a comparison `x == 3`"))
            }
            "~" | "=" if attached.is_some_and(|after| matches!(after.text, "~" | "=")) => {
                let message = "a pattern is matched with `matches`".to_owned();
                let found = Finding::at("syntax", both(after?), message);
                Some(found.instead("write `matches`", "matches", false))
            }
            _ => None,
        }
    })
}

/// A unit that stands apart from its number, as the number takes it.
pub(super) fn unit_of(word: &str) -> Option<&'static str> {
    Some(match word {
        "%" => "%",
        "us" => "us",
        "ms" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "s",
        "m" | "min" | "mins" | "minute" | "minutes" => "m",
        "h" | "hr" | "hrs" | "hour" | "hours" => "h",
        "d" | "day" | "days" => "d",
        "w" | "week" | "weeks" => "w",
        "KiB" => "KiB",
        "MiB" => "MiB",
        "GiB" => "GiB",
        "TiB" => "TiB",
        "kB" | "KB" => "kB",
        "MB" => "MB",
        "GB" => "GB",
        "percent" => "%",
        _ => return None,
    })
}

/// A field whose `:` is missing.
pub(super) fn no_colon(word: &str, span: (usize, usize), ty: &str) -> Finding {
    let message = format!("a `:` is missing between `{word}` and its type");
    let found = Finding::at("syntax", span, message).help(format!("write `{word}: {ty}`"));
    found.instead(format!("write `{word}:`"), format!("{word}:"), true)
}

/// A text in single quotes: all of it, where it ends on its line.
fn quotes(tokens: &[Token], next: usize) -> Finding {
    let open = &tokens[next];
    let message = "a text is written in double quotes".to_owned();
    let line = |token: &&Token| token.indent.is_none();
    let rest = tokens[next + 1..].iter().take_while(line);
    let ends = |token: &&Token| token.text == "'";
    match rest.clone().position(|token| ends(&token)) {
        Some(0) => Finding::at("syntax", (open.start, tokens[next + 1].end()), message).instead(
            "write `\"\"`",
            "\"\"",
            true,
        ),
        Some(n) => {
            let inner = &tokens[next + 1..next + 1 + n];
            let plain = inner.windows(2).all(|pair| pair[1].gap <= 1);
            let text: String = (inner.iter().enumerate())
                .map(|(i, token)| {
                    format!(
                        "{}{}",
                        " ".repeat(if i > 0 { token.gap } else { 0 }),
                        token.text
                    )
                })
                .collect();
            let end = tokens[next + 1 + n].end();
            let found = Finding::at("syntax", (open.start, end), message);
            match plain && !text.contains(['"', '\\']) {
                true => found.instead(format!("write `\"{text}\"`"), format!("\"{text}\""), true),
                false => found.help("for example `\"like this\"`"),
            }
        }
        None => Finding::at("syntax", (open.start, open.end()), message)
            .help("for example `\"like this\"`"),
    }
}

/// The unit that somebody means who writes another word for it.
fn meant(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "microsecond" | "microseconds" | "micros" | "usec" => "us",
        "ms" | "millisecond" | "milliseconds" | "millis" | "msec" | "msecs" => "ms",
        "s" | "sec" | "secs" | "second" | "seconds" => "seconds",
        "m" | "min" | "mins" | "minute" | "minutes" => "minutes",
        "h" | "hr" | "hrs" | "hour" | "hours" => "hours",
        "d" | "day" | "days" => "days",
        "pct" | "percentage" | "percents" | "percent" => "percent",
        "b" | "byte" | "bytes" => "bytes",
        "kb" | "kilobytes" => "kB",
        "mb" | "megabytes" => "MB",
        "gb" | "gigabytes" => "GB",
        "tb" | "terabytes" => "TB",
        "kib" => "KiB",
        "mib" => "MiB",
        "gib" => "GiB",
        "tib" => "TiB",
        _ => return None,
    })
}

/// Whether a token is the word of a type.
pub(super) fn names_type(token: Option<&Token>) -> bool {
    const TYPES: [&str; 14] = [
        "bool", "text", "int", "number", "ratio", "duration", "bytes", "version", "instant",
        "date", "list", "series", "map", "enum",
    ];
    token.is_some_and(|token| TYPES.contains(&token.text))
}
