//! Rows whose parts line up. Knows widths and columns; knows nothing of the language.

use super::build::BRACE;
use super::doc::{Block, Cell, Doc, Item, WIDTH, between, comma, flat};
use super::print::Out;
use super::token::Token;
use std::collections::BTreeSet;

/// One line of a block, if it fits: its parts in order.
pub(super) struct Row<'d> {
    /// Its parts.
    pub(super) places: Vec<Place<'d>>,
    /// Whether the first is a clause word that lines up with those of other rows.
    pub(super) head: bool,
    /// Whether none of its parts lines up.
    pub(super) plain: bool,
    /// Its first token.
    pub(super) first: usize,
    /// What it declares: only rows of one kind line up.
    pub(super) kind: &'static str,
    /// Whether it stays on one line however long that gets.
    pub(super) whole: bool,
}

/// A part of a row.
pub(super) struct Place<'d> {
    pub(super) cell: &'d Cell,
    /// The column it belongs to, and its word where that counts; none where it just follows.
    pub(super) key: Option<(usize, &'d str)>,
    pub(super) gap: usize,
    /// The brace before it.
    pub(super) open: Option<usize>,
    /// The brace behind it.
    pub(super) close: Option<usize>,
    /// Whether a comma follows that was not written.
    pub(super) comma: bool,
    /// What it takes on one line.
    pub(super) wide: Option<usize>,
}

impl<'d> Place<'d> {
    pub(super) fn of(cell: &'d Cell, text: &str, tokens: &[Token]) -> Place<'d> {
        Place {
            cell,
            key: Some((cell.key, "")),
            gap: cell.gap,
            open: None,
            close: None,
            comma: false,
            wide: flat(&cell.doc, text, tokens, 1 << 20),
        }
    }
}

impl<'d> Place<'d> {
    /// A body on lines of its own.
    pub(super) fn whole(body: &'d Cell) -> Place<'d> {
        Place {
            cell: body,
            key: None,
            gap: 1,
            open: None,
            close: None,
            comma: false,
            wide: None,
        }
    }
}

/// What a body takes on one line.
pub(super) fn flat_body(body: &Cell, text: &str, tokens: &[Token]) -> Option<usize> {
    flat(&body.doc, text, tokens, WIDTH)
}

/// The clauses of a body as parts of the row that its declaration is.
pub(super) fn open_up<'d>(
    body: &'d Cell,
    text: &'d str,
    tokens: &[Token],
    places: &mut Vec<Place<'d>>,
) {
    let block = match &body.doc {
        Doc::Block(block) if !block.items.is_empty() => block,
        _ => return places.push(Place::of(body, text, tokens)),
    };
    let from = places.len();
    let braced = places.last().is_some_and(|place| place.cell.key == BRACE);
    for (i, item) in block.items.iter().enumerate() {
        for (c, cell) in item.cells.iter().enumerate() {
            let mut place = Place::of(cell, text, tokens);
            let word = cell
                .doc
                .first()
                .map_or("", |first| tokens[first].span.text(text));
            place.key = match (i, c) {
                (0, 0) => (!braced).then_some((BRACE, "")),
                (_, 0) if !item.comma => Some((BRACE + 10 * i, word)),
                _ if cell.soft => Some((BRACE + 10 * i + 5, word)),
                _ => None,
            };
            if c == 0 {
                place.gap = match i {
                    0 => 1,
                    _ => between(&block.items[i - 1], item),
                };
            }
            places.push(place);
        }
        let follows = block.items.get(i + 1).is_some_and(|next| comma(item, next));
        if follows {
            with_comma(places.last_mut());
        }
    }
    if let Some(place) = places.get_mut(from) {
        place.open = Some(block.open);
        place.wide = place.wide.map(|wide| wide + 2);
    }
    if let Some(place) = places.last_mut() {
        place.close = Some(block.close);
        place.wide = place.wide.map(|wide| wide + 2);
    }
}

impl Row<'_> {
    /// What it takes on one line, nothing lined up.
    pub(super) fn wide(&self) -> Option<usize> {
        let mut sum = 0;
        for (i, place) in self.places.iter().enumerate() {
            sum += place.wide? + if i > 0 { place.gap } else { 0 };
        }
        Some(sum)
    }

