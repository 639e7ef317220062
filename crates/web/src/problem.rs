//! The one edge at which something that went wrong becomes an answer: an RFC 9457 problem document, or a page.

use crate::form::KEY_MOST;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use desk::Failure;
use domain::{Lang, Moment, Refusal, Why};
use serde::Serialize;
use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use store::StoreError;

/// What is wrong, and what to do.
type Said = (String, String);

/// What is wrong, for a program and for a person, in both languages.
#[derive(Clone, Debug)]
pub struct Problem {
    kind: String,
    status: StatusCode,
    /// In Chinese and in English. Boxed: a refusal is rare, and every handler's result carries its size.
    said: Box<[Said; 2]>,
    /// The field that has to change.
    field: Option<Cow<'static, str>>,
    retry_after: Option<u64>,
}

/// The problem document: both languages in one text, Chinese first, as everywhere.
#[derive(Serialize)]
struct ProblemDocument<'a> {
    /// A stable name: `urn:doorstep:problem:empty`.
    #[serde(rename = "type")]
    kind: &'a str,
    title: String,
    status: u16,
    /// What to do.
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
}

impl Problem {
    /// A problem: what is wrong and what to do, in Chinese and in English.
    pub(crate) fn new(status: StatusCode, kind: &str, zh: [&str; 2], en: [&str; 2]) -> Problem {
        let said = |[what, todo]: [&str; 2]| (what.to_owned(), todo.to_owned());
        Problem::said(status, kind, |lang| said(if lang == Lang::Zh { zh } else { en }))
    }

    fn said(status: StatusCode, kind: &str, said: impl Fn(Lang) -> Said) -> Problem {
        let kind = format!("urn:doorstep:problem:{kind}");
        Problem { kind, status, said: Box::new([said(Lang::Zh), said(Lang::En)]), field: None, retry_after: None }
    }

    pub(crate) fn at(self, field: &'static str) -> Problem {
        Problem { field: Some(field.into()), ..self }
    }

    /// [`Problem::at`] a field whose name somebody sent.
    pub(crate) fn at_named(self, field: String) -> Problem {
        Problem { field: Some(field.into()), ..self }
    }

    pub(crate) fn with_status(self, status: StatusCode) -> Problem {
        Problem { status, ..self }
    }

