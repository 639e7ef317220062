//! The limits of what residents send without being signed in: cases, photos, acts, pairing codes. How often a secret or
//! a password may be wrong is in `secret_tries.rs` and `sign_in_tries.rs`.

use crate::problem::Problem;
use crate::rate_limit::{AddressLimit, Limit, networks};
use domain::case::CaseId;
use std::net::IpAddr;
use std::time::Duration;

/// How many cases a resident without a token may hand in from one address in [`INTAKE_WINDOW`].
const INTAKE_MOST: u32 = 30;
const INTAKE_WINDOW: Duration = Duration::from_secs(600);
/// How many million bytes of pictures one address may have read in [`PHOTO_WORK_WINDOW`], and how many thousand bytes of
/// them are kept in [`PHOTO_KEPT_WINDOW`].
const PHOTO_WORK_MOST: u32 = 1_000;
const PHOTO_WORK_WINDOW: Duration = Duration::from_secs(600);
const PHOTO_KEPT_MOST: u32 = 100_000;
const PHOTO_KEPT_WINDOW: Duration = Duration::from_secs(86_400);
/// How many acts a case takes from its resident in [`ACTS_WINDOW`].
const ACTS_MOST: u32 = 30;
const ACTS_WINDOW: Duration = Duration::from_secs(600);
/// How many acts a token does on records in [`ACTS_WINDOW`]: a full hall of phones claims by one.
const TOKEN_ACTS_MOST: u32 = 1_200;
/// How many times of reception days one address may book in [`BOOKED_WINDOW`].
const BOOKED_MOST: u32 = 6;
const BOOKED_WINDOW: Duration = Duration::from_secs(3_600);
/// How often one address may try pairing codes, or ask for a new secret, in [`ASKED_WINDOW`].
const ASKED_MOST: u32 = 10;
const ASKED_WINDOW: Duration = Duration::from_secs(900);

/// What has been counted so far. Each method counts once more, and refuses when it was too often.
pub(crate) struct Limits {
    intake: AddressLimit,
    photo_work: Limit<IpAddr>,
    photo_kept: Limit<IpAddr>,
    acts: Limit<[u8; 16]>,
    token_acts: Limit<String>,
    asked: AddressLimit,
    booked: AddressLimit,
}

impl Limits {
    pub(crate) fn new() -> Limits {
        Limits {
            intake: AddressLimit::new(INTAKE_MOST, INTAKE_WINDOW),
            photo_work: Limit::new(PHOTO_WORK_MOST, PHOTO_WORK_WINDOW),
            photo_kept: Limit::new(PHOTO_KEPT_MOST, PHOTO_KEPT_WINDOW),
            acts: Limit::new(ACTS_MOST, ACTS_WINDOW),
            token_acts: Limit::new(TOKEN_ACTS_MOST, ACTS_WINDOW),
            asked: AddressLimit::new(ASKED_MOST, ASKED_WINDOW),
            booked: AddressLimit::new(BOOKED_MOST, BOOKED_WINDOW),
        }
    }

    /// A case from an address.
    pub(crate) fn count_intake(&self, from: IpAddr) -> Result<(), Problem> {
        self.intake.count(from)
    }

    /// So many bytes of pictures to be read for an address.
    pub(crate) fn count_photo_work(&self, from: IpAddr, bytes: u64) -> Result<(), Problem> {
        self.photo_work.spend(networks(from)[0], u32::try_from(bytes.div_ceil(1_000_000)).unwrap_or(u32::MAX))
    }

    /// So many bytes of photos to be kept for an address.
    pub(crate) fn count_photo_kept(&self, from: IpAddr, bytes: u64) -> Result<(), Problem> {
        self.photo_kept.spend(networks(from)[0], u32::try_from(bytes.div_ceil(1_000)).unwrap_or(u32::MAX))
    }

    /// An act of a resident on a case: each stays for ever.
    pub(crate) fn count_act(&self, id: CaseId) -> Result<(), Problem> {
        self.acts.count(id.0)
    }

    /// An act that a token asks of a record.
    pub(crate) fn count_token_act(&self, token: &str) -> Result<(), Problem> {
        self.token_acts.count(token.to_owned())
    }

    /// A time of a reception day, booked from an address.
    pub(crate) fn count_booking(&self, from: IpAddr) -> Result<(), Problem> {
        self.booked.count(from)
    }

    /// A pairing code, or a request for a new secret, from an address.
    pub(crate) fn count_asked(&self, from: IpAddr) -> Result<(), Problem> {
        self.asked.count(from)
    }
}
