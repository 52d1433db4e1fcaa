//! A cursor over an XML message: element by element, never more than one text in memory.
//!
//! There is no DTD, so that entities cannot be declared; every element but supplementary data is of the root's
//! namespace, so that nothing can hide under another prefix.

mod values;

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

pub(super) use self::values::whole;
use super::fault::{Fault, FaultKind, Place, ReadError, shown};
use super::source::{Limit, Source};

/// The messages nest 15 deep; supplementary data may add its own.
const DEPTH_MAX: usize = 32;
/// The longest text of a message has 500 characters (`AddtlNtryInf`), some of them references.
const TEXT_BYTES_MAX: usize = 8 << 10;
/// One tag, comment or run of text, as it stands in the file.
const PIECE_BYTES_MAX: u64 = 16 << 10;
/// The root has a few namespaces, an amount one currency.
const ATTRIBUTES_MAX: usize = 16;

/// Where the cursor went.
enum Step {
    /// Into an element.
    Open,
    /// To the end of the current one, which is still on the path.
    Close,
    /// Past the root.
    End,
}

/// A cursor that stands in the root.
pub(super) struct Cursor<R> {
    reader: Reader<Source<R>>,
    buffer: Vec<u8>,
    /// `Document/BkToCstmrStmt/Stmt`, then perhaps the element left last.
    path: String,
    /// Where the path of the element the cursor is in ends.
    path_end: usize,
    /// Where each name of the path begins.
    names: Vec<usize>,
    /// The prefix of the root's names, with its colon; empty without one.
    prefix: String,
    namespace: String,
    /// `Ccy` of the element entered last.
    currency: String,
    /// Text since the last tag.
    text: String,
    /// Where the event read last begins.
    place: Place,
    rooted: bool,
}

impl<R: BufRead> Cursor<R> {
    /// Enters the root element.
    pub(super) fn new(source: Source<R>) -> Result<Self, ReadError> {
        let mut reader = Reader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        let mut cursor = Self {
            reader,
            buffer: Vec::new(),
            path: String::new(),
            path_end: 0,
            names: Vec::new(),
            prefix: String::new(),
            namespace: String::new(),
            currency: String::new(),
            text: String::new(),
            place: Place { line: 1, column: 1 },
            rooted: false,
        };
        match cursor.step()? {
            Step::Open => Ok(cursor),
            Step::Close | Step::End => Err(cursor.fault("the file has no element: an ISO 20022 message is expected")),
        }
    }

    /// The root's namespace.
    pub(super) fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The name of the element the cursor is in.
    pub(super) fn name(&self) -> &str {
        self.names.last().and_then(|start| self.path.get(*start..self.path_end)).unwrap_or_default()
    }

    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// SHA-256 of the file, once it is read to its end.
    pub(super) fn sha256(&self) -> Option<String> {
        self.reader.get_ref().sha256()
    }

    /// A fault of the element the cursor is in, beyond which nothing is read.
    pub(super) fn fault(&self, what: impl Into<String>) -> ReadError {
        self.fault_at(self.place, what.into()).into()
    }

    /// The same, of the element that was left last.
    pub(super) fn fault_behind(&self, what: impl Into<String>) -> ReadError {
        Fault { place: self.place, path: self.path.clone(), kind: FaultKind::Form, what: what.into() }.into()
    }

    fn fault_at(&self, place: Place, what: String) -> Fault {
        let path = self.path.get(..self.path_end).unwrap_or_default().to_owned();
        Fault { place, path, kind: FaultKind::Form, what }
    }

    /// Enters the next child and gives its name; at the end of the element leaves it and gives `None`.
    pub(super) fn child(&mut self) -> Result<Option<&str>, ReadError> {
        match self.step()? {
            Step::Open => Ok(Some(self.name())),
            Step::Close if self.text.trim().is_empty() => {
                self.leave();
                Ok(None)
            }
            Step::Close => Err(self.fault(format!("text '{}' where elements are expected", shown(self.text.trim())))),
            Step::End => Err(self.fault("the file ends within this element: it may have been cut off")),
        }
    }

