/** The gateway without sockets: everything between a bridge's message and the chain. */
import { fromHex } from "../protocol/bytes.ts"
import type { Crypto } from "../protocol/crypto.ts"
import type { EpochSchedule } from "../protocol/epochs.ts"
import { Anchorer } from "./anchor/anchorer.ts"
import { Receipts } from "./anchor/receipts.ts"
import { openSchedule } from "./anchor/schedule.ts"
import { Trees } from "./anchor/trees.ts"
import { createMetrics, type Metrics } from "./api/metrics.ts"
import { alarmOf } from "./backup/alarms.ts"
import { registerMetrics } from "./backup/metrics.ts"
import type { Handler } from "./bridges/bridge.ts"
import type { ChainPort } from "./chain-port.ts"
import { Acks } from "./ingest/acks.ts"
import { Admission } from "./ingest/admission.ts"
import { Approvals } from "./ingest/approvals.ts"
import { Committer } from "./ingest/committer.ts"
import { Enrolment } from "./ingest/enrol.ts"
import { createHandler } from "./ingest/handler.ts"
import { Patience } from "./ingest/patience.ts"
import { Registrar } from "./ingest/registrar.ts"
import { Sessions } from "./ingest/sessions.ts"
import { Slots } from "./ingest/slots.ts"
import { Uplinks } from "./ingest/uplink.ts"
import { inlineVerifier, type Verifier } from "./ingest/verifier.ts"
import { VerifyQueue } from "./ingest/verify-queue.ts"
import { defaultLimits, type Limits } from "./limits.ts"
import type { Logger } from "./log.ts"
import type { Clock, Random } from "./ports.ts"
import { statusNames } from "./store/devices.ts"
import type { Store } from "./store/store.ts"

export interface CoreOptions {
  store: Store
  chain: ChainPort
  crypto: Crypto
  clock: Clock
  random: Random
  log: Logger
  /** the gateway's own key, 32 bytes */
  secretKey: Uint8Array
  epochMs?: number | undefined
  limits?: Partial<Limits> | undefined
  /** what checks signatures; default: this thread */
  verifier?: Verifier
  /** ms between looks at the registry; default: 200 */
  registryPollMs?: number | undefined
}

export interface Core {
  handle: Handler
  metrics: Metrics
  receipts: Receipts
  anchorer: Anchorer
  approvals: Approvals
  /** Resolves when nothing is on its way to the chain any more. */
  idle(): Promise<void>
  /** Commits what still waits, once nothing new comes in. */
  drain(): Promise<void>
  schedule(): EpochSchedule
  /** What devices said that contradicts the chain, and no restore explains; `undefined`: nothing. */
  alarms(): ReturnType<typeof alarmOf>
  /** Sends what a former run left, and from then on acts by the clock. */
  start(): Promise<void>
  stop(): Promise<void>
}

export const DEFAULT_EPOCH_MS = 10_000

export function createCore(options: CoreOptions): Core {
  const { store, chain, crypto, clock, random, log, secretKey } = options
  const limits = { ...defaultLimits, ...options.limits }
  const epochs = openSchedule(store, clock.now(), options.epochMs, DEFAULT_EPOCH_MS)
  const schedule = () => epochs
  const context = { chainId: chain.chainId, registry: fromHex(chain.registry) }
  let height = 0

  const metrics = createMetrics({
    queued: () => admission.held,
    height: () => height,
    anchors: () => store.anchors.totals().anchors,
    epoch: () => epochs.epochAt(clock.now()),
    devices: () => store.devices.counts().map((count, status) => ({ status: statusNames[status]!, count })),
  })
  registerMetrics(metrics.registry, store)
  const trees = new Trees(crypto, store.anchors, limits.cachedLeaves)
  const receipts = new Receipts(store, trees)
  const sessions = new Sessions(crypto, secretKey)
  const receiptsFor = receipts.forDevice.bind(receipts)
  const acks = new Acks({ clock, schedule, mailbox: store.mailbox, receiptsFor })
  const patience = new Patience({ clock, random, schedule, devices: store.devices })
  const common = { crypto, clock, random, limits, store, sessions, acks, patience, meter: metrics, chain: context }
  const registrar = new Registrar({ store, crypto, clock, limits, log, registry: chain, chain: context })
  const enrolment = new Enrolment({ ...common, onRequest: () => registrar.wake() })
  const admission = new Admission({ clock, random, limit: limits.queuedReports })
  const verification = new VerifyQueue(options.verifier ?? inlineVerifier(crypto))
  const committer = new Committer(store, limits)
  const uplinks = new Uplinks({ ...common, admission, verification, committer, schedule, slots: new Slots(schedule) })
  const anchorer = new Anchorer({ store, crypto, clock, log, schedule, sender: chain, receipts, trees })
  const onHeight = (now: number) => {
    height = now
  }
  const approvals = new Approvals({ store, clock, log, view: chain, onHeight, interval: options.registryPollMs })
  const onFault = (error: unknown) => log.error({ err: error }, "a fault of the gateway's own")

  return {
    ...{ metrics, receipts, anchorer, approvals, schedule },
    alarms: () => alarmOf(store),
    handle: createHandler({ enrolment, uplinks, meter: metrics, onFault }),
    async idle() {
      await registrar.idle()
      await anchorer.idle()
    },
    async drain() {
      while (admission.held > 0) {
        committer.flush()
        await new Promise((resolve) => setImmediate(resolve))
      }
    },
    async start() {
      await approvals.poll() // nobody who was approved while we were down is told otherwise
      approvals.start()
      anchorer.start()
      registrar.wake()
    },
    async stop() {
      registrar.close()
      anchorer.stop()
      await approvals.close()
    },
  }
}
