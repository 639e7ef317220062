//! Names before a form of address or a post, and behind a label.

use super::Stretch;
use super::line::{Line, is_han};

/// Forms of address that stand behind a name.
const FORMS: &[&str] = &[
    "先生", "女士", "小姐", "师傅", "同志", "老师", "大爷", "大妈", "大娘", "大叔", "大婶", "阿姨", "奶奶", "爷爷",
    "医生", "大夫", "律师", "警官",
];
/// Posts that stand behind a name: only where a family name begins it.
const POSTS: &[&str] = &[
    "主任",
    "局长",
    "处长",
    "科长",
    "书记",
    "队长",
    "站长",
    "所长",
    "经理",
    "校长",
    "院长",
    "组长",
    "网格员",
    "会计",
    "老板",
];
/// What stands before a name that is told.
const LABELS: &[&str] = &["我叫", "名叫", "姓名", "联系人", "本人叫"];
/// Family names of one character.
const FAMILIES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝";
/// Family names of two.
const TWO: &[&str] =
    &["欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯", "端木", "南宫"];
/// Words that begin like a name and are none.
const NO_NAMES: &[&str] = &[
    "高级",
    "项目",
    "和平",
    "安全",
    "常务",
    "水务",
    "农业",
    "古城",
    "连队",
    "党支部",
    "党委",
    "单位",
    "和谐",
    "方便",
    "程序",
    "明天",
    "万一",
    "成都",
    "时间",
    "全体",
    "华北",
    "应该",
    "管理",
    "房管",
    "路政",
    "车间",
    "解放",
    "高层",
    "文化",
    "金融",
    "石化",
    "卫生",
    "宗教",
    "查处",
    "农村",
    "关于",
    "于是",
    "向上",
    "任何",
    "左右",
    "边防",
    "商会",
    "商户",
    "游客",
    "温馨",
    "施工",
    "司机",
    "边上",
    "许多",
    "连长",
    "房东",
    "车站",
];
/// What stands before a name and belongs to none.
const BEFORE: &str = "找请问叫是与和跟让给对由被的了我你他她说有在位名据向老";
/// The longest part of a name that is written with a dot.
const DOTTED_MOST: usize = 6;

fn is_dot(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '‧')
}

/// Names before forms of address and posts.
pub(super) fn forms(line: &Line) -> Vec<Stretch> {
    let name = |at: usize| {
        let form = line.one_of(at, FORMS).is_some();
        if !form && line.one_of(at, POSTS).is_none() {
            return None;
        }
        if let Some(start) = dotted(line, at) {
            return Some((start, at));
        }
        // One before a form of address that has no known family name: the character that must be one.
        let alone = |c: Option<char>| c.is_none_or(|c| !is_han(c) || BEFORE.contains(c));
        let single = form && !alone(line.before(at)) && alone(line.before(at - 1));
        full(line, at).or(single.then(|| at - 1)).map(|start| (start, at))
    };
    (1..line.len()).filter_map(name).collect()
}

/// Where a name with dots begins that ends before a place: 阿里木·买买提.
fn dotted(line: &Line, end: usize) -> Option<usize> {
    let part = |end: usize| line.run_before(end, DOTTED_MOST, |c| is_han(c) && !BEFORE.contains(c));
    let mut start = end - part(end);
    let mut dots = 0;
    while start < end && dots < 4 && line.before(start).is_some_and(is_dot) {
        let before = part(start - 1);
        if before == 0 {
            break;
        }
        start -= 1 + before;
        dots += 1;
    }
    (dots > 0).then_some(start)
}

/// Where the longest name begins that ends before a place and has a family name.
fn full(line: &Line, end: usize) -> Option<usize> {
    let han = line.run_before(end, 4, is_han);
    let is_name = |length: &usize| {
        let start = end - length;
        let two = *length >= 2 && line.one_of(start, TWO).is_some();
        let one = *length <= 3 && line.get(start).is_some_and(|c| FAMILIES.contains(c) && !BEFORE.contains(c));
        let given = (start + 1..end).all(|n| line.get(n).is_some_and(|c| !BEFORE.contains(c)));
        // "安全主任" has no Mr 全 in it.
        let inside = start > 0 && line.one_of(start - 1, NO_NAMES).is_some();
        (two || one) && given && !inside && line.one_of(start, NO_NAMES).is_none()
    };
    (1..=han).rev().find(is_name).map(|length| end - length)
}

/// A name behind what says that it is one: 我叫王伟, 姓名：王伟.
pub(super) fn called(line: &Line, at: usize) -> Option<Stretch> {
    let behind = line.one_of(at, LABELS)?;
    let start = behind + line.run(behind, 2, |c| " :：是".contains(c));
    let two = line.one_of(start, TWO).is_some();
    let known = two || line.get(start).is_some_and(|c| FAMILIES.contains(c));
    let length = line.run(start, if two { 4 } else { 3 }, |c| is_han(c) && !BEFORE.contains(c));
    (known && length >= 2).then_some((start, start + length))
}
