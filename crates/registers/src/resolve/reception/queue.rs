//! Who is called next. Numbers are called in the order in which they were given; a booking whose time has come goes before
//! them. Who misses a call comes back after two others, twice.

use super::Reception;
use domain::handle::CaseId;
use domain::{Moment, vocabulary};

/// After how many others a number that was not there is called again.
pub const AFTER_A_MISS: usize = 2;
/// How often a number that was not there comes back.
pub const MISSES: u8 = 2;
/// How many of the numbers that were called last a screen shows at least: two desks may call at once.
pub const CALLED_LAST: usize = 4;
/// From how many talks on their own length says how long the next ones take.
const TALKS: usize = 3;
const MINUTE: i64 = 60_000;

vocabulary! {
    /// Where a number stands.
    TicketState {
        Waiting "waiting" "等候" "waiting",
        Called "called" "已叫号" "called",
        Heard "heard" "已接谈" "heard",
        Left "left" "没有接谈" "not heard",
    }
}

/// A number that was given at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// The number.
    pub no: u16,
    /// The encounter that it is for.
    pub encounter: CaseId,
    /// The time that was booked, from 0.
    pub slot: Option<u16>,
    /// Whether its bearer is fetched from the seat: who hears badly misses a call.
    pub fetch: bool,
    /// When it was given.
    pub came: Moment,
    /// Where it stands.
    pub state: TicketState,
    /// The desk to which it was called last.
    pub desk: Option<u8>,
    /// When it was called last.
    pub called: Option<Moment>,
    /// How often its bearer was not there.
    pub misses: u8,
}

impl Ticket {
    /// Whether its bearer waits, or sits at a desk.
    pub fn is_here(&self) -> bool {
        matches!(self.state, TicketState::Waiting | TicketState::Called)
    }
}

impl Reception {
    /// The next number that is given.
    pub fn next_no(&self) -> u16 {
        self.tickets.last().map_or(1, |ticket| ticket.no.saturating_add(1))
    }

    /// A number.
    pub fn ticket(&self, no: u16) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.no == no)
    }

    /// The number of an encounter.
    pub fn ticket_of(&self, encounter: CaseId) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.encounter == encounter)
    }

    /// How many times there are to be booked.
    pub fn slots(&self) -> u16 {
        self.minutes / self.slot.max(1)
    }

    /// When a time begins.
    pub fn slot_starts(&self, slot: u16) -> Moment {
        Moment(self.starts.0.saturating_add(i64::from(slot) * i64::from(self.slot) * MINUTE))
    }

    /// The numbers that wait, in the order in which they would be called now: bookings whose time has come and that were not
    /// called in vain, the earliest first; then the line as it stands.
    pub fn order(&self, now: Moment) -> Vec<u16> {
        let time = |no: &u16| {
            let ticket = self.ticket(*no).filter(|ticket| ticket.misses == 0)?;
            ticket.slot.filter(|slot| self.slot_starts(*slot) <= now)
        };
        let mut order = self.line.clone();
        // Stable: what is not due keeps its place.
        order.sort_by_key(|no| time(no).map_or((true, 0, 0), |slot| (false, slot, *no)));
        order
    }

    /// The number that is called next.
    pub fn next(&self, now: Moment) -> Option<u16> {
        self.order(now).first().copied()
    }

    /// The number that sits at a desk, or was called to it and is not settled.
    pub fn at_desk(&self, desk: u8) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.state == TicketState::Called && ticket.desk == Some(desk))
    }

    /// The numbers that were called last, the latest first; one for each desk at least.
    pub fn called_last(&self) -> Vec<&Ticket> {
        let mut called: Vec<&Ticket> = self.tickets.iter().filter(|ticket| ticket.called.is_some()).collect();
        called.sort_by_key(|ticket| std::cmp::Reverse((ticket.called, ticket.no)));
        called.truncate(CALLED_LAST.max(usize::from(self.desks)));
        called
    }

    /// How many are called before a number, as it stands now; none if it does not wait.
    pub fn ahead(&self, no: u16, now: Moment) -> Option<usize> {
        self.order(now).iter().position(|other| *other == no)
    }

    /// About how many minutes that is: by the talks that are over, as soon as there are some, else by the length of an
    /// appointment; shared among the desks.
    pub fn wait(&self, ahead: usize) -> i64 {
        let mut talks: Vec<i64> = self.tickets.iter().filter_map(|ticket| self.talked(ticket)).collect();
        talks.sort_unstable();
        let usual = i64::from(self.slot);
        let one = if talks.len() < TALKS { usual } else { (talks[talks.len() / 2] / MINUTE).max(1) };
        let ahead = i64::try_from(ahead).unwrap_or(i64::MAX);
        ahead.saturating_add(1).saturating_mul(one) / i64::from(self.desks.max(1))
    }

    /// How long a talk was, in milliseconds: from the call to the next call of the same desk.
    fn talked(&self, ticket: &Ticket) -> Option<i64> {
        let (desk, called) = (ticket.desk?, ticket.called.filter(|_| ticket.state == TicketState::Heard)?);
        let next = self.tickets.iter().filter(|other| other.desk == Some(desk)).filter_map(|other| other.called);
        next.filter(|at| *at > called).min().map(|at| at.0 - called.0)
    }

    pub(super) fn take(&mut self, ticket: Ticket) {
        self.line.push(ticket.no);
        self.tickets.push(ticket);
    }

    pub(super) fn call(&mut self, no: u16, desk: u8, at: Moment) {
        self.line.retain(|other| *other != no);
        if let Some(ticket) = self.tickets.iter_mut().find(|ticket| ticket.no == no) {
            (ticket.state, ticket.desk, ticket.called) = (TicketState::Called, Some(desk), Some(at));
        }
    }

    /// Back after two others, or gone.
    pub(super) fn miss(&mut self, no: u16) {
        let Some(ticket) = self.tickets.iter_mut().find(|ticket| ticket.no == no) else { return };
        ticket.misses = ticket.misses.saturating_add(1);
        if ticket.misses > MISSES {
            ticket.state = TicketState::Left;
            return;
        }
        ticket.state = TicketState::Waiting;
        self.line.insert(self.line.len().min(AFTER_A_MISS), no);
    }

    pub(super) fn settle(&mut self, no: u16, state: TicketState) {
        if let Some(ticket) = self.tickets.iter_mut().find(|ticket| ticket.no == no) {
            ticket.state = state;
        }
    }
}
