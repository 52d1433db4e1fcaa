//! Files handed out piece by piece, however long they are and however slowly they are taken.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use payments::finance::{FileFault, OpenedFile};
use tokio::io::AsyncReadExt;
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::staff::frame::StaffNotice;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::views::notice::{Notice, Tone};

/// Bytes of a piece.
const PIECE_BYTES: usize = 64 * 1024;
/// Pieces read ahead of a slow reader.
const AHEAD: usize = 4;
/// Seconds after which to come back where too many files are being handed out.
const COME_BACK_SECONDS: u32 = 10;

/// A file on its way out. While it is, it holds one of the places that there are.
struct FileBody {
    bytes: u64,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
    _place: OwnedSemaphorePermit,
}

impl MessageBody for FileBody {
    type Error = io::Error;

    fn size(&self) -> BodySize {
        BodySize::Sized(self.bytes)
    }

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, io::Error>>> {
        self.get_mut().pieces.poll_recv(cx)
    }
}

/// A place among the files that are handed out at the same time.
pub(super) fn place(session: &StaffSession) -> Result<OwnedSemaphorePermit, Fault> {
    let places = session.context.state.downloads.clone();
    places.try_acquire_owned().map_err(|_| Fault::Overloaded(COME_BACK_SECONDS))
}

/// Hands a file out under its own name.
pub(super) fn hand_out(opened: OpenedFile, place: OwnedSemaphorePermit) -> HttpResponse {
    let OpenedFile { name, bytes, file } = opened;
    let (out, pieces) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let mut file = tokio::fs::File::from_std(file);
        loop {
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            let read = (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece).await;
            let is_over = !matches!(read, Ok(1..));
            let sent = match read {
                Ok(0) => break,
                Ok(_) => out.send(Ok(piece.into())).await,
                Err(error) => out.send(Err(error)).await,
            };
            // Whoever stopped listening needs no more.
            if is_over || sent.is_err() {
                break;
            }
        }
    });
    let mut answer = headed(&name, mime(&name));
    answer.body(FileBody { bytes, pieces, _place: place })
}

/// An answer that is kept under a name.
pub(super) fn headed(name: &str, mime: &'static str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(mime)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")))
        .insert_header(("Cache-Control", "no-store"));
    answer
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("csv") => "text/csv",
        Some("xml") => "application/xml",
        // Lines of fixed width are not in the encoding that browsers take texts to be in.
        _ => "application/octet-stream",
    }
}

/// The page about a file that cannot be had.
pub(super) fn refuse(
    session: &StaffSession,
    fault: FileFault,
    name: &str,
    back: (&str, &str),
) -> Result<HttpResponse, Fault> {
    let language = session.language();
    let (status, key) = match fault {
        FileFault::Infrastructure(trouble) => return Err(trouble.into()),
        FileFault::Missing => (StatusCode::NOT_FOUND, "finance-file-missing"),
        FileFault::Changed => {
            tracing::error!(file = name, "a file is not as it was made");
            (StatusCode::CONFLICT, "finance-file-changed")
        }
    };
    let notice = Notice::new(language, Tone::Bad, key).fact(language, "finance-file", name);
    let notice = notice.action(language, back.0, back.1);
    session.html(status, &StaffNotice { frame: session.frame(&format!("{key}-title")), notice })
}
