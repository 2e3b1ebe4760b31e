/** What the fleet asks of the gateway over HTTP: never readings or secrets, only what anyone may see. */
import { DormouseError, EpochSchedule, type Period } from "../../src/protocol/index.ts"

export interface Summary {
  devices: number
  reports: { durable: number; anchored: number }
  repeats: number
  gaps: number
  forks: number
  duplicates: number
  anchors: number
  chain: { id: number; height: number; head: string; anchors: number }
  contracts: Record<string, string>
  schedule: readonly Period[]
  epoch: number
}

/** What a device is given before its first start; the fleet passes it on as it is. */
export interface ProvisioningRecord {
  gatewayPublicKey: string
  operator: string
  chainId: number
  genesisHash: string
  registry: string
  anchors: string
}

const TIMEOUT_MS = 10_000
/** Seqs of one request: keeps the address below 8 KB. */
const SEQS_AT_ONCE = 500

export class GatewayApi {
  readonly url: string

  constructor(url: string) {
    this.url = url.replace(/\/+$/, "")
  }

  summary(): Promise<Summary> {
    return this.#get("/api/summary")
  }

  provisioning(): Promise<ProvisioningRecord> {
    return this.#get("/api/provisioning")
  }

  /** Which of these reports stand under an anchor on chain. */
  async anchored(address: string, seqs: readonly number[]): Promise<Set<number>> {
    const found = new Set<number>()
    for (let i = 0; i < seqs.length; i += SEQS_AT_ONCE) {
      const part = seqs.slice(i, i + SEQS_AT_ONCE).join(",")
      const answer = await this.#get<unknown>(`/api/devices/${address}/reports?seqs=${part}`)
      for (const { seq, epoch } of anchoredReports(answer)) if (epoch) found.add(seq)
    }
    return found
  }

  async #get<T>(path: string): Promise<T> {
    const url = `${this.url}${path}`
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      if (!response.ok) throw new Error(`status ${response.status}: ${(await response.text()).slice(0, 200)}`)
      return (await response.json()) as T
    } catch (cause) {
      const why = cause instanceof Error ? (cause.cause instanceof Error ? cause.cause.message : cause.message) : cause
      throw new DormouseError("E_GATEWAY_HTTP", `GET ${url}: ${why}. Check that the gateway runs there.`, { cause })
    }
  }
}

function anchoredReports(answer: unknown): { seq: number; epoch: number | null }[] {
  return answer as { seq: number; epoch: number | null }[]
}

export function scheduleOf({ schedule }: Summary): EpochSchedule {
  return new EpochSchedule(schedule)
}
