//! Forms that bring a file along: bounded as a whole, checked for forgery as all forms are.

use std::future::Future;
use std::pin::Pin;

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use payments::branding::LOGO_BYTES_MAX;

use crate::web::context::Context;
use crate::web::errors::Fault;
use crate::web::inputs::Posted;

/// Largest form: a file twice too large is still told so in words, and the longest texts fit besides.
const FORM_BYTES_MAX: usize = 2 * LOGO_BYTES_MAX + 64 * 1024;
/// More parts than the form has.
const PARTS_MAX: usize = 40;
/// Longest text that is taken in, to be told how long it may be.
const TEXT_CHARS_MAX: usize = 2_000;

/// A form with a file.
pub(crate) struct Upload {
    /// Its fields.
    pub(super) posted: Posted,
    /// The file's bytes, where one was chosen.
    pub(super) file: Option<Vec<u8>>,
}

impl FromRequest for Upload {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let context = Context::of(request);
        let parts = Multipart::from_request(request, payload);
        Box::pin(async move { Ok(read(&context?, parts.await.map_err(|_| Fault::BadRequest)?).await?) })
    }
}

/// The parts in order: `logo` is a file, all others are texts.
async fn read(context: &Context, mut parts: Multipart) -> Result<Upload, Fault> {
    let (mut fields, mut file, mut left, mut count) = (Vec::new(), None, FORM_BYTES_MAX, 0);
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Fault::BadRequest)?;
        count += 1;
        if count > PARTS_MAX {
            return Err(Fault::TooLarge);
        }
        let name = part.name().ok_or(Fault::BadRequest)?.to_owned();
        let bytes = gather(part, left).await?;
        left -= bytes.len();
        if name == "logo" {
            if file.is_some() {
                return Err(Fault::FieldTwice);
            }
            file = Some(bytes);
        } else {
            let text = String::from_utf8(bytes).map_err(|_| Fault::BadRequest)?;
            // A text is one paragraph, however it was typed.
            fields.push((name, text.replace(['\r', '\n', '\t'], " ")));
        }
    }
    let posted = Posted::checked(context, fields, TEXT_CHARS_MAX)?;
    Ok(Upload { posted, file: file.filter(|bytes| !bytes.is_empty()) })
}

async fn gather(mut part: actix_multipart::Field, most: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|_| Fault::BadRequest)?;
        if bytes.len() + chunk.len() > most {
            return Err(Fault::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
