//! What is held of somebody, handed out as a file; and the certificate of an erasure.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, web};
use ledger::{PersonRequest, PersonRequestStep};
use payments::Hub;
use payments::personal::Export;
use staff::Action;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::time::timeout;

use super::paper::readable_export;
use super::parts::{case, hub_for, subject};
use super::request::{Typed, again};
use crate::finance::download::{headed, place, taken};
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::i18n;
use crate::web::inputs::Posted;

/// How often whoever waits hears that it is still being made: proxies give up a silent answer after a minute.
const STILL_HERE: Duration = Duration::from_secs(10);
/// How long a reader may leave a piece lying, as for other files.
const PATIENCE: Duration = Duration::from_secs(60);

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Json,
    Html,
}

/// A file that is being made. Until then blanks come, which neither form minds at its beginning.
struct LaterBody(mpsc::Receiver<io::Result<Bytes>>);

impl MessageBody for LaterBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        self.get_mut().0.poll_recv(cx)
    }
}

/// Hands out all that is held of whoever made the request, in their language. The audit log knows first.
pub(crate) async fn export(
    session: StaffSession,
    path: web::Path<(String, String)>,
    posted: Posted,
) -> Result<HttpResponse, Fault> {
    let (request, _) = case(&session, &path.1).await?;
    let (form, name, mime) = match posted.one("form")? {
        "json" => (Form::Json, "json", "application/json"),
        "html" => (Form::Html, "html", "text/html; charset=utf-8"),
        _ => return Err(Fault::NotOffered),
    };
    let hub = hub_for(&session)?;
    session.context.state.operators.take_key(&session.who.member).map_err(Fault::TooManyLookUps)?;
    let place = place(&session)?;
    let entry = session.audit_entry(Action::PersonalDataExported, &subject(request.id), name);
    match hub.hand_out(request.id, entry).await? {
        PersonRequestStep::Done(_) => {}
        PersonRequestStep::NoSuchRequest => return Err(Fault::NotFound),
        _ => {
            let text = i18n::text(session.language(), "personal-fault-ended");
            return again(&session, request.id, StatusCode::CONFLICT, Typed::default(), ("state", text)).await;
        }
    }
    let mut answer = headed(&format!("person-request-{}.{name}", request.id), mime);
    Ok(answer.body(make(hub, request, form, place)))
}

fn make(hub: Arc<Hub>, request: PersonRequest, form: Form, place: OwnedSemaphorePermit) -> LaterBody {
    let (out, pieces) = mpsc::channel::<io::Result<Bytes>>(1);
    tokio::spawn(async move {
        let _place = place;
        let mut making = Box::pin(hub.export_person(&request, || !out.is_closed()));
        let made = loop {
            match timeout(STILL_HERE, &mut making).await {
                Ok(made) => break made,
                // Whoever stopped listening needs no more.
                Err(_) => match timeout(PATIENCE, out.send(Ok(Bytes::from_static(b"\n")))).await {
                    Ok(Ok(())) => {}
                    Ok(Err(_)) | Err(_) => return,
                },
            }
        };
        let written = match made {
            Ok(Some(export)) => written(&hub, &request, form, &export),
            Ok(None) => return,
            Err(error) => Err(io::Error::other(error)),
        };
        if let Err(error) = &written {
            tracing::error!(request = request.id, %error, "what is held of a person is not handed out");
        }
        // What is cut off must not pass for the whole: the answer ends in an error.
        let _ = timeout(PATIENCE, out.send(written)).await;
    });
    LaterBody(pieces)
}

fn written(hub: &Hub, request: &PersonRequest, form: Form, export: &Export) -> io::Result<Bytes> {
    match form {
        Form::Json => Ok(serde_json::to_vec_pretty(export)?.into()),
        Form::Html => {
            let page = readable_export(request.language, export, &hub.catalogue());
            page.map(Bytes::from).map_err(io::Error::other)
        }
    }
}

/// The certificate of the erasure that a request led to.
pub(crate) async fn certificate(
    session: StaffSession,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Fault> {
    let (request, erasure) = case(&session, &path.1).await?;
    let erasure = erasure.filter(|erasure| !erasure.certificate.is_empty()).ok_or(Fault::NotFound)?;
    taken(&session, Action::FileDownloaded, &subject(request.id), "certificate of an erasure").await?;
    let mut answer = headed(&format!("erasure-{}.txt", erasure.id), "text/plain; charset=utf-8");
    Ok(answer.body(erasure.certificate))
}
