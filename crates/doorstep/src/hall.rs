//! A hall without network: `hall carry` makes a laptop's folder with units, accounts and rules of a district and none of its
//! cases; it is served there like any other. `hall merge` writes what happened there into the district's own ledger, once.

use crate::cli::{Failed, say};
use crate::commands::{NUMBER, end, place};
use crate::verify;
use desk::{Clock, Desk, Entropy, Hall, Merged, Options};
use domain::codes::UnitCode;
use domain::district::District;
use std::collections::BTreeSet;
use store::keys::Factor;
use store::{Db, Keys, Place, access, hall, read};

type Done = Result<(), Failed>;

/// A ledger that is read.
struct Source {
    db: Db,
    keys: Keys,
    district: District,
    origin: String,
}

fn source(place: &Place) -> Result<Source, Failed> {
    let mut db = Db::open_reader(place)?;
    store::schema::check(&mut db)?;
    let keys = Keys::open(place, NUMBER, false)?;
    let (district, _) = read::district(&mut db, NUMBER)?;
    let vkey = store::verify::founding_key(&mut db, NUMBER)?.map_err(verify::wrong)?;
    let origin = vkey.split('+').next().unwrap_or_default().to_owned();
    Ok(Source { db, keys, district, origin })
}

/// `hall carry`
pub fn carry(data: &str, to: &str, units: &[String]) -> Done {
    let mut from = source(&place(data)?)?;
    let there = place(to)?;
    if there.folder().is_none_or(|folder| folder.exists()) {
        return Err(Failed::usage(
            format!("{to} is there already, or is no folder."),
            "Name a folder that does not exist yet: the laptop's own.",
        ));
    }
    let wanted: BTreeSet<UnitCode> = units.iter().map(|unit| unit.as_str().into()).collect();
    if let Some(unknown) = wanted.iter().find(|unit| from.district.open_unit(unit).is_none()) {
        return Err(Failed::usage(
            format!("There is no unit “{unknown}”."),
            "Use the codes of units as they stand in the administration.",
        ));
    }
    let events = hall::district(&mut from.db, &mut from.keys, NUMBER)?;
    let accounts = from.district.accounts.values().filter(|account| !account.closed && wanted.contains(&account.unit));
    let mut sign_ins = Vec::new();
    for account in accounts {
        let password = access::password(&mut from.db, NUMBER, account.id)?;
        sign_ins.push((account.id, password, from.keys.factor(account.id)?));
    }
    let name: String = Entropy::system().bytes::<4>().iter().map(|byte| format!("{byte:02x}")).collect();
    let origin = format!("{}{}{name}", from.origin, desk::HALL);
    // A demonstration's time is not the machine's.
    let demo = from.origin == desk::DEMO_ORIGIN;
    let clock = if demo { Clock::running_from(read::last_at(&mut from.db, NUMBER)?) } else { Clock::System };
    let options = Options { clock, ..Options::default() };
    let (desk, thread) = Desk::found(&there, options, &from.district.zh, &from.district.en, &origin)?;
    desk.merge_now(Hall { origin: None, checkpoint: Vec::new(), size: 0, events })?;
    let count = sign_ins.iter().filter(|(_, password, _)| password.is_some()).count();
    for (account, password, factor) in sign_ins {
        let Some((hash, _)) = password else { continue };
        desk.put_now(vec![access::set_password(NUMBER, account, &hash)])?;
        if let Some(Factor { secret, step }) = factor {
            desk.keys_now(move |keys| keys.put_factor(account, &Factor { secret, step }, &[]))?;
        }
    }
    drop(desk);
    end(thread)?;
    say(format_args!(
        "{to} is ready for a hall: {count} accounts of {} units can sign in there. It holds no case.",
        wanted.len()
    ));
    say(format_args!(
        "Serve it with: doorstep serve --data {to} --site ADDRESS, where ADDRESS is that of the district's own service:"
    ));
    say("slips that are printed in the hall lead there.");
    say(format_args!("Afterwards, here and with the service stopped: doorstep hall merge --data {data} --from {to}"));
    Ok(())
}

/// `hall merge`
pub fn merge(data: &str, from: &str) -> Done {
    let here = place(data)?;
    let home = source(&here)?;
    let mut there = source(&place(from)?)?;
    if !there.origin.starts_with(&format!("{}{}", home.origin, desk::HALL)) {
        return Err(Failed::usage(
            format!("{from} is no hall of this district: its ledger is {}.", there.origin),
            "Name the folder that hall carry made from this data.",
        ));
    }
    // What does not fit in itself is not taken over.
    verify::fits(&mut there.db, &mut there.keys)?;
    let events = hall::records(&mut there.db, &mut there.keys, NUMBER)?;
    let checkpoint = hall::checkpoint(&mut there.db, NUMBER)?;
    let size = store::follow::size(&mut there.db, NUMBER)?;
    drop(home);
    let (desk, thread) = Desk::open(&here, Options::default())?;
    let merged = desk.merge_now(Hall { origin: Some(there.origin), checkpoint, size, events });
    drop(desk);
    end(thread)?;
    let Merged { taken, before, left, cases } = merged?;
    say(format_args!("{taken} entries were taken over; {before} were here already."));
    for (code, index) in &cases {
        say(format_args!("{code} entry {index}"));
    }
    if left.is_empty() {
        return Ok(());
    }
    for (code, count) in &left {
        say(format_args!("{code} went on here in the meantime: {count} entries of the hall were left out"));
    }
    Err(Failed::new(
        format!("{} records differ from those of the hall, and are left as they are here.", left.len()),
        "Look at each of them on its page and in the hall, and do here what is missing. All others are merged.",
    ))
}
