//! How the desk stands: what keeps it from taking anything down, and whether what it writes reaches the disk.

use crate::outcome::Failure;
use domain::moment::{Jump, jump};
use domain::{Lang, Moment};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::StoreError;

/// So long after a group could not be committed the desk is not ready, even if small writes succeed again.
const FAILED_LASTS: Duration = Duration::from_secs(60);

/// What was written so lately need not be tried again.
const LATELY: Duration = Duration::from_secs(1);

/// What keeps the desk from taking anything down, until somebody has looked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The machine's clock can't be right: whatever it dates is dated wrongly for ever.
    Clock {
        /// What it says.
        says: Moment,
        /// What time it should be, as far as the running server knew.
        known: Moment,
    },
    /// Cases have no key in the key store: it is not the right one, and what is taken down with it may never be read.
    Keys {
        /// How many.
        without: u64,
        /// The ledger index of the first of them.
        first: i64,
    },
}

impl Hold {
    /// What is wrong, and what to do.
    pub fn said(&self, lang: Lang) -> (String, String) {
        match self {
            Hold::Clock { says, known } => {
                let (says, known) = (says.minute(), known.minute());
                let zh = format!("服务器时钟显示 {says}，而按运行记录应在 {known} 前后：现在不能收件，也不能办理。");
                let en = format!(
                    "The server's clock says {says}, but by its own record it should be about {known}: nothing can be raised or handled now."
                );
                let zh_do = "如果时钟不对，请管理员用时间服务器校准，收件会自动恢复；如果时钟是对的，请停止服务，运行 doorstep clock --right，再启动。";
                let en_do = "If the clock is wrong, let the administrator set it by a time server: intake goes on by itself. If it is right, stop the service, run doorstep clock --right, and start again.";
                (lang.pick(&zh, &en).to_owned(), lang.pick(zh_do, en_do).to_owned())
            }
            Hold::Keys { without, first } => {
                let zh = format!("{without} 件诉求没有密钥（第一件在第 {first} 条）：密钥库不全，现在不能收件。");
                let en = format!(
                    "{without} cases have no key (the first at entry {first}): the key store is not whole, and nothing can be raised now."
                );
                let zh_do = "请管理员停止服务，用 doorstep keys merge 从最近的密钥备份补齐，再启动。";
                let en_do = "Let the administrator stop the service, take the missing keys from the latest backup of the keys with doorstep keys merge, and start again.";
                (lang.pick(&zh, &en).to_owned(), lang.pick(zh_do, en_do).to_owned())
            }
        }
    }
}

/// Shared by the writer, which knows, and all who ask.
#[derive(Default)]
pub(crate) struct Standing(Mutex<State>);

#[derive(Default)]
struct State {
    clock: Option<Hold>,
    keys: Option<Hold>,
    failed: Option<(Instant, StoreError)>,
    committed: Option<Instant>,
}

impl Standing {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What holds the desk: a wrong clock holds everything, missing keys hold the intake.
    pub(crate) fn held(&self) -> Option<Hold> {
        let state = self.state();
        state.clock.clone().or_else(|| state.keys.clone())
    }

    /// Why nothing at all may be dated now.
    pub(crate) fn clock(&self) -> Option<Hold> {
        self.state().clock.clone()
    }

    /// Holds the intake for want of keys, until the next start.
    pub(crate) fn lacks_keys(&self, without: u64, first: i64) {
        let hold = Hold::Keys { without, first };
        tracing::error!("{}", hold.said(Lang::En).0);
        self.state().keys = Some(hold);
    }

    /// Whether the clock is right, as the writer found it.
    fn set_clock(&self, hold: Option<Hold>) {
        let mut state = self.state();
        match (&state.clock, &hold) {
            (None, Some(hold)) => {
                let (what, todo) = hold.said(Lang::En);
                tracing::error!("{what} {todo}");
            }
            (Some(_), None) => tracing::warn!("the clock is right again: intake goes on"),
            _ => {}
        }
        state.clock = hold;
    }

    /// A group was committed; with entries: then what failed before is over.
    pub(crate) fn committed(&self, entries: bool) {
        let mut state = self.state();
        state.committed = Some(Instant::now());
        if entries {
            state.failed = None;
        }
    }

