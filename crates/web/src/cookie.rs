//! The cookies there are, and reading and setting them.

use axum::http::HeaderMap;
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::response::Response;
use sha2::{Digest, Sha256};

/// A signed-in account.
pub(crate) const SESSION: &str = "session";
/// A resident who opened a case with code and digits.
pub(crate) const VISIT: &str = "visit";
/// A browser in which staff have signed in: what is opened there was opened in staff's hands.
pub(crate) const MARK: &str = "staff";
/// How long that mark stays, in seconds: as long as browsers keep one.
pub(crate) const MARK_LASTS: u32 = 400 * 24 * 3600;
/// A browser in which somebody signed in before: strangers who try that name elsewhere don't shut it out. It opens nothing.
pub(crate) const DEVICE: &str = "device";
/// How long a setting of a browser is kept, in seconds.
pub(crate) const YEAR: u32 = 365 * 24 * 3600;

/// A cookie's value.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get_all(COOKIE).iter().filter_map(|h| h.to_str().ok()).flat_map(|h| h.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

/// Whether staff have signed in with this browser.
pub(crate) fn is_marked(headers: &HeaderMap) -> bool {
    cookie(headers, MARK).is_some() || cookie(headers, SESSION).is_some()
}

/// What is kept of a cookie: its hash.
pub(crate) fn cookie_key(value: &str) -> [u8; 32] {
    Sha256::digest(value.as_bytes()).into()
}

/// Sets a cookie that scripts can't read and other sites can't send, for so many seconds, or until the browser is closed.
/// On an encrypted site [`crate::site`] names it so that it never travels otherwise.
pub(crate) fn set_cookie(response: &mut Response, name: &str, value: &str, age: Option<u32>) {
    let age = age.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}");
    if let Ok(value) = text.parse() {
        response.headers_mut().append(SET_COOKIE, value);
    }
}
