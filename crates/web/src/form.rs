//! What a form sent: its fields as they were typed, so that a refused form can be shown again as it was.

use crate::app::App;
use crate::caller::Staff;
use crate::problem::Problem;
use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::CONTENT_TYPE;
use desk::Key;
use subtle::ConstantTimeEq;

/// The longest idempotency key, in bytes.
pub(crate) const KEY_MOST: usize = 200;
/// The most fields that a form may send.
const FIELDS_MOST: usize = 500;

/// The fields of a form. From a signed-in page its form token has been checked.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    fields: Vec<(String, String)>,
    /// Files that were sent under a name, not empty ones.
    files: Vec<(String, Bytes)>,
}

impl Sent {
    /// The value of a field without spaces around it; empty when it is missing.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.raw(name).trim()
    }

    /// The value of a field as typed.
    pub(crate) fn raw(&self, name: &str) -> &str {
        self.fields.iter().find(|(n, _)| n == name).map_or("", |(_, v)| v.as_str())
    }

    /// All values of a field that may come more than once.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(n, v)| n == name && !v.trim().is_empty()).map(|(_, v)| v.trim())
    }

    /// Whether a tick box was ticked.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The idempotency key that the form was made with, in the scope of the account.
    pub(crate) fn key(&self, staff: &Staff) -> Result<Key, Problem> {
        let key = Some(self.get("key")).filter(|k| (1..=KEY_MOST).contains(&k.len())).ok_or_else(Problem::form)?;
        Ok(Key::of(&format!("account {}", staff.account), key))
    }

    /// The files that were sent under a name.
    pub(crate) fn files<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Bytes> {
        self.files.iter().filter(move |(n, _)| n == name).map(|(_, bytes)| bytes)
    }

    /// The same with another value in a field.
    pub(crate) fn changed(mut self, name: &str, value: String) -> Sent {
        self.fields.retain(|(n, _)| n != name);
        self.fields.push((name.to_owned(), value));
        self
    }

    /// Fields for a form that is shown for the first time.
    pub(crate) fn with(fields: &[(&str, &str)]) -> Sent {
        let fields = fields.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        Sent { fields, files: Vec::new() }
    }
}

impl FromRequest<App> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, app: &App) -> Result<Self, Problem> {
        let staff = request.extensions().get::<Staff>().cloned();
        let kind = request.headers().get(CONTENT_TYPE).and_then(|h| h.to_str().ok()).unwrap_or_default().to_owned();
        let sent = if kind.starts_with("multipart/form-data") {
            let parts = Multipart::from_request(request, app).await.map_err(|_| Problem::form())?;
            let _turn = app.forms().take().await?;
            multipart(parts).await?
        } else {
            let body = Bytes::from_request(request, app).await.map_err(|_| Problem::too_large())?;
            let fields: Vec<(String, String)> = urlencoded(&body);
            Sent { fields, files: Vec::new() }
        };
        if sent.fields.len() + sent.files.len() > FIELDS_MOST {
            return Err(Problem::form());
        }
        if let Some(staff) = staff
            && !bool::from(sent.raw("csrf").as_bytes().ct_eq(staff.form.as_bytes()))
        {
            return Err(Problem::stale_form());
        }
        Ok(sent)
    }
}

fn urlencoded(body: &[u8]) -> Vec<(String, String)> {
    // U+0000 can't be kept in a PostgreSQL text, and nobody types it.
    let clean = |text: std::borrow::Cow<'_, str>| text.replace('\0', "").replace("\r\n", "\n");
    form_urlencoded::parse(body).take(FIELDS_MOST + 1).map(|(n, v)| (clean(n), clean(v))).collect()
}

async fn multipart(mut parts: Multipart) -> Result<Sent, Problem> {
    let mut sent = Sent::default();
    while let Some(part) = parts.next_field().await.map_err(|_| Problem::too_large())? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        let is_file = part.file_name().is_some();
        let bytes = part.bytes().await.map_err(|_| Problem::too_large())?;
        if is_file {
            if !bytes.is_empty() {
                sent.files.push((name, bytes));
            }
        } else {
            let text = String::from_utf8_lossy(&bytes).replace('\0', "").replace("\r\n", "\n");
            sent.fields.push((name, text));
        }
        if sent.fields.len() + sent.files.len() > FIELDS_MOST {
            return Err(Problem::form());
        }
    }
    Ok(sent)
}
