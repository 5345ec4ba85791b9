// Receives Luodi's webhooks and believes only the signed ones. No dependencies.
//
//   WEBHOOK_SECRET=whsec_… node webhook_receiver.mjs [port]

import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

const TOLERANCE_S = 5 * 60;
const MAX_BODY_BYTES = 1 << 20;

/** Whether the body (a Buffer, as it came) is what Luodi sent. `headers` has lower-case names. */
export function verify(secret, headers, body, nowS) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const signatures = headers["webhook-signature"] ?? "";
  if (!id || !/^[0-9]+$/.test(timestamp)) return false;
  if (Math.abs(nowS - Number(timestamp)) > TOLERANCE_S) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest();
  // While the secret is being changed there are two signatures; one of them is enough.
  return signatures
    .split(" ")
    .filter((signature) => signature.startsWith("v1,"))
    .map((signature) => Buffer.from(signature.slice("v1,".length), "base64"))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

const seen = new Set(); // A shop keeps this in its database.

async function receive(request, response) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return response.writeHead(413).end();
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!verify(process.env.WEBHOOK_SECRET, request.headers, body, Date.now() / 1000)) {
    return response.writeHead(401).end();
  }
  const event = JSON.parse(body);
  if (!seen.has(event.id)) {
    seen.add(event.id);
    // Before shipping: is it our order, is it this amount, is it CNY?
    console.log(event.type, event.data.order_ref ?? "", event.data.amount_fen ?? "");
  }
  response.writeHead(204).end();
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  if (!process.env.WEBHOOK_SECRET?.startsWith("whsec_")) {
    console.error("set WEBHOOK_SECRET to the secret of the endpoint (whsec_…)");
    process.exit(1);
  }
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.headersSent || response.writeHead(400).end());
  });
  server.listen(Number(process.argv[2] ?? 9000), "127.0.0.1", () => {
    console.log(`listening on http://127.0.0.1:${server.address().port}/`);
  });
}
