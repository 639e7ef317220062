//! `user`: accounts from the command line. The way in for a new district, and for who forgot a password.

use crate::cli::{Failed, say};
use crate::commands::{end, place};
use desk::{Changed, Desk, Entropy, Options, fresh_password, hash_password};
use domain::district::{AccountAct, Command, District, Unit, UnitCode, UnitKind};
use domain::{Actor, Label, Lang, Role};
use store::access;

type Done = Result<(), Failed>;

/// The sign-in names of a district's first accounts: what would let one administrator act as somebody else needs two.
pub const FIRST: [&str; 2] = ["admin", "admin2"];

/// The district's own unit and its two administrators; returns their sign-in names and passwords.
///
/// # Errors
/// What the desk says.
pub fn first(desk: &Desk, zh: &str, en: &str) -> Result<Vec<(&'static str, String)>, Failed> {
    let code = UnitCode::from("district");
    let unit = Unit {
        code: code.clone(),
        zh: zh.into(),
        en: en.into(),
        kind: UnitKind::District,
        parent: None,
        closed: false,
        at: None,
    };
    let founder = || Actor::System { name: "init".into() };
    desk.change_now(founder(), Command::SetUnits(vec![unit]))?;
    let accounts = FIRST.map(|user| (user.to_owned(), code.clone(), Role::Administrator));
    desk.change_now(founder(), Command::OpenAccounts(accounts.to_vec()))?;
    FIRST.iter().map(|user| Ok((*user, set_password(desk, user)?))).collect()
}

/// Gives an account a fresh password for one sign-in and ends its sessions.
fn set_password(desk: &Desk, user: &str) -> Result<String, Failed> {
    let account = desk.district().account_of(user).map(|a| a.id).ok_or_else(|| unknown(&desk.district(), user))?;
    let mut entropy = Entropy::system();
    let password = fresh_password(&mut entropy);
    let hash = hash_password(&password, &mut entropy)
        .ok_or_else(|| Failed::new("The password could not be hashed.", "Try again with more free memory."))?;
    let number = desk.number();
    desk.keys_now(move |keys| keys.end_factor(account))?;
    desk.put_now(vec![access::set_password_once(number, account, &hash), access::end_sessions(number, account)])?;
    Ok(password)
}

/// `user`
pub fn open(data: &str, name: &str, unit: &str, role: &str) -> Done {
    let wanted = Role::of(role).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|r| r.code()).collect();
        Failed::usage(format!("There is no role “{role}”."), format!("The roles are: {}.", all.join(", ")))
    })?;
    let (desk, thread) = Desk::open(&place(data)?, Options::default())?;
    let code = UnitCode::from(unit);
    if desk.district().open_unit(&code).is_none() {
        return Err(no_unit(&desk.district(), unit));
    }
    let opened = Command::OpenAccounts(vec![(name.into(), code.clone(), wanted)]);
    let changed = desk.change_now(Actor::command_line(), opened)?;
    must_be_done(&changed, &desk.district(), &AccountAct::Open { user: name.into(), unit: code, role: wanted })?;
    let password = set_password(&desk, name)?;
    drop(desk);
    end(thread)?;
    say(password);
    Ok(())
}

/// `user --reset`
pub fn reset(data: &str, name: &str) -> Done {
    let (desk, thread) = Desk::open(&place(data)?, Options::default())?;
    let account = desk.district().account_of(name).map(|a| a.id).ok_or_else(|| unknown(&desk.district(), name))?;
    let changed = desk.change_now(Actor::command_line(), Command::ResetPassword { user: name.into() })?;
    must_be_done(&changed, &desk.district(), &AccountAct::Reset { account })?;
    let password = set_password(&desk, name)?;
    drop(desk);
    end(thread)?;
    say(password);
    Ok(())
}

/// `user --close`
pub fn close(data: &str, name: &str) -> Done {
    let (desk, thread) = Desk::open(&place(data)?, Options::default())?;
    let account = desk.district().account_of(name).map(|a| a.id).ok_or_else(|| unknown(&desk.district(), name))?;
    let changed = desk.change_now(Actor::command_line(), Command::CloseAccount { user: name.into() })?;
    must_be_done(&changed, &desk.district(), &AccountAct::Close { account })?;
    desk.put_now(vec![access::end_sessions(desk.number(), account)])?;
    drop(desk);
    end(thread)?;
    say(format_args!("The account {name} is closed."));
    Ok(())
}

/// Refuses to go on with an act that was only asked for: it waits for a second administrator.
fn must_be_done(changed: &Changed, district: &District, act: &AccountAct) -> Result<(), Failed> {
    if !changed.waits {
        return Ok(());
    }
    let todo = match district.asked_act(act).and_then(|asked| district.waits_until(asked)) {
        None => "An administrator agrees to it on the page of accounts, and gets the password there.".to_owned(),
        Some(until) => {
            format!("There is no administrator to agree: run the same command again after {}.", until.minute())
        }
    };
    let what = "This is asked for now and waits: nobody alone lets somebody in as a discipline unit, auditor or administrator, or shuts one out.";
    Err(Failed::new(what, todo))
}

fn unknown(district: &District, user: &str) -> Failed {
    let open = district.accounts.values().filter(|a| !a.closed).count();
    Failed::new(
        format!("There is no open account “{user}”."),
        format!("Check the sign-in name ({open} accounts are open), or make it with --unit and --role."),
    )
}

/// The units that there are, as many as a screen takes.
fn no_unit(district: &District, unit: &str) -> Failed {
    const SHOWN: usize = 40;
    let open: Vec<_> = district.units.values().filter(|u| !u.closed).collect();
    let mut all: Vec<String> = open.iter().take(SHOWN).map(|u| format!("{} ({})", u.code, u.name(Lang::Zh))).collect();
    if open.len() > SHOWN {
        all.push(format!("and {} more", open.len() - SHOWN));
    }
    Failed::usage(format!("There is no open unit “{unit}”."), format!("The units are: {}.", all.join(", ")))
}
