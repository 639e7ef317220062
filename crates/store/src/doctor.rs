//! What `doctor` finds: what is wrong or will be soon, and what to do. Reads only; each finding in both languages.

use crate::db::{Db, StoreError, WAL_MOST};
use crate::health::{self, Health};
use crate::keys::{Keys, SIGNING_KEY};
use crate::outbox::State;
use crate::place::{self, Place};
use crate::{backup, heartbeat, read, schema, structure, verify};
use domain::district::District;
use domain::moment::{Jump, date_of, jump};
use domain::{Label, Lang, Moment};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Less free space than this is a finding, and so is less than the database takes: a backup needs as much again.
const FREE_LEAST: u64 = 1 << 30;
/// A write-ahead log beyond this is held by somebody who reads: the writer keeps it to less, but for one large group.
const WAL_FOUND: u64 = WAL_MOST / 2 * 3;
/// A backup older than this is a finding.
const BACKUP_DAYS: i64 = 7;
/// How far the machine's clock may lie behind the last entry, in milliseconds.
const BEHIND_MOST: i64 = 60_000;
/// From this month on, the next year's calendar table must be loaded: the notice comes out in autumn.
const NEXT_YEAR_FROM: i8 = 10;
const DAY: i64 = 86_400_000;

/// A sentence in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Said {
    /// From both.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Said {
        Said { zh: zh.into(), en: en.into() }
    }

    /// In a language.
    pub fn pick(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// What a visit brought.
#[derive(Clone, Debug, Default)]
pub struct Visit {
    /// What was seen and is in order.
    pub notes: Vec<Said>,
    /// What is wrong, and what to do.
    pub findings: Vec<(Said, Said)>,
}

impl Visit {
    fn note(&mut self, zh: impl Into<String>, en: impl Into<String>) {
        self.notes.push(Said::new(zh, en));
    }

    fn finding(&mut self, what: Said, todo: Said) {
        self.findings.push((what, todo));
    }

    /// What the store says, or a finding about why it can't.
    fn ask<T>(&mut self, answer: Result<T, StoreError>) -> Option<T> {
        let both = |e: StoreError| {
            let ((zh, zh_do), (en, en_do)) = (e.said(true), e.said(false));
            self.finding(Said::new(zh, en), Said::new(zh_do, en_do));
        };
        answer.map_err(both).ok()
    }
}

/// Looks at a place as it is now, by the machine's clock.
pub fn visit(place: &Place, number: i64, now: Moment) -> Visit {
    let mut visit = Visit::default();
    if let Some(folder) = place.folder().filter(|f| f.is_dir()) {
        disk(place, folder, &mut visit);
        permissions(place, folder, &mut visit);
        last_backup(folder, now, &mut visit);
        unnamed_proxy(folder, now, &mut visit);
    }
    let opened = Db::open_reader(place);
    let Some(mut db) = visit.ask(opened) else { return visit };
    // If the tables are not of this program's version, there is no more to look at.
    let checked = schema::check(&mut db);
    if visit.ask(checked).is_some() {
        contents(place, number, &mut db, now, &mut visit);
    }
    visit
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

fn disk(place: &Place, folder: &Path, visit: &mut Visit) {
    match rustix::fs::statvfs(folder) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let need = FREE_LEAST.max(size(&place.database_file()));
            let (free_text, need_text) = (bytes(free), bytes(need));
            visit.note(format!("磁盘：剩余 {free_text}"), format!("disk: {free_text} free"));
            if free < need {
                visit.finding(
                    Said::new(
                        format!("数据所在磁盘只剩 {free_text}，应至少有 {need_text}。"),
                        format!("The disk of the data has {free_text} left; {need_text} are advisable."),
                    ),
                    Said::new(
                        "请腾出空间，或把数据移到更大的磁盘：磁盘满了就收不了件。",
                        "Free some space or move the data to a larger disk: a full disk stops the intake.",
                    ),
                );
            }
        }
        Err(e) => visit.finding(
            Said::new(
                format!("读不到 {} 的剩余空间：{e}。", folder.display()),
                format!("The free space of {} can't be read: {e}.", folder.display()),
            ),
            Said::new("请检查数据磁盘的挂载。", "Check the mount of the data's disk."),
        ),
    }
    for file in [place.database_file(), place.keys_file()] {
        write_ahead_log(&file, visit);
    }
}

