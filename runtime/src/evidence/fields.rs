//! Schemas compiled for reading: from member names straight to slots. Knows the program's records and
//! items; knows no bytes.

use crate::ir::{
    AboutWhat, Const, Enum, Item, LinePattern, Observed, OriginId, Path, Program, Read, Source,
};
use crate::number::Number;
use crate::time::Pattern;
use crate::ty::{EnumId, RecordId, Shape, Ty};

/// What reading needs of a program.
#[derive(Clone, Debug, Default)]
pub(crate) struct Schema {
    /// By [`RecordId`].
    pub layouts: Vec<Layout>,
    /// By [`EnumId`].
    pub enums: Vec<Enum>,
    /// By item.
    pub items: Vec<Plan>,
}

/// How one record is read.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    /// From the record's own object to its fields.
    pub trie: Trie,
    /// Its stored fields, one slot each.
    pub fields: Vec<Field>,
    /// A member that no field reads is malformed.
    pub closed: bool,
    /// Whether some field has more than one path.
    pub ranked: bool,
}

/// How one field is read.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// Its name in the policy.
    pub name: String,
    /// Its type.
    pub ty: Ty,
    /// How a scalar of it is taken.
    pub attr: Attr,
    /// How many paths it has.
    pub paths: usize,
    /// Its first path as people write it: `a.b`.
    pub place: String,
    /// `at line`
    pub line: Option<LinePattern>,
    /// Its default.
    pub default: Option<Const>,
    /// Whether a document fills it at all.
    pub read: bool,
}

/// How a scalar is taken out of its text.
#[derive(Clone, Debug)]
pub(crate) struct Attr {
    /// Base units of the unit, above the line.
    pub mul: i64,
    /// Places by which the point moves left: 2 for percent.
    pub shift: u8,
    /// Whether a plain number has a unit here.
    pub unit: bool,
    /// `any case`
    pub any_case: bool,
    /// `signed`
    pub signed: bool,
    /// `assume utc`
    pub assume_utc: bool,
    /// `min`
    pub min: Option<Number>,
    /// `max`
    pub max: Option<Number>,
}

impl Attr {
    /// A value without clauses.
    pub const PLAIN: Attr = Attr {
        mul: 1,
        shift: 0,
        unit: false,
        any_case: false,
        signed: false,
        assume_utc: false,
        min: None,
        max: None,
    };

    fn new(read: &Read) -> Attr {
        let (mul, shift) = factor(read.unit);
        Attr {
            mul,
            shift,
            unit: read.unit.is_some(),
            any_case: read.any_case,
            signed: read.signed,
            assume_utc: read.assume_utc,
            min: read.min,
            max: read.max,
        }
    }
}

/// A unit as a whole factor and a shift of the point.
fn factor(unit: Option<crate::unit::Unit>) -> (i64, u8) {
    let Some(unit) = unit else { return (1, 0) };
    let (n, d) = unit.factor().parts();
    let mut shift = 0;
    let mut power = 1i128;
    while power < d {
        power *= 10;
        shift += 1;
    }
    match i64::try_from(n * power / d) {
        Ok(mul) if power % d == 0 => (mul, shift),
        _ => unreachable!("every unit is a whole number of base units, or of hundredths"),
    }
}

/// Where a value goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Into a field; a lower rank (the earlier path) wins.
    Field(u16, u8),
    /// The item's value itself, behind `at`.
    Value(u8),
    /// The time the payload tells.
    Time(u8),
    /// What it speaks of: index into [`Plan::about`].
    About(u8, u8),
}

/// Paths by their member names. Node 0 is the object they start from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trie {
    /// Nodes; a child comes after its parent.
    pub nodes: Vec<Node>,
}

/// A place in a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Node {
    /// What the value here fills.
    pub targets: Vec<Target>,
    /// The members that are read, in the order of the fields.
    pub edges: Vec<Edge>,
    /// Indices of `edges` by print, when there are many.
    sorted: Vec<u16>,
    /// The field that the value here fills and nothing else, if it has just one path.
    pub only: Option<u16>,
}

/// A member that is read.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    /// The print of its name.
    pub print: u64,
    /// Its name.
    pub name: Box<str>,
    /// Its name in quotes, if that is how every document writes it.
    pub quoted: Box<[u8]>,
    /// The node of its value.
    pub node: u32,
}

