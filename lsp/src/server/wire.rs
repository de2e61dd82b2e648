//! Standard input as the server reads it: frames pass through a thread that looks ahead, so that work which a later
//! message makes worthless is left undone, and that hangs up behind `exit` whatever the editor does with its pipe.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use serde::Deserialize;
use tokio::io::{AsyncRead, ReadBuf};
use tokio::sync::mpsc::{Receiver, channel};

/// How many messages are read ahead.
const AHEAD: usize = 256;
/// The largest message that is taken.
const MOST: usize = 64 << 20;

/// What is known of messages that were read and not yet handled.
#[derive(Clone, Debug, Default)]
pub struct Ahead(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// The newest version of each document.
    versions: BTreeMap<String, i32>,
}

impl Ahead {
    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a newer version of a document is on its way.
    pub fn is_outdated(&self, uri: &str, version: i32) -> bool {
        self.lock()
            .versions
            .get(uri)
            .is_some_and(|newest| *newest > version)
    }

    fn note(&self, body: &[u8]) -> bool {
        let Ok(message) = serde_json::from_slice::<Message>(body) else {
            return false;
        };
        match message.method.as_deref() {
            Some("textDocument/didChange" | "textDocument/didOpen") => {
                if let Some(document) = message.params.text_document
                    && let Some(version) = document.version
                {
                    self.lock().versions.insert(document.uri, version);
                }
                false
            }
            Some("textDocument/didClose") => {
                if let Some(document) = message.params.text_document {
                    self.lock().versions.remove(&document.uri);
                }
                false
            }
            Some("exit") => true,
            Some(_) | None => false,
        }
    }
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    params: Params,
}

#[derive(Default, Deserialize)]
struct Params {
    #[serde(default, rename = "textDocument")]
    text_document: Option<Document>,
}

#[derive(Deserialize)]
struct Document {
    #[serde(default)]
    uri: String,
    #[serde(default)]
    version: Option<i32>,
}

/// Frames from a reader, as bytes.
pub struct Feed {
    from: Receiver<Vec<u8>>,
    rest: Vec<u8>,
    at: usize,
}

/// Starts to read frames from standard input.
pub fn listen() -> (Feed, Ahead) {
    let ahead = Ahead::default();
    let (to, from) = channel(AHEAD);
    let notes = ahead.clone();
    std::thread::spawn(move || {
        let mut input = BufReader::new(std::io::stdin());
        while let Some(frame) = frame(&mut input) {
            let last = notes.note(&frame.body);
            let mut bytes = format!("Content-Length: {}\r\n\r\n", frame.body.len()).into_bytes();
            bytes.extend_from_slice(&frame.body);
            if to.blocking_send(bytes).is_err() || last {
                break;
            }
        }
    });
    let feed = Feed {
        from,
        rest: Vec::new(),
        at: 0,
    };
    (feed, ahead)
}

struct Frame {
    body: Vec<u8>,
}

/// The next frame; nothing at the end, and behind a header that cannot be followed.
fn frame(input: &mut impl BufRead) -> Option<Frame> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        if input
            .by_ref()
            .take(4096)
            .read_until(b'\n', &mut line)
            .ok()?
            == 0
        {
            return None;
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if line.is_empty() {
            match length {
                Some(_) => break,
                None => continue,
            }
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = Some(value.trim().parse::<usize>().ok()?);
        }
    }
    let length = length.filter(|length| *length <= MOST)?;
    let mut body = vec![0; length];
    input.read_exact(&mut body).ok()?;
    Some(Frame { body })
}

impl AsyncRead for Feed {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        if self.at == self.rest.len() {
            match ready!(self.from.poll_recv(context)) {
                Some(bytes) => {
                    self.rest = bytes;
                    self.at = 0;
                }
                None => return Poll::Ready(Ok(())),
            }
        }
        let count = into.remaining().min(self.rest.len() - self.at);
        let to = self.at + count;
        into.put_slice(&self.rest[self.at..to]);
        self.at = to;
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_cut_and_looked_at() {
        let one = r#"{"method":"textDocument/didChange","params":{"textDocument":{"uri":"a","version":3}}}"#;
        let text = format!(
            "content-length: {}\r\nX: y\r\n\r\n{one}Content-Length: 2\n\n{{}}",
            one.len()
        );
        let mut input = BufReader::new(text.as_bytes());
        let ahead = Ahead::default();
        let first = frame(&mut input).expect("a frame");
        assert!(!ahead.note(&first.body));
        assert!(ahead.is_outdated("a", 2) && !ahead.is_outdated("a", 3));
        assert_eq!(frame(&mut input).expect("a frame").body, b"{}");
        assert!(frame(&mut input).is_none());
        assert!(ahead.note(br#"{"method":"exit"}"#));
        assert!(!ahead.note(b"nonsense"));
        for broken in [
            "Content-Length: x\r\n\r\n",
            "Content-Length: 9999999999\r\n\r\n",
            "Content-Length: 4\r\n\r\nab",
        ] {
            assert!(
                frame(&mut BufReader::new(broken.as_bytes())).is_none(),
                "{broken}"
            );
        }
    }
}
