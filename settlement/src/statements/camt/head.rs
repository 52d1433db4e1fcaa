//! What stands before the entries of a statement, and its totals.

use std::io::BufRead;

use chrono::NaiveDate;
use ledger::Money;

use crate::statements::amounts::signed;
use crate::statements::cursor::Cursor;
use crate::statements::fault::{Place, ReadError};
use crate::statements::form::{Account, Balance, BalanceKind, Statement, StatementKind};

/// ISO 4217: no currency is involved.
const NO_CURRENCY: &str = "XXX";

/// A total that the statement gives of itself: of all entries, or of credits or debits.
pub(super) struct Total {
    pub(super) of: Option<bool>,
    pub(super) count: Option<u64>,
    pub(super) sum: Option<Money>,
}

/// A balance with its currency.
struct Told {
    place: Place,
    balance: Balance,
    currency: String,
}

/// What is known of the statement at hand.
pub(super) struct Head {
    pub(super) place: Place,
    pub(super) is_open: bool,
    /// Known once it is open.
    pub(super) currency: String,
    pub(super) account: Account,
    pub(super) totals: Vec<Total>,
    id: Option<String>,
    told_account: Option<(Account, Option<String>)>,
    sequence: Option<u64>,
    page: Option<u64>,
    period: Option<(Option<NaiveDate>, Option<NaiveDate>)>,
    opening: Option<Told>,
    previous: Option<Told>,
    closing: Option<Told>,
    /// ITBD: the first and the last.
    pages: Option<(Told, Option<Told>)>,
    summarised: Option<()>,
}

impl Default for Head {
    fn default() -> Self {
        Self::new(Place::default())
    }
}

