//! The one message about a piece of text that does not fit. Knows what people mean by what they write.

use pest::error::{Error, ErrorVariant, InputLocation};
use rolloutc_grammar::{DECLARATIONS, Keyword, Rule, human_name};

use super::cut::{Items, Place};
use super::foreign;
use super::near::nearest;
use super::slip::{marks, names_type, no_colon, slip, unit_of};
use super::token::{Kind, Misfit, Token, closer, misfit};

/// A message about a stretch of a declaration.
pub(super) struct Finding {
    pub(super) code: &'static str,
    /// From and to, in the declaration.
    pub(super) span: (usize, usize),
    pub(super) message: String,
    pub(super) help: Vec<String>,
    /// What to put in place of the span, with a title.
    pub(super) fix: Option<(String, String)>,
    /// Whether the fix is certainly what was meant.
    pub(super) safe: bool,
    /// Whether more text might have mended it: it ends too early.
    pub(super) early: bool,
}

impl Finding {
    pub(super) fn at(code: &'static str, span: (usize, usize), message: String) -> Finding {
        Finding {
            code,
            span,
            message,
            help: Vec::new(),
            fix: None,
            safe: false,
            early: false,
        }
    }

    /// Puts another text in place of the span; the help says so too.
    pub(super) fn instead(
        mut self,
        title: impl Into<String>,
        text: impl Into<String>,
        safe: bool,
    ) -> Finding {
        let title = title.into();
        if self.help.is_empty() {
            self.help.push(title.clone());
        }
        self.fix = Some((title, text.into()));
        self.safe = safe;
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Finding {
        self.help.push(help.into());
        self
    }
}

/// What is being explained.
pub(super) struct Piece<'t, 'a> {
    /// Its tokens.
    pub(super) tokens: &'t [Token<'a>],
    /// Where it stands; `None` for a head or a declaration without clauses.
    pub(super) place: Option<&'t Place>,
    /// The declaration it belongs to.
    pub(super) declaration: Option<&'static Keyword>,
    /// Where the text that was parsed begins in the declaration.
    pub(super) base: usize,
}

/// Explains why a piece does not fit.
pub(super) fn explain(piece: &Piece, error: &Error<Rule>) -> Finding {
    let tokens = piece.tokens;
    if let Some(found) = open_text(tokens).or_else(|| letters(tokens)) {
        return found;
    }
    let Some(first) = tokens.first() else {
        return Finding::at(
            "syntax",
            (piece.base, piece.base),
            "something is missing here".to_owned(),
        );
    };
    if let Some(found) = unknown_clause(piece, first) {
        return found;
    }
    if let Some(found) = brackets(tokens).or_else(|| marks(piece)) {
        return found;
    }
    let at = piece.base
        + match error.location {
            InputLocation::Pos(at) => at,
            InputLocation::Span((at, _)) => at,
        };
    let expected = match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives.as_slice(),
        ErrorVariant::CustomError { .. } => &[],
    };
    let mut next = tokens
        .iter()
        .position(|token| token.end() > at)
        .unwrap_or(tokens.len());
    let mut clause = piece.place.and_then(|place| place.begun(tokens));
    if next == 0 && clause.is_some() {
        // Nothing behind the first words was understood; words are no rules, so the grammar cannot tell how many fit.
        next = fitting(clause, tokens);
    }
    if let Some(found) = head(piece).filter(|_| next == 0 && piece.place.is_none()) {
        return found;
    }
    if let Some(found) = comma(tokens, next) {
        return found;
    }
    clause = piece
        .place
        .and_then(|place| place.last(tokens, next))
        .or(clause);
    said(piece, next, expected, clause)
}

