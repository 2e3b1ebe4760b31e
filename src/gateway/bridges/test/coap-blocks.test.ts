/** Bodies in blocks (RFC 7959), who may send them (RFC 9175), and what they can cost. */
import fc from "fast-check"
import { beforeEach, describe, expect, it } from "vitest"
import { decodeBlock, encodeBlock, MAX_BODY, MAX_TRANSFER, Option, optionUint } from "../../../protocol/coap.ts"
import { defaultLimits } from "../../limits.ts"
import { seededRandom, TestClock } from "../../test/support/harness.ts"
import type { Handler } from "../bridge.ts"
import { type CoapExchange, coapExchange } from "../coap-exchange.ts"
import { Code, encodeCoap, parseCoap, Type } from "../coap-message.ts"
import { BlockClient, optionOf, TOKEN } from "./coap-client.ts"
import { testMeter } from "./meter.ts"

const CORE = ".well-known/core"
const LIMITS = { ...defaultLimits, transferBytes: 40_000, transferBytesPerSource: 20_000, transferAge: 1_000 }
const peer = (last: number, port = 40_000) => ({ address: `192.0.2.${last}`, port })
const block = (number: number, more: boolean, szx: number) => ({
  number: Option.block1,
  value: encodeBlock({ number, more, szx }),
})

let clock: TestClock
let drops: string[]
let handled: Uint8Array[]
let handle: Handler
let exchange: CoapExchange

function open(limits = defaultLimits): CoapExchange {
  return coapExchange({
    handle: (topic, body) => {
      handled.push(body)
      return handle(topic, body)
    },
    ...{ meter: testMeter(drops), clock, random: seededRandom(3), limits },
  })
}

beforeEach(() => {
  clock = new TestClock()
  drops = []
  handled = []
  handle = async (_, body) => ({ kind: "changed", body: body.toReversed() })
  exchange = open()
})

describe("Block options", () => {
  it("are those of RFC 7959 §3", () => {
    // "1:0/1/128" and so on, from the figures; 128 bytes is size exponent 3, 1,024 is 6
    const figures: [number, boolean, number, number[]][] = [
      [0, false, 6, [0x06]],
      [0, true, 3, [0x0b]],
      [1, true, 3, [0x1b]],
      [2, false, 3, [0x23]],
      [5, true, 2, [0x5a]],
      [300, true, 6, [0x12, 0xce]],
      [0, false, 0, []],
    ]
    for (const [number, more, szx, value] of figures) {
      expect([...encodeBlock({ number, more, szx })]).toEqual(value)
      expect(decodeBlock(new Uint8Array(value))).toEqual({ number, more, szx })
    }
    expect(decodeBlock(new Uint8Array([7]))).toBeUndefined() // the reserved size
    expect(decodeBlock(new Uint8Array(4))).toBeUndefined()
  })
})

