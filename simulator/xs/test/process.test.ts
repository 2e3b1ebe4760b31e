import { spawn } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { frame } from "../frames.ts"
import { defaultLimits, XsWorker, xsBinary } from "../worker.ts"
import { lab } from "./lab.ts"

/** Feeds raw bytes to a worker: how it ends and what it says. */
async function feed(...chunks: Uint8Array[]): Promise<{ code: number | null; stderr: string }> {
  const child = spawn(xsBinary)
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text) => (stderr += text))
  child.stdin.on("error", () => {})
  for (const chunk of chunks) child.stdin.write(chunk)
  child.stdin.end()
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve))
  return { code, stderr }
}

const configure = frame.configure(
  { clock: "real", meterMicros: 1, instructionMicros: 0 },
  defaultLimits,
  Buffer.from("0"),
)
const patched = (bytes: Buffer, offset: number, value: number) => {
  const copy = Buffer.from(bytes)
  copy[offset] = value
  return copy
}

describe("the worker process", () => {
  it("ends in peace at the end of its input", async () => {
    expect(await feed()).toEqual({ code: 0, stderr: "" })
    expect(await feed(configure)).toEqual({ code: 0, stderr: "" })
  })

  it.each<[string, Uint8Array[], RegExp]>([
    ["no length", [Uint8Array.of(0, 0, 0, 0)], /length 0 is not between/],
    ["too long", [Uint8Array.of(255, 255, 255, 255)], /length 4294967295 is not between/],
    ["cut short", [Uint8Array.of(9, 0, 0, 0, 1, 2)], /input ends inside a frame: 6 bytes of 13/],
    ["unknown type", [configure, Uint8Array.of(1, 0, 0, 0, 99)], /there is no type 99/],
    ["no bundle yet", [frame.remove(1)], /type 7 before a bundle/],
    ["body too short", [configure, Uint8Array.of(3, 0, 0, 0, 7, 1, 0)], /type 7: 2 bytes are missing/],
    ["body too long", [configure, Uint8Array.of(6, 0, 0, 0, 7, 1, 0, 0, 0, 9)], /type 7: 1 bytes too many/],
    ["bad reason", [configure, patched(frame.wake(1, { now: 0, reason: "pin" }), 37, 3)], /type 3: reason 3/],
    [
      "bad sensor",
      [configure, patched(frame.wake(1, { now: 0, reason: "pin", sensor: [] }), 41, 2)],
      /512 sensor values/,
    ],
    [
      "sensor missing",
      [configure, patched(frame.wake(1, { now: 0, reason: "pin", sensor: [] }), 40, 2)],
      /16 bytes are missing/,
    ],
    ["twice configured", [configure, configure], /configured twice/],
  ])("ends with a clear message at a malformed frame: %s", async (_name, chunks, message) => {
    const { code, stderr } = await feed(...chunks)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^dormouse-xs: .*\n$/)
    expect(stderr).toMatch(message)
  })

  it("survives 300 random inputs without a crash", async () => {
    let state = 1
    const random = () => (state = (state * 48271) % 0x7fffffff)
    const frames = [
      frame.create(1, { flash: "/dev/null", flashBytes: 4096 }),
      frame.wake(1, { now: 0, reason: "pin", sensor: [1, 2] }),
      frame.datagram(1, { now: 0, bytes: new Uint8Array(20) }),
      frame.alarm(1, { now: 0 }),
    ]
    for (let round = 0; round < 300; round += 10) {
      const runs = Array.from({ length: 10 }, () => {
        const bytes = Buffer.concat(frames)
        for (let k = random() % 4; k >= 0; k--) bytes[random() % bytes.length] = random()
        return feed(configure, bytes)
      })
      for (const { code, stderr } of await Promise.all(runs)) {
        expect([0, 1], stderr).toContain(code)
      }
    }
  })
})

describe("XsWorker", () => {
  it("rejects what is pending and what comes later when its process ends", async () => {
    const { worker, create, wake } = await lab("for (;;);", { limits: { meter: 4e9 } })
    await create(1)
    const pending = [wake(1), worker.powerCut(1)]
    setTimeout(() => process.kill(worker.pid!, "SIGKILL"), 50)
    for (const promise of pending) {
      await expect(promise).rejects.toMatchObject({
        name: "DormouseError",
        code: "E_XS_WORKER",
        message: "the XS worker was ended by SIGKILL",
      })
    }
    await expect(wake(1)).rejects.toMatchObject({ code: "E_XS_WORKER" })
  })

  it("answers what is pending before it closes", async () => {
    const { worker, create, wake } = await lab("host.sleep(1)")
    await create(1)
    const pending = wake(1)
    await worker.close()
    expect(await pending).toMatchObject({ state: "asleep" })
    await expect(wake(1)).rejects.toMatchObject({ code: expect.stringMatching(/^E_XS_/) })
  })

  it("says what is wrong with the bundle or the binary", async () => {
    const { folder } = await lab("")
    const bundle = join(folder, "broken.js")
    writeFileSync(bundle, "let a = 1\nlet b = )\n")
    await expect(XsWorker.start({ bundle, clock: "real" })).rejects.toMatchObject({
      code: "E_XS_BUNDLE",
      message: "the bundle does not compile: line 2: missing expression",
    })
    await expect(XsWorker.start({ bundle: join(folder, "none.js"), clock: "real" })).rejects.toMatchObject({
      code: "E_XS_BUNDLE",
    })
    await expect(XsWorker.start({ bundle, clock: "real", binary: join(folder, "none") })).rejects.toMatchObject({
      code: "E_XS_WORKER",
      message: expect.stringContaining("npm run build"),
    })
  })
})
