/** The gateway, put together: bridges -> ingest -> store -> anchor -> chain; the API reads. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { fromHex } from "../protocol/bytes.ts"
import type { Crypto } from "../protocol/crypto.ts"
import { fullReceipt } from "./anchor/full-receipt.ts"
import { type ApiOptions, openApi } from "./api/open.ts"
import { beginIncarnation } from "./backup/incarnation.ts"
import { openLinks } from "./bridges/open.ts"
import { loadOrCreateKey } from "./chain/index.ts"
import { type ChainPort, openChain } from "./chain-port.ts"
import { createCore } from "./core.ts"
import { GatewayError } from "./errors.ts"
import { VerifyPool } from "./ingest/verify-pool.ts"
import { defaultLimits, type Limits } from "./limits.ts"
import { lockDirectory } from "./lock.ts"
import { type Logger, silentLog } from "./log.ts"
import { type Clock, type Random, systemClock, systemRandom } from "./ports.ts"
import { Store } from "./store/store.ts"

export interface GatewayOptions {
  dataDir: string
  /** 0: any free one */
  coapPort: number
  httpPort: number
  /** length of an epoch; absent: as the data directory has it, else 10 s */
  epochMs?: number | undefined
  /** lines of link `serial`, as `--serial` names them */
  serial?: readonly string[] | undefined
  /** where devices reach it; default: this machine alone */
  host?: string
  /** of the API; beyond this machine it asks everybody for a token */
  httpHost?: string
  api?: Partial<ApiOptions> | undefined
  chainId?: number | undefined
  /** whether an epoch in which nothing happened leaves an empty block; default: yes */
  sealEpochs?: boolean | undefined
  limits?: Partial<Limits> | undefined
  clock?: Clock
  random?: Random
  log?: Logger
  crypto?: Crypto
}

export interface Gateway {
  /** ports */
  coap: number
  http: number
  /** the API's, for commands on this machine */
  secret: string
  close(): Promise<void>
}

const LOOPBACK = "127.0.0.1"

/** Where the store of a data directory is. */
export const storePath = (dataDir: string) => join(dataDir, "gateway.sqlite")

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { dataDir, clock = systemClock(), log = silentLog } = options
  makeDirectory(dataDir)
  const undo: (() => unknown)[] = [lockDirectory(dataDir)]
  const close = async () => {
    while (undo.length) await undo.pop()!()
  }
  try {
    const store = new Store(storePath(dataDir))
    undo.push(() => store.close())
    const incarnation = beginIncarnation(store, dataDir, clock.now(), log)
    const chain = await openChain(dataDir, clock, incarnation, options)
    undo.push(() => chain.close())
    const ports = await compose(options, { store, chain, clock, log }, undo)
    return { ...ports, close }
  } catch (error) {
    await close()
    throw error
  }
}

function makeDirectory(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new GatewayError("E_NO_DATA", `${dataDir} cannot be made: ${(cause as Error).message}.`, { cause })
  }
}

interface Parts {
  store: Store
  chain: ChainPort
  clock: Clock
  log: Logger
}

async function compose(options: GatewayOptions, { store, chain, clock, log }: Parts, undo: (() => unknown)[]) {
  const { dataDir, host = LOOPBACK, httpHost = LOOPBACK, random = systemRandom, epochMs, limits } = options
  const crypto = options.crypto ?? (await import("../../as/index.ts")).crypto
  const secretKey = fromHex(loadOrCreateKey(dataDir, "gateway").privateKey)
  const verifier = new VerifyPool({ crypto, log })
  undo.push(() => verifier.close())
  const core = createCore({ store, chain, crypto, clock, random, log, secretKey, epochMs, limits, verifier })
  undo.push(() => core.stop())
  await core.start()

  const { handle, metrics, receipts, schedule } = core
  undo.push(() => core.drain())
  const bridging = { handle, clock, random, log, limits: { ...defaultLimits, ...limits } }
  const coapPort = await openLinks({ ...options, host }, bridging, metrics.link, undo)
  const api = await openApi(
    { ...options.api, httpHost, httpPort: options.httpPort },
    {
      ...{ store, clock, metrics, schedule, chain, coapPort, random, log },
      ...{ dataDir, storePath: storePath(dataDir) },
      queueLimit: limits?.queuedReports ?? defaultLimits.queuedReports,
      gatewayPublicKey: crypto.getPublicKey(secretKey),
      minedEpoch: () => receipts.minedEpoch,
      conflict: () => core.anchorer.conflict,
      alarms: core.alarms,
      receipt: (device, seq) => fullReceipt(store, receipts, chain, device, seq),
    },
  )
  undo.push(() => api.close())
  return { coap: coapPort, http: api.port, secret: api.secret }
}
