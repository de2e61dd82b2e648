//! The bundle: envelopes of observations, as collectors write them. Knows its form and refuses any other;
//! reads no files and no payloads.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::canon::{Digest, DocumentError, Fault, check_json};
use crate::document::{Damage, DamageKind};
use crate::evidence::scan::{Broken, Buffers, Quoted, Scan};
use crate::evidence::{Content, Envelope, Observation, Subject, TimeFrom};
use crate::ir::Const;
use crate::number::Number;
use crate::time::Instant;
use crate::unit;

/// The version of bundles that is read and written.
pub const VERSION: u32 = 1;

/// The word that opens a bundle.
const WORD: &str = "rolloutc.bundle";

/// A `bundle.json`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// Of what it speaks as a whole.
    pub subject: Option<Subject>,
    /// Its observations, in order.
    pub items: Vec<BundleItem>,
}

/// One member of a bundle's `items`.
#[derive(Clone, Debug, PartialEq)]
pub struct BundleItem {
    /// The item's name.
    pub item: String,
    /// When it was observed.
    pub observed_at: Option<Instant>,
    /// Of what it speaks.
    pub about: Envelope,
    /// What the collector said of its source.
    pub source: Option<String>,
    /// The digest that its content must have.
    pub sha256: Option<Digest>,
    /// Its content.
    pub content: BundleContent,
}

/// The one of `file payload text error` that an item has.
#[derive(Clone, Debug, PartialEq)]
pub enum BundleContent {
    /// `file`: a path with `/`, inside the bundle's folder.
    File(String),
    /// `payload`: its bytes from the first to the last.
    Payload(Arc<[u8]>),
    /// `text`
    Text(String),
    /// `error`
    Failed {
        /// `failed_at`
        at: Instant,
        /// `error`
        error: String,
    },
}

impl BundleItem {
    /// The observation it is. `file` gives the content of a listed file.
    pub fn observation(self, file: impl FnOnce(&str) -> Content) -> Observation {
        let mut path = None;
        let content = match self.content {
            BundleContent::File(listed) => {
                let content = file(&listed);
                path = Some(listed);
                content
            }
            BundleContent::Payload(bytes) => Content::Json(bytes),
            BundleContent::Text(text) => Content::Text(text),
            BundleContent::Failed { at, error } => Content::Failed { at, error },
        };
        Observation {
            item: self.item,
            time_from: match self.observed_at {
                Some(_) => TimeFrom::Envelope,
                None => TimeFrom::None,
            },
            observed_at: self.observed_at,
            about: self.about,
            source: self.source,
            sha256: self.sha256,
            file: path,
            content,
        }
    }
}

/// A `FILE.meta.json`: one member of `items` without its content.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Meta {
    /// The item it speaks for, where it says so; else every item that the file serves.
    pub item: Option<String>,
    /// When the file's content was observed.
    pub observed_at: Option<Instant>,
    /// Of what it speaks.
    pub about: Envelope,
    /// What the collector said of its source.
    pub source: Option<String>,
    /// The digest that the file must have.
    pub sha256: Option<Digest>,
}

/// Reads a `bundle.json`.
pub fn parse(bytes: &[u8]) -> Result<Bundle, Damage> {
    let mut form = Form::open(bytes)?;
    form.bundle().map_err(|refused| form.damage(bytes, refused))
}

/// Reads a `FILE.meta.json`.
pub fn parse_meta(bytes: &[u8]) -> Result<Meta, Damage> {
    let mut form = Form::open(bytes)?;
    form.meta().map_err(|refused| form.damage(bytes, refused))
}

/// Whether a path stays inside the folder it starts from, as far as its text can tell.
pub fn stays_inside(path: &str) -> bool {
    let bare = |part: &str| !matches!(part, "" | "." | "..");
    path.split('/').all(bare) && !path.contains(['\\', '\0', ':'])
}

/// Why a form is refused, and where.
enum Refused {
    Newer(u64),
    At(usize, String),
}

impl From<Box<Broken>> for Refused {
    fn from(broken: Box<Broken>) -> Refused {
        Refused::At(broken.start, broken.message)
    }
}

type Part<T> = Result<T, Refused>;

/// An envelope with whatever content it has.
#[derive(Default)]
struct Loose {
    meta: Meta,
    contents: Vec<(&'static str, usize)>,
    file: Option<String>,
    payload: Option<Arc<[u8]>>,
    text: Option<String>,
    error: Option<String>,
    failed_at: Option<Instant>,
}

struct Form<'a> {
    scan: Scan<'a>,
}