describe("a body in blocks", () => {
  it("comes and goes whole, whatever its size and that of the blocks, over air that loses and repeats", async () => {
    const cases = fc.record({
      length: fc.integer({ min: 1, max: 5_000 }),
      szx: fc.integer({ min: 0, max: 6 }),
      copies: fc.infiniteStream(fc.constantFrom(0, 1, 1, 2)),
      tag: fc.uint8Array({ maxLength: 8 }),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ length, szx, copies, tag }) => {
        handled = []
        exchange = open()
        const body = seededRandom(length)(length)
        const client = new BlockClient({ exchange, szx, tag, air: { copies: () => copies.next().value } })
        const answer = await client.post("r", body)
        expect(answer.code).toBe(Code.changed)
        expect(Buffer.from(answer.payload).equals(body.toReversed())).toBe(true)
        for (const each of handled) expect(Buffer.from(each).equals(body)).toBe(true)
        // a body of one block is a datagram as any other; what is assembled is handled once
        if (length > 16 << szx) expect(handled).toHaveLength(1)
      }),
      { numRuns: 60 },
    )
  })

  it("is of 65,536 bytes at most", async () => {
    const client = new BlockClient({ exchange })
    expect((await client.post("r", new Uint8Array(MAX_TRANSFER))).payload).toHaveLength(MAX_TRANSFER)
    const refused = await client.post("r", new Uint8Array(MAX_TRANSFER + 1))
    expect(refused.code).toBe(Code.tooLarge)
    expect(optionOf(refused, Option.size1)).toEqual(optionUint(MAX_TRANSFER))
    const last = await client.ask("r", [block(64, false, 6)], new Uint8Array(1)) // who hides his size fares no better
    expect(last.code).toBe(Code.tooLarge)
    expect(handled).toHaveLength(1)
  })

  it("is named as the way for what one datagram does not take", async () => {
    const answer = await new BlockClient({ exchange }).ask("r", [], new Uint8Array(MAX_BODY + 1))
    expect(answer.code).toBe(Code.tooLarge)
    expect(decodeBlock(optionOf(answer, Option.block1)!)).toEqual({ number: 0, more: false, szx: 6 })
  })

  it("begins at its beginning, and goes on where it was (4.08)", async () => {
    const client = new BlockClient({ exchange })
    expect((await client.ask("r", [block(1, true, 0)], new Uint8Array(16))).code).toBe(Code.incomplete)
    expect((await client.ask("r", [block(0, true, 0)], new Uint8Array(16))).code).toBe(Code.continue)
    expect((await client.ask("r", [block(2, false, 0)], new Uint8Array(16))).code).toBe(Code.incomplete)
    const rest = { number: Option.block2, value: encodeBlock({ number: 1, more: false, szx: 6 }) }
    expect((await client.ask("r", [rest])).code).toBe(Code.incomplete) // an answer that was never given
    expect(drops).toEqual(["E_BLOCK_MISSING", "E_ECHO", "E_BLOCK_MISSING", "E_BLOCK_MISSING"].toSorted(byEcho))
    expect(handled).toEqual([])
  })

  it("has blocks of the size they name, and of no other than there are (4.00)", async () => {
    const client = new BlockClient({ exchange })
    expect((await client.ask("r", [block(0, true, 1)], new Uint8Array(16))).code).toBe(Code.badRequest)
    expect((await client.ask("r", [block(0, true, 0)], new Uint8Array(17))).code).toBe(Code.badRequest)
    const reserved = { number: Option.block1, value: new Uint8Array([0x0f]) }
    expect((await client.ask("r", [reserved], new Uint8Array(2048))).code).toBe(Code.badRequest)
  })

  it("is kept apart by Request-Tag, and from that of other senders", async () => {
    const sized = (client: BlockClient, number: number, more: boolean, fill: number) =>
      client.ask("r", [block(number, more, 0)], new Uint8Array(16).fill(fill))
    const clients = [
      new BlockClient({ exchange, tag: new Uint8Array([1]) }),
      new BlockClient({ exchange, tag: new Uint8Array([2]) }),
      new BlockClient({ exchange, peer: peer(7, 40_001) }),
    ]
    for (const [i, client] of clients.entries()) await sized(client, 0, true, i)
    for (const [i, client] of clients.entries()) await sized(client, 1, false, i)
    expect(handled.map((body) => [...new Set(body)])).toEqual([[0], [1], [2]])
    expect(handled.every(({ length }) => length === 32)).toBe(true)
  })

  it("may be answered in smaller blocks, if its sender wants them from the start", async () => {
    const body = seededRandom(1)(300)
    const wanted = { number: Option.block2, value: encodeBlock({ number: 0, more: false, szx: 1 }) }
    const first = await new BlockClient({ exchange }).ask("r", [wanted], body)
    expect(first.payload).toHaveLength(32)
    expect(decodeBlock(optionOf(first, Option.block2)!)).toEqual({ number: 0, more: true, szx: 1 })
    expect(optionOf(first, Option.size2)).toEqual(optionUint(300))
  })
})

describe("before a sender is known", () => {
  it("he gets no memory and no long answer without proof of his address", async () => {
    const first = encode(Code.post, "r", [block(0, true, 6)], new Uint8Array(1024))
    const asked = parseCoap((await exchange(first, peer(1)))!)
    expect(asked.code).toBe(Code.unauthorized)
    const echo = { number: Option.echo, value: optionOf(asked, Option.echo)! }
    const withEcho = encode(Code.post, "r", [block(0, true, 6), echo], new Uint8Array(1024))
    // the proof of one address is none of another
    expect(parseCoap((await exchange(withEcho, peer(2)))!).code).toBe(Code.unauthorized)
    expect(parseCoap((await exchange(withEcho, peer(1)))!).code).toBe(Code.continue)

    const get = encode(Code.get, CORE, [])
    const refused = (await exchange(get, peer(3)))!
    expect(refused.length).toBeLessThanOrEqual(3 * get.length)
    expect(parseCoap(refused).code).toBe(Code.unauthorized)
    expect(drops).toEqual(["E_ECHO", "E_ECHO", "E_ECHO"])
  })

  it("a proof ages, and can be made up by nobody", async () => {
    const begin = async (value?: Uint8Array) => {
      const echo = value ? [{ number: Option.echo, value }] : []
      return parseCoap(
        (await exchange(encode(Code.post, "r", [block(0, true, 6), ...echo], new Uint8Array(1024)), peer(1)))!,
      )
    }
    const value = optionOf(await begin(), Option.echo)!
    for (let i = 0; i < value.length; i++) {
      const forged = value.map((byte, at) => (at === i ? byte ^ 1 : byte))
      expect((await begin(forged)).code).toBe(Code.unauthorized)
    }
    expect((await begin(value.subarray(1))).code).toBe(Code.unauthorized)
    await clock.advance(120_000)
    expect((await begin(value)).code).toBe(Code.unauthorized)
  })

  it("bodies that he begins are bounded for him, for all, and in time", async () => {
    exchange = open(LIMITS)
    const begin = async (address: number, port: number) =>
      (
        await new BlockClient({ exchange, peer: peer(address, port) }).ask(
          "r",
          [block(0, true, 6)],
          new Uint8Array(1024),
        )
      ).code
    const perSource = Math.floor(20_000 / MAX_BODY)
    for (let i = 0; i < perSource; i++) expect(await begin(1, i)).toBe(Code.continue)
    expect(await begin(1, 999)).toBe(Code.unavailable)
    for (let i = 0; i < perSource; i++) expect(await begin(2, i)).toBe(Code.continue)
    expect(await begin(3, 0)).toBe(Code.unavailable)
    expect(drops.filter((code) => code !== "E_ECHO")).toEqual(["E_TRANSFERS_FULL", "E_TRANSFERS_FULL"])
    // what fits one datagram is none of this
    expect((await new BlockClient({ exchange, peer: peer(3) }).ask("r", [], new Uint8Array(MAX_BODY))).code).toBe(
      Code.changed,
    )
    await clock.advance(1_000)
    expect(await begin(3, 0)).toBe(Code.continue)
    expect(await begin(1, 999)).toBe(Code.continue)
  })
})

