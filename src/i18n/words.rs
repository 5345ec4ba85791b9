//! Words that give a translation away: calques and mistakes of the usual packages, and words of another
//! Chinese-speaking place. Each with what a shopper there reads instead.

use super::locale::Locale;

/// A word that has no place in a wording.
#[derive(Debug, Clone, Copy)]
pub struct Forbidden {
    pub word: &'static str,
    /// What to write instead.
    pub instead: &'static str,
    /// Longer words in which it is right.
    pub except: &'static [&'static str],
}

const fn word(word: &'static str, instead: &'static str) -> Forbidden {
    Forbidden { word, instead, except: &[] }
}

/// The words to keep out of one locale.
#[must_use]
pub const fn forbidden(locale: Locale) -> &'static [Forbidden] {
    match locale {
        Locale::ZhHans => ZH_HANS,
        Locale::ZhHantHk => ZH_HANT_HK,
        Locale::ZhHantTw => ZH_HANT_TW,
        Locale::En => &[],
    }
}

const ZH_HANS: &[Forbidden] = &[
    Forbidden { word: "你", instead: "您", except: &["猜你喜欢"] },
    Forbidden { word: "国家", instead: "国家/地区", except: &["国家/地区"] },
    word("帐号", "账号"),
    word("帐户", "账号"),
    word("登陆", "登录"),
    word("结帐", "结算"),
    word("送货地址", "收货地址"),
    word("发货地址", "收货地址"),
    word("运送地址", "收货地址"),
    word("州/省", "省份"),
    word("通讯簿", "收货地址"),
    word("愿望清单", "收藏"),
    word("信用备忘录", "退款单"),
    word("贷方通知单", "退款单"),
    word("贷项通知单", "退款单"),
    word("航运", "收货、配送"),
    word("装运", "包裹、发货"),
    word("扁平率", "统一运费"),
    word("抓捕", "收款"),
    word("存储拾取", "到店自提"),
    word("转移支付", "转账"),
    word("打印顺序", "打印订单"),
    word("添加到购物车", "加入购物车"),
    word("会话", "登录"),
    word("折扣代码", "优惠码"),
    word("打折代码", "优惠码"),
    word("追踪号码", "快递单号"),
    word("起订量", "起订金额"),
    word("报价", "购物车、运费"),
    // The advertising law (广告法) forbids superlatives and the State's name.
    word("国家级", "（删去）"),
    word("最佳", "更好"),
    word("顶级", "优质"),
    word("全网最低", "（删去）"),
    word("史上最", "（删去）"),
];

const ZH_HANT_HK: &[Forbidden] = &[
    Forbidden { word: "你", instead: "您", except: &["猜你喜歡"] },
    Forbidden { word: "國家", instead: "國家/地區", except: &["國家/地區"] },
    word("登錄", "登入"),
    word("默認", "預設"),
    word("短信", "短訊"),
    word("簡訊", "短訊"),
    word("信息", "資料、訊息"),
    word("網路", "網絡"),
    word("結算", "結帳"),
    word("快遞", "速遞"),
    word("屏幕", "熒幕"),
    word("螢幕", "熒幕"),
    word("軟體", "軟件"),
    word("超商", "便利店"),
    word("宅配", "送貨上門"),
    word("郵箱", "電郵"),
    word("電子郵件", "電郵"),
    word("資料庫", "數據庫"),
    word("金鑰", "密鑰"),
    word("憑證", "證書"),
    word("QR Code", "二維碼"),
    word("保存", "儲存"),
    word("打印", "列印"),
    word("賬", "帳"),
    word("支付方式", "付款方式"),
    word("愿望清單", "收藏"),
    word("公斤", "千克"),
];

const ZH_HANT_TW: &[Forbidden] = &[
    Forbidden { word: "你", instead: "您", except: &["猜你喜歡"] },
    Forbidden { word: "國家", instead: "國家/地區", except: &["國家/地區"] },
    word("登錄", "登入"),
    word("默認", "預設"),
    word("短信", "簡訊"),
    word("短訊", "簡訊"),
    word("信息", "資訊、訊息"),
    word("網絡", "網路"),
    word("結算", "結帳"),
    word("快遞", "宅配、物流"),
    word("速遞", "宅配、物流"),
    word("屏幕", "螢幕"),
    word("熒幕", "螢幕"),
    word("軟件", "軟體"),
    word("電郵", "電子郵件"),
    word("郵箱", "信箱"),
    word("數據庫", "資料庫"),
    word("服務器", "伺服器"),
    word("二維碼", "QR Code"),
    word("密鑰", "金鑰"),
    word("接口", "API"),
    word("調用", "呼叫"),
    word("保存", "儲存"),
    word("打印", "列印"),
    word("賬", "帳"),
    word("支付方式", "付款方式"),
    word("送貨地址", "收件地址"),
    word("收貨地址", "收件地址"),
    word("落單", "訂購"),
    word("質量", "品質"),
    word("視頻", "影片"),
    word("用戶", "會員、使用者"),
    word("添加", "加入、新增"),
    word("支持", "支援"),
];
