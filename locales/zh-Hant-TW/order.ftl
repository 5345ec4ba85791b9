# Orders and what becomes of them (订单).

## Lists and headings (订单列表)
order-list = 我的訂單
order-number = 訂單編號
order-date = 訂購日期
order-status = 訂單狀態
order-view = 查看訂單
order-view-short = 訂單
order-none = 您還沒有訂單
order-items = 商品明細
order-info = 訂單資訊
order-ship-to = 收件人
order-reorder = 再次購買
order-print = 列印訂單
order-back = 返回我的訂單
order-all = 全部訂單
order-lookup = 訂單查詢

## Status (订单状态)
order-status-pending = 待付款
order-status-pending-payment = 待付款
order-status-processing = 待出貨
order-status-shipped = 待收貨
order-status-delivered = 已送達
order-status-complete = 已完成
order-status-closed = 交易已關閉
order-status-canceled = 已取消
order-status-holded = 暫緩處理
order-status-review = 付款審核中
order-status-fraud = 訂單審核中
order-status-to-review = 待評價

## Doing something about an order (订单操作)
order-pay = 前往付款
order-cancel = 取消訂單
order-cancel-confirm = 確定要取消這筆訂單嗎？
order-canceled-done = 訂單已取消
order-cancel-failed = 此訂單已無法取消
order-confirm-receipt = 確認收貨
order-confirm-receipt-ask = 確認已收到商品嗎？
order-remind = 提醒出貨
order-contact-shop = 聯絡賣家
order-not-found = 找不到此訂單，請確認後再試

## Money of an order (订单金额)
order-paid = 實付金額
order-subtotal = 商品總計
order-shipping-fee = 運費
order-invoice = 帳單
order-invoices = 帳單
order-creditmemo = 退款單
order-refunds = 退款紀錄
order-refunded = 已退款金額
order-total-paid = 已付金額
order-total-due = 待付金額

## After the sale (售后)
refund-request = 申請退款
return-request = 申請退貨
exchange-request = 申請換貨
refund-reason = 退款原因
refund-amount = 退款金額
refund-processing = 退款處理中
refund-done = 退款完成
refund-rejected = 退款申請未通過
refund-way = 款項將退回原付款方式
fapiao-request = 申請開立發票
fapiao-title = 發票抬頭
fapiao-personal = 個人
fapiao-company = 公司
fapiao-view = 查看發票
fapiao-issued = 已開立發票
invoice-electronic-tw = 電子發票
invoice-carrier-tw = 手機條碼載具

## Following the goods (物流信息)
order-shipment = 包裹
order-shipments = 物流資訊
order-track = 查詢配送進度