    /// Leaves the element without reading it.
    pub(super) fn skip(&mut self) -> Result<(), ReadError> {
        let depth = self.names.len();
        loop {
            match self.step()? {
                Step::Open => {}
                Step::Close => {
                    self.leave();
                    if self.names.len() < depth {
                        return Ok(());
                    }
                }
                Step::End => return Err(self.fault("the file ends within this element: it may have been cut off")),
            }
        }
    }

    /// Reads the text of an element without children and leaves it. The error of `read` becomes a fault at its tag.
    pub(super) fn leaf<T>(&mut self, read: impl FnOnce(&str) -> Result<T, String>) -> Result<T, ReadError> {
        let place = self.place;
        match self.step()? {
            Step::Open => Err(self.fault("an element where only text is expected")),
            Step::Close => {
                let value = read(self.text.trim()).map_err(|what| self.fault_at(place, what))?;
                self.leave();
                Ok(value)
            }
            Step::End => Err(self.fault("the file ends within this element: it may have been cut off")),
        }
    }

    /// Keeps what may be said once.
    pub(super) fn once<T>(&self, slot: &mut Option<T>, value: T) -> Result<(), ReadError> {
        match slot.replace(value) {
            None => Ok(()),
            Some(_) => Err(self.fault_behind("it may stand here once, and is there again")),
        }
    }

    /// Reads on to the end of the file after the root was left.
    pub(super) fn finish(&mut self) -> Result<(), ReadError> {
        match self.step()? {
            Step::End => Ok(()),
            Step::Open | Step::Close => Err(self.fault("an element after the end of the message")),
        }
    }

    fn leave(&mut self) {
        let start = self.names.pop().unwrap_or_default();
        self.path.truncate(self.path_end);
        self.path_end = start.saturating_sub(1);
        self.text.clear();
    }

    /// Goes to the next tag; what text stands before it is in `text`.
    fn step(&mut self) -> Result<Step, ReadError> {
        self.text.clear();
        loop {
            self.place = self.reader.get_ref().place();
            self.reader.get_mut().piece(PIECE_BYTES_MAX);
            self.buffer.clear();
            let mut buffer = std::mem::take(&mut self.buffer);
            let step = match self.reader.read_event_into(&mut buffer) {
                Ok(event) => self.take(event),
                Err(error) => Err(self.read_error(error)),
            };
            self.buffer = buffer;
            if let Some(step) = step? {
                return Ok(step);
            }
        }
    }

    /// Takes one event; `None` where it is no tag.
    fn take(&mut self, event: Event<'_>) -> Result<Option<Step>, ReadError> {
        match event {
            Event::Start(start) => self.open(&start).map(Some),
            Event::End(_) => Ok(Some(Step::Close)),
            Event::Text(text) => self.add(&text.xml10_content()),
            Event::CData(text) => self.add(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let bad = |error| format!("not well-formed XML: {error}");
                let character = match reference.resolve_char_ref().map_err(|error| self.fault(bad(error)))? {
                    Some(character) => character,
                    None => match reference.xml10_content().as_ref() {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        other => return Err(self.fault(format!("the entity &{}; is not accepted", shown(other)))),
                    },
                };
                self.add(character.encode_utf8(&mut [0; 4]))
            }
            Event::DocType(_) => {
                Err(self.fault("a DOCTYPE is not accepted: messages have none, nor entities of their own"))
            }
            Event::Decl(declaration) => match declaration.encoding() {
                None => Ok(None),
                Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("UTF-8") => Ok(None),
                Some(Ok(encoding)) => Err(self.fault(format!("encoding {}, expected UTF-8", shown(&encoding)))),
                Some(Err(error)) => Err(self.fault(format!("not well-formed XML: {error}"))),
            },
            Event::Comment(_) | Event::PI(_) => Ok(None),
            Event::Eof if self.names.is_empty() => Ok(Some(Step::End)),
            Event::Eof => Err(self.fault("the file ends within this element: it may have been cut off")),
            Event::Empty(_) => Err(self.fault("not well-formed XML")),
        }
    }

