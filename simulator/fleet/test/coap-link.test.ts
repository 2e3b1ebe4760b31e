/** A device's CoAP link against the gateway's bridge, without sockets: in virtual time, over air that loses and delays. */
import fc from "fast-check"
import { expect, it } from "vitest"
import { CoapLink, type Datagrams } from "../../../src/device/links/coap-link.ts"
import type { Answer } from "../../../src/gateway/bridges/bridge.ts"
import { coapExchange } from "../../../src/gateway/bridges/coap-exchange.ts"
import { testMeter } from "../../../src/gateway/bridges/test/meter.ts"
import { codeOf } from "../../../src/gateway/errors.ts"
import { defaultLimits } from "../../../src/gateway/limits.ts"
import { MAX_BODY } from "../../../src/protocol/coap.ts"
import { type Random, randomStream } from "../random.ts"
import { VirtualScheduler } from "../virtual/scheduler.ts"

/** Longer than any exchange, µs. */
const LONG = 120_000_000
const GOOD = new Uint8Array([1])

interface World {
  link: CoapLink
  time: VirtualScheduler
  /** bodies as the gateway got them */
  bodies: Uint8Array[]
  drops: string[]
  sent: number
}

const reversed = (body: Uint8Array): Answer => ({ kind: "changed", body: body.toReversed() })

/** `loss`: part of the datagrams lost each way; `delay`: most µs that one takes. */
function world({
  loss = 0,
  delay = 5_000,
  seed = "1",
  remembered = GOOD,
  largest = 4096,
  reply = reversed,
} = {}): World {
  const time = new VirtualScheduler()
  const random: Random = randomStream(seed, "air")
  const air = (action: () => void | Promise<void>) => {
    if (random.uniform() >= loss) time.at(time.now() + Math.floor(random.uniform() * delay), action)
  }
  const here: World = { bodies: [], drops: [], sent: 0, time, link: undefined as unknown as CoapLink }
  const exchange = coapExchange({
    handle: async (_, body) => {
      here.bodies.push(body)
      return reply(body)
    },
    ...{ meter: testMeter(here.drops), limits: defaultLimits },
    ...{
      clock: { now: () => time.now() / 1000, after: () => () => {} },
      random: (length) => new Uint8Array(length).fill(7),
    },
  })
  const datagrams: Datagrams = {
    send(bytes) {
      here.sent++
      air(async () => {
        const answer = await exchange(bytes, { address: "192.0.2.1", port: 9 }).catch((error) => {
          here.drops.push(codeOf(error))
          return undefined
        })
        if (answer) air(() => datagrams.onMessage?.(answer))
      })
    },
    close() {},
  }
  let alarm: { cancel(): void } | undefined
  const timer = {
    set(micros: number, callback: () => void) {
      alarm?.cancel()
      alarm = time.at(time.now() + micros, callback)
    },
    clear: () => alarm?.cancel(),
  }
  here.link = new CoapLink({ datagrams, timer, remembered, largest })
  return here
}

let request = 0

async function send({ link, time }: World, length: number) {
  const body = Uint8Array.from({ length }, (_, i) => i * 7 + length)
  const answer = link.exchange({ kind: "report", body, request: ++request, timeout: 700_000 })
  await time.runUntil(time.now() + LONG)
  return { body, answer: await answer }
}

it("a body of any length goes up, and its answer comes down, whole", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 9_000 }), async (length) => {
      const here = world({ largest: 9_000 })
      const { body, answer } = await send(here, length)
      expect(answer).toEqual({ ok: true, body: body.toReversed() })
      expect(here.bodies).toEqual([body])
      const blocks = Math.ceil(length / 1024)
      // each block once each way, and one Echo
      expect(here.sent).toBe(length <= MAX_BODY ? 1 : 2 * blocks)
    }),
    { numRuns: 40 },
  )
})

it("over air that loses and swaps it comes whole or not at all", async () => {
  let whole = 0
  for (let run = 0; run < 60; run++) {
    const here = world({ loss: 0.2, delay: 400_000, seed: String(run) })
    const { body, answer } = await send(here, 3_000)
    if (answer) expect(answer).toEqual({ ok: true, body: body.toReversed() })
    for (const each of here.bodies) expect(each).toEqual(body)
    whole += answer ? 1 : 0
  }
  expect(whole).toBeGreaterThan(30)
})

it("takes large bodies only where the last wake was answered at once", async () => {
  const fresh = world({ remembered: new Uint8Array(0) })
  expect(fresh.link.maxBody).toBe(MAX_BODY)
  await send(fresh, 10)
  expect(fresh.link.remember()).toEqual(GOOD)
  const good = world()
  expect(good.link.maxBody).toBe(4096)
  const deaf = world({ loss: 1 })
  expect((await send(deaf, 3_000)).answer).toBeUndefined()
  expect(deaf.link.maxBody).toBe(MAX_BODY)
  expect((await send(deaf, 30)).answer).toBeUndefined()
  expect(deaf.link.remember()).toEqual(new Uint8Array([0]))
})

it("tells when a busy gateway wants to be asked again", async () => {
  const busy = (retryAfter?: number) =>
    world({ reply: () => ({ kind: "busy", body: new Uint8Array(0), ...(retryAfter && { retryAfter }) }) })
  expect((await send(busy(754_321), 10)).answer).toEqual({ ok: false, reason: "busy", retryAfter: 755_000_000 })
  expect((await send(busy(), 10)).answer).toEqual({ ok: false, reason: "busy", retryAfter: 2_000_000 })
})