    /// Whether what is behind a part stands where it stands: in a row of a table that takes several lines anyhow, a part
    /// that may take several does so once it is too long, and nothing behind it lines up.
    fn loose_behind(&self, i: usize) -> bool {
        self.whole
            && self.places[i].cell.doc.breaks()
            && self.places.iter().any(|place| place.wide.is_none())
    }

    /// What the parts behind one take that cannot leave its line.
    fn behind(&self, i: usize) -> usize {
        let mut sum = 0;
        for place in &self.places[i + 1..] {
            if place.cell.soft {
                break;
            }
            match place.wide {
                Some(wide) => sum += place.gap + wide,
                None => return sum + place.gap + 1,
            }
        }
        sum
    }
}

/// The rows of a block: what was written on one line stays on one where it fits.
pub(super) fn of<'d>(
    block: &'d Block,
    text: &'d str,
    tokens: &[Token],
    indent: usize,
) -> Vec<Row<'d>> {
    let mut rows: Vec<Row<'d>> = Vec::new();
    let mut items = block.items.as_slice();
    while !items.is_empty() {
        let joins = |pair: &[Item]| {
            let next = pair[1].cells.first().and_then(|cell| cell.doc.first());
            block.keep && next.is_some_and(|next| !tokens[next].leads)
        };
        let long = 1 + items.windows(2).take_while(|pair| joins(pair)).count();
        // A line that is too long is broken where it is full.
        let mut line = &items[..long];
        while !line.is_empty() {
            let fits = |many: &usize| {
                let row = side_by_side(&line[..*many], text, tokens);
                row.wide().is_some_and(|wide| indent + wide <= WIDTH)
            };
            let many = (2..=line.len()).take_while(fits).last().unwrap_or(1);
            rows.push(side_by_side(&line[..many], text, tokens));
            line = &line[many..];
        }
        items = &items[long..];
    }
    rows
}

/// Items on one line.
fn side_by_side<'d>(items: &'d [Item], text: &'d str, tokens: &[Token]) -> Row<'d> {
    let mut places: Vec<Place<'d>> = Vec::new();
    for (i, item) in items.iter().enumerate() {
        for (c, cell) in item.cells.iter().enumerate() {
            let mut place = Place::of(cell, text, tokens);
            if c == 0 && i > 0 {
                place.gap = between(&items[i - 1], item);
            }
            places.push(place);
        }
        let follows = items.get(i + 1).is_some_and(|next| comma(item, next));
        if follows || item.held {
            with_comma(places.last_mut());
        }
    }
    Row {
        first: places
            .first()
            .and_then(|place| place.cell.doc.first())
            .unwrap_or(0),
        places,
        head: items.len() == 1 && items[0].head,
        plain: items.len() > 1,
        kind: "",
        whole: items[0].whole,
    }
}

fn with_comma(place: Option<&mut Place<'_>>) {
    if let Some(place) = place {
        place.comma = true;
        place.wide = place.wide.map(|wide| wide + 1);
    }
}

