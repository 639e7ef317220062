//! Who is told of an event, and what about. A message names a record and an event; what it says is written, and the address
//! read, when it is sent.

use crate::codes::UnitCode;
use crate::label::Lang;
use serde::{Deserialize, Serialize};

crate::vocabulary! {
    /// By which way somebody is told.
    Channel {
        None "none" "不用通知，我自己查询" "do not tell me: I look for myself",
        Sms "sms" "短信" "text message",
        Email "email" "电子邮件" "e-mail",
    }
}

/// How somebody wants to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tell {
    /// By which way.
    #[serde(rename = "tell")]
    pub channel: Channel,
    /// In which language.
    pub lang: Lang,
}

impl Tell {
    /// The choice, unless it is not to be told.
    pub fn wanted(self) -> Option<Tell> {
        (self.channel != Channel::None).then_some(self)
    }
}

/// Who is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum To {
    /// Whose record it is, as chosen: the resident of a case, who booked.
    Resident(Tell),
    /// The group of a unit.
    Unit(UnitCode),
}

/// A message that an event leads to; `T` is what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice<T> {
    /// What it says.
    pub topic: T,
    /// Who is told.
    pub to: To,
}
