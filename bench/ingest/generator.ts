/** Devices that send as fast as they are told to, in a process of their own. What they cost is not counted. */
import { createSocket } from "node:dgram"
import { performance } from "node:perf_hooks"
import { crypto } from "../../as/index.ts"
import { TestDevice } from "../../src/gateway/test/support/device.ts"
import { udpLink } from "../../src/gateway/test/support/udp.ts"
import { fromHex } from "../../src/protocol/index.ts"
import { answering } from "./talk.ts"

const CHANGED = 0x44
const GIVE_UP_MS = 5_000
const ENROL_AT_ONCE = 32

interface Where {
  port: number
  gatewayPublicKey: Uint8Array
  chainId: number
  registry: string
}

export interface Flood {
  ms: number
  acked: number
  lost: number
  /** ms from sending to ack, ascending */
  latencies: number[]
}

let port = 0
let devices: TestDevice[] = []
let prepared: Buffer[] = []
let token = 0
let turn = 0
const samples = Array.from({ length: 6 }, (_, i) => [2000 + i, 4500 - i, 600 + 3 * i])

/** The next device's next envelope, with so many new reports; as a CoAP request but for its token. */
function envelope(reports: number): Buffer {
  const device = devices[turn++ % devices.length]!
  // What it sent before is acked, and it claims to hold the receipts: acks without receipts are the cost that counts.
  device.receiptCursor = device.seq
  device.reports.clear()
  const signed = Array.from({ length: reports }, () => device.sign(1, { samples, step: 1000 }))
  const firstSeq = device.seq
  const body = device.seal(signed.reverse(), undefined, firstSeq)
  return Buffer.concat([Buffer.from([0x54, 2, 0, 0, 0, 0, 0, 0, 0xb1, 0x72, 0x11, 63, 0xff]), body])
}

/** Sends envelopes until `next` has no more, each when `due` (ms from the start) has come and the window is open. */
function send(next: () => Buffer | undefined, window: number, due: (index: number) => number): Promise<Flood> {
  const socket = createSocket("udp4")
  const sent = new Map<number, number>()
  const latencies: number[] = []
  const start = performance.now()
  let [index, lost, done] = [0, 0, false]
  return new Promise((resolve) => {
    const finish = () => {
      clearInterval(timer)
      socket.close()
      latencies.sort((a, b) => a - b)
      resolve({ ms: performance.now() - start, acked: latencies.length, lost, latencies })
    }
    const pump = () => {
      while (!done && sent.size < window && performance.now() - start >= due(index)) {
        const datagram = next()
        if (!datagram) done = true
        else {
          datagram.writeUInt32BE(++token, 4)
          datagram.writeUInt16BE(token & 0xffff, 2)
          // measured from when it was due: a sender that is late must not make the gateway look fast
          sent.set(token, due(index) > 0 ? start + due(index) : performance.now())
          socket.send(datagram, port, "127.0.0.1")
          index++
        }
      }
      if (done && sent.size === 0) finish()
    }
    socket.on("message", (message) => {
      const id = message.readUInt32BE(4)
      const at = sent.get(id)
      if (at === undefined) return
      sent.delete(id)
      if (message[1] === CHANGED) latencies.push(performance.now() - at)
      else lost++
      pump()
    })
    const timer = setInterval(() => {
      const late = performance.now() - GIVE_UP_MS
      for (const [id, at] of sent)
        if (at < late) {
          sent.delete(id)
          lost++
        }
      pump()
    }, 1)
    socket.bind(0, "127.0.0.1", pump)
  })
}

answering({
  async enrol(count: number, where: Where) {
    port = where.port
    const link = udpLink(() => port)
    const { gatewayPublicKey, chainId, registry } = where
    const provisioning = { gatewayPublicKey, chainId, registry: fromHex(registry) }
    devices = Array.from({ length: count }, (_, i) => new TestDevice(crypto, i, provisioning, link.exchange))
    for (let i = 0; i < count; i += ENROL_AT_ONCE) {
      // the gateway takes so many hellos a second, and no more
      for (const device of devices.slice(i, i + ENROL_AT_ONCE))
        while (!device.keys) await device.enrol().catch(() => new Promise((resolve) => setTimeout(resolve, 50)))
    }
    link.close()
    return devices.map(({ address }) => address)
  },
  prepare(envelopes: number, reports: number) {
    prepared = Array.from({ length: envelopes }, () => envelope(reports))
  },
  /** All that is prepared, so many unanswered at a time. */
  flood: (window: number) =>
    send(
      () => prepared.shift(),
      window,
      () => 0,
    ),
  /** All that is prepared, evenly in time. */
  pace: (perSecond: number) =>
    send(
      () => prepared.shift(),
      Number.POSITIVE_INFINITY,
      (i) => (i * 1000) / perSecond,
    ),
  /** Made on the way, so that there is no end to it. */
  stream(envelopes: number, reports: number, window: number) {
    let left = envelopes
    return send(
      () => (left-- > 0 ? envelope(reports) : undefined),
      window,
      () => 0,
    )
  },
  end() {},
})
