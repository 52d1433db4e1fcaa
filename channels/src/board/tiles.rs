//! The tiles: each a figure, a verdict and a table of what stands behind it.

use chrono::{DateTime, NaiveDateTime, Utc};
use ledger::{BreakKind, IncidentKind, Language, OutcomeSubject, TaskKind, Waiting};
use payments::board::{BoardView, Queues, ToLookAt, UndeliveredFiles, Unknowns};
use payments::catalogue::Catalogue;
use staff::Permission;

use super::traffic::TrafficView;
use super::words::{age, word};
use crate::staff::session::StaffSession;
use crate::web::format;
use crate::web::i18n::{self, Arg};

/// Age of a due task from which the outbox is said to be behind: it looks every second.
const BEHIND_S: i64 = 60;
/// Age from which it is said that something holds it up.
const HELD_UP_S: i64 = 600;

/// What the page shows.
pub(super) struct Tiles {
    pub(super) read_at: String,
    /// How many tiles ask for a person, in words.
    pub(super) verdict: String,
    pub(super) tone: &'static str,
    pub(super) traffic: Option<TrafficView>,
    pub(super) lists: Vec<Tile>,
}

/// A tile.
pub(super) struct Tile {
    /// The message that is its title.
    pub(super) id: &'static str,
    pub(super) title: String,
    /// What it counts, for whoever does not know.
    pub(super) about: String,
    pub(super) figure: String,
    pub(super) tone: Tone,
    pub(super) state: String,
    /// A line below the figure; empty: none.
    pub(super) note: String,
    pub(super) columns: [String; 3],
    pub(super) rows: Vec<Row>,
    /// Where more of it is: address and words.
    pub(super) more: Option<(String, String)>,
}

/// How a tile stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Watch,
    Act,
    Unread,
}

impl Tone {
    pub(super) fn badge(self) -> &'static str {
        match self {
            Self::Good => "badge-good",
            Self::Watch | Self::Unread => "badge-wait",
            Self::Act => "badge-bad",
        }
    }

    /// Whether the tile could be read.
    pub(super) fn is_read(self) -> bool {
        self != Self::Unread
    }

    fn key(self) -> &'static str {
        match self {
            Self::Good => "board-state-good",
            Self::Watch => "board-state-watch",
            Self::Act => "board-state-act",
            Self::Unread => "board-state-unread",
        }
    }
}

/// A line of a tile's table.
pub(super) struct Row {
    pub(super) what: String,
    /// Whether it is a code, which is written from left to right.
    pub(super) is_code: bool,
    pub(super) href: Option<String>,
    pub(super) middle: String,
    pub(super) last: String,
}

/// What the tiles are made with.
struct Maker<'a> {
    language: Language,
    now: DateTime<Utc>,
    session: &'a StaffSession,
}

impl Tiles {
    pub(super) fn of(board: &BoardView, catalogue: &Catalogue, session: &StaffSession) -> Self {
        let language = session.language();
        let maker = Maker { language, now: board.read_at, session };
        let lists = vec![
            maker.unknowns(board.unknowns.as_ref()),
            maker.breakers(&board.breakers, catalogue),
            maker.queues(board.queues.as_ref()),
            maker.messages(board.messages.as_deref()),
            maker.incidents(board.to_look_at.as_ref()),
            maker.breaks(board.to_look_at.as_ref()),
            maker.floats(board.floats.as_deref()),
            maker.jobs(board.jobs.as_deref()),
            maker.files(board.files.as_ref()),
        ];
        let traffic = board.traffic.as_ref().map(|traffic| TrafficView::of(language, traffic, catalogue));
        let to_act = lists.iter().filter(|tile| tile.tone == Tone::Act).count();
        let is_unread = traffic.is_none() || lists.iter().any(|tile| !tile.tone.is_read());
        let (key, tone) = match (to_act, is_unread) {
            (0, true) => ("board-verdict-unread", "board-wait"),
            (0, false) => ("board-verdict-good", "board-good"),
            _ => ("board-verdict-act", "board-bad"),
        };
        let count = Arg::Number(i64::try_from(to_act).unwrap_or(i64::MAX));
        let verdict = i18n::text_with(language, key, &[("count", count)]);
        Self { read_at: format::stamp(board.read_at), verdict, tone, traffic, lists }
    }
}