/// The first thing behind the name of a declaration is not what stands there.
fn head(piece: &Piece) -> Option<Finding> {
    let word = piece.declaration?.word;
    let mark = match word {
        "let" | "group" | "folder" | "threshold" => "`=`",
        "param" => "`:` and a type",
        "fn" if piece.tokens.get(2).is_none_or(|next| next.text != "(") => {
            "its parameters in `( )`"
        }
        "table" => "`by` and the column that tells rows apart",
        "waivers" => "`in` and the rows",
        "fixture" => "`from` and a folder",
        "report" => "`to` and a file",
        "use" => "`as` and a name",
        _ => return None,
    };
    let (name, next) = (piece.tokens.get(1)?, piece.tokens.get(2));
    let end = piece.tokens.last().map_or(0, Token::end);
    let span = next.map_or((end, end), |next| (next.start, next.end()));
    let seen = next.map_or(String::new(), |next| {
        format!(", found `{}`", short(next.text))
    });
    let message = format!("expected {mark} after `{}`{seen}", short(name.text));
    Some(Finding::at("syntax", span, message).help(example(piece.declaration?)))
}

pub(super) fn example(keyword: &Keyword) -> String {
    format!(
        "for example `{}`",
        keyword
            .example
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    )
}

/// Two values side by side in a list.
fn comma(tokens: &[Token], next: usize) -> Option<Finding> {
    let mut open: Vec<&str> = Vec::new();
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => open.push(token.text),
            Kind::Close => drop(open.pop()),
            Kind::Word | Kind::Number | Kind::Text | Kind::OpenText | Kind::Mark => {}
        }
        let value = |token: &Token| matches!(token.kind, Kind::Number | Kind::Text);
        let plain = tokens.first().is_some_and(|first| first.text == "cohorts");
        let listed = open.last().map_or(plain, |open| *open != "{");
        let after = tokens
            .get(i + 1)
            .filter(|after| value(after) && after.gap > 0);
        let Some(after) = after.filter(|_| i + 1 >= next && listed && value(token)) else {
            continue;
        };
        let (from, to) = (short(token.text), short(after.text));
        if fraction(after.text) || unit_of(after.text).is_some() {
            continue;
        }
        let message = format!("a comma is missing between `{from}` and `{to}`");
        return Some(
            Finding::at("syntax", (after.start, after.end()), message).instead(
                format!("write `{from}, {to}`"),
                format!(", {}", after.text),
                true,
            ),
        );
    }
    None
}

fn fraction(text: &str) -> bool {
    text.starts_with('.')
}

/// How many tokens spell the words of the clause.
fn fitting(clause: Option<&Keyword>, tokens: &[Token]) -> usize {
    let words = clause.map_or("", |clause| clause.word).split(' ');
    words
        .zip(tokens)
        .take_while(|(word, token)| *word == token.text)
        .count()
        .max(1)
}

/// A word that is no clause of this place.
fn unknown_clause(piece: &Piece, first: &Token) -> Option<Finding> {
    let place = piece.place?;
    let colon = piece
        .tokens
        .get(1)
        .is_some_and(|next| next.text == ":" && next.gap == 0);
    if first.kind != Kind::Word
        || colon
        || place.clauses().is_empty()
        || place.begun(piece.tokens).is_some()
    {
        return None;
    }
    let span = (first.start, first.end());
    let words: Vec<&str> = place.clauses().iter().map(|clause| clause.word).collect();
    let kind = article(place.of);
    if first.goes_with_above() || matches!(first.text, "is" | "in") {
        let message = format!("a line cannot begin with `{}`", first.text);
        return Some(
            Finding::at("syntax", span, message).help("put it at the end of the line above"),
        );
    }
    if let Some(ty) = piece
        .tokens
        .get(1)
        .filter(|ty| place.items == Items::Fields && names_type(Some(ty)))
    {
        return Some(no_colon(first.text, span, ty.text));
    }
    let mut found = Finding::at(
        "unknown-clause",
        span,
        format!("{kind} has no clause `{}`", first.text),
    );
    let heads = words
        .iter()
        .map(|words| words.split(' ').next().unwrap_or(words));
    let member = piece
        .tokens
        .get(1)
        .is_some_and(|next| next.text == "." && next.gap == 0);
    if place.of == "gate" && member {
        let word = format!("require {}", first.text);
        return Some(found.instead(
            format!("write `{word}`: a gate says what it requires"),
            word,
            false,
        ));
    }
    if let Some(word) = foreign::clause(place.of, first.text) {
        found = found.help(format!("did you mean `{word}`?"));
        found.fix = Some((format!("write `{word}`"), word.to_owned()));
    } else if let Some(word) = nearest(first.text, heads) {
        found = found.help(format!("did you mean `{word}`?"));
        found.fix = Some((format!("write `{word}`"), word.to_owned()));
    }
    Some(found.help(format!("its clauses are {}", listed(&words))))
}

