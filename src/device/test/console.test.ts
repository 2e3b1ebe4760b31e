/** A board's console against its other end, over a line that may lose what it likes. */
import { Duplex } from "node:stream"
import { setTimeout as sleep } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { crypto } from "../../../as/index.ts"
import { ConsoleClient } from "../../gateway/console/client.ts"
import { provisionBoard } from "../../gateway/console/provision.ts"
import { systemClock } from "../../gateway/ports.ts"
import { type CborValue, shortCode, toHex } from "../../protocol/index.ts"
import { asMap } from "../../protocol/shape.ts"
import { boot } from "../boot.ts"
import type { ConsoleLine } from "../console/serve.ts"
import { TestBoard, TestFlash } from "./test-board.ts"

const record = {
  gatewayPublicKey: crypto.getPublicKey(new Uint8Array(32).fill(1)),
  operator: new Uint8Array(20).fill(2),
  chainId: 5,
  genesisHash: new Uint8Array(32).fill(3),
  registry: new Uint8Array(20).fill(4),
  profile: [{ name: "temperature", unit: "Cel", exponent: -2 }],
}
const random = (length: number) => crypto.sha256(new Uint8Array([length])).slice(0, length)

/** A cable with a board at one end and a client at the other. */
function bench({ flash = new TestFlash(16), idle = () => {} } = {}) {
  let drawn = 0
  const board = new TestBoard({
    flash,
    carry: () => undefined,
    random: (length) => crypto.sha256(new Uint8Array([7, drawn++])).slice(0, length),
    sample: () => [20],
  })
  const stream: ConsoleLine["stream"] = { write: (bytes) => void cable.push(Buffer.from(bytes)), close: () => {} }
  const cable = new Duplex({
    read() {},
    write(bytes: Uint8Array, _, done) {
      stream.onReadable?.(bytes)
      done()
    },
  })
  const events: [string, CborValue][] = []
  const client = new ConsoleClient({
    stream: cable,
    clock: systemClock(),
    onEvent: (event, value) => events.push([event, value]),
  })
  const line = { stream, timer: { set: (_: number, callback: () => void) => void (fire = callback), clear: () => {} } }
  let fire: () => void = idle
  const start = () => boot(board.board("power-on"), { line })
  return { board, flash, client, cable, events, start, passIdle: () => fire() }
}

describe("console of a board", () => {
  it("provisions a blank board, which proves its key and keeps it over a reset", async () => {
    const { board, client, start, events, flash } = bench()
    const booted = start()
    expect(await client.open(2000)).toEqual(
      new Map<string, CborValue>([
        ["firmware", expect.stringMatching(/^dormouse /)],
        ["provisioned", false],
        ["address", null],
        ["code", null],
        ["boots", 0],
        ["battery", 3000],
      ]),
    )
    const network = { ssid: "attic", password: "secret" }
    const made = await provisionBoard(
      client,
      { crypto, random },
      { record, settings: { batch: 2, interval: 3 }, network },
    )
    const info = asMap(await client.call("info"), "info")
    const address = info.get("address") as Uint8Array
    expect(made).toEqual({ address: `0x${toHex(address)}`, code: shortCode(crypto, address) })
    expect(info.get("provisioned")).toBe(true)
    await client.call("leave")
    await booted
    expect(board.traces.find(({ e }) => e === "boot")).toMatchObject({ address: made.address })
    expect(events.map(([event]) => event)).toEqual(["console"])

    const again = bench({ flash })
    const second = again.start()
    expect(asMap(await again.client.open(2000), "info").get("address")).toEqual(address)
    again.passIdle() // nobody says anything more
    await second
    expect(again.board.sleepUntil).toBeGreaterThan(0)
  })

  it("refuses another owner until it is blanked, and then has another key", async () => {
    const { client, start } = bench()
    void start()
    const first = await provisionBoard(client, { crypto, random }, { record })
    const other = { ...record, operator: new Uint8Array(20).fill(9) }
    await expect(provisionBoard(client, { crypto, random }, { record: other })).rejects.toMatchObject({
      code: "E_PROVISIONED",
    })
    await expect(client.call("blank", [new Uint8Array(20)])).rejects.toMatchObject({ code: "E_ADDRESS" })
    const second = await provisionBoard(client, { crypto, random }, { record: other, blank: true })
    expect(second.address).not.toBe(first.address)
  })

  it("answers what it cannot do by a code, and noise not at all", async () => {
    const { client, cable, start } = bench()
    void start()
    cable.write(Buffer.from("ets Jul 29 2019 12:21:46\r\n\0\x03\x01\x02\0"))
    await expect(client.call("dance")).rejects.toMatchObject({ code: "E_COMMAND" })
    await expect(client.call("prove", [new Uint8Array(3)])).rejects.toMatchObject({ code: "E_NOT_PROVISIONED" })
    await expect(client.call("provision", [1, null, null])).rejects.toMatchObject({ code: "E_MESSAGE" })
    const both = await Promise.allSettled([client.call("info"), client.call("info")])
    expect(both).toMatchObject([{ status: "fulfilled" }, { reason: { code: "E_BUSY" } }]) // one at a time
  })

  it("a board that claims another's key is found out", async () => {
    const { client, cable, start } = bench()
    void start()
    await provisionBoard(client, { crypto, random }, { record })
    const proof = (await client.call("prove", [random(32)])) as Uint8Array
    client.close()
    // A board that plays back what it has heard.
    const liar = new ConsoleClient({ stream: cable, clock: systemClock() })
    liar.call = async (command) => (command === "prove" ? proof : null)
    const fresh = (length: number) => crypto.sha256(new Uint8Array([length, 1])).slice(0, length)
    await expect(provisionBoard(liar, { crypto, random: fresh }, { record })).rejects.toMatchObject({
      code: "E_POSSESSION",
    })
  })

  it("a line that ends fails what waits", async () => {
    const { client, cable } = bench()
    const call = client.call("info")
    await sleep(1)
    cable.destroy()
    await expect(call).rejects.toMatchObject({ code: "E_CONSOLE_GONE" })
  })
})
