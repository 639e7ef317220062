//! Lectures, talk meetings and reception days of the served district.

use crate::district::Story;
use domain::case::{CaseId, PostLevel};
use domain::register::{Line, On, Text};
use domain::{Actor, Moment};
use registers::listen::meeting::{self, Meetings};
use registers::listen::opinion::{self, Opinions};
use registers::resolve::encounter::{self, Encounters};
use registers::resolve::reception::{self, Receptions};
use registers::tell::lecture::{self, Lectures};

const HOUR: i64 = 3_600_000;

fn lecture(topic: &str, starts: i64) -> lecture::Act {
    lecture::Act::Plan {
        lecture: lecture::Kind::Party,
        topic: Line(topic.into()),
        speaker: Line("Sample post".into()),
        level: lecture::Level::Grassroots,
        starts: Moment(starts),
        minutes: 60,
        place: Line("Sample hall".into()),
        street: Some("street-1".into()),
        venue: lecture::Venue::Community,
        audience: lecture::Audience::Everybody,
        host: None,
        with: vec!["water".into()],
        first: false,
        announce: true,
    }
}

/// One that comes, one that is over with a question, one that is recorded, and the same one entered by another unit; a
/// meeting that is open, with lines of every state.
pub fn held(story: &Story, now: i64) {
    let clerk = || story.by("clerk-1");
    story.do_to::<Lectures>(clerk(), On::New, lecture("A lecture to come", now + 48 * HOUR));
    let over = story.do_to::<Lectures>(clerk(), On::New, lecture("A lecture that is over", now - 60 * HOUR)).id;
    let question = lecture::Act::Ask {
        words: Text("When is the lamp mended?".into()),
        sort: lecture::Sort::Request,
        category: Some("housing.light".into()),
        near: None,
        name: None,
        phone: None,
        public: true,
    };
    story.do_to::<Lectures>(clerk(), On::Record(over), question);
    story.do_to::<Lectures>(story.by("clerk-water"), On::New, lecture("A lecture that is over", now - 60 * HOUR));
    let recorded = story.do_to::<Lectures>(clerk(), On::New, lecture("A lecture with heads", now - 90 * HOUR)).id;
    let record = lecture::Act::Record { heads: 30, counted: lecture::Counted::ByHand, online: Some(4) };
    story.do_to::<Lectures>(clerk(), On::Record(recorded), record);
    let plan = |no: u16, starts: i64, after| meeting::Act::Plan {
        name: Line("A talk meeting".into()),
        no,
        topics: Text("Lamps\nRoofs".into()),
        agenda: Some(Text("First we listen, then the departments answer.".into())),
        starts: Moment(starts),
        minutes: 90,
        place: Line("Sample hall".into()),
        street: Some("street-1".into()),
        chair: Line("Sample post".into()),
        departments: vec!["water".into()],
        chosen: meeting::Chosen::Open,
        convener: None,
        after,
    };
    let on = |id, act| story.do_to::<Meetings>(clerk(), On::Record(id), act);
    let open = |no, after| {
        let id = story.do_to::<Meetings>(clerk(), On::New, plan(no, story.clock.now().0 + i64::from(no), after)).id;
        on(id, meeting::Act::Notice {});
        on(id, meeting::Act::Open {});
        let mut lines = Vec::new();
        for (words, topic) in [("The lamp at the gate.", 1), ("The roof leaks.", 2), ("The lamp at the gate!", 1)] {
            let note = meeting::Act::Note { words: Text(words.into()), topic, how: opinion::How::Spoken };
            lines.extend(on(id, note).asked.into_iter().map(|begun| begun.id));
        }
        let confirm = confirm(1, "The lamp at the gate is out at night.");
        on(id, confirm);
        on(id, meeting::Act::Drop { no: 3, reason: Line("Said twice.".into()) });
        (id, lines)
    };
    let (first, _) = open(1, None);
    on(first, meeting::Act::Close { heads: 12, counted: meeting::Counted::ByHand, unread: true });
    on(first, meeting::Act::Minute { text: Text("What was said, in order.".into()) });
    let (second, lines) = open(2, Some(first));
    boarded(story, second, &lines);
    received(story, now);
}

