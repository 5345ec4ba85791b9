<?php
// Receives Luodi's webhooks and believes only the signed ones. No dependencies, PHP 8.0 or newer.
//
//   WEBHOOK_SECRET=whsec_… php -S 127.0.0.1:9000 webhook_receiver.php

declare(strict_types=1);

const TOLERANCE_S = 5 * 60;

/** Whether the body is what Luodi sent. $headers has lower-case names; $body is as it came. */
function verify(string $secret, array $headers, string $body, int $now): bool
{
    $id = $headers['webhook-id'] ?? '';
    $timestamp = $headers['webhook-timestamp'] ?? '';
    $signatures = $headers['webhook-signature'] ?? '';
    if ($id === '' || !preg_match('/^[0-9]{1,15}$/D', $timestamp)) {
        return false;
    }
    if (abs($now - (int) $timestamp) > TOLERANCE_S) {
        return false;
    }
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    if ($key === false || $key === '') {
        return false;
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', "$id.$timestamp.$body", $key, true));
    // While the secret is being changed there are two signatures; one of them is enough.
    foreach (explode(' ', $signatures) as $signature) {
        if (hash_equals($expected, $signature)) {
            return true;
        }
    }
    return false;
}

if (PHP_SAPI === 'cli') {
    return; // Included by something that only wants verify().
}

$body = (string) file_get_contents('php://input');
$headers = array_change_key_case(getallheaders(), CASE_LOWER);
if (!verify((string) getenv('WEBHOOK_SECRET'), $headers, $body, time())) {
    http_response_code(401);
    exit;
}
$event = json_decode($body, true, 64, JSON_THROW_ON_ERROR);
// A shop remembers $event['id'] in its database and ignores what it has seen.
// Before shipping: is it our order, is it this amount, is it CNY?
error_log($event['type'] . ' ' . ($event['data']['order_ref'] ?? '') . ' ' . ($event['data']['amount_fen'] ?? ''));
http_response_code(204);
