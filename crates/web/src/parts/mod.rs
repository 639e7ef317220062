//! What the pages of residents, staff, offices and registers share. It stands below all four: none of them names another.

pub(crate) mod answer;
pub(crate) mod case_title;
pub(crate) mod error_page;
pub(crate) mod figure;
pub(crate) mod form_input;
pub(crate) mod handles;
pub(crate) mod history;
pub(crate) mod open_boards;
pub(crate) mod open_case;
pub(crate) mod open_record;
pub(crate) mod pairing;
pub(crate) mod paper;
pub(crate) mod photo;
pub(crate) mod promise;
pub(crate) mod public_tabs;
pub(crate) mod qr;
pub(crate) mod receipt_slip;
pub(crate) mod review_request;
pub(crate) mod sheet;
pub(crate) mod sign_in_list;
pub(crate) mod stream;
pub(crate) mod telling;
pub(crate) mod verdict;
pub(crate) mod waiting_acts;
pub(crate) mod who;
