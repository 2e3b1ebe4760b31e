/** The envelope: how every message travels on every link, encrypted (docs/protocol.md §5). */
import { concat, uintBytes } from "./bytes.ts"
import { type CborValue, decodeSequence, encode, encodeSequence } from "./cbor/index.ts"
import { encryptionAad } from "./cose.ts"
import type { Crypto } from "./crypto.ts"
import { DormouseError } from "./errors.ts"
import type { SessionKeys } from "./session.ts"
import { asBytes, asUint } from "./shape.ts"

/** Request numbers fill the first five bytes of a nonce. */
export const MAX_REQUEST = 2 ** 40 - 1
export const DOWNLINK_RANDOM_LENGTH = 8

/** An uplink as it travels: CBOR sequence `id, request, ciphertext`. */
export interface SealedUplink {
  /** number that the gateway gave the device at enrolment */
  id: number
  /** strictly increasing for a key */
  request: number
  ciphertext: Uint8Array
}

/** What an uplink carries: CBOR sequence `mailbox cursor, receipt lag, report, ...`. */
export interface Uplink {
  /** highest mailbox message the device holds; the gateway forgets up to it */
  mailboxCursor: number
  /** all the device's reports up to this seq have receipts; travels as the distance from the first report */
  receiptCursor: number
  /** `payload || r || s` each, newest first */
  reports: Uint8Array[]
}

export function sealUplink(
  crypto: Crypto,
  keys: SessionKeys,
  id: number,
  request: number,
  uplink: Uplink,
  firstSeq = 0,
) {
  const lag = uplink.reports.length ? firstSeq - uplink.receiptCursor : uplink.receiptCursor
  const plaintext = encodeSequence([uplink.mailboxCursor, lag, ...uplink.reports])
  const ciphertext = crypto.ccmSeal(keys.uplink, uplinkNonce(request), uplinkAad(id, request), plaintext)
  return encodeSequence([id, request, ciphertext])
}

/** Reads the clear part of an uplink; nothing in it is authentic yet. Throws `E_CBOR_*`, `E_MESSAGE`. */
export function parseUplink(datagram: Uint8Array): SealedUplink {
  const [id, request, ciphertext, ...more] = decodeSequence(datagram)
  if (more.length) throw new DormouseError("E_MESSAGE", `Uplink: ${more.length} items behind the ciphertext.`)
  return {
    id: asUint(id, "device id"),
    request: asUint(request, "request number", MAX_REQUEST),
    ciphertext: asBytes(ciphertext, "ciphertext"),
  }
}

/** Throws `E_ENVELOPE` where the message was not sealed with this key; `seqOf` reads a report's seq. */
export function openUplink(
  crypto: Crypto,
  keys: SessionKeys,
  { id, request, ciphertext }: SealedUplink,
  seqOf: (report: Uint8Array) => number,
): Uplink {
  const plaintext = crypto.ccmOpen(keys.uplink, uplinkNonce(request), uplinkAad(id, request), ciphertext)
  if (!plaintext)
    throw new DormouseError("E_ENVELOPE", `Uplink ${request} of device ${id}: not sealed with the device's key.`)
  const [mailboxCursor, lag, ...items] = decodeSequence(plaintext)
  const reports = items.map((item) => asBytes(item, "report"))
  const first = asUint(lag, "receipt lag")
  const receiptCursor = reports.length ? seqOf(reports[0]!) - first : first
  if (receiptCursor < 0) throw new DormouseError("E_MESSAGE", `receipt lag: ${first} is beyond the first report's seq.`)
  return { mailboxCursor: asUint(mailboxCursor, "mailbox cursor"), receiptCursor, reports }
}

/** Downlink: CBOR sequence `request, random(8), ciphertext`; `random` keeps the nonce fresh if a request is answered twice. */
export function sealDownlink(
  crypto: Crypto,
  keys: SessionKeys,
  id: number,
  request: number,
  random: Uint8Array,
  plaintext: Uint8Array,
): Uint8Array {
  const nonce = concat(uintBytes(request, 5), random)
  const ciphertext = crypto.ccmSeal(keys.downlink, nonce, downlinkAad(id), plaintext)
  return encodeSequence([request, random, ciphertext])
}

/** The plaintext of the answer to `expected`; `undefined` for whatever else may come in. Never throws. */
export function openDownlink(
  crypto: Crypto,
  keys: SessionKeys,
  id: number,
  expected: number,
  datagram: Uint8Array,
): Uint8Array | undefined {
  const [request, random, ciphertext, ...more] = downlinkItems(datagram)
  if (request !== expected || more.length > 0) return undefined
  if (!(random instanceof Uint8Array && random.length === DOWNLINK_RANDOM_LENGTH)) return undefined
  if (!(ciphertext instanceof Uint8Array)) return undefined
  return crypto.ccmOpen(keys.downlink, concat(uintBytes(expected, 5), random), downlinkAad(id), ciphertext)
}

function downlinkItems(datagram: Uint8Array): CborValue[] {
  try {
    return decodeSequence(datagram)
  } catch {
    return []
  }
}

/** 13 bytes: the request number, big-endian, behind zeros. */
function uplinkNonce(request: number): Uint8Array {
  return uintBytes(request, 13)
}

function uplinkAad(id: number, request: number): Uint8Array {
  return encryptionAad(encode(["dormouse-1 up", id, request]))
}

function downlinkAad(id: number): Uint8Array {
  return encryptionAad(encode(["dormouse-1 down", id]))
}