    /// Whether something was written a moment ago: then nothing has to be written to know that it can be.
    pub(crate) fn wrote_lately(&self) -> bool {
        self.state().committed.is_some_and(|at| at.elapsed() < LATELY)
    }

    /// A group could not be committed.
    pub(crate) fn failed(&self, error: &StoreError) {
        self.state().failed = Some((Instant::now(), error.clone()));
    }

    /// Whether everything that was asked lately was done.
    ///
    /// # Errors
    /// What holds the desk; or what the last group failed with, not long ago.
    pub(crate) fn ready(&self) -> Result<(), Failure> {
        if let Some(hold) = self.held() {
            return Err(Failure::Held(hold));
        }
        match &self.state().failed {
            Some((at, error)) if at.elapsed() < FAILED_LASTS => Err(Failure::Store(error.clone())),
            _ => Ok(()),
        }
    }
}

/// Watches the machine's clock against the time that passes: from the last heartbeat on, and while the server runs.
pub(crate) struct Watch {
    known: Moment,
    at: Instant,
}

impl Watch {
    /// From the last heartbeat; where there never was one, from what the clock says.
    pub(crate) fn new(known: Option<Moment>, says: Moment) -> Watch {
        Watch { known: known.unwrap_or(says), at: Instant::now() }
    }

    /// Looks at what the clock says now. Where it can't be right, the time that is known goes on without it: a clock that
    /// is set right is right at once.
    pub(crate) fn look(&mut self, says: Moment, standing: &Standing) {
        let known = Moment(self.known.0.saturating_add(self.at.elapsed().as_millis() as i64));
        match jump(known, says) {
            Jump::Wrong => return standing.set_clock(Some(Hold::Clock { says, known })),
            Jump::Noticed => tracing::warn!("the clock says {}, and {} was expected", says.minute(), known.minute()),
            Jump::None => {}
        }
        *self = Watch { known: says, at: Instant::now() };
        standing.set_clock(None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 86_400_000;

    #[test]
    fn a_clock_that_jumps_holds_everything_until_it_is_set_right() {
        let (standing, noon) = (Standing::default(), Moment(1_700_000_000_000));
        let mut watch = Watch::new(Some(noon), noon);
        watch.look(noon, &standing);
        assert!(standing.ready().is_ok());
        for days in [365, 31, -2] {
            watch.look(Moment(noon.0 + days * DAY), &standing);
            let Some(Hold::Clock { says, known }) = standing.held() else { panic!("{days} days are not noticed") };
            assert_eq!((says, known.date()), (Moment(noon.0 + days * DAY), noon.date()));
            assert!(matches!(standing.ready(), Err(Failure::Held(_))));
            watch.look(Moment(noon.0 + 1000), &standing);
            assert!(standing.held().is_none(), "it was set right");
        }
        watch.look(Moment(noon.0 + 3 * DAY), &standing);
        assert!(standing.held().is_none(), "a machine that slept over a weekend goes on");
    }

    #[test]
    fn a_clock_without_a_heartbeat_before_it_is_believed() {
        let standing = Standing::default();
        Watch::new(None, Moment(5)).look(Moment(5), &standing);
        assert!(standing.held().is_none());
    }

    #[test]
    fn what_holds_the_desk_is_said_in_both_languages_with_what_to_do() {
        for hold in [Hold::Clock { says: Moment(0), known: Moment(DAY) }, Hold::Keys { without: 3, first: 17 }] {
            for lang in [Lang::Zh, Lang::En] {
                let (what, todo) = hold.said(lang);
                assert!(!what.is_empty() && todo.contains("doorstep "), "{what} {todo}");
            }
        }
    }

    #[test]
    fn a_group_that_failed_is_remembered_for_a_while() {
        let standing = Standing::default();
        standing.failed(&StoreError::Full("disk".into()));
        standing.committed(false);
        assert!(matches!(standing.ready(), Err(Failure::Store(StoreError::Full(_)))), "a small write says little");
        standing.committed(true);
        assert!(standing.ready().is_ok(), "a group with entries says all");
    }
}
