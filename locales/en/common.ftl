# Words of every page of a shop (通用).

## Moving about (导航)
loading = Loading...
next = Next
back = Back
edit = Edit
apply = Apply
nav-toggle = Menu
nav-skip = Skip to Content
not-found = Page not found.
cookie-notice = We use cookies to make your experience better.
contact-title = Contact Us
home = Home
menu = Menu
previous = Previous
go-home = Back to the home page
# $name (String) name of the product or person
welcome-user = Welcome, { $name }!
page-current = You’re currently reading page

## Buttons (按钮)
save = Save
cancel = Cancel
close = Close
confirm = OK
remove = Remove
delete = Delete
submit = Submit
update = Update
continue = Continue
view = View
view-all = View all
view-details = View details
see-details = See details
change = Change
print = Print
search = Search
clear = Clear
copy = Copy
retry = Try again
yes = Yes
no = No

## Forms (表单)
form-required-mark = * Required
form-choose = Please choose
form-optional = optional

## Contact form (联系客服)
contact-write = Write to us
contact-name = Name
contact-email = Email
contact-phone = Phone
contact-message = What is it about?
contact-intro = Leave a message and we will answer as soon as we can.
contact-failed = Your message could not be sent. Please try again later.

## Notices (提示)
demo-store = This is a demo store. No orders will be fulfilled.
javascript-off = JavaScript is switched off in your browser.
offline = You are offline. Please check your connection.
copied = Copied
language = Language
currency = Currency

## Numbers and times (数量与时间)
# $amount (String) money, formatted
amount = ¥{ $amount }
# $from (String) lower end
# $to (String) upper end
date-range = { $from } – { $to }
today = Today
tomorrow = Tomorrow

## Footer (页脚)
footer-about = About us
footer-service = Customer service
footer-privacy = Privacy policy
footer-terms = Terms of service
footer-returns = Returns
footer-shipping = Delivery
# $year (String) year
# $shop (String) name of the shop
footer-copyright = © { $year } { $shop }
