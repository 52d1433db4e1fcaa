//! Below the routes: bodies that are no form, requests that are no HTTP, floods of headers.

use rstest::rstest;

use super::client::{FORM, Visitor, encoded, exchange, request, sound};
use super::{books, start, unharmed};
use crate::support::Backend;

type Headers<'a> = &'a [(&'a str, &'a str)];

/// Bodies that are no form of ours, at every address that takes one.
#[tokio::test(flavor = "multi_thread")]
async fn bodies() {
    let app = start(Backend::Sqlite).await.unwrap();
    let visitor = Visitor::new(&app, "en").await;
    let inquiry = visitor.inquiry(1001, "02", "11111111").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let before = books(&app);
    let token = format!("csrf={}", visitor.token);
    let huge = format!("x={}", "7".repeat(200_000));
    let zipped: &[u8] = b"\x1f\x8b\x08\x00garbage";
    let cases: [(&str, Headers<'_>, Vec<u8>, u16); 16] = [
        ("JSON", &[("content-type", "application/json")], b"{\"csrf\":1}".to_vec(), 415),
        (
            "XML",
            &[("content-type", "text/xml")],
            b"<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>".to_vec(),
            415,
        ),
        ("multipart", &[("content-type", "multipart/form-data; boundary=x")], b"--x--".to_vec(), 415),
        ("plain text", &[("content-type", "text/plain")], token.clone().into_bytes(), 415),
        ("no type", &[], token.clone().into_bytes(), 415),
        ("no such type", &[("content-type", "\u{fffd}///;;;=")], token.clone().into_bytes(), 415),
        (
            "no such charset",
            &[("content-type", "application/x-www-form-urlencoded; charset=klingon")],
            token.clone().into_bytes(),
            415,
        ),
        ("nothing", &[("content-type", FORM)], Vec::new(), 403),
        ("not UTF-8", &[("content-type", FORM)], [b"a=\xff\xfe\xc3&\x80".as_slice()].concat(), 403),
        (
            "not UTF-8 besides the token",
            &[("content-type", FORM)],
            [token.as_bytes(), b"&f.contract=\xff\xc3\x28"].concat(),
            422,
        ),
        ("broken escapes", &[("content-type", FORM)], b"%=%zz&%u0041=%&=&&&===&%%%".to_vec(), 403),
        ("only separators", &[("content-type", FORM)], b"&".repeat(5_000), 403),
        ("large", &[("content-type", FORM)], huge.clone().into_bytes(), 413),
        ("not compressed", &[("content-type", FORM), ("content-encoding", "gzip")], zipped.to_vec(), 400),
        ("no such compression", &[("content-type", FORM), ("content-encoding", "rot13")], b"a=b".to_vec(), 403),
        ("a bomb", &[("content-type", FORM), ("content-encoding", "gzip")], bomb(), 413),
    ];
    for path in ["/billers/1001/02", "/find"].map(|path| visitor.path(path)).iter().chain([&inquiry, &quote]) {
        for (what, headers, body, status) in &cases {
            let answer = visitor.send("POST", path, headers, body).await;
            if *what == "not UTF-8 besides the token" {
                assert!((400..500).contains(&answer.status), "{what} at {path}");
                continue;
            }
            assert_eq!(answer.status, *status, "{what} at {path}: {}", answer.body);
        }
    }
    unharmed(&app, &before).await;
    app.finish().await;
}

/// Compressed as gzip allows, and larger than any form once it is unpacked.
fn bomb() -> Vec<u8> {
    let mut data = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let block = [b'a'; 60_000];
    data.push(1);
    data.extend(60_000_u16.to_le_bytes());
    data.extend((!60_000_u16).to_le_bytes());
    data.extend(block);
    data
}

/// What is no HTTP, or half of it: an answer of 4xx or a closed connection, and the hub goes on.
#[rstest]
#[case::garbage(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec())]
#[case::no_version(b"GET /\r\n\r\n".to_vec())]
#[case::no_such_version(b"GET / HTTP/9.9\r\n\r\n".to_vec())]
#[case::empty_line(b"\r\n\r\n\r\n".to_vec())]
#[case::absolute(b"GET http://evil.example/fr/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec())]
#[case::authority(b"CONNECT evil.example:443 HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n".to_vec())]
#[case::control_in_header(b"GET /fr/ HTTP/1.1\r\nhost: x\r\nx: a\x00b\r\n\r\n".to_vec())]
#[case::bad_header_name(b"GET /fr/ HTTP/1.1\r\nhost: x\r\nbad header: 1\r\n\r\n".to_vec())]
#[case::two_lengths(b"POST /fr/find HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab".to_vec())]
#[case::length_and_chunks(b"POST /fr/find HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_vec())]
#[case::negative_length(b"POST /fr/find HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n".to_vec())]
#[case::huge_length(b"POST /fr/find HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 99999999999999999999999\r\n\r\n".to_vec())]
#[case::bad_chunk(b"POST /fr/find HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-www-form-urlencoded\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n".to_vec())]
#[case::raw_bytes_in_target(b"GET /fr/\xff\xfe HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".to_vec())]
#[case::markup_in_target(b"GET /fr/<script>alert(1)</script> HTTP/1.1\r\nhost: x\r\n\r\n".to_vec())]
#[case::braces_in_target(b"GET /fr/{{7*7}}\\..\\ HTTP/1.1\r\nhost: x\r\n\r\n".to_vec())]
#[case::truncated(b"POST /fr/find HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 500\r\n\r\ncsrf=ab".to_vec())]
#[case::long_target([b"GET /fr/".as_slice(), &[b'a'; 200_000], b" HTTP/1.1\r\nhost: x\r\n\r\n"].concat())]
#[case::header_without_end([b"GET /fr/ HTTP/1.1\r\nx: ".as_slice(), &[b'a'; 300_000]].concat())]
#[case::thousand_headers([b"GET /fr/ HTTP/1.1\r\nhost: x\r\n".as_slice(), &b"a: b\r\n".repeat(1_000), b"\r\n"].concat())]
#[tokio::test(flavor = "multi_thread")]
async fn not_http(#[case] bytes: Vec<u8>) {
    use tokio::io::AsyncWriteExt;
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    // The sender goes away after its last byte: what is half stays half.
    let mut stream = tokio::net::TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    let mut answer = Vec::new();
    let exchange = async {
        let _ = stream.write_all(&bytes).await;
        let _ = stream.shutdown().await;
        let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut answer).await;
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), exchange).await.expect("the hub lets go");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).unwrap_or("none");
    assert!(status == "none" || status.starts_with(['2', '3', '4']), "{answer}");
    assert!(!answer.contains("evil.example") && !answer.contains("<script>alert"), "{answer}");
    unharmed(&app, &before).await;
    app.finish().await;
}

