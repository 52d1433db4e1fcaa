//! Logos of all kinds, and forms.

use std::io::Cursor;

use ledger::LogoKind;
use proptest::prelude::*;
use rstest::rstest;

use super::*;

const NS: &str = "xmlns=\"http://www.w3.org/2000/svg\"";

fn svg(inside: &str) -> String {
    format!("<svg {NS} viewBox=\"0 0 24 24\">{inside}</svg>")
}

fn image(width: u32, height: u32, colour: png::ColorType, pixel: &[u8]) -> Vec<u8> {
    let mut written = Vec::new();
    let mut encoder = png::Encoder::new(&mut written, width, height);
    encoder.set_color(colour);
    encoder.add_text_chunk("Comment".to_owned(), "<script>alert(1)</script>".to_owned()).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&pixel.repeat(usize::try_from(width * height).unwrap())).unwrap();
    writer.finish().unwrap();
    written
}

/// Width, height and first pixel.
fn decoded(bytes: &[u8]) -> (u32, u32, [u8; 4]) {
    let mut reader = png::Decoder::new(Cursor::new(bytes)).read_info().unwrap();
    let mut buffer = vec![0; reader.output_buffer_size().unwrap()];
    let frame = reader.next_frame(&mut buffer).unwrap();
    assert_eq!(frame.color_type, png::ColorType::Rgba);
    (frame.width, frame.height, buffer[..4].try_into().unwrap())
}

