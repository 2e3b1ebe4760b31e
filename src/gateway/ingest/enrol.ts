import { addressOf } from "../../protocol/address.ts"
import { equalBytes } from "../../protocol/bytes.ts"
import { encode } from "../../protocol/cbor/index.ts"
import { type SigningContext, signingDigest } from "../../protocol/cose.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { DOWNLINK_RANDOM_LENGTH, sealDownlink } from "../../protocol/envelope.ts"
import {
  type ChallengeRequest,
  challengeTime,
  decodeHelloMessage,
  decodeHelloPayload,
  encodeChallenge,
  encodeHelloAnswer,
  type Hello,
  makeChallenge,
} from "../../protocol/hello.ts"
import { profileValue } from "../../protocol/profile.ts"
import { BusyError, GatewayError } from "../errors.ts"
import type { Limits } from "../limits.ts"
import type { Clock, Random } from "../ports.ts"
import { type Device, Status } from "../store/devices.ts"
import type { Store } from "../store/store.ts"
import type { Acks } from "./acks.ts"
import { Bucket } from "./bucket.ts"
import type { Meter } from "./meter.ts"
import type { Patience } from "./patience.ts"
import type { Sessions } from "./sessions.ts"

export interface EnrolmentOptions {
  crypto: Crypto
  clock: Clock
  random: Random
  limits: Limits
  store: Store
  sessions: Sessions
  acks: Acks
  patience: Patience
  meter: Meter
  chain: { chainId: number; registry: Uint8Array }
  /** A device waits for its way to the chain. */
  onRequest(): void
}

const SECRET_LENGTH = 32

/** `POST /h`: a challenge that costs no memory, then a hello over it that makes a session. */
export class Enrolment {
  readonly #options: EnrolmentOptions
  readonly #secret: Uint8Array
  readonly #bucket: Bucket

  constructor(options: EnrolmentOptions) {
    this.#options = options
    const { store, random, clock, limits } = options
    this.#secret = store.settings.getOrMake("challengeSecret", () => random(SECRET_LENGTH))
    this.#bucket = new Bucket(clock, limits.hellosPerSecond)
  }

  /** The answer to either message. Throws what is wrong with it; nothing has changed then. */
  receive(body: Uint8Array): Uint8Array {
    const message = decodeHelloMessage(this.#options.crypto, body)
    return message.type === 1 ? this.#challenge(message) : this.#hello(message)
  }

  #challenge({ publicKey, deviceNonce }: ChallengeRequest): Uint8Array {
    const { crypto, clock } = this.#options
    return encodeChallenge(makeChallenge(crypto, this.#secret, clock.now(), publicKey, deviceNonce))
  }

  #hello(hello: Hello): Uint8Array {
    const { store, meter, onRequest } = this.#options
    const issued = this.#checkChallenge(hello)
    // What follows costs a check of a signature: no more of them than we can afford.
    if (!this.#bucket.take()) throw new BusyError("Too many hellos: again in a moment.", this.#bucket.later())
    const address = this.#checkSignature(hello)
    const known = store.devices.byAddress(address)
    const repeated = known !== undefined && equalBytes(known.hello, hello.payload)
    if (known && !repeated && issued <= known.challengeTime)
      throw new GatewayError("E_HELLO_OLD", "A later hello of this device is known.")
    const profile = encode(profileValue(hello.profile))
    const device = repeated ? known : this.#keep(known, { hello, address, issued, profile })
    meter.hello()
    if (device.status === Status.none) onRequest()
    return this.#answer(device)
  }

  /** Checks that the challenge is ours, for this key, and fresh; returns when it was issued. */
  #checkChallenge({ publicKey, payload }: Hello): number {
    const { crypto, clock, limits } = this.#options
    const { challenge, deviceNonce } = decodeHelloPayload(payload)
    const issued = challengeTime(challenge)
    if (!equalBytes(challenge, makeChallenge(crypto, this.#secret, issued, publicKey, deviceNonce)))
      throw new GatewayError("E_CHALLENGE", "The challenge is not this gateway's for this key: ask for one.")
    if (clock.now() - issued > limits.challengeAge)
      throw new GatewayError("E_CHALLENGE_EXPIRED", `The challenge is older than ${limits.challengeAge} ms: ask again.`)
    return issued
  }

  #checkSignature({ publicKey, payload, signature }: Hello): Uint8Array {
    const { crypto, chain } = this.#options
    let address: Uint8Array
    try {
      address = addressOf(crypto, publicKey)
    } catch (cause) {
      throw new GatewayError("E_HELLO_SIGNATURE", "The public key is not a point of secp256k1.", { cause })
    }
    const context: SigningContext = { ...chain, device: address }
    if (!crypto.verify(signature, signingDigest(crypto, context, payload), publicKey))
      throw new GatewayError("E_HELLO_SIGNATURE", "The hello is not signed by its key for this chain and registry.")
    return address
  }

  #keep(
    known: Device | undefined,
    { hello, address, issued, profile }: { hello: Hello; address: Uint8Array; issued: number; profile: Uint8Array },
  ): Device {
    const { store, limits, patience } = this.#options
    // The registry holds one profile's hash; readings are shown by it.
    const registered = known?.status === Status.approved || known?.status === Status.revoked
    if (registered && !equalBytes(known.profile, profile))
      throw new GatewayError("E_PROFILE", "The device is registered with another profile.")
    // A rejected device has no place among those who wait; with a new hello it asks for one.
    const isNew = !known || known.status === Status.rejected
    if (isNew && store.devices.waiting() >= limits.pendingDevices)
      throw new BusyError(`${limits.pendingDevices} devices wait for approval already.`, patience.room())
    const { publicKey, payload, signature } = hello
    const enrolment = { address, publicKey, profile, hello: payload, signature, challengeTime: issued }
    return store.transaction(() => store.devices.enrol(enrolment))
  }

  #answer(device: Device): Uint8Array {
    const { crypto, random, sessions, acks, patience } = this.#options
    const standing = acks.standing(device)
    const ack = acks.encode(device, standing ? [standing] : [], standing ? patience.approval(device) : 0, true)
    const downlink = sealDownlink(crypto, sessions.of(device), device.id, 0, random(DOWNLINK_RANDOM_LENGTH), ack)
    return encodeHelloAnswer(device.id, downlink)
  }
}
