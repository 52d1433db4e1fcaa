//! pain.002, the bank's answer to transfers, as a stream of records.

mod form;

use std::collections::VecDeque;
use std::io::BufRead;

pub use form::{GroupStatus, PaymentStatus, StatusReason, StatusRecord, TransferReport, TransferStatus};

use super::cursor::Cursor;
use super::fault::{Place, ReadError, shown};
use super::stepping::Stepping;

/// The namespaces that are read, with the versions' names.
const KINDS: [(&str, StatusReportKind); 2] = [
    ("urn:iso:std:iso:20022:tech:xsd:pain.002.001.03", StatusReportKind::V03),
    ("urn:iso:std:iso:20022:tech:xsd:pain.002.001.10", StatusReportKind::V10),
];
/// Reasons of one status: banks give one or two.
const REASONS_MAX: usize = 20;
/// Words of one reason: 20 lines of 105 characters.
const REASON_BYTES_MAX: usize = 4_000;

/// Which version of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StatusReportKind {
    /// pain.002.001.03.
    V03,
    /// pain.002.001.10.
    V10,
}

impl StatusReportKind {
    /// The name of the message.
    pub const fn name(self) -> &'static str {
        match self {
            Self::V03 => "pain.002.001.03",
            Self::V10 => "pain.002.001.10",
        }
    }
}

/// The kind that a namespace stands for.
pub(super) fn kind_of(namespace: &str) -> Option<StatusReportKind> {
    KINDS.iter().find(|(known, _)| *known == namespace).map(|(_, kind)| *kind)
}

enum Stand {
    Root,
    Message,
    /// Among the children of a block.
    Payment,
    End,
}

/// The answers of one file, record by record. Nothing follows an error.
pub struct StatusReports<R> {
    cursor: Cursor<R>,
    kind: StatusReportKind,
    stand: Stand,
    message: Option<String>,
    has_group: bool,
    payment: PartialPayment,
    ready: VecDeque<Result<StatusRecord, ReadError>>,
}

#[derive(Default)]
struct PartialPayment {
    place: Place,
    is_open: bool,
    original: Option<String>,
    status: Option<TransferStatus>,
    reasons: Vec<StatusReason>,
}

impl<R: BufRead> StatusReports<R> {
    pub(super) fn new(cursor: Cursor<R>, kind: StatusReportKind) -> Self {
        let payment = PartialPayment::default();
        Self { cursor, kind, stand: Stand::Root, message: None, has_group: false, payment, ready: VecDeque::new() }
    }

    /// Which version it is.
    pub fn kind(&self) -> StatusReportKind {
        self.kind
    }

    /// SHA-256 of the file in lower-case hex, after the last record.
    pub fn sha256(&self) -> Option<String> {
        self.cursor.sha256()
    }

    fn root(&mut self) -> Result<(), ReadError> {
        if self.cursor.name() != "Document" {
            return Err(self.cursor.fault("expected the root element Document"));
        }
        if self.cursor.child()? != Some("CstmrPmtStsRpt") {
            return Err(self.cursor.fault("expected CstmrPmtStsRpt: a pain.002 has nothing else"));
        }
        self.stand = Stand::Message;
        Ok(())
    }

    fn message(&mut self) -> Result<(), ReadError> {
        match self.cursor.child()? {
            Some("GrpHdr") => {
                let message = group_header(&mut self.cursor)?;
                self.cursor.once(&mut self.message, message)
            }
            Some("OrgnlGrpInfAndSts") if !self.has_group => {
                let Some(message) = self.message.clone() else {
                    return Err(self.cursor.fault("GrpHdr with MsgId must come first"));
                };
                let group = group(&mut self.cursor, message)?;
                self.has_group = true;
                self.ready.push_back(Ok(StatusRecord::Group(group)));
                Ok(())
            }
            Some("OrgnlPmtInfAndSts") if self.has_group => {
                self.payment = PartialPayment { place: self.cursor.place(), ..PartialPayment::default() };
                self.stand = Stand::Payment;
                Ok(())
            }
            Some("SplmtryData") => self.cursor.skip(),
            Some(_) => Err(self.cursor.fault("expected GrpHdr, one OrgnlGrpInfAndSts, then OrgnlPmtInfAndSts")),
            None if !self.has_group => {
                Err(self.cursor.fault("the message has no OrgnlGrpInfAndSts: it answers nothing"))
            }
            None => {
                if self.cursor.child()?.is_some() {
                    return Err(self.cursor.fault("a second message in Document"));
                }
                self.cursor.finish()?;
                self.stand = Stand::End;
                Ok(())
            }
        }
    }

