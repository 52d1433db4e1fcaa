//! The pages of what arrived: SMS, mails, files, card orders.

use actix_web::http::header::{CONTENT_DISPOSITION, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use askama::Template;
use mail_parser::{Message, MessageParser, MimeHeaders};

use crate::amount::show_amount;
use crate::control::handle;
use crate::gateway::CardOrder;
use crate::reply::{Reply, html};
use crate::sftp::DroppedFile;
use crate::sms::SmsMessage;
use crate::smtp::MailMessage;
use crate::world::World;

/// The inboxes' paths.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/inbox/sms", web::get().to(show_sms))
        .route("/inbox/mail", web::get().to(list_mail))
        .route("/inbox/mail/{id}", web::get().to(show_mail))
        .route("/inbox/mail/{id}/attachments/{index}", web::get().to(download))
        .route("/inbox/files", web::get().to(show_files))
        .route("/inbox/files/{id}", web::get().to(download_file))
        .route("/card-orders", web::get().to(show_orders));
}

/// Newest first, and no more than a page can show.
const SHOWN_MAX: usize = 200;

fn newest<T>(mut all: Vec<T>) -> Vec<T> {
    all.reverse();
    all.truncate(SHOWN_MAX);
    all
}

#[derive(Template)]
#[template(path = "sms.html")]
struct SmsPage {
    messages: Vec<SmsMessage>,
}

async fn show_sms(world: web::Data<World>) -> HttpResponse {
    html(200, &SmsPage { messages: newest(handle(&world).sms()) }).into_response()
}

struct MailLine {
    id: u64,
    at: String,
    to: String,
    subject: String,
    attachments: usize,
}

#[derive(Template)]
#[template(path = "mails.html")]
struct MailsPage {
    mails: Vec<MailLine>,
}

fn parsed(mail: &MailMessage) -> Option<Message<'_>> {
    MessageParser::default().parse(&mail.raw)
}

fn subject_of(message: Option<&Message<'_>>) -> String {
    message.and_then(|message| message.subject()).unwrap_or("(no subject)").to_owned()
}

async fn list_mail(world: web::Data<World>) -> HttpResponse {
    let line = |mail: MailMessage| {
        let message = parsed(&mail);
        MailLine {
            id: mail.id,
            at: mail.at.format("%Y-%m-%d %H:%M:%S").to_string(),
            to: mail.to.join(", "),
            subject: subject_of(message.as_ref()),
            attachments: message.as_ref().map_or(0, Message::attachment_count),
        }
    };
    let mails = newest(handle(&world).mails()).into_iter().map(line).collect();
    html(200, &MailsPage { mails }).into_response()
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    id: u64,
    subject: String,
    from: String,
    to: String,
    at: String,
    text: String,
    /// Shown in a frame that may run nothing and reach nothing.
    html: String,
    attachments: Vec<(usize, String, usize)>,
}

fn name_of(part: &mail_parser::MessagePart<'_>, index: usize) -> String {
    part.attachment_name().map_or_else(|| format!("attachment-{index}"), str::to_owned)
}

fn mail_of(world: &web::Data<World>, id: u64) -> Option<MailMessage> {
    world.read(|state| state.mails.iter().find(|mail| mail.id == id).cloned())
}

async fn show_mail(world: web::Data<World>, id: web::Path<u64>) -> HttpResponse {
    let Some(mail) = mail_of(&world, *id) else {
        return Reply::text(404, "no mail of that number\n").into_response();
    };
    let message = parsed(&mail);
    let body = |text: Option<std::borrow::Cow<'_, str>>| text.map(|text| text.into_owned()).unwrap_or_default();
    let message = message.as_ref();
    let has_html = message.is_some_and(|message| message.html_bodies().any(|part| part.is_text_html()));
    let page = MailPage {
        id: mail.id,
        subject: subject_of(message),
        from: mail.from.clone(),
        to: mail.to.join(", "),
        at: mail.at.format("%Y-%m-%d %H:%M:%S").to_string(),
        text: match message {
            Some(message) => body(message.body_text(0)),
            None => String::from_utf8_lossy(&mail.raw).into_owned(),
        },
        html: message.filter(|_| has_html).map(|message| body(message.body_html(0))).unwrap_or_default(),
        attachments: message
            .into_iter()
            .flat_map(Message::attachments)
            .enumerate()
            .map(|(index, part)| (index, name_of(part, index), part.contents().len()))
            .collect(),
    };
    html(200, &page).into_response()
}

async fn download(world: web::Data<World>, path: web::Path<(u64, usize)>) -> HttpResponse {
    let (id, index) = path.into_inner();
    let mail = mail_of(&world, id);
    let message = mail.as_ref().and_then(parsed);
    let part = message.as_ref().and_then(|message| message.attachments().nth(index));
    let Some(part) = part else {
        return Reply::text(404, "no such attachment\n").into_response();
    };
    let kind = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
    );
    attached(&name_of(part, index), kind, part.contents().to_vec())
}

/// An answer that is kept as a file.
fn attached(name: &str, kind: String, bytes: Vec<u8>) -> HttpResponse {
    // Only what every browser reads alike goes into the header.
    let name: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') { c } else { '_' }).collect();
    HttpResponse::Ok()
        .insert_header(("content-type", kind))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(bytes)
}

#[derive(Template)]
#[template(path = "orders.html")]
struct OrdersPage {
    orders: Vec<CardOrder>,
}

impl OrdersPage {
    fn money(&self, minor: &i64) -> String {
        show_amount(*minor)
    }
}

async fn show_orders(world: web::Data<World>) -> HttpResponse {
    let mut orders = handle(&world).orders();
    orders.sort_by_key(|order| order.opened_at);
    html(200, &OrdersPage { orders: newest(orders) }).into_response()
}

#[derive(Template)]
#[template(path = "files.html")]
struct FilesPage {
    files: Vec<DroppedFile>,
}

async fn show_files(world: web::Data<World>) -> HttpResponse {
    html(200, &FilesPage { files: newest(handle(&world).dropped_files()) }).into_response()
}

async fn download_file(world: web::Data<World>, id: web::Path<u64>) -> HttpResponse {
    let found = world.read(|state| state.dropped.iter().find(|file| file.id == *id).cloned());
    match found {
        Some(file) => {
            let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
            attached(&name, "application/octet-stream".to_owned(), file.bytes)
        }
        None => Reply::text(404, "no file of that number\n").into_response(),
    }
}
