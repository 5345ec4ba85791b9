//! Surnames (姓) and the characters of given names, by how common they are.

use std::sync::LazyLock;

use super::words::{Letters, Words, length_at_end};

/// The hundred that nine in ten people bear.
const COMMON: &str = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧肖程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文";

/// The others that are met, rare ones included.
const OTHERS: &str = "安包鲍毕边卞别柏卜步仓岑柴昌车成池迟储褚楚丛从崇淳戚邸刁窦都樊房费丰封凤符伏扶付富干甘葛耿宫弓公巩古谷管关桂国海杭洪宏后花华滑怀桓宦霍吉纪计季冀郏家简焦揭靳荆晶景居鞠阚柯寇库蒯匡况邝兰蓝郎劳乐冷厉利栗连廉练凌柳隆娄楼鲁禄栾洛骆麻买满茅冒梅门蒙糜米苗闵明缪莫牟慕穆那能倪聂宁牛钮农欧区庞逄裴皮平蒲浦朴祁齐漆强屈瞿曲麹全权阙冉饶荣容茹阮芮桑沙山单商尚佘申盛施时寿束舒水司松宿隋索邰谈滕佟童涂屠危韦卫蔚温闻翁沃乌巫邬伍仵奚习席冼咸相向项解辛邢幸宣荀鄢严晏燕羊阳仰尧依衣伊蚁殷应英游尤俞虞喻於郁元原苑岳云郓臧查翟詹湛展占章招甄支植治智仲竺祝庄卓宗诸祖左佐仝亓闫啜初矫逯撒麦敖奥巴拜帅帖郗佴狄刀多鄂盖戈勾苟缑归炅贡鲜扈姬敬隽开来雒粟粘谌撖藏禤亢亦仉晁覃化呼衡候户党道代底斗东铁曙由有訾眭濮菅赫呙缐楮普旷圣税苍丑揣寸旦但德地典佃尔尼扎格次丹达央琼胥晋丘蔺薄银保井木台稽畅郜扬僧和盘仡兀上侴信僮允出刑剧勇南卿双召叱吾员咎咬哈唱善喇嘎回固圈城堵墙夜妥宛宝宰将射岚岱崖巢巨布帕幕庆庾弭忻思恽悦愚慎才承投抗摆斋斛斯旋日昂昝暨曳朗未果染柘柱梦森檀欣殳母比毋求汗汲洒洗洮浑涿清渠源溥漕潮火炎焉爱牧独狐玄玉环班琚琴瓮甫男畔番疏登百皋益盈督真睢确碧祈祭秋种端竹笃答箭红纳纵线终绍美羿翦老耶聊肇肥胜脱腾至色艳芒苌苦若茆茶荔莘莱莽菊营萨蓟蓬薜虎虢蛇衅表裘要角言设谯豆象负贝赏赤起超载运还遇遆邴郇郐部郸鄞释里鉴针钊钭铎铙锁错镇镡长阿陀陶隐雍零青静革鞍韶顿顺颛风食首香骑鬲魁鱼鸠鹿黑默鼓仇路芦官位宇辜晃牙介侍补沐泰岩淦隗褥锺昃苒颜艾俎绽赛闪岭柒磨壮侬罕波咪资字矣钏措旺仁拉";

const COMPOUND: [&str; 64] = [
    "欧阳", "司马", "上官", "诸葛", "皇甫", "尉迟", "慕容", "令狐", "东方", "南宫", "夏侯", "司徒", "长孙", "宇文",
    "轩辕", "公孙", "闻人", "澹台", "公冶", "宗政", "濮阳", "淳于", "单于", "太叔", "申屠", "仲孙", "钟离", "鲜于",
    "闾丘", "司空", "司寇", "子车", "端木", "巫马", "公西", "漆雕", "乐正", "壤驷", "公良", "拓跋", "夹谷", "宰父",
    "谷梁", "段干", "百里", "呼延", "东郭", "南门", "羊舌", "微生", "左丘", "东门", "西门", "第五", "赫连", "独孤",
    "纳兰", "完颜", "叶赫", "万俟", "欧陽", "爱新", "那拉", "叱干",
];

/// Characters that parents like.
const GIVEN: &str = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀英霞平刚桂兰玉萍红鹏飞华梅鑫波斌莉宇浩凯健俊帆雪帅慧晨晓琳玲婷倩建国文志春云雷丹晶璐瑞颖洁欣怡佳宁燕凤莹辉力浩然子轩梓涵雨泽一诺诗琪思语嘉豪博凡亮小东海林峰龙虎生成康星光天达安岩中茂进有坚和彪诚先敬震振壮会思群豪心邦承乐绍功松善厚庆民友裕河哲江浩亮政谦亨奇固之轮翰朗伯宏言若鸣朋梁栋维启克伦翔旭士以建家致树炎德行时泰盛雄琛钧冠策腾楠榕风航弘美娅琼珊莎黛青婕馨瑗琰韵融园艺咏卿聪澜纯毓悦昭冰爽琬茗羽希宁欣飘育滢馥筠柔竹霭凝鱼永世广义良仁全胜学祥才发武新利清彬富顺信昌喜保贵福元寿禄财仪彤彦迪楚珍贞蓉眉君琴蕊薇菁梦岚苑淑惠珠翠雅芝香月菊芬爱妹巧媛素荷荔枝荣勤蓓露瑶忆尔冬夏秋晴晗萱芷依可妍妙沐辰皓睿铭森逸尘恒远昊煜炫烨炜耀灿焕燃然焱熙熠洛沛淇渝溪滨源潇瀚奕延廷弈彰征徽恩恺悠惟意懿戈成才扬拓捷揚敖教斐方日旺昆昱晋晏晟晔晖智暄暖曦曼最朔本杉李来柯柏柳桐桦梵棋楷榆正毅毓水汐沁泉泓洪济浦润涌淼清渊湘湛滔漫潮炳烁焰照爵珂珏珩理琦琨琪瑜瑾璇璋璟甜画皎盈真睦石礽祎祯禹秦稷稳立竣端笑笙筱简米粒紫红纪纳纹绮维绿缘罡罗翎翠耘聿聪肖育胤能自臻航良艾芃芊芙芮芸苏苒茜茵茹荟莲菡菲萌萧葆葵蒙蓝蔓蕾薪虹蝶西言许诚语诺谊豫贤赫越跃路轶迅迎远连逊逸邦郁酉里金钊钰铁铎铮锋锐锦镇长闻闽阅阳阔陆雁雯霆霏霖露非顺顾领颂频风驰驹驿骁骏骥高魁鲁鲲鸿鹃鹏鹤鹿麒麟黎默齐龄";

