//! Vector logos: read against a list of what a drawing needs, and written anew from it.
//!
//! Whatever could run, load or refer to anything else is refused by name; what drawing programs leave behind
//! (metadata, their own namespaces, comments, titles) is left out. Values hold no colon, so no address either.

use std::collections::BTreeMap;
use std::fmt::Write;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use rust_decimal::Decimal;

use super::logo::{LogoFault, SIDE_MAX};

/// Deepest nesting: drawing programs stay below ten.
const DEPTH_MAX: usize = 32;
/// Most elements: more is a picture, not a logo.
const ELEMENTS_MAX: usize = 3_000;
/// Most characters of an `id`.
const ID_MAX: usize = 64;

const SHAPES: &[&str] = &[
    "svg",
    "g",
    "defs",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
];
/// Nothing of them is shown; they are left out with all that is in them.
const SILENT: &[&str] = &["title", "desc", "metadata"];
const PLAIN: &[&str] = &[
    "d",
    "x",
    "y",
    "width",
    "height",
    "rx",
    "ry",
    "cx",
    "cy",
    "r",
    "x1",
    "y1",
    "x2",
    "y2",
    "fx",
    "fy",
    "points",
    "transform",
    "viewBox",
    "preserveAspectRatio",
    "opacity",
    "fill-opacity",
    "fill-rule",
    "clip-rule",
    "stroke-width",
    "stroke-linecap",
    "stroke-linejoin",
    "stroke-miterlimit",
    "stroke-dasharray",
    "stroke-dashoffset",
    "stroke-opacity",
    "offset",
    "stop-color",
    "stop-opacity",
    "gradientUnits",
    "gradientTransform",
    "spreadMethod",
    "clipPathUnits",
    "color",
    "display",
    "visibility",
];
/// Those that may refer to something in the same drawing: `url(#id)`.
const REFERRING: &[&str] = &["fill", "stroke", "clip-path"];

/// Reads an SVG; a plain one that looks the same.
pub(super) fn rewrite(bytes: &[u8]) -> Result<String, LogoFault> {
    let text = std::str::from_utf8(bytes).map_err(|error| fault(bytes, error.valid_up_to(), "text in UTF-8 only"))?;
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let mut drawing = Drawing::default();
    loop {
        let at = usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX);
        let refuse = |what: String| fault(bytes, at, &what);
        let event = reader.read_event().map_err(|error| refuse(format!("not XML: {error}")))?;
        match event {
            Event::Start(element) => drawing.open(&element, false).map_err(refuse)?,
            Event::Empty(element) => drawing.open(&element, true).map_err(refuse)?,
            Event::End(_) => drawing.close(),
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().transpose().map_err(|error| refuse(error.to_string()))?;
                if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
                    return Err(refuse("an encoding other than UTF-8".to_owned()));
                }
            }
            Event::Comment(_) => {}
            Event::Text(text) if drawing.skipped > 0 || text.trim().is_empty() => {}
            Event::CData(_) | Event::GeneralRef(_) if drawing.skipped > 0 => {}
            Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) => {
                return Err(refuse("text outside of shapes".to_owned()));
            }
            Event::DocType(_) => return Err(refuse("<!DOCTYPE>".to_owned())),
            Event::PI(_) => return Err(refuse("a processing instruction <?...?>".to_owned())),
            Event::Eof => break,
        }
    }
    drawing.finish().map_err(|what| fault(bytes, bytes.len(), &what))
}

fn fault(bytes: &[u8], at: usize, what: &str) -> LogoFault {
    let line = 1 + bytes.iter().take(at).filter(|byte| **byte == b'\n').count();
    LogoFault::Svg(line, what.chars().take(120).collect())
}

/// The drawing as it is written anew.
#[derive(Default)]
struct Drawing {
    written: String,
    /// The names of open elements.
    open: Vec<&'static str>,
    /// Open elements, from the first one that is left out.
    skipped: usize,
    elements: usize,
    is_over: bool,
}

impl Drawing {
    fn open(&mut self, element: &BytesStart<'_>, is_empty: bool) -> Result<(), String> {
        self.elements += 1;
        if self.elements > ELEMENTS_MAX {
            return Err(format!("more than {ELEMENTS_MAX} elements"));
        }
        if self.open.len() + self.skipped >= DEPTH_MAX {
            return Err(format!("elements more than {DEPTH_MAX} deep"));
        }
        let name = element.name();
        let name: &str = name.as_ref();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        if self.skipped > 0 {
            self.skipped += usize::from(!is_empty);
            return Ok(());
        }
        let shape = SHAPES.iter().find(|shape| **shape == local).filter(|_| matches!(prefix, "" | "svg"));
        let Some(shape) = shape else {
            // Another namespace's own elements draw nothing.
            if SILENT.contains(&local) || !matches!(prefix, "" | "svg") && !self.open.is_empty() {
                self.skipped += usize::from(!is_empty);
                return Ok(());
            }
            return Err(format!("<{name}>"));
        };
        if self.is_over || (*shape == "svg") != self.open.is_empty() {
            return Err("one drawing, whose only <svg> is the outermost element".to_owned());
        }
        let mut attributes = attributes(element)?;
        if *shape == "svg" {
            frame(&mut attributes)?;
        }
        // Writing into a text cannot fail.
        let _ = write!(self.written, "<{shape}");
        if *shape == "svg" {
            self.written.push_str(" xmlns=\"http://www.w3.org/2000/svg\"");
        }
        for (name, value) in attributes {
            let _ = write!(self.written, " {name}=\"{value}\"");
        }
        if is_empty {
            self.written.push_str("/>");
            self.is_over = self.open.is_empty();
        } else {
            self.written.push('>');
            self.open.push(shape);
        }
        Ok(())
    }

