# Orders and what becomes of them (订单).

## Lists and headings (订单列表)
order-list = My orders
order-number = Order number
order-date = Ordered
order-status = Status
order-view = View order
order-view-short = Order
order-none = You have no orders yet
order-items = Products
order-info = Order details
order-ship-to = Recipient
order-reorder = Buy again
order-print = Print order
order-back = Back to my orders
order-all = All orders
order-lookup = Find an order

## Status (订单状态)
order-status-pending = Awaiting payment
order-status-pending-payment = Awaiting payment
order-status-processing = Awaiting dispatch
order-status-shipped = On its way
order-status-delivered = Delivered
order-status-complete = Completed
order-status-closed = Closed
order-status-canceled = Cancelled
order-status-holded = On hold
order-status-review = Payment in review
order-status-fraud = In review
order-status-to-review = Awaiting your review

## Doing something about an order (订单操作)
order-pay = Pay
order-cancel = Cancel order
order-cancel-confirm = Cancel this order?
order-canceled-done = Order cancelled
order-cancel-failed = This order can no longer be cancelled
order-confirm-receipt = Confirm receipt
order-confirm-receipt-ask = Have you received the goods?
order-remind = Remind the shop
order-contact-shop = Contact the shop
order-not-found = There is no such order

## Money of an order (订单金额)
order-paid = Paid
order-subtotal = Goods
order-shipping-fee = Shipping
order-invoice = Bill
order-invoices = Bills
order-creditmemo = Refund note
order-refunds = Refunds
order-refunded = Refunded
order-total-paid = Paid
order-total-due = Still due

## After the sale (售后)
refund-request = Ask for a refund
return-request = Return goods
exchange-request = Exchange
refund-reason = Reason
refund-amount = Amount to refund
refund-processing = Refund in progress
refund-done = Refunded
refund-rejected = Refund declined
refund-way = The money goes back the way it came
fapiao-request = Ask for a fapiao
fapiao-title = Name on the fapiao
fapiao-personal = Personal
fapiao-company = Company
fapiao-view = View fapiao
fapiao-issued = Fapiao issued
invoice-electronic-tw = Electronic receipt (Taiwan)
invoice-carrier-tw = Mobile barcode (Taiwan)

## Following the goods (物流信息)
order-shipment = Parcel
order-shipments = Delivery
order-track = Track
