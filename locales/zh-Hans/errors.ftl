# REST 错误的文字：错误目录（`src/error.rs`）中每个代码有一条说明和一个标题。
errors-heading = 错误代码

error-unauthenticated-title = 没有提供 API 密钥
error-unauthenticated = 请在请求头中发送私密密钥：Authorization: Bearer ld_sk_…
error-invalid-key-title = API 密钥无效
error-invalid-key = 该密钥不存在或已被吊销。可用“luodi keys create”新建一个。
error-wrong-key-kind-title = 此接口需要私密密钥
error-wrong-key-kind = 可公开密钥（ld_pk_…）无权调用。请在服务器端使用私密密钥（ld_sk_…）。
error-origin-not-allowed-title = 该页面不能调用此接口
error-origin-not-allowed = 请把该页面的来源加入商店的 allowed_origins。浏览器只能凭单笔支付的 client_secret 调用。
error-client-secret-invalid-title = client_secret 不匹配
error-client-secret-invalid = 请使用创建该笔支付时返回的 client_secret。
error-not-found-title = 不存在
error-not-found = { $what ->
    [payment] 该密钥下没有这笔支付。
    [attempt] 该密钥下没有这次支付尝试。
    [refund] 该密钥下没有这笔退款。
    [account] 该密钥下没有这个商户账号。
    [statement] 这一天没有对账单。可用 POST /v1/statements/账号/日期/fetch 获取。
    [difference] 该密钥下没有这条对账差异。
    [endpoint] 该密钥下没有这个 Webhook 地址。
    [delivery] 该地址下没有这次投递。
    [locale] 没有这种语言。可用的语言见 /v1/locales。
    [qr] 这次支付尝试现在没有可显示的二维码：它不在待支付状态。
    [region] 没有这个行政区划。
   *[page] 该地址没有内容。可用的接口见 /docs。
}
error-method-not-allowed-title = 不支持的请求方法
error-method-not-allowed = 该地址不接受这种 HTTP 方法，见 /docs。
error-malformed-json-title = 请求体不是合法的 JSON
error-malformed-json = { $why ->
    [place] 请求体从第 { $line } 行第 { $column } 列起无法按 JSON 解析。
   *[cut_off] 请求体不完整，传输中断。
}
error-unsupported-media-type-title = 请求体必须是 JSON
error-unsupported-media-type = 请发送请求头 Content-Type: application/json。
error-body-too-large-title = 请求体过大
error-body-too-large = 请求体最多 { $limit_bytes } 字节。
error-validation-failed-title = 部分内容不合要求
error-validation-failed = 详见“errors”：逐项列出字段和改法。没有作任何更改。
error-idempotency-key-missing-title = 缺少 Idempotency-Key 请求头
error-idempotency-key-missing = 请发送 Idempotency-Key（16–255 个可见 ASCII 字符）：每创建一样东西用一个新的，重试时用同一个。
error-idempotency-key-invalid-title = Idempotency-Key 不合要求
error-idempotency-key-invalid = Idempotency-Key 为 16–255 个可见 ASCII 字符，不含空格；随机 UUID 即可。
error-idempotency-in-progress-title = 使用该键的首次请求仍在处理
error-idempotency-in-progress = 请按 Retry-After 等待后重发同一请求，即可得到它的结果。
error-idempotency-mismatch-title = 该键已用于另一请求
error-idempotency-mismatch = 一个 Idempotency-Key 只对应一个请求。内容或地址不同时请换用新键。
error-payment-not-open-title = 该笔支付已不在待支付状态
error-payment-not-open = 该笔支付的状态为 { $status }，无法再进行此操作。
error-payment-closing-title = 该笔支付正在关闭
error-payment-closing = 不能再发起新的支付尝试。如买家仍要付款，请新建一笔支付。
error-payment-not-paid-title = 该笔支付尚未付款
error-payment-not-paid = 该笔支付的状态为 { $status }；只有已收到的款项才能退还。
error-attempt-unsettled-title = 上一次支付尝试尚未了结
error-attempt-unsettled = 支付渠道尚未确认上一订单的结果，同时打开两个订单可能导致重复付款。请几秒后再试。
error-refund-exceeds-paid-title = 超出可退金额
error-refund-exceeds-paid = 最多还可退 { $refundable } 元。
error-refund-not-abnormal-title = 该退款没有异常
error-refund-not-abnormal = 只有渠道已受理但无法退到原账户的退款，才能改变去向。
error-mode-mismatch-title = 测试与正式不可混用
error-mode-mismatch = 当前密钥属于 { $key_mode } 模式，而该对象属于另一模式。
error-account-missing-title = 没有商户账号
error-account-missing = 该店铺在 { $mode } 模式下没有启用的 { $gateway } 账号。请用“luodi accounts add”或 POST /v1/accounts 添加。
error-account-ambiguous-title = 有多个商户账号
error-account-ambiguous = 该店铺有多个 { $gateway } 账号，请在“account”中指明（{ $accounts }），或停用不用的账号。
error-account-invalid-title = 商户账号的配置不合要求
error-account-invalid = 详见“errors”：逐项列出配置和改法。没有保存任何内容。
error-flow-unsupported-title = 不支持这种支付方式
error-flow-unsupported = { $gateway } 在此不支持“{ $flow }”。
error-method-unavailable-title = 该支付方式暂不可用
error-method-unavailable = 商家暂时无法收取这笔付款，请联系商家。
error-gateway-unavailable-title = 无法连接支付渠道
error-gateway-unavailable = 请求没有到达支付渠道，什么也没有发生。请用同一 Idempotency-Key 重发。
error-gateway-unknown-title = 支付渠道的结果尚不明确
error-gateway-unknown = 该请求可能已生效，正在向支付渠道核实。请查询该笔支付，不要另行发起。
error-gateway-declined-title = 支付渠道拒绝了请求
error-gateway-declined = 支付渠道返回 { $code }：{ $message }
error-gateway-misconfigured-title = 商户账号尚未开通此项
error-gateway-misconfigured = 支付渠道返回 { $code }。{ $fix }
error-conflict-title = 内容已被他人修改
error-conflict = 在您修改期间内容发生了变化。请重新读取后再修改。
error-difference-resolved-title = 该差异已消除
error-difference-resolved = 对账单与本地账本现已一致，无需确认。
error-statements-unsupported-title = 此渠道不提供对账单
error-statements-unsupported = { $gateway } 没有对账单接口：请在其控制台下载文件，人工核对。
error-vault-locked-title = 无法打开商户密钥
error-vault-locked = 服务器没有相应的主密钥。请设置 vault.keys（LUODI_VAULT__KEYS_FILE），详见日志。
error-rate-limited-title = 请求过于频繁
error-rate-limited = 请按 Retry-After 等待后继续。
error-storage-unavailable-title = 数据库没有响应
error-storage-unavailable = 没有作任何更改，或已记录在您的 Idempotency-Key 之下。请重发同一请求。
error-internal-title = 服务器内部错误
error-internal = 内部出现故障。请把 request_id 告知服务器管理员。

