//! Reading along with `cargo test`: what is shown, what is counted, what was skipped.

use std::fmt;
use std::io::{self, BufRead, BufReader, Read, Write};

/// What a run of tests came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// Tests that are switched off in the source.
    pub ignored: u64,
    /// What passing tests said about what they skipped, each once.
    pub skipped: Vec<String>,
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Totals { passed, failed, ignored, skipped } = self;
        write!(f, "{passed} passed, {failed} failed, {ignored} switched off, {} skipped in part", skipped.len())
    }
}

/// Shows in `shown` a run of `cargo test -- --show-output` as it goes, without the output of tests that passed; from that
/// output only the lines that begin with `skipped:` are kept.
///
/// # Errors
/// When the pipe can't be read.
pub fn follow(stdout: impl Read, mut shown: impl Write) -> io::Result<Totals> {
    let mut totals = Totals::default();
    let mut of_passing_tests = false;
    let mut lines = BufReader::new(stdout);
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes)? > 0 {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let line = text.trim_end_matches('\n');
        bytes.clear();
        if line == "successes:" {
            of_passing_tests = true;
        }
        if line == "failures:" || line.starts_with("test result:") {
            of_passing_tests = false;
        }
        if of_passing_tests {
            if line.starts_with("skipped:") && !totals.skipped.iter().any(|old| old == line) {
                totals.skipped.push(line.to_owned());
            }
            continue;
        }
        writeln!(shown, "{line}")?;
        if let Some(result) = line.strip_prefix("test result:") {
            totals.passed += number_before(result, " passed");
            totals.failed += number_before(result, " failed");
            totals.ignored += number_before(result, " ignored");
        }
    }
    Ok(totals)
}

fn number_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().unwrap_or_default();
    before.rsplit(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up_and_skips_are_kept() {
        let text = "running 2 tests\ntest a ... ok\n\nsuccesses:\n\n---- a stdout ----\nskipped: no data here\nchatter\n\n\
                    successes:\n    a\n\ntest result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 3 filtered out; finished in 0.1s\n\
                    test result: ok. 41 passed; 0 failed; 2 ignored; 0 measured; 0 filtered out; finished in 0.1s\n";
        let totals = follow(text.as_bytes(), io::sink()).unwrap();
        let skipped = vec!["skipped: no data here".to_owned()];
        assert_eq!(totals, Totals { passed: 42, failed: 1, ignored: 2, skipped });
    }

    #[test]
    fn what_a_failing_test_said_is_not_taken_for_a_skip() {
        let text = "successes:\n    a\n\nfailures:\n\n---- b stdout ----\nskipped: half\n";
        assert_eq!(follow(text.as_bytes(), io::sink()).unwrap(), Totals::default());
    }
}
