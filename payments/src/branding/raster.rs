//! Raster logos: decoded within limits, made small, and written anew as PNG, without anything but their pixels.

use std::io::Cursor;

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::logo::{LogoFault, SIDE_MAX};

/// Longest side as it is kept: what the sharpest screen and a printer show of a logo, and no more than 400 kB at worst.
const SIDE_KEPT: u32 = 320;
/// Most memory that decoding takes: the largest image, with 16 bits a channel, twice.
const DECODED_MAX: usize = 2 * 8 * (SIDE_MAX as usize) * (SIDE_MAX as usize);

/// Most passes over a progressive image: each costs a look at every pixel.
const JPEG_SCANS_MAX: usize = 32;
/// The marker that ends an image.
const JPEG_END: [u8; 2] = [0xff, 0xd9];

/// An image of 8-bit RGBA pixels.
struct Pixels {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

/// Reads a PNG or JPEG; a PNG of it.
pub(super) fn rewrite(bytes: &[u8], is_png: bool) -> Result<Vec<u8>, LogoFault> {
    let pixels = if is_png { of_png(bytes)? } else { of_jpeg(bytes)? };
    let pixels = pixels.shrunk().ok_or(LogoFault::Damaged)?;
    let mut written = Vec::new();
    let mut encoder = png::Encoder::new(&mut written, pixels.width, pixels.height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(|_| LogoFault::Damaged)?;
    writer.write_image_data(&pixels.rgba).map_err(|_| LogoFault::Damaged)?;
    writer.finish().map_err(|_| LogoFault::Damaged)?;
    Ok(written)
}

fn check(width: u32, height: u32) -> Result<(), LogoFault> {
    match (1..=SIDE_MAX).contains(&width) && (1..=SIDE_MAX).contains(&height) {
        true => Ok(()),
        false => Err(LogoFault::Dimensions(width, height)),
    }
}

fn of_png(bytes: &[u8]) -> Result<Pixels, LogoFault> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: DECODED_MAX });
    decoder.set_transformations(png::Transformations::normalize_to_color8() | png::Transformations::ALPHA);
    let header = decoder.read_header_info().map_err(|_| LogoFault::Damaged)?;
    let (width, height) = (header.width, header.height);
    check(width, height)?;
    let mut reader = decoder.read_info().map_err(|_| LogoFault::Damaged)?;
    let size = reader.output_buffer_size().filter(|size| *size <= DECODED_MAX).ok_or(LogoFault::Damaged)?;
    let mut buffer = vec![0; size];
    let frame = reader.next_frame(&mut buffer).map_err(|_| LogoFault::Damaged)?;
    // An end that is missing is a file that was cut.
    reader.finish().map_err(|_| LogoFault::Damaged)?;
    buffer.truncate(frame.buffer_size());
    let rgba = match frame.color_type {
        png::ColorType::Rgba => buffer,
        png::ColorType::GrayscaleAlpha => {
            buffer.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect()
        }
        _ => return Err(LogoFault::Damaged),
    };
    Ok(Pixels { width: frame.width, height: frame.height, rgba })
}

fn of_jpeg(bytes: &[u8]) -> Result<Pixels, LogoFault> {
    // Strict: what is cut off or damaged is no logo.
    let options = DecoderOptions::new_safe()
        .set_strict_mode(true)
        .jpeg_set_max_scans(JPEG_SCANS_MAX)
        .set_max_width(usize::from(u16::MAX))
        .set_max_height(usize::from(u16::MAX))
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|_| LogoFault::Damaged)?;
    let info = decoder.info().ok_or(LogoFault::Damaged)?;
    let (width, height) = (u32::from(info.width), u32::from(info.height));
    check(width, height)?;
    // The decoder fills up what was cut off.
    if !bytes.windows(JPEG_END.len()).any(|two| two == JPEG_END) {
        return Err(LogoFault::Damaged);
    }
    let rgba = decoder.decode().map_err(|_| LogoFault::Damaged)?;
    Ok(Pixels { width, height, rgba })
}

impl Pixels {
    /// At most [`SIDE_KEPT`] on the longer side; each new pixel is the mean of those it stands for, weighed by how opaque
    /// they are. `None` if there are not as many pixels as there should be.
    fn shrunk(self) -> Option<Self> {
        let (old_width, old_height) = (usize::try_from(self.width).ok()?, usize::try_from(self.height).ok()?);
        if self.rgba.len() != old_width.checked_mul(old_height)?.checked_mul(4)? {
            return None;
        }
        let longer = self.width.max(self.height);
        if longer <= SIDE_KEPT {
            return Some(self);
        }
        let scaled = |side: u32| (side * SIDE_KEPT / longer).max(1);
        let (width, height) = (scaled(self.width), scaled(self.height));
        let (new_width, new_height) = (usize::try_from(width).ok()?, usize::try_from(height).ok()?);
        let mut rgba = Vec::with_capacity(4 * new_width * new_height);
        for y in 0..new_height {
            let rows = y * old_height / new_height..((y + 1) * old_height).div_ceil(new_height);
            for x in 0..new_width {
                let columns = x * old_width / new_width..((x + 1) * old_width).div_ceil(new_width);
                let (mut sums, mut opacity, mut count) = ([0_u64; 3], 0_u64, 0_u64);
                for row in rows.clone() {
                    for column in columns.clone() {
                        let at = 4 * (row * old_width + column);
                        let [red, green, blue, alpha] = *self.rgba.get(at..at + 4)? else { return None };
                        for (sum, channel) in sums.iter_mut().zip([red, green, blue]) {
                            *sum += u64::from(channel) * u64::from(alpha);
                        }
                        opacity += u64::from(alpha);
                        count += 1;
                    }
                }
                let mean = |sum: u64, of: u64| u8::try_from((sum + of / 2).checked_div(of).unwrap_or(0)).ok();
                for sum in sums {
                    rgba.push(mean(sum, opacity)?);
                }
                rgba.push(mean(opacity, count)?);
            }
        }
        Some(Self { width, height, rgba })
    }
}
