# 支付渠道拒絕原因的説明，供商戶查看。$told 為渠道返回的原文。

# 微信支付。
gateway-wechatpay-param-error = 微信支付認為參數有誤：{ $told }
gateway-wechatpay-invalid-request = 微信支付拒絕了請求：{ $told }
gateway-wechatpay-appid-mchid-not-match = AppID 與商戶號未綁定。請在微信支付商戶平台「產品中心」的「AppID 帳號管理」中關聯，並在該應用的後台確認授權。
gateway-wechatpay-mch-not-exists = 微信支付沒有這個商戶號：請與商戶平台核對 mchid。
gateway-wechatpay-order-closed = 該訂單在微信支付已關閉，請重新發起支付。
gateway-wechatpay-order-paid = 該訂單已支付，稍後會更新支付狀態。
gateway-wechatpay-order-reversed = 該訂單已撤銷，請重新發起支付。
gateway-wechatpay-sign-error = 微信支付拒絕了簽名：商戶號、證書序列號與私鑰必須匹配，且本機時鐘準確。運行「luodi accounts check」可查明原因。
gateway-wechatpay-no-auth = 商戶沒有該產品的權限。請在商戶平台「產品中心」開通，並查看帳戶是否受限；服務商模式下還需特約商戶授權。
gateway-wechatpay-out-trade-no-used = 商戶訂單號已用於內容不同的訂單。
gateway-wechatpay-rule-limit = 微信支付的風控規則拒絕了此次交易：{ $told }
gateway-wechatpay-trade-error = 微信支付無法完成扣款：{ $told }
gateway-wechatpay-not-enough = 餘額不足。退款時請為商戶帳戶充值，系統會以同一退款單號重試；付款碼支付時請顧客更換付款方式。
gateway-wechatpay-account-error = 微信支付帳戶異常：{ $told }
gateway-wechatpay-user-account-abnormal = 用戶帳戶異常或已註銷，無法退回。請在商戶平台處理，或通過其他途徑退款。
gateway-wechatpay-order-not-exist = 微信支付沒有該訂單。
gateway-wechatpay-resource-not-exists = 微信支付沒有該訂單或退款，或訂單尚未支付。
gateway-wechatpay-frequency-limited = 請求過於頻繁，稍後會以同一單號重試。較早的訂單退款處理較慢。
gateway-wechatpay-ratelimit-exceeded = 請求過於頻繁，稍後會以同一單號重試。
gateway-wechatpay-rate-limited = 請求過於頻繁，稍後會以同一單號重試。
gateway-wechatpay-system-error = 微信支付系統異常，結果未知，正在查詢。
gateway-wechatpay-bank-error = 銀行系統異常，結果未知，正在查詢。
gateway-wechatpay-openid-mismatch = openid 與支付所用的 AppID 不匹配：請用該 AppID 獲取 openid。
gateway-wechatpay-invalid-transactionid = 微信支付訂單號無效。
gateway-wechatpay-userpaying = 用戶正在輸入支付密碼。
gateway-wechatpay-auth-code-error = 付款碼無法使用，請顧客刷新後重新掃碼。
gateway-wechatpay-auth-code-expire = 付款碼已過期，請顧客刷新後重新掃碼。
gateway-wechatpay-auth-code-expired = 付款碼已過期，請顧客刷新後重新掃碼。
gateway-wechatpay-auth-code-invalid = 這不是微信付款碼。請掃描微信「收付款」中的付款碼。
gateway-wechatpay-payerror = 支付失敗：{ $told }
gateway-wechatpay-abnormal = 原支付帳戶無法入帳。請在商戶平台將退款改退至用戶的銀行卡，或退回商戶帳戶後自行與用戶另行了結。
gateway-wechatpay-closed = 微信支付已關閉該退款，款項仍在商戶帳戶。如需退款請重新申請。

# 所有渠道，以及本服務自身的拒絕。
gateway-outcome-unknown = 支付渠道的結果尚不明確，正在查詢。
gateway-gateway-unreachable = 無法連接支付渠道，本次請求沒有生效。
gateway-never-opened = 支付渠道沒有收到該訂單。
gateway-code-lost = 支付渠道已受理該訂單，但供顧客付款的內容在途中遺失：請重新發起支付。
gateway-amount-zero = 金額至少為 1 分。
gateway-description-empty = 商品描述中沒有可用的字符。
gateway-expired = 訂單在發起之前就會過期。
gateway-payer-id-missing = 在微信內支付需要用戶在該 AppID 下的 openid。
gateway-payer-id = openid 最多 128 個字母、數字或符號。
gateway-shopper-ip-missing = 手機瀏覽器支付需要用戶的真實 IP 地址（shopper.ip）。
gateway-app-id-unknown = 該 AppID 不屬於此帳號：請加入帳號配置（appid、mini_program_appid、app_appid），或使用已配置的 AppID。
gateway-codepay-off = 付款碼支付未啓用：微信支付開通後，請將 codepay 設為 v3，並填寫 store_id 或 store_out_id。
gateway-notify-url = 支付渠道只能向不帶參數的公網 https 地址發送通知：請設置本服務的公網地址。
gateway-refund-amount = 退款金額至少 1 分，且不超過訂單金額。
gateway-too-many-refunds = 一筆訂單最多退款 50 次：其餘金額請通過其他途徑退還。
gateway-bank-type = 該銀行不支持異常退款。
gateway-too-long = 卡號或姓名過長。
gateway-fund-flow-of-sub-merchant = 服務商無法在此獲取特約商戶的資金帳單：請由特約商戶在其商戶平台下載。