fn write_ahead_log(file: &Path, visit: &mut Visit) {
    let wal = size(&PathBuf::from(format!("{}-wal", file.display())));
    if wal <= WAL_FOUND {
        return;
    }
    let named: Vec<String> =
        place::readers(file).into_iter().map(|(pid, name)| format!("{name} (pid {pid})")).collect();
    let (file, wal) = (file.display(), bytes(wal));
    visit.finding(
        Said::new(
            format!("{file} 的预写日志已涨到 {wal}。"),
            format!("The write-ahead log of {file} has grown to {wal}."),
        ),
        match named.as_slice() {
            [] => Said::new(
                "现在没有程序在长时间读取：服务下一次写入后会缩短它。",
                "Nobody reads by it for long at the moment: the service shortens it with its next writes.",
            ),
            named => Said::new(
                format!("一直在读取的是 {}：请结束它，服务随后会自行缩短日志。", named.join("、")),
                format!("It is held by {}: end that, and the service shortens the log by itself.", named.join(", ")),
            ),
        },
    );
}

fn permissions(place: &Place, folder: &Path, visit: &mut Visit) {
    let mode = |path: &Path| fs::metadata(path).map_or(0, |m| m.permissions().mode() & 0o777);
    let (database, keys) = (place.database_file(), place.keys_file());
    if mode(folder) & 0o022 != 0 {
        let (at, open) = (folder.display(), mode(folder));
        visit.finding(
            Said::new(
                format!("别人可以写入 {at}（权限 {open:o}）。"),
                format!("Others may write into {at} (mode {open:o})."),
            ),
            Said::new(format!("请运行：chmod 700 {at}"), format!("Run: chmod 700 {at}")),
        );
    }
    let files = [
        (&keys, "读取所有诉求的密钥并签名", "read the keys of all cases and sign"),
        (&database, "读取编号、单位和时间", "read codes, units and times"),
    ];
    for (file, zh, en) in files {
        if mode(file) & 0o077 != 0 {
            let (at, open) = (file.display(), mode(file));
            visit.finding(
                Said::new(
                    format!("{at} 对别人开放（权限 {open:o}）：他们能{zh}。"),
                    format!("{at} is open to others (mode {open:o}): they may {en}."),
                ),
                Said::new(format!("请运行：chmod 600 {at}"), format!("Run: chmod 600 {at}")),
            );
        }
    }
    let is_backup = keys.parent() != Some(folder);
    if !is_backup && rustix::fs::access(folder, rustix::fs::Access::WRITE_OK).is_err() {
        visit.finding(
            Said::new(
                format!("本用户不能写入 {}。", folder.display()),
                format!("{} can't be written by this user.", folder.display()),
            ),
            Said::new(
                "请用数据的所有者运行 doorstep，或以可写方式挂载磁盘。",
                "Run doorstep as the user who owns the data, or mount the disk writable.",
            ),
        );
    }
}

/// A warning that nobody has seen to yet: each start gives it once more while it is so.
fn unnamed_proxy(folder: &Path, now: Moment, visit: &mut Visit) {
    const DAYS: i64 = 7;
    let Some(at) = health::unnamed_proxy(folder).filter(|at| now.0 - at.0 <= DAYS * DAY) else { return };
    visit.finding(
        Said::new(
            format!("{} 有一个没有登记的反向代理转来请求：它后面的人都算作同一个地址。", at.minute()),
            format!(
                "On {} a proxy that is not named sent requests: all its callers count as one address.",
                at.minute()
            ),
        ),
        Said::new(
            "请用 serve --proxy 写明它的地址；没有这样的代理，就是有人伪造了请求头，不必理会。",
            "Name it with serve --proxy; if there is none, somebody made the header up and nothing needs doing.",
        ),
    );
}

fn last_backup(folder: &Path, now: Moment, visit: &mut Visit) {
    match backup::last(folder) {
        Some(at) if now.0 - at.0 > BACKUP_DAYS * DAY => visit.finding(
            Said::new(
                format!("最近一次备份是 {}。", at.minute()),
                format!("The last backup was made on {}.", at.minute()),
            ),
            Said::new(
                "请现在就做一次备份（管理页或 doorstep backup），并让机器每天做。",
                "Run doorstep backup now, and let the machine run it every day.",
            ),
        ),
        Some(at) => {
            visit.note(format!("最近一次备份：{}", at.minute()), format!("last backup: {}", at.minute()));
        }
        None => visit.note("最近一次备份：这里没有记录", "last backup: not known from here"),
    }
}

