/** Keys that a device and its home gateway share from enrolment on (docs/protocol.md §5). */
import { concat, utf8Encode } from "./bytes.ts"
import type { Crypto } from "./crypto.ts"

export interface SessionKeys {
  /** AES-128, device to gateway */
  uplink: Uint8Array
  /** AES-128, gateway to device */
  downlink: Uint8Array
}

export const NONCE_LENGTH = 16
export const CHALLENGE_LENGTH = 32

/** Static ECDH, then HKDF-SHA-256 salted with both sides' enrolment nonces: device nonce, then gateway challenge. */
export function deriveSession(
  crypto: Crypto,
  secretKey: Uint8Array,
  peerPublicKey: Uint8Array,
  deviceNonce: Uint8Array,
  challenge: Uint8Array,
): SessionKeys {
  const shared = crypto.ecdh(secretKey, peerPublicKey)
  const keys = crypto.hkdfSha256(shared, concat(deviceNonce, challenge), utf8Encode("dormouse-1 envelope"), 32)
  return { uplink: keys.slice(0, 16), downlink: keys.slice(16) }
}
