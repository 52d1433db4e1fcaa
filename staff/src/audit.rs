//! The words of the audit log.

use ledger::AuditEntry;

/// Whoever is at a page without being signed in.
pub(crate) const VISITOR: &str = "(visitor)";

macro_rules! actions {
    ($($(#[$meta:meta])* $variant:ident = $word:literal;)+) => {
        /// What was done.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Action {
            $($(#[$meta])* $variant,)+
        }

        impl Action {
            /// Every action.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its word in the log: never changed, as rows that hold it cannot be.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }
    };
}

actions! {
    /// The password was right, and a second factor is asked for.
    PasswordAccepted = "password-accepted";
    /// Signed in, with all that is asked of them.
    SignedIn = "signed-in";
    /// Name and password were not taken.
    SignInRefused = "sign-in-refused";
    /// A code of the second factor was not taken.
    SecondFactorRefused = "second-factor-refused";
    /// So many failures that tries have to wait.
    LockedOut = "locked-out";
    /// Signed out.
    SignedOut = "signed-out";
    /// They changed their password.
    PasswordChanged = "password-changed";
    /// The present password, asked for again, was wrong.
    PasswordChangeRefused = "password-change-refused";
    /// Somebody else gave them a one-time password.
    PasswordReset = "password-reset";
    /// They set a second factor up.
    SecondFactorEnrolled = "second-factor-enrolled";
    /// Somebody else took the second factor away.
    SecondFactorReset = "second-factor-reset";
    /// They signed in with a recovery code.
    RecoveryCodeUsed = "recovery-code-used";
    /// They made new recovery codes.
    RecoveryCodesRenewed = "recovery-codes-renewed";
    /// Sessions were ended before their time.
    SessionRevoked = "session-revoked";
    /// A member was taken in.
    MemberAdded = "member-added";
    /// A member may not sign in any more.
    MemberDisabled = "member-disabled";
    /// A member may sign in again.
    MemberEnabled = "member-enabled";
    /// A member's roles were set.
    RolesSet = "roles-set";
    /// A customer's data was shown.
    CustomerViewed = "customer-viewed";
    /// What is hidden of a customer's data was shown, for a reason.
    CustomerUnmasked = "customer-unmasked";
    /// A settlement file, or a message to the bank, was downloaded.
    FileDownloaded = "file-downloaded";
    /// A day's reconciliation statement was downloaded.
    StatementDownloaded = "statement-downloaded";
    /// They said who follows a break up.
    BreakAssigned = "break-assigned";
    /// They wrote a note to a break.
    BreakNoted = "break-noted";
    /// They closed a break, or proposed how to.
    BreakResolved = "break-resolved";
    /// As the second person they agreed to how a break is closed.
    BreakApproved = "break-approved";
    /// As the second person they refused it.
    BreakRefused = "break-refused";
    /// Rows of a report that tell of customers were shown.
    ReportViewed = "report-viewed";
    /// A report was downloaded.
    ReportDownloaded = "report-downloaded";
    /// They wrote a note to a payment.
    PaymentNoted = "payment-noted";
    /// They had a receipt sent once more.
    ReceiptResent = "receipt-resent";
    /// They had a biller asked again at once.
    BillerAsked = "biller-asked";
    /// They proposed a refund, or made it where one person may.
    RefundRequested = "refund-requested";
    /// As the second person they agreed to a refund.
    RefundApproved = "refund-approved";
    /// As the second person they refused it.
    RefundRefused = "refund-refused";
    /// They took their own proposal back.
    RefundWithdrawn = "refund-withdrawn";
    /// They had the gateway asked once more what became of a refund.
    RefundTakenUp = "refund-taken-up";
    /// They saved a draft of how a biller is shown.
    BrandDrafted = "brand-drafted";
    /// As the second person they published it.
    BrandPublished = "brand-published";
    /// They gave a draft up.
    BrandDropped = "brand-dropped";
    /// They suspended a biller.
    BillerSuspended = "biller-suspended";
    /// They let a biller take payments again.
    BillerResumed = "biller-resumed";
    /// They asked for a biller's settings to be changed.
    BillerChangeProposed = "biller-change-proposed";
    /// As the second person they put the change in force.
    BillerChangeApplied = "biller-change-applied";
    /// As the second person they refused it.
    BillerChangeRefused = "biller-change-refused";
    /// They took their own change back.
    BillerChangeWithdrawn = "biller-change-withdrawn";
    /// They asked for a large report, which is written behind the scenes.
    ReportRunAsked = "report-run-asked";
    /// A key of the reports' API was made.
    ReportKeyMade = "report-key-made";
    /// A key of the reports' API was revoked.
    ReportKeyRevoked = "report-key-revoked";
    /// Rows of a report were handed to the holder of a key.
    ReportServed = "report-served";
    /// A report is to be mailed by the clock.
    ReportScheduled = "report-scheduled";
    /// It is not mailed any more.
    ReportScheduleEnded = "report-schedule-ended";
    /// A report was mailed.
    ReportMailed = "report-mailed";
    /// They let a payment go on that a rule against fraud had stopped.
    FraudCaseReleased = "fraud-case-released";
    /// They refused it for good.
    FraudCaseRefused = "fraud-case-refused";
    /// They proposed a rule against fraud.
    FraudRuleProposed = "fraud-rule-proposed";
    /// As the second person they agreed to one.
    FraudRuleApproved = "fraud-rule-approved";
    /// As the second person they refused one, or took their own back.
    FraudRuleRefused = "fraud-rule-refused";
    /// They put somebody on a list.
    FraudListed = "fraud-listed";
    /// They took somebody off a list.
    FraudUnlisted = "fraud-unlisted";
    /// They said what became of something that nobody had answered for.
    OutcomeProposed = "outcome-proposed";
    /// As the second person they agreed, and it was done.
    OutcomeApproved = "outcome-approved";
    /// As the second person they did not agree.
    OutcomeRefused = "outcome-refused";
    /// They took their own proposal back.
    OutcomeWithdrawn = "outcome-withdrawn";
    /// They had it asked once more what became of a payment.
    PaymentTakenUp = "payment-taken-up";
    /// They had what the gateway holds captured, all or part of it.
    HoldCaptured = "hold-captured";
    /// They let it go.
    HoldLetGo = "hold-let-go";
    /// They opened a complaint about a payment.
    DisputeOpened = "dispute-opened";
    /// They said who follows a complaint up.
    DisputeAssigned = "dispute-assigned";
    /// They asked about a complaint, noted or answered something.
    DisputeNoted = "dispute-noted";
    /// They closed a complaint without moving money.
    DisputeClosed = "dispute-closed";
    /// They proposed an outcome of a complaint that moves money.
    DisputeProposed = "dispute-proposed";
    /// As the second person they agreed to it.
    DisputeApproved = "dispute-approved";
    /// They refused it, or took their own proposal back.
    DisputeRefused = "dispute-refused";
    /// They opened a closed complaint once more.
    DisputeReopened = "dispute-reopened";
    /// They took out all that is held of a person.
    PersonalDataExported = "personal-data-exported";
    /// They asked that a person's data be erased.
    ErasureAsked = "erasure-asked";
    /// As the second person they had it erased.
    PersonalDataErased = "personal-data-erased";
    /// They took in what somebody asks for about their own data.
    PersonRequestTaken = "person-request-taken";
    /// They ended such a request, done or refused.
    PersonRequestEnded = "person-request-ended";
    /// As the second person they did not agree to an erasure.
    ErasureRefused = "erasure-refused";
    /// They took their own asking for an erasure back.
    ErasureWithdrawn = "erasure-withdrawn";
    /// They put a phone or a mail address right.
    PersonalDataRectified = "personal-data-rectified";
}

/// An entry; `subject` names rows by kind and number, never a customer.
pub(crate) fn entry(actor: &str, action: Action, subject: &str, detail: &str) -> AuditEntry {
    AuditEntry {
        actor: actor.to_owned(),
        action: action.as_str().to_owned(),
        subject: subject.to_owned(),
        detail: detail.to_owned(),
    }
}

/// A member as a subject.
pub(crate) fn member(login: &str) -> String {
    format!("member {login}")
}
