# 支付渠道拒绝原因的说明，供商户查看。$told 为渠道返回的原文。

# 微信支付。
gateway-wechatpay-param-error = 微信支付认为参数有误：{ $told }
gateway-wechatpay-invalid-request = 微信支付拒绝了请求：{ $told }
gateway-wechatpay-appid-mchid-not-match = AppID 与商户号未绑定。请在微信支付商户平台“产品中心”的“AppID 账号管理”中关联，并在该应用的后台确认授权。
gateway-wechatpay-mch-not-exists = 微信支付没有这个商户号：请与商户平台核对 mchid。
gateway-wechatpay-order-closed = 该订单在微信支付已关闭，请重新发起支付。
gateway-wechatpay-order-paid = 该订单已支付，稍后会更新支付状态。
gateway-wechatpay-order-reversed = 该订单已撤销，请重新发起支付。
gateway-wechatpay-sign-error = 微信支付拒绝了签名：商户号、证书序列号与私钥必须匹配，且本机时钟准确。运行“luodi accounts check”可查明原因。
gateway-wechatpay-no-auth = 商户没有该产品的权限。请在商户平台“产品中心”开通，并查看账户是否受限；服务商模式下还需特约商户授权。
gateway-wechatpay-out-trade-no-used = 商户订单号已用于内容不同的订单。
gateway-wechatpay-rule-limit = 微信支付的风控规则拒绝了此次交易：{ $told }
gateway-wechatpay-trade-error = 微信支付无法完成扣款：{ $told }
gateway-wechatpay-not-enough = 余额不足。退款时请为商户账户充值，系统会以同一退款单号重试；付款码支付时请顾客更换支付方式。
gateway-wechatpay-account-error = 微信支付账户异常：{ $told }
gateway-wechatpay-user-account-abnormal = 用户账户异常或已注销，无法退回。请在商户平台处理，或通过其他途径退款。
gateway-wechatpay-order-not-exist = 微信支付没有该订单。
gateway-wechatpay-resource-not-exists = 微信支付没有该订单或退款，或订单尚未支付。
gateway-wechatpay-frequency-limited = 请求过于频繁，稍后会以同一单号重试。较早的订单退款处理较慢。
gateway-wechatpay-ratelimit-exceeded = 请求过于频繁，稍后会以同一单号重试。
gateway-wechatpay-rate-limited = 请求过于频繁，稍后会以同一单号重试。
gateway-wechatpay-system-error = 微信支付系统异常，结果未知，正在查询。
gateway-wechatpay-bank-error = 银行系统异常，结果未知，正在查询。
gateway-wechatpay-openid-mismatch = openid 与支付所用的 AppID 不匹配：请用该 AppID 获取 openid。
gateway-wechatpay-invalid-transactionid = 微信支付订单号无效。
gateway-wechatpay-userpaying = 用户正在输入支付密码。
gateway-wechatpay-auth-code-error = 付款码无法使用，请顾客刷新后重新扫码。
gateway-wechatpay-auth-code-expire = 付款码已过期，请顾客刷新后重新扫码。
gateway-wechatpay-auth-code-expired = 付款码已过期，请顾客刷新后重新扫码。
gateway-wechatpay-auth-code-invalid = 这不是微信付款码。请扫描微信“收付款”中的付款码。
gateway-wechatpay-payerror = 支付失败：{ $told }
gateway-wechatpay-abnormal = 原支付账户无法入账。请在商户平台将退款改退至用户的银行卡，或退回商户账户后自行与用户结算。
gateway-wechatpay-closed = 微信支付已关闭该退款，款项仍在商户账户。如需退款请重新申请。

# 所有渠道，以及本服务自身的拒绝。
gateway-outcome-unknown = 支付渠道的结果尚不明确，正在查询。
gateway-gateway-unreachable = 无法连接支付渠道，本次请求没有生效。
gateway-never-opened = 支付渠道没有收到该订单。
gateway-code-lost = 支付渠道已受理该订单，但供顾客付款的内容在途中丢失：请重新发起支付。
gateway-amount-zero = 金额至少为 1 分。
gateway-description-empty = 商品描述中没有可用的字符。
gateway-expired = 订单在发起之前就会过期。
gateway-payer-id-missing = 在微信内支付需要用户在该 AppID 下的 openid。
gateway-payer-id = openid 最多 128 个字母、数字或符号。
gateway-shopper-ip-missing = 手机浏览器支付需要用户的真实 IP 地址（shopper.ip）。
gateway-app-id-unknown = 该 AppID 不属于此账号：请加入账号配置（appid、mini_program_appid、app_appid），或使用已配置的 AppID。
gateway-codepay-off = 付款码支付未启用：微信支付开通后，请将 codepay 设为 v3，并填写 store_id 或 store_out_id。
gateway-notify-url = 支付渠道只能向不带参数的公网 https 地址发送通知：请设置本服务的公网地址。
gateway-refund-amount = 退款金额至少 1 分，且不超过订单金额。
gateway-too-many-refunds = 一笔订单最多退款 50 次：其余金额请通过其他途径退还。
gateway-bank-type = 该银行不支持异常退款。
gateway-too-long = 卡号或姓名过长。
gateway-fund-flow-of-sub-merchant = 服务商无法在此获取特约商户的资金账单：请由特约商户在其商户平台下载。