/// A bracket without its other half.
fn brackets(tokens: &[Token]) -> Option<Finding> {
    Some(match misfit(tokens)? {
        Misfit::Unclosed(open) => {
            let span = (open.start, open.end());
            Finding::at(
                "unclosed-bracket",
                span,
                format!("this `{}` is never closed", open.text),
            )
            .help(format!("close it with `{}`", closer(open.text)))
        }
        Misfit::Unopened(close) => {
            let span = (close.start, close.end());
            Finding::at(
                "unclosed-bracket",
                span,
                format!("this `{}` closes nothing", close.text),
            )
            .help("remove it, or open it before")
            .instead("remove it", "", false)
        }
    })
}

/// A text whose quotes never close.
pub(super) fn open_text(tokens: &[Token]) -> Option<Finding> {
    let open = tokens.iter().find(|token| token.kind == Kind::OpenText)?;
    let quotes = if open.text.starts_with("\"\"\"") {
        "\"\"\""
    } else {
        "\""
    };
    let span = (open.start, open.start + quotes.len());
    let help = if quotes.len() == 3 {
        "close it with `\"\"\"`".to_owned()
    } else {
        "close it with `\"` on the same line; a text over several lines stands between `\"\"\"`"
            .to_owned()
    };
    Some(
        Finding::at(
            "unclosed-text",
            span,
            "this text is never closed".to_owned(),
        )
        .help(help),
    )
}

/// A letter that no word has.
pub(super) fn letters(tokens: &[Token]) -> Option<Finding> {
    let token = tokens
        .iter()
        .find(|token| token.kind == Kind::Mark && odd(token.text))?;
    let letter = token.text.chars().next()?;
    let span = (token.start, token.end());
    let code = u32::from(letter);
    let shown = if letter.is_control() || letter.is_whitespace() {
        String::new()
    } else {
        format!("`{letter}` ")
    };
    if let Some(plain) = look_alike(letter) {
        let message = format!("{shown}(U+{code:04X}) only looks like `{plain}`");
        let mut found = Finding::at("confusable-name", span, message)
            .help("names have plain letters, digits and `_`");
        found.fix = Some((format!("write `{plain}`"), plain.to_string()));
        return Some(found);
    }
    let message = format!("the character {shown}(U+{code:04X}) is not allowed here");
    let found = Finding::at("odd-character", span, message);
    Some(match plainly(letter) {
        Some("") => found.instead("remove it: it cannot be seen", "", true),
        Some(" ") => found.instead("write a plain space", " ", true),
        Some(plain) => found.instead(format!("write `{plain}`"), plain, true),
        None => found.help(
            "remove it; outside of texts and comments only plain letters, digits and marks count",
        ),
    })
}

/// What a sign is in plain letters; nothing for one that cannot be seen.
fn plainly(letter: char) -> Option<&'static str> {
    Some(match letter {
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '…' => "...",
        '×' => "*",
        '÷' => "/",
        '→' | '⇒' => "=>",
        '，' | '、' => ",",
        '：' => ":",
        '（' => "(",
        '）' => ")",
        '％' => "%",
        '∧' => "and",
        '∨' => "or",
        '¬' => "not",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '；' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' => "",
        letter if letter.is_control() => "",
        _ => return None,
    })
}

fn odd(text: &str) -> bool {
    text.chars()
        .next()
        .is_some_and(|c| !c.is_ascii() || c.is_ascii_control())
}

/// Letters of other scripts that read like a plain one.
fn look_alike(letter: char) -> Option<char> {
    const PAIRS: &str = "аaеeоoрpсcхxуyіiјjѕsһhԁdԛqԝwАAВBЕEКKМMНHОOРPСCТTХXαaοoνvρpιiΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX“\"”\"„\"‘'’'–-—-−-";
    let mut letters = PAIRS.chars();
    while let (Some(odd), Some(plain)) = (letters.next(), letters.next()) {
        if odd == letter {
            return Some(plain);
        }
    }
    None
}