impl Node {
    /// The member of that name; `hint` is where it stands if the document keeps our order.
    #[inline]
    pub fn find(&self, print: u64, name: &[u8], hint: usize) -> Option<usize> {
        let fits = |edge: &Edge| edge.print == print && edge.name.as_bytes() == name;
        if self.edges.get(hint).is_some_and(fits) {
            return Some(hint);
        }
        if self.sorted.is_empty() {
            return self.edges.iter().position(fits);
        }
        let from = self
            .sorted
            .partition_point(|&at| self.edges[at as usize].print < print);
        self.sorted[from..]
            .iter()
            .map(|&at| at as usize)
            .take_while(|&at| self.edges[at].print == print)
            .find(|&at| fits(&self.edges[at]))
    }
}

impl Trie {
    fn add(&mut self, path: &[String], target: Target) {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        let mut at = 0;
        for name in path {
            let known = self.nodes[at]
                .edges
                .iter()
                .find(|edge| &*edge.name == name.as_str())
                .map(|edge| edge.node as usize);
            at = known.unwrap_or_else(|| {
                let node = self.nodes.len();
                self.nodes[at].edges.push(Edge {
                    print: print(name.as_bytes()),
                    name: name.as_str().into(),
                    quoted: quoted(name),
                    node: node as u32,
                });
                self.nodes.push(Node::default());
                node
            });
        }
        self.nodes[at].targets.push(target);
    }

    fn add_all(&mut self, paths: &[Path], target: impl Fn(u8) -> Target) {
        for (rank, path) in paths.iter().enumerate() {
            self.add(path, target(rank.min(254) as u8));
        }
    }

    /// INVARIANT: after this, lookups are ready.
    fn finish(mut self, fields: &[Field]) -> Trie {
        if self.nodes.is_empty() {
            self.nodes.push(Node::default());
        }
        for node in &mut self.nodes {
            if node.edges.len() > 16 {
                let mut sorted: Vec<u16> = (0..node.edges.len() as u16).collect();
                sorted.sort_by_key(|&at| node.edges[at as usize].print);
                node.sorted = sorted;
            }
            if let ([Target::Field(field, _)], []) = (&node.targets[..], &node.edges[..])
                && fields[*field as usize].paths == 1
            {
                node.only = Some(*field);
            }
        }
        self
    }

    /// Whether it reads nothing.
    pub fn is_empty(&self) -> bool {
        self.nodes.len() <= 1 && self.nodes.iter().all(|node| node.targets.is_empty())
    }

    /// Every target at or below a node.
    pub fn below(&self, node: u32, found: &mut Vec<Target>) {
        let node = &self.nodes[node as usize];
        found.extend(&node.targets);
        for edge in &node.edges {
            self.below(edge.node, found);
        }
    }
}

/// How the documents of one item are read.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// Its type.
    pub ty: Ty,
    /// `at`, as people write it; empty for the whole document.
    pub at: String,
    /// From the document's root: the value, times and what it speaks of, where those are not read with the record.
    pub outer: Trie,
    /// From a record that is the document itself or a row of it: its fields, and times and what it speaks of.
    pub inner: Option<Trie>,
    /// The layout of the record or of its rows.
    pub record: Option<RecordId>,
    /// Whether the payload must tell a time.
    pub timed: bool,
    /// Where the payload tells it, as people write it.
    pub time_place: String,
    /// `observed at line`
    pub time_line: Option<LinePattern>,
    /// `as "…"`
    pub pattern: Option<Pattern>,
    /// `assume utc` of the time.
    pub assume_utc: bool,
    /// What the payload says that it speaks of.
    pub about: Vec<AboutPlan>,
}

/// One `about … at PATH`.
#[derive(Clone, Debug)]
pub(crate) struct AboutPlan {
    /// Of what.
    pub what: AboutWhat,
    /// How its number is taken.
    pub attr: Attr,
    /// The members of the subject that it may tell.
    pub members: Vec<(String, Ty)>,
}

impl Schema {
    /// The schemas of all items.
    pub fn new(program: &Program) -> Schema {
        let layouts: Vec<Layout> = program.records.iter().map(Layout::new).collect();
        let items = program
            .evidence
            .iter()
            .map(|item| Plan::new(item, program, &layouts))
            .collect();
        Schema {
            layouts,
            enums: program.enums.clone(),
            items,
        }
    }

