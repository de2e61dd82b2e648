//! Layout before widths are known: tokens by number, places where a line may break, blocks of rows. Knows nothing of the
//! language; which blank stands between two tokens is told by the tokens alone.

use super::token::{Kind, Token};

/// The column that no line should pass.
pub(super) const WIDTH: usize = 100;

/// A piece of layout.
#[derive(Debug, Clone)]
pub(super) enum Doc {
    /// Tokens, from the first up to, not including, the second.
    Tokens(usize, usize),
    /// One behind the other.
    Cat(Vec<Doc>),
    /// A line end, unless all of the group fits on the line.
    Line,
    /// A line end where what follows up to the next one does not fit.
    Soft,
    /// All on one line where that fits.
    Group(Box<Doc>),
    /// Deeper by one step.
    Nest(Box<Doc>),
    /// Line ends inside come back to the column where this begins.
    Align(Box<Doc>),
    /// A comma that was not written.
    Comma,
    /// A comma at a line end, where the group is broken.
    Trailing,
    /// So many blanks before the next token.
    Gap(usize),
    /// Braces around rows.
    Block(Box<Block>),
}

impl Doc {
    /// Nothing.
    pub(super) fn none() -> Doc {
        Doc::Cat(Vec::new())
    }

    pub(super) fn group(parts: Vec<Doc>) -> Doc {
        Doc::Group(Box::new(Doc::Cat(parts)))
    }

    pub(super) fn nest(parts: Vec<Doc>) -> Doc {
        Doc::Nest(Box::new(Doc::Cat(parts)))
    }

    pub(super) fn align(doc: Doc) -> Doc {
        Doc::Align(Box::new(doc))
    }

    /// Its first token.
    pub(super) fn first(&self) -> Option<usize> {
        match self {
            Doc::Tokens(from, to) => (from < to).then_some(*from),
            Doc::Cat(parts) => parts.iter().find_map(Doc::first),
            Doc::Group(inner) | Doc::Nest(inner) | Doc::Align(inner) => inner.first(),
            Doc::Block(block) => Some(block.open),
            Doc::Line | Doc::Soft | Doc::Comma | Doc::Trailing | Doc::Gap(_) => None,
        }
    }

    /// Whether it may take several lines.
    pub(super) fn breaks(&self) -> bool {
        match self {
            Doc::Tokens(..) | Doc::Comma | Doc::Trailing | Doc::Gap(_) => false,
            Doc::Cat(parts) => parts.iter().any(Doc::breaks),
            Doc::Group(inner) | Doc::Nest(inner) | Doc::Align(inner) => inner.breaks(),
            Doc::Line | Doc::Soft | Doc::Block(_) => true,
        }
    }
}

/// `{ … }`: what stands in it, one below the other or side by side.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// The token of the opening brace.
    pub(super) open: usize,
    /// What stands in it.
    pub(super) items: Vec<Item>,
    /// The token of the closing brace.
    pub(super) close: usize,
    /// Whether it was written below its brace, and stays there.
    pub(super) keep: bool,
}

/// One thing in a block: a clause, a field, a member, a row.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Its cells.
    pub(super) cells: Vec<Cell>,
    /// Whether its first cell is a clause word that the others of the block line up with.
    pub(super) head: bool,
    /// Whether a comma, not three blanks, parts it from the next on its line.
    pub(super) comma: bool,
    /// Whether it needs a comma at the line end too, for what follows would go on with it.
    pub(super) held: bool,
    /// Whether it stays on one line however long that gets: a row of a table.
    pub(super) whole: bool,
}

impl Item {
    /// Parts of which the first lines up with those of other items.
    pub(super) fn headed(cells: Vec<Cell>) -> Item {
        Item {
            head: true,
            ..Item::new(cells)
        }
    }

    /// Parts that stand for themselves.
    pub(super) fn new(cells: Vec<Cell>) -> Item {
        Item {
            cells,
            head: false,
            comma: false,
            held: false,
            whole: false,
        }
    }

    /// With a comma before the next on its line.
    pub(super) fn comma(mut self, comma: bool) -> Item {
        self.comma = comma;
        self
    }

    /// On one line, come what may.
    pub(super) fn whole(mut self) -> Item {
        self.whole = true;
        self
    }
}

/// A part of a row that lines up with the same part of the rows around.
#[derive(Debug, Clone)]
pub(super) struct Cell {
    /// What it says.
    pub(super) doc: Doc,
    /// Which column it is; they ascend in a row.
    pub(super) key: usize,
    /// The least number of blanks before it.
    pub(super) gap: usize,
    /// Whether it may stand on a line of its own, below the second cell of its row.
    pub(super) soft: bool,
    /// Whether its end lines up, not its beginning.
    pub(super) right: bool,
    /// Whether its broken lines come back to its own column, not to the row's.
    pub(super) hang: bool,
}

