//! The site's own address, which is configured and never believed from a request, and what follows from it: the links in
//! feeds, QR codes and slips, whose forms are ours, cookies that never travel unencrypted.

use crate::app::App;
use axum::extract::{Request, State};
use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::Response;

/// A browser takes a cookie of such a name only encrypted, for the whole site, and from this very host.
const PREFIX: &str = "__Host-";

/// The address under which people reach the site: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    origin: String,
    /// Whether it was configured; else it is where the server listens, and forms come from whatever leads there.
    configured: bool,
}

impl Site {
    /// From what the operator configured: `https://cases.example`. Unencrypted only on this machine.
    ///
    /// # Errors
    /// What is wrong with it, as a sentence.
    pub fn parse(text: &str) -> Result<Site, &'static str> {
        let uri: Uri = text.trim().parse().map_err(|_| "It can't be read as an address.")?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err("It needs scheme and host.");
        };
        if uri.path() != "/" || uri.query().is_some() || authority.as_str().contains('@') {
            return Err("It has more than scheme, host and port.");
        }
        let host = authority.host().trim_matches(['[', ']']);
        let here = host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        if scheme != "https" && !(scheme == "http" && here) {
            return Err("It must be encrypted: https.");
        }
        Ok(Site { origin: format!("{scheme}://{authority}").to_lowercase(), configured: true })
    }

    /// Where the server listens, when nothing is configured.
    pub fn listening(at: std::net::SocketAddr) -> Site {
        Site { origin: format!("http://{at}"), configured: false }
    }

    /// Scheme, host and port, as browsers send them in `Origin`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether everything travels encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Whether a form with this `Origin` is our own; without a configured address the request's `Host` is asked.
    pub(crate) fn is_own(&self, origin: &str, host: Option<&str>) -> bool {
        match self.configured {
            true => origin.eq_ignore_ascii_case(&self.origin),
            false => host.is_none_or(|host| origin.split_once("://").is_some_and(|(_, rest)| rest == host)),
        }
    }
}

/// Names the cookies of an encrypted site so that browsers keep to it, and tells browsers to come back encrypted.
pub(crate) async fn encrypted(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if !app.site().is_encrypted() {
        return next.run(request).await;
    }
    incoming(request.headers_mut());
    let mut response = next.run(request).await;
    outgoing(response.headers_mut());
    let hsts = (HeaderName::from_static("strict-transport-security"), HeaderValue::from_static("max-age=31536000"));
    response.headers_mut().insert(hsts.0, hsts.1);
    response
}

/// Our cookies under their plain names; whatever else came, somebody else may have set.
fn incoming(headers: &mut HeaderMap) {
    let all: Vec<String> = headers.get_all(COOKIE).iter().filter_map(|h| h.to_str().ok()).map(str::to_owned).collect();
    let own = all.iter().flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().strip_prefix(PREFIX));
    let own = own.collect::<Vec<_>>().join("; ");
    headers.remove(COOKIE);
    if let Ok(value) = HeaderValue::from_str(&own)
        && !own.is_empty()
    {
        headers.insert(COOKIE, value);
    }
}

fn outgoing(headers: &mut HeaderMap) {
    let all: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for cookie in all {
        let text = String::from_utf8_lossy(cookie.as_bytes()).into_owned();
        if let Ok(value) = HeaderValue::from_str(&format!("{PREFIX}{text}; Secure")) {
            headers.append(SET_COOKIE, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_is_scheme_host_and_port_and_unencrypted_only_on_this_machine() {
        for (text, origin) in [
            ("https://Cases.Example", "https://cases.example"),
            ("https://cases.example:8443/", "https://cases.example:8443"),
            ("http://localhost:8420", "http://localhost:8420"),
            ("http://[::1]:8420/", "http://[::1]:8420"),
        ] {
            assert_eq!(Site::parse(text).unwrap().origin(), origin);
        }
        for text in [
            "",
            "cases.example",
            "http://cases.example",
            "https://cases.example/path",
            "https://a@b.example",
            "ftp://a.example",
            "https://a.example/?q",
        ] {
            assert!(Site::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_form_is_ours_by_the_configured_address_and_not_by_what_the_request_says() {
        let site = Site::parse("https://cases.example").unwrap();
        assert!(site.is_own("https://cases.example", Some("evil.example")));
        assert!(!site.is_own("https://evil.example", Some("evil.example")));
        assert!(!site.is_own("http://cases.example", Some("cases.example")));
        assert!(!site.is_own("null", Some("cases.example")));
        let here = Site::listening(([127, 0, 0, 1], 8420).into());
        assert!(here.is_own("http://localhost:8420", Some("localhost:8420")));
        assert!(!here.is_own("http://evil.example", Some("localhost:8420")));
    }

    #[test]
    fn cookies_of_an_encrypted_site_have_the_hosts_prefix_and_others_are_not_ours() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("session=planted; __Host-session=own"));
        headers.append(COOKIE, HeaderValue::from_static("__Host-lang=en"));
        incoming(&mut headers);
        assert_eq!(headers[COOKIE], "session=own; lang=en");
        headers.append(SET_COOKIE, HeaderValue::from_static("session=x; Path=/; HttpOnly; SameSite=Lax"));
        outgoing(&mut headers);
        assert_eq!(headers[SET_COOKIE], "__Host-session=x; Path=/; HttpOnly; SameSite=Lax; Secure");
    }
}
