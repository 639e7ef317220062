//! What is masked is masked by what it is: a list of our own, line by line.

use reading::mask;

const LIST: &str = include_str!("masks.txt");

/// The text of a line, and the text as it must come out.
fn cases() -> Vec<(String, String)> {
    let lines = LIST.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let one = |line: &str| {
        let (mut text, mut masked, mut hidden) = (String::new(), String::new(), false);
        for c in line.chars() {
            match c {
                '[' => {
                    hidden = true;
                    masked.push_str("•••");
                }
                ']' => hidden = false,
                c => {
                    text.push(c);
                    if !hidden {
                        masked.push(c);
                    }
                }
            }
        }
        (text, masked)
    };
    lines.map(one).collect()
}

#[test]
fn what_leads_to_somebody_is_hidden_and_nothing_else() {
    let cases = cases();
    assert!(cases.len() >= 200, "{}", cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .filter(|(text, masked)| mask::text(text, &[]) != *masked)
        .map(|(text, masked)| format!("{text}: {} instead of {masked}", mask::text(text, &[])))
        .collect();
    assert!(wrong.is_empty(), "{} lines:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_masked_once_stays_as_it_is_when_it_is_masked_again() {
    for (text, masked) in cases() {
        assert_eq!(mask::text(&mask::text(&text, &[]), &[]), masked, "{text}");
    }
}
