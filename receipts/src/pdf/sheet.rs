//! Pages as lists of marks, placed from the reader's start edge, and their way into a PDF.

use krilla::Document;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule};

use super::PdfError;
use super::text::{Block, EmbeddedFonts};

/// ISO 216 A4 in points.
pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;

enum Mark {
    Text { x: f32, y: f32, block: Block },
    Shape { path: Path, ink: [u8; 3] },
    Picture { x: f32, y: f32, size: Size, image: Image },
}

/// The pages in the making. `x` always counts from the start edge: the left one, or the right one in Arabic.
pub(super) struct Sheets {
    rtl: bool,
    pages: Vec<Vec<Mark>>,
}

impl Sheets {
    pub fn new(rtl: bool) -> Self {
        Self { rtl, pages: vec![Vec::new()] }
    }

    pub fn add_page(&mut self) {
        self.pages.push(Vec::new());
    }

    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// The left edge of a box of `width` whose start edge is `x` away from the page's.
    fn left(&self, x: f32, width: f32) -> f32 {
        if self.rtl { PAGE_WIDTH - x - width } else { x }
    }

    fn push(&mut self, page: usize, mark: Mark) {
        if let Some(marks) = self.pages.get_mut(page) {
            marks.push(mark);
        }
    }

    /// Places a block that was set to `width`.
    pub fn text(&mut self, page: usize, x: f32, y: f32, width: f32, block: Block) {
        let x = self.left(x, width);
        self.push(page, Mark::Text { x, y, block });
    }

    /// A filled rectangle with corners of radius `radius`.
    pub fn rectangle(&mut self, page: usize, [x, y, width, height]: [f32; 4], radius: f32, ink: [u8; 3]) {
        let (left, top) = (self.left(x, width), y);
        let (right, bottom) = (left + width, top + height);
        // The usual cubic approximation of a quarter circle.
        let pull = radius * 0.447_715;
        let mut path = PathBuilder::new();
        path.move_to(left + radius, top);
        path.line_to(right - radius, top);
        path.cubic_to(right - pull, top, right, top + pull, right, top + radius);
        path.line_to(right, bottom - radius);
        path.cubic_to(right, bottom - pull, right - pull, bottom, right - radius, bottom);
        path.line_to(left + radius, bottom);
        path.cubic_to(left + pull, bottom, left, bottom - pull, left, bottom - radius);
        path.line_to(left, top + radius);
        path.cubic_to(left, top + pull, left + pull, top, left + radius, top);
        path.close();
        if let Some(path) = path.finish() {
            self.push(page, Mark::Shape { path, ink });
        }
    }

    /// A PNG within a square of `side`, at the edge that is nearer to the reader's end. `false`: it cannot be read.
    pub fn picture(&mut self, page: usize, [x, y, side]: [f32; 3], png: &[u8]) -> bool {
        let Ok(image) = Image::from_png(png.to_vec().into(), true) else { return false };
        let (width, height) = image.size();
        let narrow = |side: u32| u16::try_from(side).map(f32::from).unwrap_or(f32::MAX);
        let scale = side / narrow(width.max(height));
        let Some(size) = Size::from_wh(narrow(width) * scale, narrow(height) * scale) else { return false };
        let left = self.left(x + side - size.width(), size.width());
        let y = y + (side - size.height()) / 2.0;
        self.push(page, Mark::Picture { x: left, y, size, image });
        true
    }

    /// A square of `size` filled with modules (row by row, `true` is dark): a QR code is never mirrored.
    pub fn modules(&mut self, page: usize, [x, y, size]: [f32; 3], per_side: usize, dark: &[bool], ink: [u8; 3]) {
        let left = self.left(x, size);
        let Ok(count) = u16::try_from(per_side) else { return };
        let unit = size / f32::from(count);
        let mut path = PathBuilder::new();
        let mut top = y;
        for row in dark.chunks(per_side) {
            // Neighbours are drawn as one bar, so that no hairline shows between them.
            let mut start = left;
            for run in row.chunk_by(|a, b| a == b) {
                let width = unit * f32::from(u16::try_from(run.len()).unwrap_or(0));
                if run.first() == Some(&true)
                    && let Some(bar) = Rect::from_xywh(start, top, width, unit)
                {
                    path.push_rect(bar);
                }
                start += width;
            }
            top += unit;
        }
        if let Some(path) = path.finish() {
            self.push(page, Mark::Shape { path, ink });
        }
    }

    /// Writes every page into `document`.
    pub fn write(self, document: &mut Document) -> Result<(), PdfError> {
        let fonts = EmbeddedFonts::new()?;
        for marks in self.pages {
            let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).ok_or(PdfError::Font)?;
            let mut page = document.start_page_with(settings);
            let mut surface = page.surface();
            for mark in marks {
                match mark {
                    Mark::Shape { path, ink } => {
                        surface.set_fill(Some(fill(ink)));
                        surface.draw_path(&path);
                    }
                    Mark::Picture { x, y, size, image } => {
                        surface.push_transform(&Transform::from_translate(x, y));
                        surface.draw_image(image, size);
                        surface.pop();
                    }
                    Mark::Text { x, y, block } => {
                        surface.set_fill(Some(fill(block.style.ink)));
                        for run in &block.runs {
                            let start = Point::from_xy(x + run.x, y + run.y);
                            let font = fonts.get(run.weight);
                            surface.draw_glyphs(start, &run.glyphs, font, &block.text, block.style.size, false);
                        }
                    }
                }
            }
            surface.finish();
            page.finish();
        }
        Ok(())
    }
}

fn fill([red, green, blue]: [u8; 3]) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}
