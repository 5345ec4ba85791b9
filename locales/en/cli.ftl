# Texts of the command line: only the demo speaks both languages.

cli-demo-title = The demo is up. Nothing is real but the code: no contract, no money.
cli-demo-shop = Shop
cli-demo-phone = Phone (sandbox)
cli-demo-docs = REST API
cli-demo-control = Stand-ins
cli-demo-way = Buy some tea, then scan the code with the phone page (a click on it in the cashier does that) and pay.
cli-demo-curl = Or create a payment yourself:
cli-demo-stop = Ctrl-C stops everything and removes what was written.

cli-step-shop = The shopper opens the shop
cli-step-cart = Puts tea into the cart
cli-step-checkout = Checks out and comes to the cashier
cli-step-code = The cashier shows the code that the gateway gave
cli-step-listening = The cashier page listens
cli-step-scanned = The phone scans the code
cli-step-paid-on-phone = The shopper pays on the phone
cli-step-cashier-paid = The cashier page hears: paid
cli-step-shop-paid = The shop got the webhook; its order page says paid
cli-step-api-paid = GET /v1/payments says paid
cli-step-refunded = The shop refunds a part
cli-step-shop-refunded = The shop got the webhook of the refund
cli-step-forgery = A forged notification is refused
cli-step-unionpay-paid = Another tea, paid with UnionPay
cli-step-events = The event log has no gap

cli-walk-ok = Paid, and told everywhere, in { $ms } ms.
cli-walk-failed = The walk failed after { $ms } ms at the step marked ✗.
