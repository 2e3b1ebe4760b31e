/** libcoap's client against the whole gateway below the chain: 64 KB of reports up, 64 KB of receipts down. */
import { execFile, execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { type IncomingMessage, request } from "coap"
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest"
import { MAX_TRANSFER, Option } from "../../../protocol/coap.ts"
import type { TestDevice } from "../../test/support/device.ts"
import { EPOCH, Harness } from "../../test/support/harness.ts"
import type { Bridge } from "../bridge.ts"
import { openCoapBridge } from "../coap.ts"
import { testMeter } from "./meter.ts"

const names = ["coap-client-notls", "coap-client-openssl", "coap-client"]
const program = names.find((name) => hasProgram(name))
const required = process.env.DORMOUSE_REQUIRE_TOOLS === "1"
const skip = program === undefined && !required
/** Of an uplink that is not reports: id, request number, tag, cursors, heads. */
const OVERHEAD = 48
const LONGEST_REPORT = 120
const LONGEST_RECEIPT = 500

let harness: Harness
let bridge: Bridge
let dir: string
const drops: string[] = []

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-libcoap-"))
  harness = await Harness.start()
  const { clock, random } = harness
  bridge = await openCoapBridge({
    ...{ host: "127.0.0.1", port: 0, handle: harness.exchange, clock, random },
    meter: testMeter(drops),
  })
})

afterEach(() => {
  drops.length = 0
})

afterAll(async () => {
  await bridge.close()
  await harness.end()
  rmSync(dir, { recursive: true, force: true })
})

function hasProgram(name: string): boolean {
  try {
    execFileSync("sh", ["-c", `command -v ${name}`], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
}

/** Runs the client; what it received. */
async function libcoap(path: string, ...args: string[]): Promise<Uint8Array> {
  const output = join(dir, "answer")
  writeFileSync(output, "")
  const url = `coap://127.0.0.1:${bridge.port}/${path}`
  await promisify(execFile)(program!, ["-o", output, "-B", "20", ...args, url], { timeout: 30_000 })
  return new Uint8Array(readFileSync(output))
}

async function post(body: Uint8Array, ...args: string[]): Promise<Uint8Array> {
  const input = join(dir, "body")
  writeFileSync(input, body)
  return libcoap("r", "-m", "post", "-t", "63", "-f", input, ...args)
}

/** npm coap's client asks for blocks of 1,024 bytes, and can prove its address only by hand. */
function npmCoap(pathname: string, method: "GET" | "POST", body?: Uint8Array, echo?: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const message = request({ host: "127.0.0.1", port: bridge.port, pathname, method })
    if (echo) message.setOption(String(Option.echo), echo)
    if (body) message.setOption("Block1", Buffer.of(6))
    message
      .on("response", resolve)
      .on("error", reject)
      .end(body && Buffer.from(body))
  })
}

/** New reports of a device, as many as a body of `bytes` takes. */
function reportsFor(device: TestDevice, bytes: number): Uint8Array[] {
  const reports: Uint8Array[] = []
  for (let room = bytes - OVERHEAD; room > LONGEST_REPORT; room -= reports.at(-1)!.length + 2)
    reports.push(device.sign(harness.epoch))
  return reports
}

type Post = (body: Uint8Array) => Promise<Uint8Array>

/** A long backlog in two uplinks, an epoch apart: the second is answered with receipts for the first, `bytes` of them. */
async function backlog(bytes: number, post: Post): Promise<void> {
  const device = await harness.approved()
  const answers: number[] = []
  for (let i = 0; i < 2; i++) {
    const uplink = device.seal(reportsFor(device, bytes))
    expect(uplink.length).toBeGreaterThan(bytes - LONGEST_REPORT - OVERHEAD)
    const answer = await post(uplink)
    const { refused, have } = device.open(answer, device.request)
    expect([refused, have]).toEqual([[], device.seq])
    answers.push(answer.length)
    await harness.clock.advance(EPOCH)
  }
  expect(answers[1]).toBeGreaterThan(bytes - LONGEST_RECEIPT)
  expect(answers[1]).toBeLessThanOrEqual(bytes)
  expect(drops.filter((code) => code !== "E_ECHO")).toEqual([])
}

describe("blocks of other implementations", () => {
  it.skipIf(skip).each(["1024", "256"])("coap-client: 64 KB up, 64 KB of receipts down, in blocks of %s", (size) =>
    backlog(MAX_TRANSFER, (body) => post(body, "-b", size)),
  )

  it.skipIf(skip)("coap-client: what there is to ask for", async () => {
    const text = Buffer.from(await libcoap(".well-known/core")).toString()
    expect(text).toContain("</r>;ct=63")
    expect(Buffer.from(await libcoap(".well-known/core", "-b", "16")).toString()).toBe(text)
  })

  it("npm coap: the same with 12 KB", async () => {
    const { _packet } = await npmCoap("/.well-known/core", "GET")
    const echo = _packet.options?.find(({ name }) => String(name) === String(Option.echo))?.value
    if (echo) await npmCoap("/.well-known/core", "GET", undefined, echo as Buffer)
    await backlog(12_000, async (body) => (await npmCoap("/r", "POST", body)).payload)
  })
})