/// What was expected at a token, and what stands there.
fn said(
    piece: &Piece,
    next: usize,
    expected: &[Rule],
    clause: Option<&'static Keyword>,
) -> Finding {
    let tokens = piece.tokens;
    let before = next.checked_sub(1).and_then(|i| tokens.get(i));
    let found = tokens.get(next);
    let end = tokens.last().map_or(piece.base, Token::end);
    let span = found.map_or((end, end), |token| (token.start, token.end()));
    let shown = clause.or(piece.declaration.filter(|_| piece.place.is_none()));
    let behind = before.map_or(String::new(), |token| {
        format!(" after `{}`", short(token.text))
    });
    if let Some(found) = found.and_then(|token| slip(token, tokens, next, piece)) {
        return found;
    }
    let clauses = piece.place.filter(|place| !place.clauses().is_empty());
    if let Some(found) = clauses
        .filter(|_| next == 0)
        .and_then(|place| quoted_clause(place, tokens))
    {
        return found;
    }
    // Where a clause may begin the grammar also names what a field begins with.
    let wanted = wanted(expected, before, clause, next).filter(|_| next > 0 || clauses.is_none());
    if let Some(found) = clauses
        .filter(|_| wanted.is_none())
        .and_then(|place| unfinished(place, tokens, next))
    {
        return found;
    }
    let message = match (&wanted, found) {
        (Some(wanted), Some(token)) if before.is_some() => {
            format!("expected {wanted}{behind}, found `{}`", short(token.text))
        }
        (Some(wanted), Some(token)) => format!("expected {wanted}, found `{}`", short(token.text)),
        (Some(wanted), None) => format!("expected {wanted}{behind}"),
        (None, Some(token)) => format!("did not expect `{}`{behind}", short(token.text)),
        (None, None) => format!("something is missing{behind}"),
    };
    let mut finding = Finding::at("syntax", span, message);
    if wanted.as_deref() == Some("a type")
        || before.is_some_and(|before| matches!(before.text, "enum" | "list"))
    {
        let field = tokens
            .iter()
            .rposition(|token| token.text == ":")
            .and_then(|i| tokens.get(i.checked_sub(1)?));
        let clause = field.and_then(|field| piece.place.and_then(|place| place.begun(&[*field])));
        return match (field, clause) {
            (Some(field), Some(_)) => {
                let message = format!("`{}` takes no `:`", field.text);
                let colon = tokens.iter().rposition(|token| token.text == ":").unwrap_or(next);
                Finding::at("syntax", (field.start, tokens[colon].end()), message)
                    .instead(format!("write `{}`", field.text), field.text, false)
            }
            _ => finding.help("a type is `text`, `int`, `number`, `ratio`, `duration`, `bool` …, `list text`, `enum { yes no }`, or the name of a record"),
        };
    }
    if let Some(near) = found.and_then(joint) {
        finding = finding.help(format!("did you mean `{near}`?"));
        return finding.instead(format!("write `{near}`"), near, false);
    }
    let elsewhere = found
        .filter(|_| wanted.is_none())
        .and_then(|token| belongs(piece.place?, clause?, token));
    if let Some(keyword) = elsewhere.or(shown) {
        finding = finding.help(match elsewhere {
            Some(owner) => format!("it belongs to `{}`: {}", owner.word, example(owner)),
            None => example(keyword),
        });
    }
    let place = piece.place.filter(|place| !place.clauses().is_empty());
    if let Some(place) = place.filter(|_| elsewhere.is_none() && wanted.is_none()) {
        let words: Vec<&str> = place.clauses().iter().map(|clause| clause.word).collect();
        finding = finding.help(format!("the next clause may be {}", listed(&words)));
    }
    if let Some(declaration) = piece.declaration.filter(|_| finding.help.is_empty()) {
        finding = finding.help(example(declaration));
    }
    finding.early = found.is_none();
    finding
}

/// The clause of this place that the word is a part of, where it is another one.
fn belongs(place: &Place, clause: &Keyword, token: &Token) -> Option<&'static Keyword> {
    if token.kind != Kind::Word {
        return None;
    }
    let has = |other: &Keyword| {
        let mut words = other
            .example
            .split(|letter: char| !letter.is_alphanumeric() && letter != '_');
        words.any(|word| word == token.text)
    };
    (place.clauses().iter()).find(|other| other.word != clause.word && has(other))
}

