import type { Logger } from "../log.ts"
import type { Clock } from "../ports.ts"
import { type Device, Status } from "../store/devices.ts"
import type { Store } from "../store/store.ts"

/** What the registry says of a device: one of `Status`, and its role. */
export interface Standing {
  status: number
  role: number
}

/** What following the registry needs of the chain. */
export interface RegistryView {
  blockNumber(): Promise<number>
  /** Devices that an event of the registry named in these blocks. */
  changed(fromBlock: number, toBlock: number): Promise<Uint8Array[]>
  standing(address: Uint8Array): Promise<Standing>
}

export interface ApprovalsOptions {
  store: Store
  clock: Clock
  log: Logger
  view: RegistryView
  /** ms between looks at the chain's head */
  interval?: number | undefined
  onHeight?(height: number): void
}

const SCANNED = "registryScanned"

/** Follows the registry, block by block, and keeps what it says of our devices in the store. */
export class Approvals {
  readonly #options: ApprovalsOptions
  #cancel: () => void = () => {}
  #running: Promise<void> = Promise.resolve()
  #scanned: number
  #closed = false

  constructor(options: ApprovalsOptions) {
    this.#options = options
    this.#scanned = options.store.settings.get<number>(SCANNED) ?? -1
  }

  start(): void {
    this.#cancel = this.#options.clock.after(0, () => this.#loop())
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#cancel()
    await this.#running
  }

  #loop(): Promise<void> {
    this.#running = this.poll()
      .catch((error) => this.#options.log.warn({ err: error }, "the registry could not be read"))
      .then(() => {
        if (!this.#closed) this.#cancel = this.#options.clock.after(this.#options.interval ?? 200, () => this.#loop())
      })
    return this.#running
  }

  /** Takes in all blocks that came since the last time. */
  async poll(): Promise<void> {
    const { store, view, onHeight } = this.#options
    const height = await view.blockNumber()
    onHeight?.(height)
    if (height === this.#scanned) return
    // A chain that is shorter than what we read was restored from a backup: read it from the start.
    const from = height < this.#scanned ? 0 : this.#scanned + 1
    const addresses = await view.changed(from, height)
    const ours = addresses.map((address) => store.devices.byAddress(address)).filter((device) => device !== undefined)
    const standings = await Promise.all(ours.map(({ address }) => view.standing(address)))
    if (this.#closed) return
    this.#scanned = height
    // Blocks that say nothing of our devices may be read again after a restart: no commit for them alone.
    if (ours.length === 0) return
    store.transaction(() => {
      for (const [i, { id }] of ours.entries()) this.#apply(store.devices.byId(id)!, standings[i]!)
      store.settings.set(SCANNED, height)
    })
  }

  #apply(device: Device, { status, role }: Standing): void {
    // The registry has forgotten a request that it had: rejected. (One that is still on its way there is not.)
    const rejected = status === Status.none && device.status === Status.pending
    if (status === Status.none && !rejected) return
    device.status = rejected ? Status.rejected : status
    device.role = role
    this.#options.store.devices.save(device)
  }
}