fn contents(place: &Place, number: i64, db: &mut Db, now: Moment, visit: &mut Visit) {
    let running = health::is_written(place, db);
    match visit.ask(running) {
        Some(true) => visit.note("服务：正在运行（或有别的写入者）", "server: running, or another writer"),
        Some(false) => visit.note("服务：没有运行", "server: not running"),
        None => {}
    }
    let damage = structure::fault(db, structure::Depth::Quick);
    if let Some(Some(damage)) = visit.ask(damage) {
        visit.finding(
            Said::new(
                format!("数据库文件已损坏：{damage}。"),
                format!("The database's own structure is damaged: {damage}."),
            ),
            Said::new(
                "请先留一份副本并检查磁盘，再停止服务，运行 doorstep rebuild 重建索引；若仍有损坏，请恢复最近一份能通过核对的备份。",
                "Keep a copy and check the disk; then stop the service and run doorstep rebuild, which makes the indexes anew; if damage remains, restore the last backup that verifies.",
            ),
        );
    }
    let fault = schema::trigger_fault(db);
    if let Some(Some(fault)) = visit.ask(fault) {
        visit.finding(
            Said::new(
                format!("历史记录可能被悄悄改动：{fault}。"),
                format!("The history can be changed unnoticed: {fault}."),
            ),
            Said::new(
                "请查明是谁做的，运行 doorstep verify，并恢复最近一份能通过核对的备份。",
                "Find out who did it, run doorstep verify, and restore the last backup that verifies.",
            ),
        );
    }
    let seen = health::look(db, number).and_then(|health| Ok((health, read::district(db, number)?.0)));
    let Some((health, district)) = visit.ask(seen) else { return };
    let (entries, last) = (health.entries, health.last_at.minute());
    visit
        .note(format!("账本：{entries} 条，最后一条 {last}"), format!("ledger: {entries} entries, the last of {last}"));
    clock(&health, &district, now, visit);
    // A backup's says when it was made.
    let is_backup = place.folder().is_some_and(|folder| place.keys_file().parent() != Some(folder));
    let beaten = heartbeat::at(db, number);
    if let Some(Some(known)) = visit.ask(beaten).filter(|_| !is_backup) {
        last_run(known, now, visit);
    }
    calendar(&health, &district, now, visit);
    rules(&district, visit);
    outbox(&health, visit);
    let opened = Keys::open(place, number, false);
    if let Some(mut store) = visit.ask(opened) {
        signing_key(db, number, &mut store, visit);
        case_keys(db, number, &mut store, visit);
    }
}

fn clock(health: &Health, district: &District, now: Moment, visit: &mut Visit) {
    let (says, last) = (now.minute(), health.last_at.minute());
    if health.entries > 0 && now.0 + BEHIND_MOST < health.last_at.0 {
        visit.finding(
            Said::new(
                format!("时钟显示 {says}，而最后一条记录是 {last}。"),
                format!("The clock says {says}, but the last entry was made at {last}."),
            ),
            Said::new(
                "请用时间服务器校准；在时钟赶上之前，新记录都记作最后一条的时间。",
                "Set the clock by a time server; until it has caught up, new entries bear the last one's time.",
            ),
        );
    }
    let newest = district.calendar.years().max().unwrap_or_default();
    if now.date().year() > newest + 1 {
        visit.finding(
            Said::new(
                format!("时钟显示 {says}，比最新的日历（{newest}）晚了一年以上。"),
                format!("The clock says {says}, more than a year beyond the newest calendar table ({newest})."),
            ),
            Said::new(
                "如果时钟不对，请先停服务再校准，以免误记时间；如果没错，请载入各年日历。",
                "If the clock is wrong, stop the service before it dates cases, and set it; if not, load the tables.",
            ),
        );
    }
}

/// A clock that can't be right by what the running server wrote down last.
fn last_run(known: Moment, now: Moment, visit: &mut Visit) {
    let (says, last) = (now.minute(), known.minute());
    visit.note(format!("服务最后运行：{last}"), format!("last run of the service: {last}"));
    if jump(known, now) == Jump::Wrong {
        visit.finding(
            Said::new(
                format!("时钟显示 {says}，而服务最后运行是 {last}：服务在确认之前不收件。"),
                format!("The clock says {says}, but the service last ran at {last}: it holds the intake until somebody says which is right."),
            ),
            Said::new(
                "如果时钟不对，请用时间服务器校准；如果时钟是对的，请停止服务，运行 doorstep clock --right，再启动。",
                "If the clock is wrong, set it by a time server; if it is right, stop the service, run doorstep clock --right, and start again.",
            ),
        );
    }
}

/// The years whose table must be there: today's, that of the farthest open due date, and in autumn the next one.
fn calendar(health: &Health, district: &District, now: Moment, visit: &mut Visit) {
    let today = now.date();
    let farthest = health.farthest_due.map(|day| date_of(day).year());
    let next = (today.month() >= NEXT_YEAR_FROM).then(|| today.year() + 1);
    let mut years: Vec<i16> = [Some(today.year()), farthest, next].into_iter().flatten().collect();
    years.sort_unstable();
    years.dedup();
    for year in years.into_iter().filter(|year| district.calendar.table(*year).is_none()) {
        visit.finding(
            Said::new(
                format!("没有 {year} 年的日历：涉及这一年的到期日都是暂定的。"),
                format!("The calendar has no table for {year}: due dates that touch it are provisional."),
            ),
            Said::new(
                format!("请管理员按国务院办公厅 {year} 年的放假通知载入；未结的期限会自动重算。"),
                format!(
                    "Let the administrator load the State Council's notice for {year}; open due dates move by themselves."
                ),
            ),
        );
    }
}