    /// The layout of a record.
    pub fn layout(&self, record: RecordId) -> &Layout {
        &self.layouts[record.0 as usize]
    }

    /// The member of an enum that data spells `word`.
    pub fn member(&self, id: EnumId, word: &str, any_case: bool) -> Option<u32> {
        let found = &self.enums[id.0 as usize];
        let any_case = any_case || found.any_case;
        let fits =
            |spelling: &str| spelling == word || any_case && spelling.eq_ignore_ascii_case(word);
        let at = found.members.iter().position(|member| {
            if member.spellings.is_empty() {
                fits(&member.name)
            } else {
                member.spellings.iter().any(|spelling| fits(spelling))
            }
        })?;
        Some(at as u32)
    }

    /// The spellings of an enum, for messages: "`allow`, `block`".
    pub fn spellings(&self, id: EnumId) -> String {
        let members = &self.enums[id.0 as usize].members;
        let all = members.iter().flat_map(|member| {
            if member.spellings.is_empty() {
                std::slice::from_ref(&member.name)
            } else {
                &member.spellings[..]
            }
        });
        let mut shown: Vec<String> = all.map(|word| format!("`{word}`")).collect();
        if shown.len() > 8 {
            shown.truncate(8);
            shown.push("…".to_owned());
        }
        shown.join(", ")
    }
}

impl Layout {
    fn new(record: &crate::ir::Record) -> Layout {
        let fields: Vec<Field> = record
            .fields
            .iter()
            .map(|field| Field {
                name: field.name.clone(),
                ty: field.ty.clone(),
                attr: field.read.as_ref().map_or(Attr::PLAIN, Attr::new),
                paths: field
                    .read
                    .as_ref()
                    .map_or(0, |read| read.paths.len().max(1)),
                place: field
                    .read
                    .as_ref()
                    .and_then(|read| read.paths.first())
                    .map_or(String::new(), |path| shown(path)),
                line: field.read.as_ref().and_then(|read| read.line.clone()),
                default: field.read.as_ref().and_then(|read| read.default.clone()),
                read: field.read.is_some(),
            })
            .collect();
        let trie = Layout::fields(&record.fields).finish(&fields);
        Layout {
            trie,
            closed: record.closed,
            ranked: fields.iter().any(|field| field.paths > 1),
            fields,
        }
    }

    fn fields(fields: &[crate::ir::Field]) -> Trie {
        let mut trie = Trie::default();
        for (at, field) in fields.iter().enumerate() {
            let Some(read) = &field.read else { continue };
            if read.paths.is_empty() && read.line.is_none() {
                // No path at all: the value itself, as in a map of scalars.
                trie.add(&[], Target::Field(at as u16, 0));
            }
            trie.add_all(&read.paths, |rank| Target::Field(at as u16, rank));
        }
        trie
    }

    /// The fields' own paths, as a trie to which others are added.
    fn open(&self) -> Trie {
        let mut trie = self.trie.clone();
        for node in &mut trie.nodes {
            node.sorted.clear();
            node.only = None;
        }
        trie
    }
}

impl Plan {
    /// The plan of a document that is one record and tells nothing else.
    pub fn of_record(record: RecordId, program: &Program, layouts: &[Layout]) -> Plan {
        let item = Item {
            name: String::new(),
            ty: Ty::Record(record),
            source: Source::Given,
            format: None,
            at: Vec::new(),
            observed: Observed::Envelope,
            fresh: None,
            soft: None,
            since: None,
            about: Vec::new(),
            may_be_empty: true,
            implied: true,
            at_origin: OriginId(0),
        };
        Plan::new(&item, program, layouts)
    }

