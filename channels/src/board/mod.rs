//! The live board: what comes in, how it ends, what waits for whom. Figures and numbers of payments only: nothing of a
//! person stands on it.

mod chart;
mod tiles;
mod traffic;
mod words;

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;
use staff::Permission;

use self::tiles::Tiles;
use crate::staff::frame::Frame;
use crate::staff::session::StaffSession;
use crate::web::errors::Fault;
use crate::web::views::Page;

/// Seconds after which the page asks for itself where there is no script: enough to read a tile in.
const AGAIN_S: u8 = 20;
/// What the page adds to its address when it asks for itself.
const AGAIN: &str = "again=1";

/// Somebody who looks at the board. What the page asks by itself does not keep their session.
pub(crate) struct Looking(StaffSession);

impl FromRequest for Looking {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let by_itself = request.path().ends_with("/tiles") || request.query_string().split('&').any(|one| one == AGAIN);
        let attended = (!by_itself).then(|| StaffSession::from_request(request, payload));
        let request = request.clone();
        Box::pin(async move {
            Ok(Self(match attended {
                Some(session) => session.await?,
                None => StaffSession::unattended(&request).await?,
            }))
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct Wish {
    pause: Option<String>,
}

#[derive(Template)]
#[template(path = "board/board.html")]
struct BoardPage {
    frame: Frame,
    tiles: Tiles,
    /// Where the tiles are had from, and the page by itself; `None`: it stands still.
    moving: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "board/_tiles.html")]
struct TilesPart {
    page: Page,
    tiles: Tiles,
}

/// The board shows every biller's payments: it is for nobody who is bound to one.
async fn tiles(session: &StaffSession) -> Result<Tiles, Fault> {
    session.require(Permission::ViewPayments)?;
    if session.who.scope.biller.is_some() {
        return Err(Fault::Forbidden);
    }
    let hub = session.context.state.counters.clone().ok_or(Fault::NotFound)?;
    let board = hub.board().await;
    Ok(Tiles::of(&board, &hub.catalogue(), session))
}

/// The board as a page.
pub(crate) async fn show_board(Looking(session): Looking, wish: web::Query<Wish>) -> Result<HttpResponse, Fault> {
    let tiles = tiles(&session).await?;
    let here = format!("/{}/staff/board", session.language());
    let moving = wish.pause.is_none().then(|| (format!("{here}/tiles"), format!("{AGAIN_S}; url={here}?{AGAIN}")));
    let query = if moving.is_none() { "pause=1" } else { "" };
    let page = BoardPage { frame: session.frame_with_query("board-title", query), tiles, moving };
    session.html(StatusCode::OK, &page)
}

/// The tiles alone, for the page's script.
pub(crate) async fn show_tiles(Looking(session): Looking) -> Result<HttpResponse, Fault> {
    let tiles = tiles(&session).await?;
    session.html(StatusCode::OK, &TilesPart { page: session.context.page("board-title"), tiles })
}
