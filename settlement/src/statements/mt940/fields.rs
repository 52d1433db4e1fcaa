//! Fields of a SWIFT message, line by line.

use std::io::{BufRead, Read};

use crate::statements::fault::{Fault, FaultKind, Place, ReadError, shown};
use crate::statements::source::{Limit, Source};

/// SWIFT's lines have 65 characters; some banks put a whole field on one.
const LINE_BYTES_MAX: u64 = 4 << 10;
/// `:86:` has 6 lines of 65 characters; banks use up to 25.
const LINES_MAX: usize = 64;

/// A field with its lines.
#[derive(Default)]
pub(super) struct Field {
    /// `20`, `28C`, `60F`.
    pub(super) tag: String,
    pub(super) place: Place,
    /// Without line ends and trailing blanks; the first without the tag.
    pub(super) lines: Vec<String>,
}

impl Field {
    pub(super) fn first(&self) -> &str {
        self.lines.first().map(String::as_str).unwrap_or_default()
    }

    pub(super) fn fault(&self, kind: FaultKind, what: impl Into<String>) -> Fault {
        Fault { place: self.place, path: format!(":{}:", self.tag), kind, what: what.into() }
    }

    /// A fault beyond which nothing is read.
    pub(super) fn refuse(&self, what: impl Into<String>) -> ReadError {
        self.fault(FaultKind::Form, what).into()
    }
}

/// What stands in a file.
pub(super) enum Piece {
    Field(Field),
    /// `-` or `-}`.
    End,
    /// The file's end.
    Eof,
}

/// One line of the file.
struct Line {
    place: Place,
    text: String,
    /// Whether a line feed ended it.
    ended: bool,
}

/// Puts lines together.
pub(super) struct Fields<R> {
    source: Source<R>,
    /// The line that ended the field before.
    next: Option<Line>,
    /// Within `{4:`, which ends with `-}`.
    in_block: bool,
}

impl<R: BufRead> Fields<R> {
    pub(super) fn new(source: Source<R>) -> Self {
        Self { source, next: None, in_block: false }
    }

    pub(super) fn sha256(&self) -> Option<String> {
        self.source.sha256()
    }

    /// The next field or end. `outside`: no statement is open, so that a message may begin.
    pub(super) fn next(&mut self, outside: bool) -> Result<Piece, ReadError> {
        loop {
            let Some(line) = self.line()? else {
                if self.in_block {
                    let what = "the file ends before -}, which ends the message: it may have been cut off";
                    return Err(refuse(self.source.place(), what));
                }
                return Ok(Piece::Eof);
            };
            if is_end(&line.text) {
                if self.in_block && line.text == "-" && !line.ended {
                    return Err(refuse(line.place, "the file ends before -}: it may have been cut off"));
                }
                self.in_block = line.text.contains("{4:");
                return Ok(Piece::End);
            }
            if !line.ended {
                return Err(refuse(line.place, "the file ends within this line: it may have been cut off"));
            }
            if let Some((tag, rest)) = tag(&line.text) {
                let field = Field { tag: tag.to_owned(), place: line.place, lines: vec![rest.to_owned()] };
                return self.rest_of(field).map(Piece::Field);
            }
            match line.text.as_str() {
                "" => {}
                text if outside && text.starts_with('{') => self.header(line.place, text)?,
                text if outside && is_envelope(text) => {}
                text if outside => {
                    return Err(refuse(line.place, format!("'{}' outside of a statement, expected :20:", shown(text))));
                }
                text => return Err(refuse(line.place, format!("'{}', expected a field such as :61:", shown(text)))),
            }
        }
    }

    /// `{1:..}{2:..}{4:`; the type of the message stands in block 2.
    fn header(&mut self, place: Place, text: &str) -> Result<(), ReadError> {
        if let Some((_, block)) = text.split_once("{2:") {
            let message: String = block.chars().skip(1).take(3).collect();
            if message != "940" {
                return Err(refuse(place, format!("an MT{}, expected an MT940", shown(&message))));
            }
        }
        self.in_block |= text.contains("{4:");
        Ok(())
    }

    fn rest_of(&mut self, mut field: Field) -> Result<Field, ReadError> {
        while let Some(line) = self.line()? {
            if is_end(&line.text) || tag(&line.text).is_some() {
                self.next = Some(line);
                break;
            }
            if !line.ended {
                return Err(refuse(line.place, "the file ends within this line: it may have been cut off"));
            }
            if !line.text.is_empty() {
                field.lines.push(line.text);
            }
            if field.lines.len() > LINES_MAX {
                return Err(field.refuse(format!("a field of more than {LINES_MAX} lines")));
            }
        }
        Ok(field)
    }

    fn line(&mut self) -> Result<Option<Line>, ReadError> {
        if let Some(line) = self.next.take() {
            return Ok(Some(line));
        }
        let place = self.source.place();
        let mut bytes = Vec::new();
        (&mut self.source).take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).map_err(|error| {
            match Limit::of(&error) {
                Some(limit) => refuse(place, limit.to_string()),
                None => ReadError::Io(error),
            }
        })?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let ended = bytes.last() == Some(&b'\n');
        if !ended && u64::try_from(bytes.len()).is_ok_and(|length| length >= LINE_BYTES_MAX) {
            return Err(refuse(place, format!("a line of more than {LINE_BYTES_MAX} bytes")));
        }
        let text = decode(bytes);
        let text = text.trim_end();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\u{1}' | '\u{3}' | '\u{80}'..='\u{9f}')) {
            return Err(refuse(place, "a control character"));
        }
        // Some banks keep the marks of the transmission around a message.
        let text = text.trim_matches(['\u{1}', '\u{3}', '\u{feff}']).to_owned();
        Ok(Some(Line { place, text, ended }))
    }
}

/// SWIFT's characters are ASCII; what goes beyond is UTF-8 where it can be, else Latin-1.
fn decode(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| error.as_bytes().iter().copied().map(char::from).collect())
}

fn is_end(text: &str) -> bool {
    text == "-" || text.starts_with("-}")
}

/// Two digits and perhaps a letter between colons.
fn tag(text: &str) -> Option<(&str, &str)> {
    let (tag, rest) = text.strip_prefix(':')?.split_once(':')?;
    let sound = match tag.as_bytes() {
        [a, b] => a.is_ascii_digit() && b.is_ascii_digit(),
        [a, b, c] => a.is_ascii_digit() && b.is_ascii_digit() && c.is_ascii_uppercase(),
        _ => false,
    };
    sound.then_some((tag, rest))
}

/// The lines that older bank software puts before a message: a BIC, the message's number.
fn is_envelope(text: &str) -> bool {
    let is_bic = matches!(text.len(), 8 | 11 | 12)
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        && text.bytes().take(6).all(|byte| byte.is_ascii_uppercase());
    is_bic || text == "940" || text.starts_with("940 ")
}

pub(super) fn refuse(place: Place, what: impl Into<String>) -> ReadError {
    Fault { place, path: String::new(), kind: FaultKind::Form, what: what.into() }.into()
}
