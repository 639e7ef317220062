//! The administrator's care: check-up, verification and backups as jobs; the public key.

use crate::kit::{Answer, Client, Kit};
use axum::http::StatusCode;
use domain::Role;

/// A page once no job runs behind it any more: while one does, the page says when it looks again.
pub async fn finished(client: &mut Client<'_>, path: &str) -> Answer {
    loop {
        let page = client.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        if !page.headers.contains_key("refresh") {
            return page;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_backup_made_on_the_page_opens_and_verifies_and_stands_in_the_list() {
    let kit = Kit::new().await;
    kit.raise("备份里要有的").await;
    let mut admin = kit.role(Role::Administrator).await;
    admin.get("/admin/care").await.has("还没有备份").has("doorstep rebuild");
    for _ in 0..2 {
        assert_eq!(admin.submit("/admin/care", &[("act", "backup")]).await.location(), "/admin/care");
        finished(&mut admin, "/admin/care").await.has("备份已做好").has("完整").lacks("不完整");
    }
    let folder = kit.place().folder().unwrap().join("backups");
    let kept = store::backup::kept(&folder);
    assert_eq!(kept.len(), 2, "{kept:?}");
    let place = store::Place::Folder(folder.join(&kept[0].name));
    let mut db = store::Db::open_reader(&place).unwrap();
    assert!(store::read::checkpoint(&mut db, 1).unwrap().1 > 1);
    std::fs::remove_file(folder.join(&kept[1].name).join("keys/keys.db")).unwrap();
    admin.get("/admin/care").await.has("不完整，请删除后重做");
}

#[tokio::test]
async fn a_check_up_says_what_to_do_about_each_finding_and_a_verification_what_it_counted() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    admin.submit("/admin/care", &[("act", "verify")]).await;
    let page = finished(&mut admin, "/admin/care").await;
    page.has("全部相符").has("个检查点");
    assert!(page.statements() <= 6, "{}", page.statements());
    let keys = kit.place().folder().unwrap().join("keys.db");
    let mut mode = std::fs::metadata(&keys).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut mode, 0o644);
    std::fs::set_permissions(&keys, mode).unwrap();
    admin.submit("/admin/care", &[("act", "doctor")]).await;
    let page = finished(&mut admin, "/admin/care").await;
    page.has("对别人开放（权限 644）").has("请运行：chmod 600").has("磁盘：剩余").has("全部相符");
    admin.lang = "en";
    admin.get("/admin/care").await.has("is open to others (mode 644)").has("Run: chmod 600").lacks("care-");
    assert_eq!(admin.submit("/admin/care", &[("act", "rebuild")]).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_ledger_that_was_changed_is_found_from_the_page_too() {
    let kit = Kit::new().await;
    kit.raise("会被改的").await;
    let change = "UPDATE cases SET hops = 7 WHERE district = $1";
    kit.desk.put(vec![store::Write::new(change, store::args![1])]).await.unwrap();
    let mut admin = kit.role(Role::Administrator).await;
    admin.submit("/admin/care", &[("act", "verify")]).await;
    finished(&mut admin, "/admin/care").await.has("核对不符").has("doorstep rebuild, which makes the read tables");
}

#[tokio::test]
async fn the_keys_page_has_the_key_line_its_fingerprint_since_when_and_what_to_do_if_it_is_lost() {
    let kit = Kit::new().await;
    let mut admin = kit.role(Role::Administrator).await;
    let vkey = admin.get("/checkpoint.vkey").await.text.trim().to_owned();
    let page = admin.get("/admin/keys").await;
    let escaped = vkey.replace('+', "&#43;");
    assert!(page.text.contains(&vkey) || page.text.contains(&escaped), "{}", page.text);
    let hash = <sha2::Sha256 as sha2::Digest>::digest(vkey.as_bytes());
    page.has(&format!("{:02x}{:02x} {:02x}{:02x}", hash[0], hash[1], hash[2], hash[3]));
    page.has("2023-05-04 09:00").has("丢了怎么办").has("怎样公示");
    admin.lang = "en";
    admin.get("/admin/keys").await.has("If keys are lost").lacks("keys-");
}