impl Out<'_> {
    /// Writes rows one below the other, and says how many lines stand behind each.
    pub(super) fn counted(&mut self, rows: &[Row<'_>]) -> Vec<usize> {
        let starts = line_up(rows, 0);
        let mut counts = Vec::with_capacity(rows.len());
        for (row, starts) in rows.iter().zip(starts) {
            self.line_of(row, &starts, 0);
            counts.push(self.count());
        }
        counts
    }

    /// Writes rows one below the other.
    pub(super) fn rows(&mut self, rows: Vec<Row<'_>>, indent: usize) {
        let apart = |row: &Row<'_>| {
            let token = &self.tokens[row.first];
            token.blank || token.above.iter().any(|note| note.blank)
        };
        let mut from = 0;
        while from < rows.len() {
            let same = |row: &&Row<'_>| !apart(row) && row.kind == rows[from].kind;
            let to = from + 1 + rows[from + 1..].iter().take_while(same).count();
            let starts = line_up(&rows[from..to], indent);
            for (row, starts) in rows[from..to].iter().zip(starts) {
                self.line_of(row, &starts, indent);
            }
            from = to;
        }
    }

    /// Writes one row.
    pub(super) fn line_of(&mut self, row: &Row<'_>, starts: &[Option<usize>], indent: usize) {
        let end = row
            .places
            .iter()
            .zip(starts)
            .try_fold(indent, |end, (place, start)| {
                let begins = match end == indent {
                    true => indent,
                    false => start.unwrap_or(end + place.gap),
                };
                Some(begins + place.wide?)
            });
        let single = end.is_some_and(|end| row.whole || end <= WIDTH);
        let mut body = indent + 2;
        self.pending = Some(indent);
        self.row = true;
        for (i, place) in row.places.iter().enumerate() {
            let tail = row.behind(i);
            if i > 0 {
                let start = starts[i].unwrap_or(self.column + place.gap);
                let fits = place.wide.is_some_and(|wide| start + wide + tail <= WIDTH);
                if place.cell.soft && !fits {
                    self.pending = Some(body);
                } else {
                    self.gap = Some(start.saturating_sub(self.column).max(place.gap));
                }
            }
            if let Some(open) = place.open {
                self.token(open, indent);
                self.gap = Some(1);
            }
            let begins = self.begins(&place.cell.doc).unwrap_or(body);
            if i == 1 {
                body = begins;
            }
            let hang = if place.cell.hang && i > 0 {
                begins
            } else {
                indent
            };
            self.print(&place.cell.doc, hang, single, tail);
            if place.comma {
                self.comma();
            }
            if let Some(close) = place.close {
                self.gap = Some(1);
                self.token(close, indent);
            }
        }
    }
}

