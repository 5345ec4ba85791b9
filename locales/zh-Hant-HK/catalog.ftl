# Products, lists and search (商品).

## Stock (库存)
stock-in = 有現貨
stock-out = 暫時缺貨
stock-sold-out = 已售罄
# $count (Number) how many
stock-left = 只剩 { $count } 件
stock-preorder = 預購
stock-notify = 到貨通知
stock-notify-saved = 到貨後會通知您
stock-availability = 存貨狀態
# $count (Number) how many
stock-limit = 每人限購 { $count } 件
# $count (Number) how many
stock-minimum = 最少購買 { $count } 件

## Lists (商品列表)
list-sort = 排序
list-sort-position = 綜合
list-sort-relevance = 相關程度
list-sort-price = 價格
list-sort-sales = 銷量
list-sort-new = 最新
list-sort-desc = 由高至低
list-sort-asc = 由低至高
list-filter = 篩選
list-filter-clear = 全部清除
list-filter-now = 已選條件
list-filter-options = 篩選條件
list-filter-remove = 移除此條件
# $amount (String) money, formatted
list-filter-price-from = { $amount } 或以上
# $amount (String) money, formatted
list-filter-price-to = { $amount } 或以下
# $from (String) lower end
# $to (String) upper end
list-filter-price-range = { $from } - { $to }
list-category = 分類
list-grid = 大圖
list-list = 列表
list-per-page = 件/頁
list-show = 每頁顯示
list-view-as = 顯示方式
# $first (Number) first shown
# $last (Number) last shown
# $total (Number) all there are
list-range = 第 { $first }-{ $last } 件，共 { $total } 件
# $count (Number) how many
list-count = 共 { $count } 件
list-empty = 沒有符合條件的商品
list-more = 載入更多

## Search (搜索)
search-placeholder = 搜尋商品
search-none = 找不到相關商品，請嘗試其他關鍵字
# $query (String) words searched for
search-results = 「{ $query }」的搜尋結果
search-popular = 熱門搜尋
search-related = 相關搜尋
search-history = 搜尋紀錄
search-advanced = 進階搜尋
search-term-missing = 請輸入關鍵字

## One product (商品详情)
product-details = 商品詳情
product-specs = 規格
product-options = 款式
product-color = 顏色
product-size = 尺碼
product-choose-option = 請選擇…
product-sku = 貨號
# $count (Number) how many
product-sold = 已售 { $count } 件
product-related = 相關商品
product-upsell = 為您推薦
product-crosssell = 經常一併購買
product-share = 分享
product-share-email = 分享給朋友
product-zoom = 查看大圖
product-download-sample = 試看
product-returns = 七天內可退貨
product-genuine = 正貨保證

## Prices (价格)
price-special = 特價
price-regular = 原價
price-crossed-out = 參考價
price-from = 低至
price-to = 至
price-member = 會員價
price-after-coupon = 用券後
# $rate (String) 8 stands for 20 % off in Chinese; in English write “20 %”
price-rate-off = { $rate } 折
# $count (Number) how many
# $price (String) money, formatted
# $percent (String) per cent without the sign
price-buy-more = 買滿 { $count } 件每件 { $price }，節省 { $percent }%
price-alert = 減價通知

## Reviews (评价)
review-title = 評價
review-mine = 我的評價
review-customer = 顧客評價
review-add = 撰寫評價
review-own = 撰寫評價
review-submit = 提交評價
review-submitted = 評價已提交，審核後顯示
review-failed = 未能提交評價，請稍後再試
review-first = 搶先評價
review-rating = 評分
review-your-rating = 您的評分
review-summary = 評價標題
review-text = 評價內容
review-nickname = 暱稱
review-nickname-missing = 請填寫暱稱
review-text-missing = 請填寫評價內容
review-rating-missing = 請先評分
review-anonymous = 匿名評價
# $count (Number) how many
review-count = { $count } 則評價
review-none = 暫無評價

## Viewed and compared (浏览与对比)
recent-viewed = 最近瀏覽
compare-title = 商品比較
compare-button = 比較
compare-empty = 尚未加入比較商品
# $name (String) name of the product or person
compare-added = 已將「{ $name }」加入比較
# $name (String) name of the product or person
compare-removed = 已將「{ $name }」移出比較
compare-cleared = 比較清單已清空
