/** What the gateway of a simulation has to show for the devices' work, read from its store and chain. */
import { summary } from "../../../src/gateway/api/summary.ts"
import type { ChainPort } from "../../../src/gateway/chain-port.ts"
import type { Core } from "../../../src/gateway/core.ts"
import type { Clock } from "../../../src/gateway/ports.ts"
import type { Store } from "../../../src/gateway/store/store.ts"
import { decodeReport, fromHex, Kind, splitSigned } from "../../../src/protocol/index.ts"
import type { Summary } from "../gateway-api.ts"

const PAGE = 1_000

export class GatewayFigures {
  readonly #gateway
  readonly #clock: Clock

  constructor(gateway: { store: Store; chain: ChainPort; core: Core }, clock: Clock) {
    this.#gateway = gateway
    this.#clock = clock
  }

  async summary(): Promise<Summary> {
    const { store, chain, core } = this.#gateway
    const { schedule, metrics } = core
    return await summary({ store, chain, schedule, metrics, clock: this.#clock })
  }

  /** Reports of a device under an anchor on chain. */
  anchoredCount(address: string): number {
    return this.#gateway.store.devices.byAddress(fromHex(address))?.anchored ?? 0
  }

  /** Samples that a device's gap records name. */
  samplesInGaps(address: string): number {
    const { store } = this.#gateway
    const device = store.devices.byAddress(fromHex(address))!
    let samples = 0
    for (let page = store.reports.from(device, 0, PAGE); page.length > 0; ) {
      for (const { kind, bytes } of page) {
        const report = kind === Kind.gap ? decodeReport(splitSigned(bytes).payload) : undefined
        if (report?.kind === Kind.gap) samples += report.samples
      }
      page = store.reports.from(device, page.at(-1)!.seq + 1, PAGE)
    }
    return samples
  }

  /** Of all blocks. */
  async gasUsed(): Promise<number> {
    const { chain } = this.#gateway
    const { height } = await chain.head()
    let gas = 0
    for (let number = 1; number <= height; number++) {
      const request = {
        jsonrpc: "2.0",
        id: number,
        method: "eth_getBlockByNumber",
        params: [`0x${number.toString(16)}`, false],
      }
      const { result } = (await chain.handleRpc(request)) as { result: { gasUsed: string } }
      gas += Number(result.gasUsed)
    }
    return gas
  }

  /** Which of these reports stand under an anchor on chain. */
  anchored(address: string, seqs: Iterable<number>): Set<number> {
    const { store, core } = this.#gateway
    const device = store.devices.byAddress(fromHex(address))
    const isAnchored = (seq: number) => {
      const anchor = device && store.reports.get(device, seq)?.anchor
      return typeof anchor === "number" && anchor <= core.receipts.minedEpoch
    }
    return new Set([...seqs].filter(isAnchored))
  }
}
