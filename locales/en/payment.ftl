# Paying (支付).

## Choosing how to pay (支付方式)
payment-method = Payment method
payment-methods = Payment methods
payment-method-label = Payment method:
payment-info = Payment
payment-none = No payment method is available
payment-missing = Please choose a payment method
payment-not-available = This payment method is not available
payment-choose-other = Choose another way to pay
payment-later = You are asked for payment details before the order is placed
payment-no-capture = This order cannot be charged right now
payment-wechatpay = WeChat Pay
payment-alipay = Alipay
payment-unionpay = UnionPay
payment-octopus = Octopus
payment-fps = Faster Payment System (FPS)
payment-payme = PayMe
payment-line-pay = LINE Pay
payment-jkopay = JKOPAY
payment-bank = Bank transfer
payment-atm-tw = ATM transfer
payment-cvs-code-tw = Convenience store code
payment-check = Cheque or money order
payment-cod = Cash on delivery
payment-free = Nothing to pay
payment-instalments = Instalments

## Cards (银行卡)
payment-card = Credit card
payment-card-type = Card type
payment-card-number = Card number
payment-card-expiry = Valid until
payment-card-cvv = Security code (CVV)
payment-card-name = Name on card
payment-card-month = Month
payment-card-year = Year
payment-card-bad = Please check the card number
payment-card-declined = The card was declined. Try another card or ask your bank.

## How it went (支付结果)
payment-paying = Waiting for payment
# $app (String) name of the wallet
payment-scan = Scan with { $app } to pay
# $time (String) time left, formatted
payment-expires = Pay within { $time }
payment-done = Payment received
payment-failed = The payment failed. Please try again.
payment-canceled = Payment cancelled
payment-unknown = We are checking your payment. Please do not pay again.
payment-too-late = The order was cancelled because it was not paid in time
