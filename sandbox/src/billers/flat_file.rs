//! Billers of the file protocol: `docs/biller-flat-file.md` from the biller's side.

use std::collections::BTreeSet;

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::{DateTime, Utc};

use super::json_rest::check_signature;
use crate::amount::{parse_amount, show_amount};
use crate::book::{BookingOutcome, Claim, Look, PaidArticle};
use crate::faults::Injected;
use crate::reply::{Reply, under_faults};
use crate::seed;
use crate::signing::sha256_hex;
use crate::world::{FileState, State, World};

pub(super) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/files/{code}/bills.csv", web::get().to(bills))
        .route("/files/{code}/payments/{reference}.csv", web::put().to(take_payments))
        .route("/files/{code}/payments/{reference}.ack", web::get().to(acknowledge));
}

fn known(code: u16) -> Result<(), Reply> {
    match seed::biller(code) {
        Some(biller) if biller.protocol == "flat_file" => Ok(()),
        _ => Err(Reply::text(404, format!("no file biller {code} here\n"))),
    }
}

fn signed(world: &World, request: &HttpRequest, body: &[u8]) -> Result<String, Reply> {
    check_signature(&world.config.biller_secret, request, body, world.now())
        .map_err(|fault| Reply::text(401, format!("{fault}\n")))
}

async fn bills(world: web::Data<World>, code: web::Path<u16>, request: HttpRequest) -> HttpResponse {
    if let Err(answer) = known(*code) {
        return answer.into_response();
    }
    if let Err(answer) = signed(&world, &request, b"") {
        return answer.into_response();
    }
    under_faults(&world, &format!("biller:{code}"), "find", |injected| {
        if injected.refuse {
            return Reply::text(403, "refused by a fault of the sandbox\n");
        }
        // A file that does not arrive whole uses up no sequence number: the next one would leave a gap.
        let arrives = !injected.drop_after && !injected.garble;
        match world.change(|state| bill_file(state, *code, arrives, world.now())) {
            Ok(bytes) => Reply::new(200, "text/csv; charset=utf-8", bytes),
            Err(fault) => Reply::text(500, format!("the file could not be written: {fault}\n")),
        }
    })
    .await
}

/// The biller's whole truth now, under the last sequence number if nothing changed since, or else the next.
fn bill_file(state: &mut State, code: u16, arrives: bool, now: DateTime<Utc>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').flexible(true).from_writer(Vec::new());
    let (mut records, mut total) = (0_u64, 0_i64);
    for (kind, contract) in state.book.contracts(code) {
        match state.book.look(code, &kind, &contract) {
            Look::Due(due) => {
                for line in due {
                    let (number, amount) = (line.kind.to_string(), show_amount(line.minor));
                    let fields = ["D", &kind, &contract, &line.id, &number, &line.description, &amount, &line.date];
                    writer.write_record(fields)?;
                    records += 1;
                    total += line.minor;
                }
            }
            Look::Nothing => {
                writer.write_record(["C", &kind, &contract])?;
                records += 1;
            }
            Look::Unknown | Look::NoLookUp => {}
        }
    }
    let lines = writer.into_inner().map_err(|fault| csv::Error::from(fault.into_error()))?;
    let digest = sha256_hex(&lines);
    let file = match state.files.get(&code) {
        Some(last) if last.digest == digest => last.clone(),
        last => FileState { sequence: last.map_or(0, |last| last.sequence) + 1, created: now.date_naive(), digest },
    };
    let mut bytes = format!("H;FATOURA-BILLS;1;{code};{};{}\n", file.sequence, file.created).into_bytes();
    bytes.extend_from_slice(&lines);
    let whole = sha256_hex(&bytes);
    bytes.extend_from_slice(format!("T;{records};{};{whole}\n", show_amount(total)).as_bytes());
    if arrives {
        state.files.insert(code, file);
    }
    Ok(bytes)
}

async fn take_payments(
    world: web::Data<World>,
    path: web::Path<(u16, String)>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let (code, reference) = path.into_inner();
    if let Err(answer) = known(code) {
        return answer.into_response();
    }
    match signed(&world, &request, &body) {
        Ok(signed) if signed == reference => {}
        Ok(_) => return Reply::text(400, "X-Fatoura-Reference is not the one of the path\n").into_response(),
        Err(answer) => return answer.into_response(),
    }
    under_faults(&world, &format!("biller:{code}"), "confirm", |injected| {
        match read_payments(code, &reference, &body) {
            Ok(claim) => {
                let Injected { refuse, pending, .. } = *injected;
                let outcome = world.change(|state| state.book.confirm(claim, refuse, pending, world.now()));
                acknowledgement(&reference, &outcome)
            }
            Err(fault) => Reply::text(400, format!("{fault}\n")),
        }
    })
    .await
}

