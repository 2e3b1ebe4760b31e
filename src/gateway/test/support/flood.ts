/** A fleet that reports over UDP, and strangers who send forged datagrams ten times as often: delivery, latency, drops. */
import { createSocket, type Socket } from "node:dgram"
import { encodeBlock, Option } from "../../../protocol/coap.ts"
import { openCoapBridge } from "../../bridges/coap.ts"
import { Code, encodeCoap, Type } from "../../bridges/coap-message.ts"
import { testMeter } from "../../bridges/test/meter.ts"
import type { TestDevice } from "./device.ts"
import { Harness, seededRandom } from "./harness.ts"
import { udpLink } from "./udp.ts"

export interface FloodOptions {
  devices: number
  /** of each device */
  reports: number
  /** forged datagrams for each of the fleet's */
  forged: number
  /** ms between two reports of a device; what comes meanwhile has its time too */
  pace: number
}

export interface FloodResult {
  sent: number
  acked: number
  /** of each report until its ack, ms; a repeat counts in */
  latencies: number[]
  forged: number
  drops: Map<string, number>
}

/** Longer than the worst bound, shorter than a test's patience. */
const TIMEOUT_MS = 2_000
const TRIES = 5

export async function flood({ devices, reports, forged, pace }: FloodOptions): Promise<FloodResult> {
  const harness = await Harness.start()
  const drops: string[] = []
  const bridge = await openCoapBridge({
    ...{ host: "127.0.0.1", port: 0, handle: harness.exchange, meter: testMeter(drops) },
    ...{ clock: harness.clock, random: harness.random },
  })
  const link = udpLink(() => bridge.port, TIMEOUT_MS)
  const strangers = Array.from({ length: 4 }, () => createSocket("udp4"))
  const result: FloodResult = { sent: 0, acked: 0, latencies: [], forged: 0, drops: new Map() }
  try {
    const fleet: TestDevice[] = []
    for (let i = 0; i < devices; i++) fleet.push(await harness.approved())
    const forge = forger(fleet.length)
    const annoy = () => {
      for (let i = 0; i < forged; i++) {
        send(strangers[result.forged % strangers.length]!, forge(result.forged), bridge.port)
        result.forged++
      }
    }
    await Promise.all(
      fleet.map(async (device) => {
        for (let i = 0; i < reports; i++) {
          annoy()
          await new Promise((resolve) => setTimeout(resolve, pace))
          result.sent++
          const started = performance.now()
          if (!(await deliver(device, harness.epoch, link.exchange))) continue
          result.acked++
          result.latencies.push(performance.now() - started)
        }
      }),
    )
    for (const code of drops) result.drops.set(code, (result.drops.get(code) ?? 0) + 1)
    const text = await harness.core.metrics.text()
    for (const [, code, count] of text.matchAll(/^dormouse_dropped_total\{code="(\w+)"\} (\d+)$/gm))
      result.drops.set(code!, (result.drops.get(code!) ?? 0) + Number(count))
    return result
  } finally {
    for (const socket of strangers) socket.close()
    link.close()
    await bridge.close()
    await harness.end()
  }
}

/** One report, each try a request of its own, as a device does. */
async function deliver(device: TestDevice, epoch: number, exchange: ReturnType<typeof udpLink>["exchange"]) {
  const report = device.sign(epoch)
  for (let tries = 0; tries < TRIES; tries++) {
    const body = device.seal([report])
    const answer = await exchange("report", body)
    if (answer?.kind !== "changed") continue
    if (device.open(answer.body, device.request).refused.length === 0) return true
  }
  return false
}

/** Envelopes with an id of the fleet that do not open, first blocks of large bodies, later blocks of none, and noise. */
function forger(devices: number): (n: number) => Uint8Array {
  const random = seededRandom(99)
  const path = { number: Option.uriPath, value: Buffer.from("r") }
  const block = (number: number) => ({
    number: Option.block1,
    value: encodeBlock({ number, more: true, szx: 6 }),
  })
  return (n) => {
    const token = random(4)
    const post = (options: { number: number; value: Uint8Array }[], payload: Uint8Array) =>
      encodeCoap(Type.nonConfirmable, Code.post, n & 0xffff, token, payload, options)
    if (n % 10 < 6) return post([path], Uint8Array.of(1 + (n % devices), 0x1a, ...random(4), 0x58, 120, ...random(120)))
    if (n % 10 === 6) return post([path, block(0)], random(1024))
    if (n % 10 === 7) return post([path, block(3)], random(1024))
    if (n % 10 === 8) return post([path], random(60))
    return random(60)
  }
}

function send(socket: Socket, bytes: Uint8Array, port: number): void {
  socket.send(bytes, port, "127.0.0.1", () => {})
}
