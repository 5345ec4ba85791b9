# Statements of the gateways and their differences from the ledger.

# What is different, and what the merchant should do. Amounts are yuan.
difference-unknown-order = The statement of { $date } has order { $number } of { $there } yuan, which is not recorded here.
difference-unknown-order-advice = Find out which system took this money: another shop under the same merchant number, or orders made before this ledger. If other systems use the number, set other_systems for the store. Refund it in the gateway’s console if it belongs to nobody, then acknowledge this.
difference-unpaid-here = The statement of { $date } says that order { $number } of { $there } yuan was paid; here it is { $here_state }.
difference-unpaid-here-advice = Nothing yet: the gateway is being asked, and its word settles the payment. If this stays open, compare the order in the gateway’s console and contact its support.
difference-unknown-refund = The statement of { $date } has refund { $number } of { $there } yuan, which was not asked for here.
difference-unknown-refund-advice = Somebody refunded in the gateway’s console or through another system. Correct the order in your shop by hand, and acknowledge this. Refund from here in future, so that both sides agree.
difference-payment-absent = Payment { $number } of { $here } yuan is recorded here on { $date } and is not in the gateway’s statement.
difference-payment-absent-advice = It may stand in the next day’s statement; then this ends by itself. If it stays open after that, compare the order in the gateway’s console before you settle accounts.
difference-refund-absent = Refund { $number } of { $here } yuan is recorded here on { $date } and is not in the gateway’s statement.
difference-refund-absent-advice = It may stand in the next day’s statement; then this ends by itself. If it stays open after that, compare the refund in the gateway’s console.
difference-payment-amount = Order { $number } is { $there } yuan in the statement of { $date } and { $here } yuan here.
difference-payment-amount-advice = Do not ship before this is clear. Compare the order in the gateway’s console; nothing here has been changed.
difference-refund-amount = Refund { $number } is { $there } yuan in the statement of { $date } and { $here } yuan here.
difference-refund-amount-advice = Compare the refund in the gateway’s console and contact its support; nothing here has been changed.
difference-currency = Order { $number } has another currency in the statement of { $date } than here.
difference-currency-advice = Compare the order in the gateway’s console; nothing here has been changed.
difference-reversed = The statement of { $date } says that order { $number } of { $there } yuan was reversed; here it is paid.
difference-reversed-advice = Look the order up in the gateway’s console. If the money went back, take the goods back or ask the shopper to pay again; nothing here has been undone.
difference-refund-status = Refund { $number } is { $there_state } in the statement of { $date } and { $here_state } here.
difference-refund-status-advice = Nothing yet: the gateway is being asked. If this stays open, compare the refund in the gateway’s console.
difference-paid-twice = Order { $number } was paid by two transactions of the gateway; see { $there_state }.
difference-paid-twice-advice = The shopper paid twice for one order. Look both transactions up in the gateway’s console and refund one of them.
difference-listed-twice = { $number } of { $there } yuan stands twice in the statements; see { $there_state }.
difference-listed-twice-advice = Count it once in your books, and ask the gateway’s support which row is right.
difference-totals-disagree = In the statement of { $date } the total { $number } is { $there } yuan, and its rows add up to { $here } yuan.
difference-totals-disagree-advice = Use the sums of the rows. Fetch the statement again; if it stays so, ask the gateway’s support.

# The file for Excel.
statement-csv-position = No.
statement-csv-kind = Kind
statement-csv-at = Time (Beijing)
statement-csv-out-trade-no = Order number
statement-csv-gateway-trade-no = Gateway’s order number
statement-csv-out-refund-no = Refund number
statement-csv-gateway-refund-no = Gateway’s refund number
statement-csv-amount = Amount (yuan)
statement-csv-currency = Currency
statement-csv-fee = Fee (yuan)
statement-csv-refund-state = Refund status
statement-csv-description = Description
statement-csv-flow-no = Movement number
statement-csv-business-no = Gateway’s business number
statement-csv-business = Business
statement-csv-balance = Balance (yuan)
statement-csv-note = Note
statement-csv-voucher-no = Voucher number
statement-row-payment = Payment
statement-row-refund = Refund
statement-row-reversal = Reversal
statement-row-income = Income
statement-row-expense = Expense
statement-refund-pending = Pending
statement-refund-succeeded = Succeeded
statement-refund-failed = Failed
