//! A payer with a browser: keeps cookies, fills in forms, follows redirects, types a card.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::header::{HeaderName, HeaderValue};
use reqwest::{Client, RequestBuilder, Url, redirect};

/// A page as the payer sees it.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub path: String,
    pub body: String,
}

/// One payer.
pub struct Payer {
    http: Client,
    base: String,
    pub language: &'static str,
    cookies: Mutex<BTreeMap<String, String>>,
    /// How long a request without an answer is sent again; zero: not at all.
    patience: Duration,
}

/// Between two tries of a patient payer.
const TRY_EVERY: Duration = Duration::from_millis(25);
/// Longest wait for an answer, far more than any takes: a request without one fails its test.
pub const ANSWER_MAX: Duration = Duration::from_secs(120);

/// An answer, read to its end.
struct Answer {
    status: u16,
    url: Url,
    location: Option<String>,
    cookies: Vec<String>,
    body: String,
}

pub type Form = Vec<(String, String)>;

/// A form of a few fields.
pub fn form(fields: &[(&str, &str)]) -> Form {
    fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Page {
    /// The fields of the page's first form, as a browser would send them: ticked boxes, nothing disabled.
    pub fn fields(&self) -> Form {
        let start = self.body.find("<form").unwrap_or_else(|| panic!("no form on {}: {}", self.path, self.text()));
        let end = self.body[start..].find("</form>").map_or(self.body.len(), |end| start + end);
        self.body[start..end]
            .split("<input")
            .skip(1)
            .filter_map(|piece| {
                let tag = piece.split('>').next()?;
                let is_box = tag.contains("type=\"checkbox\"");
                if tag.contains(" disabled") || (is_box && !tag.contains(" checked")) {
                    return None;
                }
                Some((attribute(tag, "name")?, attribute(tag, "value").unwrap_or_default()))
            })
            .collect()
    }

    /// Where the page's first form goes.
    pub fn action(&self) -> String {
        let start = self.body.find("<form").expect("a form");
        attribute(self.body[start..].split('>').next().unwrap(), "action").unwrap()
    }

    /// The fields of the form whose address ends so, if there is one.
    pub fn fields_to(&self, end: &str) -> Option<Form> {
        let goes_there = |at: &usize| self.body[at + "action=\"".len()..].split('"').next().unwrap().ends_with(end);
        let at = self.body.match_indices("action=\"").map(|(at, _)| at).find(goes_there)?;
        let body = self.body[self.body[..at].rfind("<form")?..].to_owned();
        Some(Self { status: self.status, path: self.path.clone(), body }.fields())
    }

    /// The words of the page, without its tags.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut inside = false;
        for c in self.body.chars() {
            match c {
                '<' => inside = true,
                '>' => {
                    inside = false;
                    text.push(' ');
                }
                c if !inside => text.push(c),
                _ => {}
            }
        }
        unescape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// The last part of the page's path: a reference.
    pub fn reference(&self) -> String {
        self.path.rsplit('/').next().unwrap().to_owned()
    }
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    rest.split('"').next().map(unescape)
}

fn unescape(text: &str) -> String {
    text.replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&#60;", "<")
        .replace("&gt;", ">")
        .replace("&#62;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

impl Payer {
    pub fn new(base: &str, language: &'static str) -> Self {
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(ANSWER_MAX).build().unwrap();
        Self { http, base: base.to_owned(), language, cookies: Mutex::default(), patience: Duration::ZERO }
    }

    /// A payer who sends the very same request again while the hub is away, for so long.
    pub fn patient(base: &str, language: &'static str, patience: Duration) -> Self {
        Self { patience, ..Self::new(base, language) }
    }

    /// A payer who comes through a proxy that says from where.
    pub fn behind_proxy(base: &str, language: &'static str, address: &str) -> Self {
        let said = [(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_str(address).unwrap())];
        let builder = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(ANSWER_MAX);
        let http = builder.default_headers(said.into_iter().collect()).build().unwrap();
        Self { http, ..Self::new(base, language) }
    }

    fn absolute(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    fn cookies(&self) -> String {
        let cookies = self.cookies.lock().unwrap();
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// What the browser holds under a name.
    pub fn cookie(&self, name: &str) -> String {
        self.cookies.lock().unwrap().get(name).cloned().unwrap_or_default()
    }

    /// Puts a cookie into the browser.
    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, request: RequestBuilder) -> Answer {
        let until = Instant::now() + self.patience;
        loop {
            let answer = Self::exchange(request.try_clone().unwrap()).await;
            let away = answer.as_ref().map_or(true, |answer| answer.status == 503);
            if !away || Instant::now() >= until {
                return answer.unwrap();
            }
            tokio::time::sleep(TRY_EVERY).await;
        }
    }

    async fn exchange(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
        let answer = request.send().await?;
        let texts = |name| answer.headers().get_all(name).iter().map(|value| value.to_str().unwrap().to_owned());
        let (location, cookies) = (texts("location").next(), texts("set-cookie").collect());
        let (status, url) = (answer.status().as_u16(), answer.url().clone());
        Ok(Answer { status, url, location, cookies, body: answer.text().await? })
    }

    async fn follow(&self, request: RequestBuilder) -> Page {
        let mut answer = self.send(request.header("cookie", self.cookies())).await;
        for _ in 0..5 {
            let own = answer.url.as_str().starts_with(&self.base);
            for cookie in answer.cookies.iter().filter(|_| own) {
                let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
                self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
            }
            let Some(location) = &answer.location else { break };
            let next = answer.url.join(location).unwrap();
            answer = self.send(self.http.get(next).header("cookie", self.cookies())).await;
        }
        Page { status: answer.status, path: answer.url.path().to_owned(), body: answer.body }
    }

    pub async fn get(&self, path: &str) -> Page {
        self.follow(self.http.get(self.absolute(path))).await
    }

    pub async fn post(&self, path: &str, form: &Form) -> Page {
        self.follow(self.http.post(self.absolute(path)).form(form)).await
    }

    /// Sends a form with a file, as browsers do.
    pub async fn upload(&self, path: &str, form: &Form, file: (&str, &[u8])) -> Page {
        self.upload_as(path, form, "logo", file).await
    }

    /// The same, with the file in a field of this name.
    pub async fn upload_as(&self, path: &str, form: &Form, field: &str, file: (&str, &[u8])) -> Page {
        const BOUNDARY: &str = "----a-boundary-of-tests";
        let mut body = Vec::new();
        for (name, value) in form {
            let part = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend_from_slice(part.as_bytes());
        }
        let (name, bytes) = file;
        let part = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend_from_slice(part.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        self.follow(self.http.post(self.absolute(path)).header("content-type", kind).body(body)).await
    }

    /// Headers and bytes of an answer, without following it.
    pub async fn fetch(&self, path: &str) -> (u16, reqwest::header::HeaderMap, Vec<u8>) {
        let answer = self.http.get(self.absolute(path)).header("cookie", self.cookies()).send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        (status, headers, answer.bytes().await.unwrap().to_vec())
    }

    /// Looks a contract up: the page that comes of it.
    pub async fn find(&self, biller: u16, receivable_type: &str, contract: &str) -> Page {
        let path = format!("/{}/billers/{biller}/{receivable_type}", self.language);
        let page = self.get(&path).await;
        if page.status != 200 {
            return page;
        }
        let mut fields = page.fields();
        fields.retain(|(name, _)| name == "csrf");
        fields.push(("f.contract".to_owned(), contract.to_owned()));
        if biller == 1302 {
            fields.push(("f.level".to_owned(), "primary".to_owned()));
        }
        self.post(&path, &fields).await
    }

    /// Takes what a page of bills offers, with an amount where one is typed.
    pub async fn choose(&self, bills: &Page, amount: &str) -> Page {
        let mut fields = bills.fields();
        fields.retain(|(name, _)| name != "amount");
        if !amount.is_empty() {
            fields.push(("amount".to_owned(), amount.to_owned()));
        }
        self.post(&bills.path, &fields).await
    }

    /// Sends the summary with a phone: the page that leads to the gateway, or a refusal.
    pub async fn start(&self, summary: &Page, phone: &str, email: &str) -> Page {
        let mut fields = summary.fields();
        fields.retain(|(name, _)| !matches!(name.as_str(), "phone" | "email" | "terms"));
        fields.extend(form(&[("phone", phone), ("email", email), ("terms", "1")]));
        self.post(&summary.path, &fields).await
    }

    /// From a contract to the page that leads to the gateway.
    pub async fn up_to_gateway(&self, biller: u16, receivable_type: &str, contract: &str) -> Page {
        let bills = self.find(biller, receivable_type, contract).await;
        assert_eq!(bills.status, 200, "{}", bills.text());
        let summary = self.choose(&bills, "").await;
        assert_eq!(summary.status, 200, "{}", summary.text());
        let redirect = self.start(&summary, "0612345678", "payer@example.ma").await;
        assert_eq!(redirect.status, 200, "{}", redirect.text());
        redirect
    }

    /// Opens the gateway's page.
    pub async fn open_gateway(&self, redirect: &Page) -> Page {
        let page = self.post(&redirect.action(), &redirect.fields()).await;
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    /// Types a card at the gateway, with the 3-D Secure code where it is asked for; the gateway's last page.
    pub async fn type_card(&self, gateway: &Page, origin: &str, number: &str) -> Page {
        let card = form(&[("pan", number), ("expiry", "12/30"), ("cvv", "123")]);
        let page = self.post(&format!("{origin}{}", gateway.path), &card).await;
        if page.body.contains("name=\"code\"") {
            return self.post(&format!("{origin}{}", page.action()), &form(&[("code", "123456")])).await;
        }
        page
    }

    /// Pays at the gateway and comes back: the hub's page about the payment.
    pub async fn pay_by_card(&self, redirect: &Page, number: &str) -> Page {
        let gateway = self.open_gateway(redirect).await;
        let origin = redirect.action();
        let origin = origin.split("/fim/").next().unwrap();
        let result = self.type_card(&gateway, origin, number).await;
        assert!(result.body.contains("id=\"return\""), "{}", result.text());
        self.post(&result.action(), &result.fields()).await
    }
}
