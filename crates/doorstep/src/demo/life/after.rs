//! What comes after the end of a case: its release for neighbours, review, erasure, the case that it goes into.

use super::*;

impl Life<'_, '_> {
    /// What comes after the end: reviews, links, erasures, a hidden text.
    pub(super) fn aftermath(&mut self) -> Planned<()> {
        if self.row.has(Turn::Review) || matches!(self.row.end, End::Reviewing | End::ReReviewing) {
            self.reviews()?;
        }
        let asked = self.walk.case().running(RuleId::GoOnAsk).is_some();
        if asked && self.walk.case().stage == Stage::Ended && !self.walk.number().is_multiple_of(8) {
            self.resident(Command::LetRest { reason: String::new() })?;
        }
        let over = matches!(self.walk.case().stage, Stage::Ended | Stage::Answered);
        if over && self.walk.case().may_be_shown() && (self.row.has(Turn::Hide) || self.walk.dice.chance(60)) {
            self.release()?;
        }
        if self.row.has(Turn::Hide) {
            self.walk.office(1)?;
            let actor = self.dispatcher()?;
            self.walk.act(actor, Command::HideText { reason: "公开内容里有他人的门牌号。".into() })?;
        }
        if self.row.has(Turn::Link) {
            let kind = if self.walk.dice.chance(60) { LinkKind::Repeat } else { LinkKind::Related };
            self.walk.office(0)?;
            let other = self.other(|stage| stage.is_some())?;
            let actor = self.dispatcher()?;
            self.walk.act_with(actor, Command::Link { link: kind, to: other.id }, Some(&other))?;
        }
        if self.row.has(Turn::Audit) {
            self.walk.office(2)?;
            let actor = self.staff("district", Role::Auditor, 0)?;
            self.walk.act(actor, Command::Unmask { purpose: Purpose::Audit, text: "抽查办理过程".into() })?;
        }
        if self.row.has(Turn::Erase) { self.erase() } else { Ok(()) }
    }

    /// A dispatcher reads the words and releases them to neighbours, unless the year is over before.
    pub(super) fn release(&mut self) -> Planned<()> {
        if domain::moment::day_number(last_day()) - domain::moment::day_number(self.walk.day()) < 20 {
            return Ok(());
        }
        self.walk.office(1)?;
        let actor = self.dispatcher()?;
        // House numbers are taken out: they would tell who it is.
        let near = self.place.split_once("社区").map_or(self.place.as_str(), |(_, near)| near);
        let [text, answer] = [self.walk.said(), self.walk.answered()].map(|words| words.replace(near, "这一带"));
        self.walk.act(actor, Command::ReleaseText { text, answer })
    }

    pub(super) fn reviews(&mut self) -> Planned<()> {
        let days = self.walk.dice.between(2, 12);
        self.walk.home(days)?;
        self.resident(Command::AskReview { reason: self.words.review().into() })?;
        if self.row.end == End::Reviewing {
            return Ok(());
        }
        let days = self.walk.dice.between(8, 18);
        self.walk.office(days)?;
        let (actor, text) = (self.supervisor()?, self.words.reviewed(self.walk.dice));
        self.walk.act(actor, Command::AnswerReview { outcome: Outcome::Explained, text })?;
        if !self.row.has(Turn::ReReview) && self.row.end != End::ReReviewing {
            return Ok(());
        }
        let days = self.walk.dice.between(2, 12);
        self.walk.home(days)?;
        self.resident(Command::AskReReview { reason: self.words.review().into() })?;
        if self.row.end == End::ReReviewing {
            return Ok(());
        }
        let days = self.walk.dice.between(8, 18);
        self.walk.office(days)?;
        let (actor, text) = (self.supervisor()?, self.words.reviewed(self.walk.dice));
        let (body, dated) = (ABOVE.to_owned(), self.walk.day());
        self.walk.act(actor, Command::FileOpinion { outcome: Outcome::Supported, text, body, dated })
    }

    pub(super) fn erase(&mut self) -> Planned<()> {
        if !self.row.has(Turn::Erase) {
            return Ok(());
        }
        if self.row.has(Turn::Decline) {
            self.walk.home(2)?;
            self.resident(Command::AskErasure { reason: String::new() })?;
            self.walk.office(3)?;
            let reason = "这件事正在审计，审计结束前要保存；结束后您可以再申请。".into();
            let actor = self.dispatcher()?;
            self.walk.act(actor, Command::DeclineErasure { reason })?;
        }
        let days = self.walk.dice.between(2, 12);
        self.walk.home(days)?;
        self.resident(Command::AskErasure { reason: "事情办完了，不想再留着电话和地址。".into() })?;
        let days = self.walk.dice.between(2, 8);
        self.walk.office(days)?;
        let ground = *self.walk.dice.pick(&[Ground::ConsentWithdrawn, Ground::PurposeServed]).ok_or(Stop::Otherwise)?;
        let actor = self.dispatcher()?;
        self.walk.act(actor, Command::Erase { ground })
    }

    pub(super) fn merge(&mut self) -> Planned<()> {
        self.walk.office(0)?;
        let open = |stage| matches!(stage, Some(Stage::Accepted | Stage::Handling));
        let other = self.other(open)?;
        let actor = self.dispatcher()?;
        self.walk.act_with(actor, Command::Merge { into: other.id, reason: MERGED.to_owned() }, Some(&other))
    }

    /// An earlier case of the same track in a stage that it keeps for the rest of the day.
    pub(super) fn other(&mut self, fits: impl Fn(Option<Stage>) -> bool) -> Planned<Case> {
        let now = self.walk.now();
        let (before, after) = (domain::Moment(now.0 - 3_600_000), domain::Moment(now.0 + 43_200_000));
        let track = self.track();
        let fitting: Vec<&Way> = self
            .others
            .iter()
            .filter(|w| w.case.track == track && !w.case.erased)
            .filter(|w| fits(w.stage_at(before)) && fits(w.stage_at(after)))
            .collect();
        let other = *self.walk.dice.pick(&fitting).ok_or(Stop::Otherwise)?;
        let stage = other.stage_at(now).ok_or(Stop::Otherwise)?;
        let mut case = other.case.clone();
        case.stage = stage;
        Ok(case)
    }
}
