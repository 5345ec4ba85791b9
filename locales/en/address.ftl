# Addresses and their form (收货地址).

## Which address (选择地址)
address-shipping = Delivery address
address-billing = Billing address
address-same = Billing address same as delivery address
address-new = New address
address-ship-here = Deliver here
address-ship-to = Deliver to:
address-save = Save in address book
address-save-button = Save address
address-choose = Choose an address
address-default = Default
address-default-shipping = Use as default delivery address
address-default-billing = Use as default billing address
address-tag = Label
address-tag-home = Home
address-tag-work = Work
address-tag-school = School

## Fields (填写项)
address-recipient = Recipient
address-recipient-placeholder = Full name
address-recipient-missing = Please enter the recipient’s name
address-recipient-bad = Use the recipient’s real name, without symbols
name-given = Given name
name-family = Family name
address-company = Company (optional)
address-phone = Mobile number
address-phone-placeholder = 11 digits
address-phone-missing = Please enter a phone number
address-phone-bad = Please enter a mobile number of 11 digits, or a landline with area code
address-phone-bad-local = Please enter a valid local phone number
address-phone-not-mobile = Couriers prefer a mobile number
address-fax = Fax
address-country = Country or region
address-country-missing = Please choose a country or region
address-region = Region
address-region-placeholder = Province, city, district, town
address-province = Province
address-province-missing = Please choose a province
address-city = City
address-city-missing = Please choose a city
address-district = District
address-district-missing = Please choose a district
address-town = Town or street
address-area-hk = Area
address-area-hk-missing = Please choose an area
address-county-tw = County or city
address-county-tw-missing = Please choose a county or city
address-township-tw = District or township
address-township-tw-missing = Please choose a district or township
address-street = Street address
address-street-placeholder = Street, building, number
address-street-missing = Please enter the street address
address-street-bad = Leave out symbols and emoji
address-street-short = Please give the building and number as well
address-postcode = Postcode (optional)
address-postcode-bad = A postcode has 6 digits
address-postcode-tw = Postcode
address-postcode-tw-bad = A Taiwan postcode has 3, 5 or 6 digits
address-postcode-missing = Please enter the postcode
address-postcode-hint = Filled in from the district
address-tax-id = Tax number
address-email = Email
address-email-missing = Please enter an email address
phone-hint = So that the courier can reach you
field-email = Please enter a valid email address

## Paste and fill (智能填写)
address-paste = Paste and fill
address-paste-placeholder = Paste name, phone and address; the fields fill themselves
address-paste-done = Please check what was filled in
address-paste-unsure = Please complete what could not be read
address-paste-choose = Which place do you mean?
# $old (String) former name
# $new (String) present name
address-region-replaced = “{ $old }” is now “{ $new }”
