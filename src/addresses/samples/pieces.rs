//! Names, phones and details.

use rand::Rng;
use rand::rngs::StdRng;

use super::places::Places;
use super::{letter, one};

const SURNAMES: &str = "王王王李李李张张张刘刘陈陈杨杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠桑荆谌银扬明沙薄伏岑习胥保和蔺";
const GIVEN: &str = "伟芳娜敏静秀丽强磊洋艳勇军杰娟涛超明霞平刚桂英华梅鑫波辉玉红飞鹏玲丹萍建国文志林海东云龙峰宇浩然子轩梓涵雨泽欣怡佳宁燕婷雪晨晓琳倩颖洁慧莹莉蕾薇菲琴凤兰珍珠翠香月春夏秋冬梦思语诗琪嘉豪博凡亮小兵彬斌旭昊阳光宏俊凯健康永生成才富贵荣喜庆祥瑞福禄寿根水金银铜铁柱锁栓牛虎豹鹤松柏桐槐柳榆竹菊荷莲蓉芝芬芸茜苗苑蒙园城江河湖山川石岩田野原岭峡谷";
const COMPOUND: [&str; 8] = ["欧阳", "司马", "上官", "诸葛", "皇甫", "慕容", "令狐", "东方"];
const MINORITY: [&str; 12] = [
    "阿卜杜拉·玉素甫", "古丽巴哈尔·买买提", "迪丽努尔·阿布都热合曼", "艾力·吐尔逊", "热依扎·阿里木", "木沙·艾山", "次仁·多吉", "巴图·额尔德尼", "阿依古丽·艾则孜", "努尔兰·别克",
    "吾买尔江·沙塔尔", "玛依拉·哈力克",
];
const TITLES: [&str; 8] = ["先生", "女士", "小姐", "老师", "经理", "阿姨", "师傅", "总"];
const NICKNAMES: [&str; 16] = [
    "小明", "阿强", "老王头", "小美", "大刘", "A晓丽", "豆豆妈", "Amy", "Kevin", "小七", "阿珍", "糖糖", "Lily", "多多", "安妮", "David",
];

/// A name and whether it is an ordinary one.
pub fn name(rng: &mut StdRng) -> String {
    let surname = if rng.gen_bool(0.02) { one(rng, &COMPOUND).to_owned() } else { letter(rng, SURNAMES).to_string() };
    let mut name = surname;
    name.push(letter(rng, GIVEN));
    if rng.gen_bool(0.68) {
        name.push(letter(rng, GIVEN));
    }
    name
}

pub fn titled(rng: &mut StdRng) -> String {
    format!("{}{}", letter(rng, SURNAMES), one(rng, &TITLES))
}

pub fn nickname(rng: &mut StdRng) -> String {
    one(rng, &NICKNAMES).to_owned()
}

pub fn minority(rng: &mut StdRng) -> String {
    one(rng, &MINORITY).to_owned()
}

pub fn mobile(rng: &mut StdRng) -> String {
    const HEADS: [&str; 20] = [
        "138", "139", "135", "136", "137", "150", "151", "152", "158", "159", "186", "187", "188", "189", "177", "173", "199", "191", "133", "166",
    ];
    format!("{}{:08}", one(rng, &HEADS), rng.gen_range(0..100_000_000))
}

/// As people write it.
pub fn mobile_written(rng: &mut StdRng, digits: &str) -> String {
    let (a, b, c) = (&digits[..3], &digits[3..7], &digits[7..]);
    match rng.gen_range(0..9) {
        0 => format!("+86{digits}"),
        1 => format!("+86 {digits}"),
        2 => format!("{a} {b} {c}"),
        3 => format!("{a}-{b}-{c}"),
        4 => format!("86-{digits}"),
        5 => format!("+86-{a}-{b}-{c}"),
        6 => format!("0086{digits}"),
        7 => format!("(86){digits}"),
        _ => wide(digits),
    }
}

/// 全角.
pub fn wide(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c }).collect()
}

const ROAD_STEMS: [&str; 48] = [
    "人民", "中山", "解放", "建设", "和平", "新华", "文化", "胜利", "青年", "迎宾", "滨江", "环城", "学府", "科技", "创业", "幸福", "光明", "朝阳", "长安", "延安", "东风", "红旗", "兴业", "金融",
    "体育", "站前", "工业", "振兴", "龙泉", "凤凰", "翠竹", "梧桐", "银杏", "桃园", "荷花", "月亮湾", "五四", "八一", "香樟", "天府", "太湖", "长江", "黄河", "珠江", "昆仑", "泰山", "高新", "府前",
];
const ROAD_LETTERS: &str = "金银玉龙凤云海江湖山河天明德仁义礼信和平安康泰福寿春秋景星月瑞祥永兴隆盛昌文武华英华清源泉石松柏竹梅兰菊荷柳";
const ROAD_ENDS: [&str; 14] = ["路", "路", "路", "路", "街", "大道", "东路", "西路", "南路", "北路", "中路", "大街", "一路", "巷"];
const ESTATES: [&str; 30] = [
    "阳光花园", "万科城市花园", "碧桂园", "恒大名都", "金地格林", "世纪花园", "龙湖天街", "保利香槟国际", "绿地中央广场", "中海锦城", "锦绣家园", "水岸新城", "凤凰城", "御景湾", "紫金府", "翡翠城", "东方名苑", "丽景苑", "山水庭院",
    "时代广场", "国贸大厦", "财富中心", "创新大厦", "软件园", "科创园", "工业园", "第一中学", "人民医院", "政务中心", "汽车站家属院",
];
const NOTES: [&str; 10] = [
    "(放门口)", "（放丰巢柜）", "（请送货上门）", "(前台代收)", "（菜鸟驿站）", "(放物业)", "（南门）", "(原纺织厂宿舍)", "（门卫代收）", "(工作日送)",
];
const LOCKERS: [&str; 6] = ["菜鸟驿站", "丰巢快递柜", "妈妈驿站", "京东便民点", "小区门卫室", "近邻宝"];