impl<'a> Form<'a> {
    /// Refuses what is not strict JSON; after this only the form can be wrong.
    fn open(bytes: &'a [u8]) -> Result<Form<'a>, Damage> {
        let text = check_json(bytes).map_err(|error| Damage {
            word: WORD,
            kind: DamageKind::Form(error),
        })?;
        Ok(Form {
            scan: Scan::new(text, 0, Buffers::default()),
        })
    }

    fn damage(&self, bytes: &[u8], refused: Refused) -> Damage {
        let kind = match refused {
            Refused::Newer(found) => DamageKind::Newer {
                found,
                known: VERSION,
            },
            Refused::At(offset, message) => {
                DamageKind::Form(DocumentError::at(bytes, offset, Fault::Shape(message)))
            }
        };
        Damage { word: WORD, kind }
    }

    fn bundle(&mut self) -> Part<Bundle> {
        self.version()?;
        let mut bundle = Bundle::default();
        let (mut known, mut listed) = (false, false);
        self.object(|form, name, at| match name {
            WORD => {
                let digits = form.whole()?;
                known = digits == u64::from(VERSION);
                match known {
                    true => Ok(()),
                    false => Err(Refused::At(
                        at,
                        format!("no version {digits} of bundles exists"),
                    )),
                }
            }
            "subject" => {
                bundle.subject = Some(form.subject()?);
                Ok(())
            }
            "items" => {
                listed = true;
                form.array(|form| {
                    let item = form.item()?;
                    bundle.items.push(item);
                    Ok(())
                })
            }
            _ => Err(unknown(name, at, &[WORD, "subject", "items"])),
        })?;
        match (known, listed) {
            (true, true) => Ok(bundle),
            (false, _) => Err(Refused::At(
                0,
                format!("no member `{WORD}` with the version"),
            )),
            (true, false) => Err(Refused::At(0, "no member `items`".to_owned())),
        }
    }

    /// A newer bundle may have members that we do not know, so its version is asked for first.
    fn version(&mut self) -> Part<()> {
        let mut newer = None;
        if self.scan.peek() == b'{' {
            self.object(|form, name, _| {
                if name == WORD && form.scan.peek().is_ascii_digit() {
                    newer = Some(form.whole()?).filter(|&found| found > u64::from(VERSION));
                } else {
                    form.scan.skip()?;
                }
                Ok(())
            })?;
        }
        self.scan.restart(0);
        newer.map_or(Ok(()), |found| Err(Refused::Newer(found)))
    }

    fn meta(&mut self) -> Part<Meta> {
        let loose = self.loose(false)?;
        Ok(loose.meta)
    }

    fn item(&mut self) -> Part<BundleItem> {
        self.scan.peek();
        let start = self.scan.at;
        let loose = self.loose(true)?;
        let refuse = |at: usize, message: &str| Err(Refused::At(at, message.to_owned()));
        let Some(item) = loose.meta.item else {
            return refuse(start, "no member `item`");
        };
        if let [_, (_, second), ..] = loose.contents[..] {
            return refuse(
                second,
                "more than one of `file`, `payload`, `text` and `error`",
            );
        }
        let content = if let Some(file) = loose.file {
            BundleContent::File(file)
        } else if let Some(payload) = loose.payload {
            BundleContent::Payload(payload)
        } else if let Some(text) = loose.text {
            BundleContent::Text(text)
        } else if let Some(error) = loose.error {
            match loose.failed_at {
                Some(at) => BundleContent::Failed { at, error },
                None => return refuse(start, "an `error` without `failed_at`"),
            }
        } else {
            return refuse(start, "none of `file`, `payload`, `text` and `error`");
        };
        if loose.failed_at.is_some() && !matches!(content, BundleContent::Failed { .. }) {
            return refuse(start, "`failed_at` without an `error`");
        }
        Ok(BundleItem {
            item,
            observed_at: loose.meta.observed_at,
            about: loose.meta.about,
            source: loose.meta.source,
            sha256: loose.meta.sha256,
            content,
        })
    }

    fn loose(&mut self, content: bool) -> Part<Loose> {
        let mut loose = Loose::default();
        self.object(|form, name, at| {
            let meta = &mut loose.meta;
            match name {
                "item" => meta.item = Some(form.text()?),
                "observed_at" => meta.observed_at = Some(form.instant()?),
                "about" => meta.about = form.about()?,
                "source" => meta.source = Some(form.text()?),
                "sha256" => {
                    let hex = form.text()?;
                    let digest = Digest::parse(&hex).or_else(|| Digest::from_hex(&hex));
                    let wanted = || {
                        let message = "no SHA-256: 64 lower-case hex digits are wanted".to_owned();
                        Refused::At(at, message)
                    };
                    meta.sha256 = Some(digest.ok_or_else(wanted)?);
                }
                "file" if content => {
                    loose.contents.push(("file", at));
                    let file = form.text()?;
                    if !stays_inside(&file) {
                        let message = format!("the path `{file}` leaves the bundle's folder");
                        return Err(Refused::At(at, message));
                    }
                    loose.file = Some(file);
                }
                "payload" if content => {
                    loose.contents.push(("payload", at));
                    form.scan.peek();
                    let start = form.scan.at;
                    form.scan.skip()?;
                    let bytes = &form.scan.text.as_bytes()[start..form.scan.at];
                    loose.payload = Some(bytes.into());
                }
                "text" if content => {
                    loose.contents.push(("text", at));
                    loose.text = Some(form.text()?);
                }
                "error" if content => {
                    loose.contents.push(("error", at));
                    loose.error = Some(form.text()?);
                }
                "failed_at" if content => loose.failed_at = Some(form.instant()?),
                "file" | "payload" | "text" | "error" | "failed_at" => {
                    let message = format!("`{name}` has no place beside the file it speaks for");
                    return Err(Refused::At(at, message));
                }
                _ => {
                    return Err(unknown(
                        name,
                        at,
                        if content { &ENVELOPE } else { &ENVELOPE[..5] },
                    ));
                }
            }
            Ok(())
        })?;
        Ok(loose)
    }

    fn about(&mut self) -> Part<Envelope> {
        let mut about = Envelope::default();
        if self.null()? {
            return Ok(about);
        }
        self.object(|form, name, at| {
            if form.null()? {
                return match name {
                    "subject" | "cohort" | "phase" | "key" => Ok(()),
                    _ => Err(unknown(name, at, &ABOUT)),
                };
            }
            match name {
                "subject" => about.subject = Some(form.subject()?),
                "cohort" => {
                    let text = form.text()?;
                    let wanted =
                        |_| Refused::At(at, format!("`{text}` is no share such as \"10%\""));
                    about.cohort = Some(unit::parse_ratio(&text).map_err(wanted)?);
                }
                "phase" => about.phase = Some(form.text()?),
                "key" => about.key = Some(form.text()?),
                _ => return Err(unknown(name, at, &ABOUT)),
            }
            Ok(())
        })?;
        Ok(about)
    }

    /// Members that are null speak of nothing.
    fn subject(&mut self) -> Part<Subject> {
        let mut subject = IndexMap::new();
        self.object(|form, name, at| {
            let value = match form.scan.peek() {
                b'"' => Const::Text(form.text()?),
                b't' => {
                    form.scan.word("true")?;
                    Const::Bool(true)
                }
                b'f' => {
                    form.scan.word("false")?;
                    Const::Bool(false)
                }
                b'-' | b'0'..=b'9' => {
                    let digits = form.scan.digits()?;
                    let text = &form.scan.text[digits.start..digits.end];
                    let refuse = |error| Refused::At(at, format!("`{text}`: {error}"));
                    Const::Number(Number::parse(text).map_err(refuse)?)
                }
                b'n' => {
                    form.scan.word("null")?;
                    return Ok(());
                }
                _ => return form.wrong("a text, a number or a bool"),
            };
            subject.insert(name.to_owned(), value);
            Ok(())
        })?;
        Ok(Subject(subject))
    }

    fn object(&mut self, mut member: impl FnMut(&mut Self, &str, usize) -> Part<()>) -> Part<()> {
        if self.scan.peek() != b'{' {
            return self.wrong("an object");
        }
        let opened = self.scan.open()?;
        let mut first = true;
        while let Some(name) = self.scan.member(&mut first)? {
            let at = name.quoted.start - 1;
            let name = self.quoted(name.quoted)?;
            self.scan.peek();
            member(self, &name, at)?;
        }
        match self.scan.close_object(opened) {
            Some(twice) => {
                let message = format!("member `{}` is there twice", twice.name);
                Err(Refused::At(twice.start, message))
            }
            None => Ok(()),
        }
    }

    fn array(&mut self, mut element: impl FnMut(&mut Self) -> Part<()>) -> Part<()> {
        if self.scan.peek() != b'[' {
            return self.wrong("an array");
        }
        self.scan.open()?;
        let mut first = true;
        while self.scan.element(&mut first)? {
            element(self)?;
        }
        Ok(())
    }

    fn null(&mut self) -> Part<bool> {
        let null = self.scan.peek() == b'n';
        if null {
            self.scan.word("null")?;
        }
        Ok(null)
    }

    fn text(&mut self) -> Part<String> {
        if self.scan.peek() != b'"' {
            return self.wrong("a text");
        }
        let quoted = self.scan.quoted()?;
        self.quoted(quoted)
    }

    fn quoted(&self, quoted: Quoted) -> Part<String> {
        let mut text = String::new();
        self.scan.unescape(quoted, &mut text)?;
        Ok(text)
    }

    fn instant(&mut self) -> Part<Instant> {
        self.scan.peek();
        let at = self.scan.at;
        let text = self.text()?;
        let refuse = |error| Refused::At(at, format!("`{text}`: {error}"));
        Instant::parse(&text, false).map_err(refuse)
    }

    fn whole(&mut self) -> Part<u64> {
        if !self.scan.peek().is_ascii_digit() {
            return self.wrong("a whole number");
        }
        let digits = self.scan.digits()?;
        match self.scan.text[digits.start..digits.end].parse() {
            Ok(whole) => Ok(whole),
            Err(_) => Err(Refused::At(
                digits.start,
                "a whole number is wanted".to_owned(),
            )),
        }
    }

    fn wrong<T>(&mut self, wanted: &str) -> Part<T> {
        let kind = self.scan.kind();
        Err(Refused::At(
            self.scan.at,
            format!("{kind}; {wanted} is wanted"),
        ))
    }
}

/// Members of an envelope; the last five say what it holds.
const ENVELOPE: [&str; 10] = [
    "item",
    "observed_at",
    "about",
    "source",
    "sha256",
    "file",
    "payload",
    "text",
    "error",
    "failed_at",
];

/// Members of `about`.
const ABOUT: [&str; 4] = ["subject", "cohort", "phase", "key"];

/// A member that has no place here: the one that was meant, or all that there are.
fn unknown(name: &str, at: usize, known: &[&str]) -> Refused {
    let bare = |name: &str| -> String {
        let letters = name.chars().filter(char::is_ascii_alphanumeric);
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    let meant = bare(name);
    let near = known.iter().find(|one| one_apart(&bare(one), &meant));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is `{}`", known.join("`, `")),
    };
    Refused::At(at, format!("a bundle has no member `{name}` here: {hint}"))
}

/// Whether two words differ by one letter, put in, left out or changed, or by two that changed places.
fn one_apart(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let front = a.iter().zip(b).take_while(|(a, b)| a == b).count();
    let back = |a: &[u8], b: &[u8]| {
        a.iter()
            .rev()
            .zip(b.iter().rev())
            .take_while(|(a, b)| a == b)
            .count()
    };
    let (left, right) = (&a[front..], &b[front..]);
    let behind = back(left, right);
    match (left.len() - behind, right.len() - behind) {
        (0, 0) | (0 | 1, 1) | (1, 0) => true,
        (2, 2) => left[0] == right[1] && left[1] == right[0],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(bytes: &[u8]) -> String {
        match parse(bytes).map_err(|damage| damage.kind) {
            Err(DamageKind::Form(error)) => error.to_string(),
            Err(other) => format!("{other:?}"),
            Ok(bundle) => panic!("accepted as {bundle:?}"),
        }
    }

    #[test]
    fn a_whole_bundle_is_read() {
        let bundle = parse(
            br#"{ "rolloutc.bundle": 1, "subject": { "build": "4f2c", "run": 7, "none": null },
  "items": [
    { "item": "slo", "observed_at": "2026-02-25T11:59:18Z", "file": "a/slo.json",
      "about": { "subject": { "build": "4f2c" }, "cohort": "10%", "phase": null, "key": "" }, "source": "http" },
    { "payload": { "exit_code": 0, "exit": [ ] }, "item": "drill" },
    { "item": "summary", "text": "- Decision: allow\n" },
    { "item": "lanes", "failed_at": "2026-02-25T11:59:20Z", "error": "connection refused" } ] }"#,
        )
        .unwrap();
        assert_eq!(bundle.subject.as_ref().unwrap().0.len(), 2);
        let [slo, drill, summary, lanes] = &bundle.items[..] else {
            panic!("{} items", bundle.items.len())
        };
        assert_eq!(slo.content, BundleContent::File("a/slo.json".to_owned()));
        assert_eq!(slo.about.cohort, Number::fraction(1, 10));
        assert_eq!(
            (&slo.about.phase, slo.about.key.as_deref()),
            (&None, Some(""))
        );
        let payload = br#"{ "exit_code": 0, "exit": [ ] }"#;
        assert_eq!(
            drill.content,
            BundleContent::Payload(payload.as_slice().into())
        );
        assert_eq!(
            summary.content,
            BundleContent::Text("- Decision: allow\n".to_owned())
        );
        assert!(
            matches!(&lanes.content, BundleContent::Failed { error, .. } if error == "connection refused")
        );
        let observation = slo.clone().observation(|_| Content::Absent);
        assert_eq!(observation.time_from, TimeFrom::Envelope);
        assert_eq!(observation.file.as_deref(), Some("a/slo.json"));
    }

    #[test]
    fn another_form_is_refused_with_its_place() {
        let check = |text: &str, expected: &str| assert_eq!(refusal(text.as_bytes()), expected);
        let items =
            |member: &str| format!("{{\"rolloutc.bundle\": 1, \"items\": [\n{{{member}}}]}}");
        check("", "line 1, column 1: expected a value");
        check("[]", "line 1, column 1: an array; an object is wanted");
        check(
            "{}",
            "line 1, column 1: no member `rolloutc.bundle` with the version",
        );
        check(
            "{\"rolloutc.bundle\": 1}",
            "line 1, column 1: no member `items`",
        );
        check(
            "{\"rolloutc.bundle\": 2, \"new\": 1}",
            "Newer { found: 2, known: 1 }",
        );
        check(
            "{\"rolloutc.bundle\": 0}",
            "line 1, column 2: no version 0 of bundles exists",
        );
        check(
            "{\"rolloutc.bundle\": 1.0, \"items\": []}",
            "line 1, column 21: a whole number is wanted",
        );
        check(
            "{\"rolloutc.bundle\": 1, \"items\": [], \"note\": 1}",
            "line 1, column 37: a bundle has no member `note` here: there is `rolloutc.bundle`, `subject`, `items`",
        );
        check(
            "{\"rolloutc.bundle\": 1, \"items\": [], \"items\": []}",
            "line 1, column 37: member `items` is there twice",
        );
        check(
            "{\"rolloutc.bundle\": 1, \"items\": {}}",
            "line 1, column 33: an object; an array is wanted",
        );
        check(&items(""), "line 2, column 1: no member `item`");
        check(
            &items("\"item\": 5"),
            "line 2, column 10: a number; a text is wanted",
        );
        check(
            &items("\"item\": \"a\""),
            "line 2, column 1: none of `file`, `payload`, `text` and `error`",
        );
        check(
            &items("\"item\": \"a\", \"text\": \"\", \"payload\": 1"),
            "line 2, column 27: more than one of `file`, `payload`, `text` and `error`",
        );
        check(
            &items("\"item\": \"a\", \"error\": \"\""),
            "line 2, column 1: an `error` without `failed_at`",
        );
        check(
            &items("\"item\": \"a\", \"text\": \"\", \"failed_at\": \"2026-02-25T11:59:20Z\""),
            "line 2, column 1: `failed_at` without an `error`",
        );
        check(
            &items("\"item\": \"a\", \"observed_at\": \"2026-02-25T11:59:20\""),
            "line 2, column 30: `2026-02-25T11:59:20`: a time without offset or `Z`",
        );
        check(
            &items("\"about\": {\"cohort\": \"ten\"}"),
            "line 2, column 12: `ten` is no share such as \"10%\"",
        );
        check(
            &items("\"about\": {\"lane\": null}"),
            "line 2, column 12: a bundle has no member `lane` here: there is `subject`, `cohort`, `phase`, `key`",
        );
        check(
            &items("\"sha256\": \"9c1e\""),
            "line 2, column 2: no SHA-256: 64 lower-case hex digits are wanted",
        );
        for path in ["/etc/x", "../x", "a/../x", "a//x", ".", "", "C:\\\\x", "a/"] {
            let error =
                refusal(items(&format!("\"item\": \"a\", \"file\": \"{path}\"")).as_bytes());
            assert!(
                error.ends_with("leaves the bundle's folder"),
                "{path}: {error}"
            );
        }
    }

    #[test]
    fn beside_a_file_stands_an_envelope_only() {
        let meta =
            parse_meta(br#"{"observed_at": "2026-02-25T11:59:18Z", "about": {"phase": "a"}}"#)
                .unwrap();
        assert_eq!(meta.item, None);
        assert_eq!(meta.about.phase.as_deref(), Some("a"));
        assert!(parse_meta(br#"{"item": "a", "text": "x"}"#).is_err());
        assert!(parse_meta(br#"{"rolloutc.bundle": 1}"#).is_err());
    }
}
