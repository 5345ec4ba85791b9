# Hosted cashier (收银台), read by shoppers.
# $app is the app that shoppers open (微信), $method how its payments are called (微信支付), $scanner what reads
# its codes (云闪付或银行 App), $provider who takes the money and is asked about it (银联).
cashier-title = Cashier
# Names the other language, in that language.
cashier-language = 中文
cashier-test-mode = Test mode: no money is moved
cashier-amount-due = Amount due
cashier-amount-paid = Amount paid
cashier-amount = Order amount
cashier-payee = Payee
cashier-goods = Goods
cashier-order-number = Order number
cashier-method = Payment method
cashier-method-wechatpay = WeChat Pay
cashier-method-alipay = Alipay
cashier-method-unionpay = UnionPay
cashier-method-by-code = Scan with another device
cashier-method-by-scan = Scan a code
# Beside UnionPay, whose page takes cards.
cashier-method-cards = Bank cards accepted
# The app that opens, and the apps that all read one code, joined two by two.
cashier-app-wechatpay = WeChat
cashier-app-alipay = Alipay
cashier-app-unionpay = UnionPay
cashier-scanner-wechatpay = WeChat
cashier-scanner-alipay = Alipay
cashier-scanner-unionpay = UnionPay or a bank app
cashier-provider-wechatpay = WeChat Pay
cashier-provider-alipay = Alipay
cashier-provider-unionpay = UnionPay
# All but the last two are joined so, in turn.
cashier-apps-more = { $one }, { $other }
cashier-apps = { $one } or { $other }
cashier-method-not-configured = Not offered by this shop
cashier-method-unavailable = Unavailable right now, please try again later
cashier-method-other-wallet = { $method } cannot be used inside this app; open the page in a browser
cashier-method-none = No payment method is available. Please contact the shop

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = Preparing your QR code…
cashier-stage-preparing-order = Starting the payment…
cashier-stage-qr = Scan with { $scanner } to pay
cashier-stage-scan = Scan with { $apps } to pay
cashier-stage-wap = Pay with { $method }
cashier-stage-choose = Choose how to pay
cashier-stage-away = Have you completed the payment?
cashier-stage-jsapi = Confirm the payment in { $app }
cashier-stage-signin = Pay with { $method }
cashier-stage-elsewhere = Being paid on another device or in another app
cashier-stage-elsewhere-scanned = Please finish on your phone
cashier-stage-unknown = Checking with { $provider }
cashier-stage-expired = QR code expired
cashier-stage-expired-order = The payment timed out
cashier-stage-failed = No QR code could be made
cashier-stage-failed-order = The payment could not be started
cashier-stage-paid = Payment received
cashier-stage-refunded = Order refunded
cashier-stage-closed = Order closed

cashier-preparing = One moment…
cashier-qr-alt = QR code for paying with { $method }
cashier-qr-alt-any = QR code for paying
cashier-qr-broken = The QR code did not load. Please reload the page
cashier-expires-in = This code is valid for
cashier-step-open = Open { $app }
cashier-step-open-any = Open one of them
cashier-step-scan = Tap “Scan”
cashier-step-confirm = Confirm
cashier-unknown = Checking
cashier-unknown-advice = Please do not pay again; the result appears here by itself
cashier-expired = QR code expired
cashier-expired-order = The payment timed out
cashier-failed = No QR code could be made
cashier-failed-order = The payment could not be started
cashier-failed-advice = Please try again later, or contact the shop
cashier-renew = Tap for a new one
cashier-renew-order = Pay again
cashier-i-have-paid = I have paid
cashier-asking = Asking { $provider }…
cashier-not-yet = { $provider } has not received this payment yet. If you have paid, wait a moment and tap “I have paid” again. Please do not pay twice.
cashier-still-unknown = { $provider } has not answered yet. Please do not pay again; we keep checking.
cashier-trouble = The connection is unstable, retrying…
cashier-offline = You are offline. This page updates itself once you are back
cashier-sandbox-phone = Scan with the sandbox phone (demo)
cashier-phone-title = Reading this on your phone?
cashier-phone-advice-wechatpay = Save the code or take a screenshot, show it on another device such as a computer or tablet, and point WeChat’s scanner at that screen. WeChat does not accept this kind of code by long press or from the album.
cashier-phone-advice-alipay = Save the code to your album, open Alipay’s scanner and choose it from the album; or show it on another device and scan it there.
cashier-phone-advice-unionpay = Save the code to your album, open UnionPay’s scanner and choose it from the album; or show it on another device and scan it there.
cashier-phone-save = Save the QR code
cashier-no-script = This page reloads every { $seconds } seconds; a new code needs JavaScript.
cashier-reload = Reload now