/// What people write instead of a given name.
pub const TITLES: [&str; 34] = [
    "先生",
    "女士",
    "小姐",
    "老师",
    "经理",
    "总监",
    "主任",
    "师傅",
    "医生",
    "大夫",
    "会计",
    "阿姨",
    "叔叔",
    "同学",
    "太太",
    "老板",
    "店长",
    "主管",
    "护士",
    "律师",
    "教授",
    "院长",
    "校长",
    "书记",
    "队长",
    "工程师",
    "工",
    "总",
    "姐",
    "哥",
    "妹",
    "姨",
    "叔",
    "董",
];

static COMMON_SET: LazyLock<Letters> = LazyLock::new(|| Letters::new(COMMON));
static OTHER_SET: LazyLock<Letters> = LazyLock::new(|| Letters::new(OTHERS));
static GIVEN_SET: LazyLock<Letters> = LazyLock::new(|| Letters::new(GIVEN));
static COMPOUNDS: LazyLock<Words<()>> = LazyLock::new(|| Words::new(COMPOUND.map(|word| (word, ()))));

/// How likely a character begins a name: 2 common, 1 known, 0 not a surname.
#[must_use]
pub fn surname_rank(c: char) -> u8 {
    if COMMON_SET.contains(c) { 2 } else { u8::from(OTHER_SET.contains(c)) }
}

/// A compound surname (复姓) at the head of the name.
#[must_use]
pub fn compound(name: &[char]) -> bool {
    COMPOUNDS.at(name).is_some()
}

#[must_use]
pub fn is_given(c: char) -> bool {
    GIVEN_SET.contains(c)
}

/// The characters are a title and nothing else.
#[must_use]
pub fn is_title(text: &[char]) -> bool {
    TITLES.iter().any(|title| title.chars().eq(text.iter().copied()))
}

/// The title at the end of a name, in characters.
#[must_use]
pub fn title(name: &[char]) -> Option<usize> {
    TITLES.iter().find_map(|title| length_at_end(name, title).filter(|length| name.len() > *length))
}

/// A name in the two parts that shops ask for. The surname stands first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitName {
    pub surname: String,
    /// Empty for a name of one word.
    pub given: String,
}

/// Splits a Chinese name: compound surname, else first character; at the first dot of a transliterated name; at
/// the last blank of a Latin one. What cannot be split stays whole.
#[must_use]
pub fn split(name: &str) -> SplitName {
    let name = name.trim();
    let chars: Vec<char> = name.chars().collect();
    let whole = || SplitName { surname: name.to_owned(), given: String::new() };
    let parted = |at: usize, skip: usize| SplitName {
        surname: chars[..at].iter().collect::<String>().trim().to_owned(),
        given: chars[at + skip..].iter().collect::<String>().trim().to_owned(),
    };
    if let Some(dot) = chars.iter().position(|c| super::normalize::fold(*c) == Some('·')) {
        return if dot == 0 || dot + 1 == chars.len() { whole() } else { parted(dot, 1) };
    }
    if !chars.iter().copied().all(super::normalize::is_han) {
        // Latin: the surname stands last.
        return match name.rsplit_once(char::is_whitespace) {
            Some((given, surname)) if !chars.iter().copied().any(super::normalize::is_han) => {
                SplitName { surname: surname.trim().to_owned(), given: given.trim().to_owned() }
            }
            _ => whole(),
        };
    }
    let folded: Vec<char> = chars.iter().filter_map(|c| super::normalize::fold(*c)).collect();
    match folded.len() {
        0 | 1 => whole(),
        length if compound(&folded) && length > 2 => parted(2, 0),
        2..=4 if surname_rank(folded[0]) > 0 || title(&folded).is_some() => parted(1, 0),
        2..=3 => parted(1, 0),
        _ => whole(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> (String, String) {
        let split = split(name);
        (split.surname, split.given)
    }

    #[test]
    fn surname_and_given_name_are_split() {
        for (name, surname, given) in [
            ("张伟", "张", "伟"),
            ("李小龙", "李", "小龙"),
            ("欧阳修", "欧阳", "修"),
            ("欧阳", "欧", "阳"),
            ("張女士", "張", "女士"),
            ("阿卜杜拉·玉素甫", "阿卜杜拉", "玉素甫"),
            ("Jack Ma", "Ma", "Jack"),
            ("小", "小", ""),
            ("Amy", "Amy", ""),
            ("扎西多吉次仁", "扎西多吉次仁", ""),
        ] {
            assert_eq!(parts(name), (surname.to_owned(), given.to_owned()), "{name}");
        }
    }
}
