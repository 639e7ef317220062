//! The district itself as a register: one record, whose handle is all zeros.

use super::{Command, District, EVENT_KINDS, Event, decide, evolve};
use crate::body::Body;
use crate::handle::CaseId;
use crate::refusal::Refusal;
use crate::register::{Deed, Facts, New, Register};

/// The stream of the district itself: the handle of all zeros.
pub const DISTRICT_STREAM: CaseId = CaseId([0; 16]);

/// The register that has the district alone. Nothing about it is private.
pub struct Districts;

impl Register for Districts {
    const CODE: &'static str = "district";
    const KINDS: &'static [&'static str] = EVENT_KINDS;
    const SEALS: bool = false;
    type State = District;
    type Act = Command;
    type Event = Event;

    fn blank(_id: CaseId) -> District {
        District::default()
    }

    fn version(district: &District) -> u64 {
        district.version
    }

    fn kind(event: &Event) -> &'static str {
        event.kind()
    }

    fn decide(district: &District, command: &Command, facts: &Facts<'_>) -> Result<Vec<Deed<Event>>, Refusal> {
        let events = decide(district, command, facts.actor, facts.now)?;
        Ok(events.into_iter().map(|event| Deed::Event(New::of(event))).collect())
    }

    fn evolve(district: &mut District, body: &Body<Event>) {
        evolve(district, body.at, &body.by, &body.event);
    }
}
