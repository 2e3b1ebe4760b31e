/** The gateway, put together: bridges -> ingest -> store -> anchor -> chain; the API reads. */
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import type { FastifyInstance } from "fastify"
import { fromHex } from "../protocol/bytes.ts"
import type { Crypto } from "../protocol/crypto.ts"
import { Anchorer } from "./anchor/anchorer.ts"
import { fullReceipt } from "./anchor/full-receipt.ts"
import { Receipts } from "./anchor/receipts.ts"
import { openSchedule } from "./anchor/schedule.ts"
import { Trees } from "./anchor/trees.ts"
import { createMetrics, type Metrics } from "./api/metrics.ts"
import { createApi } from "./api/server.ts"
import { bridges } from "./bridges/bridge.ts"
import { loadOrCreateKey } from "./chain/index.ts"
import { type ChainPort, openChain } from "./chain-port.ts"
import { GatewayError } from "./errors.ts"
import { Acks } from "./ingest/acks.ts"
import { Approvals } from "./ingest/approvals.ts"
import { Committer } from "./ingest/committer.ts"
import { Enrolment } from "./ingest/enrol.ts"
import { createHandler } from "./ingest/handler.ts"
import { Registrar } from "./ingest/registrar.ts"
import { Sessions } from "./ingest/sessions.ts"
import { Uplinks } from "./ingest/uplink.ts"
import { inlineVerifier } from "./ingest/verifier.ts"
import { defaultLimits, type Limits } from "./limits.ts"
import { lockDirectory } from "./lock.ts"
import { type Logger, silentLog } from "./log.ts"
import { type Clock, type Random, systemClock, systemRandom } from "./ports.ts"
import { statusNames } from "./store/devices.ts"
import { Store } from "./store/store.ts"

export interface GatewayOptions {
  dataDir: string
  /** 0: any free one */
  coapPort: number
  httpPort: number
  /** length of an epoch; absent: as the data directory has it, else 10 s */
  epochMs?: number | undefined
  host?: string
  chainId?: number | undefined
  limits?: Partial<Limits>
  clock?: Clock
  random?: Random
  log?: Logger
  crypto?: Crypto
}

export interface Gateway {
  /** ports */
  coap: number
  http: number
  close(): Promise<void>
}

export const DEFAULT_EPOCH_MS = 10_000

/** Where the store of a data directory is. */
export const storePath = (dataDir: string) => join(dataDir, "gateway.sqlite")

export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { dataDir, clock = systemClock(), log = silentLog } = options
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const undo: (() => unknown)[] = [lockDirectory(dataDir)]
  const close = async () => {
    while (undo.length) await undo.pop()!()
  }
  try {
    const store = new Store(storePath(dataDir))
    undo.push(() => store.close())
    const chain = await openChain(dataDir, clock, options.chainId)
    undo.push(() => chain.close())
    const ports = await compose(options, { store, chain, clock, log }, undo)
    return { ...ports, close }
  } catch (error) {
    await close()
    throw error
  }
}

interface Parts {
  store: Store
  chain: ChainPort
  clock: Clock
  log: Logger
}

async function compose(options: GatewayOptions, { store, chain, clock, log }: Parts, undo: (() => unknown)[]) {
  const { dataDir, host = "127.0.0.1", random = systemRandom } = options
  const crypto = options.crypto ?? (await import("../../as/index.ts")).crypto
  const limits = { ...defaultLimits, ...options.limits }
  const secretKey = fromHex(loadOrCreateKey(dataDir, "gateway").privateKey)
  const epochs = openSchedule(store, clock.now(), options.epochMs, DEFAULT_EPOCH_MS)
  const schedule = () => epochs
  const context = { chainId: chain.chainId, registry: fromHex(chain.registry) }
  let height = 0

  const metrics: Metrics = createMetrics({
    queued: () => uplinks.queued,
    height: () => height,
    anchors: () => store.anchors.totals().anchors,
    epoch: () => epochs.epochAt(clock.now()),
    devices: () => store.devices.counts().map((count, status) => ({ status: statusNames[status]!, count })),
  })
  const trees = new Trees(crypto, store.anchors, limits.cachedTrees)
  const receipts = new Receipts(store, trees)
  const sessions = new Sessions(crypto, secretKey)
  const receiptsFor = receipts.forDevice.bind(receipts)
  const acks = new Acks({ clock, schedule, mailbox: store.mailbox, receiptsFor })
  const common = { crypto, clock, random, limits, store, sessions, acks, meter: metrics, chain: context }
  const registrar = new Registrar({ store, crypto, clock, limits, log, registry: chain, chain: context })
  const enrolment = new Enrolment({ ...common, onRequest: () => registrar.wake() })
  const [verifier, committer] = [inlineVerifier(crypto), new Committer(store, limits)]
  const uplinks = new Uplinks({ ...common, verifier, committer, schedule })
  const anchorer = new Anchorer({ store, crypto, clock, log, schedule, sender: chain, receipts, trees })
  const onHeight = (now: number) => {
    height = now
  }
  const approvals = new Approvals({ store, clock, log, view: chain, onHeight })
  const onFault = (error: unknown) => log.error({ err: error }, "a fault of the gateway's own")
  const handle = createHandler({ enrolment, uplinks, meter: metrics, onFault })

  await approvals.poll()
  undo.push(() => anchorer.stop())
  anchorer.start()
  undo.push(() => approvals.close())
  approvals.start()
  undo.push(() => registrar.close())
  registrar.wake()

  const openWifi = await bridges.wifi!()
  const bridge = await openWifi({ host, port: options.coapPort, handle, onDrop: metrics.dropped })
  undo.push(async () => {
    await bridge.close()
    committer.flush()
  })
  const api = createApi(
    {
      ...{ store, clock, metrics, schedule, chain, coapPort: bridge.port },
      gatewayPublicKey: crypto.getPublicKey(secretKey),
      minedEpoch: () => receipts.minedEpoch,
      trouble: () => anchorer.conflict,
      receipt: (device, seq) => fullReceipt(store, receipts, chain, device, seq),
    },
    log,
  )
  undo.push(() => api.close())
  const http = await listen(api, host, options.httpPort)
  return { coap: bridge.port, http }
}

async function listen(api: FastifyInstance, host: string, port: number): Promise<number> {
  try {
    await api.listen({ host, port })
  } catch (cause) {
    throw new GatewayError("E_PORT", `TCP port ${port} on ${host} cannot be had: ${(cause as Error).message}.`, {
      cause,
    })
  }
  return (api.server.address() as { port: number }).port
}
