//! The administrator's care for the data: the check-up, the verification, and backups, each as a job of its own. The
//! public key, and what to do if keys are lost.

use super::JobView;
use crate::app::App;
use crate::caller::Visitor;
use crate::form::Sent;
use crate::jobs::{Outcome, Task};
use crate::lang::L;
use crate::page::{FieldError, Page, go, show};
use crate::problem::Problem;
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use desk::Clock;
use domain::Moment;
use ledger::checkpoint::Verifier;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use store::doctor::{Said, bytes};
use store::verify::{Finding, founding_key, verify_with};
use store::{Db, Keys, Place, audit, backup, read};

#[derive(Template)]
#[template(path = "office/care.html")]
struct CarePage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    doctor: Option<JobView>,
    verify: Option<JobView>,
    backup: Option<JobView>,
    /// Where backups go; empty: nowhere yet.
    folder: String,
    kept: Vec<KeptRow>,
}

struct KeptRow {
    name: String,
    size: String,
    whole: bool,
}

/// `GET /admin/care`
pub(crate) async fn care(State(app): State<App>, visitor: Visitor) -> Response {
    let l = visitor.l;
    let job = |task| JobView::of(&app, l, task);
    let folder = app.backup_folder().map(Path::to_path_buf);
    let kept = match folder.clone() {
        Some(folder) => tokio::task::spawn_blocking(move || backup::kept(&folder)).await.unwrap_or_default(),
        None => Vec::new(),
    };
    let row = |k: backup::Kept| KeptRow { name: k.name, size: bytes(k.size), whole: k.whole };
    let page = CarePage {
        l,
        page: visitor.page(l.t("admin-care")),
        errors: Vec::new(),
        doctor: job(Task::Doctor),
        verify: job(Task::Verify),
        backup: job(Task::Backup),
        folder: folder.map_or(String::new(), |f| f.display().to_string()),
        kept: kept.into_iter().map(row).collect(),
    };
    let jobs = [&page.doctor, &page.verify, &page.backup];
    let running = jobs.into_iter().flatten().any(|job| job.running);
    super::looking_again(show(&page), running)
}

/// `POST /admin/care`: begins a check-up, a verification, or a backup.
pub(crate) async fn begin(State(app): State<App>, sent: Sent) -> Result<Response, Problem> {
    let (place, number) = (app.place().clone(), app.desk().number());
    let begun = match sent.get("act") {
        "doctor" => app.jobs().begin(Task::Doctor, move |_| doctor(&place, number)),
        "verify" => {
            let vkey = app.desk().vkey().to_owned();
            app.jobs().begin(Task::Verify, move |advance| verify(&place, number, &vkey, advance))
        }
        "backup" => {
            let folder = app.backup_folder().map(Path::to_path_buf).ok_or_else(Problem::form)?;
            app.jobs().begin(Task::Backup, move |advance| make_backup(&place, &folder, advance))
        }
        _ => return Err(Problem::form()),
    };
    Ok(go(if begun { "/admin/care" } else { "/admin/care?done=job-busy" }))
}

fn doctor(place: &Place, number: i64) -> Outcome {
    let visit = store::doctor::visit(place, number, Clock::System.now());
    let n = visit.findings.len();
    let words = match n {
        0 => Said::new("没有发现问题。", "No findings."),
        n => Said::new(
            format!("发现 {n} 个问题，请从上往下逐个处理。"),
            format!("Findings: {n}. Do what stands below each, from the top."),
        ),
    };
    Outcome { good: n == 0, words, findings: visit.findings, notes: visit.notes }
}

fn verify(place: &Place, number: i64, vkey: &str, advance: &dyn Fn(u64, u64)) -> Outcome {
    match verified(place, number, vkey, advance) {
        Ok(outcome) => outcome,
        Err(e) => Outcome::failed(&e),
    }
}