    pub(crate) fn broken() -> Problem {
        Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "broken",
            ["系统内部出错，没有保存。", "请稍后再试。"],
            ["Something broke inside; nothing was saved.", "Try again in a moment."],
        )
    }

    pub(crate) fn not_found() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "not_found",
            ["没有这个地址。", "请核对地址，或从首页进入。"],
            ["There is nothing at this address.", "Check the address, or start from the front page."],
        )
    }

    pub(crate) fn wrong_secret() -> Problem {
        Problem::new(
            StatusCode::NOT_FOUND,
            "wrong_secret",
            ["编号或查询密码不对。", "请核对回执；接口的密码放在 Case-Secret 头里。"],
            [
                "The code and the secret don't belong together.",
                "Compare both with the receipt; with the API the secret goes into the header Case-Secret.",
            ],
        )
    }

    /// Signed in, but the route is not for this post.
    pub(crate) fn not_yours() -> Problem {
        Refusal::new(Why::NotYours).into()
    }

    /// A form that was sent after its session had ended.
    pub(crate) fn signed_out() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "signed_out",
            ["登录已过期，没有保存。", "请在新的标签页登录，再返回刚才的页面提交；您写的内容还在那里。"],
            [
                "Your session has ended; nothing was saved.",
                "Sign in in another tab, then go back and send it again: what you wrote is still there.",
            ],
        )
    }

    /// A resident's form that was sent after the case was closed to this browser again.
    pub(crate) fn visit_over() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "visit_over",
            [
                "为了保护您的信息，查看已结束，刚才写的没有保存。",
                "请在新的标签页用编号和查询密码再打开，然后返回刚才的页面提交；您写的内容还在那里。",
            ],
            [
                "To protect your data the case was closed again; what you wrote was not saved.",
                "Open it in another tab with code and digits, then go back and send it again: what you wrote is still there.",
            ],
        )
    }

    /// A form whose token is not that of the session.
    pub(crate) fn stale_form() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "stale_form",
            ["这个页面已过期，没有保存。", "请返回，刷新后再提交。"],
            ["This page is out of date; nothing was saved.", "Go back, reload it, and send it again."],
        )
    }

    /// What another site made the browser send.
    pub(crate) fn other_site() -> Problem {
        Problem::new(
            StatusCode::FORBIDDEN,
            "other_site",
            ["这个请求来自别的网站，没有执行。", "请在本网站的页面上操作。"],
            ["This request came from another site; nothing was done.", "Use the pages of this site."],
        )
    }

    /// A form that can't be read.
    pub(crate) fn form() -> Problem {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "form",
            ["表单内容读不了，没有保存。", "请返回后再提交一次。"],
            ["The form can't be read; nothing was saved.", "Go back and send it again."],
        )
    }

    /// A body that is not said to be JSON.
    pub(crate) fn not_json() -> Problem {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            ["内容类型不是 application/json，没有保存。", "请带上 Content-Type: application/json。"],
            ["The body is not said to be JSON; nothing was saved.", "Send it with Content-Type: application/json."],
        )
    }

    /// A body that is not the JSON that is needed.
    pub(crate) fn bad_json(error: &serde_json::Error) -> Problem {
        let (line, column) = (error.line(), error.column());
        let zh = format!("内容不是所需的JSON：第{line}行第{column}列。");
        let en = format!("The body is not the JSON that is needed: line {line}, column {column}.");
        let en_do = format!("Correct it by /api/openapi.json: {error}.");
        let zh = [zh.as_str(), "请按 /api/openapi.json 更正。"];
        Problem::new(StatusCode::BAD_REQUEST, "json", zh, [&en, &en_do])
    }

    /// An idempotency key that is missing, or can't be used.
    pub(crate) fn key(least: usize) -> Problem {
        let zh = format!("请使用{least}到{KEY_MOST}个可见字符；没有令牌的，请每次用一个随机的，例如 UUID。");
        let en =
            format!("Use {least} to {KEY_MOST} visible characters; without a token a random one each, such as a UUID.");
        let what = ["缺少提交标识，或不合规范。", "The Idempotency-Key is missing or not usable."];
        Problem::new(StatusCode::BAD_REQUEST, "key", [what[0], &zh], [what[1], &en])
    }

    /// What the framework refuses by itself.
    pub(crate) fn unreadable(status: StatusCode) -> Problem {
        match status {
            StatusCode::NOT_FOUND => Problem::not_found(),
            StatusCode::PAYLOAD_TOO_LARGE => Problem::too_large(),
            _ => Problem::new(
                status,
                "unreadable",
                ["这个请求读不了。", "请检查地址和方法，或从首页进入。"],
                ["This request can't be read.", "Check address and method, or start from the front page."],
            ),
        }
    }

    /// A body that is too large.
    pub(crate) fn too_large() -> Problem {
        Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            ["内容太大，没有保存。", "请减少照片或缩短文字后再提交。"],
            ["This is too large; nothing was saved.", "Send fewer photos or a shorter text."],
        )
    }

    pub(crate) fn token() -> Problem {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "token",
            ["令牌不存在、已停用或权限不足。", "请向管理员索取所需权限的令牌。"],
            ["The token is unknown, ended, or of another scope.", "Ask the administrator for a token of the scope."],
        )
    }

    /// Too often: nothing was looked at. It may be tried again after so many seconds.
    pub(crate) fn too_many(seconds: u64) -> Problem {
        let what = ["请求太多。", "Too many requests."];
        Problem::again(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", what, seconds)
    }

    /// Others are being served, and the queue is full. It may be tried again after so many seconds.
    pub(crate) fn busy(seconds: u64) -> Problem {
        let what = ["现在使用的人太多，没有保存。", "Too many people are here just now; nothing was saved."];
        Problem::again(StatusCode::SERVICE_UNAVAILABLE, "busy", what, seconds)
    }

    /// What was sent came too slowly to wait for.
    pub(crate) fn too_slow() -> Problem {
        Problem::new(
            StatusCode::REQUEST_TIMEOUT,
            "too_slow",
            ["网络太慢，内容没有传完，没有保存。", "请换个信号好的地方，或减少照片后再提交。"],
            [
                "The connection is too slow: not all of it arrived, and nothing was saved.",
                "Send it again where the signal is better, or with fewer photos.",
            ],
        )
    }

    /// Refused for now, with the time of the clock at which it may be tried again.
    fn again(status: StatusCode, kind: &str, [zh, en]: [&str; 2], seconds: u64) -> Problem {
        let now = desk::Clock::System.now();
        // The minute after: whoever comes at the time that was said is not sent away again.
        let then = Moment(
            now.0.saturating_add(i64::try_from(seconds).unwrap_or(i64::MAX / 2_000).saturating_mul(1000) + 59_999),
        );
        let text = then.minute();
        let time =
            if then.date() == now.date() { text.split(' ').next_back().unwrap_or_default() } else { text.as_str() };
        let (zh_do, en_do) = (format!("请在 {time} 以后再试。"), format!("Try again after {time}."));
        Problem { retry_after: Some(seconds), ..Problem::new(status, kind, [zh, &zh_do], [en, &en_do]) }
    }

    /// What is wrong and what to do, in a language: for a form that is shown again with its fault.
    pub(crate) fn sentence(&self, lang: Lang) -> String {
        match lang {
            Lang::Zh => format!("{}{}", self.said[0].0, self.said[0].1),
            Lang::En => format!("{} {}", self.said[1].0, self.said[1].1),
        }
    }

    /// The field that has to change.
    pub(crate) fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// What is wrong, and what to do, in a language.
    pub(crate) fn parts(&self, lang: Lang) -> (&str, &str) {
        let (what, todo) = &self.said[usize::from(lang == Lang::En)];
        (what, todo)
    }

    /// Whether the way out is to sign in.
    pub(crate) fn asks_to_sign_in(&self) -> bool {
        self.kind.ends_with(":signed_out")
    }

    /// The status that it is answered with.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// With the header that says when to try again.
    pub(crate) fn with_retry(&self, mut response: Response) -> Response {
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
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
        Problem {
            field: refusal.field.map(Cow::Borrowed),
            ..Problem::said(status, refusal.why.code(), |lang| refusal.said(lang))
        }
    }
}

