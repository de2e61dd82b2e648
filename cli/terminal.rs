//! Where words go: whether colour and drawn characters fit, and writing that survives a closed pipe.
//! Knows streams and their terminals; knows nothing of what is said.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};

/// How much a reader's screen can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A log or a pipe: no colour, no drawn characters.
    Plain,
    /// A terminal.
    Rich,
}

impl Look {
    /// What standard output can show.
    pub fn of_output() -> Look {
        Look::of(io::stdout().is_terminal())
    }

    /// What standard error can show.
    pub fn of_errors() -> Look {
        Look::of(io::stderr().is_terminal())
    }

    fn of(terminal: bool) -> Look {
        let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        if terminal && !refused && !dumb {
            Look::Rich
        } else {
            Look::Plain
        }
    }

    /// One of two forms of the same mark.
    pub fn pick<'a>(self, plain: &'a str, rich: &'a str) -> &'a str {
        match self {
            Look::Plain => plain,
            Look::Rich => rich,
        }
    }

    /// Text in a colour, where colour shows.
    pub fn paint(self, ink: Ink, text: &str) -> String {
        match self {
            Look::Plain => text.to_string(),
            Look::Rich => format!("\u{1b}[{}m{text}\u{1b}[0m", ink.code()),
        }
    }
}

/// The colours in use. Colour helps and is never needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// Allowed, pass.
    Good,
    /// Waiting, waived, a warning.
    Wait,
    /// Blocked, failed, rolled back.
    Bad,
    /// Beside the point.
    Faint,
    /// A name to notice.
    Strong,
}

impl Ink {
    fn code(self) -> &'static str {
        match self {
            Ink::Good => "1;32",
            Ink::Wait => "1;33",
            Ink::Bad => "1;31",
            Ink::Faint => "2",
            Ink::Strong => "1",
        }
    }
}

/// Writes to standard output. A reader that has gone (`| head`) is no error: `Ok(false)`.
pub fn print(text: &str) -> io::Result<bool> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Writes to standard error. There is nobody left to tell where that fails.
pub fn tell(text: &str) {
    let mut err = io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Text from a file, made safe to show: characters that steer a terminal or turn the reading direction
/// become a visible one of the same length in bytes, so places in it still fit.
pub fn tame(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let ends_line = c == '\r' && letters.peek() == Some(&'\n');
        shown.push(match (steers(c) && !ends_line, c.len_utf8()) {
            (false, _) => c,
            (true, 1) => '?',
            (true, 2) => '\u{bf}',
            (true, _) => '\u{fffd}',
        });
    }
    Cow::Owned(shown)
}

fn steers(c: char) -> bool {
    let bidi = matches!(
        c,
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    bidi || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Breaks lines of so many characters at spaces, never inside a flag or a path.
pub fn fold(text: &str, wide: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut column = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        if column > 0 {
            let full = column + 1 + length > wide;
            out.push(if full { '\n' } else { ' ' });
            column = if full { 0 } else { column + 1 };
        }
        out.push_str(word);
        column = match word.rfind('\n') {
            Some(at) => word[at + 1..].chars().count(),
            None => column + length,
        };
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_steers_a_terminal_is_shown_and_keeps_its_length() {
        let check = |text: &str, want: &str| {
            assert_eq!(tame(text), want);
            assert_eq!(tame(text).len(), text.len());
        };
        check("plain\ttext\n", "plain\ttext\n");
        check("red \u{1b}[31m!", "red ?[31m!");
        check("c1 \u{9b}31m", "c1 \u{bf}31m");
        check("turned \u{202e}txt", "turned \u{fffd}txt");
        check("one\r\ntwo\rthree", "one\r\ntwo?three");
    }

    #[test]
    fn lines_break_at_spaces_only() {
        let check = |text: &str, want: &str| assert_eq!(fold(text, 12), want);
        check("short", "short");
        check("give --new-state here", "give\n--new-state\nhere");
        check("one\ntwo three four", "one\ntwo three\nfour");
        check("averyveryverylongword x", "averyveryverylongword\nx");
    }
}
