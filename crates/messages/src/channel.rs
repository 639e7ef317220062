//! The ways out: a mail server, a gateway for text messages, group robots, web hooks. Each says what happened in a word
//! that holds no address.

use crate::config::{Config, ConfigFault, Hook, Mail, Robot, Security, Sms};
use crate::words::Text;
use hmac::{Hmac, Mac};
use ledger::entry::Entry;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Message, SmtpTransport, Transport};
use serde_json::{Value, json};
use sha2::Sha256;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig};

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);

/// Why a message did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What to do about it.
    pub then: Then,
    /// What happened, as a code for pages and logs: never an address, never what a server wrote.
    pub code: String,
}

/// What to do about a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It surely did not go out, and may later.
    Later,
    /// It surely did not go out, and never will like this.
    Never,
    /// Nobody knows whether it went out.
    Unsure,
}

impl Fault {
    fn new(then: Then, code: impl Into<String>) -> Fault {
        Fault { then, code: code.into() }
    }
}

/// A signature over time, id and body: `sha256=` and the HMAC as hex. A receiver computes the same, refuses a time that is
/// more than five minutes off, and drops an id that it has.
pub fn signature(secret: &str, seconds: i64, id: &str, body: &[u8]) -> String {
    // A key of any length is taken.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(format!("{seconds}.{id}.").as_bytes());
    mac.update(body);
    let hex: String = mac.finalize().into_bytes().iter().map(|b| format!("{b:02x}")).collect();
    format!("sha256={hex}")
}

/// The client for everything that goes by HTTP.
#[derive(Clone)]
struct Http(Agent);

impl Http {
    fn new() -> Http {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier);
        let tls = tls.unversioned_rustls_crypto_provider(provider).build();
        let config = Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false);
        let config = config.max_redirects(0).max_redirects_will_error(false).tls_config(tls).build();
        Http(config.into())
    }

    /// Posts JSON and returns status and answer.
    fn post(&self, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<(u16, Vec<u8>), Fault> {
        let mut request = self.0.post(url).header("content-type", "application/json; charset=utf-8");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = request.send(body).map_err(|e| fault_of(&e))?;
        let status = answer.status().as_u16();
        // What it says beyond this is not needed.
        let said = answer.body_mut().with_config().limit(64 * 1024).read_to_vec().unwrap_or_default();
        Ok((status, said))
    }

    /// Posts JSON signed.
    fn post_signed(&self, url: &str, secret: &str, id: &str, at: i64, body: &[u8]) -> Result<Vec<u8>, Fault> {
        let (seconds, signed) = (at.to_string(), signature(secret, at, id, body));
        let mut headers = vec![("x-doorstep-id", id), ("x-doorstep-timestamp", seconds.as_str())];
        if !secret.is_empty() {
            headers.push(("x-doorstep-signature", signed.as_str()));
        }
        match self.post(url, &headers, body)? {
            (200..=299, said) => Ok(said),
            (status, _) => Err(Fault::new(Then::Later, format!("http {status}"))),
        }
    }
}

fn fault_of(error: &ureq::Error) -> Fault {
    use std::io::ErrorKind;
    use ureq::{Error, Timeout};
    match error {
        Error::HostNotFound => Fault::new(Then::Later, "host not found"),
        Error::ConnectionFailed => Fault::new(Then::Later, "unreachable"),
        Error::Io(e) if e.kind() == ErrorKind::ConnectionRefused => Fault::new(Then::Later, "unreachable"),
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => Fault::new(Then::Later, "unreachable"),
        Error::Timeout(_) => Fault::new(Then::Unsure, "timeout"),
        Error::Tls(_) | Error::Rustls(_) => Fault::new(Then::Later, "tls"),
        _ => Fault::new(Then::Unsure, "broken off"),
    }
}

/// E-mail.
pub(crate) struct MailOut {
    transport: SmtpTransport,
    from: Mailbox,
}

