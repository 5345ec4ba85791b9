# Hosted cashier (收银台), read by shoppers.
cashier-title = 結帳付款
# Names the other language, in that language.
cashier-language = English
cashier-test-mode = 測試模式：不會真正扣款
cashier-amount-due = 應付金額
cashier-amount-paid = 實付金額
cashier-amount = 訂單金額
cashier-payee = 收款商家
cashier-goods = 商品
cashier-order-number = 訂單編號
cashier-method = 付款方式
cashier-method-wechatpay = 微信支付
cashier-method-not-configured = 商家尚未開通
cashier-method-unavailable = 目前無法使用，請稍後再試
cashier-method-other-wallet = 此 App 內無法使用，請改用瀏覽器開啟
cashier-method-none = 目前沒有可用的付款方式，請聯絡商家

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = 正在產生付款 QR Code…
cashier-stage-qr = 開啟微信「掃一掃」付款
cashier-stage-unknown = 正在向微信支付確認
cashier-stage-expired = QR Code 已過期
cashier-stage-failed = 無法產生 QR Code
cashier-stage-paid = 付款成功
cashier-stage-refunded = 訂單已退款
cashier-stage-closed = 訂單已關閉

cashier-preparing = 請稍候…
cashier-qr-alt = 微信支付付款 QR Code
cashier-qr-broken = QR Code 載入失敗，請重新整理頁面
cashier-expires-in = QR Code 剩餘有效時間
cashier-step-open = 開啟微信
cashier-step-scan = 掃一掃
cashier-step-confirm = 確認付款
cashier-unknown = 確認中
cashier-unknown-advice = 請勿重複付款，結果會自動顯示
cashier-expired = QR Code 已過期
cashier-failed = 無法產生 QR Code
cashier-failed-advice = 請稍後再試。若仍無法付款，請聯絡商家
cashier-renew = 更新 QR Code
cashier-i-have-paid = 我已付款
cashier-asking = 正在向微信支付查詢…
cashier-not-yet = 微信支付尚未收到這筆款項。若已付款，請稍候片刻再試。
cashier-still-unknown = 微信支付尚未回覆結果，請勿重複付款，我們會持續確認。
cashier-trouble = 網路不穩定，正在重試…
cashier-offline = 網路已中斷，恢復後將自動更新
cashier-sandbox-phone = 用沙盒手機掃描（示範）
cashier-phone-title = 正在用手機瀏覽？
cashier-phone-advice = 請將 QR Code 截圖或儲存，傳到電腦、平板等另一台裝置上顯示，再用微信「掃一掃」對準螢幕付款。微信不支援長按辨識或從相簿選取此類付款碼。
cashier-phone-save = 儲存 QR Code 圖片
cashier-no-script = 本頁每 5 秒自動重新整理一次；更換 QR Code 需要啟用 JavaScript。
cashier-reload = 立即重新整理

cashier-paid = 付款成功
cashier-late = 這筆款項在訂單關閉後才入帳，如有疑問請聯絡商家。
cashier-may-close = 商家已收到您的付款，您可以關閉此頁面。
cashier-return = 返回商家
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = # 秒後自動返回商家…
cashier-partly-refunded = 已部分退款
cashier-refunded = 已全額退款
cashier-refund-advice = 款項將退回原付款方式，入帳時間以銀行或微信支付為準。
cashier-closed = 訂單已關閉
cashier-closed-advice = 此訂單已無法付款。若仍需購買，請返回商家重新訂購。
cashier-footer = 付款前請確認收款商家與金額

cashier-problem-not-found = 找不到這筆付款
cashier-problem-not-found-advice = 連結可能不完整或已失效，請返回商家重新開啟付款頁面。
cashier-problem-too-many = 存取過於頻繁
cashier-problem-too-many-advice = 請稍候片刻再重新整理。若已付款，結果不受影響。
cashier-problem-unavailable = 服務暫時無法使用
cashier-problem-unavailable-advice = 請稍後重新整理。若已付款，請勿重複付款。
cashier-problem-still-open = 尚未收到款項
cashier-problem-still-open-advice = 請回到商家的付款頁面，確認入帳後會自動跳轉。請勿重複付款。
