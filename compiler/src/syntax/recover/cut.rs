//! Where the clauses of a broken declaration begin. Knows the words of each place; reads no clause.

use rolloutc_grammar::{Keyword, Rule, clauses};

use super::token::{Kind, Token};

/// A place where clauses stand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The word of the declaration.
    pub(super) of: &'static str,
    /// The rule that reads nothing but clauses of this place.
    pub(super) rule: Rule,
    /// What else may stand there.
    pub(super) items: Items,
}

/// What may stand at a place beside clauses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Items {
    /// Nothing.
    None,
    /// `name: TYPE`
    Fields,
    /// `name: value`
    Entries,
    /// `member`
    Members,
    /// `"title" clauses`, one a line
    Rows,
}

impl Place {
    /// The place between the braces of a declaration.
    pub(super) fn of(word: &'static str) -> Option<Place> {
        let (rule, items) = match word {
            "rollout" => (Rule::only_rollout, Items::None),
            "enum" => (Rule::only_members, Items::Members),
            "record" | "evidence" => (Rule::only_fields, Items::Fields),
            "gate" => (Rule::only_gate, Items::None),
            "approval" => (Rule::only_approval, Items::None),
            "waivers" => (Rule::only_waivers, Items::None),
            "freeze" | "window" => (Rule::only_calendar, Items::None),
            "phase" => (Rule::only_phase, Items::None),
            "trigger" => (Rule::only_trigger, Items::None),
            "rollback" => (Rule::only_rollback, Items::Fields),
            "switch" => (Rule::only_switch, Items::None),
            "message" => (Rule::only_message, Items::Fields),
            "report" => (Rule::only_entries, Items::Entries),
            "invariant" => (Rule::only_invariant, Items::None),
            "test" => (Rule::only_test, Items::None),
            "tests" => (Rule::only_tests, Items::Rows),
            _ => return None,
        };
        Some(Place {
            of: word,
            rule,
            items,
        })
    }

    /// Its clauses.
    pub(super) fn clauses(&self) -> &'static [Keyword] {
        clauses(self.of)
    }

    /// The clause whose words stand at the start of these tokens.
    pub(super) fn clause(&self, tokens: &[Token]) -> Option<&'static Keyword> {
        let fits = |clause: &&Keyword| {
            let mut words = clause.word.split(' ').zip(tokens);
            clause.word.split(' ').count() <= tokens.len()
                && words.all(|(word, token)| word == token.text)
        };
        self.clauses()
            .iter()
            .filter(fits)
            .max_by_key(|clause| clause.word.len())
    }

    /// The clause that one of these tokens' first word begins.
    pub(super) fn begun(&self, tokens: &[Token]) -> Option<&'static Keyword> {
        let first = tokens.first()?;
        self.clause(tokens).or_else(|| {
            self.clauses()
                .iter()
                .find(|clause| clause.word.split(' ').next() == Some(first.text))
        })
    }

    /// The clause that a token belongs to: the last that begins before it, by a word that is no part of another.
    pub(super) fn last(&self, tokens: &[Token], next: usize) -> Option<&'static Keyword> {
        const TAILS: [&str; 14] = [
            "in", "at", "from", "by", "for", "to", "on", "after", "as", "warn", "since", "with",
            "until", "each",
        ];
        let mut depth = 0_usize;
        let mut last = None;
        for (i, token) in tokens.iter().enumerate().take(next) {
            match token.kind {
                Kind::Open => depth += 1,
                Kind::Close => depth = depth.saturating_sub(1),
                Kind::Word if i > 0 && depth == 0 && !TAILS.contains(&token.text) => {
                    let dotted = tokens[i - 1].text == "." || tokens[i - 1].goes_on();
                    let clause = self.clause(&tokens[i..]).filter(|_| !dotted);
                    last = clause.or(last);
                }
                Kind::Word | Kind::Number | Kind::Text | Kind::OpenText | Kind::Mark => {}
            }
        }
        last
    }

    /// Whether something whole seems to begin here.
    pub(super) fn begins(&self, tokens: &[Token]) -> bool {
        let (Some(first), next) = (tokens.first(), tokens.get(1)) else {
            return false;
        };
        let colon = next.is_some_and(|next| next.text == ":" && next.gap == 0);
        match self.items {
            Items::Fields if first.kind == Kind::Word && colon => return true,
            Items::Fields if first.text == "..." => return true,
            Items::Entries => {
                return first.text == "..."
                    || colon && matches!(first.kind, Kind::Word | Kind::Text);
            }
            Items::Members => return first.kind == Kind::Word && first.text != "as",
            Items::Rows => return first.kind == Kind::Text,
            Items::Fields | Items::None => {}
        }
        if first.kind != Kind::Word || colon {
            return false;
        }
        let Some(clause) = self.clause(tokens) else {
            return false;
        };
        let words = clause.word.split(' ').count();
        match tokens.get(words) {
            // A clause of nothing but its words, or one with its value on the same line.
            None => true,
            Some(after) if after.indent.is_some() => clause.example == clause.word,
            Some(after) => {
                after.begins_operand()
                    && after.text != "("
                    && !(after.text == "[" && after.gap == 0)
                    || clause.example == clause.word
            }
        }
    }
}

