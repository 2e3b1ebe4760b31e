/** What waits for verification: live before backlog, and inside a lane one device after the other. */
export type Lane = "live" | "backlog"

/** So many of the live lane go first; then one of the backlog may, so that it never waits for good. */
const LIVE_RUN = 3

export class Lanes<T> {
  readonly #queues = { live: new FairQueue<T>(), backlog: new FairQueue<T>() }
  #run = 0

  get size(): number {
    return this.#queues.live.size + this.#queues.backlog.size
  }

  push(lane: Lane, device: number, item: T): void {
    this.#queues[lane].push(device, item)
  }

  take(): T | undefined {
    const { live, backlog } = this.#queues
    const first = live.size > 0 && (this.#run < LIVE_RUN || backlog.size === 0) ? live : backlog
    this.#run = first === live && backlog.size > 0 ? this.#run + 1 : 0
    return first.take()
  }
}

/** First in, first out for each device; devices take turns, so one with much to say delays itself alone. */
class FairQueue<T> {
  readonly #byDevice = new Map<number, T[]>()
  size = 0

  push(device: number, item: T): void {
    const items = this.#byDevice.get(device)
    if (items) items.push(item)
    else this.#byDevice.set(device, [item])
    this.size++
  }

  /** A Map keeps the order of insertion, so its first key is the device whose turn was longest ago. */
  take(): T | undefined {
    const next = this.#byDevice.entries().next().value
    if (!next) return undefined
    const [device, items] = next
    this.#byDevice.delete(device)
    const item = items.shift()!
    if (items.length > 0) this.#byDevice.set(device, items)
    this.size--
    return item
  }
}
