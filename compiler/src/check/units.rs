//! Which types go together: dimensions, what fits a slot, what two types have in common. Knows messages about that.

use rolloutc_runtime::ir::{Arith, Const, Node, NodeId};
use rolloutc_runtime::ty::{Shape, Ty};
use rolloutc_runtime::unit::{Dimension, Unit};

use super::types::dimension;
use super::{Checker, Place, Typed, say};
use crate::diagnostic::Diagnostic;
use crate::syntax::ast::NumberValue;

/// The type of a number token.
pub fn literal_ty(value: &NumberValue) -> Ty {
    match value {
        NumberValue::Int(_) => Ty::Int,
        NumberValue::Decimal(_) => Ty::Number,
        NumberValue::Percent(_) => Ty::Ratio,
        NumberValue::Duration(_) => Ty::Duration,
        NumberValue::Bytes(_) => Ty::Bytes,
        NumberValue::Date(_) => Ty::Date,
        NumberValue::Instant(_) => Ty::Instant,
    }
}

/// Whether a type is a number without a unit.
pub fn is_plain(ty: &Ty) -> bool {
    matches!(ty.required(), Ty::Int | Ty::Number)
}

impl<'a> Checker<'a> {
    /// Whether a value of one type may stand where another is wanted. An optional may be read bare.
    pub fn fits(&self, have: &Ty, want: &Ty) -> bool {
        match (have, want) {
            (Ty::Nothing, _) | (_, Ty::Nothing) => true,
            (have, Ty::Optional(want)) => self.fits(have.required(), want),
            (Ty::Optional(have), want) => self.fits(have, want),
            (Ty::Int, Ty::Number) => true,
            (Ty::List(have), Ty::List(want)) => self.fits(have, want),
            (Ty::List(have), Ty::Rows { .. }) => **have == Ty::Nothing,
            (
                Ty::Rows { record, shape },
                Ty::Rows {
                    record: wanted,
                    shape: in_shape,
                },
            ) => record == wanted && (shape == in_shape || *in_shape == Shape::List),
            (have, want) => have == want,
        }
    }

    /// The type that both fit, if there is one.
    pub fn join_ty(&self, a: &Ty, b: &Ty) -> Option<Ty> {
        Some(match (a, b) {
            (Ty::Nothing, other) | (other, Ty::Nothing) => other.clone(),
            (a, b) if a == b => a.clone(),
            (Ty::Optional(a), b) | (b, Ty::Optional(a)) => {
                let joined = self.join_ty(a, b.required())?;
                Ty::Optional(Box::new(joined))
            }
            (Ty::Int, Ty::Number) | (Ty::Number, Ty::Int) => Ty::Number,
            (Ty::List(a), Ty::List(b)) => Ty::List(Box::new(self.join_ty(a, b)?)),
            (Ty::List(inner), rows @ Ty::Rows { .. })
            | (rows @ Ty::Rows { .. }, Ty::List(inner))
                if **inner == Ty::Nothing =>
            {
                rows.clone()
            }
            (Ty::Rows { record: a, .. }, Ty::Rows { record: b, .. }) if a == b => Ty::Rows {
                record: *a,
                shape: Shape::List,
            },
            _ => return None,
        })
    }

    /// A value for a slot of a type: converted where that is certain, reported where it does not fit.
    pub fn coerce(&mut self, typed: Typed, want: &Ty, at: Place) -> Typed {
        if matches!(self.node(typed.node), Node::Const(Const::Null))
            && !matches!(want, Ty::Optional(_) | Ty::Nothing)
        {
            let message = format!("`null` stands where {} is wanted", say(self, want));
            self.report(
                Diagnostic::error("type-mismatch", at, message)
                    .help("ask `is present` for what may be missing"),
            );
            return self.poison(at);
        }
        if self.fits(&typed.ty, want) {
            return typed;
        }
        if let Some(converted) = self.convert(&typed, want.required(), at) {
            return converted;
        }
        self.mismatch(&typed, want, at);
        self.poison(at)
    }

