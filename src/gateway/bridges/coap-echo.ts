/**
 * Proof that a sender is where its datagrams say (RFC 9175 §2.4, item 3): it sends back what only that address was told.
 * Asked for before anybody unknown gets a long answer or memory, so neither can be turned on a third party.
 */
import { createHmac, timingSafeEqual } from "node:crypto"
import { uintBytes } from "../../protocol/bytes.ts"
import type { Clock, Random } from "../ports.ts"

/** So long an Echo value proves an address, and a proven address stays proven. */
const FRESH_MS = 120_000
/** Addresses remembered; more only have to echo again. */
const REMEMBERED = 4_096
const TIME_BYTES = 6
const MAC_BYTES = 8

export class Reachability {
  readonly #clock: Pick<Clock, "now">
  readonly #key: Uint8Array
  /** when each proof ends, oldest first */
  readonly #proven = new Map<string, number>()

  constructor({ clock, random }: { clock: Pick<Clock, "now">; random: Random }) {
    this.#clock = clock
    this.#key = random(32)
  }

  /** The value of an Echo option for this address; nothing is kept of it. */
  challenge(address: string): Uint8Array {
    return this.#value(address, this.#clock.now())
  }

  /** Whether the address is known to be the sender's, by the Echo option of this request or an earlier one. */
  proven(address: string, echo: Uint8Array | undefined): boolean {
    const now = this.#clock.now()
    if ((this.#proven.get(address) ?? 0) > now) return true
    if (!echo || !this.#isOurs(address, echo, now)) return false
    this.#proven.delete(address)
    this.#proven.set(address, now + FRESH_MS)
    if (this.#proven.size > REMEMBERED) this.#proven.delete(this.#proven.keys().next().value!)
    return true
  }

  #isOurs(address: string, echo: Uint8Array, now: number): boolean {
    if (echo.length !== TIME_BYTES + MAC_BYTES) return false
    const issued = echo.subarray(0, TIME_BYTES).reduce((sum, byte) => sum * 256 + byte, 0)
    return issued <= now && now - issued < FRESH_MS && timingSafeEqual(echo, this.#value(address, issued))
  }

  #value(address: string, time: number): Uint8Array {
    const issued = uintBytes(time, TIME_BYTES)
    const mac = createHmac("sha256", this.#key).update(issued).update(address).digest()
    return Buffer.concat([issued, mac.subarray(0, MAC_BYTES)])
  }
}