/// Tells other machines not to answer: RFC 3834.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(AutoSubmitted)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl MailOut {
    fn new(mail: &Mail) -> Result<MailOut, ConfigFault> {
        let fault = |what: &str| ConfigFault {
            what: what.to_owned(),
            todo: "Check server and sender under [mail] in messages.toml.".to_owned(),
        };
        let from = mail.from.parse().map_err(|_| fault("The sender under [mail] is no e-mail address."))?;
        let tls = || TlsParameters::new(mail.server.clone()).map_err(|_| fault("The mail server's name is no host."));
        let (tls, port) = match mail.security {
            Security::Tls => (Tls::Wrapper(tls()?), 465),
            Security::StartTls => (Tls::Required(tls()?), 587),
            Security::None => (Tls::None, 25),
        };
        let mut transport = SmtpTransport::builder_dangerous(&mail.server);
        transport = transport.port(mail.port.unwrap_or(port)).tls(tls).timeout(Some(PATIENCE));
        if !mail.user.is_empty() {
            transport = transport.credentials(Credentials::new(mail.user.clone(), mail.password.clone()));
        }
        Ok(MailOut { transport: transport.build(), from })
    }

    /// Sends a message. The id stays the same over all tries: whoever gets it twice can see that it is one.
    pub(crate) fn send(&self, id: &str, to: &str, text: &Text) -> Result<(), Fault> {
        let to = to.parse().map_err(|_| Fault::new(Then::Never, "bad address"))?;
        let host = self.from.email.domain();
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(text.subject.clone())
            .message_id(Some(format!("<{id}@{host}>")))
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(text.long.clone())
            .map_err(|_| Fault::new(Then::Never, "bad message"))?;
        self.transport.send(&message).map(drop).map_err(|e| {
            let code = match e.status().map(u16::from) {
                Some(code) => return Fault::new(after_refusal(code), format!("smtp {code}")),
                None if e.is_timeout() => "timeout",
                None if e.is_tls() => "tls",
                None if e.source().is_some_and(|s| s.is::<std::io::Error>()) => "unreachable",
                None => "broken off",
            };
            Fault::new(Then::Later, code)
        })
    }
}

/// What to do after a mail server's refusal. Only what it says of the recipient is for ever (RFC 5321 4.2.3, RFC 7504).
/// A login that it does not take (530, 534, 535, 538), a connection that it does not want (554) and the like are about
/// the channel: somebody mends that, and then everything that waits goes out.
fn after_refusal(code: u16) -> Then {
    match code {
        550..=553 | 556 => Then::Never,
        _ => Then::Later,
    }
}

/// Text messages.
pub(crate) struct SmsOut {
    http: Http,
    sms: Sms,
}

impl SmsOut {
    /// Sends a text to a number. The id stays the same over all tries.
    pub(crate) fn send(&self, id: &str, at: i64, phone: &str, text: &Text) -> Result<(), Fault> {
        let phone: String = phone.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
        let fill = |template: &str| {
            // In this order: a text that names a place holder stays as it is.
            let mut out = String::new();
            let mut rest = template;
            while let Some(at) = rest.find('{') {
                out.push_str(&rest[..at]);
                let places = [("{phone}", phone.as_str()), ("{text}", text.short.as_str()), ("{id}", id)];
                match places.iter().find(|(name, _)| rest[at..].starts_with(name)) {
                    Some((name, value)) => {
                        out.push_str(value);
                        rest = &rest[at + name.len()..];
                    }
                    None => {
                        out.push('{');
                        rest = &rest[at + 1..];
                    }
                }
            }
            out + rest
        };
        let body = json_of(&toml::Value::Table(self.sms.body.clone()), &fill).to_string();
        let said = self.http.post_signed(&self.sms.url, &self.sms.secret, id, at, body.as_bytes())?;
        if self.sms.answer.is_empty() {
            return Ok(());
        }
        let said: Value = serde_json::from_slice(&said).unwrap_or_default();
        let wanted = self.sms.answer.iter().map(|(name, value)| (name, json_of(value, &str::to_owned)));
        if wanted.into_iter().all(|(name, value)| said.get(name) == Some(&value)) {
            return Ok(());
        }
        Err(Fault::new(Then::Later, "refused by the gateway"))
    }
}

fn json_of(value: &toml::Value, fill: &dyn Fn(&str) -> String) -> Value {
    match value {
        toml::Value::String(text) => Value::String(fill(text)),
        toml::Value::Integer(n) => json!(n),
        toml::Value::Float(n) => json!(n),
        toml::Value::Boolean(b) => json!(b),
        toml::Value::Datetime(d) => json!(d.to_string()),
        toml::Value::Array(list) => list.iter().map(|v| json_of(v, fill)).collect(),
        toml::Value::Table(table) => table.iter().map(|(k, v)| (k.clone(), json_of(v, fill))).collect(),
    }
}

