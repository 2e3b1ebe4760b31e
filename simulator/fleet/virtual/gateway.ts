/**
 * The gateway of a simulation in virtual time: ingest with its verification threads, store and embedded chain as in
 * production, in this process, without sockets. Its clock and randomness are the simulation's, and nothing is fsynced: what
 * is lost with this machine's power can be simulated again.
 */
import { readdirSync, renameSync, rmSync } from "node:fs"
import { join } from "node:path"
import { crypto } from "../../../as/index.ts"
import { provisioning } from "../../../src/gateway/api/summary.ts"
import { createBackup } from "../../../src/gateway/backup/create.ts"
import { beginIncarnation } from "../../../src/gateway/backup/incarnation.ts"
import { restoreBackup } from "../../../src/gateway/backup/restore.ts"
import { type CoapExchange, coapExchange } from "../../../src/gateway/bridges/coap-exchange.ts"
import { type Hex, loadOrCreateKey } from "../../../src/gateway/chain/index.ts"
import { type ChainPort, openChain } from "../../../src/gateway/chain-port.ts"
import { type Core, createCore } from "../../../src/gateway/core.ts"
import { codeOf } from "../../../src/gateway/errors.ts"
import { storePath } from "../../../src/gateway/gateway.ts"
import { VerifyPool } from "../../../src/gateway/ingest/verify-pool.ts"
import { silentLog } from "../../../src/gateway/log.ts"
import { Store } from "../../../src/gateway/store/store.ts"
import { type EpochSchedule, fromHex } from "../../../src/protocol/index.ts"
import type { ProvisioningRecord } from "../gateway-api.ts"
import type { GatewayEnd } from "../medium.ts"
import type { Scheduler } from "../scheduler.ts"
import { gatewayClock, gatewayRandom } from "./gateway-clock.ts"
import { GatewayFigures } from "./gateway-figures.ts"

/** Datagrams that come within this time are dealt with together (µs). */
const GATHER_US = 1_000
/** From then on the answers take so long (assumed; µs): on the machines of docs/gateway.md an ack leaves within it. */
const SERVICE_US = 1_000
/** Datagrams dealt with together at most. */
const SERVE_MOST = 256
const REGISTRY_POLL_MS = 10_000

export interface VirtualGatewayOptions {
  scheduler: Scheduler
  dataDir: string
  seed: string
  /** unix ms at the scheduler's time 0 */
  start: number
  epochMs: number
  /** threads that check signatures; default: as in production */
  verifyWorkers?: number | undefined
}

interface Arrival {
  device: number
  bytes: Uint8Array
  answer(bytes: Uint8Array): void
}

/** A device's address in a network of its own. */
const peerOf = (device: number) => ({
  address: `10.${device >> 16}.${(device >> 8) & 255}.${device & 255}`,
  port: 5683,
})

interface Running {
  store: Store
  chain: ChainPort
  verifier: VerifyPool
  core: Core
  exchange: CoapExchange
}

export class VirtualGateway implements GatewayEnd {
  readonly #options: VirtualGatewayOptions
  readonly #clock
  #running: Running | undefined
  #starts = 0
  #queue: Arrival[] = []
  #due = false
  #backups = 0
  /** how far its clock is ahead (µs): it lies, or it was set wrong */
  clockOffset = 0
  /** datagrams that got no answer, by error code; `E_DOWN`: it was not running */
  readonly dropped = new Map<string, number>()

  constructor(options: VirtualGatewayOptions) {
    this.#options = options
    this.#clock = gatewayClock(options.scheduler, (now) => this.unixMs(now))
  }

