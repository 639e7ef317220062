//! Messages, told as stories over a real mail server and a real receiver of requests on this machine, on SQLite and, where
//! it is installed, on PostgreSQL.

// Helpers outside of a test function are tests too.
#![allow(clippy::unwrap_used)]

mod promises;
mod ways;

use desk::Raised;
use domain::case::*;
use domain::district::{Category, UnitKind};
use domain::{Actor, Lang, Moment, Role};
use messages::testing::Server;
use messages::{Config, Sender};
use std::sync::Arc;
use store::outbox::{self, Kind, State};
use store::{Db, Place};
use testing::{Founded, Plan, category, places, unit};

const SECRET: &str = "a secret of the district";

/// A district with its desk, a mail server, and a receiver of requests.
struct Town {
    founded: Founded,
    mail: Server,
    http: Server,
}

impl std::ops::Deref for Town {
    type Target = Founded;

    fn deref(&self) -> &Founded {
        &self.founded
    }
}

/// Runs a story on every engine that is there.
fn everywhere(story: impl Fn(&Town)) {
    for place in places() {
        story(&Town::found(place));
    }
}

fn staff(unit: &str, role: Role) -> Actor {
    Actor::Staff { account: role as u32 + 1, unit: unit.into(), role }
}

impl Town {
    fn found(place: (Place, tempfile::TempDir)) -> Town {
        let units =
            vec![unit("centre", UnitKind::Centre), unit("housing", UnitKind::Bureau), unit("water", UnitKind::Bureau)];
        let heating = Category { zh: "供热".into(), en: "heating".into(), ..category("heating", "housing") };
        let founded = Founded::new(place, Plan { units, categories: vec![heating], ..Plan::default() });
        let (mail, http) = (Server::mail().unwrap(), Server::http().unwrap());
        Town { founded, mail, http }
    }

    /// The channels of the district, all of them to the servers of the test.
    fn config(&self) -> String {
        format!(
            "site = \"https://doorstep.example/follow\"\n\
             [mail]\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"家门口 <noreply@doorstep.example>\"\n\
             [sms]\nurl = \"{}\"\nsecret = \"{SECRET}\"\n\
             [[robot]]\nunit = \"housing\"\nurl = \"{}\"\n\
             [[hook]]\nname = \"city\"\nurl = \"{}\"\nsecret = \"{SECRET}\"\nkinds = [\"raised\", \"accepted\", \"dispatched\"]\n",
            self.mail.port(),
            self.http.url("/sms"),
            self.http.url("/robot"),
            self.http.url("/hook"),
        )
    }

    fn sender(&self) -> Sender {
        self.sender_with(&self.config())
    }

    fn sender_with(&self, config: &str) -> Sender {
        let config = Config::parse(config, &|_| None).unwrap();
        Sender::new(self.desk().clone(), &self.place, Arc::new(config)).unwrap()
    }

    /// A case whose resident wants to be told.
    fn raise(&self, channel: Channel) -> Raised {
        let contact = Contact {
            name: "某居民".into(),
            phone: "138 0000-0000".into(),
            email: "name@example.com".into(),
            tell: Some(Tell { channel, lang: Lang::Zh }),
        };
        let raise = Raise { text: "楼道的灯三天不亮了。".into(), contact, ..Raise::default() };
        self.desk().raise_now(Actor::Resident, raise, None).unwrap()
    }

    /// The same, and the resident has said that the address is theirs.
    fn raise_confirmed(&self, channel: Channel) -> Raised {
        let raised = self.raise(channel);
        self.act(&Actor::Resident, raised.id, Command::ConfirmAddress { channel });
        raised
    }

    fn accept(&self, id: CaseId) {
        self.act(&staff("centre", Role::Dispatcher), id, Command::Accept { way: None, category: "heating".into() });
    }

    fn dispatch(&self, id: CaseId) {
        let joint = vec!["water".into()];
        self.act(&staff("centre", Role::Dispatcher), id, Command::Dispatch { lead: "housing".into(), joint });
    }

    fn db(&self) -> Db {
        Db::open_reader(&self.place).unwrap()
    }

    /// How many messages of a kind are in a state.
    fn count(&self, kind: Kind, state: State) -> u64 {
        let counts = outbox::counts(&mut self.db(), 1, Moment(0)).unwrap();
        counts.iter().find(|c| c.kind == kind && c.state == state).map_or(0, |c| c.all)
    }

    /// What went wrong last with messages that are not settled.
    fn said(&self) -> Vec<String> {
        outbox::troubled(&mut self.db(), 1, 100).unwrap().into_iter().filter_map(|m| m.said).collect()
    }
}
