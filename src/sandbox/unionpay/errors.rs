//! How UnionPay refuses (§12): `respCode`, and a text with a seven-digit detail in brackets.

/// A refusal; nothing was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) resp_code: String,
    text: String,
}

impl Refusal {
    pub(super) fn new(resp_code: &str, text: impl Into<String>) -> Self {
        Self { resp_code: resp_code.to_owned(), text: text.into() }
    }

    /// `10`: a field is not as it must be.
    pub(super) fn format(field: &str) -> Self {
        Self::new("10", format!("报文格式错误：{field}"))
    }

    /// `13`: a field must be there and is not.
    pub(super) fn missing(field: &str) -> Self {
        Self::new("13", format!("报文必填要素缺失：{field}"))
    }

    pub(super) fn signature() -> Self {
        Self::new("11", "验证签名失败")
    }

    pub(super) fn not_found() -> Self {
        Self::new("34", "查无此交易")
    }

    pub(super) fn resp_msg(&self) -> String {
        format!("{}[{}]", self.text, detail(&self.resp_code))
    }
}

fn detail(resp_code: &str) -> &'static str {
    match resp_code {
        "00" => "0000000",
        "03" | "04" | "05" => "6154037",
        "10" | "13" => "6100030",
        "11" => "9100004",
        "12" => "2010002",
        "34" => "2600000",
        _ => "1000005",
    }
}

/// What a code means, as `respMsg` and `origRespMsg` tell it.
pub(super) fn resp_msg(resp_code: &str) -> String {
    let text = match resp_code {
        "00" => "成功",
        "A6" => "有缺陷的成功",
        "01" => "交易失败",
        "03" => "交易通讯超时，请发起查询交易",
        "04" => "交易状态未明，请查询对账结果",
        "05" => "交易已受理，请稍后查询",
        "06" => "系统繁忙，请稍后再试",
        "12" => "重复交易",
        "34" => "查无此交易",
        "37" => "已超过最大查询次数或操作过于频繁",
        "42" => "扣款成功但交易超过规定支付时间",
        "60" => "交易失败，详情请咨询您的发卡行",
        "64" => "您的卡余额不足",
        "66" => "身份信息或手机号验证失败",
        "98" => "文件不存在",
        _ => "交易失败",
    };
    format!("{text}[{}]", detail(resp_code))
}

/// Two digits, or a letter and a digit.
pub(super) fn is_resp_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}
