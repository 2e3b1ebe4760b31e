import { concat, equalBytes } from "../../protocol/bytes.ts"
import { signingDigest } from "../../protocol/cose.ts"
import type { Crypto } from "../../protocol/crypto.ts"
import { decodeHelloPayload } from "../../protocol/hello.ts"
import { GatewayError } from "../errors.ts"
import type { Limits } from "../limits.ts"
import type { Logger } from "../log.ts"
import type { Clock } from "../ports.ts"
import { type Device, hexAddress, Status } from "../store/devices.ts"
import type { Store } from "../store/store.ts"

/** What the registrar needs of the chain. */
export interface RequestSender {
  request(request: {
    publicKey: Uint8Array
    profileHash: Uint8Array
    helloPayload: Uint8Array
    /** r || s || recovery id */
    signature: Uint8Array
  }): Promise<unknown>
}

export interface RegistrarOptions {
  store: Store
  crypto: Crypto
  clock: Clock
  limits: Limits
  log: Logger
  registry: RequestSender
  chain: { chainId: number; registry: Uint8Array }
}

const FIRST_RETRY_MS = 1_000
const LAST_RETRY_MS = 60_000

/**
 * Brings requests of devices to the chain. The store is its queue: a device of status `none` still has to go, so a
 * restart takes up where the process stopped.
 */
export class Registrar {
  readonly #options: RegistrarOptions
  readonly #busy = new Map<number, Promise<void>>()
  readonly #failures = new Map<number, { count: number; cancel: () => void }>()
  #closed = false

  constructor(options: RegistrarOptions) {
    this.#options = options
  }

  /** Starts on whatever waits; called again whenever something may wait. */
  wake(): void {
    const { store, limits } = this.#options
    if (this.#closed) return
    const free = limits.registrations - this.#busy.size
    if (free <= 0) return
    const skip = this.#busy.size + this.#failures.size
    const waiting = store.devices.withStatus(Status.none, free + skip)
    const ready = waiting.filter(({ id }) => !this.#busy.has(id) && !this.#failures.has(id))
    for (const device of ready.slice(0, free)) void this.#begin(device)
  }

  /** Resolves when no request is on its way any more. */
  async idle(): Promise<void> {
    while (this.#busy.size > 0) await Promise.all(this.#busy.values())
  }

  close(): void {
    this.#closed = true
    for (const { cancel } of this.#failures.values()) cancel()
  }

  #begin(device: Device): Promise<void> {
    const sent = Promise.resolve().then(() => this.#send(device))
    this.#busy.set(device.id, sent)
    return sent
  }

  async #send(device: Device): Promise<void> {
    const { store, registry } = this.#options
    const { id, hello } = device
    const before = this.#failures.get(id)
    try {
      await registry.request(this.#requestOf(device))
      if (this.#closed) return
      const now = store.devices.byId(id)!
      // The chain's events may have said more in the meantime, and a new hello may ask for another profile.
      if (now.status === Status.none && equalBytes(now.hello, hello)) this.#setPending(now)
      this.#failures.delete(id)
    } catch (error) {
      if (!this.#closed) this.#failed(device, error, before?.count ?? 0)
    } finally {
      this.#busy.delete(id)
      this.#wakeAgain()
    }
  }

  /** A store that cannot be read now must not take the process with it. */
  #wakeAgain(): void {
    try {
      this.wake()
    } catch (error) {
      this.#options.log.error({ err: error }, "requests of devices could not be read")
      this.#options.clock.after(FIRST_RETRY_MS, () => this.#wakeAgain())
    }
  }

  #setPending(device: Device): void {
    const { store } = this.#options
    store.transaction(() => {
      device.status = Status.pending
      store.devices.save(device)
    })
  }

  #failed({ id, address }: Device, error: unknown, count: number): void {
    const delay = Math.min(FIRST_RETRY_MS * 2 ** count, LAST_RETRY_MS)
    this.#options.log.warn({ device: hexAddress(address), err: error, retryMs: delay }, "registration failed")
    const cancel = this.#options.clock.after(delay, () => {
      const device = this.#options.store.devices.byId(id)
      if (device?.status === Status.none) return this.#begin(device)
      this.#failures.delete(id)
      return undefined
    })
    this.#failures.set(id, { count: count + 1, cancel })
  }

  #requestOf({ publicKey, hello, signature, address }: Device) {
    const { crypto, chain } = this.#options
    const digest = signingDigest(crypto, { ...chain, device: address }, hello)
    const key = crypto.convertPublicKey(publicKey, false)
    // The contract recovers the key, so it wants to know which of the two candidates it is.
    const recoverable = [0, 1]
      .map((id) => concat(signature, new Uint8Array([id])))
      .find((candidate) => {
        const recovered = crypto.recover(candidate, digest)
        return recovered && equalBytes(recovered, key)
      })
    // It was verified when it came in: only a changed chain or registry can make this fail.
    if (!recoverable)
      throw new GatewayError("E_HELLO_SIGNATURE", "The stored hello is not for this chain and registry.")
    const { profileHash } = decodeHelloPayload(hello)
    return { publicKey: key, profileHash, helloPayload: hello, signature: recoverable }
  }
}
