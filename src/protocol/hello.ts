/** Enrolment: a challenge, a signed hello over it, and an answer sealed with the session it makes (docs/protocol.md §4). */
import { concat, uintBytes } from "./bytes.ts"
import { decode, decodeFirst, encode } from "./cbor/index.ts"
import type { Crypto } from "./crypto.ts"
import { DormouseError } from "./errors.ts"
import { asProfile, type Profile, profileHash, profileValue } from "./profile.ts"
import { Kind } from "./report.ts"
import { CHALLENGE_LENGTH, NONCE_LENGTH } from "./session.ts"
import { asArray, asBytes, asUint } from "./shape.ts"

const MessageType = { challengeRequest: 1, hello: 2 } as const

/** Step 1, device to gateway. */
export interface ChallengeRequest {
  type: typeof MessageType.challengeRequest
  /** 33 bytes */
  publicKey: Uint8Array
  /** 16 random bytes of the device */
  deviceNonce: Uint8Array
}

/** Step 2, device to gateway: proof that the device holds its key, now. */
export interface Hello {
  type: typeof MessageType.hello
  publicKey: Uint8Array
  /** what `signature` covers: `helloPayload` */
  payload: Uint8Array
  signature: Uint8Array
  profile: Profile
}

/** The signed part of a hello, with its own kind so that it can never pass for a report. */
export function helloPayload(challenge: Uint8Array, deviceNonce: Uint8Array, profile: Uint8Array): Uint8Array {
  return encode([Kind.hello, challenge, deviceNonce, profile])
}

export interface HelloPayload {
  challenge: Uint8Array
  deviceNonce: Uint8Array
  profileHash: Uint8Array
}

export function decodeHelloPayload(payload: Uint8Array): HelloPayload {
  const [kind, challenge, deviceNonce, profile] = asArray(decode(payload), "hello payload", 4, 4)
  if (kind !== Kind.hello) throw new DormouseError("E_MESSAGE", `hello payload: kind ${String(kind)}, 0 expected.`)
  return {
    challenge: asBytes(challenge, "challenge", CHALLENGE_LENGTH),
    deviceNonce: asBytes(deviceNonce, "device nonce", NONCE_LENGTH),
    profileHash: asBytes(profile, "profile hash", 32),
  }
}

export function encodeChallengeRequest(publicKey: Uint8Array, deviceNonce: Uint8Array): Uint8Array {
  return encode([MessageType.challengeRequest, publicKey, deviceNonce])
}

export function encodeHello({ publicKey, payload, signature, profile }: Omit<Hello, "type">): Uint8Array {
  return encode([MessageType.hello, publicKey, payload, signature, profileValue(profile)])
}

/** Either message of `POST /h`. Throws `E_CBOR_*` or `E_MESSAGE`, also where profile and its signed hash differ. */
export function decodeHelloMessage(crypto: Crypto, bytes: Uint8Array): ChallengeRequest | Hello {
  const [type, publicKey, ...fields] = asArray(decode(bytes), "hello message", 3, 5)
  const key = asBytes(publicKey, "public key", 33)
  if (type === MessageType.challengeRequest && fields.length === 1)
    return { type, publicKey: key, deviceNonce: asBytes(fields[0], "device nonce", NONCE_LENGTH) }
  if (type !== MessageType.hello || fields.length !== 3)
    throw new DormouseError(
      "E_MESSAGE",
      `hello message: type ${String(type)} with ${fields.length} fields is not known.`,
    )
  const payload = asBytes(fields[0], "payload")
  const profile = asProfile(fields[2])
  const signed = decodeHelloPayload(payload)
  if (profileHash(crypto, profile).some((byte, i) => byte !== signed.profileHash[i]))
    throw new DormouseError("E_MESSAGE", "hello message: the signed profile hash is another profile's.")
  return { type, publicKey: key, payload, signature: asBytes(fields[1], "signature", 64), profile }
}

/** Answer to step 1: 32 bytes in the clear. */
export function encodeChallenge(challenge: Uint8Array): Uint8Array {
  return encode(challenge)
}

export function decodeChallenge(bytes: Uint8Array): Uint8Array {
  return asBytes(decode(bytes), "challenge", CHALLENGE_LENGTH)
}

/**
 * A challenge that needs no memory: issue time(6, unix ms) || HMAC-SHA-256(secret, time || public key || nonce)[0..26].
 * The gateway checks it by making it again.
 */
export function makeChallenge(
  crypto: Crypto,
  secret: Uint8Array,
  time: number,
  publicKey: Uint8Array,
  deviceNonce: Uint8Array,
): Uint8Array {
  const issued = uintBytes(time, 6)
  return concat(issued, crypto.hmacSha256(secret, concat(issued, publicKey, deviceNonce)).slice(0, 26))
}

/** Issue time of a challenge, unix ms. */
export function challengeTime(challenge: Uint8Array): number {
  return challenge.slice(0, 6).reduce((time, byte) => time * 256 + byte, 0)
}

/**
 * Answer to step 2: CBOR sequence `id, downlink ...`, where the downlink answers request 0 and carries an ack whose
 * `refused` names seq 0 while the device is not approved. Opening it, the device knows that the gateway has its key.
 */
export function encodeHelloAnswer(id: number, downlink: Uint8Array): Uint8Array {
  return concat(encode(id), downlink)
}

export function decodeHelloAnswer(bytes: Uint8Array): { id: number; downlink: Uint8Array } {
  const { value, end } = decodeFirst(bytes)
  return { id: asUint(value, "device id"), downlink: bytes.slice(end) }
}
