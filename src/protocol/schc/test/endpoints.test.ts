/** Two ends over air that loses, repeats and reorders, and air that lies. */
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { FragmentEndpoint } from "../endpoint.ts"
import { framed, lorawan } from "../rules.ts"

const MAX_PACKET = 1_155
const profiles = { lorawan, framed }

interface Air {
  loss: number
  repeat: number
  /** how far a frame may fall behind others */
  shuffle: number
}

/** xorshift: the same air for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** What came out at the other end, and why each end dropped what it dropped. */
function converse(
  profile: keyof typeof profiles,
  up: boolean,
  packets: Uint8Array[],
  mtu: number,
  air: Air,
  seed: number,
) {
  const random = randomOf(seed)
  const { up: upRule, down: downRule } = profiles[profile]
  const got: Uint8Array[] = []
  const drops: string[] = []
  const queue: { to: 0 | 1; rule: number; payload: Uint8Array; at: number }[] = []
  let frames = 0
  const send = (to: 0 | 1) => (rule: number, payload: Uint8Array) => {
    expect(payload.length).toBeLessThanOrEqual(mtu)
    frames++
    for (let copies = random() < air.repeat ? 2 : 1; copies > 0; copies--)
      if (random() >= air.loss) queue.push({ to, rule, payload, at: frames + Math.floor(random() * air.shuffle) })
  }
  const common = { mtu, maxPacket: MAX_PACKET, onDrop: (code: string) => void drops.push(code) }
  const ends = [
    new FragmentEndpoint({
      ...common,
      ...{
        isAsked: !up,
        sends: upRule,
        takes: downRule,
        send: send(1),
        onPacket: (packet) => void (up || got.push(packet)),
      },
    }),
    new FragmentEndpoint({
      ...common,
      ...{
        isAsked: up,
        sends: downRule,
        takes: upRule,
        send: send(0),
        onPacket: (packet) => void (up && got.push(packet)),
      },
    }),
  ] as const
  const sender = ends[up ? 0 : 1]
  packets.forEach((packet, tag) => {
    sender.sendPacket(packet, tag)
    for (let turn = 0; turn < 5_000; turn++) {
      queue.sort((a, b) => a.at - b.at)
      const next = queue.shift()
      if (next) ends[next.to].receive(next.rule, next.payload)
      else if (sender.isWaiting) sender.retransmit()
      else break
    }
    expect(sender.isWaiting).toBe(false)
  })
  return { got, drops, frames }
}

const packets = (most = MAX_PACKET) =>
  fc.array(fc.uint8Array({ minLength: 1, maxLength: most }), { minLength: 1, maxLength: 3 })
const profile = fc.constantFrom<keyof typeof profiles>("lorawan", "framed")
const mtus = fc.integer({ min: 26, max: 242 })
const seeds = fc.integer({ min: 1, max: 2 ** 31 - 1 })
/** A packet differs from the one before it in its first bytes, as tokens and request numbers make them. */
const numbered = (list: Uint8Array[]) => list.map((packet, i) => new Uint8Array([i, ...packet.subarray(1)]))

