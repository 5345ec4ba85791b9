# Delivery: how goods come to the buyer (配送).

## Choosing how it is delivered (配送方式)
shipping-methods = 送貨方式
shipping-method = 送貨方式
shipping-method-label = 送貨方式：
shipping-select = 請選擇送貨方式
shipping-missing = 請選擇送貨方式
shipping-missing-quote = 請選擇送貨方式
shipping-none = 此地址暫不支援送貨
shipping-none-short = 此地址暫不支援送貨
shipping-address-missing = 請填寫送貨地址
shipping-address-not-set = 請填寫送貨地址
shipping-address-check = 請檢查送貨地址
shipping-save-failed = 未能儲存送貨資料，請檢查後再試
shipping-info = 送貨資料
# $amount (String) money, formatted
shipping-remote = 偏遠地區附加費 { $amount }

## Kinds (配送种类)
carrier-free = 免運費
carrier-flat = 劃一運費
carrier-table = 按地區計算運費
carrier-pickup = 門市自取
carrier-home = 送貨上門
carrier-locker = 智能櫃自取
carrier-station = 自提點
carrier-cvs-tw = 便利店取貨
carrier-cvs-cod-tw = 便利店取貨付款
carrier-cvs-choose-tw = 選擇取貨門市
carrier-sf = 順豐速運
carrier-ems = 特快專遞
pickup-store = 自取門市
pickup-hours = 營業時間
pickup-code = 取貨碼
pickup-ready = 可以取貨

## When (送达时间)
delivery-time = 送貨時間
delivery-any-day = 任何日子均可
delivery-weekdays = 只限平日
delivery-weekends = 只限週末及公眾假期
# $date (String) date, formatted
delivery-estimate = 預計 { $date } 送達
# $hours (Number) hours
delivery-ships-within = { $hours } 小時內出貨
delivery-next-day = 翌日送達

## Following a parcel (物流跟踪)
shipment-track = 追蹤包裹
shipment-number = 追蹤編號
shipment-number-copy = 複製追蹤編號
shipment-carrier = 速遞公司
shipment-tracking-info = 送貨追蹤
shipment-none = 暫無送貨資訊
shipment-preparing = 商品包裝中
shipment-picked-up = 速遞公司已收件
shipment-in-transit = 運送中
shipment-out-for-delivery = 派送中
shipment-delivered = 已簽收
shipment-problem = 派送異常
shipment-returned = 已退回
