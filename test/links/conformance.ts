/** What every link must do, whatever it is made of: one call a link (docs/links.md). */
import { describe, expect, it } from "vitest"
import type { LinkMessage } from "../../src/device/ports.ts"
import type { Answer, Handler, LinkMeter } from "../../src/gateway/bridges/bridge.ts"
import type { LinkPair, Medium } from "./pairs.ts"
import { VirtualTime } from "./virtual-time.ts"

const LARGEST = 1_152
const SIZES = [1, 20, 68, 69, 70, 71, 100, 300, 600, 1_151, LARGEST]

/** xorshift: the same air in every run. */
function randomOf(seed: number): () => number {
  let state = seed | 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

const bodyOf = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (seed + 31 * i + (i >> 8)) & 255)

/** Answers with the body turned round, so that no answer fits another request. */
const mirror: Handler = async (_topic, body) => ({ kind: "changed", body: body.slice().reverse() })

function open(pair: LinkPair, handler: Handler = mirror, carry: Medium["carry"] = (_, bytes) => [bytes]) {
  const time = new VirtualTime()
  const seen = { topics: [] as string[], drops: [] as string[], frames: { up: 0, down: 0 }, bytes: { up: 0, down: 0 } }
  const meter: LinkMeter = {
    frame(direction, bytes) {
      seen.frames[direction]++
      seen.bytes[direction] += bytes
    },
    dropped: (code) => void seen.drops.push(code),
    retried() {},
    reassembled() {},
    quality() {},
  }
  const handle: Handler = (topic, body) => {
    seen.topics.push(topic)
    return handler(topic, body)
  }
  let down = 0
  const medium: Medium = {
    carry(direction, bytes) {
      if (direction === "down") down += bytes.length
      return carry(direction, bytes)
    },
  }
  const ends = pair.open({ handle, meter, time, medium })
  let request = 100
  const message = (body: Uint8Array, kind: LinkMessage["kind"] = "report"): LinkMessage => {
    return { kind, body, request: request++, timeout: 1_500_000 }
  }
  return { ...ends, time, seen, message, bytesDown: () => down }
}

/** Exchanges `body` as a device does: again under a new number, until there is an answer. */
async function deliver(link: ReturnType<typeof open>, body: Uint8Array, attempts: number) {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const device = link.wake()
    const answer = await link.time.until(device.exchange(link.message(body)))
    device.close()
    if (answer) return { answer, attempt }
  }
  return undefined
}