fn verified(place: &Place, number: i64, vkey: &str, advance: &dyn Fn(u64, u64)) -> store::Result<Outcome> {
    let mut db = Db::open_reader(place)?;
    let mut keys = Keys::open(place, number, false)?;
    match founding_key(&mut db, number)? {
        Ok(founded) if founded != vkey => {
            let what = "the server signs with another key than the first entry names".to_owned();
            return Ok(wrong(&Finding { what, todo: "Run doctor, and do what it says about the signing key." }));
        }
        Ok(_) => {}
        Err(finding) => return Ok(wrong(&finding)),
    }
    let log = Verifier::parse(vkey).map_err(|e| store::StoreError::Other(e.to_string()))?;
    let report = match verify_with(&mut db, &mut keys, number, &log, &[], &mut |done, all| advance(done, all))? {
        Ok(report) => report,
        Err(finding) => return Ok(wrong(&finding)),
    };
    let figures = match figures::verify_published(&mut db, number)? {
        Ok(figures) => figures,
        Err(finding) => return Ok(wrong_figure(&finding)),
    };
    let (right, corrected) = (figures.right, figures.corrected);
    let (entries, checkpoints, opened, erased) = (report.entries, report.checkpoints, report.opened, report.erased);
    Ok(Outcome::new(
        true,
        format!(
            "全部相符：{entries} 条记录，{checkpoints} 个检查点，打开了 {opened} 个加密部分（{erased} 个已删除），重算了 {right} \
             个已公布的指标，{corrected} 个错的已更正。"
        ),
        format!(
            "Everything fits: {entries} entries, {checkpoints} checkpoints, {opened} private parts opened ({erased} \
             erased), {right} published figures recomputed, {corrected} wrong ones corrected since."
        ),
    ))
}

/// A finding's own words are English: they name what stands in the data.
fn wrong(finding: &Finding) -> Outcome {
    let words = Outcome::new(
        false,
        "核对不符。请不要改动数据，先查明原因。",
        "Something does not fit. Change nothing before you know why.",
    );
    words.finding(Said::new(finding.to_string(), finding.to_string()), Said::new(finding.todo, finding.todo))
}

/// A published figure that the ledger does not bear out.
pub(super) fn wrong_figure(finding: &figures::Finding) -> Outcome {
    Outcome::new(false, "公布的指标与账本不符。", "A published figure is not what the ledger says.").finding(
        Said::new(finding.0.clone(), finding.0.clone()),
        Said::new(
            "请查明是谁、怎样公布的，并对这一条发布更正。",
            "Find out who published it and how, and publish a correction of this entry.",
        ),
    )
}

/// A folder of this minute's name that is not there yet.
fn fresh_folder(folder: &Path, now: Moment) -> PathBuf {
    let name = now.minute().replace(' ', "_").replace(':', "");
    let numbered = (2..100).map(|n| format!("{name}-{n}"));
    let names = std::iter::once(name.clone()).chain(numbered).map(|name| folder.join(name));
    names.into_iter().find(|path| !path.exists()).unwrap_or_else(|| folder.join(&name))
}

fn make_backup(place: &Place, folder: &Path, advance: &dyn Fn(u64, u64)) -> Outcome {
    let now = Clock::System.now();
    let to = fresh_folder(folder, now);
    match backup::backup(place, &to, &mut |done, all| advance(done, all)) {
        Ok(()) => {
            backup::note(place, now);
            let at = to.display();
            Outcome::new(true, format!("备份已做好：{at}"), format!("The backup is made: {at}"))
        }
        Err(e) => Outcome::failed(&e),
    }
}

#[derive(Template)]
#[template(path = "office/keys.html")]
struct KeysPage {
    l: L,
    page: Page,
    errors: Vec<FieldError>,
    vkey: String,
    fingerprint: String,
    since: String,
    note: String,
    size: u64,
}

/// `GET /admin/keys`: the public key, since when it signs, how to publish it, and what to do if keys are lost.
pub(crate) async fn keys(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let (l, number) = (visitor.l, app.desk().number());
    let (first, note, size) = app
        .read(move |db, _| {
            let (note, size) = read::checkpoint(db, number)?;
            Ok((audit::entry(db, number, 0)?, note, size))
        })
        .await?;
    let vkey = app.desk().vkey().to_owned();
    let hash = Sha256::digest(vkey.as_bytes());
    let groups: Vec<String> = hash.chunks(2).map(|pair| pair.iter().map(|b| format!("{b:02x}")).collect()).collect();
    let page = KeysPage {
        l,
        page: visitor.page(l.t("admin-keys")),
        errors: Vec::new(),
        vkey,
        fingerprint: groups.join(" "),
        since: first.map(|e| Moment(e.at).minute()).unwrap_or_default(),
        note: String::from_utf8_lossy(&note).into_owned(),
        size,
    };
    Ok(show(&page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_backup_of_the_same_minute_gets_a_folder_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let now = Moment(1_683_162_000_000);
        let first = fresh_folder(folder.path(), now);
        assert_eq!(first.file_name().unwrap(), "2023-05-04_0900");
        std::fs::create_dir(&first).unwrap();
        assert_eq!(fresh_folder(folder.path(), now).file_name().unwrap(), "2023-05-04_0900-2");
    }
}
