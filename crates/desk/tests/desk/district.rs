//! The district's own stream: what it refuses, and what its changes lead to.

use crate::*;
use domain::district::{Command as C, Figure, Post, Scope};
use domain::rule::{RuleId, RuleTable};

fn figure() -> Figure {
    Figure {
        id: "accepted".into(),
        definition: 1,
        from: date(2024, 1, 1),
        to: date(2024, 4, 1),
        filter: String::new(),
        value: "98.3 %".into(),
        numerator: 59,
        denominator: 60,
        participation: None,
        ledger_size: 3,
        counted: "00".repeat(32),
        quarters: true,
    }
}

fn unit(code: &str, parent: Option<&str>) -> Unit {
    Unit { parent: parent.map(Into::into), ..testing::unit(code, UnitKind::Bureau) }
}

#[test]
fn units_and_posts_are_set_closed_and_refused_with_the_field_named() {
    everywhere(|town| {
        let why = |c: C| town.change(c).unwrap_err().why;
        assert_eq!(why(C::SetUnits(vec![])), Why::Empty);
        assert_eq!(why(C::SetUnits(vec![unit("Bad Code", None)])), Why::BadCode);
        assert_eq!(why(C::SetUnits(vec![unit("a", Some("nowhere"))])), Why::NoSuchUnit);
        assert_eq!(why(C::SetUnits(vec![unit("a", Some("b")), unit("b", Some("a"))])), Why::BadParent);
        assert_eq!(why(C::SetUnits(vec![unit("a", Some("a"))])), Why::BadParent);
        town.change(C::SetUnits(vec![unit("a", Some("b")), unit("b", Some("water"))])).unwrap();
        let post = |code: &str, unit: &str| Post {
            code: code.into(),
            zh: "科长".into(),
            en: "section head".into(),
            unit: unit.into(),
            role: Role::Head,
        };
        assert_eq!(why(C::SetPosts(vec![post("p", "nowhere")])), Why::NoSuchUnit);
        town.change(C::SetPosts(vec![post("p", "a")])).unwrap();
        assert_eq!(why(C::EndPost("q".into())), Why::NoSuchPost);
        town.change(C::EndPost("p".into())).unwrap();
        let id = town.at(Track::Hotline, "a").id;
        town.change(C::CloseUnit("a".into())).unwrap();
        assert_eq!(why(C::CloseUnit("a".into())), Why::NoSuchUnit);
        // A closed unit gets no new task; what it has it can hand on.
        let to = |unit: &str| Command::Transfer { task: 1, to: unit.into(), reason: reason() };
        town.act(&dispatcher(), id, to("water"));
        assert_eq!(town.why(&dispatcher(), id, Command::Join { unit: "a".into() }), Why::NoSuchUnit);
        assert_eq!(ground_kinds(town)[3..], ["units_set", "posts_set", "post_ended", "unit_closed"]);
    });
}

/// The kinds of the district's own events.
pub(crate) fn ground_kinds(town: &Town) -> Vec<String> {
    let sql = "SELECT kind FROM events WHERE district = $1 AND stream = \
               (SELECT stream FROM events WHERE district = $1 AND seq = 0) ORDER BY version";
    let rows = town.db().query_text(sql, &args![1]).unwrap();
    rows.iter().map(|row| row.text("kind").unwrap().to_owned()).collect()
}

#[test]
fn accounts_and_tokens_are_opened_moved_and_ended() {
    everywhere(|town| {
        let why = |c: C| town.change(c).unwrap_err().why;
        let open = |user: &str, unit: &str| C::OpenAccounts(vec![(user.into(), unit.into(), Role::Clerk)]);
        assert_eq!(why(C::OpenAccounts(vec![])), Why::Empty);
        assert_eq!(why(open("某人", "water")), Why::BadCode);
        assert_eq!(why(open("clerk-1", "nowhere")), Why::NoSuchUnit);
        town.change(open("clerk-1", "water")).unwrap();
        assert_eq!(why(open("clerk-1", "water")), Why::UserTaken);
        let to = |user: &str, unit: &str| C::MoveAccount { user: user.into(), unit: unit.into(), role: Role::Head };
        assert_eq!(why(to("nobody", "water")), Why::NoSuchAccount);
        assert_eq!(why(to("clerk-1", "nowhere")), Why::NoSuchUnit);
        town.change(to("clerk-1", "housing")).unwrap();
        let district = town.desk().district();
        let account = district.account_of("clerk-1").unwrap();
        assert_eq!((account.unit.as_str(), account.role, account.id), ("housing", Role::Head, 1));
        town.change(C::CloseAccount { user: "clerk-1".into() }).unwrap();
        assert_eq!(why(C::CloseAccount { user: "clerk-1".into() }), Why::NoSuchAccount);
        // The sign-in name is free again; the number is not given twice.
        town.change(open("clerk-1", "water")).unwrap();
        assert_eq!(town.desk().district().account_of("clerk-1").unwrap().id, 2);

        let make = |name: String| C::MakeToken { name, scope: Scope::Intake };
        assert_eq!(why(make(" ".into())), Why::Empty);
        assert_eq!(why(make("长".repeat(61))), Why::TooLong);
        town.change(make("hotline".into())).unwrap();
        assert_eq!(why(make("hotline".into())), Why::UserTaken);
        town.change(C::EndToken { name: "hotline".into() }).unwrap();
        assert_eq!(why(C::EndToken { name: "hotline".into() }), Why::NoSuchToken);
        let kinds =
            ["accounts_opened", "account_moved", "account_closed", "accounts_opened", "token_made", "token_ended"];
        assert_eq!(ground_kinds(town)[3..], kinds);
    });
}