field-required = 请填写此项。
field-required-for-flow = 使用 { $flow } 方式时必须提供。
field-required-with = 请与“{ $other }”一起提供。
field-told-twice = 与“{ $other }”含义相同，只需提供其中一个。
field-unknown-field = 没有“{ $field }”这个字段。可用字段：{ $allowed }。
field-unknown-field-nearest = 没有“{ $field }”这个字段。是否想写“{ $nearest }”？
field-expected-whole-number = 请填写整数，不加引号；金额以分为单位（12.80 元写作 1280）。
field-expected-string = 请填写带引号的字符串。
field-expected-object = 请填写 JSON 对象。
field-expected-boolean = 请填写 true 或 false。
field-expected-list = 请填写列表。
field-wrong-type = 值的类型不对：{ $detail }。
field-amount-not-positive = 金额至少为 1 分。
field-amount-too-large = 金额最多为 { $max } 元。
field-exceeds-refundable = 最多还可退 { $refundable_fen } 分（{ $refundable } 元）。
field-unsupported = 可用的值：{ $allowed }。
field-too-long = 最多 { $max } 个字符，现有 { $length } 个。
field-too-many = 最多 { $max } 项。
field-metadata-too-long = 名称为 1–40 个字符，值最多 500 个字符。
field-control-characters = 请去掉换行等控制字符。
field-out-of-range = 请填写 { $min } 到 { $max } 之间的数。
field-not-an-ip = 请填写 IPv4 或 IPv6 地址，例如 203.0.113.7。
field-not-a-payer-code = { $gateway ->
    [wechatpay] 微信付款码为 18 位数字，以 10 至 15 开头：请重新扫码。
    [alipay] 支付宝付款码为 16 至 24 位数字，以 25 至 30 开头：请重新扫码。
   *[other] 银联付款码为 16 至 20 位数字，通常以 62 开头：请重新扫码。
}
field-not-a-web-address = 请填写以 https:// 开头的完整网址。
field-host-not-listed = 只允许返回到以下域名：{ $allowed }。
field-not-a-time = 请填写 RFC 3339 时间，例如 2026-01-31T08:00:00Z。
field-not-a-date = 请按 YYYY-MM-DD 填写日期，例如 2026-01-31。
field-date-not-over = 北京时间的这一天尚未结束；对账单在次日上午生成。
field-date-too-old = 只能获取最近 { $days } 天内的对账单，请选择较近的日期。
field-not-an-id = 请填写以“{ $prefix }”开头的编号。
field-unknown-account = { $mode } 模式下没有这个编号的启用账号。
field-address-refused = 不能调用该地址：{ $reason }。
field-unknown-event-type = 没有“{ $name }”这种事件。可用的有：{ $allowed }。
field-unknown-event-type-nearest = 没有“{ $name }”这种事件。是否想写“{ $nearest }”？
field-replay-selection = 请提供“event_ids”，或同时提供“from”和“to”。
field-not-after = 请填写晚于“{ $other }”的时间。
field-cursor = 请使用同一列表返回的 next_cursor。
field-nul-character = 请去掉 NUL 字符。
field-unknown-message = 没有“{ $id }”这个文本。
field-unknown-message-nearest = 没有“{ $id }”这个文本。是否想写“{ $nearest }”？
field-text-or-whole-number = 请填写带引号的文字或整数；金额和日期请先排好格式。
field-region-code = 行政区划代码为六位数字，乡镇街道为九位，例如 440305。
field-unknown-shop-region = 上传的列表中没有这个地区 ID。
field-not-a-province = 请填写省级行政区划代码（六位数字），例如 440000。

