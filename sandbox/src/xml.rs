//! A small reader of XML messages: a tree of elements, bounded in depth, without DTD.

use quick_xml::Reader;
use quick_xml::events::Event;

/// Neither protocol nests deeper than 6; the SOAP document allows 12.
const DEPTH_MAX: usize = 12;

/// An element: its local name, its attributes, its own text, its children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Node>,
}

impl Node {
    /// The first child of that name.
    pub fn child(&self, name: &str) -> Option<&Node> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child of that name; `None` without one.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }

    /// The value of an attribute; `None` without it.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Every child of that name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads one document.
pub(crate) fn parse(text: &str) -> Result<Node, String> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Node> = vec![Node::default()];
    loop {
        let event = reader.read_event().map_err(|fault| format!("not well-formed: {fault}"))?;
        let depth = open.len();
        let Some(top) = open.last_mut() else { return Err("not well-formed: an end without a start".into()) };
        match event {
            Event::Start(start) => {
                if depth > DEPTH_MAX {
                    return Err(format!("more than {DEPTH_MAX} levels of elements"));
                }
                open.push(element(&start)?);
            }
            Event::Empty(empty) => {
                top.children.push(element(&empty)?);
            }
            Event::End(_) => {
                let closed = open.pop().unwrap_or_default();
                match open.last_mut() {
                    Some(parent) => parent.children.push(closed),
                    None => return Err("not well-formed: an end without a start".into()),
                }
            }
            Event::Text(piece) => top.text.push_str(&piece.xml10_content()),
            Event::CData(piece) => top.text.push_str(&piece.xml10_content()),
            Event::GeneralRef(reference) => top.text.push(resolve(&reference)?),
            Event::DocType(_) => return Err("a DTD is not accepted".into()),
            Event::Comment(_) | Event::PI(_) | Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    match (open.pop(), open.is_empty()) {
        (Some(root), true) if root.children.len() == 1 => root.children.into_iter().next().ok_or_else(String::new),
        _ => Err("not well-formed: exactly one closed root element is expected".into()),
    }
}

fn element(start: &quick_xml::events::BytesStart<'_>) -> Result<Node, String> {
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|fault| format!("not well-formed: {fault}"))?;
        let value =
            quick_xml::escape::unescape(&attribute.value).map_err(|fault| format!("not well-formed: {fault}"))?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(Node { name: start.local_name().as_ref().to_owned(), attributes, ..Node::default() })
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, String> {
    if let Some(character) = reference.resolve_char_ref().map_err(|fault| format!("not well-formed: {fault}"))? {
        return Ok(character);
    }
    match reference.xml10_content().as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        other => Err(format!("the entity &{other}; is not accepted")),
    }
}

/// A text as it stands between tags; a carriage return survives as a reference.
pub(crate) fn escape(text: &str) -> String {
    quick_xml::escape::escape(text).replace('\r', "&#13;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn reads_names_texts_and_references() {
        let node = parse("<?xml version=\"1.0\"?><a:x xmlns:a=\"u\"><b> 1 &amp; &#233;&#13;</b><b/></a:x>").unwrap();
        assert_eq!(node.name, "x");
        assert_eq!(node.all("b").map(|b| b.text.as_str()).collect::<Vec<_>>(), [" 1 & é\r", ""]);
    }

    #[test]
    fn reads_attributes() {
        let node = parse("<a b=\"1 &amp; 2\"><c d='x'/></a>").unwrap();
        assert_eq!((node.attribute("b"), node.attribute("c")), (Some("1 & 2"), None));
        assert_eq!(node.child("c").unwrap().attribute("d"), Some("x"));
    }

    #[rstest]
    #[case("")]
    #[case("text")]
    #[case("<a>")]
    #[case("<a></b>")]
    #[case("<a/><b/>")]
    #[case("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>")]
    #[case("<a>&x;</a>")]
    #[case("<a><a><a><a><a><a><a><a><a><a><a><a><a></a></a></a></a></a></a></a></a></a></a></a></a></a>")]
    fn refuses(#[case] text: &str) {
        assert!(parse(text).is_err(), "{text}");
    }
}