#[test]
fn catalogue_and_rules_are_checked_before_they_come_into_force() {
    everywhere(|town| {
        let refusal = |c: C| town.change(c).unwrap_err();
        let mut bad = catalogue();
        bad.categories[1].code = "gas.leak".into();
        let refused = refusal(C::PublishCatalogue(bad));
        assert_eq!(refused.why, Why::BadCatalogue);
        assert!(refused.said(domain::Lang::Zh).0.contains("没有对应的一级类别"), "{refused:?}");
        assert!(refused.said(domain::Lang::En).0.contains("has no first level"), "{refused:?}");
        town.change(C::PublishCatalogue(catalogue())).unwrap();
        assert_eq!(town.desk().district().catalogue.version, 2);

        let rules = |change: &dyn Fn(&mut domain::rule::Rule)| {
            let mut rules = RuleTable::builtin();
            change(rules.rules.get_mut(&RuleId::PetitionOpinion).unwrap());
            C::PublishRules(rules)
        };
        let refused = refusal(rules(&|r| r.length = 0));
        assert_eq!(refused.why, Why::BadLength);
        assert!(refused.said(domain::Lang::Zh).0.contains("信访处理意见"));
        assert_eq!(refusal(rules(&|r| r.length = 4000)).why, Why::BadLength);
        assert_eq!(refusal(rules(&|r| r.duty = false)).why, Why::BadRule, "a duty is no window");
        let table = calendar::YearTable {
            year: 2027,
            revision: 1,
            source: "made up".into(),
            off: vec!["2029-01-01".into()],
            work: vec![],
        };
        assert_eq!(refusal(C::LoadCalendar(table)).why, Why::BadCalendar);
        town.change(rules(&|r| r.length = 45)).unwrap();
        assert_eq!(ground_kinds(town)[3..], ["catalogue_published", "rules_published"]);
    });
}

#[test]
fn figures_are_published_and_corrected_and_an_export_is_noted() {
    everywhere(|town| {
        let desk = town.desk();
        let why = |actor: Actor, c: C| refused(desk.change_now(actor, c).unwrap_err()).why;
        assert_eq!(why(clerk("water"), C::PublishFigures(vec![figure()])), Why::NotYours);
        assert_eq!(why(system(), C::PublishFigures(vec![])), Why::Empty);
        let supervisor = staff("centre", Role::Supervisor);
        let published = desk.change_now(supervisor.clone(), C::PublishFigures(vec![figure(), figure()])).unwrap();
        let corrected = C::CorrectFigure { publication: published.index, figure: Figure { numerator: 58, ..figure() } };
        desk.change_now(supervisor, corrected).unwrap();
        let export = || C::Export { what: "cases".into(), format: "csv".into(), rows: 12, masked: true };
        assert_eq!(why(Actor::Resident, export()), Why::NotYours);
        assert_eq!(why(staff("street-1", Role::Grid), export()), Why::NotYours);
        desk.change_now(clerk("water"), export()).unwrap();
        assert_eq!(town.count("SELECT COUNT(*) FROM publications WHERE district = $1"), 3);
        assert_eq!(town.count("SELECT CAST(SUM(rows_out) AS BIGINT) FROM exports WHERE district = $1"), 12);
        assert_eq!(ground_kinds(town)[3..], ["figures_published", "figure_corrected", "exported"]);
    });
}

#[test]
fn a_district_is_founded_once() {
    everywhere(|town| {
        let vkey = town.desk().vkey().to_owned();
        let again = C::Found { zh: "又一区".into(), en: "Again".into(), origin: "a/b".into(), vkey };
        assert_eq!(town.change(again).unwrap_err().why, Why::AlreadyFounded);
        assert_eq!(ground_kinds(town), ["founded", "units_set", "catalogue_published"]);
    });
}