/// What is refused, and what is named of it.
#[rstest]
#[case(svg("<script>alert(1)</script>"), "<script>")]
#[case(svg("<g onload=\"alert(1)\"/>"), "onload=")]
#[case(svg("<path OnClick=\"alert(1)\" d=\"M0 0\"/>"), "OnClick=")]
#[case(svg("<foreignObject><p>x</p></foreignObject>"), "<foreignObject>")]
#[case(svg("<image href=\"data:image/png;base64,AAAA\"/>"), "<image>")]
#[case(svg("<use href=\"#a\"/>"), "<use>")]
#[case(svg("<a href=\"#a\"/>"), "<a>")]
#[case(svg("<text>name</text>"), "<text>")]
#[case(svg("<style>path{fill:url(http://evil.example/)}</style>"), "<style>")]
#[case(svg("<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>"), "<animate>")]
#[case(svg("<set attributeName=\"onload\" to=\"alert(1)\"/>"), "<set>")]
#[case(svg("<linearGradient id=\"a\" xlink:href=\"javascript:alert(1)\"/>"), "xlink:href=")]
#[case(svg("<linearGradient href=\"http://evil.example/x.svg#a\"/>"), "href=")]
#[case(svg("<linearGradient href=\"data:image/svg+xml,x\"/>"), "href=")]
#[case(svg("<linearGradient href=\"//evil.example/#a\"/>"), "href=")]
#[case(svg("<path fill=\"url(http://evil.example/#a)\"/>"), "refers")]
#[case(svg("<path d=\"M0 0\" style=\"fill:url(//evil.example/a)\"/>"), "refers")]
#[case(svg("<path style=\"fill: expression(alert(1))\"/>"), "refers")]
#[case(svg("<path opacity=\"url(#a)\"/>"), "refers")]
#[case(svg("<path fill=\"&#117;rl(//evil.example)\"/>"), "refers")]
#[case(svg("<path fill=\"red&quot; onload=&quot;alert(1)\"/>"), "refers")]
#[case(svg("<path d='M0 0\">'/>"), "d=")]
#[case(svg("<path d='M0 0\"><script>'/>"), "refers")]
#[case(svg("<path fill=\"a:b\"/>"), "fill=")]
#[case(svg("words"), "text outside")]
#[case(svg("<g>&lol;</g>"), "text outside")]
#[case(svg("<g><![CDATA[<script>alert(1)</script>]]></g>"), "text outside")]
#[case(svg("<g></p>"), "not XML")]
#[case(svg("<g>"), "")]
#[case(svg("<path d=\"M0 0\" d=\"M1 1\"/>"), "")]
#[case(svg("<svg/>"), "outermost")]
#[case(svg("<path id=\"a b\"/>"), "id")]
#[case(svg("") + &svg(""), "outermost")]
#[case(svg("") + "<script>alert(1)</script>", "<script>")]
#[case(format!("<!DOCTYPE svg [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>{}", svg("<title>&b;</title>")), "DOCTYPE")]
#[case(format!("<?xml-stylesheet href=\"http://evil.example/a.css\"?>{}", svg("")), "processing")]
#[case(format!("<?xml version=\"1.0\" encoding=\"UTF-7\"?>{}", svg("")), "UTF-8")]
#[case("<html><body onload=\"alert(1)\"></body></html>".to_owned(), "<html>")]
#[case("<svg".to_owned(), "")]
#[case(format!("<svg {NS}/>"), "viewBox")]
#[case(format!("<svg {NS} viewBox=\"0 0 2001 24\"/>"), "2000")]
#[case(format!("<svg {NS} viewBox=\"0 0 0 24\"/>"), "2000")]
#[case(format!("<svg {NS} viewBox=\"0 0 24 24\" width=\"1e9\" height=\"99999\"/>"), "2000")]
#[case(format!("<svg {NS} viewBox=\"0 0 24\"/>"), "viewBox")]
#[case(svg(&"<g>".repeat(40)), "deep")]
#[case(svg(&"<g/>".repeat(3_001)), "more than 3000 elements")]
fn hostile_drawings(#[case] text: String, #[case] named: &str) {
    match read_logo(text.as_bytes()) {
        Err(LogoFault::Svg(line, what)) => {
            assert_eq!(line, 1);
            assert!(what.contains(named), "{what}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fault_names_its_line() {
    let text = format!("<svg {NS} viewBox=\"0 0 9 9\">\n<g>\n<script/>\n</g></svg>");
    assert_eq!(read_logo(text.as_bytes()), Err(LogoFault::Svg(3, "<script>".to_owned())));
}

/// What drawing programs write, and what is left of it.
#[rstest]
#[case("<path d=\"M0 0h9v9z\" fill=\"#0b5d4e\"/>", "<path d=\"M0 0h9v9z\" fill=\"#0b5d4e\"/>")]
#[case("<!-- made with x --><title>Logo</title><desc>a &amp; b</desc><g/>", "<g/>")]
#[case("<metadata><rdf:RDF><cc:Work/></rdf:RDF></metadata><sodipodi:namedview id=\"n\"/><g/>", "<g/>")]
#[case("<g class=\"cls-1\" inkscape:label=\"x\" data-name=\"y\"/>", "<g/>")]
#[case(
    "<path style=\"fill:#ff0000; stroke: none;-inkscape-stroke:none\"/>",
    "<path fill=\"#ff0000\" stroke=\"none\"/>"
)]
#[case("<path style=\"fill:url(#g)\"/>", "<path fill=\"url(#g)\"/>")]
#[case(
    "<defs><linearGradient id=\"g\" xlink:href=\"#h\"><stop offset=\"0\" stop-color=\"#fff\"/></linearGradient></defs>",
    "<defs><linearGradient href=\"#h\" id=\"g\"><stop offset=\"0\" stop-color=\"#fff\"/></linearGradient></defs>"
)]
#[case("<path d=\"M0 0\n\tL9 9\"/>", "<path d=\"M0 0 L9 9\"/>")]
fn plain_drawings(#[case] inside: &str, #[case] left: &str) {
    let logo = read_logo(svg(inside).as_bytes()).unwrap();
    assert_eq!((logo.kind, String::from_utf8(logo.bytes).unwrap()), (LogoKind::Svg, svg(left)));
}

#[test]
fn the_size_of_a_drawing_is_its_proportion() {
    let text =
        format!("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<svg {NS} width=\"200px\" height=\"100\"/>");
    let logo = read_logo(text.as_bytes()).unwrap();
    assert_eq!(logo.bytes, format!("<svg {NS} viewBox=\"0 0 200 100\"/>").into_bytes());
}

