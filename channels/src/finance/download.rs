//! Files handed out piece by piece, however long they are, for as long as somebody takes them.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::body::{BodySize, MessageBody};
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use payments::finance::{FileFault, OpenedFile};
use staff::Action;
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
pub(crate) const COME_BACK_SECONDS: u32 = 10;
/// How long a reader may leave a piece lying: a line of 9,600 bit/s takes one in less. Whoever takes nothing for longer has
/// gone, or keeps the place from others.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file on its way out.
struct FileBody {
    bytes: u64,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
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
pub(crate) fn place(session: &StaffSession) -> Result<OwnedSemaphorePermit, Fault> {
    let places = session.context.state.downloads.clone();
    places.try_acquire_owned().map_err(|_| Fault::Overloaded(COME_BACK_SECONDS))
}

/// Hands a file out under its own name. Until it is read to its end, or its reader is given up, it holds its place.
pub(crate) fn hand_out(opened: OpenedFile, place: OwnedSemaphorePermit) -> HttpResponse {
    hand_out_within(opened, place, PATIENCE)
}

fn hand_out_within(opened: OpenedFile, place: OwnedSemaphorePermit, patience: Duration) -> HttpResponse {
    let OpenedFile { name, bytes, file } = opened;
    let (out, pieces) = mpsc::channel(AHEAD);
    tokio::spawn(async move {
        let _place = place;
        let mut file = tokio::fs::File::from_std(file);
        loop {
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            let read = (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece).await;
            let is_over = !matches!(read, Ok(1..));
            let piece = match read {
                Ok(0) => break,
                Ok(_) => Ok(piece.into()),
                Err(error) => Err(error),
            };
            let sent = tokio::time::timeout(patience, out.send(piece)).await;
            // Whoever stopped listening needs no more; what was cut off shows by its length.
            if is_over || !matches!(sent, Ok(Ok(()))) {
                break;
            }
        }
    });
    let mut answer = headed(&name, mime(&name));
    answer.body(FileBody { bytes, pieces })
}

/// Writes to the audit log that something was taken along. Who asks for the head alone has nothing of it.
pub(crate) async fn taken(session: &StaffSession, action: Action, subject: &str, detail: &str) -> Result<(), Fault> {
    if session.is_head { Ok(()) } else { session.audit(action, subject, detail).await }
}

/// An answer that is kept under a name.
pub(crate) fn headed(name: &str, mime: &'static str) -> actix_web::HttpResponseBuilder {
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
pub(crate) fn refuse(
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

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::sync::Arc;

    use tokio::sync::Semaphore;

    use super::*;

    /// More than the pieces that are read ahead.
    const BYTES: usize = PIECE_BYTES * (AHEAD + 3);

    fn opened(folder: &tempfile::TempDir) -> OpenedFile {
        let path = folder.path().join("f.csv");
        std::fs::write(&path, vec![b'x'; BYTES]).unwrap();
        OpenedFile { name: "f.csv".to_owned(), bytes: BYTES as u64, file: File::open(path).unwrap() }
    }

    #[actix_web::test]
    async fn who_takes_nothing_gives_the_place_up() {
        let (folder, places) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(1)));
        let place = places.clone().try_acquire_owned().unwrap();
        let answer = hand_out_within(opened(&folder), place, Duration::from_millis(20));
        drop(places.acquire().await.unwrap());
        let got = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
        assert!(got.len() < BYTES, "what comes late is cut off");
    }

    #[actix_web::test]
    async fn who_takes_it_has_it_whole() {
        let (folder, places) = (tempfile::tempdir().unwrap(), Arc::new(Semaphore::new(1)));
        let answer = hand_out(opened(&folder), places.clone().try_acquire_owned().unwrap());
        let got = actix_web::body::to_bytes(answer.into_body()).await.unwrap();
        assert_eq!((got.len(), places.available_permits()), (BYTES, 1));
    }
}