export function conformance(pair: LinkPair): void {
  describe(`link ${pair.name}`, () => {
    it("says what a message is for", async () => {
      const link = open(pair)
      const device = link.wake()
      for (const kind of ["hello", "report"] as const)
        expect(await link.time.until(device.exchange(link.message(bodyOf(40), kind)))).toMatchObject({ ok: true })
      expect(link.seen.topics).toEqual(["hello", "report"])
    })

    it("carries bodies of any size, both ways", async () => {
      for (const up of SIZES)
        for (const down of [1, 68, 300, LARGEST]) {
          const link = open(pair, async (_, body) => ({ kind: "changed", body: bodyOf(down, body.length) }))
          const device = link.wake()
          expect(device.maxBody).toBeGreaterThanOrEqual(LARGEST)
          const answer = await link.time.until(device.exchange(link.message(bodyOf(up))))
          expect(answer).toEqual({ ok: true, body: bodyOf(down, up) })
        }
    })

    it("tells refused from busy, and trusts no other fault", async () => {
      const outcome = async (answer: Answer | undefined) => {
        const link = open(pair, async () => answer)
        return link.time.until(link.wake().exchange(link.message(bodyOf(100))))
      }
      const body = Buffer.from("E_SOMETHING")
      expect(await outcome({ kind: "unauthorized", body })).toEqual({ ok: false, reason: "refused" })
      // A link may say besides when to come again.
      expect(await outcome({ kind: "busy", body })).toMatchObject({ ok: false, reason: "busy" })
      for (const kind of ["badRequest", "notFound", "tooLarge"] as const)
        expect(await outcome({ kind, body })).toBeUndefined()
      expect(await outcome(undefined)).toBeUndefined()
    })

    it("gives up on a gateway that is not there, in bounded time, and is quiet then", async () => {
      for (const size of [20, LARGEST]) {
        let sent = 0
        const link = open(pair, mirror, () => {
          sent++
          return []
        })
        const device = link.wake()
        expect(await link.time.until(device.exchange(link.message(bodyOf(size))))).toBeUndefined()
        expect(link.time.now).toBeLessThan(30_000_000)
        device.close()
        const before = sent
        await link.time.pass(60_000_000)
        expect(sent).toBe(before)
      }
    })

    it.each([0.1, 0.3, 0.5])(
      "delivers over air that loses %d of its frames, and never another's answer",
      async (loss) => {
        const random = randomOf(7_777 + 100 * loss)
        const link = open(pair, mirror, (_, bytes) => (random() < loss ? [] : [bytes]))
        for (let n = 0; n < 20; n++) {
          // Where half is lost a device sends a report or two at a time, not its backlog.
          const sizes = SIZES.filter((size) => loss < 0.5 || size <= 300)
          const body = bodyOf(sizes[n % sizes.length]!, n)
          const delivered = await deliver(link, body, 40)
          expect(delivered?.answer).toEqual({ ok: true, body: body.slice().reverse() })
        }
      },
    )

    it("bears frames that come twice", async () => {
      const link = open(pair, mirror, (_, bytes) => [bytes, bytes])
      for (const size of SIZES) {
        const body = bodyOf(size, size)
        expect((await deliver(link, body, 1))?.answer).toEqual({ ok: true, body: body.slice().reverse() })
      }
      // Twice what was sent: the ingest knows a request number that it has seen.
      expect(link.seen.topics.length).toBeLessThanOrEqual(2 * SIZES.length)
    })

    it("takes a device that was reset in the middle of a message", async () => {
      let cut = false
      const link = open(pair, mirror, (_, bytes) => (cut ? [] : [bytes]))
      for (let n = 0; n < 6; n++) {
        const lost = link.wake()
        const begun = lost.exchange(link.message(bodyOf(1_000, n)))
        cut = true
        await new Promise((resolve) => setImmediate(resolve))
        cut = false
        lost.close()
        void begun
        const body = bodyOf(900, 100 + n)
        expect((await deliver(link, body, 4))?.answer).toEqual({ ok: true, body: body.slice().reverse() })
      }
    })

    it("finds its frames in garbage, and names what it drops", async () => {
      const random = randomOf(99)
      const garbage = () => Uint8Array.from({ length: Math.floor(random() * 90) }, () => Math.floor(random() * 256))
      const link = open(pair, mirror, (_, bytes) => [garbage(), bytes, garbage(), garbage()])
      for (const size of SIZES) {
        const body = bodyOf(size, size)
        expect((await deliver(link, body, 8))?.answer).toEqual({ ok: true, body: body.slice().reverse() })
      }
      expect(link.seen.drops.length).toBeGreaterThan(0)
      for (const code of link.seen.drops) expect(code).toMatch(/^E_[A-Z_]+$/)
    })

    it("gives nobody back more than three times what he sent, until the gateway knows him", async () => {
      const random = randomOf(3)
      const refuse: Handler = async () => ({ kind: "unauthorized", body: Buffer.from("E_DEVICE_UNKNOWN") })
      const frames: Uint8Array[] = []
      const probe = open(pair, refuse, (direction, bytes) => {
        if (direction === "up") frames.push(bytes)
        return [bytes]
      })
      for (const size of SIZES) await deliver(probe, bodyOf(size), 1)
      const link = open(pair, refuse)
      let up = 0
      for (let n = 0; n < 600; n++) {
        const frame = frames[n % frames.length]!
        const bent = frame.map((byte) => (random() < 0.02 ? Math.floor(random() * 256) : byte))
        const bytes = n % 3 ? bent : frame
        link.inject(bytes)
        up += bytes.length
        await new Promise((resolve) => setImmediate(resolve))
        expect(link.bytesDown()).toBeLessThanOrEqual(3 * up)
      }
    })

    it("is none the worse for a flood of beginnings", async () => {
      const frames: Uint8Array[] = []
      const link = open(pair, mirror, (direction, bytes) => {
        if (direction === "up") frames.push(bytes)
        return [bytes]
      })
      const body = bodyOf(700)
      await deliver(link, body, 1)
      const first = frames[0]!
      const random = randomOf(5)
      for (let n = 0; n < 2_000; n++) {
        const bent = first.slice()
        bent[Math.floor(random() * bent.length)]! ^= 1 + Math.floor(random() * 255)
        link.inject(bent)
      }
      expect((await deliver(link, body, 3))?.answer).toEqual({ ok: true, body: body.slice().reverse() })
    })

    // Link wifi counts its datagrams at the socket, which is not part of the pair.
    it.skipIf(pair.name === "wifi")("counts frames and bytes", async () => {
      const link = open(pair)
      await deliver(link, bodyOf(700), 1)
      expect(link.seen.frames.up).toBeGreaterThan(0)
      expect(link.seen.frames.down).toBeGreaterThan(0)
      expect(link.seen.bytes.up).toBeGreaterThan(700)
      expect(link.seen.bytes.down).toBeGreaterThan(700)
    })
  })
}
