/**
 * What one report costs the gateway, stage by stage: CPU time of the whole process (all threads, system included), one
 * report of six samples an envelope, group commits of 256, fsync as in service. And how many bytes an ack has.
 */
import { createSocket } from "node:dgram"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createServer } from "coap"
import { crypto } from "../as/index.ts"
import { openCoapBridge } from "../src/gateway/bridges/coap.ts"
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

interface Row {
  name: string
  value: number
  unit: string
  budget?: number
  better: "lower" | "higher"
  gate: "check" | "always"
}

const DEVICES = 64
const ROUNDS = 60
const GROUP = 256
const secretKey = new Uint8Array(32).fill(0x22)

/** `gates`: only what does not depend on the machine, so nothing need be timed. */
export async function run({ gates = false } = {}): Promise<Row[]> {
  const dir = mkdtempSync(join(tmpdir(), "dormouse-bench-"))
  try {
    const bench = await Bench.open(dir)
    const rows = gates ? bench.ackBytes() : [...(await bench.stages()), ...bench.ackBytes(), ...(await coapCost())]
    await bench.close()
    return rows
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** CPU microseconds a turn of `work`, which makes `turns` of them. */
async function cpu(turns: number, work: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / turns
}

const time = (name: string, value: number, budget?: number): Row => ({
  ...{ name, value: Number(value.toFixed(1)), unit: "us", better: "lower", gate: "check" },
  ...(budget !== undefined && { budget }),
})

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

  async stages(): Promise<Row[]> {
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
    return [
      time("parse and decrypt an envelope", open),
      time("check a report, without its signature", Math.max(0, check - signature)),
      time("verify a signature", signature),
      time(`store a report, ${GROUP} a commit`, store),
      time("write and seal an ack", ack),
      time("whole way, without the signature's verification", all - signature, 150),
      time("whole way", all),
    ]
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
  ackBytes(): Row[] {
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

const REQUESTS = 4_000
const WINDOW = 50

/** CPU of a request with an answer of 60 bytes, sender included: our bridge, and npm `coap` in its place. */
async function coapCost(): Promise<Row[]> {
  const answer = new Uint8Array(60)
  const bridge = await openCoapBridge({
    ...{ host: "127.0.0.1", port: 0, onDrop() {} },
    handle: async () => ({ kind: "changed", body: answer }),
  })
  await flood(bridge.port)
  const ours = await cpu(REQUESTS, () => flood(bridge.port))
  await bridge.close()

  const server = createServer((_, response) => {
    response.code = "2.04"
    response.end(Buffer.from(answer))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()))
  const { port } = (server as unknown as { _sock: { address(): { port: number } } })._sock.address()
  await flood(port)
  const theirs = await cpu(REQUESTS, () => flood(port))
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return [time("CoAP request and answer, with sender", ours), time("the same through npm coap", theirs)]
}

let token = 0

/** Sends requests, so many at a time, and waits for their answers. */
function flood(port: number): Promise<void> {
  const socket = createSocket("udp4")
  const body = Buffer.alloc(140, 1)
  let [sent, answered] = [0, 0]
  const next = () => {
    const head = Buffer.from([0x54, 2, sent >> 8, sent, 0, 0, 0, 0, 0xb1, 0x72, 0x11, 63, 0xff])
    head.writeUInt32BE(++token, 4)
    sent++
    socket.send(Buffer.concat([head, body]), port, "127.0.0.1")
  }
  return new Promise((resolve) => {
    socket.on("message", () => {
      if (++answered === REQUESTS) {
        socket.close()
        resolve()
      } else if (sent < REQUESTS) next()
    })
    for (let i = 0; i < WINDOW; i++) next()
  })
}
