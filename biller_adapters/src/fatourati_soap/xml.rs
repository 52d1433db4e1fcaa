//! The little XML that SOAP needs: a tree of elements with text, read with bounds, written without white space.

use quick_xml::escape::partial_escape;
use quick_xml::events::Event;
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use crate::answers::bad;
use crate::connector::BillerFailure;

/// Deepest nesting read: the protocol's own messages have six levels.
const DEPTH_MAX: usize = 12;
/// Most elements read: several thousand articles of six elements each.
const ELEMENTS_MAX: usize = 50_000;

/// An element with either children or text. Attributes other than namespaces have no meaning here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    /// The local name.
    pub(super) name: String,
    /// The namespace, empty for none. Only read, never written from here.
    pub(super) namespace: String,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

impl Element {
    /// An innermost element.
    pub(super) fn leaf(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.to_owned(), text: text.into(), ..Self::default() }
    }

    /// An element around others.
    pub(super) fn group(name: &str, children: Vec<Self>) -> Self {
        Self { name: name.to_owned(), children, ..Self::default() }
    }

    /// The children of a name, in order.
    pub(super) fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a Self> + use<'a, 'n> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The only child of a name.
    pub(super) fn only(&self, name: &str) -> Result<&Self, BillerFailure> {
        let mut found = self.all(name);
        match (found.next(), found.next()) {
            (Some(child), None) => Ok(child),
            (None, _) => Err(bad(format!("<{name}> is missing"))),
            _ => Err(bad(format!("<{name}> is there twice"))),
        }
    }

    /// The text of the only child of a name.
    pub(super) fn value(&self, name: &str) -> Result<&str, BillerFailure> {
        let child = self.only(name)?;
        if child.children.is_empty() { Ok(&child.text) } else { Err(bad(format!("<{name}> holds elements"))) }
    }

    /// Writes the children into `out`, escaped, a carriage return as a character reference so that it survives.
    pub(super) fn write_children(&self, out: &mut String) {
        for child in &self.children {
            out.push_str(&format!("<{}>", child.name));
            if child.children.is_empty() {
                out.push_str(&partial_escape(child.text.as_str()));
            } else {
                child.write_children(out);
            }
            out.push_str(&format!("</{}>", child.name));
        }
    }

    /// Appends the text of every innermost element but `MAC`, in document order.
    pub(super) fn concatenate(&self, out: &mut String) {
        for child in self.children.iter().filter(|child| child.name != "MAC") {
            if child.children.is_empty() {
                out.push_str(&child.text);
            } else {
                child.concatenate(out);
            }
        }
    }
}

/// Whether XML 1.0 can carry a text: most control characters have no form in it, not even escaped.
pub(super) fn is_writable(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '\t' | '\n' | '\r') || (c >= ' ' && !matches!(c, '\u{fffe}' | '\u{ffff}')))
}

/// Reads a document. Refused: a document type (and with it entities), other encodings than UTF-8, depth and size past
/// the bounds, text between elements, two roots.
pub(super) fn parse(bytes: &[u8]) -> Result<Element, BillerFailure> {
    let text = std::str::from_utf8(bytes).map_err(|_| bad("the XML is not UTF-8"))?;
    let mut reader = NsReader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    let mut elements = 0;
    loop {
        // The library's own message may repeat a piece of the answer.
        let at = reader.buffer_position();
        let (resolved, event) =
            reader.read_resolved_event().map_err(|_| bad(format!("malformed XML after byte {at}")))?;
        match event {
            Event::Start(start) => {
                elements += 1;
                if open.len() >= DEPTH_MAX || elements > ELEMENTS_MAX {
                    return Err(bad("the XML is too deep or too large"));
                }
                let namespace = match resolved {
                    ResolveResult::Bound(Namespace(namespace)) => namespace.to_owned(),
                    ResolveResult::Unbound => String::new(),
                    ResolveResult::Unknown(_) => return Err(bad("an XML prefix without a namespace")),
                };
                let name = start.local_name().into_inner().to_owned();
                open.push(Element { name, namespace, ..Element::default() });
            }
            Event::End(_) => {
                let element = open.pop().ok_or_else(|| bad("malformed XML"))?;
                if !element.children.is_empty() && !element.text.trim().is_empty() {
                    return Err(bad("text between XML elements"));
                }
                match open.last_mut() {
                    Some(parent) => parent.children.push(element),
                    None if root.is_none() => root = Some(element),
                    None => return Err(bad("two XML documents in one")),
                }
            }
            Event::Text(text) => append(&mut open, &text.xml10_content())?,
            Event::CData(text) => append(&mut open, &text.xml10_content())?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref().map_err(|_| bad("a wrong character reference"))? {
                    Some(character) => character,
                    None => match &*reference {
                        "amp" => '&',
                        "lt" => '<',
                        "gt" => '>',
                        "quot" => '"',
                        "apos" => '\'',
                        _ => return Err(bad("an XML entity, which the protocol does not allow")),
                    },
                };
                if !is_writable(resolved.encode_utf8(&mut [0; 4])) {
                    return Err(bad("a character reference that XML does not allow"));
                }
                append(&mut open, resolved.encode_utf8(&mut [0; 4]))?;
            }
            Event::DocType(_) => return Err(bad("an XML document type, which the protocol does not allow")),
            Event::Decl(declaration) => {
                let utf8 = match declaration.encoding() {
                    None => true,
                    Some(encoding) => encoding.is_ok_and(|name| name.eq_ignore_ascii_case("utf-8")),
                };
                if !utf8 {
                    return Err(bad("the XML declares another encoding than UTF-8"));
                }
            }
            Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
            Event::Eof => break,
        }
    }
    if !open.is_empty() {
        return Err(bad("the XML is cut off"));
    }
    root.ok_or_else(|| bad("no XML"))
}

fn append(open: &mut [Element], text: &str) -> Result<(), BillerFailure> {
    match open.last_mut() {
        Some(element) => element.text.push_str(text),
        None if text.trim().is_empty() => {}
        None => return Err(bad("text outside the XML document")),
    }
    Ok(())
}