#[rstest]
#[case::long_cookie("cookie", format!("csrf={}", "a".repeat(8_000)), 200)]
#[case::many_cookies("cookie", (0..500).map(|at| format!("a{at}=b; ")).collect(), 200)]
#[case::cookie_garbage("cookie", "=;;=a;lang;csrf;\"\u{e9}\";lang=\"<script>\"".to_owned(), 200)]
#[case::cookie_twice("cookie", "csrf=1.2; csrf=3.4; lang=xx; lang=ar".to_owned(), 200)]
#[case::language_garbage("accept-language", ";;q=,,*;q=9,\u{fffd}-x".to_owned(), 200)]
#[case::long_language("accept-language", "en-".repeat(2_500), 200)]
#[case::many_languages("accept-language", "de;q=0.1,".repeat(800), 200)]
#[case::forwarded("x-forwarded-for", "1.2.3.4, <script>, ::1, 999.1.1.1".to_owned(), 200)]
#[case::host_of_others("x-forwarded-host", "evil.example".to_owned(), 200)]
#[case::range("range", "bytes=0-0,9999999999999-".to_owned(), 200)]
#[case::condition("if-none-match", "\"".repeat(2_000), 200)]
#[case::encoding("accept-encoding", "gzip;q=nan, br;q=-1, \u{fffd}".to_owned(), 200)]
#[case::no_encoding("accept-encoding", "identity;q=0, *;q=0".to_owned(), 406)]
#[case::kind("accept", "application/x-nothing".to_owned(), 200)]
#[case::upgrade("upgrade", "h2c, websocket".to_owned(), 200)]
#[case::method_override("x-http-method-override", "DELETE".to_owned(), 200)]
#[tokio::test(flavor = "multi_thread")]
async fn headers(#[case] name: &str, #[case] value: String, #[case] status: u16) {
    let app = start(Backend::Sqlite).await.unwrap();
    let before = books(&app);
    for path in ["/en/", "/en/find", "/en/billers/1001/01", "/assets/mark.svg"] {
        let answer = exchange(&app, &request("GET", path, &[(name, &value)], b"")).await.unwrap();
        if answer.status != status {
            // Pictures are not compressed, so any wish about that is met.
            assert!(answer.status == 200 && path.starts_with("/assets"), "{path}: {} {}", answer.status, answer.body);
        }
        sound("GET", path, "en", &answer);
        assert!(!answer.body.contains("evil.example") && !answer.location().contains("evil.example"));
    }
    let home = exchange(&app, &request("GET", "/", &[(name, &value)], b"")).await.unwrap();
    assert!(matches!(home.status, 303 | 406), "{}", home.status);
    unharmed(&app, &before).await;
    app.finish().await;
}

/// The start of a form that never ends keeps nobody else waiting, and does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn half_a_form_is_no_form() {
    let app = start(Backend::Sqlite).await.unwrap();
    let visitor = Visitor::new(&app, "fr").await;
    let quote = visitor.quote(1001, "02", "11111111", "").await;
    let before = books(&app);
    let key = visitor.get(&quote).await.hidden("key");
    let body = encoded(&[("csrf", &visitor.token), ("phone", "0612345678"), ("terms", "1"), ("key", &key)]);
    let headers = [("content-type", FORM), ("cookie", visitor.cookie.as_str())];
    let whole = request("POST", &quote, &headers, body.as_bytes());
    for cut in [1, 2, 40, body.len() - 1, body.len()] {
        use tokio::io::AsyncWriteExt;
        let mut stream = tokio::net::TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
        stream.write_all(&whole[..whole.len() - cut]).await.unwrap();
        drop(stream);
    }
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    unharmed(&app, &before).await;
    app.finish().await;
}