# 商户账号的配置。
setting-certificate-not-of-key = 证书与私钥不是一对：请使用同一次下载得到的两个文件。
setting-certificate-not-public-key = 这是证书；此处应填微信支付公钥（pub_key.pem）。
setting-host-not-allowed = 正式账号只能调用微信支付官方域名。
setting-invalid-app-partnerid = 请填写 mchid 或 sub_mchid。
setting-invalid-certificate = 无法识别为商户 API 证书（apiclient_cert.pem）。
setting-invalid-codepay = 请填写 v3，或留空。
setting-invalid-text = 内容过长，或包含微信支付不接受的字符（如表情符号）。
setting-invalid-web-address = 请填写以 https:// 开头的网址。
setting-private-key-not-certificate = 这是私钥，属于机密；此处应填写商户 API 证书（apiclient_cert.pem）。
setting-serial-not-of-certificate = 商户 API 证书的序列号与此不同：请更正，或留空。
setting-store-needed = 扫描付款码需要指明门店：请填写 store_id 或 store_out_id。
setting-sub-mchid-needed = 此项仅供服务商使用：请同时填写 sub_mchid。
setting-test-account-needs-stand-in = 测试账号须填写模拟环境地址（例如“luodi sandbox”显示的地址）：微信支付没有测试环境。
setting-invalid-api-base = 请填写 https:// 加域名，或本机的 http:// 地址，不带路径。
setting-invalid-app-secret = AppSecret 为 32 位字母和数字，在微信公众平台重置后只显示一次。
setting-invalid-apiv3-key = APIv3 密钥必须是 32 位字母和数字。
setting-invalid-appid = AppID 为“wx”加 16 位字母或数字。
setting-invalid-mchid = 商户号只含数字。
setting-invalid-merchant-serial = 商户 API 证书序列号为 40 位十六进制字符。
setting-invalid-public-key = 无法识别为微信支付公钥（pub_key.pem）。
setting-invalid-public-key-id = 微信支付公钥 ID 为“PUB_KEY_ID_”加数字。
setting-key-encrypted = 私钥带有密码保护，请提供未加密的私钥。
setting-key-too-small = RSA 密钥过短，至少需要 2048 位。
setting-merchant-certificate-not-public-key = 这是商户自己的证书；此处应填微信支付公钥。
setting-missing = 此项必填。
setting-not-an-object = 请填写 JSON 对象。
setting-not-text = 请填写带引号的字符串。
setting-own-public-key = 这是商户自己的公钥；此处应填微信支付公钥。
setting-private-not-public-key = 这是私钥；此处应填微信支付公钥。
setting-public-key-id-without-key = 填写了公钥 ID，还需提供公钥（wechatpay_public_key）。
setting-public-key-without-id = 填写了公钥，还需提供公钥 ID（wechatpay_public_key_id）。
setting-unknown-field = 没有这个配置项，{ $nearest ->
    [none] 可用的配置项：{ $allowed }。
   *[other] 是否想写“{ $nearest }”？
}