  async start(): Promise<void> {
    const { dataDir, seed, epochMs, verifyWorkers } = this.#options
    const clock = this.#clock
    const random = gatewayRandom(seed, this.#starts++)
    for (const name of ["gateway", "operator", "sealer"] as const)
      loadOrCreateKey(dataDir, name, gatewayRandom(seed, "key", name))
    const store = new Store(storePath(dataDir), { durable: false })
    const incarnation = beginIncarnation(store, dataDir, clock.now(), silentLog)
    const chain = await openChain(dataDir, clock, incarnation, { durable: false })
    const secretKey = fromHex(loadOrCreateKey(dataDir, "gateway").privateKey)
    const verifier = new VerifyPool({ crypto, log: silentLog, ...(verifyWorkers && { workers: verifyWorkers }) })
    // One registration after the other, each in its own block: which ones would share a block is a matter of speed.
    const limits = { registrations: 1 }
    const common = { store, chain, crypto, clock, random, log: silentLog, secretKey, epochMs }
    const core = createCore({ ...common, limits, verifier, registryPollMs: REGISTRY_POLL_MS })
    const exchange = coapExchange({ handle: core.handle, meter: core.metrics.link("wifi"), clock, random })
    await core.start()
    await core.idle()
    this.#running = { store, chain, verifier, core, exchange }
  }

  async stop(): Promise<void> {
    if (!this.#running) return
    const { store, chain, verifier, core } = this.#running
    this.#running = undefined
    this.#queue = []
    await core.stop()
    await verifier.close()
    await chain.close()
    store.close()
  }

  datagram(device: number, bytes: Uint8Array, answer: (bytes: Uint8Array) => void): void {
    if (this.#running) {
      this.#queue.push({ device, bytes, answer })
      this.#later(GATHER_US)
    } else this.#drop("E_DOWN")
  }

  /** `undefined` while it is down. */
  get schedule(): EpochSchedule | undefined {
    return this.#running?.core.schedule()
  }

  /** starts after the first */
  get restarts(): number {
    return Math.max(0, this.#starts - 1)
  }

  /** What its clock says at scheduler's µs `now`. */
  unixMs(now: number): number {
    return this.#options.start + (now + this.clockOffset) / 1000
  }

  /** The scheduler's time at which its clock says `unixMs`. */
  schedulerTime(unixMs: number): number {
    return (unixMs - this.#options.start) * 1000 - this.clockOffset
  }

  /** A backup of all it has, keys included; where to. */
  async backup(): Promise<string> {
    const { dataDir, seed } = this.#options
    const output = join(dataDir, `backup-${++this.#backups}`)
    const random = gatewayRandom(seed, "backup", this.#backups)
    await createBackup({ dataDir, output, withKeys: true, clock: this.#clock, random })
    return output
  }

  /** Ends it at once, and puts a backup in the place of what it has. */
  async restore(file: string): Promise<void> {
    const { dataDir } = this.#options
    await this.stop()
    const target = join(dataDir, "restored")
    restoreBackup({ file, dataDir: target })
    for (const name of readdirSync(dataDir)) if (/^(gateway|chain)\.sqlite-/.test(name)) rmSync(join(dataDir, name))
    for (const name of readdirSync(target)) {
      rmSync(join(dataDir, name), { recursive: true, force: true })
      renameSync(join(target, name), join(dataDir, name))
    }
    rmSync(target, { recursive: true })
  }

  /** Whether the operator's word is on the chain now. */
  async revoke(address: string): Promise<boolean> {
    const { chain } = this.#running ?? {}
    if (!chain) return false
    await chain.operate!.revoke(address as Hex)
    return true
  }

  async approve(addresses: readonly string[]): Promise<void> {
    await this.#up.chain.operate!.approveAll(addresses as Hex[], 0)
  }

  provisioning(): ProvisioningRecord {
    const { chain, core } = this.#up
    const { privateKey } = loadOrCreateKey(this.#options.dataDir, "gateway")
    const gatewayPublicKey = crypto.getPublicKey(fromHex(privateKey))
    return provisioning({ chain, coapPort: 0, gatewayPublicKey, schedule: core.schedule })
  }

  get figures(): GatewayFigures {
    return new GatewayFigures(this.#up, this.#clock)
  }

  get #up(): Running {
    if (!this.#running) throw new Error("the gateway is down")
    return this.#running
  }

  #later(wait: number): void {
    if (this.#due) return
    this.#due = true
    const { scheduler } = this.#options
    scheduler.at(scheduler.now() + wait, () => this.#serve())
  }

  /** Of one device one datagram at a time: what two at once would see of each other is a matter of speed. */
  #take(): Arrival[] {
    const taken = new Map<number, Arrival>()
    const rest: Arrival[] = []
    for (const arrival of this.#queue)
      if (taken.size < SERVE_MOST && !taken.has(arrival.device)) taken.set(arrival.device, arrival)
      else rest.push(arrival)
    this.#queue = rest
    return [...taken.values()]
  }

  async #serve(): Promise<void> {
    this.#due = false
    if (!this.#running) return
    const { core, exchange } = this.#running
    const arrivals = this.#take()
    if (this.#queue.length > 0) this.#later(GATHER_US)
    const answers = await Promise.all(
      arrivals.map(({ device, bytes }) => exchange(bytes, peerOf(device)).catch((error) => this.#fault(error))),
    )
    await core.idle()
    const { scheduler } = this.#options
    scheduler.at(scheduler.now() + SERVICE_US, () => {
      for (const [i, bytes] of answers.entries()) if (bytes) arrivals[i]!.answer(bytes)
    })
  }

  #fault(error: unknown): undefined {
    this.#drop(codeOf(error))
    return undefined
  }

  #drop(code: string): void {
    this.dropped.set(code, (this.dropped.get(code) ?? 0) + 1)
  }
}