impl Head {
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            is_open: false,
            currency: String::new(),
            account: Account::Other(String::new()),
            totals: Vec::new(),
            id: None,
            told_account: None,
            sequence: None,
            page: None,
            period: None,
            opening: None,
            previous: None,
            closing: None,
            pages: None,
            summarised: None,
        }
    }

    /// Reads the child of the statement that the cursor is in.
    pub(super) fn read<R: BufRead>(&mut self, cursor: &mut Cursor<R>, has_entries: bool) -> Result<(), ReadError> {
        if has_entries && !matches!(cursor.name(), "AddtlStmtInf" | "AddtlNtfctnInf") {
            return Err(cursor.fault("it must stand before the first Ntry"));
        }
        match cursor.name() {
            "Id" => {
                let id = cursor.text()?;
                cursor.once(&mut self.id, id)
            }
            "StmtPgntn" | "NtfctnPgntn" => {
                let page = page(cursor)?;
                cursor.once(&mut self.page, page)
            }
            "ElctrncSeqNb" => {
                let number = cursor.number()?;
                cursor.once(&mut self.sequence, number)
            }
            "FrToDt" => {
                let period = period(cursor)?;
                cursor.once(&mut self.period, period)
            }
            "Acct" => {
                let (account, currency) = account(cursor)?;
                let account = account.ok_or_else(|| cursor.fault("Acct has no Id with IBAN or Othr/Id"))?;
                cursor.once(&mut self.told_account, (account, currency))
            }
            "Bal" => self.balance(cursor),
            "TxsSummry" => {
                cursor.once(&mut self.summarised, ())?;
                summary(cursor, &mut self.totals)
            }
            "RptgSeq" | "LglSeqNb" | "CreDtTm" | "CpyDplctInd" | "RptgSrc" | "RltdAcct" | "Intrst" | "AddtlStmtInf"
            | "AddtlNtfctnInf" => cursor.skip(),
            _ => Err(cursor.fault("not an element of a statement in this version of the message")),
        }
    }

    fn balance<R: BufRead>(&mut self, cursor: &mut Cursor<R>) -> Result<(), ReadError> {
        let place = cursor.place();
        let (mut code, mut amount, mut credit, mut date) = (None, None, None, None);
        while let Some(name) = cursor.child()? {
            match name {
                "Tp" => {
                    let found = balance_code(cursor)?;
                    cursor.once(&mut code, found)?;
                }
                // Other balances (available, forward, expected) may be in any currency and are not read.
                _ if !matches!(code.as_deref(), Some("OPBD" | "PRCD" | "CLBD" | "ITBD")) => cursor.skip()?,
                "Amt" => {
                    let found = cursor.amount()?;
                    cursor.once(&mut amount, found)?;
                }
                "CdtDbtInd" => {
                    let found = cursor.is_credit()?;
                    cursor.once(&mut credit, found)?;
                }
                "Dt" => {
                    let found = cursor.day()?;
                    cursor.once(&mut date, found)?;
                }
                _ => cursor.skip()?,
            }
        }
        let Some(code) = code else { return Err(cursor.fault("Bal has no Tp")) };
        let kind = if code == "ITBD" { BalanceKind::Page } else { BalanceKind::Final };
        let slot = match code.as_str() {
            "OPBD" => &mut self.opening,
            "PRCD" => &mut self.previous,
            "CLBD" => &mut self.closing,
            "ITBD" => {
                let told = told(cursor, amount, credit, Balance { kind, amount: Money::ZERO, date }, place)?;
                match &mut self.pages {
                    None => self.pages = Some((told, None)),
                    Some((_, last)) => *last = Some(told),
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let told = told(cursor, amount, credit, Balance { kind, amount: Money::ZERO, date }, place)?;
        cursor.once(slot, told)
    }

    /// On an inner page both ends are intermediary; else the one that is missing.
    fn ends(&self) -> (Option<&Told>, Option<&Told>) {
        let opening = self.opening.as_ref().or(self.previous.as_ref());
        let closing = self.closing.as_ref();
        match (&self.pages, opening, closing) {
            (Some((first, _)), None, closing) if closing.is_some() => (Some(first), closing),
            (Some((first, Some(last))), None, None) => (Some(first), Some(last)),
            (Some((first, None)), None, None) => (Some(first), None),
            (Some((first, last)), opening, None) => (opening, Some(last.as_ref().unwrap_or(first))),
            (_, opening, closing) => (opening, closing),
        }
    }

    pub(super) fn opening(&self) -> Option<Balance> {
        self.ends().0.map(|told| told.balance)
    }

    pub(super) fn closing(&self) -> Option<Balance> {
        self.ends().1.map(|told| told.balance)
    }

    /// The head in the common form, with what is wrong about it.
    pub(super) fn open<R: BufRead>(
        &mut self,
        cursor: &Cursor<R>,
        message: String,
        first_currency: Option<&str>,
        kind: StatementKind,
    ) -> Result<(Statement, Vec<(Place, String)>), ReadError> {
        let Some(id) = self.id.clone() else { return Err(cursor.fault("the statement has no Id")) };
        let Some((account, currency)) = self.told_account.clone() else {
            return Err(cursor.fault("the statement has no Acct"));
        };
        let (opening, closing) = self.ends();
        let of_balance = opening.or(closing).map(|told| told.currency.as_str());
        let currency = currency.as_deref().or(of_balance).or(first_currency).unwrap_or(NO_CURRENCY).to_owned();
        let mut faults = Vec::new();
        for told in [opening, closing].into_iter().flatten() {
            if told.currency != currency {
                let what =
                    format!("a balance of {} {} on an account in {currency}", told.balance.amount, told.currency);
                faults.push((told.place, what));
            }
        }
        let opening = opening.map(|told| told.balance).filter(|_| kind.has_balances());
        let (from, to) = self.period.unwrap_or_default();
        self.is_open = true;
        self.currency.clone_from(&currency);
        self.account = account.clone();
        let (place, sequence, page) = (self.place, self.sequence, self.page);
        Ok((Statement { place, message, id, account, currency, sequence, page, from, to, opening }, faults))
    }
}

fn told<R: BufRead>(
    cursor: &Cursor<R>,
    amount: Option<(Money, String)>,
    credit: Option<bool>,
    balance: Balance,
    place: Place,
) -> Result<Told, ReadError> {
    let (Some((amount, currency)), Some(credit)) = (amount, credit) else {
        return Err(cursor.fault("Bal needs Amt and CdtDbtInd"));
    };
    Ok(Told { place, balance: Balance { amount: signed(amount, credit), ..balance }, currency })
}

/// `GrpHdr`: the message's identification.
pub(super) fn group<R: BufRead>(cursor: &mut Cursor<R>) -> Result<String, ReadError> {
    let mut message = None;
    while let Some(name) = cursor.child()? {
        match name {
            "MsgId" => {
                let id = cursor.text()?;
                cursor.once(&mut message, id)?;
            }
            _ => cursor.skip()?,
        }
    }
    message.ok_or_else(|| cursor.fault("GrpHdr has no MsgId"))
}

fn page<R: BufRead>(cursor: &mut Cursor<R>) -> Result<u64, ReadError> {
    let mut page = None;
    while let Some(name) = cursor.child()? {
        match name {
            "PgNb" => {
                let number = cursor.number()?;
                cursor.once(&mut page, number)?;
            }
            _ => cursor.skip()?,
        }
    }
    page.ok_or_else(|| cursor.fault("a page number PgNb is missing"))
}

fn period<R: BufRead>(cursor: &mut Cursor<R>) -> Result<(Option<NaiveDate>, Option<NaiveDate>), ReadError> {
    let (mut from, mut to) = (None, None);
    while let Some(name) = cursor.child()? {
        match name {
            "FrDtTm" => {
                let day = cursor.day_of_moment()?;
                cursor.once(&mut from, day)?;
            }
            "ToDtTm" => {
                let day = cursor.day_of_moment()?;
                cursor.once(&mut to, day)?;
            }
            _ => return Err(cursor.fault("expected FrDtTm or ToDtTm")),
        }
    }
    Ok((from, to))
}

/// An account with its currency, where they are given.
pub(super) fn account<R: BufRead>(cursor: &mut Cursor<R>) -> Result<(Option<Account>, Option<String>), ReadError> {
    let (mut account, mut currency) = (None, None);
    while let Some(name) = cursor.child()? {
        match name {
            "Id" => {
                while let Some(name) = cursor.child()? {
                    match name {
                        "IBAN" => {
                            let number = cursor.text()?;
                            cursor.once(&mut account, Account::read(&number))?;
                        }
                        "Othr" => {
                            while let Some(name) = cursor.child()? {
                                match name {
                                    "Id" => {
                                        let number = cursor.text()?;
                                        cursor.once(&mut account, Account::read(&number))?;
                                    }
                                    _ => cursor.skip()?,
                                }
                            }
                        }
                        _ => return Err(cursor.fault("expected IBAN or Othr")),
                    }
                }
            }
            "Ccy" => {
                let code = cursor.text()?;
                cursor.once(&mut currency, code)?;
            }
            _ => cursor.skip()?,
        }
    }
    Ok((account, currency))
}

fn balance_code<R: BufRead>(cursor: &mut Cursor<R>) -> Result<String, ReadError> {
    let mut code = None;
    while let Some(name) = cursor.child()? {
        match name {
            "CdOrPrtry" => {
                let found = cursor.code()?;
                cursor.once(&mut code, found)?;
            }
            _ => cursor.skip()?,
        }
    }
    code.ok_or_else(|| cursor.fault("a balance needs Tp/CdOrPrtry"))
}

fn summary<R: BufRead>(cursor: &mut Cursor<R>, totals: &mut Vec<Total>) -> Result<(), ReadError> {
    while let Some(name) = cursor.child()? {
        let of = match name {
            "TtlNtries" => None,
            "TtlCdtNtries" => Some(true),
            "TtlDbtNtries" => Some(false),
            "TtlNtriesPerBkTxCd" => {
                cursor.skip()?;
                continue;
            }
            _ => return Err(cursor.fault("expected TtlNtries, TtlCdtNtries, TtlDbtNtries or TtlNtriesPerBkTxCd")),
        };
        let (mut count, mut sum) = (None, None);
        while let Some(name) = cursor.child()? {
            match name {
                "NbOfNtries" => {
                    let found = cursor.number()?;
                    cursor.once(&mut count, found)?;
                }
                "Sum" => {
                    let found = cursor.sum()?;
                    cursor.once(&mut sum, found)?;
                }
                _ => cursor.skip()?,
            }
        }
        if totals.len() < 3 {
            totals.push(Total { of, count, sum });
        }
    }
    Ok(())
}