fn rules(district: &District, visit: &mut Visit) {
    // Nothing is missing in what came with the program.
    let published = district.rules.version > 1;
    let missing: Vec<_> =
        registers::rules().filter(|rule| published && !district.rules.rules.contains_key(&rule.id)).collect();
    if missing.is_empty() {
        return;
    }
    let named = |lang| missing.iter().map(|rule| rule.name(lang)).collect::<Vec<_>>().join(lang.pick("、", "; "));
    visit.finding(
        Said::new(
            format!("现行规则表没有这些期限的长度：{}。", named(Lang::Zh)),
            format!("The rule table in force has no length for: {}.", named(Lang::En)),
        ),
        Said::new(
            "请发布一张补齐了的规则表；在此之前按程序自带的长度算。",
            "Publish a rule table that has them; until then the program's own lengths are used.",
        ),
    );
}

fn outbox(health: &Health, visit: &mut Visit) {
    for (state, count) in &health.outbox {
        let label = |lang| State::of(state).map_or(state.as_str(), |state| state.label(lang));
        let zh = format!("消息（{}）：{count} 条", label(Lang::Zh));
        visit.note(zh, format!("messages ({}): {count}", label(Lang::En)));
        if state == "failed" {
            visit.finding(
                Said::new(format!("{count} 条消息没有发出去。"), format!("{count} messages could not be sent.")),
                Said::new(
                    "请看管理员的“消息”页面：那里写着原因，也可以再发一次。",
                    "Look at the administrator's page of messages: it says why, and has a button to send them again.",
                ),
            );
        }
    }
}

fn signing_key(db: &mut Db, number: i64, store: &mut Keys, visit: &mut Visit) {
    let (secret, founded) = (store.secret(SIGNING_KEY), verify::founding_key(db, number));
    let signer = visit.ask(secret).map(|line| line.and_then(|l| ledger::checkpoint::Signer::new(&l).ok()));
    match (signer, visit.ask(founded)) {
        (Some(None), _) => visit.finding(
            Said::new(
                "签名密钥不见了或读不了：账本不能再增加记录。",
                "The signing key is missing or can't be read: nothing can be added to the ledger.",
            ),
            Said::new("请从最近的密钥备份中取回 keys.db。", "Bring back keys.db from the latest backup of the keys."),
        ),
        (Some(Some(signer)), Some(Ok(vkey))) if signer.vkey() != vkey => visit.finding(
            Said::new(
                "签名密钥不是账本第一条记录写明的那一把。",
                "The signing key is not the one that the ledger's first entry names.",
            ),
            Said::new(
                "请从最近的密钥备份中取回这本账自己的 keys.db。",
                "Bring back this ledger's own keys.db from the latest backup of the keys.",
            ),
        ),
        (_, Some(Err(finding))) => visit.finding(
            Said::new(format!("核对不符：{finding}。"), format!("Wrong: {finding}.")),
            Said::new("请保留这份数据供查证，并把最近一份能通过核对的备份恢复到空文件夹。", finding.todo),
        ),
        _ => {}
    }
}

fn case_keys(db: &mut Db, number: i64, store: &mut Keys, visit: &mut Visit) {
    let looked = health::case_keys(db, store, number);
    let Some(found) = visit.ask(looked) else { return };
    if let Some(seq) = found.first_without {
        let n = found.without;
        visit.finding(
            Said::new(
                format!("{n} 件诉求没有密钥，第一件在第 {seq} 条：其中的文字读不出来。"),
                format!("{n} cases have no key, the first at entry {seq}: their texts can't be read."),
            ),
            Said::new(
                "请停止服务，从最近的密钥备份中取回 keys.db。",
                "Stop the service and bring back keys.db from the latest backup of the keys.",
            ),
        );
    }
    if found.erased_with > 0 {
        let n = found.erased_with;
        visit.finding(
            Said::new(
                format!("{n} 件已删除个人信息的诉求，密钥还在。"),
                format!("{n} erased cases still have their key."),
            ),
            Said::new(
                "请重启一次服务，它会把删除做完。然后销毁 keys.db 的旧副本。",
                "Start the service once: it finishes the erasure. Then destroy old copies of keys.db.",
            ),
        );
    }
}

/// A size as people read it.
pub fn bytes(n: u64) -> String {
    match n {
        0..=0xf_ffff => format!("{} KiB", n >> 10),
        0x10_0000..=0x3fff_ffff => format!("{} MiB", n >> 20),
        _ => format!("{}.{} GiB", n >> 30, ((n % (1 << 30)) * 10) >> 30),
    }
}
