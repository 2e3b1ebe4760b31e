import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { flashBytes, lab, run } from "./lab.ts"

/** Traces the message of what `body` throws, or its value. */
const attempt = `
  const { flash } = host
  const attempt = (body) => { try { host.trace(JSON.stringify(body() ?? null)) } catch (error) { host.trace(JSON.stringify(error.name + ": " + error.message)) } }
  const filled = (length, value) => new Uint8Array(length).fill(value);
`

describe("host.flash", () => {
  it("begins erased", async () => {
    const [size, sector, sum] = await run(`${attempt}
      attempt(() => flash.size); attempt(() => flash.sectorSize)
      attempt(() => flash.read(0, flash.size).every((byte) => byte === 0xff))`)
    expect([size, sector, sum]).toEqual([flashBytes, 4096, true])
  })

  it("clears bits by writing and sets them by erasing sectors", async () => {
    const lines = await run(`${attempt}
      flash.write(32, filled(32, 0x0f))
      flash.write(32, filled(32, 0x05))
      attempt(() => [...flash.read(31, 3)])
      attempt(() => flash.write(32, filled(32, 0x0f)))
      attempt(() => flash.read(32, 1)[0])
      flash.write(4096, filled(64, 0))
      flash.erase(0, 4096)
      attempt(() => [flash.read(32, 1)[0], flash.read(4096, 1)[0]])`)
    expect(lines).toEqual([
      [0xff, 0x05, 0x05],
      "RangeError: flash: the write would set a bit at 32, erase the sector first",
      0x05,
      [0xff, 0],
    ])
  })

  it("names what is wrong with a call", async () => {
    const lines = await run(`${attempt}
      attempt(() => flash.write(16, filled(32, 0)))
      attempt(() => flash.write(32, filled(31, 0)))
      attempt(() => flash.write(flash.size, filled(32, 0)))
      attempt(() => flash.erase(0, 100))
      attempt(() => flash.erase(0, flash.size + 4096))
      attempt(() => flash.read(-1, 1))
      attempt(() => flash.read(0.5, 1))
      attempt(() => flash.read(0, flash.size + 1))
      attempt(() => flash.write(0, "text"))
      attempt(() => flash.write(0))
      attempt(() => flash.read())`)
    expect(lines).toEqual([
      "RangeError: flash: offset 16 and length 32 must be multiples of 32",
      "RangeError: flash: offset 32 and length 31 must be multiples of 32",
      "RangeError: flash: 32 bytes at 65536 are beyond its 65536 bytes",
      "RangeError: flash: offset 0 and length 100 must be multiples of 4096",
      "RangeError: flash: 69632 bytes at 0 are beyond its 65536 bytes",
      "RangeError: offset: -1 is no size",
      "RangeError: offset: 0.5 is no size",
      "RangeError: flash: 65537 bytes at 0 are beyond its 65536 bytes",
      "TypeError: bytes: Uint8Array expected",
      "TypeError: bytes: Uint8Array expected",
      "TypeError: offset: number expected",
    ])
  })

  it("is a file that outlives machine, device and worker", async () => {
    const { worker, folder, create, wake } = await lab(`
      host.trace("" + host.flash.read(0, 1)[0])
      if (host.reason === "power-on") host.flash.write(0, new Uint8Array(32).fill(7))`)
    await create(1)
    expect(await wake(1)).toMatchObject({ traces: ["255"], flashOps: 1 })
    process.kill(worker.pid!, "SIGKILL")
    await expect(worker.powerCut(1)).rejects.toMatchObject({ code: "E_XS_WORKER" })
    expect(readFileSync(join(folder, "1.flash")).subarray(31, 33)).toEqual(Buffer.from([7, 255]))
  })

  it("refuses a file that cannot be its own", async () => {
    const { folder, create } = await lab("")
    writeFileSync(join(folder, "1.flash"), "too small")
    await expect(create(1)).rejects.toThrow(/has 9 bytes, not 65536/)
    await expect(create(2, { flash: join(folder, "no", "folder") })).rejects.toMatchObject({ code: "E_XS_FLASH" })
    await expect(create(3, { flashBytes: 1000 })).rejects.toThrow(/multiple of 4096/)
  })
})

describe("a power failure", () => {
  const script = `
    host.retained.write(Uint8Array.of(1))
    const { flash } = host
    flash.erase(0, 4096)
    flash.write(0, new Uint8Array(64))
    flash.write(64, new Uint8Array(64))
    host.send(new Uint8Array(1))
    host.sleep(1)
  `

  it.each([
    { cutAfterFlashOps: 2, zeros: 32 },
    { cutAfterFlashOps: 2, tear: 0, zeros: 0 },
    { cutAfterFlashOps: 2, tear: 1, zeros: 64 },
    { cutAfterFlashOps: 3, zeros: 96 },
    { cutAfterFlashOps: 3, tear: 0.25, zeros: 80 },
  ])("tears the write it comes in: %j", async ({ zeros, ...cut }) => {
    const { folder, create, wake } = await lab(script)
    await create(1)
    const result = await wake(1, cut)
    expect(result).toMatchObject({ state: "cut", flashOps: cut.cutAfterFlashOps, sends: [] })
    expect(result.reason).toBe(`power failed at flash operation ${cut.cutAfterFlashOps}`)
    const image = readFileSync(join(folder, "1.flash"))
    expect(image.indexOf(0xff)).toBe(zeros)
    expect(image.subarray(zeros).every((byte) => byte === 0xff)).toBe(true)
  })

  it("tears an erase, and does not come where fewer operations take place", async () => {
    const { folder, create, wake } = await lab(script)
    await create(1)
    expect(await wake(1, { cutAfterFlashOps: 4 })).toMatchObject({ state: "asleep", flashOps: 3 })
    writeFileSync(join(folder, "1.flash"), Buffer.alloc(flashBytes))
    await create(1)
    expect(await wake(1, { cutAfterFlashOps: 1 })).toMatchObject({ state: "cut" })
    const image = readFileSync(join(folder, "1.flash"))
    expect(image.indexOf(0)).toBe(2048)
  })
})

describe("a board that fails", () => {
  it("cannot program all bits of a worn sector any more, and says nothing of it", async () => {
    const { worker, create, wake } = await lab(`${attempt}
      const ones = (offset) => flash.read(offset, 64).reduce((sum, byte) => sum + byte.toString(2).split("1").length - 1, 0)
      if (host.reason !== "timer") flash.erase(0, 8192)
      flash.write(0, filled(64, 0)); flash.write(4096, filled(64, 0))
      attempt(() => [ones(0), ones(4096)])
      flash.erase(0, 8192)
      host.sleep(1)`)
    await create(1)
    expect((await wake(1)).traces).toEqual(["[0,0]"])
    await worker.disturb(1, { kind: "wear", where: 1 })
    expect((await wake(1, { reason: "timer" })).traces).toEqual(["[0,2]"])
  })

  it("finds another byte in its retained memory", async () => {
    const { worker, create, wake } = await lab(
      "host.trace('' + host.retained.read()); host.retained.write(Uint8Array.of(1, 2, 3)); host.sleep(1)",
    )
    await create(1)
    await wake(1)
    await worker.disturb(1, { kind: "retained", where: 4, mask: 0x80 })
    expect((await wake(1, { reason: "timer" })).traces).toEqual(["1,130,3"])
  })
})