    /// What needs no word to become another type: a text literal that is a version, words of an inline table that are
    /// texts, a quotient that is a ratio.
    pub(super) fn convert(&mut self, typed: &Typed, want: &Ty, at: Place) -> Option<Typed> {
        match (typed.ty.required(), want) {
            (Ty::Text, Ty::Version) => match self.node(typed.node) {
                Node::Const(Const::Text(text)) if is_version(text) => {
                    let text = text.clone();
                    Some(self.push(Node::Const(Const::Text(text)), Ty::Version, at))
                }
                _ => None,
            },
            (Ty::Enum(id), Ty::Text) if self.cache.words.contains(id) => {
                let id = *id;
                if let Node::Const(Const::Member(_, member)) = self.node(typed.node) {
                    let text = self.enums[id.0 as usize].members[*member as usize]
                        .name
                        .clone();
                    return Some(self.push(Node::Const(Const::Text(text)), Ty::Text, at));
                }
                Some(self.push(Node::As(typed.node), Ty::Text, at))
            }
            (Ty::List(have), Ty::List(wanted)) if **wanted == Ty::Text => match **have {
                Ty::Enum(id) if self.cache.words.contains(&id) => self.texts_of(typed, at),
                _ => None,
            },
            (Ty::Record(have), Ty::Record(wanted)) if self.data(*have).row_of == Some(*wanted) => {
                let (wanted, mut nodes) = (*wanted, Vec::new());
                for (slot, field) in self.records[wanted.0 as usize]
                    .fields
                    .clone()
                    .into_iter()
                    .enumerate()
                {
                    let slot = u16::try_from(slot + 1).unwrap_or(u16::MAX);
                    nodes.push(self.push(Node::Field(typed.node, slot), field.ty, at).node);
                }
                Some(self.push(Node::Make(wanted, nodes), Ty::Record(wanted), at))
            }
            (Ty::Number, Ty::Ratio) if self.is_quotient(typed.node, at) => Some(Typed {
                node: typed.node,
                ty: Ty::Ratio,
            }),
            _ => None,
        }
    }

    /// A list of words as a list of texts.
    fn texts_of(&mut self, typed: &Typed, at: Place) -> Option<Typed> {
        let texts = Ty::List(Box::new(Ty::Text));
        if let Some(Const::List(items)) = self.const_of(typed.node) {
            let name = |c: &Const| match c {
                Const::Member(id, m) => Some(Const::Text(
                    self.enums[id.0 as usize].members[*m as usize].name.clone(),
                )),
                _ => None,
            };
            let items: Option<Vec<Const>> = items.iter().map(name).collect();
            return Some(self.push(Node::Const(Const::List(items?)), texts, at));
        }
        let Ty::List(inner) = typed.ty.required().clone() else {
            return None;
        };
        let local = self.local();
        let word = self.push(Node::Local(local), *inner, at);
        let text = self.push(Node::As(word.node), Ty::Text, at);
        let bind = rolloutc_runtime::ir::Bind {
            vars: vec![(local, typed.node)],
            filter: None,
            may_be_empty: true,
            source_may_be_empty: vec![self.may_be_empty(typed.node)],
        };
        Some(self.push(Node::Collect(bind, Some(text.node)), texts, at))
    }

    /// Whether a plain number is one quantity over another: such a fraction compares with ratios. `1 / 3000` is one number
    /// by the time it is asked about; its text still says what it was.
    fn is_quotient(&self, node: NodeId, at: Place) -> bool {
        match self.node(node) {
            Node::Arith(Arith::Div, ..) => true,
            Node::Const(Const::Number(_)) => {
                let parts = self.source(at).split_once('/');
                parts.is_some_and(|(over, under)| is_bare(over) && is_bare(under))
            }
            _ => false,
        }
    }

