/** A gateway's core with a clock, a randomness and a chain that the test holds in its hands. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crypto } from "../../../../as/index.ts"
import { fromHex } from "../../../protocol/bytes.ts"
import { type Core, createCore } from "../../core.ts"
import type { Limits } from "../../limits.ts"
import { silentLog } from "../../log.ts"
import type { Clock, Random } from "../../ports.ts"
import { Store } from "../../store/store.ts"
import { type Exchange, TestDevice } from "./device.ts"
import { FakeChain } from "./fake-chain.ts"

export const START = 1_800_000_000_000
export const EPOCH = 10_000

export class TestClock implements Clock {
  #now = START
  #tasks: { at: number; task: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, task: () => void): () => void {
    const entry = { at: this.#now + ms, task }
    this.#tasks.push(entry)
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== entry)
    }
  }

  /** Moves on, running what falls due on the way, and lets promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      const due = this.#tasks.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (!due) break
      this.#tasks = this.#tasks.filter((other) => other !== due)
      this.#now = Math.max(this.#now, due.at)
      due.task()
      await settle()
    }
    this.#now = end
    await settle()
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** Numbers that look random and are the same in every run. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return (length) =>
    Uint8Array.from({ length }, () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state >>> 24
    })
}

export interface HarnessOptions {
  limits?: Partial<Limits>
  clock?: TestClock
  chain?: FakeChain
  /** goes on with the files of another harness */
  dir?: string
  epochMs?: number
}

export class Harness {
  readonly clock: TestClock
  readonly chain: FakeChain
  readonly dir: string
  readonly store: Store
  readonly core: Core
  readonly random = seededRandom(7)
  readonly exchange: Exchange
  #devices = 0

  constructor({ limits, clock, chain, dir, epochMs = EPOCH }: HarnessOptions = {}) {
    this.clock = clock ?? new TestClock()
    this.chain = chain ?? new FakeChain(crypto)
    this.dir = dir ?? mkdtempSync(join(tmpdir(), "dormouse-"))
    this.store = new Store(join(this.dir, "gateway.sqlite"))
    const ports = { clock: this.clock, random: this.random, log: silentLog }
    const parts = { store: this.store, chain: this.chain, crypto, secretKey }
    this.core = createCore({ ...parts, ...ports, epochMs, limits })
    this.exchange = this.core.handle
  }

  static async start(options?: HarnessOptions): Promise<Harness> {
    const harness = new Harness(options)
    await harness.core.start()
    return harness
  }

  get epoch(): number {
    return this.core.schedule().epochAt(this.clock.now())
  }

  device(number = ++this.#devices): TestDevice {
    const provisioning = { gatewayPublicKey, chainId: this.chain.chainId, registry: fromHex(this.chain.registry) }
    return new TestDevice(crypto, number, provisioning, this.exchange)
  }

  /** A device that is enrolled and approved. */
  async approved(number?: number): Promise<TestDevice> {
    const device = this.device(number)
    await device.enrol()
    await settle()
    this.chain.approve(device.address)
    await this.core.approvals.poll()
    return device
  }

  /** Ends the process as kill -9 would: nothing more is written. */
  async crash(): Promise<HarnessOptions> {
    await this.core.stop()
    this.store.close()
    return { clock: this.clock, chain: this.chain, dir: this.dir }
  }

  /** Crashes and starts again on the same data. */
  async restart(options: HarnessOptions = {}): Promise<Harness> {
    return Harness.start({ ...(await this.crash()), ...options })
  }

  async end(): Promise<void> {
    await this.crash()
    rmSync(this.dir, { recursive: true, force: true })
  }

  /** How often something was counted, as /metrics shows it. */
  async counted(line: string): Promise<number> {
    const text = await this.core.metrics.text()
    const found = text.split("\n").find((each) => each.startsWith(`dormouse_${line} `))
    return found ? Number(found.split(" ").at(-1)) : 0
  }
}

export const secretKey = new Uint8Array(32).fill(0x22)
export const gatewayPublicKey = crypto.getPublicKey(secretKey)
