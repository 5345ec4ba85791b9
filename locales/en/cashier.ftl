# Hosted cashier (收银台), read by shoppers.
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
cashier-method-not-configured = Not offered by this shop
cashier-method-unavailable = Unavailable right now, please try again later
cashier-method-other-wallet = Cannot be used inside this app; open the page in a browser
cashier-method-none = No payment method is available. Please contact the shop

# One line on how the payment stands; also what a screen reader announces.
cashier-stage-preparing = Preparing your QR code…
cashier-stage-qr = Scan with WeChat to pay
cashier-stage-unknown = Checking with WeChat Pay
cashier-stage-expired = QR code expired
cashier-stage-failed = No QR code could be made
cashier-stage-paid = Payment received
cashier-stage-refunded = Order refunded
cashier-stage-closed = Order closed

cashier-preparing = One moment…
cashier-qr-alt = QR code for paying with WeChat Pay
cashier-qr-broken = The QR code did not load. Please reload the page
cashier-expires-in = This code is valid for
cashier-step-open = Open WeChat
cashier-step-scan = Tap “Scan”
cashier-step-confirm = Confirm
cashier-unknown = Checking
cashier-unknown-advice = Please do not pay again; the result appears here by itself
cashier-expired = QR code expired
cashier-failed = No QR code could be made
cashier-failed-advice = Please try again later, or contact the shop
cashier-renew = Tap for a new one
cashier-i-have-paid = I have paid
cashier-asking = Asking WeChat Pay…
cashier-not-yet = WeChat Pay has not received this payment yet. If you have paid, wait a moment and try again.
cashier-still-unknown = WeChat Pay has not answered yet. Please do not pay again; we keep checking.
cashier-trouble = The connection is unstable, retrying…
cashier-offline = You are offline. This page updates itself once you are back
cashier-sandbox-phone = Scan with the sandbox phone (demo)
cashier-phone-title = Reading this on your phone?
cashier-phone-advice = Save the code or take a screenshot, show it on another device such as a computer or tablet, and point WeChat’s scanner at that screen. WeChat does not accept this kind of code by long press or from the album.
cashier-phone-save = Save the QR code
cashier-no-script = This page reloads every 5 seconds; a new code needs JavaScript.
cashier-reload = Reload now

cashier-paid = Payment received
cashier-late = This payment arrived after the order was closed. Please contact the shop with any question.
cashier-may-close = The shop has received your payment. You may close this page.
cashier-return = Return to the shop
# Shown with a number of seconds put in place of "#" by the page.
cashier-returning = Returning to the shop in # s…
cashier-partly-refunded = Partly refunded
cashier-refunded = Fully refunded
cashier-refund-advice = The money goes back the way it came; when it arrives is up to your bank or WeChat Pay.
cashier-closed = Order closed
cashier-closed-advice = This order can no longer be paid. To buy, please order again at the shop.
cashier-footer = Check payee and amount before you pay

cashier-problem-not-found = Payment not found
cashier-problem-not-found-advice = The link may be incomplete or outdated. Please return to the shop and open the payment page again.
cashier-problem-too-many = Too many requests
cashier-problem-too-many-advice = Please wait a moment and reload. If you have paid, the result is not affected.
cashier-problem-unavailable = Service unavailable
cashier-problem-unavailable-advice = Please reload later. If you have paid, do not pay again.
cashier-problem-still-open = The payment has not arrived yet
cashier-problem-still-open-advice = Go back to the shop’s payment page: it moves on by itself as soon as the payment is confirmed. Please do not pay twice.
