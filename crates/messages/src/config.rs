//! The channels of a district: `messages.toml` in its data folder. A value that begins with `$` names a variable of the
//! environment, so that no secret need stand in a file.

use domain::case::{Channel, EVENT_KINDS};
use lettre::message::Mailbox;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use ureq::http::Uri;

/// Why the channels can't be used: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {todo}")]
pub struct ConfigFault {
    /// What is wrong, in a sentence; never a secret.
    pub what: String,
    /// What to do, in a sentence.
    pub todo: String,
}

impl ConfigFault {
    fn new(what: impl Into<String>, todo: impl Into<String>) -> ConfigFault {
        ConfigFault { what: what.into(), todo: todo.into() }
    }
}

/// The channels of a district.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The address of the page on which residents follow a case, as it stands in messages.
    #[serde(default)]
    pub site: Option<String>,
    /// E-mail.
    #[serde(default)]
    pub mail: Option<Mail>,
    /// Text messages.
    #[serde(default)]
    pub sms: Option<Sms>,
    /// WeCom group robots, one for each unit that has a group.
    #[serde(default, rename = "robot")]
    pub robots: Vec<Robot>,
    /// Other systems that are told of events.
    #[serde(default, rename = "hook")]
    pub hooks: Vec<Hook>,
    /// Whether nothing goes out and everything is kept to be looked at.
    #[serde(skip)]
    sink: bool,
    /// Whether residents are offered what the sink would take.
    #[serde(skip)]
    offer: bool,
}

/// An SMTP server.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Its host name.
    pub server: String,
    /// Its port; none: 465, with STARTTLS 587, without encryption 25.
    #[serde(default)]
    pub port: Option<u16>,
    /// How the connection is encrypted.
    #[serde(default)]
    pub security: Security,
    /// The account; empty: none.
    #[serde(default)]
    pub user: String,
    /// Its password.
    #[serde(default)]
    pub password: String,
    /// The sender: `家门口 <noreply@example.com>`.
    pub from: String,
}

/// How the connection to a mail server is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// From the first byte.
    #[default]
    Tls,
    /// Begun in the open, then encrypted, or given up.
    StartTls,
    /// Not at all: to this machine only.
    None,
}

/// A gateway for text messages: an address that takes a POST with JSON.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sms {
    /// Its address.
    pub url: String,
    /// The key of the signature.
    #[serde(default)]
    pub secret: String,
    /// The JSON to be sent; `{phone}`, `{text}` and `{id}` in its texts are replaced.
    #[serde(default = "plain_body")]
    pub body: toml::Table,
    /// What its JSON answer has to contain, where a gateway answers 200 to everything.
    #[serde(default)]
    pub answer: toml::Table,
}

fn plain_body() -> toml::Table {
    ["id", "phone", "text"].map(|n| (n.to_owned(), toml::Value::String(format!("{{{n}}}")))).into_iter().collect()
}

/// The group robot of a unit.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Robot {
    /// The unit.
    pub unit: String,
    /// The robot's address: whoever has it can write into the group.
    pub url: String,
}

/// A system that is told of events.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// Its name: under it the program remembers how far it got.
    pub name: String,
    /// Its address.
    pub url: String,
    /// The key of the signature.
    pub secret: String,
    /// The kinds of event; empty: all of a case's.
    #[serde(default)]
    pub kinds: Vec<String>,
}

impl Config {
    /// Nothing is configured: everything goes to the test sink, and residents are offered nothing.
    pub fn none() -> Config {
        Config { sink: true, ..Config::default() }
    }

    /// A demo: everything goes to the test sink, and residents can choose as if it went out.
    pub fn demo() -> Config {
        Config { sink: true, offer: true, ..Config::default() }
    }

    /// The channels of a file.
    ///
    /// # Errors
    /// A [`ConfigFault`] that names what has to change.
    pub fn read(path: &Path) -> Result<Config, ConfigFault> {
        let text = std::fs::read_to_string(path).map_err(|e| {
            ConfigFault::new(
                format!("The file {} can't be read: {e}.", path.display()),
                "Make it readable for the service.",
            )
        })?;
        Config::parse(&text, &|name| std::env::var(name).ok())
    }

