# Hosted cashier (收银台), read by shoppers.
# $app is the app that shoppers open (微信), $method how its payments are called (微信支付), $scanner what reads
# its codes (云闪付或银行 App), $provider who takes the money and is asked about it (银联).
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
cashier-method-alipay = 支付寶
cashier-method-unionpay = 雲閃付
cashier-method-by-code = 用另一部裝置掃描
cashier-method-by-scan = 掃描二維碼付款
# Beside UnionPay, whose page takes cards.
cashier-method-cards = 亦可使用銀行卡
# The app that opens, and the apps that all read one code, joined two by two.
cashier-app-wechatpay = 微信
cashier-app-alipay = 支付寶
cashier-app-unionpay = 雲閃付
cashier-scanner-wechatpay = 微信
cashier-scanner-alipay = 支付寶
cashier-scanner-unionpay = 雲閃付或銀行應用程式
cashier-provider-wechatpay = 微信支付
cashier-provider-alipay = 支付寶
cashier-provider-unionpay = 銀聯
# All but the last two are joined so, in turn.
cashier-apps-more = { $one }、{ $other }
cashier-apps = { $one }、{ $other }
cashier-method-not-configured = 商戶暫未開通
cashier-method-unavailable = 暫時未能使用，請稍後再試
cashier-method-other-wallet = 在此應用程式內未能使用{ $method }，請以瀏覽器開啟本頁
cashier-method-none = 暫時沒有可用的付款方式，請聯絡商戶

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = 正在產生付款二維碼…
cashier-stage-preparing-order = 正在準備付款…
cashier-stage-qr = 開啟{ $scanner }「掃一掃」付款
cashier-stage-scan = 以{ $apps }「掃一掃」付款
cashier-stage-wap = 使用{ $method }付款
cashier-stage-choose = 請選擇付款方式
cashier-stage-away = 請確認是否已完成付款
cashier-stage-jsapi = 請在{ $app }中確認付款
cashier-stage-signin = 使用{ $method }付款
cashier-stage-elsewhere = 正在另一部裝置或應用程式中付款
cashier-stage-elsewhere-scanned = 請在手機上完成付款
cashier-stage-unknown = 正在向{ $provider }查證
cashier-stage-expired = 二維碼已過期
cashier-stage-expired-order = 付款已逾時
cashier-stage-failed = 未能產生二維碼
cashier-stage-failed-order = 暫時未能付款
cashier-stage-paid = 付款成功
cashier-stage-refunded = 訂單已退款
cashier-stage-closed = 訂單已關閉

cashier-preparing = 請稍候…
cashier-qr-alt = { $method }付款二維碼
cashier-qr-alt-any = 付款二維碼
cashier-qr-broken = 未能載入二維碼，請重新載入頁面
cashier-expires-in = 二維碼剩餘有效時間
cashier-step-open = 開啟{ $app }
cashier-step-open-any = 開啟任一應用程式
cashier-step-scan = 掃一掃
cashier-step-confirm = 確認付款
cashier-unknown = 正在查證
cashier-unknown-advice = 請勿重複付款，結果會自動顯示
cashier-expired = 二維碼已過期
cashier-expired-order = 付款已逾時
cashier-failed = 未能產生二維碼
cashier-failed-order = 暫時未能付款
cashier-failed-advice = 請稍後再試。如仍未能付款，請聯絡商戶
cashier-renew = 更新二維碼
cashier-renew-order = 重新付款
cashier-i-have-paid = 我已付款
cashier-asking = 正在向{ $provider }查詢…
cashier-not-yet = { $provider }尚未收到這筆付款。如已付款，請稍候片刻再按「我已付款」，請勿重複付款。
cashier-still-unknown = { $provider }暫未有結果，請勿重複付款，我們會繼續查證。
cashier-trouble = 網絡不穩定，正在重試…
cashier-offline = 網絡已中斷，恢復後會自動更新
cashier-sandbox-phone = 以沙盒手機掃描（示範）
cashier-phone-title = 正在使用手機瀏覽？
cashier-phone-advice-wechatpay = 請將二維碼截圖或儲存，傳送至電腦、平板等另一部裝置上顯示，再以微信「掃一掃」對準熒幕付款。微信不支援長按識別或從相簿選取此類付款碼。
cashier-phone-advice-alipay = 請將二維碼儲存至相簿，開啟支付寶「掃一掃」，從相簿中選取付款；也可傳送至另一部裝置上顯示後掃描。
cashier-phone-advice-unionpay = 請將二維碼儲存至相簿，開啟雲閃付「掃一掃」，從相簿中選取付款；也可傳送至另一部裝置上顯示後掃描。
cashier-phone-save = 儲存二維碼圖片
cashier-no-script = 本頁每 { $seconds } 秒自動重新載入一次；更換二維碼需要啟用 JavaScript。
cashier-reload = 立即重新載入

