/**
 * What one report costs the gateway, stage by stage: CPU time of the whole process (all threads, system included), one
 * report of six samples an envelope, group commits of 256, fsync as in service. Then end to end, over UDP. And how many
 * bytes an ack has.
 */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { crypto } from "../as/index.ts"
import { createCore } from "../src/gateway/core.ts"
import { Acks } from "../src/gateway/ingest/acks.ts"
import { Committer } from "../src/gateway/ingest/committer.ts"
import { checkReport, headOf } from "../src/gateway/ingest/verifier.ts"
import { defaultLimits } from "../src/gateway/limits.ts"
import { silentLog } from "../src/gateway/log.ts"
import { systemClock, systemRandom } from "../src/gateway/ports.ts"
import { Store } from "../src/gateway/store/store.ts"
import { TestDevice } from "../src/gateway/test/support/device.ts"
import { FakeChain } from "../src/gateway/test/support/fake-chain.ts"
import { openUplink, parseUplink, sealDownlink } from "../src/protocol/envelope.ts"
import { EpochSchedule } from "../src/protocol/epochs.ts"
import { fromHex, MerkleTree, signingDigest, splitSigned } from "../src/protocol/index.ts"
import { coapCost } from "./ingest/coap.ts"
import { cpu, time } from "./ingest/cpu.ts"
import { endToEnd } from "./ingest/end-to-end.ts"
import type { Figure } from "./run.ts"

const DEVICES = 64
const ROUNDS = 60
const GROUP = 256
const secretKey = new Uint8Array(32).fill(0x22)

