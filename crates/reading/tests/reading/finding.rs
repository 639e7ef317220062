//! What is found, and by whom.

use crate::town::{accusation, dispatcher, everywhere, hotline, staff, tagged, town};
use domain::case::{CaseId, Raise, may_see};
use domain::moment::day_number;
use domain::{Label, Role};
use reading::{Question, Reader, Tag};
use std::collections::BTreeSet;

#[test]
fn a_word_of_a_title_a_text_a_place_and_an_answer_is_found() {
    everywhere(|town| {
        let raise = Raise {
            title: "楼道灯坏了".into(),
            place: "幸福里3号楼2单元502".into(),
            ..hotline("晚上看不见，Lamp out")
        };
        let id = town.raise(raise);
        town.text("别的事情");
        assert_eq!(town.finds("楼道灯"), [id], "a title");
        assert_eq!(town.finds("看不见"), [id], "a text");
        assert_eq!(town.finds("LAMP　ｏｕｔ"), [id], "however wide it is typed");
        assert_eq!(town.finds("幸福里"), [id], "a place");
        assert_eq!(town.finds("幸福里 楼道灯"), [id], "all words");
        assert_eq!(town.finds("幸福里 停水"), [] as [CaseId; 0]);
        town.dispatch(id, "housing");
        town.answer(id, "housing", "已更换灯泡并巡查");
        assert_eq!(town.finds("更换灯泡"), [id], "an answer");
        assert_eq!(town.finds_as(&staff("housing", Role::Clerk), "更换灯泡"), [id]);
    });
}

#[test]
fn words_side_by_side_are_found_side_by_side_only() {
    let mut town = town();
    let near = town.text("洋湖路口积水");
    let far = town.text("湖边的洋房门口积水");
    assert_eq!(town.finds("洋湖"), [near]);
    assert_eq!(town.finds("积水").len(), 2);
    assert_eq!(town.finds("洋房"), [far]);
}

#[test]
fn units_categories_codes_streets_and_days_narrow_alone_and_with_words() {
    let mut town = town();
    let light = town.raise(Raise { street: Some("street-1".into()), ..hotline("灯不亮") });
    let other = town.text("灯不亮了");
    town.dispatch(light, "housing");
    assert_eq!(town.finds("示范住建局"), [light]);
    assert_eq!(town.finds("住建局 灯"), [light], "the end of a name is enough");
    assert_eq!(town.finds("Demo"), [] as [CaseId; 0], "a part of an English name is none");
    assert_eq!(town.finds("楼道照明"), [light]);
    assert_eq!(town.finds("housing.light"), [light]);
    assert_eq!(town.finds("一街道"), [light]);
    let asks = |tag| tagged(tag);
    assert_eq!(town.asks(&dispatcher(), &asks(Tag::category("housing"))), BTreeSet::from([light]), "a first level");
    assert_eq!(town.asks(&dispatcher(), &asks(Tag::street("street-1"))), BTreeSet::from([light]));
    assert_eq!(town.asks(&dispatcher(), &asks(Tag::stage("raised"))), BTreeSet::from([other]));
    assert_eq!(town.asks(&dispatcher(), &asks(Tag::track("hotline"))).len(), 2);
    let day = day_number("2024-03-04".parse().unwrap());
    let on = |from, to| Question { words: Vec::new(), tags: Vec::new(), from, to };
    assert_eq!(town.asks(&dispatcher(), &on(Some(day), Some(day))).len(), 2);
    assert_eq!(town.asks(&dispatcher(), &on(Some(day + 1), None)).len(), 0);
    assert_eq!(town.asks(&dispatcher(), &on(None, Some(day - 1))).len(), 0);
    let both = Question { words: town.words("灯"), tags: vec![Tag::unit("housing")], from: Some(day), to: None };
    assert_eq!(town.asks(&dispatcher(), &both), BTreeSet::from([light]));
}

