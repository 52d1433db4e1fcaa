//! What the bank says of an order: pain.002.001.10.

use chrono::{DateTime, Utc};
use quick_xml::escape::escape;

use super::Rejected;
use super::order::Order;

pub(super) fn report(id: u64, order: &Order, rejected: &Rejected, now: DateTime<Utc>) -> String {
    let count = order.transfers().count();
    let (group, reason) = match &rejected.all {
        Some((code, words)) => ("RJCT", reason(code, words)),
        None if rejected.transfers.is_empty() => ("ACCP", String::new()),
        None if rejected.transfers.len() == count => ("RJCT", String::new()),
        None => ("PART", String::new()),
    };
    let mut parts = String::new();
    for part in order.parts.iter().filter(|_| rejected.all.is_none()) {
        parts += &format!("<OrgnlPmtInfAndSts><OrgnlPmtInfId>{}</OrgnlPmtInfId>", escape(&part.id));
        for transfer in &part.transfers {
            let id = escape(&transfer.end_to_end_id);
            let (status, why) = match rejected.transfers.contains(&transfer.end_to_end_id) {
                true => ("RJCT", self::reason("AC01", "Compte inexistant")),
                false => ("ACCP", String::new()),
            };
            parts += &format!(
                "<TxInfAndSts><OrgnlInstrId>{id}</OrgnlInstrId><OrgnlEndToEndId>{id}</OrgnlEndToEndId>\
                 <TxSts>{status}</TxSts>{why}</TxInfAndSts>"
            );
        }
        parts += "</OrgnlPmtInfAndSts>";
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>\
         <GrpHdr><MsgId>SBXPSR{id}</MsgId><CreDtTm>{}</CreDtTm></GrpHdr>\
         <OrgnlGrpInfAndSts><OrgnlMsgId>{}</OrgnlMsgId><OrgnlMsgNmId>{}</OrgnlMsgNmId>\
         <OrgnlNbOfTxs>{count}</OrgnlNbOfTxs><GrpSts>{group}</GrpSts>{reason}</OrgnlGrpInfAndSts>{parts}\
         </CstmrPmtStsRpt></Document>\n",
        now.format("%Y-%m-%dT%H:%M:%SZ"),
        escape(&order.message_id),
        escape(&order.message),
    )
}

fn reason(code: &str, words: &str) -> String {
    // The schema allows 105 characters.
    let words: String = words.chars().take(105).collect();
    format!("<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn><AddtlInf>{}</AddtlInf></StsRsnInf>", escape(&words))
}
