//! Where the columns of a bill stand. Columns have been added and renamed over the years: they are found by
//! the names in the header, never by their place.

/// The columns of a trade bill (交易账单) that are read.
#[derive(Debug, Clone)]
pub(super) struct TradeLayout {
    pub at: usize,
    pub refund_at: Option<usize>,
    pub appid: Option<usize>,
    pub mchid: usize,
    pub sub_mchid: Option<usize>,
    pub transaction_id: usize,
    pub out_trade_no: usize,
    pub state: usize,
    pub currency: Option<usize>,
    pub order_amount: usize,
    pub refund_id: Option<usize>,
    pub out_refund_no: Option<usize>,
    pub refund_amount: Option<usize>,
    pub refund_state: Option<usize>,
    pub description: Option<usize>,
    pub fee: usize,
}

/// The columns of a fund-flow bill (资金账单).
#[derive(Debug, Clone)]
pub(super) struct FundLayout {
    pub at: usize,
    pub gateway_no: usize,
    pub flow_no: usize,
    pub business: Option<usize>,
    pub business_type: Option<usize>,
    pub direction: usize,
    pub amount: usize,
    pub balance: usize,
    pub note: Option<usize>,
    pub voucher_no: Option<usize>,
}

/// The header of a bill or of its summary.
#[derive(Debug, Clone)]
pub(super) struct Header(Vec<String>);

impl Header {
    /// Backticks and blanks around names do not count, nor does the width of brackets.
    pub(super) fn read(line: &str) -> Self {
        let clean = |name: &str| {
            name.trim_matches(|c: char| c == '`' || c.is_whitespace()).replace('（', "(").replace('）', ")")
        };
        Self(line.split(',').map(clean).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The first of these names that is there; the later ones are what older files call it.
    pub(super) fn find(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.0.iter().position(|n| n == name))
    }

    fn need(&self, names: &[&str]) -> Result<usize, String> {
        self.find(names).ok_or_else(|| format!("the column {} is missing", names.first().copied().unwrap_or_default()))
    }

    pub(super) fn trade(&self) -> Result<TradeLayout, String> {
        Ok(TradeLayout {
            at: self.need(&["交易时间"])?,
            refund_at: self.find(&["退款申请时间"]),
            appid: self.find(&["公众账号ID"]),
            mchid: self.need(&["商户号"])?,
            sub_mchid: self.find(&["特约商户号", "子商户号"]),
            transaction_id: self.need(&["微信订单号"])?,
            out_trade_no: self.need(&["商户订单号"])?,
            state: self.need(&["交易状态"])?,
            currency: self.find(&["货币种类"]),
            // Older files know only what is left after coupons.
            order_amount: self.need(&["订单金额", "应结订单金额", "总金额"])?,
            refund_id: self.find(&["微信退款单号"]),
            out_refund_no: self.find(&["商户退款单号"]),
            refund_amount: self.find(&["申请退款金额", "退款金额"]),
            refund_state: self.find(&["退款状态"]),
            description: self.find(&["商品名称"]),
            fee: self.need(&["手续费"])?,
        })
    }

    pub(super) fn fund(&self) -> Result<FundLayout, String> {
        Ok(FundLayout {
            at: self.need(&["记账时间"])?,
            gateway_no: self.need(&["微信支付业务单号"])?,
            flow_no: self.need(&["资金流水单号"])?,
            business: self.find(&["业务名称"]),
            business_type: self.find(&["业务类型"]),
            direction: self.need(&["收支类型"])?,
            amount: self.need(&["收支金额(元)", "收支金额"])?,
            balance: self.need(&["账户结余(元)", "账户结余"])?,
            note: self.find(&["备注"]),
            voucher_no: self.find(&["业务凭证号"]),
        })
    }
}
