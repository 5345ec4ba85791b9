# What `<luodi-address>` says.

component-address-paste = Paste a whole address
component-address-paste-hint = e.g. 李明 13800138000 广东省深圳市南山区科技园南路 1 号
component-address-read = Fill in
component-address-reading = Reading…
component-address-resolved = Filled in. Please check.
component-address-partial = Filled in what could be read. Please complete the rest.
component-address-ambiguous = Several places fit. Please choose:
component-address-unresolved = The region was not recognised. Please choose it below.
component-address-unreadable = This cannot be read right now. Please fill in the fields.
# $old (String) a name that is no longer used
# $now (String) the place's present name
component-address-replaced = { $old } is now { $now }; updated.
# $old (String) the name of a place that no longer exists
component-address-choose-successor = { $old } no longer exists. Please choose its successor:
component-address-name = Recipient
component-address-phone = Mobile phone
component-address-region = Region
component-address-province = Province
component-address-city = City
component-address-district = District
component-address-third-town = Town
component-address-town = Town (optional)
component-address-town-first = Town
component-address-choose-province = Choose province
component-address-choose-city = Choose city
component-address-choose-district = Choose district
component-address-choose-third-town = Choose town
component-address-street = Street address
component-address-street-hint = Road, number, building, unit, room
component-address-postal = Postcode (optional)
component-address-phone-wrong = Enter an 11-digit mobile number
component-address-phone-landline = A landline gets no text messages; a mobile number is better.
component-address-postal-wrong = A postcode has 6 digits
component-address-postal-odd = This does not fit the region. Please check.
component-address-postal-filled = Filled in for the region; you may change it.
# $name (String) the place that was chosen
component-address-typed = { $name } chosen
component-address-type-ahead = Type pinyin or initials to choose, such as gd
component-address-unavailable = The list could not be loaded. Try again