/// A number to quote: it stands beside the cause in the log.
fn fault_number() -> String {
    static FAULTS: AtomicU64 = AtomicU64::new(1);
    format!("{}-{}", std::process::id(), FAULTS.fetch_add(1, Ordering::Relaxed))
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        // What broke is for whoever reads the log; the number leads there.
        let number = fault_number();
        tracing::error!(number, error = %error, "the store failed a request");
        let status = if error.passes() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::INTERNAL_SERVER_ERROR };
        let retry_after = error.passes().then_some(5);
        let said = |lang: Lang| match lang {
            Lang::Zh => (
                "系统这会儿出了问题，刚才这一步没有做成。".to_owned(),
                format!("请过一会儿再试；还不行，请告诉工作人员这个号：{number}。"),
            ),
            Lang::En => (
                "Something is wrong with the system at the moment; this step was not done.".to_owned(),
                format!("Try again in a while; if it still fails, tell the staff this number: {number}."),
            ),
        };
        Problem { retry_after, ..Problem::said(status, "store", said) }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        match failure {
            Failure::Refused(refusal) => refusal.into(),
            Failure::Store(error) => error.into(),
            Failure::Held(hold) => Problem {
                retry_after: Some(600),
                ..Problem::said(StatusCode::SERVICE_UNAVAILABLE, "held", |lang| hold.said(lang))
            },
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
        let document = ProblemDocument {
            kind: &self.kind,
            title: format!("{} {}", self.said[0].0, self.said[1].0),
            status: self.status.as_u16(),
            detail: format!("{} {}", self.said[0].1, self.said[1].1),
            field: self.field.as_deref(),
        };
        let body = serde_json::to_vec(&document).unwrap_or_default();
        let response = (self.status, [(header::CONTENT_TYPE, "application/problem+json")], body).into_response();
        let mut response = self.with_retry(response);
        // A browser gets a page instead: see `caller::errors_in_form`.
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_too_often_is_told_a_time_of_the_clock_and_programs_the_seconds() {
        let problem = Problem::too_many(125);
        let zh = problem.sentence(Lang::Zh);
        let time = zh.split("请在 ").nth(1).and_then(|rest| rest.split(" 以后再试").next()).unwrap();
        assert!(time.len() >= 5 && time.as_bytes()[time.len() - 3] == b':', "{zh}");
        assert!(problem.sentence(Lang::En).ends_with(&format!("Try again after {time}.")));
        let answer = problem.into_response();
        assert_eq!(answer.headers().get(header::RETRY_AFTER).unwrap(), "125");
    }

    #[test]
    fn a_fault_of_the_store_is_told_in_plain_words_with_a_number_that_stands_in_the_log() {
        let first = Problem::from(StoreError::Corrupt("table cases, seq 7".into()));
        let second = Problem::from(StoreError::Busy("sqlite".into()));
        for lang in [Lang::Zh, Lang::En] {
            let (a, b) = (first.sentence(lang), second.sentence(lang));
            assert_ne!(a, b, "each has its own number");
            for word in ["cases", "seq", "sqlite", "database", "数据库", "磁盘"] {
                assert!(!a.contains(word) && !b.contains(word), "{a} {b}");
            }
            assert!(a.contains(&format!("{}-", std::process::id())), "{a}");
        }
        assert_eq!(second.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