    /// The channels that a text describes, with the variables that it names.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Config, ConfigFault> {
        let mut config: Config = toml::from_str(text).map_err(|e| {
            // The whole message would show the line, and with it a secret.
            let line = e.span().map_or(1, |span| text[..span.start.min(text.len())].lines().count().max(1));
            let what =
                format!("messages.toml can't be understood at line {line}: {}.", e.message().trim_end_matches('.'));
            ConfigFault::new(what, "Correct it by docs/messages.md.")
        })?;
        config.fill(variable)?;
        config.check()?;
        Ok(config)
    }

    /// Puts variables of the environment in their places.
    fn fill(&mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), ConfigFault> {
        let mut values: Vec<&mut String> = Vec::new();
        if let Some(mail) = &mut self.mail {
            values.extend([&mut mail.server, &mut mail.user, &mut mail.password]);
        }
        if let Some(sms) = &mut self.sms {
            values.extend([&mut sms.url, &mut sms.secret]);
        }
        values.extend(self.robots.iter_mut().map(|r| &mut r.url));
        for hook in &mut self.hooks {
            values.extend([&mut hook.url, &mut hook.secret]);
        }
        for value in values {
            if let Some(name) = value.strip_prefix('$') {
                let missing = || {
                    ConfigFault::new(
                        format!("messages.toml names the variable {name}, which is not set."),
                        "Set it for the service, for example in its unit file.",
                    )
                };
                *value = variable(name).ok_or_else(missing)?;
            }
        }
        Ok(())
    }

    fn check(&self) -> Result<(), ConfigFault> {
        if let Some(mail) = &self.mail {
            if mail.from.parse::<Mailbox>().is_err() {
                return Err(ConfigFault::new(
                    "The sender under [mail] is no e-mail address.",
                    "Write from = \"家门口 <noreply@example.com>\".",
                ));
            }
            if mail.security == Security::None && !is_here(&mail.server) {
                return Err(ConfigFault::new(
                    "Mail would leave this machine without encryption.",
                    "Choose security = \"tls\" or \"starttls\", or a relay on this machine.",
                ));
            }
        }
        let sms = self.sms.iter().map(|sms| ("[sms]".to_owned(), &sms.url));
        let robots = self.robots.iter().map(|r| (format!("[[robot]] of {}", r.unit), &r.url));
        let hooks = self.hooks.iter().map(|h| (format!("[[hook]] {}", h.name), &h.url));
        for (place, url) in sms.chain(robots).chain(hooks) {
            address(&place, url)?;
        }
        self.names()
    }

    fn names(&self) -> Result<(), ConfigFault> {
        let mut units = BTreeSet::new();
        if let Some(twice) = self.robots.iter().find(|r| !units.insert(&r.unit)) {
            let what = format!("The unit {} has two robots.", twice.unit);
            return Err(ConfigFault::new(what, "Keep one of them."));
        }
        let mut names = BTreeSet::new();
        for hook in &self.hooks {
            if !names.insert(&hook.name) || hook.name.is_empty() {
                let what = format!("Two web hooks have the name “{}”.", hook.name);
                return Err(ConfigFault::new(what, "Give each a name of its own."));
            }
            if hook.secret.len() < 16 {
                let what = format!("The secret of the web hook {} is too short.", hook.name);
                return Err(ConfigFault::new(what, "Use at least 16 characters drawn at random."));
            }
            if let Some(kind) = hook.kinds.iter().find(|k| !EVENT_KINDS.contains(&k.as_str())) {
                let what = format!("The web hook {} asks for “{kind}”, which is no event of a case.", hook.name);
                return Err(ConfigFault::new(what, "Use the kinds that docs/messages.md lists."));
            }
        }
        Ok(())
    }

    /// Whether nothing goes out and everything is kept to be looked at.
    pub fn is_sink(&self) -> bool {
        self.sink
    }

    /// The ways of being told that residents can choose from; empty: they are not asked.
    pub fn offers(&self) -> Vec<Channel> {
        let mut offers = Vec::new();
        if self.sms.is_some() || self.offer {
            offers.push(Channel::Sms);
        }
        if self.mail.is_some() || self.offer {
            offers.push(Channel::Email);
        }
        offers
    }
}