/// What the grammar wanted, in words.
fn wanted(
    expected: &[Rule],
    before: Option<&Token>,
    clause: Option<&Keyword>,
    next: usize,
) -> Option<String> {
    let operand = |rule: &Rule| {
        matches!(
            rule,
            Rule::paren | Rule::quant | Rule::expr | Rule::sum | Rule::single
        )
    };
    let typed = |token: &Token| matches!(token.text, ":" | "list" | "series" | "map" | "table");
    if before.is_some_and(typed)
        && expected
            .iter()
            .any(|rule| matches!(rule, Rule::ty | Rule::dotted))
    {
        return Some("a type".to_owned());
    }
    if expected.iter().any(operand) {
        let words = clause.map_or(1, |clause| clause.word.split(' ').count());
        let direct = next <= words;
        return Some(
            match (clause.map(|clause| clause.word), direct) {
                (
                    Some(
                        "require" | "forbid" | "when" | "valid" | "applies when" | "pending while"
                        | "advisory unless" | "reenter when" | "entered when" | "except when"
                        | "while",
                    ),
                    true,
                ) => "a condition",
                (
                    Some(
                        "soak" | "fresh" | "within" | "for" | "at most" | "warn" | "decide"
                        | "finish" | "recover",
                    ),
                    true,
                ) => "a duration",
                (Some("enter" | "keep" | "leave" | "watch" | "verify"), true) => {
                    "a gate or a condition"
                }
                (Some("enter" | "keep" | "leave" | "watch" | "verify"), false)
                    if before.is_some_and(|token| token.text == ",") =>
                {
                    "a gate or a condition"
                }
                _ => "a value",
            }
            .to_owned(),
        );
    }
    // A line of alternatives that ends an expression says nothing: anything may follow there.
    if expected.iter().any(|rule| {
        matches!(
            rule,
            Rule::op | Rule::sum_op | Rule::line_op | Rule::is | Rule::index
        )
    }) {
        return None;
    }
    let mut names: Vec<&str> = Vec::new();
    for rule in expected {
        if let Some(name) = human_name(*rule).filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    match names.as_slice() {
        [] => None,
        [one] => Some((*one).to_owned()),
        [first, second] => Some(format!("{first} or {second}")),
        _ => None,
    }
}

/// A clause as JSON and YAML write it.
fn quoted_clause(place: &Place, tokens: &[Token]) -> Option<Finding> {
    let (name, colon) = (tokens.first()?, tokens.get(1)?);
    if name.kind != Kind::Text || colon.text != ":" || place.clauses().is_empty() {
        return None;
    }
    let word = name.text.trim_matches('"');
    let known = place.clauses().iter().find(|clause| clause.word == word);
    let message = "clauses and fields are written without quotes".to_owned();
    let help = match known {
        Some(clause) => example(clause),
        None if place.items == Items::Fields => {
            format!("a field reads `{word}: TYPE`, a clause `fresh 24h`")
        }
        None => {
            let words: Vec<&str> = place.clauses().iter().map(|clause| clause.word).collect();
            format!(
                "the clauses are {}, each followed by its value",
                listed(&words)
            )
        }
    };
    Some(Finding::at("syntax", (name.start, colon.end()), message).help(help))
}

/// The clause that begins at a token and was not read to its end.
fn unfinished(place: &Place, tokens: &[Token], next: usize) -> Option<Finding> {
    let token = tokens.get(next).filter(|token| token.kind == Kind::Word)?;
    let clause = place.clause(&tokens[next..]).filter(|_| next > 0)?;
    let words = clause.word.split(' ').count();
    let fixed = || clause.example.split(' ').skip(words);
    let after = tokens
        .get(next + words)
        .filter(|after| after.kind == Kind::Word);
    if let Some((after, near)) =
        after.and_then(|after| Some((after, nearest(after.text, fixed())?)))
    {
        let message = format!("did not expect `{}` after `{}`", after.text, clause.word);
        let found = Finding::at("syntax", (after.start, after.end()), message);
        return Some(found.help(format!("did you mean `{near}`?")).instead(
            format!("write `{near}`"),
            near,
            false,
        ));
    }
    let message = format!("`{}` is not complete", clause.word);
    Some(
        Finding::at(
            "syntax",
            (token.start, tokens[next + words - 1].end()),
            message,
        )
        .help(example(clause)),
    )
}

/// A word that joins others, spelled a little wrong.
fn joint(token: &Token) -> Option<&'static str> {
    const JOINTS: [&str; 33] = [
        "from", "with", "without", "where", "else", "within", "entering", "through", "cohorts",
        "because", "expect", "given", "since", "until", "after", "aged", "about", "final", "hard",
        "advisory", "matches", "covers", "exactly", "rollback", "advance", "blocked", "complete",
        "unknown", "escalate", "minus", "over", "named", "starts",
    ];
    let far = token.kind != Kind::Word || token.text.len() < 4 || JOINTS.contains(&token.text);
    nearest(token.text, JOINTS.into_iter()).filter(|_| !far)
}

