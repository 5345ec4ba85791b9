# Checkout: from the order page to "order placed" (结算).

## The order page (确认订单)
checkout-title = Checkout
checkout-confirm-order = Review your order
checkout-place-order = Place order
checkout-summary = Products
checkout-review = Review and pay
checkout-forgot = Forgot something?
checkout-edit-cart = Back to the cart
checkout-note = Note to the shop
checkout-note-placeholder = Anything the shop should know (optional)
checkout-processing = Placing your order…
checkout-options = How to check out

## Who orders (购买人)
checkout-email-hint = News about your order goes to this email address
checkout-email-known = This email is registered. Sign in, or go on without an account.
checkout-email = Email
checkout-register-later = You can also create an account afterwards
checkout-login-required = Please sign in before you order
checkout-guest = Check out without an account
checkout-agree = Please read and accept the terms first
# $document (String) title of the terms
checkout-agreement = I have read and accept the { $document }

## Failures (失败提示)
checkout-failed = Your order could not be placed. Please try again later.
checkout-server-error = The system is busy. Please place the order again.
checkout-error = Your order could not be processed. Please try again later.
checkout-try-again = Something went wrong. Please place the order again.
checkout-request-failed = Something went wrong. Please try again later.
session-expired = Please sign in again

## Order placed (提交成功)
success-title = Thank you for your order!
# $number (String) order number
success-number = Order number: { $number }
success-email = We will email you the details and the tracking number.
success-received = Order placed
success-print = Print order
success-pay-now = Pay now
# $minutes (Number) minutes left
success-pay-before = Please pay within { $minutes } minutes, or the order is cancelled
success-track-by-account = Create an account to follow your order
success-create-account = Create an account

## Gifts (礼品)
gift-options = Gift options
gift-message = Gift message
gift-message-optional = Gift message (optional)
gift-from = From
gift-to = To
