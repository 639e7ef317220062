//! What the pages of residents, staff and offices share. It stands below all three: none of them names another.

pub(crate) mod answer;
pub(crate) mod error_page;
pub(crate) mod figure;
pub(crate) mod history;
pub(crate) mod open_case;
pub(crate) mod photo;
pub(crate) mod promise;
pub(crate) mod public_tabs;
pub(crate) mod qr;
pub(crate) mod receipt_slip;
pub(crate) mod review_request;
pub(crate) mod sign_in_list;
pub(crate) mod telling;
pub(crate) mod verdict;
pub(crate) mod waiting_acts;
