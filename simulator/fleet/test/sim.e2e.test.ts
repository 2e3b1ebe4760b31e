/** The main job, whole: gateway, chain, devices on the XS engine. */
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, it } from "vitest"
import type { SimResult } from "../result.ts"

const program = fileURLToPath(new URL("../../../bin/dormouse.js", import.meta.url))
// Tests may run under an older Node, where the program starts itself again and a signal would not reach it.
const node =
  Number(process.versions.node.split(".")[0]) >= 24
    ? process.execPath
    : fileURLToPath(new URL("../../../node_modules/.bin/node", import.meta.url))
const dir = mkdtempSync(join(tmpdir(), "dormouse-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

interface Ended {
  code: number | null
  result: SimResult
  stdout: string
  stderr: string
}

/** Runs `dormouse sim`; `interruptAfter`: Ctrl-C once stderr says so, to the whole group as a terminal does. */
function sim(args: string[], interruptAfter?: RegExp): Promise<Ended> {
  const child = spawn(node, [program, "sim", ...args], {
    cwd: dir,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  })
  let stdout = ""
  let stderr = ""
  let interrupted = false
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text
    if (!interrupted && interruptAfter?.test(stderr)) interrupted = process.kill(-child.pid!, "SIGINT")
  })
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => {
      try {
        resolve({ code, stdout, stderr, result: JSON.parse(stdout.trimEnd().split("\n").at(-1)!) })
      } catch {
        reject(new Error(`exit code ${code}, no JSON line\n${stdout}\n${stderr}`))
      }
    })
  })
}

function expectComplete({ code, result, stderr }: Ended, devices: number, epochs: number, batch: number) {
  const { reports } = result
  expect(stderr).not.toMatch(/reset|E_/)
  expect(result).toMatchObject({ devices, epochs, samples: devices * epochs * batch, gaps: 0, forks: 0, duplicates: 0 })
  expect(reports.signed).toBeGreaterThanOrEqual(devices * epochs)
  expect(reports).toEqual({
    signed: reports.signed,
    acked: reports.signed,
    anchored: reports.signed,
    receiptsVerified: reports.signed,
  })
  expect(code).toBe(0)
}

describe("dormouse sim", () => {
  const data = join(dir, "data")
  const line = ["--devices", "3", "--epoch", "2", "--epochs", "2", "--batch", "3", "--seed", "1", "--json"]
  let first: SimResult

  it("brings every sample of every device on chain, and every receipt back", async () => {
    const ended = await sim([...line, "--data", data])
    expectComplete(ended, 3, 2, 3)
    first = ended.result
    expect(first.engine).toMatch(/^xs \d+\.\d+\.\d+$/)
    expect(new Set(first.addresses).size).toBe(3)
    expect(first.chain.head).toMatch(/^0x[0-9a-f]{64}$/)
    expect(ended.stdout.trimEnd().split("\n")).toHaveLength(1)
  }, 120_000)

  it("goes on where it ended on the same data, and counts only what is new", async () => {
    const ended = await sim([...line, "--data", data])
    expectComplete(ended, 3, 2, 3)
    expect(ended.result.addresses).toEqual(first.addresses)
    expect(ended.result.chain.id).toBe(first.chain.id)
    expect(ended.result.chain.height).toBeGreaterThan(first.chain.height)
    expect(ended.result.contracts).toEqual(first.contracts)
  }, 120_000)

  it("ends cleanly at Ctrl-C, with a summary; over two links, and air that delays and repeats", async () => {
    const air = ["--links", "wifi:1,serial:1", "--latency", "20ms", "--duplicate", "0.5"]
    const { code, result } = await sim([...air, "--epoch", "2", "--batch", "2", "--json"], /anchor \d+ on chain/)
    expect(code).toBe(0)
    expect(result).toMatchObject({ devices: 2, forks: 0, duplicates: 0 })
    expect(result.reports.signed).toBeGreaterThan(0)
    expect(result.links).toMatchObject([
      { link: "wifi", devices: 1, frames: { lost: 0 } },
      { link: "serial", devices: 1, frames: { lost: 0 } },
    ])
    for (const { frames, messages } of result.links!) {
      expect(messages.answered).toBeGreaterThan(0)
      expect(frames.up).toBeGreaterThan(messages.answered)
    }
  }, 120_000)
})
