#!/bin/sh
# A payment over REST: create it, show its QR code, wait until it is paid, refund a part, read the events.
#
#   luodi demo        # in another terminal; prints the key
#   LUODI_API_KEY=ld_sk_test_… ./examples/curl.sh
set -eu

: "${LUODI_API_URL:=http://127.0.0.1:8080}"
: "${LUODI_API_KEY:?set it to the key that \`luodi demo\` or \`luodi keys create\` printed}"

# One order, one number; it also makes the idempotency keys, so a repeat opens no second payment.
order="T-$(date +%s)-$$"

call() { # METHOD PATH [curl options]
  method=$1 path=$2
  shift 2
  curl --silent --show-error --fail-with-body --request "$method" "$LUODI_API_URL$path" \
    --header "Authorization: Bearer $LUODI_API_KEY" --header 'Accept-Language: en' "$@"
}

post() { # PATH IDEMPOTENCY-KEY JSON
  call POST "$1" --header 'Content-Type: application/json' --header "Idempotency-Key: $2" --data "$3"
}

text() { # NAME: the first member of that name in the JSON on standard input. Enough for a demonstration.
  sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" | head -n 1
}

# The first status is the payment's own: its attempts and their statuses come after it.
status() { sed 's/"attempts":.*//' | text status; }

echo "1. Create a payment of 12.80 yuan and open a QR code at WeChat Pay"
payment=$(post /v1/payments "create-$order-0000" "{
  \"order_ref\": \"$order\", \"amount_fen\": 1280, \"currency\": \"CNY\", \"description\": \"Longjing tea 50g\",
  \"gateway\": \"wechatpay\", \"flow\": \"qr\"
}")
id=$(printf %s "$payment" | sed 's/"attempts":.*//' | text id)
attempt=$(printf %s "$payment" | sed 's/.*"attempts"://' | text id)
echo "   payment   $id"
echo "   cashier   $(printf %s "$payment" | text cashier_url)"
echo "   code      $(printf %s "$payment" | text code_url)"

echo "2. The QR code as a picture"
call GET "/v1/attempts/$attempt/qr.svg" --output "$order.svg"
echo "   $order.svg"

echo "3. Pay it: open the phone page of the demo, paste the code, confirm"
paid=""
for _ in $(seq 1 "${WAIT_S:-300}"); do
  paid=$(call GET "/v1/payments/$id" | status)
  [ "$paid" = open ] || break
  sleep 1
done
echo "   $paid"
[ "$paid" = paid ] || { echo "   not paid: nothing to refund"; exit 1; }

echo "4. Refund 5.00 yuan of it"
refund=$(post "/v1/payments/$id/refunds" "refund-$order-0000" '{"amount_fen": 500, "reason": "out of stock"}')
echo "   $(printf %s "$refund" | text id)  $(printf %s "$refund" | text status)"

echo "5. What happened, in order. A shop remembers next_after and never misses anything"
call GET "/v1/events?limit=500" | tr '{' '\n' | grep '"type"' | sed -n 's/.*"type":"\([^"]*\)","sequence":\([0-9]*\).*/   \2  \1/p'
rm -f "$order.svg"