# On a phone and inside a wallet.
cashier-pay-now = 確認付款
cashier-wap-advice = 按下後將開啟{ $app }，付款後請返回本頁
cashier-wap-advice-any = 按下後將開啟相應的應用程式，付款後請返回本頁
cashier-wap-advice-any-page = 按下後將開啟相應的應用程式或付款頁面，付款後請返回本頁
cashier-page-advice = 按下後將前往{ $provider }付款頁面，付款後自動返回
# Its code was refused.
cashier-page-advice-refused = 暫時未能產生{ $method }二維碼，可前往{ $provider }付款頁面付款
cashier-away-advice =
    如已在{ $app }中完成付款，請按「我已付款」；
    如未能開啟{ $app }，請重新開啟，或改以手機本身的瀏覽器開啟本頁。
cashier-away-advice-home =
    如已完成付款，請按「我已付款」；
    如尚未付款，可繼續付款。
cashier-away-advice-page =
    如已在{ $provider }頁面完成付款，請按「我已付款」；
    如尚未付款，可繼續前往{ $provider }。
cashier-open-again = 尚未付款，重新開啟{ $app }
cashier-open-page-again = 尚未付款，繼續前往{ $provider }
cashier-other-way = 或改以其他方式付款
# An order of before that its gateway could not end.
cashier-left-open = 先前開啟的{ $provider }付款頁面仍可付款，請勿重複付款。
cashier-page-instead = 手機不在身邊？登入{ $method }付款
cashier-page-instead-unionpay = 沒有雲閃付？以銀行卡付款
cashier-code-instead = 沒有安裝{ $app }？用另一部手機掃描付款
cashier-code-instead-any = 改用另一部手機掃描付款
cashier-signin-advice = { $app }需要先確認付款人，確認後即可輸入密碼付款
cashier-elsewhere-advice = 請在該裝置上完成付款，付款後本頁會自動更新。如改在本頁付款，原來的付款會先取消。
cashier-elsewhere-advice-open = 請在該裝置上完成付款，付款後本頁會自動更新。原來的付款頁面在有效期內仍可付款，請勿重複付款。
cashier-elsewhere-advice-scanned = 手機已開啟付款頁面，付款後本頁會自動更新。
cashier-take-over = 改在本頁付款
cashier-take-over-scanned = 重新顯示二維碼
cashier-cancelled = 您已取消付款，訂單仍為您保留
cashier-bridge-failed = { $app }未能完成付款。如已扣款，請按「我已付款」；否則請重試。
cashier-no-bridge = 未能開啟{ $method }，請按下方按鈕重試
cashier-open-in-browser = 在此應用程式內未能付款，請以瀏覽器開啟
cashier-guide = 請以手機瀏覽器開啟本頁：
cashier-guide-other = 如何使用其他付款方式？
cashier-guide-menu = 按右上角的「…」
cashier-guide-browser = 選擇「在瀏覽器中開啟」
cashier-guide-pay = 在瀏覽器中選擇付款方式

