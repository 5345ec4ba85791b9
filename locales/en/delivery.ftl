# Delivery: how goods come to the buyer (配送).

## Choosing how it is delivered (配送方式)
shipping-methods = Delivery
shipping-method = Delivery
shipping-method-label = Delivery:
shipping-select = Choose a delivery
shipping-missing = Please choose a delivery
shipping-missing-quote = Please choose a delivery
shipping-none = We do not deliver to this address
shipping-none-short = We do not deliver to this address
shipping-address-missing = Please enter the delivery address
shipping-address-not-set = Please enter the delivery address
shipping-address-check = Please check the delivery address
shipping-save-failed = The delivery details could not be saved. Please check them.
shipping-info = Delivery details
# $amount (String) money, formatted
shipping-remote = Remote area, extra charge { $amount }

## Kinds (配送种类)
carrier-free = Free shipping
carrier-flat = Flat rate
carrier-table = Rate by region
carrier-pickup = Collect in store
carrier-home = Home delivery
carrier-locker = Parcel locker
carrier-station = Pick-up point
carrier-cvs-tw = Collect at a convenience store
carrier-cvs-cod-tw = Collect and pay at a convenience store
carrier-cvs-choose-tw = Choose a convenience store
carrier-sf = SF Express
carrier-ems = EMS
pickup-store = Store
pickup-hours = Opening hours
pickup-code = Pick-up code
pickup-ready = Ready to be collected

## When (送达时间)
delivery-time = Delivery time
delivery-any-day = Any day
delivery-weekdays = Weekdays only
delivery-weekends = Weekends and holidays only
# $date (String) date, formatted
delivery-estimate = Arrives about { $date }
# $hours (Number) hours
delivery-ships-within = Ships within { $hours } hours
delivery-next-day = Tomorrow

## Following a parcel (物流跟踪)
shipment-track = Track parcel
shipment-number = Tracking number
shipment-number-copy = Copy tracking number
shipment-carrier = Courier
shipment-tracking-info = Tracking
shipment-none = No news of the parcel yet
shipment-preparing = Being packed
shipment-picked-up = Picked up by the courier
shipment-in-transit = On its way
shipment-out-for-delivery = Out for delivery
shipment-delivered = Delivered
shipment-problem = Delivery problem
shipment-returned = Sent back
