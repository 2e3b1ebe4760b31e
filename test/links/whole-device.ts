/** The device runtime on one end of a link, the gateway's core on the other, in virtual time that both share. */
import { crypto } from "../../as/index.ts"
import { flashLayout } from "../../src/device/flash/layout.ts"
import { FlashState, StateKey } from "../../src/device/flash/state.ts"
import { settingsValue } from "../../src/device/identity.ts"
import type { WakeReason } from "../../src/device/ports.ts"
import { TestBoard, TestFlash } from "../../src/device/test/test-board.ts"
import { wake } from "../../src/device/wake.ts"
import { gatewayPublicKey, Harness, START, TestClock } from "../../src/gateway/test/support/harness.ts"
import { fromHex } from "../../src/protocol/bytes.ts"
import { provisioningValue } from "../../src/protocol/provisioning.ts"
import type { Ends, LinkPair, Medium } from "./pairs.ts"
import { VirtualTime } from "./virtual-time.ts"

export const EPOCH_MS = 600_000

const profile = [{ name: "temperature", unit: "Cel", exponent: -2 }]

/** The gateway's clock on the link's time. */
class LinkedClock extends TestClock {
  readonly #time: VirtualTime

  constructor(time: VirtualTime) {
    super()
    this.#time = time
  }

  override now(): number {
    return START + Math.floor(this.#time.now / 1000)
  }

  override after(ms: number, task: () => void): () => void {
    return this.#time.after(ms, task)
  }
}

export class WholeDevice {
  readonly time = new VirtualTime()
  readonly drops: string[] = []
  /** ms from a wake's first message to its ack */
  readonly latencies: number[] = []
  readonly ends: Ends
  readonly #harness: Harness
  readonly #board: TestBoard
  #reason: WakeReason = "power-on"
  #taken = 0

  private constructor(pair: LinkPair, medium: Medium, harness: Harness, time: VirtualTime, samples: number) {
    this.time = time
    this.#harness = harness
    const meter = {
      ...{ frame() {}, retried() {}, reassembled() {}, quality() {} },
      dropped: (code: string) => void this.drops.push(code),
    }
    this.ends = pair.open({ handle: harness.core.handle, meter, time, medium })
    const flash = new TestFlash(16)
    let entropy = crypto.sha256(new Uint8Array([pair.name.length]))
    this.#board = new TestBoard({
      flash,
      random: (length) => {
        entropy = crypto.sha256(entropy)
        return entropy.slice(0, length)
      },
      sample: () => (this.#taken < samples ? [20 + this.#taken++ / 100] : undefined),
      carry: () => undefined,
    })
    const state = FlashState.scan({ flash, crypto }, flashLayout(flash).state)
    const { chainId, registry } = harness.chain
    const ids = { operator: new Uint8Array(20), genesisHash: new Uint8Array(32), registry: fromHex(registry) }
    state.set(StateKey.provisioning, provisioningValue({ gatewayPublicKey, chainId, ...ids, profile }))
    state.set(StateKey.settings, settingsValue({ batch: 1, interval: 1 }))
  }

  /** Samples, reports and epochs go hand in hand: one each. */
  static async start(pair: LinkPair, medium: Medium, samples: number): Promise<WholeDevice> {
    const time = new VirtualTime()
    const harness = await Harness.start({ clock: new LinkedClock(time), epochMs: EPOCH_MS })
    return new WholeDevice(pair, medium, harness, time, samples)
  }

  get epoch(): number {
    return this.#harness.epoch
  }

  get taken(): number {
    return this.#taken
  }

  /** Reports that the gateway holds, each once, of all that were signed. */
  async stored(): Promise<number> {
    return this.#harness.counted('reports_total{outcome="stored"}')
  }

  async forks(): Promise<number> {
    return this.#harness.counted('reports_total{outcome="fork"}')
  }

  get unsent(): number {
    return (this.#traces("asleep").at(-1)?.unsent as number) ?? Number.POSITIVE_INFINITY
  }

  get errors() {
    return this.#traces("error")
  }

  /** One wake, and the sleep after it. */
  async wake(): Promise<void> {
    const { time, ends } = this
    const board = { ...this.#board.board(this.#reason), openLink: () => ends.wake() }
    board.clock = { now: () => Math.floor(time.now), ppm: 20 }
    await time.until(wake(board))
    const rtt = this.#traces("acked").at(-1)?.rttMs
    if (rtt !== undefined) this.latencies.push(rtt as number)
    this.#reason = "timer"
    await time.pass(Math.max(1, this.#board.sleepUntil! - time.now))
    for (const address of this.#harness.chain.requested) this.#harness.chain.approve(address)
    await this.#harness.core.approvals.poll()
  }

  end(): Promise<void> {
    return this.#harness.end()
  }

  #traces(kind: string) {
    return this.#board.traces.filter(({ e }) => e === kind)
  }
}