    /// Says that a value does not fit its slot.
    fn mismatch(&mut self, typed: &Typed, want: &Ty, at: Place) {
        let said = self.source(at);
        let want = want.required();
        let (have, need) = super::say::say_both(self, typed.ty.required(), want);
        let quoted = quote(said);
        if let Some(unit) = dimension(want)
            && is_plain(&typed.ty)
        {
            let found = Diagnostic::error(
                "bare-number",
                at,
                format!("{quoted} has no unit, {need} is wanted"),
            );
            let found = with_units(found, self.node(typed.node), said, unit, None, at);
            self.report(found);
            return;
        }
        let found = if dimension(want).is_some() && typed.ty.required().is_numeric()
            || is_plain(want) && dimension(typed.ty.required()).is_some()
        {
            let found = Diagnostic::error(
                "unit-mismatch",
                at,
                format!("{quoted} is {have}, {need} is wanted"),
            );
            match dimension(typed.ty.required()) {
                Some(unit) if is_plain(want) => found.help(format!(
                    "convert it: `{said} in {}`",
                    example_unit(unit).word()
                )),
                _ => found,
            }
        } else {
            Diagnostic::error(
                "type-mismatch",
                at,
                format!("{quoted} is {have}, {need} is wanted"),
            )
        };
        let found = match (found.notes.is_empty(), reads(want)) {
            (true, Some(example)) => found.help(format!("for example `{example}`")),
            _ => found,
        };
        self.report(found);
    }

    /// Says that two sides of an operator do not go together.
    pub(super) fn two_sides(
        &mut self,
        left: &Typed,
        right: &Typed,
        (l, r): (Place, Place),
        op: &str,
    ) {
        let (lt, rt) = (left.ty.required().clone(), right.ty.required().clone());
        let (ls, rs) = (self.source(l), self.source(r));
        let message = format!(
            "{} is {}, {} is {}",
            quote(ls),
            say(self, &lt),
            quote(rs),
            say(self, &rt)
        );
        let units = dimension(&lt).is_some() || dimension(&rt).is_some();
        let numeric = lt.is_numeric() && rt.is_numeric();
        if units && numeric {
            let swapped = is_plain(&lt) && !is_plain(&rt);
            let (bare, other, bare_at, other_at) = if swapped {
                (left, right, l, r)
            } else {
                (right, left, r, l)
            };
            let read = self.read_unit(other.node);
            let mut found = Diagnostic::error("unit-mismatch", bare_at, message);
            let unit = dimension(other.ty.required());
            if let Some(unit) = unit.filter(|_| is_plain(&bare.ty)) {
                let said = self.source(bare_at);
                found = with_units(
                    found,
                    self.node(bare.node),
                    said,
                    unit,
                    read.map(|r| r.0),
                    bare_at,
                );
            } else {
                let text = say(self, bare.ty.required());
                found = found.label(text.strip_prefix("a ").unwrap_or(&text).to_string());
            }
            let kind = say(self, other.ty.required());
            let kind = kind.strip_prefix("a ").unwrap_or(&kind).to_string();
            let label = match read {
                Some((unit, place)) => {
                    let line = self
                        .files
                        .get(place.0.0 as usize)
                        .map_or(0, |f| f.place(place.1.start).line);
                    format!("{kind}, read `in {}` at line {line}", unit.word())
                }
                None => kind,
            };
            let found = found.also(other_at, label);
            self.report(found);
            return;
        }
        let mut found = Diagnostic::error("type-mismatch", r, message);
        if let (Ty::Enum(id), Node::Const(Const::Text(text))) = (&lt, self.node(right.node)) {
            let members = &self.enums[id.0 as usize].members;
            let near = members
                .iter()
                .find(|m| m.name == *text || m.spellings.contains(text));
            found = match near {
                Some(member) => found.label(format!("write `{}`", member.name)).fix(
                    format!("write `{}`", member.name),
                    true,
                    vec![(r.1, member.name.clone())],
                ),
                None => found.help("members are written without quotes"),
            };
        } else {
            found = found.help(format!("both sides of `{op}` must have the same type"));
        }
        self.report(found);
    }

    /// The unit that a field is read in, and where it is declared.
    fn read_unit(&self, node: NodeId) -> Option<(Unit, Place)> {
        let Node::Field(of, slot) = self.node(node) else {
            return None;
        };
        let Ty::Record(record) = self.node_ty(*of).required() else {
            return None;
        };
        let field = self.records[record.0 as usize].fields.get(*slot as usize)?;
        let unit = field.read.as_ref()?.unit?;
        Some((unit, *self.data(*record).places.get(*slot as usize)?))
    }
}