/// A word that opens no declaration.
pub(super) fn unknown_declaration(tokens: &[Token]) -> (Finding, Option<&'static str>) {
    let Some(first) = tokens.first() else {
        return (
            Finding::at(
                "unknown-declaration",
                (0, 0),
                "expected a declaration".to_owned(),
            ),
            None,
        );
    };
    let span = (first.start, first.end());
    if let Some(found) = open_text(&tokens[..1]).or_else(|| letters(&tokens[..1])) {
        return (found, None);
    }
    if first.kind == Kind::Close {
        let message = format!("this `{}` closes nothing", first.text);
        return (
            Finding::at("unclosed-bracket", span, message)
                .help("remove it, or open it before")
                .instead("remove it", "", false),
            None,
        );
    }
    let piece = Piece {
        tokens: &tokens[..tokens.len().min(2)],
        place: None,
        declaration: None,
        base: 0,
    };
    if let Some(found) = marks(&piece).filter(|found| found.span.0 == first.start) {
        return (found, None);
    }
    if first.kind != Kind::Word {
        let message = format!("expected a declaration, found `{}`", short(first.text));
        let help =
            "a declaration starts with its keyword in column one, for example `gate healthy { … }`";
        return (
            Finding::at("unknown-declaration", span, message).help(help),
            None,
        );
    }
    let words = DECLARATIONS.iter().map(|declaration| declaration.word);
    let near = foreign::declaration(first.text).or_else(|| nearest(first.text, words));
    let clause = rolloutc_grammar::BODIES.iter().find(|body| {
        near.is_none()
            && body
                .clauses
                .iter()
                .any(|clause| clause.word.split(' ').next() == Some(first.text))
    });
    if let Some(body) = clause {
        let message = format!("`{}` is a clause and cannot stand alone", first.text);
        let help = format!(
            "put it, indented, between the braces of {}",
            article(body.of)
        );
        return (
            Finding::at("unknown-declaration", span, message).help(help),
            None,
        );
    }
    let mut found = Finding::at(
        "unknown-declaration",
        span,
        format!("there is no declaration `{}`", first.text),
    );
    if let Some(word) = near {
        found = found.help(format!("did you mean `{word}`?"));
        found.fix = Some((format!("write `{word}`"), word.to_owned()));
    } else {
        let words: Vec<&str> = DECLARATIONS
            .iter()
            .map(|declaration| declaration.word)
            .collect();
        found = found.help(format!("the declarations are {}", listed(&words)));
    }
    (found, near)
}

fn article(word: &str) -> String {
    match word {
        "evidence" | "waivers" => word.to_owned(),
        "approval" | "invariant" | "enum" => format!("an {word}"),
        "tests" => "a test".to_owned(),
        word => format!("a {word}"),
    }
}

fn listed(words: &[&str]) -> String {
    words
        .iter()
        .map(|word| format!("`{word}`"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Text as it is quoted: one line, not long.
pub(super) fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    if line.chars().count() > 40 {
        format!("{}…", line.chars().take(40).collect::<String>())
    } else {
        line.to_owned()
    }
}