#[rstest]
#[case(8, 8, png::ColorType::Rgba, &[10, 20, 30, 40], (8, 8, [10, 20, 30, 40]))]
#[case(8, 4, png::ColorType::Rgb, &[10, 20, 30], (8, 4, [10, 20, 30, 255]))]
#[case(3, 3, png::ColorType::Grayscale, &[7], (3, 3, [7, 7, 7, 255]))]
#[case(3, 3, png::ColorType::GrayscaleAlpha, &[7, 9], (3, 3, [7, 7, 7, 9]))]
#[case(2_000, 2_000, png::ColorType::Grayscale, &[200], (320, 320, [200, 200, 200, 255]))]
#[case(2_000, 1, png::ColorType::Rgba, &[1, 2, 3, 255], (320, 1, [1, 2, 3, 255]))]
#[case(640, 320, png::ColorType::Rgba, &[9, 9, 9, 0], (320, 160, [0, 0, 0, 0]))]
fn images_are_written_anew(
    #[case] width: u32,
    #[case] height: u32,
    #[case] colour: png::ColorType,
    #[case] pixel: &[u8],
    #[case] expected: (u32, u32, [u8; 4]),
) {
    let given = image(width, height, colour, pixel);
    let logo = read_logo(&given).unwrap();
    assert_eq!((logo.kind, decoded(&logo.bytes)), (LogoKind::Png, expected));
    let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
    assert!(holds(&given, b"<script>") && !holds(&logo.bytes, b"<script>"), "what is not shown is left out");
    // A page behind the image, for whoever takes the file for one.
    let polyglot = [given.as_slice(), b"<html><script>alert(1)</script></html>"].concat();
    let cleaned = read_logo(&polyglot).map(|logo| logo.bytes);
    assert_eq!(cleaned, Ok(logo.bytes));
}

/// A grey JPEG of 8 x 8 pixels.
const JPEG: &str = "ffd8ffe000104a46494600010100000100010000ffdb004300\
    080606070605080707070909080a0c140d0c0b0b0c1912130f141d1a1f1e1d1a1c1c20242e2720222c231c1c2837292c30313434341f27393d38323c2e333432\
    ffc0000b080008000801011100ffc4001f0000010501010101010100000000000000000102030405060708090a0b\
    ffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa\
    ffda0008010100003f00fbfcffd9";

#[test]
fn a_photograph_becomes_an_image() {
    let bytes = hex::decode(JPEG.replace([' ', '\n'], "")).unwrap();
    let logo = read_logo(&bytes).unwrap();
    let (width, height, _) = decoded(&logo.bytes);
    assert_eq!((logo.kind, width, height), (LogoKind::Png, 8, 8));
    for cut in [bytes.len() - 2, 200, 30, 4] {
        assert_eq!(read_logo(&bytes[..cut]), Err(LogoFault::Damaged), "cut after {cut}");
    }
}

#[test]
fn images_that_are_none() {
    let good = image(64, 64, png::ColorType::Rgba, &[1, 2, 3, 4]);
    for cut in [8, 20, 33, good.len() / 2, good.len() - 12, good.len() - 1] {
        assert_eq!(read_logo(&good[..cut]), Err(LogoFault::Damaged), "cut after {cut}");
    }
    let mut turned = good.clone();
    turned[20] ^= 1;
    assert_eq!(read_logo(&turned), Err(LogoFault::Damaged), "the header's checksum is wrong");
    let wide = image(2_001, 1, png::ColorType::Grayscale, &[0]);
    assert_eq!(read_logo(&wide), Err(LogoFault::Dimensions(2_001, 1)));
    // A bomb: a few kilobytes that want sixteen gigabytes.
    let mut bomb = image(1, 1, png::ColorType::Rgba, &[0, 0, 0, 0]);
    bomb[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let sum = crc(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&sum.to_be_bytes());
    assert_eq!(read_logo(&bomb), Err(LogoFault::Dimensions(65_535, 65_535)));
    assert_eq!(read_logo(&vec![b'<'; LOGO_BYTES_MAX + 1]), Err(LogoFault::TooLarge));
    for bytes in [b"GIF89a".as_slice(), b"RIFF....WEBP", b"%PDF-1.7", b"MZ", b"", b"\xff\xd8", b"\x00<svg/>"] {
        assert_eq!(read_logo(bytes), Err(LogoFault::Unknown), "{bytes:?}");
    }
}

/// CRC-32 as PNG has it.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 })
    })
}

