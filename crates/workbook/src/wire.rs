//! Between the process that reads and the one that asked: the file goes in by the standard input, and each line that comes
//! out is one message as JSON. The asker believes no length: a line has a bound, and the last one says that it is the last.

use crate::cells::{self, Stop, Told};
use crate::kind::{Kind, kind};
use crate::limits::{Purpose, ROW_MOST};
use crate::{Fault, Row, Sheet, Sheets};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Cursor, Read, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The word on the command line that makes a program the process that reads.
pub const COMMAND: &str = "read-workbook";

/// The longest line: every byte of a row's text may be written as six, and the list of sheets has its merged cells.
const LINE_MOST: u64 = 8 * ROW_MOST as u64;

/// What one process tells the other.
#[derive(Serialize, Deserialize)]
enum Message {
    Sheets(Vec<Sheet>),
    Row(Row),
    Fault(Fault),
    End,
}

/// A file on its way to be read.
pub enum Input {
    /// An open file.
    File(File),
    /// What was sent.
    Bytes(Vec<u8>),
}

/// What starts the process that reads.
#[derive(Clone, Copy, Debug)]
pub struct Reader(Where);

#[derive(Clone, Copy, Debug)]
enum Where {
    Process,
    #[cfg(feature = "testing")]
    Program(&'static str),
    #[cfg(feature = "testing")]
    Thread,
}

impl Reader {
    /// Starts this program again, which has to call [`child`] when its first word is [`COMMAND`].
    pub fn this_program() -> Reader {
        Reader(Where::Process)
    }

    /// Reads in a thread of this process, without its limits of memory and time: for tests whose program is not ours.
    #[cfg(feature = "testing")]
    pub fn in_a_thread() -> Reader {
        Reader(Where::Thread)
    }

    /// Starts another program: what happens when the process dies, or isn't there.
    #[cfg(feature = "testing")]
    pub fn program(path: &'static str) -> Reader {
        Reader(Where::Program(path))
    }

    /// Reads a workbook.
    ///
    /// # Errors
    /// What is wrong with the file as a whole, as far as that is known before its rows.
    pub fn open(self, input: Input, purpose: Purpose, sheets: &Sheets) -> Result<Book, Fault> {
        let (child, output): (Option<Child>, Box<dyn Read + Send>) = match self.0 {
            Where::Process => {
                let program = program().map_err(|_| Fault::NotStarted)?;
                let (child, output) = start(&program, input, purpose, sheets).map_err(|_| Fault::NotStarted)?;
                (Some(child), output)
            }
            #[cfg(feature = "testing")]
            Where::Program(path) => {
                let started = start(Path::new(path), input, purpose, sheets);
                let (child, output) = started.map_err(|_| Fault::NotStarted)?;
                (Some(child), output)
            }
            #[cfg(feature = "testing")]
            Where::Thread => {
                let (output, mut sink) = io::pipe().map_err(|_| Fault::NotStarted)?;
                let sheets = sheets.clone();
                std::thread::spawn(move || match input {
                    Input::File(file) => serve(BufReader::new(file), purpose, &sheets, &mut sink),
                    Input::Bytes(bytes) => serve(Cursor::new(bytes), purpose, &sheets, &mut sink),
                });
                (None, Box::new(output))
            }
        };
        let mut book = Book { sheets: Vec::new(), lines: BufReader::new(output), child, ended: false };
        match book.message() {
            Message::Sheets(sheets) => {
                book.sheets = sheets;
                Ok(book)
            }
            Message::Fault(fault) => Err(fault),
            Message::Row(_) | Message::End => Err(Fault::Ended),
        }
    }
}

/// The program that runs now, also after its file was replaced.
fn program() -> io::Result<std::path::PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

fn start(program: &Path, input: Input, purpose: Purpose, sheets: &Sheets) -> io::Result<(Child, Box<dyn Read + Send>)> {
    let mut command = Command::new(program);
    command.arg(COMMAND).arg(purpose.word());
    match sheets {
        Sheets::All => {}
        Sheets::First => {
            command.arg("first");
        }
        Sheets::Named(name) => {
            command.arg("named").arg(name);
        }
    }
    // It needs nothing of ours but the file: no settings, and no place to say anything else.
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::null());
    let bytes = match input {
        Input::File(file) => {
            command.stdin(Stdio::from(file));
            None
        }
        Input::Bytes(bytes) => {
            command.stdin(Stdio::piped());
            Some(bytes)
        }
    };
    let mut child = command.spawn()?;
    if let (Some(bytes), Some(mut stdin)) = (bytes, child.stdin.take()) {
        // A process that ends early breaks the pipe; its last message says why.
        std::thread::spawn(move || stdin.write_all(&bytes));
    }
    match child.stdout.take() {
        Some(output) => Ok((child, Box::new(output))),
        None => Err(io::ErrorKind::BrokenPipe.into()),
    }
}