#[test]
fn who_may_see_a_case_finds_it_and_nobody_else_does() {
    everywhere(|town| {
        let mut all = vec![town.text("共同标记 一"), town.text("共同标记 二"), town.text("共同标记 三")];
        town.dispatch(all[0], "housing");
        town.dispatch(all[1], "water");
        all.push(town.raise(accusation("共同标记 密件", Some("housing"))));
        all.push(town.raise(accusation("共同标记 自查", Some("discipline"))));
        all.push(town.raise(accusation("共同标记 无名", None)));
        town.dispatch(all[3], "discipline");
        let district = town.desk().district();
        let words = || "共同标记".to_owned();
        for unit in ["centre", "housing", "water", "discipline", "discipline-2", "street-1"] {
            for role in Role::ALL {
                let actor = staff(unit, *role);
                // A role that reads no cases has no search, even at the discipline unit, where it would see them.
                // Nothing of a sealed case is in the index: who may see it has its own lists and its code.
                let seen = |id: &&CaseId| {
                    let case = town.case(**id);
                    !case.is_sealed() && may_see(&case, &actor, &district)
                };
                let may: BTreeSet<CaseId> = match Reader::of(&actor) {
                    Some(_) => all.iter().filter(seen).copied().collect(),
                    None => BTreeSet::new(),
                };
                assert_eq!(town.asks(&actor, &Question::default()), may, "{unit} {role:?}, all");
                let by_words = Question { words: town.words(&words()), ..Question::default() };
                assert_eq!(town.asks(&actor, &by_words), may, "{unit} {role:?}, by words");
                let of_track = tagged(Tag::track("accusation"));
                assert!(town.asks(&actor, &of_track).is_empty(), "{unit} {role:?}, sealed");
                let named = Question { words: town.words("作风"), ..Question::default() };
                let named = town.asks(&actor, &named);
                assert!(named.is_subset(&may), "{unit} {role:?}, by a category's name");
            }
        }
    });
}

#[test]
fn who_stepped_aside_for_interest_finds_a_case_no_more_and_others_do() {
    everywhere(|town| {
        let id = town.text("共同标记");
        town.dispatch(id, "housing");
        let clerk = staff("housing", Role::Clerk);
        let head = domain::Actor::Staff { account: 2, unit: "housing".into(), role: Role::Head };
        assert_eq!(town.finds_as(&clerk, "共同标记"), [id]);
        town.act(&clerk, id, domain::case::Command::DeclareInterest);
        assert!(
            town.finds_as(&clerk, "共同标记").is_empty() && !may_see(&town.case(id), &clerk, &town.desk().district())
        );
        assert!(town.asks(&clerk, &Question::default()).is_empty());
        assert_eq!(town.finds_as(&head, "共同标记"), [id]);
    });
}

#[test]
fn a_place_and_a_contact_lead_nobody_to_a_case_who_sees_them_masked() {
    let mut town = town();
    let id = town.raise(Raise {
        place: "幸福里3号楼".into(), ..hotline("我是示例居民甲，住幸福里3号楼，灯不亮")
    });
    assert_eq!(town.finds("幸福里"), [id]);
    for role in [Role::Supervisor, Role::Leader, Role::Auditor] {
        let actor = staff("centre", role);
        assert_eq!(town.finds_as(&actor, "灯不亮"), [id], "{role:?}");
        for masked in ["幸福里", "示例居民甲", "居民"] {
            assert!(town.finds_as(&actor, masked).is_empty(), "{role:?} {masked}");
        }
    }
    assert!(town.finds("示例居民甲").is_empty(), "a name is in no index");
    let told = town.text("和睦路12号门口的井盖松了，王师傅说没人管");
    assert_eq!(town.finds("和睦路"), [told], "an address inside a text leads who handles cases");
    let leader = staff("centre", Role::Leader);
    assert_eq!(town.finds_as(&leader, "井盖松了"), [told]);
    assert!(town.finds_as(&leader, "和睦路").is_empty(), "and nobody else");
}

#[test]
fn the_best_come_first_and_no_question_finds_more_than_its_most() {
    let mut town = town();
    let once = town.text(&format!("路灯 {}", "旁边有很多别的事情要讲，".repeat(20)));
    let often = town.text("路灯，路灯，路灯");
    let reader = Reader::of(&dispatcher()).unwrap();
    let finder = town.follower().finder();
    let question = Question { words: town.words("路灯"), ..Question::default() };
    let found = finder.find(&reader, &question).unwrap().unwrap();
    assert_eq!((town.ids(&found.firsts), found.more), (vec![often, once], false));
    for n in 0..reading::MOST {
        town.text(&format!("停水 第{n}次"));
    }
    town.follower();
    let found = finder.find(&reader, &Question::default()).unwrap().unwrap();
    assert_eq!((found.firsts.len(), found.more), (reading::MOST, true));
    assert!(found.firsts.windows(2).all(|pair| pair[0] > pair[1]), "without words the latest come first");
}

