//! What can go wrong between the program and its database, told so that an administrator knows what to do.

use thiserror::Error;

/// A failure of the store. Its text (`Display`) says in English what is wrong; [`StoreError::said`] gives what is
/// wrong and what to do, in either language. No variant ever carries a password or a value of a row.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The database can't be reached now: stopped, restarting, refusing connections, or silent for too long.
    /// When it comes from `commit`, nobody knows whether the commit happened: ask by the idempotency key.
    #[error("the database can't be reached: {0}")]
    Unavailable(String),
    /// The disk or quota is full. What was committed is safe; the open transaction is not.
    #[error("the disk or quota of the data is full: {0}")]
    Full(String),
    /// The data may not be written by this process.
    #[error("the data can't be written: {0}")]
    ReadOnly(String),
    /// Another process holds the right to write here: there is one writer at a time.
    #[error("another process is already writing to {0}")]
    Locked(String),
    /// The database was busy for longer than we wait; the same call may succeed later.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The file or page is damaged, or is no database.
    #[error("the data is damaged: {0}")]
    Corrupt(String),
    /// A rule of the schema refused the change (a key that exists already, a row that is never changed).
    #[error("the database refused the change: {0}")]
    Refused(String),
    /// Program and data don't fit: a missing table or column, another kind of value than expected.
    #[error("the data does not have the expected shape: {0}")]
    Shape(String),
    /// The database was written by a newer program.
    #[error("the data has schema version {found}, this program knows versions up to {known}")]
    Newer {
        /// Version found in the database.
        found: u32,
        /// Highest version that this program knows.
        known: u32,
    },
    /// The history has a kind of event that this version does not know: a newer one wrote it.
    #[error("the history has an event of the kind {0}, which this version does not know: a newer version wrote it")]
    Unknown(String),
    /// There is no data (or no key store) where it was looked for.
    #[error("there is no data at {0}")]
    Missing(String),
    /// There are no tables, or no entries: nothing was founded here, or what was here is gone.
    #[error("there is no district at {0}: none was founded there, or its database was emptied")]
    NoDistrict(String),
    /// The key store is not this ledger's.
    #[error("the keys don't fit the ledger: {0}")]
    WrongKeys(String),
    /// A backup or restore was pointed at a place that already holds something; nothing was changed.
    #[error("the place {0} is not empty")]
    NotEmpty(String),
    /// Anything else, with the engine's own words.
    #[error("the database failed: {0}")]
    Other(String),
}

/// The store's result.
pub type Result<T> = std::result::Result<T, StoreError>;

impl StoreError {
    /// What is wrong and what to do about it, one sentence each: in Chinese if `zh`, else in English.
    pub fn said(&self, zh: bool) -> (String, String) {
        let what = if zh { self.what_zh() } else { sentence(&self.to_string()) };
        (what, self.todo(zh).to_string())
    }

