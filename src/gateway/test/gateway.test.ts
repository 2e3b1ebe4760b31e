/** The whole gateway: real UDP, real chain, real HTTP. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { crypto } from "../../../as/index.ts"
import {
  decodeReceiptFile,
  encodeLeaf,
  fromHex,
  leafHash,
  splitSigned,
  toHex,
  verifyPath,
} from "../../protocol/index.ts"
import { approve, approveCommand } from "../cli/approve.ts"
import { devicesCommand } from "../cli/devices.ts"
import { findGateway, removeInstance, writeInstance } from "../cli/instance.ts"
import { receiptCommand } from "../cli/receipt.ts"
import { trustCommand } from "../cli/trust.ts"
import { type Gateway, startGateway } from "../gateway.ts"
import { type Provisioning, profile, TestDevice } from "./support/device.ts"
import { run } from "./support/process.ts"
import { type UdpLink, udpLink } from "./support/udp.ts"

let dir: string
let gateway: Gateway
let link: UdpLink
let provisioning: Provisioning
const devices: TestDevice[] = []

const start = async () => {
  gateway = await startGateway({ dataDir: dir, coapPort: 0, httpPort: 0, epochMs: 1_000 })
  writeInstance(dir, { pid: process.pid, coap: gateway.coap, http: gateway.http, host: "127.0.0.1" })
}
const stop = async () => {
  removeInstance(dir)
  await gateway.close()
}
const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${gateway.http}${path}`)
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() }
}
const json = async (path: string) => JSON.parse((await get(path)).body)

/** Runs a command in this process; what it printed, and its exit code. */
async function runHere(command: (args: string[]) => Promise<number>, ...args: string[]) {
  const printed = { out: "", err: "" }
  const out = vi.spyOn(process.stdout, "write").mockImplementation((text, ...rest) => {
    printed.out += text
    for (const callback of rest) if (typeof callback === "function") (callback as () => void)()
    return true
  })
  const err = vi.spyOn(console, "error").mockImplementation((text) => {
    printed.err += `${text}\n`
  })
  const code = await command([...args, "--data", dir])
  out.mockRestore()
  err.mockRestore()
  return { code, ...printed }
}

async function until(done: () => Promise<boolean>): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (await done()) return
    await sleep(50)
  }
  throw new Error("it did not come about")
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "dormouse-gateway-"))
  await start()
  link = udpLink(() => gateway.coap)
  const { gatewayPublicKey, chainId, registry } = await json("/api/provisioning")
  provisioning = { gatewayPublicKey: fromHex(gatewayPublicKey), chainId, registry: fromHex(registry) }
  for (let i = 0; i < 4; i++) devices.push(new TestDevice(crypto, i, provisioning, link.exchange))
})

afterAll(async () => {
  link.close()
  await stop()
  rmSync(dir, { recursive: true, force: true })
})

describe("from the first hello to a receipt in a file", () => {
  it("enrols, once the operator approves on chain", async () => {
    for (const device of devices.slice(0, 3)) await device.enrol()
    expect((await json("/api/summary")).devices).toBe(3)
    const [first, ...others] = devices.slice(0, 3).map(({ address }) => address)
    expect(await approve({ dataDir: dir, addresses: [first!] })).toEqual([first])
    const { code, out } = await runHere(approveCommand, "--all")
    expect([code, out.trim().split("\n").sort()]).toEqual([0, others.sort()])
    expect(await approve({ dataDir: dir, addresses: "all" })).toEqual([])
    for (const device of devices.slice(0, 3)) await until(async () => (await device.send()).refused.length === 0)
    const list = await json("/api/devices")
    expect(list.map(({ status }: { status: string }) => status)).toEqual(["approved", "approved", "approved"])
  })

  it("takes reports and gives receipts that verify", async () => {
    const { epoch } = await json("/api/summary")
    for (const device of devices.slice(0, 3)) {
      const ack = await device.send(device.sign(epoch), device.sign(epoch))
      expect(ack).toMatchObject({ refused: [], have: 2 })
    }
    for (const device of devices.slice(0, 3))
      await until(async () => {
        await device.send()
        return device.receiptCursor === 2
      })
    const summary = await json("/api/summary")
    expect(summary).toMatchObject({
      ...{ devices: 3, reports: { durable: 6, anchored: 6 }, gaps: 0, forks: 0, duplicates: 0 },
    })
    expect(summary.anchors).toBeGreaterThan(0)
    expect(summary.chain.height).toBeGreaterThan(5)
  })

  it("tells a stranger that he is one", async () => {
    const stranger = devices[3]!
    Object.assign(stranger, { id: devices[0]!.id, keys: devices[1]!.keys, request: 1_000 })
    await expect(stranger.send(stranger.sign(1))).rejects.toMatchObject({ kind: "unauthorized" })
    stranger.id = 4711
    await expect(stranger.send()).rejects.toMatchObject({ kind: "unauthorized", code: "E_DEVICE_UNKNOWN" })
  })
})