/// What was read back at a meeting.
fn confirm(no: u16, words: &str) -> meeting::Act {
    meeting::Act::Confirm {
        no,
        words: Text(words.into()),
        sort: meeting::Sort::Request,
        category: None,
        near: None,
        name: None,
        phone: None,
        public: false,
    }
}

/// The board of a meeting that is open: something is claimed by two units, something by one, something by none.
fn boarded(story: &Story, meeting: CaseId, lines: &[CaseId]) {
    let on = |act| story.do_to::<Meetings>(story.by("clerk-1"), On::Record(meeting), act);
    let mut lines = lines.to_vec();
    for (no, words) in [(4, "The stairs are dark."), (5, "The yard needs a bench.")] {
        let note = meeting::Act::Note { words: Text(words.into()), topic: 0, how: opinion::How::Slip };
        lines.extend(on(note).asked.into_iter().map(|begun| begun.id));
        on(confirm(no, words));
    }
    on(meeting::Act::Board {});
    let by = Moment(story.clock.now().0 + 48 * HOUR).date();
    for (user, line) in [("clerk-water", 0), ("clerk-1", 0), ("clerk-water", 3)] {
        let (post, step) = (Line("Sample post".into()), Line("Look at it tonight".into()));
        story.do_to::<Opinions>(story.by(user), On::Record(lines[line]), opinion::Act::Claim { post, step, by });
    }
}

/// A reception day that is open, with numbers of every state; one to come with a booking; and a visit.
fn received(story: &Story, now: i64) {
    let clerk = || story.by("clerk-1");
    let plan = |starts: i64| reception::Act::Plan {
        post: Line("Sample leader's post".into()),
        leader: Line("Sample name".into()),
        level: PostLevel::Division,
        field: Line("Housing".into()),
        form: reception::Form::Fixed,
        starts: Moment(starts),
        minutes: 120,
        place: Line("Sample hall".into()),
        street: Some("street-1".into()),
        desks: 2,
        slot: 30,
        host: None,
    };
    let day = |starts: i64| {
        let id = story.do_to::<Receptions>(clerk(), On::New, plan(starts)).id;
        story.do_to::<Receptions>(clerk(), On::Record(id), reception::Act::Publish {});
        id
    };
    let ahead = day(now + 72 * HOUR);
    let book = encounter::Act::Book {
        reception: ahead,
        slot: 1,
        phone: Line("13800000000".into()),
        name: Some(Line("Sample resident".into())),
        people: 2,
        matter: Some(Text("The lamp at the gate.".into())),
        fetch: true,
        tongue: None,
    };
    story.do_to::<Encounters>(Actor::Resident, On::New, book);
    let open = day(story.clock.now().0);
    let on_day = |act| story.do_to::<Receptions>(clerk(), On::Record(open), act);
    on_day(reception::Act::Open {});
    let come = || {
        let come = encounter::Act::Come { reception: open, people: 1, fetch: false };
        story.do_to::<Encounters>(clerk(), On::New, come).id
    };
    let (_, second, third) = (come(), come(), come());
    on_day(reception::Act::Call { desk: 1 });
    on_day(reception::Act::Miss { no: 1 });
    let said = || encounter::Act::TakeDown {
        words: Text("The lamp at the gate is out at night.".into()),
        kind: encounter::Matter::Petition,
        category: None,
        near: None,
        place: None,
        name: None,
        phone: None,
        speakers: None,
        opinion: Some(Text("Somebody looks at it today.".into())),
        public: false,
    };
    for (desk, id) in [(1, second), (2, third)] {
        on_day(reception::Act::Call { desk });
        if desk == 1 {
            story.do_to::<Encounters>(clerk(), On::Record(id), said());
        }
    }
    let visit = encounter::Act::Visit {
        mode: encounter::Trip::Home,
        post: Line("Sample leader's post".into()),
        level: PostLevel::Division,
        at: story.clock.now(),
        street: Some("street-1".into()),
        agreed: true,
        about: None,
        opinion: Some(Text("We looked at the stairs.".into())),
    };
    let id = story.do_to::<Encounters>(clerk(), On::New, visit).id;
    story.do_to::<Encounters>(clerk(), On::Record(id), said());
}
