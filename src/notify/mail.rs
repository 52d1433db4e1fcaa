//! Mail by SMTP (RFC 5321), one connection a message.
//!
//! The steps are taken one by one rather than by lettre's pooled transport, because what a failure means depends on the
//! step: before the message's own bytes are on their way nothing was sent, after that only the server's word counts.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use ledger::Language;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Body, Mailbox, MessageBuilder, MultiPart, SinglePart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::{Address, Message};
use payments::messages::Delivery;
use receipts::{LOGO_CID, MailText};
use secrecy::{ExposeSecret, SecretString};

use super::{NotifyError, is_loopback};

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// Not at all: only to a server on this machine.
    None,
    /// Upgraded by STARTTLS before anything is said; a server without it gets nothing (port 587).
    StartTls,
    /// TLS from the first byte (port 465).
    Tls,
}

impl FromStr for SmtpSecurity {
    type Err = NotifyError;

    /// `none`, `starttls` or `tls`.
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "none" => Ok(Self::None),
            "starttls" => Ok(Self::StartTls),
            "tls" => Ok(Self::Tls),
            _ => Err(NotifyError("mail: security is none, starttls or tls".to_owned())),
        }
    }
}

/// A user of the mail server.
#[derive(Clone)]
pub struct SmtpCredentials {
    /// The user's name.
    pub user: String,
    /// The password.
    pub password: SecretString,
}

impl fmt::Debug for SmtpCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpCredentials").field("user", &self.user).finish_non_exhaustive()
    }
}

/// Settings of the mail server.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// Name or address; with TLS the certificate must be for it.
    pub host: String,
    /// 465, 587 or 25, as a rule.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// Who we are to the server, if it asks.
    pub credentials: Option<SmtpCredentials>,
    /// Sender, with or without a name: `Fatoura <recus@example.ma>`. Its domain is in the Message-ID.
    pub from: String,
    /// Longest wait for getting as far as the message, and again for the server's word about it.
    pub timeout: Duration,
}

/// A file in a mail.
pub(crate) struct Attached {
    /// Its name.
    pub(crate) name: String,
    /// `text/csv`.
    pub(crate) mime: &'static str,
    /// Its bytes, which arrive as they are.
    pub(crate) bytes: Vec<u8>,
}

/// Sends mails.
pub struct Mailer {
    settings: SmtpSettings,
    from: Mailbox,
    tls: Option<TlsParameters>,
}

impl Mailer {
    /// A mailer for one server. Does not connect.
    pub fn new(settings: SmtpSettings) -> Result<Self, NotifyError> {
        let wrong = |what: &str| NotifyError(format!("mail: {what}"));
        if settings.host.is_empty() {
            return Err(wrong("there is no host"));
        }
        let from = settings.from.parse::<Mailbox>().map_err(|_| wrong("the sender is not a mail address"))?;
        let tls = match settings.security {
            SmtpSecurity::None if is_loopback(&settings.host) => None,
            SmtpSecurity::None => return Err(wrong("without TLS only to a server on this machine")),
            SmtpSecurity::StartTls | SmtpSecurity::Tls => {
                Some(TlsParameters::new(settings.host.clone()).map_err(|_| wrong("TLS cannot be set up"))?)
            }
        };
        Ok(Self { settings, from, tls })
    }

    /// Sends one mail once, with a PDF of that name where there is one.
    pub(super) async fn send(
        &self,
        id: i64,
        to: &str,
        language: Language,
        words: MailText,
        pdf: Option<(String, Vec<u8>)>,
    ) -> Delivery {
        let Ok(to) = to.parse::<Address>() else {
            return Delivery::Rejected("the mail address is malformed".to_owned());
        };
        let letter = self.letter(id, to.clone(), language, words, pdf);
        self.carry(to, letter).await
    }

    /// Sends one mail with a file once.
    pub(crate) async fn send_file(
        &self,
        id: i64,
        to: &str,
        language: Language,
        subject: &str,
        text: String,
        attached: Option<Attached>,
    ) -> Delivery {
        let Ok(to) = to.parse::<Address>() else {
            return Delivery::Rejected("the mail address is malformed".to_owned());
        };
        let builder = self.envelope(id, to.clone(), language, subject.to_owned());
        let letter = match attached {
            Some(file) => attachment(file).and_then(|attached| {
                builder.multipart(MultiPart::mixed().singlepart(SinglePart::plain(text)).singlepart(attached)).ok()
            }),
            None => builder.singlepart(SinglePart::plain(text)).ok(),
        };
        self.carry(to, letter).await
    }

    /// The Message-ID of a mail, the same over repeats, so that servers and readers know a second copy for one.
    pub(crate) fn message_id(&self, id: i64) -> String {
        format!("<fatoura.{id}@{}>", self.from.email.domain())
    }

