//! One's own sessions, and signing out.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::frame::Frame;
use super::session::{HalfWay, StaffSession};
use crate::web::errors::Fault;
use crate::web::format;
use crate::web::inputs::Posted;

/// The open sessions.
#[derive(Template)]
#[template(path = "staff/sessions.html")]
struct SessionsPage {
    frame: Frame,
    lines: Vec<Line>,
    others: bool,
}

struct Line {
    id: i64,
    current: bool,
    browser: &'static str,
    system: &'static str,
    address: String,
    opened_at: String,
    seen_at: String,
}

/// The first of these words that a browser's own description holds, as people call it.
fn named(agent: &str, words: &[(&str, &'static str)]) -> &'static str {
    words.iter().find(|(word, _)| agent.contains(word)).map_or("", |(_, name)| name)
}

/// Browsers claim to be one another: the order tells them apart.
const BROWSERS: &[(&str, &str)] =
    &[("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
const SYSTEMS: &[(&str, &str)] = &[
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
];

pub(crate) async fn show_sessions(session: StaffSession) -> Result<HttpResponse, Fault> {
    let open = session.staff().sessions(&session.who).await?;
    let lines: Vec<Line> = open
        .into_iter()
        .map(|line| Line {
            id: line.id,
            current: line.current,
            browser: named(&line.agent, BROWSERS),
            system: named(&line.agent, SYSTEMS),
            address: line.address,
            opened_at: format::moment(session.language(), line.opened_at),
            seen_at: format::moment(session.language(), line.seen_at),
        })
        .collect();
    let others = lines.iter().any(|line| !line.current);
    let page = SessionsPage { frame: session.frame("staff-sessions-title"), lines, others };
    session.html(StatusCode::OK, &page)
}

/// Ends one session, or all others.
pub(crate) async fn revoke(session: StaffSession, posted: Posted) -> Result<HttpResponse, Fault> {
    match posted.one("session")? {
        "others" => drop(session.staff().revoke_others(&session.who).await?),
        id => {
            let id: i64 = id.parse().map_err(|_| Fault::NotOffered)?;
            // One that ended meanwhile is what was asked for.
            session.staff().revoke(&session.who, id).await?;
        }
    }
    Ok(session.context.see_other("/staff/sessions"))
}

pub(crate) async fn sign_out(half_way: HalfWay, _posted: Posted) -> Result<HttpResponse, Fault> {
    let HalfWay { visitor, session } = half_way;
    visitor.staff.sign_out(&session).await?;
    let mut answer = visitor.context.see_other("/staff/sign-in");
    visitor.drop_token(&mut answer);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox", "Linux")]
    #[case("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/139.0 Safari/537.36 Edg/139.0", "Edge", "Windows")]
    #[case("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36", "Chrome", "Android")]
    #[case("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari", "iPhone")]
    #[case("curl/8", "", "")]
    fn browsers(#[case] agent: &str, #[case] browser: &str, #[case] system: &str) {
        assert_eq!((named(agent, BROWSERS), named(agent, SYSTEMS)), (browser, system));
    }
}
