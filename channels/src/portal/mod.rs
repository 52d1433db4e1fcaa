//! A biller's own space: what it is paid, where its money goes, how it is shown. Nothing of another biller is here, and nobody
//! is named who pays or works.

pub(crate) mod home;
