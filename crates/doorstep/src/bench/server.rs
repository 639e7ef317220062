//! The server under load: this very program as a process of its own.

use crate::cli::Failed;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// What the environment may tell a real server: made-up cases go out over nobody's channels, and stand in no index or
/// backup but the bench's own.
const NOT_FOR_IT: [&str; 4] = ["DOORSTEP_MESSAGES", "DOORSTEP_INDEX", "DOORSTEP_BACKUPS", "DOORSTEP_PROXY"];

/// A running server, ended when dropped.
pub struct Server {
    child: Child,
    /// Host and port.
    pub address: String,
}

impl Server {
    /// Starts it on a free port and waits until it says which.
    pub fn start(data: &str) -> Result<Server, Failed> {
        let failed =
            |e: std::io::Error| Failed::new(format!("The server can't be started: {e}."), "Run doorstep serve.");
        let mut command = Command::new(std::env::current_exe().map_err(failed)?);
        command.args(["serve", "--data", data, "--listen", "127.0.0.1:0"]).stdin(Stdio::null()).stdout(Stdio::piped());
        for variable in NOT_FOR_IT {
            command.env_remove(variable);
        }
        // A line for each request would bury the results; who sets the variable measures what the log costs.
        if std::env::var_os("DOORSTEP_LOG").is_none() {
            command.env("DOORSTEP_LOG", "warn");
        }
        let mut child = command.spawn().map_err(failed)?;
        let mut line = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut line).map_err(failed)?;
        }
        let mut server = Server { child, address: String::new() };
        let address = line.trim().strip_prefix("http://");
        server.address = address
            .ok_or_else(|| Failed::new("The server said no address.", "Run doorstep serve by itself."))?
            .to_owned();
        Ok(server)
    }

    /// The most memory that it had at any time, in bytes (`VmHWM`).
    pub fn highest_memory(&self) -> Result<u64, Failed> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
        let kib: Option<u64> = line.and_then(|l| l.split_whitespace().next()).and_then(|n| n.parse().ok());
        let unknown = || Failed::new("The server's memory can't be read.", "Run the bench on Linux.");
        kib.map(|k| k * 1024).ok_or_else(unknown)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only if it has ended already; what it acknowledged is durable.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