# On a phone and inside a wallet.
cashier-pay-now = Pay now
cashier-wap-advice = { $app } opens; come back to this page after paying
cashier-wap-advice-any = The app you choose opens; come back to this page after paying
cashier-wap-advice-any-page = The app or page you choose opens; come back here after paying
cashier-page-advice = You go to the page of { $provider } and come back after paying
# Its code was refused.
cashier-page-advice-refused = No code can be made for { $method } right now; you can pay on the page of { $provider }
cashier-away-advice = If you have paid in { $app }, tap “I have paid”. If { $app } did not open, open it again, or open this page in your phone’s own browser.
cashier-away-advice-home = If you have paid, tap “I have paid”; if not, you can continue.
cashier-away-advice-page = If you have paid on the page of { $provider }, click “I have paid”; if not, you can go there again.
cashier-open-again = Not paid yet: open { $app } again
cashier-open-page-again = Not paid yet: go to { $provider } again
cashier-other-way = Or pay another way
# An order of before that its gateway could not end.
cashier-left-open = The page of { $provider } that you opened before can still be paid. Please pay only once.
cashier-page-instead = No phone at hand? Log in to { $method }
cashier-page-instead-unionpay = No UnionPay app? Pay by bank card
cashier-code-instead = No { $app } here? Scan a code with another phone
cashier-code-instead-any = Scan a code with another phone instead
cashier-signin-advice = { $app } confirms who is paying first; then you enter your password
cashier-elsewhere-advice = Please finish there; this page updates by itself. If you pay here instead, the payment there is cancelled first.
cashier-elsewhere-advice-open = Please finish there; this page updates by itself. What was opened there stays payable for a while: please pay only once.
cashier-elsewhere-advice-scanned = Your phone has opened the payment; this page updates by itself once it is paid.
cashier-take-over = Pay here instead
cashier-take-over-scanned = Show the code again
cashier-cancelled = You cancelled; the order is kept for you
cashier-bridge-failed = { $app } could not complete the payment. If you were charged, tap “I have paid”; otherwise try again.
cashier-no-bridge = { $method } could not be opened; tap the button to try again
cashier-open-in-browser = You cannot pay inside this app; open the page in a browser
cashier-guide = Open this page in your phone’s browser:
cashier-guide-other = How to pay another way
cashier-guide-menu = Tap “…” in the top right corner
cashier-guide-browser = Choose “Open in browser”
cashier-guide-pay = Choose how to pay there

# The page that goes on to a gateway’s by itself.
cashier-hop = Opening { $provider }…
cashier-hop-advice = Check the amount in { $app } before you pay. If nothing happens, tap the button below.
cashier-hop-advice-page = Check the amount on the page of { $provider } before you pay. If nothing happens, tap the button below.
cashier-hop-go = Go to { $provider }
# Within a gateway’s frame, once the gateway is done.
cashier-framed-checking = Checking the payment…
cashier-framed-done = The payment has been updated

cashier-paid = Payment received
cashier-late = This payment arrived after the order was closed. Please contact the shop with any question.
cashier-may-close = The shop has received your payment. You may close this page.
cashier-return = Return to the shop
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = Returning to the shop in # s…
cashier-partly-refunded = Partly refunded
cashier-refunded = Fully refunded
cashier-refund-advice = The money goes back the way it came; when it arrives is up to your bank or wallet.
cashier-closed = Order closed
cashier-closed-advice = This order can no longer be paid. To buy, please order again at the shop.
cashier-footer = Check payee and amount before you pay

cashier-problem-not-found = Payment not found
cashier-problem-not-found-advice = The link may be incomplete or outdated. Please return to the shop and open the payment page again.
cashier-problem-too-many = Too many requests
cashier-problem-too-many-advice = Please wait a moment and reload. If you have paid, the result is not affected.
cashier-problem-unavailable = Service unavailable
cashier-problem-unavailable-advice = Please reload later. If you have paid, do not pay again.
cashier-problem-still-open = Have you completed the payment?
cashier-problem-still-open-advice = The payment has not been confirmed yet. If you have paid, wait a moment and tap “I have paid”; please do not pay twice.
cashier-problem-paid = Payment received
cashier-problem-paid-advice = The shop has received your payment. You may close this page.
cashier-problem-closed = Order closed
cashier-problem-closed-advice = This order can no longer be paid. To buy, please order again at the shop.
cashier-problem-link-over = This payment link is no longer valid
cashier-problem-link-over-advice = Please go back to the payment page and start again. If you have paid, do not pay twice.
cashier-problem-checking = Checking the payment
cashier-problem-checking-advice = Please try again in a few seconds, and do not pay twice.
cashier-problem-open-in-browser = Open this in your phone’s browser
cashier-problem-open-in-browser-advice = This payment link does not work inside this app. Tap “…” in the top right corner and choose “Open in browser”.
cashier-problem-earlier-unsettled = The earlier payment is not finished yet
cashier-problem-earlier-unsettled-advice = So that you do not pay twice, please try again in a few seconds.
cashier-problem-sign-in-lost = This payment page is no longer valid
cashier-problem-sign-in-lost-advice = Please return to the shop and open the payment page again. If you have paid, do not pay twice.
cashier-problem-sign-in-expired = WeChat’s confirmation expired
cashier-problem-sign-in-expired-advice = You have not paid yet. Tap the button below to try again.
cashier-problem-sign-in-denied = WeChat did not confirm who is paying
cashier-problem-sign-in-denied-advice = You have not paid yet. Tap the button below to try again.
cashier-problem-sign-in-preview = Please use the full service
cashier-problem-sign-in-preview-advice = This is a preview page of WeChat and cannot take payments. Tap “使用完整服务” at the bottom of the page, then the button below.
cashier-problem-sign-in-misconfigured = Paying inside WeChat is not possible right now
cashier-problem-sign-in-misconfigured-advice = The shop’s WeChat Pay settings are not right; you were not charged. Contact the shop, or open the payment page in your phone’s browser.

# Ways on from these pages.
cashier-try-again = Try again
cashier-back = Back to the payment page
cashier-continue = Continue paying
