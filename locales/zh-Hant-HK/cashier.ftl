# Hosted cashier (收银台), read by shoppers.
cashier-title = 收銀台
# Names the other language, in that language.
cashier-language = English
cashier-test-mode = 測試模式：不會真正扣款
cashier-amount-due = 應付金額
cashier-amount-paid = 實付金額
cashier-amount = 訂單金額
cashier-payee = 收款方
cashier-goods = 商品
cashier-order-number = 訂單編號
cashier-method = 付款方式
cashier-method-wechatpay = 微信支付
cashier-method-not-configured = 商戶暫未開通
cashier-method-unavailable = 暫時未能使用，請稍後再試
cashier-method-other-wallet = 在此應用程式內未能使用，請以瀏覽器開啟
cashier-method-none = 暫時沒有可用的付款方式，請聯絡商戶

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = 正在產生付款二維碼…
cashier-stage-qr = 開啟微信「掃一掃」付款
cashier-stage-unknown = 正在向微信支付查證
cashier-stage-expired = 二維碼已過期
cashier-stage-failed = 未能產生二維碼
cashier-stage-paid = 付款成功
cashier-stage-refunded = 訂單已退款
cashier-stage-closed = 訂單已關閉

cashier-preparing = 請稍候…
cashier-qr-alt = 微信支付付款二維碼
cashier-qr-broken = 未能載入二維碼，請重新載入頁面
cashier-expires-in = 二維碼剩餘有效時間
cashier-step-open = 開啟微信
cashier-step-scan = 掃一掃
cashier-step-confirm = 確認付款
cashier-unknown = 正在查證
cashier-unknown-advice = 請勿重複付款，結果會自動顯示
cashier-expired = 二維碼已過期
cashier-failed = 未能產生二維碼
cashier-failed-advice = 請稍後再試。如仍未能付款，請聯絡商戶
cashier-renew = 更新二維碼
cashier-i-have-paid = 我已付款
cashier-asking = 正在向微信支付查詢…
cashier-not-yet = 微信支付尚未收到這筆付款。如已付款，請稍候片刻再試。
cashier-still-unknown = 微信支付暫未有結果，請勿重複付款，我們會繼續查證。
cashier-trouble = 網絡不穩定，正在重試…
cashier-offline = 網絡已中斷，恢復後會自動更新
cashier-sandbox-phone = 以沙盒手機掃描（示範）
cashier-phone-title = 正在使用手機瀏覽？
cashier-phone-advice = 請將二維碼截圖或儲存，傳送至電腦、平板等另一部裝置上顯示，再以微信「掃一掃」對準熒幕付款。微信不支援長按識別或從相簿選取此類付款碼。
cashier-phone-save = 儲存二維碼圖片
cashier-no-script = 本頁每 5 秒自動重新載入一次；更換二維碼需要啟用 JavaScript。
cashier-reload = 立即重新載入

cashier-paid = 付款成功
cashier-late = 這筆付款在訂單關閉後才到帳，如有疑問請聯絡商戶。
cashier-may-close = 商戶已收到您的付款，您可以關閉此頁面。
cashier-return = 返回商戶
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = # 秒後自動返回商戶…
cashier-partly-refunded = 已部分退款
cashier-refunded = 已全數退款
cashier-refund-advice = 款項將退回原付款方式，到帳時間以銀行或微信支付為準。
cashier-closed = 訂單已關閉
cashier-closed-advice = 此訂單已不能付款。如仍需購買，請返回商戶重新落單。
cashier-footer = 付款前請核對收款方及金額

cashier-problem-not-found = 找不到這筆付款
cashier-problem-not-found-advice = 連結可能不完整或已失效，請返回商戶重新開啟付款頁面。
cashier-problem-too-many = 瀏覽過於頻繁
cashier-problem-too-many-advice = 請稍候片刻再重新載入。如已付款，結果不受影響。
cashier-problem-unavailable = 服務暫時未能使用
cashier-problem-unavailable-advice = 請稍後重新載入。如已付款，請勿重複付款。
cashier-problem-still-open = 尚未收到付款
cashier-problem-still-open-advice = 請返回商戶的付款頁面，確認到帳後會自動轉頁。請勿重複付款。
