# Paying (支付).

## Choosing how to pay (支付方式)
payment-method = 付款方式
payment-methods = 付款方式
payment-method-label = 付款方式：
payment-info = 付款資料
payment-none = 暫時沒有可用的付款方式
payment-missing = 請選擇付款方式
payment-not-available = 此付款方式暫不可用
payment-choose-other = 更改付款方式
payment-later = 提交訂單前再填寫付款資料
payment-no-capture = 此訂單暫時未能收款
payment-wechatpay = 微信支付
payment-alipay = 支付寶
payment-unionpay = 銀聯雲閃付
payment-octopus = 八達通
payment-fps = 轉數快（FPS）
payment-payme = PayMe
payment-line-pay = LINE Pay
payment-jkopay = 街口支付
payment-bank = 銀行轉帳
payment-atm-tw = ATM 轉帳
payment-cvs-code-tw = 便利店代碼繳費（台灣）
payment-check = 支票/匯票
payment-cod = 貨到付款
payment-free = 毋須付款
payment-instalments = 分期付款

## Cards (银行卡)
payment-card = 信用卡
payment-card-type = 信用卡類別
payment-card-number = 卡號
payment-card-expiry = 有效期
payment-card-cvv = 安全碼（CVV）
payment-card-name = 持卡人姓名
payment-card-month = 月
payment-card-year = 年
payment-card-bad = 卡號有誤，請核對
payment-card-declined = 發卡銀行拒絕交易，請使用其他信用卡或聯絡發卡銀行

## How it went (支付结果)
payment-paying = 等待付款
# $app (String) name of the wallet
payment-scan = 請以{ $app }掃描二維碼付款
# $time (String) time left, formatted
payment-expires = 請於 { $time } 內完成付款
payment-done = 付款成功
payment-failed = 付款失敗，請再試
payment-canceled = 已取消付款
payment-unknown = 正在確認付款結果，請勿重複付款
payment-too-late = 訂單逾時未付款，已自動取消