    fn close(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(name) = self.open.pop() {
            let _ = write!(self.written, "</{name}>");
            self.is_over = self.open.is_empty();
        }
    }

    fn finish(self) -> Result<String, String> {
        match self.is_over && self.open.is_empty() && self.skipped == 0 {
            true => Ok(self.written),
            false => Err("an end before its drawing's end".to_owned()),
        }
    }
}

/// The attributes that are kept, declarations of `style` among them.
fn attributes(element: &BytesStart<'_>) -> Result<BTreeMap<&'static str, String>, String> {
    let mut kept = BTreeMap::new();
    let mut styles = Vec::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let (name, value): (&str, &str) = (attribute.key.as_ref(), &attribute.value);
        match name {
            _ if name.to_ascii_lowercase().starts_with("on") => return Err(format!("{name}=")),
            "href" | "xlink:href" => {
                let target = value.strip_prefix('#').filter(|id| is_id(id));
                let target = target.ok_or_else(|| format!("{name}= to something other than #id"))?;
                kept.insert("href", format!("#{target}"));
            }
            "id" if is_id(value) => {
                kept.insert("id", value.to_owned());
            }
            "id" => return Err("an id of other than 1 to 64 letters, digits, '-', '_' and '.'".to_owned()),
            "style" => {
                let parts = value.split(';').filter_map(|part| part.split_once(':'));
                styles.extend(parts.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())));
            }
            _ => keep(&mut kept, name, value)?,
        }
    }
    for (name, value) in styles {
        keep(&mut kept, &name, &value)?;
    }
    Ok(kept)
}

/// Keeps an attribute that drawings need; others are left out, as nothing comes of them.
fn keep(kept: &mut BTreeMap<&'static str, String>, name: &str, value: &str) -> Result<(), String> {
    let lower = value.to_ascii_lowercase();
    if lower.contains("url") || lower.contains("script") || lower.contains("expression") || value.contains('&') {
        let name = REFERRING.iter().find(|known| **known == name);
        let id = value.strip_prefix("url(#").and_then(|rest| rest.strip_suffix(')')).filter(|id| is_id(id));
        let (Some(name), Some(id)) = (name, id) else {
            return Err(format!("a value that refers to something: {value}"));
        };
        kept.insert(name, format!("url(#{id})"));
        return Ok(());
    }
    let Some(name) = PLAIN.iter().chain(REFERRING).find(|known| **known == name) else { return Ok(()) };
    let plain = |c: char| c.is_ascii_alphanumeric() || c.is_ascii_whitespace() || " .,#%()+-_".contains(c);
    if !value.chars().all(plain) {
        return Err(format!("{name}= with other than letters, digits and . , # % ( ) + - _"));
    }
    kept.insert(name, value.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
    Ok(())
}

fn is_id(text: &str) -> bool {
    (1..=ID_MAX).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

/// A drawing is as large as where it is shown: only its proportions are kept.
fn frame(attributes: &mut BTreeMap<&'static str, String>) -> Result<(), String> {
    let side = |text: Option<String>| text.and_then(|text| text.trim_end_matches("px").parse::<Decimal>().ok());
    let (width, height) = (side(attributes.remove("width")), side(attributes.remove("height")));
    let numbers = attributes.get("viewBox").map(|text| {
        let parts = text.split([' ', ',']).filter(|part| !part.is_empty()).map(str::parse::<Decimal>);
        parts.collect::<Result<Vec<_>, _>>().unwrap_or_default()
    });
    let (shown, view) = match (numbers.as_deref(), width.zip(height)) {
        (Some(&[x, y, width, height]), _) => ((width, height), format!("{x} {y} {width} {height}")),
        (None, Some((width, height))) => ((width, height), format!("0 0 {width} {height}")),
        _ => return Err("<svg> without a viewBox of four numbers".to_owned()),
    };
    let most = Decimal::from(SIDE_MAX);
    let fits = |side: Decimal| side > Decimal::ZERO && side <= most;
    let given = [width, height].into_iter().flatten().all(fits);
    if !(given && fits(shown.0) && fits(shown.1)) {
        return Err(format!("sides of other than 1 to {SIDE_MAX}"));
    }
    attributes.insert("viewBox", view);
    Ok(())
}