    async fn carry(&self, to: Address, letter: Option<Message>) -> Delivery {
        let Some(letter) = letter else {
            return Delivery::Rejected("the mail cannot be put together".to_owned());
        };
        let bytes = letter.formatted();
        let mut connection = match tokio::time::timeout(self.settings.timeout, self.prepare(to)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(delivery)) => return delivery,
            Err(_) => return Delivery::NotSent("the mail server was too slow to take the mail".to_owned()),
        };
        let delivery = match tokio::time::timeout(self.settings.timeout, connection.message(&bytes)).await {
            Ok(Ok(_)) => Delivery::Sent(String::new()),
            Ok(Err(error)) => after_data(&error),
            Err(_) => Delivery::Unknown("the mail server did not answer in time".to_owned()),
        };
        // The word about the mail is had: how the connection ends changes nothing, and may not take long.
        let _ = tokio::time::timeout(Duration::from_secs(1), connection.abort()).await;
        delivery
    }

    fn letter(
        &self,
        id: i64,
        to: Address,
        language: Language,
        words: MailText,
        pdf: Option<(String, Vec<u8>)>,
    ) -> Option<Message> {
        let builder = self.envelope(id, to, language, words.subject);
        let both = match words.logo {
            // The picture goes with the page that shows it (RFC 2387).
            Some(logo) => {
                let page = MultiPart::related().singlepart(SinglePart::html(words.html));
                let logo = Attachment::new_inline(LOGO_CID.to_owned())
                    .body(logo.to_vec(), ContentType::parse("image/png").ok()?);
                MultiPart::alternative().singlepart(SinglePart::plain(words.text)).multipart(page.singlepart(logo))
            }
            None => MultiPart::alternative_plain_html(words.text, words.html),
        };
        let whole = match pdf {
            Some((name, bytes)) => {
                let attachment = Attachment::new(name).body(bytes, ContentType::parse("application/pdf").ok()?);
                MultiPart::mixed().multipart(both).singlepart(attachment)
            }
            None => both,
        };
        builder.multipart(whole).ok()
    }

    fn envelope(&self, id: i64, to: Address, language: Language, subject: String) -> MessageBuilder {
        let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .message_id(Some(self.message_id(id)))
            .subject(subject)
            // RFC 3834: no holiday notice answers.
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("Content-Language", language.as_str()))
    }

    /// Everything up to the server's "go ahead" for the message's bytes.
    async fn prepare(&self, to: Address) -> Result<AsyncSmtpConnection, Delivery> {
        let utf8 = !to.to_string().is_ascii();
        let mut connection = self.connect().await.map_err(|error| ours("cannot be used", &error))?;
        let mut options = Vec::new();
        if utf8 {
            if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(Delivery::Rejected("the mail server takes no such address".to_owned()));
            }
            options.push(MailParameter::SmtpUtfEight);
        }
        let sender = Mail::new(Some(self.from.email.clone()), options);
        connection.command(sender).await.map_err(|error| ours("refused our sender", &error))?;
        connection.command(Rcpt::new(to, vec![])).await.map_err(|error| theirs("the recipient", &error))?;
        connection.command(Data).await.map_err(|error| theirs("the mail", &error))?;
        Ok(connection)
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let SmtpSettings { host, port, security, credentials, timeout, .. } = &self.settings;
        let hello = ClientId::default();
        let wrapped = self.tls.clone().filter(|_| *security == SmtpSecurity::Tls);
        let server = (host.as_str(), *port);
        let mut connection = AsyncSmtpConnection::connect_tokio1(server, Some(*timeout), &hello, wrapped, None).await?;
        if let (SmtpSecurity::StartTls, Some(tls)) = (security, &self.tls) {
            connection.starttls(tls.clone(), &hello).await?;
        }
        if let Some(SmtpCredentials { user, password }) = credentials {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await?;
        }
        Ok(connection)
    }
}

/// In Base64, as other encodings change the ends of lines.
fn attachment(file: Attached) -> Option<SinglePart> {
    let body = Body::new_with_encoding(file.bytes, ContentTransferEncoding::Base64).ok()?;
    Some(Attachment::new(file.name).body(body, ContentType::parse(file.mime).ok()?))
}

/// The server's code, for reasons; its words may quote the recipient.
fn code(error: &SmtpError) -> String {
    error.status().map_or_else(|| "no answer".to_owned(), |code| format!("code {code}"))
}

/// Before the recipient was named, a failure is about the server or us: it can be mended.
fn ours(what: &str, error: &SmtpError) -> Delivery {
    Delivery::NotSent(format!("the mail server {what} ({})", code(error)))
}

/// A permanent refusal of the recipient or of the mail will be the same next time.
fn theirs(what: &str, error: &SmtpError) -> Delivery {
    if error.is_permanent() {
        return Delivery::Rejected(format!("the mail server refused {what} ({})", code(error)));
    }
    Delivery::NotSent(format!("the mail server did not take {what} ({})", code(error)))
}

/// After the message's bytes were on their way: refused by a clear word, else perhaps taken.
fn after_data(error: &SmtpError) -> Delivery {
    if error.is_permanent() || error.is_transient() {
        return theirs("the mail", error);
    }
    Delivery::Unknown("the mail server's answer was lost".to_owned())
}
