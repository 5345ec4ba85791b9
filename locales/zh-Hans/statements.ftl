# 支付渠道的对账单，及其与本地账本的差异。

# 差异说明与处理建议。金额单位为元。
difference-unknown-order = { $date } 的对账单中有订单 { $number }（{ $there } 元），本地账本没有记录。
difference-unknown-order-advice = 请查明这笔款由哪个系统收取：同一商户号下的其他店铺，或启用本系统之前的订单。如有其他系统共用该商户号，请为店铺设置 other_systems。若无人认领，请在渠道的商户平台退款，然后确认此差异。
difference-unpaid-here = { $date } 的对账单显示订单 { $number }（{ $there } 元）已支付，而本地状态为 { $here_state }。
difference-unpaid-here-advice = 暂时无需处理：系统正在向渠道查询，以渠道的答复入账。如长时间未消除，请在商户平台核对该订单并联系渠道客服。
difference-unknown-refund = { $date } 的对账单中有退款 { $number }（{ $there } 元），并非由本系统发起。
difference-unknown-refund-advice = 可能有人在渠道的商户平台或通过其他系统退了款。请在店铺中手工更正该订单并确认此差异；今后请从本系统发起退款，以便两边一致。
difference-payment-absent = 本地 { $date } 记录的支付 { $number }（{ $here } 元）不在渠道的对账单中。
difference-payment-absent-advice = 可能出现在次日的对账单中，届时会自动消除。如之后仍未消除，请先在商户平台核对该订单，再行结算。
difference-refund-absent = 本地 { $date } 记录的退款 { $number }（{ $here } 元）不在渠道的对账单中。
difference-refund-absent-advice = 可能出现在次日的对账单中，届时会自动消除。如之后仍未消除，请在商户平台核对该笔退款。
difference-payment-amount = 订单 { $number } 在 { $date } 的对账单中为 { $there } 元，本地为 { $here } 元。
difference-payment-amount-advice = 查清之前请勿发货。请在商户平台核对该订单；本地数据未作任何更改。
difference-refund-amount = 退款 { $number } 在 { $date } 的对账单中为 { $there } 元，本地为 { $here } 元。
difference-refund-amount-advice = 请在商户平台核对该笔退款并联系渠道客服；本地数据未作任何更改。
difference-currency = 订单 { $number } 在 { $date } 的对账单中的币种与本地不同。
difference-currency-advice = 请在商户平台核对该订单；本地数据未作任何更改。
difference-reversed = { $date } 的对账单显示订单 { $number }（{ $there } 元）已撤销，而本地为已支付。
difference-reversed-advice = 请在商户平台查询该订单。若款项确已退回，请追回商品或请买家重新付款；本地记录没有撤销。
difference-refund-status = 退款 { $number } 在 { $date } 的对账单中为 { $there_state }，本地为 { $here_state }。
difference-refund-status-advice = 暂时无需处理：系统正在向渠道查询。如长时间未消除，请在商户平台核对该笔退款。
difference-paid-twice = 订单 { $number } 被渠道的两笔交易支付；另见 { $there_state }。
difference-paid-twice-advice = 买家为同一订单付了两次款。请在商户平台查询这两笔交易，并退还其中一笔。
difference-listed-twice = { $number }（{ $there } 元）在对账单中出现两次；另见 { $there_state }。
difference-listed-twice-advice = 记账时请只计一次，并向渠道客服确认哪一行有效。
difference-totals-disagree = { $date } 的对账单中，合计 { $number } 为 { $there } 元，而各行相加为 { $here } 元。
difference-totals-disagree-advice = 请以各行之和为准。可重新获取该对账单；如仍不一致，请咨询渠道客服。

# 供 Excel 打开的文件。
statement-csv-position = 序号
statement-csv-kind = 类型
statement-csv-at = 时间（北京）
statement-csv-out-trade-no = 商户订单号
statement-csv-gateway-trade-no = 渠道订单号
statement-csv-out-refund-no = 商户退款单号
statement-csv-gateway-refund-no = 渠道退款单号
statement-csv-amount = 金额（元）
statement-csv-currency = 币种
statement-csv-fee = 手续费（元）
statement-csv-refund-state = 退款状态
statement-csv-description = 商品名称
statement-csv-flow-no = 资金流水号
statement-csv-business-no = 渠道业务单号
statement-csv-business = 业务类型
statement-csv-balance = 账户余额（元）
statement-csv-note = 备注
statement-csv-voucher-no = 业务凭证号
statement-row-payment = 支付
statement-row-refund = 退款
statement-row-reversal = 撤销
statement-row-income = 收入
statement-row-expense = 支出
statement-refund-pending = 处理中
statement-refund-succeeded = 成功
statement-refund-failed = 失败