    /// May the same call succeed later without anybody changing the call? (Then a client is told to try again.)
    pub fn passes(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Full(_) | Self::Busy(_) | Self::Locked(_))
    }

    /// In the words of whoever reads it: the engine's own, which are English, stand in the log and in the English sentence.
    fn what_zh(&self) -> String {
        match self {
            Self::Unavailable(_) => "现在无法连接数据库。".into(),
            Self::Full(_) => "数据所在的磁盘或配额已满。".into(),
            Self::ReadOnly(_) => "数据无法写入。".into(),
            Self::Locked(at) => format!("另一个进程正在写入 {at}。"),
            Self::Busy(_) => "数据库正忙。".into(),
            Self::Corrupt(_) => "数据已损坏。".into(),
            Self::Refused(_) => "数据库拒绝了这一更改。".into(),
            Self::Shape(_) => "数据与程序预期的结构不符。".into(),
            Self::Newer { found, known } => {
                format!("数据的结构版本为 {found}，本程序只认识到版本 {known}。")
            }
            Self::Unknown(kind) => format!("记录中有本程序不认识的事项（{kind}），是更新的版本写入的。"),
            Self::Missing(at) => format!("{at} 处没有数据。"),
            Self::NoDistrict(at) => format!("{at} 处没有区的数据：从未建立，或者数据库被清空了。"),
            Self::WrongKeys(_) => "密钥与账本不符。".into(),
            Self::NotEmpty(at) => format!("{at} 不是空的。"),
            Self::Other(_) => "数据库出错。".into(),
        }
    }

    fn todo(&self, zh: bool) -> &'static str {
        match (self, zh) {
            (Self::Unavailable(_), true) => "请检查数据库是否在运行、地址和登录是否正确;恢复后服务会自动继续。",
            (Self::Unavailable(_), false) => {
                "Check that the database runs and that its address and login are right; the service goes on by itself when it is back."
            }
            (Self::Full(_), true) => "请清理磁盘或提高配额;已回执的记录都在,腾出空间后服务会自动继续。",
            (Self::Full(_), false) => {
                "Free some space or raise the quota; everything acknowledged is safe, and the service goes on by itself."
            }
            (Self::ReadOnly(_), true) => "请检查文件夹、文件的权限和挂载方式,使运行本程序的用户可以写入。",
            (Self::ReadOnly(_), false) => {
                "Check the permissions and the mount, so that the user who runs this program may write there."
            }
            (Self::Locked(_), true) => "请先停止那个进程,或者换一个数据位置;同一份数据同时只能有一个写入者。",
            (Self::Locked(_), false) => "Stop that process first, or use another place: data has one writer at a time.",
            (Self::Busy(_), true) => "请稍后再试;若一直如此,请检查是否有别的程序长时间占用数据库。",
            (Self::Busy(_), false) => {
                "Try again in a moment; if it stays so, look for another program that holds the database."
            }
            (Self::Corrupt(_), true) => "请停止服务,保留这些文件,运行 doorstep verify,并从最近的备份恢复。",
            (Self::Corrupt(_), false) => {
                "Stop the service, keep the files as they are, run doorstep verify, and restore the latest backup."
            }
            (Self::Refused(_), true) => "什么都没有更改;请重新载入后再试,若再次出现请报告此错误。",
            (Self::Refused(_), false) => {
                "Nothing was changed; load the page again and retry, and report it if it comes back."
            }
            (Self::Shape(_), true) => "请用与数据版本一致的程序打开;若版本一致,请报告此错误。",
            (Self::Shape(_), false) => {
                "Open the data with the program version that wrote it, or report this error if the versions agree."
            }
            (Self::Newer { .. } | Self::Unknown(_), true) => "请升级本程序后再打开;什么都没有更改。",
            (Self::Newer { .. } | Self::Unknown(_), false) => {
                "Upgrade this program and open the data again; nothing was changed."
            }
            (Self::Missing(_), true) => {
                "请检查位置是否正确;新建用 doorstep init 或 doorstep demo,恢复备份时把 keys 文件夹放在旁边。"
            }
            (Self::Missing(_), false) => {
                "Check the place; doorstep init or doorstep demo makes a new one, and a backup needs its keys folder beside it."
            }
            (Self::NoDistrict(_), true) => {
                "如果这里原来有数据，请保留这些文件，把最近的备份恢复到空文件夹；如果没有，请在空的位置运行 doorstep init。什么都没有更改。"
            }
            (Self::NoDistrict(_), false) => {
                "If there was one, keep these files and restore the latest backup into an empty place; if not, run doorstep init in an empty place. Nothing was changed."
            }
            (Self::WrongKeys(_), true) => {
                "请从最近的密钥备份中取回这本账自己的 keys.db；也可用 doorstep keys merge 从另一个密钥库补齐。什么都没有更改。"
            }
            (Self::WrongKeys(_), false) => {
                "Bring back this ledger's own keys.db from the latest backup of the keys, or take what is missing from another key store with doorstep keys merge. Nothing was changed."
            }
            (Self::NotEmpty(_), true) => "请指定一个空的位置;什么都没有更改。",
            (Self::NotEmpty(_), false) => "Name an empty place; nothing was changed.",
            (Self::Other(_), true) => "请运行 doorstep doctor 查看原因,并保留日志。",
            (Self::Other(_), false) => "Run doorstep doctor to find the cause, and keep the log.",
        }
    }
}

/// A lower-case clause as a sentence.
fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_letters_and_the_engines_own_words_stay_out_of_the_chinese_sentence() {
        let (en, _) = StoreError::NotEmpty("pgb".into()).said(false);
        assert_eq!(en, "The place pgb is not empty.");
        assert_eq!(StoreError::NotEmpty("pgb".into()).said(true).0, "pgb 不是空的。");
        let engine = "disk I/O error";
        for error in [
            StoreError::Unavailable(engine.into()),
            StoreError::Full(engine.into()),
            StoreError::ReadOnly(engine.into()),
            StoreError::Busy(engine.into()),
            StoreError::Corrupt(engine.into()),
            StoreError::Refused(engine.into()),
            StoreError::Shape(engine.into()),
            StoreError::Other(engine.into()),
        ] {
            let ((zh, _), (en, _)) = (error.said(true), error.said(false));
            assert!(!zh.contains(engine) && en.contains(engine), "{zh} {en}");
        }
    }
}
