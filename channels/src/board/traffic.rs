//! Payments by minute and channel, and how they end by biller and instrument.

use ledger::Language;
use payments::board::{CURVE_MINUTES, Counts, Traffic};
use payments::catalogue::Catalogue;

use super::chart::{self, Bar};
use super::words::{clock, percent, word};
use crate::web::format;
use crate::web::i18n::{self, Arg};

/// Billers that are shown: those with the most payments of the day.
const BILLERS_MAX: usize = 30;
/// Below so many of a thousand it is said that payments fail.
const BAD_BELOW: u64 = 900;
/// Below so many it is said to be watched.
const WATCHED_BELOW: u64 = 980;

/// All of it.
pub(super) struct TrafficView {
    /// Payments of the last whole minute, and of the hour.
    pub(super) minute: String,
    pub(super) hour: String,
    pub(super) curves: Vec<Curve>,
    pub(super) width: u64,
    pub(super) height: u64,
    /// Times below the curves: the first, the middle, the last.
    pub(super) axis: [String; 3],
    pub(super) channels: Vec<String>,
    /// Minutes in which something was started, the latest first.
    pub(super) minutes: Vec<(String, Vec<String>)>,
    /// By biller, and by instrument.
    pub(super) rates: [Rates; 2],
    /// From when it counts, where that is not a whole day.
    pub(super) since: Option<String>,
}

/// A channel.
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) total: String,
    /// What the picture shows, in words.
    pub(super) told: String,
    pub(super) bars: Vec<Bar>,
}

/// How payments end, by one thing that tells them apart.
pub(super) struct Rates {
    pub(super) id: &'static str,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) column: String,
    pub(super) rows: Vec<Rate>,
}

impl Rates {
    fn of(language: Language, id: &'static str, rows: Vec<Rate>) -> Self {
        let text = |rest: &str| i18n::text(language, &format!("board-rate-{id}{rest}"));
        Self { id, title: text(""), about: text("-about"), column: text("-col"), rows }
    }
}

/// How payments of one kind end.
pub(super) struct Rate {
    pub(super) name: String,
    /// The last hour, and the last day.
    pub(super) times: [Share; 2],
}

/// A share of success.
pub(super) struct Share {
    /// In per cent; a dash where nothing has ended.
    pub(super) percent: String,
    /// The filled part of the meter; `None`: there is nothing to show.
    pub(super) meter: Option<(u64, u64)>,
    pub(super) tone: &'static str,
    /// The badge's word, where it is not well.
    pub(super) verdict: String,
    pub(super) counts: String,
}

fn share(language: Language, counts: &Counts, per_mille: Option<u64>) -> Share {
    let of = |name: &'static str, count: u64| (name, Arg::Number(i64::try_from(count).unwrap_or(i64::MAX)));
    let args = [
        of("confirmed", counts.confirmed),
        of("returned", counts.returned),
        of("unpaid", counts.not_paid),
        of("open", counts.open),
    ];
    let (tone, verdict) = match per_mille {
        Some(share) if share < BAD_BELOW => ("badge-bad", "board-rate-bad"),
        Some(share) if share < WATCHED_BELOW => ("badge-wait", "board-rate-watched"),
        _ => ("", ""),
    };
    Share {
        percent: per_mille.map_or_else(|| "\u{2014}".to_owned(), |share| percent(language, share)),
        meter: per_mille.map(|share| chart::meter(share, language == Language::Ar)),
        tone,
        verdict: if verdict.is_empty() { String::new() } else { i18n::text(language, verdict) },
        counts: i18n::text_with(language, "board-rate-counts", &args),
    }
}

fn rate(language: Language, name: String, times: &[Counts; 2], per_mille: fn(&Counts) -> Option<u64>) -> Rate {
    Rate { name, times: times.each_ref().map(|counts| share(language, counts, per_mille(counts))) }
}

impl TrafficView {
    pub(super) fn of(language: Language, traffic: &Traffic, catalogue: &Catalogue) -> Self {
        let is_rtl = language == Language::Ar;
        let highest = traffic.curves.values().flatten().max().copied().unwrap_or(0);
        let first = traffic.until_minute - i64::try_from(CURVE_MINUTES).unwrap_or(0);
        let at = |minute: usize| clock(first + i64::try_from(minute).unwrap_or(0));
        let count = |figure: u64| format::count(language, figure);
        let number = |figure: u64| Arg::Number(i64::try_from(figure).unwrap_or(i64::MAX));
        let channel_name = |channel: &ledger::Channel| word(language, "desk-channel", &channel.as_str().to_lowercase());
        let curves = traffic.curves.iter().map(|(channel, figures)| {
            let (name, total) = (channel_name(channel), figures.iter().sum::<u64>());
            let peak = figures.iter().max().copied().unwrap_or(0);
            let args = [("channel", Arg::Text(&name)), ("count", number(total)), ("peak", number(peak))];
            let told = i18n::text_with(language, "board-curve-told", &args);
            Curve { told, bars: chart::curve(figures, highest, is_rtl), total: count(total), name }
        });
        let in_minute = |minute: usize| traffic.curves.values().filter_map(move |figures| figures.get(minute).copied());
        let minutes = (0..CURVE_MINUTES).rev().filter(|minute| in_minute(*minute).sum::<u64>() > 0);
        let mut billers: Vec<_> = traffic.billers.iter().collect();
        billers.sort_by_key(|(code, times)| (std::cmp::Reverse(times[1].total()), **code));
        let name_of = |code: u16| {
            catalogue.get(code).map_or_else(|| code.to_string(), |biller| biller.name.get(language).to_owned())
        };
        let shown = billers.into_iter().take(BILLERS_MAX);
        let of_billers = shown.map(|(code, times)| rate(language, name_of(*code), times, Counts::booked_per_mille));
        let of_instruments = traffic.instruments.iter().map(|(instrument, times)| {
            rate(language, word(language, "instrument", instrument.as_str()), times, Counts::paid_per_mille)
        });
        Self {
            minute: count(in_minute(CURVE_MINUTES.saturating_sub(2)).sum()),
            hour: count(traffic.curves.values().flatten().sum()),
            curves: curves.collect(),
            width: chart::curve_width(CURVE_MINUTES),
            height: chart::CURVE_HEIGHT,
            axis: [at(0), at(CURVE_MINUTES / 2), at(CURVE_MINUTES - 1)],
            channels: traffic.curves.keys().map(channel_name).collect(),
            minutes: minutes.map(|minute| (at(minute), in_minute(minute).map(count).collect())).collect(),
            rates: [
                Rates::of(language, "billers", of_billers.collect()),
                Rates::of(language, "instruments", of_instruments.collect()),
            ],
            since: traffic.since.map(format::stamp),
        }
    }
}