/// A workbook that is being read: its sheets, and its rows as an iterator. A fault is the last that it gives.
pub struct Book {
    /// The sheets, in their order.
    pub sheets: Vec<Sheet>,
    lines: BufReader<Box<dyn Read + Send>>,
    child: Option<Child>,
    ended: bool,
}

impl Book {
    fn message(&mut self) -> Message {
        let mut line = Vec::new();
        let read = self.lines.by_ref().take(LINE_MOST).read_until(b'\n', &mut line);
        match read {
            Ok(_) if line.ends_with(b"\n") => serde_json::from_slice(&line).unwrap_or(Message::Fault(Fault::Ended)),
            _ => Message::Fault(Fault::Ended),
        }
    }
}

impl Iterator for Book {
    type Item = Result<Row, Fault>;

    fn next(&mut self) -> Option<Result<Row, Fault>> {
        if self.ended {
            return None;
        }
        let message = self.message();
        self.ended = !matches!(message, Message::Row(_));
        match message {
            Message::Row(row) => Some(Ok(row)),
            Message::End => None,
            Message::Fault(fault) => Some(Err(fault)),
            Message::Sheets(_) => Some(Err(Fault::Ended)),
        }
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The process that reads: its memory and time are limited before it looks at the file. `words` are those behind
/// [`COMMAND`]. True if it understood them.
pub fn child(words: &[String]) -> bool {
    let mut words = words.iter().map(String::as_str);
    let Some(purpose) = words.next().and_then(Purpose::of) else { return false };
    let sheets = match (words.next(), words.next()) {
        (None, _) => Sheets::All,
        (Some("first"), None) => Sheets::First,
        (Some("named"), Some(name)) => Sheets::Named(name.to_owned()),
        _ => return false,
    };
    let mut output = BufWriter::new(io::stdout().lock());
    if limit(purpose).is_err() {
        say(&mut output, &Message::Fault(Fault::NotStarted));
        return true;
    }
    match seekable() {
        Some(file) => serve(BufReader::new(file), purpose, &sheets, &mut output),
        None => {
            let most = purpose.limits().packed;
            let mut bytes = Vec::new();
            // A file that can't be read to its end is damaged for whoever reads it.
            let _ = io::stdin().lock().take(most + 1).read_to_end(&mut bytes);
            serve(Cursor::new(bytes), purpose, &sheets, &mut output);
        }
    }
    true
}

/// The standard input, where it is a file.
fn seekable() -> Option<File> {
    let mut file = File::from(io::stdin().as_fd().try_clone_to_owned().ok()?);
    file.seek(SeekFrom::Start(0)).is_ok().then_some(file)
}

/// No more memory and time than the purpose allows, and no image of this memory on disk.
fn limit(purpose: Purpose) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let limits = purpose.limits();
    for (what, most) in [(Resource::As, limits.memory), (Resource::Cpu, limits.seconds), (Resource::Core, 0)] {
        setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Reads, and says what it read. False once nobody listens.
fn say(output: &mut impl Write, message: &Message) -> bool {
    serde_json::to_writer(&mut *output, message).is_ok() && output.write_all(b"\n").is_ok()
}

fn serve(mut input: impl Read + Seek, purpose: Purpose, sheets: &Sheets, output: &mut impl Write) {
    let limits = purpose.limits();
    let size = input.seek(SeekFrom::End(0)).unwrap_or(u64::MAX);
    let is = input.rewind().and_then(|()| kind(&mut input)).unwrap_or(Kind::Text);
    let done = if size > limits.packed {
        Err(Stop::Fault(Fault::TooLarge(crate::Bound::Packed(limits.packed))))
    } else if is != Kind::Zip || input.rewind().is_err() {
        Err(Stop::Fault(Fault::Other(is)))
    } else {
        cells::read(input, &limits, sheets, &mut |told| {
            let message = match told {
                Told::Sheets(sheets) => Message::Sheets(sheets),
                Told::Row(row) => Message::Row(row),
            };
            if say(output, &message) { Ok(()) } else { Err(Stop::Gone) }
        })
    };
    let last = match done {
        Ok(()) => Message::End,
        Err(Stop::Fault(fault)) => Message::Fault(fault),
        Err(Stop::Gone) => return,
    };
    let _ = say(output, &last) && output.flush().is_ok();
}
