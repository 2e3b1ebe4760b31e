/** 100,000 random and mutated messages: no crash, no effect, and others go on as if nothing had been. */
import { createSocket } from "node:dgram"
import { afterEach, beforeEach, expect, it } from "vitest"
import { concat } from "../../protocol/bytes.ts"
import { encodeLinkMessage, LinkCode } from "../../protocol/link-message.ts"
import { FragmentEndpoint } from "../../protocol/schc/endpoint.ts"
import { framed, Rule } from "../../protocol/schc/rules.ts"
import { encodeSerialFrame } from "../../protocol/serial-frame.ts"
import { openCoapBridge } from "../bridges/coap.ts"
import { coapExchange } from "../bridges/coap-exchange.ts"
import { serialLine } from "../bridges/serial-line.ts"
import { testMeter } from "../bridges/test/meter.ts"
import { systemClock } from "../ports.ts"
import type { TestDevice } from "./support/device.ts"
import { Harness, seededRandom, settle } from "./support/harness.ts"

const MESSAGES = 100_000
const OVER_UDP = 5_000
const ON_A_LINE = 20_000

let harness: Harness
let victim: TestDevice
const faults: string[] = []

beforeEach(async () => {
  faults.length = 0
  harness = await Harness.start()
  victim = await harness.approved()
})

afterEach(() => harness.end())

const random = seededRandom(2026)
const below = (limit: number) => {
  const [a, b, c] = random(3)
  return ((a! << 16) | (b! << 8) | c!) % limit
}

const post = (path: string, body: Uint8Array) =>
  concat(new Uint8Array([0x52, 2, below(256), below(256), 1, 2, 0xb1, path.charCodeAt(0), 0x11, 63, 0xff]), body)

/** A good message, or pieces of good ones, with some bytes changed, cut, doubled or added; or plain noise. */
function mutant(samples: readonly Uint8Array[]): Uint8Array {
  const base = samples[below(samples.length)]!.slice()
  switch (below(6)) {
    case 0:
      return random(below(80))
    case 1:
      return base.slice(0, below(base.length))
    case 2:
      return concat(base, random(1 + below(20)))
    case 3: {
      const other = samples[below(samples.length)]!
      return concat(base.slice(0, below(base.length)), other.slice(below(other.length)))
    }
    default:
      for (let i = 1 + below(4); i > 0; i--) base[below(base.length)] = below(256)
      return base
  }
}

/** Messages as devices send them, but of devices and requests that the gateway never gets to see whole. */
async function goodMessages(): Promise<Uint8Array[]> {
  const { deviceNonce, challenge } = await victim.challenge()
  const stranger = harness.device(999)
  return [
    post("h", stranger.hello(deviceNonce, challenge)),
    post("h", victim.hello(deviceNonce, challenge.slice().fill(0, 0, 6))),
    post("r", victim.seal([victim.sign(1, { seq: 500 })], 5000)),
    post("r", victim.seal([], 6000)),
    post("r", victim.seal([victim.signRaw(random(40))], 7000)),
  ]
}

async function expectUnharmed(): Promise<void> {
  expect(faults).toEqual([])
  expect(await harness.counted('dropped_total{code="E_INTERNAL"}')).toBe(0)
  expect(harness.store.devices.all()).toHaveLength(1)
  const { stored, requestTop } = harness.store.devices.byId(victim.id)!
  // None of the good messages was sent whole, so none can have had an effect.
  expect([stored, requestTop]).toEqual([0, 0])
  Object.assign(victim, { request: 8000, seq: 0, head: new Uint8Array(8) })
  expect((await victim.send(victim.sign(1))).refused).toEqual([])
}

it(`${MESSAGES} random and mutated datagrams below the socket`, async () => {
  const exchange = coapExchange({ handle: harness.exchange, meter: testMeter() })
  const samples = await goodMessages()
  const originals = new Set(samples.map((sample) => Buffer.from(sample).toString("hex")))
  for (let i = 0; i < MESSAGES; i++) {
    const message = mutant(samples)
    if (originals.has(Buffer.from(message).toString("hex")) || equalButIds(message, samples)) continue
    const answer = await exchange(message, { address: "192.0.2.1", port: 5683 }).catch((error) => {
      if (error.code !== "E_COAP") faults.push(String(error))
    })
    if (answer) expect(answer.length).toBeLessThanOrEqual(3 * message.length)
  }
  await expectUnharmed()
})

it(`${OVER_UDP} of them over UDP, while another device reports`, async () => {
  const samples = await goodMessages()
  const bridge = await openCoapBridge({ host: "127.0.0.1", port: 0, handle: harness.exchange, meter: testMeter() })
  const socket = createSocket("udp4")
  const send = (message: Uint8Array) =>
    new Promise<void>((resolve) => socket.send(message, bridge.port, "127.0.0.1", () => resolve()))
  for (let i = 0; i < OVER_UDP; i++) {
    const message = i % 500 === 0 ? random(1153 + below(8000)) : mutant(samples)
    if (!equalButIds(message, samples)) await send(message)
  }
  await send(post("h", new Uint8Array(0)))
  socket.close()
  await bridge.close()
  await expectUnharmed()
})

it(`${ON_A_LINE} random and mutated frames and fragments on a serial line`, async () => {
  const drops: string[] = []
  let bytes = 0
  const line = serialLine({
    ...{ handle: harness.exchange, meter: testMeter(drops), clock: systemClock(), mtu: 77, onText: () => {} },
    write: (frame) => (bytes += frame.length) > 0,
  })
  const samples = await goodMessages()
  const frames = samples.flatMap(framesOf)
  const originals = new Set(frames.map((frame) => Buffer.from(frame).toString("hex")))
  let came = 0
  for (let i = 0; i < ON_A_LINE; i++) {
    const frame = mutant(frames)
    if (originals.has(Buffer.from(frame).toString("hex")) || equalButIds(frame, samples)) continue
    const onLine = encodeSerialFrame({ station: below(40), rule: frame[0] ?? 0, payload: frame.subarray(1) })
    const piece = below(4) ? onLine : mutant([onLine])
    line.push(piece)
    came += piece.length
    if (i % 100 === 0) await settle()
  }
  await settle()
  line.close()
  expect(bytes).toBeLessThanOrEqual(3 * came)
  expect(drops.length).toBeGreaterThan(ON_A_LINE / 4)
  for (const code of new Set(drops)) expect(code).toMatch(/^E_(SERIAL|SCHC|LINK|BUSY)/)
  await expectUnharmed()
})

/** A message's frames, whole and in fragments, rule first. */
function framesOf(sample: Uint8Array): Uint8Array[] {
  const code = sample[7] === "h".charCodeAt(0) ? LinkCode.hello : LinkCode.report
  const message = encodeLinkMessage(code, below(65_536), sample.subarray(11))
  const frames = [concat(new Uint8Array([Rule.whole]), message)]
  new FragmentEndpoint({
    ...{ sends: framed.up, takes: framed.down, isAsked: false, mtu: 76, maxPacket: 1_155, onPacket: () => {} },
    send: (rule, payload) => void frames.push(concat(new Uint8Array([rule]), payload)),
  }).sendPacket(message, below(4))
  return frames
}

/** Whether a mutation left the body whole: CoAP's own ids may change without harm. */
function equalButIds(message: Uint8Array, samples: readonly Uint8Array[]): boolean {
  const text = Buffer.from(message).toString("hex")
  return samples.some((sample) => text.includes(Buffer.from(sample.subarray(11)).toString("hex")))
}