# 账号自检的结果。
check-private-key = 私钥可以读取。
check-clock = 本机时钟与微信支付不一致，请校时（NTP）。
check-credentials-accepted = 微信支付认可了签名。
check-public-key-needed = 该商户没有平台证书：请在商户平台下载微信支付公钥，并填写公钥和公钥 ID。
check-sign-error = 微信支付拒绝了签名：商户证书序列号、商户私钥与商户号不匹配。
check-refused = 微信支付拒绝了请求。
check-unreachable = 无法连接微信支付。
check-not-confirmed = 暂时无法确认，请稍后再试。
check-apiv3-key-wrong = 平台证书无法用 APIv3 密钥解开：请与商户平台核对。
check-public-key-id-mismatch = 微信支付使用了未配置的公钥签名：请与商户平台核对公钥 ID。
check-public-key-wrong = 微信支付公钥与公钥 ID 不匹配。
check-answer-not-proven = 无法验证返回内容。
check-public-key = 微信支付公钥验签通过。
check-order-left-open = 自检订单未能关闭，稍后会自动失效。
check-order-refused = 微信支付拒绝了下单。
check-product-not-enabled = 商户无法下单：请在商户平台开通 Native 支付，并查看账户是否受限。
check-app-not-bound = 该 AppID 未与商户号绑定：请在商户平台的“AppID 账号管理”中关联。
check-app-bound = 该 AppID 可以下单。
check-merchant-certificate-expiring = 商户 API 证书即将到期：请在商户平台重新申请，并同时更换私钥与证书。
check-platform-certificate-expiring = 平台证书即将到期；建议切换到微信支付公钥。

# 商户出示的收款码。
field-merchant-code-not-emv = 这不是 EMVCo 商户码：商户码以 000201 开头。https://qr.95516.com/… 这样的网址也是收款码，但其中没有可解析的内容。
field-merchant-code-broken-head = 第 { $at } 个字符处应为两位对象编号和两位长度。前面有字符丢失或多余，请重新复制或扫描。
field-merchant-code-object-too-long = 第 { $at } 个字符处：对象 { $id } 的长度超出剩余内容。码的末尾不完整或长度有误，请重新复制或扫描。
field-merchant-code-object-empty = 第 { $at } 个字符处：对象 { $id } 的长度为 00。空对象应由制码方省略。
field-merchant-code-object-twice = 第 { $at } 个字符处：对象 { $id } 重复出现。应由制码方只写一次。
field-merchant-code-no-crc = 缺少校验值：码以 6304 加四个字符结尾。请完整复制或扫描。
field-merchant-code-wrong-crc = 第 { $at } 个字符处：校验值为 { $told }，而这段内容的校验值应为 { $expected }。有字符被改动，请重新复制或扫描。
field-merchant-code-object-missing = 缺少对象 { $id }：{ $part ->
    [account] 商户账户（02 至 51）
    [category] 商户类别码，4 位数字
    [currency] 币种，人民币为 156
    [country] 国家/地区代码，两个大写字母
    [merchant-name] 商户名称
   *[merchant-city] 商户所在城市
}。请由制码方补上。
field-merchant-code-object-invalid = 第 { $at } 个字符处的对象 { $id } 应为：{ $part ->
    [initiation] 11（可多次使用）或 12（仅限一次）
    [unionpay-account] 银联商户账户：两个 8 位机构号和最长 15 个字符的商户号
    [category] 商户类别码，4 位数字
    [currency] 币种，3 位数字
    [amount] 大于零的金额，如 12.34；人民币最多两位小数
    [country] 国家/地区代码，两个大写字母
    [merchant-name] 商户名称，最多 25 个字符
   *[merchant-city] 商户所在城市，最多 15 个字符
}。请由制码方更正。
