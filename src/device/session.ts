/** The session with the home gateway: keys and the request numbers used with them, one flash record. */
import type { CborValue } from "../protocol/cbor/index.ts"
import type { SessionKeys } from "../protocol/session.ts"
import { asArray, asBytes, asUint } from "../protocol/shape.ts"
import { type FlashState, StateKey } from "./flash/state.ts"
import { Numbers } from "./numbers.ts"

export interface Session {
  /** what the gateway calls this device */
  id: number
  keys: SessionKeys
  /** whether the operator has approved the device, as far as it knows */
  approved: boolean
}

interface Stored extends Session {
  requestEnd: number
}

export class SessionStore {
  readonly #state: FlashState
  #session: Session | undefined
  #requests: Numbers

  constructor(state: FlashState, block?: { next: number; end: number }) {
    this.#state = state
    const stored = parse(state.get(StateKey.session))
    this.#session = stored
    this.#requests = this.#numbers(
      block ?? Numbers.afterPowerCut(stored?.requestEnd ?? 1, state.doubts(StateKey.session)),
    )
  }

  get session(): Session | undefined {
    return this.#session
  }

  get requestBlock(): { next: number; end: number } {
    return this.#requests.block
  }

  /** A request number that this session's key has not been used with. */
  takeRequest(): number {
    return this.#requests.take()
  }

  /** Begins a session: new keys, so request numbers start again. */
  begin(session: Session): void {
    this.#session = session
    this.#requests = this.#numbers({ next: 1, end: 1 })
    this.#write(1)
  }

  markApproved(): void {
    if (!this.#session || this.#session.approved) return
    this.#session = { ...this.#session, approved: true }
    this.#write(this.#requests.block.end)
  }

  /** Forgets the keys: the gateway does not know them any more. */
  end(): void {
    this.#session = undefined
    this.#state.set(StateKey.session, null)
  }

  #numbers(block: { next: number; end: number }): Numbers {
    return new Numbers(block, (end) => this.#write(end))
  }

  #write(requestEnd: number): void {
    if (!this.#session) return
    const { id, keys, approved } = this.#session
    this.#state.set(StateKey.session, [id, keys.uplink, keys.downlink, requestEnd, approved])
  }
}

function parse(value: CborValue | undefined): Stored | undefined {
  if (value === undefined || value === null) return undefined
  const [id, uplink, downlink, requestEnd, approved] = asArray(value, "session", 5, 5)
  return {
    id: asUint(id, "device id"),
    keys: { uplink: asBytes(uplink, "uplink key", 16), downlink: asBytes(downlink, "downlink key", 16) },
    requestEnd: asUint(requestEnd, "reserved requests"),
    approved: approved === true,
  }
}
