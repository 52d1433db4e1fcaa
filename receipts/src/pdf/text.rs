//! Shaping and line breaking: from a text to glyphs with places.

use krilla::text::{Font, GlyphId, KrillaGlyph};
use parley::fontique::{Blob, Collection, CollectionOptions, SourceCache};
use parley::{
    Alignment, AlignmentOptions, BaseDirection, FontContext, FontFamily, FontWeight, LayoutContext, LineHeight,
    OverflowWrap, StyleProperty,
};
use std::sync::Arc;

use super::PdfError;

const REGULAR: &[u8] = include_bytes!("../../fonts/IBMPlexSansArabic-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../fonts/IBMPlexSansArabic-SemiBold.ttf");
const FAMILY: &str = "IBM Plex Sans Arabic";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// Size in points, weight, ink and the direction of the paragraph.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub size: f32,
    pub weight: Weight,
    pub ink: [u8; 3],
    pub direction: BaseDirection,
}

/// Glyphs of one font on one baseline; `x` and `y` are relative to the block's upper left corner.
pub(super) struct Run {
    pub x: f32,
    pub y: f32,
    pub weight: Weight,
    pub glyphs: Vec<KrillaGlyph>,
}

/// A paragraph broken into lines.
pub(super) struct Block {
    pub text: String,
    pub style: Style,
    pub runs: Vec<Run>,
    /// The width of the longest line, in points.
    pub ink_width: f32,
    pub height: f32,
}

/// The two fonts and the shaping scratch space of one document.
pub(super) struct Typesetter {
    fonts: FontContext,
    scratch: LayoutContext<()>,
    semi_bold_blob: u64,
}

impl Typesetter {
    pub fn new() -> Self {
        // Only the embedded fonts: what the machine has installed must not change a receipt.
        let options = CollectionOptions { shared: false, system_fonts: false };
        let mut collection = Collection::new(options);
        let semi_bold = Blob::new(Arc::new(SEMI_BOLD));
        let semi_bold_blob = semi_bold.id();
        collection.register_fonts(Blob::new(Arc::new(REGULAR)), None);
        collection.register_fonts(semi_bold, None);
        let fonts = FontContext { collection, source_cache: SourceCache::default() };
        Self { fonts, scratch: LayoutContext::new(), semi_bold_blob }
    }

    /// Shapes and breaks `text` to `width` points, its lines flush with `side`.
    pub fn block(&mut self, style: Style, text: &str, width: f32, side: Side) -> Block {
        let mut builder = self.scratch.ranged_builder(&mut self.fonts, text, 1.0, false);
        builder.set_base_direction(style.direction);
        builder.push_default(StyleProperty::FontFamily(FontFamily::named(FAMILY)));
        builder.push_default(StyleProperty::FontSize(style.size));
        builder.push_default(StyleProperty::LineHeight(LineHeight::FontSizeRelative(1.45)));
        // A reference without spaces may be longer than its column.
        builder.push_default(StyleProperty::OverflowWrap(OverflowWrap::Anywhere));
        builder.push_default(StyleProperty::FontWeight(match style.weight {
            Weight::Regular => FontWeight::NORMAL,
            Weight::SemiBold => FontWeight::SEMI_BOLD,
        }));
        let mut layout = builder.build(text);
        layout.break_all_lines(Some(width));
        let alignment = match side {
            Side::Left => Alignment::Left,
            Side::Right => Alignment::Right,
        };
        layout.align(alignment, AlignmentOptions::default());

        let mut runs = Vec::new();
        for line in layout.lines() {
            let mut x = line.metrics().offset;
            for run in line.runs() {
                let size = run.font_size();
                let is_semi_bold = run.font().data.id() == self.semi_bold_blob;
                let start = x;
                let mut glyphs: Vec<KrillaGlyph> = Vec::new();
                for cluster in run.visual_clusters() {
                    if cluster.is_ligature_continuation() {
                        if let Some(glyph) = glyphs.last_mut() {
                            glyph.text_range.start = glyph.text_range.start.min(cluster.text_range().start);
                            glyph.text_range.end = glyph.text_range.end.max(cluster.text_range().end);
                        }
                        continue;
                    }
                    for glyph in cluster.glyphs() {
                        glyphs.push(KrillaGlyph::new(
                            GlyphId::new(glyph.id),
                            glyph.advance / size,
                            glyph.x / size,
                            glyph.y / size,
                            0.0,
                            cluster.text_range(),
                            None,
                        ));
                        x += glyph.advance;
                    }
                }
                let weight = if is_semi_bold { Weight::SemiBold } else { Weight::Regular };
                runs.push(Run { x: start, y: line.metrics().baseline, weight, glyphs });
            }
        }
        Block { text: text.to_owned(), style, runs, ink_width: layout.width(), height: layout.height() }
    }
}

/// The fonts as the PDF writer embeds them (only the glyphs that are used).
pub(super) struct EmbeddedFonts {
    regular: Font,
    semi_bold: Font,
}

impl EmbeddedFonts {
    pub fn new() -> Result<Self, PdfError> {
        let regular = Font::new(REGULAR.into(), 0).ok_or(PdfError::Font)?;
        let semi_bold = Font::new(SEMI_BOLD.into(), 0).ok_or(PdfError::Font)?;
        Ok(Self { regular, semi_bold })
    }

    pub fn get(&self, weight: Weight) -> Font {
        match weight {
            Weight::Regular => self.regular.clone(),
            Weight::SemiBold => self.semi_bold.clone(),
        }
    }
}