    fn payment(&mut self) -> Result<(), ReadError> {
        match self.cursor.child()? {
            Some("TxInfAndSts") => {
                let place = self.cursor.place();
                let original = self.open_payment()?;
                let transfer = transfer(&mut self.cursor, place, original)?;
                self.ready.push_back(Ok(StatusRecord::Transfer(Box::new(transfer))));
                Ok(())
            }
            Some(_) if self.payment.is_open => Err(self.cursor.fault("it must stand before the first TxInfAndSts")),
            Some("OrgnlPmtInfId") => {
                let text = self.cursor.text()?;
                self.cursor.once(&mut self.payment.original, text)
            }
            Some("PmtInfSts") => {
                let status = status(&mut self.cursor)?;
                self.cursor.once(&mut self.payment.status, status)
            }
            Some("StsRsnInf") => reason(&mut self.cursor, &mut self.payment.reasons),
            Some("OrgnlNbOfTxs" | "OrgnlCtrlSum" | "NbOfTxsPerSts") => self.cursor.skip(),
            Some(_) => Err(self.cursor.fault("not an element of OrgnlPmtInfAndSts in this version of the message")),
            None => {
                self.open_payment()?;
                self.stand = Stand::Message;
                Ok(())
            }
        }
    }

    /// Sends the block out, once; gives its identification.
    fn open_payment(&mut self) -> Result<String, ReadError> {
        let Some(original_payment) = self.payment.original.clone() else {
            return Err(self.cursor.fault("OrgnlPmtInfAndSts has no OrgnlPmtInfId before its transfers"));
        };
        if !self.payment.is_open {
            self.payment.is_open = true;
            let PartialPayment { place, status, .. } = self.payment;
            let reasons = std::mem::take(&mut self.payment.reasons);
            let payment = PaymentStatus { place, original_payment: original_payment.clone(), status, reasons };
            self.ready.push_back(Ok(StatusRecord::Payment(payment)));
        }
        Ok(original_payment)
    }
}

impl<R: BufRead> Iterator for StatusReports<R> {
    type Item = Result<StatusRecord, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_record()
    }
}

impl<R: BufRead> Stepping for StatusReports<R> {
    type Record = StatusRecord;

    fn ready(&mut self) -> &mut VecDeque<Result<StatusRecord, ReadError>> {
        &mut self.ready
    }

    fn step(&mut self) -> Option<Result<(), ReadError>> {
        Some(match self.stand {
            Stand::Root => self.root(),
            Stand::Message => self.message(),
            Stand::Payment => self.payment(),
            Stand::End => return None,
        })
    }

    fn stop(&mut self) {
        self.stand = Stand::End;
    }
}

fn group_header<R: BufRead>(cursor: &mut Cursor<R>) -> Result<String, ReadError> {
    let mut message = None;
    while let Some(name) = cursor.child()? {
        match name {
            "MsgId" => {
                let text = cursor.text()?;
                cursor.once(&mut message, text)?;
            }
            _ => cursor.skip()?,
        }
    }
    message.ok_or_else(|| cursor.fault("GrpHdr has no MsgId"))
}

