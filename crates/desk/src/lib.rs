//! The only door for change. A command comes in with its actor and its idempotency key; one writer per district
//! decides, appends and commits it together with whatever else is waiting; what goes out is a receipt.
//!
//! "Received" is said only after the commit: what the desk has acknowledged is on disk. The same key again gives the
//! same answer; the same key with other content is refused.

mod clock;
mod desk;
mod entropy;
mod factor;
mod once;
mod outcome;
mod password;
mod standing;
mod writer;

pub use clock::Clock;
pub use desk::{DEMO_ORIGIN, Desk, HALL, Options, WriterThread};
pub use entropy::{Entropy, read_case_code};
pub use factor::{code_at, read_secret, recovery_codes, recovery_hash, secret_address, secret_text, step_of};
pub use once::raise_request;
pub use outcome::{Acted, Begun, Changed, Done, Failure, Key, Raised};
pub use password::{PASSWORD_LEAST, PASSWORD_MOST, Weak, fresh_password, hash_password, verify_password, weakness};
pub use standing::Hold;
pub use writer::{Changes, Hall, Merged};