    fn new(item: &Item, program: &Program, layouts: &[Layout]) -> Plan {
        let (mut paths, mut pattern, mut assume_utc, mut time_line) = (&[][..], None, false, None);
        match &item.observed {
            Observed::At {
                paths: at,
                pattern: form,
                assume_utc: utc,
            } => (paths, pattern, assume_utc) = (at, form.clone(), *utc),
            Observed::Line {
                line,
                pattern: form,
            } => (time_line, pattern) = (Some(line.clone()), form.clone()),
            Observed::Envelope | Observed::With(_) => {}
        }
        let extras = |trie: &mut Trie| {
            trie.add_all(paths, Target::Time);
            for (at, about) in item.about.iter().enumerate() {
                trie.add_all(&about.paths, |rank| Target::About(at as u8, rank));
            }
        };
        let record = match item.ty.required() {
            Ty::Record(record) => Some(*record),
            Ty::Rows { record, .. } => Some(*record),
            _ => None,
        };
        let rows_of_root = match item.ty.required() {
            Ty::Record(_) => true,
            Ty::Rows { shape, .. } => !matches!(shape, Shape::Map { .. }),
            _ => false,
        };
        let mut outer = Trie::default();
        let mut inner = None;
        if item.at.is_empty() && rows_of_root {
            let layout = record.map(|record| &layouts[record.0 as usize]);
            if let Some(layout) = layout {
                let mut trie = layout.open();
                extras(&mut trie);
                inner = Some(trie.finish(&layout.fields));
            }
        } else {
            outer.add_all(&item.at, Target::Value);
            extras(&mut outer);
        }
        Plan {
            ty: item.ty.clone(),
            at: alternatives(&item.at),
            outer: outer.finish(&[]),
            inner,
            record,
            timed: !paths.is_empty() || time_line.is_some(),
            time_place: alternatives(paths),
            time_line,
            pattern,
            // A pattern that was accepted without `Z` is read as UTC: there is no offset it could have.
            assume_utc,
            about: item
                .about
                .iter()
                .map(|about| AboutPlan {
                    what: about.what.clone(),
                    attr: {
                        let (mul, shift) = factor(about.unit);
                        Attr {
                            mul,
                            shift,
                            unit: about.unit.is_some(),
                            ..Attr::PLAIN
                        }
                    },
                    members: match &about.what {
                        AboutWhat::Subject(part) => program
                            .subject
                            .iter()
                            .filter(|(name, _)| part.as_ref().is_none_or(|part| part == *name))
                            .map(|(name, ty)| (name.clone(), ty.clone()))
                            .collect(),
                        AboutWhat::Cohort | AboutWhat::Phase | AboutWhat::Key => Vec::new(),
                    },
                })
                .collect(),
        }
    }
}

/// A name in quotes; a byte that no document begins a name with where it may be written in several ways.
fn quoted(name: &str) -> Box<[u8]> {
    if name
        .bytes()
        .any(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
    {
        return Box::from([0]);
    }
    format!("\"{name}\"").into_bytes().into()
}

/// A path as people write it.
pub(crate) fn shown(path: &[String]) -> String {
    let mut out = String::new();
    for name in path {
        if !out.is_empty() {
            out.push('.');
        }
        let plain = !name.is_empty()
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if plain {
            out.push_str(name);
        } else {
            out.push_str(&format!("\"{name}\""));
        }
    }
    out
}

fn alternatives(paths: &[Path]) -> String {
    let shown: Vec<String> = paths.iter().map(|path| shown(path)).collect();
    shown.join(" or ")
}

/// A number that two names share only by rare chance; equal names always do. Not for anything that outlives a run.
#[inline]
pub(crate) fn print(name: &[u8]) -> u64 {
    const MIX: u64 = 0x9E37_79B9_7F4A_7C15;
    let len = name.len();
    let eight = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&name[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    let four = |at: usize| {
        let mut bytes = [0; 4];
        bytes.copy_from_slice(&name[at..at + 4]);
        u32::from_le_bytes(bytes) as u64
    };
    let (a, b) = match len {
        0 => (0, 0),
        1..4 => (
            name[0] as u64 | (name[len / 2] as u64) << 8 | (name[len - 1] as u64) << 16,
            0,
        ),
        4..8 => (four(0), four(len - 4)),
        8..=16 => (eight(0), eight(len - 8)),
        _ => {
            let mut mixed = 0u64;
            let mut at = 0;
            while at + 8 < len {
                mixed = (mixed ^ eight(at)).wrapping_mul(MIX).rotate_left(23);
                at += 8;
            }
            (mixed, eight(len - 8))
        }
    };
    (a.wrapping_mul(MIX) ^ b.rotate_left(29) ^ len as u64).wrapping_mul(MIX)
}
