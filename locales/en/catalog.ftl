# Products, lists and search (商品).

## Stock (库存)
stock-in = In stock
stock-out = Out of stock
stock-sold-out = Sold out
# $count (Number) how many
stock-left = Only { $count } left
stock-preorder = Pre-order
stock-notify = Tell me when it is back
stock-notify-saved = We will tell you when it is back
stock-availability = Availability
# $count (Number) how many
stock-limit = At most { $count } per buyer
# $count (Number) how many
stock-minimum = At least { $count }

## Lists (商品列表)
list-sort = Sort by
list-sort-position = Recommended
list-sort-relevance = Best match
list-sort-price = Price
list-sort-sales = Sales
list-sort-new = Newest
list-sort-desc = High to low
list-sort-asc = Low to high
list-filter = Filter
list-filter-clear = Clear all
list-filter-now = Chosen
list-filter-options = Filters
list-filter-remove = Remove filter
# $amount (String) money, formatted
list-filter-price-from = From { $amount }
# $amount (String) money, formatted
list-filter-price-to = up to { $amount }
# $from (String) lower end
# $to (String) upper end
list-filter-price-range = { $from } – { $to }
list-category = Category
list-grid = Large pictures
list-list = List
list-per-page = per page
list-show = Show
list-view-as = View
# $first (Number) first shown
# $last (Number) last shown
# $total (Number) all there are
list-range = { $first }–{ $last } of { $total }
# $count (Number) how many
list-count = { $count ->
    [one] { $count } product
   *[other] { $count } products
}
list-empty = Nothing fits
list-more = Load more

## Search (搜索)
search-placeholder = Search products
search-none = Nothing found. Try other words.
# $query (String) words searched for
search-results = Results for “{ $query }”
search-popular = Popular searches
search-related = Related searches
search-history = Recent searches
search-advanced = Advanced search
search-term-missing = Please enter what you are looking for

## One product (商品详情)
product-details = Details
product-specs = Specifications
product-options = Options
product-color = Colour
product-size = Size
product-choose-option = Choose an option…
product-sku = Item number
# $count (Number) how many
product-sold = { $count } sold
product-related = Goes with it
product-upsell = You may also like
product-crosssell = Often bought together
product-share = Share
product-share-email = Send to a friend
product-zoom = Look closer
product-download-sample = Sample
product-returns = Returns within seven days, no reason needed
product-genuine = Genuine goods

## Prices (价格)
price-special = Sale price
price-regular = Regular price
price-crossed-out = Reference price
price-from = from
price-to = To
price-member = Member price
price-after-coupon = with coupon
# $rate (String) 8 stands for 20 % off in Chinese; in English write “20 %”
price-rate-off = { $rate } off
# $count (Number) how many
# $price (String) money, formatted
# $percent (String) per cent without the sign
price-buy-more = { $count } for { $price } each, save { $percent }%
price-alert = Tell me when the price falls

## Reviews (评价)
review-title = Reviews
review-mine = My reviews
review-customer = Customer reviews
review-add = Write a review
review-own = Write a review
review-submit = Submit review
review-submitted = Thank you. Your review appears once it is checked.
review-failed = Your review could not be sent. Please try again later.
review-first = Be the first to review it
review-rating = Rating
review-your-rating = Your rating
review-summary = Title
review-text = Your review
review-nickname = Nickname
review-nickname-missing = Please enter a nickname
review-text-missing = Please write something
review-rating-missing = Please give a rating
review-anonymous = Anonymous
# $count (Number) how many
review-count = { $count ->
    [one] { $count } review
   *[other] { $count } reviews
}
review-none = No reviews yet

## Viewed and compared (浏览与对比)
recent-viewed = Recently viewed
compare-title = Compare
compare-button = Compare
compare-empty = Nothing to compare yet
# $name (String) name of the product or person
compare-added = “{ $name }” was added to the comparison
# $name (String) name of the product or person
compare-removed = “{ $name }” was removed from the comparison
compare-cleared = Comparison cleared
