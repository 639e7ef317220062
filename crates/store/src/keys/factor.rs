//! Second factors of accounts, in the key store: a copy of the events alone lets nobody in.

use super::Keys;
use crate::args;
use crate::db::{Result, Value};

/// A second factor as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The shared secret.
    pub secret: [u8; 20],
    /// The latest time step whose code was used.
    pub step: u64,
}

impl Keys {
    /// The second factor of an account, if it has one.
    ///
    /// # Errors
    /// What the key store says.
    pub fn factor(&mut self, account: u32) -> Result<Option<Factor>> {
        let sql = "SELECT secret, step FROM factors WHERE district = $1 AND account = $2";
        let args = args![self.district, account];
        let rows = self.db()?.query(sql, &args)?;
        rows.first().map(|r| Ok(Factor { secret: r.array("secret")?, step: r.int("step")? as u64 })).transpose()
    }

    /// Sets the second factor of an account with the hashes of its recovery codes, in place of an older one.
    ///
    /// # Errors
    /// What the key store says; then nothing has changed.
    pub fn put_factor(&mut self, account: u32, factor: &Factor, recovery: &[[u8; 32]]) -> Result<()> {
        const PUT: &str = "INSERT INTO factors (district, account, secret, step) VALUES ($1, $2, $3, $4)";
        const CODE: &str = "INSERT INTO recovery_codes (district, account, hash) VALUES ($1, $2, $3)";
        let who = args![self.district, account];
        let put = args![self.district, account, factor.secret.as_slice(), factor.step];
        let codes: Vec<Vec<Value>> = recovery.iter().map(|hash| args![self.district, account, hash]).collect();
        let mut list: Vec<(&str, &[Value])> =
            vec![(END, who.as_slice()), (END_CODES, who.as_slice()), (PUT, put.as_slice())];
        list.extend(codes.iter().map(|args| (CODE, args.as_slice())));
        self.db()?.write_list(&list).map(drop)
    }

    /// Uses the code of a time step. Returns whether it was unused, which no second one finds.
    ///
    /// # Errors
    /// What the key store says.
    pub fn use_step(&mut self, account: u32, step: u64) -> Result<bool> {
        let sql = "UPDATE factors SET step = $1 WHERE district = $2 AND account = $3 AND step < $1";
        let args = args![step, self.district, account];
        Ok(self.db()?.write_list(&[(sql, &args)])? == 1)
    }

    /// Uses a recovery code by its hash. Returns whether there was one.
    ///
    /// # Errors
    /// What the key store says.
    pub fn use_recovery(&mut self, account: u32, hash: &[u8; 32]) -> Result<bool> {
        let sql = "DELETE FROM recovery_codes WHERE district = $1 AND account = $2 AND hash = $3";
        let args = args![self.district, account, hash];
        Ok(self.db()?.write_list(&[(sql, &args)])? == 1)
    }

    /// Ends the second factor of an account and its recovery codes. Once more is no error.
    ///
    /// # Errors
    /// What the key store says.
    pub fn end_factor(&mut self, account: u32) -> Result<()> {
        let who = args![self.district, account];
        self.db()?.write_list(&[(END, &who), (END_CODES, &who)]).map(drop)
    }
}

const END: &str = "DELETE FROM factors WHERE district = $1 AND account = $2";
const END_CODES: &str = "DELETE FROM recovery_codes WHERE district = $1 AND account = $2";