/// Whether a host is this machine.
fn is_here(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "[::1]" | "::1")
}

/// An address that something may be sent to: encrypted, or on this machine.
fn address(place: &str, url: &str) -> Result<(), ConfigFault> {
    let parsed = url.parse::<Uri>().ok();
    let host = parsed.as_ref().and_then(Uri::host).filter(|h| !h.is_empty());
    match (parsed.as_ref().and_then(Uri::scheme_str), host) {
        (Some("https"), Some(_)) => Ok(()),
        (Some("http"), Some(host)) if is_here(host) => Ok(()),
        (Some("http"), Some(_)) => Err(ConfigFault::new(
            format!("The address under {place} is not encrypted."),
            "Use one that begins with https://.",
        )),
        _ => Err(ConfigFault::new(
            format!("The address under {place} can't be understood."),
            "Write it whole: https://gateway.example.com/send.",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Config, String> {
        Config::parse(text, &|name| (name == "SECRET").then(|| "s".repeat(32))).map_err(|e| e.what)
    }

    #[test]
    fn a_whole_file_is_read_and_secrets_come_from_the_environment() {
        let config = parse(
            "site = \"https://doorstep.example/follow\"\n\
             [mail]\nserver = \"mail.example.com\"\nuser = \"u\"\npassword = \"$SECRET\"\nfrom = \"家门口 <no@example.com>\"\n\
             [sms]\nurl = \"https://sms.example.com/send\"\nsecret = \"$SECRET\"\nbody = { to = [\"{phone}\"], content = \"{text}\" }\n\
             [[robot]]\nunit = \"housing\"\nurl = \"https://qyapi.example.com/send?key=1\"\n\
             [[hook]]\nname = \"city\"\nurl = \"https://city.example.com/in\"\nsecret = \"$SECRET\"\nkinds = [\"raised\"]\n",
        )
        .unwrap();
        assert_eq!(config.mail.as_ref().unwrap().password, "s".repeat(32));
        assert_eq!(config.offers(), [Channel::Sms, Channel::Email]);
        assert!(!config.is_sink());
    }

    #[test]
    fn what_can_not_work_or_is_not_safe_is_refused_with_a_sentence() {
        let hook = |rest: &str| format!("[[hook]]\nname = \"a\"\nurl = \"https://a.example.com\"\n{rest}");
        for (text, said) in [
            ("[sms]\nurl = \"http://sms.example.com\"".to_owned(), "not encrypted"),
            ("[sms]\nurl = \"sms\"".to_owned(), "can't be understood"),
            ("[mail]\nserver = \"m\"\nsecurity = \"none\"\nfrom = \"a@example.com\"".to_owned(), "without encryption"),
            ("[mail]\nserver = \"m\"\nfrom = \"nobody\"".to_owned(), "no e-mail address"),
            ("[mail]\nserver = \"m\"\npassword = \"$NONE\"\nfrom = \"a@example.com\"".to_owned(), "variable NONE"),
            ("[pigeon]\n".to_owned(), "line 1"),
            (hook("secret = \"short\""), "too short"),
            (hook("secret = \"$SECRET\"\nkinds = [\"baked\"]"), "no event"),
            ("[[robot]]\nunit = \"a\"\nurl = \"https://x.cn\"\n".repeat(2), "two robots"),
        ] {
            let fault = parse(&text).unwrap_err();
            assert!(fault.contains(said), "{text}: {fault}");
        }
    }

    #[test]
    fn a_fault_in_the_file_shows_no_secret() {
        let fault = parse("[sms]\nurl = \"https://a.example.com\"\nsecret = \"hunter2-hunter2\nbody = 1").unwrap_err();
        assert!(!fault.contains("hunter2"), "{fault}");
    }
}
