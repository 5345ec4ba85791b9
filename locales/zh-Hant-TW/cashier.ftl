# Hosted cashier (收银台), read by shoppers.
# $app is the app that shoppers open (微信), $method how its payments are called (微信支付), $scanner what reads
# its codes (云闪付或银行 App), $provider who takes the money and is asked about it (银联).
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
cashier-method-alipay = 支付寶
cashier-method-unionpay = 雲閃付
cashier-method-by-code = 用另一台裝置掃描
cashier-method-by-scan = 掃描 QR Code 付款
# Beside UnionPay, whose page takes cards.
cashier-method-cards = 也可使用銀行卡
# The app that opens, and the apps that all read one code, joined two by two.
cashier-app-wechatpay = 微信
cashier-app-alipay = 支付寶
cashier-app-unionpay = 雲閃付
cashier-scanner-wechatpay = 微信
cashier-scanner-alipay = 支付寶
cashier-scanner-unionpay = 雲閃付或銀行 App
cashier-provider-wechatpay = 微信支付
cashier-provider-alipay = 支付寶
cashier-provider-unionpay = 銀聯
# All but the last two are joined so, in turn.
cashier-apps-more = { $one }、{ $other }
cashier-apps = { $one }、{ $other }
cashier-method-not-configured = 商家尚未開通
cashier-method-unavailable = 目前無法使用，請稍後再試
cashier-method-other-wallet = 此 App 內無法使用{ $method }，請用瀏覽器開啟本頁
cashier-method-none = 目前沒有可用的付款方式，請聯絡商家

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = 正在產生付款 QR Code…
cashier-stage-preparing-order = 正在準備付款…
cashier-stage-qr = 開啟{ $scanner }「掃一掃」付款
cashier-stage-scan = 使用{ $apps }「掃一掃」付款
cashier-stage-wap = 使用{ $method }付款
cashier-stage-choose = 請選擇付款方式
cashier-stage-away = 請確認是否已完成付款
cashier-stage-jsapi = 請在{ $app }中確認付款
cashier-stage-signin = 使用{ $method }付款
cashier-stage-elsewhere = 正在另一台裝置或 App 中付款
cashier-stage-elsewhere-scanned = 請在手機上完成付款
cashier-stage-unknown = 正在向{ $provider }確認
cashier-stage-expired = QR Code 已過期
cashier-stage-expired-order = 付款已逾時
cashier-stage-failed = 無法產生 QR Code
cashier-stage-failed-order = 目前無法付款
cashier-stage-paid = 付款成功
cashier-stage-refunded = 訂單已退款
cashier-stage-closed = 訂單已關閉

cashier-preparing = 請稍候…
cashier-qr-alt = { $method }付款 QR Code
cashier-qr-alt-any = 付款 QR Code
cashier-qr-broken = QR Code 載入失敗，請重新整理頁面
cashier-expires-in = QR Code 剩餘有效時間
cashier-step-open = 開啟{ $app }
cashier-step-open-any = 開啟任一 App
cashier-step-scan = 掃一掃
cashier-step-confirm = 確認付款
cashier-unknown = 確認中
cashier-unknown-advice = 請勿重複付款，結果會自動顯示
cashier-expired = QR Code 已過期
cashier-expired-order = 付款已逾時
cashier-failed = 無法產生 QR Code
cashier-failed-order = 目前無法付款
cashier-failed-advice = 請稍後再試。若仍無法付款，請聯絡商家
cashier-renew = 更新 QR Code
cashier-renew-order = 重新付款
cashier-i-have-paid = 我已付款
cashier-asking = 正在向{ $provider }查詢…
cashier-not-yet = { $provider }尚未收到這筆款項。若已付款，請稍候片刻再點「我已付款」，請勿重複付款。
cashier-still-unknown = { $provider }尚未回覆結果，請勿重複付款，我們會持續確認。
cashier-trouble = 網路不穩定，正在重試…
cashier-offline = 網路已中斷，恢復後將自動更新
cashier-sandbox-phone = 用沙盒手機掃描（示範）
cashier-phone-title = 正在用手機瀏覽？
cashier-phone-advice-wechatpay = 請將 QR Code 截圖或儲存，傳到電腦、平板等另一台裝置上顯示，再用微信「掃一掃」對準螢幕付款。微信不支援長按辨識或從相簿選取此類付款碼。
cashier-phone-advice-alipay = 請將 QR Code 儲存到相簿，開啟支付寶「掃一掃」，從相簿中選取付款；也可以傳到另一台裝置上顯示後掃描。
cashier-phone-advice-unionpay = 請將 QR Code 儲存到相簿，開啟雲閃付「掃一掃」，從相簿中選取付款；也可以傳到另一台裝置上顯示後掃描。
cashier-phone-save = 儲存 QR Code 圖片
cashier-no-script = 本頁每 { $seconds } 秒自動重新整理一次；更換 QR Code 需要啟用 JavaScript。
cashier-reload = 立即重新整理

