## Reading a pasted text: warnings

address-region-not-found = No region was found. Choose province, city and district by hand.
address-region-ambiguous = Several places bear this name. Choose one of the candidates.
address-district-missing = No district was found. Choose it by hand.
address-region-replaced = A former place name was written; the present one stands here. Check it.
address-region-inferred-from-town = The district was inferred from the town. Check it.
address-region-from-short-name = The region was read from a short name. Check it.
address-preferred-province-used = Several places bear this name; the one in the preferred province was taken. Check it.
address-place-name-unclear = The place name is not clear. Check the region.
address-name-missing = No recipient was found. Fill it in.
address-name-uncertain = The recipient’s name may be wrong. Check it.
address-phone-missing = No phone number was found. Fill it in.
address-phone-unusual = Numbers in this range rarely belong to people. Check it.
address-phone-without-area-code = The fixed-line number has no area code. Add it.
address-phone-fixed-line = This is a fixed line; couriers usually need a mobile number.
address-phone-glued-to-digits = The phone number was written together with other digits. Check it.
address-several-phones = Several phone numbers were found; the first mobile number was taken.
address-detail-missing = No street address was found. Fill it in.
address-identity-number-dropped = The text held an identity number, which was dropped; deliveries do not need one.
address-postal-code-mismatch = The postal code does not fit the province. Check it.
address-text-too-long = The text is too long; only its beginning was read.

## Checking a form: problems

address-name-required = Give the recipient’s name.
address-name-too-long = The recipient’s name has at most 50 characters.
address-name-is-number = The recipient’s name cannot be a number.
address-phone-required = Give a phone number.
address-phone-invalid = This is no phone number. Give a mobile number of 11 digits, or a fixed line with its area code.
address-phone-length-unusual = Fixed lines under this area code usually have another length. Check it.
address-region-required = Choose the region.
address-region-code-malformed = A division code has six digits, a town’s nine.
address-region-unknown = There is no such place. Choose again.
address-region-mismatch = This level does not fit the others. Choose again.
address-region-split = This unit was split into several. Choose one of the candidates.
address-city-required = Choose the city.
address-district-required = Choose the district.
address-detail-required = Give the street address.
address-detail-too-long = The street address has at most 200 characters.
address-detail-repeats-region = The street address repeats the region; that can be left out.
address-postal-code-filled = The usual postal code of the place was filled in; it may be changed.
address-postal-code-malformed = A postal code has six digits.
address-magento-too-long = The address is longer than the shop system can hold. Shorten it.