proptest! {
    #[test]
    fn whatever_is_uploaded_is_answered(bytes in prop::collection::vec(any::<u8>(), 0..400), at in 0_usize..3) {
        let start: &[u8] = [b"\x89PNG\r\n\x1a\n".as_slice(), b"\xff\xd8\xff", b"<svg"][at];
        let _ = read_logo(&[start, &bytes].concat());
    }

    #[test]
    fn what_is_written_anew_is_read_again(inside in "[<>/a-z \"'=#&;:()-]{0,60}") {
        if let Ok(logo) = read_logo(svg(&inside).as_bytes()) {
            prop_assert_eq!(read_logo(&logo.bytes), Ok(logo));
        }
    }
}

fn three(ar: &str, fr: &str, en: &str) -> [String; 3] {
    [ar, fr, en].map(str::to_owned)
}

/// What is typed into one field of a form that is good otherwise, and what is wrong with it.
#[rstest]
#[case("brand", "", "brand", FaultKind::OneColour)]
#[case("brand", "green", "brand", FaultKind::Colour)]
#[case("brand", "#7c7c7c", "brand", FaultKind::Contrast(Colour([0x76; 3])))]
#[case("accent", "", "accent", FaultKind::OneColour)]
#[case("accent", "#12345", "accent", FaultKind::Colour)]
#[case("name", "", "name-fr", FaultKind::Missing)]
#[case("name", "é23456789012345678901234567890123456789012345678901234567890x", "name-fr", FaultKind::Long(60))]
#[case("name", "4000 0000 0000 0010", "name-fr", FaultKind::CardNumber)]
#[case("name", "a\u{202e}b", "name-fr", FaultKind::Unreadable)]
#[case("name", "a\u{7}b", "name-fr", FaultKind::Unreadable)]
fn faults(#[case] field: &str, #[case] typed: &str, #[case] named: &str, #[case] kind: FaultKind) {
    let mut form = Form { brand: "#083f36".into(), accent: "#0b5d4e".into(), ..Form::default() };
    form.texts[0] = three("الاسم", "Nom", "Name");
    assert!(form.read(None).is_ok());
    match field {
        "brand" => form.brand = typed.to_owned(),
        "accent" => form.accent = typed.to_owned(),
        _ => form.texts[0][1] = typed.to_owned(),
    }
    assert_eq!(form.read(None), Err(vec![Fault { field: named.to_owned(), kind }]));
}

#[test]
fn a_form_says_again_what_it_was_read_from() {
    let mut form = Form { brand: "#083f36".into(), accent: "#0b5d4e".into(), ..Form::default() };
    for texts in &mut form.texts {
        *texts = three("نص", "Texte", "Text");
    }
    let content = form.read(None).unwrap();
    assert_eq!(Form::of(&content), form);
    assert_eq!(Form::default().read(None), Ok(Content::default()));
}

/// A stylesheet is made of numbers and our own words.
#[test]
fn a_logo_is_known_by_its_name_before_its_bytes_are_read() {
    let logo = LogoRef { digest: "ab".repeat(32), kind: ledger::LogoKind::Png };
    let brand = Brand::new(1001, Content { logo: Some(logo), ..Content::default() }, None, PUBLISHED_BASE);
    let name = format!("1001-{}.png", "ab".repeat(16));
    assert!(brand.names_logo(&name) && brand.file(&name).is_none());
    for other in [name.replace("png", "svg"), name.replace("1001", "1002"), name.replacen("ab", "aa", 1)] {
        assert!(!brand.names_logo(&other), "{other}");
    }
}

#[test]
fn files_have_their_digest_in_their_name() {
    let colours = Colours { brand: "#ffcc00".parse().unwrap(), accent: "#7b6200".parse().unwrap() };
    let content = Content { colours: Some(colours), ..Content::default() };
    let brand = Brand::new(1001, content, None, PUBLISHED_BASE);
    let url = brand.stylesheet_url().unwrap();
    let name = url.strip_prefix(PUBLISHED_BASE).unwrap();
    assert_eq!(biller_of_file(name), Some(1001));
    let (media, bytes) = brand.file(name).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(media.starts_with("text/css") && text.contains("color: #10231f") && text.contains("#ffcc00"), "{text}");
    for other in ["1001-00000000000000000000000000000000.css", "1001-.css", "../1001", "1002-x.svg", ""] {
        assert_eq!(brand.file(other), None, "{other}");
    }
}
