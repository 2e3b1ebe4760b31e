/** Dormouse met by programs that share no code with it: a verifier and a device in Python. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { makeReceipt, repeat, trust } from "../../src/audit/test/fixture.ts"
import { mutations } from "../../src/audit/test/mutations.ts"
import { encodeReceiptFile, type ReceiptFile, toHex } from "../../src/protocol/index.ts"

/** Debian's own Python has Debian's packages, whatever else stands first in the path. */
const python = ["python3", "/usr/bin/python3"].find(
  (program) => spawnSync(program, ["-c", "import cbor2, cryptography"]).status === 0,
)
const required = process.env.DORMOUSE_REQUIRE_TOOLS === "1"
const skip = python === undefined && !required
const local = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const dormouse = local("../../bin/dormouse.js")

test.runIf(required)("python3 with cbor2 and cryptography is here", () => expect(python).toBeDefined())

const dir = mkdtempSync(join(tmpdir(), "dormouse-python-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** Runs a program to its end. */
function run(program: string, args: string[]) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: "utf8", timeout: 60_000 })
  return { status, stdout, stderr }
}

function verifyInPython(...files: string[]): { status: number | null; ok: boolean; failed: string[] } {
  const { status, stdout, stderr } = run(python!, [local("verify_receipt.py"), ...files])
  expect(stderr).toBe("")
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: { name: string; ok: boolean }[] }
  return { status, ok, failed: checks.filter((check) => !check.ok).map(({ name }) => name) }
}

describe.skipIf(skip)("verify_receipt.py (needs python3 with cbor2 and cryptography)", () => {
  const trustFile = join(dir, "trust.json")
  const hex = (bytes: Uint8Array) => `0x${toHex(bytes)}`
  const { chainId, genesisHash, sealers, registry, anchors, gateways, finality } = trust
  const contracts = { registry: hex(registry), anchors: hex(anchors) }
  const pinned = { chainId, genesisHash: hex(genesisHash), ...contracts, finality }
  writeFileSync(trustFile, JSON.stringify({ ...pinned, sealers: sealers.map(hex), gateways: gateways.map(hex) }))
  const fileOf = (receipt: ReceiptFile) => {
    const file = join(dir, "receipt")
    writeFileSync(file, encodeReceiptFile(receipt))
    return file
  }

  test("accepts a good receipt, and says when the signer is not pinned", async () => {
    const file = fileOf(await makeReceipt())
    expect(verifyInPython(file, trustFile)).toEqual({ status: 0, ok: true, failed: [] })
    expect(verifyInPython(file)).toEqual({ status: 3, ok: false, failed: ["trusted-sealer"] })
  })

  test("refuses a forged chain with a perfect receipt", async () => {
    const file = fileOf(await makeReceipt({ sealer: repeat(8, 32) }))
    expect(verifyInPython(file, trustFile)).toEqual({ status: 1, ok: false, failed: ["trusted-sealer"] })
    expect(verifyInPython(file).status).toBe(3)
  })

  test("finds every changed field that the project's own verifier finds", async () => {
    const good = await makeReceipt()
    for (const [field, change, names] of mutations) {
      const { status, failed } = verifyInPython(fileOf({ ...good, ...change(good) }), trustFile)
      expect({ field, status, failed }).toEqual({ field, status: 1, failed: expect.arrayContaining(names) })
    }
  })
})

describe.skipIf(skip)("device.py against a real gateway (needs python3 with cbor2 and cryptography)", () => {
  const data = join(dir, "gateway")
  let gateway: ChildProcess
  let http: string
  beforeAll(async () => {
    const args = [dormouse, "gateway", "--data", data, "--coap", "0", "--http", "0", "--epoch", "2"]
    gateway = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "ignore"] })
    for await (const line of createInterface({ input: gateway.stdout! })) {
      http = `http://127.0.0.1:${JSON.parse(line).http}`
      break
    }
    gateway.stdout!.resume()
  })
  afterAll(async () => {
    const exited = new Promise((resolve) => gateway.once("exit", resolve))
    gateway.kill("SIGTERM")
    await exited
  })

  interface Event {
    event: string
    [field: string]: unknown
  }

  /** Runs the device; approves it as soon as it has enrolled. */
  async function runDevice(): Promise<Event[]> {
    const device = spawn(python!, [local("device.py"), http, "3", "40"], { stdio: ["ignore", "pipe", "inherit"] })
    const events: Event[] = []
    for await (const line of createInterface({ input: device.stdout })) {
      const event = JSON.parse(line) as Event
      events.push(event)
      if (event.event !== "enrolled") continue
      const address = String(events.find(({ event }) => event === "key")?.address)
      const { status, stderr } = run(process.execPath, [dormouse, "approve", "--data", data, address])
      expect({ status, stderr }).toMatchObject({ status: 0 })
    }
    return events
  }

  test("it enrols, is approved, reports, reads its acks, and verifies its receipts; Python verifies the full one", async () => {
    const events = await runDevice()
    const of = (name: string) => events.filter(({ event }) => event === name)
    expect(of("signed")).toHaveLength(3)
    expect(of("acked").map(({ seq, have }) => [seq, have])).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ])
    expect(of("receipt").map(({ seq, ok }) => [seq, ok])).toEqual([
      [1, true],
      [2, true],
      [3, true],
    ])
    expect(events.at(-1)).toMatchObject({ event: "done" })

    const address = String(of("key")[0]!.address)
    const [receipt, trusted] = [join(dir, "real.receipt"), join(dir, "real.trust")]
    const wanted = ["--device", address, "--seq", "2", "-o", receipt]
    expect(run(process.execPath, [dormouse, "receipt", "--data", data, ...wanted])).toMatchObject({ status: 0 })
    expect(run(process.execPath, [dormouse, "trust", "--data", data, "-o", trusted])).toMatchObject({ status: 0 })
    expect(verifyInPython(receipt, trusted)).toEqual({ status: 0, ok: true, failed: [] })
    expect(verifyInPython(receipt).status).toBe(3)
    expect(run(process.execPath, [dormouse, "verify", receipt, "--trust", trusted])).toMatchObject({ status: 0 })
  })
})