impl Maker<'_> {
    fn t(&self, key: &str) -> String {
        i18n::text(self.language, key)
    }

    fn count(&self, count: i64) -> String {
        format::count(self.language, u64::try_from(count).unwrap_or(0))
    }

    fn age(&self, since: NaiveDateTime) -> String {
        age(self.language, since, self.now)
    }

    fn url(&self, path: &str) -> String {
        format!("/{}/staff{path}", self.language)
    }

    /// A page where one can act, for whoever may see it.
    fn way(&self, needs: Permission, path: impl AsRef<str>) -> Option<String> {
        self.session.who.may(needs).then(|| self.url(path.as_ref()))
    }

    /// The same with the words of the page's place.
    fn place(&self, needs: Permission, path: &str, key: &str) -> Option<(String, String)> {
        self.way(needs, path).map(|href| (href, self.t(key)))
    }

    /// Where people act on what a task does in vain; messages are tried again by themselves.
    fn way_of_task(&self, kind: TaskKind) -> Option<String> {
        match kind {
            TaskKind::Capture => self.way(Permission::ViewPayments, "/payments?state=held"),
            TaskKind::PollAttempt => self.way(Permission::ViewPayments, "/payments?state=awaiting"),
            kind if OutcomeSubject::ALL.iter().any(|subject| subject.task() == kind) => {
                self.way(Permission::ViewPayments, "/unknowns")
            }
            _ => None,
        }
    }

    /// Where people act on what they were called for. What does not agree with a callback or an amount is told by its payment
    /// alone.
    fn way_of_incident(&self, kind: IncidentKind) -> Option<String> {
        match kind {
            IncidentKind::UnresolvedCapture => self.way(Permission::ViewPayments, "/payments?state=held"),
            IncidentKind::LateCash => self.way(Permission::ViewOutlets, "/late-cash"),
            IncidentKind::UndeliveredFile => self.way(Permission::ViewSettlement, "/settlement"),
            IncidentKind::Job => Some("#board-jobs".to_owned()),
            IncidentKind::CallbackMismatch | IncidentKind::AmountMismatch => None,
            IncidentKind::UnresolvedConfirmation
            | IncidentKind::UnresolvedReturn
            | IncidentKind::UnresolvedCancellation
            | IncidentKind::UnresolvedRefund => self.way(Permission::ViewPayments, "/unknowns"),
        }
    }

    /// A tile; `count` is `None` where it could not be read.
    fn tile(&self, id: &'static str, columns: [&str; 3], count: Option<i64>, tone: Tone, rows: Vec<Row>) -> Tile {
        let tone = if count.is_some() { tone } else { Tone::Unread };
        Tile {
            id,
            title: self.t(id),
            about: self.t(&format!("{id}-about")),
            figure: count.map_or_else(|| "\u{2014}".to_owned(), |count| self.count(count)),
            tone,
            state: self.t(tone.key()),
            note: String::new(),
            columns: columns.map(|key| self.t(key)),
            rows,
            more: None,
        }
    }

    /// Kinds of things that wait, those waiting longest first.
    fn waiting<K: Copy>(
        &self,
        all: &[Waiting<K>],
        name: impl Fn(K) -> String,
        way: impl Fn(K) -> Option<String>,
    ) -> Vec<Row> {
        let mut all = all.to_vec();
        all.sort_by_key(|one| one.oldest);
        let row = |one: &Waiting<K>| Row {
            what: name(one.kind),
            is_code: false,
            href: way(one.kind),
            middle: self.count(one.count),
            last: self.age(one.oldest),
        };
        all.iter().map(row).collect()
    }

    fn unknowns(&self, unknowns: Option<&Unknowns>) -> Tile {
        let count = unknowns.map(|unknowns| sum(&unknowns.all));
        let rows = unknowns.into_iter().flat_map(|unknowns| &unknowns.oldest).map(|one| Row {
            what: one.payment.to_string(),
            is_code: true,
            href: Some(self.url(&match one.kind {
                TaskKind::Capture => format!("/payments/{}/hold", one.payment),
                _ => format!("/payments/{}/resolve", one.payment),
            })),
            middle: i18n::text_with(
                self.language,
                "board-unknown-asked",
                &[
                    ("what", Arg::Text(&word(self.language, "board-task", one.kind.as_str()))),
                    ("count", Arg::Number(one.attempts.into())),
                ],
            ),
            last: self.age(one.since),
        });
        let columns = ["board-col-payment", "board-col-asked", "board-col-age"];
        let mut tile = self.tile("board-unknowns", columns, count, act_if(count), rows.collect());
        tile.more = self.place(Permission::ViewPayments, "/unknowns", "staff-nav-unknowns");
        if count.is_some_and(|count| count > i64::try_from(tile.rows.len()).unwrap_or(0)) {
            tile.note = self.t("board-oldest-shown");
        }
        tile
    }

    fn breakers(&self, open: &[u16], catalogue: &Catalogue) -> Tile {
        let row = |code: &u16| Row {
            what: catalogue
                .get(*code)
                .map_or_else(|| code.to_string(), |biller| biller.name.get(self.language).to_owned()),
            is_code: false,
            // One that left the catalogue has no page.
            href: catalogue.get(*code).and_then(|_| self.way(Permission::ViewBillers, format!("/billers/{code}"))),
            middle: code.to_string(),
            last: self.t("board-breaker-open"),
        };
        let count = i64::try_from(open.len()).ok();
        let columns = ["board-col-biller", "board-col-code", "board-col-state"];
        let mut tile = self.tile("board-breakers", columns, count, act_if(count), open.iter().map(row).collect());
        tile.more = self.place(Permission::ViewBillers, "/billers", "staff-nav-billers");
        tile
    }

    fn queues(&self, queues: Option<&Queues>) -> Tile {
        let due = queues.map_or(&[][..], |queues| &queues.due);
        let oldest = due.iter().map(|one| one.oldest).min();
        let behind_s = oldest.map_or(0, |oldest| (self.now.naive_utc() - oldest).num_seconds());
        let tone = match behind_s {
            HELD_UP_S.. => Tone::Act,
            BEHIND_S.. => Tone::Watch,
            _ => Tone::Good,
        };
        let name = |kind: TaskKind| word(self.language, "board-task", kind.as_str());
        let rows = self.waiting(due, name, |kind| self.way_of_task(kind));
        let columns = ["board-col-task", "board-col-count", "board-col-oldest"];
        let mut tile = self.tile("board-queues", columns, queues.map(|queues| sum(&queues.due)), tone, rows);
        if let Some(queues) = queues {
            let waiting = Arg::Number(i64::try_from(queues.writer).unwrap_or(i64::MAX));
            tile.note = i18n::text_with(self.language, "board-writer", &[("count", waiting)]);
        }
        tile
    }

    fn messages(&self, unsent: Option<&[Waiting<TaskKind>]>) -> Tile {
        let count = unsent.map(sum);
        let name = |kind: TaskKind| word(self.language, "board-task", kind.as_str());
        let rows = self.waiting(unsent.unwrap_or_default(), name, |_| None);
        let tone = if count == Some(0) { Tone::Good } else { Tone::Watch };
        self.tile("board-messages", ["board-col-message", "board-col-count", "board-col-oldest"], count, tone, rows)
    }

    fn incidents(&self, found: Option<&ToLookAt>) -> Tile {
        let incidents = found.map(|found| found.incidents.as_slice());
        let count = incidents.map(sum);
        let name = |kind: IncidentKind| word(self.language, "board-incident", kind.as_str());
        let rows = self.waiting(incidents.unwrap_or_default(), name, |kind| self.way_of_incident(kind));
        self.tile(
            "board-incidents",
            ["board-col-what", "board-col-count", "board-col-oldest"],
            count,
            act_if(count),
            rows,
        )
    }

    fn breaks(&self, found: Option<&ToLookAt>) -> Tile {
        let breaks = found.map(|found| found.breaks.as_slice());
        let count = breaks.map(sum);
        let name = |kind: BreakKind| word(self.language, "finance-kind", kind.as_str());
        let rows = self.waiting(breaks.unwrap_or_default(), name, |kind| {
            self.way(Permission::ViewBooks, format!("/breaks?kind={}", kind.as_str().replace(' ', "%20")))
        });
        let tone = if count == Some(0) { Tone::Good } else { Tone::Watch };
        let mut tile =
            self.tile("board-breaks", ["board-col-what", "board-col-count", "board-col-oldest"], count, tone, rows);
        tile.more = self.place(Permission::ViewBooks, "/breaks", "staff-nav-breaks");
        tile
    }

    fn floats(&self, low: Option<&[payments::board::LowFloat]>) -> Tile {
        let count = low.and_then(|low| i64::try_from(low.len()).ok());
        let rows = low.unwrap_or_default().iter().map(|float| Row {
            what: float.outlet.clone(),
            is_code: true,
            href: self.way(Permission::ViewOutlets, format!("/floats/{}", float.outlet)),
            middle: format::money(self.language, float.left),
            last: format::money(self.language, float.threshold),
        });
        let tone = if count == Some(0) { Tone::Good } else { Tone::Watch };
        let columns = ["board-col-outlet", "board-col-left", "board-col-threshold"];
        let mut tile = self.tile("board-floats", columns, count, tone, rows.collect());
        tile.more = self.place(Permission::ViewOutlets, "/floats", "staff-nav-floats");
        tile
    }

    fn jobs(&self, failing: Option<&[ledger::StoredJob]>) -> Tile {
        let count = failing.and_then(|failing| i64::try_from(failing.len()).ok());
        let is_called = failing.unwrap_or_default().iter().any(|job| job.incident.is_some());
        let rows = failing.unwrap_or_default().iter().map(|job| Row {
            what: job.name.clone(),
            is_code: true,
            href: None,
            middle: match (job.failures, job.incident) {
                (0, _) => self.t("board-job-late"),
                (failures, _) => {
                    i18n::text_with(self.language, "board-job-failures", &[("count", Arg::Number(failures.into()))])
                }
            },
            last: job.done_at.map_or_else(|| self.t("board-never"), |done_at| self.age(done_at)),
        });
        let tone = match count {
            Some(0) => Tone::Good,
            _ if is_called => Tone::Act,
            _ => Tone::Watch,
        };
        self.tile("board-jobs", ["board-col-job", "board-col-state", "board-col-done"], count, tone, rows.collect())
    }

    fn files(&self, files: Option<&UndeliveredFiles>) -> Tile {
        let count = files.map(|files| files.count);
        let is_tried = files.is_some_and(|files| files.oldest.iter().any(|file| file.attempts > 0));
        let rows = files.into_iter().flat_map(|files| &files.oldest).map(|file| Row {
            what: file.name.clone(),
            is_code: true,
            href: self.way(
                Permission::ViewSettlement,
                file.window.map_or("/settlement/orders".to_owned(), |window| format!("/settlement/windows/{window}")),
            ),
            middle: self.count(file.attempts.into()),
            last: self.age(file.since),
        });
        let tone = match count {
            Some(0) => Tone::Good,
            _ if is_tried => Tone::Act,
            _ => Tone::Watch,
        };
        let mut tile = self.tile(
            "board-files",
            ["board-col-file", "board-col-tries", "board-col-age"],
            count,
            tone,
            rows.collect(),
        );
        if count.is_some_and(|count| count > i64::try_from(tile.rows.len()).unwrap_or(0)) {
            tile.note = self.t("board-oldest-shown");
        }
        tile.more = self.place(Permission::ViewSettlement, "/settlement", "staff-nav-settlement");
        tile
    }
}

fn act_if(count: Option<i64>) -> Tone {
    if count == Some(0) { Tone::Good } else { Tone::Act }
}

fn sum<K>(all: &[Waiting<K>]) -> i64 {
    all.iter().map(|one| one.count).sum()
}