/// Stretches of tokens, each of which should be one or a few whole clauses.
pub(super) fn pieces(place: &Place, tokens: &[Token], balanced: bool) -> Vec<(usize, usize)> {
    let mut all = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    let base = tokens.iter().find_map(|token| token.indent);
    for (i, token) in tokens.iter().enumerate() {
        if i > 0 && token.indent.is_some() {
            let whole = place.begins(&tokens[i..]);
            let stray = !tokens[i - 1].goes_on() && !token.goes_with_above();
            let aligned = !balanced && token.indent <= base && (whole || stray);
            if depth == 0 && (whole || stray) || aligned {
                all.push((start, i));
                start = i;
                depth = 0;
            }
        }
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word | Kind::Number | Kind::Text | Kind::OpenText | Kind::Mark => {}
        }
    }
    if start < tokens.len() {
        all.push((start, tokens.len()));
    }
    all
}

/// The parts of a broken piece: it is cut where another clause seems to begin on the same line.
pub(super) fn parts(place: &Place, tokens: &[Token]) -> Vec<(usize, usize)> {
    let commas = matches!(place.items, Items::Fields | Items::Entries | Items::Members);
    let mut all = Vec::new();
    let mut start = 0;
    let mut depth = 0_usize;
    for (i, token) in tokens.iter().enumerate() {
        let member = place.items == Items::Members && token.kind != Kind::Text;
        if i > 0 && depth == 0 && (member || place.begins(&tokens[i..])) {
            let behind_comma = commas && tokens[i - 1].text == ",";
            let set_off = token.gap >= 2 && place.items != Items::Members || token.indent.is_some();
            if behind_comma || set_off && !tokens[i - 1].goes_on() {
                all.push((start, i));
                start = i;
            }
        }
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word | Kind::Number | Kind::Text | Kind::OpenText | Kind::Mark => {}
        }
    }
    if start < tokens.len() {
        all.push((start, tokens.len()));
    }
    all
}

/// The braces around the clauses: the token that opens them, and the one behind the last clause.
pub(super) fn body(tokens: &[Token]) -> Option<(usize, usize)> {
    let mut depth = 0_usize;
    let mut open = None;
    for (i, token) in tokens.iter().enumerate() {
        match token.kind {
            Kind::Open => {
                let before = if i > 0 { tokens[i - 1].text } else { "" };
                let typed = matches!(
                    before,
                    "list" | "series" | "table" | "map" | "enum" | "of" | ":"
                );
                if depth == 0 && token.text == "{" && !typed && open.is_none() {
                    open = Some(i);
                }
                depth += 1;
            }
            Kind::Close => depth = depth.saturating_sub(1),
            Kind::Word | Kind::Number | Kind::Text | Kind::OpenText | Kind::Mark => {}
        }
    }
    let open = open?;
    let closed = tokens.len() > open + 1 && tokens.last().is_some_and(|last| last.text == "}");
    Some((
        open,
        if closed {
            tokens.len() - 1
        } else {
            tokens.len()
        },
    ))
}
