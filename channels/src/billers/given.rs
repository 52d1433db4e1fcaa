//! The form that brings a biller's file: as an upload, or as text that was edited on the page.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::StreamExt;
use payments::billers::CHANGE_BYTES_MAX;

use crate::web::context::Context;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;

/// Largest form: a file twice too large is still told so in words; where it is text, each byte may be three.
pub(crate) const FORM_BYTES_MAX: usize = 6 * CHANGE_BYTES_MAX + 16 * 1024;
/// More parts than the form has.
const PARTS_MAX: usize = 10;
/// Longest of the other texts that is taken in, to be told how long it may be.
const TEXT_CHARS_MAX: usize = 2_000;

/// What somebody gave: its token was checked.
pub(crate) struct Given {
    /// The other fields.
    pub(super) posted: Posted,
    /// The file: what was uploaded or, without an upload, the text. `None`: it is no text in UTF-8.
    pub(crate) file: Option<String>,
}

impl FromRequest for Given {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let context = Context::of(request);
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if kind.starts_with("multipart/") {
            let parts = Multipart::from_request(request, payload);
            return Box::pin(async move {
                let (fields, upload) = read(parts.await.map_err(|_| Fault::BadRequest)?).await?;
                Ok(Self::of(&context?, fields, upload)?)
            });
        }
        let form = web::Form::<Vec<(String, String)>>::from_request(request, payload);
        Box::pin(async move { Ok(Self::of(&context?, form.await?.into_inner(), None)?) })
    }
}

impl Given {
    fn of(context: &Context, fields: Vec<(String, String)>, upload: Option<Vec<u8>>) -> Result<Self, Fault> {
        let (texts, fields): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| name == "text");
        if texts.len() > 1 {
            return Err(Fault::FieldTwice);
        }
        let posted = Posted::checked(context, fields, TEXT_CHARS_MAX)?;
        let file = match upload.filter(|bytes| !bytes.is_empty()) {
            Some(bytes) => String::from_utf8(bytes).ok(),
            // Forms end lines as the network does.
            None => Some(texts.into_iter().next().map(|(_, text)| text.replace("\r\n", "\n")).unwrap_or_default()),
        };
        Ok(Self { posted, file })
    }
}

type Fields = (Vec<(String, String)>, Option<Vec<u8>>);

/// The parts in order: `file` is a file, all others are texts.
async fn read(mut parts: Multipart) -> Result<Fields, Fault> {
    let (mut fields, mut file, mut left) = (Vec::new(), None, FORM_BYTES_MAX);
    for _ in 0..PARTS_MAX {
        let Some(part) = parts.next().await else { return Ok((fields, file)) };
        let mut part = part.map_err(|_| Fault::BadRequest)?;
        let name = part.name().ok_or(Fault::BadRequest)?.to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(|_| Fault::BadRequest)?;
            left = left.checked_sub(chunk.len()).ok_or(Fault::TooLarge)?;
            bytes.extend_from_slice(&chunk);
        }
        match name.as_str() {
            "file" if file.is_some() => return Err(Fault::FieldTwice),
            "file" => file = Some(bytes),
            _ => fields.push((name, String::from_utf8(bytes).map_err(|_| Fault::BadRequest)?)),
        }
    }
    Err(Fault::TooLarge)
}
