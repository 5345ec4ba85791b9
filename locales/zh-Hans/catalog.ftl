# Products, lists and search (商品).

## Stock (库存)
stock-in = 有货
stock-out = 暂时缺货
stock-sold-out = 已售罄
# $count (Number) how many
stock-left = 仅剩 { $count } 件
stock-preorder = 预售
stock-notify = 到货通知
stock-notify-saved = 到货后会通知您
stock-availability = 库存状态
# $count (Number) how many
stock-limit = 每人限购 { $count } 件
# $count (Number) how many
stock-minimum = { $count } 件起售

## Lists (商品列表)
list-sort = 排序
list-sort-position = 综合
list-sort-relevance = 综合
list-sort-price = 价格
list-sort-sales = 销量
list-sort-new = 新品
list-sort-desc = 从高到低
list-sort-asc = 从低到高
list-filter = 筛选
list-filter-clear = 清空
list-filter-now = 已选条件
list-filter-options = 筛选条件
list-filter-remove = 移除该条件
# $amount (String) money, formatted
list-filter-price-from = { $amount } 以上
# $amount (String) money, formatted
list-filter-price-to = { $amount } 以下
# $from (String) lower end
# $to (String) upper end
list-filter-price-range = { $from } - { $to }
list-category = 分类
list-grid = 大图
list-list = 列表
list-per-page = 件/页
list-show = 每页显示
list-view-as = 显示方式
# $first (Number) first shown
# $last (Number) last shown
# $total (Number) all there are
list-range = 第 { $first }-{ $last } 件，共 { $total } 件
# $count (Number) how many
list-count = 共 { $count } 件
list-empty = 没有符合条件的商品
list-more = 加载更多

## Search (搜索)
search-placeholder = 搜索商品
search-none = 没有找到相关商品，换个词试试
# $query (String) words searched for
search-results = “{ $query }”的搜索结果
search-popular = 热门搜索
search-related = 相关搜索
search-history = 历史搜索
search-advanced = 高级搜索
search-term-missing = 请输入搜索关键词

## One product (商品详情)
product-details = 商品详情
product-specs = 规格参数
product-options = 规格
product-color = 颜色
product-size = 尺码
product-choose-option = 请选择…
product-sku = 货号
# $count (Number) how many
product-sold = 已售 { $count } 件
product-related = 相关推荐
product-upsell = 猜你喜欢
product-crosssell = 经常一起购买
product-share = 分享
product-share-email = 分享给好友
product-zoom = 查看大图
product-download-sample = 试看
product-returns = 七天无理由退货
product-genuine = 正品保障

## Prices (价格)
price-special = 活动价
price-regular = 原价
price-crossed-out = 划线价
price-from = 低至
price-to = 至
price-member = 会员价
price-after-coupon = 券后价
# $rate (String) 8 stands for 20 % off in Chinese; in English write “20 %”
price-rate-off = { $rate } 折
# $count (Number) how many
# $price (String) money, formatted
# $percent (String) per cent without the sign
price-buy-more = { $count } 件起每件 { $price }，省 { $percent }%
price-alert = 降价通知

## Reviews (评价)
review-title = 评价
review-mine = 我的评价
review-customer = 商品评价
review-add = 写评价
review-own = 发表评价
review-submit = 发表评价
review-submitted = 评价已提交，审核后展示
review-failed = 评价提交失败，请稍后再试
review-first = 抢先评价
review-rating = 评分
review-your-rating = 您的评分
review-summary = 评价标题
review-text = 评价内容
review-nickname = 昵称
review-nickname-missing = 请填写昵称
review-text-missing = 请填写评价内容
review-rating-missing = 请先评分
review-anonymous = 匿名评价
# $count (Number) how many
review-count = { $count } 条评价
review-none = 暂无评价

## Viewed and compared (浏览与对比)
recent-viewed = 最近浏览
compare-title = 商品对比
compare-button = 对比
compare-empty = 还没有要对比的商品
# $name (String) name of the product or person
compare-added = “{ $name }”已加入对比
# $name (String) name of the product or person
compare-removed = “{ $name }”已移出对比
compare-cleared = 对比列表已清空
