//! A checker that nobody here wrote: Go's sumdb packages judge the ledger as the real binary serves it.

use crate::binary::Server;
use crate::district::{Story, whole};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use store::Place;

/// Where Debian's golang-golang-x-mod-dev puts its sources.
const GO_SOURCES: &str = "/usr/share/gocode";

/// The Go program, built; none, said aloud, where Go or its packages are not installed. A full run must not skip.
fn checker(folder: &Path) -> Option<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/outside");
    let there = Path::new(GO_SOURCES).join("src/golang.org/x/mod/sumdb").is_dir();
    if !there || Command::new("go").arg("version").output().is_err() {
        assert_ne!(std::env::var("DOORSTEP_TESTS").as_deref(), Ok("all"), "a full run needs Go: cargo xtask test");
        let _ = std::io::stderr().write_all(b"skipped: Go or golang-golang-x-mod-dev is not installed\n");
        return None;
    }
    let program = folder.join("outside");
    let built = Command::new("go")
        .args(["build", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(source)
        .envs([("GO111MODULE", "off"), ("GOPATH", GO_SOURCES), ("GOFLAGS", "")])
        .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go"))
        .output()
        .unwrap();
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    Some(program)
}

/// The size that a checkpoint says.
fn size(note: &[u8]) -> u64 {
    String::from_utf8_lossy(note).lines().nth(1).unwrap().parse().unwrap()
}

/// Fetches every tile of a ledger of a size, each under the path that C2SP gives it.
fn fetch_tiles(server: &Server, size: u64, to: &Path) {
    let (mut level, mut count) = (0, size);
    while count > 0 {
        for index in 0..count.div_ceil(256) {
            let width = (count - index * 256).min(256) as u32;
            let path = format!("tile/{}", ledger::path::TilePath { level: Some(level), index, width }.text());
            fs::create_dir_all(to.join(&path).parent().unwrap()).unwrap();
            fs::write(to.join(&path), server.get(&format!("/{path}"), &[])).unwrap();
        }
        (level, count) = (level + 1, count / 256);
    }
}

fn judge(program: &Path, folder: &Path) -> Output {
    Command::new(program).arg(folder).output().unwrap()
}

/// What the checker says when it refuses.
#[track_caller]
fn refused(program: &Path, folder: &Path) -> String {
    let said = judge(program, folder);
    assert!(!said.status.success(), "the checker let it pass");
    String::from_utf8_lossy(&said.stderr).into_owned()
}

/// The same file with one character of it changed for another.
fn changed(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}

#[test]
fn go_confirms_checkpoints_receipts_consistency_and_tiles_and_refuses_what_was_changed() {
    let folder = tempfile::tempdir().unwrap();
    let Some(program) = checker(folder.path()) else { return };
    let (data, check) = (folder.path().join("data"), folder.path().join("check"));
    let story = Story::found(&Place::Folder(data.clone()), 17);
    let told = whole(&story, 620).hotline;
    story.end();
    fs::create_dir(&check).unwrap();

    let server = Server::start(data.to_str().unwrap());
    let vkey = server.get("/checkpoint.vkey", &[]);
    let old = server.get("/checkpoint", &[]);
    assert!(size(&old) > 600);
    let raised: serde_json::Value = ureq::post(format!("{}/api/v1/cases", server.address))
        .send_json(serde_json::json!({ "title": "路灯", "text": "路灯不亮" }))
        .unwrap()
        .body_mut()
        .read_json()
        .unwrap();
    let new = server.get("/checkpoint", &[]);
    assert!(size(&new) > size(&old));
    fetch_tiles(&server, size(&new), &check);
    let fetched =
        |code: &str, secret: &str| server.get(&format!("/receipts/{code}.tlog-proof"), &[("case-secret", secret)]);
    let of = |name: &str| raised[name].as_str().unwrap();
    for (name, content) in [
        ("vkey", vkey.as_slice()),
        ("old", &old),
        ("new", &new),
        ("told.tlog-proof", told.receipt.as_bytes()),
        ("fetched.tlog-proof", &fetched(&told.code, &told.secret)),
        ("raised.tlog-proof", of("receipt").as_bytes()),
        ("again.tlog-proof", &fetched(of("code"), of("secret"))),
    ] {
        fs::write(check.join(name), content).unwrap();
    }
    server.kill();

    let said = judge(&program, &check);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let expected = format!("4 receipts, {} entries, grown from {}\n", size(&new), size(&old));
    assert_eq!(String::from_utf8_lossy(&said.stdout), expected);

    // One character of the entry, of the proof, and of the checkpoint's root.
    let proof = check.join("raised.tlog-proof");
    let text = fs::read_to_string(&proof).unwrap();
    let lines: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
    let root = lines[text.lines().position(|l| l.is_empty()).unwrap() + 2] + 5;
    for at in [lines[0] + 60, lines[2] + 5, root] {
        fs::write(&proof, changed(&text, at)).unwrap();
        assert!(refused(&program, &check).starts_with("raised.tlog-proof: "));
    }
    fs::write(&proof, &text).unwrap();
    let tile = check.join("tile/0/001");
    let hashes = fs::read(&tile).unwrap();
    fs::write(&tile, [&hashes[..32], &[0; 32], &hashes[64..]].concat()).unwrap();
    assert!(refused(&program, &check).starts_with("tiles: "));
    fs::write(&tile, hashes).unwrap();
    fs::write(check.join("old"), changed(std::str::from_utf8(&old).unwrap(), 40)).unwrap();
    assert!(refused(&program, &check).starts_with("checkpoint: "));
}
