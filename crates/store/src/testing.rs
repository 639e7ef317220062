//! A private PostgreSQL cluster for tests: on 127.0.0.1, in a temporary folder, gone when the test process ends. And a
//! disk in memory, with a hook at every call.

pub(crate) mod disk;

pub use disk::Disk;

use crate::db::{Access, Db};
use crate::place::Place;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A running cluster of its own. Dropping it stops it and removes its files; so does the end of the process, however
/// it ends, because a small watching shell notices that its standard input was closed.
pub struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    databases: AtomicU32,
    watch: Child,
}

/// The cluster that all tests of a binary share; `None`, said aloud, where no PostgreSQL is installed.
/// Panics if it is installed and does not start: a test must not pass by being skipped then.
pub fn cluster() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(own_cluster).as_ref()
}

/// A cluster for one test, which may stop and start it. As [`cluster`] otherwise.
pub fn own_cluster() -> Option<Cluster> {
    let Some(programs) = programs() else {
        // Past the test runner's capture, which hides the words of a test that passes.
        let _ =
            std::io::stderr().write_all(b"skipped: PostgreSQL is not installed, its half of the test does not run\n");
        return None;
    };
    // Another program may take the free port in between.
    let mut last = String::new();
    for _ in 0..3 {
        match Cluster::start(&programs) {
            Ok(cluster) => return Some(cluster),
            Err(e) => last = e,
        }
    }
    panic!("PostgreSQL is installed but does not start: {last}");
}

/// The newest installed server's programs.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<(u32, PathBuf)> = versions
        .flatten()
        .map(|v| (v.file_name().to_string_lossy().parse().unwrap_or(0), v.path().join("bin")))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

/// A command as a user that PostgreSQL accepts: it refuses to run as root.
fn command(program: &Path) -> Command {
    use std::os::unix::fs::MetadataExt;
    let root = std::fs::metadata("/proc/self").is_ok_and(|m| m.uid() == 0);
    if !root {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn run(command: &mut Command) -> Result<(), String> {
    let done = command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|e| format!("{command:?}: {e}"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr)))
}

impl Cluster {
    fn start(programs: &Path) -> Result<Self, String> {
        static STARTED: AtomicU32 = AtomicU32::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("doorstep-test-{}-{number}", std::process::id()));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).map_err(|e| e.to_string())?.port();
        // A language's own sorting, so that a key without a collation of its own would show.
        run(command(&programs.join("initdb")).arg("-D").arg(&folder).args([
            "--auth=trust",
            "--username=doorstep",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en-US",
            "--no-sync",
        ]))?;
        let watch = command(Path::new("sh"))
            .args(["-c", "cat >/dev/null; \"$1/pg_ctl\" -D \"$2\" -m immediate stop; rm -rf \"$2\"", "sh"])
            .arg(programs)
            .arg(&folder)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| e.to_string())?;
        let cluster = Self { programs: programs.to_owned(), folder, port, databases: AtomicU32::new(0), watch };
        cluster.up()?;
        Ok(cluster)
    }

    fn control(&self) -> Command {
        let mut control = command(&self.programs.join("pg_ctl"));
        control.arg("-D").arg(&self.folder).arg("-w");
        control
    }

    /// Starts the server again after [`Cluster::down`].
    pub fn up(&self) -> Result<(), String> {
        // Tests don't cut the power: without waiting for the disk they are several times faster.
        let options = format!(
            "-c listen_addresses=127.0.0.1 -c port={} -c unix_socket_directories='{}' -c fsync=off \
             -c max_connections=60 -c shared_buffers=32MB",
            self.port,
            self.folder.display()
        );
        run(self.control().arg("-l").arg(self.folder.join("log")).arg("-o").arg(options).arg("start"))
    }

    /// Stops the server as an administrator would, cutting off all who are connected.
    pub fn down(&self) -> Result<(), String> {
        run(self.control().args(["-m", "fast", "stop"]))
    }

    /// The address of a new, empty database.
    pub fn database(&self) -> Result<String, String> {
        let name = format!("district_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let place = Place::parse(&self.address("postgres")).map_err(|e| e.to_string())?;
        // Opened as a key store, because that takes no lock: several tests may do so at once.
        let mut db = Db::open(&place, Access { write: true, keys: true }).map_err(|e| e.to_string())?;
        db.execute_batch(&format!("CREATE DATABASE {name} TEMPLATE template0")).map_err(|e| e.to_string())?;
        Ok(self.address(&name))
    }

    fn address(&self, database: &str) -> String {
        format!("postgres://doorstep@127.0.0.1:{}/{database}", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.watch.stdin.take());
        let _ = self.watch.wait();
    }
}
