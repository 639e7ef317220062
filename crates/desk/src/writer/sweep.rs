//! What time alone brings about: ends of waiting times, merged cases that follow, dates that a new calendar table moves.

use super::{GROUP_MOST, MOVED_MOST, Writer};
use crate::outcome::Failure;
use domain::Actor;
use domain::case::{CaseId, Command, Visit};
use std::time::{Duration, Instant};
use store::read;

/// How often all merged cases are looked at.
const ALL_MERGED_EVERY: Duration = Duration::from_secs(3600);

impl Writer {
    /// Ends the waiting times that have run out, lets merged cases follow, and moves the dates that a new calendar table
    /// moves: a limited number of each, so that nobody waits behind it. Returns how many cases it changed or, while dates
    /// are being moved, looked at; 0 when nothing is left to do.
    pub(super) fn sweep(&mut self) -> Result<u64, Failure> {
        let today = self.now().date();
        let clock = Actor::clock();
        let before = self.log.size();
        let mut done = 0;
        for id in read::to_wake(self.log.db(), self.number, today, GROUP_MOST)? {
            let ends = [Command::EndUnreached, Command::Unask];
            done += u64::from(ends.iter().any(|c| self.act((&clock, Visit::BEST), id, None, c, None).is_ok()));
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
            let held = self.hold(id)?;
            let into = held.case.merged_into;
            self.held.insert(id, held);
            let Some(into) = into else { continue };
            done += self.follow(id, into);
        }
        Ok(done)
    }

    fn follow(&mut self, id: CaseId, into: CaseId) -> u64 {
        let follow = Command::FollowMerged { into };
        u64::from(self.act((&Actor::clock(), Visit::BEST), id, None, &follow, None).is_ok())
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
            match self.act((&Actor::clock(), Visit::BEST), *id, None, &Command::MoveDue, None) {
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