/// The columns the parts of rows begin in; none where that only shows in the writing.
fn line_up(rows: &[Row<'_>], indent: usize) -> Vec<Vec<Option<usize>>> {
    let first = |row: &Row<'_>| row.places.first().and_then(|place| place.wide);
    // The column behind the last part that is placed; none once that cannot be told.
    let mut ends: Vec<Option<usize>> = rows
        .iter()
        .map(|row| first(row).filter(|_| !row.plain).map(|wide| indent + wide))
        .collect();
    let mut starts: Vec<Vec<Option<usize>>> = rows
        .iter()
        .map(|row| {
            row.places
                .iter()
                .enumerate()
                .map(|(i, _)| (i == 0).then_some(indent))
                .collect()
        })
        .collect();
    // The next part of each row.
    let mut next = vec![1; rows.len()];
    let heads = |i: &usize| rows[*i].head && rows[*i].places.len() > 1;
    let body = (0..rows.len()).filter(heads).filter_map(|i| ends[i]).max();
    let right = |i: usize| {
        let part = &rows[i].places[1];
        part.wide.filter(|_| part.cell.right)
    };
    let most = (0..rows.len()).filter(heads).filter_map(right).max();
    for i in (0..rows.len()).filter(heads) {
        if let Some(column) = body {
            let push = right(i).map_or(0, |wide| most.unwrap_or(0) - wide);
            place(
                &rows[i],
                &mut starts[i],
                &mut next[i],
                &mut ends[i],
                column + 1 + push,
            );
        }
    }
    let keys: BTreeSet<(usize, &str)> = rows
        .iter()
        .filter(|row| !row.plain)
        .flat_map(|row| row.places.iter().skip(1).filter_map(|place| place.key))
        .collect();
    for key in keys {
        let mut run: Vec<usize> = Vec::new();
        for i in 0..=rows.len() {
            let here = rows.get(i).is_some_and(|row| {
                follows(row, &mut starts[i], &mut next[i], &mut ends[i]);
                ends[i].is_some()
                    && row
                        .places
                        .get(next[i])
                        .is_some_and(|place| place.key == Some(key))
            });
            let stays = here && stays(&rows[i], next[i], ends[i]);
            if here && !stays {
                // It goes to a line of its own.
                ends[i] = None;
            }
            // A brace lines up only with one behind as many parts.
            let alike = |last: &usize| key.0 != BRACE || next[*last] == next[i];
            if stays && run.last().is_none_or(alike) {
                run.push(i);
                continue;
            }
            let columns = columns(rows, &run, &next, &ends);
            for (i, column) in run.drain(..).zip(columns) {
                place(&rows[i], &mut starts[i], &mut next[i], &mut ends[i], column);
            }
            if stays {
                run.push(i);
            }
        }
    }
    starts
}

/// Places the parts of a row that just follow.
fn follows(row: &Row<'_>, starts: &mut [Option<usize>], next: &mut usize, end: &mut Option<usize>) {
    while let (Some(part), Some(column)) = (row.places.get(*next), *end) {
        if part.key.is_some() {
            break;
        }
        place(row, starts, next, end, column + part.gap);
    }
}

/// Whether a part stays on its line.
fn stays(row: &Row<'_>, i: usize, end: Option<usize>) -> bool {
    let part = &row.places[i];
    let wide = end.unwrap_or(0) + part.gap + part.wide.unwrap_or(0) + row.behind(i);
    !part.cell.soft || part.wide.is_some() && wide <= WIDTH
}

fn place(
    row: &Row<'_>,
    starts: &mut [Option<usize>],
    next: &mut usize,
    end: &mut Option<usize>,
    column: usize,
) {
    starts[*next] = Some(column);
    let part = &row.places[*next];
    // A part that takes several lines ends wherever its last line does.
    let breaks = |wide: usize| {
        !row.whole && part.cell.doc.breaks() && column + wide + row.behind(*next) > WIDTH
    };
    let wide = part
        .wide
        .filter(|wide| !row.loose_behind(*next) && !breaks(*wide));
    *end = end.and(wide).map(|wide| column + wide);
    *next += 1;
}

/// The columns of one part in rows that follow each other: one for as many as can have it without a line getting too long
/// by that alone.
fn columns(rows: &[Row<'_>], run: &[usize], next: &[usize], ends: &[Option<usize>]) -> Vec<usize> {
    let part = |i: usize| &rows[i].places[next[i]];
    let least = |i: usize| ends[i].unwrap_or(0) + part(i).gap;
    let wide = |i: usize| part(i).wide.unwrap_or(1);
    let right = |i: usize, most: usize| {
        if part(i).cell.right {
            most - wide(i)
        } else {
            0
        }
    };
    let most = run.iter().map(|i| wide(*i)).max().unwrap_or(0);
    // The last column it may begin in.
    let limit = |i: usize| {
        let room = WIDTH.saturating_sub(wide(i) + rows[i].behind(next[i]) + right(i, most));
        match rows[i].whole || room < least(i) {
            true => usize::MAX,
            false => room,
        }
    };
    let mut by_least: Vec<usize> = run.to_vec();
    by_least.sort_by_key(|i| least(*i));
    // Without the widest, or without those that have no room.
    let (mut narrow, mut lowest) = (0, usize::MAX);
    for (n, i) in by_least.iter().enumerate() {
        lowest = lowest.min(limit(*i));
        if least(*i) <= lowest {
            narrow = n + 1;
        }
    }
    let column = by_least.last().map_or(0, |i| least(*i));
    let roomy: Vec<usize> = run
        .iter()
        .copied()
        .filter(|i| limit(*i) >= column)
        .collect();
    by_least.truncate(narrow);
    let joined: BTreeSet<usize> = match roomy.len() >= by_least.len() {
        true => roomy.into_iter().collect(),
        false => by_least.into_iter().collect(),
    };
    let column = joined.iter().map(|i| least(*i)).max().unwrap_or(0);
    let most = joined.iter().map(|i| wide(*i)).max().unwrap_or(0);
    let each = |i: &usize| match joined.contains(i) {
        true => column + right(*i, most),
        false => least(*i),
    };
    run.iter().map(each).collect()
}
