//! The demo's sign-in names: one or more for each role, with fresh passwords from the system's randomness.

use super::fault;
use crate::cli::Failed;
use desk::{Desk, Entropy, fresh_password, hash_password};
use domain::district::UnitCode;
use domain::{Label, Role};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use store::{Db, Place};

/// The file with the demo's sign-in names and passwords.
pub const FILE: &str = "demo-logins.json";

/// The accounts that get a password; nobody can sign in to the others.
const USERS: [&str; 16] = [
    "grid01",
    "housing.clerk",
    "heating.clerk",
    "street1.clerk",
    "mediation.clerk",
    "discipline.clerk",
    "housing.head",
    "street1.head",
    "discipline.head",
    "dispatcher",
    "discipline",
    "supervisor",
    "leader01",
    "auditor",
    "admin",
    "commerce.clerk",
];

/// A sign-in name with its password.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Login {
    /// The role's code.
    pub role: String,
    /// The sign-in name.
    pub user: String,
    /// The password.
    pub password: String,
}

/// Gives the demo's accounts their passwords, all in one transaction: it is the last thing that making a demo does.
///
/// # Errors
/// What the desk says.
pub fn set(desk: &Desk, place: &Place, entropy: &mut Entropy) -> Result<Vec<Login>, Failed> {
    let district = desk.district();
    let (mut logins, mut writes) = (Vec::new(), Vec::new());
    for user in users(desk, place)? {
        let account = district.account_of(&user).ok_or_else(|| fault(format!("there is no account {user}")))?;
        let password = fresh_password(entropy);
        let hash = hash_password(&password, entropy).ok_or_else(|| fault("a password could not be hashed"))?;
        writes.push(store::access::set_password(desk.number(), account.id, &hash));
        logins.push(Login { role: account.role.code().into(), user, password });
    }
    desk.put_now(writes)?;
    Ok(logins)
}

/// The sign-in names in the order in which they are shown: of each role first whoever has work waiting. Whoever looks
/// at the demo takes the first clerk, whose desk must not be empty while another one's is full.
fn users(desk: &Desk, place: &Place) -> Result<Vec<String>, Failed> {
    let district = desk.district();
    let mut open: BTreeMap<UnitCode, i64> = BTreeMap::new();
    for o in store::oversight::open(&mut Db::open_reader(place)?, desk.number(), (0, 0, desk.now()), false)? {
        let Some(unit) = o.unit else { continue };
        *open.entry(unit).or_default() += o.open;
    }
    let mut users: Vec<String> = USERS.iter().map(|u| (*u).to_owned()).collect();
    // The unit with most to do, whichever it is this year.
    if let Some((unit, _)) = open.iter().max_by_key(|(_, open)| **open) {
        let own = district.accounts.values().filter(|a| &a.unit == unit && matches!(a.role, Role::Clerk | Role::Head));
        users.extend(own.map(|a| a.user.clone()).filter(|user| !USERS.contains(&user.as_str())));
    }
    let waiting = |user: &str| district.account_of(user).and_then(|a| open.get(&a.unit)).copied().unwrap_or(0);
    let role = |user: &str| district.account_of(user).map(|a| a.role);
    // A stable order: what does not differ in its role's work stays where it was.
    let place_of = |user: &String| USERS.iter().position(|u| role(u) == role(user)).unwrap_or(USERS.len());
    let of_desk = |user: &str| matches!(role(user), Some(Role::Clerk | Role::Head));
    users.sort_by_key(|u| (place_of(u), if of_desk(u) { -waiting(u) } else { 0 }));
    Ok(users)
}

/// Writes the file, which only its owner can read.
///
/// # Errors
/// What the file system says.
pub fn write(folder: &Path, logins: &[Login]) -> Result<(), Failed> {
    let path = folder.join(FILE);
    let failed = |e: std::io::Error| {
        Failed::new(format!("{} can't be written: {e}.", path.display()), "Free disk space, or allow writing there.")
    };
    if path.exists() {
        fs::remove_file(&path).map_err(failed)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).map_err(failed)?;
    let text = serde_json::to_string_pretty(logins).map_err(fault)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// The file's sign-in names, if it is there.
pub fn read(folder: &Path) -> Option<Vec<Login>> {
    let text = fs::read_to_string(folder.join(FILE)).ok()?;
    serde_json::from_str(&text).ok()
}