#[test]
fn a_similar_case_has_an_answer_and_shares_rare_words() {
    everywhere(|town| {
        let text = "楼道灯不亮，晚上老人下楼容易摔倒";
        let answered = town.text("三单元楼道灯不亮，老人摔倒了");
        let open = town.text("楼道灯不亮，老人摔倒过");
        let water = town.text("停水三天，没有通知");
        let sealed = town.raise(accusation("楼道灯不亮，老人摔倒", None));
        for id in [answered, water, sealed] {
            let unit = if id == sealed { "discipline" } else { "housing" };
            town.dispatch(id, unit);
            town.answer(id, unit, "已经修好");
        }
        let asking = town.text(text);
        town.dispatch(open, "housing");
        let reader = Reader::of(&staff("housing", Role::Clerk)).unwrap();
        let (finder, answered_tag) = (town.follower().finder(), reading::Tag::answered());
        let own = store::records::some(
            &mut town.db(),
            &mut store::Keys::open(&town.place, 1, false).unwrap(),
            1,
            &(0..40).collect::<Vec<u64>>(),
        );
        let own = own.unwrap().into_iter().find(|r| r.case.id == asking).unwrap().first;
        let like = finder.like(&reader, text, own, &answered_tag, 5).unwrap().unwrap();
        assert_eq!(town.ids(&like), [answered]);
        let of_water = Reader::of(&staff("water", Role::Clerk)).unwrap();
        assert!(finder.like(&of_water, text, own, &answered_tag, 5).unwrap().unwrap().is_empty(), "not of its cases");
        assert!(finder.like(&reader, "", own, &answered_tag, 5).unwrap().unwrap().is_empty());
    });
}

#[test]
fn a_title_as_it_stands_on_a_list_finds_its_case() {
    let mut town = town();
    let titles = [
        "丙十里7号楼3门漏水",
        "和睦路12号门口的井盖松了，没人管",
        "幸福里3号楼2单元502，电话10000000009，暖气不热",
        "王师傅说 138 0000 1111 打不通",
        "津A12345占用消防通道",
        "Light out at 12 Main St, since Monday",
        "㎡单价算错，⽔表也不准",
    ];
    for title in titles {
        let id = town.raise(Raise { title: title.into(), place: "丙十里7号楼".into(), ..hotline("详见标题") });
        town.dispatch(id, "housing");
        let shown = reading::mask::numbers(title, &[]);
        for actor in [dispatcher(), staff("housing", Role::Clerk)] {
            assert_eq!(town.finds_as(&actor, &shown), [id], "{shown}");
            assert_eq!(town.finds_as(&actor, title), [id], "{title}");
        }
    }
    let long: String = "住户反映".chars().chain("水压一直很低".chars().cycle().take(60)).chain("LED".chars()).collect();
    let id = town.text(&long);
    assert_eq!(town.finds(&domain::typed::first_words(&long)), [id], "a title that was cut");
}

#[test]
fn what_is_written_in_other_forms_of_the_same_characters_is_found() {
    let mut town = town();
    let id = town.text("⽔\u{200B}表⾏⾛不准，cafe\u{301} 旁边，㈠期");
    for typed in ["水表行走", "水\u{FEFF}表", "ＣＡＦÉ", "cafe\u{301}", "(一)期"] {
        assert_eq!(town.finds(typed), [id], "{typed}");
    }
}

#[test]
fn an_address_leads_nobody_anywhere_who_reads_texts_without_it() {
    let mut town = town();
    let id = town.text("和睦路12号门口的井盖松了");
    town.text("别的事情");
    assert_eq!(town.finds("和睦路12号"), [id]);
    let leader = staff("centre", Role::Leader);
    assert!(town.finds_as(&leader, "和睦路12号").is_empty(), "neither to the case nor to all others");
}