fn group<R: BufRead>(cursor: &mut Cursor<R>, message: String) -> Result<GroupStatus, ReadError> {
    let (mut original_message, mut original_name, mut found, mut reasons) = (None, None, None, Vec::new());
    while let Some(name) = cursor.child()? {
        match name {
            "OrgnlMsgId" => {
                let text = cursor.text()?;
                cursor.once(&mut original_message, text)?;
            }
            "OrgnlMsgNmId" => {
                let text = cursor.text()?;
                cursor.once(&mut original_name, text)?;
            }
            "GrpSts" => {
                let status = status(cursor)?;
                cursor.once(&mut found, status)?;
            }
            "StsRsnInf" => reason(cursor, &mut reasons)?,
            "OrgnlCreDtTm" | "OrgnlNbOfTxs" | "OrgnlCtrlSum" | "NbOfTxsPerSts" => cursor.skip()?,
            _ => return Err(cursor.fault("not an element of OrgnlGrpInfAndSts in this version of the message")),
        }
    }
    let (Some(original_message), Some(original_name)) = (original_message, original_name) else {
        return Err(cursor.fault("OrgnlGrpInfAndSts needs OrgnlMsgId and OrgnlMsgNmId"));
    };
    Ok(GroupStatus { message, original_message, original_name, status: found, reasons })
}

fn transfer<R: BufRead>(
    cursor: &mut Cursor<R>,
    place: Place,
    original_payment: String,
) -> Result<TransferReport, ReadError> {
    let (mut end_to_end, mut instruction, mut found, mut bank_reference) = (None, None, None, None);
    let mut reasons = Vec::new();
    while let Some(name) = cursor.child()? {
        match name {
            "OrgnlEndToEndId" => {
                let text = cursor.text()?;
                cursor.once(&mut end_to_end, text)?;
            }
            "OrgnlInstrId" => {
                let text = cursor.text()?;
                cursor.once(&mut instruction, text)?;
            }
            "TxSts" => {
                let status = status(cursor)?;
                cursor.once(&mut found, status)?;
            }
            "StsRsnInf" => reason(cursor, &mut reasons)?,
            "AcctSvcrRef" => {
                let text = cursor.text()?;
                cursor.once(&mut bank_reference, text)?;
            }
            "StsId" | "OrgnlUETR" | "ChrgsInf" | "TrckrData" | "AccptncDtTm" | "ClrSysRef" | "OrgnlTxRef"
            | "SplmtryData" => cursor.skip()?,
            _ => return Err(cursor.fault("not an element of TxInfAndSts in this version of the message")),
        }
    }
    if end_to_end.is_none() && instruction.is_none() {
        return Err(cursor
            .fault(format!("the answer on {place} names no transfer: OrgnlEndToEndId or OrgnlInstrId is expected")));
    }
    Ok(TransferReport { place, original_payment, end_to_end, instruction, status: found, reasons, bank_reference })
}

fn status<R: BufRead>(cursor: &mut Cursor<R>) -> Result<TransferStatus, ReadError> {
    cursor.leaf(|code| {
        TransferStatus::of(code).ok_or_else(|| {
            format!("status '{}', expected a code such as ACCP, ACSP, ACSC, PART, PDNG or RJCT", shown(code))
        })
    })
}

fn reason<R: BufRead>(cursor: &mut Cursor<R>, into: &mut Vec<StatusReason>) -> Result<(), ReadError> {
    let mut reason = StatusReason::default();
    while let Some(name) = cursor.child()? {
        match name {
            "Rsn" => {
                let code = cursor.code()?;
                cursor.once(&mut reason.code, code)?;
            }
            "AddtlInf" => {
                let line = cursor.leaf(|text| Ok(text.to_owned()))?;
                let text = reason.text.get_or_insert_default();
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&line);
                if text.len() > REASON_BYTES_MAX {
                    return Err(cursor.fault(format!("a reason of more than {REASON_BYTES_MAX} bytes")));
                }
            }
            _ => cursor.skip()?,
        }
    }
    into.push(reason);
    if into.len() > REASONS_MAX {
        return Err(cursor.fault(format!("more than {REASONS_MAX} reasons of one status")));
    }
    Ok(())
}