# On a phone and inside a wallet.
cashier-pay-now = 確認付款
cashier-wap-advice = 點選後將開啟{ $app }，付款後請返回本頁
cashier-wap-advice-any = 點選後將開啟相應的 App，付款後請返回本頁
cashier-wap-advice-any-page = 點選後將開啟相應的 App 或付款頁面，付款後請返回本頁
cashier-page-advice = 點選後將前往{ $provider }付款頁面，付款後自動返回
# Its code was refused.
cashier-page-advice-refused = 目前無法產生{ $method } QR Code，可前往{ $provider }付款頁面付款
cashier-away-advice =
    若已在{ $app }中完成付款，請點選「我已付款」；
    若未能開啟{ $app }，請重新開啟，或改用手機內建的瀏覽器開啟本頁。
cashier-away-advice-home =
    若已完成付款，請點選「我已付款」；
    若尚未付款，可繼續付款。
cashier-away-advice-page =
    若已在{ $provider }頁面完成付款，請點選「我已付款」；
    若尚未付款，可繼續前往{ $provider }。
cashier-open-again = 尚未付款，重新開啟{ $app }
cashier-open-page-again = 尚未付款，繼續前往{ $provider }
cashier-other-way = 或改用其他方式付款
# An order of before that its gateway could not end.
cashier-left-open = 先前開啟的{ $provider }付款頁面仍可付款，請勿重複付款。
cashier-page-instead = 手機不在身邊？登入{ $method }付款
cashier-page-instead-unionpay = 沒有雲閃付？用銀行卡付款
cashier-code-instead = 沒有安裝{ $app }？用另一支手機掃描付款
cashier-code-instead-any = 改用另一支手機掃描付款
cashier-signin-advice = { $app }需要先確認付款人，確認後即可輸入密碼付款
cashier-elsewhere-advice = 請在該裝置上完成付款，付款後本頁會自動更新。若改在本頁付款，原本的付款會先取消。
cashier-elsewhere-advice-open = 請在該裝置上完成付款，付款後本頁會自動更新。原本的付款頁面在有效期限內仍可付款，請勿重複付款。
cashier-elsewhere-advice-scanned = 手機已開啟付款頁面，付款後本頁會自動更新。
cashier-take-over = 改在本頁付款
cashier-take-over-scanned = 重新顯示 QR Code
cashier-cancelled = 您已取消付款，訂單仍為您保留
cashier-bridge-failed = { $app }未能完成付款。若已扣款，請點選「我已付款」；否則請重試。
cashier-no-bridge = 無法開啟{ $method }，請點選按鈕重試
cashier-open-in-browser = 此 App 內無法付款，請用瀏覽器開啟
cashier-guide = 請用手機瀏覽器開啟本頁：
cashier-guide-other = 如何使用其他付款方式？
cashier-guide-menu = 點選右上角的「…」
cashier-guide-browser = 選擇「在瀏覽器中開啟」
cashier-guide-pay = 在瀏覽器中選擇付款方式

