//! What time alone brings about: ends of waiting times, merged cases that follow, dates that a new calendar table moves.

use super::{GROUP_MOST, MOVED_MOST, Order, Writer};
use crate::outcome::{Done, Failure};
use domain::Actor;
use domain::case::{Case, CaseId, Cases, Command, Visit};
use domain::register::{Ask, On};
use std::time::{Duration, Instant};
use store::{StoreError, read};

/// How often all merged cases are looked at.
const ALL_MERGED_EVERY: Duration = Duration::from_secs(3600);

impl Writer {
    /// Ends the waiting times that have run out, lets merged cases follow, and moves the dates that a new calendar table
    /// moves: a limited number of each, so that nobody waits behind it. Returns how many records it changed or, while dates
    /// are being moved, looked at; 0 when nothing is left to do.
    pub(super) fn sweep(&mut self) -> Result<u64, Failure> {
        let today = self.now().date();
        let before = self.log.size();
        let mut done = 0;
        for id in read::to_wake(self.log.db(), self.number, today, GROUP_MOST)? {
            let held = match self.hold(id) {
                // One that can't be read holds up no other.
                Err(error @ (StoreError::Corrupt(_) | StoreError::Unknown(_))) => {
                    tracing::error!(%error, "a record that waits for the clock can't be read");
                    None
                }
                held => held?,
            };
            let acts = held.map(|held| held.shelf.by_clock(held.state.as_ref(), id)).unwrap_or_default();
            done += u64::from(acts.into_iter().any(|ask| self.clock_asks(ask).is_ok()));
        }
        match self.follow_merged().and_then(|n| Ok(n + self.move_dates()?)) {
            Ok(n) => Ok(done + n),
            Err(e) if self.log.size() == before => Err(e),
            // What was appended so far belongs to the group and goes on disk with it.
            Err(e) => {
                tracing::error!(error = %e, "a sweep stopped half way");
                Ok(done.max(1))
            }
        }
    }

    fn follow_merged(&mut self) -> Result<u64, Failure> {
        let mut done = 0;
        // What follows one that has followed itself gets an answer that is not on disk yet: it is for the next sweep.
        for into in std::mem::take(&mut self.over) {
            for id in read::followers(self.log.db(), self.number, into)? {
                done += self.follow(id, into);
            }
        }
        // What was over before the last start.
        if self.merged_at.is_some_and(|at| at.elapsed() < ALL_MERGED_EVERY) {
            return Ok(done);
        }
        let merged = read::merged(self.log.db(), self.number, self.merged_to, GROUP_MOST)?;
        self.merged_to = if merged.len() < GROUP_MOST { -1 } else { merged.last().map_or(-1, |(_, seq)| *seq) };
        self.merged_at = (self.merged_to == -1).then(Instant::now);
        for (id, _) in merged {
            let case = self.hold(id)?.and_then(|held| held.state.downcast_ref::<Case>());
            let Some(into) = case.and_then(|case| case.merged_into) else { continue };
            done += self.follow(id, into);
        }
        Ok(done)
    }

    fn follow(&mut self, id: CaseId, into: CaseId) -> u64 {
        // Most often it is still handled: then nothing of its past need be read.
        let waits = matches!(self.hold(into), Ok(Some(held)) if held.shelf.is_open(held.state.as_ref()));
        u64::from(!waits && self.by_clock(id, Command::FollowMerged { into }).is_ok())
    }

    fn by_clock(&mut self, id: CaseId, command: Command) -> Result<Done, Failure> {
        self.clock_asks(Ask::of::<Cases>(On::Record(id), command.into()))
    }

    fn clock_asks(&mut self, ask: Ask) -> Result<Done, Failure> {
        let (actor, visit) = (Actor::clock(), Visit::BEST);
        self.execute(&Order { actor, visit, seen: None, ask, files: Vec::new(), once: None })
    }

    fn move_dates(&mut self) -> Result<u64, Failure> {
        let Some(behind) = self.moved_to else { return Ok(0) };
        let Some(loaded) = read::calendar_at(self.log.db(), self.number)? else {
            self.moved_to = None;
            return Ok(0);
        };
        let to = behind + MOVED_MOST;
        let more = (to as u64) < self.log.size();
        let cases = read::to_move(self.log.db(), self.number, behind, to, loaded)?;
        self.moved_to = more.then_some(to);
        for id in &cases {
            match self.by_clock(*id, Command::MoveDue) {
                // Most often: nothing moves.
                Ok(_) | Err(Failure::Refused(_)) => {}
                Err(e) => {
                    self.moved_to = Some(behind);
                    return Err(e);
                }
            }
        }
        Ok(if more { cases.len().max(1) } else { cases.len() } as u64)
    }
}