async fn acknowledge(world: web::Data<World>, path: web::Path<(u16, String)>, request: HttpRequest) -> HttpResponse {
    let (code, reference) = path.into_inner();
    if let Err(answer) = known(code) {
        return answer.into_response();
    }
    if let Err(answer) = signed(&world, &request, b"") {
        return answer.into_response();
    }
    under_faults(&world, &format!("biller:{code}"), "status", |injected| {
        match world.change(|state| state.book.status(code, &reference, injected.pending, world.now())) {
            Some(outcome) => acknowledgement(&reference, &outcome),
            None => Reply::text(404, "this payments file never arrived\n"),
        }
    })
    .await
}

fn acknowledgement(reference: &str, outcome: &BookingOutcome) -> Reply {
    let line = match outcome {
        BookingOutcome::Confirmed { receipt_number, date } => format!("A;{reference};{receipt_number};{date}\n"),
        BookingOutcome::Refused { code, message } => format!("R;{reference};{code};{}\n", message.replace(';', ",")),
        // The protocol knows no "pending": an answer without its line is no answer.
        BookingOutcome::Pending => return Reply::text(202, ""),
    };
    Reply::new(200, "text/csv; charset=utf-8", line)
}

/// Reads a payments file, every control checked.
fn read_payments(code: u16, reference: &str, bytes: &[u8]) -> Result<Claim, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "the file is not UTF-8".to_owned())?;
    let mut reader =
        csv::ReaderBuilder::new().delimiter(b';').has_headers(false).flexible(true).from_reader(text.as_bytes());
    let records: Vec<csv::StringRecord> =
        reader.records().collect::<Result<_, _>>().map_err(|fault| format!("the file cannot be read: {fault}"))?;
    let [header, lines @ .., trailer] = records.as_slice() else {
        return Err("a header record and a trailer record are expected".into());
    };
    let head: Vec<_> = header.iter().collect();
    let paid_at = match head.as_slice() {
        ["H", "FATOURA-PAYMENTS", "1", biller, named, paid_at]
            if *biller == code.to_string() && *named == reference =>
        {
            *paid_at
        }
        _ => return Err(format!("line 1: H;FATOURA-PAYMENTS;1;{code};{reference};TIME is expected")),
    };
    DateTime::parse_from_rfc3339(paid_at).map_err(|_| format!("line 1: '{paid_at}' is not an RFC 3339 time"))?;
    let (mut articles, mut customers, mut total) = (Vec::new(), BTreeSet::new(), 0_i64);
    for (index, line) in lines.iter().enumerate() {
        let fields: Vec<_> = line.iter().collect();
        let number = index + 2;
        let ["D", kind, contract, article, amount] = fields.as_slice() else {
            return Err(format!("line {number}: D;TYPE;CONTRACT;ARTICLE;AMOUNT is expected"));
        };
        let minor =
            parse_amount(amount).ok_or_else(|| format!("line {number}: '{amount}' is not of the form 168.00"))?;
        total = total.checked_add(minor).ok_or("the total is out of range")?;
        customers.insert(((*kind).to_owned(), (*contract).to_owned()));
        articles.push(PaidArticle { id: (*article).to_owned(), minor });
    }
    let start = trailer.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
    let digest = sha256_hex(bytes.get(..start).unwrap_or_default());
    let expected = ["T", &lines.len().to_string(), &show_amount(total), &digest].join(";");
    if trailer.iter().collect::<Vec<_>>().join(";") != expected {
        return Err(format!("the trailer record does not fit: {expected} is expected"));
    }
    let mut customers = customers.into_iter();
    let (Some((receivable_type, contract)), None) = (customers.next(), customers.next()) else {
        return Err("the lines must be of one receivable type and contract".into());
    };
    Ok(Claim {
        biller: code,
        receivable_type,
        contract,
        reference: reference.to_owned(),
        articles,
        minor: total,
        authorisation: String::new(),
        digest: sha256_hex(bytes),
    })
}
