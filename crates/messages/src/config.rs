//! The channels of a district: `messages.toml` in its data folder. A text in it that begins with `$` names a variable of
//! the environment, so that no secret need stand in a file.

use domain::case::{Channel, EVENT_KINDS};
use lettre::message::Mailbox;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;
use ureq::http::Uri;

/// How many text messages, and how many e-mails, go out in an hour where nothing else is said.
pub const HOURLY: u32 = 1_000;

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
    /// How many text messages, and how many e-mails, go out in an hour; the rest waits. None: [`HOURLY`].
    #[serde(default)]
    pub hourly: Option<u32>,
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
    /// Nothing is configured: everything goes to the test box, and residents are offered nothing.
    pub fn none() -> Config {
        Config { sink: true, ..Config::default() }
    }

    /// A demo: everything goes to the test box, and residents can choose as if it went out.
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
        let mut tree: toml::Table = toml::from_str(text).map_err(|e| unclear(text, &e))?;
        for (_, value) in &mut tree {
            fill(value, variable)?;
        }
        let config: Config = tree.try_into().map_err(|_| misfit(text))?;
        config.check()?;
        Ok(config)
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
        if let Some(site) = &self.site {
            address("site", site)?;
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

/// Puts variables of the environment in their places, in every text at any depth.
fn fill(value: &mut toml::Value, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), ConfigFault> {
    match value {
        toml::Value::String(text) => {
            let Some(name) = text.strip_prefix('$') else { return Ok(()) };
            let missing = || {
                ConfigFault::new(
                    format!("messages.toml names the variable {name}, which is not set."),
                    "Set it for the service, for example in its unit file.",
                )
            };
            *text = variable(name).ok_or_else(missing)?;
            Ok(())
        }
        toml::Value::Array(list) => list.iter_mut().try_for_each(|value| fill(value, variable)),
        toml::Value::Table(table) => table.iter_mut().try_for_each(|(_, value)| fill(value, variable)),
        _ => Ok(()),
    }
}

/// Where a text can't be understood. The whole message would show the line, and with it a secret.
fn unclear(text: &str, e: &toml::de::Error) -> ConfigFault {
    let before = text.bytes().take(e.span().map_or(0, |span| span.start));
    let line = before.filter(|byte| *byte == b'\n').count() + 1;
    let what = format!("messages.toml can't be understood at line {line}: {}.", e.message().trim_end_matches('.'));
    ConfigFault::new(what, "Correct it by docs/messages.md.")
}

/// What is wrong with a file that has other names or values than it should. The text is asked once more, without its
/// variables: only the text has lines, and what it says holds no secret of the environment.
fn misfit(text: &str) -> ConfigFault {
    match toml::from_str::<Config>(text) {
        Err(e) => unclear(text, &e),
        Ok(_) => ConfigFault::new(
            "messages.toml names a variable that holds something else than its place needs.",
            "Correct the variable by docs/messages.md.",
        ),
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
            ("site = \"https://a.example.com\"\n[pigeon]\n".to_owned(), "line 2"),
            ("site = \"http://a.example.com\"".to_owned(), "under site is not encrypted"),
            ("site = \"a page\"".to_owned(), "under site can't be understood"),
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

    #[test]
    fn a_variable_may_stand_for_any_text_of_the_file_at_any_depth() {
        let known = |name: &str| {
            let value = match name {
                "URL" => "https://a.example.com/in",
                "FROM" => "a@example.com",
                "SECURITY" => "starttls",
                "WORD" => "raised",
                // Taken as it is: it names no other variable.
                "ODD" => "$ODD and sixteen characters",
                _ => return None,
            };
            Some(value.to_owned())
        };
        let config = Config::parse(
            "site = \"$URL\"\n\
             [mail]\nserver = \"$WORD\"\nsecurity = \"$SECURITY\"\npassword = \"$ODD\"\nfrom = \"$FROM\"\n\
             [sms]\nurl = \"$URL\"\nbody = { to = [\"{phone}\", { sender = \"$WORD\" }] }\n\
             answer = { said = \"$WORD\" }\n\
             [[robot]]\nunit = \"$WORD\"\nurl = \"$URL\"\n\
             [[hook]]\nname = \"$WORD\"\nurl = \"$URL\"\nsecret = \"$ODD\"\nkinds = [\"$WORD\"]\n",
            &known,
        )
        .unwrap();
        let (mail, sms) = (config.mail.as_ref().unwrap(), config.sms.as_ref().unwrap());
        assert_eq!(config.site.as_deref(), Some("https://a.example.com/in"));
        assert_eq!((mail.security, mail.from.as_str()), (Security::StartTls, "a@example.com"));
        assert_eq!(mail.password, "$ODD and sixteen characters");
        assert_eq!(sms.body["to"][1]["sender"].as_str(), Some("raised"));
        assert_eq!(sms.answer["said"].as_str(), Some("raised"));
        assert_eq!((config.robots[0].unit.as_str(), &config.hooks[0].kinds[0][..]), ("raised", "raised"));
    }

    #[test]
    fn a_variable_that_does_not_fit_is_not_shown() {
        for (text, said) in [
            ("[mail]\nserver = \"m\"\nfrom = \"a@example.com\"\nsecurity = \"$SECRET\"", "at line"),
            ("[mail]\nserver = \"m\"\nfrom = \"a@example.com\"\nport = \"$SECRET\"", "line 4"),
        ] {
            let fault = parse(text).unwrap_err();
            assert!(fault.contains(said) && !fault.contains("sss"), "{fault}");
        }
    }

    #[test]
    fn the_documentation_lists_every_kind_of_event() {
        let text = include_str!("../../../docs/messages.md");
        let list = text.split("## Kinds of event\n").nth(1).unwrap().split("\n## ").next().unwrap();
        let listed: Vec<&str> = list.split('`').skip(1).step_by(2).collect();
        let (written, known) = (BTreeSet::from_iter(&listed), BTreeSet::from_iter(EVENT_KINDS));
        assert_eq!(written, known);
        assert_eq!(listed.len(), known.len(), "each once");
    }
}