/// The group robots of units.
pub(crate) struct RobotsOut {
    http: Http,
    robots: Vec<Robot>,
}

impl RobotsOut {
    /// Whether a unit has one.
    pub(crate) fn has(&self, unit: &str) -> bool {
        self.robots.iter().any(|r| r.unit == unit)
    }

    /// Writes into the group of a unit.
    pub(crate) fn send(&self, unit: &str, text: &Text) -> Result<(), Fault> {
        let robot = self.robots.iter().find(|r| r.unit == unit).ok_or(Fault::new(Then::Never, "no group"))?;
        let body = json!({ "msgtype": "text", "text": { "content": text.short } }).to_string();
        let (status, said) = self.http.post(&robot.url, &[], body.as_bytes())?;
        if !(200..=299).contains(&status) {
            return Err(Fault::new(Then::Later, format!("http {status}")));
        }
        let said: Value = serde_json::from_slice(&said).unwrap_or_default();
        match said.get("errcode").and_then(Value::as_i64) {
            Some(0) => Ok(()),
            // Too many in a minute, or busy.
            Some(code @ (45009 | -1)) => Err(Fault::new(Then::Later, format!("wecom {code}"))),
            Some(code) => Err(Fault::new(Then::Never, format!("wecom {code}"))),
            None => Err(Fault::new(Then::Unsure, "wecom said nothing")),
        }
    }
}

/// A web hook.
pub(crate) struct HookOut {
    http: Http,
    pub(crate) hook: Hook,
}

impl HookOut {
    /// Whether it asked for a kind of event.
    pub(crate) fn wants(&self, kind: &str) -> bool {
        self.hook.kinds.is_empty() || self.hook.kinds.iter().any(|k| k == kind)
    }

    /// Delivers an entry of the ledger: what everybody may know of the event, and nothing else.
    pub(crate) fn send(&self, index: u64, entry: &Entry, at: i64) -> Result<(), Fault> {
        let handle: String = entry.case.iter().map(|b| format!("{b:02x}")).collect();
        let body = json!({
            "id": index, "kind": entry.kind, "case": handle, "hour": entry.hour,
            "category": entry.category, "unit": entry.unit, "due": entry.due,
        });
        let (id, body) = (index.to_string(), body.to_string());
        self.http.post_signed(&self.hook.url, &self.hook.secret, &id, at, body.as_bytes()).map(drop)
    }
}

/// All ways out that are configured.
pub(crate) struct Channels {
    pub(crate) mail: Option<MailOut>,
    pub(crate) sms: Option<SmsOut>,
    pub(crate) robots: RobotsOut,
    pub(crate) hooks: Vec<HookOut>,
}

impl Channels {
    pub(crate) fn new(config: &Config) -> Result<Channels, ConfigFault> {
        let http = Http::new();
        Ok(Channels {
            mail: config.mail.as_ref().map(MailOut::new).transpose()?,
            sms: config.sms.clone().map(|sms| SmsOut { http: http.clone(), sms }),
            robots: RobotsOut { http: http.clone(), robots: config.robots.clone() },
            hooks: config.hooks.iter().map(|hook| HookOut { http: http.clone(), hook: hook.clone() }).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_over_time_id_and_body() {
        let known = signature("key", 1_700_000_000, "7", b"{}");
        assert_eq!(known.len(), 7 + 64);
        for other in [
            signature("kex", 1_700_000_000, "7", b"{}"),
            signature("key", 1_700_000_001, "7", b"{}"),
            signature("key", 1_700_000_000, "8", b"{}"),
            signature("key", 1_700_000_000, "7", b"{ }"),
        ] {
            assert_ne!(known, other);
        }
        // HMAC-SHA256 of `1.a.b` under `k`, computed by another program.
        assert_eq!(signature("k", 1, "a", b"b"), format!("sha256={}", include_str!("signature.hex").trim()));
    }

    #[test]
    fn only_what_a_mail_server_says_of_the_recipient_is_for_ever() {
        for code in [550, 551, 552, 553, 556] {
            assert_eq!(after_refusal(code), Then::Never, "{code}");
        }
        for code in [421, 450, 451, 452, 454, 500, 502, 503, 521, 530, 534, 535, 538, 554] {
            assert_eq!(after_refusal(code), Then::Later, "{code}");
        }
    }
}