# The page that goes on to a gateway’s by itself.
cashier-hop = 正在前往{ $provider }…
cashier-hop-advice = 請在{ $app }中核對金額後付款。如頁面長時間沒有反應，請按下方按鈕。
cashier-hop-advice-page = 請在{ $provider }頁面核對金額後付款。如頁面長時間沒有反應，請按下方按鈕。
cashier-hop-go = 前往{ $provider }
# Within a gateway’s frame, once the gateway is done.
cashier-framed-checking = 正在查證付款結果…
cashier-framed-done = 付款結果已更新

cashier-paid = 付款成功
cashier-late = 這筆付款在訂單關閉後才到帳，如有疑問請聯絡商戶。
cashier-may-close = 商戶已收到您的付款，您可以關閉此頁面。
cashier-return = 返回商戶
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = # 秒後自動返回商戶…
cashier-partly-refunded = 已部分退款
cashier-refunded = 已全數退款
cashier-refund-advice = 款項將退回原付款方式，到帳時間以銀行或付款平台為準。
cashier-closed = 訂單已關閉
cashier-closed-advice = 此訂單已不能付款。如仍需購買，請返回商戶重新落單。
cashier-footer = 付款前請核對收款方及金額

cashier-problem-not-found = 找不到這筆付款
cashier-problem-not-found-advice = 連結可能不完整或已失效，請返回商戶重新開啟付款頁面。
cashier-problem-too-many = 瀏覽過於頻繁
cashier-problem-too-many-advice = 請稍候片刻再重新載入。如已付款，結果不受影響。
cashier-problem-unavailable = 服務暫時未能使用
cashier-problem-unavailable-advice = 請稍後重新載入。如已付款，請勿重複付款。
cashier-problem-still-open = 您是否已完成付款？
cashier-problem-still-open-advice = 我們尚未收到付款確認。如已付款，請稍候片刻再按「我已付款」，請勿重複付款。
cashier-problem-paid = 付款成功
cashier-problem-paid-advice = 商戶已收到您的付款，您可以關閉此頁面。
cashier-problem-closed = 訂單已關閉
cashier-problem-closed-advice = 此訂單已不能付款。如仍要購買，請返回商戶重新下單。
cashier-problem-link-over = 付款連結已失效
cashier-problem-link-over-advice = 請返回付款頁面重新付款。如已付款，請勿重複付款。
cashier-problem-checking = 正在查證付款結果
cashier-problem-checking-advice = 請稍候幾秒再試，請勿重複付款。
cashier-problem-open-in-browser = 請以手機瀏覽器開啟
cashier-problem-open-in-browser-advice = 此付款連結不能在此應用程式內使用。請按右上角的「…」，選擇「在瀏覽器中開啟」。
cashier-problem-earlier-unsettled = 上一筆付款尚未結束
cashier-problem-earlier-unsettled-advice = 為避免重複付款，請稍候幾秒再試。
cashier-problem-sign-in-lost = 付款頁面已失效
cashier-problem-sign-in-lost-advice = 請返回商戶，重新開啟付款頁面。如已付款，請勿重複付款。
cashier-problem-sign-in-expired = 微信確認已過期
cashier-problem-sign-in-expired-advice = 您尚未付款，請按下方按鈕重試。
cashier-problem-sign-in-denied = 微信未能確認付款人
cashier-problem-sign-in-denied-advice = 您尚未付款，請按下方按鈕重試。
cashier-problem-sign-in-preview = 請使用完整服務
cashier-problem-sign-in-preview-advice = 目前是微信的預覽頁面，未能付款。請按頁面底部的「使用完整服務」，再按下方按鈕重試。
cashier-problem-sign-in-misconfigured = 暫時未能在微信內付款
cashier-problem-sign-in-misconfigured-advice = 商戶的微信支付設定有誤，您沒有被扣款。請聯絡商戶，或以手機瀏覽器開啟付款頁面。

# Ways on from these pages.
cashier-try-again = 重試
cashier-back = 返回付款頁面
cashier-continue = 繼續付款
