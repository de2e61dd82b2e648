//! Broken text as words and marks, enough to tell where clauses begin. Knows no rule.

/// One piece of broken text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    /// Where it begins in the declaration.
    pub(super) start: usize,
    /// How many blanks stand before it, where it is the first on its line.
    pub(super) indent: Option<usize>,
    /// How many blanks stand before it on its line.
    pub(super) gap: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Letters.
    Word,
    /// Digits and what belongs to them.
    Number,
    /// A text in quotes.
    Text,
    /// A text whose quotes never close.
    OpenText,
    /// `(`, `[` or `{`
    Open,
    /// `)`, `]` or `}`
    Close,
    /// Any other mark.
    Mark,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether an operand may begin with it.
    pub(super) fn begins_operand(&self) -> bool {
        match self.kind {
            Kind::Word => !matches!(
                self.text,
                "and" | "or" | "in" | "is" | "matches" | "covers" | "exactly" | "minus"
            ),
            Kind::Number | Kind::Text | Kind::OpenText => true,
            Kind::Open => true,
            Kind::Close | Kind::Mark => self.text == "-",
        }
    }

    /// Whether a line may break behind it.
    pub(super) fn goes_on(&self) -> bool {
        match self.kind {
            Kind::Word => matches!(
                self.text,
                "and" | "or" | "not" | "matches" | "covers" | "exactly" | "minus" | "else" | "in"
            ),
            Kind::Open => true,
            Kind::Mark => self.text != "?" && self.text != "." && self.text != ";",
            Kind::Number | Kind::Text | Kind::OpenText | Kind::Close => false,
        }
    }

    /// Whether it may open a line that belongs to the one above.
    pub(super) fn goes_with_above(&self) -> bool {
        match self.kind {
            Kind::Word => {
                matches!(
                    self.text,
                    "and"
                        | "or"
                        | "matches"
                        | "starts"
                        | "ends"
                        | "covers"
                        | "exactly"
                        | "subset"
                        | "minus"
                        | "else"
                        | "where"
                )
            }
            Kind::Close => true,
            Kind::Mark => !matches!(self.text, "." | "..." | ";" | ","),
            Kind::Number | Kind::Text | Kind::OpenText | Kind::Open => false,
        }
    }
}

const MARKS: [&str; 12] = [
    "...", "==", "!=", "<=", ">=", "=>", "??", "&&", "||", "->", "<>", "..",
];

/// The tokens of a text, without comments.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut all = Vec::new();
    let mut at = 0;
    let mut line = 0;
    let mut first = true;
    let mut last_end = 0;
    while at < text.len() {
        let rest = &text[at..];
        let Some(letter) = rest.chars().next() else {
            break;
        };
        let (kind, long) = match letter {
            '\n' => {
                at += 1;
                (line, first, last_end) = (at, true, at);
                continue;
            }
            ' ' | '\t' | '\r' | '\u{feff}' => {
                at += letter.len_utf8();
                continue;
            }
            '/' if rest.starts_with("//") => {
                at += rest.find('\n').unwrap_or(rest.len());
                continue;
            }
            '"' => quoted(rest),
            '(' | '[' | '{' => (Kind::Open, 1),
            ')' | ']' | '}' => (Kind::Close, 1),
            '0'..='9' => (Kind::Number, number(rest)),
            'a'..='z' | 'A'..='Z' | '_' => (
                Kind::Word,
                run(rest, |b| b.is_ascii_alphanumeric() || b == b'_'),
            ),
            _ => (
                Kind::Mark,
                MARKS
                    .iter()
                    .find(|mark| rest.starts_with(**mark))
                    .map_or(letter.len_utf8(), |mark| mark.len()),
            ),
        };
        let indent = first.then_some(at - line);
        all.push(Token {
            kind,
            text: &rest[..long],
            start: at,
            indent,
            gap: at - last_end,
        });
        if rest[..long].contains('\n') {
            line = at + rest[..long].rfind('\n').map_or(0, |i| i + 1);
        }
        first = false;
        at += long;
        last_end = at;
    }
    all
}

fn run(text: &str, fits: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|b| fits(*b)).count()
}

fn number(text: &str) -> usize {
    if text.as_bytes().get(4) == Some(&b'-') && text.bytes().take(4).all(|b| b.is_ascii_digit()) {
        return run(text, |b| b.is_ascii_alphanumeric() || b"-:.+".contains(&b));
    }
    let long = run(text, |b| {
        b.is_ascii_alphanumeric() || b == b'_' || b == b'.'
    });
    let long = text[..long].trim_end_matches('.').len();
    let minutes = text.as_bytes().get(long..long + 3);
    if long <= 2
        && minutes.is_some_and(|m| m[0] == b':' && m[1].is_ascii_digit() && m[2].is_ascii_digit())
    {
        return long + 3;
    }
    long + usize::from(text[long..].starts_with('%'))
}

fn quoted(text: &str) -> (Kind, usize) {
    let (quotes, block) = if text.starts_with("\"\"\"") {
        ("\"\"\"", true)
    } else {
        ("\"", false)
    };
    let mut at = quotes.len();
    while let Some(letter) = text[at..].chars().next() {
        match letter {
            '\n' if !block => return (Kind::OpenText, at),
            '\\' => {
                at += 1;
                let next = text[at..]
                    .chars()
                    .next()
                    .filter(|next| block || *next != '\n');
                at += next.map_or(0, char::len_utf8);
            }
            '"' if text[at..].starts_with(quotes) => return (Kind::Text, at + quotes.len()),
            _ => at += letter.len_utf8(),
        }
    }
    (Kind::OpenText, at)
}

/// The first bracket that does not fit: never closed, or closing what is not open.
pub(super) fn misfit<'t, 'a>(tokens: &'t [Token<'a>]) -> Option<Misfit<'t, 'a>> {
    let mut open: Vec<&Token> = Vec::new();
    for token in tokens {
        match token.kind {
            Kind::Open => open.push(token),
            Kind::Close => match open.pop() {
                Some(opened) if closer(opened.text) == token.text => {}
                Some(opened) => return Some(Misfit::Unclosed(opened)),
                None => return Some(Misfit::Unopened(token)),
            },
            Kind::Word | Kind::Number | Kind::Text | Kind::OpenText | Kind::Mark => {}
        }
    }
    open.pop().map(Misfit::Unclosed)
}

/// A bracket without its other half.
pub(super) enum Misfit<'t, 'a> {
    /// It is never closed.
    Unclosed(&'t Token<'a>),
    /// It closes nothing.
    Unopened(&'t Token<'a>),
}

/// The bracket that closes one.
pub(super) fn closer(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}
