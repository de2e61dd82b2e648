//! A summary that a CI job can post. Knows Markdown; knows no decision.

use super::Screen;
use super::board::Board;
use crate::terminal::tame;

/// Writes a screen as Markdown.
pub fn draw(screen: &Screen) -> String {
    let place = match screen.place.as_str() {
        "" => String::new(),
        place => format!(", {}", plain(place)),
    };
    let mut out = format!(
        "### {}: {}{place}\n\nAs of {}\n",
        screen.outcome,
        plain(&screen.name),
        screen.as_of
    );
    if !screen.rows.is_empty() {
        out.push_str("\n| | what | why | where |\n| --- | --- | --- | --- |\n");
    }
    for row in &screen.rows {
        let lead = if row.decides {
            format!("**{}**", row.word)
        } else {
            row.word.to_string()
        };
        let why: Vec<String> = [&row.message, &row.evidence]
            .into_iter()
            .filter(|text| !text.is_empty())
            .map(|text| plain(text))
            .collect();
        out.push_str(&format!(
            "| {lead} | {} | {} | {} |\n",
            code(&row.subject),
            why.join("<br>"),
            code(&row.place)
        ));
    }
    if !screen.tasks.is_empty() {
        out.push_str("\n**To do**\n\n");
    }
    for task in &screen.tasks {
        let tail: Vec<String> = [plain(&task.by), code(&task.run), plain(&task.due)]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect();
        let tail = if tail.is_empty() {
            String::new()
        } else {
            format!(" ({})", tail.join(", "))
        };
        out.push_str(&format!(
            "- [ ] {} {}: {}{tail}\n",
            task.word,
            code(&task.id),
            plain(&task.text)
        ));
        for line in &task.fill {
            out.push_str(&format!("  > {}  \n", plain(line)));
        }
    }
    let word = capital(screen.goal);
    out.push_str(&list(&word, screen.would.iter().map(|one| plain(one))));
    let next = screen
        .next
        .iter()
        .map(|(when, what)| format!("{when}: {}", plain(what)));
    out.push_str(&list("Next", next));
    out
}

/// Writes a board as Markdown: a table of all keys, then the screens.
pub fn draw_board(board: &Board) -> String {
    let mut out = format!(
        "### {}: {}, {}\n\nAs of {}\n\n| key | | where | why |\n| --- | --- | --- | --- |\n",
        board.outcome,
        plain(&board.name),
        board.sum,
        board.as_of
    );
    for line in &board.lines {
        out.push_str(&format!(
            "| {} | **{}** | {} | {} |\n",
            code(&line.key),
            line.outcome,
            plain(&line.place),
            plain(&line.why)
        ));
    }
    let next = board
        .next
        .iter()
        .map(|(when, what)| format!("{when}: {}", plain(what)));
    out.push_str(&list("Next", next));
    for screen in &board.details {
        out.push('\n');
        out.push_str(&draw(screen));
    }
    if let Some(more) = &board.more {
        out.push_str(&format!("\n{}\n", plain(more)));
    }
    out
}

fn list(title: &str, items: impl Iterator<Item = String>) -> String {
    let items: String = items.map(|item| format!("- {item}\n")).collect();
    if items.is_empty() {
        items
    } else {
        format!("\n**{title}**\n\n{items}")
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map(|c| c.to_ascii_uppercase())
        .into_iter()
        .chain(letters)
        .collect()
}

/// Text that Markdown takes for text, on one line.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in tame(text).chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => out.extend(['\\', c]),
            other => out.push(other),
        }
    }
    out
}

/// Text in code quotes, fit for a table.
fn code(text: &str) -> String {
    match text {
        "" => String::new(),
        text => format!(
            "`{}`",
            tame(text)
                .replace(['\n', '\r', '`'], "'")
                .replace('|', "\\|")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::show::Row;
    use crate::terminal::Ink;

    #[test]
    fn evidence_cannot_become_markup() {
        let screen = Screen {
            outcome: "BLOCKED".into(),
            ink: Ink::Bad,
            name: "production".into(),
            place: String::new(),
            as_of: "2026-02-25 12:00Z".into(),
            rows: vec![Row {
                word: "fail",
                decides: true,
                subject: "lane[\"a|b\"]".into(),
                message: "see [this](http://x) <img> @all".into(),
                ..Row::default()
            }],
            tasks: Vec::new(),
            goal: "would complete if",
            would: vec!["all lanes pass".into()],
            next: Vec::new(),
        };
        let want = "\
### BLOCKED: production

As of 2026-02-25 12:00Z

| | what | why | where |
| --- | --- | --- | --- |
| **fail** | `lane[\"a\\|b\"]` | see \\[this\\](http://x) &lt;img&gt; &#64;all |  |

**Would complete if**

- all lanes pass
";
        assert_eq!(draw(&screen), want);
    }
}