# The page that goes on to a gateway’s by itself.
cashier-hop = 正在前往{ $provider }…
cashier-hop-advice = 請在{ $app }中核對金額後付款。若頁面長時間沒有反應，請點選下方按鈕。
cashier-hop-advice-page = 請在{ $provider }頁面核對金額後付款。若頁面長時間沒有反應，請點選下方按鈕。
cashier-hop-go = 前往{ $provider }
# Within a gateway’s frame, once the gateway is done.
cashier-framed-checking = 正在確認付款結果…
cashier-framed-done = 付款結果已更新

cashier-paid = 付款成功
cashier-late = 這筆款項在訂單關閉後才入帳，如有疑問請聯絡商家。
cashier-may-close = 商家已收到您的付款，您可以關閉此頁面。
cashier-return = 返回商家
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = # 秒後自動返回商家…
cashier-partly-refunded = 已部分退款
cashier-refunded = 已全額退款
cashier-refund-advice = 款項將退回原付款方式，入帳時間以銀行或付款平台為準。
cashier-closed = 訂單已關閉
cashier-closed-advice = 此訂單已無法付款。若仍需購買，請返回商家重新訂購。
cashier-footer = 付款前請確認收款商家與金額

cashier-problem-not-found = 找不到這筆付款
cashier-problem-not-found-advice = 連結可能不完整或已失效，請返回商家重新開啟付款頁面。
cashier-problem-too-many = 存取過於頻繁
cashier-problem-too-many-advice = 請稍候片刻再重新整理。若已付款，結果不受影響。
cashier-problem-unavailable = 服務暫時無法使用
cashier-problem-unavailable-advice = 請稍後重新整理。若已付款，請勿重複付款。
cashier-problem-still-open = 您是否已完成付款？
cashier-problem-still-open-advice = 我們尚未收到付款確認。若已付款，請稍候片刻再點選「我已付款」，請勿重複付款。
cashier-problem-paid = 付款成功
cashier-problem-paid-advice = 商家已收到您的付款，您可以關閉此頁面。
cashier-problem-closed = 訂單已關閉
cashier-problem-closed-advice = 此訂單已無法付款。若仍要購買，請返回商家重新下單。
cashier-problem-link-over = 付款連結已失效
cashier-problem-link-over-advice = 請返回付款頁面重新付款。若已付款，請勿重複付款。
cashier-problem-checking = 正在確認付款結果
cashier-problem-checking-advice = 請稍候幾秒再試，請勿重複付款。
cashier-problem-open-in-browser = 請用手機瀏覽器開啟
cashier-problem-open-in-browser-advice = 此付款連結無法在此 App 內使用。請點選右上角的「…」，選擇「在瀏覽器中開啟」。
cashier-problem-earlier-unsettled = 上一筆付款尚未結束
cashier-problem-earlier-unsettled-advice = 為避免重複付款，請稍候幾秒再試。
cashier-problem-sign-in-lost = 付款頁面已失效
cashier-problem-sign-in-lost-advice = 請返回商家，重新開啟付款頁面。若已付款，請勿重複付款。
cashier-problem-sign-in-expired = 微信確認已過期
cashier-problem-sign-in-expired-advice = 您尚未付款，請點選下方按鈕重試。
cashier-problem-sign-in-denied = 微信未能確認付款人
cashier-problem-sign-in-denied-advice = 您尚未付款，請點選下方按鈕重試。
cashier-problem-sign-in-preview = 請使用完整服務
cashier-problem-sign-in-preview-advice = 目前是微信的預覽頁面，無法付款。請點選頁面底部的「使用完整服務」，再點選下方按鈕重試。
cashier-problem-sign-in-misconfigured = 目前無法在微信內付款
cashier-problem-sign-in-misconfigured-advice = 商家的微信支付設定有誤，您沒有被扣款。請聯絡商家，或用手機瀏覽器開啟付款頁面。

# Ways on from these pages.
cashier-try-again = 重試
cashier-back = 返回付款頁面
cashier-continue = 繼續付款
