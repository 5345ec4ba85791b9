# Delivery: how goods come to the buyer (配送).

## Choosing how it is delivered (配送方式)
shipping-methods = 配送方式
shipping-method = 配送方式
shipping-method-label = 配送方式：
shipping-select = 請選擇配送方式
shipping-missing = 請選擇配送方式
shipping-missing-quote = 請選擇配送方式
shipping-none = 此地址目前無法配送
shipping-none-short = 此地址目前無法配送
shipping-address-missing = 請填寫收件地址
shipping-address-not-set = 請填寫收件地址
shipping-address-check = 請確認收件地址
shipping-save-failed = 收件資訊儲存失敗，請確認後再試
shipping-info = 收件資訊
# $amount (String) money, formatted
shipping-remote = 偏遠地區加收 { $amount }

## Kinds (配送种类)
carrier-free = 免運費
carrier-flat = 固定運費
carrier-table = 依地區計算運費
carrier-pickup = 門市自取
carrier-home = 宅配到府
carrier-locker = 智慧取物櫃
carrier-station = 取貨點
carrier-cvs-tw = 超商取貨
carrier-cvs-cod-tw = 超商取貨付款
carrier-cvs-choose-tw = 選擇取貨門市
carrier-sf = 順豐速運
carrier-ems = 國際快捷（EMS）
pickup-store = 取貨門市
pickup-hours = 營業時間
pickup-code = 取貨碼
pickup-ready = 可取貨

## When (送达时间)
delivery-time = 配送時段
delivery-any-day = 不限日期
delivery-weekdays = 僅限平日
delivery-weekends = 僅限假日
# $date (String) date, formatted
delivery-estimate = 預計 { $date } 送達
# $hours (Number) hours
delivery-ships-within = { $hours } 小時內出貨
delivery-next-day = 隔日到貨

## Following a parcel (物流跟踪)
shipment-track = 查詢配送進度
shipment-number = 配送單號
shipment-number-copy = 複製單號
shipment-carrier = 物流公司
shipment-tracking-info = 配送進度
shipment-none = 目前無配送資訊
shipment-preparing = 商品包裝中
shipment-picked-up = 物流已收件
shipment-in-transit = 運送中
shipment-out-for-delivery = 配送中
shipment-delivered = 已送達
shipment-problem = 配送異常
shipment-returned = 已退回