impl Cell {
    /// A cell one blank behind the last.
    pub(super) fn new(key: usize, doc: Doc) -> Cell {
        Cell {
            doc,
            key,
            gap: 1,
            soft: false,
            right: false,
            hang: true,
        }
    }

    pub(super) fn gap(mut self, gap: usize) -> Cell {
        self.gap = gap;
        self
    }

    pub(super) fn soft(mut self) -> Cell {
        self.soft = true;
        self
    }

    pub(super) fn right(mut self) -> Cell {
        self.right = true;
        self
    }

    pub(super) fn hang(mut self, hang: bool) -> Cell {
        self.hang = hang;
        self
    }
}

/// The blanks between two tokens on one line.
pub(super) fn blanks(text: &str, before: &Token, after: &Token) -> usize {
    let (left, right) = (before.span.text(text), after.span.text(text));
    if before.glued || after.kind == Kind::Raw || before.kind == Kind::Raw {
        return 0;
    }
    let none = match (before.kind, after.kind) {
        (_, Kind::Mark) => match right {
            "," | ")" | "]" | "." | "?" => true,
            "}" => left == "{",
            "(" | "[" => matches!(left, "(" | "[" | ".") || !after.apart,
            ":" => !after.apart,
            _ => matches!(left, "(" | "[" | "..." | "."),
        },
        (Kind::Mark, _) => matches!(left, "(" | "[" | "." | "..."),
        _ => false,
    };
    usize::from(!none)
}

/// What a document takes on one line: columns up to `most`, or nothing where it cannot stand on one.
pub(super) fn flat(doc: &Doc, text: &str, tokens: &[Token], most: usize) -> Option<usize> {
    let mut ruler = Ruler {
        text,
        tokens,
        last: None,
        gap: None,
        wide: 0,
        most,
        ended: false,
    };
    ruler.measure(doc).then_some(ruler.wide)
}

/// Adds up what tokens take, in order.
pub(super) struct Ruler<'a> {
    pub(super) text: &'a str,
    pub(super) tokens: &'a [Token],
    /// The token before; none, and the first blank is not counted.
    pub(super) last: Option<usize>,
    pub(super) gap: Option<usize>,
    pub(super) wide: usize,
    pub(super) most: usize,
    /// Whether a comment has ended the line.
    pub(super) ended: bool,
}

impl Ruler<'_> {
    /// Takes a document flat; false where it does not go, or got too wide.
    pub(super) fn measure(&mut self, doc: &Doc) -> bool {
        match doc {
            Doc::Tokens(from, to) => (*from..*to).all(|i| self.token(i)),
            Doc::Cat(parts) => parts.iter().all(|part| self.measure(part)),
            Doc::Line | Doc::Soft | Doc::Trailing => true,
            Doc::Group(inner) | Doc::Nest(inner) | Doc::Align(inner) => self.measure(inner),
            Doc::Comma => self.add(1),
            Doc::Gap(gap) => {
                self.gap = Some(*gap);
                true
            }
            Doc::Block(block) => {
                !block.keep
                    && self.token(block.open)
                    && self.items(block)
                    && self.token(block.close)
            }
        }
    }

    fn items(&mut self, block: &Block) -> bool {
        block.items.iter().enumerate().all(|(i, item)| {
            self.gap = match i {
                0 => Some(1),
                _ => Some(between(&block.items[i - 1], item)),
            };
            let comma = block.items.get(i + 1).is_some_and(|next| comma(item, next));
            item.cells.iter().enumerate().all(|(i, cell)| {
                if i > 0 {
                    self.gap = Some(cell.gap);
                }
                self.measure(&cell.doc)
            }) && (!comma || self.add(1))
        })
    }

    fn add(&mut self, wide: usize) -> bool {
        self.wide += wide;
        self.wide <= self.most
    }

    /// Takes one token.
    pub(super) fn token(&mut self, i: usize) -> bool {
        let token = &self.tokens[i];
        let said = token.span.text(self.text);
        if self.ended || self.last.is_some() && !token.above.is_empty() || said.contains('\n') {
            return false;
        }
        self.ended = token.behind.is_some();
        let gap = self.gap.take();
        let gap = match self.last.replace(i) {
            Some(last) => gap.unwrap_or_else(|| blanks(self.text, &self.tokens[last], token)),
            None => 0,
        };
        self.add(gap + wide(said))
    }
}

/// The columns a text takes.
pub(super) fn wide(text: &str) -> usize {
    match text.is_ascii() {
        true => text.len(),
        false => text.chars().count(),
    }
}

/// Whether a comma stands between two items of one line.
pub(super) fn comma(item: &Item, next: &Item) -> bool {
    item.comma && next.comma
}

/// The blanks between two items of one line.
pub(super) fn between(item: &Item, next: &Item) -> usize {
    if comma(item, next) { 1 } else { 3 }
}
