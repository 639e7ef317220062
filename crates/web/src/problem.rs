//! The one edge at which something that went wrong becomes an answer: an RFC 9457 problem document.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::Failure;
use domain::{Lang, Refusal, Why};
use serde::Serialize;
use store::StoreError;

/// What is wrong, for a program and for a person.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// A stable name: `urn:doorstep:problem:empty`.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    /// What to do.
    detail: String,
    /// The field that has to change.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'static str>,
    #[serde(skip)]
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with both sentences in both languages; Chinese stands first, as everywhere.
    pub(crate) fn new(status: StatusCode, kind: &str, what: &str, todo: &str) -> Problem {
        let kind = format!("urn:doorstep:problem:{kind}");
        Problem {
            kind,
            title: what.into(),
            status: status.as_u16(),
            detail: todo.into(),
            field: None,
            retry_after: None,
        }
    }

    pub(crate) fn at(self, field: &'static str) -> Problem {
        Problem { field: Some(field), ..self }
    }

    pub(crate) fn broken() -> Problem {
        let what = "系统内部出错，没有保存。 Something broke inside; nothing was saved.";
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", what, "请稍后再试。 Try again in a moment.")
    }

    pub(crate) fn not_found() -> Problem {
        let what = "没有这个地址。 There is nothing at this address.";
        Problem::new(StatusCode::NOT_FOUND, "not_found", what, "请核对地址。 Check the address.")
    }

    pub(crate) fn wrong_secret() -> Problem {
        let what = "编号或查询密码不对。 The code and the secret don't belong together.";
        let todo = "请核对回执；密码放在 Case-Secret 头里。 Compare both with the receipt; the secret goes into the header Case-Secret.";
        Problem::new(StatusCode::NOT_FOUND, "wrong_secret", what, todo)
    }

    pub(crate) fn token() -> Problem {
        let what = "令牌不存在、已停用或权限不足。 The token is unknown, ended, or of another scope.";
        let todo = "请向管理员索取 intake 权限的令牌。 Ask the administrator for a token of scope intake.";
        Problem::new(StatusCode::UNAUTHORIZED, "token", what, todo)
    }

    pub(crate) fn too_many(seconds: u64) -> Problem {
        let what = "请求太多。 Too many requests.";
        let todo = format!("请在{seconds}秒后再试。 Try again in {seconds} seconds.");
        Problem {
            retry_after: Some(seconds),
            ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", what, &todo)
        }
    }

    fn said(status: StatusCode, code: &str, said: impl Fn(Lang) -> (String, String)) -> Problem {
        let ((zh, zh_do), (en, en_do)) = (said(Lang::Zh), said(Lang::En));
        Problem::new(status, code, &format!("{zh} {en}"), &format!("{zh_do} {en_do}"))
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        let status = match refusal.why {
            Why::NotYours | Why::Interest => StatusCode::FORBIDDEN,
            Why::NoSuchCase => StatusCode::NOT_FOUND,
            Why::Changed | Why::WrongStage => StatusCode::CONFLICT,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Problem { field: refusal.field, ..Problem::said(status, refusal.why.code(), |lang| refusal.said(lang)) }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        tracing::error!(error = %error, "the store failed a request");
        let status = if error.passes() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
        let retry_after = error.passes().then_some(5);
        Problem { retry_after, ..Problem::said(status, "store", |lang| error.said(lang == Lang::Zh)) }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => error.into(),
            Failure::Closed => {
                let problem =
                    Problem::said(StatusCode::SERVICE_UNAVAILABLE, "closed", |lang| Failure::Closed.said(lang));
                Problem { retry_after: Some(5), ..problem }
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
