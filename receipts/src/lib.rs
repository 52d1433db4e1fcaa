//! What the payer keeps: the receipt as PDF, SMS and mail, in three languages.