/// User text as messages quote it; long text is only pointed at.
pub fn quote(said: &str) -> String {
    if said.is_empty() || said.contains('\n') || said.chars().count() > 40 {
        "this".to_string()
    } else {
        format!("`{said}`")
    }
}

/// What to write instead of a number without a unit.
fn with_units(
    found: Diagnostic,
    node: &Node,
    said: &str,
    unit: Dimension,
    read: Option<Unit>,
    at: Place,
) -> Diagnostic {
    if !matches!(node, Node::Const(Const::Number(_))) || !is_bare(said) {
        return match unit {
            Dimension::Ratio => found.help("a plain number becomes a ratio by `as ratio`"),
            Dimension::Duration => {
                found.help("a plain number becomes a duration by `* 1ms` or `* 1s`")
            }
            Dimension::Bytes => found.help("a plain number becomes a size by `* 1MiB`"),
        };
    }
    let mut units = match unit {
        Dimension::Duration => vec![Unit::Milliseconds, Unit::Seconds],
        Dimension::Ratio => vec![Unit::Percent],
        Dimension::Bytes => vec![Unit::Bytes, Unit::MiB],
    };
    if let Some(read) = read {
        units.retain(|u| *u != read);
        units.insert(0, read);
        units.truncate(2);
    }
    let mut words: Vec<String> = units
        .iter()
        .map(|u| format!("`{said}{}`", u.suffix()))
        .collect();
    let mut first = format!("{said}{}", units[0].suffix());
    // `0.05` is rather five per cent than a twentieth of one.
    if let Some(share) = share(said).filter(|_| unit == Dimension::Ratio) {
        words.insert(0, format!("`{share}`"));
        first = share;
    }
    found.label(format!("write {}", words.join(" or "))).fix(
        format!("write `{first}`"),
        false,
        vec![(at.1, first)],
    )
}

/// How a value of a type is written.
fn reads(ty: &Ty) -> Option<&'static str> {
    Some(match ty {
        Ty::Bool => "slo.p95 <= 600ms",
        Ty::Text => "\"like this\"",
        Ty::Int | Ty::Number => "12",
        Ty::Ratio => "5%",
        Ty::Duration => "30m",
        Ty::Bytes => "512MiB",
        Ty::Version => "\"1.10.2\"",
        Ty::Instant => "2026-03-01T09:00Z",
        Ty::Date => "2026-03-01",
        Ty::Secret
        | Ty::Nothing
        | Ty::Enum(_)
        | Ty::Record(_)
        | Ty::Optional(_)
        | Ty::List(_)
        | Ty::Rows { .. } => return None,
    })
}

/// A fraction below one, in per cent: `0.05` as `5%`.
fn share(said: &str) -> Option<String> {
    let digits = said.strip_prefix("0.").filter(|rest| rest.len() <= 9)?;
    let padded = format!("{digits:0<2}");
    let (whole, rest) = padded.split_at_checked(2)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let rest = rest.trim_end_matches('0');
    Some(match rest {
        "" => format!("{whole}%"),
        rest => format!("{whole}.{rest}%"),
    })
}

/// One number as it is written, without a unit.
fn is_bare(said: &str) -> bool {
    let digits = said.trim().trim_start_matches('-');
    !digits.is_empty()
        && digits
            .bytes()
            .all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'_'))
}

/// A unit to name in a help.
pub fn example_unit(unit: Dimension) -> Unit {
    match unit {
        Dimension::Duration => Unit::Milliseconds,
        Dimension::Ratio => Unit::Percent,
        Dimension::Bytes => Unit::MiB,
    }
}

/// Dotted numbers, perhaps with a `v` before and something behind a `-` or `+`.
fn is_version(text: &str) -> bool {
    let core = text.strip_prefix('v').unwrap_or(text);
    let core = core.split(['-', '+']).next().unwrap_or(core);
    !core.is_empty()
        && core
            .split('.')
            .all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()))
}
