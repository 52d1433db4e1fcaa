//! Requests to the byte, over a socket, and what every answer must be whatever was sent.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::support::TestApp;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// A header's value, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The value of a hidden field.
    pub fn hidden(&self, name: &str) -> String {
        let (_, rest) = self.body.split_once(&format!("name=\"{name}\" value=\"")).expect("a hidden field");
        rest.split('"').next().unwrap().to_owned()
    }
}

/// A request line, headers and a body, as they stand.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {target} HTTP/1.1\r\nhost: hub.example.ma\r\nconnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    if !body.is_empty() || method == "POST" {
        head += &format!("content-length: {}\r\n", body.len());
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

/// Sends bytes and reads to the end; `None` if the hub closes without a word. It must not hang.
pub async fn exchange(app: &TestApp, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 16 * 1024];
    let read = async {
        // The hub may answer and close before it has read everything.
        let _ = stream.write_all(bytes).await;
        while let Ok(count @ 1..) = stream.read(&mut piece).await {
            answer.extend_from_slice(&piece[..count]);
        }
    };
    timeout(Duration::from_secs(20), read).await.expect("an answer in time");
    parse(&answer)
}

fn parse(bytes: &[u8]) -> Option<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().unwrap();
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let mut body = bytes[end + 4..].to_vec();
    if headers.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked") {
        body = dechunked(&body);
    }
    Some(Answer { status, headers, body: String::from_utf8_lossy(&body).into_owned() })
}

fn dechunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        body.extend_from_slice(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 2 + size + 2..];
    }
    body
}

/// A form's body, every byte that could mean something escaped.
pub fn encoded(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| -> String {
        text.bytes()
            .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
            .collect()
    };
    fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect::<Vec<_>>().join("&")
}

pub const FORM: &str = "application/x-www-form-urlencoded";

/// A browser without mercy: it has a cookie and a token, and sends what it is told.
pub struct Visitor<'a> {
    pub app: &'a TestApp,
    pub language: &'static str,
    pub cookie: String,
    pub token: String,
}

impl<'a> Visitor<'a> {
    pub async fn new(app: &'a TestApp, language: &'static str) -> Self {
        let page = exchange(app, &request("GET", &format!("/{language}/find"), &[], b"")).await.unwrap();
        let cookie = page
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
            .filter_map(|(_, value)| value.split(';').next())
            .collect::<Vec<_>>()
            .join("; ");
        Self { app, language, token: page.hidden("csrf"), cookie }
    }

    /// A path below the visitor's language.
    pub fn path(&self, path: &str) -> String {
        format!("/{}{path}", self.language)
    }

    pub async fn get(&self, target: &str) -> Answer {
        self.send("GET", target, &[], b"").await
    }

    /// Posts fields with the right token.
    pub async fn post(&self, target: &str, fields: &[(&str, &str)]) -> Answer {
        let fields: Vec<_> = std::iter::once(("csrf", self.token.as_str())).chain(fields.iter().copied()).collect();
        self.send("POST", target, &[("content-type", FORM)], encoded(&fields).as_bytes()).await
    }

    pub async fn send(&self, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        let mut all = vec![("cookie", self.cookie.as_str())];
        all.extend_from_slice(headers);
        let answer = exchange(self.app, &request(method, target, &all, body)).await;
        let answer = answer.unwrap_or_else(|| panic!("no answer to {method} {target:.100}"));
        sound(method, target, self.language, &answer);
        answer
    }

    /// From a contract to its inquiry's page.
    pub async fn inquiry(&self, biller: u16, kind: &str, contract: &str) -> String {
        let found = self.post(&self.path(&format!("/billers/{biller}/{kind}")), &[("f.contract", contract)]).await;
        assert_eq!(found.status, 303, "{}", found.body);
        found.location().to_owned()
    }

    /// From a contract to its quote's page, of the first article where there are any.
    pub async fn quote(&self, biller: u16, kind: &str, contract: &str, amount: &str) -> String {
        let inquiry = self.inquiry(biller, kind, contract).await;
        let page = self.get(&inquiry).await;
        let articles: Vec<String> = page
            .body
            .split("name=\"article\" value=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect();
        let mut fields = vec![("amount", amount)];
        fields.extend(articles.iter().map(|article| ("article", article.as_str())));
        let made = self.post(&inquiry, &fields).await;
        assert_eq!(made.status, 303, "{}", made.body);
        made.location().to_owned()
    }
}

/// What no answer says: the insides of the program.
const INTERNAL: [&str; 16] = [
    "panicked",
    ".rs:",
    "backtrace",
    "diesel",
    "sqlite",
    "postgres",
    "actix",
    "serde",
    "utf-8 sequence",
    "SELECT `",
    "SELECT &#34;",
    "unwrap",
    "Error {",
    "None)",
    "RUST_",
    "/registry/",
];

/// What holds for every answer: no fault of ours, headers that keep browsers safe, the reader's language or the
/// machine's format, nothing of the insides.
pub fn sound(method: &str, target: &str, language: &str, answer: &Answer) {
    let what = format!("{method} {target:.200} -> {} {}", answer.status, answer.header("content-type"));
    assert!(answer.status < 500, "{what}: {}", answer.body);
    assert!((200..500).contains(&answer.status), "{what}");
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{what}: {policy}");
    assert!(!policy.contains("unsafe"), "{what}: {policy}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{what}");
    for word in INTERNAL {
        assert!(!answer.body.contains(word), "{what} says {word:?}: {}", answer.body);
    }
    if answer.status < 400 {
        return;
    }
    // Whoever wants it neither compressed nor plain gets the list of what there is.
    if answer.status == 406 {
        return;
    }
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    if answer.status == 405 {
        assert!(!answer.header("allow").is_empty(), "{what}");
    }
    if method == "HEAD" {
        assert_eq!(answer.body, "", "{what}");
        return;
    }
    let path = target.split('?').next().unwrap();
    let kind = answer.header("content-type");
    let to_machines = ["/webhooks", "/assets", "/ivr"].iter().any(|start| path.starts_with(start));
    if (path.ends_with("/status") && !to_machines)
        || path.starts_with("/health")
        || path.starts_with("/agents")
        || path.starts_with("/reports")
    {
        assert_eq!(kind, "application/problem+json", "{what}");
        let problem: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        assert_eq!(problem["status"], answer.status, "{what}");
        assert!(problem["detail"].as_str().is_some_and(|detail| detail.len() > 20), "{what}: {}", answer.body);
    } else if to_machines {
        assert!(kind.starts_with("text/plain"), "{what}");
        assert!(!answer.body.is_empty() && !answer.body.contains('<'), "{what}: {}", answer.body);
    } else {
        let direction = if language == "ar" { "rtl" } else { "ltr" };
        assert!(kind.starts_with("text/html"), "{what}");
        assert!(answer.body.contains(&format!("lang=\"{language}\" dir=\"{direction}\"")), "{what}: {}", answer.body);
        assert!(answer.body.contains("<h1") && answer.body.contains("</html>"), "{what}: {}", answer.body);
        for bad in [" style=", "<style", "<script>", "onerror=\"", "href=\"javascript:", "action=\"javascript:"] {
            assert!(!answer.body.contains(bad), "{what} holds {bad}");
        }
    }
}