/** `gates`: only what does not depend on the machine, so nothing need be timed. */
export async function* run({ gates = false } = {}): AsyncGenerator<Figure> {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-bench-"))
  try {
    const bench = await Bench.open(dir)
    if (!gates) {
      const { rows, signature } = await bench.stages()
      yield* rows
      yield* await coapCost()
      yield* await endToEnd(signature)
    }
    yield* bench.ackBytes()
    await bench.close()
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

class Bench {
  readonly store: Store
  readonly devices: TestDevice[] = []
  readonly core: ReturnType<typeof createCore>
  readonly #chain = new FakeChain(crypto)

  constructor(dir: string) {
    this.store = new Store(join(dir, "gateway.sqlite"))
    const ports = { clock: systemClock(), random: systemRandom, log: silentLog }
    this.core = createCore({ store: this.store, chain: this.#chain, crypto, secretKey, epochMs: 3_600_000, ...ports })
  }

  static async open(dir: string): Promise<Bench> {
    const bench = new Bench(dir)
    const { chainId, registry } = bench.#chain
    const provisioning = { gatewayPublicKey: crypto.getPublicKey(secretKey), chainId, registry: fromHex(registry) }
    for (let i = 0; i < DEVICES; i++) {
      const device = new TestDevice(crypto, i, provisioning, bench.core.handle)
      await device.enrol()
      bench.#chain.approve(device.address)
      bench.devices.push(device)
    }
    await bench.core.approvals.poll()
    return bench
  }

  async close(): Promise<void> {
    await this.core.stop()
    this.store.close()
  }

  /** One envelope with one report of each device, `rounds` times. */
  #envelopes(rounds: number): { device: TestDevice; report: Uint8Array; body: Uint8Array }[] {
    const samples = Array.from({ length: 6 }, (_, i) => [2000 + i, 4500 - i, 600 + 3 * i])
    return Array.from({ length: rounds }, () =>
      this.devices.map((device) => {
        const report = device.sign(1, { samples, step: 1000 })
        return { device, report, body: device.seal([report]) }
      }),
    ).flat()
  }

  async stages(): Promise<{ rows: Figure[]; signature: number }> {
    const { handle } = this.core
    const send = async (messages: readonly { body: Uint8Array }[]) => {
      for (let i = 0; i < messages.length; i += GROUP) {
        const group = messages.slice(i, i + GROUP)
        const answers = await Promise.all(group.map(({ body }) => handle("report", body)))
        if (answers.some((answer) => answer?.kind !== "changed")) throw new Error("a request failed")
      }
    }
    await send(this.#envelopes(8)) // warm

    const messages = this.#envelopes(ROUNDS)
    const total = messages.length
    const open = await cpu(total, () => {
      for (const { device, body } of messages)
        openUplink(crypto, device.keys!, parseUplink(body), (report) => headOf(report).seq)
    })
    const jobs = messages.map(({ device, report }) => {
      const publicKey = crypto.convertPublicKey(device.publicKey, false)
      const signed = splitSigned(report)
      return {
        context: device.context,
        publicKey,
        report,
        signed,
        digest: signingDigest(crypto, device.context, signed.payload),
      }
    })
    const signature = await cpu(total, () => {
      for (const { publicKey, signed, digest } of jobs) crypto.verify(signed.signature, digest, publicKey)
    })
    const check = await cpu(total, () => {
      for (const { report, ...job } of jobs) checkReport(crypto, job, report)
    })
    const all = await cpu(total, () => send(messages))
    const { store, ack } = await this.#storeAndAck()
    const rows = [
      time("parse and decrypt an envelope", open),
      time("check a report, without its signature", Math.max(0, check - signature)),
      time("verify a signature", signature),
      time(`store a report, ${GROUP} a commit`, store),
      time("write and seal an ack", ack),
      time("whole way, without the signature's verification", all - signature, 150),
      time("whole way", all),
    ]
    return { rows, signature }
  }

  async #storeAndAck(): Promise<{ store: number; ack: number }> {
    const committer = new Committer(this.store, defaultLimits)
    const messages = this.#envelopes(ROUNDS)
    const entries = messages.map(({ device, report }) => {
      const verdict = checkReport(crypto, { context: device.context, publicKey: device.publicKey }, report)
      if (!("report" in verdict)) throw new Error("a report failed")
      const { challengeTime } = this.store.devices.byId(device.id)!
      const cursors = { mailboxCursor: 0, receiptCursor: 0 }
      const entry = { device: device.id, session: challengeTime, request: ++device.request, ...cursors }
      return { ...entry, gatewayTime: 1, reports: [verdict.report] }
    })
    const store = await cpu(entries.length, async () => {
      for (let i = 0; i < entries.length; i += GROUP)
        await Promise.all(entries.slice(i, i + GROUP).map((entry) => committer.commit(entry)))
    })
    const acks = this.#acks()
    const random = new Uint8Array(8)
    const ack = await cpu(messages.length, () => {
      for (const { device } of messages) {
        const plain = acks.encode(this.store.devices.byId(device.id)!, [])
        sealDownlink(crypto, device.keys!, device.id, device.request, random, plain)
      }
    })
    return { store, ack }
  }

  #acks(leaves = 0): Acks {
    const clock = { now: () => 1_800_000_000_000 }
    const schedule = new EpochSchedule([{ first: 1, start: 0, length: 600_000 }])
    const receipts = () => {
      const hash = new Uint8Array(32)
      const tree = new MerkleTree(crypto, new Array(leaves).fill(hash))
      const receipt = {
        seq: 70_000,
        gatewayTime: clock.now(),
        role: 0,
        index: leaves >> 1,
        path: tree.path(leaves >> 1),
      }
      return [{ anchor: { epoch: 70_000, previous: hash, root: tree.root, count: leaves }, receipts: [receipt] }]
    }
    const receiptsFor = leaves ? receipts : () => []
    return new Acks({ clock, schedule: () => schedule, mailbox: { above: () => [] }, receiptsFor })
  }

  /** Bodies of downlinks: plain, and with the receipt of one report. */
  ackBytes(): Figure[] {
    const device = { ...this.store.devices.byId(this.devices[0]!.id)!, have: 70_000 }
    const sizes = [
      [0, 64],
      [12, 300],
      [1024, 500],
    ] as const
    return sizes.map(([leaves, budget]) => {
      const plain = this.#acks(leaves).encode(device, [])
      const body = sealDownlink(crypto, this.devices[0]!.keys!, 300, 70_000, new Uint8Array(8), plain)
      const name = leaves ? `ack with one receipt, ${leaves} reports an anchor` : "ack without receipts"
      return { name, value: body.length, unit: "B", budget, better: "lower", gate: "always" }
    })
  }
}