pub fn road(rng: &mut StdRng) -> String {
    let stem = if rng.gen_bool(0.5) {
        one(rng, &ROAD_STEMS).to_owned()
    } else {
        format!("{}{}", letter(rng, ROAD_LETTERS), letter(rng, ROAD_LETTERS))
    };
    format!("{stem}{}", one(rng, &ROAD_ENDS))
}

/// A road, a school, a restaurant named after another place.
pub fn trap(rng: &mut StdRng, places: &Places<'_>) -> String {
    const ENDS: [&str; 18] = [
        "路", "街", "大道", "东路", "中路", "花园", "大厦", "酒店", "饭店", "大学", "商会", "广场", "小区", "公寓", "会馆", "商城", "医院", "银行大楼",
    ];
    let number = rng.gen_range(1..400);
    format!("{}{}{number}号", places.short(rng), one(rng, &ENDS))
}

/// House, building and room.
fn house(rng: &mut StdRng) -> String {
    let number = rng.gen_range(1..999);
    let (block, unit, floor, door) = (rng.gen_range(1..30), rng.gen_range(1..5), rng.gen_range(1..33), rng.gen_range(1..9));
    let room = format!("{floor}0{door}");
    match rng.gen_range(0..12) {
        0 => format!("{number}号"),
        1 => format!("{number}号{block}栋{room}室"),
        2 => format!("{number}号{}{block}栋{unit}单元{room}", one(rng, &ESTATES)),
        3 => format!("{number}号{}", one(rng, &ESTATES)),
        4 => format!("{number}弄{block}号{room}室"),
        5 => format!("{}{block}栋{unit}单元{room}室", one(rng, &ESTATES)),
        6 => format!("{number}-{block}号"),
        7 => format!("{number}号{}座{room}", letter(rng, "ABCD")),
        8 => format!("与{}交叉口{}", road(rng), one(rng, &ESTATES)),
        9 => format!("{number}号{block}幢{unit}单元{floor}楼"),
        10 => format!("{number}号{}", one(rng, &LOCKERS)),
        _ => format!("{number}号院{block}号楼{room}"),
    }
}

/// A detail without town.
pub fn detail(rng: &mut StdRng) -> String {
    let mut detail = match rng.gen_range(0..10) {
        0 => {
            let village = format!("{}{}{}", letter(rng, ROAD_LETTERS), letter(rng, ROAD_LETTERS), one(rng, &["村", "庄村", "社区"]));
            format!("{village}{}", match rng.gen_range(0..3) {
                0 => String::new(),
                1 => format!("{}组", rng.gen_range(1..20)),
                _ => format!("{}号", rng.gen_range(1..200)),
            })
        }
        1 => format!("{}{}栋{}", one(rng, &ESTATES), rng.gen_range(1..30), rng.gen_range(101..3300)),
        _ => format!("{}{}", road(rng), house(rng)),
    };
    if rng.gen_bool(0.06) {
        detail.push_str(one(rng, &NOTES));
    }
    detail
}

/// A detail that ends where a door or a house ends, so that a name may be glued to it.
pub fn detail_with_door(rng: &mut StdRng) -> String {
    let room = format!("{}0{}", rng.gen_range(1..30), rng.gen_range(1..9));
    let number = rng.gen_range(1..999);
    let tail = match rng.gen_range(0..7) {
        0 => format!("{number}号"),
        1 => format!("{number}号{}栋{room}室", rng.gen_range(1..30)),
        2 => format!("{number}号{}单元{room}", rng.gen_range(1..5)),
        3 => format!("{number}号{}", one(rng, &["菜鸟驿站", "丰巢柜", "阳光花园", "国贸大厦", "锦绣家园"])),
        4 => format!("{number}号{}楼", rng.gen_range(1..20)),
        5 => format!("{number}号{}座{room}", letter(rng, "ABC")),
        _ => format!("{number}号院{}号楼", rng.gen_range(1..20)),
    };
    format!("{}{tail}", road(rng))
}