describe("API", () => {
  it("shows readings as SenML", async () => {
    const [device] = devices
    const { status, type, body } = await get(`/api/devices/${device!.address}/readings?from=2&limit=1`)
    expect([status, type]).toEqual([200, "application/senml+json"])
    const [first, second, third] = JSON.parse(body)
    expect(first).toMatchObject({ n: "temperature", u: "Cel", v: 20.01, seq: 2, timeSource: "device" })
    expect(first.bn).toBe(`eip155:${provisioning.chainId}:${device!.address}:`)
    expect(first.anchored).toBeGreaterThanOrEqual(first.epoch)
    expect(Math.abs(first.bt - first.gatewayTime)).toBeLessThan(30)
    expect([second, third]).toEqual([
      { n: "humidity", u: "%RH", v: 45 },
      { n: "co2", u: "ppm", v: 600 },
    ])
  })

  it("shows devices, anchored epochs, forks, trust, health and metrics", async () => {
    const { address } = devices[0]!
    expect(await json(`/api/devices/${address}`)).toMatchObject({ address, profile, have: 2, gaps: 0, forks: 0 })
    const reports = await json(`/api/devices/${address}/reports?seqs=2,7`)
    expect(reports).toMatchObject([{ seq: 2, epoch: expect.any(Number) }])
    expect(await json(`/api/devices/${address}/forks`)).toEqual([])
    expect(await json("/api/trust")).toMatchObject({ finality: "single-sealer", chainId: provisioning.chainId })
    expect(await json("/health")).toEqual({ ok: true, pid: process.pid })
    const { body } = await get("/metrics")
    expect(body).toMatch(/^dormouse_reports_total\{outcome="stored"\} 6$/m)
    expect(body).toMatch(/^dormouse_devices\{status="approved"\} 3$/m)
    expect(body).toMatch(/^dormouse_dropped_total\{code="E_DEVICE_UNKNOWN"\} 1$/m)
  })

  it("answers wrong questions with a code and a message, and never with 500", async () => {
    const { address } = devices[0]!
    const cases: [path: string, status: number, code: string][] = [
      ["/nowhere", 404, "E_PATH"],
      ["/api/devices/0x12", 400, "E_ADDRESS"],
      ["/api/devices/%00", 400, "E_ADDRESS"],
      ["/api/devices/%zz", 400, "E_QUERY"],
      [`/api/devices/0x${"12".repeat(20)}/readings`, 404, "E_DEVICE_UNKNOWN"],
      [`/api/devices/${address}/readings?limit=-1`, 400, "E_QUERY"],
      [`/api/devices/${address}/readings?from=1&from=2`, 400, "E_QUERY"],
      [`/api/devices/${address}/readings?limit=1001`, 400, "E_QUERY"],
      [`/api/devices/${address}/reports?seqs=`, 400, "E_QUERY"],
      [`/api/devices/${address}/reports?seqs=1,x`, 400, "E_QUERY"],
      [`/api/devices/${address}/receipts/99`, 404, "E_RECEIPT_MISSING"],
      [`/api/devices/${address}/receipts/x`, 400, "E_QUERY"],
    ]
    for (const [path, status, code] of cases) {
      const answer = await get(path)
      expect([path, answer.status, JSON.parse(answer.body).code]).toEqual([path, status, code])
    }
  })

  it("is a JSON-RPC node, with JSON-RPC's own errors", async () => {
    const rpc = async (body: string) => {
      const response = await fetch(`http://127.0.0.1:${gateway.http}/rpc`, { method: "POST", body })
      return { status: response.status, ...((await response.json()) as { result?: unknown; error?: { code: number } }) }
    }
    const good = await rpc(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId" }))
    expect(Number(good.result)).toBe(provisioning.chainId)
    expect(await rpc("{")).toMatchObject({ status: 200, error: { code: -32700 } })
    expect(await rpc("[]")).toMatchObject({ status: 200, error: { code: -32600 } })
    expect(await rpc('{"jsonrpc":"2.0","id":1,"method":"x"}')).toMatchObject({ status: 200, error: { code: -32601 } })
  })
})

describe("JSON-RPC over WebSocket", () => {
  it("is at the same path", async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${gateway.http}/rpc`)
    const answer = await new Promise<string>((resolve) => {
      socket.onopen = () => socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId" }))
      socket.onmessage = ({ data }) => resolve(data)
    })
    socket.close()
    expect(Number(JSON.parse(answer).result)).toBe(provisioning.chainId)
  })
})

describe("one data directory", () => {
  it("has one gateway", async () => {
    const second = startGateway({ dataDir: dir, coapPort: 0, httpPort: 0 })
    await expect(second).rejects.toMatchObject({ code: "E_LOCKED" })
    expect((await get("/health")).status).toBe(200)
  })

  it("keeps everything over a restart, and serves commands in between", async () => {
    const { address } = devices[0]!
    const files = ["online", "offline"].map((name) => join(dir, name))
    const receiptArgs = ["--device", address, "--seq", "2", "-o"]
    expect(await runHere(receiptCommand, ...receiptArgs, files[0]!)).toMatchObject({ code: 0, err: "" })
    expect(await runHere(trustCommand, "-o", `${files[0]}.json`)).toMatchObject({ code: 0 })
    const online = await runHere(devicesCommand, "--json")
    const before = await json("/api/summary")
    await stop()

    expect(await findGateway(dir)).toBeUndefined()
    expect(await runHere(devicesCommand, "--json")).toEqual(online)
    expect(await runHere(receiptCommand, ...receiptArgs, files[1]!)).toMatchObject({ code: 0, err: "" })
    expect(await runHere(trustCommand, "-o", `${files[1]}.json`)).toMatchObject({ code: 0 })
    for (const end of ["", ".json"]) expect(readFileSync(files[1]! + end)).toEqual(readFileSync(files[0]! + end))
    expect(await runHere(approveCommand, "--all")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^E_NOT_RUNNING: /),
    })

    await start()
    const after = await json("/api/summary")
    expect(after).toMatchObject({ reports: before.reports, anchors: before.anchors, contracts: before.contracts })
    expect(after.schedule).toEqual(before.schedule)
    const ack = await devices[0]!.send(devices[0]!.sign(after.epoch))
    expect(ack).toMatchObject({ refused: [], have: 3 })
  })

  it("gives a receipt file whose leaf stands under its anchor", () => {
    const file = decodeReceiptFile(readFileSync(join(dir, "online")))
    const { gatewayTime, role, report, index, path, anchor } = file
    const leaf = leafHash(crypto, encodeLeaf({ gatewayTime, role, report: splitSigned(report) }))
    expect(verifyPath(crypto, leaf, index, anchor.count, path, anchor.root)).toBe(true)
    expect(toHex(file.publicKey)).toBe(toHex(devices[0]!.publicKey))
    expect(file.proofs.map(({ storage }) => storage.length)).toEqual([1, 1])
  })
})

describe("commands", () => {
  it("end with 2 and one line where they are called wrongly", async () => {
    for (const [command, args] of [
      [devicesCommand, ["--nonsense"]],
      [receiptCommand, ["--device", "0x12"]],
      [approveCommand, []],
      [approveCommand, ["--all", "0x12"]],
    ] as const) {
      const { code, err } = await runHere(command, ...args)
      expect([code, err]).toEqual([2, expect.stringMatching(/^E_USAGE: .+\n$/)])
    }
  })

  it("end with 1 and one line where they fail", async () => {
    expect(await runHere(approveCommand, "0x12")).toMatchObject({ code: 1, err: expect.stringMatching(/^E_ADDRESS: /) })
    const missing = await runHere(
      receiptCommand,
      "--device",
      devices[0]!.address,
      "--seq",
      "99",
      "-o",
      join(dir, "none"),
    )
    expect(missing).toMatchObject({ code: 1, err: expect.stringMatching(/^E_RECEIPT_MISSING: .+\n$/) })
    expect(existsSync(join(dir, "none"))).toBe(false)
  })

  it("are told from each other by the first word", async () => {
    const [unknown, help, nothing] = await Promise.all([
      run("dance"),
      run("--help"),
      run("devices", "--data", "/nowhere"),
    ])
    expect(unknown).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^E_USAGE: .+\n$/) })
    expect(help).toMatchObject({ code: 0, stdout: expect.stringContaining("gateway") })
    expect(nothing).toMatchObject({ code: 1, stderr: expect.stringMatching(/^E_NO_DATA: .+\n$/) })
  })
})
