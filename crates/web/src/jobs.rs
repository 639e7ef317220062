//! Work that takes longer than an answer may: it goes on by itself, and its page looks again from time to time. One
//! job at a time, as each reads everything. What it came to is kept until the next of its kind, or until the end of the
//! process; the job holds nothing that would keep the process from ending.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use store::doctor::Said;

/// How many outcomes are kept.
const KEPT: usize = 32;

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Task {
    /// Looks for what is wrong or will be.
    Doctor,
    /// Recomputes everything.
    Verify,
    /// Copies everything.
    Backup,
    /// Recomputes the figures of a publication, by its ledger index.
    Recompute(u64),
}

/// What a job came to.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Whether all is well.
    pub(crate) good: bool,
    /// In a sentence.
    pub(crate) words: Said,
    /// What is wrong, and what to do.
    pub(crate) findings: Vec<(Said, Said)>,
    /// What was seen beside.
    pub(crate) notes: Vec<Said>,
}

impl Outcome {
    /// An outcome that needs one sentence.
    pub(crate) fn new(good: bool, zh: impl Into<String>, en: impl Into<String>) -> Outcome {
        Outcome { good, words: Said::new(zh, en), findings: Vec::new(), notes: Vec::new() }
    }

    /// With something that is wrong, and what to do.
    pub(crate) fn finding(mut self, what: Said, todo: Said) -> Outcome {
        self.findings.push((what, todo));
        self
    }

    /// What the store could not do.
    pub(crate) fn failed(error: &store::StoreError) -> Outcome {
        let ((zh, zh_do), (en, en_do)) = (error.said(true), error.said(false));
        Outcome::new(false, "没有做完。", "It was not finished.").finding(Said::new(zh, en), Said::new(zh_do, en_do))
    }
}

/// Where a job stands.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// Steps done, and all; 0 of 0 while nobody knows.
    Running(u64, u64),
    /// It is over.
    Ended(Outcome),
}

/// The jobs of the process; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Jobs(Arc<Mutex<BTreeMap<Task, State>>>);

impl Jobs {
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<Task, State>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where a job stands, if it was ever begun.
    pub(crate) fn state(&self, task: Task) -> Option<State> {
        self.with(|jobs| jobs.get(&task).cloned())
    }

    /// Begins a job. False: another one is running, and nothing was begun.
    pub(crate) fn begin(&self, task: Task, work: impl FnOnce(&dyn Fn(u64, u64)) -> Outcome + Send + 'static) -> bool {
        let free = self.with(|jobs| {
            if jobs.values().any(|s| matches!(s, State::Running(..))) {
                return false;
            }
            while jobs.len() >= KEPT && jobs.pop_last().is_some() {}
            jobs.insert(task, State::Running(0, 0));
            true
        });
        if !free {
            return false;
        }
        let jobs = self.clone();
        let run = move || {
            let advance = |done, all| jobs.with(|all_jobs| drop(all_jobs.insert(task, State::Running(done, all))));
            let outcome = catch_unwind(AssertUnwindSafe(|| work(&advance)));
            let outcome = outcome.unwrap_or_else(|_| broken());
            jobs.with(|all_jobs| drop(all_jobs.insert(task, State::Ended(outcome))));
        };
        if std::thread::Builder::new().name("job".into()).spawn(run).is_err() {
            self.with(|jobs| drop(jobs.insert(task, State::Ended(broken()))));
        }
        true
    }
}

fn broken() -> Outcome {
    Outcome::new(
        false,
        "程序出错，没有做完。请看服务的日志。",
        "The program failed, and it was not finished. See the service's log.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    fn ended(jobs: &Jobs, task: Task) -> Outcome {
        loop {
            match jobs.state(task) {
                Some(State::Ended(outcome)) => return outcome,
                _ => std::thread::yield_now(),
            }
        }
    }

    #[test]
    fn one_job_runs_at_a_time_and_says_how_far_it_is() {
        let jobs = Jobs::default();
        let ((started, is_started), (stop, stopped)) = (channel(), channel::<()>());
        let work = move |advance: &dyn Fn(u64, u64)| {
            advance(3, 10);
            let _ = started.send(());
            let _ = stopped.recv();
            Outcome::new(true, "好", "well")
        };
        assert!(jobs.begin(Task::Verify, work));
        is_started.recv().unwrap();
        assert!(matches!(jobs.state(Task::Verify), Some(State::Running(3, 10))));
        assert!(!jobs.begin(Task::Backup, |_| Outcome::new(true, "", "")), "another one waits for its turn");
        assert!(jobs.state(Task::Backup).is_none());
        stop.send(()).unwrap();
        assert!(ended(&jobs, Task::Verify).good);
        assert!(jobs.begin(Task::Backup, |_| Outcome::new(true, "", "")));
        ended(&jobs, Task::Backup);
    }

    #[test]
    fn a_job_that_breaks_is_over_and_says_so() {
        let jobs = Jobs::default();
        assert!(jobs.begin(Task::Doctor, |_| panic!("planted")));
        assert!(!ended(&jobs, Task::Doctor).good);
    }

    #[test]
    fn old_outcomes_are_forgotten() {
        let jobs = Jobs::default();
        for n in 0..100 {
            assert!(jobs.begin(Task::Recompute(n), |_| Outcome::new(true, "", "")));
            ended(&jobs, Task::Recompute(n));
        }
        assert!(jobs.with(|all| all.len()) <= KEPT);
        assert!(jobs.state(Task::Recompute(99)).is_some());
    }
}