describe("/.well-known/core", () => {
  const ask = (options: { number: number; value: Uint8Array }[] = []) =>
    new BlockClient({ exchange }).ask(CORE, options, undefined, Code.get)

  it("names the resources and their content formats (RFC 6690)", async () => {
    const { code, payload, options } = await ask()
    expect(code).toBe(Code.content)
    expect(optionOf({ options }, Option.contentFormat)).toEqual(new Uint8Array([40]))
    expect(Buffer.from(payload).toString()).toBe(
      '</h>;ct=63;rt="dormouse.hello",</r>;ct=63;rt="dormouse.report";sz=65536',
    )
  })

  it("knows ETag, Accept, methods and blocks", async () => {
    const etag = { number: Option.etag, value: optionOf(await ask(), Option.etag)! }
    expect((await ask([etag])).code).toBe(Code.valid)
    expect((await ask([{ number: Option.accept, value: new Uint8Array([40]) }])).code).toBe(Code.content)
    expect((await ask([{ number: Option.accept, value: new Uint8Array([50]) }])).code).toBe(Code.notAcceptable)
    expect((await new BlockClient({ exchange }).ask(CORE, [])).code).toBe(Code.methodNotAllowed)
    const second = { number: Option.block2, value: encodeBlock({ number: 1, more: false, szx: 1 }) }
    expect((await ask([second])).payload).toHaveLength(32)
    const beyond = { number: Option.block2, value: encodeBlock({ number: 99, more: false, szx: 1 }) }
    expect((await ask([beyond])).code).toBe(Code.badRequest)
  })
})

it("random blocks never do more than be refused, and leave no memory behind", async () => {
  exchange = open(LIMITS)
  const message = fc.record({
    path: fc.constantFrom("r", "h", CORE),
    code: fc.constantFrom(Code.get, Code.post),
    options: fc.array(
      fc.record({
        number: fc.constantFrom<number>(...Object.values(Option)),
        value: fc.oneof(
          fc.uint8Array({ maxLength: 20 }),
          fc.constantFrom(...[0, 8, 24, 38, 14].map((v) => optionUint(v))),
        ),
      }),
      { maxLength: 5 },
    ),
    payload: fc.constantFrom(0, 1, 16, 32, 1024, 1200).map((length) => new Uint8Array(length)),
    from: fc.integer({ min: 1, max: 5 }),
  })
  await fc.assert(
    fc.asyncProperty(message, async ({ path, code, options, payload, from }) => {
      const datagram = encode(code, path, options, payload)
      const answer = await exchange(datagram, peer(from))
      if (!answer) return
      const { code: given } = parseCoap(answer)
      if (given !== Code.changed) expect(answer.length).toBeLessThanOrEqual(3 * datagram.length)
    }),
    { numRuns: 3_000 },
  )
  await clock.advance(LIMITS.transferAge)
  for (let i = 0; i < Math.floor(20_000 / MAX_BODY); i++) {
    const client = new BlockClient({ exchange, peer: peer(1, i) })
    expect((await client.ask("r", [block(0, true, 6)], new Uint8Array(1024))).code).toBe(Code.continue)
  }
})

function byEcho(a: string, b: string): number {
  return Number(b === "E_ECHO") - Number(a === "E_ECHO")
}

function encode(
  code: number,
  path: string,
  options: { number: number; value: Uint8Array }[],
  payload: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const segments = path.split("/").map((segment) => ({ number: Option.uriPath, value: Buffer.from(segment) }))
  const sorted = [...segments, ...options].toSorted((a, b) => a.number - b.number)
  return encodeCoap(Type.confirmable, code, 1, TOKEN, payload, sorted)
}
