import type { Crypto } from "../../protocol/crypto.ts"
import { decodeHelloPayload } from "../../protocol/hello.ts"
import { deriveSession, type SessionKeys } from "../../protocol/session.ts"
import type { Device } from "../store/devices.ts"

export interface Session extends SessionKeys {
  /** 65 bytes, so that no check has to take a root first */
  publicKey: Uint8Array
}

/** Session keys, made from the gateway's key and the device's last hello, and kept as long as they last. */
export class Sessions {
  readonly #crypto: Crypto
  readonly #secretKey: Uint8Array
  readonly #known = new Map<number, { challengeTime: number; session: Session }>()

  constructor(crypto: Crypto, secretKey: Uint8Array) {
    this.#crypto = crypto
    this.#secretKey = secretKey
  }

  of({ id, publicKey, hello, challengeTime }: Device): Session {
    const known = this.#known.get(id)
    if (known?.challengeTime === challengeTime) return known.session
    const { deviceNonce, challenge } = decodeHelloPayload(hello)
    const session = {
      ...deriveSession(this.#crypto, this.#secretKey, publicKey, deviceNonce, challenge),
      publicKey: this.#crypto.convertPublicKey(publicKey, false),
    }
    this.#known.set(id, { challengeTime, session })
    return session
  }
}