    fn add(&mut self, text: &str) -> Result<Option<Step>, ReadError> {
        if self.names.is_empty() && !text.trim().is_empty() {
            return Err(self.fault(format!("text '{}' outside of the message", shown(text.trim()))));
        }
        if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{80}'..='\u{9f}')) {
            return Err(self.fault("a control character in a text"));
        }
        // Runs of blanks between elements are no text and need no room.
        if self.text.is_empty() && text.trim().is_empty() {
            return Ok(None);
        }
        self.text.push_str(text);
        if self.text.len() > TEXT_BYTES_MAX {
            return Err(self.fault(format!("a text of more than {TEXT_BYTES_MAX} bytes")));
        }
        Ok(None)
    }

    fn open(&mut self, start: &BytesStart<'_>) -> Result<Step, ReadError> {
        if !self.text.is_empty() {
            return Err(self.fault(format!("text '{}' where elements are expected", shown(self.text.trim()))));
        }
        if self.names.is_empty() && self.rooted {
            return Err(self.fault("a second root element: a file holds one message"));
        }
        let qualified = start.name();
        let name = match (self.rooted, qualified.as_ref().rsplit_once(':')) {
            (false, Some((prefix, local))) => {
                self.prefix = format!("{prefix}:");
                local
            }
            (false, None) => qualified.as_ref(),
            (true, _) => qualified.as_ref().strip_prefix(self.prefix.as_str()).unwrap_or(qualified.as_ref()),
        };
        self.path.truncate(self.path_end);
        if !self.names.is_empty() {
            self.path.push('/');
        }
        self.names.push(self.path.len());
        self.path.push_str(name);
        self.path_end = self.path.len();
        if self.names.len() > DEPTH_MAX {
            return Err(self.fault(format!("more than {DEPTH_MAX} levels of elements")));
        }
        let foreign = self.rooted && (name.contains(':') || (!self.prefix.is_empty() && name == qualified.as_ref()));
        let redeclared = self.attributes(start)?;
        if (foreign || redeclared) && !self.path.contains("/Envlp/") {
            return Err(self.fault(format!("an element outside of the message's namespace {}", shown(&self.namespace))));
        }
        self.rooted = true;
        Ok(Step::Open)
    }

    /// Keeps the root's namespace and an element's currency; says whether the message's prefix is given another
    /// meaning.
    fn attributes(&mut self, start: &BytesStart<'_>) -> Result<bool, ReadError> {
        self.currency.clear();
        if start.attributes_raw().trim().is_empty() {
            return Ok(false);
        }
        let declares = match self.prefix.strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let mut redeclared = false;
        for (count, attribute) in start.attributes().enumerate() {
            let attribute = attribute.map_err(|error| self.fault(format!("not well-formed XML: {error}")))?;
            if count >= ATTRIBUTES_MAX {
                return Err(self.fault(format!("more than {ATTRIBUTES_MAX} attributes")));
            }
            match attribute.key.as_ref() {
                name if name == declares && !self.rooted => self.namespace = attribute.value.into_owned(),
                name if name == declares => redeclared |= attribute.value != self.namespace,
                "Ccy" => self.currency = attribute.value.into_owned(),
                _ => {}
            }
        }
        Ok(redeclared)
    }

    fn read_error(&self, error: quick_xml::Error) -> ReadError {
        match error {
            quick_xml::Error::Io(cause) => match Limit::of(&cause) {
                Some(limit) => self.fault(limit.to_string()),
                None => ReadError::Io(std::io::Error::new(cause.kind(), cause)),
            },
            quick_xml::Error::Encoding(_) => self.fault("a character that is not UTF-8"),
            quick_xml::Error::Syntax(_) => self.fault(format!("not well-formed XML: {error}")),
            error => self.fault(format!("not well-formed XML: {error}")),
        }
    }
}
