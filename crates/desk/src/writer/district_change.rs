//! Changes of the district itself.

use super::{Writer, hex};
use crate::once::Once;
use crate::outcome::{Changed, Failure};
use domain::case::{Body, Fields};
use domain::{Actor, Refusal, Why, district};
use store::log::{DISTRICT_STREAM, Pending, Public};
use store::{StoreError, read, rows};

impl Writer {
    /// Changes the district. A key that was used before gives the answer that it got then.
    pub(super) fn change(
        &mut self,
        actor: &Actor,
        command: &district::Command,
        once: Option<Once>,
    ) -> Result<Changed, Failure> {
        if let Some(Once { key, request }) = once
            && let Some(done) = read::done(self.log.db(), self.number, &key.0)?
        {
            // Nothing about the district is private: the request's hash is kept as it is.
            if done.stream != DISTRICT_STREAM || done.request != request {
                return Err(Refusal::new(Why::KeyReused).into());
            }
            return Ok(Changed { index: done.seq, waits: false });
        }
        let now = self.now();
        let events = district::decide(&self.district, command, actor, now)?;
        let (mut index, mut waits) = (0, false);
        for event in events {
            if matches!(event, district::Event::CalendarLoaded { .. }) {
                self.moved_to = Some(-1);
            }
            waits |= matches!(event, district::Event::AccountActAsked { .. });
            district::evolve(&mut self.district, now, actor, &event);
            if matches!(event, district::Event::UnitsSet { .. }) {
                self.log.keys().tag_units(&mut self.district)?;
            }
            let nonce = hex(&self.entropy.bytes::<16>());
            let body = Body { nonce, at: now, by: actor.clone(), event, clocks: Vec::new() };
            let bytes = serde_json::to_vec(&body).map_err(|e| StoreError::Other(e.to_string()))?;
            let pending = Pending {
                stream: DISTRICT_STREAM,
                version: self.district.version,
                previous: self.district_last,
                kind: body.event.kind(),
                at: now,
                body: bytes,
                private: &Fields::new(),
                public: Public { calendar: self.district.calendar.version(), ..Public::default() },
            };
            index = self.log.append(pending, self.entropy.rng())?;
            self.district_last = Some(index);
            self.log.rows(rows::project_district(self.number, index, &body));
            self.changed = true;
        }
        if let Some(Once { key, request }) = once {
            self.log.done(&key.0, &request, DISTRICT_STREAM, index);
            self.keys.insert(key);
        }
        Ok(Changed { index, waits })
    }
}
