//! The one billing ledger: money, accounts, postings, bills, payments, outbox, storage.
//!
//! Synchronous, and ignorant of HTTP, of biller protocols and of what billers' documents say: those are texts to it.
//! [`Ledger`] is the door: commands on money and rare writes go to the one writer (`writer`, whose page is its
//! specification), reads to a pool.

mod accounts;
mod agents;
mod audit;
mod biller_changes;
mod bills;
mod blocks;
mod board;
mod books;
mod branding;
mod catalogue;
mod desk;
mod disputes;
mod exchanges;
mod guard;
mod holds;
mod jobs;
mod keeping;
mod ledger;
mod links;
mod money;
mod outbox;
mod outcomes;
mod payment_words;
mod personal;
mod postings;
mod reconciliation;
mod references;
mod refunds;
mod register;
mod reports;
mod retention;
mod settlement;
mod staff;
mod states;
mod storage;
mod suspensions;
mod vocabulary;
mod voice;
mod working_days;
mod writer;

pub use accounts::{Account, AccountKind};
pub use agents::{
    Actor, AgentPay, AgentPayment, AgentPaymentsPage, Cancellation, CashReference, CashReferenceState, Closed, Closure,
    ClosureOutcome, DutyTotals, FloatDecision, FloatRequest, FloatRequestKind, FloatRequestOutcome, FloatRequestState,
    GiveBack, GiveBackOutcome, KeptCashReference, LateCash, LateCashOutcome, LateCashRelease, LateReason,
    MovementOutcome, NewCashReference, NewFloatRequest, NewLateCash, NewMovement, NewNetwork, NewShift, OutletTaken,
    Shift, ShiftMovement, ShiftMovementKind, ShiftOpened, ShiftState, ShiftTotals, StatementLine, StoredNetwork, Whose,
    float_of,
};
pub use audit::{AuditEntry, AuditRow};
pub use biller_changes::{BillerChange, ChangeOutcome, ChangeState, NewBillerChange};
pub use bills::{BillClaim, BillKey, CustomerKey};
pub use board::{CountedPayment, NumberBlock, Undelivered, UnknownPayment, Waiting};
pub use books::{Astray, BookFault, BooksReport, CounterFault, ExportError, check_books, export_hledger};
pub use branding::{BrandLogo, BrandOutcome, BrandState, BrandVersion, LogoKind, NewBrandDraft};
pub use catalogue::{FileArticle, FileImport, StoredBillFile, StoredBiller};
pub use desk::{CallOutcome, DESK_CALLS_KEPT, DeskCall, DeskDay, DeskItem, DeskItemKind, DeskNote, NOTES_MAX};
pub use disputes::{
    DISPUTE_EVENTS_MAX, DISPUTES_MAX, Dispute, DisputeAction, DisputeEffect, DisputeEvent, DisputeFilter, DisputeKind,
    DisputeOpened, DisputeOrigin, DisputeOutcome, DisputeState, DisputesOf, DisputesShown, NewDispute,
};
pub use exchanges::{ExchangeEnd, KeptExchange};
pub use guard::{
    CaseOutcome, GUARD_WINDOW_MAX, GuardCase, GuardCaseState, GuardEntry, GuardHit, GuardKey, GuardList, GuardOutcome,
    GuardRuleState, GuardSource, GuardSubject, GuardTrace, KeptEntry, Network, NetworkFault, NewGuardEntry,
    NewGuardHit, PastPayment, RuleDecided, StoredRule,
};
pub use holds::{HoldAct, HoldDecision, HoldOutcome, NewCapture, NewRelease};
pub use jobs::{Fence, JobClaim, JobClaimed, JobEnd, JobRun, RunHold, StoredJob};
pub use keeping::{BillStanding, Inquiry, NewInquiry, NewQuote, Quote};
pub use ledger::{Ledger, Reader};
pub use links::{KeptLink, Maker, NewLink, PaymentLink};
pub use money::{MAD, Money, MoneyError};
pub use outbox::{Task, TaskFilter, TaskResult};
pub use outcomes::{
    NewOutcome, OutcomeAbout, OutcomeDecided, OutcomeKept, OutcomeProposal, OutcomeRefusal, OutcomeState,
    OutcomeSubject, OutcomeVerdict, OutcomeWord, UnknownOutcome,
};
pub use payment_words::{MissingWords, PaymentWord};
pub use personal::{
    Contactable, DataKeyFault, DataKeys, Erased, Erasure, ErasureDone, FoundText, HELD_MAX, Held, HeldCall,
    NewPersonRequest, Obstacle, OldWords, Person, PersonAsk, PersonRequest, PersonRequestKept, PersonRequestState,
    PersonRequestStep, PersonalText, Rectified, SealedUpto, Stale, Swept, empty_log, sealing_ns,
};
pub use postings::{Amounts, Commission, Entry, Moment, Posting, RefundAmounts, Unbalanced};
pub use reconciliation::{
    AwaitedTransfer, BankDetail, BankEntry, BankMatch, BankPlace, BankProof, BankStatement, BooksProof, Break,
    BreakAction, BreakFilter, BreakKind, BreakNote, BreakSource, BreakState, BreakSubject, CommissionInvoice,
    EntryState, GatewayProof, Import, ImportEnd, ImportKind, ImportState, MatchOutcome, MatchRule, MatchSubject,
    Matched, NewBankEntry, NewBreak, NewImport, NewPayout, NewResolution, OpenBreaks, Payout, ProofItem, ProofItems,
    Proposal, ReconciliationDay, ReportOf, ReportSlice, ReportedPayment, ReportedRefund, Resolution, ResolutionEffect,
    Resolved, SourceDay, SourcePayments, StagedRow, Staging, Unfit,
};
pub use references::{NotAReference, Reference};
pub use refunds::{
    NewRefund, REFUNDS_MAX, Refund, RefundAsk, RefundDecision, RefundEffect, RefundEnd, RefundFilter, RefundKept,
    RefundReason, RefundState, Refundable, Refusal,
};
pub use register::{
    BookedPosting, FILTERS_MAX, FilterKept, MissingFacts, PaymentNote, PaymentQuery, PaymentsPage, SavedFilter,
    StoredIncident, StoredTask, TASKS_OF_MAX,
};
pub use reports::{
    AccountMovement, NewReportKey, NewReportRun, NewReportSchedule, PaymentSum, ReportAsker, ReportFilter, ReportKey,
    ReportMail, ReportPayment, ReportPosting, ReportRun, ReportRunAsked, ReportRunBounds, ReportRunState,
    ReportSchedule,
};
pub use retention::{EndedQuotes, OldPayers};
pub use settlement::{
    Delivery, KeptFile, NewDelivery, NewFile, NewSettlement, NewTransfer, NotDelivered, OrderDelivery, Repeated,
    SettleOutcome, Settlement, SettlementWindow, Transfer, TransferEnd, TransferEnded, TransferOrder, WindowFilter,
    WindowLine, WindowLineKind, WindowState, WindowSum,
};
pub use staff::{Attempt, NewStaffMember, NewStaffSession, StaffMember, StaffSession};
pub use states::{
    BillState, DeliveryMeans, IncidentKind, JobCause, JobOutcome, OrderState, PaymentState, PostingKind,
    SettlementFileKind, TaskKind, TransferState,
};
pub use storage::rows::Payment;
pub use storage::{DatabaseUrl, Migrations, StorageError};
pub use suspensions::Suspension;
pub use vocabulary::{Channel, Instrument, Language, UnknownWord};
pub use voice::{Handover, HandoverReason, NewHandover, NewVoiceStep, TakenStep, VoiceCall, voice_request};
pub use working_days::is_working_day;
pub use writer::{
    Advance, AdvanceOutcome, CommitTimes, Funds, Hold, LedgerError, Pay, PayOutcome, PaymentCounts, Reply, RequestKey,
    Step, WriteOp, WriterStats,
};
