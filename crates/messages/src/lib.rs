//! Messages: what they say, the ways by which they go out, and the sender. Who is told of what is the domain's rule; that a
//! message waits is written with its event by the desk; here it is sent and marked.

mod backoff;
mod caps;
mod channel;
mod config;
mod sender;
#[cfg(feature = "testing")]
pub mod testing;
mod words;

pub use backoff::TRIES_MOST;
pub use channel::signature;
pub use config::{Config, ConfigFault, HOURLY, Hook, Mail, Robot, Security, Sms};
pub use sender::{Running, SendFault, Sender, forget, start};
pub use words::{Facts, ROBOT_MOST, Text, is_for_units};