describe.each([true, false])("packets come through whole, once, in order: up %s", (up) => {
  it("over good air", () => {
    fc.assert(
      fc.property(profile, packets(), mtus, seeds, (name, list, mtu, seed) => {
        const sent = numbered(list)
        const { got, drops } = converse(name, up, sent, mtu, { loss: 0, repeat: 0, shuffle: 0 }, seed)
        expect(got).toEqual(sent)
        expect(drops).toEqual([])
      }),
      { numRuns: 150 },
    )
  })

  it("or not at all, over air that loses, repeats and reorders", () => {
    fc.assert(
      fc.property(profile, packets(), mtus, seeds, fc.integer({ min: 0, max: 60 }), (name, list, mtu, seed, loss) => {
        const sent = numbered(list)
        const shuffle = up ? 6 : 0 // ACK-Always is for links that keep the order (§8.4.2)
        const { got, drops } = converse(name, up, sent, mtu, { loss: loss / 100, repeat: up ? 0.2 : 0, shuffle }, seed)
        for (const packet of got) expect(sent.some((one) => Buffer.compare(one, packet) === 0)).toBe(true)
        if (got.length < sent.length) expect(loss).toBeGreaterThan(0)
        expect(drops.every((code) => code === "E_SCHC_ABORTED")).toBe(true)
      }),
      { numRuns: 200 },
    )
  })

  it("never as another packet, even where ACK-Always loses its order", () => {
    fc.assert(
      fc.property(profile, packets(), mtus, seeds, (name, list, mtu, seed) => {
        const sent = numbered(list)
        const { got } = converse(name, up, sent, mtu, { loss: 0.1, repeat: 0.3, shuffle: 9 }, seed)
        for (const packet of got) expect(sent.some((one) => Buffer.compare(one, packet) === 0)).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})

it("half of all frames lost: packets of 300 bytes arrive all the same", () => {
  const arrived = { up: 0, down: 0 }
  const RUNS = 200
  for (let seed = 1; seed <= RUNS; seed++)
    for (const up of [true, false]) {
      const packet = Uint8Array.from({ length: 300 }, (_, i) => (i * seed) & 255)
      const { got } = converse("framed", up, [packet], 76, { loss: 0.5, repeat: 0, shuffle: 0 }, 7_919 * seed)
      if (got.length > 0) arrived[up ? "up" : "down"]++
    }
  expect(arrived.up).toBeGreaterThan(0.95 * RUNS)
  expect(arrived.down).toBeGreaterThan(0.95 * RUNS)
})

describe("hostile frames", () => {
  const endpoint = (up: boolean, rules = framed) => {
    const seen = { packets: 0, sent: 0, sentBytes: 0, drops: [] as string[] }
    const end = new FragmentEndpoint({
      ...(up ? { sends: rules.up, takes: rules.down } : { sends: rules.down, takes: rules.up }),
      ...{ mtu: 76, maxPacket: MAX_PACKET, isAsked: true },
      send: (_, payload) => {
        seen.sent++
        seen.sentBytes += payload.length
      },
      onPacket: () => seen.packets++,
      onDrop: (code) => seen.drops.push(code),
    })
    return { end, seen }
  }
  const rules = fc.constantFrom(20, 21, 24, 25, 99)

  it("are dropped by name, cost one packet's memory, and get back no more than three times what came", () => {
    fc.assert(
      fc.property(
        fc.boolean(),
        fc.constantFrom(framed, lorawan),
        fc.array(fc.tuple(rules, fc.uint8Array({ maxLength: 80 })), { maxLength: 60 }),
        (up, profile, frames) => {
          const { end, seen } = endpoint(up, profile as typeof framed)
          let came = 0
          for (const [rule, payload] of frames) {
            end.receive(rule, payload)
            came += 1 + payload.length
            expect(seen.sentBytes + seen.sent).toBeLessThanOrEqual(3 * came + 4)
          }
          end.expire()
          expect(end.isReceiving).toBe(false)
          expect(seen.drops.every((code) => /^E_SCHC_(ABORTED|EXPIRED|MESSAGE|RULE)$/.test(code))).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })

  it("that repeat and change a packet's own fragments never make another packet of it", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 100, maxLength: 400 }), seeds, (packet, seed) => {
        const random = randomOf(seed)
        const got: Uint8Array[] = []
        const frames: [number, Uint8Array][] = []
        const common = { ...{ sends: framed.down, takes: framed.up }, mtu: 76, maxPacket: MAX_PACKET, isAsked: true }
        const end = new FragmentEndpoint({ ...common, send: () => {}, onPacket: (one) => void got.push(one) })
        const device = new FragmentEndpoint({
          ...common,
          ...{ sends: framed.up, takes: framed.down, onPacket: () => {} },
          send: (rule, payload) => void frames.push([rule, payload]),
        })
        device.sendPacket(packet, 1)
        for (const [rule, payload] of frames) {
          if (random() < 0.3) {
            const bent = payload.slice()
            bent[Math.floor(random() * bent.length)]! ^= 1 << Math.floor(random() * 8)
            end.receive(rule, bent)
          }
          end.receive(rule, payload)
        }
        for (const one of got) expect(one).toEqual(packet)
      }),
      { numRuns: 300 },
    )
  })

  it("beyond the largest packet end it", () => {
    const { end, seen } = endpoint(false)
    for (let fcn = 30; fcn >= 0; fcn--)
      for (const w of [0, 1]) end.receive(24, new Uint8Array([(w << 5) | fcn, ...new Uint8Array(75).fill(fcn + 1)]))
    expect(seen.drops).toContain("E_SCHC_ABORTED")
    const { end: device, seen: there } = endpoint(true)
    for (let n = 0; n < 40; n++)
      device.receive(25, new Uint8Array([((Math.floor(n / 7) % 2) << 5) | (6 - (n % 7)), ...new Uint8Array(75)]))
    expect(there.drops).toContain("E_SCHC_ABORTED")
  })
})
